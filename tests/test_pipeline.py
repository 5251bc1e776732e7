"""From paths to an index: nothing is lost, nothing is done twice, and a kill does no harm."""

import csv
import errno
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import pytest

import search
from index.archive import FILE_NAME, open_archive, unpack
from index.article import Enrichment
from index.config import Config, Enrich
from index.enrich.article import enricher_fingerprint
from index.errors import ArchiveError, CakapError, ConfigError, SourceError
from index.lock import write_lock
from index.pipeline import (
    REJECTS_FILE,
    Progress,
    Summary,
    delete,
    index_paths,
    reindex,
)
from index.processes import batches, job_count, ordered_map
from index.segments.arrays import Ints
from index.segments.commit import (
    INDEX_FOLDER,
    commit_from_bytes,
    commit_to_bytes,
    kept_docs,
    last_commit,
    open_segment,
)

WORDS = [
    *("banjir", "kapal", "gubernur", "rusia", "panen", "cabai", "jembatan", "caracas", "presiden"),
    *("lavrov", "sungai", "padi", "menteri", "pasar", "venezuela", "hujan", "nelayan", "jokowi"),
    *("pabrik", "sekolah", "tiongkok", "beras", "kereta", "hutan"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an archive is to be made."""
    return tmp_path / "archive"


def write_jsonl(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def made_up(number: int, **fields: Any) -> dict[str, Any]:
    """A record with a made-up body, the same each time for a number."""
    words = random.Random(number).choices(WORDS, k=30)
    body = f"Pada 2{number % 10} Juni 2021, {' '.join(words)} nomor{number}."
    return {
        "id": str(number),
        "source": "Warta",
        "title": f"Kabar {words[0]}",
        "body": body,
    } | fields


def run(paths: Sequence[str | Path], folder: Path, **options: Any) -> tuple[Summary, list[str]]:
    options = {"config": Config(), "jobs": 1} | options
    return index_paths([str(path) for path in paths], folder, **options)


def counts(summary: Summary) -> dict[str, int]:
    """What a run counted, without the zeros and the time."""
    return {k: v for k, v in msgspec.to_builtins(summary).items() if v and k != "seconds"}


def hits(folder: Path, query: str, config: Config | None = None) -> list[str]:
    with search.open(folder, config or Config()) as engine:
        return sorted(hit.id for hit in engine.search(search.Request(query, limit=None)).hits)


def archived(folder: Path) -> dict[str, list[Any]]:
    """Every row of the archive, but for the times of indexing."""
    tables = {
        "input": "*",
        "record": "*",
        "article": "*",
        "version": "seq, article, content_hash, modified, content",
        "deletion": "*",
    }
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        return {
            table: db.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()
            for table, columns in tables.items()
        }


def indexed(folder: Path) -> list[dict[str, Ints]]:
    """The arrays of every segment, and which documents it keeps."""
    commit = last_commit(folder / INDEX_FOLDER)
    assert commit is not None
    return [
        open_segment(folder / INDEX_FOLDER, entry.name).arrays
        | {"kept": kept_docs(folder / INDEX_FOLDER, entry)}
        for entry in commit.segments
    ]


def assert_same_index(one: list[dict[str, Ints]], other: list[dict[str, Ints]]) -> None:
    assert len(one) == len(other)
    for first, second in zip(one, other, strict=True):
        assert first.keys() == second.keys()
        for name in first:
            assert first[name].dtype == second[name].dtype, name
            assert np.array_equal(first[name], second[name]), name


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file, but for the lock."""
    return {
        path.name: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in (*folder.glob("archive.db"), *(folder / INDEX_FOLDER).iterdir())
        if not path.name.endswith("LOCK")
    }


# Identity


@pytest.fixture
def two_outlets(tmp_path: Path) -> list[Path]:
    """Two CSV files that both number their articles 1 to 3."""
    paths = []
    for outlet in ("warta", "kabar"):
        paths.append(tmp_path / f"{outlet}.csv")
        with paths[-1].open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["id", "title", "body", "source"])
            for number in (1, 2, 3):
                rows.writerow([number, f"Judul {outlet}", f"Isi {outlet} {number}.", outlet])
    return paths


def without_source(paths: list[Path]) -> list[Path]:
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line.rpartition(",")[0] for line in lines), encoding="utf-8")
    return paths


def test_outlets_that_number_alike_lose_nothing_with_a_source_column(
    two_outlets: list[Path], folder: Path
) -> None:
    run(two_outlets, folder)
    assert hits(folder, "isi") == [f"{o}:{n}" for o in ("kabar", "warta") for n in (1, 2, 3)]


def test_outlets_that_number_alike_lose_nothing_with_a_source_option(
    two_outlets: list[Path], folder: Path
) -> None:
    for path, source in zip(without_source(two_outlets), ("warta", "kabar"), strict=True):
        run([path], folder, source=source)
    assert hits(folder, "isi") == [f"{o}:{n}" for o in ("kabar", "warta") for n in (1, 2, 3)]


def test_outlets_that_number_alike_lose_nothing_without_any_source(
    two_outlets: list[Path], folder: Path
) -> None:
    run(without_source(two_outlets), folder)
    ids = hits(folder, "isi")
    assert len(set(ids)) == 6
    with open_archive(folder) as archive:
        assert [len(archive.find(public_id)) for public_id in ids] == [1] * 6
        assert len(archive.find("1")) == 2


def test_source_option_leaves_a_stated_source_alone(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2, source=None))
    run([path], folder, source="Kabar")
    with open_archive(folder) as archive:
        versions = [archive.current(number) for number in (1, 2)]
    assert [v.content.article.source for v in versions if v] == ["Warta", "Kabar"]


