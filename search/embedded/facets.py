"""Facet counts: how many of some documents have each value of a field."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from index.schema import DATE, PERSON
from search.embedded.docsets import Docs, distinct
from search.embedded.snapshot import Snapshot
from search.results import Interval
from search.timeline import period_of


class Counts(NamedTuple):
    """`top` has the values to show, most frequent first (periods: in order of time)."""

    top: list[tuple[str, int]]
    distinct: int
    missing: int


def count_values(
    snapshot: Snapshot,
    field: str,
    docs: Docs,
    limit: int | None,
    interval: Interval | None,
    also: frozenset[str],
) -> Counts:
    """Count the values of a field in ascending documents; the values in `also` are always told."""
    if field == PERSON.name:
        return _count_people(snapshot, docs, limit, also)
    counted: Counter[str] = Counter()
    missing = 0
    for base, segment in snapshot.parts():
        keyword = segment.keywords[field]
        local = _local(docs, base, len(segment))
        missing += int((~keyword.has_value[local]).sum())
        counts = np.bincount(keyword.ordinals_of(local), minlength=len(keyword.values))
        used = np.flatnonzero(counts)
        names = map(keyword.values.__getitem__, used.tolist())
        counted.update(dict(zip(names, counts[used].tolist(), strict=True)))
    return told(field, counted, missing, limit, interval, also)


def told(
    field: str,
    counted: Counter[str],
    missing: int,
    limit: int | None,
    interval: Interval | None,
    also: frozenset[str],
) -> Counts:
    """What is told of a field whose values were counted: the most frequent, of days the latest."""
    if field == DATE.name:
        return _periods(counted, missing, limit, interval or "day")
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return Counts(_limited(ordered, limit, also), len(ordered), missing)


def _periods(counted: Counter[str], missing: int, limit: int | None, interval: Interval) -> Counts:
    """The latest periods, in order of time."""
    periods: Counter[str] = Counter()
    for day, count in counted.items():
        periods[period_of(day, interval)] += count
    ordered = sorted(periods.items())
    shown = ordered if limit is None else ordered[len(ordered) - min(limit, len(ordered)) :]
    return Counts(shown, len(ordered), missing)


def _count_people(
    snapshot: Snapshot, docs: Docs, limit: int | None, also: frozenset[str]
) -> Counts:
    people = snapshot.people
    counts, missing = articles_by_person(snapshot, docs)
    used = np.flatnonzero(counts)
    if limit is not None and len(used) > limit:
        # Names are read only for those that may be shown: all that reach the last shown count.
        floor = np.partition(counts[used], len(used) - max(limit, 1))[len(used) - max(limit, 1)]
        shown = set(used[counts[used] >= floor].tolist())
        shown.update(person for name in also if counts[person := people.find(name)])
    else:
        shown = set(used.tolist())
    named = [(people.name(person), int(counts[person])) for person in shown]
    named.sort(key=lambda pair: (-pair[1], pair[0]))
    return Counts(_limited(named, limit, also), len(used), missing)


def articles_by_person(snapshot: Snapshot, docs: Docs) -> tuple[Docs, int]:
    """How many of some ascending documents name each person, and how many name nobody.

    Two spellings of one person in one article count once.
    """
    people = snapshot.people
    counts = np.zeros(len(people), dtype=np.int64)
    missing = 0
    for base, segment in snapshot.parts():
        keyword = segment.keywords[PERSON.name]
        local = _local(docs, base, len(segment))
        missing += int((~keyword.has_value[local]).sum())
        persons = people.person_of[segment.name][keyword.ordinals_of(local)]
        lengths = np.diff(keyword.doc_starts)[local]
        pairs = np.repeat(local, lengths) * len(people) + persons
        counts += np.bincount(distinct(pairs) % max(len(people), 1), minlength=len(people))
    return counts, missing


def _limited(
    ordered: list[tuple[str, int]], limit: int | None, also: frozenset[str]
) -> list[tuple[str, int]]:
    if limit is None:
        return ordered
    return ordered[:limit] + [pair for pair in ordered[limit:] if pair[0] in also]


def _local(docs: Docs, base: int, size: int) -> Docs:
    """The documents of one segment, numbered in there."""
    first, last = np.searchsorted(docs, (base, base + size))
    return docs[first:last] - base
