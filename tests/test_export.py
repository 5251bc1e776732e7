"""What `export` writes and `index` reads is the same archive again."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

import search
from index.archive import FILE_NAME, open_archive
from index.article import Article, Enrichment
from index.config import Config
from index.enrich.article import enrich
from index.pipeline import index_paths
from tests.archives import ids, make_archive
from tests.commands import PROGRAM, environment, run


class Stored(NamedTuple):
    """What an archive says of a version, but for its number and when it was indexed."""

    id: str
    identity: str
    source: str | None
    url: str | None
    date: str | None
    category: str | None
    content_hash: str
    shown: bool


def stored(folder: Path) -> list[Stored]:
    """All versions, article by article."""
    with open_archive(folder) as archive:
        rows = []
        for number, seq in archive.version_numbers():
            identity, source, url, content_hash, shown = archive.connection.execute(
                "SELECT identity, source, article.url, content_hash, current = seq FROM version"
                " JOIN article ON article.number = article WHERE seq = ?",
                (seq,),
            ).fetchone()
            version = archive.version(seq)
            assert version is not None
            article, enrichment = version.content.article, version.content.enrichment
            rows.append(
                Stored(
                    archive.public_id(number),
                    identity,
                    source,
                    url,
                    enrichment.date,
                    article.category,
                    content_hash.hex(),
                    bool(shown),
                )
            )
    return rows


def exported(folder: Path, to: Path, *options: str) -> Path:
    finished = run("export", to, *options, "--archive", folder)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    return to


def indexed(path: Path, folder: Path) -> Path:
    _, rejects = index_paths([str(path)], folder, Config(), jobs=2)
    assert rejects == []
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Articles known by URL, by source and id, by id and by place; versions; odd texts."""
    folder = make_archive(
        tmp_path,
        [
            {"url": "https://pos.example/a?utm_x=1#top", "title": "Satu", "body": "Banjir di a."},
            {"id": "7", "source": "pos", "body": "Kabar </p> dari pos.", "date": "kemarin dulu"},
            {"id": "7", "source": "warta", "body": "Kabar dari warta.", "category": "Dunia"},
            {"id": "9", "body": "Tanpa sumber.", "author": "Ani; Budi", "tags": ["satu", "dua"]},
            {"body": "Tanpa apa pun."},
        ],
        [
            {"id": "7", "source": "pos", "body": "Versi baru.", "modified": "2021-06-22"},
            {"id": "7", "source": "pos", "body": "Versi lama.", "modified": "2021-06-20"},
        ],
    )
    text = tmp_path / "kode.txt"
    text.write_text('Judul\n\nMarkah <b>tebal</b> &amp; "cakap_search": {} tetap begitu.\n')
    indexed(text, folder)
    return folder


def test_an_archive_comes_back_as_it_was(archive: Path, tmp_path: Path) -> None:
    before = stored(archive)
    assert len(before) == 8
    shown = indexed(exported(archive, tmp_path / "x.jsonl"), tmp_path / "b")
    assert stored(shown) == [row for row in before if row.shown]
    every = exported(archive, tmp_path / "y.jsonl", "--all-versions")
    assert stored(indexed(every, tmp_path / "c")) == before


def test_an_archive_that_takes_its_own_export_does_not_change(
    archive: Path, tmp_path: Path
) -> None:
    before = stored(archive)
    indexed(exported(archive, tmp_path / "x.jsonl", "--all-versions"), archive)
    assert stored(archive) == before


