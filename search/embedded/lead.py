"""Where an article first says what is asked: the positions behind the formula's lead part."""

import numpy as np
from numpy.typing import NDArray

from index.schema import SURFACE, TITLE_BODY_GAP
from index.segments.arrays import spans
from index.segments.postings import MAX_FREQ
from index.segments.segment import TextField
from search.embedded.docsets import NO_DOCS, Docs, intersection, look_up_postings
from search.embedded.match import Leaf
from search.embedded.snapshot import Snapshot

# An office has some twenty names at most; a prefix has thousands of words, which are not looked up.
MOST_FORMS = 32
# Document and position side by side in one integer.
_POSITION_BITS = 32


def words_before(snapshot: Snapshot, leaf: Leaf, docs: Docs) -> NDArray[np.float64]:
    """How many words of each body stand before the leaf, inf where it does not stand there.

    `docs` ascend. The surface forms and the stem, where that is a word by itself, are found by
    their positions. Of other forms it is only known how many there are: n of them, anywhere in a
    body, leave one part in n + 1 of it before the first.
    """
    before = np.full(len(docs), np.inf)
    forms = [*((word,) for word in leaf.surfaces | leaf.stems), *leaf.phrases]
    if len(forms) > MOST_FORMS:
        return before
    others = leaf.stem.freqs_of(docs) if len(leaf.stem) else np.zeros(len(docs))
    begins = docs.searchsorted([*snapshot.bases, snapshot.size]).tolist()
    for (base, segment), first, last in zip(snapshot.parts(), begins, begins[1:], strict=False):
        if first == last:
            continue
        local = docs[first:last] - base
        body_starts = segment.title_lengths[local].astype(np.int64) + TITLE_BODY_GAP
        for form in forms:
            numbers, positions = _places(segment.text[SURFACE.name], form, local)
            others[first:last] -= np.bincount(numbers, minlength=len(local))
            offsets = positions - body_starts[numbers]
            in_body = offsets >= 0
            np.minimum.at(before[first:last], numbers[in_body], offsets[in_body])
    expected = snapshot.body_lengths[docs] / (np.maximum(others, 0) + 1)
    return np.where(others > 0, np.minimum(before, expected), before)


def _places(field: TextField, form: tuple[str, ...], docs: Docs) -> tuple[Docs, Docs]:
    """Where words follow one another: numbers into some ascending documents, and the positions of
    the first word.
    """
    if len(form) == 1:
        return _word_places(field, form[0], docs)
    starts = []
    for offset, word in enumerate(form):
        numbers, positions = _word_places(field, word, docs)
        fits = positions >= offset
        starts.append((numbers[fits] << _POSITION_BITS) + positions[fits] - offset)
    found = intersection(starts)
    return found >> _POSITION_BITS, found & ((1 << _POSITION_BITS) - 1)


def _word_places(field: TextField, word: str, docs: Docs) -> tuple[Docs, Docs]:
    """Where a word stands, as in `_places`."""
    term = field.terms.find(word)
    if term < 0:
        return NO_DOCS, NO_DOCS
    where = field.where(term)
    places, found = look_up_postings(field.postings[where], docs)
    numbers = (found <= MAX_FREQ).nonzero()[0]
    begins, freqs = field.position_spans(where.start + places[numbers])
    positions = field.positions.at(spans(begins, freqs))
    return numbers.repeat(freqs), positions.astype(np.int64)
