"""Inversion: which terms a long list of words holds, and where each one stands.

To ask a dictionary for every word takes twice as long. So the words are compared as numbers, by
arrays: eight bytes of a word make one that sorts as they do.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.segments.arrays import Ints, is_first, spans
from index.segments.strings import Strings

# No term has it: the analyzer takes letters, digits and few signs.
_BETWEEN = b"\n"
_PADDING = np.zeros(16, dtype=np.uint8)

_ALL_BITS = (1 << 64) - 1
# For a word of so many bytes, at most eight: which bits of eight bytes from its first on are its.
_OWN_BITS = np.array([_ALL_BITS ^ (_ALL_BITS >> 8 * size) for size in range(9)], dtype=np.uint64)
# Odd, with irregular bits: the golden ratio and the square root of 3.
_MIX_HEADS, _MIX_TAILS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)


class Inverted(NamedTuple):
    """The terms in order, how often each stands in the list, and at which places.

    `places` has the first term's, ascending, then the second's, and so on.
    """

    terms: Strings
    counts: NDArray[np.int64]
    places: NDArray[np.int64]

    def spread(self, values: Ints) -> Ints:
        """For each word of the list, the value that belongs to its term."""
        spread = np.empty(len(self.places), dtype=values.dtype)
        spread[self.places] = np.repeat(values, self.counts)
        return spread


def inverted(texts: Iterable[Sequence[str]]) -> Inverted:
    """The words of several texts, one after another, inverted. No word may hold a line feed."""
    between = _BETWEEN.decode()
    joined = between.join(map(between.join, filter(None, texts))).encode()
    if not joined:
        return inverted_tables([])
    blob = np.frombuffer(joined + _BETWEEN, dtype=np.uint8)
    ends = (blob == _BETWEEN[0]).nonzero()[0]
    return _inverted(blob, np.concatenate([[0], ends[:-1] + 1]), ends)


def inverted_tables(tables: Sequence[Strings]) -> Inverted:
    """The strings of several tables, one table after another, inverted."""
    if not sum(map(len, tables)):
        none = np.zeros(0, dtype=np.int64)
        return Inverted(Strings.of([]), none, none)
    whole = Strings.joined(tables)
    offsets = whole.offsets.astype(np.int64)
    return _inverted(whole.blob, offsets[:-1], offsets[1:])


def _inverted(blob: Ints, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Inverted:
    """The words that stand at these places, inverted; there is at least one."""
    keys = _keys(np.concatenate([blob, _PADDING]), begins, ends - begins)
    near = _gathered(keys)
    # Words that follow one another there and are equal make a run; a term has one or a few.
    keys = [key[near] for key in keys]
    firsts = _differ(keys).nonzero()[0]
    keys = [key[firsts] for key in keys]
    runs = np.lexsort(keys[::-1])
    lengths = np.diff(firsts, append=len(near))[runs]
    places = near[spans(firsts[runs], lengths)]
    first_runs = _differ([key[runs] for key in keys]).nonzero()[0]
    counts = np.add.reduceat(lengths, first_runs)
    one_of_each = places[np.cumsum(counts) - counts]
    return Inverted(Strings.cut(blob, begins[one_of_each], ends[one_of_each]), counts, places)


def _keys(padded: Ints, begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[Ints]:
    """Numbers by which the words sort as their bytes do, the more significant first: one array for
    their first eight bytes, one for the next eight, one for all others, and their sizes where a NUL
    among them could be no byte at all.
    """
    # Any eight neighbouring bytes as one number.
    eights = np.ndarray(len(padded) - 7, ">u8", padded.data, strides=(1,))
    heads = eights[begins].astype(np.uint64)
    heads &= _OWN_BITS[np.minimum(sizes, 8)]
    keys: list[Ints] = [heads]
    longer = (sizes > 8).nonzero()[0]
    if len(longer):
        tails = np.zeros(len(begins), dtype=np.uint64)
        tails[longer] = eights[begins[longer] + 8].astype(np.uint64)
        tails[longer] &= _OWN_BITS[np.minimum(sizes[longer] - 8, 8)]
        keys.append(tails)
    longest = longer[sizes[longer] > 16]
    if len(longest):  # 2 words in 1,000
        rest = Strings.cut(padded, begins[longest] + 16, (begins + sizes)[longest]).to_list()
        number_of = {one: number for number, one in enumerate(sorted(set(rest)), 1)}
        numbers = np.zeros(len(begins), dtype=np.uint64)
        numbers[longest] = [number_of[one] for one in rest]
        keys.append(numbers)
    if not padded[: -len(_PADDING)].all():
        keys.append(sizes.view(np.uint64))
    return keys


def _gathered(keys: Sequence[Ints]) -> NDArray[np.int64]:
    """The places of the words in an order in which equal ones are near, and ascend.

    Numpy puts numbers of 16 bits in order by their digits, in a tenth of the time of others.
    """
    mixed = keys[0] * _MIX_HEADS
    mixed ^= mixed >> np.uint64(32)
    for key in keys[1:]:
        mixed += key * _MIX_TAILS
    mixed *= _MIX_HEADS
    return (mixed >> np.uint64(48)).astype(np.uint16).argsort(kind="stable")


def _differ(keys: Iterable[Ints]) -> NDArray[np.bool_]:
    """Which words differ from the one before."""
    return reduce(np.logical_or, map(is_first, keys))
