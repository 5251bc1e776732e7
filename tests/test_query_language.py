"""Each example of docs/query-language.md, asked of articles: it finds what the page says."""

from collections.abc import Iterator
from typing import Any

import pytest

import search
from index.config import Config, Ranking
from search.query.reference import EXAMPLES, Example
from tests.archives import ids, make_archive

ARTICLES: list[dict[str, Any]] = [
    {
        "id": "tawaran",
        "title": "Tawaran Moskwa",
        "text": "Lavrov menawarkan persenjataan baru dari Rusia.",
    },
    {
        "id": "kapal",
        "title": "Pelabuhan ditutup",
        "text": "Kapal perang milik Rusia membawa senjata, gandum Ukraina menunggu.",
    },
    {
        "id": "gempa",
        "title": "Gempa dan tsunami",
        "text": "Korea Utara mengirim bantuan dengan kapal.",
    },
    {
        "id": "banjir",
        "title": "Hujan semalam",
        "text": "Jakarta dilanda banjir pukul 10.30. Presiden Joko Widodo membagikan vaksin.",
        "date": "2021-06-22",
    },
    {
        "id": "vaksin",
        "title": "Setelah gempa besar",
        "text": "Flu dan COVID dicegah dengan vaksin, tsunami dan banjir tidak.",
        "date": "2022-01-05",
    },
    {
        "id": "minyak",
        "title": "Harga energi",
        "text": "Minyak dari Iran turun, gas Rusia naik.",
    },
]
FOUND = {
    "Lavrov senjata": {"tawaran"},
    "Rusia AND senjata": {"tawaran", "kapal"},
    "Rusia ATAU Ukraina": {"tawaran", "kapal", "minyak"},
    "kapal -perang": {"gempa"},
    "+Lavrov senjata baru": {"tawaran"},
    '"dari Rusia"': {"tawaran"},
    '"kapal Rusia"~5': {"kapal"},
    "senjat*": {"kapal"},
    "lavrof~": {"tawaran"},
    "(Rusia ATAU Ukraina) gandum": {"kapal"},
    "gas Rusia ATAU minyak Iran": {"minyak"},
    "judul:gempa": {"gempa", "vaksin"},
    "judul:(gempa ATAU tsunami)": {"gempa", "vaksin"},
    'negara:RU,"Korea Utara"': {"tawaran", "kapal", "gempa", "minyak"},
    'vaksin -orang:"Joko Widodo"': {"vaksin"},
    "banjir tanggal:2021-06..2021-07": {"banjir"},
    "Jakarta: banjir pukul 10.30": {"banjir"},
    "COVID DAN FLU": {"vaksin"},
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    archive = make_archive(tmp_path_factory.mktemp("language"), ARTICLES)
    # However few articles hold every word, no less is asked.
    with search.open(archive, Config(ranking=Ranking(relax_below=0))) as opened:
        yield opened


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.question for example in EXAMPLES])
def test_an_example_finds_what_it_says(engine: search.Engine, example: Example) -> None:
    assert set(ids(engine, example.question)) == FOUND[example.question]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Lavrov senjata", {"tawaran", "kapal"}),
        ("+Lavrov senjata baru", {"tawaran"}),
        ("Rusia AND senjata", {"tawaran", "kapal"}),
        ("kapal -perang", {"gempa"}),
    ],
)
def test_only_words_side_by_side_ask_for_most(
    engine: search.Engine, question: str, found: set[str]
) -> None:
    assert set(ids(engine, question, match="most")) == found
