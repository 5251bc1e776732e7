"""Articles by their id or URL, as the archive has them now."""

from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException

from index.archive import open_archive
from index.messages import gettext
from search.record import ArticleRecord, article_record


def shown_article(folder: Path, name: str, *, with_changes: bool = False) -> ArticleRecord:
    """The record of the article that an id or URL names.

    Raises HTTPException: 404 where there is none or not yet, 410 where it is taken down; and
    QueryError for an id that several articles have.
    """
    with open_archive(folder) as archive:
        number = archive.find_one(name)
        if number is None:
            raise missing(is_gone=bool(archive.takedowns.deleted(name)))
        if (takedown := archive.takedowns.of(number)) is not None:
            # That an article waits for its hour is not told before.
            raise missing(is_gone=not takedown.until)
        version = archive.current(number)
        if version is None:
            raise missing()
        return article_record(archive, version, with_changes=with_changes)


def missing(*, is_gone: bool = False) -> HTTPException:
    """That no article has a name, or that the one that had it is taken down."""
    if is_gone:
        return HTTPException(HTTPStatus.GONE, gettext("this article is not shown any more"))
    return HTTPException(HTTPStatus.NOT_FOUND, gettext("no article has this id or URL"))
