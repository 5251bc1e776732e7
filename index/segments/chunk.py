"""Analysed documents as a small segment in memory: where text becomes postings."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.document import Document
from index.language.analyzer import analyze
from index.schema import COLUMNS, STEM, SURFACE, TITLE_BODY_GAP, Field
from index.segments.arrays import Arrays, Ints, in_memory, is_first
from index.segments.inversion import Inverted, inverted
from index.segments.merge import (
    TextPiece,
    keyword_arrays,
    oldest_first,
    text_arrays,
)
from index.segments.postings import MAX_FREQ, packed
from index.segments.segment import NO_MOMENT, smallest
from index.segments.signatures import signatures, word_hashes
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
    indexed: list[Document] = []
    for number, (document, title, body) in enumerate(documents):
        base = title.words + TITLE_BODY_GAP
        for postings, in_title, in_body in (
            (stems, title.stems, body.stems),
            (surfaces, title.surfaces, body.surfaces),
        ):
            postings.add(number, in_title, 0)
            postings.add(number, in_body, base)
        title_lengths.append(title.words)
        body_lengths.append(body.words)
        indexed.append(document)
    return in_memory(_arrays(indexed, stems, surfaces, title_lengths, body_lengths))


def _arrays(
    documents: Sequence[Document],
    stems: "_Postings",
    surfaces: "_Postings",
    title_lengths: list[int],
    body_lengths: list[int],
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
    surface_words = surfaces.inverted()
    yield "signatures", signatures(*surfaces.bodies(surface_words, len(documents))).ravel()
    for field, postings, words in (
        (STEM, stems, stems.inverted()),
        (SURFACE, surfaces, surface_words),
    ):
        yield from text_arrays(field, [postings.piece(field, words, titles)], titles + bodies)
    for field in COLUMNS:
        yield from _keywords(field, documents)


class _Postings:
    """Collects (term, document, position) of every token of one field."""

    def __init__(self) -> None:
        self._terms: list[Sequence[str]] = []
        self._positions: list[Ints] = []
        self._runs: list[tuple[int, int, int]] = []  # document, base, tokens

    def add(self, number: int, terms: Terms, base: int) -> None:
        """Add the tokens of a title or a body, whose positions begin at `base`: 0 for titles."""
        if terms.terms:
            self._terms.append(terms.terms)
            self._positions.append(terms.positions)
            self._runs.append((number, base, len(terms.positions)))

    def inverted(self) -> Inverted:
        """The terms of all tokens, and where they stand among them."""
        return inverted(self._terms)

    def bodies(
        self, words: Inverted, documents: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """The hashes of the words of all bodies, and how many words the body of each document has.

        `words` are all tokens, inverted.
        """
        docs, bases, lengths = self._columns()
        in_body = bases > 0
        hashes = words.spread(word_hashes(words.terms.to_list()))[np.repeat(in_body, lengths)]
        counts = np.zeros(documents, dtype=np.int64)
        counts[docs[in_body]] = lengths[in_body]
        return hashes, counts

    def piece(self, field: Field, words: Inverted, title_lengths: NDArray[np.int64]) -> TextPiece:
        """The tokens as postings, counted; `words` are they, inverted."""
        terms, counts, places = words
        run_docs, bases, lengths = self._columns()
        docs = np.repeat(run_docs.astype(np.uint32), lengths)[places]
        positions = np.concatenate([NO_TERMS.positions, *self._positions])
        positions += np.repeat(bases.astype(np.uint32), lengths)
        positions = positions[places]
        firsts = np.cumsum(counts) - counts  # each term's first token
        begins_posting = is_first(docs)
        begins_posting[firsts] = True
        in_term = np.add.reduceat(begins_posting, firsts, dtype=np.int64) if len(firsts) else firsts
        # "buku-buku" and its parts have one stem at one position: that is one occurrence.
        counted = begins_posting | is_first(positions)
        docs, positions = docs[counted], positions[counted]
        begins = begins_posting[counted].nonzero()[0]
        freqs = np.diff(begins, append=len(docs))
        if freqs.max(initial=0) > MAX_FREQ:
            # What the frequency does not tell has no position either.
            counted = np.arange(len(docs)) - np.repeat(begins, freqs) < MAX_FREQ
            docs, positions = docs[counted], positions[counted]
            freqs = np.minimum(freqs, MAX_FREQ)
            begins = np.cumsum(freqs) - freqs
        docs = docs[begins]
        in_title = positions < np.repeat(title_lengths.astype(np.uint32)[docs], freqs)
        return TextPiece(
            terms,
            in_term,
            packed(docs, freqs),
            np.add.reduceat(in_title, begins, dtype=np.int64) if len(begins) else begins,
            positions if field.positions else None,
        )

    def _columns(self) -> NDArray[np.int64]:
        """Document, base and number of tokens of each title and body."""
        return np.array(self._runs, dtype=np.int64).reshape(-1, 3).T


def _keywords(field: Field, documents: Sequence[Document]) -> Arrays:
    values = [document.keywords[field.name] for document in documents]
    values = [tuple(dict.fromkeys(many)) if len(many) > 1 else many for many in values]
    vocabulary = sorted({value for doc_values in values for value in doc_values})
    number_of = {value: number for number, value in enumerate(vocabulary)}
    counts = np.array([len(doc_values) for doc_values in values], dtype=np.int64)
    ordinals = [number_of[value] for doc_values in values for value in doc_values]
    table = Strings.of([value.encode() for value in vocabulary])
    return keyword_arrays(field, table, counts, np.array(ordinals, dtype=np.int64))
