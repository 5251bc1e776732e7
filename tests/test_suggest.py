"""What a beginning may become: people, countries, phrases of titles, words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import search
from index.archive import open_archive
from index.config import Config
from index.pipeline import delete
from search.embedded.completion import most_used
from tests.archives import make_archive
from tests.commands import run

ARTICLES: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "Kereta cepat diresmikan",
        "text": "Presiden Joko Widodo meresmikan kereta di Jepang bersama Sergei Lavrov.",
    },
    {
        "id": "b",
        "title": "Jadwal kereta cepat berubah",
        "text": "Menteri Luar Negeri Rusia Sergei Lavrov naik kereta, kata Presiden Joko Widodo.",
    },
    {"id": "c", "title": "Kereta barang anjlok", "text": "Presiden Joko Widodo melihat lava."},
    {"id": "d", "title": "Tarif kereta cepat turun", "text": "Tarif di Jerman dan Jepang turun."},
    {"id": "e", "title": "Cepat sembuh, kereta!", "text": "Lavender dipanen di Jepang."},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("completion"), ARTICLES[:3], ARTICLES[3:])


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    with search.open(archive, Config()) as opened:
        yield opened


def completed(engine: search.Engine, beginning: str, **options: int) -> list[tuple[str, str, int]]:
    return [(c.kind, c.text, c.articles) for c in engine.suggest(beginning, **options)]


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("sergei la", [("person", "Sergei Lavrov", 2)]),
        ("LAVR", [("person", "Sergei Lavrov", 2), ("word", "lavrov", 2)]),
        ("je", [("country", "Jepang", 3), ("country", "Jerman", 1), ("word", "jepang", 3)]),
        ("kereta c", [("phrase", "kereta cepat", 3)]),
        ("kereta ", [("phrase", "kereta cepat", 3)]),
        ("xyz", []),
        ("", []),
        ("…!", []),
    ],
)
def test_a_beginning_is_completed_by_what_articles_have(
    engine: search.Engine, beginning: str, found: list[tuple[str, str, int]]
) -> None:
    assert completed(engine, beginning)[: len(found) or None] == found


def test_what_most_articles_have_comes_first_within_its_kind(engine: search.Engine) -> None:
    words = [found for found in completed(engine, "lav") if found[0] == "word"]
    assert words == [("word", "lavrov", 2), ("word", "lava", 1), ("word", "lavender", 1)]
    assert completed(engine, "lav", limit=1) == [
        ("person", "Sergei Lavrov", 2),
        ("word", "lavrov", 2),
    ]


def test_a_phrase_is_words_side_by_side_in_two_titles_or_more(engine: search.Engine) -> None:
    phrases = [text for kind, text, _ in completed(engine, "keret") if kind == "phrase"]
    assert phrases == ["kereta cepat"]  # once "kereta barang", once "cepat sembuh, kereta"


def test_a_nickname_is_completed_by_its_person(engine: search.Engine) -> None:
    assert ("person", "Joko Widodo", 3) in completed(engine, "jokowi")


def test_stop_words_are_no_completions(engine: search.Engine) -> None:
    assert completed(engine, "da") == []


def test_a_deleted_article_leaves_no_trace_at_once(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    beginnings = ("lav", "jer", "kereta ", "tarif", "j")
    with open_archive(archive, write=True) as opened:
        opened.delete(4, 5)  # the archive alone; the index is as it was
    with search.open(archive, Config()) as stale:
        before = [completed(stale, beginning) for beginning in beginnings]
    delete(archive, [], Config())
    with search.open(archive, Config()) as fresh:
        assert [completed(fresh, beginning) for beginning in beginnings] == before
    assert before[:4] == [
        [("person", "Sergei Lavrov", 2), ("word", "lavrov", 2), ("word", "lava", 1)],
        [],
        [("phrase", "kereta cepat", 2)],
        [],
    ]


COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 5))


@given(
    counts=COUNTS, more=st.lists(st.integers(0, 3), min_size=8, max_size=8), limit=st.integers(1, 9)
)
def test_the_most_used_are_found_without_counting_all(
    counts: dict[str, int], more: list[int], limit: int
) -> None:
    bounds = sorted(
        ((count + extra, one) for (one, count), extra in zip(counts.items(), more, strict=False)),
        reverse=True,
    )
    found = most_used(bounds, counts.__getitem__, limit)
    expected = sorted((count for count in counts.values() if count), reverse=True)[:limit]
    assert [count for count, _ in found] == expected
    assert all(counts[one] == count for count, one in found)


# The command


def test_the_command_prints_a_line_for_each(archive: Path) -> None:
    shown = run("suggest", "lav", "--archive", archive)
    assert shown.stdout.splitlines() == [
        "person   Sergei Lavrov         2",
        "word     lavrov                2",
        "word     lava                  1",
        "word     lavender              1",
    ]


def test_json_lists_text_kind_and_articles(archive: Path) -> None:
    answer = json.loads(run("suggest", "kereta c", "--format", "json", "--archive", archive).stdout)
    assert answer == [{"text": "kereta cepat", "kind": "phrase", "articles": 3}]


def test_it_ends_with_1_without_completions(archive: Path) -> None:
    finished = run("suggest", "xyzzy", "--format", "json", "--archive", archive)
    assert (finished.returncode, finished.stdout) == (1, "[]\n")
