"""The article that the project was asked for with: found first, and read right."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands import run


@pytest.fixture(scope="module")
def seed(test_data: Path) -> dict[str, Any]:
    annotated = run("annotate", test_data / "seed" / "lavrov-arreaza.txt")
    read: dict[str, Any] = json.loads(annotated.stdout)
    return read


def test_its_countries_are_five(seed: dict[str, Any]) -> None:
    assert {country["code"] for country in seed["countries"]} == {"RU", "VE", "US", "CN", "TR"}


def test_its_people_are_four_each_under_one_name(seed: dict[str, Any]) -> None:
    names = [person["name"] for person in seed["people"]]
    assert sorted(names, key=lambda name: name.split()[-1]) == [
        *("Jorge Arreaza", "Juan Guaido"),
        names[names.index("Sergey Lavrov" if "Sergey Lavrov" in names else "Sergei Lavrov")],
        "Nicolas Maduro",
    ]
    mentions = {
        person["name"].split()[-1]: {seed["text"][start:end] for start, end in person["spans"]}
        for person in seed["people"]
    }
    assert any("Areaza" in mention for mention in mentions["Arreaza"])


def test_its_date_and_agencies_are_read(seed: dict[str, Any]) -> None:
    assert seed["date"] == "2021-06-22"
    assert seed["date_inferred"]
    assert set(seed["agency"]) == {"TASS", "Sputnik News"}


def test_its_title_and_text_are_without_the_sites_own_words(seed: dict[str, Any]) -> None:
    for text in (seed["title"], seed["text"][:200]):
        assert "cakapcakap" not in text.lower()
    assert seed["title"].startswith("Rusia dan Venezuela")


def test_every_span_slices_what_it_names(seed: dict[str, Any]) -> None:
    text = seed["text"]
    spans = [span for one in (*seed["countries"], *seed["people"]) for span in one["spans"]]
    spans += [[date["start"], date["end"]] for date in seed["dates"]]
    assert spans
    for start, end in spans:
        assert text[start:end].strip() == text[start:end] != ""
    for date in seed["dates"]:
        assert text[date["start"] : date["end"]] == date["text"]


def hits(archive: Path, *arguments: str) -> list[dict[str, Any]]:
    finished = run("query", *arguments, "--format", "jsonl", "--archive", archive)
    assert finished.returncode in (0, 1), finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.mark.parametrize(
    "arguments",
    [
        ["Lavrov senjata"],
        ["lavrov SENJATA"],
        ["Lavrov persenjataan"],
        ["Lavrov", "senjata", "--country", "Venezuela"],
        ["Lavrov senjata", "--country", "Venezuela", "--date", "2021-06"],
        ["negara:VE Lavrov senjata"],
        ["senjata", "--person", "Sergey Lavrov", "--person", "Nicolas Maduro"],
        ["senjata", "--person", "Juan Guaidó"],
        ["senjata", "--agency", "TASS"],
        ['"senjata baru ke Venezuela"'],
        ["", "--date", "2021-06-22", "--country", "RU", "--country", "VE"],
    ],
)
def test_it_is_found_first_among_all_the_news(news_archive: Path, arguments: list[str]) -> None:
    first = hits(news_archive, *arguments, "-n", "1")[0]
    assert set(first["countries"]) == {"RU", "VE", "US", "CN", "TR"}
    assert len(first["people"]) == 4
    assert first["date"] == "2021-06-22"
    assert set(first["agency"]) == {"TASS", "Sputnik News"}


def test_a_country_is_the_same_by_each_of_its_names(news_archive: Path) -> None:
    found = [
        hits(news_archive, "senjata", "--all", "--country", name)
        for name in ("Venezuela", "VE", "venezuela", "VEN", "VENEZUELA")
    ]
    assert found[0]
    assert all(one == found[0] for one in found)
