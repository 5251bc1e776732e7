"""The right article stays near the top: floors of benchmarks/floors.json on real questions."""

import json
from pathlib import Path

import pytest

from benchmarks import data
from benchmarks.data import archive_of, passages
from benchmarks.relevance import archives, measures
from index.config import Config

FLOORS = json.loads((Path(data.__file__).parent / "floors.json").read_text())["relevance"]


@pytest.mark.parametrize("name", ["shortir", "summary1"])
def test_the_news_answers_as_well_as_it_did(news_archive: Path, name: str) -> None:
    assert measures(news_archive, name, Config(), limit=10)["RR@10"] >= FLOORS[name]


@pytest.mark.parametrize("name", ["facqa", "tydiqa"])
def test_passages_answer_as_well_as_they_did(test_data: Path, tmp_path: Path, name: str) -> None:
    assert test_data.is_dir()
    archive = archive_of(passages(name), tmp_path)
    assert measures(archive, name, Config(), limit=10)["RR@10"] >= FLOORS[name]


@pytest.mark.full
def test_headlines_find_their_untitled_articles(test_data: Path, tmp_path: Path) -> None:
    assert test_data.is_dir()
    archive = archives(["headline"], tmp_path)["headline"]
    assert measures(archive, "headline", Config(), limit=10)["RR@10"] >= FLOORS["headline"]
