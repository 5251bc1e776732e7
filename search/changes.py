"""What a newer version of an article says otherwise than the one before."""

import difflib
import re
from collections.abc import Iterator

import msgspec

from index.article import Article

_SENTENCE_END = re.compile(r"([.!?…][\"”’)]*)\s+")
# Compared sentence by sentence; when it was changed is told beside the version.
_NOT_LISTED = ("body", "modified")


class Change(msgspec.Struct, frozen=True):
    """What a field had and has no more, and what it has now: for the body, sentences."""

    field: str
    removed: list[str]
    added: list[str]


def changes(before: Article, after: Article) -> Iterator[Change]:
    """The differences between two versions: the fields first, then the body from its beginning."""
    for name in Article.__struct_fields__:
        old, new = _values(getattr(before, name)), _values(getattr(after, name))
        if name not in _NOT_LISTED and old != new:
            yield Change(
                name,
                [one for one in old if one not in new],
                [one for one in new if one not in old],
            )
    old, new = _sentences(before.body), _sentences(after.body)
    compared = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, new_first, new_last in compared.get_opcodes():
        if kind != "equal":
            yield Change("body", old[first:last], new[new_first:new_last])


def _values(value: str | tuple[str, ...] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _sentences(text: str) -> list[str]:
    lines = _SENTENCE_END.sub(r"\1\n", text).split("\n")
    return [line.strip() for line in lines if line.strip()]
