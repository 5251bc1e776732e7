"""Stories: articles that are one text, or nearly so, at one outlet or several.

A commit lists the pairs of documents that are near-copies; a story is what hangs together by such
pairs. So an article that bridges two stories joins them, and one that is not shown joins nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.messages import gettext
from index.schema import SOURCE
from index.segments.arrays import Ints, damaged, is_first, stable_order
from index.segments.segment import NO_MOMENT, Segment
from index.segments.signatures import (
    SIGNATURE_NUMBERS,
    Signatures,
    containment,
    resemblance,
    word_hashes,
)

Places = NDArray[np.int64]

_HALF = np.uint64(32)

# `python -m benchmarks.stories` has the precision and recall of these. A desk repeats its own
# paragraphs from one report to the next: so within an outlet more must be shared, and that one
# article stands in another tells nothing.
_RESEMBLANCE = 0.4
_CONTAINMENT = 0.75
_RESEMBLANCE_WITHIN_OUTLET = 0.7
# A cut text is found in one about four times as long.
_LEAST_RESEMBLANCE = 0.2
# The weather or the stars of another day are no story, however much of the template is shared.
_WINDOW_S = 2 * 86_400
# Shorter bodies are teasers and captions ("Baca selengkapnya di ..."), which many articles share.
_LEAST_WORDS = 20
# Two numbers make a band. Of pairs that resemble by 0.2, 73 % have one of the 32 bands in common,
# by 0.3 95 %, by 0.4 99.6 %.
_BAND_NUMBERS = 2
# In a band an article is compared with so many that follow it in time: the cost of a template of
# thousands grows with their number, not with its square.
_COMPARED = 16
# Pairs at once, some 16 MB of signatures.
_PAIRS_AT_ONCE = 1 << 16


class Stories:
    """The stories of a commit, as far as they are shown.

    `numbers` has for each document the lowest document of its story, itself where it is alone;
    `docs` are those that are not alone, ascending.
    """

    def __init__(self, arrays: Mapping[str, Ints], alive: NDArray[np.bool_]) -> None:
        """`alive` tells which documents are shown. Raises ArchiveError where a pair is of none."""
        ones, others = arrays["ones"].astype(np.int64), arrays["others"].astype(np.int64)
        both = np.concatenate([ones, others])
        if len(ones) != len(others) or not ((both >= 0) & (both < len(alive))).all():
            raise damaged(
                gettext("the index"), gettext("has stories of articles that it does not hold")
            )
        joins = alive[ones] & alive[others]
        ones, others = ones[joins], others[joins]
        self.numbers = _lowest_joined(ones, others, len(alive))
        is_joined = np.zeros(len(alive), dtype=np.bool_)
        is_joined[ones] = is_joined[others] = True
        self.docs = np.flatnonzero(is_joined)
        self._by_story = self.docs[np.argsort(self.numbers[self.docs], kind="stable")]
        self._numbers_by_story = self.numbers[self._by_story]

    def members(self, doc: int) -> Places:
        """The documents of a document's story, ascending; none where it is alone."""
        number = self.numbers[doc]
        first, last = np.searchsorted(self._numbers_by_story, (number, number + 1))
        return self._by_story[first:last]

    def firsts(self, docs: Ints) -> Places:
        """The places of those of some documents before which none of their story stands."""
        numbers = self.numbers[docs]
        order = np.argsort(numbers, kind="stable")  # np.unique imports numpy.ma, 10 ms
        return np.sort(order[is_first(numbers[order])])


