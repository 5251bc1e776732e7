"""The archive keeps what it is given, knows an article again, and forgets what is deleted."""

import os
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.archive import (
    FILE_NAME,
    Archive,
    Content,
    Outcome,
    identity_of,
    open_archive,
    pack,
    unpack,
)
from index.article import Article, CountryMention, Enrichment, PersonMention
from index.errors import ArchiveError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MAYBE = st.none() | TEXT
ARTICLES = st.builds(
    Article,
    body=TEXT,
    title=MAYBE,
    date=MAYBE,
    modified=MAYBE,
    url=MAYBE,
    source=MAYBE,
    given_id=MAYBE,
    category=MAYBE,
    authors=st.lists(TEXT, max_size=3).map(tuple),
    tags=st.lists(TEXT, max_size=3).map(tuple),
)
URL = "https://contoh.id/berita/1"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path, write=True) as opened:
        yield opened


def put(archive: Archive, article: Article, place: int = 1) -> tuple[int, Outcome]:
    """Store an article as the record of a file, as the pipeline does."""
    packed = pack(Content(article, Enrichment(source=article.source)))
    return archive.put(
        identity_of(article, "/berita.jsonl", place), article, packed, article.source
    )


def shown(archive: Archive, number: int) -> str:
    version = archive.current(number)
    assert version is not None
    return version.content.article.body


# What goes in comes out


@given(ARTICLES)
def test_packed_content_comes_out_equal(article: Article) -> None:
    enrichment = Enrichment(
        cuts=((0, 3),),
        inferred=("title",),
        countries=(CountryMention("VE", ((4, 13),)),),
        people=(PersonMention("Jorge Arreaza", ((14, 27), (30, 37))),),
    )
    content = Content(article, enrichment)
    assert unpack(pack(content)) == content


def test_archived_article_comes_out_equal_after_reopening(tmp_path: Path) -> None:
    article = Article(
        body="Menlu Rusia tiba di Caracas.\n\nIa disambut \U0001f33f hangat.",
        title="Lavrov di Caracas",
        date="2021-06-22T14:05+07:00",
        url=URL,
        source="Warta Contoh",
        given_id="17",
        category="dunia",
        authors=("Sri", "Budi"),
        tags=("rusia",),
    )
    with open_archive(tmp_path, write=True) as archive:
        number, outcome = put(archive, article)
        archive.commit()
    assert outcome == "new"
    with open_archive(tmp_path) as archive:
        version = archive.current(number)
        assert version is not None
        assert version.content == Content(article, Enrichment(source="Warta Contoh"))
        assert version == archive.version(version.seq) == archive.versions(number)[0]


@given(ARTICLES, ARTICLES)
def test_content_hash_tells_articles_apart(one: Article, other: Article) -> None:
    assert (one.content_hash() == other.content_hash()) == (one == other)
    assert len(one.content_hash()) == 16


def test_content_hash_changes_with_every_field() -> None:
    article = Article(body="isi")
    for field in msgspec.structs.fields(Article):
        value = ("x",) if field.name in ("authors", "tags") else "x"
        changed = msgspec.structs.replace(article, **{field.name: value})
        assert changed.content_hash() != article.content_hash(), field.name


