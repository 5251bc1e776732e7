"""The HTTP API: the JSON of the command line under /api/v1."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
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
from index.archive import Outcome
from index.backup import backups_with_deleted
from index.errors import QueryError
from index.messages import format_number, gettext
from index.pipeline import delete, index_article, withdraw
from search.embedded.engine import EmbeddedEngine
from search.record import ArticleRecord, CopyRecord, annotated, copy_records
from search.results import DEFAULT_FACETS
from search.web.access import administrator
from search.web.answering import answered
from search.web.articles import existing, missing, shown_article
from search.web.cursors import Cursors
from search.web.engines import Engines
from search.web.parameters import QUESTION, SEARCH, read_parameters, request_of

ROOT = "/api/v1"
# A long article has 50 KB; enriching takes about a millisecond for each of them.
MOST_BODY_BYTES = 256 * 1024
# In which a body has to come.
_BODY_S = 10.0
_COMPLETIONS = 5
_SIMILAR = 10

Values: TypeAlias = dict[str, Any]


class Text(msgspec.Struct, frozen=True):
    """A text to be read; `date` is its day of publication, from which *kemarin* counts."""

    text: str
    date: str | None = None


class Indexed(msgspec.Struct, frozen=True):
    """What came of an article; `id` is None where nothing is kept of one that was taken down."""

    id: str | None
    outcome: Outcome


class TakenDown(msgspec.Struct, frozen=True):
    """An article that is not shown any more, and the near-copies of it that are.

    Of one that was erased, `backups` still hold it; so does the archive's log where that
    `log_is_empty` is not, until nobody reads it.
    """

    id: str
    copies: list[CopyRecord]
    backups: list[str] = []
    log_is_empty: bool | msgspec.UnsetType = msgspec.UNSET


class Health(msgspec.Struct, frozen=True):
    """That the server answers, or that it can answer from which commit."""

    status: str
    commit: int | None = None


class Endpoint(NamedTuple):
    """A way to ask: its path, what it does, its parameters, and the type of its answer.

    There is no answer without the parameter that it `needs`.
    """

    path: str
    run: Callable[["Api", EmbeddedEngine, Values], Any]
    summary: str
    accepts: tuple[str, ...]
    returns: Any
    method: str = "GET"
    needs: str | None = None

    @property
    def has_id(self) -> bool:
        """Whether an article's id is a part of its path."""
        return "{id" in self.path


