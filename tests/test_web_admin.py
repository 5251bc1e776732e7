"""Administrative calls: off unless somebody has a token, and the same as the command line does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from index.archive import open_archive
from index.config import Config, Web
from index.lock import write_lock
from index.segments.commit import INDEX_FOLDER
from search.web import engines as engines_module
from search.web.app import application
from tests.archives import make_archive
from tests.commands import run
from tests.test_web_access import ADMINISTRATOR, READER, WITH_TOKENS, basic, bearer

BODY = "Menlu Rusia Sergei Lavrov membahas senjata dengan Venezuela pada hari Selasa di Caracas."
ARTICLES: list[dict[str, Any]] = [
    {"id": "1", "title": "Senjata", "body": BODY, "source": "Warta Esok", "date": "2021-06-01"},
    {"id": "2", "title": "Senjata", "body": BODY, "source": "Kabar Kita", "date": "2021-06-03"},
]
CALLS = [
    ("POST", "/api/v1/articles"),
    ("POST", "/api/v1/withdraw/1?reason=hak+jawab"),
    ("DELETE", "/api/v1/articles/1"),
]
MAY = bearer(ADMINISTRATOR)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(engines_module, "_LOOK_EVERY_S", 0.0)
    return make_archive(tmp_path, ARTICLES)


@pytest.fixture
def client(archive: Path) -> Iterator[TestClient]:
    config = Config(web=Web(admin_tokens=WITH_TOKENS["admin_tokens"]))
    with TestClient(application(archive, config)) as client:
        yield client


def total(client: TestClient, question: str) -> int:
    return int(client.get("/api/v1/search", params={"q": question}).json()["total"])


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_nobody_administers_where_nobody_has_a_token(archive: Path, method: str, path: str) -> None:
    with TestClient(application(archive, Config())) as client:
        response = client.request(method, path, json=ARTICLES[0] if "POST" in method else None)
        described = client.get("/api/v1/openapi.json").json()["paths"]
        assert response.status_code in (404, 405)
        assert total(client, "senjata") == 2
    assert "/articles" not in described
    assert "delete" not in described["/articles/{id}"]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), (bearer("x"), 401), (basic("a", ADMINISTRATOR), 401), (bearer(READER), 403)],
    ids=["no token", "unknown", "password", "reader"],
)
def test_only_an_administrators_token_administers(
    archive: Path, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    web = Web(**WITH_TOKENS)
    with TestClient(application(archive, Config(web=web))) as client:
        response = client.request(method, path, headers=headers)
        assert response.status_code == status
        assert client.get("/api/v1/articles/1", headers=MAY).status_code == 200


def test_an_article_is_indexed_and_a_newer_version_of_it(client: TestClient) -> None:
    article = {"id": "9", "title": "Panen kopi", "body": "Petani kopi memanen.", "source": "Kebun"}
    first = client.post("/api/v1/articles", json=article, headers=MAY)
    assert (first.status_code, first.json()) == (200, {"id": "9", "outcome": "new"})
    assert total(client, "kopi") == 1
    again = client.post("/api/v1/articles", json=article, headers=MAY)
    assert again.json() == {"id": "9", "outcome": "unchanged"}
    changed = {**article, "body": "Petani teh memetik."}
    told = client.post("/api/v1/articles", json=changed, headers=MAY).json()
    assert told == {"id": "9", "outcome": "changed"}
    assert len(client.get("/api/v1/articles/9").json()["versions"]) == 2
    assert total(client, "memetik") == 1


def test_one_text_of_two_outlets_is_two_articles(client: TestClient) -> None:
    text = {"title": "Panen kopi", "body": "Petani kopi memanen."}
    for source in ("Kebun", "Ladang"):
        told = client.post("/api/v1/articles", json={**text, "source": source}, headers=MAY)
        assert told.json()["outcome"] == "new"
    assert total(client, "kopi") == 2


def test_what_came_by_http_is_what_index_would_have_made(
    client: TestClient, archive: Path, tmp_path: Path
) -> None:
    article = {
        "url": "https://warta.example/9",
        "title": "Kopi",
        "body": BODY,
        "date": "2021-06-02",
    }
    client.post("/api/v1/articles", json=article, headers=MAY)
    (tmp_path / "other").mkdir()
    other = make_archive(tmp_path / "other", [*ARTICLES, article])
    told = [
        msgspec.json.decode(
            run("show", article["url"], "--format", "json", "--archive", one).stdout
        )
        for one in (archive, other)
    ]
    for record in told:
        del record["versions"]
    assert told[0] == told[1]
    assert run("check", "--archive", archive).returncode == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"title": "x"}', b"[" * 10_000, b"\xff\xfe"])
def test_what_is_no_article_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/v1/articles", content=body, headers=MAY)
    assert response.status_code == 422
    assert total(client, "") == 2


def test_a_withdrawal_hides_the_article_and_names_its_copies(
    client: TestClient, archive: Path
) -> None:
    response = client.post("/api/v1/withdraw/1?reason=hak+jawab", headers=MAY)
    assert response.status_code == 200
    assert [copy["id"] for copy in response.json()["copies"]] == ["2"]
    assert client.get("/api/v1/articles/1").status_code == 410
    assert total(client, "senjata") == 1
    with open_archive(archive) as opened:
        [takedown] = opened.takedowns.listed()
    assert (takedown.who, takedown.reason) == ("token redaksi", "hak jawab")
    again = client.post("/api/v1/articles", json=ARTICLES[0] | {"body": "Lain."}, headers=MAY)
    assert again.json()["outcome"] == "withheld"
    assert client.get("/api/v1/articles/1").status_code == 410


def test_a_withdrawal_needs_a_reason(client: TestClient) -> None:
    response = client.post("/api/v1/withdraw/1", headers=MAY)
    assert (response.status_code, response.json()["parameter"]) == (422, "reason")
    assert client.get("/api/v1/articles/1").status_code == 200


def test_a_deletion_erases_the_article_and_lets_it_not_come_again(
    client: TestClient, archive: Path, tmp_path: Path
) -> None:
    run("backup", tmp_path / "backups", "--archive", archive)
    response = client.delete("/api/v1/articles/1?reason=putusan", headers=MAY)
    told = response.json()
    assert response.status_code == 200
    assert [copy["id"] for copy in told["copies"]] == ["2"]
    assert len(told["backups"]) == 1
    assert client.get("/api/v1/articles/1").status_code == 410
    again = client.post("/api/v1/articles", json=ARTICLES[0], headers=MAY)
    assert again.json() == {"id": None, "outcome": "withheld"}
    assert client.delete("/api/v1/articles/1", headers=MAY).status_code == 410
    with open_archive(archive) as opened:
        assert [entry.who for entry in opened.takedowns.log()] == ["token redaksi"]
        assert opened.count() == 1


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "withdraw/zzz?reason=x"), ("DELETE", "articles/zzz")]
)
def test_an_unknown_article_is_not_found(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, f"/api/v1/{path}", headers=MAY).status_code == 404


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_beside_another_writer_a_call_is_told_to_come_again(
    client: TestClient, archive: Path, method: str, path: str
) -> None:
    with write_lock(archive / INDEX_FOLDER):
        body = ARTICLES[0] if path.endswith("articles") else None
        response = client.request(method, path, json=body, headers=MAY)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert response.json()["title"] == "The archive is being written"
        assert str(archive) not in response.text
        assert total(client, "senjata") == 2
    assert client.request(method, path, json=body, headers=MAY).status_code == 200


def test_administration_is_described_where_it_is_on(client: TestClient) -> None:
    api = client.get("/api/v1/openapi.json").json()
    for path, method in (
        ("/articles", "post"), ("/articles/{id}", "delete"), ("/withdraw/{id}", "post"),
    ):  # fmt: skip
        operation = api["paths"][path][method]
        assert operation["security"] == [{"admin": []}]
        assert {"200", "401", "403", "503"} <= operation["responses"].keys()
    assert api["paths"]["/search"]["get"]["security"] == []
    assert re.search("bearer", str(api["components"]["securitySchemes"]))
