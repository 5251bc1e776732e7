"""Where the benchmarks find the test data, and archives made from it."""

import gzip
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from index.config import Config

DATA = Path(
    os.environ.get("CAKAP_SEARCH_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data"
)
NEWS_ARTICLES = 38_230  # in news.jsonl.gz; a larger corpus is grown from it
_GROW = DATA.parent / "tools" / "grow_corpus.py"


def require_data() -> None:
    """Exit with a reason where the test data is missing."""
    if not DATA.is_dir():
        sys.exit(f"no test data at {DATA}; set CAKAP_SEARCH_TEST_DATA")


def news() -> Iterator[dict[str, Any]]:
    """The articles of news.jsonl.gz."""
    with gzip.open(DATA / "news.jsonl.gz") as lines:
        yield from map(msgspec.json.decode, lines)


def json_lines(articles: int) -> Iterator[bytes]:
    """So many articles as JSON Lines, those of news.jsonl.gz or grown from them."""
    if articles <= NEWS_ARTICLES:
        with gzip.open(DATA / "news.jsonl.gz") as lines:
            yield from itertools.islice(lines, articles)
        return
    command = [sys.executable, str(_GROW), str(articles)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield from process.stdout


def passages(name: str) -> Iterator[dict[str, Any]]:
    """The passages of a question set, as articles without a title."""
    for line in (DATA / "retrieval" / f"{name}.passages.tsv").read_text("utf-8").splitlines():
        passage_id, _, text = line.partition("\t")
        yield {"id": passage_id, "source": name, "body": text}


def queries(name: str) -> Path:
    """The questions of a set."""
    return DATA / "retrieval" / f"{name}.queries.tsv"


def qrels(name: str) -> Path:
    """The right articles of each question of a set."""
    return DATA / "retrieval" / f"{name}.qrels"


def archive_of(articles: Iterator[dict[str, Any]], folder: Path) -> Path:
    """An archive of articles in a folder; one that is there already is taken as it is."""
    if (folder / "archive").is_dir():
        return folder / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "articles.jsonl"
    with source.open("wb") as out:
        for article in articles:
            out.write(msgspec.json.encode(article) + b"\n")
    from index.pipeline import index_paths  # not loaded by processes that only write tokens

    index_paths([str(source)], folder / "archive", Config())
    return folder / "archive"
