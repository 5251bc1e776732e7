"""Versions in their order, what each changed, and who corrects whom."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from index.archive import Archive, Content, Corrections, identity_of, open_archive, pack
from index.article import Article, Enrichment
from index.config import Config
from index.pipeline import withdraw
from search.changes import Change, changes
from tests.archives import make_archive

BEFORE = Article(
    title="Banjir di Karangjati",
    body="Air naik semalam. Tiga rumah hanyut. Warga mengungsi ke balai desa.",
    authors=("Ayu", "Bima"),
)


def test_body_is_compared_sentence_by_sentence() -> None:
    after = msgspec.structs.replace(
        BEFORE, body="Air naik semalam. Dua rumah hanyut.\nWarga mengungsi ke balai desa. Ralat."
    )
    assert list(changes(BEFORE, after)) == [
        Change("body", ["Tiga rumah hanyut."], ["Dua rumah hanyut."]),
        Change("body", [], ["Ralat."]),
    ]


def test_fields_tell_what_they_lost_and_gained() -> None:
    after = msgspec.structs.replace(
        BEFORE, title="Banjir bandang", authors=("Ayu", "Citra"), category="daerah"
    )
    assert list(changes(BEFORE, after)) == [
        Change("title", ["Banjir di Karangjati"], ["Banjir bandang"]),
        Change("category", [], ["daerah"]),
        Change("authors", ["Bima"], ["Citra"]),
    ]


def test_a_new_time_of_modification_is_no_change() -> None:
    assert list(changes(BEFORE, msgspec.structs.replace(BEFORE, modified="2021-06-22"))) == []


SENTENCES = st.lists(st.sampled_from(["Air naik.", "Warga mengungsi!", "Mengapa?"]))


@given(SENTENCES, SENTENCES)
def test_what_was_removed_and_added_makes_the_new_version_of_the_old(
    one: list[str], other: list[str]
) -> None:
    told = list(changes(Article(body=" ".join(one)), Article(body=" ".join(other))))
    removed = Counter(sentence for change in told for sentence in change.removed)
    added = Counter(sentence for change in told for sentence in change.added)
    assert Counter(one) - removed + added == Counter(other)
    assert (told == []) == (one == other)


# Order


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path, write=True) as opened:
        yield opened


def put(archive: Archive, **fields: Any) -> int:
    article = Article(url="https://contoh.id/1", **fields)
    packed = pack(Content(article, Enrichment(source=article.source)))
    return archive.put(identity_of(article, "/a", 1), article, packed, article.source)[0]


DAYS = [f"2021-06-{day}" for day in (20, 21, 22, 23)]


@settings(deadline=None)  # each commits to a disk
@given(st.permutations(DAYS))
def test_versions_stand_in_the_order_of_modification_whatever_order_they_arrive_in(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    with open_archive(tmp_path_factory.mktemp("archive"), write=True) as archive:
        for modified in order:
            number = put(archive, body=modified, modified=modified)
        versions = archive.versions(number)
        assert [version.content.article.body for version in versions] == DAYS
        assert versions[-1] == archive.current(number)
        assert {version.versions for version in versions} == {4}


@settings(deadline=None)  # each commits to a disk
@given(st.lists(st.none() | st.sampled_from(DAYS), min_size=1, max_size=6))
def test_current_version_stands_last(
    tmp_path_factory: pytest.TempPathFactory, order: list[str | None]
) -> None:
    with open_archive(tmp_path_factory.mktemp("archive"), write=True) as archive:
        for n, modified in enumerate(order):
            number = put(archive, body=str(n), modified=modified)
        assert archive.versions(number)[-1] == archive.current(number)


def test_single_page_that_comes_after_the_whole_stands_before_it(archive: Archive) -> None:
    whole, page = (f"https://contoh.id/berita/banjir-di-hulu?page={n}" for n in ("all", 2))
    for url, body in ((whole, "Halaman satu. Halaman dua."), (page, "Halaman dua.")):
        article = Article(url=url, body=body)
        packed = pack(Content(article, Enrichment()))
        number, _ = archive.put(identity_of(article, "/a", 1), article, packed, None)
    bodies = [version.content.article.body for version in archive.versions(number)]
    assert bodies == ["Halaman dua.", "Halaman satu. Halaman dua."]
    assert archive.versions(number)[-1] == archive.current(number)


# Corrections


NEWS: list[dict[str, Any]] = [
    {"id": "1", "source": "Warta", "url": "https://warta.example/1", "text": "Banjir semalam."},
    {"id": "1", "source": "Kabar", "text": "Pasar terbakar semalam."},
    {"id": "2", "source": "Warta", "text": "Ralat atas berita banjir.", "corrects": "1"},
    {
        "id": "3",
        "source": "Kabar",
        "text": "Koreksi kami.",
        "corrects": ["https://warta.example/1?utm_source=wa", "Kabar:1", "99"],
    },
    {"id": "4", "source": "Kabar", "text": "Ralat: berita yang tidak menyebut alamat."},
]


def corrections(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    with search.open(folder, Config()) as engine:
        hits = engine.search(search.Request("", limit=None)).hits
    return {hit.id: (hit.corrects, sorted(hit.corrected_by)) for hit in hits}


def test_hits_tell_whom_they_correct_and_who_corrects_them(tmp_path: Path) -> None:
    folder = make_archive(tmp_path, NEWS)
    assert corrections(folder) == {
        "Warta:1": ([], ["2", "3"]),
        "Kabar:1": ([], ["3"]),
        "2": (["Warta:1"], []),
        "3": (["99", "Kabar:1", "Warta:1"], []),
        "4": ([], []),
    }
    with open_archive(folder) as archive:
        (number,) = archive.find("2")
        withdraw(folder, [number], Config(), reason="keliru")
    assert corrections(folder)["Warta:1"] == ([], ["3"])


def test_correction_that_was_itself_corrected_away_is_none(archive: Archive) -> None:
    number = put(archive, body="satu", corrects=("9",))
    assert archive.corrections(number) == Corrections(["9"], [])
    put(archive, body="dua")
    assert archive.corrections(number) == Corrections([], [])


def test_hit_tells_how_many_versions_its_article_has(tmp_path: Path) -> None:
    news = {"id": "1", "text": "Banjir semalam.", "modified": "2021-06-22"}
    late = news | {"text": "Banjir.", "modified": "2021-06-21"}
    folder = make_archive(tmp_path, [news | {"source": "W"}], [late | {"source": "W"}])
    with search.open(folder, Config()) as engine:
        (hit,) = engine.search(search.Request("")).hits
    assert hit.versions == 2


def test_hit_counts_the_versions_that_its_commit_knows(tmp_path: Path) -> None:
    """An article that has changed since is shown as it was, and so is their number."""
    news = {"id": "1", "source": "W", "text": "Banjir semalam."}
    folder = make_archive(tmp_path, [news])
    with search.open(folder, Config()) as engine:
        make_archive(tmp_path, [news | {"text": "Banjir surut."}])
        (hit,) = engine.search(search.Request("")).hits
    assert (hit.title, hit.versions) == ("Banjir semalam", 1)
