"""Saved questions: what is new since they were last asked, once, and nothing lost."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.commands import PROGRAM, environment, run


def write(folder: Path, name: str, *articles: dict[str, Any]) -> None:
    lines = "".join(json.dumps(article) + "\n" for article in articles)
    (folder / f"{name}.jsonl").write_text(lines)


def article(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": f"Judul {name}", "text": text, "source": "Warta", **more}


class Desk:
    """An archive and what comes into it."""

    def __init__(self, folder: Path) -> None:
        self.inputs = folder / "masuk"
        self.inputs.mkdir()
        self.archive = folder / "arsip"

    def receive(self, name: str, *articles: dict[str, Any]) -> None:
        write(self.inputs, name, *articles)
        assert self.ask("index", self.inputs).returncode == 0

    def ask(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run(*arguments, "--archive", self.archive)

    def new(self, *arguments: str) -> list[str]:
        """The ids that `alert run` tells."""
        finished = self.ask("alert", "run", *arguments, "--format", "json")
        assert finished.returncode == 0
        return [json.loads(line)["id"] for line in finished.stdout.splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.receive("satu", article("a", "Kopi dipanen di lereng gunung."))
    return made


def test_what_was_there_before_is_not_new(desk: Desk) -> None:
    added = desk.ask("alert", "add", "kopi", "kopi")
    assert (added.returncode, added.stdout) == (0, "kopi: saved; 1 in the archive so far\n")
    finished = desk.ask("alert", "run")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_what_comes_in_is_told_once(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi")
    desk.receive("dua", article("b", "Harga kopi naik."), article("c", "Harga teh turun."))
    assert desk.new() == ["b"]
    assert desk.new() == []
    desk.receive("tiga", article("d", "Ekspor kopi dimulai."))
    assert desk.new() == ["d"]


def test_an_article_that_has_changed_is_new(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi")
    desk.receive("satu", article("a", "Kopi dipanen di lereng gunung, lebih awal."))
    assert desk.new() == ["a"]


def test_a_saved_question_keeps_its_filters(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi", "--not-source", "Warta", "--since", "2021")
    more = {"date": "2021-06-22"}
    desk.receive(
        "dua",
        article("b", "Kopi naik.", **more),
        article("c", "Kopi turun.", source="Kabar", **more),
        article("d", "Kopi tetap.", source="Kabar", date="2020-01-01"),
    )
    assert desk.new() == ["c"]


def test_a_saved_question_wants_all_of_its_words(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi gunung")
    desk.receive("dua", article("b", "Gunung tertutup kabut."), article("c", "Kopi dari gunung."))
    assert desk.new() == ["c"]


def test_one_of_several_can_be_asked_alone(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi")
    desk.ask("alert", "add", "teh", "teh")
    desk.receive("dua", article("b", "Harga kopi naik."), article("c", "Harga teh turun."))
    assert desk.new("teh") == ["c"]
    assert desk.new() == ["b"]


def test_the_text_names_each_question_and_its_articles(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi")
    desk.receive(
        "dua", article("b", "Kopi naik.", date="2021-06-22", url="https://warta.example/b")
    )
    assert desk.ask("alert", "run").stdout == (
        "kopi: 1 new\n  2021-06-22  Judul b\n    https://warta.example/b\n"
    )


def test_what_could_not_be_printed_is_told_again(desk: Desk) -> None:
    desk.ask("alert", "add", "kopi", "kopi")
    desk.receive("dua", article("b", "Harga kopi naik."))
    with open("/dev/full", "wb") as full:
        finished = subprocess.run(
            [PROGRAM, "alert", "run", "--archive", desk.archive],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert finished.returncode == 3
    with subprocess.Popen(
        [PROGRAM, "alert", "run", "--archive", desk.archive],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.close()
        process.wait()
    assert desk.new() == ["b"]


def test_a_question_that_no_longer_makes_sense_does_not_stop_the_others(desk: Desk) -> None:
    desk.receive("dua", article("b", "Kopi.", source="Kabar"))
    desk.ask("alert", "add", "kabar", "kopi", "--source", "Kabar")
    desk.ask("alert", "add", "kopi", "kopi")
    desk.ask("delete", "b", "--yes")
    desk.receive("tiga", article("c", "Harga kopi naik."))
    finished = desk.ask("alert", "run")
    assert finished.returncode == 2
    assert finished.stdout.startswith("kopi: 1 new\n")
    assert finished.stderr.startswith("error: kabar: no source in the archive is called 'Kabar'")


def test_names_are_listed_taken_once_and_removed(desk: Desk) -> None:
    filters = ("--country", "ID,JP", "--not-source", "Warta")
    assert desk.ask("alert", "add", "pagi", "kopi OR teh", *filters).returncode == 0
    again = desk.ask("alert", "add", "pagi", "teh")
    assert again.returncode == 2
    assert "there is an alert 'pagi' already" in again.stderr
    listed = desk.ask("alert", "list").stdout
    assert listed == "pagi: kopi OR teh · country ID,JP · not source Warta\n"
    [saved] = json.loads(desk.ask("alert", "list", "--format", "json").stdout)
    assert (saved["name"], saved["query"]) == ("pagi", "kopi OR teh")
    assert desk.ask("alert", "remove", "pagi").stdout == "pagi: removed\n"
    assert desk.ask("alert", "remove", "pagi").returncode == 1
    assert desk.ask("alert", "run", "pagi").returncode == 1
    assert desk.ask("alert", "list").stdout == ""


def test_a_question_that_cannot_be_asked_is_not_saved(desk: Desk) -> None:
    finished = desk.ask("alert", "add", "x", "kopi", "--country", "Venezeula")
    assert finished.returncode == 2
    assert "nearest: Venezuela" in finished.stderr
    assert desk.ask("alert", "list").stdout == ""


def test_without_an_archive_nothing_is_made(tmp_path: Path) -> None:
    for arguments in (["add", "x", "kopi"], ["run"], ["list"], ["remove", "x"]):
        finished = run("alert", *arguments, "--archive", tmp_path / "none")
        assert finished.returncode == 3
        assert f"no archive in {tmp_path}/none" in finished.stderr
    assert not (tmp_path / "none").exists()