class Api:
    """The API of an archive."""

    def __init__(self, engines: Engines, cursors: Cursors) -> None:
        self._engines = engines
        self._cursors = cursors

    def routes(self) -> Iterator[Route]:
        """A route for each endpoint; those of administration where somebody may use them."""
        for endpoint in ENDPOINTS:
            yield Route(ROOT + endpoint.path, self._handler(endpoint))
        if self._engines.config.web.admin_tokens:
            for endpoint in ADMINISTRATION:
                handler = self._administrative_handler(endpoint)
                yield Route(ROOT + endpoint.path, handler, methods=[endpoint.method])
            yield Route(ROOT + "/articles", self._index, methods=["POST"])
        yield Route(ROOT + "/annotate", self._annotate, methods=["POST"])
        yield Route(ROOT + "/health", _health)
        yield Route(ROOT + "/ready", self._ready)

    def _handler(self, endpoint: Endpoint) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            values = read_parameters(request.query_params.multi_items(), endpoint.accepts)
            if "cursor" in values:
                page = self._cursors.page(
                    values["cursor"],
                    request_of(values),
                    repeated=bool(values.keys() - {"cursor", "lang"}),
                )
                return json_response(page, {"Cache-Control": "no-store"})
            values |= request.path_params
            return answered(
                request,
                self._engines,
                lambda engine: json_response(endpoint.run(self, engine, values)),
            )

        return handle

    def _administrative_handler(self, endpoint: Endpoint) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            values = {"who": administrator(request, self._engines.config.web)}
            values |= read_parameters(request.query_params.multi_items(), endpoint.accepts)
            values |= request.path_params
            with self._engines.current() as engine:
                return json_response(endpoint.run(self, engine, values))

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

    def article(self, engine: EmbeddedEngine, values: Values) -> ArticleRecord:
        """One article."""
        return shown_article(engine, values["id"])

    def similar(self, engine: EmbeddedEngine, values: Values) -> search.Similar:
        """Articles like one."""
        similar = engine.similar(values["id"], values.get("limit", _SIMILAR))
        if similar is None:
            raise missing()
        return similar

    def stats(self, engine: EmbeddedEngine, _: Values) -> dict[str, int | str | None]:
        """What the archive holds."""
        return engine.stats()

    def withdraw(self, engine: EmbeddedEngine, values: Values) -> TakenDown:
        """Show an article no more."""
        if "reason" not in values:
            raise QueryError(gettext("say why, as in reason=hak+jawab"), option="reason")
        number, taken_down = _before_takedown(engine, values["id"])
        withdraw(
            self._engines.folder,
            [number],
            self._engines.config,
            reason=values["reason"],
            who=values["who"],
        )
        return taken_down

    def delete(self, engine: EmbeddedEngine, values: Values) -> TakenDown:
        """Erase an article."""
        number, taken_down = _before_takedown(engine, values["id"])
        log_is_empty = delete(
            self._engines.folder,
            [number],
            self._engines.config,
            reason=values.get("reason", ""),
            who=values["who"],
        )
        with engine.archive() as archive:
            backups = [str(path) for path in backups_with_deleted(archive, [number])]
        return replace(taken_down, backups=backups, log_is_empty=log_is_empty)

    async def _index(self, request: Request) -> Response:
        administrator(request, self._engines.config.web)
        return await run_in_threadpool(self._indexed, await _body(request))

    def _indexed(self, body: bytes) -> Response:
        config = self._engines.config
        return json_response(Indexed(*index_article(body, self._engines.folder, config)))

    async def _annotate(self, request: Request) -> Response:
        return await run_in_threadpool(self._annotated, await _body(request))

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


def json_response(content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as JSON."""
    return Response(msgspec.json.encode(content), headers=headers, media_type="application/json")


async def _body(request: Request) -> bytes:
    """The body of a request. Raises HTTPException: 413 where it is too long, 408 too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BODY_BYTES:
                    raise HTTPException(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        gettext(
                            "a text has at most {bytes} bytes", bytes=format_number(MOST_BODY_BYTES)
                        ),
                    )
    except TimeoutError as error:
        raise HTTPException(
            HTTPStatus.REQUEST_TIMEOUT,
            gettext("the body did not come in {seconds:g} seconds", seconds=_BODY_S),
        ) from error
    return bytes(body)


def _before_takedown(engine: EmbeddedEngine, name: str) -> tuple[int, TakenDown]:
    """The number of the article that an id or URL names, and what is told when it is gone."""
    with engine.archive() as archive:
        number = existing(archive, name)
        version = archive.current(number)
    if version is None:
        raise missing()
    return number, TakenDown(version.public_id, copy_records(engine.near_copies(version)))


ENDPOINTS = (
    Endpoint("/search", Api.answer, "Ranked hits and facets", (*SEARCH, "cursor"), search.Response),
    Endpoint(
        "/facets",
        Api.facets,
        "Every value of the fields named by `facet`, with counts",
        (*QUESTION, "facet"),
        search.Response,
        needs="facet",
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

ADMINISTRATION = (
    Endpoint(
        "/articles/{id:path}",
        Api.delete,
        "Erase an article with all its versions, and let it not come again",
        ("reason",),
        TakenDown,
        "DELETE",
    ),
    Endpoint(
        "/withdraw/{id:path}",
        Api.withdraw,
        "Show an article no more; the archive keeps it",
        ("reason",),
        TakenDown,
        "POST",
        needs="reason",
    ),
)
