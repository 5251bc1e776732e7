"""Sets of documents as ascending arrays, and as the postings that a segment has of them.

numpy's own set functions import `numpy.ma` at their first call, 10 ms of a command's start.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.segments.arrays import Ints, is_first, stable_order
from index.segments.postings import MAX_FREQ, docs_of, first_postings

Docs = NDArray[np.int64]

# Marks of more numbers than these do not stay in the processor's cache.
_SLOT_BITS = 22
_SLOTS = 1 << _SLOT_BITS
# To search for a document takes as long as to mark so many, or look at their marks: measured on
# lists of a million articles, 35 ns and 2 ns; 32 slots take as long to make.
_SEARCHING = 16
# And what does not depend on the lists.
_FEW = 4000
# To put one document in order takes as long as to look at so many places for sums: measured on
# lists of 38,000 to a million articles.
_DENSE = 16
_LARGEST_RUN = 64
NO_DOCS: Docs = np.empty(0, dtype=np.int64)

_Number = TypeVar("_Number", bound=np.integer[Any])


def distinct(numbers: Docs) -> Docs:
    """The different numbers, ascending."""
    if not len(numbers):
        return NO_DOCS
    ordered = np.sort(numbers)
    return ordered[is_first(ordered)]


def union(parts: Sequence[Docs]) -> Docs:
    """The documents in any of the parts."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return NO_DOCS
    return parts[0] if len(parts) == 1 else distinct(np.concatenate(parts))


def summed(docs: Ints, counts: Ints) -> tuple[Docs, NDArray[np.int64]]:
    """Each of some documents once, ascending, and the sum of its counts, none of them 0."""
    if not len(docs):
        return NO_DOCS, NO_DOCS
    if len(docs) * _DENSE > docs.max():
        sums = np.bincount(docs, counts)
        found = (sums > 0).nonzero()[0]
        return found, sums[found].astype(np.int64)
    order = stable_order(docs)
    every = docs[order].astype(np.int64)
    begins = is_first(every).nonzero()[0]
    return every[begins], np.add.reduceat(counts[order], begins, dtype=np.int64)


def reached_by(keys: NDArray[Any], count: int) -> float:
    """What at least so many of the keys reach, and not many more: the highest of as many runs of
    them reach it. To find it takes a tenth of the time of telling the largest from all others.
    """
    size = min(_LARGEST_RUN, max(1, len(keys) // (4 * count)))
    highest = keys[: len(keys) // size * size].reshape(-1, size).max(axis=1)
    return float(np.partition(highest, len(highest) - count)[len(highest) - count])


def intersection(parts: Sequence[NDArray[_Number]]) -> NDArray[_Number]:
    """The documents in all parts, one at least, the shortest looked up in the longer ones."""
    shortest, *others = sorted(parts, key=len)
    for other in others:
        shortest = shortest[contains(other, shortest)]
    return shortest


def without(docs: Docs, excluded: Docs) -> Docs:
    """The documents that are not excluded."""
    return docs[~contains(excluded, docs)]


def contains(docs: Ints, wanted: Ints) -> NDArray[np.bool_]:
    """For each of the wanted documents, whether it is in `docs`; both ascend, and may be keys."""
    if not len(docs) or not len(wanted):
        return np.zeros(len(wanted), dtype=np.bool_)
    end = int(max(docs[-1], wanted[-1])) + 1
    if not _worth_marking(min(end, _SLOTS), len(docs), len(wanted)):
        return look_up(docs, wanted)[1]
    if end <= _SLOTS:
        return _marks(docs, end)[wanted]
    found = _marks(_slots(docs), _SLOTS)[_slots(wanted)]
    places = found.nonzero()[0]  # the mark may be that of another key
    found[places] = look_up(docs, wanted[places])[1]
    return found


def _slots(keys: Ints) -> Ints:
    """One of _SLOTS for each key, near ones in different ones."""
    return (keys ^ keys >> _SLOT_BITS) & (_SLOTS - 1)


def _marks(numbers: Ints, end: int) -> NDArray[np.bool_]:
    """For each number below `end`, whether it is among these."""
    marked = np.zeros(end, dtype=np.bool_)
    marked[numbers] = True
    return marked


def _worth_marking(end: int, docs: int, wanted: int) -> bool:
    """Whether marking one list and looking at the marks for the other is faster than searching."""
    return docs + end // 32 + _FEW < _SEARCHING * wanted


def look_up(docs: Ints, wanted: Ints) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where wanted documents stand in a list, and which of them do; neither may be empty.

    Where one does not, the place says nothing. The wanted ascend, unless both are of one type.
    """
    if wanted.dtype != docs.dtype and wanted[-1] <= np.iinfo(docs.dtype).max:
        wanted = wanted.astype(docs.dtype)  # or the whole list would be cast
    places = docs.searchsorted(wanted)
    places[places == len(docs)] = 0
    return places, docs[places] == wanted


def look_up_postings(postings: Ints, docs: Ints) -> tuple[NDArray[np.int64], Ints]:
    """Where documents stand in a list of postings, and their frequencies there.

    Where one does not, its frequency is more than MAX_FREQ and the place says nothing.
    """
    wanted = first_postings(docs)
    places = postings.searchsorted(wanted)
    return places, postings.take(places, mode="clip") - wanted


def docs_in_all(lists: Sequence[Ints]) -> Ints:
    """The documents that are in all lists of postings."""
    shortest, *others = sorted(lists, key=len)
    docs = docs_of(shortest)
    for other in others:
        docs = docs_of(other[places_with(other, docs)])
    return docs


def meeting(lists: Sequence[Ints]) -> tuple[Ints, list[NDArray[np.int64]]]:
    """The same, and where they stand in each list."""
    longest = max(range(len(lists)), key=lambda number: len(lists[number]))
    others = [*lists[:longest], *lists[longest + 1 :]]
    docs = docs_in_all(others or lists)
    in_longest = places_with(lists[longest], docs)
    docs = docs_of(lists[longest][in_longest])
    places = [places_with(other, docs) for other in others]
    return docs, [*places[:longest], in_longest, *places[longest:]]


def places_with(postings: Ints, docs: Ints) -> NDArray[np.int64]:
    """Where the postings of those among some ascending documents stand that are in the list."""
    if len(postings) < _SEARCHING * len(docs):
        end = int(max(docs[-1], docs_of(postings[-1]))) + 1
        if _worth_marking(end, len(postings), len(docs)):
            return _marks(docs, end)[docs_of(postings)].nonzero()[0]
    places, freqs = look_up_postings(postings, docs)
    return places[freqs <= MAX_FREQ]
