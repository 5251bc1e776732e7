"""Articles by their id or URL, as the archive has them now."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException

from index.archive import Archive
from index.messages import gettext
from search.embedded.engine import EmbeddedEngine
from search.record import ArticleRecord, article_record


class Named(NamedTuple):
    """As much of an article as a link to it says."""

    id: str
    title: str | None
    source: str | None
    date: str | None


def shown_article(engine: EmbeddedEngine, name: str) -> ArticleRecord:
    """The record of the article that an id or URL names, with what each version changed.

    Raises HTTPException: 404 where there is none or not yet, 410 where it is taken down; and
    QueryError for an id that several articles have.
    """
    with engine.archive() as archive:
        number = existing(archive, name)
        if (takedown := archive.takedowns.of(number)) is not None:
            # That an article waits for its hour is not told before.
            raise missing(is_gone=not takedown.until)
        version = archive.current(number)
        if version is None:
            raise missing()
        versions = archive.versions(number)
        aliases, corrections = archive.aliases(number), archive.corrections(number)
    return article_record(version, versions, aliases, corrections, with_changes=True)


def existing(archive: Archive, name: str) -> int:
    """The number of the article that an id or URL names, whether or not it is shown.

    Raises HTTPException: 404 where there is none, 410 where it was deleted; and QueryError.
    """
    number = archive.find_one(name)
    if number is None:
        raise missing(is_gone=bool(archive.takedowns.deleted(name)))
    return number


def named(engine: EmbeddedEngine, ids: Iterable[str]) -> list[Named]:
    """The articles of public ids, in their order, without those that are not shown now."""
    found = []
    with engine.archive() as archive:
        for number in (number for name in ids for number in archive.find(name)):
            version = archive.current(number)
            if version is not None and archive.takedowns.of(number) is None:
                read = version.content.enrichment
                found.append(Named(version.public_id, read.title, read.source, read.date))
    return found


def missing(*, is_gone: bool = False) -> HTTPException:
    """That no article has a name, or that the one that had it is taken down."""
    if is_gone:
        return HTTPException(HTTPStatus.GONE, gettext("this article is not shown any more"))
    return HTTPException(HTTPStatus.NOT_FOUND, gettext("no article has this id or URL"))
