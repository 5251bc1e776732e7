"""Analysed documents as a small segment in memory: where text becomes postings."""

from collections.abc import Iterable, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from index.document import Document
from index.language.analyzer import analyze
from index.schema import COLUMNS, STEM, SURFACE, TITLE_BODY_GAP, Field
from index.segments.arrays import Ints
from index.segments.merge import keyword_arrays, oldest_first, text_arrays
from index.segments.segment import NO_MOMENT, smallest


def chunk(documents: Sequence[Document]) -> dict[str, Ints]:
    """The arrays of a segment with these documents, in their order."""
    stems, surfaces = _Postings(), _Postings()
    title_lengths, body_lengths = [], []
    for number, document in enumerate(documents):
        title, body = analyze(document.title), analyze(document.text)
        title_length = title[-1].position + 1 if title else 0
        for tokens, base, titled in ((title, 0, 1), (body, title_length + TITLE_BODY_GAP, 0)):
            if tokens:
                token_surfaces, token_stems, positions, _, _ = zip(*tokens, strict=True)
                surfaces.add(number, token_surfaces, positions, base, titled)
                # A stop word has no stem.
                positions = tuple(compress(positions, token_stems))
                stems.add(number, filter(None, token_stems), positions, base, titled)
        title_lengths.append(title_length)
        body_lengths.append(body[-1].position + 1 if body else 0)
    moments = [NO_MOMENT if doc.moment is None else doc.moment for doc in documents]
    arrays: dict[str, Ints] = {
        "articles": np.array([doc.article for doc in documents], dtype=np.int64),
        "seqs": np.array([doc.seq for doc in documents], dtype=np.int64),
        "moments": np.array(moments, dtype=np.int64),
        "title_lengths": smallest(np.array(title_lengths, dtype=np.int64)),
        "body_lengths": smallest(np.array(body_lengths, dtype=np.int64)),
    }
    arrays["oldest_first"] = oldest_first(arrays["moments"])
    lengths = np.array(title_lengths, dtype=np.int64) + np.array(body_lengths, dtype=np.int64)
    arrays.update(stems.arrays(STEM, lengths))
    arrays.update(surfaces.arrays(SURFACE, lengths))
    for field in COLUMNS:
        arrays.update(_keywords(field, documents))
    return arrays


class _Numbering(dict[str, int]):
    """Numbers strings in the order in which they are first met."""

    def __missing__(self, string: str) -> int:
        number = self[string] = len(self)
        return number


class _Postings:
    """Collects (term, document, position) of every token of one field."""

    def __init__(self) -> None:
        self._number_of = _Numbering()
        self._terms: list[int] = []
        self._positions: list[int] = []
        self._runs: list[tuple[int, int, int, int]] = []  # document, base, in title, tokens

    def add(
        self, number: int, terms: Iterable[str], positions: Sequence[int], base: int, titled: int
    ) -> None:
        """Add the tokens of a title or a body, whose positions begin at `base`."""
        self._terms.extend(map(self._number_of.__getitem__, terms))
        self._positions.extend(positions)
        self._runs.append((number, base, titled, len(positions)))

    def arrays(self, field: Field, lengths: NDArray[np.int64]) -> dict[str, Ints]:
        """Sort the tokens into postings and count them; `lengths` are the documents' words."""
        terms = sorted(self._number_of, key=str.encode)
        rank = np.empty(len(terms), dtype=np.int64)
        rank[[self._number_of[term] for term in terms]] = np.arange(len(terms))
        runs = np.array(self._runs, dtype=np.int64).reshape(-1, 4)
        docs, bases, titled = np.repeat(runs[:, :3], runs[:, 3], axis=0).T
        term = rank[np.array(self._terms, dtype=np.int64)]
        positions = np.array(self._positions, dtype=np.int64) + bases
        order = np.argsort(term, kind="stable")  # documents and positions ascend already
        term, docs, titled, positions = term[order], docs[order], titled[order], positions[order]
        first = np.ones(len(term), dtype=np.bool_)
        first[1:] = (term[1:] != term[:-1]) | (docs[1:] != docs[:-1])
        # "buku-buku" and its parts have one stem at one position: that is one occurrence.
        once = first.copy()
        once[1:] |= positions[1:] != positions[:-1]
        term, docs, titled, positions = term[once], docs[once], titled[once], positions[once]
        first = first[once]
        begins = np.flatnonzero(first)
        freqs = np.diff(np.append(begins, len(term)))
        title_freqs = np.add.reduceat(titled, begins) if len(begins) else titled
        vocabulary = [text.encode() for text in terms]
        return text_arrays(
            field,
            vocabulary,
            term[begins],
            docs[begins],
            freqs,
            title_freqs,
            positions if field.positions else None,
            lengths,
        )


def _keywords(field: Field, documents: Sequence[Document]) -> dict[str, Ints]:
    values = [tuple(dict.fromkeys(document.keywords[field.name])) for document in documents]
    vocabulary = sorted({value.encode() for doc_values in values for value in doc_values})
    number_of = {value.decode(): number for number, value in enumerate(vocabulary)}
    counts = np.array([len(doc_values) for doc_values in values], dtype=np.int64)
    ordinals = [number_of[value] for doc_values in values for value in doc_values]
    return keyword_arrays(field, vocabulary, counts, np.array(ordinals, dtype=np.int64))