def test_changes_that_were_not_committed_are_lost(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        put(archive, Article(body="isi"))
    with open_archive(tmp_path) as archive:
        assert archive.count() == 0


# Versions


def test_equal_content_is_unchanged(archive: Archive) -> None:
    number, _ = put(archive, Article(body="isi", url=URL))
    assert put(archive, Article(body="isi", url=URL)) == (number, "unchanged")
    assert archive.version_count() == archive.last_seq() == 1


def test_without_modified_the_later_is_shown(archive: Archive) -> None:
    number, _ = put(archive, Article(body="satu", url=URL))
    assert put(archive, Article(body="dua", url=URL)) == (number, "changed")
    assert put(archive, Article(body="satu", url=URL)) == (number, "changed")
    assert shown(archive, number) == "satu"
    assert [v.content.article.body for v in archive.versions(number)] == ["satu", "dua", "satu"]


# Three moments in ascending order, though not as text: 07:05, 08:00 and 08:30 UTC.
MOMENTS = ["2021-06-22T14:05+07:00", "2021-06-22T08:00+00:00", "2021-06-22T17:30+09:00"]


@settings(deadline=None)
@given(st.permutations(MOMENTS))
def test_newest_modified_is_shown_in_any_order_of_arrival(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    with open_archive(tmp_path_factory.mktemp("archive"), write=True) as archive:
        for modified in order:
            number, _ = put(archive, Article(body=modified, modified=modified, url=URL))
        assert shown(archive, number) == MOMENTS[-1]
        assert len(archive.versions(number)) == 3


def test_bare_day_of_modification_is_compared_by_day(archive: Archive) -> None:
    number, _ = put(archive, Article(body="siang", modified="2021-06-22T14:05+07:00", url=URL))
    put(archive, Article(body="hari itu", modified="2021-06-22", url=URL))
    assert shown(archive, number) == "hari itu"
    put(archive, Article(body="kemarin", modified="2021-06-21", url=URL))
    assert shown(archive, number) == "hari itu"


def test_article_without_modified_replaces_one_with_it(archive: Archive) -> None:
    number, _ = put(archive, Article(body="satu", modified="2021-06-22", url=URL))
    put(archive, Article(body="dua", url=URL))
    assert shown(archive, number) == "dua"


def test_late_older_version_is_kept_once_and_leaves_the_index_alone(archive: Archive) -> None:
    number, _ = put(archive, Article(body="baru", modified="2021-06-22", url=URL))
    indexed = archive.last_seq()
    late = Article(body="lama", modified="2021-06-20", url=URL)
    assert put(archive, late) == (number, "unchanged")
    assert put(archive, late) == (number, "unchanged")
    assert archive.version_count() == 2
    assert archive.numbers_changed_since(indexed) == []
    assert list(archive.changed_since(indexed)) == []


def test_index_is_told_what_changed_after_its_seq(archive: Archive) -> None:
    first, _ = put(archive, Article(body="satu", url=f"{URL}1"))
    second, _ = put(archive, Article(body="dua", url=f"{URL}2"))
    third, _ = put(archive, Article(body="tiga", url=f"{URL}3"))
    archive.commit()
    seq = archive.last_seq()
    put(archive, Article(body="dua lagi", url=f"{URL}2"))
    put(archive, Article(body="dua terakhir", url=f"{URL}2"))
    archive.delete(third)
    assert sorted(archive.numbers_changed_since(seq)) == [second, third]
    assert archive.deleted_since(seq) == [third]
    [(number, _, packed)] = archive.changed_since(seq)
    assert (number, unpack(packed).article.body) == (second, "dua terakhir")
    assert [row[0] for row in archive.changed_since(0)] == [first, second]


# Identity and ids


def test_identity_is_the_address_else_source_and_id_else_the_place() -> None:
    def identity(path: str = "/a.csv", number: int = 7, **fields: str) -> str:
        return identity_of(Article(body="isi", **fields), path, number)

    assert identity(url=URL, source="s", given_id="1") == f"url {URL}"
    assert identity(source="s", given_id="1") == "id s 1"
    assert identity(given_id="1") == "id-in /a.csv 1"
    assert identity(source="s") == identity() == "place /a.csv 7"


def test_standard_input_is_known_by_its_content() -> None:
    one, other = Article(body="satu", given_id="1"), Article(body="dua", given_id="1")
    assert identity_of(one, "-", 1) == identity_of(one, "-", 2)
    assert identity_of(one, "-", 1) != identity_of(other, "-", 1)
    assert identity_of(Article(body="satu", url=URL), "-", 1) == f"url {URL}"


def test_public_id_is_qualified_only_where_two_share_it(archive: Archive) -> None:
    alone, _ = put(archive, Article(body="a", source="tempo.co", given_id="5"))
    one, _ = put(archive, Article(body="b", source="tempo.co", given_id="123"))
    assert archive.public_id(one) == "123"
    other, _ = put(archive, Article(body="c", source="antara", given_id="123"))
    ids = [archive.public_id(number) for number in (alone, one, other)]
    assert ids == ["5", "tempo.co:123", "antara:123"]


def test_public_id_is_a_hash_where_source_and_id_do_not_tell(archive: Archive) -> None:
    nameless, _ = put(archive, Article(body="a"), place=1)
    here = Article(body="b", given_id="1")
    one, _ = archive.put(identity_of(here, "/x.csv", 2), here, pack(Content(here, _NONE)), None)
    other, _ = archive.put(identity_of(here, "/y.csv", 2), here, pack(Content(here, _NONE)), None)
    ids = [archive.public_id(number) for number in (nameless, one, other)]
    assert len(set(ids)) == 3
    assert all(len(public_id) == 12 for public_id in ids)
    assert [archive.find(public_id) for public_id in ids] == [[nameless], [one], [other]]


_NONE = Enrichment()


def test_article_is_found_by_every_form_of_its_id(archive: Archive) -> None:
    one, _ = put(archive, Article(body="b", source="tempo.co", given_id="123", url=URL))
    other, _ = put(archive, Article(body="c", source="antara", given_id="123"))
    assert archive.find(URL) == archive.find("tempo.co:123") == [one]
    assert archive.find("antara:123") == [other]
    assert archive.find("123") == [one, other]
    assert archive.find("antara:") == archive.find("") == archive.find("124") == []


def test_address_is_found_as_it_is_copied_from_a_browser(archive: Archive) -> None:
    number, _ = put(archive, Article(body="b", url=URL))
    assert archive.find("https://CONTOH.id/berita/1?utm_source=wa#komentar") == [number]
    assert archive.find("https://contoh.id/berita/1?halaman=2") == []


def test_article_is_found_by_the_source_that_was_read_last(archive: Archive) -> None:
    article = Article(body="b", given_id="123")
    number, _ = archive.put("a", article, pack(Content(article, _NONE)), "tempo")
    archive.update_enrichment(1, pack(Content(article, _NONE)), "tempo.co")
    assert archive.find("tempo.co:123") == [number]
    assert archive.find("tempo:123") == []


def test_id_with_a_colon_is_found_as_it_is(archive: Archive) -> None:
    number, _ = put(archive, Article(body="b", source="s", given_id="urn:berita:9"))
    assert archive.public_id(number) == "urn:berita:9"
    assert archive.find("urn:berita:9") == archive.find("s:urn:berita:9") == [number]


# Inputs


def test_input_counts_as_read_only_when_read_to_its_end(archive: Archive) -> None:
    number = archive.start_input("/a.jsonl", 10, 77, "reader")
    assert not archive.input_is_unchanged("/a.jsonl", 10, 77, "reader")
    archive.finish_input(number, ())
    assert archive.input_is_unchanged("/a.jsonl", 10, 77, "reader")
    assert not archive.input_is_unchanged("/a.jsonl", 11, 77, "reader")
    assert not archive.input_is_unchanged("/a.jsonl", 10, 78, "reader")
    assert not archive.input_is_unchanged("/a.jsonl", 10, 77, "another reader")
    assert archive.start_input("/a.jsonl", 11, 78, "reader") == number
    assert not archive.input_is_unchanged("/a.jsonl", 11, 78, "reader")


def test_record_is_known_while_it_holds_the_same(archive: Archive) -> None:
    article, _ = put(archive, Article(body="isi"))
    number = archive.start_input("/a.jsonl", 10, 77, "reader")
    archive.put_record(number, 1, b"hash", article)
    archive.put_record(number, 2, b"hash", None, "no body")
    assert archive.record_outcome(number, 1, b"hash") == "stored"
    assert archive.record_outcome(number, 2, b"hash") == "rejected"
    assert archive.record_outcome(number, 1, b"other") is None
    assert archive.record_outcome(number, 3, b"hash") is None
    assert archive.records_of("/a.jsonl") == (2, 1)
    assert archive.rejects() == [("/a.jsonl", 2, "no body")]


def test_places_that_are_gone_are_forgotten(archive: Archive) -> None:
    number = archive.start_input("/a.jsonl", 10, 77, "reader")
    for place in (1, 2, 3):
        archive.put_record(number, place, b"hash", None, "no body")
    assert archive.places(number) == {1, 2, 3}
    archive.finish_input(number, [1, 3])
    assert archive.rejects() == [("/a.jsonl", 2, "no body")]


# Deletion


def test_deleted_article_is_gone_with_its_versions(archive: Archive) -> None:
    number, _ = put(archive, Article(body="satu", url=URL))
    put(archive, Article(body="dua", url=URL))
    archive.delete(number)
    assert archive.count() == archive.version_count() == 0
    assert archive.current(number) is None
    assert archive.version(1) is None
    assert archive.find(URL) == []


def test_deletion_takes_a_seq_and_numbers_are_not_used_again(archive: Archive) -> None:
    number, _ = put(archive, Article(body="satu", url=URL))
    archive.delete(number)
    assert archive.last_seq() == 2
    again, _ = put(archive, Article(body="satu", url=URL))
    assert again > number
    assert archive.last_seq() == 3


@pytest.mark.parametrize("size", [900, 20_000], ids=["in a page", "over many pages"])
def test_no_byte_of_a_deleted_text_stays_in_the_files(tmp_path: Path, size: int) -> None:
    """Random bytes stand for packed contents; pages are split and contents replaced meanwhile."""
    noise = random.Random(size)
    deleted: list[bytes] = []
    with open_archive(tmp_path, write=True) as archive:
        for number in range(1, 61):
            article, packed = (
                Article(body=str(number), url=f"{URL}/{number}"),
                noise.randbytes(size),
            )
            archive.put(identity_of(article, "/a.jsonl", number), article, packed, None)
            if number % 20 == 0:
                deleted.append(packed)
        archive.commit()
        for number in (20, 40, 60):
            deleted.append(noise.randbytes(size + 300))
            archive.update_enrichment(number, deleted[-1], None)
        archive.commit()
        stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert all(packed[64:96] in stored for packed in deleted)
        for number in (20, 40, 60):
            archive.delete(number)
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        windows = [packed[at : at + 8] for packed in deleted for at in range(0, size - 8, 128)]
        assert not [window for window in windows if window in left]
        assert archive.count() == 57


# Opening


def test_archive_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cakap-search index PATH") as caught:
        open_archive(tmp_path / "none")
    assert caught.value.kind == "missing"
    assert not (tmp_path / "none").exists()


def test_archive_whose_making_was_cut_off_is_missing(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(ArchiveError, match="there is no archive") as caught:
        open_archive(tmp_path)
    assert caught.value.kind == "missing"
    with open_archive(tmp_path, write=True) as archive:
        assert archive.count() == 0


@pytest.mark.parametrize("write", [False, True])
def test_file_that_is_no_database_is_damaged(tmp_path: Path, write: bool) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database, but long enough for one" * 100)
    with pytest.raises(ArchiveError, match=r"archive\.db cannot be opened") as caught:
        open_archive(tmp_path, write=write)
    assert caught.value.kind == "damaged"


@pytest.mark.parametrize("write", [False, True])
def test_archive_of_another_format_is_stale(tmp_path: Path, write: bool) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ArchiveError, match="has format 99") as caught:
        open_archive(tmp_path, write=write)
    assert caught.value.kind == "stale"


def test_reader_cannot_write(tmp_path: Path) -> None:
    open_archive(tmp_path, write=True).close()
    with (
        open_archive(tmp_path) as archive,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        put(archive, Article(body="isi"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_archive_is_read_where_one_may_not_write(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        put(archive, Article(body="isi"))
        archive.commit()
    tmp_path.chmod(0o555)
    with open_archive(tmp_path) as archive:
        assert archive.count() == 1
    tmp_path.chmod(0o755)


def test_commit_is_durable_and_deletions_are_wiped(archive: Archive) -> None:
    """WAL, `synchronous` FULL (2), foreign keys and `secure_delete` on."""
    pragmas = ["journal_mode", "synchronous", "foreign_keys", "secure_delete"]
    values = [archive._db.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
    assert values == ["wal", 2, 1, 1]
