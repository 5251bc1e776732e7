"""Many segments become one: vocabularies united, documents renumbered, deleted ones left out.

Nothing holds a whole field: postings are gathered for some terms at a time, in memory that does
not grow with the segments.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.schema import COLUMNS, TEXT_FIELDS, Field
from index.segments.arrays import Arrays, Ints, Pieces, release, spans, stable_order
from index.segments.inversion import inverted_tables
from index.segments.positions import PackedPositions
from index.segments.postings import docs_of, freqs_of, packed
from index.segments.segment import (
    BLOCK_POSTINGS,
    LARGEST_SPACING,
    POSITION_STEP,
    SPACING_UNITS,
    KeywordField,
    Segment,
    TextField,
    ranges,
    smallest,
)
from index.segments.strings import Strings

Kept = NDArray[np.bool_]

# Postings that are gathered at once, some 60 MB of them and their positions.
_GATHERED = 3 << 18
# Strings that are united at once, some 60 MB of them and of what is known of each.
_STRINGS = 1 << 19


class TextPiece(NamedTuple):
    """The postings of some terms, in order: `counts[t]` of term `t`, and their positions."""

    terms: Strings
    counts: Ints
    postings: Ints
    title_freqs: Ints
    positions: Ints | None


def merge(segments: Sequence[Segment], kept: Sequence[Kept], folder: Path) -> Arrays:
    """The arrays of one segment with the kept documents of all, in their order.

    `kept[i]` tells for each document of segment `i` whether it stays. Temporary files lie in
    `folder`.
    """
    columns: dict[str, Ints] = {}
    for name in ("articles", "seqs", "moments", "title_lengths", "body_lengths"):
        parts = [segment.arrays[name][keep] for segment, keep in zip(segments, kept, strict=True)]
        whole = np.concatenate(parts)
        columns[name] = whole if name == "moments" else smallest(whole)
    columns["oldest_first"] = oldest_first(columns["moments"])
    rows = [segment.signatures[keep] for segment, keep in zip(segments, kept, strict=True)]
    columns["signatures"] = np.concatenate(rows).ravel()
    yield from columns.items()
    lengths = columns["title_lengths"].astype(np.int32) + columns["body_lengths"]
    for field in TEXT_FIELDS:
        yield from text_arrays(field, _text_pieces(field, segments, kept), lengths, folder)
    for field in COLUMNS:
        keywords = [segment.keywords[field.name] for segment in segments]
        yield from _merge_keywords(field, keywords, kept)
        for segment in segments:
            release(segment.arrays)


def oldest_first(moments: Ints) -> Ints:
    """The documents in the order of their publication, undated ones before all."""
    return smallest(np.argsort(moments, kind="stable"))


def _unite(tables: Sequence[Strings]) -> tuple[Strings, list[NDArray[np.uint32]]]:
    """One sorted vocabulary, and for each table the number of each of its strings in it."""
    if len(tables) == 1:
        return tables[0], [np.arange(len(tables[0]), dtype=np.uint32)]
    largest = max(tables, key=len)
    parts = sum(map(len, tables)) // _STRINGS + 1
    cuts = [largest.raw(len(largest) * part // parts) for part in range(1, parts) if len(largest)]
    bounds = [[0, *(table.first_not_below(cut) for cut in cuts), len(table)] for table in tables]
    united: list[Strings] = []
    renumbered = [np.empty(len(table), dtype=np.uint32) for table in tables]
    for part in range(len(cuts) + 1):
        slices = [slice(*bound[part : part + 2]) for bound in bounds]
        pieces = [
            table.between(one.start, one.stop) for table, one in zip(tables, slices, strict=True)
        ]
        found = inverted_tables(pieces)
        first = sum(map(len, united))
        numbers = found.spread(np.arange(first, first + len(found.terms), dtype=np.uint32))
        ends = np.cumsum(list(map(len, pieces)))
        for one, of_table, own in zip(
            slices, renumbered, np.split(numbers, ends[:-1]), strict=True
        ):
            of_table[one] = own
        united.append(found.terms)
    return Strings.joined(united), renumbered


class _Part:
    """A text field of one segment in a merge: its postings from one cut to the next."""

    def __init__(
        self, field: TextField, term_numbers: Ints, doc_numbers: Ints, cuts: NDArray[np.int64]
    ) -> None:
        """`cuts` are terms of the united vocabulary; of documents left out the number is -1."""
        self._field = field
        self._term_numbers = term_numbers
        self._doc_numbers = doc_numbers
        self._all_stay = bool((doc_numbers >= 0).all())
        self._terms = np.searchsorted(term_numbers, cuts.astype(np.uint32))
        self._postings = field.starts[self._terms].astype(np.int64)
        self._titled = np.searchsorted(field.titled, self._postings.astype(field.titled.dtype))

    def terms(self, piece: int) -> Ints:
        """The numbers of the terms in the united vocabulary."""
        return self._term_numbers[self._terms[piece] : self._terms[piece + 1]]

    def read(self, piece: int) -> tuple[Ints, Ints, Ints, Ints | None, Ints | None]:
        """Counts of each term; postings; positions, and how many of each term."""
        field = self._field
        first, last = self._terms[piece : piece + 2]
        begin, end = self._postings[piece : piece + 2].tolist()
        starts = field.starts[first : last + 1].astype(np.int64) - begin
        counts = np.diff(starts)
        postings = field.postings[begin:end]
        docs, freqs = self._doc_numbers[docs_of(postings)], freqs_of(postings)
        title_freqs = np.zeros(end - begin, dtype=field.titled_freqs.dtype)
        titled = slice(*self._titled[piece : piece + 2])
        title_freqs[field.titled[titled].astype(np.int64) - begin] = field.titled_freqs[titled]
        positions = position_counts = None
        if field.has_positions:
            position_starts = _starts(freqs)
            begin = field.position_start(begin)
            positions = field.positions.between(begin, begin + int(position_starts[-1]))
            position_counts = np.diff(position_starts[starts])
        if not self._all_stay:
            stays = docs >= 0
            if positions is not None:
                positions = positions[np.repeat(stays, freqs)]
                position_counts = np.diff(_starts(freqs * stays)[starts])
            counts = np.diff(_starts(stays.view(np.uint8))[starts])
            docs, freqs, title_freqs = docs[stays], freqs[stays], title_freqs[stays]
        return counts, packed(docs, freqs), title_freqs, positions, position_counts


def _text_pieces(
    field: Field, segments: Sequence[Segment], kept: Sequence[Kept]
) -> Iterator[TextPiece]:
    """The merged postings of a field, some terms at a time."""
    fields = [segment.text[field.name] for segment in segments]
    vocabulary, renumbered = _unite([one.terms for one in fields])
    sizes = np.zeros(len(vocabulary), dtype=np.int64)
    for one, numbers in zip(fields, renumbered, strict=True):
        sizes[numbers] += np.diff(one.starts)
    ends = np.cumsum(sizes)
    at = np.searchsorted(ends, np.arange(_GATHERED, sizes.sum(), _GATHERED))
    cuts = np.unique(np.concatenate([[0], at, [len(vocabulary)]]))
    parts = [
        _Part(one, numbers, docs, cuts)
        for one, numbers, docs in zip(fields, renumbered, _new_numbers(kept), strict=True)
    ]
    for piece, (first, last) in enumerate(pairwise(cuts.tolist())):
        yield _gathered(parts, piece, vocabulary, first, last)
        for segment in segments:
            release(segment.arrays)


def _gathered(
    parts: Sequence[_Part], piece: int, vocabulary: Strings, first: int, last: int
) -> TextPiece:
    """The postings of the terms from `first` to before `last` of all parts, in their order.

    Those of one term stay together, so that few runs are put in order, not all postings.
    """
    terms = np.concatenate([part.terms(piece) for part in parts]).astype(np.int64) - first
    counts, postings, title_freqs, positions, position_counts = zip(
        *(part.read(piece) for part in parts), strict=True
    )
    order = stable_order(terms)
    run_counts = np.concatenate(counts)
    source = _runs(run_counts, order)
    gathered = None
    if positions[0] is not None:
        gathered = np.concatenate(positions)[_runs(np.concatenate(position_counts), order)]
    of_term = np.zeros(last - first, dtype=np.int64)
    for part, part_counts in zip(parts, counts, strict=True):
        of_term[part.terms(piece).astype(np.int64) - first] += part_counts
    used = np.flatnonzero(of_term)
    return TextPiece(
        vocabulary.only(used + first),
        of_term[used],
        np.concatenate(postings)[source],
        np.concatenate(title_freqs)[source],
        gathered,
    )


def _runs(counts: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where everything lies in runs of so many that follow one another, the runs in this order."""
    return spans((np.cumsum(counts) - counts)[order], counts[order])


