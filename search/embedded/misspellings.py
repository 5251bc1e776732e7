"""Maksud Anda: the question with its misspelt words as the archive spells them.

A noisy channel (Kernighan, Church and Gale, "A Spelling Correction Program Based on a Noisy Channel
Model", COLING 1990): of the archive's words near to an unknown or very rare one, the likeliest is
what the archive makes likely, at the cost of the slips that lead from it to what was typed. How
likely a word is depends on the rest of the question: articles that hold much of that count for
most. Nothing is suggested where what was typed is likely enough.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.enrich.names import name_key
from index.language.analyzer import query_stem
from index.language.fold import fold
from index.language.spelling import modern_spelling
from index.language.tokens import words
from index.schema import STEM, SURFACE
from search.embedded.match import idf
from search.embedded.snapshot import Postings, Snapshot
from search.query.ast import And, Must, Node, Or, Part, Phrase, Word, Words

# A word that more articles have is taken for right; in a small archive, one that any has.
_MOST_RARE = 20
_RARE_SHARE = 1 / 2000
# The better word is so many times as frequent, and not in one article alone.
_MORE_FREQUENT = 10
_FEWEST = 2
_SHORTEST = 4
_SHORTEST_FOR_TWO_EDITS = 6
# In logarithms of likelihood, tuned by benchmarks/suggestions.py.
_COST_OF_EDIT = 3.0
_UNKNOWN = 0.01  # articles that an unknown word might yet be in
_CONTEXTLESS = 0.001  # what an article counts that has nothing else of the question
_CANDIDATES = 12  # the nearest and most frequent, of which the likeliest is found
_NO_WEIGHT = 1e-9  # what rounding leaves of it
# A longer question was not typed.
_MOST_WORDS = 64

_VOWELS = frozenset("aeiou")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    key: (row, place + row / 2)
    for row, keys in enumerate(_KEYBOARD)
    for place, key in enumerate(keys)
}


class _Asked(NamedTuple):
    """A word of the question, its place there, and the articles that it finds."""

    surface: str
    start: int
    end: int
    stems: tuple[str, ...]
    found: Postings


# How many articles have any of some stems or a surface form.
Holding = Callable[[Sequence[str], str], int]


def corrected(
    snapshot: Snapshot, question: str, tree: Node, holding: Holding | None = None
) -> str | None:
    """The question with misspelt words exchanged; None where nothing better is likely.

    `holding` knows of articles whose words are not in the snapshot: what they hold is no slip.
    """
    # What is asked for as an alternative says nothing of the others.
    alternatives = tree.children if isinstance(tree, Or) else (tree,)
    text, shift = question, 0
    for slip, better in chain.from_iterable(
        _corrections(snapshot, question, one, holding) for one in alternatives
    ):
        text = text[: slip.start + shift] + better + text[slip.end + shift :]
        shift += len(better) - (slip.end - slip.start)
    return text if text != question else None


def _corrections(
    snapshot: Snapshot, question: str, node: Node, holding: Holding | None
) -> Iterator[tuple[_Asked, str]]:
    """The misspelt words of a node, in order, and what each is to be exchanged for."""
    asked = list(_asked(snapshot, question, node))
    most = most_rare(snapshot)
    rare = [one for one in asked if len(one.found) <= most and _may_be_misspelt(question, one)]
    if not rare or len(asked) > _MOST_WORDS:
        return
    if holding is not None:
        rare = [one for one in rare if holding(one.stems, one.surface) <= most]
    context = _Context(snapshot, asked)
    for slip in rare:
        if (better := _better(snapshot, slip, context)) is not None:
            yield slip, _in_case_of(question[slip.start : slip.end], better)


def most_rare(snapshot: Snapshot) -> int:
    """In how many articles a word may be that is still looked at."""
    return min(_MOST_RARE, int(_RARE_SHARE * snapshot.size))


def _asked(snapshot: Snapshot, question: str, node: Node) -> Iterator[_Asked]:
    """The words that a question asks for, in its order, those in quotes too."""
    if isinstance(node, Word | Phrase):
        for match in words(question[node.start : node.end]):
            stem = query_stem(match[0])
            if stem is not None:
                start = node.start + match.start()
                surface = fold(match[0])
                stems = (stem, modern_spelling(surface))
                by_stem = (snapshot.postings(STEM.name, one) for one in stems)
                found = max(snapshot.postings(SURFACE.name, surface), *by_stem, key=len)
                yield _Asked(surface, start, start + len(match[0]), stems, found)
    elif isinstance(node, Must | Part):
        yield from _asked(snapshot, question, node.child)
    elif isinstance(node, And | Or | Words):
        for child in node.children:
            yield from _asked(snapshot, question, child)


def _may_be_misspelt(question: str, slip: _Asked) -> bool:
    """Whether a word is none of numbers, addresses, short words and abbreviations."""
    typed = question[slip.start : slip.end]
    return (
        slip.surface.isalpha()
        and len(slip.surface) >= _SHORTEST
        and (not typed.isupper() or question.isupper())
    )


class _Context:
    """How much of a question its articles hold: what makes one of its words likely."""

    def __init__(self, snapshot: Snapshot, asked: Sequence[_Asked]) -> None:
        self._snapshot = snapshot
        self._weights = [idf(snapshot, len(one.found)) * bool(len(one.found)) for one in asked]
        self._held = np.zeros(snapshot.size)
        for one, weight in zip(asked, self._weights, strict=True):
            if weight:
                self._held[one.found.docs] += weight

    def without(self, slip: _Asked) -> NDArray[np.float64]:
        """What each document counts by the words that it holds besides one that may be wrong."""
        held, total = self._held.copy(), sum(self._weights)
        if len(slip.found):
            weight = idf(self._snapshot, len(slip.found))
            held[slip.found.docs] -= weight
            total -= weight
        if total > _NO_WEIGHT:
            held /= total
            held = _CONTEXTLESS + held * held * held
        else:
            held[:] = 1.0
        return held * self._snapshot.alive


def _better(snapshot: Snapshot, slip: _Asked, context: _Context) -> str | None:
    """The likeliest word that may have been meant."""
    near = _near(snapshot, slip.surface, max(_FEWEST, _MORE_FREQUENT * len(slip.found)))
    if not near:
        return None
    counts = context.without(slip)

    def likelihood(found: Postings) -> float:
        return math.log(float(counts[found.docs].sum()) + _UNKNOWN)

    best, most = None, likelihood(slip.found)
    for word in near:
        likely = likelihood(snapshot.postings(SURFACE.name, word)) - _COST_OF_EDIT * _edits(
            slip.surface, word
        )
        if likely > most and query_stem(word) != query_stem(slip.surface):
            best, most = word, likely
    return best


def _near(snapshot: Snapshot, word: str, fewest: int) -> list[str]:
    """The archive's words one edit away, two for a long one, in at least `fewest` articles.

    The nearest and most frequent of them. A swap of neighbours is one edit. Two edits that leave
    neither half of a word as it is are not looked for.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    most_edits = 2 if len(word) >= _SHORTEST_FOR_TWO_EDITS else 1
    half = (len(word) - 1) // 2
    articles: Counter[str] = Counter()
    distances: dict[str, int] = {}
    for segment in snapshot.segments:
        field = segment.text[SURFACE.name]
        table = field.terms
        frequencies = np.diff(field.starts)
        # A word that is in so many articles is in its share of them in one segment.
        numbers = (frequencies >= -(-fewest // len(snapshot.segments))).nonzero()[0]
        lengths = table.offsets[numbers + 1] - table.offsets[numbers]
        shortest, longest = len(word) - most_edits, len(word) + most_edits
        numbers = numbers[(lengths >= shortest) & (lengths <= longest)]
        begin_alike = table.with_prefix(word[:half])
        first, last = numbers.searchsorted((begin_alike.start, begin_alike.stop)).tolist()
        ends = table.offsets[numbers + 1]
        alike = np.ones(len(numbers), dtype=np.bool_)
        for back, byte in enumerate(reversed(word[-half:].encode()), 1):
            alike &= table.blob[ends - back] == byte
        alike[first:last] = True
        numbers = numbers[alike]
        near = [table[number] for number in numbers.tolist()]
        if near:
            edits = cdist([word], near, scorer=OSA.distance, score_cutoff=most_edits)[0]
            for place in (edits <= most_edits).nonzero()[0].tolist():
                articles[near[place]] += int(frequencies[numbers[place]])
                distances[near[place]] = int(edits[place])
    ranked = sorted(
        (_COST_OF_EDIT * distances[one] - math.log(count), one)
        for one, count in articles.items()
        if count >= fewest and one.isalpha()
    )
    return [one for _, one in ranked[:_CANDIDATES]]


def _edits(typed: str, meant: str) -> float:
    """How far one word is from another in slips: common ones are less than one edit."""
    from rapidfuzz.distance import OSA

    if name_key(typed) == name_key(meant):
        return 0.6  # one sound in two spellings, old ones too: lavrov, lavrof; sukarno, soekarno
    edits = float(OSA.distance(typed, meant))
    if edits > 1:
        return edits
    place = next(
        (n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b),
        min(len(typed), len(meant)),
    )
    if not place:
        return 1.4  # the first letter is seldom wrong (Yannakoudakis and Fawthrop 1983)
    if len(typed) != len(meant):
        longer = max(typed, meant, key=len)
        return 0.6 if longer[place] == longer[place - 1] else 0.9
    if sorted(typed) == sorted(meant):
        return 0.7
    (row, key), (other_row, other_key) = (_KEYS.get(w[place], (9, 99)) for w in (typed, meant))
    if abs(row - other_row) <= 1 and abs(key - other_key) <= 1:
        return 0.7
    return 0.8 if {typed[place], meant[place]} <= _VOWELS else 1.0


def _in_case_of(typed: str, word: str) -> str:
    if typed.isupper():
        return word.upper()
    return word.capitalize() if typed[:1].isupper() else word
