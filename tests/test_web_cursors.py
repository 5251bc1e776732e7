"""Long results page by page: in the order with which they began, for five minutes."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

import search
from index.archive import open_archive
from index.config import Config
from index.pipeline import delete, index_paths
from search.web import cursors as cursors_module
from search.web import engines as engines_module
from search.web.app import application
from search.web.cursors import KEPT_S, Cursors
from search.web.engines import Engines
from tests.archives import make_archive

ARTICLES = [
    {
        "id": str(number),
        "title": f"Senjata kapal ke-{number}",
        "body": "Menlu Rusia Sergei Lavrov membahas senjata " + "dan kapal " * number,
        "date": f"2021-06-{number:02}",
        "source": "Warta Esok",
    }
    for number in range(1, 13)
]
PATH = "/api/v1/search?q=senjata&limit=5"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(engines_module, "_LOOK_EVERY_S", 0.0)
    return make_archive(tmp_path, ARTICLES)


@pytest.fixture
def client(archive: Path) -> Iterator[TestClient]:
    with TestClient(application(archive, Config())) as client:
        yield client


def add(archive: Path) -> None:
    path = archive.parent / "later.jsonl"
    article = {"id": "later", "title": "Senjata senjata", "body": "Senjata.", "date": "2022-01-05"}
    path.write_bytes(msgspec.json.encode(article))
    index_paths([str(path)], archive, Config(), jobs=1)


def ids(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [hit["id"] for hit in answer["hits"]]


def test_pages_are_the_whole_list_once_whatever_is_committed_meanwhile(
    client: TestClient, archive: Path
) -> None:
    with search.open(archive) as engine:
        request = search.Request("senjata", limit=None)
        expected = [hit.id for hit in engine.search(request).hits]
    answer = client.get(f"{PATH}&cursor=*").json()
    listed, commits = ids(answer), {answer["archive"]["commit"]}
    while "cursor" in answer:
        add(archive)
        answer = client.get(f"/api/v1/search?cursor={answer['cursor']}").json()
        listed += ids(answer)
        commits.add(answer["archive"]["commit"])
        assert answer["total"] == 12
    assert listed == expected
    assert len(commits) == 1
    assert client.get(PATH).json()["total"] == 13


def test_a_page_can_be_asked_for_again(client: TestClient) -> None:
    cursor = client.get(f"{PATH}&cursor=*").json()["cursor"]
    second = client.get(f"{PATH}&cursor={cursor}").json()
    assert client.get(f"{PATH}&cursor={cursor}").json() == second
    third = client.get(f"{PATH}&cursor={second['cursor']}").json()
    assert not set(ids(second)) & set(ids(third))
    assert client.get(f"{PATH}&cursor={cursor}").status_code == 410


def test_what_is_taken_down_meanwhile_is_on_no_page(client: TestClient, archive: Path) -> None:
    whole = [
        hit["id"]
        for hit in client.get("/api/v1/search?q=senjata&limit=100&no-group=1").json()["hits"]
    ]
    first = client.get(f"{PATH}&cursor=*").json()
    second = client.get(f"{PATH}&cursor={first['cursor']}").json()
    with open_archive(archive, write=True) as opened:
        opened.withdraw(opened.find(ids(second)[0])[0], "hak jawab")
        opened.withdraw(opened.find(whole[10])[0], "hak jawab")
        opened.commit()
    assert client.get(f"{PATH}&cursor={first['cursor']}").status_code == 410
    third = client.get(f"{PATH}&cursor={second['cursor']}").json()
    assert ids(third) == [whole[11]]


def test_what_is_erased_meanwhile_is_on_no_page(client: TestClient, archive: Path) -> None:
    whole = [
        hit["id"]
        for hit in client.get("/api/v1/search?q=senjata&limit=100&no-group=1").json()["hits"]
    ]
    first = client.get(f"{PATH}&cursor=*").json()
    with open_archive(archive) as opened:
        [number] = opened.find(whole[6])
    delete(archive, [number], Config())
    second = client.get(f"{PATH}&cursor={first['cursor']}").json()
    assert ids(second) == [*whole[5:6], *whole[7:11]]


def test_a_result_that_fails_does_not_end_as_if_it_were_whole(
    client: TestClient, archive: Path
) -> None:
    first = client.get(f"{PATH}&cursor=*").json()
    with open_archive(archive, write=True) as opened:
        opened.connection.execute("UPDATE version SET content = x'00'")
        opened.commit()
    statuses = [client.get(f"{PATH}&cursor={first['cursor']}").status_code for _ in range(2)]
    assert statuses == [503, 410]


@pytest.mark.parametrize("cursor", ["x", "x.2", ".", "*.2", "0.-1", "a.\u0663", "a." + "9" * 90])
def test_a_cursor_that_nobody_gave_is_over(client: TestClient, cursor: str) -> None:
    response = client.get("/api/v1/search", params={"cursor": cursor})
    assert response.status_code == 410
    assert "begin again with cursor=*" in response.json()["detail"]


def test_a_cursor_is_not_asked_another_question(client: TestClient) -> None:
    cursor = client.get(f"{PATH}&cursor=*").json()["cursor"]
    response = client.get(f"/api/v1/search?q=kapal&limit=5&cursor={cursor}")
    assert (response.status_code, response.json()["parameter"]) == (422, "cursor")


@pytest.mark.parametrize("query", ["limit=0", "offset=3"])
def test_a_cursor_begins_at_the_first_hit(client: TestClient, query: str) -> None:
    response = client.get(f"/api/v1/search?q=senjata&cursor=*&{query}")
    assert (response.status_code, response.json()["parameter"]) == (422, "cursor")


def test_a_cursor_ends_five_minutes_after_its_last_page(archive: Path) -> None:
    now = 0.0
    engines = Engines(archive, Config())
    cursors, request = Cursors(engines, lambda: now), search.Request("senjata", limit=2)
    first = cursors.page("*", request, repeated=True)
    now += KEPT_S - 1
    second = cursors.page(str(first.cursor), request, repeated=True)
    now += KEPT_S - 1
    third = cursors.page(str(second.cursor), request, repeated=True)
    now += KEPT_S + 1
    with pytest.raises(HTTPException) as caught:
        cursors.page(str(third.cursor), request, repeated=True)
    assert caught.value.status_code == 410
    engines.close()


def test_too_many_cursors_end_the_one_unused_longest(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors_module, "_MOST", 2)
    begun = [client.get(f"{PATH}&cursor=*").json()["cursor"] for _ in range(3)]
    statuses = [client.get(f"/api/v1/search?cursor={one}").status_code for one in begun]
    assert statuses == [410, 200, 200]


def test_the_commit_of_a_cursor_is_let_go_with_it(archive: Path) -> None:
    now = 0.0
    engines = Engines(archive, Config())
    cursors, request = Cursors(engines, lambda: now), search.Request("senjata", limit=2)
    cursors.page("*", request, repeated=True)
    with engines.current() as pinned:
        pass
    add(archive)
    with engines.current() as newest:
        assert newest is not pinned
    assert pinned.search(request).total == 12
    now += KEPT_S + 1
    cursors.end_unused()
    with pytest.raises(search.EngineUnavailable):
        pinned.search(request)
    engines.close()
