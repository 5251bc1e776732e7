"""The question's parser: text in, tree out, and no text is an error.

    question     = all { OR all }               OR binds loosest: a b OR c d is (a b) OR (c d)
    all          = side-by-side { AND side-by-side }
    side-by-side = { item }
    item         = [ NOT | "-" | "+" ] ( leaf | "(" question ")" )
    leaf         = word | word"*" | word"~" | "phrase" | "phrase"~5 | field:value | title:item

The lexer is one regular expression, linear in the question; what is a word, the language layer
says. The parser descends over its tokens, in which parentheses are already balanced.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from index.language.tokens import words
from index.messages import format_number, gettext, noop
from index.schema import KEYWORD_FIELDS, TITLE_BODY_GAP
from search.query.ast import (
    OPERATORS,
    And,
    Filter,
    Fuzzy,
    Must,
    Node,
    Not,
    Or,
    Part,
    Phrase,
    Prefix,
    Word,
    Words,
)

# Each name that people give a field, and the field's own.
FILTER_NAMES = {
    name: field.name for field in KEYWORD_FIELDS for name in (field.name, *field.aliases)
}
PART_NAMES = {"title": "title", "judul": "title", "body": "body", "isi": "body"}

# Lucene's default (BooleanQuery.getMaxClauseCount). A longer question is an article pasted
# whole, which its first thousand words find as well.
MAX_WORDS = 1024
# No one nests by hand to this depth. A level can be four nodes (Or, And, Words, Not), each of
# them three calls to whoever walks the tree, and Python allows a thousand.
MAX_DEPTH = 20
# A wider phrase would run from the title into the body.
MAX_SLOP = TITLE_BODY_GAP - 1
# A first letter is up to 11 % of a news dictionary (m), the first two up to 7 % (me).
MIN_PREFIX_LETTERS = 2

# What the lexer reads as a plain quotation mark; a mark for a mark, so that places stay.
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
# Quotes or else up to the next comma, space, quote or parenthesis, without punctuation at its
# ends (`negara:Rusia?`), but for the dots of a date range that is open on one side.
_INNER = r'[^\s,()"]'
_LAST = r"[^\s\x00-/:-@\[-`{-\x7f‘’…]"
_VALUE = rf"""
    "(?:(?!")[\W_])*+[^\W_][^"]*+"
  | (?:\.\.(?=\d))?[^\W_](?:{_INNER}*{_LAST})?(?:(?<=\d)\.\.(?!\.))?
"""
_OPERATOR_WORDS = "|".join(filter(str.isalpha, OPERATORS))

_TOKEN = re.compile(
    rf"""
      "(?P<phrase>[^"]*+)"(?:~(?P<slop>[0-9]++))?
    | (?P<operator>(?<![^\s()])(?:{_OPERATOR_WORDS})(?![^\s()])|&&|\|\|)
    | (?P<sign>(?<![^\s(])[-+](?=[\w("]))
    | (?<![^\s(+-])(?ai:(?P<filter>{"|".join(FILTER_NAMES)})):
      (?:(?P<values>(?:{_VALUE})(?:,(?:{_VALUE}))*+)|(?=\())
    | (?<![^\s(+-])(?ai:(?P<part>{"|".join(PART_NAMES)})):(?=[\w("])
    | (?P<parenthesis>[()])
    | (?P<text>(?i:https?://|www\.)[^\s<>"]*(?<=[\w/])|[^\s()*~&|"]++)
      (?P<mark>(?:\*|~\d*+)(?!\w))?
    | (?P<star>(?<=\w)\*|\*(?=\w))
    | (?P<lone_quote>")
    """,
    re.VERBOSE,
)


class Parsed(NamedTuple):
    """A question's tree, and a sentence for each kind of doubt in reading it."""

    tree: Node
    warnings: tuple[str, ...]


def parse(question: str) -> Parsed:
    """The tree of a question. Never raises, and takes time linear in the question.

    The tree is Words, or else the And or Or that joins the whole question. A question without
    words (empty, punctuation, emoji) is `Words(())`. Values of fields stand as typed: names and
    dates are resolved later. A warning names its place by character, counted from 1; of several
    of one kind the first is told.
    """
    warnings: _Warnings = {}
    tree = _Parser(question, warnings).tree()
    in_order = sorted(warnings.items(), key=lambda warning: warning[1])
    return Parsed(tree, tuple(sentence.format(place + 1) for sentence, place in in_order))


# A sentence with a gap for the place, and the first place (offset) that it is true of.
_Warnings = dict[str, int]


class _Token(NamedTuple):
    """`kind` is leaf, part, and, or, not, sign, "(", ")" or end."""

    kind: str
    start: int
    end: int
    text: str = ""
    leaf: Node | None = None


def _tokens(question: str, warnings: _Warnings) -> Iterator[_Token]:
    """The question's tokens, at most MAX_WORDS words of it, with parentheses balanced."""
    if len(question) > MAX_WORDS and (rest := next(islice(words(question), MAX_WORDS, None), None)):
        sentence = gettext(
            "Only the first {words} words are read; the rest begins at character {{}}.",
            words=format_number(MAX_WORDS),
        )
        warnings[sentence] = rest.start()
        question = question[: rest.start()]
    capitals = _in_capitals(question)
    open_at: list[int] = []
    too_deep = 0
    for match in _TOKEN.finditer(question.translate(_QUOTES)):
        start, end = match.span()
        text = match[0]
        match match.lastgroup:
            case "text" | "mark":
                yield from (_leaf(word) for word in _plain(match, warnings))
            case "phrase" | "slop":
                if phrase := _phrase(match, warnings):
                    yield _leaf(phrase)
            case "values":
                yield _leaf(_filter(match))
            case "filter":
                warnings.setdefault(gettext(_VALUES_IN_PARENTHESES), start)
                yield _leaf(Word(match["filter"], start=start, end=match.end("filter")))
            case "part":
                yield _Token("part", start, end, match["part"])
            case "sign":
                yield _Token("sign", start, end, text)
            case "operator" if capitals and text.isalpha():
                yield _leaf(Word(text, start=start, end=end))
            case "operator":
                yield _Token(OPERATORS[text], start, end, text)
            case "parenthesis" if text == "(" and len(open_at) < MAX_DEPTH:
                open_at.append(start)
                yield _Token("(", start, end)
            case "parenthesis" if text == "(":
                too_deep += 1
                warnings.setdefault(gettext(_TOO_DEEP, depth=MAX_DEPTH), start)
            case "parenthesis" if too_deep:
                too_deep -= 1
            case "parenthesis" if open_at:
                open_at.pop()
                yield _Token(")", start, end)
            case "parenthesis":
                warnings.setdefault(gettext(_CLOSES_NOTHING), start)
            case "star":
                warnings.setdefault(gettext(_STRAY_STAR), start)
            case "lone_quote":
                warnings.setdefault(gettext(_LONE_QUOTE), start)
    for start in open_at:
        warnings.setdefault(gettext(_NEVER_CLOSED), start)
        yield _Token(")", len(question), len(question))
    yield _Token("end", len(question), len(question))


_LONE_QUOTE = noop("The quotation mark at character {} has no partner and is left out.")
_CLOSES_NOTHING = noop("The parenthesis at character {} closes nothing and is left out.")
_NEVER_CLOSED = noop("The parenthesis at character {} is not closed; it is read to the end.")
_TOO_DEEP = noop("The parenthesis at character {{}} is more than {depth} deep and is left out.")
_STRAY_STAR = noop("The * at character {} is left out: it must end a word of two letters or more.")
_STRAY_EDITS = noop("The number at character {} is left out: a similar word is one edit away.")
_VALUES_IN_PARENTHESES = noop(
    "The field at character {} is read as a word: values stand after commas, as in negara:RU,VE."
)
_WIDE_SLOP = noop("The distance at character {{}} is read as {slop}, the widest there is.")


def _in_capitals(question: str) -> bool:
    """Whether capitals tell nothing: no lower case, and more in capitals than the operators."""
    return question.isupper() and any(
        word.isupper() and word not in OPERATORS for word in question.split()
    )


def _leaf(node: Node) -> _Token:
    return _Token("leaf", node.start, node.end, leaf=node)


def _plain(match: re.Match[str], warnings: _Warnings) -> Iterator[Node]:
    """The words of a run of text; the mark after it belongs to its last word."""
    offset = match.start("text")
    for word in words(match["text"]):
        text, start, end = word[0], offset + word.start(), offset + word.end()
        mark = match["mark"] if end == match.end("text") else None
        if mark is None:
            yield Word(text, start=start, end=end)
        elif mark == "*":
            if sum(map(str.isalnum, text)) < MIN_PREFIX_LETTERS:
                warnings.setdefault(gettext(_STRAY_STAR), end)
                yield Word(text, start=start, end=end)
            else:
                yield Prefix(text, start=start, end=match.end())
        else:
            if mark not in ("~", "~1"):
                warnings.setdefault(gettext(_STRAY_EDITS), end + 1)
            yield Fuzzy(text, start=start, end=match.end())


def _phrase(match: re.Match[str], warnings: _Warnings) -> Phrase | None:
    texts = tuple(word[0] for word in words(match["phrase"]))
    if not texts:
        return None
    digits = (match["slop"] or "").lstrip("0")
    slop = int(digits[:3] or 0)  # three digits are too many already
    if slop > MAX_SLOP:
        warnings.setdefault(gettext(_WIDE_SLOP, slop=MAX_SLOP), match.start("slop"))
        slop = MAX_SLOP
    return Phrase(texts, slop, start=match.start(), end=match.end())


def _filter(match: re.Match[str]) -> Filter:
    found = re.finditer(_VALUE, match["values"], re.VERBOSE)
    values = (value[0].strip('"') for value in found)
    return Filter(
        FILTER_NAMES[match["filter"].lower()],
        tuple(value.strip() for value in values),
        start=match.start(),
        end=match.end(),
    )


class _Parser:
    """Recursive descent; each method reads one rule of the grammar above."""

    def __init__(self, question: str, warnings: _Warnings) -> None:
        self._question = question
        self._warnings = warnings
        self._tokens = list(_tokens(question, warnings))
        self._place = 0

    def tree(self) -> Node:
        tree = self._any()
        if isinstance(tree, And | Or | Words):
            return tree
        if tree is None:
            return Words((), end=len(self._question))
        return Words((tree,), start=tree.start, end=tree.end)

    def _any(self) -> Node | None:
        return self._joined("or", Or, self._all)

    def _all(self) -> Node | None:
        return self._joined("and", And, self._side_by_side)

    def _joined(
        self, operator: str, kind: type[And] | type[Or], operand: Callable[[], Node | None]
    ) -> Node | None:
        """Operands with operators between; an operator that lacks one is left out."""
        children = []
        before = None
        while True:
            child = operand()
            after = self._next() if self._peek().kind == operator else None
            if child is not None:
                children.append(child)
            elif joins_nothing := before or after:
                self._leave_out(joins_nothing)
            if after is None:
                return _flat(kind, children)
            before = after

    def _side_by_side(self) -> Node | None:
        children = []
        while self._peek().kind not in ("and", "or", ")", "end"):
            child = self._item()
            if child is not None:
                children.append(child)
        return _flat(Words, children)

    def _item(self) -> Node | None:
        token = self._next()
        match token.kind:
            case "not" | "sign":
                return self._signed(token)
            case "(":
                group = self._any()
                self._next()  # its other half
                return group
            case "part":
                return self._part(token)
            case _:
                return token.leaf

    def _signed(self, token: _Token) -> Node | None:
        following = self._peek()
        if token.kind == "not" and following.kind not in ("leaf", "(", "part"):
            self._leave_out(token)
            return None
        if token.kind == "sign" and following.start != token.end:
            return None
        child = self._item()
        if child is None:
            return None
        kind = Must if token.text == "+" else Not
        return kind(child, start=token.start, end=self._end())

    def _part(self, token: _Token) -> Node:
        """What directly follows `title:`, and what follows that after commas, as alternatives."""
        children = []
        start = token.end
        while self._peek().start == start and self._peek().kind in ("leaf", "("):
            if (child := self._item()) is not None:
                children.append(child)
            if not self._question.startswith(",", self._end()):
                break
            start = self._end() + 1
        child = _flat(Or, children)
        if child is None:  # judul:"" is no field
            return Word(token.text, start=token.start, end=token.end - 1)
        return Part(PART_NAMES[token.text.lower()], child, start=token.start, end=self._end())

    def _leave_out(self, operator: _Token) -> None:
        sentence = gettext(
            "{operator} at character {{}} stands alone and is left out.", operator=operator.text
        )
        self._warnings.setdefault(sentence, operator.start)

    def _peek(self) -> _Token:
        return self._tokens[self._place]

    def _next(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _end(self) -> int:
        """Where the last token that was read ends."""
        return self._tokens[self._place - 1].end


def _flat(kind: type[And] | type[Or] | type[Words], children: list[Node]) -> Node | None:
    """Children joined: one stands for itself, and those of the same kind are opened."""
    if len(children) < 2:
        return children[0] if children else None
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, kind) else (child,))
    return kind(tuple(flat), start=children[0].start, end=children[-1].end)
