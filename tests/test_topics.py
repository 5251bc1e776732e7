"""The topics judged by hand: sheets that tell no system, agreement, grades and differences."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.topics import score, sheets
from benchmarks.topics.systems import TOPICS
from index.errors import SourceError
from search.evaluate import read_qrels, read_questions


def grades(text: str, folder: Path) -> Path:
    file = folder / "grades.tsv"
    file.write_text(text, "utf-8")
    return file


def test_forty_topics_have_a_question_and_a_narrative() -> None:
    lines = TOPICS.read_text("utf-8").splitlines()
    assert len(read_questions(TOPICS)) == len(lines) == 40
    assert all(len(line.split("\t")) == 3 for line in lines)


def test_pool_holds_what_any_system_found() -> None:
    runs = [{"01": ["a", "b"], "02": ["c"]}, {"01": ["b", "d"]}]
    assert sheets.pooled(runs) == {"01": {"a", "b", "d"}, "02": {"c"}}


def test_later_sentences_are_shown_that_hold_a_word_of_the_question() -> None:
    text = "Banjir surut. Warga pulang! Korban banjir dihitung."
    assert list(sheets._passages(text, "korban di mana")) == ["Korban banjir dihitung."]


def test_kappa_leaves_out_agreement_by_chance() -> None:
    # Cohen's own way: 35 of 50 agree, by chance 25 would.
    table = np.array([[20, 5], [10, 15]])
    assert score.kappa(table) == pytest.approx(0.4)


def test_quadratic_kappa_forgives_neighbouring_grades() -> None:
    # Two of four pairs are off by one. By chance, squared distances would sum to 4.5 for the first
    # judge's grade 0, to 0.75 and 1.25 for the others.
    near = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 1]])
    far = np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1]])
    assert score.kappa(near, quadratic=True) == pytest.approx(1 - 2 / 6.5)
    assert score.kappa(far, quadratic=True) == pytest.approx(0)


def test_judges_who_always_agree_have_kappa_one() -> None:
    assert score.kappa(np.diag([3, 1, 2, 4])) == score.kappa(np.diag([3, 1]), quadratic=True) == 1


def test_grades_of_both_judges_are_added() -> None:
    both = score.summed({("01", "a"): 3, ("01", "b"): 0}, {("01", "a"): 2, ("01", "b"): 1})
    assert both == {"01": {"a": 5, "b": 1}}


def test_written_qrels_are_read_back(tmp_path: Path) -> None:
    qrels = {"01": {"a": 5, "b": 0}, "02": {"c": 6}}
    assert read_qrels(grades(score.qrels_lines(qrels), tmp_path)) == qrels


def test_a_pair_that_one_judge_left_out_is_named() -> None:
    with pytest.raises(SourceError, match="like b for topic 01"):
        score.confusion({("01", "a"): 3}, {("01", "a"): 3, ("01", "b"): 0})


@pytest.mark.parametrize("line", ["01\ta\t", "01\ta\t4", "01\ta", "01\ta\t2,5", "01\ta\t²"])
def test_a_line_without_a_grade_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"grades\.tsv:2: no grade"):
        score.read_grades(grades(f"01\tb\t0\n{line}\n", tmp_path))


def test_a_pair_graded_a_second_time_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"grades\.tsv:2: a a second time for topic 01"):
        score.read_grades(grades("01\ta\t0\n01\ta\t1\n", tmp_path))


def test_ndcg_is_told_topic_by_topic_and_nothing_found_is_worth_nothing() -> None:
    qrels = {"01": {"a": 6, "b": 0}, "02": {"c": 4}}
    # The right article second: 1 / log2(3).
    found = score.by_topic({"01": ["b", "a"], "02": []}, qrels)
    assert found == pytest.approx([0.63093, 0], abs=1e-5)


def test_ndcg_is_the_same_for_multiples_of_the_grades() -> None:
    run = {"01": ["b", "c", "a"]}
    single = score.by_topic(run, {"01": {"a": 3, "b": 1, "c": 2}})
    assert score.by_topic(run, {"01": {"a": 6, "b": 2, "c": 4}}) == pytest.approx(single)


def test_chance_of_a_difference_is_counted_over_signs() -> None:
    # Four equal gains: of 16 ways to throw signs, two are as far from zero.
    assert score.chance(np.array([0.1] * 4)) == pytest.approx(2 / 16, abs=0.005)
    assert score.chance(np.zeros(4)) == 1
