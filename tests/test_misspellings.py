"""Did you mean: what is suggested, and what is left alone."""

import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import search
from benchmarks.data import queries
from benchmarks.suggestions import COUNT, NEWS_SETS, SEED, misspellings, suggestion
from index.config import Config
from index.pipeline import delete
from search.embedded.engine import EmbeddedEngine
from search.evaluate import read_questions
from tests.archives import make_archive
from tests.commands import run, run_on_terminal

SENTENCES = {
    "senjata": "Menteri Luar Negeri Rusia Sergei Lavrov membahas persenjataan dengan tamunya.",
    "korupsi": "Pejabat itu ditahan karena korupsi, kata Menteri Agama.",
    "banjir": "Banjir merendam ribuan rumah setelah hujan deras.",
    "sukarno": "Museum itu memajang pidato Sukarno tentang kemerdekaan.",
    "pasar": "Pedagang pasar menjual beras, khususnya beras merah.",
    "besar": "Acara besar itu berlangsung di lapangan.",
}
ARTICLES: list[dict[str, Any]] = [
    {"id": f"{name}{n}", "title": f"Berita {name}", "text": text}
    for name, text in SENTENCES.items()
    for n in range(4)
]

FLOORS = json.loads((Path(__file__).parents[1] / "benchmarks" / "floors.json").read_text("utf-8"))[
    "suggestions"
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("misspellings"), ARTICLES)


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    with search.open(archive, Config()) as opened:
        yield opened


def suggested(engine: search.Engine, question: str) -> str | None:
    return engine.search(search.Request(question)).suggestion


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lavrof", "lavrov"),
        ("larvov", "lavrov"),  # two letters swapped
        ("lavrrov", "lavrov"),
        ("lavov", "lavrov"),
        ("lavroc", "lavrov"),  # the key beside
        ("Lavrof senjata", "Lavrov senjata"),
        ("LAVROF SENJATA", "LAVROV SENJATA"),
        ("korubsi mentri agama", "korupsi menteri agama"),
        ("sukarmo", "sukarno"),
        ("Sergey Lavrov", "Sergei Lavrov"),
        ("persenyataan rusia", "persenjataan rusia"),
        ("banyir", "banjir"),
        ("hususnya beras", "khususnya beras"),
        ('"sergei lavrof" rusia', '"sergei lavrov" rusia'),
        ("+banjjir AND hujan", "+banjir AND hujan"),
        ("judul:korupssi", "judul:korupsi"),
        ("(banjirr OR gempa) hujan", "(banjir OR gempa) hujan"),
    ],
)
def test_an_unknown_word_is_suggested_as_the_archive_spells_it(
    engine: search.Engine, typed: str, meant: str
) -> None:
    assert suggested(engine, typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "",
        "lavrov",
        "banjir hujan deras",
        "senjata",  # only as persenjataan
        "xyzzyplugh",
        "yang dari",
        "KPU",
        "2021 10.30",
        "banjir -korubsi",  # what is not wanted
        "negara:RU lavrov",
        "soekarno",  # found by its modern spelling
    ],
)
def test_a_right_word_is_left_alone(engine: search.Engine, question: str) -> None:
    assert suggested(engine, question) is None


def test_the_rest_of_the_question_decides_between_equals(engine: search.Engine) -> None:
    assert suggested(engine, "basar beras") == "pasar beras"
    assert suggested(engine, "basar lapangan") == "besar lapangan"


def test_a_word_that_only_deleted_articles_have_is_not_suggested(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    delete(archive, [13, 14, 15, 16], Config())
    with search.open(archive, Config()) as engine:
        assert suggested(engine, "sukarnno") is None


def test_a_long_text_gets_no_suggestion(engine: search.Engine) -> None:
    assert suggested(engine, "lavrof " + "banjir " * 70) is None


def test_a_suggestion_stands_below_the_hits(archive: Path) -> None:
    finished = run("query", "lavrof OR banjir", "--no-facets", "--archive", archive)
    assert finished.stdout.endswith("\n\nDid you mean: lavrov OR banjir\n")


def test_without_hits_the_suggestion_is_told_all_the_same(archive: Path) -> None:
    finished = run("query", "lavrof", "--archive", archive)
    assert finished.returncode == 1
    assert "Did you mean: lavrov" in finished.stdout
    shown = run_on_terminal("query", "lavrof", "--archive", archive, columns=80)
    assert "Did you mean: \x1b[1mlavrov\x1b[0m" in shown


@pytest.mark.full  # indexes all the news and asks thousands of questions
def test_real_questions_are_put_right_and_left_alone_as_often_as_they_were(
    news_archive: Path,
) -> None:
    with EmbeddedEngine(news_archive, Config()) as engine:
        put_right = [
            (suggestion(engine, one.question)[0] or "").lower() == one.meant.lower()
            for one in misspellings(engine, COUNT, SEED)
        ]
        left_alone = {
            name: statistics.fmean(
                suggestion(engine, words)[0] is None for _, words in read_questions(queries(name))
            )
            for name in NEWS_SETS
        }
    assert statistics.fmean(put_right) >= FLOORS["put_right"]
    assert min(left_alone.values()) >= FLOORS["left_alone"]
