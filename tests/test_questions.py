"""Words that only ask: known in every form, never looked for beside something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import search
from index.config import Config, Ranking
from index.language.questions import asking
from tests.archives import ids, make_archive


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("siapa presiden Ruritania", "presiden Ruritania"),
        ("Siapakah presiden Ruritania", "presiden Ruritania"),
        ("di manakah gunung itu terletak", "di gunung itu terletak"),
        ("kapankah kereta itu berangkat", "kereta itu berangkat"),
        ("adakah kapal ke pulau itu", "kapal ke pulau itu"),
        ("apa nama ibu kota Ruritania", "ibu kota Ruritania"),
        ("apakah nama ibu kota Ruritania", "ibu kota Ruritania"),
        ("nama jalan di kota itu", "nama jalan di kota itu"),
        ("apa yang dimaksud dengan gempa susulan", "dengan gempa susulan"),
        ("berapa jumlah korban", "korban"),
        ("jumlah korban", "jumlah korban"),
        ("berapa lamakah rapat itu", "lamakah rapat itu"),
        ("langkah menikah", "langkah menikah"),
    ],
)
def test_only_the_asking_words_are_told_apart(question: str, content: str) -> None:
    words = question.split()
    asks = asking(words)
    assert [word for word, one in zip(words, asks, strict=True) if not one] == content.split()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    articles = [
        {"id": "penemu", "title": "Mesin uap", "text": "Penemu mesin uap itu bekerja sendiri."},
        {"id": "siapa", "title": "Siapa dia", "text": "Tidak ada yang tahu siapa penelepon itu."},
        {"id": "apa", "title": "Apa kabar", "text": "Sapaan apa kabar terdengar di pasar."},
    ]
    config = Config(ranking=Ranking(relax_below=0))
    folder: Path = make_archive(tmp_path_factory.mktemp("questions"), articles)
    with search.open(folder, config) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "found"),
    [
        pytest.param("siapa penemu mesin uap", ["penemu"], id="not looked for"),
        pytest.param("siapakah penemu mesin uap", ["penemu"], id="with a particle"),
        pytest.param("siapa", ["siapa"], id="but where nothing else is left"),
        pytest.param("siapa itu", ["siapa"], id="or only stop words"),
        pytest.param('"siapa" penemu', [], id="or quoted"),
        pytest.param("+siapa penemu", [], id="or demanded"),
        pytest.param("siapa -mesin", ["siapa"], id="or beside what is left out"),
        pytest.param("siapa AND penemu", [], id="or joined by an operator"),
    ],
)
def test_a_question_word_counts_only_where_it_must(
    engine: search.Engine, question: str, found: list[str]
) -> None:
    assert ids(engine, question) == found


def test_exact_looks_for_every_word(engine: search.Engine) -> None:
    assert ids(engine, "siapa penemu", exact=True) == []
    assert ids(engine, "apa kabar", exact=True) == ["apa"]
