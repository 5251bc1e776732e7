"""The command line: what goes where, how it looks, and how it ends."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from search.cli.main import COMMANDS
from tests.commands import PROGRAM, environment, run, run_on_terminal
from tests.conftest import SAMPLES

QUESTION = "Lavrov senjata"
ANSI = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


@pytest.fixture
def ask(samples_archive: Path) -> Any:
    def ask(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return run(*arguments, "--archive", samples_archive, **options)

    return ask


@pytest.fixture
def copied_archive(samples_archive: Path, tmp_path: Path) -> Path:
    return shutil.copytree(samples_archive, tmp_path / "archive")


# How it ends


def test_it_ends_with_0_after_hits_and_1_without(ask: Any) -> None:
    assert ask("query", QUESTION).returncode == 0
    assert ask("query", "xyzzy").returncode == 1
    assert ask("query", "xyzzy", "--format", "jsonl").returncode == 1
    for output in ("table", "json", "jsonl", "csv", "urls"):
        arguments = ("query", QUESTION, "--limit", "0", "--format", output)
        assert ask(*arguments).returncode == 0
        assert ask(*arguments, "--offset", "99").returncode == 0
    assert ask("facets", "country", "xyzzy").returncode == 1
    assert ask("facets", "category", "Lavrov", "--category", "none").returncode == 0
    assert ask("show", "xyzzy").returncode == 1


def test_without_hits_the_json_is_printed_all_the_same(ask: Any) -> None:
    finished = ask("query", "xyzzy", "--format", "json")
    assert finished.returncode == 1
    assert json.loads(finished.stdout)["total"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["query"], "Missing argument"),
        (["nosuch"], "No such command"),
        (["query", "x", "--nosuch"], "No such option"),
        (["query", "x", "--limit", "-1"], "--limit"),
        (["query", "x", "--format", "xml"], "--format"),
        (["query", "x", "--country", "Venezeula"], "nearest: Venezuela"),
        (["query", "negara:Venezeula"], "nearest: Venezuela"),
        (["query", "x", "--person", "Labrov"], "nearest: Sergey Lavrov"),
        (["query", "x", "--source", "Pos Cendani"], "nearest: Pos Cendana"),
        (["query", "x", "--date", "2021-13"], "a month is 01 to 12"),
        (["query", "x", "--since", "2022", "--until", "2021"], "ends before it begins"),
        (["query", "x", "--facet", "colour"], "facet colour: use FIELD"),
        (["query", "x", "--facet", "country:many"], "facet country:many"),
        (["facets", "colour"], "colour"),
        (["query", "x", "--config", "/nosuch.yaml"], "/nosuch.yaml: no such configuration file"),
        (["index", "/nosuch.txt"], "/nosuch.txt: no such file or folder"),
        (["annotate", "/nosuch.txt"], "/nosuch.txt"),
    ],
)
def test_it_ends_with_2_when_asked_the_impossible(
    ask: Any, arguments: list[str], message: str
) -> None:
    finished = ask(*arguments)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert finished.stdout == ""


def test_it_ends_with_3_without_an_archive(tmp_path: Path) -> None:
    for arguments in (["query", "x"], ["facets", "country"], ["show", "x"], ["stats"], ["reindex"]):
        finished = run(*arguments, "--archive", tmp_path / "none")
        assert (finished.returncode, finished.stdout) == (3, "")
        assert f"no archive in {tmp_path}/none" in finished.stderr
        assert "cakap-search index" in finished.stderr
        assert not (tmp_path / "none").exists()


def test_it_ends_with_4_when_a_record_was_rejected_and_0_when_that_is_known(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "good.txt").write_text("Kopi dipanen.\n\nPanen kopi tahun ini lebih awal.")
    (inputs / "empty.txt").write_text("")
    arguments = ("index", inputs, "--archive", tmp_path / "archive")
    first, second = run(*arguments), run(*arguments)
    assert (first.returncode, second.returncode) == (4, 0)
    assert "empty.txt" in first.stderr
    assert "1 rejected" in first.stdout
    assert "(and 1 before)" in second.stdout


def test_it_ends_with_130_when_interrupted(tmp_path: Path) -> None:
    articles = (f'{{"id": "{n}", "text": "Kopi nomor {n} dipanen."}}\n' for n in range(200_000))
    (tmp_path / "many.jsonl").write_text("".join(articles))
    process = subprocess.Popen(
        [PROGRAM, "index", tmp_path / "many.jsonl", "--archive", tmp_path / "archive"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not (tmp_path / "archive" / "archive.db").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does, workers included
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert err.decode() == (
        "interrupted; what was read so far is kept: run the same command again to go on\n"
    )


def test_a_closed_pipe_is_silent(samples_archive: Path) -> None:
    for format in ("jsonl", "table", "csv"):
        with subprocess.Popen(
            [PROGRAM, "query", "", "--all", "--format", format, "--archive", samples_archive],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0


@pytest.mark.parametrize("redirection", [">&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_nobodys_fault(samples_archive: Path, redirection: str) -> None:
    for arguments, code in (("query Lavrov", 0), ("query xyzzy", 1), ("show 1101", 0)):
        command = f"exec '{PROGRAM}' {arguments} --archive '{samples_archive}' {redirection}"
        finished = subprocess.run(
            ["sh", "-c", command], env=environment(), capture_output=True, text=True, check=False
        )
        assert finished.returncode == code
        assert "Traceback" not in finished.stderr
        assert "error" not in finished.stderr


def test_output_that_cannot_be_written_to_is_told(samples_archive: Path) -> None:
    command = f"exec '{PROGRAM}' query Lavrov --archive '{samples_archive}' 1</dev/null"
    finished = subprocess.run(
        ["sh", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stderr) == (3, "error: output: Bad file descriptor\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(samples_archive: Path) -> None:
    with open("/dev/full", "wb") as full:
        finished = subprocess.run(
            [PROGRAM, "query", QUESTION, "--archive", samples_archive],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert finished.returncode == 3
    assert finished.stderr.startswith(
        b"error: output: no space left (No space left on device); free some"
    )


# What goes where


def test_results_go_to_stdout_and_hints_to_stderr(ask: Any) -> None:
    finished = ask("query", f'{QUESTION} "')
    assert "Rusia" in finished.stdout
    assert finished.stderr.startswith("note: The quotation mark at character 16")
    assert ask("query", f'{QUESTION} "', "--quiet").stderr == ""


@pytest.mark.parametrize("output", ["jsonl", "csv", "urls"])
def test_whatever_is_printed_its_reading_is_told(ask: Any, output: str) -> None:
    arguments = ("query", 'Menlu Rusia kapal "', "--format", output)
    told = ask(*arguments).stderr.splitlines()
    assert told[:3] == [
        "note: articles with most of the words, not only those with all",
        "note: also: Menlu = Menteri Luar Negeri",
        "note: also: Menlu Rusia = Sergey Lavrov",
    ]
    assert told[3].startswith("note: The quotation mark at character 19 ")
    assert ask(*arguments, "--quiet").stderr == ""


def test_facets_tell_how_their_words_were_read(ask: Any) -> None:
    told = ask("facets", "source", 'Menlu "').stderr.splitlines()
    assert told[:2] == [
        "note: also: Menlu = Menteri Luar Negeri",
        "note: also: Menlu = Retno Marsudi",
    ]
    assert told[2].startswith("note: The quotation mark at character 7 ")
    in_the_answer = ask("facets", "source", 'Menlu "', "--format", "json")
    assert len(in_the_answer.stderr.splitlines()) == 1
    assert ask("facets", "source", 'Menlu "', "--quiet").stderr == ""


def test_articles_without_an_address_are_counted_beside_the_urls(ask: Any) -> None:
    hits = json.loads(ask("query", "", "--all", "--format", "json").stdout)["hits"]
    without = sum(hit["url"] is None for hit in hits)
    assert without > 1
    told = ask("query", "", "--all", "--format", "urls").stderr
    assert told == f"note: {without} articles without a URL, not listed\n"


def test_nothing_is_styled_cut_or_drawn_when_piped(ask: Any) -> None:
    finished = ask("query", QUESTION, "--format", "table", env={"FORCE_COLOR": "1"})
    assert "\x1b" not in finished.stdout
    assert "█" not in finished.stdout
    urls = ask("query", QUESTION, "--format", "urls").stdout.split()
    assert urls
    assert all(url in finished.stdout for url in urls)


def test_a_terminal_shows_the_words_of_the_question(samples_archive: Path) -> None:
    arguments = ("query", QUESTION, "--archive", samples_archive)
    assert re.search(r"\x1b\[31m\x1b\[1mLavrov\x1b\[0m", run_on_terminal(*arguments, columns=80))


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_switched_off(samples_archive: Path, variable: dict[str, str]) -> None:
    arguments = ("query", QUESTION, "--archive", samples_archive)
    assert "\x1b" not in run_on_terminal(*arguments, columns=80, env=variable)


@pytest.mark.parametrize("columns", [48, 60, 80, 140])
@pytest.mark.parametrize(
    "arguments",
    [
        ("query", QUESTION),
        ("query", QUESTION, "--explain"),
        ("query", "", "--facet", "person", "--facet", "date:day", "--facet", "author"),
        ("query", QUESTION, "--related"),
        ("facets", "person"),
        ("timeline", "Rusia", "--by", "day"),
        ("suggest", "m"),
        ("similar", "1101"),
        ("show", "1101"),
    ],
)
def test_every_line_fits_the_terminal(
    samples_archive: Path, columns: int, arguments: tuple[str, ...]
) -> None:
    shown = run_on_terminal(*arguments, "--archive", samples_archive, columns=columns)
    lines = ANSI.sub("", shown).splitlines()
    assert len(lines) > 10
    for line in lines:
        assert len(line) <= columns, line
        assert line == line.rstrip(), line


@pytest.mark.parametrize("columns", [48, 80, 140])
def test_nothing_found_fits_the_terminal(samples_archive: Path, columns: int) -> None:
    question = "senjata yang dikirim oleh Lavrof kepada pemerintah di Caracas minggu kemarin"
    arguments = ("query", question, "--match", "all", "--date", "1990", "--no-facets")
    shown = run_on_terminal(*arguments, "--archive", samples_archive, columns=columns)
    assert "Did you mean: " in shown
    for line in ANSI.sub("", shown).splitlines():
        assert len(line) <= columns, line


def test_a_terminal_of_a_few_columns_is_written_to_all_the_same(samples_archive: Path) -> None:
    arguments = ("query", QUESTION, "--archive", samples_archive)
    narrow, least = (run_on_terminal(*arguments, columns=columns) for columns in (5, 48))
    assert [line for line in narrow.splitlines() if " ms" not in line] == [
        line for line in least.splitlines() if " ms" not in line
    ]


def test_a_shortened_address_is_still_a_link(samples_archive: Path) -> None:
    shown = run_on_terminal("query", QUESTION, "--archive", samples_archive, columns=60)
    whole = "https://kabarnusantara.example/internasional/lavrov-arreaza"
    assert f"\x1b]8;;{whole}\x1b\\" in shown
    assert whole not in ANSI.sub("", shown)


def test_times_are_shown_in_the_configured_zone(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("timezone: Asia/Jayapura\n")
    options = ("--config", tmp_path / "config.yaml", "--archive", tmp_path / "archive")
    assert run("index", SAMPLES, *options).returncode == 0
    shown = run("query", QUESTION, *options).stdout
    assert "2021-06-22 18:05 · Lintas Kota" in shown  # 16:05 in Jakarta
    assert "\n    2021-06-22 · Russia" in shown  # a bare day stays one


def test_an_index_whose_days_begin_elsewhere_is_refused(ask: Any, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("timezone: Asia/Jayapura\n")
    finished = ask("query", QUESTION, "--config", tmp_path / "config.yaml")
    assert finished.returncode == 3
    assert "counts days in Asia/Jakarta, the configuration says Asia/Jayapura" in finished.stderr
    assert "cakap-search reindex" in finished.stderr


# What it prints


def test_a_table_tells_what_else_the_words_were_looked_for_as(ask: Any) -> None:
    assert "\nalso: Menlu = Menteri Luar Negeri\n" in ask("query", "Menlu Rusia").stdout
    assert "also:" not in ask("query", "Menlu Rusia", "--no-expand").stdout


def test_a_table_tells_its_filters_as_they_were_understood(ask: Any) -> None:
    shown = ask("query", "negara:VE", "--not-country", "AS,none", "--since", "2021-06").stdout
    told = "date 2021-06-01.. · country Venezuela · not country United States or without a value"
    assert f"\nonly: {told}\n" in shown


def test_a_table_tells_how_to_go_on(ask: Any) -> None:
    assert "\n35 more: --offset 5\n" in ask("query", "", "-n", "2", "--offset", "3").stdout
    for arguments in (["--all"], ["-n", "2", "--offset", "38"], ["-n", "0"]):
        assert " more: " not in ask("query", "", *arguments).stdout


def test_facets_count_what_the_same_question_finds(ask: Any) -> None:
    with_aliases = ask("facets", "source", "Menlu", "--format", "json").stdout
    without = ask("facets", "source", "Menlu", "--no-expand", "--format", "json").stdout
    assert json.loads(with_aliases)["total"] > json.loads(without)["total"]


def test_json_is_the_answer_whole(ask: Any) -> None:
    answer = json.loads(
        ask("query", QUESTION, "--country", "VE", "--format", "json", "-n", "2").stdout
    )
    assert list(answer) == [
        *("schema_version", "archive", "query", "total", "stories", "took_ms", "hits", "facets"),
        *("suggestion", "warnings"),
    ]
    assert set(answer["archive"]) == {"commit", "articles", "last_indexed", "seq"}
    assert answer["archive"]["articles"] == 40
    assert answer["query"] == {
        "raw": QUESTION,
        "parsed": QUESTION,
        "mode": "most",
        "expansions": [],
        "filters": {"country": [["VE"]]},
        "exclude": {},
    }
    assert len(answer["hits"]) == 2
    assert list(answer["hits"][0]) == [
        *("id", "title", "url", "date", "source", "category", "agency", "author", "countries"),
        *(
            "people",
            "inferred",
            "versions",
            "corrects",
            "corrected_by",
            "score",
            "story",
            "snippet",
        ),
    ]
    snippet = answer["hits"][0]["snippet"]
    words = [snippet["text"][start:end] for start, end in snippet["highlights"]]
    assert {"Lavrov", "senjata"} <= set(words)
    assert list(answer["facets"]) == ["country", "person", "date:year", "source"]
    venezuela = [one for one in answer["facets"]["country"]["values"] if one["value"] == "VE"]
    assert venezuela == [
        {"value": "VE", "label": "Venezuela", "count": answer["total"], "selected": True}
    ]


def test_every_format_lists_the_same_articles(ask: Any) -> None:
    answer = json.loads(ask("query", QUESTION, "--all", "--format", "json").stdout)
    lines = ask("query", QUESTION, "--all", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == answer["hits"]
    assert len(lines) == answer["total"]

    rows = list(
        csv.DictReader(io.StringIO(ask("query", QUESTION, "--all", "--format", "csv").stdout))
    )
    assert [row["id"] for row in rows] == [hit["id"] for hit in answer["hits"]]
    assert rows[0]["countries"] == "; ".join(answer["hits"][0]["countries"])
    assert [row["inferred"] for row in rows] == [
        "; ".join(hit["inferred"]) for hit in answer["hits"]
    ]
    assert any(row["inferred"] for row in rows)
    assert rows[0]["snippet"] == answer["hits"][0]["snippet"]["text"]

    urls = ask("query", QUESTION, "--all", "--format", "urls").stdout.split()
    assert urls == [hit["url"] for hit in answer["hits"] if hit["url"]]

    table = ask("query", QUESTION, "--all", "--no-facets").stdout
    assert re.findall(r"^ *(\d+)\. ", table, re.MULTILINE) == [
        str(number) for number in range(1, answer["total"] + 1)
    ]


def test_csv_without_hits_is_its_header(ask: Any) -> None:
    assert ask("query", "xyzzy", "--format", "csv").stdout.startswith("id,title,date,")


def test_words_need_no_quotation_marks(ask: Any) -> None:
    one, several = (
        ask("query", *words, "--format", "urls").stdout
        for words in (["Lavrov senjata"], ["Lavrov", "senjata"])
    )
    assert one == several != ""


def test_a_question_may_begin_with_a_minus(ask: Any, samples_archive: Path) -> None:
    def found(*arguments: str) -> list[str]:
        lines = ask("query", *arguments, "--all", "--format", "jsonl").stdout.splitlines()
        return sorted(json.loads(line)["id"] for line in lines)

    assert found("-Lavrov -Jokowi") == found("-Jokowi -Lavrov") != []
    assert "1101" not in found("-Lavrov -Jokowi")
    arguments = ("query", "--archive", samples_archive, "--format", "json", "--", "-Lavrov")
    finished = run(*arguments)
    assert json.loads(finished.stdout)["query"]["parsed"] == "-Lavrov"
    pointed = ask("query", "-Lavrov tanggal:2021-13").stderr.splitlines()
    assert pointed[1:] == ["  -Lavrov tanggal:2021-13", "          ^^^^^^^^^^^^^^^"]


def test_offset_and_limit_cut_the_list_and_numbers_go_on(ask: Any) -> None:
    arguments = ("query", QUESTION, "--format", "jsonl")
    whole = ask(*arguments, "--all").stdout.splitlines()
    assert ask(*arguments, "--offset", "2", "-n", "3").stdout.splitlines() == whole[2:5]
    assert " 3. " in ask("query", QUESTION, "--offset", "2", "-n", "1").stdout


def test_an_explanation_adds_up_to_the_score(ask: Any) -> None:
    lines = ask("query", QUESTION, "--explain", "--format", "jsonl").stdout.splitlines()
    assert len(lines) > 1
    for hit in map(json.loads, lines):
        assert hit["score"] == pytest.approx(
            sum(part["score"] for part in hit["explanation"]), abs=1e-4
        )
    table = ask("query", QUESTION, "--explain", "-n", "1").stdout
    assert re.search(
        r"= 1\.00 x idf \d\.\d{3} x \d\.\d{3}  Lavrov \(stem, \d here, \d+ articles\)", table
    )


def test_countries_are_named_in_any_way(ask: Any) -> None:
    shown = [
        ask("query", "senjata", "--country", name, "--format", "jsonl").stdout
        for name in ("Venezuela", "VE", "venezuela", "VEN")
    ]
    assert shown[0]
    assert len(set(shown)) == 1


def test_every_filter_has_its_opposite(ask: Any) -> None:
    def total(*arguments: str) -> int:
        answer = json.loads(ask("query", "", *arguments, "--format", "json").stdout)
        return int(answer["total"])

    for option, value in [
        ("country", "VE"),
        ("person", "Sergei Lavrov"),
        ("date", "2021-06"),
        ("source", "Pos Cendana"),
        ("category", "none"),
        ("agency", "none"),
        ("author", "none"),
    ]:
        having, lacking = total(f"--{option}", value), total(f"--not-{option}", value)
        assert having + lacking == 40
        assert having > 0


def test_facets_prints_every_value(ask: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("facets", "country", "--format", "csv").stdout)))
    assert list(rows[0]) == ["value", "label", "count"]
    answer = json.loads(ask("facets", "country", "--format", "json").stdout)
    values = answer["facets"]["country"]["values"]
    assert [row["value"] for row in rows] == [one["value"] for one in values]
    assert len(rows) == answer["facets"]["country"]["distinct"] > 10
    table = ask("facets", "country", "--lang", "id").stdout
    assert all(
        re.search(rf"^  {row['label']} +{row['count']}$", table, re.MULTILINE) for row in rows
    )


def test_facets_of_dates_go_by_year_month_or_day(ask: Any) -> None:
    assert "Date by month" in ask("facets", "date:month", "Lavrov").stdout
    assert re.search(r"^  2021 +\d+$", ask("facets", "date").stdout, re.MULTILINE)


def test_show_prints_an_article_by_id_or_address(ask: Any) -> None:
    by_id, by_url = ask("show", "1101"), ask("show", "https://lintaskota.example/dunia/1101")
    assert by_id.stdout == by_url.stdout
    assert by_id.stdout.startswith("Rusia-Venezuela Rundingkan")
    assert "Versions   1, this one indexed" in by_id.stdout
    record = json.loads(ask("show", "1101", "--format", "json").stdout)
    assert record["id"] == "1101"
    for country in record["countries"]:
        for start, end in country["spans"]:
            assert record["text"][start:end]


def test_stats_count_the_archive(ask: Any) -> None:
    stats = json.loads(ask("stats", "--format", "json").stdout)
    assert (stats["articles"], stats["versions"], stats["undated"]) == (40, 40, 0)
    assert "Articles          40" in ask("stats").stdout


def test_annotate_reads_a_text_or_lines_of_json() -> None:
    text = "Menteri Luar Negeri Rusia Sergey Lavrov tiba di Caracas, Selasa (22/6/2021)."
    read = json.loads(run("annotate", "-", stdin=text.encode()).stdout)
    assert [country["code"] for country in read["countries"]] == ["RU"]
    (person,) = read["people"]
    assert person["name"].endswith("Lavrov")
    assert [read["text"][start:end] for start, end in person["spans"]] == ["Sergey Lavrov"]
    lines = b"".join(
        json.dumps({"id": n, "text": text, "date": "2021-06-22"}).encode() + b"\n" for n in (1, 2)
    )
    rows = [
        json.loads(row) for row in run("annotate", "--jsonl", "-", stdin=lines).stdout.splitlines()
    ]
    assert [row["id"] for row in rows] == [1, 2]
    assert set(rows[0]) == {"id", *read}


def test_analyze_prints_what_is_indexed() -> None:
    def token(term: str, surface: str, position: int, start: int, end: int) -> dict[str, Any]:
        place = {"position": position, "start": start, "end": end}
        return {"term": term, "surface": surface, **place}

    line = json.dumps({"id": 7, "text": "Persenjataan dari Rusia"}).encode()
    (row,) = run("analyze", "--jsonl", "-", stdin=line).stdout.splitlines()
    assert json.loads(row) == {
        "id": 7,
        "tokens": [
            token("senjata", "persenjataan", 0, 0, 12),
            {**token("dari", "dari", 1, 13, 17), "stop_word": True},
            token("rusia", "rusia", 2, 18, 23),
        ],
    }
    assert "(stop word)" in run("analyze", "dari").stdout


def test_config_shows_and_checks_what_applies(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("timezone: Asia/Makassar\narchive: koran\n")
    shown = run("config", "show", cwd=tmp_path).stdout
    assert "timezone: Asia/Makassar" in shown
    assert f"# archive: {tmp_path}/koran" in shown
    assert run("config", "check", cwd=tmp_path).stdout == "config.yaml: in order\n"


def test_the_archive_is_the_flags_then_the_environments_then_the_configs(
    samples_archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(f"archive: {samples_archive}\n")
    assert run("stats", cwd=tmp_path).returncode == 0
    environment_first = run("stats", cwd=tmp_path, env={"CAKAP_SEARCH_ARCHIVE": "/nosuch"})
    assert "/nosuch" in environment_first.stderr
    flag_first = run("stats", "--archive", samples_archive, env={"CAKAP_SEARCH_ARCHIVE": "/nosuch"})
    assert flag_first.returncode == 0


# What it changes


def test_delete_erases_an_article_and_asks_unless_told(copied_archive: Path) -> None:
    arguments = ("delete", "1101", "--archive", copied_archive)
    unasked = run(*arguments)
    assert unasked.returncode == 2
    assert "--yes" in unasked.stderr
    assert run("show", "1101", "--archive", copied_archive).returncode == 0
    assert run(*arguments, "--yes").stdout == "1 erased\n"
    assert run("show", "1101", "--archive", copied_archive).returncode == 1
    assert run(*arguments, "--yes").returncode == 1
    stats = json.loads(run("stats", "--format", "json", "--archive", copied_archive).stdout)
    assert stats["articles"] == 39


def test_delete_erases_all_or_nothing(copied_archive: Path) -> None:
    finished = run("delete", "1101", "xyzzy", "--yes", "--archive", copied_archive)
    assert finished.returncode == 1
    assert "xyzzy" in finished.stderr
    assert run("show", "1101", "--archive", copied_archive).returncode == 0


def test_reindex_changes_no_answer(copied_archive: Path) -> None:
    arguments = ("query", QUESTION, "--format", "jsonl", "--archive", copied_archive)
    before = run(*arguments).stdout
    assert run("reindex", "--archive", copied_archive).stdout == "40 articles indexed again\n"
    assert run(*arguments).stdout == before != ""


# Help and start


@pytest.mark.parametrize("command", [*COMMANDS, "config show", "config check"])
def test_every_command_explains_itself(command: str) -> None:
    finished = run(*command.split(), "--help", env={"COLUMNS": "80"})
    assert finished.returncode == 0
    assert f"cakap-search {command}" in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80


def test_help_lists_every_command() -> None:
    finished = run("--help")
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", finished.stdout)


def test_the_version_is_that_of_the_package() -> None:
    finished = run("--version")
    assert finished.returncode == 0
    assert finished.stdout == f"cakap-search {metadata.version('cakap-search')}\n"


def test_without_arguments_help_is_shown() -> None:
    assert "Usage" in "".join((finished := run()).stdout + finished.stderr)


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"numpy", "whoosh", "trafilatura", "rapidfuzz", "yaml"}),
        (
            ["query", QUESTION],
            {
                *("babel", "trafilatura", "whoosh", "rapidfuzz", "rich", "lxml", "yaml"),
                *("csv", "statistics", "search.embedded.completion", "search.embedded.related"),
            },
        ),
    ],
)
def test_a_start_imports_only_what_it_needs(
    samples_archive: Path, arguments: list[str], unwanted: set[str]
) -> None:
    code = (
        "import sys; from search.cli.main import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(CAKAP_SEARCH_ARCHIVE=str(samples_archive)),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    imported = set(finished.stderr.split())
    assert "search.cli.main" in imported
    assert imported & unwanted == set()


def test_an_error_in_a_question_points_at_its_place(samples_archive: Path) -> None:
    ran = run("query", "senjata tanggal:2021-13", "--archive", samples_archive)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[1:] == ["  senjata tanggal:2021-13", "          ^^^^^^^^^^^^^^^"]
