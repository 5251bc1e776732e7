"""Counts over time: every period, gaps too, and the peaks by name."""

import csv
import datetime
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import search
from index.config import Config
from search.results import Interval, Leader
from search.timeline import by_period, interval_for, peaks, period_of, periods_between
from tests.archives import make_archive
from tests.commands import run, run_on_terminal

# Counts by month: 2020-11 1, 2021-02 3, 2021-03 1, 2022-01 1; one without a date.
DAYS = {
    "a": "2020-11-30",
    "b": "2021-02-01",
    "c": "2021-02-11",
    "d": "2021-02-28",
    "e": "2021-03-01",
    "f": "2022-01-01",
    "g": None,
}


def article(name: str, day: str | None) -> dict[str, Any]:
    text = "Gempa terasa di pesisir. " * (3 if name == "c" else 1) + "Warga mengungsi ke bukit."
    source = "Warta" if name in "abc" else "Kabar"
    return {"id": name, "title": f"Laporan {name}", "text": text, "date": day, "source": source}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = [article(name, day) for name, day in DAYS.items()]
    return make_archive(tmp_path_factory.mktemp("timeline"), articles[:5], articles[5:])


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    with search.open(archive, Config()) as opened:
        yield opened


def counts(timeline: search.Timeline) -> dict[str, int]:
    return {one.period: one.articles for one in timeline.periods}


def test_every_period_from_the_first_to_the_last_is_told(engine: search.Engine) -> None:
    timeline = engine.timeline(search.Request("gempa"), "month")
    assert list(counts(timeline)) == [
        *("2020-11", "2020-12"),
        *(f"2021-{month:02}" for month in range(1, 13)),
        "2022-01",
    ]
    filled = {period: count for period, count in counts(timeline).items() if count}
    assert filled == {"2020-11": 1, "2021-02": 3, "2021-03": 1, "2022-01": 1}
    assert (timeline.total, timeline.undated) == (7, 1)


def test_the_sum_of_the_periods_and_the_undated_is_the_total(engine: search.Engine) -> None:
    for interval in ("year", "month", "day"):
        timeline = engine.timeline(search.Request(""), interval)
        assert sum(counts(timeline).values()) + timeline.undated == timeline.total


def test_a_timeline_keeps_to_the_filters_those_on_the_date_too(engine: search.Engine) -> None:
    request = search.Request("gempa", filters={"source": ["Warta"]}, since="2021")
    assert counts(engine.timeline(request, "month")) == {"2021-02": 2}


def test_a_peak_names_the_article_that_answers_best(engine: search.Engine) -> None:
    timeline = engine.timeline(search.Request("gempa"), "month")
    leaders = {one.period: one.leader for one in timeline.periods if one.leader}
    assert leaders == {"2021-02": Leader("c", "Laporan c")}


def test_the_interval_is_chosen_so_that_periods_are_few(engine: search.Engine) -> None:
    assert engine.timeline(search.Request("gempa")).interval == "month"
    assert engine.timeline(
        search.Request("gempa", since="2021-02-11", until="2021-03")
    ).interval == ("day")
    assert interval_for(["2021-01-01", "2021-03-03"]) == "day"  # 61 days apart
    assert interval_for(["2021-01-01", "2021-03-04"]) == "month"
    assert interval_for(["2011-01-31", "2020-12-01"]) == "month"  # 120 months
    assert interval_for(["2011-01-31", "2021-01-01"]) == "year"


def test_nothing_has_no_periods(engine: search.Engine) -> None:
    timeline = engine.timeline(search.Request("xyzzy"))
    assert (timeline.total, timeline.periods) == (0, [])


@pytest.mark.parametrize(
    ("counted", "places"),
    [
        ([], []),
        ([4], [0]),
        ([1, 1, 1], []),
        ([1, 9, 1, 0, 6, 1], [1, 4]),  # the average of those with articles is 3.6
        ([4, 6, 4], []),  # less than 1.5 times the average
        ([1, 9, 9, 1], [1]),  # of equal neighbours the first
        ([0, 1, 0, 0, 8, 0], [4]),
        ([1, 10] * 7, [1, 3, 5, 7, 9]),
    ],
)
def test_peaks_stand_out_of_their_neighbours_and_the_average(
    counted: list[int], places: list[int]
) -> None:
    assert peaks(counted) == places


DATES = st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31))


@given(first=DATES, days=st.integers(0, 900), interval=st.sampled_from(["year", "month", "day"]))
def test_periods_follow_one_another_without_a_gap(
    first: datetime.date, days: int, interval: Interval
) -> None:
    last = datetime.date.fromordinal(
        min(first.toordinal() + days, datetime.date(9999, 12, 31).toordinal())
    )
    every = [
        datetime.date.fromordinal(number).isoformat()
        for number in range(first.toordinal(), last.toordinal() + 1)
    ]
    periods = list(periods_between(every[0], every[-1], interval))
    assert periods == list(dict.fromkeys(period_of(day, interval) for day in every))
    assert sum(n for _, n in by_period([(day, 2) for day in every], interval)) == 2 * len(every)


# The command


def test_csv_has_a_row_for_each_period(archive: Path) -> None:
    arguments = ("timeline", "gempa", "--by", "month", "--format", "csv", "--archive", archive)
    rows = list(csv.DictReader(io.StringIO(run(*arguments).stdout)))
    assert list(rows[0]) == ["month", "articles", "leading_id", "leading_title"]
    assert len(rows) == 15
    assert [row["articles"] for row in rows[:5]] == ["1", "0", "0", "3", "1"]
    assert rows[3]["leading_title"] == "Laporan c"


def test_json_is_the_timeline_whole(archive: Path) -> None:
    arguments = ("timeline", "gempa", "--by", "year", "--format", "json", "--archive", archive)
    answer = json.loads(run(*arguments).stdout)
    assert answer["interval"] == "year"
    assert [(one["period"], one["articles"]) for one in answer["periods"]] == [
        ("2020", 1),
        ("2021", 4),
        ("2022", 1),
    ]
    assert answer["query"]["parsed"] == "gempa"


def test_a_long_gap_is_one_line_that_tells_its_length(archive: Path) -> None:
    shown = run("timeline", "gempa", "--by", "month", "--archive", archive).stdout.splitlines()
    assert shown == [
        "7 articles by month, 1 without a date",
        "2020-11            1",
        "2020-12            0",
        "2021-01            0",
        "2021-02            3  Laporan c",
        "2021-03            1",
        "…          9 months without",
        "2022-01            1",
    ]


def test_a_terminal_shows_bars(archive: Path) -> None:
    arguments = ("timeline", "gempa", "--by", "month", "--archive", archive)
    shown = run_on_terminal(*arguments, columns=80, env={"NO_COLOR": "1"}).splitlines()
    assert shown[4] == "2021-02            3  ████████████████████  Laporan c"
    assert shown[5] == "2021-03            1  ███████"


def test_it_ends_with_1_where_nothing_answers(archive: Path) -> None:
    finished = run("timeline", "xyzzy", "--archive", archive)
    assert (finished.returncode, finished.stdout) == (1, "0 articles by day\n")