def test_timezone_of_a_run_is_that_of_times_without_one_and_not_of_the_days(
    tmp_path: Path, folder: Path
) -> None:
    """In Jakarta it is 23:30 of the day before, and half an hour past the next midnight."""
    path = write_jsonl(
        tmp_path / "a.jsonl",
        made_up(1, date="2021-06-22 00:30"),
        made_up(2, date="2021-06-22T17:30+00:00"),
    )
    run([path], folder, timezone="Asia/Makassar")
    with open_archive(folder) as archive:
        versions = [archive.current(number) for number in (1, 2)]
    assert [version.content.article.date for version in versions if version] == [
        "2021-06-22T00:30+08:00",
        "2021-06-22T17:30+00:00",
    ]
    request = search.Request("", facets=[search.Facet("date", interval="day")])
    with search.open(folder, Config()) as engine:
        [facet] = engine.search(request).facets.values()
    assert sorted(value.value for value in facet.values) == ["2021-06-21", "2021-06-23"]


def test_zone_that_there_is_not_is_an_error_before_anything_is_made(
    tmp_path: Path, folder: Path
) -> None:
    with pytest.raises(ConfigError, match="there is no zone 'Asia/Atlantis'"):
        run([write_jsonl(tmp_path / "a.jsonl", made_up(1))], folder, timezone="Asia/Atlantis")
    assert not folder.exists()


def test_index_that_counts_days_elsewhere_is_stale_until_reindexed(
    tmp_path: Path, folder: Path
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1, date="2021-06-22T16:30+00:00"))
    run([path], folder)
    config = Config(timezone="Asia/Jayapura")
    message = "counts days in Asia/Jakarta, the configuration says Asia/Jayapura; run `cakap-search"
    for attempt in (
        lambda: run([path], folder, config=config),
        lambda: delete(folder, [1], config),
        lambda: hits(folder, "tanggal:2021-06-22", config),
    ):
        with pytest.raises(ArchiveError, match=message) as caught:
            attempt()
        assert caught.value.kind == "stale"
    commit, _ = reindex(folder, config, jobs=1)
    assert commit.timezone == "Asia/Jayapura"
    run([path], folder, config=config)
    assert hits(folder, "tanggal:2021-06-23", config) == ["1"]


def test_one_address_in_two_files_is_one_article(tmp_path: Path, folder: Path) -> None:
    url = "https://contoh.id/1"
    one = write_jsonl(tmp_path / "a.jsonl", made_up(1, url=url, body="Banjir surut."))
    other = write_jsonl(tmp_path / "b.jsonl", made_up(7, url=url, body="Banjir naik."))
    summary, _ = run([one, other], folder)
    assert counts(summary) == {"read": 2, "new": 1, "changed": 1}
    assert (hits(folder, "surut"), hits(folder, "naik")) == ([], ["7"])