def story_arrays(segments: Sequence[Segment], kept: Sequence[NDArray[np.bool_]]) -> dict[str, Ints]:
    """The near-copies among the documents of these segments, numbered through all of them.

    `ones[i]` and `others[i]` are a pair, the lower number first. The same articles in other
    segments, come in any order, make the same stories.
    """
    found = [np.zeros(0, dtype=np.uint64)]
    if segments:
        articles = _Articles(segments)
        order = articles.in_time(np.concatenate(kept))
        for first in range(0, SIGNATURE_NUMBERS, _BAND_NUMBERS):
            band = articles.signatures[order, first : first + _BAND_NUMBERS]
            for ones, others in _pairs(band):
                found.append(articles.near_copies(order[ones], order[others]))
    pairs = np.unique(np.concatenate(found))
    return {"ones": (pairs >> _HALF).astype(np.uint32), "others": pairs.astype(np.uint32)}


class _Articles:
    """What is compared of all documents."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.signatures: Signatures = np.concatenate([one.signatures for one in segments])
        self._words = np.concatenate([one.body_lengths.astype(np.int64) for one in segments])
        self._moments = np.concatenate([one.moments for one in segments])
        self._outlets = np.concatenate([_outlets(one) for one in segments])

    def in_time(self, kept: NDArray[np.bool_]) -> Places:
        """The kept documents with a body, by time; of one time by content, not by arrival."""
        docs = np.flatnonzero(kept & (self._words >= _LEAST_WORDS))
        content = self.signatures[docs, :4].copy().view(np.uint64)[:, 0]
        return docs[
            np.lexsort((self._outlets[docs], content, self._words[docs], self._moments[docs]))
        ]

    def near_copies(self, ones: Places, others: Places) -> NDArray[np.uint64]:
        """Those of some pairs that are near-copies, each pair as one number."""
        ones, others = np.minimum(ones, others), np.maximum(ones, others)
        one_moments, other_moments = self._moments[ones], self._moments[others]
        undated = (one_moments == NO_MOMENT) | (other_moments == NO_MOMENT)
        near = undated | (np.abs(one_moments - other_moments) <= _WINDOW_S)
        ones, others = ones[near], others[near]
        alike = resemblance(self.signatures[ones], self.signatures[others])
        contained = containment(alike, self._words[ones], self._words[others])
        copied = (contained >= _CONTAINMENT) & (alike >= _LEAST_RESEMBLANCE)
        joined = np.where(
            self._outlets[ones] == self._outlets[others],
            alike >= _RESEMBLANCE_WITHIN_OUTLET,
            (alike >= _RESEMBLANCE) | copied,
        )
        return _numbered(ones[joined], others[joined])


def _outlets(segment: Segment) -> NDArray[np.uint64]:
    """A number for each document's outlet, 0 where it names none."""
    field = segment.keywords[SOURCE.name]
    outlets = np.zeros(len(segment), dtype=np.uint64)
    names = word_hashes(field.values.to_list())
    outlets[field.has_value] = names[field.ordinals]
    return outlets


def _pairs(band: Signatures) -> Iterator[tuple[Places, Places]]:
    """The places of articles with equal bands, of each those that follow it."""
    keys = band.copy().view(np.uint32)[:, 0]
    places = stable_order(keys)
    buckets = np.cumsum(is_first(keys[places]))
    for step in range(1, _COMPARED + 1):
        same = np.flatnonzero(buckets[step:] == buckets[:-step])
        for first in range(0, len(same), _PAIRS_AT_ONCE):
            some = same[first : first + _PAIRS_AT_ONCE]
            yield places[some], places[some + step]


def _numbered(ones: Ints, others: Ints) -> NDArray[np.uint64]:
    """Two numbers of 32 bits each as one."""
    return (ones.astype(np.uint64) << _HALF) | others.astype(np.uint64)


def _lowest_joined(ones: Places, others: Places, size: int) -> Places:
    """For each of so many numbers the lowest with which pairs join it."""
    lowest = np.arange(size)
    while (apart := lowest[ones] != lowest[others]).any():
        ones, others = ones[apart], others[apart]
        least = np.minimum(lowest[ones], lowest[others])
        np.minimum.at(lowest, lowest[ones], least)
        np.minimum.at(lowest, lowest[others], least)
        while (lowest[lowest] != lowest).any():
            lowest = lowest[lowest]
    return lowest
