"""What the commands that write say of their inputs, and how they end."""

from pathlib import Path

from tests.commands import run


def test_what_was_passed_over_or_not_read_is_told_with_its_number(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "foto.jpg").write_text("x")
    (inputs / "kopi.csv").write_text("isi,tanggal\nPanen kopi.,31/02/2021\nKopi pahit.,kelak\n")
    told = run("index", inputs, "--archive", tmp_path / "archive")
    assert told.returncode == 0
    assert told.stderr.splitlines() == [
        "passed over: 1 file of unknown type",
        "no date read: 2 articles with a date that cannot be read, such as"
        f" '31/02/2021' at {inputs}/kopi.csv:2",
    ]
    assert run("index", inputs, "--quiet", "--archive", tmp_path / "b").stderr == ""
