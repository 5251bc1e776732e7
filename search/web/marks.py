"""Text cut into pieces at what is to be marked in it, so that a template escapes each of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from index.schema import COUNTRY, DATE, PERSON
from search.record import ArticleRecord
from search.results import Snippet


class Span(NamedTuple):
    """A place in a text that means a value of a field."""

    start: int
    end: int
    field: str
    value: str


class Piece(NamedTuple):
    """A piece of a text; with a field, it means a value of that."""

    text: str
    field: str = ""
    value: str = ""


def highlighted(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """The pieces of a snippet, and which are words of the question."""
    place = 0
    for start, end in snippet.highlights:
        yield snippet.text[place:start], False
        yield snippet.text[start:end], True
        place = end
    yield snippet.text[place:], False


def paragraphs(article: ArticleRecord) -> Iterator[list[Piece]]:
    """The paragraphs of an article in pieces, people, countries and dates marked."""
    spans, place = _apart(_spans(article)), 0
    for line in article.text.split("\n"):
        if line.strip():
            yield list(_pieces(article.text, place, place + len(line), spans))
        place += len(line) + 1


def _spans(article: ArticleRecord) -> Iterator[Span]:
    for person in article.people:
        yield from (Span(*span, PERSON.name, person.name) for span in person.spans)
    for country in article.countries:
        yield from (Span(*span, COUNTRY.name, country.code) for span in country.spans)
    for date in article.dates:
        first, last = date.first[:10], date.last[:10]
        days = first if first == last else f"{first}..{last}"
        yield Span(date.start, date.end, DATE.name, days)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in their order; of those that overlap, the first, and the longer of two."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if span.start < span.end and (not kept or span.start >= kept[-1].end):
            kept.append(span)
    return kept


def _pieces(text: str, start: int, end: int, spans: Iterable[Span]) -> Iterator[Piece]:
    for span in spans:
        if start <= span.start and span.end <= end:
            yield Piece(text[start : span.start])
            yield Piece(text[span.start : span.end], span.field, span.value)
            start = span.end
    yield Piece(text[start:end])
