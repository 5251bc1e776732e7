"""Sets of documents as ascending arrays.

numpy's own set functions import `numpy.ma` at their first call, 10 ms of a command's start.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.segments.arrays import Ints

Docs = NDArray[np.int64]

NO_DOCS: Docs = np.empty(0, dtype=np.int64)


def distinct(numbers: Docs) -> Docs:
    """The different numbers, ascending."""
    if not len(numbers):
        return NO_DOCS
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def union(parts: Sequence[Docs]) -> Docs:
    """The documents in any of the parts."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return NO_DOCS
    return parts[0] if len(parts) == 1 else distinct(np.concatenate(parts))


def intersection(parts: Sequence[Docs]) -> Docs:
    """The documents in all parts, the shortest looked up in the longer ones."""
    if not parts:
        return NO_DOCS
    shortest, *others = sorted(parts, key=len)
    for other in others:
        shortest = shortest[contains(other, shortest)]
    return shortest


def held_by_all(lists: Sequence[Ints]) -> Ints:
    """The documents in all of some lists of a segment, the shortest looked up in the others."""
    docs, *others = sorted(lists, key=len)
    for other in others:
        if not len(docs):
            break
        docs = docs[look_up(other, docs)[1]]
    return docs


def look_up(docs: Ints, wanted: Ints) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where ascending documents, one at least, stand in a list that is not empty; which of them do.

    Where they do not, the place says nothing.
    """
    if wanted.dtype != docs.dtype and wanted[-1] <= np.iinfo(docs.dtype).max:
        wanted = wanted.astype(docs.dtype)  # or the whole list would be cast
    places = docs.searchsorted(wanted)
    places[places == len(docs)] = 0
    return places, docs[places] == wanted


def without(docs: Docs, excluded: Docs) -> Docs:
    """The documents that are not excluded."""
    return docs[~contains(excluded, docs)]


def contains(docs: Docs, wanted: Docs) -> NDArray[np.bool_]:
    """For each of the wanted documents, whether it is in `docs`."""
    if not len(docs):
        return np.zeros(len(wanted), dtype=np.bool_)
    place = np.searchsorted(docs, wanted)
    place[place == len(docs)] = 0
    found: NDArray[np.bool_] = docs[place] == wanted
    return found
