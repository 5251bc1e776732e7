"""The ranking formula: BM25 over title and body blended, surface forms beside stems.

For each word of the question, in the stem field and, with `surface_weight`, in the surface field:

    idf * f * (k1 + 1) / (f + k1 * (1 - b + b * length / average length))

where f is the frequency in the body plus `title_weight` times that in the title, and a length
counts words in the same way. Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple
weighted fields" (CIKM 2004): the fields' frequencies are added before they saturate, so an
article without a title loses nothing. A phrase counts as one word of its own.

Averages and document frequencies are those of the index as it lies, deleted articles included
until their segment is rewritten (as in Lucene), so scores move a little when that happens.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.config import Ranking
from search.embedded.docsets import Docs
from search.embedded.match import Leaf, idf
from search.embedded.snapshot import Postings, Snapshot
from search.results import Explanation

Scores = NDArray[np.float64]


class Part(NamedTuple):
    """One summand of the formula."""

    leaf: Leaf
    field: str
    postings: Postings
    weight: float


def score(snapshot: Snapshot, leaves: list[Leaf], docs: Docs, ranking: Ranking) -> Scores:
    """The score of each of some ascending documents."""
    total = np.zeros(len(docs))
    if not leaves or not len(docs):
        return total
    norm = snapshot.norms_of(docs, ranking)
    for part in parts_of(leaves, ranking):
        frequency = _frequencies(part.postings, docs, ranking.title_weight)
        saturation = _saturation(frequency, norm, ranking)
        total += part.weight * idf(snapshot, len(part.postings)) * saturation
    return total


def explain(
    snapshot: Snapshot, leaves: list[Leaf], doc: int, ranking: Ranking
) -> list[Explanation]:
    """Every summand of one document's score that is not zero."""
    docs = np.array([doc])
    norm = snapshot.norms_of(docs, ranking)
    explained = []
    for part in parts_of(leaves, ranking):
        frequencies = _frequencies(part.postings, docs, ranking.title_weight)
        frequency = float(frequencies[0])
        if not frequency:
            continue
        saturation = float(_saturation(frequencies, norm, ranking)[0])
        part_idf = idf(snapshot, len(part.postings))
        explained.append(
            Explanation(
                word=part.leaf.word,
                field=part.field,
                score=part.weight * part_idf * saturation,
                weight=part.weight,
                idf=part_idf,
                articles=len(part.postings),
                frequency=frequency,
                title_frequency=float(part.postings.title_freqs_of(docs)[0]),
                saturation=saturation,
            )
        )
    return explained


def parts_of(leaves: list[Leaf], ranking: Ranking) -> Iterator[Part]:
    """The summands for each leaf, the one that all its documents have first."""
    for leaf in leaves:
        if len(leaf.stem):
            yield Part(leaf, "stem", leaf.stem, leaf.weight)
            weight = ranking.surface_weight * leaf.weight
        else:
            weight = leaf.weight  # nothing but the surface form was asked for
        if len(leaf.surface) and weight:
            yield Part(leaf, "surface", leaf.surface, weight)


def _saturation(frequency: Scores, norm: Scores, ranking: Ranking) -> Scores:
    """What a frequency counts for; 0 without the term, since a norm is never 0."""
    counted: Scores = frequency * (ranking.k1 + 1) / (frequency + norm)
    return counted


def _frequencies(postings: Postings, docs: Docs, title_weight: float) -> Scores:
    """Each document's frequency, that in its title weighted; 0 without the term."""
    freqs = postings.freqs_of(docs)
    if title_weight == 1:
        return freqs
    return freqs + (title_weight - 1) * postings.title_freqs_of(docs)
