"""Dates: expressions in a text, date filters of a question, and date fields of a source.

One grammar of Indonesian date expressions serves all three. A relative expression is read from
an anchor, the day of publication.
"""

import calendar
import functools
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from index.article import DateMention
from index.enrich.words import found_in
from index.errors import QueryError
from index.language.memo import Memo
from index.messages import gettext, noop

Period = tuple[date | None, date | None]
_Found = tuple[int, date, date]  # where the expression ends, its first and last day

_MONTH_SPELLINGS = (
    "januari january jan",
    "februari pebruari february feb peb",
    "maret march mar",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agt ags agst agu agus aug",
    "september sept sep",
    "oktober october okt oct",
    "november nopember nov nop",
    "desember december des dec",
)
_MONTHS = {
    word: month for month, words in enumerate(_MONTH_SPELLINGS, start=1) for word in words.split()
}
_WEEKDAY_SPELLINGS = "senin selasa rabu kamis jumat|jum'at|jum’at sabtu minggu|ahad"
WEEKDAYS = {
    word: weekday
    for weekday, words in enumerate(_WEEKDAY_SPELLINGS.split())
    for word in words.split("|")
}
_NUMBER_WORDS = "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh"
_NUMBERS = {"se": 1} | {word: n for n, word in enumerate(_NUMBER_WORDS.split(), start=1)}
_UNITS = ("hari", "pekan", "minggu", "bulan", "tahun")
_STEPS = dict.fromkeys(["lalu", "silam", "kemarin"], -1) | {"ini": 0}
_STEPS |= dict.fromkeys(["depan", "mendatang", "nanti", "besok"], 1)
_DAYS_FROM_TODAY = {
    f"{word} {part}": day
    for word, day in (("kemarin", -1), ("besok", 1))
    for part in ("pagi", "siang", "sore", "petang", "malam")
}
_DAYS_FROM_TODAY |= {"kemarin lusa": -2, "kemarin": -1, "hari ini": 0}
_DAYS_FROM_TODAY |= {"besok lusa": 2, "besok": 1, "lusa": 2}
_DAYS_FROM_TODAY |= {"tadi malam": -1, "malam tadi": -1, "malam ini": 0}
_DAYS_FROM_TODAY |= {
    f"{part} {word}": 0 for part in ("pagi", "siang", "sore") for word in ("ini", "tadi")
}
_DAYS_FROM_TODAY |= {f"tadi {part}": 0 for part in ("pagi", "siang", "sore")}
_UTC_OFFSETS = {"WIB": "+07:00", "WITA": "+08:00", "WIT": "+09:00"}

# A date without year and weekday is the last such date, unless the next one is this near. Of
# 5,278 dates in Indonesian news whose weekday tells the year, 293 lie one to 31 days after
# publication and 24 later than that.
_COMING_DAYS = 31

FIRST_YEAR, LAST_YEAR = 1900, 2100


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


@functools.cache
def _grammar(pattern: str) -> re.Pattern[str]:
    """Compiled at first use: a question without a date should not wait 8 ms for the grammar."""
    # ASCII, because otherwise ignoring case also takes a long ſ for an s.
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


_DASH = r"(?:\s?[-–—]\s?|\s(?:hingga|sampai(?:\sdengan)?|s/d|s\.d\.?)\s)"
_MONTH = rf"(?:{_any_of(_MONTHS)})\b"
_YEAR = r"(?:19|20)\d\d(?![\w/]|[.,]\d)"
_UNIT = "|".join(_UNITS)

