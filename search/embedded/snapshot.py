"""One commit of the index, its segments laid end to end: document numbers run through them all."""

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.config import Ranking
from index.schema import PERSON
from index.segments.arrays import Ints, read_arrays
from index.segments.commit import Commit, kept_docs, open_segment
from index.segments.people import People
from index.segments.postings import MAX_FREQ, docs_of, freqs_of
from index.segments.segment import Segment, TextField
from index.segments.stories import Stories
from search.embedded.docsets import NO_DOCS, Docs, contains, look_up, look_up_postings, summed
from search.results import Story

Mask = NDArray[np.bool_]

# Filters that are kept: 32 MB with a million articles.
_MASKS = 32
_LEAST_NORM = float(np.finfo(np.float64).tiny)


class Postings:
    """Where something stands: documents ascending, how often in each, and how often in its title.

    The first frequency includes the title's.
    """

    def __init__(
        self, docs: Docs = NO_DOCS, freqs: Ints = NO_DOCS, title_freqs: Ints = NO_DOCS
    ) -> None:
        self._arrays = (docs, freqs, title_freqs)

    @classmethod
    def summed(cls, parts: "Sequence[Postings]") -> "Postings":
        """Those of several terms as if they were one; a part need not be in order."""
        docs = _joined([part.docs for part in parts])
        title_freqs = _joined([part.title_freqs for part in parts])
        found, freqs = summed(docs, _joined([part.freqs for part in parts]))
        titled = title_freqs.nonzero()[0]
        places = found.searchsorted(docs[titled])
        title_sums = np.bincount(places, title_freqs[titled], minlength=len(found))
        return cls(found, freqs, title_sums.astype(np.int64))

    def __len__(self) -> int:
        return len(self._arrays[0])

    @property
    def docs(self) -> Docs:
        return self._read()[0]

    @property
    def freqs(self) -> Ints:
        return self._read()[1]

    @property
    def title_freqs(self) -> Ints:
        return self._read()[2]

    def _read(self) -> tuple[Docs, Ints, Ints]:
        return self._arrays

    def freqs_of(self, docs: Docs) -> NDArray[np.float64]:
        """How often it stands in each of some ascending documents, 0 where it does not."""
        return self._of(docs, self.freqs)

    def title_freqs_of(self, docs: Docs) -> NDArray[np.float64]:
        """How often it stands in the title of each of some ascending documents."""
        return self._of(docs, self.title_freqs)

    def _of(self, docs: Docs, freqs: Ints) -> NDArray[np.float64]:
        places, found = look_up(self.docs, docs)
        return np.where(found, freqs[places], 0.0)


def _freqs_at(place: tuple[TextField, slice] | None, docs: Docs) -> NDArray[np.float64]:
    """How often a term that lies there stands in each of some documents of its segment."""
    if place is None:
        return np.zeros(len(docs))
    field, where = place
    _, found = look_up_postings(field.postings[where], docs)
    found[found > MAX_FREQ] = 0
    return found.astype(np.float64)


def _joined(arrays: Sequence[Ints]) -> Ints:
    return arrays[0] if len(arrays) == 1 else np.concatenate([NO_DOCS, *arrays])


class TermPostings(Postings):
    """The postings of a term, which are read when they are asked for.

    `places[i]` is where they lie in a field of segment `i`, None where they do not.
    """

    def __init__(
        self, bases: Sequence[int], places: Sequence[tuple[TextField, slice] | None]
    ) -> None:
        super().__init__()
        self.places = places
        self._bases = bases
        self._is_read = False
        lengths = (place[1].stop - place[1].start for place in places if place is not None)
        self._length: int = sum(lengths)

    def __len__(self) -> int:
        return self._length

    def freqs_of(self, docs: Docs) -> NDArray[np.float64]:
        """The same, looked up where the postings lie."""
        if len(self.places) == 1:  # as after an `optimize`, and in small archives
            return _freqs_at(self.places[0], docs)
        freqs = np.zeros(len(docs))
        begins = docs.searchsorted(self._bases).tolist()
        for place, base, first, last in zip(
            self.places, self._bases, begins, [*begins[1:], len(docs)], strict=True
        ):
            if first < last:
                freqs[first:last] = _freqs_at(place, docs[first:last] - base)
        return freqs

    def _read(self) -> tuple[Docs, Ints, Ints]:
        if not self._is_read:
            found = [
                (
                    docs_of(text.postings[where]).astype(np.int64) + base,
                    freqs_of(text.postings[where]),
                    text.title_freqs(where),
                )
                for base, place in zip(self._bases, self.places, strict=True)
                if place is not None
                for text, where in [place]
            ]
            if len(found) == 1:
                self._arrays = found[0]
            elif found:
                docs, freqs, title_freqs = zip(*found, strict=True)
                self._arrays = (
                    np.concatenate(docs),
                    np.concatenate(freqs),
                    np.concatenate(title_freqs),
                )
            self._is_read = True
        return self._arrays


class Norms(NamedTuple):
    """What BM25 adds to each document's frequency, k1 times its length norm; the mean length.

    In single precision, to sift by.
    """

    of: NDArray[np.float32]
    average_length: float


