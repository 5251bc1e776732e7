"""Who may ask over HTTP: tokens, how often, how many at once, how long, and from which sites."""

import base64
import hashlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import search
from index.config import Config, Web, load_config
from index.errors import ConfigError
from search.embedded.engine import EmbeddedEngine
from search.web import access
from search.web.access import Buckets, token_name
from search.web.app import application

READER, ADMINISTRATOR = "baca-saja", "boleh-semua"


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


WITH_TOKENS = {
    "read_tokens": {"perpustakaan": sha256(READER)},
    "admin_tokens": {"redaksi": sha256(ADMINISTRATOR)},
}


@contextmanager
def server(archive: Path, **web: Any) -> Iterator[TestClient]:
    """A client of a server with these settings."""
    with TestClient(application(archive, Config(web=Web(**web)))) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def closed(samples_archive: Path) -> Iterator[TestClient]:
    """A server that is read with a token."""
    with server(samples_archive, **WITH_TOKENS) as client:
        yield client


PATHS = ["/", "/api/v1/search?q=senjata", "/results.csv?q=senjata", "/feed.atom", "/api/v1/metrics"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("x"),
        bearer(sha256(READER)),
        {"Authorization": f"Bearer{READER}"},
        {"Authorization": f"Digest {READER}"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic " + "A" * 1001},
    ],
)
def test_without_its_token_an_archive_is_not_read(
    closed: TestClient, path: str, headers: dict[str, str]
) -> None:
    response = closed.get(path, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Basic ")
    assert "Rusia" not in response.text
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers", [bearer(READER), bearer(ADMINISTRATOR), basic("siapa saja", READER)]
)
def test_with_a_token_it_is_read(closed: TestClient, path: str, headers: dict[str, str]) -> None:
    assert closed.get(path, headers=headers).status_code == 200


def test_a_reader_and_an_administrator_may_have_one_name(samples_archive: Path) -> None:
    tokens = {"read_tokens": {"a": sha256("satu")}, "admin_tokens": {"a": sha256("dua")}}
    with server(samples_archive, **tokens) as client:
        statuses = [
            client.get("/api/v1/stats", headers=bearer(one)).status_code
            for one in ("satu", "dua", "tiga")
        ]
    assert statuses == [200, 200, 401]


def test_who_watches_the_server_needs_no_token(closed: TestClient) -> None:
    assert closed.get("/api/v1/health").status_code == 200
    assert closed.get("/api/v1/ready").status_code == 200


def test_no_token_and_no_hash_is_told_by_the_server(closed: TestClient) -> None:
    told = closed.get("/api/v1/openapi.json", headers=bearer(READER)).text
    assert READER not in told
    assert sha256(READER) not in told
    assert '"securitySchemes"' in told


def test_a_token_is_known_by_its_name() -> None:
    tokens = {"satu": sha256("a"), "dua": sha256("b")}
    assert token_name("Bearer b", tokens, basic=False) == "dua"
    assert token_name("bearer  b", tokens, basic=False) == "dua"
    assert token_name("Bearer c", tokens, basic=False) is None
    assert token_name("", tokens, basic=True) is None
    assert token_name(basic("x", "a")["Authorization"], tokens, basic=False) is None


def test_every_known_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    true_compare = access.hmac.compare_digest

    def noting(one: str, other: str) -> bool:
        compared.append(other)
        return true_compare(one, other)

    monkeypatch.setattr(access.hmac, "compare_digest", noting)
    tokens = {"satu": sha256("a"), "dua": sha256("b")}
    assert token_name("Bearer a", tokens, basic=False) == "satu"
    assert compared == list(tokens.values())


def test_the_documented_line_makes_a_token_and_its_hash() -> None:
    text = (Path(__file__).parents[1] / "docs" / "serve.md").read_text("utf-8")
    [code] = re.findall(r"^\$ python3 -c '([^']+)'$", text, re.MULTILINE)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    token, digest = ran.stdout.split()
    assert len(token) >= 40
    assert digest == sha256(token)


