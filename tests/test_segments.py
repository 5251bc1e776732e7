"""Segments hold what was analysed, merge into what one writing would give, and show damage."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from index.article import Article, CountryMention, Enrichment, Office, PersonMention
from index.document import Document, to_document
from index.errors import ArchiveError
from index.identity import NOTHING_SAID
from index.language.analyzer import analyze
from index.schema import COLUMNS, TEXT_FIELDS, TITLE_BODY_GAP
from index.segments.arrays import Ints, in_memory, read_arrays, stable_order, write_arrays
from index.segments.chunk import NOTHING, Analysed, Terms, build, chunk
from index.segments.commit import (
    Commit,
    details_name,
    fingerprint,
    generations,
    is_index_file,
    kept_docs,
    last_commit,
    open_segment,
    refuse_stale,
    toc_name,
)
from index.segments.merge import merge
from index.segments.people import People, people_arrays
from index.segments.positions import PackedPositions, Positions
from index.segments.postings import MAX_DOCS, MAX_FREQ, docs_of, freqs_of, packed
from index.segments.segment import NO_MOMENT, Segment, ranges, smallest, spans
from index.segments.strings import Strings
from index.segments.writer import _MAX_MERGED_DOCS, IndexWriter


def document(number: int, text: str = "isi", title: str = "", **keywords: str) -> Document:
    """A document whose version is ten times its number; keywords are separated by |."""
    values = {field.name: () for field in COLUMNS} | {
        name: tuple(value.split("|")) for name, value in keywords.items()
    }
    return Document(number, number * 10, title, text, values, None)


def equal(one: dict[str, Ints], other: dict[str, Ints]) -> bool:
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype and np.array_equal(one[name], other[name])
        for name in one
    )


WORDS = st.sampled_from(
    ["banjir", "Banjir", "dan", "di", "Caracas", "kapal-kapal", "G-20", "menembaki", "é", "2021"]
)
TEXTS = st.lists(WORDS, max_size=8).map(" ".join) | st.just("banjir " * 300)
VALUES = st.lists(st.sampled_from(["RU", "VE", "Sri", "sri", "é", "z"]), max_size=3).map(tuple)
DOCUMENTS = st.lists(
    st.builds(
        Document,
        article=st.integers(1, 2**40),
        seq=st.integers(1, 2**40),
        title=TEXTS,
        text=TEXTS,
        keywords=st.fixed_dictionaries({field.name: VALUES for field in COLUMNS}),
        moment=st.none() | st.integers(-(2**40), 2**40),
    ),
    min_size=1,
    max_size=8,
)


# Chunks


def test_chunk_counts_a_title_and_a_body_together() -> None:
    segment = Segment(chunk([document(7, "Banjir di Caracas surut.", title="Banjir surut")]))
    surface = segment.text["surface"]
    assert surface.terms.to_list() == [b"banjir", b"caracas", b"di", b"surut"]
    assert freqs_of(surface.postings).tolist() == [2, 1, 1, 2]
    assert surface.title_freqs(slice(0, 4)).tolist() == [1, 0, 0, 1]
    assert (segment.title_lengths.tolist(), segment.body_lengths.tolist()) == ([2], [4])
    body = 2 + TITLE_BODY_GAP
    positions = [surface.position_lists(term)[0].tolist() for term in range(4)]
    assert positions == [[0, body], [body + 2], [body + 1], [1, body + 3]]


def test_stop_words_leave_only_the_stem_field() -> None:
    segment = Segment(chunk([document(1, "dari Rusia")]))
    assert segment.text["stem"].terms.to_list() == [b"rusia"]
    assert segment.text["surface"].terms.to_list() == [b"dari", b"rusia"]
    assert segment.body_lengths.tolist() == [2]


def test_keywords_keep_the_order_of_the_article_and_count_once() -> None:
    segment = Segment(chunk([document(1, country="VE|RU|VE"), document(2, country="RU")]))
    country = segment.keywords["country"]
    assert country.values_of(0) == ["VE", "RU"]
    assert country.docs_of(country.values.find("RU")).tolist() == [0, 1]
    assert country.docs_of(country.values.find("VE")).tolist() == [0]
    assert segment.keywords["person"].has_value.tolist() == [False, False]


def test_terms_are_sorted_by_their_bytes() -> None:
    segment = Segment(chunk([document(1, author="Z|a|é|\U0001f33f|\uffee")]))
    assert segment.keywords["author"].values.to_list() == [
        b"Z",
        b"a",
        "é".encode(),
        "\uffee".encode(),
        "\U0001f33f".encode(),
    ]


def test_undated_document_has_no_moment() -> None:
    assert Segment(chunk([document(1)])).moments.tolist() == [NO_MOMENT]


def test_chunk_of_nothing_is_an_empty_segment() -> None:
    segment = Segment(chunk([]))
    assert len(segment) == len(segment.text["stem"].terms) == 0
    merged = merge([segment], [np.ones(0, dtype=np.bool_)], Path())
    assert equal(in_memory(merged), chunk([]))


def analysed(words: dict[int, str]) -> Analysed:
    """A body with these words at these positions."""
    terms = Terms(list(words.values()), np.array(list(words), dtype=np.uint32))
    return Analysed(max(words) + 1, terms, terms)


def test_a_term_counts_255_times_in_a_document_and_has_as_many_positions() -> None:
    segment = Segment(chunk([document(1, "banjir " * 300 + "surut"), document(2, "banjir")]))
    surface = segment.text["surface"]
    banjir, surut = surface.terms.find("banjir"), surface.terms.find("surut")
    assert freqs_of(surface.postings).tolist() == [255, 1, 1]
    positions, begins = surface.position_lists(banjir)
    assert positions.tolist() == [*range(64, 64 + 255), 64]
    assert begins.tolist() == [0, 255, 256]
    assert surface.position_lists(surut)[0].tolist() == [64 + 300]
    assert segment.body_lengths.tolist() == [301, 1]


def test_positions_are_kept_however_far_and_far_apart_they_are() -> None:
    far = [0, 1, 1500, 4030, 4031, 4032, 8191, 65_535, 65_536, 70_000, 3_000_000]
    texts = [dict.fromkeys(far, "kapal") | {2: "tiba"}, {0: "kapal"}, {65_600: "tiba"}]
    documents = [(document(n), NOTHING, analysed(text)) for n, text in enumerate(texts)]
    for kept in ([True, True, True], [True, False, True], [False, True, True]):
        parts = [Segment(build(documents[:1])), Segment(build(documents[1:]))]
        keep = [np.array(kept[:1]), np.array(kept[1:])]
        surface = Segment(in_memory(merge(parts, keep, Path()))).text["surface"]
        expected = [p + 64 for p in [*(far if kept[0] else []), *([0] if kept[1] else [])]]
        assert surface.position_lists(surface.terms.find("kapal"))[0].tolist() == expected
        expected = [p + 64 for p in [*([2] if kept[0] else []), 65_600]]
        assert surface.position_lists(surface.terms.find("tiba"))[0].tolist() == expected


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 10) | st.integers(4090, 2**32 - 1), max_size=5)),
    st.data(),
)
def test_packed_positions_come_back(pieces: list[list[int]], data: st.DataObject) -> None:
    written = PackedPositions(None)
    for piece in pieces:
        written.append(np.array(piece, dtype=np.uint32))
    arrays = in_memory(written.arrays().items())
    positions = Positions(arrays["positions"], arrays["far_places"], arrays["far_positions"])
    flat = [position for piece in pieces for position in piece]
    assert len(positions) == len(flat)
    assert len(arrays["positions"]) == (len(flat) * 3 + 1) // 2
    places = data.draw(st.lists(st.sampled_from(range(len(flat))))) if flat else []
    assert positions.at(np.array(places, dtype=np.int64)).tolist() == [flat[n] for n in places]
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(flat))] * 2)))
    assert positions.between(first, last).tolist() == flat[first:last]


@pytest.mark.parametrize("at_once", [8192, -(10**6)], ids=["summed", "each by itself"])
@settings(deadline=None)
@given(freqs=st.lists(st.integers(1, 9), min_size=1, max_size=600), data=st.data())
def test_positions_of_few_and_of_many_postings_are_found(
    at_once: int, freqs: list[int], data: st.DataObject
) -> None:
    """`freqs[d]` words in a row in document `d`."""
    words = [analysed(dict.fromkeys(range(freq), "kapal")) for freq in freqs]
    segment = Segment(build((document(n), NOTHING, body) for n, body in enumerate(words)))
    surface = segment.text["surface"]
    wanted = data.draw(st.sets(st.sampled_from(range(len(freqs))), max_size=40).map(sorted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.segments.segment._SUMMED_AT_ONCE", at_once)
        starts, found = surface.position_spans(np.array(wanted, dtype=np.int64))
    assert found.tolist() == [freqs[doc] for doc in wanted]
    assert starts.tolist() == [sum(freqs[:doc]) for doc in wanted]
    assert surface.positions.at(starts).tolist() == [64] * len(wanted)


def test_postings_are_sorted_by_document_and_tell_both() -> None:
    docs = np.array([0, 1, 65_536, MAX_DOCS - 1])
    postings = packed(docs, np.array([255, 1, 256, 70_000]))
    assert postings.tolist() == [255, 257, 65_536 * 256 + 255, 2**32 - 1]
    assert docs_of(postings).tolist() == docs.tolist()
    assert freqs_of(postings).tolist() == [255, 1, 255, 255]


# Merging


@pytest.mark.parametrize("at_once", [1, 1 << 20])
@settings(deadline=None)
@given(documents=DOCUMENTS, data=st.data())
def test_merging_with_deletions_is_one_segment_of_the_kept(
    tmp_path_factory: pytest.TempPathFactory,
    at_once: int,
    documents: list[Document],
    data: st.DataObject,
) -> None:
    """Whether all is gathered at once or term by term, through files."""
    kept = data.draw(st.lists(st.booleans(), min_size=len(documents), max_size=len(documents)))
    cuts = data.draw(st.lists(st.integers(0, len(documents)), max_size=3).map(sorted))
    bounds = [0, *cuts, len(documents)]
    parts = list(pairwise(bounds))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.segments.merge._GATHERED", at_once)
        patch.setattr("index.segments.merge._STRINGS", at_once)
        patch.setattr("index.segments.arrays._HELD_BYTES", at_once)
        merged = merge(
            [Segment(chunk(documents[first:last])) for first, last in parts],
            [np.array(kept[first:last], dtype=np.bool_) for first, last in parts],
            tmp_path_factory.getbasetemp(),
        )
        together = in_memory(merged)
    staying = [doc for doc, keep in zip(documents, kept, strict=True) if keep]
    assert equal(together, chunk(staying))


@settings(deadline=None)
@given(DOCUMENTS)
def test_postings_say_what_the_tokens_say(documents: list[Document]) -> None:
    """Counted again from the analyzer's tokens, a term once at each position, at most 255 times."""
    segment = Segment(chunk(documents))
    for name in ("stem", "surface"):
        field = segment.text[name]
        found: dict[tuple[str, int], tuple[int, int]] = {}
        for number in range(len(field.terms)):
            where = field.where(number)
            docs = docs_of(field.postings[where]).tolist()
            assert docs == sorted(set(docs))
            freqs = freqs_of(field.postings[where]).tolist()
            title_freqs = field.title_freqs(where).tolist()
            counts = zip(freqs, title_freqs, strict=True)
            term = field.terms[number]
            found |= {(term, doc): count for doc, count in zip(docs, counts, strict=True)}
        expected: dict[tuple[str, int], tuple[int, int]] = {}
        for number, doc in enumerate(documents):
            for text, titled in ((doc.title, 1), (doc.text, 0)):
                places = {(getattr(token, name), token.position) for token in analyze(text)}
                for term, _ in places:
                    if term is not None:
                        freq, title_freq = expected.get((term, number), (0, 0))
                        expected[term, number] = (freq + 1, title_freq + titled)
        assert found == {
            place: (min(freq, MAX_FREQ), min(title_freq, MAX_FREQ))
            for place, (freq, title_freq) in expected.items()
        }