# 22 Juni 2021, 21-23 Juni, 28 Mei-2 Juni 2021
_WRITTEN = (
    rf"(?:(?P<day>\d\d?)(?:\s(?P<month>{_MONTH})(?:,?\s(?P<year>{_YEAR}))?)?{_DASH})?"
    rf"(?P<last_day>\d\d?)\s(?P<last_month>{_MONTH})(?:\.?,?\s(?P<last_year>{_YEAR}))?"
)
# 22/6/2021, 22-06-2021, 22.06.2021
_NUMERIC = (
    rf"(?P<last_day>\d\d?)(?P<dash>[/.-])(?P<last_month>\d\d?)(?P=dash)(?P<last_year>{_YEAR})(?!-)"
)
# 22/6, 22/6/21, 21-23/6, 30/5-2/6: only after a weekday, elsewhere it is a score or a ratio
_SHORT = (
    r"(?:(?P<day>\d\d?)(?:/(?P<month>\d\d?))?\s?[-–]\s?)?"
    r"(?P<last_day>\d\d?)/(?P<last_month>\d\d?)(?:/(?P<last_year>(?:19|20)?\d\d))?(?![\w/-])"
)
_ISO = r"(?P<last_year>\d{4})-(?P<last_month>\d\d)-(?P<last_day>\d\d)(?![\d-])"
_WEEKDAY = (
    rf"(?P<weekday>{_any_of(WEEKDAYS)})\b(?:{_DASH}(?:{_any_of(WEEKDAYS)})\b)?"
    r"(?P<part>\s(?:dini\shari|pagi|siang|sore|petang|malam)\b)?"
)
_WEEKDAY_STEP = rf"\s(?P<week>(?:pekan|minggu)\s)?(?P<step>{'|'.join(_STEPS)})\b"
# "pada Selasa" names a day, "setiap hari Selasa" a habit.
_BEFORE_WEEKDAY = r"\b(?:hari|pada)\s\Z"
_EVERY = r"tiap\s(?:hari\s)?\Z"
_FEAST = r"\s(?:Palma|Abu|Agung|Putih|Paskah)\b"
_BEFORE_CALENDAR_DAY = r",?\s?(?:tanggal\s)?(?P<bracket>\(\s?)?"
_BRACKET = r"\s\("
_BRACKET_END = r"\s?\)"
_MONTHS_OF_YEAR = (
    rf"(?P<month>{_MONTH})(?:\.?,?\s(?P<year>{_YEAR}))?"
    rf"(?:{_DASH}(?P<last_month>{_MONTH})(?:\.?,?\s(?P<last_year>{_YEAR}))?)?"
)
_MONTH_STEP = rf"\s(?P<of_year>tahun\s)?(?P<step>{'|'.join(_STEPS)})\b"
_PART = rf"(?P<part>awal|pertengahan|akhir)\s(?:bulan\s(?={_MONTH}))?"
_NEAR = r"(?P<unit>pekan|minggu|bulan|tahun)\s(?:yang\s)?(?P<step>lalu|silam|ini|depan|mendatang)\b"
_AGO = rf"(?P<count>\d\d?|{_any_of(_NUMBERS)})\s?(?P<unit>{_UNIT})\s(?:yang\s)?(?:lalu|silam)\b"
# "beberapa tahun lalu" and "dua puluh tahun lalu" are not last year.
_COUNTED = (
    rf"(?:\b(?:beberapa|sekian|\d+|{_any_of(_NUMBERS)}|\w*(?:puluh|belas|ratus|ribu)(?:an)?)\s|-)\Z"
)
# "UU Nomor 11 Tahun 2020" is a law, "30 Februari 2021" no month.
_BEHIND_NUMBER = r"\d[a-z]?\s\Z"
_CALENDAR_YEARS = (
    rf"(?:tahun\s)?(?P<year>1\d{{3}}|20\d\d)(?:(?:{_DASH}|/)(?P<last_year>1\d{{3}}|20\d\d))?"
    r"(?![\w/]|[.,]\d|-?an\b|\s(?:H|Hijriah|SM)\b)"
)
# "sejak 2014", "pada 2013 hingga 2017", "pada 2019 dan 2020": of 3,000 such numbers in Indonesian
# news, next to none is a count; behind "sekitar" ("2000 meter") and alone ("2022 orang") many are.
_YEAR_ALONE = (
    rf"(?P<year>(?:19|20)\d\d)(?:(?:{_DASH}|/)(?P<last_year>(?:19|20)\d\d))?"
    r"(?![\w/%]|[.,]\d|[-–]\d|-?an\b|\s(?:H|Hijriah|SM|orang|warga|unit|kasus|meter|km|kg|ton|hektare"
    r"|rupiah|dolar|persen|ribu|kali|buah|ekor|lembar)\b)"
)
_YEAR_WORDS = (
    "pada|sejak|semenjak|hingga|sampai|dari|di|mulai|antara|periode|musim|edisi|sepanjang|selama"
    "|dalam|sebelum|setelah|untuk"
)
_BEFORE_YEAR = (
    rf"\b(?:(?:{_YEAR_WORDS})|(?:{_YEAR_WORDS}|tahun)\s(?:19|20)\d\d,?\s(?:dan|atau))\s\Z"
)
_BEFORE_YEAR_CHARS = 24  # "semenjak 2019, atau "
_TERM_MONTHS = {"kuartal": 3, "triwulan": 3, "caturwulan": 4, "semester": 6}
_TERM_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_TERM_NUMBERS |= {"pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4}
# kuartal I 2021, triwulan III/2020, semester pertama tahun lalu
_TERM = (
    rf"(?P<term>{_any_of(_TERM_MONTHS)})\s(?:ke-?\s?)?(?P<number>{_any_of(_TERM_NUMBERS)})"
    rf"(?:(?:\s|\s?[-–/]\s?)(?:tahun\s)?(?P<year>{_YEAR})|\stahun\s(?P<step>lalu|ini|depan)\b)"
)
_CLOCK = r"(?:[01]?\d|2[0-3])[.:][0-5]\d"
_TIME = (
    rf"(?:,?\s|\s?[|–-]\s?)(?:(?:pukul|jam|pkl\.?)\s)?(?P<clock>{_CLOCK})(?:[.:][0-5]\d)?"
    rf"(?:{_DASH}(?P<last_clock>{_CLOCK}))?\s(?P<zone>WIB|WITA|WIT)\b"
)
_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’]at\b)?")
_PART_OF_NUMBER = "0123456789/.,:-–$#"


