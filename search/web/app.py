"""The web application of an archive: pages for people, an API for programs, in one process."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.config import Config
from index.errors import CakapError
from index.messages import LANGUAGES, Lang, use
from search.web.access import Access
from search.web.api import ROOT, Api, json_response
from search.web.cursors import KEPT_S, Cursors
from search.web.downloads import Downloads
from search.web.engines import Engines
from search.web.metrics import Counted, Metrics
from search.web.openapi import description
from search.web.pages import Pages
from search.web.problems import ProblemResponse, is_for_programs, problem_of

# Nothing is asked of another host, no script or style stands in a page, nobody frames one.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # An article's site need not know what was asked here.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# When a writer is done, or a thread free.
_RETRY_AFTER_S = 5
# Smaller answers gain nothing.
_LEAST_GZIP_BYTES = 1000
# Of a page of 40 KB, level 9 would spare another 260 bytes of 6,700, for twice the time.
_GZIP_LEVEL = 4


def application(folder: Path, config: Config) -> Starlette:
    """The application over the archive in a folder.

    It serves the newest commit, and closes the archive at its end. Raises ArchiveError: missing,
    stale or damaged.
    """
    engines = Engines(folder, config)
    pages, metrics, cursors = Pages(engines), Metrics(engines), Cursors(engines)
    api = description(config.web)

    def failed(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if is_for_programs(request):
            response: Response = ProblemResponse(problem)
        else:
            response = pages.problem(request, problem)
        response.headers.update(_HEADERS)  # what nobody expected is answered outside of _Guarded
        response.headers["Cache-Control"] = "no-store"
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(_RETRY_AFTER_S)
        if isinstance(error, HTTPException):
            response.headers.update(error.headers or {})
        return response

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async def ending_cursors() -> None:
            while True:
                await asyncio.sleep(KEPT_S / 10)
                await run_in_threadpool(cursors.end_unused)

        task = asyncio.create_task(ending_cursors())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        cursors.close()
        engines.close()

    return Starlette(
        routes=[
            *pages.routes(),
            Route("/results.{form}", Downloads(engines).response),
            *Api(engines, cursors).routes(),
            Route(ROOT + "/metrics", metrics.response),
            Route(ROOT + "/openapi.json", lambda _: json_response(api)),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[
            Middleware(_Guarded),
            Middleware(_Spoken, default=config.lang),
            Middleware(Counted, metrics=metrics),
            Middleware(
                CORSMiddleware,
                allow_origins=config.web.cors_origins,
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "If-None-Match"],
                expose_headers=["ETag", "Retry-After"],
            ),
            Middleware(Access, web=config.web, refuse=failed),
            Middleware(GZipMiddleware, minimum_size=_LEAST_GZIP_BYTES, compresslevel=_GZIP_LEVEL),
        ],
        exception_handlers={
            CakapError: failed,
            sqlite3.Error: failed,
            HTTPException: failed,
            HTTPStatus.INTERNAL_SERVER_ERROR: failed,
        },
        lifespan=lifespan,
    )


class _Guarded:
    """An application whose every answer has the headers that keep a browser from being misled."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarding(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, guarding)


class _Spoken:
    """An application that speaks the language that `lang` in an address asks for.

    Without it, pages speak the default, the API English.
    """

    def __init__(self, app: ASGIApp, default: Lang) -> None:
        self._app = app
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            default: Lang = "en" if is_for_programs(Request(scope)) else self._default
            asked = QueryParams(scope["query_string"]).getlist("lang")
            use(next((one for one in LANGUAGES if asked == [one]), default))
        await self._app(scope, receive, send)
