"""Many segments become one: vocabularies united, documents renumbered, deleted ones left out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.schema import COLUMNS, TEXT_FIELDS, Field
from index.segments.arrays import Ints
from index.segments.segment import (
    BLOCK_POSTINGS,
    LARGEST_SPACING,
    SPACING_UNITS,
    KeywordField,
    Segment,
    TextField,
    ranges,
    smallest,
    spans,
)
from index.segments.strings import Strings

Kept = NDArray[np.bool_]


def merge(segments: Sequence[Segment], kept: Sequence[Kept]) -> dict[str, Ints]:
    """The arrays of one segment with the kept documents of all, in their order.

    `kept[i]` tells for each document of segment `i` whether it stays.
    """
    arrays: dict[str, Ints] = {}
    for name in ("articles", "seqs", "moments", "title_lengths", "body_lengths"):
        parts = [segment.arrays[name][keep] for segment, keep in zip(segments, kept, strict=True)]
        whole = np.concatenate(parts)
        arrays[name] = smallest(whole) if name.endswith("lengths") else whole
    arrays["oldest_first"] = oldest_first(arrays["moments"])
    numbers = _new_numbers(kept)
    lengths = arrays["title_lengths"].astype(np.int64) + arrays["body_lengths"]
    for field in TEXT_FIELDS:
        texts = [segment.text[field.name] for segment in segments]
        arrays.update(_merge_text(field, texts, numbers, lengths))
    for field in COLUMNS:
        keywords = [segment.keywords[field.name] for segment in segments]
        arrays.update(_merge_keywords(field, keywords, kept))
    return arrays


def oldest_first(moments: Ints) -> Ints:
    """The documents in the order of their publication, undated ones before all."""
    return smallest(np.argsort(moments, kind="stable"))


def _new_numbers(kept: Sequence[Kept]) -> list[NDArray[np.int64]]:
    """For each segment, the new number of every document, -1 for those left out."""
    numbers, base = [], 0
    for keep in kept:
        new = np.cumsum(keep, dtype=np.int64) + (base - 1)
        new[~keep] = -1
        base += int(keep.sum())
        numbers.append(new)
    return numbers


def _unite(tables: Sequence[Strings]) -> tuple[list[bytes], list[NDArray[np.int64]]]:
    """One sorted vocabulary, and for each table the number of each of its strings in it."""
    if len(tables) == 1:
        return tables[0].to_list(), [np.arange(len(tables[0]), dtype=np.int64)]
    lists = [table.to_list() for table in tables]
    vocabulary = sorted(set().union(*lists))
    number_of = {string: number for number, string in enumerate(vocabulary)}
    return vocabulary, [
        np.fromiter(map(number_of.__getitem__, strings), dtype=np.int64, count=len(strings))
        for strings in lists
    ]


def _merge_text(
    field: Field,
    parts: Sequence[TextField],
    numbers: Sequence[NDArray[np.int64]],
    lengths: NDArray[np.int64],
) -> dict[str, Ints]:
    vocabulary, renumbered = _unite([part.terms for part in parts])
    terms, docs, freqs, title_freqs, begins, positions = [], [], [], [], [], []
    positions_before = 0
    for part, number, renumber in zip(parts, numbers, renumbered, strict=True):
        new_docs = number[part.docs]
        keep = new_docs >= 0
        terms.append(np.repeat(renumber, np.diff(part.starts))[keep])
        docs.append(new_docs[keep])
        part_freqs = part.freqs.astype(np.int64)
        freqs.append(part_freqs[keep])
        title_freqs.append(part.title_freqs(slice(0, len(part.docs)))[keep])
        if field.positions:
            begins.append((np.cumsum(part_freqs) - part_freqs + positions_before)[keep])
            positions.append(part.positions)
            positions_before += len(part.positions)
    term = np.concatenate(terms)
    order = np.argsort(term, kind="stable")
    freq = np.concatenate(freqs)[order]
    title_freq = np.concatenate(title_freqs)[order]
    gathered = None
    if field.positions:
        gathered = np.concatenate(positions)[spans(np.concatenate(begins)[order], freq)]
    return text_arrays(
        field,
        vocabulary,
        term[order],
        np.concatenate(docs)[order],
        freq,
        title_freq,
        gathered,
        lengths,
    )


def text_arrays(
    field: Field,
    vocabulary: list[bytes],
    term: NDArray[np.int64],
    docs: Ints,
    freqs: NDArray[np.int64],
    title_freqs: Ints,
    positions: Ints | None,
    lengths: NDArray[np.int64],
) -> dict[str, Ints]:
    """The arrays of a text field from its postings in order; terms without any are dropped.

    `lengths` has the words of each document, title and body together.
    """
    counts = np.bincount(term, minlength=len(vocabulary))
    used = np.flatnonzero(counts)
    if len(used) < len(vocabulary):
        vocabulary = [vocabulary[number] for number in used]
    table = Strings.of(vocabulary)
    titled = np.flatnonzero(title_freqs)
    starts = _starts(counts[used])
    arrays: dict[str, Ints] = {
        "blob": table.blob,
        "offsets": table.offsets,
        "starts": starts,
        "docs": smallest(docs),
        "freqs": smallest(freqs),
        "titled": titled.astype(np.uint32),
        "titled_freqs": smallest(title_freqs[titled]),
    }
    blocks = np.arange(0, len(docs), BLOCK_POSTINGS)
    if len(blocks):
        arrays["block_freqs"] = smallest(np.maximum.reduceat(freqs, blocks))
        spacing = np.minimum.reduceat(lengths[docs] * SPACING_UNITS // freqs, blocks)
        arrays["block_spacing"] = np.minimum(spacing, LARGEST_SPACING).astype(np.uint16)
    else:
        arrays["block_freqs"] = arrays["block_spacing"] = smallest(blocks)
    if positions is not None:
        arrays["position_starts"] = _starts(freqs)[starts]
        arrays["positions"] = smallest(positions)
    return {f"{field.name}.{name}": array for name, array in arrays.items()}


def _merge_keywords(
    field: Field, parts: Sequence[KeywordField], kept: Sequence[Kept]
) -> dict[str, Ints]:
    vocabulary, renumbered = _unite([part.values for part in parts])
    counts, ordinals = [], []
    for part, keep, renumber in zip(parts, kept, renumbered, strict=True):
        docs = np.flatnonzero(keep)
        counts.append(np.diff(part.doc_starts)[docs])
        ordinals.append(renumber[part.ordinals[ranges(part.doc_starts, docs)]])
    return keyword_arrays(field, vocabulary, np.concatenate(counts), np.concatenate(ordinals))


def keyword_arrays(
    field: Field, vocabulary: list[bytes], counts: Ints, ordinals: NDArray[np.int64]
) -> dict[str, Ints]:
    """The arrays of a keyword field; `counts` tells how many of the ordinals each document has."""
    uses = np.bincount(ordinals, minlength=len(vocabulary))
    used = np.flatnonzero(uses)
    if len(used) < len(vocabulary):
        vocabulary = [vocabulary[number] for number in used]
        ordinals = np.searchsorted(used, ordinals)
    table = Strings.of(vocabulary)
    doc_of = np.repeat(np.arange(len(counts)), counts)
    arrays: dict[str, Ints] = {
        "blob": table.blob,
        "offsets": table.offsets,
        "doc_starts": _starts(counts).astype(np.uint32),
        "ordinals": smallest(ordinals),
        "starts": _starts(uses[used]).astype(np.uint32),
        "docs": smallest(doc_of[np.argsort(ordinals, kind="stable")]),
    }
    return {f"{field.name}.{name}": array for name, array in arrays.items()}


def _starts(counts: Ints) -> NDArray[np.int64]:
    """Where each of several runs begins, and behind them where the last one ends."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts
