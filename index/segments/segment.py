"""A segment: the postings and columns of some articles, as arrays in memory or mapped.

A chunk that a worker has analysed, a segment on disk and the result of a merge are all the
same thing, so writing is merging and there is one reader for all of them.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.messages import gettext
from index.schema import COLUMNS, TEXT_FIELDS, Field
from index.segments.arrays import Ints, damaged, spans
from index.segments.positions import Positions
from index.segments.postings import freqs_of
from index.segments.signatures import SIGNATURE_NUMBERS
from index.segments.strings import Strings

NO_MOMENT = np.iinfo(np.int64).min
# Small blocks have sharp bounds, large ones are few to compare.
BLOCK_POSTINGS = 128
# The positions of a posting are found from the frequencies of so many at the most, which lie in
# one line of the processor's cache.
POSITION_STEP = 16
# Of postings that lie side by side so many are summed while one is found by itself, and so many
# more while the calls are made that this takes: measured, 0.9 ns and 50 ns.
_SUMMED_FASTER = 32
_SUMMED_AT_ONCE = 8192
# Words for each occurrence of a term, in sixteenths; more is not told apart from the largest.
SPACING_UNITS = 16
LARGEST_SPACING = 0xFFFF
_STEP = np.arange(POSITION_STEP)


class TextField:
    """The inverted index of one text field.

    `postings` has those of all terms (terms in order, documents ascending within a term), each a
    document and how often it holds the term (see postings.py). `titled` lists the postings that
    hold it in the title, `titled_freqs` how often. Where the field has positions, those of a
    posting follow one another in `positions`, and `position_starts[n]` is where those of posting
    `n * POSITION_STEP` begin.

    Of every `BLOCK_POSTINGS` postings, whatever their terms, `block_freqs` has the largest
    frequency and `block_spacing` the fewest words for each occurrence, in sixteenths. BM25 falls
    with 1/frequency and with length/frequency, so no score exceeds what these two give; the
    shortest document instead, which seldom has the largest frequency, would bound nothing.
    """

    def __init__(self, arrays: Mapping[str, Ints], field: Field) -> None:
        def of(name: str) -> Ints:
            return arrays[f"{field.name}.{name}"]

        self.terms = Strings(of("blob"), of("offsets"))
        self.starts = of("starts")
        self.postings = of("postings")
        self.titled = of("titled")
        self.titled_freqs = of("titled_freqs")
        self.block_freqs = of("block_freqs")
        self.block_spacing = of("block_spacing")
        self.has_positions = field.positions
        if field.positions:
            self.position_starts = of("position_starts")
            self.positions = Positions(of("positions"), of("far_places"), of("far_positions"))

    def where(self, term: int) -> slice:
        """Where the postings of a term lie."""
        first, last = int(self.starts[term]), int(self.starts[term + 1])
        if not 0 <= first <= last <= len(self.postings):
            raise damaged(
                gettext("the index"), gettext("has a term without a place for its postings")
            )
        return slice(first, last)

    def title_freqs(self, where: slice) -> Ints:
        """How often each posting of a slice holds its term in the title."""
        freqs = np.zeros(where.stop - where.start, dtype=np.int32)
        ends = np.array((where.start, where.stop), dtype=self.titled.dtype)
        first, last = self.titled.searchsorted(ends)  # of its own type, or all of it would be cast
        freqs[self.titled[first:last].astype(np.int64) - where.start] = self.titled_freqs[
            first:last
        ]
        return freqs

    def position_lists(self, term: int) -> tuple[Ints, NDArray[np.int64]]:
        """All positions of a term, and where each posting's positions begin among them."""
        where = self.where(term)
        begins = np.zeros(where.stop - where.start + 1, dtype=np.int64)
        np.cumsum(freqs_of(self.postings[where]), out=begins[1:])
        start = self.position_start(where.start)
        return self.positions.between(start, start + int(begins[-1])), begins

    def position_start(self, number: int) -> int:
        """Where the positions of a posting begin, or would, behind the last one."""
        if number == len(self.postings):
            return len(self.positions)
        return int(self.position_spans(np.array([number]))[0][0])

    def position_spans(
        self, numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the positions of some ascending postings begin, and how many they are."""
        if not len(numbers):
            return numbers, numbers
        first, last = int(numbers[0]) // POSITION_STEP, int(numbers[-1])
        begin = first * POSITION_STEP
        if last - begin < _SUMMED_FASTER * len(numbers) + _SUMMED_AT_ONCE:
            between = freqs_of(self.postings[begin : last + 1])
            numbers = numbers - begin
            freqs = between[numbers].astype(np.int64)
            starts = between.cumsum(dtype=np.uint32)[numbers] - freqs
            starts += int(self.position_starts[first])
            return starts, freqs
        steps = numbers // POSITION_STEP
        rows = np.minimum((steps * POSITION_STEP)[:, None] + _STEP, len(self.postings) - 1)
        before = freqs_of(self.postings[rows]) * (rows < numbers[:, None])
        starts = before.sum(axis=1, dtype=np.int64) + self.position_starts[steps].astype(np.int64)
        return starts, freqs_of(self.postings[numbers]).astype(np.int64)


class KeywordField:
    """The values of one keyword field, both ways.

    Document `d` has the values `ordinals[doc_starts[d]:doc_starts[d + 1]]`; value `v` stands in
    the documents `docs[starts[v]:starts[v + 1]]`, ascending.
    """

    def __init__(self, arrays: Mapping[str, Ints], field: Field) -> None:
        def of(name: str) -> Ints:
            return arrays[f"{field.name}.{name}"]

        self.values = Strings(of("blob"), of("offsets"))
        self.doc_starts = of("doc_starts")
        self.ordinals = of("ordinals")
        self.starts = of("starts")
        self.docs = of("docs")
        # What `ranges` holds against what it is asked for.
        if (self.doc_starts[-1], self.starts[-1]) != (len(self.ordinals), len(self.docs)):
            raise damaged(
                gettext("the index"),
                gettext("has a {name} column that does not fit together", name=field.name),
            )

    def docs_of(self, value: int) -> Ints:
        """The documents that have a value, ascending."""
        return self.docs[int(self.starts[value]) : int(self.starts[value + 1])]

    def ordinals_of(self, docs: Ints) -> Ints:
        """The values of some documents, one after another."""
        return self.ordinals[ranges(self.doc_starts, docs)]

    def values_of(self, doc: int) -> list[str]:
        """The values of one document, in the order in which its article names them."""
        first, last = self.doc_starts[doc], self.doc_starts[doc + 1]
        return [self.values[int(ordinal)] for ordinal in self.ordinals[first:last]]

    @cached_property
    def has_value(self) -> NDArray[np.bool_]:
        """Which documents have a value at all."""
        return np.diff(self.doc_starts) > 0


class Segment:
    """Everything about some articles that an answer needs, except their text.

    `articles` and `seqs` tell which article of the archive a document is, and in which of its
    versions; `moments` are seconds since 1970 for sorting (`NO_MOMENT` where undated), and
    `oldest_first` lists the documents in that order. Near-copies are told by the rows of
    `signatures`.
    """

    def __init__(self, arrays: Mapping[str, Ints], name: str = "") -> None:
        self.arrays = arrays
        self.name = name
        self.articles: Ints = arrays["articles"]
        self.seqs: Ints = arrays["seqs"]
        self.moments: Ints = arrays["moments"]
        self.oldest_first: Ints = arrays["oldest_first"]
        self.title_lengths: Ints = arrays["title_lengths"]
        self.body_lengths: Ints = arrays["body_lengths"]
        self.signatures: Ints = arrays["signatures"].reshape(len(self), SIGNATURE_NUMBERS)
        self.text = {field.name: TextField(arrays, field) for field in TEXT_FIELDS}
        self.keywords = {field.name: KeywordField(arrays, field) for field in COLUMNS}

    def __len__(self) -> int:
        return len(self.articles)

    @property
    def size_bytes(self) -> int:
        """The size of all arrays."""
        return sum(array.nbytes for array in self.arrays.values())


def ranges(starts: Ints, numbers: Ints) -> NDArray[np.int64]:
    """The indices `starts[n]:starts[n + 1]` of every n, one range after another."""
    begin = starts[numbers].astype(np.int64)
    lengths = starts[numbers.astype(np.int64) + 1].astype(np.int64) - begin
    if (lengths < 0).any() or lengths.sum(dtype=np.float64) > starts[-1]:
        raise damaged(gettext("the index"), gettext("has values out of order"))
    return spans(begin, lengths)


def smallest(array: NDArray[np.integer]) -> Ints:
    """The array in the smallest unsigned type that holds its values."""
    return array.astype(np.min_scalar_type(int(array.max()) if array.size else 0))
