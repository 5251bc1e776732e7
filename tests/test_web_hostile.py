"""What strangers send, and what articles say, does nothing here but be read."""

import csv
import io
import logging
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

import search
from index.config import Config, Web
from index.pipeline import index_paths
from search.embedded.engine import EmbeddedEngine
from search.web import api, server
from search.web.app import application
from tests.archives import make_archive
from tests.servers import asked, sent, serving, serving_application

TAG = "<img src=x onerror=alert(1)>"
QUOTE = "\"'><script>alert(2)</script>"
ARTICLE: dict[str, Any] = {
    "id": f"x{QUOTE}",
    "title": f"Senjata {TAG} {QUOTE}",
    "body": f"Senjata {TAG} dibawa Sergei Lavrov ke Venezuela. {QUOTE} {{{{ 7*7 }}}} {{% if %}}",
    "source": f"Kabar {QUOTE}",
    "category": f"Rubrik {TAG}",
    "author": f"Penulis {QUOTE}",
    "tags": [TAG],
    "date": "2021-06-22",
}
URLS = [
    "javascript:alert(1)//",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//jahat.example/x",
    f"https://warta.example/{QUOTE}",
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles that attack, one of them by the name of its file alone."""
    folder = tmp_path_factory.mktemp("hostile")
    hostile = [ARTICLE, *({**ARTICLE, "id": f"u{n}", "url": url} for n, url in enumerate(URLS))]
    archive = make_archive(folder, hostile)
    named = folder / f"{TAG.replace('/', '')} {QUOTE.replace('/', '')}.txt"
    named.write_text("Senjata tanpa nama\n\nSenjata itu tiba di Kuba.", encoding="utf-8")
    index_paths([str(named)], archive, Config(), jobs=1)
    return archive


@pytest.fixture(scope="module")
def client(archive: Path) -> Iterator[TestClient]:
    with TestClient(application(archive, Config())) as client:
        yield client


@pytest.fixture(scope="module")
def address(archive: Path) -> Iterator[tuple[str, int]]:
    with serving(archive) as address:
        yield address


# What articles say


def pages(client: TestClient) -> Iterator[str]:
    """Every kind of page about the attacking articles."""
    for path in ("/", "/?q=senjata", "/?q=senjata&lang=en", "/facets/source", "/facets/category"):
        yield client.get(path).text
    hits = client.get("/api/v1/search?q=senjata&limit=100&no-group=1").json()["hits"]
    assert len(hits) >= 3
    for hit in hits:
        response = client.get("/article", params={"id": hit["id"]})
        assert response.status_code == 200
        yield response.text
        narrowed = {"q": "senjata", "source": hit["source"] or "none"}
        yield client.get("/", params=narrowed).text


def test_nothing_of_an_article_becomes_markup_or_code(client: TestClient) -> None:
    for html in pages(client):
        tree = etree.HTML(html)
        assert not tree.xpath("//img[@onerror] | //script[not(@src)]")
        handlers = [name for one in tree.iter() for name in one.attrib if name.startswith("on")]
        assert not handlers
        assert "{{ 7*7 }}" in html or "49" not in re.findall(r"\b49\b", html)


def test_every_link_leads_to_the_web_or_within(client: TestClient) -> None:
    for html in pages(client):
        for one in etree.HTML(html).xpath("//@href | //@src | //@action"):
            assert re.match(r"https?://warta\.example/|[/?#](?!/)", one), one


def test_a_feed_links_nothing_that_runs(client: TestClient) -> None:
    feed = client.get("/feed.atom?q=senjata&no-group=1")
    tree = etree.fromstring(feed.content)
    links = [one.get("href") for one in tree.iter("{*}link")]
    assert links
    assert all(re.match(r"https?://", link) for link in links)
    assert not list(tree.iter("{*}script", "{*}img"))


def test_a_download_is_saved_and_not_shown(client: TestClient) -> None:
    for form in ("csv", "jsonl"):
        response = client.get(f"/results.{form}?q=senjata&no-group=1")
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-type"].split(";")[0] in ("text/csv", "application/jsonl")
    rows = list(csv.reader(io.StringIO(client.get("/results.csv?q=senjata").text)))
    assert len({len(row) for row in rows}) == 1


# What strangers send


@pytest.mark.parametrize("path", ["/", "/article", "/facets/source", "/feed.atom", "/api"])
@pytest.mark.parametrize("name", ["q", "id", "find", "country", "source", "lang", "date", "sort"])
@pytest.mark.parametrize("value", [quote(QUOTE), "%00%0d%0aSet-Cookie:%20x=1", "%ed%a0%80", "%ff"])
def test_nothing_of_an_address_becomes_markup_or_a_header(
    client: TestClient, path: str, name: str, value: str
) -> None:
    response = client.get(f"{path}?{name}={value}")
    assert response.status_code in (200, 404, 422)
    assert "<script>alert" not in response.text
    assert "set-cookie" not in response.headers
    if "xml" in response.headers["content-type"]:
        etree.fromstring(response.content)


@pytest.mark.parametrize(
    "target",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/%2e%2e%2fapp.py",
        "/static/..%5capp.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/%00/style.css",
        "/static/style.css%00",
        "/static/",
        "/static/" + "a" * 5000,
        "/static/" + "a/" * 2000,
    ],
)
def test_static_files_are_those_of_their_folder(address: tuple[str, int], target: str) -> None:
    answer = asked(address, target)
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"import" not in answer
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "request_of",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET http://\r\n\r\n",
        b"POST /api/v1/annotate HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
    ],
)
def test_what_is_no_request_is_answered_400(address: tuple[str, int], request_of: bytes) -> None:
    assert sent(address, request_of).startswith(b"HTTP/1.1 400")
    assert asked(address, "/api/v1/health").startswith(b"HTTP/1.1 200")


def test_two_lengths_smuggle_no_request(address: tuple[str, int]) -> None:
    smuggled = b"GET /api/v1/stats HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = sent(
        address,
        b"POST /api/v1/annotate HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n" + smuggled,
    )
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_host_is_told_as_text(address: tuple[str, int]) -> None:
    request = "GET /opensearch.xml HTTP/1.1\r\nHost: a\"'<b>\r\nConnection: close\r\n\r\n"
    answer = sent(address, request.encode())
    assert b"<b>" not in answer.partition(b"\r\n\r\n")[2]


def test_no_line_of_the_log_is_written_by_a_stranger(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        asked(address, "/api/v1/search?q=%0d%0aERROR%20rahasia&country=%0aERROR", "X: ERROR")
        asked(address, "/article?id=%0d%0aERROR%1b[31m")
        sent(address, b"ERROR\r\nERROR\r\n\r\n")
    assert all("ERROR" not in record.getMessage() for record in caplog.records)


def test_only_the_proxy_is_believed_who_asks(archive: Path) -> None:
    """All of these come from 127.0.0.1, so the address that it forwards is the one that counts."""
    config = Config(web=Web(requests_per_minute=1))
    with serving(archive, config) as address:
        forwarded = [
            asked(address, "/api/v1/stats", f"X-Forwarded-For: {given}")[9:12]
            for given in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "9.9.9.9, 192.0.2.2")
        ]
    assert forwarded == [b"200", b"429", b"200", b"429"]


# Slow clients


def test_a_head_that_does_not_come_is_not_waited_for(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_HEAD_S", 0.3)
    with serving(archive) as address:
        assert sent(address) == b""
        assert sent(address, b"GET / HT") == b""
        assert sent(address, b"GET / HTTP/1.1\r\nHost: a\r\n") == b""
        whole = b"GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n"
        assert sent(address, whole, b"GET / HT").count(b"HTTP/1.1 200") == 1


def test_a_head_that_drips_is_not_waited_for(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_HEAD_S", 0.3)
    with serving(archive) as address, socket.create_connection(address, 30) as connection:
        stopped = threading.Event()
        connection.sendall(b"GET / HTTP/1.1\r\n")

        def drip() -> None:
            while not stopped.wait(0.05):
                try:
                    connection.sendall(b"X: y\r\n")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert connection.recv(1) == b""
        except ConnectionResetError:
            pass
        finally:
            stopped.set()
            dripping.join()


def test_a_body_that_does_not_come_is_not_waited_for(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_BODY_S", 0.3)
    with serving(archive) as address:
        head = b"POST /api/v1/annotate HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
        assert sent(address, head, b'{"text"').startswith(b"HTTP/1.1 408")


def test_many_slow_clients_keep_nobody_from_an_answer(archive: Path) -> None:
    with serving(archive) as address:
        slow = [socket.create_connection(address) for _ in range(150)]
        for connection in slow:
            connection.sendall(b"POST /api/v1/annotate HTTP/1.1\r\nHost: a\r\n")
        try:
            assert asked(address, "/api/v1/search?q=senjata").startswith(b"HTTP/1.1 200")
        finally:
            for connection in slow:
                connection.close()


async def endless(scope: Any, receive: Any, send: Any) -> None:
    """An application whose answer goes on until its reader has gone."""

    def pieces() -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    if scope["type"] == "http":
        await StreamingResponse(pieces())(scope, receive, send)


def test_a_reader_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_TAKEN_S", 0.3)
    ended = threading.Event()

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        await endless(scope, receive, send)
        if scope["type"] == "http":
            ended.set()

    with (
        serving_application(noting) as address,
        socket.create_connection(address, 30) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert ended.wait(30)


# The end


def test_a_request_at_work_is_answered_when_the_server_is_told_to_end(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, searched = threading.Event(), threading.Event(), EmbeddedEngine.search

    def waiting(engine: EmbeddedEngine, request: search.Request) -> search.Response:
        begun.set()
        go_on.wait(30)
        return searched(engine, request)

    monkeypatch.setattr(EmbeddedEngine, "search", waiting)
    answers: list[bytes] = []
    with serving(archive) as address:
        asking = threading.Thread(
            target=lambda: answers.append(asked(address, "/api/v1/search?q=senjata"))
        )
        asking.start()
        assert begun.wait(30)
        threading.Timer(0.3, go_on.set).start()
    asking.join(30)
    assert answers[0].startswith(b"HTTP/1.1 200")


def test_an_archive_that_is_damaged_is_a_503_that_names_no_folder(
    archive: Path, tmp_path: Path
) -> None:
    shutil.copytree(archive, tmp_path / "archive")
    with TestClient(application(tmp_path / "archive", Config())) as client:
        (tmp_path / "archive" / "archive.db").write_bytes(b"x" * 8192)
        response = client.get("/api/v1/search?q=senjata")
    assert response.status_code == 503
    assert str(tmp_path) not in response.text


def test_what_nobody_expected_is_answered_with_the_same_headers(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(archive, Config())
    with TestClient(app, raise_server_exceptions=False) as client:
        expected = client.get("/?q=senjata").headers["content-security-policy"]
        monkeypatch.delattr(EmbeddedEngine, "search_with_timeline")
        response = client.get("/?q=senjata")
    assert (response.status_code, response.headers["content-security-policy"]) == (500, expected)


def test_the_end_of_an_answer_does_not_wait_for_an_acknowledgement(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = server._Connection.data_received
    at_once: list[int] = []

    def noting(self: server._Connection, data: bytes) -> None:
        accepted = self.transport.get_extra_info("socket")
        at_once.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        received(self, data)

    monkeypatch.setattr(server._Connection, "data_received", noting)
    with serving(archive) as address:
        asked(address, "/api/v1/health")
    assert at_once
    assert all(at_once)