def date_mentions(text: str, anchor: date | None) -> list[DateMention]:
    """The date expressions of a text and the days they mean, in the order of the text.

    `first` and `last` are ISO days, or moments with their offset where the expression has a
    clock time in WIB, WITA or WIT. Relative expressions and dates without a year are read from
    `anchor`, the day of publication, and left out where it is None. A weekday decides the year
    ("Kamis (31/12)"); without one the past is preferred. "awal", "pertengahan" and "akhir" are
    days 1-10, 11-20 and 21 to the end of a month, and the thirds of a year. A week begins on
    Monday. A day that no calendar has (30 Februari) is not reported.
    """
    mentions: list[DateMention] = []
    source, text = text, text.replace("\u00a0", " ").replace("\u202f", " ")
    done = 0
    for start, readers in found_in(source, _readers_in_token):
        if start < done:
            continue
        for reader in readers:
            if (days := reader(text, start, anchor)) is not None:
                mentions.append(_mention(source, start, *days))
                done = mentions[-1].end
                break
    return mentions


def period(words: str, today: date) -> Period:
    """The first and last day that a date filter means; None is an open end.

    Understands a day, month or year (`2021-06-22`, `2021/06/22`, `20210622`, `22/6/2021`,
    `2021-06`, `Juni 2021`, `2021`), a range `A..B` with either end left out, the last days
    (`7 hari`, `2 pekan`, `3 bulan`, today included) and every expression that an article may use
    (`kemarin`, `pekan lalu`).
    QueryError: what is not understood, with what would be.
    """
    first_words, dots, last_words = words.strip().partition("..")
    if not dots:
        return _days(first_words, today)
    first = _days(first_words, today)[0] if first_words.strip() else None
    last = _days(last_words, today)[1] if last_words.strip() else None
    if first is None and last is None:
        raise QueryError(
            gettext(
                "{words}: a range needs at least one end, such as 2021-06..2021-07", words=words
            )
        )
    if first is not None and last is not None and first > last:
        raise QueryError(
            gettext("{words}: the range ends before it begins; swap its ends", words=words)
        )
    return first, last


def read_date(value: str, timezone: str) -> str | None:
    """A date field of a source in the form of `Article.date`, or None where it holds no date.

    Reads ISO 8601, RFC 2822, seconds or milliseconds since 1970, and what Indonesian sites print
    (`22/06/2021`, `Selasa, 22 Juni 2021 | 14:05 WIB`); `06/22/2021` is no other day. A moment
    without a zone is in `timezone` (an IANA name); a bare day, or midnight without a zone, stays
    a day. Years are 1900 to 2100.
    """
    value = " ".join(value.split())
    if len(value) > _LONGEST_VALUE:
        return None
    value = _grammar(_ZONE_NAME).sub("", value)
    reading = _iso_reading(value) or _epoch_reading(value, timezone) or _printed_reading(value)
    if reading is None:
        reading = _mail_reading(value)
    if reading is None or not FIRST_YEAR <= reading.year <= LAST_YEAR:
        return None
    if not isinstance(reading, datetime):
        return reading.isoformat()
    if reading.tzinfo is None:
        if (reading.hour, reading.minute, reading.second) == (0, 0, 0):
            return reading.date().isoformat()
        reading = reading.replace(tzinfo=ZoneInfo(timezone))
    return reading.isoformat(timespec="seconds" if reading.second else "minutes")


