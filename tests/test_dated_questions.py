"""A date in a question is answered by what says it, and by what appeared then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import search
from index.config import Config, Ranking
from index.language.aliases import aliases
from search.query.expand import expand
from search.query.parse import parse
from tests.archives import ids, make_archive

ARTICLES = [
    ("then", "2025-06-24", "Gencatan senjata disepakati", "Kedua pihak menahan diri sejak pagi."),
    ("later", "2025-09-01", "Senjata kembali", "Gencatan pada Juni 2025 tidak bertahan lama."),
    ("other", "2024-01-05", "Gencatan senjata batal", "Perundingan buntu di Kairo."),
    ("undated", None, "Gencatan senjata lama", "Sejarah mencatat banyak yang gagal."),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    folder: Path = tmp_path_factory.mktemp("dated")
    articles = [
        {"id": id, "title": title, "text": text, **({"date": date} if date else {})}
        for id, date, title, text in ARTICLES
    ]
    config = Config(ranking=Ranking(relax_below=0))
    with search.open(make_archive(folder, articles, config=config), config) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("gencatan senjata Juni 2025", {"then", "later"}),
        ("gencatan senjata 2025", {"then", "later"}),
        ("gencatan senjata tahun 2024", {"other"}),
        ("gencatan senjata 24 Juni 2025", {"then"}),
        ("gencatan senjata 2019", set()),
        ('"Juni 2025"', {"later"}),
        ("judul:2025", set()),
        ("gencatan senjata -2025", {"other", "undated"}),
    ],
)
def test_a_date_is_also_the_day_of_publication(
    engine: search.Engine, question: str, found: set[str]
) -> None:
    assert set(ids(engine, question)) == found


def test_without_expansion_a_date_is_its_words(engine: search.Engine) -> None:
    assert ids(engine, "gencatan senjata Juni 2025", expand=False) == ["later"]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("gempa Juni 2025", ["Juni 2025 = date:2025-06-01..2025-06-30"]),
        ("banjir 2019", ["2019 = date:2019-01-01..2019-12-31"]),
        ("gempa 22/6/2021", ["22/6/2021 = date:2021-06-22..2021-06-22"]),
        ("UU Nomor 11 Tahun 2020", []),  # a law has a year, too
        ("Juni", []),
        ("rapat 1850", []),
    ],
)
def test_it_is_told(question: str, told: list[str]) -> None:
    expanded = expand(parse(question).tree, question, aliases(()))
    assert [f"{one.typed} = {', '.join(one.to)}" for one in expanded.expansions] == told
