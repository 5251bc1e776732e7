"""What a cluster answers that is no success: what passes is waited for, the rest is told."""

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from index.config import Cluster as Settings
from index.errors import ConfigError, EngineUnavailable
from index.opensearch import cluster as module
from index.opensearch.cluster import PASSWORD, USER, Cluster, Refused, wait_s


@contextmanager
def answering(*answers: tuple[int, Any]) -> Iterator[tuple[Cluster, list[bytes]]]:
    """A server that gives these answers one after another, and what it was sent."""
    left, sent = list(answers), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            status, body = left.pop(0)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_DELETE = do_POST  # noqa: N815  the names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        cluster = Cluster(Settings(urls=(url,)))
        try:
            yield cluster, sent
        finally:
            cluster.close()
            server.shutdown()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_WAIT_S", 0.001)


def refusal(reason: str, kind: str = "x") -> dict[str, Any]:
    return {"error": {"type": kind, "reason": reason, "root_cause": [{"reason": reason}]}}


def outcome(status: int, reason: str = "") -> dict[str, Any]:
    error = {"error": {"type": "x", "reason": reason}} if reason else {}
    return {"index": {"_id": "7", "status": status, **error}}


def test_no_password_stands_in_an_address() -> None:
    with pytest.raises(ConfigError, match="CAKAP_SEARCH_OPENSEARCH_PASSWORD"):
        Settings(urls=("https://ayu:rahasia@os.example:9200",))


def test_an_index_that_is_gone_is_deleted() -> None:
    with answering((404, refusal("no such index"))) as (cluster, _):
        cluster.delete("kabar-1")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_asked_again(status: int) -> None:
    with answering((status, refusal("busy")), (status, refusal("busy")), (200, {"a": 1})) as (
        cluster,
        sent,
    ):
        assert cluster.ask("POST", "/x", {"q": 1}) == {"a": 1}
        assert len(sent) == 3


def test_what_does_not_pass_is_told_at_once() -> None:
    with (
        answering((400, refusal("no such field", "parse"))) as (cluster, sent),
        pytest.raises(Refused, match="refuses \\(400 parse: no such field\\)"),
    ):
        cluster.ask("POST", "/x", {})
    assert len(sent) == 1


def test_wrong_credentials_name_the_variables() -> None:
    with (
        answering((401, refusal("no"))) as (cluster, _),
        pytest.raises(EngineUnavailable, match=f"set \\${USER} and \\${PASSWORD}"),
    ):
        cluster.ask("GET", "/x")


def test_bulk_sends_again_only_what_the_cluster_was_too_busy_for() -> None:
    first = {"items": [outcome(201), outcome(429), outcome(409)]}
    with answering((200, first), (200, {"items": [outcome(201)]})) as (cluster, sent):
        lines = [({"index": {"_id": str(n)}}, {"n": n}) for n in range(3)]
        assert cluster.bulk(lines) == [2]
        assert gzip.decompress(sent[1]) == b'{"index":{"_id":"1"}}\n{"n":1}\n'


def test_bulk_names_the_article_that_the_cluster_does_not_take() -> None:
    with (
        answering((200, {"items": [outcome(400, "too long")]})) as (cluster, _),
        pytest.raises(Refused, match="refuses article 7: too long"),
    ):
        cluster.bulk([({"index": {"_id": "7"}}, {})])


def test_waits_grow_and_differ() -> None:
    assert 0.0005 <= wait_s(0) <= 0.001
    assert wait_s(40) <= 10.0
    assert len({wait_s(5) for _ in range(10)}) > 1


def test_half_of_the_credentials_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "arsip")
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(ConfigError, match="only one is set"):
        Cluster(Settings())


def test_missing_certificate_is_named() -> None:
    with pytest.raises(ConfigError, match=r"/tidak/ada\.pem is no file"):
        Cluster(Settings(ca_file="/tidak/ada.pem"))
