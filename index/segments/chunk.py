"""Analysed documents as a small segment in memory: where text becomes postings."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.document import Document
from index.language.analyzer import analyze
from index.schema import COLUMNS, STEM, SURFACE, TITLE_BODY_GAP, Field
from index.segments.arrays import Arrays, Ints, in_memory, is_first
from index.segments.merge import (
    TextPiece,
    keyword_arrays,
    oldest_first,
    text_arrays,
)
from index.segments.postings import MAX_FREQ, packed
from index.segments.segment import NO_MOMENT, smallest
from index.segments.signatures import Signatures, signature, word_hashes
from index.segments.strings import Strings


class Terms(NamedTuple):
    """The terms of a text for one field, in order, and the position of each, ascending."""

    terms: Sequence[str]
    positions: Ints


class Analysed(NamedTuple):
    """A title or a body as it is indexed. `words` is its length, positions are below it."""

    words: int
    surfaces: Terms
    stems: Terms


def chunk(documents: Iterable[Document]) -> dict[str, Ints]:
    """The arrays of a segment with these documents, in their order."""
    return build((one, analysed(one.title), analysed(one.text)) for one in documents)


def analysed(text: str) -> Analysed:
    """The terms of running text."""
    tokens = analyze(text)
    if not tokens:
        return NOTHING
    surfaces, stems, places, _, _ = zip(*tokens, strict=True)
    positions = np.array(places, dtype=np.uint32)
    if None in stems:  # a stop word has no stem
        has_stem = np.fromiter(map(bool, stems), np.bool_, len(stems))
        stem_terms = Terms(tuple(filter(None, stems)), positions[has_stem])
    else:
        stem_terms = Terms(stems, positions)
    return Analysed(places[-1] + 1, Terms(surfaces, positions), stem_terms)


NO_TERMS = Terms((), np.zeros(0, dtype=np.uint32))
NOTHING = Analysed(0, NO_TERMS, NO_TERMS)


def build(documents: Iterable[tuple[Document, Analysed, Analysed]]) -> dict[str, Ints]:
    """The arrays of a segment with these documents, in their order; title and body are analysed.

    Of the documents themselves it takes the numbers, the moment and the keywords.
    """
    stems, surfaces = _Postings(), _Postings()
    title_lengths: list[int] = []
    body_lengths: list[int] = []
    body_terms: list[Ints] = []
    indexed: list[Document] = []
    for number, (document, title, body) in enumerate(documents):
        stems.add(number, title.stems, 0)
        surfaces.add(number, title.surfaces, 0)
        base = title.words + TITLE_BODY_GAP
        stems.add(number, body.stems, base)
        body_terms.append(surfaces.add(number, body.surfaces, base))
        title_lengths.append(title.words)
        body_lengths.append(body.words)
        indexed.append(document)
    hashes = word_hashes(surfaces.terms())
    signatures = [signature(hashes[terms]) for terms in body_terms]
    arrays = _arrays(indexed, stems, surfaces, title_lengths, body_lengths, signatures)
    return in_memory(arrays)


def _arrays(
    documents: Sequence[Document],
    stems: "_Postings",
    surfaces: "_Postings",
    title_lengths: list[int],
    body_lengths: list[int],
    signatures: list[Signatures],
) -> Arrays:
    moments = np.array(
        [NO_MOMENT if doc.moment is None else doc.moment for doc in documents], dtype=np.int64
    )
    titles = np.array(title_lengths, dtype=np.int64)
    bodies = np.array(body_lengths, dtype=np.int64)
    yield "articles", smallest(np.array([doc.article for doc in documents], dtype=np.int64))
    yield "seqs", smallest(np.array([doc.seq for doc in documents], dtype=np.int64))
    yield "moments", moments
    yield "title_lengths", smallest(titles)
    yield "body_lengths", smallest(bodies)
    yield "oldest_first", oldest_first(moments)
    yield "signatures", np.concatenate([np.zeros(0, dtype=np.uint16), *signatures])
    for field, postings in ((STEM, stems), (SURFACE, surfaces)):
        yield from text_arrays(field, [postings.piece(field, titles)], titles + bodies)
    for field in COLUMNS:
        yield from _keywords(field, documents)


class _Numbering(dict[str, int]):
    """Numbers strings in the order in which they are first met."""

    def __missing__(self, string: str) -> int:
        number = self[string] = len(self)
        return number


class _Postings:
    """Collects (term, document, position) of every token of one field."""

    def __init__(self) -> None:
        self._number_of = _Numbering()
        self._numbers: list[Ints] = []
        self._positions: list[Ints] = []
        self._runs: list[tuple[int, int, int]] = []  # document, base, tokens

    def add(self, number: int, terms: Terms, base: int) -> Ints:
        """Add the tokens of a title or a body, whose positions begin at `base`.

        Returns the places of their terms in `terms()`.
        """
        if not terms.terms:
            return NO_TERMS.positions
        found = map(self._number_of.__getitem__, terms.terms)
        numbers = np.fromiter(found, np.uint32, len(terms.terms))
        self._numbers.append(numbers)
        self._positions.append(terms.positions)
        self._runs.append((number, base, len(terms.positions)))
        return numbers

    def terms(self) -> list[str]:
        """The terms in the order in which they were first met."""
        return list(self._number_of)

    def piece(self, field: Field, title_lengths: NDArray[np.int64]) -> TextPiece:
        """Sort the tokens into postings and count them."""
        # The order of the UTF-8 bytes is that of the code points.
        terms = sorted(self._number_of)
        numbers = np.fromiter(map(self._number_of.__getitem__, terms), np.int64, len(terms))
        rank = np.empty(len(terms), dtype=np.uint64)
        rank[numbers] = np.arange(len(terms), dtype=np.uint64)
        docs, bases, lengths = np.array(self._runs, dtype=np.int64).reshape(-1, 3).T
        positions = np.concatenate([NO_TERMS.positions, *self._positions])
        positions += np.repeat(bases.astype(np.uint32), lengths)
        # A token as one number, term before document before position: numbers are sorted faster
        # than put in order. 64 bits are enough for 2**24 terms in 2**16 documents of 2**24 words.
        position_bits = int(positions.max(initial=0)).bit_length()
        doc_bits = len(title_lengths).bit_length()
        tokens = rank[np.concatenate([NO_TERMS.positions, *self._numbers])]
        tokens <<= doc_bits
        tokens |= np.repeat(docs.astype(np.uint64), lengths)
        tokens <<= position_bits
        tokens |= positions
        tokens.sort()
        # "buku-buku" and its parts have one stem at one position: that is one occurrence.
        tokens = tokens[is_first(tokens)]
        held = tokens >> position_bits  # a document by a term
        begins = is_first(held).nonzero()[0]
        freqs = np.diff(begins, append=len(tokens))
        if freqs.max(initial=0) > MAX_FREQ:
            # What the frequency does not tell has no position either.
            counted = np.arange(len(tokens)) - np.repeat(begins, freqs) < MAX_FREQ
            tokens, held = tokens[counted], held[counted]
            freqs = np.minimum(freqs, MAX_FREQ)
            begins = np.cumsum(freqs) - freqs
        positions = tokens & ((1 << position_bits) - 1)
        held = held[begins]
        doc = held & ((1 << doc_bits) - 1)
        in_title = positions < np.repeat(title_lengths.astype(np.uint64)[doc], freqs)
        return TextPiece(
            Strings.of(list(map(str.encode, terms))),
            np.bincount((held >> doc_bits).view(np.int64), minlength=len(terms)),
            packed(doc, freqs),
            np.add.reduceat(in_title, begins, dtype=np.int64) if len(begins) else begins,
            positions if field.positions else None,
        )


def _keywords(field: Field, documents: Sequence[Document]) -> Arrays:
    values = [document.keywords[field.name] for document in documents]
    values = [tuple(dict.fromkeys(many)) if len(many) > 1 else many for many in values]
    vocabulary = sorted({value for doc_values in values for value in doc_values})
    number_of = {value: number for number, value in enumerate(vocabulary)}
    counts = np.array([len(doc_values) for doc_values in values], dtype=np.int64)
    ordinals = [number_of[value] for doc_values in values for value in doc_values]
    table = Strings.of([value.encode() for value in vocabulary])
    return keyword_arrays(field, table, counts, np.array(ordinals, dtype=np.int64))
