"""Sets of documents, and the lists of postings that they are looked up in."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.segments.postings import MAX_FREQ, packed
from search.embedded.docsets import (
    Docs,
    contains,
    docs_in_all,
    intersection,
    look_up_postings,
    meeting,
    places_with,
    reached_by,
    summed,
    without,
)

DOCS = st.sets(st.integers(0, 80)).map(sorted)
# Documents and positions side by side, as phrases have them.
KEYS = st.sets(st.builds(lambda doc, at: (doc << 32) + at, st.integers(0, 9000), st.integers(0, 9)))


@pytest.fixture(params=["searched", "marked"], autouse=True, scope="module")
def way(request: pytest.FixtureRequest) -> object:
    """Short lists are marked too, and keys that share a mark are met."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.embedded.docsets._FEW", 0)
        patch.setattr("search.embedded.docsets._SLOT_BITS", 5)
        patch.setattr("search.embedded.docsets._SLOTS", 32)
        patch.setattr(
            "search.embedded.docsets._SEARCHING", 0 if request.param == "searched" else 10**6
        )
        yield


def docs(numbers: list[int]) -> Docs:
    return np.array(sorted(numbers), dtype=np.int64)


@settings(deadline=None)
@given(DOCS | KEYS, DOCS | KEYS)
def test_sets_are_those_of_python(one: list[int], other: list[int]) -> None:
    first, second = docs(one), docs(other)
    assert contains(first, second).tolist() == [number in one for number in second.tolist()]
    assert intersection([first, second]).tolist() == sorted(set(one) & set(other))
    assert without(first, second).tolist() == sorted(set(one) - set(other))


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.integers(0, 60), st.integers(1, 300), min_size=1), min_size=1))
def test_lists_of_postings_meet_in_their_common_documents(lists: list[dict[int, int]]) -> None:
    postings = [
        packed(docs(list(one)), np.array([one[doc] for doc in sorted(one)])) for one in lists
    ]
    common = sorted(set(lists[0]).intersection(*lists))
    assert docs_in_all(postings).tolist() == common
    found, places = meeting(postings)
    assert found.tolist() == common
    for one, at in zip(lists, places, strict=True):
        assert [sorted(one)[place] for place in at.tolist()] == common


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 60), st.integers(1, 300), min_size=1), DOCS)
def test_a_list_of_postings_tells_places_and_frequencies(
    held: dict[int, int], wanted: list[int]
) -> None:
    postings = packed(docs(list(held)), np.array([held[doc] for doc in sorted(held)]))
    places, freqs = look_up_postings(postings, docs(wanted))
    for doc, place, freq in zip(wanted, places.tolist(), freqs.tolist(), strict=True):
        assert (freq <= MAX_FREQ) == (doc in held)
        if doc in held:
            assert (sorted(held)[place], freq) == (doc, min(held[doc], MAX_FREQ))
    among = [place for place, doc in enumerate(sorted(held)) if doc in wanted]
    assert places_with(postings, docs(wanted)).tolist() == among


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 300)), max_size=60),
    st.sampled_from([1, 5000]),
)
def test_counts_of_a_document_add_up(counted: list[tuple[int, int]], spread: int) -> None:
    """As many documents as places, and few of many, which are summed in two ways."""
    docs = np.array([doc * spread for doc, _ in counted], dtype=np.int64)
    found, sums = summed(docs, np.array([count for _, count in counted], dtype=np.int64))
    expected: Counter[int] = Counter()
    for doc, count in counted:
        expected[doc * spread] += count
    assert list(zip(found.tolist(), sums.tolist(), strict=True)) == sorted(expected.items())


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=2000), st.integers(1, 50))
def test_at_least_so_many_keys_reach_it(numbers: list[int], count: int) -> None:
    keys = np.array(numbers, dtype=np.float64)
    count = min(count, len(keys))
    reached = reached_by(keys, count)
    assert (keys >= reached).sum() >= count
    assert reached in numbers
