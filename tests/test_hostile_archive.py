"""An archive from a stranger runs no code, and asks for no more memory than its files have."""

import json
import os
import pickle
import resource
import shutil
import sqlite3
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
import zstandard

import search
from index.errors import ArchiveError
from index.segments.arrays import Ints, read_arrays, write_arrays
from tests.commands import run

READING = (["query", "Rusia"], ["query", "", "--all", "--format", "csv"], ["facets", "person"])
WRITING = (["index", "/dev/null"], ["delete", "1101", "--yes"], ["reindex", "--jobs", "1"])
_MEMORY_BYTES = 2 << 30  # of address space, of which the program needs a fifth


@pytest.fixture
def archive(samples_archive: Path, tmp_path: Path) -> Path:
    return shutil.copytree(samples_archive, tmp_path / "archive")


def bounded(*arguments: str | Path) -> CompletedProcess[str]:
    """The program with little memory to take."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))

    return run(*arguments, preexec_fn=limit)


def assert_refused(archive: Path, remedy: str, *commands: list[str]) -> None:
    for arguments in commands:
        finished = bounded(*arguments, "--archive", archive)
        assert finished.returncode == 3, (arguments, finished.stdout, finished.stderr)
        assert remedy in finished.stderr
        assert "unexpected" not in finished.stderr


# Pickles


class Payload:
    """What a stranger pickles: unpickling it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_no_command_unpickles_what_a_stranger_pickled(archive: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    payload = pickle.dumps(Payload(ran))
    pickle.loads(payload)
    assert ran.is_dir()  # as Whoosh would have done
    ran.rmdir()
    (toc,) = (archive / "index").glob("*.toc")
    toc.write_bytes(payload)
    commands = (*READING, ["show", "1101"], ["stats"], ["config", "check"], *WRITING)
    for arguments in commands:
        finished = run(*arguments, "--archive", archive)
        assert finished.returncode in (0, 4), finished.stderr  # /dev/null is rejected
        assert not ran.exists(), arguments
    for path in (archive / "index").iterdir():
        path.write_bytes(payload)
    for arguments in commands:
        run(*arguments, "--archive", archive)
        assert not ran.exists(), arguments


# Files of arrays


def rewrite(path: Path, change: Callable[[dict[str, list[Any]]], object]) -> None:
    """Change the directory of a file of arrays; its checksum is right."""
    content = path.read_bytes()
    offset, length, _ = struct.unpack("<QII", content[-16:])
    directory = json.loads(content[offset : offset + length])
    change(directory)
    encoded = json.dumps(directory).encode()
    trailer = struct.pack("<QII", offset, len(encoded), zlib.crc32(encoded))
    path.write_bytes(content[:offset] + encoded + trailer)


def entry_with(**said: Any) -> Callable[[dict[str, list[Any]]], object]:
    """A directory in which `articles` is described so."""

    def change(directory: dict[str, list[Any]]) -> None:
        place = {"dtype": 0, "length": 1, "offset": 2}
        for name, value in said.items():
            directory["articles"][place[name]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        *(
            entry_with(dtype=dtype)
            for dtype in ("O", "|O8", "<f8", "V8", "(99,)<i8", "<i8,<i8", "")
        ),
        *(entry_with(length=length) for length in (-1, 1 << 60, 1 << 63, 10**30)),
        *(entry_with(offset=offset) for offset in (-64, 0, 1 << 40, 1 << 63)),
        entry_with(length=1.5),
        entry_with(length=None),
        lambda directory: directory.update(more=directory["articles"]),
        lambda directory: directory.pop("articles"),
        lambda directory: directory.pop("stem.blob"),
        lambda directory: directory.clear(),
    ],
)
def test_a_directory_that_lies_is_damage(archive: Path, change: Callable[[Any], object]) -> None:
    (path,) = (archive / "index").glob("*.seg")
    rewrite(path, change)
    with pytest.raises(ArchiveError, match="run `cakap-search reindex`"):
        search.open(archive)


def test_reindex_mends_what_a_stranger_wrote(archive: Path) -> None:
    (path,) = (archive / "index").glob("*.seg")
    rewrite(path, entry_with(dtype="O"))
    assert_refused(archive, "cakap-search reindex", READING[0], ["index", "/dev/null"])
    assert run("reindex", "--archive", archive).returncode == 0
    assert run("query", "Rusia", "--archive", archive).returncode == 0


@pytest.mark.parametrize(
    "trailer", [(1 << 63, 1 << 31, 0), ((1 << 64) - 1, (1 << 32) - 1, 0), (0, 0, 0), (8, 0, 0)]
)
def test_a_trailer_that_lies_is_damage(tmp_path: Path, trailer: tuple[int, int, int]) -> None:
    path = tmp_path / "some.seg"
    write_arrays(path, [("a", np.arange(9))])
    path.write_bytes(path.read_bytes()[:-16] + struct.pack("<QII", *trailer))
    with pytest.raises(ArchiveError, match="reindex"):
        read_arrays(path)


def test_a_directory_nested_without_end_is_damage(tmp_path: Path) -> None:
    path, deep = tmp_path / "some.seg", b'{"a":' + b"[" * 100_000
    path.write_bytes(b"CAKAPS01" + deep + struct.pack("<QII", 8, len(deep), zlib.crc32(deep)))
    with pytest.raises(ArchiveError, match="reindex"):
        read_arrays(path)


