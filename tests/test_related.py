"""What stands out in an answer against the whole archive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import search
from index.config import Config
from index.pipeline import delete
from search.embedded.related import log_likelihood
from tests.archives import make_archive
from tests.commands import run

# Of 60 articles, 12 are on coffee: all from Brasil, 10 with Joko Widodo, who is in 10 others too.
ARTICLES: list[dict[str, Any]] = [
    *(
        {
            "id": f"kopi{n}",
            "title": "Panen kopi",
            "text": "Kopi dari Brasil dipanggang di gudang pelabuhan."
            + (" Presiden Joko Widodo mencicipinya." if n < 10 else " Pedagang senang."),
        }
        for n in range(12)
    ),
    *(
        {
            "id": f"lain{n}",
            "title": "Rapat desa",
            "text": "Warga desa di Jepang memperbaiki jembatan bersama."
            + (" Presiden Joko Widodo meninjau." if n < 10 else ""),
        }
        for n in range(48)
    ),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("related"), ARTICLES)


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    with search.open(archive, Config()) as opened:
        yield opened


def related(engine: search.Engine, question: str, **options: Any) -> search.Related:
    found = engine.search(search.Request(question, related=True, **options)).related
    assert isinstance(found, search.Related)
    return found


def test_counts_are_those_of_the_answer_and_of_the_archive(engine: search.Engine) -> None:
    found = related(engine, "kopi")
    assert [(one.value, one.label, one.count, one.articles) for one in found.countries] == [
        ("BR", "Brasil", 12, 12)
    ]
    assert [(one.value, one.count, one.articles) for one in found.people] == [
        ("Joko Widodo", 10, 20)
    ]


def test_words_of_the_texts_stand_out_but_not_those_of_the_question_or_of_names(
    engine: search.Engine,
) -> None:
    words = {one.value: (one.count, one.articles) for one in related(engine, "kopi").words}
    assert words["pelabuhan"] == (12, 12)
    assert words["panen"] == (12, 12)
    assert {"kopi", "brasil", "joko", "widodo", "di", "dari"}.isdisjoint(words)


def test_an_answer_that_is_the_archive_has_nothing_that_stands_out(engine: search.Engine) -> None:
    assert related(engine, "") == search.Related([], [], [])
    assert related(engine, "xyzzy") == search.Related([], [], [])


def test_it_is_told_only_when_asked_for(engine: search.Engine) -> None:
    assert b"related" not in engine.search(search.Request("kopi")).to_json()


def test_a_deleted_article_counts_no_more(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    with search.open(archive, Config()) as engine:
        before = related(engine, "kopi")
        delete(archive, [1, 2], Config())
        at_once = related(engine, "kopi")
    with search.open(archive, Config()) as engine:
        after = related(engine, "kopi")
    assert [(one.count, one.articles) for one in before.people] == [(10, 20)]
    assert at_once == after
    assert [(one.count, one.articles) for one in after.people] == [(8, 18)]


def test_the_log_likelihood_is_dunnings() -> None:
    # By hand, 2 * sum of observed * ln(observed / expected) over 10 of 100 against 20 of 1,000:
    # expected 2, 18, 98, 882.
    by_hand = 2 * (
        10 * np.log(10 / 2) + 10 * np.log(10 / 18) + 90 * np.log(90 / 98) + 890 * np.log(890 / 882)
    )
    [found] = log_likelihood(np.array([10]), 100, np.array([20]), 1000)
    assert found == pytest.approx(by_hand)


def test_what_is_rarer_inside_does_not_stand_out() -> None:
    assert log_likelihood(np.array([1, 2]), 100, np.array([20, 20]), 1000).tolist() == [0, 0]


def test_the_table_has_a_line_for_each_kind(archive: Path) -> None:
    shown = run("query", "kopi", "--related", "--no-facets", "--archive", archive).stdout
    assert "\nPeople     Joko Widodo (10)\nCountries  Brazil (12)\nWords      " in shown
