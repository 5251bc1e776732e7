"""The index is a Whoosh index: Whoosh opens it, and its Searcher finds what the articles say."""

import gc
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import query as whoosh_query
from whoosh.analysis import Token
from whoosh.collectors import TopCollector
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, exists_in, open_dir
from whoosh.qparser import QueryParser
from whoosh.query import And, Every, Not, Or, Phrase, Prefix, Term, TermRange
from whoosh.reading import TermNotFound

import search
from index.config import Config
from index.document import Document
from index.language.analyzer import analyze
from index.language.whoosh_analyzer import IndonesianAnalyzer
from index.lock import write_lock
from index.pipeline import INDEX_FOLDER, index_paths
from index.schema import COLUMNS, TEXT_FIELDS
from index.segments.chunk import chunk
from index.segments.codec import toc_bytes, whoosh_schema
from index.segments.commit import INDEX_NAME, LOCK_NAME, last_commit, toc_name
from index.segments.writer import IndexWriter

DAY = "2021-06-22"
Find = Callable[[Any], list[int]]


def document(number: int, text: str, title: str = "", **keywords: str) -> Document:
    """A document; its keywords are separated by |."""
    values = {field.name: () for field in COLUMNS} | {
        name: tuple(value.split("|")) for name, value in keywords.items()
    }
    return Document(number, number, title, text, values, None)


def write(folder: Path, commits: Sequence[Sequence[Document]], removed: Sequence[int] = ()) -> None:
    """Write each list of documents as a commit with a segment of its own, then remove some."""
    writer = IndexWriter(folder, 64)
    writer._merge_small = lambda: None  # type: ignore[method-assign]
    for documents in commits:
        writer.add(chunk(documents))
        writer.commit(1)
    writer.remove(removed)
    writer.commit(2)


def articles(whoosh_index: FileIndex, query: Any) -> list[int]:
    """The articles that Whoosh's own Searcher finds, by its exhaustive way (without shortcuts)."""
    with whoosh_index.searcher() as searcher:
        collector = TopCollector(1000, usequality=False, replace=0)
        searcher.search_with_collector(query, collector)
        return sorted(hit["article"] for hit in collector.results())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three segments; article 4 and the first version of article 2 are deleted."""
    made = tmp_path_factory.mktemp("whoosh")
    write(
        made,
        [
            [
                document(
                    1, "Kapal perang Rusia tiba di Caracas.", country="RU|VE", date="2021-06-22"
                ),
                document(2, "Versi lama yang ditarik.", country="ID", date="2021-06-01"),
                document(3, "Harga cabai dan beras naik.", "Rusia", date="2021-07-01"),
                document(6, "Kapal tiba."),
                document(7, "Perang kapal mainan."),
            ],
            [document(4, "Kapal perang yang dihapus.", country="RU")],
            [
                document(5, "Penembakan di Medan", "Kapal perang", person="Sri Mulyani"),
                document(8, "Ia menembaki kapal itu.", country="ID", date="2021-06-30"),
            ],
        ],
        removed=[2, 4],
    )
    write_again = IndexWriter(made, 64)
    write_again._merge_small = lambda: None  # type: ignore[method-assign]
    write_again.add(chunk([document(2, "Versi baru.", country="ID", date="2021-06-02")]))
    write_again.commit(3)
    return made


@pytest.fixture(scope="module")
def find(folder: Path) -> Iterator[Find]:
    """Whoosh's answer to a query, as the numbers of the articles."""
    whoosh_index = open_dir(folder)
    yield lambda query: articles(whoosh_index, query)
    whoosh_index.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Term("stem", "kapal"), [1, 5, 6, 7, 8]),
        (Term("stem", "lama"), []),
        (Term("stem", "dan"), []),
        (Term("surface", "dan"), [3]),
        (Term("stem", "tembak"), [5, 8]),
        (And([Term("stem", "kapal"), Term("stem", "perang")]), [1, 5, 7]),
        (Or([Term("stem", "cabai"), Term("stem", "rusia")]), [1, 3]),
        (And([Term("stem", "kapal"), Not(Term("stem", "perang"))]), [6, 8]),
        (And([Term("stem", "kapal"), Not(Term("country", "RU"))]), [5, 6, 7, 8]),
        (Phrase("surface", ["kapal", "perang"]), [1, 5]),
        (Phrase("surface", ["perang", "kapal"]), [7]),
        (Phrase("surface", ["perang", "penembakan"]), []),  # not from the title into the body
        (Phrase("surface", ["versi", "baru"]), [2]),
        (Prefix("surface", "ka"), [1, 5, 6, 7, 8]),
        (Prefix("country", ""), [1, 2, 8]),
        (Term("person", "Sri Mulyani"), [5]),
        (Term("country", "RU"), [1]),
        (TermRange("date", "2021-06-02", "2021-06-30"), [1, 2, 8]),
        (TermRange("date", "2021-06-02", "2021-06-30", startexcl=True), [1, 8]),
        (TermRange("date", "2021-07", None), [3]),
        (Every(), [1, 2, 3, 5, 6, 7, 8]),
        (Every("country"), [1, 2, 8]),
        (Term("stem", "zzz"), []),
    ],
    ids=str,
)
def test_whoosh_finds_exactly(find: Find, query: Any, expected: list[int]) -> None:
    assert find(query) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kapal perang", [1, 5, 7]),
        ("penembakan kapal", [5, 8]),
        ("kapal OR cabai", [1, 3, 5, 6, 7, 8]),
        ("kapal NOT perang", [6, 8]),
        ('surface:"kapal perang"', [1, 5]),
        ("kap*", [1, 5, 6, 7, 8]),
        ("country:RU", [1]),
        ("kapal date:[2021-06-01 TO 2021-06-30]", [1, 8]),
        ('person:"Sri Mulyani"', [5]),
        ("kapal dan", [1, 5, 6, 7, 8]),
    ],
)
def test_whoosh_query_parser_reads_our_schema(find: Find, text: str, expected: list[int]) -> None:
    assert find(QueryParser("stem", whoosh_schema()).parse(text)) == expected


