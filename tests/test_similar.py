"""Articles like another: by words and people, without its copies."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import search
from index.config import Config
from index.pipeline import delete
from tests.archives import make_archive
from tests.commands import run

QUAKE = (
    "Gempa berkekuatan tujuh mengguncang pesisir selatan pada dini hari. Ratusan rumah roboh dan"
    " warga mengungsi ke bukit. Kepala badan penanggulangan bencana Budi Santoso meminta warga"
    " menjauhi pantai karena gelombang tinggi masih mungkin datang."
)
ARTICLES: list[dict[str, Any]] = [
    {"id": "gempa", "source": "Warta", "title": "Gempa mengguncang pesisir", "text": QUAKE},
    {
        "id": "salinan",
        "source": "Kabar",
        "title": "Pesisir diguncang gempa",
        "text": f"Laporan kantor berita. {QUAKE} Berita ini dimuat ulang.",
        "url": "https://kabar.example/salinan",
    },
    {
        "id": "susulan",
        "title": "Gempa susulan",
        "text": "Gempa susulan terasa di pesisir. Warga yang mengungsi ke bukit belum pulang.",
    },
    {
        "id": "tokoh",
        "title": "Gempa dan pemimpin",
        "text": "Gempa susulan terasa di pesisir. Budi Santoso meninjau warga di bukit itu tadi.",
    },
    {"id": "kopi", "title": "Panen kopi", "text": "Kopi dipanen lebih awal di lereng gunung."},
    *(
        {"id": f"isi{n}", "title": "Rapat", "text": f"Rapat desa nomor {n} membahas jembatan."}
        for n in range(20)
    ),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("similar"), ARTICLES)


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    with search.open(archive, Config()) as opened:
        yield opened


def alike(engine: search.Engine, name: str, limit: int = 10) -> search.Similar:
    found = engine.similar(name, limit)
    assert found is not None
    return found


def test_articles_with_its_words_are_found_and_itself_and_its_copies_are_not(
    engine: search.Engine,
) -> None:
    found = alike(engine, "gempa")
    assert {hit.id for hit in found.hits} == {"susulan", "tokoh"}
    assert found.copies == ["salinan"]
    assert (found.id, found.title) == ("gempa", "Gempa mengguncang pesisir")
    assert {"gempa", "pesisir"} <= set(found.words)


def test_a_shared_person_comes_before_as_many_words_without(engine: search.Engine) -> None:
    scores = {hit.id: hit.score for hit in alike(engine, "gempa").hits}
    assert scores["tokoh"] > scores["susulan"]


def test_an_address_names_an_article_too(engine: search.Engine) -> None:
    found = alike(engine, "https://kabar.example/salinan")
    assert found.id == "salinan"
    assert found.copies == ["gempa"]


def test_the_words_are_highlighted(engine: search.Engine) -> None:
    snippet = alike(engine, "gempa", 1).hits[0].snippet
    assert snippet is not None
    assert "Gempa" in [snippet.text[start:end] for start, end in snippet.highlights]


def test_an_article_without_anything_in_common_has_none_like_it(engine: search.Engine) -> None:
    assert alike(engine, "kopi").hits == []


def test_no_article_is_like_one_that_there_is_not(engine: search.Engine) -> None:
    assert engine.similar("xyzzy") is None


def test_a_deleted_article_is_neither_asked_for_nor_found(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    delete(archive, [3], Config())
    with search.open(archive, Config()) as engine:
        assert engine.similar("susulan") is None
        assert [hit.id for hit in alike(engine, "gempa").hits] == ["tokoh"]


# The command


def test_the_command_tells_by_which_words_and_which_copies(archive: Path) -> None:
    shown = run("similar", "gempa", "--archive", archive).stdout
    assert shown.startswith("Like Gempa mengguncang pesisir\nby ")
    assert shown.endswith("\nleft out as copies: salinan\n")
    answer = json.loads(run("similar", "gempa", "--format", "json", "--archive", archive).stdout)
    assert [hit["id"] for hit in answer["hits"]] == ["tokoh", "susulan"]


def test_it_ends_with_1_for_an_unknown_article_and_one_without_others(archive: Path) -> None:
    unknown = run("similar", "xyzzy", "--archive", archive)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "no article has the id or URL 'xyzzy'" in unknown.stderr
    assert run("similar", "kopi", "--archive", archive).returncode == 1