def _new_numbers(kept: Sequence[Kept]) -> list[NDArray[np.int32]]:
    """For each segment, the new number of every document, -1 for those left out."""
    numbers, base = [], 0
    for keep in kept:
        new = np.cumsum(keep, dtype=np.int32) + np.int32(base - 1)
        new[~keep] = -1
        base += int(keep.sum())
        numbers.append(new)
    return numbers


def text_arrays(
    field: Field, pieces: Iterable[TextPiece], lengths: Ints, folder: Path | None = None
) -> Arrays:
    """The arrays of a text field from its postings, in the order of the terms.

    `lengths` has the words of each document, title and body together. Temporary files lie in
    `folder`; without one, all is in memory.
    """
    tables: list[Strings] = []
    counts = []
    postings, positions = Pieces(folder, np.uint32), PackedPositions(folder)
    titled, titled_freqs = Pieces(folder, np.uint32), Pieces(folder)
    block_freqs = _Blocks(np.maximum, BLOCK_POSTINGS)
    block_spacing = _Blocks(np.minimum, BLOCK_POSTINGS)
    step_positions = _Blocks(np.add, POSITION_STEP)
    written = 0
    for piece in pieces:
        tables.append(piece.terms)
        counts.append(piece.counts)
        postings.append(piece.postings)
        in_title = np.flatnonzero(piece.title_freqs)
        titled.append(in_title + written)
        titled_freqs.append(piece.title_freqs[in_title])
        freqs = freqs_of(piece.postings)
        spacing = lengths[docs_of(piece.postings)].astype(np.uint32) * SPACING_UNITS // freqs
        block_freqs.append(freqs)
        block_spacing.append(np.minimum(spacing, LARGEST_SPACING))
        if piece.positions is not None:
            step_positions.append(freqs)
            positions.append(piece.positions)
        written += len(piece.postings)
    table = Strings.joined(tables)
    yield from _named(
        field,
        blob=table.blob,
        offsets=table.offsets,
        starts=smallest(_starts(_joined(counts))),
        postings=postings,
        titled=titled,
        titled_freqs=titled_freqs,
        block_freqs=smallest(block_freqs.whole()),
        block_spacing=block_spacing.whole().astype(np.uint16),
    )
    if field.positions:
        starts = smallest(_starts(step_positions.whole())[:-1])
        yield from _named(field, position_starts=starts, **positions.arrays())