def publication_day(date_value: str, timezone: str) -> date:
    """The day of an `Article.date` in the configured zone; a bare day never moves."""
    if len(date_value) == len("2021-06-22"):
        return date.fromisoformat(date_value)
    return datetime.fromisoformat(date_value).astimezone(ZoneInfo(timezone)).date()


def utc_moment(date_value: str, timezone: str) -> str:
    """An `Article.date` as a moment in UTC; a bare day is when it begins in the zone."""
    moment = datetime.fromisoformat(date_value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC).isoformat(timespec="seconds")


# The readers: each reads one kind of expression that begins at `start`.


def _read_written(text: str, start: int, anchor: date | None) -> _Found | None:
    found = _grammar(_WRITTEN).match(text, start)
    if found is None or _inside_number(text, start):
        return None
    step = _grammar(_MONTH_STEP).match(text, found.end()) if found["last_year"] is None else None
    days = _calendar_days(found, anchor, step=step)
    return days and (step.end() if step else found.end(), *days)


def _read_numeric(text: str, start: int, anchor: date | None) -> _Found | None:
    found = _grammar(_NUMERIC).match(text, start) or _grammar(_ISO).match(text, start)
    if found is None or _inside_number(text, start):
        return None
    days = _calendar_days(found, anchor)
    return days and (found.end(), *days)


def _read_weekday(text: str, start: int, anchor: date | None) -> _Found | None:
    name = _grammar(_WEEKDAY).match(text, start)
    if name is None:
        return None
    weekday = WEEKDAYS[name["weekday"].lower()]
    if (found := _read_day_after(text, name.end(), anchor, weekday)) is not None:
        return found
    if anchor is None or not text[start].isupper():  # "minggu lalu" is a week
        return None
    step = _grammar(_WEEKDAY_STEP).match(text, name.end())
    if step is None:
        before = text[max(0, start - 12) : start]
        named = name["part"] or _grammar(_BEFORE_WEEKDAY).search(before)
        if not named or _grammar(_EVERY).search(before) or _grammar(_FEAST).match(text, name.end()):
            return None
        day = anchor - timedelta((anchor.weekday() - weekday) % 7)
        return name.end(), day, day
    if weekday == WEEKDAYS["minggu"] and _begins_sentence(text, start):
        return None
    steps = _STEPS[step["step"].lower()]
    if step["week"] or steps == 0:
        day = anchor + timedelta(weekday - anchor.weekday() + 7 * steps)
    elif steps < 0:
        day = anchor - timedelta((anchor.weekday() - weekday - 1) % 7 + 1)
    else:
        day = anchor + timedelta((weekday - anchor.weekday() - 1) % 7 + 1)
    return step.end(), day, day


def _read_day_after(
    text: str, end: int, anchor: date | None, weekday: int | None = None
) -> _Found | None:
    """A calendar day behind a weekday, or in brackets behind "kemarin" and the like."""
    lead = _grammar(_BEFORE_CALENDAR_DAY).match(text, end)
    assert lead is not None  # it matches the empty text too
    if lead.end() == end:
        return None
    for pattern in (_NUMERIC, _SHORT, _WRITTEN, _ISO):
        found = _grammar(pattern).match(text, lead.end())
        if found is None:
            continue
        days = _calendar_days(found, anchor, weekday)
        if days is None:
            return None
        closed = _grammar(_BRACKET_END).match(text, found.end()) if lead["bracket"] else None
        return closed.end() if closed else found.end(), *days
    return None


def _read_day_word(text: str, start: int, anchor: date | None) -> _Found | None:
    for word, offset in _DAYS_FROM_TODAY.items():
        end = start + len(word)
        if text[start:end].lower() == word and anchor is not None:
            if _grammar(_BRACKET).match(text, end) and (
                found := _read_day_after(text, end, anchor)
            ):
                return found
            day = anchor + timedelta(offset)
            return end, day, day
    return None