def test_every_array_of_a_segment_is_little_endian_and_flat() -> None:
    for array in chunk([document(1, "Banjir surut.", country="ID")]).values():
        assert array.ndim == 1
        assert array.dtype.newbyteorder("<") == array.dtype


# Files


@given(
    st.dictionaries(
        st.text(max_size=8),
        arrays_of.arrays(
            st.sampled_from([np.uint8, np.uint16, np.uint32, np.int64]), st.integers(0, 20)
        ),
        max_size=4,
    )
)
def test_arrays_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, Ints]
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.seg"
    write_arrays(path, arrays.items())
    assert equal(read_arrays(path, verify=True), arrays)


@pytest.fixture
def segment_file(tmp_path: Path) -> Path:
    path = tmp_path / "MAIN_a.seg"
    write_arrays(
        path, chunk([document(n, f"banjir nomor{n}", country="ID") for n in range(9)]).items()
    )
    return path


def test_every_flipped_byte_is_noticed(segment_file: Path) -> None:
    """But for the filling between arrays, which nothing reads."""
    whole = segment_file.read_bytes()
    arrays = read_arrays(segment_file, verify=True)
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 0x55
        segment_file.write_bytes(flipped)
        with suppress(ArchiveError):
            again = read_arrays(segment_file, verify=True)
            assert whole[place] == 0
            assert equal(again, arrays)