def test_article_that_gains_a_source_or_an_address_stays_one_article(
    tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "a.jsonl"
    run([write_jsonl(path, {"id": "7", "body": "Banjir surut."})], folder)
    summary, _ = run([path], folder, source="Warta")
    assert counts(summary) == {"read": 1, "changed": 1}
    url = "https://contoh.id/7"
    write_jsonl(path, {"id": "7", "body": "Banjir surut.", "url": url})
    summary, _ = run([path], folder, source="Warta")
    assert counts(summary) == {"read": 1, "changed": 1}
    with open_archive(folder) as archive:
        assert archive.find(url) == archive.find("Warta:7") == [1]
        assert len(archive.versions(1)) == 3
    assert hits(folder, "banjir") == ["7"]


def test_article_under_its_old_identity_goes_where_the_new_one_is_known(
    tmp_path: Path, folder: Path
) -> None:
    path, url = tmp_path / "a.jsonl", "https://contoh.id/7"
    run([write_jsonl(path, {"id": "7", "body": "Banjir surut."})], folder)
    run([write_jsonl(tmp_path / "b.jsonl", {"url": url, "body": "Banjir naik."})], folder)
    run([write_jsonl(path, {"id": "7", "body": "Banjir surut.", "url": url})], folder)
    assert hits(folder, "banjir") == ["7"]
    with open_archive(folder) as archive:
        assert [one.content.article.body for one in archive.versions(2)] == [
            "Banjir naik.",
            "Banjir surut.",
        ]


@pytest.mark.parametrize("columns", ["judul,isi", "id,judul,isi", "url,judul,isi"])
def test_row_that_comes_in_at_the_top_loses_no_article(
    tmp_path: Path, folder: Path, columns: str
) -> None:
    """Two articles have the same title and body, as notices have."""
    path = tmp_path / "a.csv"
    texts = ["Banjir,Banjir surut.", "Jadwal,Jadwal salat.", "Jadwal,Jadwal salat.", "Cabai,Cabai."]
    names = {"i": "{}", "u": "https://contoh.id/{}", "j": ""}[columns[0]]
    rows = [f"{names.format(number)},{text}".lstrip(",") for number, text in enumerate(texts, 1)]
    path.write_text("\n".join([columns, *rows]))
    run([path], folder)
    new = f"{names.format(9)},Kopi,Kopi pahit.".lstrip(",")
    path.write_text("\n".join([columns, new, *rows]))
    run([path], folder)
    found = {word: len(hits(folder, word)) for word in ("banjir", "jadwal", "cabai", "kopi")}
    assert found == {"banjir": 1, "jadwal": 2, "cabai": 1, "kopi": 1}
    path.write_text("\n".join([columns, *rows[2:]]))  # nor does one that leaves
    run([path], folder)
    if columns[0] != "j":
        assert len(hits(folder, "")) == 5


def test_article_that_another_file_holds_too_keeps_its_identity(
    tmp_path: Path, folder: Path
) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        run([write_jsonl(tmp_path / name, made_up(1))], folder)
    run([write_jsonl(tmp_path / "a.jsonl", made_up(1, source="Kabar"))], folder)
    assert hits(folder, "nomor1") == ["Kabar:1", "Warta:1"]


def test_standard_input_is_known_by_content(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pipe(*bodies: str, **fields: str) -> dict[str, int]:
        path = write_jsonl(tmp_path / "piped", *({"body": body, **fields} for body in bodies))
        with Path(path).open("rb") as piped:
            monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": piped})())
            return counts(run(["-"], folder)[0])

    assert pipe("Banjir surut.", "Cabai mahal.") == {"read": 2, "new": 2}
    assert pipe("Cabai mahal.") == {"read": 1, "unchanged": 1}
    assert pipe("Beras murah.") == {"read": 1, "new": 1}
    assert len(hits(folder, "banjir")) == len(hits(folder, "cabai")) == 1
    assert pipe("Beras murah.", source="Kabar") == {"read": 1, "new": 1}
    assert pipe("Beras murah.", source="Warta") == {"read": 1, "new": 1}
    assert len(hits(folder, "beras")) == 3


# Only what changed is done again


def test_second_run_over_a_file_or_folder_writes_nothing(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "in").mkdir()
    path = write_jsonl(tmp_path / "in" / "a.jsonl", *map(made_up, range(40)))
    (tmp_path / "in" / "b.txt").write_text("Harga cabai naik.", encoding="utf-8")
    first, _ = run([tmp_path / "in"], folder)
    assert counts(first) == {"read": 41, "new": 41}
    rows, files = archived(folder), files_of(folder)
    for paths in ([path], [tmp_path / "in"]):
        second, rejects = run(paths, folder)
        assert counts(second) == {"read": second.read, "unchanged": second.read}
        assert rejects == []
    assert archived(folder) == rows
    assert files_of(folder) == files


def test_touched_but_equal_file_changes_no_article(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(40)))
    run([path], folder)
    rows, index_files = archived(folder), files_of(folder)
    os.utime(path, (1, 1))
    summary, _ = run([path], folder)
    assert counts(summary) == {"read": 40, "unchanged": 40}
    after = archived(folder)
    assert {k: v for k, v in after.items() if k != "input"} == {
        k: v for k, v in rows.items() if k != "input"
    }
    index_files.pop(FILE_NAME)
    assert index_files.items() <= files_of(folder).items()


def test_changed_article_replaces_itself(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.jsonl"
    run([write_jsonl(path, made_up(1, body="Kapal karam."), made_up(2))], folder)
    summary, _ = run([write_jsonl(path, made_up(1, body="Kapal selamat."), made_up(2))], folder)
    assert counts(summary) == {"read": 2, "changed": 1, "unchanged": 1}
    assert (hits(folder, "karam"), hits(folder, "selamat")) == ([], ["1"])
    with open_archive(folder) as archive:
        bodies = [version.content.article.body for version in archive.versions(1)]
    assert bodies == ["Kapal karam.", "Kapal selamat."]


def test_older_version_that_arrives_late_leaves_the_newer_searchable(
    tmp_path: Path, folder: Path
) -> None:
    new = made_up(1, body="Kapal selamat.", modified="2021-06-22T10:00+07:00")
    old = made_up(1, body="Kapal karam.", modified="2021-06-21T10:00+07:00")
    run([write_jsonl(tmp_path / "a.jsonl", new)], folder)
    run([write_jsonl(tmp_path / "b.jsonl", old)], folder)
    assert (hits(folder, "karam"), hits(folder, "selamat")) == ([], ["1"])


def test_two_records_of_one_article_in_a_file_do_not_take_turns(
    tmp_path: Path, folder: Path
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1, body="Satu."), made_up(1, body="Dua."))
    first, _ = run([path], folder)
    assert counts(first) == {"read": 2, "new": 1, "changed": 1}
    rows = archived(folder)
    os.utime(path, (1, 1))
    second, _ = run([path], folder)
    assert counts(second) == {"read": 2, "unchanged": 2}
    assert archived(folder)["version"] == rows["version"]
    assert (hits(folder, "satu"), hits(folder, "dua")) == ([], ["1"])


def test_other_way_of_reading_reads_an_unchanged_file_again(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1, body=None, isi_lengkap="Kapal karam."))
    summary, _ = run([path], folder)
    assert counts(summary) == {"read": 1, "rejected": 1}
    config = msgspec.convert({"sources": {"fields": {"body": ["isi_lengkap"]}}}, Config)
    summary, _ = run([path], folder, config=config)
    assert counts(summary) == {"read": 1, "new": 1}
    assert hits(folder, "karam") == ["1"]


# Rejects


def test_rejected_record_is_reported_once(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(made_up(1)) + "\n{broken\n" + json.dumps(made_up(3)) + "\n")
    summary, rejects = run([path], folder)
    assert counts(summary) == {"read": 3, "new": 2, "rejected": 1}
    assert [reject.startswith(f"{path.resolve()}:2: ") for reject in rejects] == [True]
    assert (folder / REJECTS_FILE).read_text(encoding="utf-8").count("\n") == 1
    for touched in (False, True):
        if touched:
            os.utime(path, (1, 1))
        summary, rejects = run([path], folder)
        assert counts(summary) == {"read": 3, "unchanged": 2, "rejected_before": 1}
        assert rejects == []
    assert (folder / REJECTS_FILE).read_text(encoding="utf-8").count("\n") == 1


