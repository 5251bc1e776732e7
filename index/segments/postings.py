"""Postings as whole numbers: the document in the upper 24 bits, its frequency in the lower 8.

So a list of postings is sorted by documents, and one look at a posting tells both. A segment holds
at most MAX_DOCS documents, and a frequency above MAX_FREQ is kept as MAX_FREQ: BM25 does not tell
300 occurrences from 255, and of the real articles' 5.6 million postings one has more.
"""

import numpy as np

from index.segments.arrays import Ints

_FREQ_BITS = 8
MAX_FREQ = (1 << _FREQ_BITS) - 1
MAX_DOCS = 1 << (32 - _FREQ_BITS)


def packed(docs: Ints, freqs: Ints) -> Ints:
    """The postings of documents, each with its frequency (MAX_FREQ where it is larger)."""
    return first_postings(docs) | np.minimum(freqs, MAX_FREQ).astype(np.uint32)


def first_postings(docs: Ints) -> Ints:
    """For each document the number that sorts before all its possible postings."""
    return docs.astype(np.uint32, copy=False) << _FREQ_BITS


def docs_of(postings: Ints) -> Ints:
    """The documents of postings."""
    return postings >> _FREQ_BITS


def freqs_of(postings: Ints) -> Ints:
    """The frequencies of postings."""
    return postings.astype(np.uint8)  # the lowest byte
