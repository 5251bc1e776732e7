"""What else the words of a question are called: aliases and amounts, each as one unit."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from index.language.aliases import Aliases, Form, Found
from index.language.analyzer import analyze
from index.language.numbers import amount_at
from index.language.tokens import words
from search.query.ast import And, Either, Must, Node, Not, Or, Part, Phrase, Term, Word, Words
from search.results import Expansion


class Expanded(NamedTuple):
    """A question with its alternatives, what they are, and words that may have meant more."""

    tree: Node
    expansions: tuple[Expansion, ...]
    warnings: tuple[str, ...]


def expand(tree: Node, question: str, aliases: Aliases) -> Expanded:
    """Put an `Either` for each alias and each amount among the words of a tree.

    `question` is the text that the tree was parsed from, in which nodes have their places; signs
    like $ and % are read there. Quotes, patterns and filters stay as they are.
    """
    expander = _Expander(question, aliases)
    expanded = expander.rewrite(tree)
    return Expanded(expanded, tuple(expander.expansions), tuple(dict.fromkeys(expander.warnings)))


class _Amount(NamedTuple):
    """An amount in the question: as it is typed, where it ends, how many words it has, and the
    term that it is indexed by.
    """

    text: str
    end: int
    words: int
    term: str


class _Expander:
    def __init__(self, question: str, aliases: Aliases) -> None:
        self._aliases = aliases
        self._amounts = _amounts(question)
        self.expansions: list[Expansion] = []
        self.warnings: list[str] = []

    def rewrite(self, node: Node) -> Node:
        if isinstance(node, Word):
            return self._run([node])[0]
        if isinstance(node, Not | Must | Part):
            return replace(node, child=self.rewrite(node.child))
        if isinstance(node, And | Or):
            return replace(node, children=tuple(map(self.rewrite, node.children)))
        if isinstance(node, Words):
            children: list[Node] = []
            run: list[Word] = []
            for child in node.children:
                if isinstance(child, Word):
                    run.append(child)
                else:
                    children += [*self._run(run), self.rewrite(child)]
                    run = []
            return replace(node, children=(*children, *self._run(run)))
        return node

    def _run(self, run: Sequence[Word]) -> list[Node]:
        """Words side by side: amounts are read first, aliases in what is left between them."""
        nodes: list[Node] = []
        place = first = 0
        while place < len(run):
            amount = self._amounts.get(run[place].start)
            typed = run[place : place + amount.words] if amount else []
            if amount is None or len(typed) < amount.words or typed[-1].end > amount.end:
                place += 1
                continue
            nodes += self._aliases_in(run[first:place])
            first = place + amount.words
            nodes.append(_either(amount.text, typed, [Term(amount.term)]))
            self._tell(amount.text, [amount.term])
            place = first
        return nodes + self._aliases_in(run[first:])

    def _aliases_in(self, run: Sequence[Word]) -> list[Node]:
        nodes: list[Node] = []
        done = 0
        for found in self._aliases.find([word.text for word in run]):
            nodes += run[done : found.start]
            done = found.stop
            typed = run[found.start : found.stop]
            if not found.sure:
                self.warnings.append(
                    f"{typed[0].text!r} is read as a word; {found.typed.text}, for"
                    f" {found.group[0].text}, is written in capitals."
                )
            nodes += self._alternatives(found, typed) if found.sure else typed
        return [*nodes, *run[done:]]

    def _alternatives(self, found: Found, typed: Sequence[Word]) -> Sequence[Node]:
        text = " ".join(map(str, typed))
        others = [form for form in found.group if form != found.typed and not form.asked]
        sought = _without_those_found([found.typed, *others])
        children: list[Node] = [_as_node(form) for form in sought]
        if found.typed in sought:
            sought.remove(found.typed)
            if len(typed) > 1:
                children.append(Words(tuple(typed)))
        if not sought:
            return typed
        self._tell(text, [form.text for form in sought])
        return [_either(text, typed, children)]

    def _tell(self, typed: str, to: list[str]) -> None:
        told = Expansion(typed, to)
        if to != [typed] and told not in self.expansions:
            self.expansions.append(told)


def _amounts(question: str) -> dict[int, _Amount]:
    """The amounts of a question by the place of their first word."""
    found = {}
    for number in words(question):
        if number[0][0].isdecimal() and (amount := amount_at(question, *number.span())):
            text = question[amount.start : amount.end]
            places = [word.start() + amount.start for word in words(text)]
            found[places[0]] = _Amount(text, amount.end, len(places), amount.terms[-1])
    return found


def _without_those_found(forms: Iterable[Form]) -> list[Form]:
    """The forms without those that hold another of them, and are found by it."""
    spelt = {form: f" {' '.join(token.surface for token in analyze(form.text))} " for form in forms}
    return [
        form
        for form in spelt
        if not any(
            spelt[other] in spelt[form] for other in spelt if other != form and not other.capitals
        )
    ]


def _as_node(form: Form) -> Node:
    if form.capitals:
        return Term(form.text)
    texts = tuple(word[0] for word in words(form.text))
    return Word(form.text) if len(texts) == 1 else Phrase(texts)


def _either(text: str, typed: Sequence[Word], children: Iterable[Node]) -> Either:
    return Either(text, tuple(children), start=typed[0].start, end=typed[-1].end)
