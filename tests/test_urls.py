"""Addresses: which ones lead to one article, and which ones must not."""

import gzip
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.urls import canonical_url, clean_url, page_number

ONE = "https://contoh.id/berita/2021/06/22/panen-kopi-dimulai"


@pytest.mark.parametrize(
    "address",
    [
        "http://contoh.id/berita/2021/06/22/panen-kopi-dimulai",
        "https://www.contoh.id/berita/2021/06/22/panen-kopi-dimulai/",
        "https://m.contoh.id/berita/2021/06/22/panen-kopi-dimulai",
        "https://amp.contoh.id/berita/2021/06/22/panen-kopi-dimulai",
        "HTTPS://WWW.Contoh.ID:443/berita/2021/06/22/panen-kopi-dimulai",
        "  https://contoh.id/berita/2021/06/22/panen-kopi-dimulai#komentar ",
        "https://contoh.id/amp/berita/2021/06/22/panen-kopi-dimulai",
        "https://contoh.id/berita/2021/06/22/panen-kopi-dimulai/amp/",
        f"{ONE}?amp",
        f"{ONE}?amp=1",
        f"{ONE}?outputType=amp",
        f"{ONE}?m=1",
        f"{ONE}?utm_source=wa&utm_medium=x",
        f"{ONE}?fbclid=IwAR0x&gclid=abc&_ga=2.1",
        f"{ONE}?ref=terkait",
        f"{ONE}?page=all",
        f"{ONE}?page=2",
        f"{ONE}?showpage=all",
        f"{ONE}?single=1",
        f"{ONE}/all",
        "https://www.google.com/amp/s/www.contoh.id/berita/2021/06/22/panen-kopi-dimulai",
        "https://contoh-id.cdn.ampproject.org/c/s/contoh.id/amp/berita/2021/06/22/"
        "panen-kopi-dimulai?amp_js_v=a6&usqp=mq",
    ],
)
def test_every_form_of_an_address_is_one(address: str) -> None:
    assert canonical_url(address) == ONE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://news.detik.com/berita/d-5616464/judul-berita-ini/2",
            "https://news.detik.com/berita/d-5616464/judul-berita-ini",
        ),
        (
            "https://amp.kompas.com/nasional/read/2021/06/22/10113701/judul",
            "https://nasional.kompas.com/read/2021/06/22/10113701/judul?page=2",
        ),
        (
            "https://amp.kompas.com/tren/read/2021/06/22/10113701/judul",
            "https://www.kompas.com/tren/read/2021/06/22/10113701/judul?page=all#page2",
        ),
        (
            "https://m.tribunnews.com/amp/nasional/2021/06/22/judul-berita-ini?page=3",
            "https://www.tribunnews.com/nasional/2021/06/22/judul-berita-ini",
        ),
        (
            "https://nasional.tempo.co/amp/1475229/judul",
            "https://nasional.tempo.co/read/1475229/judul",
        ),
        (
            "https://news.okezone.com/amp/2021/06/22/340/2049723/judul",
            "https://news.okezone.com/read/2021/06/22/340/2049723/judul?page=1",
        ),
        (
            "https://www.liputan6.com/amp/5681456/judul",
            "https://www.liputan6.com/pemilu/read/5681456/judul",
        ),
        (
            "https://nasional.sindonews.com/read/464648/15/judul-berita-ini-1624359847/10",
            "https://nasional.sindonews.com/read/464648/15/judul-berita-ini-1624359847?showpage=all",
        ),
        ("https://contoh.id/?b=2&a=1", "https://contoh.id?a=1&b=2"),
    ],
)
def test_forms_of_an_address_that_only_some_sites_have(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://contoh.id/?p=12", "https://contoh.id/?p=13"),
        ("https://contoh.id/baca.php?id=5&page=2", "https://contoh.id/baca.php?id=6&page=2"),
        ("https://contoh.id/index.php?page=12", "https://contoh.id/index.php?page=13"),
        ("https://contoh.id/berita/judul-berita-ini?page=senin", "https://contoh.id/berita/judul"),
        ("https://contoh.id/liputan-khusus-pemilu/2", "https://contoh.id/liputan-khusus-pemilu/3"),
        ("https://contoh.id/Berita", "https://contoh.id/berita"),
        ("https://jatim.contoh.id/1", "https://jabar.contoh.id/1"),
        ("https://contoh.id:8080/1", "https://contoh.id/1"),
        ("https://contoh.id/ampas-kopi", "https://contoh.id/as-kopi"),
        ("https://m.id/1", "https://id/1"),
        ("https://contoh.id/1?sref=a", "https://contoh.id/1"),
    ],
)
def test_what_tells_articles_apart_stays(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "value",
    [None, "", "kopi", "ftp://contoh.id/a", "https://", "https://[::1/a", "https://contoh.id:x/"],
)
def test_what_is_no_web_address_is_none(value: str | None) -> None:
    assert canonical_url(value) is None
    assert clean_url(value) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://www.Contoh.id/a/?id=1&utm_source=x#b", "http://www.contoh.id/a/?id=1"),
        (f"{ONE}?page=2&fbclid=x", f"{ONE}?page=2"),
        ("https://www.google.com/amp/s/contoh.id/a/amp", "https://contoh.id/a/amp"),
    ],
)
def test_cleaned_address_still_leads_to_the_page(address: str, expected: str) -> None:
    assert clean_url(address) == expected


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([ONE], 1),
        ([f"{ONE}?page=3"], 3),
        ([f"{ONE}?page=all"], 0),
        ([ONE, f"{ONE}?page=2"], 2),
        ([f"{ONE}?page=2", f"{ONE}?page=all"], 0),
        (["https://news.detik.com/berita/d-5616464/judul-ini/3"], 3),
        ([None], 1),
    ],
)
def test_page_of_an_article_is_read_off_its_addresses(
    addresses: list[str | None], expected: int
) -> None:
    assert page_number(addresses) == expected


_PIECES = st.sampled_from(
    [
        *("www.", "m.", "amp.", "contoh.id", "detik.com", "kompas.com", "/", "/amp", "/read/"),
        *("/d-123456", "/judul-berita-ini", "/2", "/all", "?", "&", "page=2", "amp=1", "p=7"),
        *("utm_source=a", "#", ":80", "google.com/amp/s/", "%20", "é", " ", "[", "@"),
    ]
)


@given(st.lists(_PIECES, max_size=8))
def test_canonical_form_is_its_own_canonical_form(pieces: list[str]) -> None:
    canonical = canonical_url("https://" + "".join(pieces))
    assert canonical is None or canonical_url(canonical) == canonical
    cleaned = clean_url("https://" + "".join(pieces))
    assert canonical_url(cleaned) == canonical


def test_no_two_real_articles_have_one_canonical_address(test_data: Path) -> None:
    with gzip.open(test_data / "news.jsonl.gz") as lines:
        urls = {url for line in lines if (url := msgspec.json.decode(line)["url"])}
    assert len(urls) == 28_399
    assert len({canonical_url(url) for url in urls}) == 28_399


@pytest.mark.parametrize("unit", ["me-", "- ", "/amp", "/ /", "-1/2/"])
def test_an_address_longer_than_any_server_takes_is_none(unit: str) -> None:
    address = "https://detik.com/" + unit * 100_000
    assert clean_url(address) is None
    assert canonical_url(address) is None
    assert canonical_url(address[:8000]) is not None  # in no time worth telling
