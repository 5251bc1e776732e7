"""The analyzer: names shielded, stop words dropped, positions and offsets kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language.analyzer import TERM_CHARS, Token, analyze, query_stem, stop_words
from index.language.fold import fold


def stems(text: str) -> list[str | None]:
    return [token.stem for token in analyze(text)]


def test_tokens_of_a_sentence() -> None:
    assert analyze("Warga membaca dari buku.") == [
        Token("warga", "warga", 0, 0, 5),
        Token("membaca", "baca", 1, 6, 13),
        Token("dari", None, 2, 14, 18),
        Token("buku", "buku", 3, 19, 23),
    ]


def test_the_parts_of_a_hyphenated_word_share_its_position() -> None:
    assert analyze("ke Soekarno-Hatta lagi") == [
        Token("ke", None, 0, 0, 2),
        Token("soekarno-hatta", "sukarno-hatta", 1, 3, 17),
        Token("soekarno", "sukarno", 1, 3, 11),
        Token("hatta", "hatta", 1, 12, 17),
        Token("lagi", None, 2, 18, 22),
    ]


def test_a_repeated_word_gives_its_part_once() -> None:
    assert analyze("buku-buku") == [
        Token("buku-buku", "buku", 0, 0, 9),
        Token("buku", "buku", 0, 0, 4),
    ]


def test_a_numbered_name_is_found_joined_and_by_its_word_but_not_by_its_number() -> None:
    assert [token.surface for token in analyze("pada Covid-19 dan G-20")] == [
        *("pada", "covid-19", "covid19", "covid", "dan", "g-20", "g20"),
    ]


def test_a_short_word_in_capitals_is_found_as_such_too() -> None:
    assert analyze("di AS") == [
        Token("di", None, 0, 0, 2),
        Token("as", "as", 1, 3, 5),
        Token("as", "AS", 1, 3, 5),
    ]
    assert stems("patah as roda") == ["patah", "as", "roda"]
    assert stems("kata DPRD itu") == ["kata", "dprd", None]


def test_an_amount_is_found_by_its_value_and_spans_its_expression() -> None:
    text = "utang US$ 5,5 miliar lunas"
    assert analyze(text)[3:7] == [
        Token("5,5", "5,5", 2, 10, 13),
        Token("5,5", "5500000000", 2, 6, 20),
        Token("5,5", "5500000000usd", 2, 6, 20),
        Token("miliar", "miliar", 3, 14, 20),
    ]
    assert text[6:20] == "US$ 5,5 miliar"


def test_thousands_are_found_with_and_without_their_points() -> None:
    assert stems("1.000 atau 1000") == ["1000", None, "1000"]


def test_a_name_has_the_stem_of_its_modern_spelling_and_the_surface_of_its_own() -> None:
    old, modern = analyze("kata Soekarno")[1], analyze("kata Sukarno")[1]
    assert (old.surface, old.stem) == ("soekarno", "sukarno")
    assert (modern.surface, modern.stem) == ("sukarno", "sukarno")


def test_a_capital_inside_a_sentence_shields_a_name() -> None:
    assert stems("kata Pembaca itu") == ["kata", "pembaca", None]
    assert stems("kata pembaca itu") == ["kata", "baca", None]


def test_a_capital_at_the_start_of_a_sentence_shields_nothing() -> None:
    assert stems("Pembaca datang. Pembaca pulang.") == ["baca", "datang", "baca", "pulang"]
    assert stems('kata dia, "Pembaca datang') == ["kata", None, "baca", "datang"]
    assert stems("JAKARTA - Pembaca datang") == ["jakarta", "baca", "datang"]


def test_a_title_or_initial_ends_no_sentence() -> None:
    assert stems("kata Dr. Pembaca dan H. Pembaca") == [
        *("kata", "dr", "pembaca", None, "h", "pembaca"),
    ]


def test_capitals_in_a_headline_mark_no_names() -> None:
    assert stems("Warga Membaca Buku Pelajaran di Sekolah") == [
        *("warga", "baca", "buku", "ajar", None, "sekolah"),
    ]
    assert stems("WARGA MEMBACA BUKU PELAJARAN") == ["warga", "baca", "buku", "ajar"]


def test_an_address_is_whole_and_has_no_parts() -> None:
    assert [token.surface for token in analyze("ke a-b@contoh.co.id atau www.a-b.id/c-d")] == [
        *("ke", "a-b@contoh.co.id", "atau", "www.a-b.id/c-d"),
    ]


def test_offsets_are_code_points_of_the_text_as_it_is() -> None:
    text = "😀 cafe\u0301 \u202eJum’at\u202c \x00di"
    assert [text[t.start : t.end].strip("\u202c") for t in analyze(text)] == [
        *("cafe\u0301", "Jum’at", "di"),
    ]


def test_a_word_beyond_the_limit_is_indexed_by_its_beginning() -> None:
    (token,) = analyze("a" * 1000)
    assert token == Token("a" * TERM_CHARS, "a" * TERM_CHARS, 0, 0, 1000)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Membaca", "baca"),
        ("MEMBACA", "baca"),
        ("Dari", None),
        ("Guaidó", "guaido"),
        ("260", "260"),
        ("Soeharto", "suharto"),
        ("soeharto", "suharto"),
    ],
)
def test_query_stem_is_the_same_in_any_case(word: str, expected: str | None) -> None:
    assert query_stem(word) == expected


def test_stop_words_are_folded_words() -> None:
    assert all(fold(word) == word and word.isalpha() for word in stop_words())
    assert 60 <= len(stop_words()) <= 110


@given(st.text())
def test_tokens_are_in_order_and_inside_the_text(text: str) -> None:
    position, start = 0, 0
    for token in analyze(text):
        assert token.position in (position, position + 1)
        assert 0 <= token.start < token.end <= len(text)
        assert token.start >= start or token.position == position
        assert token.surface
        position, start = token.position, token.start


@given(st.text("Aabdekmnu -.", max_size=40))
def test_every_stem_is_one_that_a_question_reaches_by_stem_or_surface(text: str) -> None:
    for token in analyze(text):
        written = text[token.start : token.end]
        if token.stem != written:  # AA, which `expand` asks for
            asked = (query_stem(written), query_stem(token.surface))
            assert token.stem in (None, token.surface, *asked)