# The law: Whoosh's answers are those of the documents themselves

WORDS = ["banjir", "kapal", "perang", "dan", "rusia", "kapal-kapal"]
CODES = ["ID", "RU", "VE"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
COMMITS = st.lists(
    st.lists(
        st.tuples(TEXTS, TEXTS, st.sets(st.sampled_from(CODES)), st.integers(1, 9)), min_size=1
    ),
    min_size=1,
    max_size=3,
)
TERMS = (
    st.builds(Term, st.sampled_from(["stem", "surface"]), st.sampled_from(WORDS))
    | st.builds(Term, st.just("country"), st.sampled_from(CODES))
    | st.builds(Prefix, st.just("surface"), st.sampled_from(["k", "kapal", "d", "x"]))
    | st.builds(
        Phrase, st.just("surface"), st.lists(st.sampled_from(WORDS), min_size=2, max_size=3)
    )
    | st.builds(
        lambda first, last: TermRange("date", f"2021-06-0{first}", f"2021-06-0{last}"),
        st.integers(1, 9),
        st.integers(1, 9),
    )
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: (
        st.builds(And, st.lists(inner, min_size=2, max_size=3))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3))
        # Not AndNot, which is wrong in Whoosh itself, whatever the codec.
        | st.builds(lambda wanted, unwanted: And([wanted, Not(unwanted)]), inner, inner)
    ),
    max_leaves=5,
)


def holds(query: Any, doc: Document) -> bool:
    """Whether a document satisfies a query, from its tokens and keywords alone."""
    if isinstance(query, And):
        return all(holds(part, doc) for part in query)
    if isinstance(query, Or):
        return any(holds(part, doc) for part in query)
    if isinstance(query, Not):
        return not holds(query.query, doc)
    if isinstance(query, TermRange):
        return any(query.start <= day <= query.end for day in doc.keywords["date"])
    if query.field() in doc.keywords:
        return query.text in doc.keywords[query.field()]
    title, body = analyze(doc.title), analyze(doc.text)
    if isinstance(query, Prefix):
        return any(token.surface.startswith(query.text) for token in title + body)
    if isinstance(query, Phrase):
        return any(runs(query.words, tokens) for tokens in (title, body))
    return any(getattr(token, query.field()) == query.text for token in title + body)


def runs(words: list[str], tokens: list[Any]) -> bool:
    """Whether the words follow one another among the tokens."""
    places = [{token.position for token in tokens if token.surface == word} for word in words]
    return any(all(at + n in places[n] for n in range(len(words))) for at in places[0])