def test_lines_that_move_within_an_export_stay_the_articles_that_they_are(tmp_path: Path) -> None:
    """Two files with one text are two articles, in a mirror of their archive too."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text("Kawat dari kantor berita yang sama.")
    folder = tmp_path / "archive"
    index_paths([str(tmp_path / f"{name}.txt") for name in "abc"], folder, Config(), jobs=1)
    path = exported(folder, tmp_path / "x.jsonl")
    mirror = indexed(path, tmp_path / "mirror")
    before = stored(mirror)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:] + lines[:1]))
    assert stored(indexed(path, mirror)) == before


def test_the_options_of_the_import_do_not_change_what_was_exported(
    archive: Path, tmp_path: Path
) -> None:
    path = exported(archive, tmp_path / "x.jsonl")
    done = run("index", path, "--source", "lain", "--archive", tmp_path / "b")
    assert done.returncode == 0
    assert stored(tmp_path / "b") == [row for row in stored(archive) if row.shown]


def test_a_line_that_was_changed_is_rejected_with_the_remedy(archive: Path, tmp_path: Path) -> None:
    path = exported(archive, tmp_path / "x.jsonl")
    path.write_text(path.read_text().replace("Banjir di a.", "Banjir di b."))
    done = run("index", path, "--archive", tmp_path / "b")
    assert done.returncode == 4
    assert "1 rejected" in done.stdout
    assert "x.jsonl:1: it was changed since it was exported; take 'cakap_search' out" in done.stderr


def test_other_programs_find_the_fields_that_they_know(archive: Path, tmp_path: Path) -> None:
    lines = exported(archive, tmp_path / "x.jsonl").read_text().splitlines()
    first, second = json.loads(lines[0]), json.loads(lines[1])
    assert (first["title"], first["url"]) == ("Satu", "https://pos.example/a")
    assert (second["id"], second["source"], second["body"]) == ("7", "pos", "Versi baru.")
    assert second["cakap_search"]["id"] == "pos:7"


def test_an_export_since_a_change_has_what_came_after_it(archive: Path, tmp_path: Path) -> None:
    lines = exported(archive, tmp_path / "x.jsonl").read_text().splitlines()
    seqs = {json.loads(line)["cakap_search"]["seq"] for line in lines}
    assert seqs == {1, 3, 4, 5, 6, 8}
    later = exported(archive, tmp_path / "y.jsonl", "--since", "5").read_text().splitlines()
    assert [json.loads(line)["cakap_search"]["seq"] for line in later] == [6, 8]


def test_a_damaged_version_is_left_out_and_told(archive: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(archive / FILE_NAME)) as db:
        db.execute("UPDATE version SET content = x'00' WHERE seq = 3")
        db.commit()
    done = run("export", tmp_path / "x.jsonl", "--archive", archive)
    assert done.returncode == 4
    assert done.stderr.startswith("left out: article 3, version 3: ")
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 5


def test_a_backup_and_what_a_damaged_archive_still_has_are_the_whole(
    archive: Path, tmp_path: Path
) -> None:
    """The recipe of docs/operations.md."""
    run("backup", tmp_path / "backups", "--archive", archive)
    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "10", "source": "pos", "body": "Setelah cadangan."}')
    indexed(more, archive)
    before = [row for row in stored(archive) if row.shown]
    with closing(sqlite3.connect(archive / FILE_NAME)) as db:
        db.execute("UPDATE version SET content = x'00' WHERE seq = 3")
        db.commit()
    new = tmp_path / "new"
    assert run("restore", tmp_path / "backups", "--archive", new).returncode == 0
    rest = run("export", "--archive", archive)
    assert rest.returncode == 4
    added = run("index", "-", "--archive", new, stdin=rest.stdout.encode())
    assert added.returncode == 0
    assert [row for row in stored(new) if row.shown] == before
    assert run("check", "--archive", new).returncode == 0


KEY = "CAKAP_SEARCH_SHARED_KEY"


def test_what_was_read_by_the_same_code_is_not_read_again(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is believed what has another key, another version has read, or somebody has changed."""
    path, done = tmp_path / "x.jsonl", tmp_path / "b"
    refused = run("export", path, "--enriched", "--archive", archive)
    assert refused.returncode == 2
    assert KEY in refused.stderr
    run("export", path, "--enriched", "--archive", archive, env={KEY: "rahasia"})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    sealed = [line["cakap_search"]["sealed"] for line in lines]
    sealed[1]["enricher"] = "another"
    sealed[2]["enrichment"]["title"] = "Kabar dari siapa pun."
    sealed[3]["enrichment"] = {"countries": ["VE"]}  # the form of another version
    sealed[4]["seal"] = "é"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    read: list[str] = []

    def noting(article: Article, config: Config) -> Enrichment:
        read.append(article.body)
        return enrich(article, config)

    monkeypatch.setattr("index.pipeline.enrich", noting)
    bodies = [line["body"] for line in lines]
    for key, expected in (("", bodies), ("lain", bodies), ("rahasia", bodies[2:5])):
        monkeypatch.setenv(KEY, key)
        read.clear()
        index_paths([str(path)], done / key, Config(), jobs=1)
        assert read == expected
        assert stored(done / key) == [row for row in stored(archive) if row.shown]


def test_several_machines_enrich_at_once_for_one_archive(tmp_path: Path) -> None:
    """None is lost and none doubled, though each reads some of what another one reads."""
    articles = [
        {"id": str(number), "source": "pos", "body": f"Rapat ke-{number} di Caracas, Venezuela."}
        for number in range(60)
    ]
    commands = []
    for number in range(3):
        part = tmp_path / f"{number}.jsonl"
        mine = articles[number * 15 : number * 15 + 30]
        part.write_text("".join(json.dumps(article) + "\n" for article in mine))
        folder = tmp_path / f"machine-{number}"
        line = f"index {part} --jobs 1 && {PROGRAM} export {folder}.jsonl --enriched"
        commands.append(f"{PROGRAM} {line}")
    machines = [
        subprocess.Popen(
            command,
            shell=True,
            env=environment(
                **{KEY: "rahasia", "CAKAP_SEARCH_ARCHIVE": f"{tmp_path}/machine-{number}"}
            ),
            stdout=subprocess.DEVNULL,
        )
        for number, command in enumerate(commands)
    ]
    assert [machine.wait(timeout=300) for machine in machines] == [0, 0, 0]
    parts = sorted(tmp_path.glob("machine-*.jsonl"))
    done = run("index", *parts, "--archive", tmp_path / "all", env={KEY: "rahasia"})
    assert (done.returncode, done.stderr) == (0, "")
    whole = tmp_path / "whole.jsonl"
    whole.write_text("".join(json.dumps(article) + "\n" for article in articles))
    assert stored(tmp_path / "all") == stored(indexed(whole, tmp_path / "one"))
    with search.open(tmp_path / "all") as engine:
        assert engine.search(search.Request("rapat", filters={"country": ["VE"]})).total == 60


def test_a_closed_pipe_is_silent_and_a_file_that_was_not_finished_has_no_name(
    archive: Path, tmp_path: Path
) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [PROGRAM, "export", "--archive", str(archive)]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, env=environment())
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
    (tmp_path / "folder").mkdir()
    refused = run("export", tmp_path / "folder", "--archive", archive)
    assert refused.returncode == 3
    assert not (tmp_path / "folder.new").exists()


def test_the_samples_come_back(samples_archive: Path, tmp_path: Path) -> None:
    again = indexed(exported(samples_archive, tmp_path / "x.jsonl"), tmp_path / "b")
    assert stored(again) == stored(samples_archive)
    with search.open(samples_archive) as one, search.open(again) as other:
        for question in ("Lavrov senjata", "banjir", "Rusia"):
            assert ids(one, question) == ids(other, question)


@pytest.mark.full
def test_the_real_news_come_back(news_archive: Path, tmp_path: Path) -> None:
    path = exported(news_archive, tmp_path / "x.jsonl", "--all-versions")
    assert stored(indexed(path, tmp_path / "b")) == stored(news_archive)
