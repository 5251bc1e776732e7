"""Articles like another: by its most telling words, and by the people that both name."""

import math
from collections import Counter

from index.language.analyzer import analyze
from index.schema import PERSON, STEM
from search.embedded.match import idf
from search.embedded.snapshot import Snapshot
from search.query.ast import Term

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


def telling_words(snapshot: Snapshot, title: str, text: str) -> list[Term]:
    """The words of a text that tell most by tf·idf, each with its weight in a question.

    Words that no other article has lead nowhere.
    """
    counts: Counter[str] = Counter()
    for part, times in ((title, _TITLE), (text, 1)):
        for token in analyze(part):
            if token.stem is not None and not token.stem.isdecimal():
                counts[token.stem] += times
    ranked = []
    for stem, count in counts.items():
        articles = len(snapshot.postings(STEM.name, stem))
        if 2 <= articles <= max(2, _LARGEST_SHARE * snapshot.size):
            weight = 1 + math.log(count)
            ranked.append((-weight * idf(snapshot, articles), stem, weight))
    return [Term(stem, weight) for _, stem, weight in sorted(ranked)[:_WORDS]]


class SharedPeople:
    """How much of the people that an article names another one names, rare people for more."""

    def __init__(self, snapshot: Snapshot, doc: int) -> None:
        self._snapshot = snapshot
        self._weights = {
            name: idf(snapshot, int(snapshot.mask(PERSON.name, name).sum()))
            for name in snapshot.people_of(doc)
        }
        self._total = sum(self._weights.values()) or 1.0

    def factor(self, doc: int) -> float:
        """What the score of another document is multiplied with."""
        shared = sum(self._weights.get(name, 0.0) for name in self._snapshot.people_of(doc))
        return 1 + _PEOPLE_WEIGHT * shared / self._total
