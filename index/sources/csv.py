"""CSV and TSV with a header row."""

import csv
import io
from collections.abc import Iterator

import msgspec

from index.config import Config
from index.errors import SourceError
from index.sources import fields
from index.sources.encoding import decode
from index.sources.record import Record, Reject, json_record, max_bytes
from index.sources.streams import Stream

_DELIMITERS = ",;\t"
_CELL_SEPARATOR = "\x1f"  # ASCII's own, which no text holds


def split(stream: Stream, config: Config) -> Iterator[Record | Reject]:
    """A JSON record for each row, keyed by the header; the delimiter is read off the header.

    The structure of CSV is ASCII, so rows are cut first and each is decoded by itself: one bad
    byte costs one row.
    """
    csv.field_size_limit(max_bytes(config))
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")
    number = 1
    while (header_line := text.readline()) and not header_line.strip():
        number += 1
    if not header_line:
        yield Reject(None, "empty")
        return
    try:
        delimiter, header = _header(header_line)
    except (csv.Error, SourceError) as error:
        yield Reject(None, f"the header cannot be read: {error}")
        return
    if missing := _missing_body(header, config):
        yield missing
        return
    rows = csv.reader(text, delimiter=delimiter)
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Reject(number, f"not valid CSV: {error}")
            continue
        if row:
            yield _record(number, header, row, config)


def is_header(line: str, config: Config) -> bool:
    """Whether a content that begins with this line is CSV: it names the body and more."""
    try:
        _, header = _header(line)
    except (csv.Error, SourceError):
        return False
    return len(header) > 1 and fields.has_body(header, config.sources.fields)


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter of the header row and the names in it."""
    delimiter = max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter))
    return delimiter, [name.strip() for name in _decoded(cells)]


def _missing_body(header: list[str], config: Config) -> Reject | None:
    if fields.has_body(header, config.sources.fields):
        return None
    known = fields.names("body", config.sources.fields)
    return Reject(
        None,
        f"no column holds the body: found {', '.join(header)}; known are {', '.join(known)}; "
        "name yours in config.yaml under sources.fields.body",
    )


def _record(number: int, header: list[str], row: list[str], config: Config) -> Record | Reject:
    if len(row) < len(header):
        return Reject(
            number, f"{len(row)} columns, the header has {len(header)}; none for {header[len(row)]}"
        )
    if any(row[len(header) :]):
        return Reject(number, f"{len(row)} columns, the header has {len(header)}")
    try:
        row = _decoded(row)
    except SourceError as error:
        return Reject(number, str(error))
    return json_record(number, msgspec.json.encode(dict(zip(header, row, strict=False))), config)


def _decoded(row: list[str]) -> list[str]:
    """The row with its undecodable bytes read for what they are."""
    text = _CELL_SEPARATOR.join(row)
    try:
        text.encode()
    except UnicodeEncodeError:
        return decode(text.encode(errors="surrogateescape")).split(_CELL_SEPARATOR)
    return row
