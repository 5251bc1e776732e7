"""What the commands that write say of their inputs, and how they end."""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import answer_on_terminal, run


@pytest.fixture
def copied_archive(samples_archive: Path, tmp_path: Path) -> Path:
    """An archive that a test may write to."""
    return shutil.copytree(samples_archive, tmp_path / "copied")


def test_what_was_passed_over_or_not_read_is_told_with_its_number(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "catatan.docx").write_text("x")
    (inputs / "kopi.csv").write_text("isi,tanggal\nPanen kopi.,31/02/2021\nKopi pahit.,kelak\n")
    told = run("index", inputs, "--archive", tmp_path / "archive")
    assert told.returncode == 0
    assert told.stderr.splitlines() == [
        "passed over: 1 file of unknown type",
        "no date read: 2 articles with a date that cannot be read, such as"
        f" '31/02/2021' at {inputs}/kopi.csv:2",
    ]
    assert run("index", inputs, "--quiet", "--archive", tmp_path / "b").stderr == ""


def test_a_rejected_file_cannot_command_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b]0;x\x07.csv").write_text("na\x1b[31mma,umur\nAni,7\n")
    told = run("index", tmp_path / "a\x1b]0;x\x07.csv", "--archive", tmp_path / "archive")
    assert told.returncode == 4
    assert r"a\x1b]0;x\x07.csv: no column holds the body: found na\x1b[31mma" in told.stderr
    missing = run("index", tmp_path / "\x1b[31m.csv", "--archive", tmp_path / "archive")
    for text in (told.stderr, (tmp_path / "archive" / "rejects.txt").read_text(), missing.stderr):
        assert text.isascii()
        assert text.replace("\n", "").isprintable()


def test_an_article_named_twice_is_erased_once(copied_archive: Path) -> None:
    finished = run("delete", "1101", "1101", "--yes", "--archive", copied_archive)
    assert (finished.returncode, finished.stdout) == (0, "1 erased\n")


def test_with_one_unknown_name_nothing_is_erased_and_that_is_told(copied_archive: Path) -> None:
    finished = run("delete", "1101", "xyzzy", "--yes", "--archive", copied_archive)
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1] == "error: nothing was erased"


@pytest.mark.parametrize(
    ("answer", "code", "articles"), [(b"y\n", 0, 39), (b"n\n", 1, 40), (b"\x03", 130, 40)]
)
def test_delete_asks_and_does_as_it_is_told(
    copied_archive: Path, answer: bytes, code: int, articles: int
) -> None:
    ended, output = answer_on_terminal(answer, "delete", "1101", "--archive", copied_archive)
    assert ended == code
    assert "1101  " in output
    stats = run("stats", "--format", "json", "--archive", copied_archive).stdout
    assert json.loads(stats)["articles"] == articles
