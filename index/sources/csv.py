r"""CSV and TSV with a header row.

Between tabs, cells may be quoted as in CSV, or be literal as databases write them (`\n` is a line
end, `\N` no value), even in one file.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources import fields
from index.sources.encoding import decode
from index.sources.record import Record, Reject, json_record, max_bytes
from index.sources.streams import Stream

_DELIMITERS = ",;\t"
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "0": "", "\\": "\\"}
_ESCAPE = re.compile(r"\\([tnr0\\])")
_CELL_SEPARATOR = "\x1f"  # ASCII's own, which no text holds


def begins(start: str, config: Config) -> bool:
    """Whether a content that begins so is CSV: its first line names the body and more."""
    try:
        _, header = _header(start.partition("\n")[0])
    except (csv.Error, SourceError):
        return False
    return len(header) > 1 and fields.has_body(header, config.sources.fields)


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
        yield Reject(None, gettext("empty"))
        return
    try:
        delimiter, header = _header(header_line)
    except (csv.Error, SourceError) as error:
        yield Reject(None, gettext("the header cannot be read: {error}", error=error))
        return
    if missing := _missing_body(header, config):
        yield missing
        return
    rows = (
        _tab_separated(text, len(header), max_bytes(config))
        if delimiter == "\t"
        else csv.reader(text, delimiter=delimiter)
    )
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Reject(number, gettext("not valid CSV: {error}", error=error))
            continue
        if row:
            yield _record(number, header, row, config)


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter of the header row and the names in it."""
    delimiter = max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter))
    return delimiter, [name.strip() for name in _decoded(cells)]


def _tab_separated(lines: Iterable[str], columns: int, limit_chars: int) -> Iterator[list[str]]:
    """The rows, each read as quoted where that gives the right number of cells."""
    coming = iter(lines)
    again: deque[str] = deque()  # lines that turned out to belong to no quoted cell
    while line := again.popleft() if again else next(coming, ""):
        if not line.strip("\r\n"):
            continue
        taken, chars = [line], len(line)
        is_open = line.count('"') % 2 == 1
        while is_open and chars < limit_chars:
            if not (line := again.popleft() if again else next(coming, "")):
                break
            taken.append(line)
            chars += len(line)
            is_open ^= line.count('"') % 2 == 1
        literal = taken[0].rstrip("\r\n").split("\t")
        quoted = _quoted(taken)
        if quoted == literal or len(quoted) != columns:
            again.extendleft(reversed(taken[1:]))
            yield ["" if cell == "\\N" else _ESCAPE.sub(_unescaped, cell) for cell in literal]
        else:
            yield quoted


def _quoted(lines: list[str]) -> list[str]:
    """The cells of one row with quotes; none where they are not as they should be."""
    try:
        rows = list(csv.reader(lines, delimiter="\t", strict=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES[escape[1]]


def _missing_body(header: list[str], config: Config) -> Reject | None:
    if fields.has_body(header, config.sources.fields):
        return None
    known = fields.names("body", config.sources.fields)
    return Reject(
        None,
        gettext(
            "no column holds the body: found {header}; known are {known}; name "
            "yours in config.yaml under sources.fields.body",
            header=", ".join(header),
            known=", ".join(known),
        ),
    )


def _record(number: int, header: list[str], row: list[str], config: Config) -> Record | Reject:
    if len(row) < len(header):
        return Reject(
            number,
            gettext(
                "{found} columns, the header has {columns}; none for {name}",
                found=len(row),
                columns=len(header),
                name=header[len(row)],
            ),
        )
    if any(row[len(header) :]):
        return Reject(
            number,
            gettext(
                "{found} columns, the header has {columns}", found=len(row), columns=len(header)
            ),
        )
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
