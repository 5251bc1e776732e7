"""What a cluster does when its parts fail: a clear message or a continued answer, and nothing that
was acknowledged is lost.
"""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import search
from index.archive import FILE_NAME
from index.check import check
from index.config import Cluster as Settings
from index.config import Config
from index.errors import EngineUnavailable
from index.opensearch.mapping import mapping, settings
from index.pipeline import Progress, index_paths, rebuild, reindex
from tests.cluster.nodes import Cluster, Node
from tests.faults import CONFIG, answers, record, versions, write_records

pytestmark = [pytest.mark.cluster, pytest.mark.full]

# More than two chunks of analysed articles, so that a fault can come between them.
_MANY = 1_100
_FEW = 60


def _config(cluster: Cluster, timeout_s: int = 30, shards: int = 3, replicas: int = 1) -> Config:
    settings = Settings(
        urls=tuple(cluster.urls), shards=shards, replicas=replicas, timeout_s=timeout_s
    )
    return Config(engine="opensearch", opensearch=settings)


def _input(folder: Path, numbers: range) -> str:
    path = folder / f"{numbers.start}.jsonl"
    write_records(path, (record(number) for number in numbers))
    return str(path)


def _index(
    folder: Path,
    numbers: range,
    config: Config,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Index some articles; every one of them is acknowledged."""
    path = _input(folder, numbers)
    summary, _ = index_paths([path], folder / "archive", config, jobs=1, on_progress=on_progress)
    assert (summary.new, summary.rejected) == (len(numbers), 0)


def _hold_all(folder: Path, count: int, config: Config) -> None:
    """Assert that archive and cluster hold so many articles, and answer as the archive alone."""
    assert len(versions(folder / "archive")) == count
    assert check(folder / "archive", config).problems == []
    alone = folder / "alone"
    shutil.rmtree(alone, ignore_errors=True)
    alone.mkdir()
    shutil.copy(folder / "archive" / FILE_NAME, alone)
    rebuild(alone, CONFIG, jobs=1)
    assert answers(folder / "archive", config) == answers(alone)


def _once(action: Callable[[], None]) -> Callable[[Progress], None]:
    """Act when the first articles are on the cluster and others are not."""
    left = [action]

    def act(progress: Progress) -> None:
        if progress.stage == "indexing" and left:
            assert progress.done < progress.total
            left.pop()()

    return act


def _leader(cluster: Cluster) -> Node:
    [row] = cluster.nodes[0].ask("/_cat/cluster_manager?format=json")
    return next(node for node in cluster.nodes if node.name == row["node"])


def _told(engine: search.Engine, times: int) -> list[tuple[int, Any]]:
    """What an engine says to one question so many times: total and warnings, or -1 and the message
    of an error.
    """
    told: list[tuple[int, Any]] = []
    for _ in range(times):
        try:
            response = engine.search(search.Request("banjir", match="all"))
            told.append((response.total or 0, response.warnings))
        except EngineUnavailable as error:
            told.append((-1, str(error)))
    return told


@pytest.fixture
def indexed(three_nodes: Cluster, tmp_path: Path) -> tuple[Cluster, Path]:
    """A cluster that holds a few articles, and the folder of their archive."""
    _index(tmp_path, range(_FEW), _config(three_nodes))
    three_nodes.wait()
    return three_nodes, tmp_path


@pytest.mark.parametrize("leads", [True, False])
def test_a_run_whose_node_is_killed_is_finished_on_the_others(
    three_nodes: Cluster, tmp_path: Path, leads: bool
) -> None:
    config = _config(three_nodes)
    _index(tmp_path, range(_FEW), config)
    three_nodes.wait()
    leader = _leader(three_nodes)
    killed = next(node for node in three_nodes.nodes if (node is leader) is leads)
    _index(tmp_path, range(_FEW, _FEW + _MANY), config, _once(killed.kill))
    _hold_all(tmp_path, _FEW + _MANY, config)
    three_nodes.mend()
    _hold_all(tmp_path, _FEW + _MANY, config)


@pytest.mark.parametrize("shards", [1, 3])
def test_a_minute_of_questions_survives_a_killed_node(
    three_nodes: Cluster, tmp_path: Path, shards: int
) -> None:
    config = _config(three_nodes, shards=shards)
    _index(tmp_path, range(_FEW), config)
    three_nodes.wait()
    with search.open(tmp_path / "archive", config) as engine:
        [(total, _)] = _told(engine, 1)
        assert total > 0
        killed = next(node for node in three_nodes.nodes if _keeps_a_state(node))
        kill = threading.Timer(15, killed.kill)
        kill.start()
        started = time.monotonic()
        told = []
        while time.monotonic() - started < 60:
            told += _told(engine, 1)
        kill.join()
        assert not killed.running
        # An answer that is not whole says so, and later ones are whole again.
        assert all(found == total or why for found, why in told)
        assert _told(engine, 3) == [(total, [])] * 3


def test_an_engine_opened_without_a_part_of_the_index_says_so_until_it_is_back(
    three_nodes: Cluster, tmp_path: Path
) -> None:
    config = _config(three_nodes, replicas=0, timeout_s=5)
    _index(tmp_path, range(_FEW), config)
    with search.open(tmp_path / "archive", config) as engine:
        [(total, _)] = _told(engine, 1)
    killed = next(node for node in three_nodes.nodes if node is not _leader(three_nodes))
    killed.kill()
    with search.open(tmp_path / "archive", config) as engine:
        [(found, why)] = _told(engine, 1)
        assert found < total
        assert "did not answer" in why[0]
        three_nodes.mend()
        assert _told(engine, 1) == [(total, [])]


def _keeps_a_state(node: Node) -> bool:
    """Whether open engines read a part of the index on this node."""
    found = node.ask("/_nodes/_local/stats/indices/search")
    [one] = found["nodes"].values()
    return bool(one["indices"]["search"]["point_in_time_current"])


def test_without_a_majority_nothing_is_acknowledged_and_nothing_lost(
    indexed: tuple[Cluster, Path],
) -> None:
    cluster, folder = indexed
    config = _config(cluster, timeout_s=5)
    for node in cluster.nodes[:2]:
        node.kill()
    path = _input(folder, range(_FEW, 2 * _FEW))
    with pytest.raises(EngineUnavailable, match=r"leader|busy|connection|within 5 s"):
        index_paths([path], folder / "archive", config, jobs=1)
    with (
        pytest.raises(EngineUnavailable, match=r"leader|busy|connection|within 5 s"),
        search.open(folder / "archive", config),
    ):
        pass
    cluster.mend()
    index_paths([path], folder / "archive", config, jobs=1)
    _hold_all(folder, 2 * _FEW, config)


def test_a_full_disk_is_told_and_the_run_goes_on_where_there_is_space_again(
    indexed: tuple[Cluster, Path],
) -> None:
    cluster, folder = indexed
    config = _config(cluster)
    node = cluster.nodes[0]
    _set_watermarks(node, "100000gb")  # free space that no disk here has
    _wait_until(lambda: _is_blocked(node))
    path = _input(folder, range(_FEW, 2 * _FEW))
    with pytest.raises(EngineUnavailable, match="disk usage exceeded flood-stage watermark"):
        index_paths([path], folder / "archive", config, jobs=1)
    with search.open(folder / "archive", config) as engine:
        assert _told(engine, 1)[0][0] > 0  # questions are answered
    _set_watermarks(node, "1mb")
    _wait_until(lambda: not _is_blocked(node))
    index_paths([path], folder / "archive", config, jobs=1)
    _hold_all(folder, 2 * _FEW, config)


def _set_watermarks(node: Node, free: str) -> None:
    stages = ("low", "high", "flood_stage")
    watermarks = {f"cluster.routing.allocation.disk.watermark.{stage}": free for stage in stages}
    switch = {"cluster.routing.allocation.disk.threshold_enabled": True}
    changed = node.ask("/_cluster/settings", "PUT", {"transient": watermarks | switch})
    assert changed["acknowledged"], changed


def _is_blocked(node: Node) -> bool:
    [found] = node.ask("/cakap/_settings").values()
    return "read_only_allow_delete" in found["settings"]["index"].get("blocks", {})


def _wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.2)
    pytest.fail("it did not come true within two minutes")


def test_an_index_of_another_form_is_told_and_put_right_by_reindex(
    indexed: tuple[Cluster, Path],
) -> None:
    cluster, folder = indexed
    config = _config(cluster)
    node = cluster.nodes[0]
    [(name, made)] = node.ask("/cakap/_mapping").items()
    # What somebody made who takes countries for numbers.
    foreign = mapping(made["mappings"]["_meta"])
    foreign["properties"]["country"] = {"type": "integer"}
    assert node.ask(f"/{name}", "DELETE")["acknowledged"]
    wrong = {"settings": settings(config), "mappings": foreign, "aliases": {"cakap": {}}}
    assert node.ask(f"/{name}", "PUT", wrong)["acknowledged"]
    path = _input(folder, range(_FEW, 2 * _FEW))
    with pytest.raises(EngineUnavailable, match=r"refuses article \d+: failed to parse field"):
        index_paths([path], folder / "archive", config, jobs=1)
    reindex(folder / "archive", config, jobs=1)
    _hold_all(folder, 2 * _FEW, config)


def test_a_slow_node_costs_no_answer_that_is_not_told(indexed: tuple[Cluster, Path]) -> None:
    cluster, folder = indexed
    with search.open(folder / "archive", _config(cluster, timeout_s=5)) as engine:
        [(total, _)] = _told(engine, 1)
        slow = next(node for node in cluster.nodes if _keeps_a_state(node))
        slow.pause()
        told = _told(engine, 6)
        assert all(found == total or why for found, why in told)
        cluster.mend()
        assert _told(engine, 1) == [(total, [])]


def test_a_run_beside_a_slow_node_ends_and_loses_nothing(indexed: tuple[Cluster, Path]) -> None:
    cluster, folder = indexed
    config = _config(cluster, timeout_s=5)
    path = _input(folder, range(_FEW, _FEW + _MANY))
    slow = cluster.nodes[2]
    message = "within 5 s"
    try:
        index_paths([path], folder / "archive", config, jobs=1, on_progress=_once(slow.pause))
    except EngineUnavailable as error:
        message = str(error)
    assert "within 5 s" in message or "busy" in message
    assert len(versions(folder / "archive")) == _FEW + _MANY
    cluster.mend()
    index_paths([path], folder / "archive", config, jobs=1)
    _hold_all(folder, _FEW + _MANY, config)
