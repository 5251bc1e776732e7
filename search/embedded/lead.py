"""Where an article first says what is asked: the positions behind the formula's lead part."""

import numpy as np
from numpy.typing import NDArray

from index.schema import SURFACE, TITLE_BODY_GAP
from search.embedded.docsets import NO_DOCS, Docs, intersection
from search.embedded.match import Leaf
from search.embedded.snapshot import Snapshot

# An office has some twenty names at most; a prefix has thousands of words, which are not looked up.
_MOST_FORMS = 32
# Document and position side by side in one integer.
_POSITION_BITS = 32


def words_before(snapshot: Snapshot, leaf: Leaf, docs: Docs) -> NDArray[np.float64]:
    """How many words of each body stand before the leaf's first surface form; inf without one.

    `docs` ascend. A stem says nothing: positions are those of surface forms.
    """
    before = np.full(len(docs), np.inf)
    forms = [*((word,) for word in leaf.surfaces), *leaf.phrases]
    if len(forms) > _MOST_FORMS:
        return before
    body_starts = snapshot.title_lengths[docs] + TITLE_BODY_GAP
    for form in forms:
        numbers, positions = _places(snapshot, form, docs)
        offsets = positions - body_starts[numbers]
        in_body = offsets >= 0
        np.minimum.at(before, numbers[in_body], offsets[in_body])
    return before


def _places(snapshot: Snapshot, form: tuple[str, ...], docs: Docs) -> tuple[Docs, Docs]:
    """Where words follow one another: numbers into `docs`, and the positions of the first."""
    if len(form) == 1:
        return _word_places(snapshot, form[0], docs)
    starts = []
    for offset, word in enumerate(form):
        numbers, positions = _word_places(snapshot, word, docs)
        early = positions >= offset
        starts.append((numbers[early] << _POSITION_BITS) + positions[early] - offset)
    found = intersection(starts)
    return found >> _POSITION_BITS, found & ((1 << _POSITION_BITS) - 1)


def _word_places(snapshot: Snapshot, word: str, docs: Docs) -> tuple[Docs, Docs]:
    """Where a word stands, as in `_places`."""
    numbers = snapshot.postings(SURFACE.name, word).freqs_of(docs).nonzero()[0]
    holding = docs[numbers]
    found_numbers, found_positions = [NO_DOCS], [NO_DOCS]
    begins = holding.searchsorted([*snapshot.bases, snapshot.size]).tolist()
    for (base, segment), first, last in zip(snapshot.parts(), begins, begins[1:], strict=False):
        if first < last:
            field = segment.text[SURFACE.name]
            local, positions = field.positions_in(
                field.terms.find(word), holding[first:last] - base
            )
            found_numbers.append(docs.searchsorted(local + base))
            found_positions.append(positions)
    return np.concatenate(found_numbers), np.concatenate(found_positions)
