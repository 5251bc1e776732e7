"""What the questions over passages lose, and to which passages.

    python -m benchmarks.misses [SET...]

Of each question 1 - RR@10 is missing; the means of that are told by what came first: a twin of the
right passage (the same words, but for spaces and punctuation), another passage with the answer
written out, or one without; or by the right one not being found at all. `with twins` is the mean
reciprocal rank where a twin is as right as its original, `by lot` where which of them is the right
one is left to chance, and not to the order in which they were indexed.
"""

import argparse
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import search
from benchmarks.data import passages, qrels, queries, require_data
from benchmarks.relevance import archives
from index.config import Config
from search.evaluate import DEPTH, asked, read_qrels, read_questions

SETS = ("facqa", "tydiqa")
_TOP = 10
_LETTERS = re.compile(r"[^\W_]+")


class Misses(NamedTuple):
    """The number of questions; the sums of reciprocal ranks with twins, and with lots drawn among
    them; and by what came first the questions and the points that are missing.
    """

    count: int
    with_twins: float
    by_lot: float
    questions: Counter[str]
    points: Counter[str]


def misses(archive: Path, name: str) -> Misses:
    """What a set loses."""
    texts = {passage["id"]: passage["body"].casefold() for passage in passages(name)}
    words = {number: "".join(_LETTERS.findall(text)) for number, text in texts.items()}
    lines = queries(name).read_text("utf-8").splitlines()
    answers = {
        number: answer.casefold() for number, _, answer in (row.split("\t") for row in lines)
    }
    with search.open(archive, Config()) as engine:
        run = asked(engine, read_questions(queries(name)), search.Request(limit=DEPTH))
    questions, points = Counter[str](), Counter[str]()
    copies = Counter(words.values())
    with_twins = by_lot = 0.0
    for number, judged in read_qrels(qrels(name)).items():
        (right,) = judged
        found = run[number]
        twins = [words[one] == words[right] for one in found]
        with_twins += _reciprocal(twins)
        ranks = [rank for rank, is_twin in enumerate(twins[:_TOP], 1) if is_twin]
        by_lot += sum(1 / rank for rank in ranks) / copies[words[right]]
        if found and found[0] == right:
            continue
        if twins and twins[0]:
            cause = "a twin first"
        elif right not in found:
            cause = "not found"
        elif answers[number] in texts[found[0]]:
            cause = "an answer first"
        else:
            cause = "another first"
        questions[cause] += 1
        points[cause] += 1 - _reciprocal([one == right for one in found])
    return Misses(len(run), with_twins, by_lot, questions, points)


def _reciprocal(right: list[bool]) -> float:
    return 1 / (1 + right.index(True)) if True in right[:_TOP] else 0.0


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help=", ".join(SETS))
    sets = parser.parse_args().sets
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        for name, archive in archives(sets, Path(folder)).items():
            found = misses(archive, name)
            figure, with_twins, by_lot = (
                total / found.count
                for total in (found.count - found.points.total(), found.with_twins, found.by_lot)
            )
            print(
                f"{name}: {found.count:,} questions, {figure:.4f}, "
                f"with twins {with_twins:.4f}, by lot {by_lot:.4f}"
            )
            for cause, missing in found.points.most_common():
                print(f"  {cause:<16} {found.questions[cause]:5} {missing / found.count:.4f}")


if __name__ == "__main__":
    main()
