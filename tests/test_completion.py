"""What a shell is offered after Tab, asked as the shells ask."""

import subprocess
from pathlib import Path

import pytest

from index.archive import Content, identity_of, open_archive, pack
from index.article import Article, Enrichment, PersonMention
from index.config import Config
from index.pipeline import index_paths
from tests.commands import PROGRAM, environment, run

SHELLS = ("bash", "zsh", "fish")


def offered(shell: str, *words: str, archive: Path | str = "/nowhere", **env: str) -> list[str]:
    """The words that the program offers a shell for the last of some words."""
    line = ("cakap-search", *words)
    asked = {
        "bash": {"COMP_WORDS": "\n".join(line), "COMP_CWORD": str(len(words))},
        "zsh": {"_TYPER_COMPLETE_ARGS": " ".join(line)},
        "fish": {
            "_TYPER_COMPLETE_ARGS": " ".join(line),
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    }[shell]
    variables = {
        "_CAKAP_SEARCH_COMPLETE": f"complete_{shell}",
        "CAKAP_SEARCH_ARCHIVE": str(archive),
    }
    finished = run(env={**asked, **variables, **env})
    assert finished.stderr == ""
    printed = finished.stdout.strip()
    if shell == "zsh":  # _arguments '*: :(("word":"what it means" …))'
        rows = printed.removeprefix("_arguments '*: :((").removesuffix("))'").split("\n")
        return [row.split('":"')[0].strip('"').replace("\\\\:", ":") for row in rows if '"' in row]
    return [row.split("\t")[0] for row in printed.split("\n") if row]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["qu"], ["query"]),
        (["query", "kopi", "--not-co"], ["--not-country"]),
        (["query", "kopi", "--sort", "n"], ["newest"]),
        (["query", "kopi", "--country", "ven"], ["venezuela"]),
        (["query", "kopi", "--country", "RU,Vene"], ["RU,Venezuela"]),
        (["query", "kopi", "--not-country", "VE"], ["VEnezuela", "VE"]),
        (["facets", "date:m"], ["date:month"]),
        (["query", "kopi", "--facet", "pe"], ["person"]),
        (["query", "kopi", "--person", "x"], []),
    ],
)
def test_commands_options_countries_and_fields(
    shell: str, words: list[str], expected: list[str]
) -> None:
    assert sorted(offered(shell, *words)) == sorted(expected)


@pytest.mark.parametrize("shell", SHELLS)
def test_people_of_the_archive_at_hand(shell: str, samples_archive: Path) -> None:
    name = r"Sergey\ Lavrov" if shell == "bash" else "Sergey Lavrov"
    asked = ("query", "senjata", "--person", "Serg")
    assert offered(shell, *asked, archive=samples_archive) == [name]
    by_option = ("query", "senjata", "--archive", str(samples_archive), "--person", "Serg")
    assert offered(shell, *by_option) == [name]


def test_people_whom_only_an_embargoed_article_names_are_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "Bupati Zubaidah Sulastri tiba.", "embargo_until": "2099-01-01"}\n'
        '{"text": "Bupati Zubaidi Kartolo tiba."}\n'
    )
    index_paths([str(path)], tmp_path / "archive", Config(), jobs=1)
    offers = offered("fish", "query", "tiba", "--person", "Zub", archive=tmp_path / "archive")
    assert offers == ["Zubaidi Kartolo"]


def test_bash_needs_no_backslash_after_a_quotation_mark(samples_archive: Path) -> None:
    words = ("query", "senjata", "--person", '"Sergey La')
    assert offered("bash", *words, archive=samples_archive) == ["Sergey Lavrov"]


@pytest.mark.parametrize("shell", SHELLS)
def test_no_name_can_command_a_shell(shell: str, tmp_path: Path) -> None:
    sly = ["Sly `id`", "Sly $(id)", r"Sly \$(id)", "Sly\nid", "Sly\x1b[31m", 'Sly" "id', "Sly;id"]
    people = tuple(PersonMention(name, ((0, 4),)) for name in (*sly, "Sly Stallone"))
    article = Article(body="Kopi", url="https://contoh.example/1")
    with open_archive(tmp_path, write=True) as archive:
        packed = pack(Content(article, Enrichment(people=people)))
        archive.put(identity_of(article, "x", 1), article, packed, None)
        archive.commit()
    (tmp_path / "empty").mkdir()
    index_paths([str(tmp_path / "empty")], tmp_path, Config(), jobs=1)
    words = offered(shell, "query", "kopi", "--person", "Sly", archive=tmp_path)
    assert words == [r"Sly\ Stallone" if shell == "bash" else "Sly Stallone"]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_wrong_is_not_told_between_two_keys(
    shell: str, samples_archive: Path, tmp_path: Path
) -> None:
    asked = ("query", "kopi", "--person", "Serg")
    assert offered(shell, *asked, archive=tmp_path) == []
    assert offered(shell, *asked, CAKAP_SEARCH_CONFIG=str(tmp_path)) == []
    (tmp_path / "index").mkdir()
    for path in (samples_archive / "index").glob("_MAIN_*"):
        (tmp_path / "index" / path.name).write_bytes(path.read_bytes()[:99])
    assert offered(shell, *asked, archive=tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_a_shell_is_printed(shell: str) -> None:
    script = run(env={"_CAKAP_SEARCH_COMPLETE": f"source_{shell}"}).stdout
    assert f"_CAKAP_SEARCH_COMPLETE=complete_{shell}" in script
    assert "cakap-search" in script


def test_bash_itself_completes(samples_archive: Path) -> None:
    asked = """
        source <(_CAKAP_SEARCH_COMPLETE=source_bash cakap-search)
        COMP_WORDS=(cakap-search query senjata --person Serg) COMP_CWORD=4
        _cakap_search_completion cakap-search
        printf '%s|' "${COMPREPLY[@]}"
    """
    finished = subprocess.run(
        ["bash", "--norc", "-c", asked],
        capture_output=True,
        text=True,
        check=True,
        env=environment(
            PATH=f"{Path(PROGRAM).parent}:/usr/bin:/bin", CAKAP_SEARCH_ARCHIVE=str(samples_archive)
        ),
    )
    assert (finished.stdout, finished.stderr) == (r"Sergey\ Lavrov|", "")
