"""Signatures by which near-copies are told: 64 numbers for each article, whatever its length.

A signature is a MinHash (Broder, "On the resemblance and containment of documents", SEQUENCES 1997)
of the body's runs of five words: of each of 64 hash functions the least value. As many of the
numbers are equal in two signatures as runs are common to both texts, of all that either has.
"""

import functools
import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Signatures = NDArray[np.uint16]

SHINGLE_WORDS = 5
# Resemblance is told to 0.06, one standard deviation at 0.5. The lower 16 bits of a least value
# tell two apart as well as all 32 would, in half the room: 128 bytes an article.
SIGNATURE_NUMBERS = 64
# Runs at once: their hashes by all functions stay in the processor's cache.
_RUNS_AT_ONCE = 2048


class _Hashing(NamedTuple):
    """The hash functions, `multipliers * run + addends`, and what makes a number of a run."""

    multipliers: NDArray[np.uint32]
    addends: NDArray[np.uint32]
    places: NDArray[np.uint64]


@functools.cache
def _hashing() -> _Hashing:
    numbers = np.random.default_rng(5).integers  # 15 ms to import, which a question spares
    return _Hashing(
        numbers(1 << 32, size=SIGNATURE_NUMBERS, dtype=np.uint32) | np.uint32(1),
        numbers(1 << 32, size=SIGNATURE_NUMBERS, dtype=np.uint32),
        numbers(1 << 63, size=SHINGLE_WORDS, dtype=np.uint64) | np.uint64(1),
    )


def word_hashes(words: Iterable[str]) -> NDArray[np.uint64]:
    """A number for each word, the same in every process."""
    return np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)


def signature(words: NDArray[np.uint64]) -> Signatures:
    """The signature of a text, from the hashes of its words in order.

    A text of fewer than five words is one run; without any, the signature is zeros.
    """
    if not len(words):
        return np.zeros(SIGNATURE_NUMBERS, dtype=np.uint16)
    hashing = _hashing()
    runs = run_counts(np.array([len(words)]))[0]
    shingles = np.zeros(runs, dtype=np.uint64)
    for place in range(min(SHINGLE_WORDS, len(words))):
        shingles += words[place : place + runs] * hashing.places[place]
    shingles ^= shingles >> np.uint64(29)
    shingles *= hashing.places[0]
    hashes = (shingles >> np.uint64(32)).astype(np.uint32)
    least = np.full(SIGNATURE_NUMBERS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for first in range(0, runs, _RUNS_AT_ONCE):
        some = hashes[first : first + _RUNS_AT_ONCE, None] * hashing.multipliers + hashing.addends
        np.minimum(least, some.min(axis=0), out=least)
    return least.astype(np.uint16)


def run_counts(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many runs of five words texts of so many words have."""
    return np.maximum(words - SHINGLE_WORDS + 1, 1)


def resemblance(ones: Signatures, others: Signatures) -> NDArray[np.float64]:
    """Which share of the runs of either text is common to both, for each pair of signatures."""
    shares: NDArray[np.float64] = (ones == others).mean(axis=-1)
    return shares


def containment(
    resembling: NDArray[np.float64], ones: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Which share of the shorter text's runs stands in the longer one, for each pair.

    `ones` and `others` are the texts' words; resemblance and containment follow from each other.
    """
    one_runs, other_runs = run_counts(ones), run_counts(others)
    common = resembling / (1 + resembling) * (one_runs + other_runs)
    return common / np.minimum(one_runs, other_runs)
