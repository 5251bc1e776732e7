"""Articles like another: by its most telling words, and by the people that both name."""

import math
from collections import Counter

import numpy as np

from index.config import Ranking
from index.schema import PERSON, STEM
from search.embedded.docsets import NO_DOCS, Docs
from search.embedded.match import Leaf, idf
from search.embedded.related import Frequencies, plain_words
from search.embedded.score import Scores
from search.embedded.snapshot import Snapshot
from search.embedded.top import question_of
from search.query.ast import Or, Term

# Lucene's MoreLikeThis asks for 25 words, too.
_WORDS = 25
# In a title a word tells as much as so many times in the body.
_TITLE = 3
# A word of more articles tells nothing of what one is about.
_LARGEST_SHARE = 0.2
# What sharing all people adds to a score, as a share of it.
_PEOPLE_WEIGHT = 0.5
# As many are looked at, since shared people change their order and copies are left out.
CANDIDATES_PER_HIT = 5


def telling_words(
    snapshot: Snapshot, title: str, text: str, frequencies: Frequencies | None = None
) -> list[Term]:
    """The words of a text that tell most by tf·idf, each with its weight in a question.

    Words that no other article has lead nowhere. `frequencies` are the snapshot's by default.
    """
    counts: Counter[str] = Counter()
    for part, times in ((title, _TITLE), (text, 1)):
        for stem, _ in plain_words(part):
            counts[stem] += times
    if frequencies is None:
        found = [len(snapshot.postings(STEM.name, stem)) for stem in counts]
    else:
        found = list(frequencies(list(counts)))
    ranked = []
    for (stem, count), articles in zip(counts.items(), found, strict=True):
        if 2 <= articles <= max(2, _LARGEST_SHARE * snapshot.size):
            weight = 1 + math.log(count)
            ranked.append((-weight * idf(snapshot, articles), stem, weight))
    return [Term(stem, weight=weight) for _, stem, weight in sorted(ranked)[:_WORDS]]


def alike(
    snapshot: Snapshot, ranking: Ranking, doc: int, terms: list[Term], limit: int
) -> tuple[Docs, Scores, list[Leaf]]:
    """Other documents with the words of one and the people that it names, the best first.

    Also their scores, and what they were found by.
    """
    question = question_of(snapshot, Or(tuple(terms)), ranking) if terms else None
    if question is None or not limit:
        return NO_DOCS, np.empty(0), []
    others = snapshot.alive.copy()
    others[doc] = False
    top = question.best(limit, passing=others)
    return *with_people(snapshot, doc, top.docs, top.scores), question.leaves


def with_people(snapshot: Snapshot, doc: int, docs: Docs, scores: Scores) -> tuple[Docs, Scores]:
    """Documents and their scores, the best first, with what the people add that `doc` names too."""
    weights = {
        name: idf(snapshot, int(snapshot.mask(PERSON.name, name).sum()))
        for name in snapshot.people_of(doc)
    }
    everyone = sum(weights.values()) or 1.0
    shared = [
        sum(weights.get(name, 0.0) for name in snapshot.people_of(other)) / everyone
        for other in docs.tolist()
    ]
    scores = scores * (1 + _PEOPLE_WEIGHT * np.array(shared))
    order = snapshot.best_first(docs, scores)
    return docs[order], scores[order]
