"""An article as `show` and the HTTP API tell it, and what `annotate` reads in a text."""

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from index.article import Article, DateMention, PersonMention, clean_text
from search.changes import Change, changes

if TYPE_CHECKING:
    from index.archive import Content, Corrections, Version
    from index.config import Config
    from search.embedded.copies import Copy


class CountryInText(msgspec.Struct, frozen=True):
    """A country, and where the text names it."""

    code: str
    label: str
    spans: tuple[tuple[int, int], ...]


class Annotation(msgspec.Struct, frozen=True):
    """What is read in an article; spans are half-open code point offsets into `text`."""

    text: str
    title: str | None
    date: str | None
    date_inferred: bool
    agency: tuple[str, ...]
    countries: list[CountryInText]
    people: tuple[PersonMention, ...]
    dates: tuple[DateMention, ...]


class VersionRecord(msgspec.Struct, frozen=True):
    """One version of an article; `changes`, beside the version before, where they are asked for."""

    seq: int
    indexed_at: str
    modified: str | None
    title: str | None
    shown: bool
    changes: list[Change] | msgspec.UnsetType = msgspec.UNSET


class ArticleRecord(msgspec.Struct, frozen=True):
    """An article with all that is known of it; see Annotation for its text."""

    id: str
    url: str | None
    aliases: list[str]
    source: str | None
    category: str | None
    author: tuple[str, ...]
    tags: tuple[str, ...]
    inferred: tuple[str, ...]
    text: str
    title: str | None
    date: str | None
    date_inferred: bool
    agency: tuple[str, ...]
    countries: list[CountryInText]
    people: tuple[PersonMention, ...]
    dates: tuple[DateMention, ...]
    corrects: list[str]
    corrected_by: list[str]
    versions: list[VersionRecord]


class CopyRecord(msgspec.Struct, frozen=True):
    """A near-copy of an article; `share` of the shorter text's runs of words are in the longer."""

    id: str
    source: str | None
    title: str | None
    url: str | None
    share: float


def copy_records(copies: "Iterable[Copy]") -> list[CopyRecord]:
    """The near-copies of an article."""
    return [
        CopyRecord(
            version.public_id,
            version.content.enrichment.source,
            version.content.enrichment.title,
            version.content.article.url,
            round(share, 2),
        )
        for version, share in copies
    ]


def annotation(content: "Content") -> Annotation:
    """What is read in an article."""
    from index.enrich.countries import country_label

    article, enrichment = content.article, content.enrichment
    return Annotation(
        text=clean_text(article.body, enrichment.cuts),
        title=enrichment.title,
        date=enrichment.date,
        date_inferred="date" in enrichment.inferred,
        agency=enrichment.agencies,
        countries=[
            CountryInText(one.code, country_label(one.code), one.spans)
            for one in enrichment.countries
        ],
        people=enrichment.people,
        dates=enrichment.dates,
    )


def annotated(text: str, date: str | None, config: "Config") -> Annotation:
    """What is read in a text that appeared at a date, in any form that a source may have."""
    from index.archive import Content
    from index.enrich.article import enrich
    from index.enrich.dates import read_date
    from index.sources.encoding import clean

    day = read_date(date, config.timezone) if date else None
    article = Article(body=clean(text), date=day)
    return annotation(Content(article, enrich(article, config)))


def article_record(
    version: "Version",
    versions: "list[Version]",
    aliases: list[str],
    corrections: "Corrections",
    *,
    with_changes: bool = False,
) -> ArticleRecord:
    """The record of the article that a version is shown of, from what the archive has of it."""
    article, enrichment = version.content.article, version.content.enrichment
    return ArticleRecord(
        id=version.public_id,
        url=article.url,
        aliases=aliases,
        source=enrichment.source,
        category=article.category,
        author=article.authors,
        tags=article.tags,
        inferred=enrichment.inferred,
        **msgspec.structs.asdict(annotation(version.content)),
        **corrections._asdict(),
        versions=[
            VersionRecord(
                seq=one.seq,
                indexed_at=one.indexed_at,
                modified=one.content.article.modified,
                title=one.content.enrichment.title,
                shown=one.seq == version.seq,
                changes=list(changes(before.content.article, one.content.article))
                if with_changes
                else msgspec.UNSET,
            )
            for before, one in pairwise([versions[0], *versions])
        ],
    )
