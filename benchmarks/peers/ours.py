"""This project: segments written as the indexer writes them, asked without the archive.

Two processes make chunks of the corpus. The tokens go into the surface field, where phrases and
prefixes are looked up anyway; the stem field stays empty.
"""

import gc
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.peers.answers import DEPTH, FACETS, Answer, Ask
from benchmarks.peers.corpus import Row, parse
from benchmarks.queries import Question
from index.config import Config, Ranking
from index.document import Document
from index.processes import ordered_map
from index.schema import COLUMNS, SURFACE
from index.segments import writer as writing
from index.segments.arrays import Ints
from index.segments.chunk import NO_TERMS, NOTHING, Analysed, Terms, build
from index.segments.commit import last_commit
from search.embedded.docsets import reached_by
from search.embedded.facets import count_values
from search.embedded.match import clause_mask, match
from search.embedded.score import score
from search.embedded.snapshot import Snapshot
from search.embedded.top import question_of
from search.query.ast import And, Node, Or, Phrase, Prefix, Term
from search.query.resolve import Clause

R = TypeVar("R")

_LINES_PER_CHUNK = 1000
_NO_KEYWORDS: dict[str, tuple[str, ...]] = {field.name: () for field in COLUMNS}
# One field, whose words count once: neither title nor surface forms weigh more.
_RANKING = Ranking(k1=0.9, b=0.75, title_weight=1.0, surface_weight=0.0)


def write(corpus: Path, folder: Path) -> float:
    """Index a corpus into a new folder; the seconds of what no other engine does: telling who is
    who, and which articles are near-copies.
    """
    apart: list[float] = []
    for name in ("people_arrays", "story_arrays"):
        setattr(writing, name, _timed(getattr(writing, name), apart))
    gc.set_threshold(50_000)  # as the command line does (search/cli/main.py)
    writer = writing.IndexWriter(folder, Config().indexing.memory_mb, from_scratch=True)
    for arrays in ordered_map(partial(_chunk, corpus), _pieces(corpus), jobs=2):
        writer.add(arrays)
    writer.commit(seq=0)
    return sum(apart)


def _timed(function: Callable[..., R], seconds: list[float]) -> Callable[..., R]:
    """The same function, which adds what it took."""

    def timed(*arguments: object) -> R:
        started = time.perf_counter()
        result = function(*arguments)
        seconds.append(time.perf_counter() - started)
        return result

    return timed


def _pieces(corpus: Path) -> Iterator[tuple[int, int, int]]:
    """Number of the first article, offset and size of each piece of the corpus."""
    number = offset = 0
    with corpus.open("rb") as lines:
        while size := sum(map(len, itertools.islice(lines, _LINES_PER_CHUNK))):
            yield number, offset, size
            number, offset = number + _LINES_PER_CHUNK, offset + size


def _chunk(corpus: Path, piece: tuple[int, int, int]) -> dict[str, Ints]:
    """In a worker: a piece of the corpus as a chunk."""
    first, offset, size = piece
    with corpus.open("rb") as lines:
        lines.seek(offset)
        rows = list(map(parse, lines.read(size).splitlines()))
    return build(
        (_document(first + number, row), NOTHING, _analysed(row.tokens))
        for number, row in enumerate(rows)
    )


def _document(number: int, row: Row) -> Document:
    keywords = _NO_KEYWORDS | {field: tuple(values) for field, values in row.keywords.items()}
    return Document(number, 0, "", "", keywords, row.moment)


def _analysed(tokens: list[str]) -> Analysed:
    terms = Terms(tokens, np.arange(len(tokens), dtype=np.uint32))
    return Analysed(len(tokens), terms, NO_TERMS)


def reader(folder: Path) -> Ask:
    """Open the index for questions."""
    commit = last_commit(folder)
    assert commit is not None
    return partial(_ask, Snapshot(folder, commit))


def _tree(question: Question) -> Node:
    kind, words, _ = question
    if kind == "phrase":
        return Phrase(words=words)
    if kind == "prefix":
        return Prefix(text=words[0])
    terms = tuple(Term(text=word, field=SURFACE.name) for word in words)
    if len(terms) == 1:
        return terms[0]
    return And(children=terms) if kind in ("and", "person+noun") else Or(children=terms)


def _ask(snapshot: Snapshot, question: Question, total: bool) -> Answer:
    tree = _tree(question)
    if not (total or question.kind in ("newest", "facets")):
        asked = question_of(snapshot, tree, _RANKING)
        assert asked is not None
        return Answer(snapshot.articles[asked.best(DEPTH).docs].tolist(), None)
    found = match(snapshot, tree, _RANKING, snapshot.alive, exact=True)
    docs = found.every
    if question.country:
        docs = docs[clause_mask(snapshot, Clause("country", (question.country,)))[docs]]
    if question.kind == "newest":
        keys = snapshot.moments[docs]
    else:
        keys = score(snapshot, found.leaves, docs, _RANKING)
    best = (keys >= reached_by(keys, min(DEPTH, len(keys)))).nonzero()[0] if len(keys) else docs
    best = best[np.lexsort((docs[best], -keys[best]))][:DEPTH]
    hits = snapshot.articles[docs[best]].tolist()
    if question.kind != "facets":
        return Answer(hits, len(docs) if total else None)
    tables = [count_values(snapshot, field, docs, DEPTH, None, frozenset()).top for field in FACETS]
    return Answer(hits, len(docs), [[count for _, count in top] for top in tables])
