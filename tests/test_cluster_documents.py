"""What goes to a cluster says the same as a segment: every posting comes back from the tokens."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.config import Config
from index.document import Document
from index.opensearch.documents import documents, without_text
from index.schema import COLUMNS, STEM, SURFACE
from index.segments.chunk import chunk
from index.segments.segment import NO_MOMENT, Segment
from search.embedded.engine import EmbeddedEngine
from search.embedded.snapshot import Snapshot
from search.opensearch.candidates import Counted, Sought, with_words

WORDS = st.sampled_from(
    ["kopi", "Kopi", "undang-undang", "Covid-19", "AS", "dan", "Rp5.000", "Jum'at", "x|y", "_", "¦"]
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


def document(number: int, title: str, text: str) -> Document:
    keywords: dict[str, tuple[str, ...]] = {field.name: () for field in COLUMNS}
    keywords |= {"person": ("Sergei Lavrov", "Joko"), "country": ("RU",)}
    return Document(number, number + 100, title, text, keywords, None if number % 2 else number)


def postings(snapshot: Snapshot, field: str, term: str) -> list[list[int]]:
    found = snapshot.postings(field, term)
    return [found.docs.tolist(), found.freqs.tolist(), found.title_freqs.tolist()]


def positions(segment: Segment, term: str) -> list[int]:
    field = segment.text[SURFACE.name]
    found, _ = field.position_lists(field.terms.find(term))
    return found.tolist()


def assert_comes_back(snapshot: Snapshot) -> None:
    tokens = {
        doc + base: made
        for base, segment in snapshot.parts()
        for doc, made in enumerate(documents(segment))
    }
    terms = {
        field: frozenset(
            raw.decode()
            for segment in snapshot.segments
            for raw in segment.text[field].terms.to_list()
        )
        for field in (STEM.name, SURFACE.name)
    }
    laid = with_words(snapshot, tokens, Sought(terms[STEM.name], terms[SURFACE.name]))
    for field, all_terms in terms.items():
        for term in all_terms:
            assert postings(laid, field, term) == postings(snapshot, field, term)
    for one, other in zip(laid.segments, snapshot.segments, strict=True):
        for raw in other.text[SURFACE.name].terms.to_list():
            assert positions(one, raw.decode()) == positions(other, raw.decode())


def test_words_of_the_samples_come_back_from_the_tokens(samples_archive: Path) -> None:
    with EmbeddedEngine(samples_archive, Config()) as engine:
        assert_comes_back(engine._snapshot)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(articles=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_words_of_any_text_come_back_from_the_tokens(
    samples_archive: Path, articles: list[tuple[str, str]]
) -> None:
    made = chunk(document(number, *texts) for number, texts in enumerate(articles))
    with EmbeddedEngine(samples_archive, Config()) as engine:
        snapshot = engine._snapshot
        snapshot.segments, snapshot.bases, snapshot.size = [Segment(made)], [0], len(articles)
        assert_comes_back(snapshot)


def test_document_has_tokens_positions_and_columns() -> None:
    made = chunk([document(1, "Kopi AS", "Undang-undang kopi dan teh.")])
    (one,) = documents(Segment(made))
    assert one == {
        "article": 1,
        "seq": 101,
        "moment": None,
        "country": ["RU"],
        "person": ["Sergei Lavrov", "Joko"],
        **{name: [] for name in ("date", "source", "category", "agency", "author")},
        # The end of the title has a place; what stands at one place is joined.
        "surface": ["kopi as ¶", "undang¦undang-undang kopi dan teh"],
        "title_surface": "kopi as",
        "title_only_surface": "as",
        # "dan" has no stem, and stems are in the order of the alphabet.
        "stem": ["AS as kopi ¶", "kopi teh undang _"],
        "title_stem": "AS as kopi",
        "title_only_stem": "AS as",
    }


def test_columns_stay_and_of_words_only_those_of_titles() -> None:
    made = chunk([document(0, "Kopi naik", "Harga kopi naik."), document(2, "", "Kopi turun.")])
    whole, thin = Segment(made), Segment(without_text(Segment(made)))
    assert thin.moments.tolist() == whole.moments.tolist() == [0, 2]
    assert thin.body_lengths.tolist() == [3, 2]
    assert (thin.signatures == whole.signatures).all()
    assert thin.keywords["person"].values_of(1) == ["Sergei Lavrov", "Joko"]
    field = thin.text[SURFACE.name]
    assert [raw.decode() for raw in field.terms.to_list()] == ["kopi", "naik"]
    assert positions(thin, "naik") == [1]
    assert NO_MOMENT not in thin.moments


@pytest.mark.parametrize("asked", [[0], [0, 3], []])
def test_counted_postings_know_how_many_the_index_has(asked: list[int]) -> None:
    empty = Counted(_nothing(), 7)
    assert len(empty) == 7
    assert empty.freqs_of(np.array(asked, dtype=np.int64)).tolist() == [0.0] * len(asked)


def _nothing() -> Counted:
    from search.embedded.snapshot import Postings

    return Counted(Postings(), 0)
