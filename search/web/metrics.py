"""Counts and times of requests for Prometheus, kept apart for each application."""

import time
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.web.engines import Engines

# An answer takes some milliseconds, a download seconds.
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """What is counted of one application."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "cakap_search_requests", "Requests", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "cakap_search_request_seconds",
            "Time until a request was answered to its end",
            ["route"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._articles = Gauge(
            "cakap_search_articles", "Articles that are shown", registry=self._registry
        )
        self._commit = Gauge("cakap_search_commit", "Commit that answers", registry=self._registry)

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def response(self, _: Request) -> Response:
        """All counts as Prometheus reads them."""
        with self._engines.current() as engine:
            self._articles.set(engine.state().articles)
            self._commit.set(engine.commit.generation)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Counted:
    """An application whose requests are counted, by the route's pattern and not by the address,
    of which there is no end.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "(none)")
            self._metrics.count(route, status, time.perf_counter() - started)