class Snapshot:
    """An open commit. Documents that were deleted or are hidden are in it, but not in `alive`."""

    def __init__(self, folder: Path, commit: Commit) -> None:
        self.commit = commit
        self.segments = [open_segment(folder, entry.name) for entry in commit.segments]
        sizes = [len(segment) for segment in self.segments]
        self.bases = [sum(sizes[:number]) for number in range(len(sizes))]
        self.size = sum(sizes)
        kept = [kept_docs(folder, entry) for entry in commit.segments]
        self._kept: Mask = np.concatenate(kept) if kept else np.empty(0, dtype=np.bool_)
        self.alive = self._kept
        # Opened now: a later commit may delete the file at any time.
        names = [entry.name for entry in commit.segments]
        self.people = People(read_arrays(folder / commit.people), names)
        self._near_copies = read_arrays(folder / commit.stories)
        self._norms: dict[tuple[float, float, float], Norms] = {}
        self._masks: dict[tuple[str, ...], Mask] = {}

    def without(self, articles: Sequence[int]) -> "Snapshot":
        """The same commit in which these articles, and no others, are hidden."""
        snapshot = copy.copy(self)
        for derived in ("stories", "told_stories", "docs_by_article"):
            snapshot.__dict__.pop(derived, None)
        snapshot.alive = self._kept
        if articles:
            numbers = np.sort(np.array(articles, dtype=np.int64))
            snapshot.alive = self._kept & ~contains(numbers, self.articles)
        return snapshot

    def parts(self) -> Iterator[tuple[int, Segment]]:
        """Each segment, with the number of its first document."""
        return zip(self.bases, self.segments, strict=True)

    def place(self, doc: int) -> tuple[Segment, int]:
        """The segment that holds a document, and its number in there."""
        number = int(np.searchsorted(self.bases, doc, side="right")) - 1
        return self.segments[number], doc - self.bases[number]

    def people_of(self, doc: int) -> list[str]:
        """The persons that an article names, each once, in the order of first mention."""
        segment, local = self.place(doc)
        names = segment.keywords[PERSON.name].ordinals_of(np.array([local]))
        persons = self.people.person_of[segment.name][names].tolist()
        return [self.people.name(person) for person in dict.fromkeys(persons)]

    def articles_naming(self) -> list[int]:
        """How many articles name each person, about: one in two spellings counts twice."""
        counts = np.zeros(len(self.people), dtype=np.int64)
        for segment, uses in self._uses(PERSON.name):
            persons = self.people.person_of[segment.name]
            np.add.at(counts, persons[uses > 0], uses[uses > 0])
        return counts.tolist()

    @cached_property
    def stories(self) -> Stories:
        """What hangs together of the documents that are alive."""
        return Stories(self._near_copies, self.alive)

    @cached_property
    def told_stories(self) -> dict[int, Story | None]:
        """Stories by their numbers, as hits told them last."""
        return {}

    @cached_property
    def docs_by_article(self) -> dict[int, int]:
        """The document of each article that is shown, by the article's number."""
        shown = np.flatnonzero(self.alive)
        return dict(zip(self.articles[shown].tolist(), shown.tolist(), strict=True))

    @cached_property
    def articles(self) -> Docs:
        """The archive's number of each document's article."""
        return self._joined([segment.articles for segment in self.segments])

    @cached_property
    def seqs(self) -> Docs:
        """The archive's sequence number of each document."""
        return self._joined([segment.seqs for segment in self.segments])

    @cached_property
    def moments(self) -> Docs:
        """When each document was published, in seconds since 1970."""
        return self._joined([segment.moments for segment in self.segments])

    @cached_property
    def title_lengths(self) -> Docs:
        """Words in the title of each document."""
        return self._joined([segment.title_lengths for segment in self.segments])

    @cached_property
    def body_lengths(self) -> Docs:
        """Words in the body of each document."""
        return self._joined([segment.body_lengths for segment in self.segments])

    def norms(self, ranking: Ranking) -> Norms:
        """The norms by the parameters of a ranking, kept for the next question."""
        key = (ranking.k1, ranking.b, ranking.title_weight)
        if key not in self._norms:
            lengths = self.body_lengths + ranking.title_weight * self.title_lengths
            average = (float(lengths.mean()) if len(lengths) else 0.0) or 1.0
            norms = ranking.k1 * (1 - ranking.b + ranking.b * (lengths / average))
            self._norms[key] = Norms(norms.astype(np.float32), average)
        return self._norms[key]

    def norms_of(self, docs: Docs, ranking: Ranking) -> NDArray[np.float64]:
        """The norms of some documents, in full precision; not 0, even where k1 is."""
        lengths = self.body_lengths[docs] + ranking.title_weight * self.title_lengths[docs]
        relative = lengths / self.norms(ranking).average_length
        return np.maximum(ranking.k1 * (1 - ranking.b + ranking.b * relative), _LEAST_NORM)

    def best_first(self, docs: Docs, keys: NDArray[np.float64]) -> Docs:
        """The places of documents by falling keys; of equal ones the newer first, then the one
        that was indexed first.
        """
        moments = self.moments[docs].astype(np.float64)
        return np.lexsort((self.articles[docs], -moments, -keys))

    def postings(self, field: str, term: str) -> Postings:
        """The postings of a term of a text field; empty when no article holds it."""
        places: list[tuple[TextField, slice] | None] = []
        for segment in self.segments:
            text = segment.text[field]
            number = text.terms.find(term)
            places.append((text, text.where(number)) if number >= 0 else None)
        return TermPostings(self.bases, places)

    def terms_with_prefix(self, field: str, prefix: str) -> set[str]:
        """The terms of a text field that begin with `prefix`."""
        terms: set[bytes] = set()
        for segment in self.segments:
            table = segment.text[field].terms
            found = table.with_prefix(prefix)
            terms.update(table.to_list(found.start, found.stop))
        return {term.decode() for term in terms}

    def postings_with_prefix(self, field: str, prefix: str) -> Postings:
        """The postings of all terms of a text field that begin with `prefix`, as if of one."""
        runs: list[Postings] = []
        for base, segment in self.parts():
            text = segment.text[field]
            found = text.terms.with_prefix(prefix)
            where = slice(int(text.starts[found.start]), int(text.starts[found.stop]))
            postings = text.postings[where]
            docs = docs_of(postings).astype(np.int64)
            docs += base
            runs.append(Postings(docs, freqs_of(postings), text.title_freqs(where)))
        return Postings.summed(runs)

    def terms_near(self, field: str, word: str) -> set[str]:
        """The terms of a text field at most one edit from `word`."""
        from rapidfuzz.distance import Levenshtein

        # One edit leaves one half of the word as it is.
        half = len(word) // 2
        terms: set[str] = set()
        for segment in self.segments:
            table = segment.text[field].terms
            begin_alike = table.with_prefix(word[:half])
            near = [
                *table.to_list(begin_alike.start, begin_alike.stop),
                *map(table.raw, table.with_suffix(word[half:]).tolist()),
            ]
            terms.update(
                term
                for term in map(bytes.decode, near)
                if Levenshtein.distance(term, word, score_cutoff=1) <= 1
            )
        return terms

    def mask(self, field: str, value: str) -> Mask:
        """Which documents have a value of a keyword field: a person in any spelling; read only."""
        return self._kept_mask((field, value), self._docs_with)

    def range_mask(self, field: str, first: str, last: str) -> Mask:
        """Which documents have a value from `first` to `last`, both included; read only."""
        return self._kept_mask((field, first, last), self._docs_between)

    def _kept_mask(self, asked: tuple[str, ...], docs: Callable[..., Iterator[Ints]]) -> Mask:
        """The mask of some documents, kept for the next question."""
        mask = self._masks.get(asked)
        if mask is None:
            mask = np.zeros(self.size, dtype=np.bool_)
            for found in docs(*asked):
                mask[found] = True
            mask.flags.writeable = False
            if len(self._masks) >= _MASKS:
                self._masks.clear()
            self._masks[asked] = mask
        return mask

    def _docs_with(self, field: str, value: str) -> Iterator[Ints]:
        person = self.people.find(value) if field == PERSON.name else -1
        for base, segment in self.parts():
            keyword = segment.keywords[field]
            if field == PERSON.name:
                ordinals = np.flatnonzero(self.people.person_of[segment.name] == person)
            else:
                ordinals = np.array([keyword.values.find(value)])
            for ordinal in ordinals.tolist():
                if ordinal >= 0:
                    yield keyword.docs_of(ordinal).astype(np.int64) + base

    def _docs_between(self, field: str, first: str, last: str) -> Iterator[Docs]:
        for base, segment in self.parts():
            keyword = segment.keywords[field]
            start = keyword.starts[keyword.values.first_not_below(first.encode())]
            stop = keyword.starts[keyword.values.first_not_below(last.encode() + b"\0")]
            yield keyword.docs[int(start) : int(stop)].astype(np.int64) + base

    def missing_mask(self, field: str) -> Mask:
        """Which documents have no value of a keyword field."""
        masks = [~segment.keywords[field].has_value for segment in self.segments]
        return np.concatenate(masks) if masks else np.empty(0, dtype=np.bool_)

    def values(self, field: str) -> list[str]:
        """Every value of a keyword field that an article has, sorted."""
        found: set[bytes] = set()
        for segment, uses in self._uses(field):
            values = segment.keywords[field].values.to_list()
            found.update(values[number] for number in np.flatnonzero(uses).tolist())
        return [value.decode() for value in sorted(found)]

    def _uses(self, field: str) -> Iterator[tuple[Segment, Docs]]:
        """For each segment, in how many documents that are alive each value of a field stands."""
        for base, segment in self.parts():
            keyword = segment.keywords[field]
            alive = np.flatnonzero(self.alive[base : base + len(segment)])
            yield segment, np.bincount(keyword.ordinals_of(alive), minlength=len(keyword.values))

    def _joined(self, arrays: Sequence[Ints]) -> Docs:
        return np.concatenate(arrays).astype(np.int64) if arrays else NO_DOCS
