"""Messages: that each has its Indonesian form, is in use, and can be said in both languages."""

import ast
import functools
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast
from starlette.testclient import TestClient

from index.config import Config
from index.indonesian import MESSAGES
from index.messages import LANGUAGES, Lang, articles, format_number, gettext, in_use, use
from index.processes import ordered_map
from search.web.app import application
from tests.commands import run

PROJECT = Path(__file__).parents[1]
SOURCES = sorted(
    path for folder in ("index", "search") for path in (PROJECT / folder).rglob("*.py")
)
TEMPLATES = sorted((PROJECT / "search" / "web" / "templates").iterdir())
# What says something to people, and the place of the message among its arguments.
SAYING = {
    "CakapError": 0,
    "ConfigError": 0,
    "SourceError": 0,
    "QueryError": 0,
    "ArchiveError": 0,
    "EngineUnavailable": 0,
    "HTTPException": 1,
    "Reject": 1,
    "Unreadable": 1,
    "warn": 0,
    "fail": 0,
    "report": 0,
    "note": 0,
    "tell_rejected": 0,
    "bold": 0,
    "dim": 0,
    "plain": 0,
    "print": 0,
}


@functools.cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call in a file, with the name of what is called."""
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    found = [node for node in tree if isinstance(node, ast.Call)]
    return [(getattr(one.func, "id", getattr(one.func, "attr", "")), one) for one in found]


def literals(path: Path) -> Iterator[str]:
    """The messages that a file names."""
    for name, call in calls(path):
        count = {"gettext": 1, "noop": 1, "ngettext": 2}.get(name, 0)
        for argument in call.args[:count]:
            if isinstance(argument, ast.Constant):
                yield argument.value


def template_literals(path: Path) -> Iterator[str]:
    """The messages that a template names: in `_("…")`, or in a loop, to be translated there."""
    tree = Environment().parse(path.read_text("utf-8"))
    for _, _, message in extract_from_ast(tree, ("_",)):
        named = message[0] if isinstance(message, tuple) else message
        if named is not None:
            yield named
    for loop in tree.find_all(nodes.For):
        if any(call.args and isinstance(call.args[0], nodes.Name) for call in said_in(loop)):
            for constant in loop.iter.find_all(nodes.Const):
                if constant.value[:1].isupper():
                    yield constant.value


def said_in(loop: nodes.For) -> Iterator[nodes.Call]:
    for call in loop.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            yield call


def in_english(node: ast.expr) -> bool:
    """Whether an expression is words of its own rather than a message or a value."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.Constant):
        parts = [node.value]
    elif isinstance(node, ast.BinOp):
        return in_english(node.left) or in_english(node.right)
    elif isinstance(node, ast.IfExp):
        return in_english(node.body) or in_english(node.orelse)
    else:
        return False
    return any(len(word) > 2 and word.isalpha() for part in parts for word in str(part).split())


def test_every_message_has_an_indonesian_form_and_each_is_used() -> None:
    named = {message for path in SOURCES for message in literals(path)}
    named |= {message for path in TEMPLATES for message in template_literals(path)}
    assert named - MESSAGES.keys() == set()
    assert MESSAGES.keys() - named == set()


def test_nothing_is_said_to_people_but_through_a_message() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{call.lineno}: {ast.unparse(call.args[SAYING[name]])}"
        for path in SOURCES
        for name, call in calls(path)
        if len(call.args) > SAYING.get(name, 99) and in_english(call.args[SAYING[name]])
    ]
    assert found == []


def test_both_forms_of_a_message_have_the_same_gaps() -> None:
    for english, indonesian in MESSAGES.items():
        assert gaps(english) == gaps(indonesian), english


def gaps(message: str) -> list[tuple[str | None, str | None, str | None]]:
    return sorted(gap for _, *gap in Formatter().parse(message) if gap[0] is not None)


def test_a_library_speaks_english_and_loads_no_other_language() -> None:
    code = "import search, sys; print('index.indonesian' in sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert finished.stdout == b"False\n"
    assert gettext("no date") == "no date"


@pytest.mark.usefixtures("indonesian")
def test_messages_numbers_and_counts_are_indonesian_when_asked_for() -> None:
    assert gettext("no date") == "tanpa tanggal"
    assert gettext("{path}: no such file or folder", path="a{b}") == (
        "a{b}: berkas atau folder tidak ada"
    )
    assert format_number(1234567) == "1.234.567"
    assert format_number(1234.56, 1) == "1.234,6"
    assert (articles(1), articles(2000)) == ("1 artikel", "2.000 artikel")


def test_messages_numbers_and_counts_are_english_otherwise() -> None:
    assert format_number(1234567) == "1,234,567"
    assert format_number(1234.56, 1) == "1,234.6"
    assert (articles(0), articles(1), articles(2000)) == (
        *("0 articles", "1 article", "2,000 articles"),
    )


