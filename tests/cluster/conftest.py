"""Fixtures of tests that need OpenSearch."""

from collections.abc import Iterator

import pytest

from tests.cluster.nodes import Cluster


@pytest.fixture(scope="session")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node for all tests that break nothing; each makes indexes of its own."""
    with Cluster(tmp_path_factory.mktemp("one-node")) as cluster:
        yield cluster


@pytest.fixture
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes of the test's own, to break."""
    with Cluster(tmp_path_factory.mktemp("three-nodes"), nodes=3) as cluster:
        yield cluster