def test_reject_that_was_mended_or_taken_out_is_one_no_more(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{broken\n\n{broken too\n")
    run([path], folder)
    path.write_text(json.dumps(made_up(1)) + "\n")
    run([path], folder)
    with open_archive(folder) as archive:
        assert archive.rejects() == []
        assert archive.records_of(str(path.resolve())) == (1, 0)


def test_unreadable_file_is_rejected_and_the_rest_goes_on(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "in").mkdir()
    write_jsonl(tmp_path / "in" / "b.jsonl", made_up(1))
    (tmp_path / "in" / "a.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in" / "c.xyz").write_text("?")
    summary, rejects = run([tmp_path / "in"], folder)
    assert counts(summary) == {"read": 2, "new": 1, "rejected": 1, "unknown_files": 1}
    assert len(rejects) == 1
    summary, rejects = run([tmp_path / "in"], folder)
    assert (summary.rejected, summary.rejected_before, rejects) == (0, 1, [])


def test_reject_shows_the_controls_of_a_name_or_column_escaped(
    tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "a\x1b]0;x\x07\nb.csv").write_text("id,na\x1b[31mma\n1,x\n")
    _, [reject] = run([tmp_path / "a\x1b]0;x\x07\nb.csv"], folder)
    assert reject.startswith(
        rf"{tmp_path}/a\x1b]0;x\x07\nb.csv: no column holds the body: found id, na\x1b[31mma;"
    )
    written = (folder / REJECTS_FILE).read_text(encoding="utf-8")
    assert written.endswith(f" {reject}\n")
    assert written.count("\n") == 1


def test_file_whose_name_is_no_utf8_does_not_end_the_run(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "in").mkdir()
    write_jsonl(tmp_path / "in" / "b.jsonl", made_up(1))
    with open(os.fsencode(tmp_path / "in") + b"/a\xff.txt", "wb") as file:
        file.write(b"Harga cabai naik.")
    summary, [reject] = run([tmp_path / "in"], folder)
    assert counts(summary) == {"read": 2, "new": 1, "rejected": 1}
    assert reject == f"{tmp_path}/in/a\ufffd.txt: the name is not UTF-8; rename it"


@pytest.fixture
def failing_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Tell after how many chunks of 64 KB every read fails, None for never."""
    import index.sources.streams

    whole = index.sources.streams._chunks
    fails_after: int | None = None

    def fail_after(chunks: int | None) -> None:
        nonlocal fails_after
        fails_after = chunks

    def failing(file: IO[bytes], on_read: Callable[[int], None]) -> Iterator[bytes]:
        for number, chunk in enumerate(whole(file, on_read)):
            if number == fails_after:
                raise OSError(errno.EIO, "Input/output error")
            yield chunk

    monkeypatch.setattr(index.sources.streams, "_chunks", failing)
    return fail_after


def test_input_that_could_not_be_read_is_read_again_though_nothing_in_it_changed(
    tmp_path: Path, folder: Path, failing_disk: Callable[[int | None], None]
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(500)))
    failing_disk(0)
    summary, [reject] = run([path], folder)
    assert counts(summary) == {"read": 1, "rejected": 1}
    assert reject == f"{Path(path).resolve()}: cannot be read (Input/output error)"
    assert counts(run([path], folder)[0]) == {"read": 1, "rejected_before": 1}
    failing_disk(1)
    summary, _ = run([path], folder)
    assert 0 < summary.new < 500
    failing_disk(None)
    assert counts(run([path], folder)[0]) == {
        "read": 500,
        "new": 500 - summary.new,
        "unchanged": summary.new,
    }
    with open_archive(folder) as archive:
        assert archive.rejects() == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt"])
def test_failing_disk_does_not_bring_a_deleted_article_back(
    tmp_path: Path, folder: Path, failing_disk: Callable[[int | None], None], name: str
) -> None:
    (tmp_path / name).write_text('{"isi": "Harga cabai naik."}\n')
    run([tmp_path / name], folder)
    delete(folder, [1], Config())
    for fails_after in (0, None):
        failing_disk(fails_after)
        os.utime(tmp_path / name, (1, 1))
        run([tmp_path / name], folder)
    assert hits(folder, "cabai") == []


def test_damage_in_a_file_is_known_until_the_file_changes(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"isi": "Harga cabai naik."}\n' * 2000)[:-40])
    first, [*_, reject] = run([path], folder)
    assert reject.startswith(f"{path.resolve()}: the gzip data is cut off")
    again, rejects = run([path], folder)
    assert (again.rejected_before, rejects) == (first.rejected, [])


def test_dates_that_cannot_be_read_are_counted_with_an_example(
    tmp_path: Path, folder: Path
) -> None:
    dates = ("2021-06-22", "31/02/2021", "entah kapan", None)
    articles = [made_up(number, date=date) for number, date in enumerate(dates)]
    path = write_jsonl(tmp_path / "a.jsonl", *articles)
    summary, rejects = run([path], folder)
    assert (summary.new, summary.unread_dates, rejects) == (4, 2, [])
    assert summary.unread_date == f"'31/02/2021' ({path}:2)"
    assert run([path], folder)[0].unread_dates == 0


def test_path_that_does_not_exist_is_an_error_before_anything_is_made(folder: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        run([folder / "nothing"], folder)
    assert not folder.exists()


def test_article_that_enrichment_cannot_take_is_rejected_alone(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", *(made_up(number) for number in range(1, 6)))
    fail_on(monkeypatch, "enrich", lambda article, _: "nomor3." in article.body)
    summary, [reject] = run([path], folder)
    assert counts(summary) == {"read": 5, "new": 4, "rejected": 1}
    assert ":3: internal error, please report it: ValueError('made up')" in reject
    assert hits(folder, "kabar") == ["1", "2", "4", "5"]


@pytest.mark.parametrize("stage", ["to_document", "chunk"])
def test_article_that_analysis_cannot_take_is_archived_and_reported(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", *(made_up(number) for number in range(1, 6)))

    def unwelcome(*arguments: Any) -> bool:
        return "nomor3." in repr(arguments)

    with monkeypatch.context() as patch:
        fail_on(patch, stage, unwelcome)
        summary, [reject] = run([path], folder)
    assert counts(summary) == {"read": 5, "new": 5, "rejected": 1}
    assert reject.startswith("3: archived but not indexed: internal error")
    assert hits(folder, "kabar") == ["1", "2", "4", "5"]
    assert reindex(folder, Config(), jobs=1)[1] == []
    assert hits(folder, "kabar") == ["1", "2", "3", "4", "5"]


def test_index_of_nothing_but_failures_is_empty(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "to_document", lambda *_: True)
    _, rejects = run([write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))], folder)
    assert len(rejects) == 2
    assert indexed(folder) == []


def fail_on(patch: pytest.MonkeyPatch, function: str, unwelcome: Any) -> None:
    """Let a function that the pipeline calls fail on unwelcome arguments."""
    import index.pipeline

    original = getattr(index.pipeline, function)

    def failing(*arguments: Any) -> Any:
        if unwelcome(*arguments):
            raise ValueError("made up")
        return original(*arguments)

    patch.setattr(index.pipeline, function, failing)


# Deletion


def test_deleted_article_is_found_no_more_and_an_unchanged_file_does_not_bring_it_back(
    tmp_path: Path, folder: Path
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2), made_up(3))
    run([path], folder)
    delete(folder, [2], Config())
    assert hits(folder, "kabar") == ["1", "3"]
    for touched in (False, True):
        if touched:
            os.utime(path, (1, 1))
        summary, _ = run([path], folder)
        assert (summary.read, summary.unchanged, summary.withheld) == (3, 2, 1)
    assert hits(folder, "kabar") == ["1", "3"]


def stored_in(folder: Path) -> bytes:
    """Every byte of every file below a folder, and the articles that are packed in there."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    with open_archive(folder) as archive:
        packed = [row[2] for row in archive.changed_since(0)]
    return b"\n".join(files + [msgspec.json.encode(unpack(content)) for content in packed])


MARKED = {
    "title": "Xqtitle dibangun",
    "body": "Jembatan xqbody dibuka oleh Zubaidah Xqperson.",
    "author": "Xqauthor",
}
MARKS = (b"xqtitle", b"xqbody", b"xqperson", b"xqauthor")


def test_no_word_of_a_deleted_article_stays_in_any_file(tmp_path: Path, folder: Path) -> None:
    """Nor of the version before, which stands in another segment, nor in an older generation."""
    marked = made_up(1, **MARKED)
    older = marked | {"body": f"{MARKED['body']} Xqolder."}
    run([write_jsonl(tmp_path / "a.jsonl", older, *map(made_up, range(2, 60)))], folder)
    run([write_jsonl(tmp_path / "b.jsonl", marked, *map(made_up, range(60, 70)))], folder)
    kept = stored_in(folder).lower()
    assert all(mark in kept for mark in (*MARKS, b"xqolder"))
    with search.open(folder, Config()) as engine:
        assert delete(folder, [1], Config())
        left = stored_in(folder).lower()
        assert [mark for mark in (*MARKS, b"xqolder") if mark in left] == []
        assert engine.search(search.Request("nomor7")).total == 1  # of files that are gone
    assert hits(folder, "nomor7 OR nomor69") == ["69", "7"]
    assert hits(folder, "jembatan") == hits(folder, "jembatan -xqbody")


def test_deletion_that_was_cut_off_is_made_good_by_the_next_run(
    tmp_path: Path, folder: Path
) -> None:
    run([write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(2, 60)))], folder)
    run([write_jsonl(tmp_path / "b.jsonl", made_up(1, **MARKED))], folder)
    with open_archive(folder, write=True) as archive:
        archive.delete(*archive.find("1"))
    run([tmp_path / "b.jsonl"], folder)
    left = stored_in(folder).lower()
    assert [mark for mark in MARKS if mark in left] == []


def test_reader_that_keeps_the_log_from_being_emptied_is_told_of(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.archive._BUSY_S", 0.1)
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))
    run([path], folder)
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM article").fetchone()
        assert not delete(folder, [1], Config())
        assert (folder / f"{FILE_NAME}-wal").stat().st_size > 0
    run([path], folder)
    assert not (folder / f"{FILE_NAME}-wal").exists()