@settings(deadline=None, max_examples=50)
@given(COMMITS, st.sets(st.integers(1, 6)), st.lists(QUERIES, min_size=8, max_size=8))
def test_whoosh_finds_what_the_documents_say(
    tmp_path_factory: pytest.TempPathFactory,
    commits: list[list[tuple[str, str, set[str], int]]],
    removed: set[int],
    queries: list[Any],
) -> None:
    folder = tmp_path_factory.mktemp("law")
    number = 0
    written: list[list[Document]] = []
    for commit in commits:
        written.append([])
        for title, text, codes, day in commit:
            number += 1
            fields = {"country": "|".join(sorted(codes))} if codes else {}
            made = document(number, text, title, date=f"2021-06-0{day}", **fields)
            written[-1].append(made)
    write(folder, written, sorted(removed))
    left = [doc for docs in written for doc in docs if doc.article not in removed]
    whoosh_index = open_dir(folder)
    for query in queries:
        expected = [doc.article for doc in left if holds(query, doc)]
        assert articles(whoosh_index, query) == expected, query
    shutil.rmtree(folder)


def test_whoosh_finds_a_phrase_far_behind_and_after_a_frequent_word(tmp_path: Path) -> None:
    filler = "dan " * 300 + "lalu besok " * 35_000
    write(tmp_path, [[document(1, filler + "kapal perang"), document(2, "perang " + filler)]])
    whoosh_index = open_dir(tmp_path)
    assert articles(whoosh_index, Phrase("surface", ["kapal", "perang"])) == [1]
    assert articles(whoosh_index, Phrase("surface", ["perang", "dan"])) == [2]
    assert articles(whoosh_index, Phrase("surface", ["perang", "kapal"])) == []
    with whoosh_index.reader() as reader:
        assert reader.frequency("surface", "dan") == 2 * 255


# What else Whoosh asks of an index


def test_whoosh_counts_documents_and_frequencies(folder: Path) -> None:
    """Deleted documents count in frequencies until their segment is rewritten, as in Whoosh."""
    whoosh_index = open_dir(folder)
    assert whoosh_index.doc_count() == 7
    assert not whoosh_index.is_empty()
    with whoosh_index.reader() as reader:
        assert reader.doc_count() == 7
        assert reader.doc_frequency("stem", "cabai") == 1
        assert reader.frequency("stem", "kapal") == 5
        assert list(reader.field_terms("country")) == ["ID", "RU", "VE"]
        assert list(reader.expand_prefix("surface", "pe")) == [b"penembakan", b"perang"]
        assert ("stem", "kapal") in reader
        assert ("stem", "zzz") not in reader
        with pytest.raises(TermNotFound):
            reader.postings("stem", "zzz")
        stored = [fields for fields in reader.all_stored_fields() if fields["article"] == 1]
        assert stored[0]["country"] == "RU · VE"
        assert stored[0]["date"] == "2021-06-22"
        assert reader.doc_field_length(0, "surface") == 6


def test_whoosh_scores_and_spells_without_error(folder: Path) -> None:
    with open_dir(folder).searcher() as searcher:
        results = searcher.search(Term("stem", "kapal"), limit=3)
        assert len(results) == 5
        assert results.scored_length() == 3
        assert results.score(0) >= results.score(1) >= results.score(2) > 0
        assert searcher.suggest("surface", "kapel") == ["kapal"]
        fuzzy = whoosh_query.FuzzyTerm("surface", "kapel")
        assert {hit["article"] for hit in searcher.search(fuzzy)} == {1, 5, 6, 7, 8}


def test_matchers_skip_and_copy(folder: Path) -> None:
    with open_dir(folder).searcher() as searcher:
        matcher = Term("stem", "kapal").matcher(searcher)
        ids = list(matcher.all_ids())
        matcher = Term("stem", "kapal").matcher(searcher)
        copy = matcher.copy()
        matcher.skip_to(ids[2])
        assert (matcher.id(), copy.id()) == (ids[2], ids[0])
        matcher.skip_to(10**9)
        assert not matcher.is_active()


def test_table_of_contents_is_the_one_that_open_dir_reads(folder: Path) -> None:
    commit = last_commit(folder)
    assert commit is not None
    assert exists_in(folder)
    assert (folder / toc_name(commit.generation)).read_bytes() == toc_bytes(commit)
    contents = TOC.read(FileStorage(str(folder)), INDEX_NAME)
    assert contents.generation == commit.generation == open_dir(folder).latest_generation()
    assert contents.schema == whoosh_schema()
    assert [segment.entry for segment in contents.segments] == list(commit.segments)
    assert [segment.doc_count() for segment in contents.segments] == [4, 2, 1]


def test_schema_has_the_fields_of_the_table() -> None:
    names = [field.name for field in (*TEXT_FIELDS, *COLUMNS)]
    assert sorted(whoosh_schema().names()) == sorted(["article", *names])


