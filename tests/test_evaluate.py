"""What answers are worth: measures worked by hand, files as TREC has them, and what is refused."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import CakapError, SourceError
from search.evaluate import measured, read_qrels, read_questions, trec_lines
from tests.archives import make_archive
from tests.commands import run


def test_measures_are_those_of_their_definitions() -> None:
    qrels = {"1": {"a": 1, "b": 2}, "2": {"c": 1}, "3": {"d": 1}, "never asked": {"e": 1}}
    hits = {"1": ["x", "b", "a"], "2": ["c"], "3": [], "not judged": ["a"]}
    found = measured(hits, qrels)
    # 1: b (gain 2) second, a (gain 1) third; ideal is b first, a second. 2: perfect. 3: nothing.
    dcg = 2 / math.log2(3) + 1 / math.log2(4)
    ideal = 2 / math.log2(2) + 1 / math.log2(3)
    assert found["nDCG@10"] == pytest.approx((dcg / ideal + 1 + 0) / 3)
    assert found["RR@10"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found["R@100"] == pytest.approx((1 + 1 + 0) / 3)


def test_the_eleventh_hit_is_too_late_for_the_first_two_measures_only() -> None:
    hits = {"1": [f"x{n}" for n in range(10)] + ["right"]}
    found = measured(hits, {"1": {"right": 1}})
    assert found == {"nDCG@10": 0.0, "RR@10": 0.0, "R@100": 1.0}


def test_a_run_is_written_as_trec_has_it() -> None:
    assert list(trec_lines({"q1": ["a", "b c"]})) == [
        "q1 Q0 a 1 1.000000 cakap-search\n",
        "q1 Q0 b c 2 0.500000 cakap-search\n",
    ]


def test_files_are_read_with_what_people_leave_in_them(tmp_path: Path) -> None:
    queries, qrels = tmp_path / "q.tsv", tmp_path / "q.qrels"
    queries.write_text("\ufeffq1\tkopi gayo\tan answer\r\n\nq2\tteh\n", "utf-8")
    qrels.write_text("q1 0 Warta Pagi:7 1\nq1\t0\tb\t0\n\n", "utf-8")
    assert read_questions(queries) == [("q1", "kopi gayo"), ("q2", "teh")]
    assert read_qrels(qrels) == {"q1": {"Warta Pagi:7": 1, "b": 0}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("q1 kopi\n", "q:1: not a number without spaces"),
        ("q1\tkopi\nq2\t \n", "q:2: not a number"),
        ("q1\tkopi\nq1\tteh\n", "q:2: question q1 a second time"),
    ],
)
def test_a_line_that_is_no_question_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "q").write_text(content)
    with pytest.raises(SourceError, match=message):
        read_questions(tmp_path / "q")


@pytest.mark.parametrize("line", ["q1 0 a", "q1 0 a high", "q1", "q1 0 a 1.5"])
def test_a_line_that_is_no_judgement_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "q").write_text(f"q0 0 a 1\n{line}\n")
    with pytest.raises(SourceError, match="q:2: not a question, 0, an article and a grade"):
        read_qrels(tmp_path / "q")


def test_no_judgement_in_common_is_no_zero() -> None:
    with pytest.raises(CakapError, match="the numbers in both files must agree"):
        measured({"1": ["a"]}, {"one": {"a": 1}})


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    articles = [
        {"id": "gayo", "title": "Kopi Gayo dipanen", "text": "Petani memanen kopi."},
        {"id": "teh", "title": "Teh hijau", "text": "Pekebun memetik teh, bukan kopi."},
        {"id": "lada", "title": "Lada putih", "text": "Harga lada naik."},
    ]
    return make_archive(tmp_path, articles)


def test_the_command_measures_and_writes_the_run(archive: Path, tmp_path: Path) -> None:
    queries, qrels, hits = (tmp_path / name for name in ("q.tsv", "q.qrels", "hits.run"))
    queries.write_text("1\tkopi\n2\tapa nama lada\n3\tkopi\n")
    qrels.write_text("1 0 teh 1\n2 0 lada 1\n")
    finished = run("evaluate", queries, qrels, "--run", hits, "--archive", archive)
    assert finished.returncode == 0
    assert finished.stdout.splitlines() == ["nDCG@10  0.8155", "RR@10    0.7500", "R@100    1.0000"]
    assert finished.stderr == "note: 1 of 3 questions has no judgement; left out\n"
    assert [line.split()[:4] for line in hits.read_text().splitlines()] == [
        ["1", "Q0", "gayo", "1"],
        ["1", "Q0", "teh", "2"],
        ["2", "Q0", "lada", "1"],
        ["3", "Q0", "gayo", "1"],
        ["3", "Q0", "teh", "2"],
    ]


def test_a_question_that_asks_the_impossible_is_named(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("1\tkopi\n2\tnegara:Ruritania\n")
    (tmp_path / "qrels").write_text("1 0 teh 1\n")
    finished = run("evaluate", tmp_path / "q.tsv", tmp_path / "qrels", "--archive", archive)
    assert finished.returncode == 2
    assert finished.stderr.startswith("error: question 2: no country is called 'Ruritania'")


def test_without_files_or_ir_measures_the_remedy_is_told(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("1\tkopi\n")
    (tmp_path / "qrels").write_text("1 0 teh 1\n")
    missing = run("evaluate", tmp_path / "none", tmp_path / "qrels", "--archive", archive)
    assert missing.returncode == 2
    assert f"{tmp_path}/none: cannot be read" in missing.stderr
    arguments = ["evaluate", str(tmp_path / "q.tsv"), str(tmp_path / "qrels")]
    code = (
        "import sys; sys.modules['ir_measures'] = None\n"
        f"sys.argv = ['cakap-search', *{arguments}, '--archive', {str(archive)!r}]\n"
        "from search.cli.main import main; main()"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.returncode == 2
    assert "pip install 'cakap-search[evaluate]'" in finished.stderr
