"""What the commands that write say of their inputs, and how they end."""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import answer_on_terminal, run
from tests.conftest import SAMPLES


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
        f" '31/02/2021' ({inputs}/kopi.csv:2)",
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


def test_withdraw_takes_an_article_out_of_answers_and_undo_brings_it_back(
    copied_archive: Path,
) -> None:
    archive = ("--archive", copied_archive)
    done = run("withdraw", "1101", "--reason", "hak jawab", *archive)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 withdrawn")
    shown = run("show", "1101", "--format", "json", *archive)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr.startswith("'1101' was withdrawn on 20")
    assert "1101\n" not in run("query", "Lavrov", "--all", "--format", "urls", *archive).stdout
    (standing,) = json.loads(run("withdraw", "--list", "--format", "json", *archive).stdout)
    assert (standing["id"], standing["state"], standing["reason"]) == (
        *("1101", "withdrawn", "hak jawab"),
    )
    assert run("withdraw", "--undo", "1101", *archive).stdout == "1 shown again\n"
    assert run("show", "1101", *archive).returncode == 0
    assert run("withdraw", "--list", *archive).stdout == ""
    log = json.loads(run("withdraw", "--log", "--format", "json", *archive).stdout)
    assert [(entry["id"], entry["action"]) for entry in log] == [
        *(("1101", "withdraw"), ("1101", "undo"))
    ]


def test_a_deleted_article_is_told_of_and_named_without_its_own_id(copied_archive: Path) -> None:
    archive = ("--archive", copied_archive)
    assert run("delete", "1101", "-y", "--reason", "putusan", *archive).returncode == 0
    for name in ("1101", "https://lintaskota.example/dunia/1101"):
        shown = run("show", name, *archive)
        assert (shown.returncode, shown.stdout) == (1, "")
        assert shown.stderr.startswith(f"{name!r} was deleted on 20")
    (standing,) = json.loads(run("withdraw", "--list", "--format", "json", *archive).stdout)
    assert (standing["state"], standing["reason"]) == ("deleted", "putusan")
    assert standing["id"] != "1101"
    again = run("index", SAMPLES, *archive)
    assert "0 new" in again.stdout
    copied = shutil.copytree(SAMPLES, copied_archive.parent / "salinan")
    again = run("index", copied, *archive)
    assert "1 withheld" in again.stdout
    assert "withheld: 1 article that had been withdrawn or deleted, such as " in again.stderr
    undone = run("withdraw", "--undo", standing["id"], *archive)
    assert undone.stdout.startswith("1 may come again with the next `index`")
    assert "1 new" in run("index", copied, *archive).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "name the articles by ids or URLs, or ask for --list or --log"),
        (["1101"], 2, "say why with --reason"),
        (["1101", "--list"], 2, "take no ids"),
        (["--undo", "1101", "--embargo-until", "2099-01-01"], 2, "leave out --embargo-until"),
        (["1101", "xyzzy", "--reason", "x"], 1, "nothing was withdrawn"),
        (["--undo", "1101"], 1, "'1101' is not withdrawn"),
        (["1101", "--reason", "x", "--embargo-until", "kelak"], 2, "no time"),
        (["1101", "--reason", "x", "--embargo-until", "2001-01-01"], 2, "that is over"),
    ],
)
def test_a_withdrawal_that_says_too_little_changes_nothing(
    copied_archive: Path, arguments: list[str], code: int, message: str
) -> None:
    told = run("withdraw", *arguments, "--archive", copied_archive)
    assert (told.returncode, told.stdout) == (code, "")
    assert message in told.stderr
    assert run("show", "1101", "--archive", copied_archive).returncode == 0


