"""What a snippet costs in CPU time: the texts of real hits, the words of real headlines.

    python -m benchmarks.snippets [--archive DIR] [--questions 300]

Each question's hits are read first; only the choice of the passage is measured, once with the
words of the texts unknown to the process and once with them known.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import search
from benchmarks.data import archive_of, news, queries, require_data
from index.article import clean_text
from index.config import Config
from index.language import analyzer
from search.embedded.engine import EmbeddedEngine
from search.results import SNIPPET_CHARS
from search.snippets import Highlighter


def questions(engine: EmbeddedEngine, count: int) -> list[tuple[list[str], search.Request]]:
    """The texts of the first hits of so many questions."""
    asked = []
    for _, words in list(queries("headline"))[:count]:
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
    return engine._highlighter(engine._answer(request).found.leaves)


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
            asked = questions(engine, options.questions)
            analyzer._readings.clear()
            for state in ("unknown", "known"):
                times = []
                for texts, request in asked:
                    words = highlighter(engine, request)
                    for text in texts:
                        started = time.thread_time()
                        words.snippet(text, SNIPPET_CHARS)
                        times.append((time.thread_time() - started) * 1e6)
                times.sort()
                print(
                    f"{len(times):,} snippets, words {state:<8} median"
                    f" {statistics.median(times):4.0f} µs, p95 {times[len(times) * 95 // 100]:4.0f}"
                )


if __name__ == "__main__":
    main()
