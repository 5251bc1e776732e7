"""Questions of the real news: counts that agree however they are asked for.

What is checked here is checked from the outside, over the printed output, by code that shares
nothing with the project.
"""

import csv
import datetime
import io
import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.commands import run

ARTICLES = 38_231
QUESTIONS = ["Lavrov senjata", "banjir jakarta", '"menteri luar negeri"', "gempa OR tsunami", ""]
JAKARTA = ZoneInfo("Asia/Jakarta")

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ask(news_archive: Path) -> Ask:
    def ask(*arguments: str) -> dict[str, Any]:
        finished = run("query", *arguments, "--format", "json", "--archive", news_archive)
        assert finished.returncode in (0, 1), finished.stderr
        answer: dict[str, Any] = json.loads(finished.stdout)
        return answer

    return ask


@pytest.fixture(scope="module")
def all_hits(news_archive: Path) -> Callable[..., list[dict[str, Any]]]:
    @cache
    def all_hits(*arguments: str) -> list[dict[str, Any]]:
        finished = run("query", *arguments, "--all", "--format", "jsonl", "--archive", news_archive)
        assert finished.returncode in (0, 1), finished.stderr
        return [json.loads(line) for line in finished.stdout.splitlines()]

    return all_hits


def day(date: str) -> str:
    """The day in Jakarta of an ISO 8601 day or moment."""
    moment = datetime.datetime.fromisoformat(date)
    return str((moment.astimezone(JAKARTA) if moment.tzinfo else moment).date())


def values(hit: dict[str, Any], field: str) -> list[str]:
    if field.startswith("date"):
        characters = {"date:year": 4, "date:month": 7, "date:day": 10}[field]
        return [day(hit["date"])[:characters]] if hit["date"] else []
    if field in ("source", "category"):
        return [hit[field]] if hit[field] else []
    key = {"country": "countries", "person": "people"}.get(field, field)
    return list(dict.fromkeys(hit[key]))


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_lists_as_many_as_the_total(ask: Ask, all_hits: Any, question: str) -> None:
    hits = all_hits(question)
    assert ask(question, "-n", "0", "--no-facets")["total"] == len(hits)
    assert len({hit["id"] for hit in hits}) == len(hits)
    if not question:
        assert len(hits) == ARTICLES


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "field",
    [
        *("country", "person", "source", "category", "agency", "author"),
        *("date:year", "date:month", "date:day"),
    ],
)
def test_facet_counts_are_those_of_the_list(
    news_archive: Path, all_hits: Any, question: str, field: str
) -> None:
    hits = all_hits(question)
    counted = Counter(value for hit in hits for value in values(hit, field))
    finished = run("facets", field, question, "--format", "json", "--archive", news_archive)
    (facet,) = json.loads(finished.stdout)["facets"].values()
    assert {one["value"]: one["count"] for one in facet["values"]} == counted
    assert facet["distinct"] == len(counted)
    assert facet["missing"] == sum(not values(hit, field) for hit in hits)


def test_a_facet_ignores_its_own_filter_and_no_other(ask: Ask, all_hits: Any) -> None:
    filters = ("--country", "RU", "--source", "sindonews.com,kompas.com")
    answer = ask(
        "senjata", *filters, "--match", "all", "--facet", "country:999", "--facet", "source:99"
    )
    for field, others in (("country", filters[2:]), ("source", filters[:2])):
        hits = all_hits("senjata", "--match", "all", *others)
        counted = Counter(value for hit in hits for value in values(hit, field))
        shown = {one["value"]: one["count"] for one in answer["facets"][field]["values"]}
        assert shown == counted


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        (["--country", "RU,VE"], lambda hit: {"RU", "VE"} & set(hit["countries"])),
        (["--country", "RU", "--country", "US"], lambda hit: {"RU", "US"} <= set(hit["countries"])),
        (["--not-country", "ID"], lambda hit: "ID" not in hit["countries"]),
        (["--country", "none"], lambda hit: not hit["countries"]),
        (["--person", "Joko Widodo"], lambda hit: "Joko Widodo" in hit["people"]),
        (["--source", "detik.com"], lambda hit: hit["source"] == "detik.com"),
        (["--date", "2019-09-10"], lambda hit: hit["date"] and day(hit["date"]) == "2019-09-10"),
        (["--date", "none"], lambda hit: not hit["date"]),
        (
            ["--since", "2019-09-11", "--until", "2019-09-12"],
            lambda hit: hit["date"] and "2019-09-11" <= day(hit["date"]) <= "2019-09-12",
        ),
        (["--not-date", "2019"], lambda hit: not hit["date"] or day(hit["date"])[:4] != "2019"),
    ],
)
def test_a_filter_keeps_exactly_what_it_says(
    all_hits: Any, arguments: list[str], holds: Callable[[dict[str, Any]], Any]
) -> None:
    everything = {hit["id"] for hit in all_hits("") if holds(hit)}
    assert {hit["id"] for hit in all_hits("", *arguments)} == everything
    assert 0 < len(everything) < ARTICLES


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_agree_with_the_whole_list(ask: Ask, all_hits: Any, sort: str) -> None:
    whole = [hit["id"] for hit in all_hits("banjir jakarta", "--sort", sort)]
    for offset in (0, 7, len(whole) - 3):
        page = ask("banjir jakarta", "--sort", sort, "--offset", str(offset), "-n", "7")
        assert [hit["id"] for hit in page["hits"]] == whole[offset : offset + 7]


def test_undated_articles_come_last_in_both_orders(all_hits: Any) -> None:
    for sort in ("newest", "oldest"):
        dated = [bool(hit["date"]) for hit in all_hits("", "--sort", sort)]
        assert dated == sorted(dated, reverse=True)
        days = [hit["date"] for hit in all_hits("", "--sort", sort) if hit["date"]]
        moments = [datetime.datetime.fromisoformat(date) for date in days]
        local = [moment if moment.tzinfo else moment.replace(tzinfo=JAKARTA) for moment in moments]
        assert local == sorted(local, reverse=sort == "newest")


def test_an_answer_is_the_same_each_time(news_archive: Path) -> None:
    for format in ("jsonl", "csv", "urls"):
        arguments = ("query", "senjata rusia", "--format", format, "--archive", news_archive)
        assert run(*arguments).stdout == run(*arguments).stdout != ""


def test_highlights_slice_words_and_the_snippet_is_of_the_article(
    news_archive: Path, all_hits: Any
) -> None:
    for hit in all_hits("banjir jakarta")[:200]:
        text, highlights = hit["snippet"]["text"], hit["snippet"]["highlights"]
        marked = [text[start:end] for start, end in highlights]
        assert all(word and not any(map(str.isspace, word)) for word in marked)
    hit = all_hits("Lavrov senjata")[0]
    shown = run("show", hit["id"], "--format", "json", "--archive", news_archive)
    piece = hit["snippet"]["text"].strip("… ")
    assert piece in " ".join(json.loads(shown.stdout)["text"].split())


def test_csv_holds_every_article(news_archive: Path, all_hits: Any) -> None:
    finished = run("query", "banjir jakarta", "--all", "--format", "csv", "--archive", news_archive)
    rows = list(csv.DictReader(io.StringIO(finished.stdout)))
    assert [row["id"] for row in rows] == [hit["id"] for hit in all_hits("banjir jakarta")]
