"""How text looks on a terminal: styled there, plain when piped or when NO_COLOR is set.

What is styled is escaped first (`output.plain`), so only the styles here command the terminal.
"""

import datetime
import math
import os
import shutil
import sys
from functools import cache
from zoneinfo import ZoneInfo

import typer

from index.messages import gettext
from search.cli.output import plain

_MOST_COLUMNS = 100  # longer lines are hard to read
_FEWEST_COLUMNS = 48  # a narrower terminal wraps lines


@cache
def is_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


@cache
def _is_styled() -> bool:
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int | None:
    """Columns to fit in, None where nothing reads them."""
    if not is_terminal():
        return None
    return min(max(shutil.get_terminal_size().columns, _FEWEST_COLUMNS), _MOST_COLUMNS)


def bold(text: str) -> str:
    """What to look at first."""
    text = plain(text)
    return typer.style(text, bold=True) if _is_styled() else text


def dim(text: str) -> str:
    """What to look at last."""
    text = plain(text)
    return typer.style(text, dim=True) if _is_styled() else text


def marked(text: str) -> str:
    """A word of the question, in the colour of grep, which is read on light and on dark."""
    text = plain(text)
    return typer.style(text, bold=True, fg=typer.colors.RED) if _is_styled() else text


def link(url: str, columns: int | None) -> str:
    """A URL, shortened to the columns where a terminal can still follow it."""
    url = plain(url)
    if columns is None or len(url) <= columns or not _is_styled():
        return dim(url)
    # OSC 8, the escape sequence that terminals agree on for hyperlinks.
    return f"\x1b]8;;{url}\x1b\\{dim(url[: columns - 1] + '…')}\x1b]8;;\x1b\\"


def bar_columns(most: int) -> int:
    """Columns for the bars of a chart, none where a bar could be read aloud block by block."""
    columns = width()
    if columns is None or os.environ.get("TERM") == "dumb":
        return 0
    return min(most, columns // 4)


def bar(count: int, most: int, columns: int, *, padded: bool = False) -> str:
    """A bar as long as the count is of the most, so that one is seen; padded where text follows."""
    blocks = "█" * math.ceil(columns * count / most)
    if padded:
        blocks = f"{blocks:<{columns}}"
    return dim(blocks) if blocks else ""


def shortened(text: str, columns: int) -> str:
    """A text that fits in the columns, with an ellipsis where it is cut."""
    return text if len(text) <= columns else text[: columns - 1].rstrip() + "…"


def no_title() -> str:
    """What stands where an article has no title."""
    return f"({gettext('no title')})"


def local_time(date: str | None, timezone: str) -> str:
    """An ISO 8601 day as it is, a moment as day and minute in the zone."""
    if date is None:
        return gettext("no date")
    moment = datetime.datetime.fromisoformat(date)
    if moment.tzinfo is None:
        return date
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"
