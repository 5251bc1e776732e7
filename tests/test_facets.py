"""Facets: exact counts, each made without its own filter."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import search
from index.config import Config
from index.document import Document
from index.schema import COLUMNS
from index.segments.chunk import chunk
from index.segments.writer import IndexWriter
from search.embedded.facets import Counts, count_values
from search.embedded.snapshot import Snapshot
from tests.archives import make_archive

OFFICE = "Menteri Luar Negeri"
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "Satu",
        "text": f"{OFFICE} Rusia Sergey Lavrov tiba di Venezuela.",
        "date": "2021-06-22",
        "source": "Warta",
    },
    {
        "id": "b",
        "title": "Dua",
        "text": f"{OFFICE} Sergei Lavrov pulang ke Rusia.",
        "date": "2021-06-23",
        "source": "Warta",
    },
    {
        "id": "c",
        "title": "Tiga",
        "text": "Kapal Venezuela berlayar ke Jepang.",
        "date": "2020-01-05",
        "source": "Kabar",
    },
    {"id": "d", "title": "Empat", "text": "Kopi dipanen lebih awal di lereng gunung."},
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    folder = tmp_path_factory.mktemp("facets")
    with search.open(make_archive(folder, ARTICLES[:3], ARTICLES[3:]), Config()) as opened:
        yield opened


def facet(
    engine: search.Engine, field: str, question: str = "", *, limit: int | None = 10, **options: Any
) -> search.FacetResult:
    field, _, interval = field.partition(":")
    wanted = search.Facet(field, limit, interval or None)  # type: ignore[arg-type]
    (result,) = engine.search(search.Request(question, facets=[wanted], **options)).facets.values()
    return result


def counts(result: search.FacetResult) -> list[tuple[str, int]]:
    return [(one.value, one.count) for one in result.values]


@pytest.mark.parametrize(
    ("field", "expected", "missing"),
    [
        ("country", [("RU", 2), ("VE", 2), ("JP", 1)], 1),
        ("person", [("Sergei Lavrov", 2)], 2),
        ("source", [("Warta", 2), ("Kabar", 1)], 1),
        ("category", [], 4),
        ("date:year", [("2020", 1), ("2021", 2)], 1),
        ("date:month", [("2020-01", 1), ("2021-06", 2)], 1),
        ("date:day", [("2020-01-05", 1), ("2021-06-22", 1), ("2021-06-23", 1)], 1),
    ],
)
def test_every_article_counts_once_for_each_of_its_values(
    engine: search.Engine, field: str, expected: list[tuple[str, int]], missing: int
) -> None:
    result = facet(engine, field)
    assert counts(result) == expected
    assert result.distinct == len(expected)
    assert result.missing == missing


def test_labels_are_for_people(engine: search.Engine) -> None:
    labels = {one.value: one.label for one in facet(engine, "country").values}
    assert labels == {"RU": "Rusia", "VE": "Venezuela", "JP": "Jepang"}


def test_a_facet_is_counted_without_its_own_filter_and_with_all_others(
    engine: search.Engine,
) -> None:
    filters = {"country": ["VE"], "source": ["Warta"]}
    assert counts(facet(engine, "country", filters=filters)) == [("RU", 2), ("VE", 1)]
    assert counts(facet(engine, "source", filters=filters)) == [("Kabar", 1), ("Warta", 1)]
    assert counts(facet(engine, "person", filters=filters)) == [("Sergei Lavrov", 1)]


def test_the_filters_of_a_question_are_its_facets_own_too(engine: search.Engine) -> None:
    for question in ("negara:VE", "negara:VE AND lavrov", "lavrov negara:VE"):
        assert ("RU", 2) in counts(facet(engine, "country", question))


def test_two_spellings_of_a_person_in_one_article_count_once(tmp_path: Path) -> None:
    fields = {field.name: () for field in COLUMNS}
    documents = [
        Document(number, number, "Judul", "Isi", {**fields, "person": people}, None)
        for number, people in enumerate([("Sergey Lavrov", "Sergei Lavrov"), ("Sergei Lavrov",)])
    ]
    writer = IndexWriter(tmp_path, memory_mb=64)
    writer.add(chunk(documents))
    snapshot = Snapshot(tmp_path, writer.commit(1))
    counted = count_values(snapshot, "person", np.arange(2), None, None, frozenset())
    assert counted == Counts([("Sergei Lavrov", 2)], distinct=1, missing=0)
    assert snapshot.people_of(0) == ["Sergei Lavrov"]


def test_what_is_excluded_is_not_counted_in_its_own_facet(engine: search.Engine) -> None:
    assert counts(facet(engine, "country", exclude={"country": ["VE"]})) == [("RU", 1)]


def test_since_and_until_are_the_date_facets_own_filters(engine: search.Engine) -> None:
    result = facet(engine, "date:year", since="2021-01", until="2021-06")
    assert [(one.value, one.count, one.selected) for one in result.values] == [
        ("2020", 1, False),
        ("2021", 2, False),
    ]
    assert result.missing == 1


@pytest.mark.parametrize(
    ("interval", "date", "selected"),
    [
        ("year", "2021", ["2021"]),
        ("month", "2021", ["2021-06"]),
        ("month", "2021-06-20..", []),
        ("day", "2021-06-23..", ["2021-06-23"]),
        ("day", "..2021-06-22", ["2020-01-05", "2021-06-22"]),
    ],
)
def test_a_period_is_selected_when_it_lies_in_the_dates_asked_for(
    engine: search.Engine, interval: str, date: str, selected: list[str]
) -> None:
    result = facet(engine, f"date:{interval}", filters={"date": [date]})
    assert [one.value for one in result.values if one.selected] == selected


@pytest.mark.parametrize("interval", ["year", "month", "day"])
def test_an_article_of_a_far_year_is_counted_beside_a_date_filter(
    tmp_path: Path, interval: str
) -> None:
    # The last year that a date field may name, and the next one in Jakarta.
    far = "2100-12-31T23:00:00-05:00"
    articles = [
        {"id": "far", "title": "Satu", "text": "Kopi.", "date": far},
        {"id": "near", "title": "Dua", "text": "Teh.", "date": "2021-06-22"},
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as opened:
        result = facet(opened, f"date:{interval}", filters={"date": ["2021"]})
    assert [(one.value[:4], one.selected) for one in result.values] == [
        ("2021", True),
        ("2101", False),
    ]


def test_selected_values_are_told_beyond_the_limit(engine: search.Engine) -> None:
    result = facet(engine, "country", limit=1, filters={"country": ["JP,RU"]})
    assert [(one.value, one.selected) for one in result.values] == [("RU", True), ("JP", True)]
    assert result.distinct == 3
    people = facet(engine, "person", limit=0, filters={"person": ["Sergey Lavrov"]})
    assert [(one.value, one.selected) for one in people.values] == [("Sergei Lavrov", True)]


def test_equal_counts_stand_in_the_order_of_their_values(engine: search.Engine) -> None:
    assert counts(facet(engine, "country", limit=1)) == [("RU", 2)]
    assert counts(facet(engine, "date:day", limit=2)) == [("2021-06-22", 1), ("2021-06-23", 1)]


@pytest.mark.parametrize(("limit", "told"), [(None, 3), (0, 0), (2, 2), (99, 3)])
def test_the_limit_is_of_values_told_not_counted(
    engine: search.Engine, limit: int | None, told: int
) -> None:
    for field in ("country", "date:day"):
        result = facet(engine, field, limit=limit)
        assert len(result.values) == told
        assert result.distinct == 3


def test_facets_describe_the_set_that_is_listed(engine: search.Engine) -> None:
    """The set with most of the words, when it is that."""
    response = engine.search(
        search.Request("lavrov pulang kapal", facets=[search.Facet("source")], limit=None)
    )
    assert response.query.mode == "most"
    listed = [hit.source for hit in response.hits]
    assert response.total == len(listed) == 3
    assert {one.value: one.count for one in response.facets["source"].values} == {
        source: listed.count(source) for source in listed
    }


def test_a_small_segment_behind_many_articles_is_filtered_and_counted(tmp_path: Path) -> None:
    """Its numbers of documents have 16 bits, what lies before it does not."""
    many = 66_000
    keywords: dict[str, tuple[str, ...]] = {field.name: () for field in COLUMNS}
    own = keywords | {
        "country": ("VE",),
        "person": ("Jorge Arreaza",),
        "date": ("2021-06-22",),
        "source": ("Warta",),
    }
    writer = IndexWriter(tmp_path, memory_mb=64)
    writer.add(chunk(Document(number, 0, "", "", keywords, None) for number in range(many)))
    writer.commit(0)
    writer.add(chunk(Document(many + n, 1, "", "kapal tiba", own, 1) for n in range(3)))
    commit = writer.commit(1)
    assert [entry.docs for entry in commit.segments] == [many, 3]
    snapshot = Snapshot(tmp_path, commit)
    last = [many, many + 1, many + 2]
    for field in ("country", "person", "date", "source"):
        (value,) = own[field]
        assert np.flatnonzero(snapshot.mask(field, value)).tolist() == last
        found = count_values(snapshot, field, np.arange(many + 3), 10, None, frozenset())
        assert (found.top, found.missing) == ([(value, 3)], many)
    assert np.flatnonzero(snapshot.range_mask("date", "2021-06-01", "2021-07")).tolist() == last
    assert snapshot.postings("surface", "kapal").docs.tolist() == last
