"""The words of a question in a text, without reading all of the text.

A stem stands in its word as it is, but for its first letter, which a prefix may change (*tulis*,
*menulis*): so only the words at such places are analysed, and those with old spellings,
apostrophes and letters beyond ASCII, for which that does not hold. It held for all of the other
142,822 words of 38,230 news articles. A number is looked for by its digits up to its last zeros,
which a word may stand for: 5,5 miliar is 5500000000.

What a text has between two spaces is read the same wherever it stands, but for names, which the
words before decide, and amounts; so it is analysed once for all texts.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from index.language.analyzer import Token, analyze
from index.language.tokens import pieces

# Punctuation beyond ASCII that is no part of a word.
_MARKS = "“”«»–—…•\u00a0"
# Where a word may be written otherwise than it is indexed. What follows the 2,000 characters that
# are read of a web address is a word, though it begins inside a run of letters.
_IRREGULAR = ("oe", "tj", "dj", "'", "`", "http", "www.")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_DIGIT = re.compile(r"[0-9]")
# A number, and an amount as it is indexed.
_NUMBER = re.compile(r"([0-9][0-9.,]*)(?:%|[a-z]{3})?")
# A longer one may be the beginning of a number that is indexed no further.
_WHOLE_DIGITS = 31
# Covid-19 is found by covid19.
_NUMBERED = re.compile(r"([a-z]+)([0-9]+)")
# Behind the number of an amount: 5 miliar dolar Amerika Serikat.
_WORDS_OF_AMOUNT = 4
# A shorter text is read as a headline, or soon.
_SHORT_CHARS = 400
# What is remembered of one question; a longer chunk does not come back.
_MOST_CHUNKS = 10_000
_LONGEST_CHARS = 64


class _Chunk(NamedTuple):
    """What is sought in a chunk, the text up to a space; positions and places count from its start.

    `inside` is what is found after a letter or digit and a space, `anywhere` what is found
    whatever stands before. None where that cannot be told from the chunk.
    """

    words: int
    inside: list[Token] | None
    anywhere: list[Token] | None


class Finder:
    """Finds the tokens that `analyze` gives with some stems or surfaces.

    They are the same but for `position`: here words side by side have positions side by side, and
    no others.
    """

    def __init__(self, stems: Collection[str], surfaces: Collection[str]) -> None:
        self._stems = frozenset(stems)
        self._surfaces = frozenset(surfaces)
        numbers = set(filter(_DIGIT.search, self._stems | self._surfaces))
        self._numbers = [re.compile(pattern) for pattern in set(map(_written, numbers))]
        roots = map(str.lower, self._stems - numbers)
        tails = {root[1:] if len(root) > 2 else root for root in roots}
        tails.update(self._surfaces - numbers, _IRREGULAR)
        self._tails = [tail for tail in tails if not any(o in tail for o in tails - {tail})]
        self._chunks: dict[str, _Chunk] = {}

    def tokens(self, text: str) -> list[Token]:
        """Those tokens of a text, in order."""
        lower = text.lower()
        if len(text) <= _SHORT_CHARS or len(lower) != len(text):
            return self._sought(analyze(text))
        for mark in _MARKS:
            lower = lower.replace(mark, " ")
        # Past the call of Token(…), as in analyze.
        new, chunks, found = tuple.__new__, self._chunks, list[Token]()
        end = position = 0
        for place in sorted(self._places(lower)):
            if place < end:
                continue
            begin = text.rfind(" ", end, place) + 1 or end
            if any(map(str.isalnum, text[end:begin])):
                position += 1
            end = text.find(" ", place) + 1 or len(text)
            written = text[begin:end]
            chunk = chunks.get(written) or self._chunk(written)
            tokens = chunk.anywhere
            if tokens is None:
                tokens = chunk.inside
                if tokens is None or begin < 2 or not text[begin - 2].isalnum():
                    tokens = self._in_context(text, begin, end, chunk.words)
            for surface, stem, number, first, last in tokens:
                found.append(
                    new(Token, (surface, stem, position + number, begin + first, begin + last))
                )
            position += chunk.words
        return found

    def _places(self, lower: str) -> Iterator[int]:
        for tail in self._tails:
            place = lower.find(tail)
            while place >= 0:
                yield place
                place = lower.find(tail, place + 1)
        for number in self._numbers:
            for match in number.finditer(lower):
                yield match.start()
        if not lower.isascii():
            for match in _BEYOND_ASCII.finditer(lower):
                yield match.start()

    def _chunk(self, written: str) -> _Chunk:
        """A chunk read, and remembered."""
        at_start = analyze(written, False)
        inside = anywhere = None
        # An amount depends on the words before and behind, a name has a capital.
        if not (self._numbers and _DIGIT.search(written)):
            anywhere = inside = self._sought(at_start)
            if not written.islower():
                inside = self._sought(analyze(f"x {written}", False), 1, len("x "))
                anywhere = inside if inside == anywhere else None
        words = at_start[-1].position + 1 if at_start else 0
        chunk = _Chunk(words, inside, anywhere)
        if len(written) <= _LONGEST_CHARS:
            if len(self._chunks) >= _MOST_CHUNKS:
                self._chunks.clear()
            self._chunks[written] = chunk
        return chunk

    def _in_context(self, text: str, begin: int, end: int, words: int) -> list[Token]:
        """What is sought in the chunk at `begin:end`, from the word before on."""
        before = begin
        while before and not any(map(str.isalnum, text[before:begin])):
            before = text.rfind(" ", 0, before - 1) + 1
        if self._numbers:
            for _ in range(_WORDS_OF_AMOUNT):
                end = text.find(" ", end) + 1 or len(text)
        words_before = len(pieces(text[before:begin])) // 2
        tokens = self._sought(analyze(text[before:end], False), words_before, begin - before)
        return [token for token in tokens if token.position < words]

    def _sought(
        self, tokens: list[Token], words_before: int = 0, chars_before: int = 0
    ) -> list[Token]:
        """Those of some tokens that are sought, behind so many words and counted from there."""
        stems, surfaces = self._stems, self._surfaces
        return [
            Token(surface, stem, position - words_before, first - chars_before, last - chars_before)
            for surface, stem, position, first, last in tokens
            if position >= words_before and (stem in stems or surface in surfaces)
        ]


def _written(term: str) -> str:
    """A pattern for what is in a text where a term with digits is found.

    Of a number the digits up to its last zeros, which a word may stand for (5,5 miliar), with
    points and commas anywhere; other words as they are.
    """
    if number := _NUMBER.fullmatch(term):
        digits = re.sub("[.,]", "", number[1]).rstrip("0") or "0"
        if len(digits) > _WHOLE_DIGITS:
            return "[.,]?".join(digits)
        first, others = digits[0], digits[1:]
        return "[.,]?".join([f"{first}(?<![1-9]{first})", *others]) + "(?![.,]?[1-9])"
    if numbered := _NUMBERED.fullmatch(term):
        return f"{numbered[1]}-?{numbered[2]}"
    return re.escape(term)
