"""Snippets: the passage that shows best why an article answers."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language.analyzer import Token, analyze
from search.results import Snippet
from search.snippets import Highlighter, _window

SENTENCES = (
    "Pedagang membuka kios sejak subuh. Hujan turun sepanjang pagi.\n\n"
    "Menteri itu membahas persenjataan dengan tamunya. Lavrov pulang malam itu juga. "
    "Pasar sepi pembeli sampai sore."
)


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.highlights]


def highlighter(*, stems: str = "", surfaces: str = "") -> Highlighter:
    """Looks for words of equal weight."""
    return Highlighter(dict.fromkeys(stems.split(), 1.0), dict.fromkeys(surfaces.split(), 1.0))


def test_a_word_is_highlighted_as_written_though_it_matched_by_its_stem() -> None:
    assert marked(highlighter(stems="senjata").snippet(SENTENCES, 240)) == ["persenjataan"]


def test_a_surface_form_is_highlighted_only_as_written() -> None:
    assert marked(highlighter(surfaces="senjata").snippet(SENTENCES, 240)) == []
    assert marked(highlighter(surfaces="persenjataan").snippet(SENTENCES, 240)) == ["persenjataan"]


def test_a_passage_begins_and_ends_with_a_sentence() -> None:
    snippet = highlighter(stems="senjata lavrov").snippet(SENTENCES, 88)
    assert snippet.text == (
        "… Menteri itu membahas persenjataan dengan tamunya. Lavrov pulang malam itu juga. …"
    )
    assert marked(snippet) == ["persenjataan", "Lavrov"]


def test_a_passage_ends_at_a_word_where_a_sentence_would_cut_a_match_or_half_of_it() -> None:
    cut_match = highlighter(stems="senjata lavrov").snippet(SENTENCES, 60)
    assert cut_match.text == "… Menteri itu membahas persenjataan dengan tamunya. Lavrov …"
    short = "Kopi panas. " + "Hujan turun sepanjang hari di pasar itu tanpa henti sampai sore."
    assert (
        highlighter(stems="kopi").snippet(short, 40).text
        == "Kopi panas. Hujan turun sepanjang hari …"
    )


def test_a_passage_does_not_begin_with_punctuation_that_was_left_over() -> None:
    text = "Warta Khatulistiwa, Pulau Sebuku yang jauh sekali – Kopi dipanen lebih awal tahun ini."
    assert highlighter(stems="kopi").snippet(text, 10).text == "… Kopi …"
    assert highlighter(stems="kopi").snippet("– Kopi.", 30).text == "– Kopi."


def test_the_passage_with_more_of_the_questions_weight_wins() -> None:
    text = "Kopi kopi kopi. " + "Lain lagi. " * 30 + "Lavrov minum kopi."
    words = Highlighter({"kopi": 1.0, "lavrov": 5.0}, {})
    assert words.snippet(text, 60).text.endswith("Lavrov minum kopi.")


def test_of_equal_passages_the_first_is_shown() -> None:
    text = "Awal. Kopi panas. " + "Lain lagi. " * 30 + "Kopi dingin."
    assert "panas" in highlighter(stems="kopi").snippet(text, 60).text


def test_text_without_a_match_is_shown_from_its_beginning() -> None:
    snippet = highlighter(stems="gempa").snippet(SENTENCES, 40)
    assert snippet == Snippet("Pedagang membuka kios sejak subuh. …", [])


def test_short_text_is_shown_whole() -> None:
    assert highlighter(stems="kopi").snippet("Kopi.\n", 240) == Snippet("Kopi.", [(0, 4)])


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_no_text_gives_an_empty_snippet(text: str) -> None:
    assert highlighter(stems="kopi").snippet(text, 240) == Snippet("", [])


def test_white_space_is_made_plain_and_highlights_keep_their_place() -> None:
    snippet = highlighter(stems="kopi teh").snippet("Ada  kopi\n\n\tdan   teh hangat.", 240)
    assert snippet.text == "Ada kopi dan teh hangat."
    assert marked(snippet) == ["kopi", "teh"]


def test_the_parts_of_a_hyphenated_word_are_highlighted_in_place() -> None:
    snippet = highlighter(surfaces="hatta").snippet("Bandara Soekarno-Hatta ramai.", 240)
    assert marked(snippet) == ["Hatta"]
    whole = highlighter(surfaces="soekarno-hatta hatta").snippet("Bandara Soekarno-Hatta.", 240)
    assert marked(whole) == ["Soekarno-Hatta"]


class Counted(list[tuple[Token, float]]):
    """Matches that count how many of them are read."""

    read = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.read += len(found) if isinstance(place, slice) else 1
        return found


def test_a_match_is_read_no_more_often_in_a_longer_text() -> None:
    reads = []
    for length in (200, 2000):
        text = "kopi " * length
        matches = Counted((token, 1.0) for token in analyze(text))
        assert _window(text, matches, 60) == (0, 59)
        reads.append(matches.read / length)
    assert max(reads) <= 3


PIECES = (
    *("kopi", "persenjataan", "Lavrov", "undang-undang", "Rp5.000", "é", "🚀", "文字"),
    *(".", "!", "…", ",", '"', "\n", "\n\n"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


@given(text=TEXTS | st.text(max_size=200), chars=st.integers(1, 120))
def test_snippets_are_pieces_of_the_text_with_highlights_in_order(text: str, chars: int) -> None:
    words = highlighter(stems="kopi senjata lavrov", surfaces="rp undang-undang undang")
    snippet = words.snippet(text, chars)

    piece = snippet.text.removeprefix("… ").removesuffix(" …")
    folded = re.sub(r"\s+", " ", text)
    assert piece in folded or snippet.text in folded  # the text may itself begin with an ellipsis
    places = [0, *(place for span in snippet.highlights for place in span), len(snippet.text)]
    assert places == sorted(places)
    for word in marked(snippet):
        assert re.fullmatch(r"\S+", word)
        assert word in text


@given(words=st.lists(st.sampled_from(["kopi", "tehtarik", "susu"]), min_size=1, max_size=60))
def test_no_word_is_broken(words: list[str]) -> None:
    snippet = highlighter(stems="susu").snippet(" ".join(words), 30)
    assert set(snippet.text.replace("…", "").split()) <= set(words)
