"""The words of a question in a text, without reading all of the text.

A stem stands in its word as it is, but for its first letter, which a prefix may change (*tulis*,
*menulis*): so only the neighbourhoods of such places are analysed, and those of old spellings,
apostrophes and letters beyond ASCII, for which that does not hold. It held for all of the other
142,822 words of 38,230 news articles. A question with digits or hyphens is looked for in the whole
text.
"""

import re
from collections.abc import Collection, Iterator

from index.language.analyzer import Token, analyze

# Punctuation beyond ASCII that is no part of a word.
_MARKS = "“”«»–—…•\u00a0"
_IRREGULAR = ("oe", "tj", "dj", "'", "`")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# A shorter one is read as a headline, or soon.
_SHORT_CHARS = 400


class Finder:
    """Finds the tokens that `analyze` gives with some stems or surfaces.

    They are the same but for `position`: here words side by side have positions side by side, and
    no others.
    """

    def __init__(self, stems: Collection[str], surfaces: Collection[str]) -> None:
        self._stems = frozenset(stems)
        self._surfaces = frozenset(surfaces)
        tails = {stem[1:] if len(stem) > 2 else stem for stem in map(str.lower, stems)}
        tails.update(surfaces)
        self._can_skip = all(tail.isalpha() and tail.isascii() for tail in tails)
        tails.update(_IRREGULAR)
        self._tails = [tail for tail in tails if not any(o in tail for o in tails - {tail})]

    def tokens(self, text: str) -> list[Token]:
        """Those tokens of a text, in order."""
        lower = text.lower()
        for mark in _MARKS:
            lower = lower.replace(mark, " ")
        stems, surfaces = self._stems, self._surfaces
        found: list[Token] = []
        if self._can_skip and len(text) > _SHORT_CHARS and len(lower) == len(text):
            for start, end in self._neighbourhoods(text, lower):
                found += [
                    Token(surface, stem, position + start, first + start, last + start)
                    for surface, stem, position, first, last in analyze(text[start:end], False)
                    if stem in stems or surface in surfaces
                ]
            return found
        return [one for one in analyze(text) if one.stem in stems or one.surface in surfaces]

    def _neighbourhoods(self, text: str, lower: str) -> Iterator[tuple[int, int]]:
        """The parts of a text around what is looked for, ascending, from space to space."""
        begin = end = 0
        for place in sorted(self._places(lower)):
            if place < end:
                continue
            start = _chunk_before(text, place)
            if start > end:
                if end:
                    yield begin, end
                begin = start
            end = text.find(" ", place) + 1 or len(text)
        if end:
            yield begin, end

    def _places(self, lower: str) -> Iterator[int]:
        for tail in self._tails:
            place = lower.find(tail)
            while place >= 0:
                yield place
                place = lower.find(tail, place + 1)
        if not lower.isascii():
            for match in _BEYOND_ASCII.finditer(lower):
                yield match.start()


def _chunk_before(text: str, place: int) -> int:
    """Where the word before that at a place begins, which tells whether a sentence begins."""
    here = before = text.rfind(" ", 0, place) + 1
    while before and not any(map(str.isalnum, text[before:here])):
        before = text.rfind(" ", 0, before - 1) + 1
    return before
