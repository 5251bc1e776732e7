"""Speed and size of this project beside other engines, on the same analysed tokens.

    python -m benchmarks.peers [--articles N] [--engines ours,tantivy,...] [--classes and,or,...]

Up to 38,230 articles are those of news.jsonl.gz, more are grown from them. docs/performance.md
tells what is compared. Corpora and indexes stay in `--cache`.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from benchmarks.data import NEWS_ARTICLES
from benchmarks.peers import table
from benchmarks.peers.corpus import corpus
from benchmarks.peers.engines import ENGINES, Served, write
from benchmarks.queries import CLASSES, QUESTIONS, questions, write_questions


def main() -> None:
    """Index, ask in turn, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=NEWS_ARTICLES)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--classes", default=",".join(CLASSES))
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of each class")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--again", default="", help="engines whose index is written anew")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "cakap-search-peers"
    )
    options = parser.parse_args()
    engines, kinds = options.engines.split(","), options.classes.split(",")
    tokens = corpus(options.cache, options.articles)
    asked = tokens.with_name(f"questions-{options.articles}-{options.questions}.tsv")
    if not asked.exists():
        write_questions(questions(tokens, options.questions), asked)
    print(f"{options.articles:,} articles, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for engine in options.again.split(",") if options.again else ():
        shutil.rmtree(_folder(tokens, engine), ignore_errors=True)
    table.print_indexing(
        {engine: write(engine, tokens, _folder(tokens, engine)) for engine in engines},
        options.articles,
    )
    served = {engine: Served(engine, _folder(tokens, engine), asked) for engine in engines}
    answers = {
        kind: {name: engine.ask(kind, total=True) for name, engine in served.items()}
        for kind in kinds
    }
    samples: table.Samples = {kind: {name: [] for name in engines} for kind in kinds}
    for turn in range(options.rounds):
        for kind in kinds:
            for place in range(len(engines)):
                name = engines[(turn + place) % len(engines)]
                samples[kind][name].append(served[name].ask(kind).ns)
    table.print_latencies(samples)
    table.print_agreement(answers, tokens)
    table.print_opening({name: engine.opening() for name, engine in served.items()})
    print(f"load at the end {os.getloadavg()[0]:.1f}")


def _folder(tokens: Path, engine: str) -> Path:
    return tokens.with_name(f"{tokens.stem}.{engine}")


if __name__ == "__main__":
    main()
