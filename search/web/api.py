"""The HTTP API: the JSON of the command line under /api/v1."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import search
from index.errors import QueryError
from index.messages import format_number, gettext
from search.cli.query import DEFAULT_FACETS
from search.embedded.engine import EmbeddedEngine
from search.record import ArticleRecord, annotated
from search.web.answering import answered
from search.web.articles import missing, shown_article
from search.web.engines import Engines
from search.web.parameters import QUESTION, SEARCH, read_parameters, request_of

ROOT = "/api/v1"
# A long article has 50 KB; enriching takes about a millisecond for each of them.
MOST_BODY_BYTES = 256 * 1024
_COMPLETIONS = 5
_SIMILAR = 10

Values: TypeAlias = dict[str, Any]


class Text(msgspec.Struct, frozen=True):
    """A text to be read; `date` is its day of publication, from which *kemarin* counts."""

    text: str
    date: str | None = None


class Health(msgspec.Struct, frozen=True):
    """That the server answers, or that it can answer from which commit."""

    status: str
    commit: int | None = None


class Endpoint(NamedTuple):
    """A way to ask: its path, what it does, its parameters, and the type of its answer."""

    path: str
    run: Callable[["Api", EmbeddedEngine, Values], Any]
    summary: str
    accepts: tuple[str, ...]
    returns: Any

    @property
    def has_id(self) -> bool:
        """Whether an article's id is a part of its path."""
        return "{id" in self.path


class Api:
    """The API of an archive."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def routes(self) -> Iterator[Route]:
        """A route for each endpoint."""
        for endpoint in ENDPOINTS:
            yield Route(ROOT + endpoint.path, self._handler(endpoint), name=endpoint.path)
        yield Route(ROOT + "/annotate", self._annotate, methods=["POST"])
        yield Route(ROOT + "/health", _health)
        yield Route(ROOT + "/ready", self._ready)

    def _handler(self, endpoint: Endpoint) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            values = read_parameters(request.query_params.multi_items(), endpoint.accepts)
            values |= request.path_params
            return answered(
                request,
                self._engines,
                lambda engine: json_response(endpoint.run(self, engine, values)),
            )

        return handle

    def answer(self, engine: EmbeddedEngine, values: Values) -> search.Response:
        """Hits, total and facets."""
        return engine.search(request_of(values, DEFAULT_FACETS))

    def facets(self, engine: EmbeddedEngine, values: Values) -> search.Response:
        """Every value of fields."""
        if "facet" not in values:
            raise QueryError(gettext("name a field to count, as in facet=country"), option="facet")
        return engine.search(replace(request_of(values, facet_limit=None), limit=0))

    def timeline(self, engine: EmbeddedEngine, values: Values) -> search.Timeline:
        """Counts over time."""
        return engine.timeline(request_of(values), values.get("by"))

    def suggest(self, engine: EmbeddedEngine, values: Values) -> list[search.Completion]:
        """Completions."""
        return engine.suggest(values.get("q", ""), values.get("limit", _COMPLETIONS))

    def article(self, _: EmbeddedEngine, values: Values) -> ArticleRecord:
        """One article."""
        return shown_article(self._engines.folder, values["id"], with_changes=True)

    def similar(self, engine: EmbeddedEngine, values: Values) -> search.Similar:
        """Articles like one."""
        similar = engine.similar(values["id"], values.get("limit", _SIMILAR))
        if similar is None:
            raise missing()
        return similar

    def stats(self, engine: EmbeddedEngine, _: Values) -> dict[str, int | str | None]:
        """What the archive holds."""
        return engine.stats()

    async def _annotate(self, request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY_BYTES:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    gettext(
                        "a text has at most {bytes} bytes", bytes=format_number(MOST_BODY_BYTES)
                    ),
                )
        return await run_in_threadpool(self._annotated, bytes(body))

    def _annotated(self, body: bytes) -> Response:
        config = self._engines.config
        try:
            given = msgspec.json.decode(body, type=Text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise QueryError(
                gettext('send JSON with a "text": {error}', error=error), option="body"
            ) from error
        return json_response(annotated(given.text, given.date, config))

    def _ready(self, _: Request) -> Response:
        with self._engines.current() as engine:
            engine.state_tag()  # reads the archive
            return json_response(Health("ready", engine.commit.generation))


def _health(_: Request) -> Response:
    return json_response(Health("ok"))


def json_response(content: Any) -> Response:
    """An answer as JSON."""
    return Response(msgspec.json.encode(content), media_type="application/json")


ENDPOINTS = (
    Endpoint("/search", Api.answer, "Ranked hits and facets", SEARCH, search.Response),
    Endpoint(
        "/facets",
        Api.facets,
        "Every value of the fields named by `facet`, with counts",
        (*QUESTION, "facet"),
        search.Response,
    ),
    Endpoint(
        "/timeline",
        Api.timeline,
        "Counts per day, month or year, with the leading article of each peak",
        (*QUESTION, "by"),
        search.Timeline,
    ),
    Endpoint(
        "/suggest",
        Api.suggest,
        "What a beginning (`q`) may become; at most `limit` of each kind",
        ("q", "limit"),
        list[search.Completion],
    ),
    Endpoint(
        "/articles/{id:path}",
        Api.article,
        "One article by its id or URL: text, entities, versions, corrections",
        (),
        ArticleRecord,
    ),
    Endpoint(
        "/similar/{id:path}",
        Api.similar,
        "Articles like one, without its copies",
        ("limit",),
        search.Similar,
    ),
    Endpoint("/stats", Api.stats, "What the archive holds", (), dict[str, int | str | None]),
)
