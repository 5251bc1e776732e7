"""The HTTP API: the command line's JSON, errors that name the parameter, commits and ETags."""

import csv
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

import search
from index.archive import open_archive
from index.config import Config
from index.pipeline import index_paths
from search.web import engines as engines_module
from search.web.api import MOST_BODY_BYTES
from search.web.app import application
from search.web.engines import Engines
from tests.archives import make_archive
from tests.commands import run

ARTICLES = [
    {
        "id": str(number),
        "title": f"Senjata kapal ke-{number}",
        "body": "Menlu Rusia Sergei Lavrov membahas senjata dengan Venezuela.",
        "date": f"2021-06-{number:02}",
        "source": "Warta Esok",
    }
    for number in range(1, 13)
]
LATER = [
    {"id": "later", "title": "Senjata baru", "body": "Senjata baru tiba.", "date": "2022-01-05"}
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path, ARTICLES)


@pytest.fixture
def client(archive: Path) -> Iterator[TestClient]:
    with TestClient(application(archive, Config())) as client:
        yield client


@pytest.fixture
def always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit is looked for at each request, so that no test waits."""
    monkeypatch.setattr(engines_module, "_LOOK_EVERY_S", 0.0)


def add(archive: Path) -> None:
    make_archive_file = archive.parent / "later.jsonl"
    make_archive_file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in LATER))
    index_paths([str(make_archive_file)], archive, Config(), jobs=1)


def test_search_answers_as_the_command_line_does(client: TestClient, archive: Path) -> None:
    told = client.get("/api/v1/search?q=Lavrov+senjata&country=VE&limit=3&facet=country").json()
    ran = run(
        "query", "Lavrov senjata", "--country", "VE", "--limit", "3", "--facet", "country",
        "--format", "json", "--archive", archive,
    )  # fmt: skip
    printed = msgspec.json.decode(ran.stdout)
    del told["took_ms"], printed["took_ms"]
    assert told == printed
    assert told["total"] == 12


def test_an_article_is_what_show_prints(client: TestClient, archive: Path) -> None:
    told = client.get("/api/v1/articles/3").json()
    ran = run("show", "3", "--versions", "--format", "json", "--archive", archive)
    assert told == msgspec.json.decode(ran.stdout)


def test_annotate_reads_a_text(client: TestClient) -> None:
    told = client.post("/api/v1/annotate", json={"text": "Lavrov tiba di Kuba."}).json()
    assert [one["code"] for one in told["countries"]] == ["CU"]


@pytest.mark.parametrize(
    ("query", "parameter", "message"),
    [
        ("contry=RU", "contry", "did you mean 'country'?"),
        ("country=Venezuel4", "country", "Venezuela"),
        ("not-person=Labrov", "not-person", "nearest: Sergei Lavrov"),
        ("limit=1000", "limit", "<= 100"),
        ("limit=-1", "limit", ">= 0"),
        ("limit=x", "limit", "int"),
        ("offset=9999999999999999999999", "offset", "int"),
        ("sort=best", "sort", "best"),
        ("sort=newest&sort=oldest", "sort", "given twice"),
        ("facet=colour", "facet", "country"),
        ("date=entah", "date", "entah"),
        ("since=2022&until=2021", "since", "swap its ends"),
        ("q=" + "a" * 1001, "q", "<= 1000"),
        ("exact=perhaps", "exact", "bool"),
    ],
)
def test_an_error_names_its_parameter(
    client: TestClient, query: str, parameter: str, message: str
) -> None:
    response = client.get(f"/api/v1/search?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["parameter"] == parameter
    assert message in problem["detail"]


def test_an_error_in_the_question_points_at_its_place(client: TestClient) -> None:
    problem = client.get("/api/v1/search?q=senjata+negara:Labrovia").json()
    assert (problem["parameter"], problem["start"]) == ("q", 8)


def test_an_empty_parameter_is_none(client: TestClient) -> None:
    assert client.get("/api/v1/search?q=senjata&country=&sort=").json()["total"] == 12


@pytest.mark.parametrize("path", ["articles/zzz", "similar/zzz", "nowhere"])
def test_what_is_not_there_is_a_problem_404(client: TestClient, path: str) -> None:
    response = client.get(f"/api/v1/{path}")
    assert (response.status_code, response.json()["status"]) == (404, 404)


def test_another_method_is_refused(client: TestClient) -> None:
    response = client.delete("/api/v1/articles/1")
    assert (response.status_code, response.json()["status"]) == (405, 405)


def test_a_text_too_long_is_refused(client: TestClient) -> None:
    response = client.post("/api/v1/annotate", content=b"x" * (MOST_BODY_BYTES + 1))
    assert response.status_code == 413


@pytest.mark.parametrize("body", [b"", b"[]", b'{"text": 3}', b"\xff", b"[" * 10_000])
def test_a_body_that_is_no_text_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/v1/annotate", content=body)
    assert (response.status_code, response.json()["parameter"]) == (422, "body")


def test_what_the_reader_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/search?q=senjata")
    again = client.get("/api/v1/search?q=senjata", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.usefixtures("always_looks")
def test_a_commit_is_seen_without_a_restart(client: TestClient, archive: Path) -> None:
    before = client.get("/api/v1/search?q=senjata")
    add(archive)
    after = client.get(
        "/api/v1/search?q=senjata", headers={"If-None-Match": before.headers["etag"]}
    )
    assert (before.json()["total"], after.status_code) == (12, 200)
    assert after.json()["total"] == 13
    assert client.get("/api/v1/ready").json()["commit"] == after.json()["archive"]["commit"]


def test_a_withdrawal_is_seen_at_once_and_changes_the_etag(
    client: TestClient, archive: Path
) -> None:
    path = "/api/v1/search?q=senjata"
    before = client.get(path)
    with open_archive(archive, write=True) as opened:
        opened.withdraw(opened.find("3")[0], "hak jawab")
        opened.commit()
    after = client.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["total"]) == (200, 11)
    assert client.get("/api/v1/articles/3").status_code == 410
    assert client.get("/article?id=3").status_code == 410
    assert "hak jawab" not in client.get("/article?id=3").text


@pytest.mark.usefixtures("always_looks")
def test_an_engine_in_use_stays_open_over_a_commit(archive: Path) -> None:
    engines = Engines(archive, Config())
    with engines.current() as last:
        add(archive)
        with engines.current() as newest:
            assert newest is not last
        assert last.search(search.Request("senjata")).total == 12
    with pytest.raises(search.EngineUnavailable):
        last.search(search.Request("senjata"))
    engines.close()


@pytest.mark.usefixtures("always_looks")
def test_a_commit_that_cannot_be_opened_leaves_the_last_one_answering(
    client: TestClient, archive: Path
) -> None:
    (archive / "index" / "_MAIN_99.toc").write_bytes(b"")
    assert client.get("/api/v1/search?q=senjata").json()["total"] == 12


@pytest.mark.usefixtures("always_looks")
def test_a_cluster_that_is_away_for_a_moment_is_asked_for_the_newest_commit_again(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise search.EngineUnavailable("no connection")

    engines = Engines(archive, Config())
    add(archive)
    with monkeypatch.context() as patch:
        patch.setattr("search.web.engines.open_folder", away)
        with engines.current() as last:
            pass
    with engines.current() as newest:
        assert newest is not last
    with monkeypatch.context() as patch:
        patch.setattr(newest, "is_lost", True)
        with engines.current() as reopened:
            assert reopened is not newest
    engines.close()


@pytest.mark.usefixtures("always_looks")
def test_many_threads_ask_while_commits_come(archive: Path) -> None:
    engines = Engines(archive, Config())
    totals: list[int | None] = []

    def ask() -> None:
        for _ in range(20):
            with engines.current() as engine:
                totals.append(engine.search(search.Request("senjata")).total)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    add(archive)
    for thread in threads:
        thread.join()
    engines.close()
    assert len(totals) == 80
    assert set(totals) <= {12, 13}


def test_downloads_hold_every_hit(client: TestClient) -> None:
    told = client.get("/results.csv?q=senjata&limit=2")
    assert "attachment" in told.headers["content-disposition"]
    assert len(list(csv.DictReader(io.StringIO(told.text)))) == 12
    lines = client.get("/results.jsonl?q=senjata").text.splitlines()
    assert {msgspec.json.decode(line)["id"] for line in lines} == {str(n) for n in range(1, 13)}


def test_a_wrong_download_is_refused_before_it_begins(client: TestClient) -> None:
    assert client.get("/results.csv?country=Labrovia").status_code == 422
    assert client.get("/results.exe?q=senjata").status_code == 404


def test_a_feed_has_the_newest_first(client: TestClient) -> None:
    from lxml import etree

    feed = etree.fromstring(client.get("/feed.atom?q=senjata").content)
    titles = feed.findall("{*}entry/{*}title")
    assert titles[0].text == "Senjata kapal ke-12"
    updated = feed.findtext("{*}entry/{*}updated")
    assert updated == "2021-06-12T00:00:00+07:00"


def test_the_description_has_every_route_and_no_other(client: TestClient) -> None:
    api = client.get("/api/v1/openapi.json").json()
    app = client.app
    routed = {
        (route.path.replace(":path}", "}").removeprefix("/api/v1"), method.lower())
        for route in app.routes  # type: ignore[attr-defined]
        if isinstance(route, Route) and route.path.startswith("/api/v1/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {(path, method) for path, methods in api["paths"].items() for method in methods}
    assert routed - {("/openapi.json", "get")} == described


def test_the_description_refers_to_nothing_that_it_lacks(client: TestClient) -> None:
    text = client.get("/api/v1/openapi.json").text
    api = msgspec.json.decode(text)
    referred = set(text.split('"#/components/schemas/')[1:])
    assert referred
    assert {one.partition('"')[0] for one in referred} <= api["components"]["schemas"].keys()


def test_the_described_answer_is_the_one_that_comes(client: TestClient) -> None:
    """Each property that the description requires is in the answer, and no other."""
    api = client.get("/api/v1/openapi.json").json()
    for path, name in (("search?q=senjata", "Response"), ("articles/1", "ArticleRecord")):
        told, schema = client.get(f"/api/v1/{path}").json(), api["components"]["schemas"][name]
        assert set(schema["required"]) <= told.keys() <= schema["properties"].keys()


def test_metrics_count_by_route_and_not_by_address(client: TestClient) -> None:
    client.get("/api/v1/articles/1")
    client.get("/api/v1/articles/zzz")
    told = client.get("/api/v1/metrics").text
    route = 'route="/api/v1/articles/{id:path}"'
    assert f'cakap_search_requests_total{{{route},status="200"}} 1.0' in told
    assert f'cakap_search_requests_total{{{route},status="404"}} 1.0' in told
    assert "cakap_search_articles 12.0" in told
    assert "zzz" not in told
