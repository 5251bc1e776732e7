"""The table of formats: how each is told, split into records, and read."""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources import csv, feed, html, jsonl, markdown, text, warc, wordpress
from index.sources.record import (
    SAMPLE_BYTES,
    TOO_DEEP,
    Input,
    PassedOver,
    Record,
    Reject,
    Unreadable,
    max_bytes,
    over_limit,
)
from index.sources.streams import Stream, open_stream
from index.sources.unrecognised import what_it_is, xml_kind


class Format(NamedTuple):
    """A format: its extensions, whether a content begins like it, how its records are split
    (None: one article) and read.
    """

    extensions: tuple[str, ...]
    begins: Callable[[str, Config], bool]
    split: Callable[[Stream, Config], Iterator[Record | Reject | PassedOver]] | None
    read: Callable[[bytes, Config], Article]


_XML = (".xml", ".rss", ".atom", ".rdf", ".wxr")  # names that are not always the right ones

# A new format is its file and its line here. Content is told in this order.
FORMATS = {
    "wordpress": Format(_XML, wordpress.begins, wordpress.split, jsonl.read),
    "feed": Format(_XML, feed.begins, feed.split, feed.read),
    "json": Format((".jsonl", ".ndjson", ".json"), jsonl.begins, jsonl.split, jsonl.read),
    "html": Format((".html", ".htm", ".xhtml", ".xml"), html.begins, None, html.read),
    "markdown": Format((".md", ".markdown"), markdown.begins, None, markdown.read),
    "csv": Format((".csv", ".tsv"), csv.begins, csv.split, jsonl.read),
    "warc": Format((".warc",), warc.begins, warc.split, warc.read),
    "text": Format((".txt", ".text"), text.begins, None, text.read),
}


def format_by_extension(path: str) -> str | None:
    """The first format that a file name promises; `.gz` or `.zst` at its end is looked through."""
    return next(_promised(path), None)


def _promised(path: str) -> Iterator[str]:
    _, extension = os.path.splitext(path.lower().removesuffix(".gz").removesuffix(".zst"))
    return (name for name, known in FORMATS.items() if extension in known.extensions)


def records(
    source: Input, config: Config, on_read: Callable[[int], None] = lambda _: None
) -> Iterator[Record | Reject | PassedOver | Unreadable]:
    """Split an input into records, without reading them yet.

    `on_read` is told the bytes of the input as they are read, for a progress bar.

    Each place has one outcome. Memory is that of one record, except for a JSON array, which is
    held whole. Bad content never raises: it is yielded as a Reject, and what follows it is
    still read; of a packed file that is cut off, the whole records before the cut. An input that
    cannot be read to its end, for a fault that is not its content's, ends with Unreadable.
    """
    try:
        with open_stream(source, max_bytes(config), on_read) as stream:
            for outcome in _split(source.path, stream, config):
                # Of damaged content, the damage is what is said of the whole.
                if outcome.number is not None or stream.damage is None:
                    yield outcome
            if stream.damage is not None:
                yield Reject(None, stream.damage)
    except OSError as error:
        yield Unreadable(source.path, gettext("cannot be read ({error})", error=error.strerror))


def _split(path: str, stream: Stream, config: Config) -> Iterator[Record | Reject | PassedOver]:
    sample = stream.peek(SAMPLE_BYTES)[:SAMPLE_BYTES]
    start = sample.decode(errors="surrogateescape").lstrip()
    kind = None if warc.begins(start, config) else what_it_is(sample)  # its records hold anything
    name = None if kind else _format(path, start, config)
    if name is None:
        told = gettext(
            "{kind}; accepted are {formats}",
            kind=kind or xml_kind(start),
            formats=", ".join(FORMATS),
        )
        yield Reject(None, told if start else gettext("empty"))
        return
    split = FORMATS[name].split
    yield from split(stream, config) if split else _whole(name, stream, config)


def _format(path: str, start: str, config: Config) -> str | None:
    """The format by extension, and by content where the extension promises none or several."""
    promised = list(_promised(path))
    if len(promised) == 1:
        return promised[0]
    return next((name for name in promised or FORMATS if FORMATS[name].begins(start, config)), None)


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
        yield Reject(None, gettext("empty"))


def read_article(record: Record, config: Config) -> Article:
    """Read one record; this is the expensive part, for a worker process.

    Raises SourceError for one that is no article; it says why, not where.
    """
    try:
        return FORMATS[record.format].read(record.payload, config)
    except RecursionError as error:
        raise SourceError(gettext(TOO_DEEP)) from error
