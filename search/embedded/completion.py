"""What a beginning may become: people, countries, phrases of titles, words; most used first."""

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from index.enrich.countries import country_label
from index.language.analyzer import query_stem
from index.language.fold import fold
from index.language.tokens import words
from index.schema import COUNTRY, PERSON, SURFACE
from index.segments.arrays import Ints, stable_order
from index.segments.postings import docs_of
from index.segments.segment import Segment, ranges
from search.embedded.docsets import Docs
from search.embedded.facets import articles_by_person
from search.embedded.match import Matcher
from search.embedded.snapshot import Snapshot
from search.query.ast import Phrase
from search.results import Completion

# Fewer titles do not share a phrase.
_FEWEST_TITLES = 2
# A word that follows in so small a share of the titles with either does so by chance.
_COHESION = 0.1
# What is looked at in each segment, so that what is most used in all of them is among it.
_MOST_IN_SEGMENT = 50
# Words that a phrase may begin with, where only a beginning of one is typed; fewer letters begin
# too many.
_HEADS = 3
_SHORTEST_HEAD = 3
# Phrases are looked up at 0.3 ms each.
_MOST_LOOKED_UP = 8
_LAST_LETTER = "\U0010ffff"


class Completer:
    """Completes beginnings by what a snapshot's articles hold.

    What it keeps are numbers and upper bounds; what it tells is counted anew, so that an article
    that has been deleted leaves no trace.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def complete(self, beginning: str, limit: int) -> list[Completion]:
        """At most `limit` completions of each kind: people, countries, phrases, words.

        Each word of a name is a beginning of it, too, and so is a nickname. A beginning without
        letters or digits has no completions.
        """
        typed = fold_words(beginning).split()
        if not typed:
            return []
        *whole, partial = [*typed, ""] if beginning[-1:].isspace() else typed
        name = " ".join(typed)
        by_word = [] if whole else list(self._words(partial, max(limit, _HEADS)))
        if whole:
            heads = [(whole, partial)]
        elif len(partial) >= _SHORTEST_HEAD:
            heads = [([one.text], "") for one in by_word[:_HEADS]]
        else:
            heads = []
        return [
            *self._people(name, limit),
            *self._countries(name, limit),
            *self._phrases(heads, limit),
            *by_word[:limit],
        ]

    def _people(self, beginning: str, limit: int) -> Iterator[Completion]:
        table, name = self._names, self._snapshot.people.name
        first = bisect_left(table.texts, beginning)
        last = bisect_left(table.texts, beginning + _LAST_LETTER)
        persons = np.unique(table.persons[first:last])
        nicknamed = self._snapshot.people.find(beginning)
        if nicknamed >= 0 and nicknamed not in persons:
            persons = np.append(persons, nicknamed)
        uses = table.uses[persons]
        order = np.argsort(-uses, kind="stable").tolist()
        bounds = ((int(uses[place]), name(int(persons[place]))) for place in order)
        for count, text in most_used(bounds, lambda name: self._having(PERSON.name, name), limit):
            yield Completion(text, "person", count)

    def _countries(self, beginning: str, limit: int) -> Iterator[Completion]:
        found = [code for code, name in self._country_names if f" {beginning}" in f" {name}"]
        counted = ((self._having(COUNTRY.name, code), country_label(code)) for code in found)
        ranked = sorted(counted, key=lambda pair: (-pair[0], pair[1]))
        for count, label in ranked[:limit]:
            if count:
                yield Completion(label, "country", count)

    def _words(self, beginning: str, limit: int) -> Iterator[Completion]:
        bounds: Counter[str] = Counter()
        for segment in self._snapshot.segments:
            field = segment.text[SURFACE.name]
            found = field.terms.with_prefix(beginning)
            frequencies = np.diff(field.starts[found.start : found.stop + 1])
            for place in largest(frequencies):
                bounds[field.terms[found.start + place]] += int(frequencies[place])
        telling = ((bound, word) for word, bound in bounds.most_common() if is_telling(word))
        for count, word in most_used(telling, self._holding, limit):
            yield Completion(word, "word", count)

    def _phrases(self, heads: Sequence[tuple[list[str], str]], limit: int) -> Iterator[Completion]:
        """What titles have after each head, a sequence of words, and a beginning of the next."""
        bounds: Counter[str] = Counter()
        for head, partial in heads:
            if is_telling(head[-1]):
                bounds.update(self._beside(head, partial))
        found = most_used(
            ((bound, text) for text, bound in bounds.most_common(_MOST_LOOKED_UP)),
            lambda text: len(self._titles_with(text.split())),
            limit,
        )
        for count, text in found:
            if count >= _FEWEST_TITLES:
                yield Completion(text, "phrase", count)

    def _beside(self, head: list[str], beginning: str) -> Counter[str]:
        """Phrases of a head and a word that titles often have with it: in how many, at most."""
        docs = self._titles_with(head)
        together: Counter[str] = Counter()
        anywhere: Counter[str] = Counter()
        for (base, segment), titles in zip(self._snapshot.parts(), self._titles, strict=True):
            table = segment.text[SURFACE.name].terms
            first, last = np.searchsorted(docs, (base, base + len(segment)))
            terms = titles.terms[ranges(titles.starts, docs[first:last] - base)]
            if beginning:
                wanted = table.with_prefix(beginning)
                terms = terms[(terms >= wanted.start) & (terms < wanted.stop)]
            numbers, counts = np.unique(terms, return_counts=True)
            for place in largest(counts):
                word = table[int(numbers[place])]
                together[word] += int(counts[place])
                anywhere[word] += int(titles.uses[numbers[place]])
        return Counter(
            {
                " ".join([*head, word]): count
                for word, count in together.items()
                if count >= max(_FEWEST_TITLES, _COHESION * min(len(docs), anywhere[word]))
                and word not in head
                and is_telling(word)
            }
        )

    def _titles_with(self, phrase: Sequence[str]) -> Docs:
        """The documents, deleted ones left out, whose titles have the words side by side."""
        if len(phrase) == 1:
            postings = self._snapshot.postings(SURFACE.name, phrase[0])
            docs = postings.docs[postings.title_freqs > 0]
        else:
            docs = Matcher(self._snapshot, exact=True).leaf(Phrase(tuple(phrase)), "title").docs
        return docs[self._snapshot.alive[docs]]

    def _having(self, field: str, value: str) -> int:
        return int((self._snapshot.mask(field, value) & self._snapshot.alive).sum())

    def _holding(self, word: str) -> int:
        docs = self._snapshot.postings(SURFACE.name, word).docs
        return int(self._snapshot.alive[docs].sum())

    @cached_property
    def _names(self) -> "_Names":
        people = self._snapshot.people
        suffixes = []
        for person in range(len(people)):
            name = fold_words(people.name(person))
            place = 0
            while place >= 0:
                suffixes.append((name[place:], person))
                place = name.find(" ", place) + 1 or -1
        suffixes.sort()
        uses, _ = articles_by_person(self._snapshot, np.arange(self._snapshot.size))
        return _Names(
            [text for text, _ in suffixes], np.array([n for _, n in suffixes], np.int64), uses
        )

    @cached_property
    def _country_names(self) -> list[tuple[str, str]]:
        codes = self._snapshot.values(COUNTRY.name)
        return [(code, fold_words(country_label(code))) for code in codes]

    @cached_property
    def _titles(self) -> "list[_Titles]":
        return [_Titles.of(segment) for segment in self._snapshot.segments]


class _Names(NamedTuple):
    """The names of persons from each of their words on, sorted, and in how many documents each
    person is, deleted ones included.
    """

    texts: list[str]
    persons: Docs
    uses: Docs


class _Titles(NamedTuple):
    """The terms of each title of a segment, `terms[starts[d]:starts[d + 1]]`, and in how many
    titles each term is.
    """

    terms: Ints
    starts: Ints
    uses: Ints

    @classmethod
    def of(cls, segment: Segment) -> "_Titles":
        field = segment.text[SURFACE.name]
        titled = field.titled.astype(np.int64)
        terms = np.searchsorted(field.starts, titled, side="right") - 1
        docs = docs_of(field.postings[titled])
        order = stable_order(docs)
        starts = np.zeros(len(segment) + 1, dtype=np.int64)
        np.cumsum(np.bincount(docs, minlength=len(segment)), out=starts[1:])
        uses = np.bincount(terms, minlength=len(field.terms))
        return cls(terms[order].astype(np.uint32), starts, uses)


def most_used(
    bounds: Iterable[tuple[int, str]], count: Callable[[str], int], limit: int
) -> list[tuple[int, str]]:
    """The `limit` largest counts above 0 with what they are of, largest first.

    `bounds`, which fall, are what the counts cannot exceed; no more is counted than need be.
    """
    best: list[tuple[int, str]] = []
    for bound, one in bounds:
        if len(best) == limit and (not limit or bound < best[0][0]):
            break
        if counted := count(one):
            heapq.heappush(best, (counted, one))
            if len(best) > limit:
                heapq.heappop(best)
    return sorted(best, key=lambda pair: (-pair[0], pair[1]))


def largest(counts: Ints) -> list[int]:
    """The places of the largest counts."""
    if len(counts) <= _MOST_IN_SEGMENT:
        return list(range(len(counts)))
    places: list[int] = np.argpartition(counts, -_MOST_IN_SEGMENT)[-_MOST_IN_SEGMENT:].tolist()
    return places


def fold_words(text: str) -> str:
    """The folded words of a text, with single spaces."""
    return " ".join(fold(word[0]) for word in words(text))


def is_telling(word: str) -> bool:
    """Whether a word is worth to be completed."""
    return len(word) > 1 and query_stem(word) is not None
