"""Bad input: a message that names the place and the remedy, an exit code, never a traceback."""

import fcntl
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import msgspec
import pytest

from index.segments.commit import LOCK_NAME, commit_from_bytes, commit_to_bytes
from tests.commands import environment, run

GOOD = "Panen kopi\n\nPetani memanen kopi lebih awal tahun ini."


def indexed(
    tmp_path: Path, name: str, content: bytes, *arguments: str
) -> tuple[CompletedProcess[str], list[dict[str, str]]]:
    """The run that indexes one file beside a good one, and all articles that came of it."""
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / name).write_bytes(content)
    (inputs / "good.txt").write_text(GOOD)
    archive = tmp_path / "archive"
    finished = run("index", inputs, "--archive", archive, *arguments)
    listed = run("query", "", "--all", "--format", "jsonl", "--archive", archive)
    articles = [json.loads(line) for line in listed.stdout.splitlines()]
    assert any(article["title"] == "Panen kopi" for article in articles)
    return finished, articles


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "empty.txt: "),
        ("space.txt", b" \n\n ", "space.txt: "),
        ("picture.txt", bytes(range(256)) * 40, "picture.txt: "),
        ("latin.txt", b"Kopi \xff\xfe\x00 pahit \x81\x8d", "latin.txt: "),
        ("cut.jsonl", b'{"id": "1", "text": "Kopi pah', "cut.jsonl:1: "),
        ("noid.csv", b"judul,tanggal\nKopi,2021-06-22\n", "noid.csv"),
        ("cut.json", b'[{"text": "Kopi pahit sekali."}, {"te', "cut.json"),
        ("cut.jsonl.gz", gzip.compress(b'{"text": "Kopi"}\n' * 99)[:40], "cut.jsonl.gz"),
        ("notgz.jsonl.gz", b"plain", "notgz.jsonl.gz"),
        ("array.jsonl", b"[1, 2, 3]\n", "array.jsonl:1: "),
        ("number.jsonl", b'{"text": 5}\n', "number.jsonl:1: "),
    ],
)
def test_a_bad_file_is_rejected_by_name_and_the_good_one_kept(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    finished, _ = indexed(tmp_path, name, content)
    assert finished.returncode == 4
    assert f"rejected: {tmp_path}/inputs/{message}" in finished.stderr
    assert "all rejects with their reasons: " in finished.stderr


def test_what_is_no_encoding_is_rejected_with_its_byte_offset(tmp_path: Path) -> None:
    finished, _ = indexed(tmp_path, "bad.txt", "Kopi é".encode() + b" pahit \xff")
    assert finished.returncode == 4
    assert "byte 0xff at offset 14; convert it to UTF-8" in finished.stderr


def test_windows_1252_is_read(tmp_path: Path) -> None:
    finished, articles = indexed(
        tmp_path, "curly.txt", b"Kata \x93kopi\x94\n\nIa bilang \x93kopi pahit\x94 saja."
    )
    assert finished.returncode == 0
    assert "Kata “kopi”" in [article["title"] for article in articles]


def test_good_records_around_a_bad_one_are_kept(tmp_path: Path) -> None:
    lines = [
        b'{"id": "1", "text": "Kopi pahit sekali."}',
        b'{"id": "2", "te',
        b'{"id": "3", "text": "Teh manis."}',
    ]
    finished, articles = indexed(tmp_path, "some.jsonl", b"\n".join(lines))
    assert finished.returncode == 4
    assert "some.jsonl:2: " in finished.stderr
    assert {article["id"] for article in articles} >= {"1", "3"}


def test_control_characters_are_left_out(tmp_path: Path) -> None:
    escape = f"Kopi\x00 pahit\x1b[31m\n\n{'Minum kopi pagi ini. ' * 9}\x07"
    finished, articles = indexed(tmp_path, "controls.txt", escape.encode())
    assert finished.returncode == 0
    shown = run("query", "pahit", "--archive", tmp_path / "archive")
    assert "\x1b" not in shown.stdout
    assert "\x00" not in shown.stdout
    assert len(articles) == 2


def test_an_address_cannot_command_the_terminal(tmp_path: Path) -> None:
    article = {
        "id": "1",
        "url": "https://a.example/\x1b]0;x\x07",
        "text": "Kopi pahit \u202esekali.",
    }
    indexed(tmp_path, "sly.jsonl", json.dumps(article).encode())
    shown = run("query", "pahit", "--archive", tmp_path / "archive", "--format", "table")
    assert shown.returncode == 0
    assert "\x1b" not in shown.stdout
    assert "\x07" not in shown.stdout


def test_a_line_of_50_mb_is_rejected_for_its_size(tmp_path: Path) -> None:
    content = b'{"text": "' + b"kopi " * 10_000_000 + b'"}\n{"id": "2", "text": "Teh manis."}\n'
    finished, articles = indexed(tmp_path, "long.jsonl", content)
    assert finished.returncode == 4
    assert "long.jsonl:1: " in finished.stderr
    assert "32 MB" in finished.stderr
    assert "max_record_mb" in finished.stderr
    assert "2" in {article["id"] for article in articles}


def test_right_to_left_text_and_emoji_are_found(tmp_path: Path) -> None:
    indexed(
        tmp_path, "rtl.jsonl", '{"id": "1", "text": "Seruan فلسطين حرة 🇵🇸 di alun-alun."}'.encode()
    )
    shown = run("query", "فلسطين", "--format", "jsonl", "--archive", tmp_path / "archive")
    assert [json.loads(line)["id"] for line in shown.stdout.splitlines()] == ["1"]


UNPRIVILEGED = """
import os, sys
from search.cli.main import main

def run(arguments):
    sys.argv = ["cakap-search", *arguments]
    try:
        main()
    except SystemExit as exit:
        return exit.code

if os.geteuid() == 0:  # root may do anything; nobody may not even import, so all is done once
    scratch, *asked = sys.argv[1:]
    run(["index", scratch, "--jobs", "1", "--archive", f"{scratch}/archive"])
    run(["query", "kopi", "--archive", f"{scratch}/archive"])
    sys.stdout.flush()
    os.setuid(65534)
print("asked:", flush=True)
sys.exit(run(asked))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that nobody may enter: pytest's own are closed to all but their owner."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "scratch").mkdir()
        (folder / "scratch" / "good.txt").write_text(GOOD)
        (folder / "good.txt").write_text(GOOD)
        (folder / "closed").mkdir(mode=0)
        yield folder
        (folder / "closed").chmod(0o700)


def run_unprivileged(folder: Path, *arguments: str | Path) -> CompletedProcess[str]:
    finished = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, folder / "scratch", *arguments],
        env=environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in finished.stderr
    finished.stdout = finished.stdout.partition("asked:\n")[2]
    return finished


def test_a_file_that_may_not_be_read_is_rejected(open_folder: Path) -> None:
    (open_folder / "secret.txt").write_text(GOOD)
    (open_folder / "secret.txt").chmod(0)
    (open_folder / "archive").mkdir()
    (open_folder / "archive").chmod(0o777)
    paths = [open_folder / name for name in ("closed", "good.txt", "secret.txt")]
    finished = run_unprivileged(
        open_folder, "index", *paths, "--jobs", "1", "--archive", open_folder / "archive"
    )
    assert finished.returncode == 4
    assert "1 new" in finished.stdout
    for name in ("closed", "secret.txt"):
        assert f"{open_folder}/{name}: cannot be read (Permission denied)" in finished.stderr


@pytest.mark.parametrize("arguments", [["index", "good.txt", "--jobs", "1"], ["query", "kopi"]])
def test_an_archive_that_may_not_be_written_or_read_is_named(
    open_folder: Path, arguments: list[str]
) -> None:
    arguments = [str(open_folder / a) if a == "good.txt" else a for a in arguments]
    finished = run_unprivileged(open_folder, *arguments, "--archive", open_folder / "closed" / "a")
    assert finished.returncode == 3
    assert f"{open_folder}/closed/a" in finished.stderr
    assert "Permission denied; an archive needs a folder of yours" in finished.stderr


def test_an_archive_file_that_may_not_be_read_is_named(open_folder: Path) -> None:
    archive = open_folder / "archive"
    run("index", open_folder / "good.txt", "--archive", archive)
    archive.chmod(0o755)
    (archive / "archive.db").chmod(0)
    finished = run_unprivileged(open_folder, "query", "kopi", "--archive", archive)
    assert finished.returncode == 3
    assert f"{archive}/archive.db may not be read" in finished.stderr
    assert "--archive" in finished.stderr


def test_an_archive_that_is_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text(GOOD)
    for arguments in (["query", "kopi"], ["stats"], ["index", file], ["show", "x"]):
        for archive in (file, file / "archive"):
            finished = run(*arguments, "--archive", archive)
            assert finished.returncode == 3
            assert str(file) in finished.stderr  # what is in the way
            assert "name " in finished.stderr
            assert "--archive" in finished.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tymezone: Asia/Jakarta\n", "unknown key 'tymezone'; did you mean 'timezone'?"),
        ("ranking:\n  relax_bellow: 1\n", "'ranking.relax_bellow'; did you mean 'relax_below'?"),
        ("ranking:\n  b: 2\n", "ranking.b: expected"),
        ("a: [", ":2: not valid YAML"),
        ("- a\n", "must hold keys"),
        ("timezone: Asia/Jakata\n", "timezone"),
    ],
)
def test_a_bad_configuration_is_explained(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(content)
    for arguments in (["query", "x"], ["config", "check"], ["index", "/"]):
        finished = run(*arguments, "--config", path)
        assert finished.returncode == 2
        assert finished.stderr.startswith(f"error: {path}")
        assert message in finished.stderr


# Questions


@pytest.mark.parametrize("question", ["", '"', "🚀", "((((", "-", "~", "judul:", "AND OR NOT"])
def test_an_odd_question_is_answered(samples_archive: Path, question: str) -> None:
    finished = run("query", question, "--format", "json", "--archive", samples_archive)
    assert finished.returncode in (0, 1)
    assert isinstance(json.loads(finished.stdout)["total"], int)


def test_an_empty_question_is_every_article_newest_first(samples_archive: Path) -> None:
    finished = run("query", "", "--all", "--format", "jsonl", "--archive", samples_archive)
    days = [json.loads(line)["date"][:10] for line in finished.stdout.splitlines()]
    assert len(days) == 40
    assert days == sorted(days, reverse=True)


def test_a_question_of_10_000_words_is_read_as_far_as_it_says(samples_archive: Path) -> None:
    for words in (["senjata"] * 10_000, [f"zq{n}" for n in range(10_000)]):
        question = " ".join(words)
        finished = run("query", question, "--format", "jsonl", "--archive", samples_archive)
        assert finished.returncode == (0 if words[0] == "senjata" else 1)
        table = run("query", question, "--archive", samples_archive)
        assert "Only the first 1,024 words are read" in table.stderr


@pytest.mark.parametrize("option", [[], ["--person"], ["--source"], ["--archive"]])
def test_arguments_that_are_no_text_are_refused(option: list[str]) -> None:
    undecodable = os.fsdecode(b"kopi \xff")
    finished = run("query", "x", *option, undecodable, env={"LC_ALL": "C.UTF-8"})
    assert finished.returncode == 2
    assert "use UTF-8" in finished.stderr


def test_a_narrow_locale_prints_utf_8_all_the_same(samples_archive: Path) -> None:
    arguments = ("query", "Lavrov", "--archive", samples_archive)
    narrow = run(*arguments, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"})
    assert " · " in narrow.stdout


# Archives and indexes


@pytest.fixture
def archive(samples_archive: Path, tmp_path: Path) -> Path:
    return shutil.copytree(samples_archive, tmp_path / "archive")


def details(archive: Path) -> Path:
    (path,) = (archive / "index").glob("_MAIN_*.json")
    return path


def test_an_index_of_another_version_is_stale_and_reindex_mends_it(archive: Path) -> None:
    path = details(archive)
    commit = commit_from_bytes(path.read_bytes())
    path.write_bytes(commit_to_bytes(msgspec.structs.replace(commit, fingerprint="0")))
    for arguments in (["query", "Lavrov"], ["stats"], ["index", "/dev/null"]):
        finished = run(*arguments, "--archive", archive)
        assert finished.returncode == 3
        assert f"{archive}/index" in finished.stderr
        assert "run `cakap-search reindex`" in finished.stderr
    assert run("reindex", "--archive", archive).returncode == 0
    assert run("query", "Lavrov", "--archive", archive).returncode == 0


def test_an_archive_of_another_format_is_refused(archive: Path) -> None:
    with sqlite3.connect(archive / "archive.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    finished = run("query", "Lavrov", "--archive", archive)
    assert finished.returncode == 3
    assert "has format 99" in finished.stderr


def test_a_second_writer_is_told_who_is_writing(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(GOOD)
    with (archive / "index" / LOCK_NAME).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.ftruncate(lock.fileno(), 0)
        os.pwrite(lock.fileno(), b"4711", 0)
        for arguments in (["index", tmp_path / "good.txt"], ["reindex"], ["delete", "1101", "-y"]):
            finished = run(*arguments, "--archive", archive)
            assert finished.returncode == 3
            assert f"{archive} is being written by process 4711" in finished.stderr
        assert run("query", "Lavrov", "--archive", archive).returncode == 0
    assert run("index", tmp_path / "good.txt", "--archive", archive).returncode == 0


@pytest.mark.parametrize("damage", ["overwritten", "cut"])
def test_a_damaged_archive_is_named(archive: Path, damage: str) -> None:
    path = archive / "archive.db"
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(
        os.urandom(4096) + content[4096:] if damage == "overwritten" else content[:half]
    )
    for arguments in (
        ["query", "Lavrov"],
        ["show", "1101"],
        ["stats"],
        ["reindex"],
        ["index", "/dev/null"],
    ):
        finished = run(*arguments, "--archive", archive)
        assert finished.returncode == 3, arguments
        assert str(path) in finished.stderr
        assert "backup" in finished.stderr


def test_damage_amid_an_archive_never_ends_in_a_traceback(archive: Path) -> None:
    path = archive / "archive.db"
    content = bytearray(path.read_bytes())
    content[8192 : len(content) : 7] = bytes(len(content[8192 : len(content) : 7]))
    path.write_bytes(content)
    for arguments in (["query", "", "--all"], ["show", "1101"], ["stats"], ["reindex"]):
        finished = run(*arguments, "--archive", archive)
        assert finished.returncode == 3
        assert str(archive) in finished.stderr
        assert "backup" in finished.stderr


@pytest.mark.parametrize("suffix", ["seg", "people", "json"])
@pytest.mark.parametrize("damage", ["cut", "gone", "overwritten"])
def test_a_damaged_index_is_named_and_reindex_mends_it(
    archive: Path, suffix: str, damage: str
) -> None:
    (path,) = (archive / "index").glob(f"*.{suffix}")
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else os.urandom(999))
    finished = run("query", "Lavrov", "--archive", archive)
    assert finished.returncode == 3
    assert str(archive / "index") in finished.stderr
    assert "cakap-search reindex" in finished.stderr
    assert run("reindex", "--archive", archive).returncode == 0
    assert run("query", "Lavrov", "--archive", archive).returncode == 0


def test_an_archive_without_its_index_says_how_to_build_it(archive: Path) -> None:
    shutil.rmtree(archive / "index")
    finished = run("query", "Lavrov", "--archive", archive)
    assert finished.returncode == 3
    assert "build it with `cakap-search reindex`" in finished.stderr
    assert run("reindex", "--archive", archive).returncode == 0
    assert run("query", "Lavrov", "--archive", archive).returncode == 0


def test_an_archive_whose_first_run_was_cut_off_says_to_run_it_again(archive: Path) -> None:
    for path in (archive / "index").glob("_MAIN_*"):
        path.unlink()
    finished = run("query", "Lavrov", "--archive", archive)
    assert finished.returncode == 3
    assert f"no index yet in {archive}/index: `cakap-search index` has not" in finished.stderr


def test_bad_json_lines_are_named_by_annotate_and_analyze_and_passed_over() -> None:
    for command in ("annotate", "analyze"):
        for line, message in [
            (b"{", "-:2: not valid JSON"),
            (b'{"id": 1}', '-:2: needs an object with a "text"'),
            (b"\xff", "-:2: not valid JSON"),
            (b'{"text": ' + b"[" * 100_000, "-:2: not valid JSON"),
        ]:
            good = b'{"text": "kopi"}\n'
            finished = run(command, "--jsonl", "-", stdin=good + line + b"\n" + good)
            assert finished.returncode == 4
            assert finished.stderr.startswith(f"rejected: {message}")
            assert finished.stdout.count("\n") == 2


def test_a_byte_order_mark_and_half_an_emoji_spoil_no_line() -> None:
    line = b'\xef\xbb\xbf{"id": "\\ud83d", "text": "kopi \\ud83d"}\n'
    for command in ("annotate", "analyze"):
        finished = run(command, "--jsonl", "-", stdin=line)
        assert (finished.returncode, finished.stderr) == (0, "")
        assert json.loads(finished.stdout)["id"] == "\ufffd"


def test_bytes_that_are_no_text_are_refused_on_stdin() -> None:
    for command in ("annotate", "analyze"):
        finished = run(command, "-", stdin=b"Kopi \xc3\xa9 pahit \xff")
        assert finished.returncode == 2
        assert "offset 14" in finished.stderr
