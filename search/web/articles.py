"""Articles by their id or URL, as the archive has them now."""

from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException

from index.archive import open_archive
from index.errors import QueryError
from search.record import ArticleRecord, article_record


def shown_article(folder: Path, name: str, *, with_changes: bool = False) -> ArticleRecord:
    """The record of the article that an id or URL names.

    Raises HTTPException: 404 where there is none or not yet, 410 where it is taken down; and
    QueryError for an id that several articles have.
    """
    with open_archive(folder) as archive:
        numbers = archive.find(name)
        if len(numbers) > 1:
            several = ", ".join(map(archive.public_id, numbers))
            raise QueryError(f"{name!r} names several articles: {several}", option="id")
        if not numbers:
            if archive.takedowns.deleted(name):
                raise HTTPException(HTTPStatus.GONE, "this article is not shown any more")
            raise HTTPException(HTTPStatus.NOT_FOUND, "no article has this id or URL")
        takedown = archive.takedowns.of(numbers[0])
        if takedown is not None:
            # That an article waits for its hour is not told before.
            if takedown.until:
                raise HTTPException(HTTPStatus.NOT_FOUND, "no article has this id or URL")
            raise HTTPException(HTTPStatus.GONE, "this article is not shown any more")
        version = archive.current(numbers[0])
        if version is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no article has this id or URL")
        return article_record(archive, version, with_changes=with_changes)