def test_index_that_is_behind_hides_what_the_archive_has_deleted(
    tmp_path: Path, folder: Path
) -> None:
    run([write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))], folder)
    with open_archive(folder, write=True) as archive:
        archive.delete(1)
    assert hits(folder, "kabar") == ["2"]
    with search.open(folder, Config()) as engine:
        assert engine.search(search.Request("kabar")).total == 1
        assert engine.search(search.Request("nomor1")).total == 0


def test_open_engine_shows_no_article_that_is_deleted_meanwhile(
    tmp_path: Path, folder: Path
) -> None:
    run([write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))], folder)
    with search.open(folder, Config()) as engine:
        delete(folder, [1], Config())
        assert [hit.id for hit in engine.search(search.Request("kabar")).hits] == ["2"]


# The same for every number of processes


def test_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(1200)), {"body": ""}, made_up(5))
    for jobs in (1, 2):
        run([path], tmp_path / str(jobs), jobs=jobs)
    assert archived(tmp_path / "1") == archived(tmp_path / "2")
    assert_same_index(indexed(tmp_path / "1"), indexed(tmp_path / "2"))


def test_small_memory_gives_the_same_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine chunks are written one by one instead of together, and merged at the commit."""
    monkeypatch.setattr("index.pipeline._DOCUMENTS_PER_CHUNK", 16)
    path = write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(140)))
    run([path], tmp_path / "large")
    tiny = msgspec.structs.replace(Config().indexing, memory_mb=0)
    run([path], tmp_path / "small", config=msgspec.structs.replace(Config(), indexing=tiny))
    assert_same_index(indexed(tmp_path / "large"), indexed(tmp_path / "small"))


def test_progress_tells_both_stages(tmp_path: Path, folder: Path) -> None:
    told: list[Progress] = []
    path = Path(write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(70))))
    run([path], folder, on_progress=told.append)
    assert {progress.stage for progress in told} == {"reading", "indexing"}
    reading = [progress for progress in told if progress.stage == "reading"]
    assert [progress.done for progress in reading] == sorted(progress.done for progress in reading)
    assert reading[-1] == Progress("reading", path.stat().st_size, path.stat().st_size, 70)
    assert told[-1] == Progress("indexing", 70, 70, 70)


# Reindex


def make_stale(folder: Path) -> None:
    """Let an index say that another version wrote it."""
    [details] = (folder / INDEX_FOLDER).glob("*.json")
    commit = commit_from_bytes(details.read_bytes())
    details.write_bytes(commit_to_bytes(msgspec.structs.replace(commit, fingerprint="another")))


def test_index_of_another_version_is_refused_until_reindexed(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))
    run([path], folder)
    make_stale(folder)
    with pytest.raises(ArchiveError, match="cakap-search reindex") as caught:
        hits(folder, "kabar")
    assert caught.value.kind == "stale"
    more = write_jsonl(tmp_path / "b.jsonl", made_up(3))
    with pytest.raises(ArchiveError, match="cakap-search reindex") as caught:
        run([more], folder)
    assert caught.value.kind == "stale"
    commit, failures = reindex(folder, Config(), jobs=1)
    assert (commit.articles, failures) == (2, [])
    assert hits(folder, "kabar") == ["1", "2"]
    run([more], folder)
    assert hits(folder, "kabar") == ["1", "2", "3"]


@pytest.mark.parametrize("suffix", [".json", ".seg", ".people", ".stories"])
def test_reindex_mends_an_index_that_lost_a_file(tmp_path: Path, folder: Path, suffix: str) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))
    run([path], folder)
    [lost] = (folder / INDEX_FOLDER).glob(f"*{suffix}")
    lost.unlink()
    with pytest.raises(ArchiveError, match="is missing; run `cakap-search reindex`") as caught:
        hits(folder, "kabar")
    assert caught.value.kind == "damaged"
    if suffix not in (".people", ".stories"):  # which every commit makes anew
        with pytest.raises(ArchiveError, match="is missing; run `cakap-search reindex`"):
            run([path], folder)
    reindex(folder, Config(), jobs=1)
    assert hits(folder, "kabar") == ["1", "2"]


def run_by_an_earlier_version(path: str, folder: Path) -> None:
    """Index articles with code that reads less in them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.pipeline.enricher_fingerprint", lambda _: "earlier")
        patch.setattr("index.pipeline.enrich", lambda *_: Enrichment(title="Kabar", source="Warta"))
        run([path], folder)


