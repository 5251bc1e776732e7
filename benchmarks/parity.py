"""Whether a cluster answers like the embedded engine, question by question, and in which time.

    python -m benchmarks.parity --url URL [--questions 2000] [--archive DIR] [--moved DIR]

Questions are drawn from the real articles: whole headlines, some of their words, phrases and words
of bodies, patterns, titles, alternatives; a half of them with filters. Both engines index the same
archive. Times are wall clock, one question at a time, the engines in turn.
"""

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

import search
from benchmarks.data import archive_of, news, require_data
from index.config import Cluster, Config
from index.language.tokens import words
from index.pipeline import rebuild

SEED = 20210622
_FACETS = [
    search.Facet("country"),
    search.Facet("person"),
    search.Facet("source"),
    search.Facet("date", interval="year"),
]
_SHOWN = 5
_TOLD_CHARS = 300
_TOLD_EVERY = 100
# Scores are told to four digits.
_SAME = 1e-3

Draw = Callable[[random.Random, list[str], list[str]], str]
# Of a headline's words and of the body's.
_KINDS: list[tuple[int, Draw]] = [
    (30, lambda _draw, title, _body: " ".join(title)),
    (30, lambda draw, title, _: " ".join(draw.sample(title, draw.randint(1, 3)))),
    (15, lambda draw, _, body: f'"{" ".join(_run(draw, body))}"'),
    (8, lambda draw, _, body: " ".join(draw.sample(body, draw.randint(1, 4)))),
    (5, lambda draw, title, _: f"{draw.choice(title)[:5]}*"),
    (3, lambda draw, title, _: f"{draw.choice(title)}~"),
    (2, lambda draw, title, _: f"judul:{draw.choice(title)}"),
    (2, lambda draw, title, body: f"isi:{draw.choice(body)} {draw.choice(title)}"),
    (2, lambda draw, _, body: f'"{" ".join(_run(draw, body))}"~3'),
    (3, lambda draw, title, _: " OR ".join(draw.sample(title, 2))),
]


def _run(draw: random.Random, body: list[str]) -> list[str]:
    first = draw.randrange(len(body) - 3)
    return body[first : first + draw.randint(2, 3)]


def requests(count: int) -> list[search.Request]:
    """So many questions, every second one narrowed or sorted otherwise."""
    draw = random.Random(SEED)
    articles = list(news())
    weights = [weight for weight, _ in _KINDS]
    found: list[search.Request] = []
    while len(found) < count:
        article = draw.choice(articles)
        title = [word[0] for word in words(article.get("title") or "")]
        body = [word[0] for word in words(article.get("text") or article.get("body") or "")]
        if len(title) < 3 or len(body) < 20:
            continue
        ((_, kind),) = draw.choices(_KINDS, weights)
        options: dict[str, Any] = {}
        if len(found) % 4 == 1:
            options["filters"] = {"country": [draw.choice(["ID", "US", "RU", "CN", "MY"])]}
        if len(found) % 4 == 3:
            options["since"] = f"{draw.randint(2015, 2024)}-01-01"
        if len(found) % 20 == 0:
            options["sort"] = draw.choice(["newest", "oldest"])
        question = kind(draw, title, body)
        found.append(search.Request(question, facets=_FACETS, **options))
    return found


_COMPARED: dict[str, Callable[[search.Response], Any]] = {
    "total": lambda answer: answer.total,
    "mode": lambda answer: answer.query.mode,
    "facets": lambda answer: answer.facets,
    "stories": lambda answer: answer.stories,
    "ten best, as a set": lambda answer: {hit.id for hit in answer.hits},
    "ten best, in order": lambda answer: [hit.id for hit in answer.hits],
    "hits, whole but for scores": lambda answer: [
        msgspec.structs.replace(hit, score=0.0) for hit in answer.hits
    ],
    "suggestion": lambda answer: answer.suggestion,
    "no warnings": lambda answer: not answer.warnings,
}


def compare(one: search.Engine, other: search.Engine, asked: list[search.Request]) -> None:
    """Print how many answers of two engines are alike, and where they are not."""
    differing: Counter[str] = Counter()
    times: tuple[list[float], list[float]] = ([], [])
    scores = same_scores = 0
    for number, request in enumerate(asked):
        answers: list[Any] = [None, None]
        for place in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            answers[place] = (one, other)[place].search(request)
            times[place].append((time.perf_counter() - started) * 1000)
        for name, of in _COMPARED.items():
            if of(answers[0]) != of(answers[1]):
                differing[name] += 1
                if differing[name] <= _SHOWN:
                    told = f"{name}: {request.query!r} {of(answers[0])} {of(answers[1])}"
                    print(told[:_TOLD_CHARS], file=sys.stderr, flush=True)
        known = {hit.id: hit.score for hit in answers[0].hits}
        for hit in answers[1].hits:
            if hit.id in known:
                scores += 1
                same_scores += abs(hit.score - known[hit.id]) <= _SAME * max(known[hit.id], _SAME)
        if (number + 1) % _TOLD_EVERY == 0:
            print(number + 1, dict(differing), file=sys.stderr, flush=True)
    for name in _COMPARED:
        print(f"{name:<28} {len(asked) - differing[name]:>5} of {len(asked)}")
    print(f"{'scores within 1e-3':<28} {same_scores:>5} of {scores}")
    for name, taken in zip(("embedded", "cluster"), times, strict=True):
        taken.sort()
        print(
            f"{name:<10} median {statistics.median(taken):7.1f} ms,"
            f" p95 {taken[len(taken) * 95 // 100]:7.1f} ms"
        )
    ratio = statistics.median(times[1]) / statistics.median(times[0])
    print(f"a question takes {ratio:.1f} times as long on the cluster")


def main() -> None:
    """Index twice, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="of one node of the cluster")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--index", default="parity")
    parser.add_argument("--archive", type=Path, help="one of news.jsonl.gz, which stays as it is")
    parser.add_argument("--moved", type=Path, help="the same, which is on the cluster already")
    options = parser.parse_args()
    require_data()
    there = Cluster(urls=(options.url,), index=options.index, shards=options.shards, replicas=0)
    config = Config(engine="opensearch", opensearch=there)
    with tempfile.TemporaryDirectory() as folder:
        here = options.archive or archive_of(news(), Path(folder) / "here")
        moved = options.moved or Path(folder) / "there"
        if not options.moved:
            shutil.copytree(here, moved)
            started = time.perf_counter()
            commit, _ = rebuild(moved, config)
            print(f"{commit.articles:,} articles sent in {time.perf_counter() - started:.0f} s")
        with search.open(here, Config()) as one, search.open(moved, config) as other:
            asked = requests(options.questions)
            for engine in (one, other):
                engine.search(search.Request("kopi", facets=_FACETS))
            compare(one, other, asked)


if __name__ == "__main__":
    main()
