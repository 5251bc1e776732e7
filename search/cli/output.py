"""What articles say, printed so that it commands neither a terminal nor a spreadsheet.

Articles are cleaned when they are read, but an archive may be a stranger's; so nothing of one
reaches stdout or stderr but through here.
"""

import sys
from collections.abc import Iterable, Sequence

from index.errors import printable
from search.formats import csv_lines, escaped_json


def plain(text: str) -> str:
    """Text of any number of lines with the controls in it escaped, as in `\\x1b`."""
    return "\n".join(map(printable, text.split("\n")))


def print_json(encoded: bytes) -> None:
    """Print JSON and a line end."""
    sys.stdout.write(escaped_json(encoded) + "\n")


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV."""
    for line in csv_lines(header, rows):
        sys.stdout.write(line)
