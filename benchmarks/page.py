"""What a page costs beside the library call for the same request, in processor time.

    python -m benchmarks.page [--archive DIR] [--questions 100]

Each question is asked three ways, in turn: the library's answer with the page's facets; that and
the timeline, which is all that the page shows; and the page itself as a browser gets it,
compressed, through the whole application but for the socket.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.types import Message, Scope

import search
from benchmarks.around import short_questions
from benchmarks.data import archive_of, news, require_data
from index.config import Config
from search.embedded.engine import EmbeddedEngine
from search.web.app import application
from search.web.pages import FACETS
from search.web.parameters import request_of

_ROUNDS = 3


async def _get(app: Starlette, query: str) -> tuple[int, int]:
    """The status of a page and the bytes of its compressed body."""
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 40000),
        "root_path": "",
        "path": "/",
        "raw_path": b"/",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1:8000"), (b"accept-encoding", b"gzip")],
    }
    status = length = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, length
        status = message.get("status", status)
        length += len(message.get("body", b""))

    await app(scope, receive, send)
    return status, length


def _milliseconds(task: Callable[[], object]) -> float:
    started = time.process_time()
    task()
    return (time.process_time() - started) * 1000


def _tell(name: str, times: Sequence[float]) -> None:
    ordered = sorted(times)
    print(
        f"{name:<34} median {statistics.median(ordered):6.2f} ms,"
        f" p95 {ordered[len(ordered) * 95 // 100]:6.2f} ms"
    )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="one of news.jsonl.gz")
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    require_data()
    asked = short_questions(options.questions)
    counted: list[float] = []
    shown: list[float] = []
    paged: list[float] = []
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        archive = options.archive or archive_of(news(), Path(folder) / "news")
        app = application(archive, Config())
        with EmbeddedEngine(archive, Config()) as engine:
            for turn in range(1 + _ROUNDS):
                for question in asked:
                    request = request_of({"q": question}, FACETS)

                    def library(request: search.Request = request) -> None:
                        engine.search(request)

                    def library_and_timeline(request: search.Request = request) -> None:
                        engine.search_with_timeline(request)

                    def page(query: str = urlencode({"q": question})) -> None:
                        status, _ = runner.run(_get(app, query))
                        assert status == 200

                    times = [_milliseconds(one) for one in (library, library_and_timeline, page)]
                    if turn:  # the first warms what each of them keeps
                        for kept, one in zip((counted, shown, paged), times, strict=True):
                            kept.append(one)
    _tell("library: hits and facets", counted)
    _tell("library: hits, facets, timeline", shown)
    _tell("page", paged)
    _tell("page less hits and facets", [a - b for a, b in zip(paged, counted, strict=True)])
    _tell("page less all that it shows", [a - b for a, b in zip(paged, shown, strict=True)])


if __name__ == "__main__":
    main()
