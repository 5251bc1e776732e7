"""Nothing found: what stands in the way, and what there is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import search
from index.config import Config
from index.pipeline import index_paths, withdraw
from search.results import Nothing, Without
from tests.archives import make_archive
from tests.commands import run

ARTICLES: list[dict[str, Any]] = [
    {"id": "a", "title": "A", "text": "Kopi dari Brasil tiba.", "date": "2021-06-22"},
    {"id": "b", "title": "B", "text": "Kopi dari Jepang tiba.", "date": "2022-01-05"},
    {"id": "c", "title": "C", "text": "Teh dari Jepang tiba.", "date": "2020-02-29"},
    {"id": "d", "title": "D", "text": "Teh dipanen di lereng gunung."},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("nothing"), ARTICLES)


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    with search.open(archive, Config()) as opened:
        yield opened


def nothing(engine: search.Engine, question: str, **options: Any) -> Nothing:
    found = engine.search(search.Request(question, **options)).nothing
    assert isinstance(found, Nothing)
    return found


def test_each_filter_tells_how_many_would_answer_without_it(engine: search.Engine) -> None:
    found = nothing(
        engine,
        "kopi",
        filters={"country": ["JP"], "date": ["2021"]},
        exclude={"country": ["VE"]},
    )
    assert found.filters == [
        Without("country", ["JP"], False, 1),
        Without("date", ["2021-01-01..2021-12-31"], False, 1),
        Without("country", ["VE"], True, 0),
    ]


def test_that_count_is_what_the_question_finds_without_the_filter(engine: search.Engine) -> None:
    options: dict[str, Any] = {"country": ["BR"], "date": ["2022"]}
    for one in nothing(engine, "kopi tiba", filters=options).filters:
        rest = {field: values for field, values in options.items() if field != one.field}
        assert engine.search(search.Request("kopi tiba", filters=rest)).total == one.articles > 0


def test_words_that_no_article_has_are_named(engine: search.Engine) -> None:
    assert nothing(engine, "kopi AND xyzzy").unknown_words == ["xyzzy"]
    assert nothing(engine, "kopi AND gunung").unknown_words == []


def test_the_span_of_the_archive_is_told(engine: search.Engine) -> None:
    found = nothing(engine, "xyzzy")
    assert (found.first_day, found.last_day) == ("2020-02-29", "2022-01-05")


def test_it_is_told_only_where_nothing_is_found(engine: search.Engine) -> None:
    assert b"nothing" not in engine.search(search.Request("kopi")).to_json()
    assert b"nothing" not in engine.search(search.Request("kopi", limit=0)).to_json()


def test_the_table_tells_it_in_words(archive: Path) -> None:
    arguments = ("query", "kopi tibaa", "--match", "all", "--country", "JP", "--date", "2021")
    finished = run(*arguments, "--archive", archive)
    assert finished.returncode == 1
    assert finished.stdout.split("\n\n", 1)[1] == (
        "Nothing was found for: kopi tibaa\n"
        "In no article: tibaa\n"
        "Without country Japan: 0 articles\n"
        "Without date 2021-01-01..2021-12-31: 0 articles\n"
        "The archive goes from 2020-02-29 to 2022-01-05.\n"
        "\n"
        "Did you mean: kopi tiba\n"
    )


def test_an_empty_archive_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("")
    index_paths([str(tmp_path / "none.jsonl")], tmp_path / "archive", Config(), jobs=1)
    finished = run("query", "kopi", "--archive", tmp_path / "archive")
    assert finished.returncode == 1
    assert (
        "The archive is empty: put articles into it with `cakap-search index`." in finished.stdout
    )
    answer = json.loads(
        run("query", "kopi", "--format", "json", "--archive", tmp_path / "archive").stdout
    )
    assert answer["nothing"]["first_day"] is None
    for arguments in (["timeline"], ["suggest", "ko"], ["facets", "date:month"], ["similar", "x"]):
        assert run(*arguments, "--archive", tmp_path / "archive").returncode == 1


def test_a_withdrawn_article_leaves_no_trace_around_the_hits_at_once(tmp_path: Path) -> None:
    marked = {
        "id": "x",
        "title": "Zirbelkiefer mekar",
        "text": "Wali Kota Wimbaskara Tirtanegara memetik zirbelkiefer di Islandia.",
        "date": "1999-01-01",
    }
    archive = make_archive(tmp_path, [*ARTICLES, marked, {**marked, "id": "y"}])
    with search.open(archive, Config()) as engine:

        def told() -> list[Any]:
            asked = engine.search(search.Request("zirbelkiefer AND xyzzy", related=True))
            return [
                asked.nothing,
                engine.search(search.Request("zirbelkifer")).suggestion,
                engine.suggest("zirb"),
                engine.suggest("wimb"),
                engine.suggest("isl"),
                engine.similar("x"),
                engine.timeline(search.Request("")).periods[0].period,
            ]

        before = told()
        withdraw(archive, [5, 6], Config(), reason="hak jawab")
        unknown = ["zirbelkiefer", "xyzzy"]
        assert told() == [
            Nothing([], unknown, "2020-02-29", "2022-01-05"),
            *(None, [], [], [], None),
            "2020-02",
        ]
    assert before[0] == Nothing([], ["xyzzy"], "1999-01-01", "2022-01-05")
    assert before[1] == "zirbelkiefer"
    assert all(before[2:6])
