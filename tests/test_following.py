"""A folder that changes: what is gone, what would be done, and following it."""

import hashlib
import os
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import search
from index.archive import open_archive
from index.config import Config
from index.lock import write_lock
from index.pipeline import Summary, index_paths, withdraw
from index.segments.commit import INDEX_FOLDER
from tests.commands import PROGRAM, environment, run


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder of three files, the last one in a folder of its own."""
    for name, body in (("kopi.txt", "Kopi dipanen."), ("teh.txt", "Teh."), ("sawah/padi.txt", "P")):
        path = tmp_path / "kiriman" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return tmp_path / "kiriman"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an archive is to be made."""
    return tmp_path / "arsip"


def go(inputs: Path, folder: Path, **options: Any) -> Summary:
    summary, _ = index_paths([str(inputs)], folder, Config(), jobs=1, **options)
    return summary


def bodies(folder: Path) -> set[str]:
    """The beginnings of all articles that are found."""
    with search.open(folder) as engine:
        return {hit.snippet.text for hit in engine.search(search.Request("", limit=None)).hits}


# --- prune ------------------------------------------------------------------------------------


def test_article_whose_file_is_gone_is_pruned_and_comes_back_with_it(
    inputs: Path, folder: Path
) -> None:
    go(inputs, folder)
    (inputs / "teh.txt").rename(inputs.parent / "teh.txt")
    assert go(inputs, folder).removed == 0
    assert bodies(folder) == {"Kopi dipanen.", "Teh.", "P"}
    assert go(inputs, folder, prune=True).removed == 1
    assert bodies(folder) == {"Kopi dipanen.", "P"}
    (inputs.parent / "teh.txt").rename(inputs / "teh.txt")
    assert go(inputs, folder, prune=True).new == 1
    assert bodies(folder) == {"Kopi dipanen.", "Teh.", "P"}


def test_article_that_another_file_holds_too_is_kept(inputs: Path, folder: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (inputs / name).write_text('{"isi": "Ikan dijual.", "url": "https://contoh.id/1"}')
    go(inputs, folder)
    (inputs / "a.jsonl").unlink()
    assert go(inputs, folder, prune=True).removed == 0
    (inputs / "b.jsonl").unlink()
    assert go(inputs, folder, prune=True).removed == 1


def test_file_that_was_renamed_keeps_its_article(inputs: Path, folder: Path) -> None:
    (inputs / "a.jsonl").write_text('{"isi": "Ikan dijual.", "url": "https://contoh.id/1"}')
    go(inputs, folder)
    (inputs / "a.jsonl").rename(inputs / "b.jsonl")
    summary = go(inputs, folder, prune=True)
    assert (summary.removed, summary.new, summary.changed) == (0, 0, 0)


def test_only_what_was_below_the_named_folder_is_pruned(inputs: Path, folder: Path) -> None:
    (inputs.parent / "kiriman2").mkdir()
    (inputs.parent / "kiriman2" / "ikan.txt").write_text("Ikan.")
    go(inputs.parent / "kiriman2", folder)
    go(inputs, folder)
    (inputs.parent / "kiriman2" / "ikan.txt").unlink()
    (inputs / "teh.txt").unlink()
    assert go(inputs, folder, prune=True).removed == 1
    assert bodies(folder) == {"Kopi dipanen.", "Ikan.", "P"}


@pytest.mark.parametrize("name", ["", "sawah"])
def test_folder_that_is_empty_keeps_its_articles_and_is_told(
    inputs: Path, folder: Path, name: str
) -> None:
    """It looks like a disk that is not mounted."""
    go(inputs, folder)
    for path in (inputs / name).rglob("*.txt"):
        path.unlink()
    if not name:
        (inputs / "sawah").rmdir()
    summary = go(inputs, folder, prune=True)
    assert summary.removed == 0
    assert summary.emptied_folders == (str(inputs / name),)
    assert len(bodies(folder)) == 3
    told = run("index", inputs, "--prune", "--archive", folder)
    assert f"kept: the articles from {inputs / name}, which holds no file now" in told.stderr


def test_articles_of_an_empty_folder_go_as_the_message_says(inputs: Path, folder: Path) -> None:
    go(inputs / "sawah", folder)
    (inputs / "sawah" / "padi.txt").unlink()
    told = run("index", inputs / "sawah", "--prune", "--archive", folder)
    assert "remove the folder and prune the one above it" in told.stderr
    (inputs / "sawah").rmdir()
    assert go(inputs, folder, prune=True).removed == 1


def test_folder_that_is_gone_from_a_named_one_is_pruned(inputs: Path, folder: Path) -> None:
    go(inputs, folder)
    (inputs / "sawah" / "padi.txt").unlink()
    (inputs / "sawah").rmdir()
    assert go(inputs, folder, prune=True).removed == 1


def test_missing_folder_is_an_error_that_prunes_nothing(inputs: Path, folder: Path) -> None:
    go(inputs, folder)
    inputs.rename(inputs.parent / "lain")
    told = run("index", inputs, "--prune", "--archive", folder)
    assert (told.returncode, told.stderr) == (2, f"error: {inputs}: no such file or folder\n")
    assert len(bodies(folder)) == 3


def test_files_gone_from_a_zip_file_are_pruned_but_not_from_a_damaged_one(
    inputs: Path, folder: Path
) -> None:
    path = inputs / "arsip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ikan.txt", "Ikan.")
        archive.writestr("udang.txt", "Udang.")
    go(inputs, folder)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert go(inputs, folder, prune=True).removed == 0
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("udang.txt", "Udang.")
    summary = go(inputs, folder, prune=True)
    assert (summary.removed, summary.changed, summary.unchanged) == (1, 0, 4)
    with open_archive(folder) as archive:
        assert archive.rejects() == []
    path.unlink()
    assert go(inputs, folder, prune=True).removed == 1
    assert bodies(folder) == {"Kopi dipanen.", "Teh.", "P"}


