"""Fixtures of tests that need OpenSearch."""

from collections.abc import Iterator

import pytest

from tests.cluster.nodes import Cluster

# Disk space is looked at as often as OpenSearch allows.
_SETTINGS = {"cluster.info.update.interval": "10s"}


@pytest.fixture(scope="session")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node for all tests that break nothing; each makes indexes of its own."""
    with Cluster(tmp_path_factory.mktemp("one-node")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("three-nodes")
    with Cluster(folder, nodes=3, settings=_SETTINGS) as cluster:
        yield cluster


@pytest.fixture
def three_nodes(_breakable: Cluster) -> Cluster:
    """Three nodes to break, without an index; what the test before broke is mended."""
    _breakable.mend()
    node = _breakable.nodes[0]
    as_started = {"persistent": {"*": None}, "transient": {"*": None}}
    assert node.ask("/_cluster/settings", "PUT", as_started)["acknowledged"]
    assert node.ask("/*", "DELETE")["acknowledged"]
    return _breakable