def _read_near(text: str, start: int, anchor: date | None) -> _Found | None:
    found = _grammar(_NEAR).match(text, start)
    if (
        found is None
        or anchor is None
        or _grammar(_COUNTED).search(text[max(0, start - 20) : start])
    ):
        return None
    return found.end(), *_unit_days(found["unit"].lower(), _STEPS[found["step"].lower()], anchor)


def _read_ago(text: str, start: int, anchor: date | None) -> _Found | None:
    found = _grammar(_AGO).match(text, start)
    if found is None or anchor is None or _inside_number(text, start):
        return None
    count = found["count"].lower()
    steps = _NUMBERS[count] if count in _NUMBERS else int(count)
    return found.end(), *_unit_days(found["unit"].lower(), -steps, anchor)


def _read_month(text: str, start: int, anchor: date | None) -> _Found | None:
    found = _read_month_name(text, start, anchor)
    if found is None or _grammar(_BEHIND_NUMBER).search(text[max(0, start - 3) : start]):
        return None
    if any(char.isdigit() for char in text[start : found[0]]):
        return found
    alone = text[start : found[0]].isalpha()  # "Mei" may be a name, "bulan Mei" is not
    if not text[start].isupper() or (alone and text[max(0, start - 6) : start] != "bulan "):
        return None
    return found


def _read_month_name(text: str, start: int, anchor: date | None) -> _Found | None:
    found = _grammar(_MONTHS_OF_YEAR).match(text, start)
    if found is None:
        return None
    month = _month(found["month"])
    if found["last_year"] or (found["year"] and not found["last_month"]):
        last_month = _month(found["last_month"] or found["month"])
        last_year = int(found["last_year"] or found["year"])
        year = int(found["year"] or last_year - (month > last_month))
        first, last = _month_days(year, month)[0], _month_days(last_year, last_month)[1]
        return (found.end(), first, last) if first <= last else None
    if anchor is None:
        return None
    name = "last_month" if found["last_month"] and found["last_month"][0].isupper() else "month"
    step = _grammar(_MONTH_STEP).match(text, found.end(name))
    first, last = _month_near(_month(found[name]), anchor, step)
    if name == "last_month":
        first = _month_days(last.year - (month > last.month), month)[0]
    return (step.end() if step else found.end(name)), first, last


def _read_year(text: str, start: int, _anchor: date | None) -> _Found | None:
    found = _grammar(_CALENDAR_YEARS).match(text, start)
    if found is None or _grammar(_BEHIND_NUMBER).search(text[max(0, start - 3) : start]):
        return None
    return _years(found)


def _read_year_alone(text: str, start: int, _anchor: date | None) -> _Found | None:
    """A year without "tahun" before it, behind a word that makes it one."""
    found = _grammar(_YEAR_ALONE).match(text, start)
    if found is None or not _grammar(_BEFORE_YEAR).search(
        text, max(0, start - _BEFORE_YEAR_CHARS), start
    ):
        return None
    return _years(found)


def _years(found: re.Match[str]) -> _Found | None:
    """A year, or two that are in order."""
    year, last_year = int(found["year"]), int(found["last_year"] or found["year"])
    if last_year < year:
        return None
    return found.end(), date(year, 1, 1), date(last_year, 12, 31)


def _read_term(text: str, start: int, anchor: date | None) -> _Found | None:
    """A quarter, a third or a half of a year."""
    found = _grammar(_TERM).match(text, start)
    if found is None or (found["year"] is None and anchor is None):
        return None
    months = _TERM_MONTHS[found["term"].lower()]
    last_month = months * _TERM_NUMBERS[found["number"].lower()]
    if last_month > 12:
        return None
    if found["year"]:
        year = int(found["year"])
    else:
        assert anchor is not None
        year = anchor.year + _STEPS[found["step"].lower()]
    return found.end(), date(year, last_month - months + 1, 1), _month_days(year, last_month)[1]


def _read_part(text: str, start: int, anchor: date | None) -> _Found | None:
    lead = _grammar(_PART).match(text, start)
    if lead is None:
        return None
    part = lead["part"].lower()
    if anchor is not None:
        # On 20 June the beginning of "Juni lalu" is over, although June is not.
        next_month = _month_days(anchor.year, anchor.month)[1] + timedelta(1)
        found = _part_of(part, _read_month_name(text, lead.end(), next_month))
        if found is not None and found[2] < anchor:
            return found
    return (
        _part_of(part, _read_month_name(text, lead.end(), anchor))
        or _part_of(part, _read_year(text, lead.end(), anchor))
        or _part_of(part, _read_near(text, lead.end(), anchor))
    )


