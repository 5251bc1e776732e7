"""Configurations, environments and options that are nonsense, or meant to harm."""

from pathlib import Path

import pytest

from index.config import Config, load_config
from index.errors import ConfigError
from tests.commands import run

# Each line holds the one before ten times: a billion values, if it is unfolded.
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def refusal_of(folder: Path, content: str) -> str:
    path = folder / "some.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError) as refused:
        load_config(path)
    return str(refused.value).removeprefix(f"{path}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BOMB, ":1: used again by a YAML alias"),
        ("people: &a\n  identities: *a\n", ":1: used again by a YAML alias"),
        ("timezone: UTC\narchive: a\ntimezone: Asia/Jakarta\n", ":3: 'timezone' stands here a sec"),
        ("ranking:\n  b: 0.5\n  b: 0.9\n", ":3: 'b' stands here a second time"),
        ("[" * 100_000, ":1: not valid YAML"),
        ("{a: " * 100_000, ":1: not valid YAML"),
        ("timezone: 2021-13-45\n", ": not valid YAML (month must be in 1..12)"),
        (f"archive: {'9' * 10_000}\n", ": not valid YAML"),
        ("timezone: ../../../etc/passwd\n", ": timezone: there is no zone"),
        ("indexing: {jobs: 100000}\n", ": indexing.jobs: expected `int` <= 256"),
        ("sources: {max_record_mb: 100000}\n", ": sources.max_record_mb: expected `int` <= 1000"),
        (f"enrich: {{boilerplate: {{a: ['{'(' * 5000}']}}}}\n", ": enrich.boilerplate: '(((("),
        ("people: {identities: ~nobody-of-that-name/x}\n", "nobody knows where that home is"),
        ('people: {identities: "a\\0b"}\n', "is no path"),
    ],
)
def test_what_a_file_may_not_say_is_told_with_its_place(
    tmp_path: Path, content: str, message: str
) -> None:
    assert message in refusal_of(tmp_path, content)


@pytest.mark.parametrize("tag", ["object/apply:os.mkdir", "object/new:os.mkdir", "name:os.mkdir"])
def test_no_tag_runs_anything(tmp_path: Path, tag: str) -> None:
    assert "not valid YAML" in refusal_of(tmp_path, f"!!python/{tag} [{tmp_path}/ran]\n")
    assert "not valid YAML" in refusal_of(tmp_path, f"archive: !!python/{tag} [{tmp_path}/ran]\n")
    assert not (tmp_path / "ran").exists()


def test_an_anchor_alone_and_merged_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("archive: &a Asia/Jakarta\ntimezone: *a\nranking: {<<: {b: 0.5}}\n")
    config = load_config(path)
    assert (config.archive, config.timezone, config.ranking.b) == (
        *("Asia/Jakarta", "Asia/Jakarta"),
        0.5,
    )


NONSENSE = "\x1b[31m/\udcff/🚀/" + "x" * 300


@pytest.mark.parametrize(
    ("variables", "exit_code"),
    [
        ({"CAKAP_SEARCH_CONFIG": NONSENSE}, 2),
        ({"CAKAP_SEARCH_CONFIG": "/dev/null/x"}, 2),
        ({"CAKAP_SEARCH_ARCHIVE": NONSENSE}, 3),
        ({"CAKAP_SEARCH_ARCHIVE": "/dev/null"}, 3),
        ({"XDG_CONFIG_HOME": "~nobody-of-that-name", "XDG_DATA_HOME": "~nobody-of-that-name"}, 2),
        ({"XDG_CONFIG_HOME": NONSENSE, "XDG_DATA_HOME": NONSENSE}, 3),
        ({"HOME": "", "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}, 3),
        ({"COLUMNS": "many", "LINES": "-1", "TERM": NONSENSE, "NO_COLOR": NONSENSE}, 3),
        ({"LC_ALL": "xx_YY.nothing", "LANG": NONSENSE, "TZ": NONSENSE}, 3),
        ({"_CAKAP_SEARCH_COMPLETE": "nonsense"}, 1),
    ],
)
def test_nonsense_in_the_environment_is_one_line_and_no_traceback(
    variables: dict[str, str], exit_code: int
) -> None:
    finished = run("query", "kopi", env={"CAKAP_SEARCH_ARCHIVE": "/nonexistent", **variables})
    assert finished.returncode == exit_code
    assert len(finished.stderr.splitlines()) == 1
    assert finished.stderr.rstrip("\n").isprintable()


def test_the_home_of_nobody_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("archive: ~nobody-of-that-name/archive\n")
    finished = run("query", "kopi", "--config", tmp_path / "config.yaml")
    assert finished.returncode == 2
    assert "~nobody-of-that-name/archive: nobody knows where that home is" in finished.stderr


@pytest.mark.parametrize("option", ["--limit", "--offset"])
def test_a_huge_page_is_what_there_is(samples_archive: Path, option: str) -> None:
    for number in ("1000000000", str(10**30)):
        finished = run("query", "Rusia", option, number, "--archive", samples_archive)
        assert finished.returncode == 0
        assert "11 articles" in finished.stdout


def test_a_huge_facet_is_what_there_is(samples_archive: Path) -> None:
    asked = ("query", "Rusia", "--facet", f"person:{10**30}", "--archive", samples_archive)
    finished = run(*asked)
    assert finished.returncode == 0
    assert "Sergey Lavrov" in finished.stdout


def test_more_processes_than_a_machine_has_are_a_mistake(tmp_path: Path) -> None:
    finished = run("index", tmp_path, "--jobs", "100000", "--archive", tmp_path / "archive")
    assert finished.returncode == 2
    assert "256" in finished.stderr


def test_defaults_pass_their_own_limits() -> None:
    assert Config().indexing.jobs == 0
    assert Config().sources.max_record_mb == 32
