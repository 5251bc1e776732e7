"""The sample articles are what samples/README.md says they are."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.article import Article
from index.config import Config
from index.sources import Input, Record, inputs, read_article, records

SAMPLES = Path(__file__).parents[1] / "samples" / "articles"


@pytest.fixture(scope="module")
def samples() -> list[tuple[str, Article]]:
    """Each sample's file extension and article."""
    config = Config()
    found = []
    for item in inputs([str(SAMPLES)]):
        assert isinstance(item, Input), item
        for record in records(item, config):
            assert isinstance(record, Record), record
            found.append((Path(item.path).suffix, read_article(record, config)))
    return found


def test_there_are_forty_in_six_forms(samples: list[tuple[str, Article]]) -> None:
    assert len(samples) == 40
    assert {extension for extension, _ in samples} == {
        ".txt",
        ".md",
        ".html",
        ".jsonl",
        ".csv",
        ".json",
    }


def test_each_has_a_title_and_the_length_of_a_short_article(
    samples: list[tuple[str, Article]],
) -> None:
    for _, article in samples:
        assert article.title
        assert 80 <= len(article.body.split()) <= 200, article.title


def test_each_form_with_fields_gives_date_source_and_address(
    samples: list[tuple[str, Article]],
) -> None:
    for extension, article in samples:
        stated = (article.date, article.source, article.url, article.category)
        if extension == ".txt":
            assert stated == (None, None, None, None)
        else:
            assert None not in stated, article.title


def test_dates_in_many_forms_are_read(samples: list[tuple[str, Article]]) -> None:
    dates = {article.title: article.date for _, article in samples}
    assert dates["AS Minta Semua Negara Tidak Kirim Senjata ke Venezuela"] == "2021-06-24"
    assert dates["Xi dan Biden Bertemu Tiga Jam di Bali"] == "2022-11-14"
    assert dates["Vaksin Jepang Dibagikan ke Jawa dan Bali"] == "2021-07-02T10:15+07:00"
    assert dates["Keran Ekspor Minyak Goreng Dibuka Lagi"] == "2022-05-19T17:45+07:00"
    assert dates["KTT G20 Bali Hasilkan Deklarasi Pemimpin"] == "2022-11-16"
    assert dates["Air Mata Greysia Polii di Podium Tertinggi"] == "2021-08-02T16:10+09:00"


def test_several_outlets_tell_of_lavrov_and_arms_for_venezuela(
    samples: list[tuple[str, Article]],
) -> None:
    told = [
        article
        for _, article in samples
        if all(word in f"{article.title} {article.body}" for word in ("Lavrov", "Venezuela"))
        and "senjata" in article.body
        and (article.date or "2021-06-22").startswith("2021-06-22")
    ]
    outlets = {article.source for article in told if article.date is not None}
    assert outlets == {"Kabar Nusantara", "Lintas Kota", "Warta Khatulistiwa"}
    assert len(told) == 4
    text = " ".join(article.body for article in told)
    assert {"Sergey Lavrov", "Sergei Lavrov"} == set(re.findall(r"Serge[iy] Lavrov", text))


def test_pages_are_read_without_what_surrounds_the_article(
    samples: list[tuple[str, Article]],
) -> None:
    pages = [article for extension, article in samples if extension == ".html"]
    assert len(pages) == 6
    for article in pages:
        assert article.title not in article.body
        assert not re.search("Terpopuler|Sambal|Hak cipta|Olahraga$", article.body)


def _runs_of_words(text: str, length: int = 8) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return zip(*(words[start:] for start in range(length)), strict=False)


@pytest.mark.full
def test_no_eight_words_in_a_row_are_from_the_test_data(
    samples: list[tuple[str, Article]], test_data: Path
) -> None:
    own = {run for _, article in samples for run in _runs_of_words(article.body)}
    with gzip.open(test_data / "news.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["body"] for line in lines]
    texts.append((test_data / "seed" / "lavrov-arreaza.txt").read_text(encoding="utf-8"))
    shared = {run for text in texts for run in _runs_of_words(text) if run in own}
    assert shared == set()
