"""Inversion by arrays finds what a dictionary does."""

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.segments.inversion import inverted, inverted_tables
from index.segments.strings import Strings

# Few letters make equal words and common beginnings; sizes on both sides of 8 and 16 bytes.
_WORDS = st.one_of(
    st.text("ab", min_size=1, max_size=3),
    st.sampled_from([7, 8, 9, 15, 16, 17, 18, 64]).flatmap(
        lambda size: st.text("ab", min_size=size, max_size=size)
    ),
    st.text("aé\uffee\U0001f33f\x01\x7f", min_size=1, max_size=20),
)


@given(st.lists(st.lists(_WORDS, max_size=30), max_size=4))
def test_inversion_finds_the_terms_in_order_and_their_places(texts: list[list[str]]) -> None:
    words = list(chain.from_iterable(texts))
    places: dict[bytes, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word.encode(), []).append(place)
    found = inverted(texts)
    assert found.terms.to_list() == sorted(places)
    assert found.counts.tolist() == [len(places[term]) for term in sorted(places)]
    assert found.places.tolist() == list(chain.from_iterable(places[t] for t in sorted(places)))
    spread = found.spread(np.arange(len(places)))
    assert [found.terms[number] for number in spread.tolist()] == words


@given(st.lists(st.sets(_WORDS | st.text("a\n\0", max_size=20), max_size=30), max_size=4))
def test_tables_are_inverted_whatever_bytes_they_hold(texts: list[set[str]]) -> None:
    lists = [sorted(word.encode() for word in text) for text in texts]
    words = list(chain.from_iterable(lists))
    found = inverted_tables([Strings.of(one) for one in lists])
    assert found.terms.to_list() == sorted(set(words))
    spread = found.spread(np.arange(len(found.terms)))
    assert [found.terms.raw(number) for number in spread.tolist()] == words


def test_words_whose_hashes_collide_stay_apart() -> None:
    # More terms than there are hashes, each twice and never side by side.
    terms = [f"kata{number}" for number in range(70_000)]
    found = inverted([terms, terms])
    assert found.terms.to_list() == sorted(term.encode() for term in terms)
    assert (found.counts == 2).all()
    assert (np.diff(found.places.reshape(-1, 2)) == 70_000).all()
