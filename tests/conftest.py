"""Fixtures for every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.config import Config
from index.messages import use
from index.pipeline import index_paths

SAMPLES = Path(__file__).parents[1] / "samples" / "articles"


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real test data; a test that needs it is skipped where it is missing.

    When `$CAKAP_SEARCH_TEST_DATA` is set, missing data fails instead: a runner that promises
    the data must not pass by skipping.
    """
    chosen = os.environ.get("CAKAP_SEARCH_TEST_DATA")
    folder = Path(chosen) if chosen else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        if chosen:
            pytest.fail(f"$CAKAP_SEARCH_TEST_DATA names {folder}, which is not there")
        pytest.skip(f"no test data at {folder}; set CAKAP_SEARCH_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def news_archive(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of all the real news, made once; tests read it and do not write to it."""
    folder = tmp_path_factory.mktemp("news")
    paths = [str(test_data / "news.jsonl.gz"), str(test_data / "seed")]
    index_paths(paths, folder, Config(), jobs=2)
    return folder


@pytest.fixture(scope="session")
def samples_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the sample articles, made once; tests read it and do not write to it."""
    folder = tmp_path_factory.mktemp("samples")
    index_paths([str(SAMPLES)], folder, Config(), jobs=1)
    return folder


@pytest.fixture
def indonesian() -> Iterator[None]:
    """Messages of this process in Indonesian; they are English in a library."""
    use("id")
    yield
    use("en")
