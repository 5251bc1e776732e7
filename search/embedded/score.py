"""The ranking formula: BM25, surface forms beside stems; for the best how early a text says it.

First stage, for each word of the question in the stem field, and with `surface_weight` in the
surface field:

    idf * f * (k1 + 1) / (f + k1 * (1 - b + b * length / average length))

where f is the frequency in the body plus `title_weight` times that in the title, and a length
counts words in the same way. Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple
weighted fields" (CIKM 2004): the fields' frequencies are added before they saturate, so an
article without a title loses nothing. A phrase counts as one word of its own. Where most of the
words are enough, a document that holds them all gains

    all_words * sum of idf

Second stage, for the `RERANKED` best of these: each word adds

    lead * idf * lead_words / (lead_words + words of the body before it)

by its first form in the body, as search/embedded/lead.py finds it, and the day of publication

    recency * sum of idf / (1 + years before the commit)

Then near-copies among them stand together: each member of a story gains what it lacks to the score
of the best one, and the earlier member comes first. They tell the same, so that what sets their
scores apart (a headline, a line of boilerplate) says nothing of the matter; Kurland and Lee,
"Corpus structure, language models, and ad hoc information retrieval" (SIGIR 2004), let clusters of
similar documents speak for their members.

News says what it is about in its first lines; docs/ranking.md has what each part is worth, and what
was tried beside them. No summand is negative, so that the documents behind the best stay behind
them, and the order is the same for every page.

Averages and document frequencies are those of the index as it lies, deleted articles included
until their segment is rewritten (as in Lucene), so scores move a little when that happens.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.config import Ranking
from index.segments.arrays import is_first
from index.segments.segment import NO_MOMENT
from search.embedded.docsets import Docs
from search.embedded.lead import words_before
from search.embedded.match import Leaf, idf
from search.embedded.snapshot import Postings, Snapshot
from search.results import Explanation

Scores = NDArray[np.float64]

# Ten pages of ten. With 50, the mean reciprocal rank at 10 was the same to four digits.
RERANKED = 100
_YEAR_S = 365.25 * 24 * 3600
# Tells scores apart that count as equal: some units in the last place of a double.
_HAIR = 2**-50


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


def idf_sum(snapshot: Snapshot, leaves: list[Leaf]) -> float:
    """The weight of all words together."""
    return sum(idf(snapshot, len(leaf.found)) for leaf in leaves)


def second_stage(snapshot: Snapshot, leaves: list[Leaf], docs: Docs, ranking: Ranking) -> Scores:
    """What the second stage adds to the score of each of some ascending documents."""
    total = np.zeros(len(docs))
    if ranking.lead:
        for leaf in leaves:
            early = _earliness(snapshot, leaf, docs, ranking)
            total += ranking.lead * idf(snapshot, len(leaf.found)) * early
    if ranking.recency:
        total += ranking.recency * idf_sum(snapshot, leaves) * _newness(snapshot, docs)
    return total


def story_gains(snapshot: Snapshot, docs: Docs, scores: Scores) -> Scores:
    """What each of some documents gains to have the score of the best of its story, and a hair
    more for each member that is later, so that the earliest comes first.
    """
    moments = snapshot.moments[docs]
    moments[moments == NO_MOMENT] = np.iinfo(np.int64).max
    numbers = snapshot.stories.numbers[docs]
    order = np.lexsort((-snapshot.articles[docs], -moments, numbers))
    begin = is_first(numbers[order])
    begins, story = begin.nonzero()[0], begin.cumsum() - 1
    later = np.arange(len(order)) - begins[story]
    joined = np.empty_like(scores)
    joined[order] = np.maximum.reduceat(scores[order], begins)[story] * (1 + later * _HAIR)
    return joined - scores


def explain(
    snapshot: Snapshot,
    leaves: list[Leaf],
    doc: int,
    ranking: Ranking,
    *,
    all_words: bool,
    reranked: bool,
    of_story: float,
) -> list[Explanation]:
    """Every summand of one document's score that is not zero.

    `all_words` tells whether it gained by holding all of them, `reranked` whether the second stage
    looked at it, and `of_story` what that gave it by its story.
    """
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
    whole = idf_sum(snapshot, leaves)
    if all_words and ranking.all_words:
        explained.append(_explanation("all words", "", ranking.all_words, whole, 1.0))
    if reranked and ranking.lead:
        for leaf in leaves:
            early = float(_earliness(snapshot, leaf, docs, ranking)[0])
            if early:
                leaf_idf = idf(snapshot, len(leaf.found))
                explained.append(_explanation("lead", leaf.word, ranking.lead, leaf_idf, early))
    if reranked and ranking.recency and (newness := float(_newness(snapshot, docs)[0])):
        explained.append(_explanation("date", "", ranking.recency, whole, newness))
    if of_story > _HAIR * 2**20:  # else it only decides which of two copies comes first
        explained.append(_explanation("story", "", 1.0, of_story, 1.0))
    return explained


def _explanation(part: str, word: str, weight: float, part_idf: float, share: float) -> Explanation:
    """A summand that no frequency saturates: a share of a weight."""
    return Explanation(
        word=word,
        field=part,
        score=weight * part_idf * share,
        weight=weight,
        idf=part_idf,
        articles=None,
        frequency=None,
        title_frequency=None,
        saturation=share,
    )


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


def _earliness(snapshot: Snapshot, leaf: Leaf, docs: Docs, ranking: Ranking) -> Scores:
    """1 for a word that opens the body, half of it `lead_words` later, 0 without the word."""
    before = words_before(snapshot, leaf, docs)
    earliness: Scores = ranking.lead_words / (ranking.lead_words + before)
    return earliness


def _newness(snapshot: Snapshot, docs: Docs) -> Scores:
    """1 for a document published at the commit or later, half of it a year before, 0 undated."""
    committed = datetime.datetime.fromisoformat(snapshot.commit.committed_at).timestamp()
    moments = snapshot.moments[docs]
    years = np.maximum(committed - moments, 0) / _YEAR_S
    return np.where(moments == NO_MOMENT, 0.0, 1 / (1 + years))
