"""One article under all its addresses: in the archive, with its pages, and after an upgrade."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import search
from index.archive import FILE_NAME, Archive, Content, identity_of, open_archive, pack, short_id
from index.article import Article, Enrichment
from index.config import Config
from index.errors import ArchiveError
from index.pipeline import index_paths, reindex
from tests.commands import run

ONE = "https://contoh.id/berita/panen-kopi-dimulai"
WHOLE = "Halaman satu. Halaman dua. Halaman tiga."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path, write=True) as opened:
        yield opened


def put(archive: Archive, body: str, url: str, *aliases: str, **fields: str) -> tuple[int, str]:
    article = Article(body=body, url=url, aliases=aliases, **fields)
    packed = pack(Content(article, Enrichment()))
    return archive.put(identity_of(article, "/a.jsonl", 1), article, packed, None)


def shown(archive: Archive, number: int) -> str:
    version = archive.current(number)
    assert version is not None
    return version.content.article.body


# --- addresses --------------------------------------------------------------------------------


def test_article_that_comes_under_another_form_of_its_address_is_unchanged(
    archive: Archive,
) -> None:
    number, _ = put(archive, "Kopi dipanen.", ONE)
    for form in ("http://www.contoh.id/berita/panen-kopi-dimulai/", f"{ONE}?amp=1"):
        assert put(archive, "Kopi dipanen.", form) == (number, "unchanged")
    assert put(archive, "Kopi dijual.", f"{ONE}?fbclid=x") == (number, "changed")
    assert archive.count() == 1
    assert archive.version_count() == 2


def test_article_is_found_at_every_address_at_which_it_stood(archive: Archive) -> None:
    number, _ = put(archive, "Kopi dipanen.", ONE, "https://contoh.id/?p=7", "https://ctoh.id/x")
    for name in (ONE, f"{ONE}/amp?utm_source=a", "http://www.contoh.id/?p=7", "https://ctoh.id/x/"):
        assert archive.find(name) == [number]
    assert archive.find("https://contoh.id/?p=8") == []
    assert archive.aliases(number) == ["https://contoh.id/?p=7", "https://ctoh.id/x"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_article_at_an_alias_is_the_article_in_any_order(
    archive: Archive, order: tuple[int, int]
) -> None:
    forms = [(ONE, "https://contoh.id/?p=7"), ("https://contoh.id/?p=7",)]
    first, second = (put(archive, "Kopi dipanen.", *forms[at]) for at in order)
    assert (first[0], second) == (second[0], (first[0], "unchanged"))
    assert put(archive, "Kopi dijual.", ONE) == (first[0], "changed")


def test_address_with_another_article_each_day_joins_none(archive: Archive) -> None:
    today = "https://contoh.id/terbaru"
    one, _ = put(archive, "Kopi dipanen.", ONE, today)
    other, _ = put(archive, "Teh dipetik.", "https://contoh.id/berita/teh", today)
    assert one != other
    assert archive.find(today) == [one]


def test_deleted_article_is_found_at_no_address(archive: Archive) -> None:
    number, _ = put(archive, "Kopi dipanen.", ONE, "https://contoh.id/?p=7")
    archive.delete(number)
    assert archive.find(ONE) == archive.find("https://contoh.id/?p=7") == []
    again, outcome = put(archive, "Kopi dipanen.", ONE)
    assert (again > number, outcome) == (True, "new")


def test_show_tells_the_other_addresses(tmp_path: Path) -> None:
    article = {"isi": "Kopi dipanen.", "url": ONE, "aliases": ["https://contoh.id/?p=7"]}
    (tmp_path / "a.jsonl").write_text(json.dumps(article))
    run("index", tmp_path / "a.jsonl", "--archive", tmp_path / "arsip")
    told = run("show", "http://m.contoh.id/?p=7&utm_source=x", "--archive", tmp_path / "arsip")
    assert told.returncode == 0
    assert f"URL        {ONE}\nAlso at    https://contoh.id/?p=7\n" in told.stdout


# --- pages ------------------------------------------------------------------------------------

PAGES = [(f"{ONE}?page=all", WHOLE), (ONE, "Halaman satu."), (f"{ONE}?page=2", "Halaman dua.")]


@pytest.mark.parametrize("order", [*itertools.permutations(PAGES)])
def test_whole_text_is_shown_whichever_page_comes_last(
    archive: Archive, order: list[tuple[str, str]]
) -> None:
    numbers = {put(archive, body, url)[0] for url, body in order}
    assert len(numbers) == 1
    assert shown(archive, numbers.pop()) == WHOLE
    assert archive.version_count() == 3


def test_first_page_is_shown_before_a_later_one(archive: Archive) -> None:
    number, _ = put(archive, "Halaman dua.", f"{ONE}?page=2")
    put(archive, "Halaman satu.", ONE)
    put(archive, "Halaman tiga.", f"{ONE}?page=3", modified="2021-06-22")
    assert shown(archive, number) == "Halaman satu."


def test_correction_replaces_the_whole_text(archive: Archive) -> None:
    number, _ = put(archive, WHOLE, f"{ONE}?page=all", modified="2021-06-22")
    put(archive, "Ralat.", ONE, modified="2021-06-23")
    assert shown(archive, number) == "Ralat."


# --- an archive of format 2 -------------------------------------------------------------------

FORMAT_2 = """
CREATE TABLE input (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, reader TEXT NOT NULL, complete INTEGER NOT NULL);
CREATE TABLE record (input INTEGER NOT NULL REFERENCES input ON DELETE CASCADE,
    number INTEGER NOT NULL, payload_hash BLOB NOT NULL,
    article INTEGER REFERENCES article ON DELETE SET NULL, reason TEXT,
    PRIMARY KEY (input, number)) WITHOUT ROWID;
