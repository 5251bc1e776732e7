"""How a handler comes to its engine, and an answer that a reader has already is not made again."""

import datetime
import zlib
from collections.abc import Callable
from importlib.metadata import version
from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from search.embedded.engine import EmbeddedEngine
from search.web.engines import Engines

_VERSION = version("cakap-search")  # 0.2 ms to read


def answered(
    request: Request, engines: Engines, answer: Callable[[EmbeddedEngine], Response]
) -> Response:
    """The answer of the engine of now, with an ETag; 304 where the reader has it."""
    with engines.current() as engine:
        tag = f'W/"{_state(engines)}-{engine.state_tag()}"'
        if tag in request.headers.get("if-none-match", ""):
            response = Response(status_code=304)
        else:
            response = answer(engine)
    if response.status_code in (200, 304):
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "no-cache"  # it may be kept, but is asked about
    return response


def _state(engines: Engines) -> str:
    """What else an answer depends on: the program, its settings, and which day it is."""
    today = datetime.datetime.now(ZoneInfo(engines.config.timezone)).date()
    settings = msgspec.json.encode(engines.config)
    described = f"{_VERSION} {today}".encode() + settings
    return f"{zlib.crc32(described):08x}"
