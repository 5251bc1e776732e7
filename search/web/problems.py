"""What went wrong, with a status: problem details (RFC 9457) for programs, a page for people."""

import logging
import sqlite3
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from index.errors import ArchiveError, CakapError, EngineUnavailable, QueryError
from index.messages import gettext

API = "/api/"
_log = logging.getLogger(__name__)


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error: `parameter` is the one at fault, `start:end` the place in the question."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    parameter: str | None = None
    start: int | None = None
    end: int | None = None


class ProblemResponse(Response):
    """A problem as JSON."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem) -> None:
        super().__init__(msgspec.json.encode(problem), problem.status)


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to whoever asks."""
    if isinstance(error, QueryError):
        has_place = error.start < error.end
        return Problem(
            gettext("The question cannot be answered"),
            HTTPStatus.UNPROCESSABLE_ENTITY,
            str(error),
            parameter=error.option or ("q" if has_place else None),
            start=error.start if has_place else None,
            end=error.end if has_place else None,
        )
    if isinstance(error, ArchiveError) and error.kind == "locked":
        return Problem(
            gettext("The archive is being written"),
            HTTPStatus.SERVICE_UNAVAILABLE,
            gettext("another run is writing to it; try again when it is done"),
        )
    if isinstance(error, ArchiveError | EngineUnavailable | sqlite3.Error):
        # The message names folders of this machine, which are not everybody's business.
        _log.error("%s", error)
        return Problem(
            gettext("The archive cannot be read now"),
            HTTPStatus.SERVICE_UNAVAILABLE,
            gettext("try again soon; the server's log says why"),
        )
    if isinstance(error, CakapError):
        return Problem(
            gettext("This text cannot be read"), HTTPStatus.UNPROCESSABLE_ENTITY, str(error)
        )
    if isinstance(error, HTTPException):
        title = HTTPStatus(error.status_code).phrase
        is_unknown = error.status_code == HTTPStatus.NOT_FOUND and error.detail == title
        detail = gettext("there is nothing at this address") if is_unknown else error.detail
        return Problem(title, error.status_code, detail)
    return Problem(
        gettext("Internal Server Error"),
        HTTPStatus.INTERNAL_SERVER_ERROR,
        gettext("an error that nobody expected; the server's log has it"),
    )


def is_for_programs(request: Request) -> bool:
    """Whether an address belongs to the API."""
    return request.url.path.startswith(API)
