"""The Document: what of an article goes into the index."""

import datetime
from zoneinfo import ZoneInfo

import msgspec

from index.article import Article, Enrichment, clean_text
from index.enrich.dates import publication_day


class Document(msgspec.Struct, frozen=True):
    """An article as it is indexed. `keywords` has the values of every column.

    `moment` is the time of publication in seconds since 1970, None where undated; an article
    that gives only its day counts from the beginning of that day.
    """

    article: int
    seq: int
    title: str
    text: str
    keywords: dict[str, tuple[str, ...]]
    moment: int | None


def to_document(
    number: int, seq: int, article: Article, enrichment: Enrichment, timezone: str
) -> Document:
    """Put together what the source says of an article and what was read in it."""
    date = enrichment.date
    keywords = {
        "country": tuple(country.code for country in enrichment.countries),
        "person": tuple(person.name for person in enrichment.people),
        "date": (publication_day(date, timezone).isoformat(),) if date else (),
        "source": _one(enrichment.source),
        "category": _one(article.category),
        "agency": enrichment.agencies,
        "author": article.authors,
        "office": tuple(f"{one.office}|{one.country}|{one.name}" for one in enrichment.offices),
    }
    # An inferred title is a copy of the first sentence, which the text holds already.
    title = "" if "title" in enrichment.inferred else enrichment.title or ""
    text = clean_text(article.body, enrichment.cuts)
    return Document(number, seq, title, text, keywords, _moment(date, timezone))


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _moment(date: str | None, timezone: str) -> int | None:
    if date is None:
        return None
    moment = datetime.datetime.fromisoformat(date)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return int(moment.timestamp())
