"""What is said to people, in the language of whoever reads it.

A message is named by its English form, as in gettext, and stands so where it is said; its
Indonesian form stands in index/indonesian.py, which English never loads. What programs read (JSON,
CSV, exit codes) has one form in both.

The language in use belongs to the context (contextvars): each request of a web server has its own.
"""

from contextvars import ContextVar
from typing import Literal

Lang = Literal["id", "en"]
LANGUAGES: tuple[Lang, ...] = ("id", "en")

_in_use: ContextVar[Lang] = ContextVar("language", default="en")


def use(language: Lang) -> None:
    """Say everything in this language from now on, in this context; it is English before."""
    _in_use.set(language)


def in_use() -> Lang:
    """The language that messages have now."""
    return _in_use.get()


def gettext(message: str, /, **values: object) -> str:
    """A message in the language in use, with values in its braces.

    KeyError: it has no Indonesian form; a test finds that before a reader does.
    """
    if _in_use.get() == "id":
        from index.indonesian import MESSAGES

        message = MESSAGES[message]
    return message.format(**values) if values else message


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The message for one, or the one for another `count`, which stands in its braces."""
    return gettext(one if count == 1 else many, count=format_number(count), **values)


def articles(count: int) -> str:
    """So many articles."""
    return ngettext("1 article", "{count} articles", count)


def noop(message: str) -> str:
    """The message as it stands: gettext is given it later, by another name."""
    return message


def format_number(number: float, decimals: int = 0) -> str:
    """A number as people write it: 1.234,5 in Indonesian, 1,234.5 in English."""
    text = f"{number:,.{decimals}f}"
    return text.translate(_SWAPPED) if _in_use.get() == "id" else text


_SWAPPED = str.maketrans(",.", ".,")
