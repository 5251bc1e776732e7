"""What else the words of a question are called: aliases, amounts, dates, holders of offices."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from index.enrich.countries import country_code, is_country_name
from index.enrich.offices import office_at
from index.language.aliases import Aliases, Form, Found
from index.language.analyzer import analyze, query_stem
from index.language.numbers import amount_at
from index.language.tokens import words
from index.messages import gettext
from index.schema import DATE
from search.query.ast import (
    And,
    Either,
    Filter,
    Must,
    Node,
    Not,
    Or,
    Part,
    Phrase,
    Term,
    Word,
    Words,
)
from search.results import Expansion

_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST_COUNTRY = 4  # words: Republik Rakyat Tiongkok, Saint Vincent dan Grenadine


class Expanded(NamedTuple):
    """A question with its alternatives, what they are, and words that may have meant more."""

    tree: Node
    expansions: tuple[Expansion, ...]
    warnings: tuple[str, ...]


class Holder(NamedTuple):
    """Who holds an office, by the name that the person is shown by and those that articles use."""

    name: str
    spellings: Sequence[str]


class Offices(Protocol):
    """What an engine knows of offices of state."""

    def holders(self, office: str, country: str) -> Sequence[Holder]:
        """Who is shown in an office of a country around the question's period."""

    def is_person(self, word: str) -> bool:
        """Whether a person goes by this word alone."""


def expand(tree: Node, question: str, aliases: Aliases, offices: Offices | None = None) -> Expanded:
    """Put an `Either` for each alias, amount, date and office among the words of a tree.

    A date with its year is also answered by the day of publication: of all that appeared in June
    2025, little says so.

    `question` is the text that the tree was parsed from, in which nodes have their places; signs
    like $ and % are read there. Quotes, patterns and filters stay as they are.
    """
    expander = _Expander(question, aliases, offices)
    expanded = expander.rewrite(tree)
    return Expanded(expanded, tuple(expander.expansions), tuple(dict.fromkeys(expander.warnings)))


class _Read(NamedTuple):
    """An amount or a date in the question: as it is typed, where it ends, how many words it has,
    and what it is looked for as; an amount instead of its words, a date beside them.
    """

    text: str
    end: int
    words: int
    found_by: Term | Filter


class _Expander:
    def __init__(self, question: str, aliases: Aliases, offices: Offices | None) -> None:
        self._aliases = aliases
        self._offices = offices
        self._read = _amounts(question) | _dates(question)
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
        """Words side by side: amounts and dates first, aliases in what is left between them."""
        nodes: list[Node] = []
        place = first = 0
        while place < len(run):
            read = self._read.get(run[place].start)
            typed = run[place : place + read.words] if read else []
            if read is None or len(typed) < read.words or typed[-1].end > read.end:
                place += 1
                continue
            nodes += self._aliases_in(run[first:place])
            first = place + read.words
            nodes.append(_either(read.text, typed, _found_by(read, typed)))
            self._tell(read.text, [str(read.found_by)])
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
                    gettext(
                        "{word!r} is read as a word; {form}, for {meaning}, is written in"
                        " capitals.",
                        word=typed[0].text,
                        form=found.typed.text,
                        meaning=found.group[0].text,
                    )
                )
            nodes += self._alternatives(found, typed) if found.sure else typed
        nodes += run[done:]
        return nodes if self._offices is None else self._with_holders(nodes, run, self._offices)

    def _with_holders(self, nodes: list[Node], run: Sequence[Word], offices: Offices) -> list[Node]:
        """The nodes that a run has become, those of an office found by its holders' names too.

        Each of them: an article has all the words of the office, or the name.
        """
        for start, stop, office, country in _offices_in([word.text for word in run], offices):
            typed = run[start:stop]
            first, last = typed[0].start, typed[-1].end
            if any(one.start < first < one.end or one.start < last < one.end for one in nodes):
                continue  # "pemilihan presiden" is no president
            if holders := offices.holders(office, country):
                self._tell(" ".join(map(str, typed)), [holder.name for holder in holders])
                names = [Phrase(_texts(name)) for holder in holders for name in holder.spellings]
                nodes = [
                    _or_named(one, names) if first <= one.start < last else one for one in nodes
                ]
        return nodes

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


