"""The words of a question are found as the analysis would find them."""

import gzip
import itertools
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from index.language.analyzer import Token, analyze
from index.language.finder import Finder
from index.sources.encoding import clean

WORDS = st.sampled_from(
    [
        *("Menteri", "persenjataan", "SENJATA", "Persatuan", "satu", "AS", "as", "buku-buku"),
        *("Soekarno-Hatta", "hatta", "Covid-19", "covid19", "G-20", "G20", "dari", "Jum'at"),
        *("menulis", "menuai", "tua", "https://contoh.id/senjata-2", "Dr.", "Guaid\u00f3", "."),
        *("\u201cKopi\u201d", "\u2013", "-", "pesawat", "(Batu)", "Batu", "batu,", "orang2", "2-0"),
        *(
            "Rp5,5",
            "Rp",
            "Rp.",
            "US$",
            "$",
            "5,5",
            "5.500",
            "1,200,000",
            "0,5",
            "0",
            "007",
            "10.30",
        ),
        *("200", "2021", "2.021", "12021", "a1b2.5", "ribu", "juta", "miliar", "M", "%", "persen"),
        *(
            "dolar",
            "Amerika",
            "Serikat",
            "Hong",
            "Kong",
            "rupiah",
            "x",
            "x" * 70,
            "7" * 70,
            "1.000" * 20,
        ),
    ]
)
GAPS = st.sampled_from([" ", " ", " ", "  ", "\n", ", ", ". ", "\u00a0", "-", ""])
TEXTS = st.lists(st.tuples(WORDS, GAPS).map("".join), min_size=60, max_size=90).map("".join)
AMOUNTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


def sought_tokens(text: str, stems: set[str], surfaces: set[str]) -> list[Token]:
    return [one for one in analyze(text) if one.stem in stems or one.surface in surfaces]


def described(tokens: list[Token]) -> list[tuple[object, ...]]:
    """The tokens, with whether each stands beside or with the one before in place of a position."""
    positions = [-1, *(token.position for token in tokens)]
    return [
        (t.surface, t.stem, t.start, t.end, min(t.position - before, 2) if number else 0)
        for number, (t, before) in enumerate(zip(tokens, positions, strict=False))
    ]


def expected(text: str, stems: set[str], surfaces: set[str]) -> list[tuple[object, ...]]:
    return described(sought_tokens(text, stems, surfaces))


def found(text: str, stems: set[str], surfaces: set[str]) -> list[tuple[object, ...]]:
    return described(Finder(stems, surfaces).tokens(text))


@settings(max_examples=300)
@given(text=TEXTS | st.text(), sought=st.sets(AMOUNTS, max_size=3), data=st.data())
def test_the_tokens_are_those_of_the_analysis(
    text: str, sought: set[str], data: st.DataObject
) -> None:
    tokens = [token for words in sought for token in analyze(words)]
    if own := analyze(text):
        tokens += data.draw(st.lists(st.sampled_from(own), max_size=3))
    stems = {token.stem for token in tokens if token.stem is not None}
    surfaces = {token.surface for token in tokens}
    assert found(text, stems, surfaces) == expected(text, stems, surfaces)
    assert found(text, stems, set()) == expected(text, stems, set())
    assert found(text, set(), surfaces) == expected(text, set(), surfaces)


def test_one_finder_reads_a_chunk_by_what_stands_before_it() -> None:
    fill = "lain lagi " * 50
    finder = Finder({"bersatu", "satu", "5000000000", "5000000000usd"}, {"5"})
    for text in (f"{fill}partai Bersatu {fill}", f"{fill}. Bersatu {fill}"):
        assert finder.tokens(text)[0].stem == analyze(text)[100 + ("partai" in text)].stem
    for amount in ("5 miliar dolar", "5 miliar dolar Hong Kong", "5 orang"):
        text = f"{fill}{amount} {fill}"
        tokens = finder.tokens(text)
        assert [text[token.start : token.end] for token in tokens][-1] in (amount, "5")
        assert len(tokens) == {"orang": 1, "dolar": 3, "Kong": 3}[amount.split()[-1]]


def test_digits_alone_are_looked_at_where_a_number_may_be_the_one_that_is_sought() -> None:
    places = Finder({"2020"}, {"2020"})._places
    assert len(list(places("2020, 2.020, 2,02 ribu"))) == 3
    assert list(places("2021, 12020, 3, 20")) == []


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
