"""Text to tokens and question words to stems: what is indexed, and what is asked."""

import re
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from index.language.fold import fold
from index.language.memo import Memo
from index.language.numbers import amount_at, plain_number
from index.language.spelling import modern_spelling
from index.language.stemmer import stem
from index.language.tokens import pieces
from index.lexicon import lexicon_lines

# Part of an index's fingerprint: raised whenever the tokens of some text change.
ANALYZER_VERSION = 3

# Code points of a word that are read; a longer run of letters is no word that anyone asks for,
# and is indexed by its beginning. Its span is the whole run.
TERM_CHARS = 64

# A headline is a short text; beyond, capitals are judged sentence by sentence.
_HEADLINE_CHARS = 250
_HEADLINE_CAPITALS = 0.6


class Token(NamedTuple):
    """A word at `start:end` (code points of the text, half-open) and at a position, counted in
    words from 0. `surface` is the folded word; `stem` its stem, the modern spelling for a name,
    None for a stop word. What else a word is found by follows it, at its position: the parts of a
    hyphenated word, a short word in capitals as it is (AS), and the value of an amount, which
    spans the whole expression.
    """

    surface: str
    stem: str | None
    position: int
    start: int
    end: int


class _Part(NamedTuple):
    surface: str
    stem: str | None
    start: int
    end: int
    name: str | None  # its stem as a part of a name; None without a capital


def analyze(text: str, headline: bool | None = None) -> list[Token]:
    """The tokens of running text, in order; whether it is a headline is read in it.

    A capital inside a sentence marks a name, whose stem is its modern spelling; at the start of
    a sentence, and in a headline, where most words have one, it marks nothing, and the word is
    stemmed like any other (the lexicon holds the names that would suffer).
    """
    split = pieces(text)
    places = list(accumulate(map(len, split)))
    words = split[1::2]
    if headline is None:
        headline = _is_headline(text, words)
    reads = map(_readings.__getitem__, [word[:TERM_CHARS] for word in words])
    new, tokens = tuple.__new__, list[Token]()
    # Past the call of Token(…), which takes a tenth of the time.
    for position, (start, end, (surface, root, more)) in enumerate(
        zip(places[:-1:2], places[1::2], reads, strict=True)
    ):
        if more is None:
            tokens.append(new(Token, (surface, root, position, start, end)))
            continue
        name, number, parts = more
        named = False
        if name is not None:
            raw = words[position]
            if headline:
                named = raw.isupper() and not text.isupper()
            else:
                before = words[position - 1] if position else ""
                named = not _starts_sentence(split[2 * position], before)
            if named:
                root = name
        tokens.append(new(Token, (surface, root, position, start, end)))
        for part in parts:
            part_stem = part.name if part.name is not None and named else part.stem
            tokens.append(
                Token(part.surface, part_stem, position, start + part.start, start + part.end)
            )
        if number and end - start <= TERM_CHARS and (amount := amount_at(text, start, end)):
            for term in amount.terms:
                tokens.append(Token(surface, term, position, amount.start, amount.end))
    return tokens


def query_stem(word: str) -> str | None:
    """The stem of one word of a question, typed in any case; None for a stop word."""
    return _readings[word[:TERM_CHARS]][1]


@cache
def stop_words() -> frozenset[str]:
    """lexicon/stopwords.txt."""
    return frozenset(lexicon_lines("stopwords.txt"))


# What few words have more than a surface and a stem: the stem if it is a name, None without a
# capital; whether it may be a number; its parts.
_More = tuple[str | None, bool, tuple[_Part, ...]]


def _read(raw: str) -> tuple[str, str | None, _More | None]:
    """(surface, stem, more) of a word as it is written. A plain tuple unpacks ten times sooner."""
    surface = fold(raw)
    parts = _parts(raw, surface)
    if surface in stop_words():
        return surface, None, (None, False, parts) if parts else None
    number = surface[0].isdecimal() and surface[-1].isdecimal()
    modern = modern_spelling(surface)
    root = plain_number(surface) if number else stem(surface)
    if root == surface:
        root = modern
    name = modern if raw[:1].isupper() else None
    more = (name, number, parts) if name is not None or number or parts else None
    return surface, root, more


_readings = Memo(_read)


# A short word in capitals can be another word than without them: AS and as, MA and ma.
_ACRONYM = re.compile("[A-Z]{2,3}")

# G-20 and Covid-19: a name with its number, which alone would be read as a quantity.
_NUMBERED = re.compile(r"([^\W\d_]+)[-‐‑](\d+)")


def _parts(raw: str, surface: str) -> tuple[_Part, ...]:
    """An acronym itself; the parts of a hyphenated word, each once; none for an address.

    A numbered name gives its joined form, as it is also written (G20), and its word where it is
    more than a letter (Covid).
    """
    if _ACRONYM.fullmatch(raw):
        return (_Part(surface, raw, 0, len(raw), None),)
    if "-" not in surface or "@" in raw or "/" in raw or "." in raw:
        return ()
    if numbered := _NUMBERED.fullmatch(raw):
        joined = surface.replace("-", "")
        parts = [_Part(joined, joined, 0, len(raw), None)]
        if len(numbered[1]) > 1:
            parts.append(_part(numbered[1], 0))
        return tuple(parts)
    found: dict[str, _Part] = {}
    for match in re.finditer(r"[^-‐‑]+", raw):
        if match[0] == raw:  # the hyphen came from folding a letter that has none
            return ()
        part = _part(match[0], match.start())
        found.setdefault(part.surface, part)
    return tuple(found.values())


def _part(raw: str, start: int) -> _Part:
    surface, root, more = _readings[raw]
    return _Part(surface, root, start, start + len(raw), more[0] if more else None)


_SENTENCE_END = re.compile(r"[.!?…:;\n\r\u2029•“\"«]|--|[—–]|\s-\s")
# Dr. Budi, H. Amin, Jl. Melati: a point after so short a word with a capital ends no sentence.
_ABBREVIATION = re.compile(r"[A-Z][a-z]{0,2}|Prof|Drs")


def _starts_sentence(gap: str, before: str) -> bool:
    """Whether a sentence starts after `gap`, which follows the word `before` or the beginning."""
    if gap == " ":
        return False
    if not before:
        return True
    if gap[:1] == "." and gap.strip() == "." and _ABBREVIATION.fullmatch(before):
        return False
    return _SENTENCE_END.search(gap) is not None


def _is_headline(text: str, words: list[str]) -> bool:
    """Whether a short text has capitals on most of its words of four letters or more."""
    if len(text) > _HEADLINE_CHARS:
        return False
    long_words = [word for word in words if len(word) > 3]
    capitals = sum(word[0].isupper() for word in long_words)
    return len(long_words) > 3 and capitals >= _HEADLINE_CAPITALS * len(long_words)