def test_reindex_reads_anew_what_an_earlier_version_read(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1, body="Rusia dan Venezuela."))
    run_by_an_earlier_version(path, folder)
    request = search.Request("", filters={"country": ["RU", "VE"]})
    with search.open(folder, Config()) as engine:
        assert engine.search(request).total == 0
    articles = archived(folder)["article"]
    reindex(folder, Config(), jobs=1)
    with search.open(folder, Config()) as engine:
        assert engine.search(request).total == 1
    assert archived(folder)["article"] == articles


def test_reindex_does_not_read_again_what_this_version_read(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2))], folder)
    fail_on(monkeypatch, "enrich", lambda *_: True)
    commit, failures = reindex(folder, Config(), jobs=1)
    assert (commit.articles, failures) == (2, [])
    assert len(reindex(folder, Config(), every=True, jobs=1)[1]) == 2


def test_another_boilerplate_or_timezone_is_another_enricher() -> None:
    others = [
        Config(timezone="Asia/Jayapura"),
        Config(enrich=Enrich(boilerplate={"warta.example": ("Baca juga.*",)})),
    ]
    assert len({enricher_fingerprint(config) for config in (Config(), *others)}) == 3
    moved = Config(archive="elsewhere")
    assert enricher_fingerprint(moved) == enricher_fingerprint(Config())