def _part_of(part: str, whole: _Found | None) -> _Found | None:
    """The beginning, middle or end of a week, month or year; of a longer time, None."""
    if whole is None:
        return None
    end, first, last = whole
    third = ("awal", "pertengahan", "akhir").index(part)
    days = (last - first).days + 1
    if days == 7:
        bounds = ((0, 1), (2, 3), (5, 6))[third]  # "akhir pekan" is Saturday and Sunday
        return end, first + timedelta(bounds[0]), first + timedelta(bounds[1])
    if days <= 31:
        begin = first.replace(day=1 + 10 * third)
        return end, begin, last if third == 2 else begin + timedelta(9)
    if days in (365, 366):
        begin, _ = _month_days(first.year, 1 + 4 * third)
        return end, begin, _month_days(first.year, 4 + 4 * third)[1]
    return None


_Reader = Callable[[str, int, date | None], _Found | None]
_DIGIT_READERS: tuple[_Reader, ...] = (
    _read_written,
    _read_numeric,
    _read_ago,
    _read_year_alone,
)
_READERS: dict[str, tuple[_Reader, ...]] = {
    **dict.fromkeys(WEEKDAYS, (_read_weekday,)),
    **dict.fromkeys(_MONTHS, (_read_month,)),
    **dict.fromkeys(_NUMBERS, (_read_ago,)),
    **dict.fromkeys([f"se{unit}" for unit in _UNITS], (_read_ago,)),
    **dict.fromkeys(["awal", "pertengahan", "akhir"], (_read_part,)),
    **dict.fromkeys([words.split()[0] for words in _DAYS_FROM_TODAY], (_read_day_word,)),
    **dict.fromkeys(["pekan", "bulan"], (_read_near,)),
    **dict.fromkeys(_TERM_MONTHS, (_read_term,)),
    "minggu": (_read_weekday, _read_near),
    "tahun": (_read_near, _read_year),
}


def _readers(token: str) -> list[tuple[int, tuple[_Reader, ...]]]:
    """Where in a token an expression may begin, and who reads what begins so."""
    return [
        (word.start(), readers)
        for word in _WORD.finditer(token)
        if (readers := _DIGIT_READERS if word[0][0].isdigit() else _READERS.get(word[0].lower()))
    ]


_readers_in_token = Memo(_readers)


# The calendar.


def _calendar_days(
    found: re.Match[str],
    anchor: date | None,
    weekday: int | None = None,
    step: re.Match[str] | None = None,
) -> tuple[date, date] | None:
    """The days of a match with the groups last_day, last_month and perhaps last_year, day …"""
    parts = found.groupdict()
    last_day, last_month = int(parts["last_day"]), _month(parts["last_month"])
    day = int(parts.get("day") or last_day)
    month = _month(parts.get("month") or parts["last_month"])
    if parts.get("last_year"):
        last_year = int(parts["last_year"])
        last_year += 2000 if last_year < 100 else 0
        year = int(parts.get("year") or last_year - (month > last_month))
        first = _date(year, month, day)
    else:
        first = anchor and _nearest_date(month, day, anchor, weekday, step)
        last_year = first.year + (month > last_month) if first else 0
    last = _date(last_year, last_month, last_day)
    return (first, last) if first and last and first <= last else None


def _nearest_date(
    month: int, day: int, anchor: date, weekday: int | None, step: re.Match[str] | None
) -> date | None:
    """The day of a date without a year, read on the anchor."""
    if step and step["of_year"]:
        return _date(anchor.year + _STEPS[step["step"].lower()], month, day)
    years = range(anchor.year - 4, anchor.year + 5)  # 29 February has one within four years
    days = [found for year in years if (found := _date(year, month, day))]
    fitting = [
        found for found in days if found.weekday() == weekday and abs(found.year - anchor.year) <= 1
    ]
    if fitting:
        return min(fitting, key=lambda found: abs(found - anchor))
    if step and _STEPS[step["step"].lower()] > 0:
        return min((found for found in days if found >= anchor), default=None)
    latest = anchor if step else anchor + timedelta(_COMING_DAYS)
    return max((found for found in days if found <= latest), default=None)


