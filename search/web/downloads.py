"""Complete results to take away, written while they are read."""

from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from itertools import islice

import msgspec
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from index.messages import gettext
from search.formats import CSV_COLUMNS, csv_lines, csv_row, escaped_json
from search.results import Scan
from search.web.engines import Engines
from search.web.parameters import SEARCH, read_parameters, request_of

_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}
_LINES_TOGETHER = 50


class Downloads:
    """Results of an archive as CSV and JSON Lines."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def response(self, request: Request) -> Response:
        """Every hit of a question."""
        form = request.path_params["form"]
        if form not in _TYPES:
            raise HTTPException(HTTPStatus.NOT_FOUND, gettext("results are saved as csv or jsonl"))
        given = request.query_params.multi_items()
        values = read_parameters(given, SEARCH, strict=False)
        question = replace(request_of(values), limit=None, offset=0, facets=(), related=False)
        with ExitStack() as stack:
            engine = stack.enter_context(self._engines.current())
            scan = engine.scan(question)  # refuses a wrong question before anything is sent
            return _Download(_csv(scan) if form == "csv" else _jsonl(scan), form, stack.pop_all())


class _Download(StreamingResponse):
    """A file whose engine stays open until it was sent, or its reader has gone."""

    def __init__(self, lines: Iterator[str], form: str, opened: ExitStack) -> None:
        headers = {
            "Content-Disposition": f'attachment; filename="cakap-search.{form}"',
            "Cache-Control": "no-store",
        }
        super().__init__(_joined(lines), media_type=_TYPES[form], headers=headers)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._opened:
            await super().__call__(scope, receive, send)


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """The lines, some together: each piece of a response goes from thread to thread."""
    while piece := "".join(islice(lines, _LINES_TOGETHER)):
        yield piece


def _csv(scan: Scan) -> Iterator[str]:
    return csv_lines(CSV_COLUMNS, map(csv_row, scan))


def _jsonl(scan: Scan) -> Iterator[str]:
    for hit in scan:
        yield escaped_json(msgspec.json.encode(hit)) + "\n"
