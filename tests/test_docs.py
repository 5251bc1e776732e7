"""Documents keep up with the program."""

import re
import shlex
from pathlib import Path

import pytest

from search.cli.main import COMMANDS
from tests.commands import run, run_on_terminal

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
# The commands of the README's examples, but for those that write files or need an archive first.
EXAMPLES = [
    shlex.split(line.partition(" > ")[0])
    for line in re.findall(r"^cakap-search (.+)$", README, re.MULTILINE)
]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"(?:`|cakap-search ){name}\b", README)


@pytest.mark.parametrize("words", EXAMPLES, ids=" ".join)
def test_the_examples_of_the_readme_work(
    words: list[str], samples_archive: Path, tmp_path: Path
) -> None:
    archive = tmp_path if words[0] == "index" else samples_archive
    words = [str(archive) if word == "news/" else word for word in words]
    ran = run(*words, cwd=ROOT)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout


def test_the_answer_in_the_readme_is_what_a_terminal_shows(samples_archive: Path) -> None:
    [sample] = re.findall(r"```\n(\d+ artikel.+?)```", README, re.DOTALL)
    asked = ("query", "Lavrov senjata", "--archive", samples_archive)
    variables = {"CAKAP_SEARCH_LANG": "id", "NO_COLOR": "1"}
    shown = run_on_terminal(*asked, columns=80, env=variables)
    for part in re.split(r" · \d+ ms|\n  …\n", sample):
        assert part in shown


def test_the_python_example_of_the_readme_works(
    samples_archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [example] = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    exec(example.replace("news/", str(samples_archive)))
    assert int(capsys.readouterr().out.split()[0]) > 0
