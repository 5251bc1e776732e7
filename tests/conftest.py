"""Fixtures for every test."""

import os
from pathlib import Path

import pytest


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
