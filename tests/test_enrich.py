"""enrich(): what is read in a whole article."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Enrichment, clean_text
from index.config import Config
from index.enrich.article import enrich


def read(body: str, **fields: str) -> Enrichment:
    return enrich(Article(body=body, **fields), Config())  # type: ignore[arg-type]


PLAIN_TEXT = (
    "CakapCakap – Cakap People! Norwegia dan Kenya sepakat menambah kapal patroli, Menteri Luar"
    " Negeri Norwegia Sergey Bakkevig mengatakan pada hari Rabu, 5 Mei 2021, seusai berunding"
    " dengan rekannya dari Kenya, Wanjiru Kamotho.\n"
    "“Kami siap,” katanya, seperti dikutip kantor berita Rusia, TASS.\n"
    "Melansir Sputnik News, Kammotho menyambut Sergei Bakkevig di Nairobi. Amerika Serikat belum"
    " menanggapi, kata Bakkevig."
)


def test_a_plain_text_is_read_whole() -> None:
    found = read(PLAIN_TEXT)
    text = clean_text(PLAIN_TEXT, found.cuts)
    assert found.title is not None
    assert found.title.startswith("Norwegia dan Kenya sepakat")
    assert found.date == "2021-05-05"
    assert found.source == "cakapcakap.com"
    assert found.inferred == ("title", "date", "source")
    assert found.agencies == ("TASS", "Sputnik News")
    assert [country.code for country in found.countries] == ["NO", "KE", "RU", "US"]
    assert {
        person.name: [text[start:end] for start, end in person.spans] for person in found.people
    } == {
        "Sergey Bakkevig": ["Sergey Bakkevig", "Sergei Bakkevig", "Bakkevig"],
        "Wanjiru Kamotho": ["Wanjiru Kamotho", "Kammotho"],
    }
    assert [(mention.text, mention.first) for mention in found.dates] == [
        ("Rabu, 5 Mei 2021", "2021-05-05")
    ]


def test_the_seed_article_is_read_right(test_data: Path) -> None:
    body = (test_data / "seed" / "lavrov-arreaza.txt").read_text(encoding="utf-8")
    found = read(body)
    text = clean_text(body, found.cuts)
    assert {country.code for country in found.countries} == {"RU", "VE", "US", "CN", "TR"}
    mentions = {
        person.name: {text[start:end] for start, end in person.spans} for person in found.people
    }
    assert mentions == {
        "Sergey Lavrov": {"Sergey Lavrov", "Sergei Lavrov", "Lavrov"},
        "Jorge Arreaza": {"Jorge Arreaza", "Arreaza", "Areaza"},
        "Juan Guaido": {"Juan Guaido", "Guaido"},
        "Nicolas Maduro": {"Nicolas Maduro", "Maduro"},
    }
    assert found.date == "2021-06-22"
    assert found.agencies == ("TASS", "Sputnik News")
    assert found.title is not None
    assert "Cakap" not in found.title
    assert found.source == "cakapcakap.com"
    assert found.inferred == ("title", "date", "source")


def test_what_is_given_is_kept() -> None:
    found = read(
        "KOMPAS.com - Pada Rabu, 5 Mei 2021, hujan turun.",
        title="Hujan",
        date="2021-05-06T00:30+07:00",
        source="kabar.id",
        url="https://www.contoh.id/2020/01/02/hujan",
    )
    assert (found.title, found.date, found.source) == (
        "Hujan",
        "2021-05-06T00:30+07:00",
        "kabar.id",
    )
    assert found.inferred == ()


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.contoh.co.id/a", "contoh.co.id"),
        ("https://m.contoh.id/a", "contoh.id"),
        ("https://amp.contoh.id:8080/a", "contoh.id"),
        ("https://bola.contoh.id/a", "bola.contoh.id"),
        ("http://[rusak", None),
    ],
)
def test_the_source_is_read_in_the_url(url: str, source: str | None) -> None:
    assert read("Hujan.", url=url).source == source


@pytest.mark.parametrize(
    ("url", "body", "date"),
    [
        ("https://contoh.id/2021/06/22/hujan", "Hujan turun.", "2021-06-22"),
        ("https://contoh.id/2021/02/31/hujan", "Hujan turun.", None),
        (None, "Hujan turun di Brebes, Selasa (22/6/2021).", "2021-06-22"),
        (None, "Hujan turun di Jakarta (22/6/2021).", "2021-06-22"),
        (None, "Hujan turun, Selasa, 22 Juni 2021.", "2021-06-22"),
        (None, "Kerajaan itu berdiri pada 22 Juni 1921.", None),
        (None, "Hujan turun, Selasa (22/6).", None),
        (None, "Hujan turun kemarin.", None),
    ],
)
def test_a_missing_date_is_read_in_url_or_opening(
    url: str | None, body: str, date: str | None
) -> None:
    found = enrich(Article(body=body, url=url), Config())
    assert found.date == date
    assert ("date" in found.inferred) == (date is not None)


def test_an_inferred_title_is_the_first_sentence_cut_at_a_word() -> None:
    assert read("Hujan turun di Brebes pagi ini. Warga senang.").title == (
        "Hujan turun di Brebes pagi ini."
    )
    long = read("hujan " * 40).title
    assert long == "hujan " * 19 + "hujan…"


def test_countries_of_the_title_count_without_spans() -> None:
    found = read("Hujan turun di Rusia.", title="Rusia dan Kenya")
    assert [(country.code, country.spans) for country in found.countries] == [
        ("RU", ((15, 20),)),
        ("KE", ()),
    ]


def test_people_of_the_title_count_only_where_the_text_names_them() -> None:
    assert read("Hujan turun.", title="Presiden Joko Widodo Pulang").people == ()


def test_an_empty_text_holds_nothing() -> None:
    assert read("") == Enrichment()


@pytest.mark.parametrize(
    "text",
    [
        "A" * 300_000,
        "me-" * 100_000,
        '"' * 300_000,
        "Ali Budi " * 30_000,
        "Baca juga: " * 30_000,
        "\u202eAli\x00" * 50_000,
        "Simak video '" * 20_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    """Quadratic work on any of these takes minutes."""
    read(text)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_is_accepted(text: str) -> None:
    found = read(text)
    cleaned = clean_text(text, found.cuts)
    for mention in (*found.countries, *found.people):
        assert all(0 <= start < end <= len(cleaned) for start, end in mention.spans)


def test_given_dates_of_real_articles_agree_with_their_urls(test_data: Path) -> None:
    """2,246 of 2,255 in a sixth of the articles; the rest are the scraper's."""
    agree = differ = 0
    with gzip.open(test_data / "news.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["date"] and row["url"]:
                found = enrich(Article(body="", url=row["url"]), Config())
                if found.date is not None:
                    agree += found.date == row["date"][:10]
                    differ += found.date != row["date"][:10]
    assert agree > 0.99 * (agree + differ)


@pytest.mark.parametrize(
    "opening",
    [
        "Jakarta (9999-12-31) Kapal itu berlabuh besok.",
        "Jakarta, Selasa, 20 Agustus 2034. Kapal itu berlabuh.",
        "Lomba digelar Selasa, 7 November 2023 mendatang di Bogor.",
    ],
)
def test_a_day_that_cannot_be_that_of_publication_is_none(opening: str) -> None:
    assert enrich(Article(body=opening), Config()).date is None
