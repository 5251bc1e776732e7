"""All the real news, archived and indexed: nothing is lost, Whoosh agrees, kills do no harm."""

import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whoosh.collectors import TopCollector
from whoosh.index import open_dir
from whoosh.query import And, Not, Or, Phrase, Prefix, Term, TermRange

from index.archive import open_archive
from index.config import Config
from index.pipeline import INDEX_FOLDER, index_paths
from index.segments.arrays import read_arrays
from index.segments.commit import SEGMENT_SUFFIX, Commit, last_commit
from index.segments.postings import docs_of, freqs_of
from index.segments.segment import Segment
from index.sources import Input, Record, read_article, records
from index.takedown import LEAST_TELLING_WORDS
from tests.test_pipeline import archived, assert_same_index, files_of, indexed

# SOURCES.md: 38,230 articles in news.jsonl.gz and one in seed/.
ARTICLES = 38_231


@pytest.fixture(scope="module")
def commit(news_archive: Path) -> Commit:
    found = last_commit(news_archive / INDEX_FOLDER)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def segments(news_archive: Path, commit: Commit) -> list[Segment]:
    """Every segment, its checksums compared."""
    folder = news_archive / INDEX_FOLDER
    return [
        Segment(read_arrays(folder / (entry.name + SEGMENT_SUFFIX), verify=True), entry.name)
        for entry in commit.segments
    ]


def test_every_article_is_archived_and_indexed(news_archive: Path, commit: Commit) -> None:
    with open_archive(news_archive) as archive:
        assert archive.rejects() == []
        assert archive.count() == commit.articles == ARTICLES
        assert archive.last_seq() == commit.seq


def test_archived_articles_are_what_the_source_says(news_archive: Path, test_data: Path) -> None:
    source = Input(str(test_data / "news.jsonl.gz"), 0, 0)
    with open_archive(news_archive) as archive:
        for record in islice(records(source, Config(), lambda _: None), 0, None, 97):
            assert isinstance(record, Record)
            article = read_article(record, Config())
            assert article.given_id is not None
            [number] = archive.find(article.given_id)
            version = archive.current(number)
            assert version is not None
            assert version.content.article == article
            assert version.public_id == article.given_id


def test_second_run_over_the_same_files_writes_nothing(news_archive: Path, test_data: Path) -> None:
    before = files_of(news_archive)
    paths = [str(test_data / "news.jsonl.gz"), str(test_data / "seed")]
    summary, rejects = index_paths(paths, news_archive, Config(), jobs=1)
    assert (summary.read, summary.unchanged, rejects) == (ARTICLES, ARTICLES, [])
    assert files_of(news_archive) == before


@pytest.mark.full
def test_body_of_an_article_is_long_enough_to_be_known_by_and_no_other_has_it(
    test_data: Path,
) -> None:
    lengths, bodies = set(), set()
    with gzip.open(test_data / "news.jsonl.gz") as lines:
        for line in lines:
            article = read_article(Record(1, line, "json"), Config())
            words = re.findall(r"\w+", article.body.casefold())
            lengths.add(len(words))
            bodies.add(" ".join(words))
    assert len(bodies) == 38_230
    assert LEAST_TELLING_WORDS < min(lengths) == 25


def test_columns_and_postings_of_a_keyword_agree(segments: list[Segment]) -> None:
    for segment in segments:
        for field in segment.keywords.values():
            docs = np.repeat(np.arange(len(segment)), np.diff(field.doc_starts))
            values = np.repeat(np.arange(len(field.values)), np.diff(field.starts))
            forward = set(zip(docs.tolist(), field.ordinals.tolist(), strict=True))
            assert forward == set(zip(field.docs.tolist(), values.tolist(), strict=True))


def test_frequencies_and_positions_agree(segments: list[Segment]) -> None:
    for segment in segments:
        surface = segment.text["surface"]
        assert freqs_of(surface.postings).sum() == len(surface.positions)
        lengths = segment.title_lengths.astype(np.int64) + segment.body_lengths
        assert (lengths > 0).all()
        for field in segment.text.values():
            freqs = freqs_of(field.postings)
            assert freqs.min() > 0
            assert (field.titled_freqs <= freqs[field.titled]).all()
            terms = field.terms.to_list()
            assert terms == sorted(set(terms))


