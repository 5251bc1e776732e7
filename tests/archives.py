"""Small archives for tests, made from articles written in the test."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

import search
from index.config import Config
from index.pipeline import index_paths


def make_archive(
    folder: Path, *runs: Iterable[Mapping[str, Any]], config: Config | None = None
) -> Path:
    """An archive of articles (fields as JSON Lines name them), indexed in so many runs.

    Runs of 15, 4 and 1 articles stay segments of their own: each is more than twice the rest.
    """
    for number, articles in enumerate(runs):
        path = folder / f"{number}.jsonl"
        path.write_bytes(b"".join(msgspec.json.encode(article) + b"\n" for article in articles))
        _, rejects = index_paths([str(path)], folder / "archive", config or Config(), jobs=1)
        assert rejects == []
    return folder / "archive"


def ids(engine: search.Engine, question: str, **options: Any) -> list[str]:
    """The ids of all hits, best first."""
    request = search.Request(question, limit=None, snippet_chars=0, **options)
    return [hit.id for hit in engine.search(request).hits]