@pytest.mark.parametrize(
    ("module", "target", "calls"),
    [
        ("index.archive", "Archive.commit", 1),
        ("index.pipeline", "_writer", 1),
        ("index.segments.writer", "write_durably", 2),
        ("index.segments.writer", "IndexWriter._remove_unused", 1),
    ],
)
@pytest.mark.parametrize("next_run", ["index", "delete", "reindex"])
def test_killed_reindex_is_finished_by_the_next_writer(
    tmp_path: Path, folder: Path, module: str, target: str, calls: int, next_run: str
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1, body="Banjir di Venezuela."), made_up(2))
    script = KILLED.replace("index.pipeline.index_paths([path],", "index.pipeline.reindex(")
    run_by_an_earlier_version(path, folder)
    killed = subprocess.run(
        [sys.executable, "-c", script, path, str(folder), module, target, str(calls)],
        start_new_session=True,
    )
    assert killed.returncode == -signal.SIGKILL
    if next_run == "index":
        run([write_jsonl(tmp_path / "b.jsonl", made_up(3))], folder)
    elif next_run == "delete":
        delete(folder, [2], Config())
    else:
        reindex(folder, Config(), jobs=1)
    with search.open(folder, Config()) as engine:
        found = engine.search(search.Request("banjir", filters={"country": ["VE"]})).total
    was_read_anew = target != "Archive.commit" or next_run == "reindex"
    assert found == was_read_anew


def test_reindex_reports_an_article_that_it_cannot_read_anew_and_keeps_it(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_by_an_earlier_version(write_jsonl(tmp_path / "a.jsonl", made_up(1), made_up(2)), folder)
    fail_on(monkeypatch, "enrich", lambda article, _: "nomor2." in article.body)
    _, failures = reindex(folder, Config(), jobs=1)
    assert failures == ["2: not read anew: internal error, please report it: ValueError('made up')"]
    assert hits(folder, "kabar") == ["1", "2"]


def test_readers_keep_the_old_index_until_the_new_one_is_whole(
    tmp_path: Path, folder: Path
) -> None:
    run([write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(40)))], folder)
    found: list[int] = []
    reindex(
        folder, Config(), jobs=1, on_progress=lambda _: found.append(len(hits(folder, "kabar")))
    )
    assert found
    assert set(found) == {40}
    assert len(list((folder / INDEX_FOLDER).glob("*.seg"))) == 1


