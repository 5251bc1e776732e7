"""The server beside a writer that commits every five seconds, for two minutes or as said."""

import os
import sys
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.data import archive_of, news
from benchmarks.load import headline_words, load, ours

# CAKAP_SEARCH_LOAD_S=20 is enough to see that it works.
SECONDS = float(os.environ.get("CAKAP_SEARCH_LOAD_S", "120"))
ARTICLES = 5000


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.usefixtures("test_data")
def test_sixteen_clients_beside_a_writer_meet_no_error_and_memory_stays(tmp_path: Path) -> None:
    archive = archive_of(islice(news(), ARTICLES), tmp_path)
    questions = headline_words(ARTICLES)
    with ours(archive) as client:
        load(client, questions, 16, 5)  # the caches fill
        found = load(client, questions, 16, SECONDS, archive=archive)
    assert found.errors == []
    assert found.answers > 16
    assert found.commits >= 1
    # Commits are exchanged while requests use the last one: two are in memory at a time.
    assert found.last_mb < 1.25 * found.first_mb
