"""What an archive of a stranger says cannot command a terminal or a spreadsheet."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from index.archive import Content, identity_of, open_archive, pack
from index.article import Article, CountryMention, DateMention, Enrichment, PersonMention
from index.config import Config
from index.errors import CONTROLS
from index.pipeline import index_paths
from search.cli import main
from tests.commands import run, run_on_terminal

# Red, a new window title, a carriage return, C1's control sequence, right-to-left override.
SLY = "=Kopi\x1b[31m\x1b]0;x\x07\r\x9b31m\u202epahit"
# What a terminal is sent on our account: styles, links, and the progress bar's cursor.
OWN_SEQUENCES = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b\x07]*\x1b\\|\r?\x1b\[(?:\?25[lh]|[12][KA])\r?"
)


@pytest.fixture(scope="module")
def sly_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that was not read by our sources: every text in it is sly."""
    folder = tmp_path_factory.mktemp("sly")
    article = Article(
        body=f"Panen {SLY}\n{SLY}",
        title=SLY,
        date="2021-06-22",
        url=f"https://contoh.example/{SLY}",
        source=SLY,
        given_id=SLY,
        category=SLY,
        authors=(SLY, "+62"),
        tags=(SLY,),
    )
    enrichment = Enrichment(
        title=SLY,
        date="2021-06-22",
        source=SLY,
        inferred=(SLY,),
        agencies=(SLY,),
        countries=(CountryMention(SLY),),
        people=(PersonMention(SLY, ((0, 5),)),),
        dates=(DateMention(SLY, 0, 5, "2021-06-22", "2021-06-22"),),
    )
    with open_archive(folder, write=True) as archive:
        packed = pack(Content(article, enrichment))
        archive.put(identity_of(article, "x", 1), article, packed, SLY)
        archive.commit()
    (folder / "empty").mkdir()
    index_paths([str(folder / "empty")], folder, Config(), jobs=1)
    return folder


COMMANDS = [
    ["query", "panen"],
    ["query", "panen", "--explain"],
    ["query", "panen", "--facet", "person", "--facet", "author"],
    *(["query", "panen", "--format", form] for form in ("json", "jsonl", "csv", "urls")),
    *(["facets", field] for field in ("person", "source", "country", "author", "agency")),
    ["facets", "person", "--format", "csv"],
    ["facets", "person", "--format", "json"],
    ["query", f"panen {SLY}"],
    ["query", "panen", "--person", SLY],
    ["query", "panen", "--person", "kopi pahit"],
    ["query", "panen", "--source", "kopi"],
    ["show", SLY],
    ["show", SLY, "--format", "json"],
    ["show", f"{SLY}?"],
    ["stats"],
    ["analyze", SLY],
    ["delete", f"{SLY}?"],
    ["index", SLY],
    ["index", f"--{SLY}"],
    ["query", "--config", SLY, "panen"],
    ["annotate", SLY],
    ["facets", SLY],
    ["query", "panen", "--source", "none"],
    ["query", f"tidakada {SLY}", "--match", "all"],
    *(["timeline", "panen", "--format", form] for form in ("table", "json", "csv")),
    *(["suggest", "kop", "--format", form] for form in ("table", "json")),
    *(["similar", SLY, "--format", form] for form in ("table", "json", "jsonl")),
    ["export"],
    ["alert", "add", SLY, "panen", "--source", SLY],
    ["alert", "list"],
    ["alert", "list", "--format", "json"],
    ["alert", "run", "--format", "json"],
    ["alert", "remove", SLY],
    ["withdraw", f"{SLY}?", "--reason", SLY],
    ["withdraw", SLY, "--reason", SLY],
    ["withdraw", "--list"],
    ["withdraw", "--log"],
    ["withdraw", "--log", "--format", "json"],
    ["withdraw", "--undo", SLY, "--reason", SLY],
    ["check"],
    ["check", "--format", "json"],
    ["backup", f"/dev/null/{SLY}"],
    ["restore", f"/dev/null/{SLY}"],
    ["evaluate", SLY, SLY],
    ["optimize"],
    ["reindex"],
    ["config", "show"],
]


def test_every_command_is_asked() -> None:
    # `serve` prints nothing of an article; what its pages make of one is in test_web_pages.py.
    assert {arguments[0] for arguments in COMMANDS} == set(main.COMMANDS) - {"serve"}


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_nothing_is_printed_that_commands_a_terminal(
    sly_archive: Path, arguments: list[str]
) -> None:
    arguments = [*arguments, "--archive", str(sly_archive)]
    piped = run(*arguments)
    for text in (piped.stdout, piped.stderr):
        assert not CONTROLS.search(text.replace("\n", "")), text
    shown = OWN_SEQUENCES.sub("", run_on_terminal(*arguments, columns=100))
    assert not CONTROLS.search(shown.replace("\n", "")), shown


def test_what_is_escaped_is_still_all_there(sly_archive: Path) -> None:
    shown = run("show", SLY, "--archive", sly_archive)
    assert r"=Kopi\x1b[31m\x1b]0;x\x07\r\x9b31m\u202epahit" in shown.stdout
    found = run("query", "panen", "--format", "jsonl", "--archive", sly_archive)
    assert json.loads(found.stdout)["title"] == SLY


def test_a_csv_cell_is_never_a_formula(sly_archive: Path) -> None:
    asked = (["query", "panen"], ["timeline"], ["facets", "author"], ["facets", "source"])
    for arguments in asked:
        printed = run(*arguments, "--format", "csv", "--archive", sly_archive)
        header, *rows = csv.reader(io.StringIO(printed.stdout))
        assert rows
        for row in rows:
            assert len(row) == len(header)
            for name, cell in zip(header, row, strict=True):
                assert (
                    name in ("score", "count", "articles") or cell[:1] not in "=+-@\t\r" or not cell
                )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_an_apostrophe_makes_text_of_what_would_be_calculated(
    sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from search.cli.output import print_csv

    print_csv(("title", "count"), [(f"{sign}1", -1), (f"a{sign}1", 2), ("\t=1", 3)])
    assert capsys.readouterr().out == f"title,count\n'{sign}1,-1\na{sign}1,2\n\\t=1,3\n"