def test_an_embargo_is_told_with_its_end_in_local_time(
    copied_archive: Path,
) -> None:
    archive = ("--archive", copied_archive)
    arguments = ("withdraw", "1101", "--reason", "x", "--embargo-until", "2099-01-01")
    assert run(*arguments, *archive).stdout.startswith("1 withdrawn until 2099-01-01 00:00\n")
    told = run("show", "1101", *archive).stderr
    assert told == "'1101' is not to be shown before 2099-01-01 00:00\n"
    assert "  2099-01-01 00:00  " in run("withdraw", "--list", *archive).stdout
    assert run("withdraw", "--log", *archive).stdout.endswith("  2099-01-01 00:00\n")
    (standing,) = json.loads(run("withdraw", "--list", "--format", "json", *archive).stdout)
    assert standing["until"] == "2098-12-31T17:00:00+00:00"


NEWS = {"id": "7", "source": "Warta", "title": "Banjir", "text": "Tiga rumah hanyut semalam."}


def test_copies_that_stay_are_named(tmp_path: Path) -> None:
    copy = NEWS | {"id": "8", "source": "Kabar"}
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, (NEWS, copy, NEWS | {"id": "9"}))))
    archive = ("--archive", tmp_path / "archive")
    run("index", path, *archive)
    arguments = ("withdraw", "7", "9", "--reason", "x", "--format")
    table = run(*arguments, "text", *archive)
    assert table.stdout == "2 withdrawn\nstill there: 8, Kabar: Banjir (100%)\n"
    (seven, nine) = json.loads(run(*arguments, "json", *archive).stdout)
    assert (seven["id"], nine["id"]) == ("7", "9")
    assert [copy["id"] for copy in seven["copies"]] == ["8"]


def test_delete_names_the_backups_that_hold_the_article(tmp_path: Path) -> None:
    archive = ("--archive", tmp_path / "archive")
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(NEWS | {"id": "6"}))
    run("index", path, *archive)
    run("backup", tmp_path / "here", *archive)
    path.write_text(json.dumps(NEWS))
    run("index", path, *archive)
    for _ in range(2):
        assert run("backup", tmp_path / "there", *archive).returncode == 0
    assert run("delete", "6", "-y", *archive).stdout.count("still in the backup ") == 3
    deleted = run("delete", "7", "-y", *archive)
    named = [line for line in deleted.stdout.splitlines() if "backup" in line]
    there = sorted((tmp_path / "there").glob("*Z"))
    assert named == [f"still in the backup {path}" for path in there]
    shutil.rmtree(tmp_path / "there")
    assert run("delete", "7", "-y", *archive).returncode == 1


def test_versions_are_shown_with_what_each_changed(tmp_path: Path) -> None:
    archive = ("--archive", tmp_path / "archive")
    for text in (NEWS["text"], "Dua rumah hanyut semalam."):
        (tmp_path / "a.jsonl").write_text(json.dumps(NEWS | {"text": text}))
        run("index", tmp_path / "a.jsonl", *archive)
    shown = run("show", "7", "--versions", *archive).stdout
    assert shown.endswith("  body\n  - Tiga rumah hanyut semalam.\n  + Dua rumah hanyut semalam.\n")
    record = json.loads(run("show", "7", "--versions", "--format", "json", *archive).stdout)
    assert [version["changes"] for version in record["versions"]] == [
        [],
        [
            {
                "field": "body",
                "removed": ["Tiga rumah hanyut semalam."],
                "added": ["Dua rumah hanyut semalam."],
            }
        ],
    ]
    assert "changed since, 2 versions" in run("query", "hanyut", *archive).stdout


def test_corrections_are_badges_in_the_table(tmp_path: Path) -> None:
    correction = {"id": "8", "source": "Warta", "text": "Ralat: dua rumah.", "corrects": "7"}
    (tmp_path / "a.jsonl").write_text(json.dumps(NEWS) + "\n" + json.dumps(correction))
    archive = ("--archive", tmp_path / "archive")
    run("index", tmp_path / "a.jsonl", *archive)
    table = run("query", "rumah", *archive).stdout
    assert "\n    corrected by 8\n" in table
    assert "\n    corrects 7\n" in table
    assert "\nCorrected  by 8\n" in run("show", "7", *archive).stdout
