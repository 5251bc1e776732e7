"""The people tagger: words, runs, and the best labelling of a run."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import index.lexicon
from index.enrich.tagger import Tagger, runs, shipped_tagger
from index.enrich.words import tokens
from index.lexicon import lexicon_lines


def run_texts(text: str) -> list[str]:
    words = tokens(text).words
    return [" ".join(words[slice(*run)]) for run in runs(words)]


@given(st.text())
def test_every_word_is_where_it_is_said_to_be(text: str) -> None:
    read = tokens(text)
    edges = [(word, start) for word, start in zip(read.words, read.starts, strict=True)]
    assert all(text[start : start + len(word)] == word for word, start in edges[2:-2])


def test_words_keep_hyphens_and_apostrophes_and_marks_stand_alone() -> None:
    assert tokens("Ma'ruf al-Sisi (45).").words[2:-2] == ["Ma'ruf", "al-Sisi", "(", "45", ")", "."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kata Budi Santoso kemarin", ["Budi Santoso"]),
        ("kata Osama bin Laden itu", ["Osama bin Laden"]),
        ("kata Vincent van der Meer itu", ["Vincent van der Meer"]),
        ("kata M. Nazaruddin di Bogor.", ["M . Nazaruddin", "Bogor"]),
        ("Hujan di Bogor. Budi pulang.", ["Hujan", "Bogor", "Budi"]),
        ('kata Ronald "Roni" Siregar itu', ['Ronald " Roni " Siregar']),
        ('kata Budi, "Hujan" itu', ["Budi", "Hujan"]),
        ("kata Sammy Whitcombe, Jr itu", ["Sammy Whitcombe , Jr"]),
        ("kata Choi Si - won itu", ["Choi Si - won"]),
        ("di Bogor - dan Depok", ["Bogor", "Depok"]),
        ("kata al-Assad itu", ["al-Assad"]),
        ("di Bogor\nBudi pulang", ["Bogor", "Budi"]),
    ],
)
def test_a_run_goes_on_over_what_stands_in_names(text: str, found: list[str]) -> None:
    assert run_texts(text) == found


def hand_made(**weights: tuple[int, int]) -> Tagger:
    """A tagger with the given weights of words, and none of transitions."""
    pairs = dict.fromkeys(itertools.product("OBI", repeat=2), 0)
    return Tagger({}, {f"here={word}": of for word, of in weights.items()}, pairs)


def test_a_name_is_where_its_words_weigh_more_than_none() -> None:
    tagger = hand_made(Ketua=(-5, -5), Budi=(3, 1), Santoso=(1, 4), Rabu=(-1, -1))
    words = tokens("Ketua Budi Santoso Rabu").words
    assert tagger.names(words, (2, 6)) == [(3, 5)]


def test_two_names_can_stand_side_by_side() -> None:
    tagger = hand_made(Budi=(3, 1), Ani=(3, 1))
    assert tagger.names(tokens("Budi Ani").words, (2, 4)) == [(2, 3), (3, 4)]


def test_a_word_beside_has_a_say() -> None:
    tagger = Tagger({}, {"before=kata": (2, 0), "before=di": (-2, 0)}, {})
    assert tagger.names(tokens("kata Zorvan").words, (3, 4)) == [(3, 4)]
    assert tagger.names(tokens("di Zorvan").words, (3, 4)) == []


def test_a_run_of_words_that_are_never_in_names_is_closed() -> None:
    tagger = Tagger({"Hujan": "0", "Budi": "6"}, {}, {})
    words = tokens("Hujan Budi Hujan").words
    assert not tagger.is_open(words, (2, 3))
    assert tagger.is_open(words, (2, 4))


_SOME_WORDS = ["Ali", "Bogor", "Presiden", "bin", "Cakap", "-", "X"]


@given(
    st.lists(st.sampled_from(_SOME_WORDS), min_size=1, max_size=4),
    st.dictionaries(
        st.sampled_from([f"{role}={word}" for role in ("here", "after") for word in _SOME_WORDS]),
        st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    ),
    st.tuples(*[st.integers(-9, 9)] * 9),
)
def test_no_labelling_weighs_more_than_the_one_found(
    run: list[str], weights: dict[str, tuple[int, int]], transitions: tuple[int, ...]
) -> None:
    pairs = dict(zip(itertools.product("OBI", repeat=2), transitions, strict=True))
    tagger = Tagger({}, weights, pairs)
    words = ["\n", "\n", *run, "\n", "\n"]
    span = (2, 2 + len(run))
    features = tagger.features(words, span)

    def weight(labels: tuple[str, ...]) -> int:
        emitted = sum(
            weights.get(feature, (0, 0))["BI".index(label)]
            for label, of_word in zip(labels, features, strict=True)
            for feature in of_word
            if label != "O"
        )
        return emitted + sum(pairs[pair] for pair in itertools.pairwise(labels))

    found = ["O"] * len(run)
    for first, last in tagger.names(words, span):
        found[first - 2 : last - 2] = ["B", *"I" * (last - first - 1)]
    well_formed = [
        labels
        for labels in itertools.product("OBI", repeat=len(run))
        if all(pair != ("O", "I") for pair in itertools.pairwise(("O", *labels)))
    ]
    assert weight(tuple(found)) == max(map(weight, well_formed))


def test_weights_are_read_as_they_are_written() -> None:
    assert list(shipped_tagger().weight_lines()) == lexicon_lines("people_weights.txt")


def test_words_and_weights_are_small() -> None:
    """Under 500 KB together."""
    files = list(Path(index.lexicon.__file__).parent.glob("people_*.txt"))
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) < 500_000
