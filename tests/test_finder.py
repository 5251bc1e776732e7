"""The words of a question are found as the analysis would find them."""

import gzip
import itertools
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from index.language.analyzer import Token, analyze
from index.language.finder import Finder
from index.sources.encoding import clean

WORDS = st.sampled_from(
    [
        *("Menteri", "persenjataan", "SENJATA", "Persatuan", "satu", "AS", "as", "buku-buku"),
        *("Soekarno-Hatta", "hatta", "Covid-19", "Rp5,5", "miliar", "10.30", "dari", "Jum'at"),
        *("menulis", "menuai", "tua", "https://contoh.id/senjata", "Dr.", "Guaid\u00f3", "."),
        *("\n", "\u201cKopi\u201d", "\u2013", "pesawat"),
    ]
)


def expected(text: str, stems: set[str], surfaces: set[str]) -> list[tuple[object, ...]]:
    return [
        (t.surface, t.stem, t.start, t.end)
        for t in analyze(text)
        if t.stem in stems or t.surface in surfaces
    ]


def found(text: str, stems: set[str], surfaces: set[str]) -> list[tuple[object, ...]]:
    return [(t.surface, t.stem, t.start, t.end) for t in Finder(stems, surfaces).tokens(text)]


@given(
    words=st.lists(WORDS, max_size=30),
    sought=st.sets(WORDS, max_size=3),
    times=st.integers(1, 4),
    text=st.text(),
)
def test_the_tokens_are_those_of_the_analysis(
    words: list[str], sought: set[str], times: int, text: str
) -> None:
    tokens = [token for word in sought for token in analyze(word)]
    stems = {token.stem for token in tokens if token.stem is not None}
    surfaces = {token.surface for token in tokens}
    for one in (" ".join(words * times), text):
        assert found(one, stems, surfaces) == expected(one, stems, surfaces)


def test_a_root_is_found_behind_a_prefix_that_changes_its_first_letter() -> None:
    text = f"{'Lain lagi. ' * 60}Ia menulis dan menyapu. {'Lain lagi. ' * 60}"
    surfaces = [token.surface for token in Finder({"tulis", "sapu"}, set()).tokens(text)]
    assert surfaces == ["menulis", "menyapu"]


def test_words_side_by_side_have_positions_side_by_side_and_no_others() -> None:
    text = f"{'Lain lagi. ' * 60}Kopi susu. {'Lain lagi. ' * 60}Kopi dan susu."
    tokens = Finder(set(), {"kopi", "susu"}).tokens(text)
    assert [(token.surface, token.start) for token in tokens] == [
        *(("kopi", 660), ("susu", 665), ("kopi", 1331), ("susu", 1340)),
    ]
    positions = [token.position for token in tokens]
    assert positions[1] == positions[0] + 1
    assert positions[2] > positions[1] + 1
    assert positions[3] == positions[2] + 2


def test_real_texts_have_the_same_tokens(test_data: Path) -> None:
    with gzip.open(test_data / "news.jsonl.gz") as lines:
        texts = [
            clean(msgspec.json.decode(line)["body"])
            for line in itertools.islice(lines, 0, None, 97)
        ]
    words: list[Token] = []
    for text in texts:
        words += analyze(text)[5:60:9]
    for number, text in enumerate(texts):
        # Its own words, and those of others, which it may hold too.
        sought = [*analyze(text)[::37], *words[number :: len(texts)]]
        stems = {token.stem for token in sought if token.stem is not None}
        surfaces = {token.surface for token in sought}
        assert found(text, stems, surfaces) == expected(text, stems, surfaces)