def test_file_that_was_cut_anywhere_is_damaged(segment_file: Path) -> None:
    whole = segment_file.read_bytes()
    for length in range(len(whole)):
        segment_file.write_bytes(whole[:length])
        with pytest.raises(ArchiveError, match="cakap-search reindex") as caught:
            read_arrays(segment_file)
        assert caught.value.kind == "damaged"


def test_file_that_ends_in_zeros_is_damaged(segment_file: Path) -> None:
    """As a file system leaves it whose machine lost power."""
    whole = segment_file.read_bytes()
    segment_file.write_bytes(whole[:100] + bytes(len(whole) - 100))
    with pytest.raises(ArchiveError, match="has no directory"):
        read_arrays(segment_file)


def test_writing_over_a_file_leaves_its_readers_what_they_have(tmp_path: Path) -> None:
    path = tmp_path / "a.seg"
    write_arrays(path, [("a", np.arange(1000))])
    before = read_arrays(path)
    write_arrays(path, [("a", np.zeros(1000, dtype=np.int64))])
    assert before["a"].tolist() == list(range(1000))
    assert not read_arrays(path)["a"].any()


def test_smallest_type_that_holds_the_values() -> None:
    for largest, dtype in ((0, "u1"), (255, "u1"), (256, "u2"), (65536, "u4"), (2**32, "u8")):
        assert smallest(np.array([0, largest])).dtype == dtype
    assert smallest(np.array([], dtype=np.int64)).dtype == "u1"