def _month_near(month: int, anchor: date, step: re.Match[str] | None) -> tuple[date, date]:
    """The month of a name without a year; "Juni lalu" is not the running month."""
    if step is None:
        latest = anchor + timedelta(_COMING_DAYS)
        return _month_days(latest.year - (month > latest.month), month)
    steps = _STEPS[step["step"].lower()]
    if step["of_year"] or steps == 0:
        return _month_days(anchor.year + steps, month)
    if steps < 0:
        return _month_days(anchor.year - (month >= anchor.month), month)
    return _month_days(anchor.year + (month <= anchor.month), month)


def _unit_days(unit: str, steps: int, anchor: date) -> tuple[date, date]:
    """The day, week, month or year that lies `steps` away from the anchor's."""
    if unit == "hari":
        day = anchor + timedelta(steps)
        return day, day
    if unit in ("pekan", "minggu"):
        monday = anchor + timedelta(7 * steps - anchor.weekday())
        return monday, monday + timedelta(6)
    if unit == "bulan":
        months = anchor.year * 12 + anchor.month - 1 + steps
        return _month_days(months // 12, months % 12 + 1)
    year = anchor.year + steps
    return date(year, 1, 1), date(year, 12, 31)


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _MONTHS[name.lower()]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_days(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _inside_number(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] in _PART_OF_NUMBER


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t\"'“‘(")
    return not before or before[-1] in ".!?\n"


def _mention(text: str, start: int, end: int, first: date, last: date) -> DateMention:
    time = _grammar(_TIME).match(text, end) if first == last else None
    if time is None:
        return DateMention(text[start:end], start, end, first.isoformat(), last.isoformat())
    offset = _UTC_OFFSETS[time["zone"].upper()]
    clock = time["clock"].replace(".", ":").zfill(5)
    last_clock = (time["last_clock"] or clock).replace(".", ":").zfill(5)
    last += timedelta(last_clock < clock)  # 22.00-01.00 ends on the next day
    return DateMention(
        text[start : time.end()],
        start,
        time.end(),
        f"{first}T{clock}{offset}",
        f"{last}T{last_clock}{offset}",
    )


# Filters of a question.

_NUMBERED = r"(?P<year>\d{4})(?:[-/](?P<month>\d\d?)(?:[-/](?P<day>\d\d?))?)?"
_COMPACT = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
_LAST_UNITS = rf"(?P<count>[1-9]\d{{0,3}}) (?P<unit>{_UNIT}|days?|weeks?|months?|years?)"
_ENGLISH = {
    "today": "hari ini",
    "yesterday": "kemarin",
    "last week": "pekan lalu",
    "this week": "pekan ini",
    "last month": "bulan lalu",
    "this month": "bulan ini",
    "last year": "tahun lalu",
    "this year": "tahun ini",
    "day": "hari",
    "week": "pekan",
    "month": "bulan",
    "year": "tahun",
}
_ACCEPTED = noop(
    "a day, month or year such as 2021-06-22, 22/6/2021, 2021-06 or 2021, a range "
    "2021-06-01..2021-06-30, or words such as kemarin, pekan lalu, 7 hari"
)


def _days(words: str, today: date) -> tuple[date, date]:
    words = " ".join(words.split())
    for pattern in (_NUMBERED, _COMPACT):
        if (numbered := _grammar(pattern).fullmatch(words)) is not None:
            return _numbered_days(words, numbered)
    words = _ENGLISH.get(words.lower(), words)
    if (recent := _grammar(_LAST_UNITS).fullmatch(words)) is not None:
        unit = _ENGLISH.get(recent["unit"].lower().removesuffix("s"), recent["unit"].lower())
        return _first_of_last(int(recent["count"]), unit, today), today
    for mention in date_mentions(words.capitalize(), today):
        if mention.end - mention.start == len(words):
            return date.fromisoformat(mention.first[:10]), date.fromisoformat(mention.last[:10])
    raise QueryError(
        gettext("{words}: not a date; write {accepted}", words=words, accepted=gettext(_ACCEPTED))
    )


def _numbered_days(words: str, numbered: re.Match[str]) -> tuple[date, date]:
    year = int(numbered["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise QueryError(
            gettext(
                "{words}: a year is {first} to {last}",
                words=words,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    if numbered["month"] is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(numbered["month"])
    if not 1 <= month <= 12:
        raise QueryError(gettext("{words}: a month is 01 to 12", words=words))
    first, last = _month_days(year, month)
    if numbered["day"] is None:
        return first, last
    day = _date(year, month, int(numbered["day"]))
    if day is None:
        raise QueryError(
            gettext("{words}: that month has the days 01 to {day}", words=words, day=last.day)
        )
    return day, day


def _first_of_last(count: int, unit: str, today: date) -> date:
    """The first day of the last `count` units that end today."""
    try:
        if unit == "hari":
            return today - timedelta(count - 1)
        if unit in ("pekan", "minggu"):
            return today - timedelta(7 * count - 1)
        months = today.year * 12 + today.month - 1 - count * (12 if unit == "tahun" else 1)
        first, last = _month_days(months // 12, months % 12 + 1)
    except (ValueError, OverflowError):
        return date.min
    return min(first.replace(day=min(today.day, last.day)) + timedelta(1), today)


# Date fields of a source.

_PRINTED = (
    r"(?:[a-z][a-z. ]{0,30}\s?[:|–-]\s)?"  # Kompas.com - 22/06/2021, Diterbitkan: 22 Juni 2021
    rf"(?:[a-z'’]+\s?,?\s)?\(?(?:(?P<day>\d\d?)[\s/.-](?P<month>\d\d?|{_MONTH})\.?[\s/.,-]\s?(?P<year>\d{{4}})"
    rf"|(?P<us_month>{_MONTH})\s(?P<us_day>\d\d?),?\s(?P<us_year>\d{{4}})"
    r"|(?P<iso_year>\d{4})[-/](?P<iso_month>\d\d?)[-/](?P<iso_day>\d\d?))\)?"
    r"(?:(?:\s?[,|/•·@–-])*\s?(?:pukul\s|jam\s|pkl\.?\s|at\s|T)?"
    r"(?P<hour>\d\d?)[.:](?P<minute>\d\d)(?:[.:](?P<second>\d\d)(?:\.\d+)?)?"
    r"\s?(?P<half>[ap]m)?\s?\(?(?P<zone>WIB|WITA|WIT|GMT|UTC|Z|[+-]\d\d:?\d\d)?\)?)?"
)
_LONGEST_VALUE = 80  # "Selasa, 22 September 2021 | pukul 14:05:33 WIB" has 45 characters
_EPOCH = r"-?\d{9,13}(?:\.\d*)?"
# Java's, behind an offset: 2021-06-22T14:05+07:00[Asia/Jakarta]
_ZONE_NAME = r"(?:(?<=Z)|(?<=[+-]\d\d:\d\d))\[[\w/+-]+\]$"
_DAYS_END = r"(?<=\d[T ])24(?=:00(?!:?0*[1-9]))"  # ISO 8601 lets a day end at 24:00


def _iso_reading(value: str) -> date | datetime | None:
    if _grammar(_DAYS_END).search(value):
        begun = _iso_reading(_grammar(_DAYS_END).sub("00", value))
        return begun + timedelta(1) if begun and begun.year <= LAST_YEAR else None
    try:
        return date.fromisoformat(value)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _epoch_reading(value: str, timezone: str) -> datetime | None:
    if _grammar(_EPOCH).fullmatch(value) is None:
        return None
    seconds = float(value)
    if abs(seconds) >= 1e11:  # 1e11 seconds are the year 5138, 1e11 milliseconds 1973
        seconds /= 1000
    try:
        return datetime.fromtimestamp(int(seconds), ZoneInfo(timezone))
    except (ValueError, OverflowError, OSError):
        return None


def _printed_reading(value: str) -> date | datetime | None:
    found = _grammar(_PRINTED).fullmatch(value)
    if found is None:
        return None
    year, month, day = (
        found[part] or found[f"us_{part}"] or found[f"iso_{part}"]
        for part in ("year", "month", "day")
    )
    # A month above 12 can only be a day before which an American put the month.
    read = _date(int(year), _month(month), int(day)) or _date(int(year), int(day), _month(month))
    if read is None or found["hour"] is None:
        return read
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    zone = (found["zone"] or "").upper()
    offset = _UTC_OFFSETS.get(zone, "+00:00" if zone in ("GMT", "UTC") else zone)
    clock = f"{hour:02}:{found['minute']}:{found['second'] or '00'}"
    return _iso_reading(f"{read}T{clock}{offset}")


def _mail_reading(value: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # 10 ms that few values need

    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