def documents_with(segments: list[Segment], query: Any) -> set[int]:
    """The articles that satisfy a query, from the arrays alone."""
    if isinstance(query, And):
        return set.intersection(*(documents_with(segments, part) for part in query))
    if isinstance(query, Or):
        return set.union(*(documents_with(segments, part) for part in query))
    found: set[int] = set()
    for segment in segments:
        if isinstance(query, Not):
            found |= set(segment.articles.tolist()) - documents_with([segment], query.query)
        elif isinstance(query, Phrase):
            found |= set(segment.articles[_phrase(segment, query.words)].tolist())
        else:
            found |= {int(segment.articles[doc]) for doc in _leaf(segment, query)}
    return found


def _leaf(segment: Segment, query: Any) -> Iterator[int]:
    text = segment.text.get(query.field())
    table = text.terms if text else segment.keywords[query.field()].values
    for number, raw in enumerate(table.to_list()):
        value = raw.decode()
        if isinstance(query, Prefix):
            wanted = value.startswith(query.text)
        elif isinstance(query, TermRange):
            wanted = query.start <= value <= query.end
        else:
            wanted = value == query.text
        if wanted and text:
            yield from docs_of(text.postings[text.where(number)]).tolist()
        elif wanted:
            yield from segment.keywords[query.field()].docs_of(number).tolist()


def _phrase(segment: Segment, words: list[str]) -> list[int]:
    surface = segment.text["surface"]
    places = []
    for shift, word in enumerate(words):
        term = surface.terms.find(word)
        postings = surface.postings[surface.where(term)]
        docs, freqs = docs_of(postings), freqs_of(postings)
        positions = surface.position_lists(term)[0].astype(np.int64) - shift
        places.append(set(zip(np.repeat(docs, freqs).tolist(), positions.tolist(), strict=True)))
    return sorted({doc for doc, _ in set.intersection(*places)})


@pytest.mark.parametrize(
    "query",
    [
        Term("stem", "banjir"),
        Term("surface", "dari"),
        Term("country", "VE"),
        Term("person", "Joko Widodo"),
        And([Term("stem", "presiden"), Term("stem", "rusia")]),
        And([Term("stem", "banjir"), Not(Term("surface", "jakarta"))]),
        And([Term("country", "ID"), TermRange("date", "2021-01-01", "2021-06-30")]),
        Or([Term("stem", "cabai"), Term("stem", "beras"), Term("country", "FR")]),
        Phrase("surface", ["presiden", "joko", "widodo"]),
        Phrase("surface", ["dari", "rusia"]),
        Prefix("surface", "pemerintah"),
        Prefix("date", "2019-09"),
    ],
    ids=str,
)
def test_whoosh_finds_what_the_arrays_say(
    news_archive: Path, segments: list[Segment], query: Any
) -> None:
    expected = documents_with(segments, query)
    assert expected
    with open_dir(news_archive / INDEX_FOLDER).searcher() as searcher:
        collector = TopCollector(ARTICLES, usequality=False, replace=0)
        searcher.search_with_collector(query, collector)
        assert {int(hit["article"]) for hit in collector.results()} == expected


# Kills

RUN = """
import sys
from pathlib import Path
from index.config import Config
from index.pipeline import index_paths

index_paths([sys.argv[1]], Path(sys.argv[2]), Config(), jobs=2)
"""


@pytest.fixture(scope="module")
def some_news(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand articles in a file of their own: more than the archive commits at once."""
    path = tmp_path_factory.mktemp("some") / "news.jsonl"
    with gzip.open(test_data / "news.jsonl.gz") as lines, path.open("wb") as out:
        out.writelines(islice(lines, 3000))
    return path


@pytest.fixture(scope="module")
def undisturbed(some_news: Path) -> tuple[Path, float]:
    """The archive of some news, made by one process at once, and how long two take."""
    folder = some_news.parent / "undisturbed"
    index_paths([str(some_news)], folder, Config(), jobs=1)
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", RUN, str(some_news), str(some_news.parent / "timed")], check=True
    )
    return folder, time.monotonic() - started


def test_two_processes_make_the_same_as_one(
    some_news: Path, undisturbed: tuple[Path, float]
) -> None:
    two = some_news.parent / "timed"
    assert archived(two) == archived(undisturbed[0])
    assert_same_index(indexed(two), indexed(undisturbed[0]))


@pytest.mark.full
def test_kills_at_any_moment_do_no_harm(
    some_news: Path, undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    """Ten runs are killed, each further on in its work; the eleventh finishes what they left."""
    folder, whole_s = undisturbed
    killed = 0
    for tenth in range(1, 11):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(some_news), str(tmp_path)], start_new_session=True
        )
        try:
            process.wait(timeout=whole_s * tenth / 11)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
    assert killed >= 3
    index_paths([str(some_news)], tmp_path, Config(), jobs=2)
    assert archived(tmp_path) == archived(folder)
    assert_same_index(indexed(tmp_path), indexed(folder))