def test_reindex_of_no_archive_is_missing_and_makes_none(folder: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        reindex(folder, Config(), jobs=1)
    assert caught.value.kind == "missing"
    assert not folder.exists()


# One writer at a time


def test_second_writer_is_refused_and_readers_are_not(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", made_up(1))
    run([path], folder)
    code = "import sys, time; from pathlib import Path; from index.lock import write_lock\n"
    code += "with write_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / INDEX_FOLDER)], stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for attempt in (
            lambda: run([path], folder),
            lambda: delete(folder, [1], Config()),
            lambda: reindex(folder, Config(), jobs=1),
        ):
            with pytest.raises(ArchiveError, match=f"by process {holder.pid};") as caught:
                attempt()
            assert caught.value.kind == "locked"
        assert hits(folder, "kabar") == ["1"]
        holder.kill()
    run([path], folder)  # the lock died with its holder


def test_reader_that_meets_vanished_files_looks_again(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commits have removed the files of the commit that the reader looked up first."""
    commits = []
    for number in (1, 2, 3):
        run([write_jsonl(tmp_path / f"{number}.jsonl", made_up(number))], folder)
        commits.append(last_commit(folder / INDEX_FOLDER))
    seen = [commits[0], commits[2]]
    monkeypatch.setattr("search.embedded.engine.last_commit", lambda _: seen.pop(0))
    assert hits(folder, "kabar") == ["1", "2", "3"]


def test_locked_file_that_cannot_be_read_names_no_holder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> str:
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", refuse)
    with (
        write_lock(folder / INDEX_FOLDER),
        pytest.raises(ArchiveError, match=f"{folder} is being written; wait until"),
        write_lock(folder / INDEX_FOLDER),
    ):
        pass


def test_lock_is_free_again_after_an_error(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_lock(folder):
        raise ZeroDivisionError
    with write_lock(folder):
        pass


# Kills

KILLED = """
import functools, os, signal, sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path
import index.pipeline
from index.config import Config

path, folder, module, target, calls = sys.argv[1:]
index.pipeline._RECORDS_PER_TASK = 4
index.pipeline._RECORDS_PER_COMMIT = 16
index.pipeline._DOCUMENTS_PER_CHUNK = 16
owner, _, name = target.rpartition(".")
place = attrgetter(owner)(import_module(module)) if owner else import_module(module)
original, left = getattr(place, name), int(calls)

@functools.wraps(original)
def deadly(*arguments, **options):
    global left
    left -= 1
    if left == 0:
        os.killpg(os.getpgrp(), signal.SIGKILL)
    return original(*arguments, **options)

setattr(place, name, deadly)
index.pipeline.index_paths([path], Path(folder), Config(), jobs=1)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """An archive before and after a run over a file with changed and new articles; the file."""
    folder = tmp_path_factory.mktemp("undisturbed")
    first = write_jsonl(folder / "first.jsonl", *map(made_up, range(60)))
    run([first], folder / "before")
    changed = [made_up(number, body=f"Isi baru nomor{number}.") for number in range(5)]
    second = write_jsonl(folder / "second.jsonl", *changed, *map(made_up, range(60, 90)))
    shutil.copytree(folder / "before", folder / "after")
    run([second], folder / "after")
    return folder / "before", folder / "after", second


@pytest.mark.parametrize(
    ("module", "target", "calls"),
    [
        ("index.archive", "Archive.put", 20),
        ("index.archive", "Archive.commit", 1),
        ("index.archive", "Archive.commit", 2),
        ("index.archive", "Archive.finish_input", 1),
        ("index.pipeline", "_catch_up", 1),
        ("index.pipeline", "chunk", 2),
        ("index.segments.writer", "write_arrays", 1),
        ("index.segments.writer", "IndexWriter._merge_small", 1),
        ("index.segments.writer", "people_arrays", 1),
        ("index.segments.writer", "write_durably", 1),
        ("index.segments.writer", "write_durably", 2),
        ("pathlib", "Path.replace", 1),
        ("pathlib", "Path.replace", 2),
        ("index.segments.writer", "IndexWriter._remove_unused", 1),
        ("pathlib", "Path.unlink", 3),
    ],
)
def test_killed_run_is_finished_by_the_next(
    undisturbed: tuple[Path, Path, str], folder: Path, module: str, target: str, calls: int
) -> None:
    before, after, path = undisturbed
    shutil.copytree(before, folder)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, path, str(folder), module, target, str(calls)],
        start_new_session=True,
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(hits(folder, "kabar OR isi")) in (60, 90)  # readers see the commit before, or after
    run([path], folder)
    assert archived(folder) == archived(after)
    assert_same_index(indexed(folder), indexed(after))
    assert hits(folder, "nomor3 OR nomor70") == hits(after, "nomor3 OR nomor70")
    commit = last_commit(folder / INDEX_FOLDER)
    assert commit is not None
    run([write_jsonl(folder / "third.jsonl", made_up(1, body="Isi ketiga."))], folder)
    now = last_commit(folder / INDEX_FOLDER)
    assert now is not None
    left = {entry.name for entry in (folder / INDEX_FOLDER).iterdir()}
    assert left - {"MAIN_WRITELOCK"} == commit.files() | now.files()


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys, time\n"
        "from index.processes import ordered_map\n\n"
        "def worker(_):\n"
        "    return os.getpid()\n\n"
        "if __name__ == '__main__':\n"
        "    results = ordered_map(worker, range(1000), 2)\n"
        "    print(next(results), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(worker)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]


# Processes


def test_ordered_map_keeps_the_order() -> None:
    numbers = [5, -3, 2, -9, 0, 7, -1, 4, 8, -6]
    for jobs in (1, 2):
        assert list(ordered_map(abs, numbers, jobs)) == [5, 3, 2, 9, 0, 7, 1, 4, 8, 6]
    assert list(ordered_map(abs, [], 2)) == []
    assert list(ordered_map(abs, [-1], 2)) == [1]


def test_ordered_map_takes_few_items_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    results = ordered_map(abs, items(), 2)
    next(results)
    assert taken <= 10
    results.close()  # type: ignore[attr-defined]


def test_error_in_a_worker_is_the_error_of_the_run() -> None:
    with pytest.raises(SourceError, match="no such file"):
        list(ordered_map(_fail, [1, 2, 3], 2))


def _fail(_: int) -> None:
    raise SourceError("no such file")


def test_worker_that_dies_is_told_with_a_remedy() -> None:
    with pytest.raises(CakapError, match="run again with --jobs 1"):
        list(ordered_map(os._exit, [1, 1, 1], 2))


def test_script_that_forgets_its_main_guard_is_told(tmp_path: Path, folder: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", *map(made_up, range(100)))
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from index.config import Config\n"
        "from index.pipeline import index_paths\n"
        "index_paths(sys.argv[1:2], Path(sys.argv[2]), Config(), jobs=2)\n"
    )
    finished = subprocess.run(
        [sys.executable, script, path, folder],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert finished.returncode == 1
    last = finished.stderr.splitlines()[-1]
    assert "a script without `if __name__ == '__main__':` around its work" in last


def test_batches_are_full_but_for_the_last() -> None:
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batches([], 2)) == []


def test_zero_jobs_is_one_for_each_core() -> None:
    assert job_count(3) == 3
    assert job_count(100) == 100
    assert 1 <= job_count(0) <= (os.cpu_count() or 1)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_that_another_thread_takes_waits_until_a_process_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []
    start = BaseProcess.start

    def interrupted_start(process: BaseProcess) -> None:
        signal.pthread_kill(other.ident or 0, signal.SIGINT)
        is_over.wait(0.5)  # where Python would raise it
        start(process)
        started.append(process)

    monkeypatch.setattr(BaseProcess, "start", interrupted_start)
    is_over = threading.Event()
    other = threading.Thread(target=is_over.wait)
    other.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            list(ordered_map(abs, range(4), 2))
    finally:
        is_over.set()
    assert [process.exitcode for process in started] == [0]


def test_windows_takes_61_processes_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert (job_count(3), job_count(100)) == (3, 61)


def test_an_archive_inside_the_indexed_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "rusak.jsonl").write_bytes(b'{"isi": "panen padi"}\n{"isi":\n')
    folder = tmp_path / "archive"
    for rejected in (1, 0):
        summary, _ = index_paths([str(tmp_path)], folder, Config(), jobs=1)
        assert (summary.read, summary.rejected, summary.unknown_files) == (2, rejected, 0)


def test_what_people_put_beside_an_archive_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").mkdir()
    for name in ("archive.db.jsonl", "rejects.txt.jsonl", "index/a.json", "index/MAIN_a.json"):
        (tmp_path / name).write_text(json.dumps({"isi": f"Panen padi di {name}."}))
    monkeypatch.chdir(tmp_path)
    for changed in ({"new": 4}, {"unchanged": 4}):
        summary, _ = index_paths(["."], Path(), Config(), jobs=1)
        assert counts(summary) == {"read": 4} | changed
    assert (tmp_path / "index" / "MAIN_a.json").exists()
