"""What articles say, printed so that it commands neither a terminal nor a spreadsheet.

Articles are cleaned when they are read, but an archive may be a stranger's; so nothing of one
reaches stdout or stderr but through here.
"""

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from index.errors import CONTROLS, printable

# A cell that begins so is calculated: OWASP, "CSV Injection". Tab and line ends are escaped.
_FORMULA_START = tuple("=+-@＝＋－＠")


def plain(text: str) -> str:
    """Text of any number of lines with the controls in it escaped, as in `\\x1b`."""
    return "\n".join(map(printable, text.split("\n")))


def escaped_json(encoded: bytes) -> str:
    """JSON in which the controls that it lets stand (C1, bidi) are escapes that mean the same."""
    lines = encoded.decode().split("\n")  # line ends in strings are escapes already
    return "\n".join(CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in lines)


def print_json(encoded: bytes) -> None:
    """Print JSON and a line end."""
    sys.stdout.write(escaped_json(encoded) + "\n")


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV."""
    for line in csv_lines(header, rows):
        sys.stdout.write(line)


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
