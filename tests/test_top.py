"""Pruning finds what looking at everything finds: the same documents and scores, to the bit."""

from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
from msgspec.structs import replace

import search
from benchmarks.data import news
from index.config import Config, Ranking
from index.document import Document
from index.schema import COLUMNS
from index.segments.chunk import NOTHING, Analysed, Terms, build, chunk
from index.segments.commit import Commit
from index.segments.segment import BLOCK_POSTINGS
from index.segments.writer import IndexWriter
from search.embedded.match import match
from search.embedded.score import score
from search.embedded.snapshot import Mask, Snapshot
from search.embedded.top import question_of
from search.query.ast import And, Must, Node, Not, Or, Phrase, Prefix, Word, Words
from tests.archives import ids, make_archive

# The first stand in nearly every document, the last in nearly none; each is its own stem.
WORDS = [f"x{letter}{other}" for letter in "bcdfg" for other in "bcdfghjk"]


def write(folder: Path, seed: int, sizes: list[int]) -> Snapshot:
    """Segments of so many random documents each, a tenth of which are deleted."""
    random = Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    number = 0
    commit: Commit | None = None
    for size in sizes:
        documents = []
        for _ in range(size):
            number += 1
            title = " ".join(random.choices(WORDS, weights, k=random.randint(0, 4)))
            text = " ".join(random.choices(WORDS, weights, k=random.randint(1, 60)))
            keywords = {field.name: () for field in COLUMNS}
            moment = random.choice([None, 0, 86400 * number])
            documents.append(Document(number, number, title, text, keywords, moment))
        writer = IndexWriter(folder, memory_mb=64)
        writer.add(chunk(documents))
        commit = writer.commit(number)
    assert commit is not None
    return Snapshot(folder, commit).without(random.sample(range(1, number + 1), number // 10))


def everything(
    snapshot: Snapshot, tree: Node, ranking: Ranking, share: float, passing: Mask, limit: int
) -> tuple[list[int], list[float]]:
    """The best documents and their scores by scoring every one that answers."""
    asked = replace(ranking, relax_share=share, relax_below=0)
    matches = match(snapshot, tree, asked, passing, exact=False)
    docs = matches.every if share == 1 else matches.most
    docs = docs[passing[docs]]
    scores = score(snapshot, matches.leaves, docs, ranking)
    order = snapshot.best_first(docs, scores)[:limit]
    return docs[order].tolist(), scores[order].tolist()


def question(random: Random) -> Node:
    """Some words joined in some way; among them rare, frequent, missing and repeated ones."""

    def word() -> Node:
        return Word(text=random.choice([*WORDS, WORDS[0], WORDS[1], "xzz"]))

    children = [word() for _ in range(random.randint(1, 8))]
    kind = random.randrange(6)
    if kind == 0:
        return Or(children=(word(), *children))
    if kind == 1:
        return And(children=(word(), *children[:2]))
    if kind == 2:
        return Words((*children, Not(child=word())))
    if kind == 3:
        return Words((*children, Must(child=word())))
    if kind == 4:
        pair = (random.choice(WORDS[:6]), random.choice(WORDS[:6]))
        return Words((Phrase(words=pair), *children[:2]))
    return Words((*children, Prefix(text="xb"))) if random.random() < 0.3 else Words((*children,))


@pytest.mark.parametrize(
    ("seed", "sizes"),
    [(1, [40]), (2, [6000]), (3, [5000, 2000, 700, 300]), (4, [BLOCK_POSTINGS * 12, 500])],
)
def test_the_best_are_those_of_looking_at_all(tmp_path: Path, seed: int, sizes: list[int]) -> None:
    snapshot = write(tmp_path, seed, sizes)
    random = Random(seed)
    numbers = np.random.default_rng(seed)
    rankings = [
        Ranking(),
        Ranking(surface_weight=0),
        Ranking(title_weight=3.0, b=0.3),
        Ranking(title_weight=0.4, k1=2.0),
        Ranking(b=0.0),
        Ranking(k1=0.0),
    ]
    for _ in range(150):
        tree, ranking = question(random), random.choice(rankings)
        share = random.choice([1.0, 1.0, 0.3, 0.6])
        limit = random.choice([1, 3, 10, 10, 50])
        passing = snapshot.alive & (numbers.random(snapshot.size) < random.choice([0.02, 0.5, 1]))
        asked = question_of(snapshot, tree, ranking)
        assert asked is not None
        best = asked.best(limit, share=share, passing=passing)
        expected = everything(snapshot, tree, ranking, share, passing, limit)
        assert (best.docs.tolist(), best.scores.tolist()) == expected, (tree, ranking, share)


def test_a_segment_of_more_than_65536_documents_is_asked_alike(tmp_path: Path) -> None:
    """Two segments, merged without a tenth of their documents; some words stand far behind."""
    random = Random(6)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    keywords = {field.name: () for field in COLUMNS}
    writer = IndexWriter(tmp_path, memory_mb=64)
    for first in (0, 40_000):
        documents = []
        for number in range(first, first + 40_000):
            places = [*sorted(random.sample(range(10), 4)), random.choice([4999, 70_000])]
            words = random.choices(WORDS, weights, k=5)
            terms = Terms(words, np.array(places, dtype=np.uint32))
            body = Analysed(places[-1] + 1, terms, terms)
            documents.append((Document(number, number, "", "", keywords, number), NOTHING, body))
        writer.remove(range(0, first, 10))
        writer.add(build(documents))
        commit = writer.commit(first)
    assert [entry.docs for entry in commit.segments] == [76_000]
    snapshot = Snapshot(tmp_path, commit)
    passing = snapshot.alive
    for _ in range(40):
        tree = question(random)
        if random.random() < 0.5:
            tree = And(children=tuple(Word(text=word) for word in random.sample(WORDS[:9], 2)))
        share = random.choice([1.0, 0.4])
        asked = question_of(snapshot, tree, Ranking())
        assert asked is not None
        best = asked.best(10, share=share, passing=passing)
        expected = everything(snapshot, tree, Ranking(), share, passing, 10)
        assert (best.docs.tolist(), best.scores.tolist()) == expected, (tree, share)


def test_a_nested_question_is_left_to_looking_at_all(tmp_path: Path) -> None:
    snapshot = write(tmp_path, 5, [30])
    nested = And(children=(Word(text="xbb"), Or(children=(Word(text="xbc"), Word(text="xbd")))))
    assert question_of(snapshot, nested, Ranking()) is None
    assert question_of(snapshot, Words((Not(child=Word(text="xbb")),)), Ranking()) is None
    assert question_of(snapshot, Words(()), Ranking()) is None


def test_without_a_total_the_hits_are_the_same(tmp_path: Path) -> None:
    articles = [
        {"id": str(number), "title": f"Kabar {number}", "text": "kopi " * (number % 7) + "teh"}
        for number in range(40)
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as engine:
        for asked in ("kopi", "kopi teh", "kabar kopi gula", '"teh" -kopi', "(kopi OR teh) kabar"):
            for options in ({"limit": 5}, {"limit": 5, "offset": 4}, {"limit": None}):
                told = engine.search(search.Request(asked, **options))
                untold = engine.search(search.Request(asked, total=False, **options))
                assert told.total is not None
                assert untold.total is None
                assert (untold.hits, untold.query) == (told.hits, told.query)
        assert len(ids(engine, "kopi", total=False)) == 34


def test_headlines_find_the_same_articles_without_a_total(news_archive: Path) -> None:
    titles = [article["title"] for article in islice(news(), 0, 8000, 60) if article["title"]]
    assert len(titles) > 100
    with search.open(news_archive, Config()) as engine:
        for title in titles:
            request = search.Request(title, snippet_chars=0)
            told = engine.search(request)
            untold = engine.search(replace(request, total=False))
            assert (untold.hits, untold.query) == (told.hits, told.query)


def test_a_deep_page_of_most_words_is_found_without_a_total(tmp_path: Path) -> None:
    # The longest article, and so the last of the list, is not the last of the index.
    articles = [
        {
            "id": str(number),
            "title": f"Kabar {number}",
            "text": ("kopi " if number < 300 else "lada ")
            + ("teh " if number < 150 else "")
            + "lain " * (400 if number == 160 else 1 + number % 5),
        }
        for number in range(600)
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as engine:
        asked = search.Request("kopi teh", match="most", offset=280, limit=10)
        told = engine.search(asked)
        assert told.total == 300
        assert engine.search(replace(asked, total=False)).hits == told.hits
