"""What a snippet costs in CPU time: the texts of real hits, whole headlines as questions, and
few words of them.

    python -m benchmarks.snippets [--archive DIR] [--questions 300]

Each question's ten best hits are read first; only the choice of the passage is measured, once with
the words of the texts unknown to the process and once with them known.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import search
from benchmarks.around import short_questions
from benchmarks.data import archive_of, news, queries, require_data
from index.article import clean_text
from index.config import Config
from index.language import analyzer
from search.embedded.engine import EmbeddedEngine
from search.evaluate import read_questions
from search.results import SNIPPET_CHARS
from search.snippets import Highlighter


def questions(
    engine: EmbeddedEngine, count: int, *, short: bool
) -> list[tuple[list[str], search.Request]]:
    """The texts of the first hits of so many questions: headlines, or two to four words of each."""
    asked = []
    headlines = [words for _, words in read_questions(queries("headline"))[:count]]
    for words in short_questions(count) if short else headlines:
        request = search.Request(words)
        found = engine._answer(request).found
        texts = []
        for doc in found.docs[found.scores.argsort()[::-1][:10]].tolist():
            version = engine._version(doc)
            assert version is not None
            content = version.content
            texts.append(clean_text(content.article.body, content.enrichment.cuts))
        asked.append((texts, request))
    return asked


def highlighter(engine: EmbeddedEngine, request: search.Request) -> Highlighter:
    """What highlights the words of a question."""
    return engine._highlighter(engine._answer(request).found)


def main() -> None:
    """Print the percentiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="one of news.jsonl.gz")
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        archive = options.archive or archive_of(news(), Path(folder) / "news")
        with EmbeddedEngine(archive, Config()) as engine:
            for kind in ("short", "headline"):
                asked = questions(engine, options.questions, short=kind == "short")
                analyzer._readings.clear()
                for state in ("unknown", "known"):
                    tell(f"{kind}, words {state}", measured(engine, asked))


def measured(engine: EmbeddedEngine, asked: list[tuple[list[str], search.Request]]) -> list[float]:
    """The microseconds of every snippet."""
    times = []
    for texts, request in asked:
        words = highlighter(engine, request)
        for text in texts:
            started = time.thread_time()
            words.snippet(text, SNIPPET_CHARS)
            times.append((time.thread_time() - started) * 1e6)
    return times


def tell(name: str, times: list[float]) -> None:
    """Print the percentiles."""
    median, p95 = statistics.median(times), sorted(times)[len(times) * 95 // 100]
    print(f"{name:<24} {len(times):>6,} snippets, median {median:4.0f} µs, p95 {p95:4.0f} µs")


if __name__ == "__main__":
    main()
