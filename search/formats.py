"""Hits as CSV and JSON that command neither a terminal nor a spreadsheet, to print or to send."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from index.errors import CONTROLS, printable

if TYPE_CHECKING:
    from search.results import Hit

CSV_COLUMNS = (
    *("id", "title", "date", "source", "category", "agency", "author"),
    *("countries", "people", "inferred", "url", "score", "snippet"),
    *("versions", "corrects", "corrected_by"),
)
# A cell that begins so is calculated: OWASP, "CSV Injection". Tab and line ends are escaped.
_FORMULA_START = tuple("=+-@＝＋－＠")


def escaped_json(encoded: bytes) -> str:
    """JSON in which the controls that it lets stand (C1, bidi) are escapes that mean the same."""
    lines = encoded.decode().split("\n")  # line ends in strings are escapes already
    return "\n".join(CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in lines)


def csv_row(hit: "Hit") -> list[object]:
    """The cells of a hit; several values in one cell are separated by semicolons."""
    row = msgspec.structs.asdict(hit)
    row["snippet"] = hit.snippet.text if hit.snippet else None
    cells = (row[name] for name in CSV_COLUMNS)
    return ["; ".join(cell) if isinstance(cell, list) else cell for cell in cells]


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as CSV, each with its line end.

    A text that a spreadsheet would take for a formula gets an apostrophe before it, by which
    spreadsheets mark text; numbers stay numbers.
    """
    import csv  # 0.5 ms that a table need not pay

    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in chain([header], rows):
        writer.writerow(map(_cell, row))
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULA_START) else text
