"""How text looks on a terminal: styled there, plain when piped or when NO_COLOR is set."""

import os
import shutil
import sys
from functools import cache

import typer

_MOST_COLUMNS = 100  # longer lines are hard to read


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
    return min(shutil.get_terminal_size().columns, _MOST_COLUMNS)


def bold(text: str) -> str:
    """What to look at first."""
    return typer.style(text, bold=True) if _is_styled() else text


def dim(text: str) -> str:
    """What to look at last."""
    return typer.style(text, dim=True) if _is_styled() else text


def marked(text: str) -> str:
    """A word of the question."""
    return typer.style(text, bold=True, fg=typer.colors.YELLOW) if _is_styled() else text
