"""Aliases in a question: short forms, old and foreign names, and what they stand for."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.language.fold import fold
from index.language.tokens import words
from index.lexicon import lexicon_lines


class Form(NamedTuple):
    """One way to write a name.

    `capitals` is a form that is another word without them (AS); `asked` one that is understood
    but not looked for, since in articles it mostly says something else ("Amerika").
    """

    text: str
    capitals: bool
    asked: bool


class Found(NamedTuple):
    """A form among the words of a question, `start:stop` of them, and all forms of its group.

    `sure` is false for a form in capitals that was typed without.
    """

    start: int
    stop: int
    typed: Form
    group: tuple[Form, ...]
    sure: bool


class Aliases:
    """Groups of forms, looked up by their words; groups that share a form are one."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        """Forms are marked as lexicon/aliases.txt says: `AS*`, `Amerika?`."""
        self._groups: dict[str, dict[str, str]] = {}
        for forms in groups:
            group = {_key(form): form for form in forms}
            for key in tuple(group):
                if key in self._groups:
                    group = self._groups[key] | group
            self._groups.update(dict.fromkeys(group, group))
        self._longest = max((key.count(" ") + 1 for key in self._groups), default=0)

    def find(self, typed: Sequence[str]) -> Iterator[Found]:
        """The forms in a sequence of words as they were typed: from the left, the longest first.

        They do not overlap. A group of one form has nothing to add and only hides shorter ones.
        """
        folded = [fold(word) for word in typed]
        start = 0
        while start < len(folded):
            for stop in range(min(len(folded), start + self._longest), start, -1):
                key = " ".join(folded[start:stop])
                if group := self._groups.get(key):
                    if len(group) > 1:
                        form = _form(group[key])
                        sure = not form.capitals or typed[start] == form.text
                        yield Found(start, stop, form, tuple(map(_form, group.values())), sure)
                    break
            start = stop


@lru_cache(maxsize=8)
def aliases(further: tuple[tuple[str, ...], ...]) -> Aliases:
    """lexicon/aliases.txt and further groups, which a configuration gives."""
    shipped = (line.split("|") for line in lexicon_lines("aliases.txt"))
    return Aliases((*shipped, *further))


_MARKS = "*?"


def _form(marked: str) -> Form:
    text = marked.rstrip(_MARKS)
    return Form(text, "*" in marked, "?" in marked)


def _key(marked: str) -> str:
    """The folded words of a form, with spaces between."""
    text = marked.rstrip(_MARKS)
    if text.isascii() and text.replace(" ", "").isalnum():  # most, and in a tenth of the time
        return text.lower()
    return " ".join(fold(word[0]) for word in words(text))