# --- dry run ----------------------------------------------------------------------------------


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_dry_run_counts_what_a_run_then_does_and_changes_nothing(
    inputs: Path, folder: Path
) -> None:
    go(inputs, folder)
    (inputs / "kopi.txt").write_text("Kopi dijual.")
    (inputs / "teh.txt").unlink()
    (inputs / "baru.jsonl").write_text('{"isi": "Ikan."}\n{"isi": "Ikan."}\nrusak\n')
    before = digests(folder)
    dry = go(inputs, folder, prune=True, dry_run=True)
    assert digests(folder) == before
    real = go(inputs, folder, prune=True)
    assert (dry.read, dry.new, dry.changed, dry.unchanged, dry.rejected, dry.removed) == (
        *(real.read, real.new, real.changed, real.unchanged, real.rejected, real.removed),
    )
    assert (dry.new, dry.changed, dry.unchanged, dry.rejected, dry.removed) == (2, 1, 1, 1, 1)


def test_dry_run_makes_no_archive(inputs: Path, folder: Path) -> None:
    told = run("index", inputs, "--dry-run", "--archive", folder)
    assert told.returncode == 0
    assert told.stdout.startswith("dry run, nothing is changed: 3 read: 3 new, 0 changed")
    assert not folder.exists()


# --- watch ------------------------------------------------------------------------------------


@contextmanager
def following(inputs: Path, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The program at work on a folder; it is stopped as Ctrl-C does."""
    process = subprocess.Popen(
        [PROGRAM, "index", "--watch", str(inputs), "--archive", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def wait_for(process: subprocess.Popen[str], told: str) -> None:
    """Read what the program prints until this is in a line."""
    assert process.stdout is not None
    for line in process.stdout:
        if told in line:
            return
    raise AssertionError(f"{told!r} was never printed")


@pytest.mark.full
def test_watched_folder_is_followed_past_a_bad_file_until_ctrl_c(
    inputs: Path,
) -> None:
    folder = inputs / "arsip"  # its own files are no news
    with following(inputs, folder, "--prune") as process:
        wait_for(process, "3 new")
        (inputs / "rusak.jsonl").write_text("rusak\n")
        wait_for(process, "1 rejected")
        (inputs / "ikan.txt").write_text("Ikan.")
        wait_for(process, "1 new")
        (inputs / "teh.txt").unlink()
        wait_for(process, "1 removed")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr is not None
        assert process.stderr.read().endswith("stopped; what was read so far is kept\n")
    assert bodies(folder) == {"Kopi dipanen.", "Ikan.", "P"}


@pytest.mark.full
def test_what_is_withheld_from_a_watched_folder_is_told(inputs: Path, folder: Path) -> None:
    go(inputs, folder)
    with open_archive(folder) as archive:
        number = next(number for number, *_ in archive.contents())
    withdraw(folder, [number], Config(), reason="hak jawab")
    with following(inputs, folder) as process:
        wait_for(process, "2 unchanged, 0 rejected, 1 withheld")
        (inputs / "salinan.txt").write_text("Kopi dipanen.")
        wait_for(process, "2 unchanged, 0 rejected, 2 withheld")


@pytest.mark.full
def test_file_that_is_being_written_is_waited_for(inputs: Path, folder: Path) -> None:
    lines = [f'{{"isi": "Ikan nomor {number}.", "id": "{number}"}}\n' for number in range(5)]
    with following(inputs, folder) as process:
        wait_for(process, "3 new")
        with (inputs / "ikan.jsonl").open("w") as out:
            for line in lines:
                out.write(line)
                out.flush()
                time.sleep(1)
        wait_for(process, "5 new")


@pytest.mark.full
def test_watching_waits_for_another_run_to_end(inputs: Path, folder: Path) -> None:
    go(inputs, folder)
    (inputs / "ikan.txt").write_text("Ikan.")
    lock = ExitStack()
    lock.enter_context(write_lock(folder / INDEX_FOLDER))
    with following(inputs, folder) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("waiting: ")
        lock.close()
        wait_for(process, "1 new")


def test_files_that_were_changed_just_now_are_left_for_later(inputs: Path, folder: Path) -> None:
    old = time.time() - 100
    for path in inputs.rglob("*.txt"):
        os.utime(path, (old, old))
    (inputs / "ikan.txt").write_text("Ikan.")
    summary = go(inputs, folder, settled_s=60, prune=True)
    assert (summary.new, summary.unsettled_files) == (3, 1)
    os.utime(inputs / "ikan.txt", (old, old))
    assert go(inputs, folder, settled_s=60).new == 1
    with open_archive(folder) as archive:
        assert archive.count() == 4


@pytest.mark.parametrize("options", [("-",), (".", "--dry-run")])
def test_what_cannot_be_watched_is_told(folder: Path, options: tuple[str, ...]) -> None:
    told = run("index", "--watch", *options, "--archive", folder)
    assert told.returncode == 2
    assert told.stderr.startswith("error: --watch does not go with ")


def test_missing_folder_is_not_waited_for(folder: Path) -> None:
    told = run("index", "--watch", "/tidak-ada", "--archive", folder)
    assert (told.returncode, told.stderr) == (2, "error: /tidak-ada: no such file or folder\n")
