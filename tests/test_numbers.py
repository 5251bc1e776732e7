"""Numbers: one term for every way to write an amount."""

import pytest

from index.language.numbers import amount_at, plain_number
from index.language.tokens import words


def terms(text: str) -> list[str]:
    """The terms of every amount in a text."""
    amounts = (amount_at(text, *word.span()) for word in words(text) if word[0][0].isdecimal())
    return [term for amount in amounts if amount for term in amount.terms]


@pytest.mark.parametrize(
    "written",
    [
        "$5,5 miliar",
        "$ 5,5 miliar",
        "US$5,5 miliar",
        "US$ 5,5 miliar",
        "USD 5,5 miliar",
        "USD5,5 Miliar",
        "5,5 miliar dolar",
        "5,5 miliar dollar AS",
        "5,5 miliar dolar Amerika Serikat",
        "5,5 milyar USD",
        "5,50 miliar dolar",
        "5.5 miliar dolar",
        "5.500 juta dolar",
        "5.500.000.000 dolar AS",
        "US$ 5,5 M",
    ],
)
def test_an_amount_in_dollars_is_one_term_however_it_is_written(written: str) -> None:
    text = f"senilai {written} tahun ini"
    assert terms(text)[-1] == "5500000000usd"
    number = next(word for word in words(text) if word[0][0].isdecimal())
    amount = amount_at(text, *number.span())
    assert amount is not None
    assert text[amount.start : amount.end] == written


@pytest.mark.parametrize("written", ["Rp 1,2 triliun", "Rp1,2 T", "Rp. 1,2 triliun"])
def test_an_amount_in_rupiah_is_that_of_the_word_rupiah(written: str) -> None:
    assert terms(written) == terms("1,2 triliun rupiah") == ["1200000000000", "1200000000000idr"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5,5 miliar", ["5500000000"]),
        ("5,5 miliar orang", ["5500000000"]),
        ("250 ribu", ["250000"]),
        ("Rp5.000", ["5000idr"]),
        ("Rp 5.000,00", ["5000", "5000idr"]),
        ("0,25 juta", ["250000"]),
        ("1,2345 ribu", ["1234,5"]),
        ("S$ 3 juta", ["3000000", "3000000sgd"]),
        ("3 juta dolar Singapura", ["3000000", "3000000sgd"]),
        ("5,5 persen", ["5,5%"]),
        ("5,5%", ["5,5%"]),
        ("5,50 %", ["5,5%"]),
        ("RM 20", ["20myr"]),
    ],
)
def test_an_amount_has_the_terms(written: str, expected: list[str]) -> None:
    assert terms(written) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("pukul 10.30", "17 Agustus 1945", "5 orang", "tahap 2", "12 jutaan", "versi 1.2.3 juta"),
        *("nomor 7 M", "hal. 5"),
    ],
)
def test_a_bare_number_is_no_amount(text: str) -> None:
    assert terms(text) == []


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("1.000", "1000"),
        ("1.234.567", "1234567"),
        ("1.234,5", "1234,5"),
        ("1,234,567", "1234567"),
        ("1,234.5", "1234,5"),
        ("5,5", "5,5"),
        ("5.5", "5.5"),
        ("10.30", "10.30"),
        ("1,234", "1,234"),
        ("007", "007"),
        ("2021.06", "2021.06"),
    ],
)
def test_points_between_thousands_go_and_others_stay(number: str, plain: str) -> None:
    assert plain_number(number) == plain
