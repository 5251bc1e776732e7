"""Tokens: what is one word, and where it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language.fold import fold
from index.language.tokens import words


def spelt(text: str) -> list[str]:
    return [match[0] for match in words(text)]


@pytest.mark.parametrize(
    "word",
    [
        "undang-undang",
        "Soekarno-Hatta",
        "Covid-19",
        "G-20",
        "al-Sisi",
        "Jum'at",
        "Ma’ruf",
        "Guaidó",
        "e\u0301tat",
        "5,5",
        "1.000.000,50",
        "260",
        "5G",
        "orang2",
        "redaksi@contoh.co.id",
        "https://contoh.id/berita/1?q=a-b",
        "www.contoh.id",
        "contoh.com",
        "नमस्ते",
        "مُحَمَّد",
        "Путин",
    ],
)
def test_word_is_whole_between_spaces_and_before_a_comma(word: str) -> None:
    assert spelt(f"di {word} lalu") == ["di", word, "lalu"]
    assert spelt(f"({word}), lalu") == [word, "lalu"]


def test_sentence_point_without_space_separates_words() -> None:
    assert spelt("Rapat selesai.Dia pulang.") == ["Rapat", "selesai", "Dia", "pulang"]


def test_currency_is_apart_from_its_amount() -> None:
    assert spelt("Rp5.000 dan USD1,5 serta Rp70") == [
        *("Rp", "5.000", "dan", "USD", "1,5", "serta", "Rp", "70"),
    ]
    assert spelt("USD70 juta") == ["USD", "70", "juta"]


def test_quotes_around_a_word_are_not_in_it() -> None:
    assert spelt("'kata' “dia” itu") == ["kata", "dia", "itu"]


def test_each_ideograph_is_a_word() -> None:
    assert spelt("习近平 datang") == ["习", "近", "平", "datang"]


def test_emoji_and_punctuation_are_no_words() -> None:
    assert spelt("😀 — !? 🇮🇩 ... \u0000 __") == []


def test_a_chain_of_hyphens_is_cut_after_eight_parts() -> None:
    assert spelt("-".join("abcdefghij")) == ["a-b-c-d-e-f-g-h", "i-j"]


@given(st.text())
def test_every_letter_and_digit_is_in_one_word_and_spans_slice_the_text(text: str) -> None:
    covered, before = [], 0
    for match in words(text):
        start, end = match.span()
        assert before <= start < end
        assert text[start:end] == match[0]
        covered += range(start, end)
        before = end
    assert {i for i, char in enumerate(text) if char.isalnum()} <= set(covered)


@pytest.mark.parametrize(
    "unit",
    ["a", "me-", "a.", "a@", "a+", "a'", "1,", "https://(", "é", "a.com-", "中", "a_", "中@"],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    sum(1 for _ in words(text))
    assert time.process_time() - start < 5  # 0.0 to 0.9 s measured; quadratic would be minutes


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Guaidó", "guaido"),
        ("Jum'at", "jumat"),
        ("Ma’ruf", "maruf"),
        ("Qur`an", "quran"),
        ("e\u0301tat", "etat"),
        ("İstanbul", "istanbul"),
        ("ber\u00adsama", "bersama"),
        ("Straße", "strasse"),
        ("Путин", "putin"),
        ("\u0639", "\u0639"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_no_word_folds_to_nothing(text: str) -> None:
    assert all(fold(match[0]) for match in words(text))
