"""What is read in an article, composed: boilerplate, title, date, source, who, where, offices."""

import hashlib
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from index.article import Article, CountryMention, Enrichment, clean_text
from index.config import Config
from index.enrich.agencies import agencies
from index.enrich.boilerplate import boilerplate
from index.enrich.countries import country_mentions
from index.enrich.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    WEEKDAYS,
    date_mentions,
    publication_day,
)
from index.enrich.offices import offices
from index.enrich.people import person_mentions

_TITLE_CHARS = 120
_SHORTEST_SENTENCE_CHARS = 20  # "Prof. Dr. H." is no sentence
_SENTENCE_END = re.compile(
    r"(?<![A-Z])(?<![A-Z]\w)(?<![A-Z]\w\w)(?<!Prof)[.!?][”\"’]?(?=\s)|\n"  # not after "Drs", "St"
)
_HOST_PREFIXES = ("www.", "m.", "amp.")
_URL_DAY = re.compile(r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?:/|\Z)")

# Where an undated text tells its own date: a full date with its weekday, or in brackets, as the
# press writes the day of the event.
_DATELINE_CHARS = 400
_WEEKDAY = re.compile(
    r"(?:Senin|Selasa|Rabu|Kamis|Jumat|Jum'at|Sabtu|Minggu|Ahad)\b", re.IGNORECASE
)
_AHEAD = re.compile(r"\)?\s(?:besok|lusa|mendatang|nanti)\b")

# The code and the lists by which articles are read, beside the library that spells them in ASCII.
_READ_BY = ("article.py", "enrich", "language", "lexicon")
_LIBRARY = "unidecode"


def enricher_fingerprint(config: Config) -> str:
    """Another text for other code, word lists or settings by which articles are read.

    It follows from their bytes, so that nobody has to think of it.
    """
    settings = msgspec.json.encode((config.timezone, config.enrich))
    return hashlib.blake2b(_CODE_DIGEST + settings, digest_size=8).hexdigest()


def _code_digest() -> bytes:
    digest = hashlib.blake2b(version(_LIBRARY).encode(), digest_size=16)
    here = Path(__file__).parents[1]
    for path in sorted(
        path for name in _READ_BY for path in [here / name, *(here / name).glob("*")]
    ):
        if path.is_file():
            digest.update(f"{path.relative_to(here).as_posix()} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.digest()


# Of the code that is loaded, not of what an upgrade puts in its place meanwhile.
_CODE_DIGEST = _code_digest()


def enrich(article: Article, config: Config) -> Enrichment:
    """Everything that is read in an article; pure, and linear in its length.

    Text in any state is accepted. Raises ConfigError where `config.enrich.boilerplate` holds
    what is no regular expression.
    """
    source = article.source or _host(article.url)
    found = boilerplate(article.body, source, config.enrich.boilerplate)
    text = clean_text(article.body, found.cuts)
    title = article.title or _first_sentence(text)
    day = article.date or _url_day(article.url) or _dateline_day(text)
    anchor = publication_day(day, config.timezone) if day else None
    readings = {
        "title": (article.title, title),
        "date": (article.date, day),
        "source": (article.source, found.source),
    }
    countries = _countries(article.title or "", text)
    people = tuple(person_mentions(text))
    return Enrichment(
        cuts=found.cuts,
        title=title,
        date=day,
        source=found.source,
        inferred=tuple(
            name for name, (given, read) in readings.items() if not given and read is not None
        ),
        agencies=agencies(article.body),
        countries=countries,
        people=people,
        offices=offices(text, people, countries),
        dates=tuple(date_mentions(text, anchor)),
    )


def _host(url: str | None) -> str | None:
    """The host of a URL without `www.` and the prefixes of mobile pages."""
    if not url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    for prefix in _HOST_PREFIXES:
        if host and host.startswith(prefix):
            return host.removeprefix(prefix)
    return host


def _first_sentence(text: str) -> str | None:
    """The first sentence, cut at a word with an ellipsis where it is longer than a title."""
    text = text[: 10 * _TITLE_CHARS].strip(" \n\t,.;:–—-")
    end = _SENTENCE_END.search(text, _SHORTEST_SENTENCE_CHARS)
    sentence = " ".join(text[: end.end()].split() if end else text.split())
    if len(sentence) <= _TITLE_CHARS:
        return sentence or None
    return sentence[:_TITLE_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _url_day(url: str | None) -> str | None:
    """The day in a URL's path: `/2021/06/22/`."""
    match = _URL_DAY.search(url or "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def _dateline_day(text: str) -> str | None:
    """The first full date near the start with its weekday or in brackets."""
    opening = text[:_DATELINE_CHARS]
    for mention in date_mentions(opening, None):
        weekday = _WEEKDAY.match(mention.text)
        if not (weekday or opening[: mention.start].endswith("(")):
            continue
        if mention.first[:10] != mention.last[:10] or _AHEAD.match(opening, mention.end):
            continue
        day = date.fromisoformat(mention.first[:10])
        # A weekday that the day has not is a slip in one of them, most often in the year.
        if weekday and WEEKDAYS[weekday[0].lower()] != day.weekday():
            continue
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day.isoformat()
    return None


def _countries(title: str, text: str) -> tuple[CountryMention, ...]:
    """The countries of the text with their spans, then those that only the title names."""
    in_text = country_mentions(text)
    codes = {mention.code for mention in in_text}
    return (
        *in_text,
        *(
            CountryMention(mention.code)
            for mention in country_mentions(title)
            if mention.code not in codes
        ),
    )
