"""What is told around the hits, and what it costs in CPU time.

    python -m benchmarks.around [--archive DIR] [--questions 100]

Questions are two to four words of real headlines, beginnings are two to six letters of a word of
theirs, and articles are the best hits. The first call of each kind makes what the engine keeps, and
is told apart.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import search
from benchmarks.data import archive_of, news, queries, require_data
from index.config import Config
from index.language.analyzer import query_stem
from index.language.tokens import words
from search.evaluate import read_questions

SEED = 20210622


def short_questions(count: int) -> list[str]:
    """Two to four words that follow each other in a headline, stop words left out."""
    draw = random.Random(SEED)
    found = []
    for _, headline in read_questions(queries("headline"))[:count]:
        telling = [word[0] for word in words(headline) if query_stem(word[0]) is not None]
        asked_for = draw.randint(2, 4)
        first = draw.randint(0, max(0, len(telling) - asked_for))
        found.append(" ".join(telling[first : first + asked_for]))
    return found


def tell(name: str, tasks: Sequence[Callable[[], object]]) -> None:
    """Print what tasks cost: the first one, and the percentiles of the others."""
    times = []
    for task in tasks:
        started = time.thread_time()
        task()
        times.append((time.thread_time() - started) * 1000)
    first, *rest = times
    rest.sort()
    print(
        f"{name:<20} {len(rest):>4}: median {statistics.median(rest):6.2f} ms,"
        f" p95 {rest[len(rest) * 95 // 100]:6.2f} ms; the first {first:6.1f} ms"
    )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="one of news.jsonl.gz")
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    require_data()
    draw = random.Random(SEED)
    asked = short_questions(options.questions)
    beginnings = [draw.choice(question.split())[: draw.randint(2, 6)].lower() for question in asked]
    with tempfile.TemporaryDirectory() as folder:
        archive = options.archive or archive_of(news(), Path(folder) / "news")
        with search.open(archive, Config()) as engine:
            best = [engine.search(search.Request(one, limit=1)).hits for one in asked]
            ids = [hits[0].id for hits in best if hits]

            def answer(question: str, related: bool) -> object:
                request = search.Request(question, limit=0, snippet_chars=0, related=related)
                return engine.search(request)

            tell("counted", [lambda one=one: answer(one, False) for one in asked])
            tell("counted, related", [lambda one=one: answer(one, True) for one in asked])
            tell(
                "timeline", [lambda one=one: engine.timeline(search.Request(one)) for one in asked]
            )
            tell("suggest", [lambda one=one: engine.suggest(one) for one in beginnings])
            tell("similar", [lambda one=one: engine.similar(one) for one in ids])


if __name__ == "__main__":
    main()
