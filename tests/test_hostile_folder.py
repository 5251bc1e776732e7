"""Folders that hold what no newsroom would put there, or that change while they are read."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.archive import open_archive
from index.config import Config
from index.pipeline import Progress, Summary, index_paths
from index.sources import Input, Record, Unreadable, inputs, records
from tests.commands import run

LINES = [f'{{"id": "{number}", "text": "Panen kopi {number}."}}\n' for number in range(5000)]


def test_pipes_sockets_devices_and_loops_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "baik.txt").write_text("Kopi\n\nPanen kopi lebih awal.")
    os.mkfifo(folder / "pipa.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "soket.txt"))
    (folder / "nol.txt").symlink_to("/dev/zero")
    (folder / "layar.txt").symlink_to("/dev/tty")
    (folder / "lagi").symlink_to(folder)
    (folder / "diri.txt").symlink_to("diri.txt")
    (folder / "hilang.txt").symlink_to("tidak-ada.txt")
    (folder / os.fsdecode(b"bukan\xff\x1b[31m.txt")).write_text("Kopi.")
    finished = run("index", folder, "--jobs", "1", "--archive", tmp_path / "archive")
    assert finished.returncode == 4
    assert "8 read: 1 new, 0 changed, 0 unchanged, 7 rejected" in finished.stdout
    told = (tmp_path / "archive" / "rejects.txt").read_text()
    assert "pipa.txt: neither a file nor a folder" in told
    assert "soket.txt: neither a file nor a folder" in told
    assert "/dev/zero: neither a file nor a folder" in told
    assert "/dev/tty: neither a file nor a folder" in told
    assert "diri.txt: cannot be read (Too many levels of symbolic links)" in told
    assert "tidak-ada.txt: cannot be read (No such file or directory)" in told
    assert "bukan\ufffd\\x1b[31m.txt: the name is not UTF-8; rename it" in told


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder 3,000 deep, with a file half way down and one at the bottom."""
    top, here = tmp_path / "in", Path.cwd()
    top.mkdir()
    os.chdir(top)
    for depth in range(3000):
        if depth == 1500:
            Path("tengah.txt").write_text("Kopi\n\nPanen kopi lebih awal.")
        Path("a").mkdir()
        os.chdir("a")
    Path("dasar.txt").write_text("Kopi\n\nPanen kopi lebih awal.")
    os.chdir(here)
    yield top
    subprocess.run(["rm", "-rf", top], check=True)  # Python's own recurses too deeply


def test_folders_are_read_as_deep_as_names_may_be_long(deep_folder: Path) -> None:
    too_deep, half_way = inputs([str(deep_folder)])
    assert isinstance(too_deep, Unreadable)
    assert too_deep.reason == "cannot be read (File name too long)"
    assert isinstance(half_way, Input)
    assert half_way.path.endswith("/a/a/tengah.txt")


def test_files_that_vanish_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("Kopi\n\nPanen kopi lebih awal.")
    found = list(inputs([str(tmp_path)]))
    (tmp_path / "b.txt").unlink()
    outcomes = [
        [type(record) for record in records(one, Config())]
        for one in found
        if isinstance(one, Input)
    ]
    assert outcomes == [[Record], [Unreadable], [Record]]


def indexed(path: Path, folder: Path, **options: Any) -> Summary:
    summary, _ = index_paths([str(path)], folder, Config(), jobs=1, **options)
    return summary


def test_what_is_added_while_a_file_is_read_is_read_by_the_next_run(tmp_path: Path) -> None:
    path, waiting = tmp_path / "naik.jsonl", [0]
    path.write_text("".join(LINES))

    def grow(progress: Progress) -> None:
        if progress.stage == "reading" and waiting:
            waiting.pop()
            with path.open("a") as out:
                out.write('{"id": "baru", "text": "Teh manis."}\n')

    indexed(path, tmp_path / "archive", on_progress=grow)
    indexed(path, tmp_path / "archive")
    with open_archive(tmp_path / "archive") as archive:
        assert archive.count() == len(LINES) + 1


def test_a_file_that_is_cut_while_it_is_read_loses_no_article(tmp_path: Path) -> None:
    path, waiting = tmp_path / "turun.jsonl", [0]
    path.write_text("".join(LINES))

    def cut(progress: Progress) -> None:
        if progress.stage == "reading" and waiting:
            waiting.pop()
            os.truncate(path, 10)

    first = indexed(path, tmp_path / "archive", on_progress=cut)
    assert first.new >= 32
    assert first.rejected <= 1  # the line that the cut goes through
    with open_archive(tmp_path / "archive") as archive:
        assert archive.count() == first.new


@pytest.mark.full
def test_a_hundred_thousand_tiny_files_are_read_in_a_run(tmp_path: Path) -> None:
    for number in range(100_000):
        if number % 1000 == 0:
            folder = tmp_path / "in" / str(number)
            folder.mkdir(parents=True)
        (folder / f"{number}.txt").write_text(f"Panen kopi nomor {number} lebih awal.")
    summary = indexed(tmp_path / "in", tmp_path / "archive")
    assert (summary.read, summary.new) == (100_000, 100_000)
    summary = indexed(tmp_path / "in", tmp_path / "archive")
    assert (summary.read, summary.unchanged) == (100_000, 100_000)
