"""What the judges' grades say: how far they agree, and which system they put first."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from index.errors import SourceError
from search.evaluate import Qrels, Run, measured

MEASURE = "nDCG@10"
GRADES = 4  # 0 to 3
_DRAWS = 100_000
_SEED = 20211122

Judgement = Mapping[tuple[str, str], int]  # a grade, by topic and article


def read_grades(path: Path) -> Judgement:
    """The grades of one judge: lines of topic, article and grade, between tabs.

    Raises SourceError with the line that is something else, or has a pair a second time.
    """
    grades: dict[tuple[str, str], int] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        topic, _, rest = line.partition("\t")
        article, _, grade = rest.partition("\t")
        if grade not in map(str, range(GRADES)):
            raise SourceError(f"{path}:{number}: no grade from 0 to {GRADES - 1}")
        if (topic, article) in grades:
            raise SourceError(f"{path}:{number}: {article} a second time for topic {topic}")
        grades[topic, article] = int(grade)
    return grades


def confusion(first: Judgement, second: Judgement) -> np.ndarray:
    """How many pairs have which two grades: a row for each of the first judge's.

    Raises SourceError with a pair that only one has judged.
    """
    if alone := sorted(first.keys() ^ second.keys()):
        topic, article = alone[0]
        raise SourceError(
            f"{len(alone):,} pairs have one grade only, like {article} for topic {topic}"
        )
    table = np.zeros((GRADES, GRADES), int)
    for pair, grade in first.items():
        table[grade, second[pair]] += 1
    return table


def kappa(table: np.ndarray, *, quadratic: bool = False) -> float:
    """Cohen's kappa: 1 where two judges agree always, 0 where they do as by chance.

    Weighted, a disagreement counts as the square of its distance (Cohen, Psychological Bulletin
    1968). Not a number where both gave one and the same grade to everything.
    """
    grades = np.arange(len(table))
    distance = np.abs(grades[:, None] - grades)
    weight = distance**2 if quadratic else distance > 0
    chance = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return float(1 - (weight * table).sum() / (weight * chance).sum())


def summed(*judgements: Judgement) -> Qrels:
    """One grade for each pair: the sum of all judges', 0 to 6 where there are two.

    The sum is the mean without rounding: nDCG is the same for grades and their multiples.
    """
    qrels: dict[str, dict[str, int]] = {}
    for judgement in judgements:
        for (topic, article), grade in judgement.items():
            grades = qrels.setdefault(topic, {})
            grades[article] = grades.get(article, 0) + grade
    return qrels


def qrels_lines(qrels: Qrels) -> str:
    """Judgements as TREC writes them, in the order of topics and identifiers."""
    return "".join(
        f"{topic} 0 {article} {grade}\n"
        for topic, grades in sorted(qrels.items())
        for article, grade in sorted(grades.items())
    )


def by_topic(run: Run, qrels: Qrels) -> np.ndarray:
    """nDCG@10 of each topic, in the order of the judgements."""
    return np.array(
        [
            measured({topic: run.get(topic, [])}, qrels, [MEASURE])[MEASURE]
            for topic in sorted(qrels)
        ]
    )


def chance(differences: np.ndarray) -> float:
    """How often the mean difference is at least as large where signs are thrown: two-sided p.

    Fisher's randomisation test for paired scores (Smucker, Allan and Carterette, CIKM 2007).
    """
    signs = np.random.default_rng(_SEED).choice([-1, 1], (_DRAWS, len(differences)))
    as_large = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12
    return float((1 + as_large.sum()) / (1 + _DRAWS))