def _amounts(question: str) -> dict[int, _Read]:
    """The amounts of a question by the place of their first word."""
    found = {}
    for number in words(question):
        if number[0][0].isdecimal() and (amount := amount_at(question, *number.span())):
            text = question[amount.start : amount.end]
            places = [word.start() + amount.start for word in words(text)]
            found[places[0]] = _Read(text, amount.end, len(places), Term(amount.terms[-1]))
    return found


def _dates(question: str) -> dict[int, _Read]:
    """The dates of a question that tell their year, by the place of their first word."""
    if not _YEAR.search(question):
        return {}
    from index.enrich.dates import date_mentions  # its grammar costs 6 ms

    typed = [(match[0], *match.span()) for match in words(question)]
    found = {}
    for before, (word, start, end) in pairwise([("", 0, 0), *typed]):
        if _YEAR.fullmatch(word) and before[0].lower() != "tahun":  # which laws have, too
            found[start] = _published(word, end, 1, f"{word}-01-01", f"{word}-12-31")
    for date in date_mentions(question, None):
        count = sum(date.start <= start < date.end for _, start, _ in typed)
        found[date.start] = _published(date.text, date.end, count, date.first[:10], date.last[:10])
    return found


def _published(text: str, end: int, count: int, first: str, last: str) -> _Read:
    return _Read(text, end, count, Filter(DATE.name, (f"{first}..{last}",)))


def _found_by(read: _Read, typed: Sequence[Word]) -> Sequence[Node]:
    if isinstance(read.found_by, Term):
        return [read.found_by]
    texts = tuple(word.text for word in typed if word.text.lower() != "tahun")
    return [Word(texts[0]) if len(texts) == 1 else Phrase(texts), read.found_by]


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
    texts = _texts(form.text)
    return Word(form.text) if len(texts) == 1 else Phrase(texts)


def _texts(name: str) -> tuple[str, ...]:
    return tuple(word[0] for word in words(name))


def _offices_in(typed: Sequence[str], offices: Offices) -> Iterator[tuple[int, int, str, str]]:
    """The offices in a sequence of words, as `start, stop, office, country`.

    One without a country is Indonesia's, unless a name follows: "presiden Putin".
    """
    start = 0
    while start < len(typed):
        found = office_at(typed, start)
        if found is None:
            start += 1
            continue
        office, stop = found
        following = typed[stop] if stop < len(typed) else ""
        if country := _country_at(typed, stop):
            code, stop = country
            yield start, stop, office, code
        elif not (following[:1].isupper() or offices.is_person(following)):
            yield start, stop, office, "ID"
        start = stop


def _country_at(typed: Sequence[str], start: int) -> tuple[str, int] | None:
    """The country whose longest name begins at a word, and where it ends; short forms in capitals.

    "presiden ke" is not the president of KE.
    """
    for stop in range(min(len(typed), start + _LONGEST_COUNTRY), start, -1):
        name = " ".join(typed[start:stop])
        if (is_country_name(name) or name.isupper()) and (code := country_code(name)):
            return code, stop
    return None


def _or_named(node: Node, names: Sequence[Phrase]) -> Node:
    """A node that is also found by the names; a stop word stays one."""
    if isinstance(node, Either):
        return replace(node, children=(*node.children, *names))
    if isinstance(node, Word) and query_stem(node.text) is not None:
        return _either(node.text, [node], [node, *names])
    return node


def _either(text: str, typed: Sequence[Word], children: Iterable[Node]) -> Either:
    return Either(text, tuple(children), start=typed[0].start, end=typed[-1].end)
