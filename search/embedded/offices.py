"""Who held an office, by what the articles around the question's period show."""

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.enrich.names import name_parts
from index.schema import DATE, OFFICE, PERSON
from index.segments.segment import NO_MOMENT, Segment, ranges
from search.embedded.docsets import NO_DOCS, Docs, distinct
from search.embedded.match import LAST_DAY
from search.embedded.snapshot import Snapshot
from search.query.expand import Holder
from search.query.resolve import NONE, Clause

_HOME = "ID"
_FIRST_DAY = "0001-01-01"
_DAY_S = 86400
_AROUND_DAYS = 180
# One article may be a slip of its author or of the reading; a small archive has no second one.
_SMALL_ARCHIVE = 1000
_SMALLEST_SHARE = 0.3  # of the articles that show anybody there: who took over, and from whom
_MOST_HOLDERS = 3
_MOST_SPELLINGS = 3


class _Shown(NamedTuple):
    """A value of the office column: somebody in an office of a country, "" where none is named."""

    country: str
    name: str
    segment: Segment


class Offices:
    """What a snapshot's articles show of offices, around the days that the filters leave."""

    def __init__(self, snapshot: Snapshot, clauses: Sequence[Clause]) -> None:
        self._snapshot = snapshot
        self._clauses = clauses

    def is_person(self, word: str) -> bool:
        """Whether a person goes by this word alone."""
        return self._snapshot.people.find(word) >= 0

    def holders(self, office: str, country: str) -> list[Holder]:
        """Whom most articles show in an office of a country, the most shown first.

        An article that names no country speaks of Indonesia, unless others name another one with
        the same person. Without a filter by date, the half year before the newest article counts
        that shows anybody in the office. Two articles must agree on each, whenever they appeared.
        """
        shown, values, docs = self._shown_in(office)
        # Negative where Indonesia is named more often than any other country.
        abroad: Counter[str] = Counter()
        for one, count in zip(shown, np.bincount(values, minlength=len(shown)), strict=True):
            if one.country:
                abroad[one.name] += -int(count) if one.country == _HOME else int(count)
        meant = [
            one.country == country
            or (country == _HOME and not one.country and abroad[one.name] <= 0)
            for one in shown
        ]
        kept = np.array(meant, dtype=np.bool_)[values]
        values, docs = values[kept], docs[kept]
        ever: Counter[int] = Counter()
        articles: Counter[int] = Counter()
        spellings: dict[int, Counter[str]] = {}
        in_period = self._in_period(docs)
        counts = np.bincount(values[in_period], minlength=len(shown)).tolist()
        for number, count in enumerate(np.bincount(values, minlength=len(shown)).tolist()):
            if count:
                person = self._person(shown[number])
                ever[person] += count
                articles[person] += counts[number]
                spellings.setdefault(person, Counter())[shown[number].name] += count
        fewest = 1 if self._snapshot.alive.sum() < _SMALL_ARCHIVE else 2
        share = max(1, _SMALLEST_SHARE * len(distinct(docs[in_period])))
        most = [
            person
            for person, count in articles.most_common()
            if count >= share and ever[person] >= fewest
        ]
        name = self._snapshot.people.name
        return [
            Holder(
                name(person), [text for text, _ in spellings[person].most_common(_MOST_SPELLINGS)]
            )
            for person in most
            if not any(_is_part(name(person), name(other)) for other in most)
        ][:_MOST_HOLDERS]

    def _shown_in(self, office: str) -> tuple[list[_Shown], Docs, Docs]:
        """The values for an office; and for each value and article with it, both numbers."""
        shown: list[_Shown] = []
        all_values, all_docs = [NO_DOCS], [NO_DOCS]
        for base, segment in self._snapshot.parts():
            column = segment.keywords[OFFICE.name]
            first = column.values.first_not_below(f"{office}|".encode())
            stop = column.values.first_not_below(f"{office}}}".encode())  # } comes after |
            numbers = np.arange(first, stop)
            counts = column.starts[numbers + 1].astype(np.int64) - column.starts[numbers]
            all_values.append(np.repeat(numbers - first + len(shown), counts))
            all_docs.append(column.docs[ranges(column.starts, numbers)].astype(np.int64) + base)
            for number in numbers.tolist():
                _, country, name = column.values[number].split("|", 2)
                shown.append(_Shown(country, name, segment))
        values, docs = np.concatenate(all_values), np.concatenate(all_docs)
        alive = self._snapshot.alive[docs]
        return shown, values[alive], docs[alive]

    def _person(self, shown: _Shown) -> int:
        number = shown.segment.keywords[PERSON.name].values.find(shown.name)
        return int(self._snapshot.people.person_of[shown.segment.name][number])

    def _in_period(self, docs: Docs) -> NDArray[np.bool_]:
        """Which articles were published around the days of the date filters, or lately."""
        moments = self._snapshot.moments[docs]
        days = [
            value.partition("..")
            for clause in self._clauses
            if clause.field == DATE.name and not clause.negated
            for value in clause.values
            if value != NONE
        ]
        newest = int(moments.max(initial=NO_MOMENT))
        around = _AROUND_DAYS * _DAY_S
        if days:
            first = min(_seconds(start or _FIRST_DAY) for start, _, _ in days) - around
            last = max(_seconds(end or LAST_DAY) for _, _, end in days) + around
        elif newest == NO_MOMENT:
            return np.ones(len(docs), dtype=np.bool_)
        else:
            first, last = newest - around, newest
        return (moments >= first) & (moments <= last)


def _seconds(day: str) -> int:
    """When a day begins, in seconds since 1970, to the time zone."""
    return (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days * _DAY_S


def _is_part(name: str, other: str) -> bool:
    """Whether a name is another one shortened: Trump, Donald Trump."""
    return set(name_parts(name)) < set(name_parts(other))