CREATE INDEX record_article ON record (article) WHERE article IS NOT NULL;
CREATE TABLE article (number INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE,
    short_id TEXT NOT NULL UNIQUE, given_id TEXT, source TEXT, url TEXT,
    current INTEGER NOT NULL DEFAULT 0);
CREATE INDEX article_given_id ON article (given_id) WHERE given_id IS NOT NULL;
CREATE INDEX article_url ON article (url) WHERE url IS NOT NULL;
CREATE TABLE version (seq INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE, content_hash BLOB NOT NULL,
    modified TEXT, indexed_at TEXT NOT NULL, content BLOB NOT NULL);
CREATE INDEX version_article ON version (article);
CREATE TABLE deletion (seq INTEGER PRIMARY KEY, article INTEGER NOT NULL);
CREATE TABLE rereading (seq INTEGER PRIMARY KEY);
PRAGMA journal_mode = WAL;
PRAGMA user_version = 2;
"""
OLD = [
    ("Kopi dipanen.", "http://www.contoh.id/berita/1"),
    ("Teh dipetik.", "https://contoh.id/berita/2"),
    ("Padi ditanam.", None),
    ("Kopi dijual.", "https://contoh.id/berita/1"),
]


@pytest.fixture
def old_folder(tmp_path: Path) -> Path:
    """An archive of format 2 as it stands after a run, but without its index."""
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript(FORMAT_2)
    connection.execute("INSERT INTO input VALUES (1, '/a.jsonl', 1, 1, 'reader', 1)")
    for number, (body, url) in enumerate(OLD, 1):
        article = Article(body=body, url=url)
        identity = f"url {url}" if url else f"place /a.jsonl {number}"
        connection.execute(
            "INSERT INTO article VALUES (?, ?, ?, NULL, NULL, ?, ?)",
            (number, identity, short_id(identity), url, number),
        )
        connection.execute(
            "INSERT INTO version VALUES (?, ?, ?, NULL, '2026-01-01T00:00:00+00:00', ?)",
            (number, number, article.content_hash(), pack(Content(article, Enrichment()))),
        )
        connection.execute("INSERT INTO record VALUES (1, ?, x'00', ?, NULL)", (number, number))
    connection.commit()
    connection.close()
    return tmp_path


def test_reader_of_an_older_archive_is_told_what_to_do(old_folder: Path) -> None:
    with pytest.raises(ArchiveError, match=r"`cakap-search reindex` or the next `index`") as error:
        open_archive(old_folder)
    assert error.value.kind == "stale"


def test_older_archive_is_upgraded_with_the_first_commit(old_folder: Path) -> None:
    with open_archive(old_folder, write=True) as archive:
        assert archive.count() == 3
    with open_archive(old_folder, write=True) as archive:
        archive.commit()
    with open_archive(old_folder) as archive:
        assert archive.count() == 3
        assert archive.version_count() == 4
        (number,) = archive.find("http://m.contoh.id/berita/1/")
        assert shown(archive, number) == "Kopi dijual."
        assert archive.public_id(number) == short_id("url https://contoh.id/berita/1")
        assert [one.content.article.body for one in archive.versions(number)] == [
            "Kopi dipanen.",
            "Kopi dijual.",
        ]
        assert archive.records_of("/a.jsonl") == (4, 0)
        assert archive.deleted_since(4) == [1]
        assert archive.last_seq() == 5


def test_upgraded_archive_has_the_tables_of_a_new_one(old_folder: Path, tmp_path: Path) -> None:
    with open_archive(old_folder, write=True) as archive:
        archive.commit()
    open_archive(tmp_path / "baru", write=True).close()
    tables = []
    for folder in (old_folder, tmp_path / "baru"):
        connection = sqlite3.connect(folder / FILE_NAME)
        names = connection.execute(
            "SELECT name FROM sqlite_master UNION SELECT 'alias.' || name FROM"
            " pragma_table_info('alias')"
        )
        tables.append({row[0] for row in names} - {"sqlite_sequence"})
        connection.close()
    assert tables[0] == tables[1]


def test_older_archive_is_searched_after_a_run_or_a_reindex(old_folder: Path) -> None:
    (old_folder / "b.jsonl").write_text('{"isi": "Kopi diekspor.", "url": "https://contoh.id/9"}\n')
    reindex(old_folder, Config(), jobs=1)
    index_paths([str(old_folder / "b.jsonl")], old_folder, Config(), jobs=1)
    with search.open(old_folder) as engine:
        response = engine.search(search.Request("kopi"))
    assert {hit.url for hit in response.hits} == {
        "https://contoh.id/berita/1",
        "https://contoh.id/9",
    }


def test_upgraded_archive_and_one_with_aliases_are_sound(old_folder: Path) -> None:
    first = {"isi": "Teh.", "url": "https://contoh.id/?p=7"}
    again = {"isi": "Teh hijau.", "url": "https://contoh.id/teh", "aliases": [first["url"]]}
    for number, article in enumerate((first, again)):
        path = old_folder / f"{number}.jsonl"
        path.write_text(json.dumps(article))
        index_paths([str(path)], old_folder, Config(), jobs=1)
    told = run("check", "--archive", old_folder)
    assert told.returncode == 0, told.stdout
    shown = run("show", "https://contoh.id/?p=7", "--archive", old_folder)
    assert "URL        https://contoh.id/teh\nAlso at    https://contoh.id/?p=7\n" in shown.stdout
