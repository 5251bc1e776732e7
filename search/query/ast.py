"""The question as a tree. Nodes keep their place in the text; equality does not look at it.

`str(node)` is a question that parses to an equal node, as long as the node is one that `parse`
makes: no And, Or or Words directly inside its own kind, none of them with a single child (but
Words at the top), and word texts that are one word each (`index.language.tokens`).
"""

import re
from typing import Any

import msgspec

# What people write between and before words, and what it says; only in capitals.
OPERATORS = {
    "AND": "and",
    "DAN": "and",
    "&&": "and",
    "OR": "or",
    "ATAU": "or",
    "||": "or",
    "NOT": "not",
    "BUKAN": "not",
}

# A field's value that needs no quotation marks.
_BARE_VALUE = re.compile(r"[^\W_](?:[\w.:-]*[^\W_])?")


# Structs rather than dataclasses: twelve classes made at each start cost 1 ms instead of 6.
class Node(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A part of a question, at `start:end` of its text (code points, half-open)."""

    start: int = 0
    end: int = 0

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash((type(self), self._said()))

    def _said(self) -> tuple[Any, ...]:
        """All but the place."""
        return tuple(
            getattr(self, name) for name in self.__struct_fields__ if name not in ("start", "end")
        )


class Word(Node, frozen=True, eq=False):
    """One word, as typed. It matches every form of its stem."""

    text: str

    def __str__(self) -> str:
        return f"'{self.text}'" if self.text in OPERATORS else self.text


class Phrase(Node, frozen=True, eq=False):
    """Words in surface form, in order and adjacent; with `slop`, up to that many words apart."""

    words: tuple[str, ...]
    slop: int = 0

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"' + (f"~{self.slop}" if self.slop else "")


class Prefix(Node, frozen=True, eq=False):
    """Every word that begins with `text` (typed `senjat*`)."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}*"


class Fuzzy(Node, frozen=True, eq=False):
    """Every word at most one edit from `text` (typed `lavrof~`)."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}~"


class Filter(Node, frozen=True, eq=False):
    """A value of a keyword field, typed `negara:Rusia`; `field` is the English name.

    `values` are alternatives (`negara:RU,VE`).
    """

    field: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        bare_or_quoted = (v if _BARE_VALUE.fullmatch(v) else f'"{v}"' for v in self.values)
        return f"{self.field}:{','.join(bare_or_quoted)}"


class Part(Node, frozen=True, eq=False):
    """A child that is looked for in the title or in the body only (`judul:rusia`)."""

    part: str  # "title" or "body"
    child: Node

    def __str__(self) -> str:
        nested = isinstance(self.child, Filter | Part)
        return f"{self.part}:" + (f"({self.child})" if nested else _operand(self.child))


class Not(Node, frozen=True, eq=False):
    """What must not match (`-word`, `NOT word`, `BUKAN word`)."""

    child: Node

    def __str__(self) -> str:
        return f"-{_operand(self.child)}"


class Must(Node, frozen=True, eq=False):
    """What must match even when the rest is relaxed (`+word`)."""

    child: Node

    def __str__(self) -> str:
        return f"+{_operand(self.child)}"


class And(Node, frozen=True, eq=False):
    """All children must match: said so, hence never relaxed."""

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return _joined("AND", "&&", [_grouped(c, And, Or) for c in self.children])


class Or(Node, frozen=True, eq=False):
    """At least one child must match."""

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return _joined("OR", "||", [_grouped(c, Or) for c in self.children])


class Term(Node, frozen=True, eq=False):
    """A term of a text field as it is indexed: `AS`, `5500000000usd`. No question holds one.

    Its score counts `weight` times.
    """

    text: str
    field: str = "stem"
    weight: float = 1.0

    def __str__(self) -> str:
        return self.text


class Either(Node, frozen=True, eq=False):
    """One thing by any of its names, which counts and ranks as one word; made by `expand`.

    `text` is what was typed. A child of several Words is found where they stand apart, too, and a
    Filter by what it holds.
    """

    text: str
    children: tuple[Node, ...]

    def __str__(self) -> str:
        return self.text


class Words(Node, frozen=True, eq=False):
    """Children side by side, as people type them: all of them, or else most (DESIGN: ranking).

    An empty one is the question without words: every article.
    """

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_grouped(c, And, Or, Words) for c in self.children)


def _grouped(node: Node, *looser: type[Node]) -> str:
    """The node, in parentheses where it binds no tighter than what it stands in."""
    return f"({node})" if isinstance(node, looser) else str(node)


def _operand(node: Node) -> str:
    """The node as it stands directly after a sign or a colon."""
    if isinstance(node, Word):
        return node.text  # not an operator there
    return _grouped(node, Not, Must, And, Or, Words)


def _joined(word: str, sign: str, operands: list[str]) -> str:
    """Operands with an operator between; in a question all in capitals only the sign is one."""
    joined = f" {word} ".join(operands)
    return f" {sign} ".join(operands) if joined.isupper() else joined
