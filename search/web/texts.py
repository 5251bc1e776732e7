"""What the pages say, in Indonesian and in English, and dates as each writes them.

Messages and numbers are those of index/messages.py, in the language that it has in use.
"""

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton

from index.enrich.countries import country_name
from index.messages import articles, format_number, gettext, in_use
from index.schema import DATE
from search.query.resolve import NONE, value_name


class Texts:
    """What templates call: messages, and what is written otherwise in each language."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)

    @property
    def language(self) -> str:
        """The language in use, as HTML names it."""
        return in_use()

    def __call__(self, message: str, **values: object) -> str:
        """A message, with values in its braces."""
        return gettext(message, **values)

    def number(self, number: int) -> str:
        """1.234 or 1,234."""
        return format_number(number)

    def articles(self, count: int) -> str:
        """So many articles."""
        return articles(count)

    def day(self, date: str | None) -> str:
        """An ISO day, moment, month, year or range of days as people write it."""
        if not date:
            return self("without a date")
        first, dots, last = date.partition("..")
        if dots and first != last:
            return f"{self._one_day(first)} – {self._one_day(last)}"
        return self._one_day(first)

    def _one_day(self, date: str) -> str:
        try:
            if len(date) == len("2021-06"):
                month = datetime.date.fromisoformat(f"{date}-01")
                return format_skeleton("yMMMM", month, locale=Locale(in_use()))
            if len(date) < len("2021-06"):
                return date
            moment = datetime.datetime.fromisoformat(date)
        except ValueError:
            return date
        if moment.tzinfo is not None:
            moment = moment.astimezone(self._zone)
        return format_date(moment.date(), "d MMMM y", locale=Locale(in_use()))

    def time(self, date: str | None) -> str:
        """The hour and minute of a moment in the archive's zone, nothing for a bare day."""
        moment = datetime.datetime.fromisoformat(date) if date else None
        if moment is None or moment.tzinfo is None:
            return ""
        local = moment.astimezone(self._zone)
        return f"{local:%H.%M %Z}" if in_use() == "id" else f"{local:%H:%M %Z}"

    def country(self, code: str) -> str:
        """A country's name."""
        return country_name(code)

    def value(self, field: str, value: str) -> str:
        """A value of a field as people read it."""
        return self.day(value) if field == DATE.name and value != NONE else value_name(field, value)

    def values(self, field: str, values: Sequence[str]) -> str:
        """Alternative values of a field."""
        return f" {gettext('or')} ".join(self.value(field, value) for value in values)


def moment(date: str | None, timezone: str) -> str | None:
    """A moment as RFC 3339 writes it; a day begins in the archive's zone."""
    if date is None:
        return None
    read = datetime.datetime.fromisoformat(date)
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(timezone))).isoformat()
