"""Analysed articles as documents of a cluster, and what of them stays beside the archive."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from index.opensearch.mapping import (
    ARTICLE,
    MOMENT,
    NO_TERM,
    SAME_PLACE,
    SEQ,
    TITLE_END,
    in_title,
    only_in_title,
)
from index.schema import KEYWORD_FIELDS, STEM, SURFACE, TEXT_FIELDS, TITLE_BODY_GAP
from index.segments.arrays import Ints, in_memory, spans
from index.segments.merge import TextPiece, text_arrays
from index.segments.postings import docs_of, freqs_of, packed
from index.segments.segment import NO_MOMENT, Segment, TextField


def documents(segment: Segment) -> Iterator[dict[str, Any]]:
    """The articles of a segment as a cluster takes them, in order."""
    surfaces, stems = _surfaces(segment), _stems(segment)
    for doc, (surface, stem) in enumerate(zip(surfaces, stems, strict=True)):
        moment = int(segment.moments[doc])
        document: dict[str, Any] = {
            ARTICLE: int(segment.articles[doc]),
            SEQ: int(segment.seqs[doc]),
            MOMENT: None if moment == NO_MOMENT else moment,
        }
        for field in KEYWORD_FIELDS:
            document[field.name] = segment.keywords[field.name].values_of(doc)
        for field, (title, body) in ((SURFACE, surface), (STEM, stem)):
            document[field.name] = [f"{title} {TITLE_END}".lstrip(), body]
            document[in_title(field)] = title
            document[only_in_title(field)] = " ".join(sorted(_terms(title) - _terms(body)))
        yield document


def without_text(segment: Segment) -> dict[str, Ints]:
    """The arrays of a segment with the words of its titles alone, all columns and all lengths."""
    arrays = dict(segment.arrays)
    lengths = segment.title_lengths.astype(np.int64) + segment.body_lengths
    for field in TEXT_FIELDS:
        text = segment.text[field.name]
        numbers = text.titled.astype(np.int64)
        counts = np.diff(np.searchsorted(numbers, text.starts.astype(np.int64)))
        used = np.flatnonzero(counts)
        positions = None
        if field.positions:
            # The title's positions are a posting's first.
            begins, _ = text.position_spans(numbers)
            positions = text.positions.at(spans(begins, text.titled_freqs.astype(np.int64)))
        piece = TextPiece(
            text.terms.only(used),
            counts[used],
            packed(docs_of(text.postings[numbers]), text.titled_freqs),
            text.titled_freqs,
            positions,
        )
        arrays |= in_memory(text_arrays(field, [piece], lengths))
    return arrays


def _terms(tokens: str) -> set[str]:
    return {term for place in tokens.split() for term in place.split(SAME_PLACE)} - {NO_TERM}


def _surfaces(segment: Segment) -> Iterator[tuple[str, str]]:
    """Title and body of each document, word by word."""
    field = segment.text[SURFACE.name]
    freqs = freqs_of(field.postings).astype(np.int64)
    positions = field.positions.between(0, int(freqs.sum())).astype(np.int64)
    docs, terms = _tokens(field, freqs)
    order = np.lexsort((positions, docs))
    positions, terms = positions[order], terms[order]
    names = [raw.decode() for raw in field.terms.to_list()]
    begins = np.searchsorted(docs[order], np.arange(len(segment) + 1)).tolist()
    for doc, (first, last) in enumerate(pairwise(begins)):
        title_words, body_words = int(segment.title_lengths[doc]), int(segment.body_lengths[doc])
        body_start = title_words + TITLE_BODY_GAP
        title, body = [NO_TERM] * title_words, [NO_TERM] * body_words
        for position, term in zip(
            positions[first:last].tolist(), terms[first:last].tolist(), strict=True
        ):
            words, place = (
                (title, position) if position < title_words else (body, position - body_start)
            )
            name = names[term]
            before = words[place]
            words[place] = name if before is NO_TERM else f"{before}{SAME_PLACE}{name}"
        yield " ".join(title), " ".join(body)


def _stems(segment: Segment) -> Iterator[tuple[str, str]]:
    """Title and body of each document as stems, in the order of the alphabet: they are counted,
    not placed.
    """
    field = segment.text[STEM.name]
    freqs = freqs_of(field.postings).astype(np.int64)
    titled = field.title_freqs(slice(0, len(field.postings))).astype(np.int64)
    docs, terms = _tokens(field, np.ones(len(freqs), dtype=np.int64))
    order = np.argsort(docs, kind="stable")
    terms, freqs, titled = terms[order], freqs[order], titled[order]
    names = [raw.decode() for raw in field.terms.to_list()]
    begins = np.searchsorted(docs[order], np.arange(len(segment) + 1)).tolist()
    for doc, (first, last) in enumerate(pairwise(begins)):
        parts: tuple[list[str], list[str]] = ([], [])
        for term, freq, in_the_title in zip(
            terms[first:last].tolist(),
            freqs[first:last].tolist(),
            titled[first:last].tolist(),
            strict=True,
        ):
            parts[0].extend([names[term]] * in_the_title)
            parts[1].extend([names[term]] * (freq - in_the_title))
        lengths = segment.title_lengths[doc], segment.body_lengths[doc]
        title, body = (
            " ".join([*part, *[NO_TERM] * (int(length) - len(part))])
            for part, length in zip(parts, lengths, strict=True)
        )
        yield title, body


def _tokens(field: TextField, times: Ints) -> tuple[Ints, Ints]:
    """The document and the term of each posting, so many times."""
    starts = field.starts.astype(np.int64)
    terms = np.repeat(np.arange(len(field.terms)), starts[1:] - starts[:-1])
    return np.repeat(docs_of(field.postings).astype(np.int64), times), np.repeat(terms, times)
