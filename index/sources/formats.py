"""The table of formats: how each is told, split into records, and read."""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.sources import csv, html, jsonl, markdown, text
from index.sources.encoding import is_binary
from index.sources.record import (
    TOO_DEEP,
    Input,
    Record,
    Reject,
    Unreadable,
    max_bytes,
    over_limit,
)
from index.sources.streams import Stream, open_stream

# As many bytes as git looks at to tell a binary file.
_SAMPLE_BYTES = 8000


class Format(NamedTuple):
    """A format: its extensions, how its records are split (None: one article) and read."""

    extensions: tuple[str, ...]
    split: Callable[[Stream, Config], Iterator[Record | Reject]] | None
    read: Callable[[bytes, Config], Article]


# A new format is its file and its line here.
FORMATS = {
    "text": Format((".txt", ".text"), None, text.read),
    "markdown": Format((".md", ".markdown"), None, markdown.read),
    "html": Format((".html", ".htm", ".xhtml"), None, html.read),
    "json": Format((".jsonl", ".ndjson", ".json"), jsonl.split, jsonl.read),
    "csv": Format((".csv", ".tsv"), csv.split, jsonl.read),
}


def format_by_extension(path: str) -> str | None:
    """The format that a file name promises; `.gz` at its end is looked through."""
    _, extension = os.path.splitext(path.lower().removesuffix(".gz"))
    return next((name for name, known in FORMATS.items() if extension in known.extensions), None)


def records(
    source: Input, config: Config, on_read: Callable[[int], None] = lambda _: None
) -> Iterator[Record | Reject | Unreadable]:
    """Split an input into records, without reading them yet.

    `on_read` is told the bytes of the input as they are read, for a progress bar.

    Each place has one outcome. Memory is that of one record, except for a JSON array, which is
    held whole. Bad content never raises: it is yielded as a Reject, and what follows it is
    still read; of a gzip file that is cut off, the whole records before the cut. An input that
    cannot be read to its end, for a fault that is not its content's, ends with Unreadable.
    """
    try:
        with open_stream(source.path, on_read) as stream:
            for outcome in _split(source.path, stream, config):
                # Of damaged content, the damage is what is said of the whole.
                if outcome.number is not None or stream.damage is None:
                    yield outcome
            if stream.damage is not None:
                yield Reject(None, stream.damage)
    except OSError as error:
        yield Unreadable(source.path, f"cannot be read ({error.strerror})")


def _split(path: str, stream: Stream, config: Config) -> Iterator[Record | Reject]:
    sample = stream.peek(_SAMPLE_BYTES)[:_SAMPLE_BYTES]
    if is_binary(sample):
        yield Reject(None, "binary content, not text")
        return
    name = format_by_extension(path) or _format_by_content(sample, config)
    split = FORMATS[name].split
    yield from split(stream, config) if split else _whole(name, stream, config)


def _format_by_content(sample: bytes, config: Config) -> str:
    start = sample.decode(errors="surrogateescape").lstrip()
    first_line = next(iter(start.splitlines()), "")
    if start.startswith(("{", "[")):
        return "json"
    if start.startswith("<") and "html" in start.lower():
        return "html"
    if first_line.rstrip() == "---":  # front matter
        return "markdown"
    return "csv" if csv.is_header(first_line, config) else "text"


def _whole(name: str, stream: Stream, config: Config) -> Iterator[Record | Reject]:
    """The whole content as one article."""
    limit = max_bytes(config)
    payload = stream.read(limit + 1)
    if len(payload) > limit:
        size = len(payload) + sum(len(chunk) for chunk in iter(lambda: stream.read(limit), b""))
        yield over_limit(None, size, config)
    elif payload.strip():
        yield Record(None, payload, name)
    else:
        yield Reject(None, "empty")


def read_article(record: Record, config: Config) -> Article:
    """Read one record; this is the expensive part, for a worker process.

    Raises SourceError for one that is no article; it says why, not where.
    """
    try:
        return FORMATS[record.format].read(record.payload, config)
    except RecursionError as error:
        raise SourceError(TOO_DEEP) from error