def add_and_commit(writer: Any) -> None:
    writer.add_document(surface="kapal", country="RU")
    writer.commit()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files it left open
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    "attempt",
    [
        add_and_commit,
        lambda writer: writer.commit(optimize=True),
        lambda writer: writer.delete_by_term("country", "RU"),
    ],
    ids=["add", "optimize", "delete"],
)
def test_whoosh_writer_is_refused_and_leaves_the_index_as_it_is(
    folder: Path, tmp_path: Path, attempt: Callable[[Any], None]
) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    with pytest.raises(NotImplementedError, match=r"use index\.segments\.writer\.IndexWriter"):
        attempt(open_dir(copied).writer())
    gc.collect()  # the writer holds the lock while it lives
    assert last_commit(copied) == last_commit(folder)
    for file in folder.iterdir():
        assert (copied / file.name).read_bytes() == file.read_bytes()
    with write_lock(copied):
        IndexWriter(copied, 64).commit(4)
    assert articles(open_dir(copied), Term("stem", "kapal")) == [1, 5, 6, 7, 8]


def test_one_distribution_provides_whoosh() -> None:
    """Several would overwrite each other's files: uninstall all and install this one again."""
    assert importlib.metadata.packages_distributions()["whoosh"] == ["whoosh3"]
    assert importlib.metadata.version("whoosh3") == "3.54.0"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_whoosh_lock_is_a_flock(tmp_path: Path) -> None:
    """The guard that we rely on: the system lets go of it when its holder dies."""
    import fcntl

    lock = FileStorage(str(tmp_path)).lock(LOCK_NAME)
    assert lock.acquire()
    with (tmp_path / LOCK_NAME).open() as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.release()
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


# Analyzer


def tokens(analyzer: IndonesianAnalyzer, text: str, mode: str = "") -> list[tuple[str, int, str]]:
    def of(token: Token) -> tuple[str, int, str]:
        return token.text, token.pos, text[token.startchar : token.endchar]

    return [of(token) for token in analyzer(text, mode=mode)]


def test_analyzer_yields_stems_or_surface_forms_with_their_places() -> None:
    text = "Ia menembaki kapal."
    assert tokens(IndonesianAnalyzer(stems=False), text) == [
        ("ia", 0, "Ia"),
        ("menembaki", 1, "menembaki"),
        ("kapal", 2, "kapal"),
    ]
    assert tokens(IndonesianAnalyzer(stems=True), text) == [
        ("tembak", 1, "menembaki"),
        ("kapal", 2, "kapal"),
    ]


def test_analyzer_yields_a_term_once_at_a_position() -> None:
    text = "di AS 5 juta"
    assert tokens(IndonesianAnalyzer(stems=False), text) == [
        *(("di", 0, "di"), ("as", 1, "AS"), ("5", 2, "5"), ("juta", 3, "juta")),
    ]
    assert tokens(IndonesianAnalyzer(stems=True), text) == [
        *(("as", 1, "AS"), ("AS", 1, "AS"), ("5", 2, "5"), ("5000000", 2, "5 juta")),
        ("juta", 3, "juta"),
    ]


def test_analyzers_are_equal_by_what_they_yield() -> None:
    assert IndonesianAnalyzer(stems=True) == IndonesianAnalyzer(stems=True)
    assert IndonesianAnalyzer(stems=True) != IndonesianAnalyzer(stems=False)
    assert len({IndonesianAnalyzer(stems=True), IndonesianAnalyzer(stems=True)}) == 1


# A stranger's folder


class Bomb:
    """A pickle that leaves a file behind when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, tuple[str, ...]]:
        return os.mkdir, (str(self._path),)


def test_opening_an_index_runs_no_code_from_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kapal perang tiba.", encoding="utf-8")
    index_paths([str(tmp_path / "a.txt")], tmp_path / "archive", Config(), jobs=1)
    index_folder, trace = tmp_path / "archive" / INDEX_FOLDER, tmp_path / "ran"
    storage = FileStorage(str(index_folder))
    (index_folder / toc_name(1)).unlink()
    TOC(whoosh_schema(), [Bomb(trace)], 1).write(storage, INDEX_NAME)
    with search.open(tmp_path / "archive", Config()) as engine:
        assert engine.search(search.Request("kapal")).total == 1
    (tmp_path / "b.txt").write_text("Kapal lain.", encoding="utf-8")
    index_paths([str(tmp_path / "b.txt")], tmp_path / "archive", Config(), jobs=1)
    assert not trace.exists()
    TOC(whoosh_schema(), [Bomb(trace)], 9).write(storage, INDEX_NAME)
    open_dir(index_folder)  # Whoosh itself is for folders that one trusts
    assert trace.exists()