@pytest.mark.parametrize(
    "text",
    [
        "web: {read_tokens: {a: rahasia}}",
        "web: {admin_tokens: {a: " + "G" * 64 + "}}",
        "web: {cors_origins: [contoh.id]}",
        "web: {cors_origins: ['https://contoh.id/']}",
        "web: {requests_per_minute: -1}",
        "web: {request_s: 0}",
    ],
)
def test_a_setting_that_cannot_work_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"web\."):
        load_config(tmp_path / "config.yaml")


def test_a_bucket_holds_a_minute_and_fills_evenly() -> None:
    now = 100.0
    buckets = Buckets(60, lambda: now)
    assert [buckets.wait_s("a") for _ in range(60)] == [0.0] * 60
    assert buckets.wait_s("a") == pytest.approx(1.0)
    assert buckets.wait_s("b") == 0.0
    now += 1.0
    assert buckets.wait_s("a") == 0.0
    assert buckets.wait_s("a") == pytest.approx(1.0)
    now += 3600
    assert [buckets.wait_s("a") for _ in range(61)] == [0.0] * 60 + [pytest.approx(1.0)]


def test_addresses_are_forgotten_when_their_buckets_are_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "_MOST_ADDRESSES", 10)
    now = 0.0
    buckets = Buckets(60, lambda: now)
    for number in range(100):
        buckets.wait_s(str(number))
        now += 0.5
    assert len(buckets._full_at) <= 10


def test_too_many_requests_are_told_when_to_come_again(samples_archive: Path) -> None:
    with server(samples_archive, requests_per_minute=3) as client:
        statuses = [client.get("/api/v1/stats").status_code for _ in range(4)]
        refused = client.get("/api/v1/stats")
        assert client.get("/api/v1/health").status_code == 200
    assert statuses == [200, 200, 200, 429]
    assert refused.json()["status"] == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 20


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_a_customer_of_ipv6_is_one_address(one: str, other: str, are_one: bool) -> None:
    def address(host: str) -> str:
        return access._address(access.Request({"type": "http", "client": (host, 1)}))

    assert (address(one) == address(other)) is are_one


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Questions are answered only when this is set."""
    answered, searched = threading.Event(), EmbeddedEngine.search

    def waiting(engine: EmbeddedEngine, request: search.Request) -> search.Response:
        answered.wait(30)
        return searched(engine, request)

    monkeypatch.setattr(EmbeddedEngine, "search", waiting)
    yield answered
    answered.set()


def test_a_request_that_takes_too_long_gets_no_answer(
    samples_archive: Path, slow: threading.Event
) -> None:
    with server(samples_archive, request_s=0.2) as client:
        response = client.get("/api/v1/search?q=senjata")
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert "0.2 seconds" in response.json()["detail"]
        slow.set()
        assert client.get("/api/v1/search?q=senjata").status_code == 200


@pytest.mark.usefixtures("slow")
def test_a_request_whose_time_is_over_is_at_work_until_its_thread_ends(
    samples_archive: Path, slow: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "MOST_AT_ONCE", 1)
    with server(samples_archive, request_s=0.2) as client:
        client.get("/api/v1/search?q=senjata")
        refused = client.get("/api/v1/stats")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "too many" in refused.json()["detail"]
        slow.set()
        deadline = time.monotonic() + 30
        while client.get("/api/v1/stats").status_code != 200:
            assert time.monotonic() < deadline


def test_a_script_of_another_site_may_not_ask(samples_archive: Path) -> None:
    with server(samples_archive) as client:
        headers = {"Origin": "https://jahat.example"}
        response = client.get("/api/v1/stats", headers=headers)
    assert "access-control-allow-origin" not in response.headers


def test_a_script_of_a_configured_site_may_ask(samples_archive: Path) -> None:
    origin = "https://warta.example"
    with server(samples_archive, cors_origins=(origin,), **WITH_TOKENS) as client:
        asking = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        asking["Access-Control-Request-Headers"] = "authorization"
        asked = client.options("/api/v1/stats", headers=asking)
        told = client.get("/api/v1/stats", headers={"Origin": origin, **bearer(READER)})
        refused = client.get("/api/v1/stats", headers={"Origin": origin})
        other = client.get("/api/v1/stats", headers={"Origin": "https://jahat.example"})
    assert asked.status_code == 200
    assert told.headers["access-control-allow-origin"] == origin
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-origin" not in other.headers
