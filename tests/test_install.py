"""The built wheel works on its own: a clean environment, another folder."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.commands import environment

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of the wheel, installed with its dependencies as a user would."""
    folder = tmp_path_factory.mktemp("install")
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", wheels, PROJECT], check=True, cwd=folder
    )
    (wheel,) = wheels.glob("cakap_search-*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=os.name != "nt")
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [*pip[:3], "--python", scripts / "python", *pip[3:], "install", wheel],
        check=True,
        cwd=folder,
    )
    return scripts / "cakap-search"


def test_the_wheel_indexes_and_answers_from_another_folder(program: Path, tmp_path: Path) -> None:
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments],
            env=environment(XDG_DATA_HOME=str(tmp_path / "data")),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    finished = run("index", PROJECT / "samples" / "articles")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "40 new" in finished.stdout
    question = ("query", "Lavrov senjata", "--country", "Venezuela")
    found = run(*question, "--format", "urls", "--quiet")  # notes on the answer go to stderr
    assert (found.returncode, found.stderr) == (0, "")
    assert "https://lintaskota.example/dunia/1101" in found.stdout
    assert (tmp_path / "data" / "cakap-search" / "archive" / "archive.db").is_file()
    for command in (["annotate", PROJECT / "README.md"], ["reindex"], ["stats"], ["--help"]):
        assert run(*command).returncode == 0