def test_each_context_has_its_own_language() -> None:
    said = {}
    meet = threading.Barrier(2)

    def speak(language: Lang) -> None:
        use(language)
        meet.wait()
        said[language] = gettext("no date")

    threads = [threading.Thread(target=speak, args=(one,)) for one in LANGUAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {"id": "tanpa tanggal", "en": "no date"}
    assert in_use() == "en"


@pytest.mark.usefixtures("indonesian")
def test_worker_processes_speak_the_language_of_their_parent() -> None:
    assert list(ordered_map(gettext, ["no date", "no type", "no status"], 2)) == [
        *("tanpa tanggal", "tanpa jenis", "tanpa status"),
    ]


def test_a_command_speaks_indonesian_where_nothing_says_otherwise(samples_archive: Path) -> None:
    told = asked(samples_archive, CAKAP_SEARCH_LANG="")
    assert told.startswith("8 artikel, dengan sebagian besar kata · ")
    assert "\nNegara  15 nilai\n" in told


def test_flag_goes_before_environment_before_configuration(
    samples_archive: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("lang: en\n")
    chosen = ("--config", config)
    assert "Country" in asked(samples_archive, *chosen, CAKAP_SEARCH_LANG="")
    assert "Negara" in asked(samples_archive, *chosen, CAKAP_SEARCH_LANG="id")
    assert "Country" in asked(samples_archive, *chosen, "--lang", "en", CAKAP_SEARCH_LANG="id")


def asked(archive: Path, *options: str | Path, **variables: str) -> str:
    words = ("query", "Lavrov senjata", "--archive", archive)
    return run(*words, *options, env=variables).stdout


def test_an_unknown_language_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    finished = run("stats", "--archive", tmp_path, env={"CAKAP_SEARCH_LANG": "jv"})
    assert finished.returncode == 2
    assert finished.stderr == "galat: CAKAP_SEARCH_LANG: tidak ada bahasa 'jv'; pilihannya id, en\n"
    config = tmp_path / "config.yaml"
    config.write_text("lang: jv\n")
    finished = run("stats", "--config", config)
    assert (finished.returncode, "lang: invalid enum value 'jv'" in finished.stderr) == (2, True)


def test_what_programs_read_is_the_same_in_both_languages(samples_archive: Path) -> None:
    for command in (
        ("query", "Lavrov senjata", "--explain", "--related", "--format", "json"),
        ("query", "Lavrov", "--format", "csv"),
        ("facets", "country", "--format", "csv"),
        ("timeline", "Lavrov", "--format", "json"),
        ("stats", "--format", "json"),
        ("suggest", "ser", "--format", "json"),
        ("check", "--format", "json"),
        ("annotate", Path(__file__)),
    ):
        archive = ("--archive", samples_archive)
        indonesian, english = (run(*command, *archive, "--lang", one) for one in LANGUAGES)
        assert indonesian.returncode == english.returncode
        assert timeless(indonesian.stdout) == timeless(english.stdout)


def timeless(answer: str) -> str:
    return re.sub(r'"took_ms": [0-9.e-]+', "", answer)


def test_errors_point_and_remedies_are_told_in_indonesian(
    samples_archive: Path, tmp_path: Path
) -> None:
    indonesian = {"CAKAP_SEARCH_LANG": "id"}
    finished = run("query", "negara:Rusiaa", "--archive", samples_archive, env=indonesian)
    assert finished.returncode == 2
    told, question, marks = finished.stderr.splitlines()
    assert told.startswith("galat: tidak ada negara bernama 'Rusiaa'; yang terdekat: Rusia")
    assert (question, marks) == ("  negara:Rusiaa", "  ^^^^^^^^^^^^^")
    finished = run("stats", "--archive", tmp_path, env=indonesian)
    assert finished.returncode == 3
    assert "buat dengan `cakap-search index PATH...`" in finished.stderr


def test_rejects_are_told_in_indonesian_by_any_number_of_processes(tmp_path: Path) -> None:
    lines = ['{"title": "Panen kopi"}'] * 3
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    for jobs in ("1", "2"):
        archive = ("--archive", tmp_path / jobs, "--jobs", jobs)
        finished = run("index", tmp_path / "a.jsonl", *archive, env={"CAKAP_SEARCH_LANG": "id"})
        assert finished.returncode == 4
        assert "0 baru, 0 berubah, 0 tetap, 3 ditolak" in finished.stdout
        assert finished.stderr.count("tidak ada isi di bawah salah satu dari") == 3


def test_pages_speak_the_language_asked_for_and_the_api_english(samples_archive: Path) -> None:
    with TestClient(application(samples_archive, Config())) as client:
        assert "Terbaru dahulu" in client.get("/").text
        assert "Newest first" in client.get("/", params={"lang": "en"}).text
        unclosed = {"q": '"senjata'}
        (warning,) = client.get("/api/v1/search", params=unclosed).json()["warnings"]
        assert warning.startswith("The quotation mark at character 1")
        asked = client.get("/api/v1/search", params=unclosed | {"lang": "id"})
        assert asked.json()["warnings"][0].startswith("Tanda kutip pada karakter 1")
    with TestClient(application(samples_archive, Config(lang="en"))) as client:
        assert "Newest first" in client.get("/").text
        assert "Terbaru dahulu" in client.get("/", params={"lang": "id"}).text