@given(
    st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3) | st.sampled_from([1 << 16, 1 << 31]))
)
def test_whole_numbers_are_put_in_order_and_equal_ones_stay(numbers: list[int]) -> None:
    for dtype in (np.uint32, np.int64):
        order = stable_order(np.array(numbers, dtype=dtype)).tolist()
        assert order == sorted(range(len(numbers)), key=numbers.__getitem__)


def test_ranges_and_spans_lie_one_after_another() -> None:
    starts = np.array([0, 2, 2, 5], dtype=np.uint8)
    assert ranges(starts, np.array([2, 0, 1])).tolist() == [2, 3, 4, 0, 1]
    assert ranges(starts, np.array([], dtype=np.int64)).tolist() == []
    assert spans(np.array([7, 3]), np.array([2, 1])).tolist() == [7, 8, 3]


def test_strings_are_found_in_a_table_of_thousands() -> None:
    ordered = sorted(f"{number:x}" for number in range(5000))
    table = Strings.of([text.encode() for text in ordered])
    assert [table.find(text) for text in ordered] == list(range(5000))
    # The first two stand inside others: 00 in 100, 0a in 10a.
    assert {table.find(text) for text in ("00", "0a", "", "g", "~", "138812")} == {-1}


@given(
    st.sets(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab"), max_size=4)),
    st.text("ab", max_size=2),
)
def test_strings_are_found_by_value_beginning_and_end(texts: set[str], part: str) -> None:
    ordered = sorted(texts, key=str.encode)
    table = Strings.of([text.encode() for text in ordered])
    assert [table[number] for number in range(len(table))] == ordered
    assert [table.find(text) for text in ordered] == list(range(len(ordered)))
    assert table.find("not there") == -1
    assert [table[number] for number in table.with_prefix(part)] == [
        text for text in ordered if text.startswith(part)
    ]
    assert [table[number] for number in table.with_suffix(part)] == [
        text for text in ordered if text.endswith(part)
    ]
    middle = len(ordered) // 2
    halves = [table.only(np.arange(middle)), table.only(np.arange(middle, len(ordered)))]
    assert [half.to_list() for half in halves] == [table.to_list(0, middle), table.to_list(middle)]
    assert Strings.joined(halves).to_list() == table.to_list()
    every_other = table.only(np.arange(0, len(ordered), 2))
    assert every_other.to_list() == table.to_list()[::2]


# Documents


def test_document_has_the_clean_text_and_every_keyword() -> None:
    article = Article(
        body="JAKARTA - Banjir surut. Baca juga: X", category="dunia", authors=("Sri",)
    )
    enrichment = Enrichment(
        cuts=((23, 36),),
        title="Banjir",
        date="2021-06-22",
        source="Warta",
        agencies=("TASS",),
        countries=(CountryMention("ID"),),
        people=(PersonMention("Sri Mulyani"),),
        offices=(Office("menteri keuangan", "", "Sri Mulyani"),),
    )
    made = to_document(3, 9, article, enrichment, "Asia/Jakarta")
    assert made == Document(
        article=3,
        seq=9,
        title="Banjir",
        text="JAKARTA - Banjir surut.",
        keywords={
            "country": ("ID",),
            "person": ("Sri Mulyani",),
            "date": ("2021-06-22",),
            "source": ("Warta",),
            "category": ("dunia",),
            "agency": ("TASS",),
            "author": ("Sri",),
            "office": ("menteri keuangan||Sri Mulyani",),
        },
        moment=1624294800,  # midnight in Jakarta: 2021-06-21T17:00Z
    )


def test_inferred_title_is_not_indexed_twice() -> None:
    enrichment = Enrichment(title="Banjir surut.", inferred=("title",))
    assert to_document(1, 1, Article(body="Banjir surut."), enrichment, "UTC").title == ""


def test_day_of_publication_is_the_day_in_the_configured_zone() -> None:
    enrichment = Enrichment(date="2021-06-22T23:30+00:00")
    made = to_document(1, 1, Article(body="x"), enrichment, "Asia/Jakarta")
    assert made.keywords["date"] == ("2021-06-23",)
    assert made.moment == 1624404600


# People


def people_of(parts: Sequence[Sequence[Document]]) -> People:
    segments = [Segment(chunk(part), f"s{number}") for number, part in enumerate(parts)]
    kept = [np.ones(len(segment), dtype=np.bool_) for segment in segments]
    return People(
        people_arrays(segments, kept, kept, NOTHING_SAID), [segment.name for segment in segments]
    )


def test_person_is_shown_by_the_spelling_of_most_articles() -> None:
    documents = [
        document(1, person="Sergey Lavrov"),
        document(2, person="Sergei Lavrov"),
        document(3, person="Sergei Lavrov|Jorge Arreaza"),
    ]
    for parts in ([documents], [documents[:1], documents[1:]], [documents[::-1]]):
        people = people_of(parts)
        names = [people.name(person) for person in range(len(people))]
        assert names == ["Jorge Arreaza", "Sergei Lavrov"]
        assert people.find("sergey LAVROV") == people.find("Sergei Lavrov") >= 0
        assert people.find("Nicolas Maduro") == -1


# Commits


def added(writer: IndexWriter, *documents: Document) -> Commit:
    """Put documents in place of their articles' earlier ones and commit."""
    writer.remove([doc.article for doc in documents])
    writer.add(chunk(documents))
    return writer.commit(max(doc.seq for doc in documents))


def articles_in(folder: Path) -> list[int]:
    commit = last_commit(folder)
    assert commit is not None
    found: list[int] = []
    for entry in commit.segments:
        found += open_segment(folder, entry.name).articles[kept_docs(folder, entry)].tolist()
    assert len(found) == commit.articles
    return sorted(found)


def test_commit_is_whole_and_names_its_files(tmp_path: Path) -> None:
    commit = added(IndexWriter(tmp_path, 64), document(1), document(2))
    assert commit == last_commit(tmp_path)
    assert (commit.generation, commit.seq, commit.articles) == (1, 20, 2)
    assert {path.name for path in tmp_path.iterdir()} == commit.files()
    refuse_stale(commit, tmp_path)


def test_article_is_in_the_index_once(tmp_path: Path) -> None:
    added(IndexWriter(tmp_path, 64), *map(document, range(1, 9)))
    added(IndexWriter(tmp_path, 64), document(3, "baru"))
    added(IndexWriter(tmp_path, 64), document(3, "lebih baru"), document(9))
    assert articles_in(tmp_path) == list(range(1, 10))


def test_hundred_commits_of_one_article_leave_few_segments(tmp_path: Path) -> None:
    """Sizes more than triple, so 100 articles are in at most five segments."""
    written = 0
    for number in range(1, 101):
        commit = added(IndexWriter(tmp_path, 64), document(number))
        sizes = sorted(entry.docs for entry in commit.segments)
        assert all(sum(sizes[:n]) * 2 < size for n, size in enumerate(sizes) if n)
        assert len(sizes) <= 5
        written += commit.segments[-1].docs
    assert articles_in(tmp_path) == list(range(1, 101))
    assert written <= 100 * 11  # log1.5(100) = 11.4: how often an article is rewritten at most


def test_segments_of_the_largest_size_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.segments.writer._MAX_MERGED_DOCS", 10)
    for number in range(1, 101):
        commit = added(IndexWriter(tmp_path, 64), document(number))
        assert max(entry.docs for entry in commit.segments) <= 10
        assert len(commit.segments) <= 100 / 5 + 3
    assert articles_in(tmp_path) == list(range(1, 101))


def test_one_commit_merges_all_that_a_long_run_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifteen segments of two documents, merged to those of the largest size at once."""
    monkeypatch.setattr("index.segments.writer._MAX_MERGED_DOCS", 10)
    writer = IndexWriter(tmp_path, 0)
    for number in range(1, 31, 2):
        writer.add(chunk([document(number), document(number + 1)]))
    assert [entry.docs for entry in writer.commit(300).segments] == [10, 10, 10]
    assert sorted(articles_in(tmp_path)) == list(range(1, 31))


def test_no_segment_has_more_documents_than_postings_can_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _MAX_MERGED_DOCS < MAX_DOCS
    monkeypatch.setattr("index.segments.writer.MAX_DOCS", 5)
    monkeypatch.setattr("index.segments.writer._MAX_MERGED_DOCS", 5)
    writer = IndexWriter(tmp_path, 64)
    for number in range(0, 12, 2):
        writer.add(chunk([document(number), document(number + 1)]))
    assert [entry.docs for entry in writer.commit(120).segments] == [4, 4, 4]
    assert articles_in(tmp_path) == list(range(12))


def test_damaged_segment_is_refused_instead_of_merged(tmp_path: Path) -> None:
    [entry] = added(IndexWriter(tmp_path, 64), document(1), document(2)).segments
    path = tmp_path / f"{entry.name}.seg"
    content = bytearray(path.read_bytes())
    content[content.index(b"isi")] ^= 1  # a letter of the only term
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"wrong checksum in .*`cakap-search reindex`") as caught:
        added(IndexWriter(tmp_path, 64), document(3))
    assert caught.value.kind == "damaged"
    assert generations(tmp_path) == [1]


def test_only_an_index_has_files_of_these_names(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path, 64)
    added(writer, *map(document, range(1, 9)))
    writer.remove([1])
    writer.commit(81)
    suffixes = {path.suffix for path in tmp_path.iterdir()}
    assert suffixes == {".toc", ".json", ".people", ".stories", ".seg", ".del"}
    assert all(is_index_file(path.name) for path in tmp_path.iterdir())
    assert is_index_file("_MAIN_12.toc.new")
    assert is_index_file("MAIN_WRITELOCK")
    for name in ("a.json", "MAIN_a.json", "_MAIN_.json", "_MAIN_3.json.gz", "MAIN_3.seg"):
        assert not is_index_file(name)


def test_file_that_a_reader_keeps_does_not_fail_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path, missing_ok: bool = False) -> None:
        if not missing_ok:
            raise PermissionError

    for number in (1, 2):
        added(IndexWriter(tmp_path, 64), document(number))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        added(IndexWriter(tmp_path, 64), document(3))
    assert articles_in(tmp_path) == [1, 2, 3]
    assert generations(tmp_path) == [1, 2, 3]
    added(IndexWriter(tmp_path, 64), document(4))
    assert generations(tmp_path) == [3, 4]


def test_segment_with_few_deletions_stays_and_a_mostly_deleted_one_is_rewritten(
    tmp_path: Path,
) -> None:
    first = added(IndexWriter(tmp_path, 64), *map(document, range(1, 21)))
    writer = IndexWriter(tmp_path, 64)
    writer.remove(range(1, 11))
    [entry] = writer.commit(201).segments
    assert (entry.name, entry.docs, entry.deleted) == (first.segments[0].name, 20, 10)
    writer = IndexWriter(tmp_path, 64)
    writer.remove([11])
    [entry] = writer.commit(202).segments
    assert (entry.docs, entry.deleted, entry.deletions) == (9, 0, None)
    assert entry.name != first.segments[0].name
    assert articles_in(tmp_path) == list(range(12, 21))


def test_index_whose_articles_are_all_removed_has_no_segment(tmp_path: Path) -> None:
    added(IndexWriter(tmp_path, 64), document(1), document(2))
    writer = IndexWriter(tmp_path, 64)
    writer.remove([1, 2])
    commit = writer.commit(30)
    assert (commit.segments, commit.articles) == ((), 0)
    added(IndexWriter(tmp_path, 64), document(3))
    assert articles_in(tmp_path) == [3]


def test_list_of_deletions_is_written_again_only_when_it_grows(tmp_path: Path) -> None:
    added(IndexWriter(tmp_path, 64), *map(document, range(1, 41)))
    names = []
    for gone in ([1], [1], [], [2], [1, 2]):
        writer = IndexWriter(tmp_path, 64)
        writer.remove(gone)
        [entry] = writer.commit(500).segments
        names.append(entry.deletions)
        assert articles_in(tmp_path) == list(range(1 + entry.deleted, 41))
    assert names[0] == names[1] == names[2]
    assert names[2] != names[3] == names[4]
    for _ in range(2):
        IndexWriter(tmp_path, 64).commit(500)
    assert articles_in(tmp_path) == list(range(3, 41))
    assert [path.name for path in tmp_path.glob("*.del")] == [names[4]]


def test_one_writer_commits_again_and_again(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path, 64)
    for number in range(1, 6):
        added(writer, document(number), document(1, f"lagi {number}"))
    assert articles_in(tmp_path) == [1, 2, 3, 4, 5]


def test_files_of_the_commit_before_are_kept_until_the_next(tmp_path: Path) -> None:
    first = added(IndexWriter(tmp_path, 64), document(1))
    second = added(IndexWriter(tmp_path, 64), document(1, "baru"))
    assert {path.name for path in tmp_path.iterdir()} == first.files() | second.files()
    third = added(IndexWriter(tmp_path, 64), document(2))
    assert {path.name for path in tmp_path.iterdir()} == second.files() | third.files()


def test_leftovers_of_an_interrupted_commit_do_not_disturb_and_are_cleaned(tmp_path: Path) -> None:
    first = added(IndexWriter(tmp_path, 64), *map(document, range(1, 21)))
    segment = first.segments[0].name
    leftovers = [
        "MAIN_0123456789abcdef.seg",
        f"{segment}.2.del",
        "_MAIN_2.people",
        "_MAIN_2.stories",
        "_MAIN_2.json",
        "_MAIN_2.json.new",
        "_MAIN_2.toc.new",
    ]
    for name in leftovers:
        (tmp_path / name).write_bytes(b"cut off")
    (tmp_path / "not-ours.txt").touch()
    assert last_commit(tmp_path) == first
    writer = IndexWriter(tmp_path, 64)
    writer.remove([1])
    second = writer.commit(201)
    assert {path.name for path in tmp_path.iterdir()} == first.files() | second.files() | {
        "not-ours.txt"
    }
    assert articles_in(tmp_path) == list(range(2, 21))


def test_writing_from_scratch_keeps_the_old_index_until_its_commit(tmp_path: Path) -> None:
    first = added(IndexWriter(tmp_path, 64), document(1), document(2))
    writer = IndexWriter(tmp_path, 0, from_scratch=True)
    writer.add(chunk([document(2)]))
    assert len(list(tmp_path.glob("*.seg"))) == 2
    assert last_commit(tmp_path) == first
    second = writer.commit(20)
    assert second.generation == 2
    assert articles_in(tmp_path) == [2]
    assert {path.name for path in tmp_path.iterdir()} == second.files()


def test_folder_without_a_commit_has_none(tmp_path: Path) -> None:
    assert last_commit(tmp_path) is None
    assert last_commit(tmp_path / "nothing") is None
    assert generations(tmp_path) == []


def test_reader_that_meets_a_vanished_commit_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer makes two commits, and so removes this one's files, between the two looks."""
    added(IndexWriter(tmp_path, 64), document(1))
    looks = []

    def slow_look(folder: Path) -> list[int]:
        found = generations(folder)
        looks.append(found)
        if len(looks) == 1:
            added(IndexWriter(tmp_path, 64), document(2))
            added(IndexWriter(tmp_path, 64), document(3))
        return found

    monkeypatch.setattr("index.segments.commit.generations", slow_look)
    commit = last_commit(tmp_path)
    assert commit is not None
    assert commit.generation == 3


def test_details_that_are_missing_or_unreadable_are_damage(tmp_path: Path) -> None:
    added(IndexWriter(tmp_path, 64), document(1))
    sound = (tmp_path / details_name(1)).read_bytes()
    for damage in (b"{", b'{"generation": "x"}', sound.replace(b'"seq":1', b'"seq":3'), None):
        if damage is None:
            (tmp_path / details_name(1)).unlink()
        else:
            (tmp_path / details_name(1)).write_bytes(damage)
        with pytest.raises(ArchiveError, match="cakap-search reindex") as caught:
            IndexWriter(tmp_path, 64)
        assert caught.value.kind == "damaged"


def test_fingerprint_follows_analyzer_and_field_table(monkeypatch: pytest.MonkeyPatch) -> None:
    now = fingerprint()
    assert now == fingerprint()
    for name, value in (
        ("ANALYZER_VERSION", 0),
        ("FORMAT_VERSION", 0),
        ("TEXT_FIELDS", TEXT_FIELDS[:1]),
        ("COLUMNS", COLUMNS[1:]),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"index.segments.commit.{name}", value)
            assert fingerprint() != now, name


def test_names_of_commits_sort_by_number(tmp_path: Path) -> None:
    for generation in (9, 10, 100):
        (tmp_path / toc_name(generation)).touch()
    (tmp_path / "_MAIN_11.toc.new").touch()
    (tmp_path / "_OTHER_12.toc").touch()
    assert generations(tmp_path) == [9, 10, 100]
