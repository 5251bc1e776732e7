"""Counts over time: which period to count by, the periods without articles, and the peaks."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence

from search.results import Interval

# As many bars as a page of a terminal has lines, twice over: two months of days, ten years of
# months.
_MOST_DAYS = 62
_MOST_MONTHS = 120
_MOST_PEAKS = 5
# So many times what a period with articles has on average.
_PEAK_RATIO = 1.5
_PERIOD_CHARS: dict[Interval, int] = {"year": 4, "month": 7, "day": 10}


def period_of(day: str, interval: Interval) -> str:
    """The period that an ISO day lies in: 2021, 2021-06 or the day itself."""
    return day[: _PERIOD_CHARS[interval]]


def interval_for(days: Sequence[str]) -> Interval:
    """The shortest interval that counts ascending days in few periods."""
    if not days:
        return "day"
    first, last = days[0], days[-1]
    begin, end = map(datetime.date.fromisoformat, (first, last))
    if (end - begin).days < _MOST_DAYS:
        return "day"
    return "month" if _month_number(last) - _month_number(first) < _MOST_MONTHS else "year"


def periods_between(first: str, last: str, interval: Interval) -> Iterator[str]:
    """Every period from that of one day to that of another, in order."""
    if interval == "day":
        begin, end = (datetime.date.fromisoformat(day).toordinal() for day in (first, last))
        for number in range(begin, end + 1):
            yield datetime.date.fromordinal(number).isoformat()
    elif interval == "month":
        for number in range(_month_number(first), _month_number(last) + 1):
            yield f"{number // 12:04}-{number % 12 + 1:02}"
    else:
        for year in range(int(first[:4]), int(last[:4]) + 1):
            yield f"{year:04}"


def by_period(days: Sequence[tuple[str, int]], interval: Interval) -> list[tuple[str, int]]:
    """The sums of the counts of ascending days in every period from the first to the last."""
    if not days:
        return []
    sums: Counter[str] = Counter()
    for day, count in days:
        sums[period_of(day, interval)] += count
    return [(name, sums[name]) for name in periods_between(days[0][0], days[-1][0], interval)]


def _month_number(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def peaks(counts: Sequence[int]) -> list[int]:
    """The places of the few largest counts that stand out, the largest first.

    A peak is no smaller than its neighbours, the first of equal ones, and well above the average
    of the periods that have articles.
    """
    filled = [count for count in counts if count]
    if len(filled) < 2:
        return [place for place, count in enumerate(counts) if count]
    enough = _PEAK_RATIO * sum(filled) / len(filled)
    padded = [0, *counts, 0]
    found = [
        place
        for place, count in enumerate(counts)
        if count >= enough and padded[place] < count >= padded[place + 2]
    ]
    return sorted(found, key=lambda place: (-counts[place], place))[:_MOST_PEAKS]
