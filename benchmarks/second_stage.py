"""What the second stage of ranking costs beside the first, in milliseconds of processor time.

    python -m benchmarks.second_stage [--archive DIR] [--words 3] [--questions 300] [--rounds 5]

Questions are the first words of the headlines of `shortir`, asked of all the news: in an archive
that is there, or in one made for the run. `best 10` and `best 100` are the first stage, once for a
page and once for all that is ranked again; `again` is the second stage over these, and `stories`
what brings their near-copies together.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.data import archive_of, news, queries, require_data
from index.config import Config
from search.embedded.engine import EmbeddedEngine
from search.embedded.score import RERANKED, score, second_stage, story_gains
from search.embedded.top import question_of
from search.evaluate import read_questions
from search.query.parse import parse

_PAGE = 10


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def measure(engine: EmbeddedEngine, words: int, count: int, rounds: int) -> dict[str, list[float]]:
    """The times of the questions that find more than is ranked again."""
    snapshot, ranking = engine._snapshot, Config().ranking
    times: dict[str, list[float]] = {"best 10": [], "best 100": [], "again": [], "stories": []}
    for _, headline in read_questions(queries("shortir"))[:count]:
        tree = parse(" ".join(headline.split()[:words])).tree
        question = question_of(snapshot, tree, ranking)
        if question is None:
            continue
        best = partial(question.best, share=ranking.relax_share, passing=snapshot.alive)
        docs = np.sort(best(RERANKED).docs)
        if len(docs) == RERANKED:
            scores = score(snapshot, question.leaves, docs, ranking)
            stories = partial(story_gains, snapshot, docs, scores)

            again = partial(second_stage, snapshot, question.leaves, docs, ranking)
            times["best 10"].append(milliseconds(partial(best, _PAGE), rounds))
            times["best 100"].append(milliseconds(partial(best, RERANKED), rounds))
            times["again"].append(milliseconds(again, rounds))
            times["stories"].append(milliseconds(stories, rounds))
    return times


def main() -> None:
    """Print medians and 95th percentiles over the questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, metavar="DIR")
    parser.add_argument("--words", type=int, default=3)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        archive = options.archive or archive_of(news(), Path(folder))
        with EmbeddedEngine(archive, Config()) as engine:
            times = measure(engine, options.words, options.questions, options.rounds)
    print(f"{len(times['again'])} questions of {options.words} words: p50, p95")
    for name, values in times.items():
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{name:<9} {statistics.median(values):7.3f} {p95:7.3f}")


if __name__ == "__main__":
    main()