class _Blocks:
    """One number for each so many, in whatever pieces they come: the largest, smallest or sum."""

    def __init__(self, reduced: np.ufunc, size: int) -> None:
        self._reduced = reduced
        self._size = size
        self._done: list[Ints] = []
        self._rest = np.zeros(0, dtype=np.int64)

    def append(self, piece: Ints) -> None:
        numbers = np.concatenate([self._rest, piece])
        full = len(numbers) - len(numbers) % self._size
        self._done.append(self._reduced.reduce(numbers[:full].reshape(-1, self._size), axis=1))
        self._rest = numbers[full:]

    def whole(self) -> Ints:
        rest = [self._reduced.reduce(self._rest, keepdims=True)] if len(self._rest) else []
        return _joined([*self._done, *rest])


def _merge_keywords(field: Field, parts: Sequence[KeywordField], kept: Sequence[Kept]) -> Arrays:
    vocabulary, renumbered = _unite([part.values for part in parts])
    counts, ordinals = [], []
    for part, keep, renumber in zip(parts, kept, renumbered, strict=True):
        docs = np.flatnonzero(keep)
        counts.append(np.diff(part.doc_starts)[docs])
        ordinals.append(renumber[part.ordinals[ranges(part.doc_starts, docs)]])
    return keyword_arrays(field, vocabulary, np.concatenate(counts), np.concatenate(ordinals))


def keyword_arrays(field: Field, values: Strings, counts: Ints, ordinals: Ints) -> Arrays:
    """The arrays of a keyword field; values that no document has are dropped.

    `counts` tells how many of the ordinals each document has.
    """
    uses = np.bincount(ordinals, minlength=len(values))
    used = np.flatnonzero(uses)
    if len(used) < len(values):
        values = values.only(used)
        ordinals = np.searchsorted(used, ordinals)
    doc_of = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    return _named(
        field,
        blob=values.blob,
        offsets=values.offsets,
        doc_starts=smallest(_starts(counts)),
        ordinals=smallest(ordinals),
        starts=smallest(_starts(uses[used])),
        docs=smallest(doc_of[stable_order(ordinals)]),
    )


def _named(field: Field, **arrays: Ints | Pieces) -> Arrays:
    return [(f"{field.name}.{name}", array) for name, array in arrays.items()]


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _starts(counts: Ints) -> NDArray[np.int64]:
    """Where each of several runs begins, and behind them where the last one ends."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, dtype=np.int64, out=starts[1:])
    return starts
