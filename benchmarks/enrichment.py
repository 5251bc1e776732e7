"""What enrichment and analysis cost, beside plain Whoosh indexing the same articles.

    python -m benchmarks.enrichment [--articles N] [--repeat 3] [--profile]

Ours reads everything in an article, puts the document together and analyses title and body, in
two worker processes; plain Whoosh is that of benchmarks/indexing.py, in one process. Each run is
a process of its own, in turn. `--profile` tells instead what each stage costs an article, called
one after the other in this process; lexicons are loaded before, caches fill as they do in a run.
"""

import argparse
import gzip
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.data import news, require_data
from benchmarks.indexing import Run, plain_whoosh, run
from index.article import Article, Enrichment, clean_text
from index.config import Config
from index.document import Document, to_document
from index.enrich.agencies import agencies
from index.enrich.article import enrich
from index.enrich.boilerplate import boilerplate
from index.enrich.countries import country_mentions
from index.enrich.dates import date_mentions, publication_day
from index.enrich.offices import offices
from index.enrich.people import person_mentions
from index.enrich.tagger import runs, shipped_tagger
from index.enrich.words import tokens
from index.language.analyzer import analyze
from index.processes import batches, ordered_map

_JOBS = 2
_ARTICLES_PER_TASK = 100
_CONFIG = Config()


def read(lines: list[bytes]) -> int:
    """In a worker: enrich and analyse articles; their number of tokens."""
    count = 0
    for line in lines:
        article = msgspec.json.decode(line, type=Article)
        document = document_of(article, enrich(article, _CONFIG))
        count += len(analyze(document.title)) + len(analyze(document.text))
    return count


def document_of(article: Article, enrichment: Enrichment) -> Document:
    """The document of an article whose place in an archive does not matter."""
    return to_document(0, 0, article, enrichment, _CONFIG.timezone)


def ours(articles: Path) -> int:
    """Enrich and analyse with this project; the number of tokens."""
    with gzip.open(articles) as lines:
        return sum(ordered_map(read, batches(lines, _ARTICLES_PER_TASK), _JOBS))


def profile(articles: list[Article]) -> None:
    """Print what each stage costs, in microseconds of CPU an article."""
    tagger = shipped_tagger()
    enrichments = [enrich(article, _CONFIG) for article in articles[:1]]

    def timed(name: str, stage: Callable[..., Any], *inputs: list[Any]) -> list[Any]:
        stage(*(values[0] for values in inputs))  # loads what the stage loads once
        started = time.process_time()
        results = [stage(*values) for values in zip(*inputs, strict=True)]
        microseconds = (time.process_time() - started) / len(results) * 1e6
        print(f"{name:<22} {microseconds:8.0f}")
        return results

    def tag(words: list[str]) -> int:
        return sum(
            len(tagger.names(words, run)) for run in runs(words) if tagger.is_open(words, run)
        )

    print(f"{len(articles):,} articles{'':<8} {'µs each':>8}")
    bodies = [article.body for article in articles]
    found = timed("boilerplate", lambda one: boilerplate(one.body, one.source, {}).cuts, articles)
    texts = [clean_text(body, cuts) for body, cuts in zip(bodies, found, strict=True)]
    days = [
        publication_day(article.date, _CONFIG.timezone) if article.date else None
        for article in articles
    ]
    read_tokens = timed("  tokens", tokens, texts)
    timed("  tagger", tag, [one.words for one in read_tokens])
    people = timed("people, with these two", person_mentions, texts)
    countries = timed("countries", country_mentions, texts)
    timed("dates", date_mentions, texts, days)
    timed("offices", offices, texts, people, countries)
    timed("agencies", agencies, bodies)
    enrichments = timed("enrich, all of these", lambda one: enrich(one, _CONFIG), articles)
    documents = timed("document", document_of, articles, enrichments)
    timed("analyze", lambda one: len(analyze(one.title)) + len(analyze(one.text)), documents)


def lines_of(count: int | None) -> Iterator[bytes]:
    """The first articles as JSON Lines, with what an Article has."""
    for article in itertools.islice(news(), count):
        known = {name: article.get(name) for name in Article.__struct_fields__ if name in article}
        yield msgspec.json.encode(known) + b"\n"


def main() -> None:
    """Print a table of the runs, or of the stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=None)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        kind, articles, folder = options.run
        if kind == "plain Whoosh":
            plain_whoosh(Path(articles), Path(folder))
        else:
            ours(Path(articles))
        return
    require_data()
    lines = list(lines_of(options.articles))
    if options.profile:
        profile([msgspec.json.decode(line, type=Article) for line in lines])
        return
    kinds = ["plain Whoosh", "ours"]
    figures: dict[str, list[Run]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        with gzip.open(base / "articles.jsonl.gz", "wb", compresslevel=1) as out:
            out.writelines(lines)
        for turn in range(options.repeat):
            for kind in kinds:
                folder = base / f"{kind} {turn}"
                articles = base / "articles.jsonl.gz"
                figures[kind].append(run("benchmarks.enrichment", kind, articles, folder))
    print(f"{len(lines):,} articles, medians of {options.repeat}")
    print(f"{'':<14} {'seconds':>8} {'articles/s':>11} {'CPU s':>7}")
    for kind in kinds:
        seconds = statistics.median(one.seconds for one in figures[kind])
        cpu_s = statistics.median(one.cpu_s for one in figures[kind])
        print(f"{kind:<14} {seconds:8.1f} {len(lines) / seconds:11,.0f} {cpu_s:7.1f}")
    ratio = statistics.median(
        whoosh.seconds / our.seconds
        for whoosh, our in zip(figures["plain Whoosh"], figures["ours"], strict=True)
    )
    print(f"ours handles {ratio:.2f} times as many articles a second as plain Whoosh")


if __name__ == "__main__":
    main()
