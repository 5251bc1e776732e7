"""The question as a tree. Nodes keep their place in the text; equality does not look at it.

`str(node)` is a question that parses to an equal node.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a question, at `start:end` of its text (code points, half-open)."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word(Node):
    """One word, as typed. It matches every form of its stem."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """Words in surface form, in order and adjacent; with `slop`, up to that many words apart."""

    words: tuple[str, ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix(Node):
    """Every word that begins with `text` (typed `senjat*`)."""

    text: str


@dataclass(frozen=True, slots=True)
class Fuzzy(Node):
    """Every word at most one edit from `text` (typed `lavrof~`)."""

    text: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """A value of a keyword field, typed `negara:Rusia`; `field` is the English name.

    `values` are alternatives (`negara:RU,VE`).
    """

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part(Node):
    """A child that is looked for in the title or in the body only (`judul:rusia`)."""

    part: str  # "title" or "body"
    child: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """What must not match (`-word`, `NOT word`, `BUKAN word`)."""

    child: Node


@dataclass(frozen=True, slots=True)
class Must(Node):
    """What must match even when the rest is relaxed (`+word`)."""

    child: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """All children must match: said so, hence never relaxed."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """At least one child must match."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Words(Node):
    """Children side by side, as people type them: all of them, or else most (DESIGN: ranking).

    An empty one is the question without words: every article.
    """

    children: tuple[Node, ...]