HUGE = 1 << 40


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {"person.doc_starts": _with_first(arrays["person.doc_starts"], HUGE)},
        lambda arrays: {"person.doc_starts": _with_last(arrays["person.doc_starts"], HUGE)},
        lambda arrays: {"person.starts": _with_last(arrays["person.starts"], HUGE)},
        lambda arrays: {"person.doc_starts": arrays["person.doc_starts"][:0]},
        lambda arrays: {"source.offsets": _with_first(arrays["source.offsets"], HUGE)},
        lambda arrays: {"stem.starts": np.full(len(arrays["stem.starts"]), HUGE)},
        lambda arrays: {"stem.starts": np.arange(len(arrays["stem.starts"])) * -HUGE},
    ],
)
def test_columns_that_lie_take_no_memory(
    archive: Path, change: Callable[[dict[str, Ints]], dict[str, Ints]]
) -> None:
    (path,) = (archive / "index").glob("*.seg")
    arrays = {name: array.copy() for name, array in read_arrays(path).items()}
    write_arrays(path, {**arrays, **change(arrays)}.items())
    commands = (["query", "Rusia Lavrov"], ["facets", "person"], ["query", "x", "--source", "y"])
    finished = [bounded(*arguments, "--archive", archive) for arguments in commands]
    assert 3 in [one.returncode for one in finished]
    for one in finished:
        assert one.returncode in (0, 2, 3)
        assert one.returncode != 3 or "cakap-search reindex" in one.stderr
        assert "Memory" not in one.stderr


def _with_first(array: Ints, value: int) -> Ints:
    return np.concatenate(([value], array[1:]))


def _with_last(array: Ints, value: int) -> Ints:
    return np.concatenate((array[:-1], [value]))


def stored(commit: dict[str, Any]) -> bytes:
    """The details of a commit with the right checksum."""
    encoded = json.dumps(commit).encode()
    return b'{"crc32":%d,"commit":%s}' % (zlib.crc32(encoded), encoded)


@pytest.mark.parametrize(
    "change",
    [
        {"people": "../../secret.people"},
        {"people": "/dev/stdin"},
        {"segments": [{"name": "../../../etc/passwd", "docs": 1}]},
        {"segments": [{"name": "MAIN_0123456789abcdef", "docs": HUGE}]},
        {"segments": HUGE},
    ],
)
def test_a_commit_names_no_file_elsewhere_and_no_memory(
    archive: Path, change: dict[str, Any]
) -> None:
    (path,) = (archive / "index").glob("*.json")
    path.write_bytes(stored(json.loads(path.read_text())["commit"] | change))
    assert_refused(archive, "cakap-search reindex", READING[0])


def test_a_commit_with_more_documents_than_its_segment_is_damage(archive: Path) -> None:
    (path,) = (archive / "index").glob("*.json")
    commit = json.loads(path.read_text())["commit"]
    for docs in (HUGE, -1):
        commit["segments"][0]["docs"] = docs
        path.write_bytes(stored(commit))
        assert_refused(archive, "cakap-search reindex", READING[0])


@pytest.mark.parametrize("suffix", ["seg", "people", "json"])
def test_a_pipe_in_an_index_is_not_waited_for(archive: Path, suffix: str) -> None:
    (path,) = (archive / "index").glob(f"*.{suffix}")
    path.unlink()
    os.mkfifo(path)
    assert_refused(archive, "cakap-search reindex", READING[0])


# archive.db


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TRIGGER t AFTER INSERT ON input BEGIN DELETE FROM article; END",
        "CREATE VIEW v AS SELECT * FROM article",
        "ALTER TABLE version RENAME TO held; CREATE VIEW version AS WITH RECURSIVE"
        " n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT held.* FROM held, n",
        "CREATE VIRTUAL TABLE v USING fts5(a)",
        "ALTER TABLE article ADD COLUMN more AS (zeroblob(900000000))",
    ],
)
def test_an_archive_that_computes_is_refused(archive: Path, schema: str) -> None:
    connection = sqlite3.connect(archive / "archive.db")
    connection.executescript(schema)
    connection.close()
    assert_refused(archive, "cakap-search did not make", READING[0], ["show", "1101"], WRITING[1])


def test_three_kilobytes_do_not_unfold_to_gigabytes(archive: Path) -> None:
    compressor = zstandard.ZstdCompressor().compressobj(size=3 << 30)
    bomb = b"".join(compressor.compress(bytes(64 << 20)) for _ in range(48)) + compressor.flush()
    assert len(bomb) < 1 << 20
    spoil(archive, bomb)
    assert_refused(archive, "`cakap-search check` names it", *READING[:2], ["show", "1101"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no frame",
        zstandard.ZstdCompressor().compress(b"[1, 2]"),
        zstandard.ZstdCompressor().compress(b"[" * 100_000),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"[]"),
        "a text",
        7,
    ],
)
def test_content_that_is_none_is_damage(archive: Path, content: object) -> None:
    spoil(archive, content)
    assert_refused(archive, "`cakap-search check` names it", READING[1], ["show", "1101"])


def spoil(archive: Path, content: object) -> None:
    with sqlite3.connect(archive / "archive.db") as connection:
        connection.execute("UPDATE version SET content = ?", (content,))
    connection.close()
