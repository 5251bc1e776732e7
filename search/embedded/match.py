"""Which documents answer a question, word by word."""

import math
from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.config import Ranking
from index.language.analyzer import analyze, query_stem
from index.language.questions import asking
from index.language.spelling import modern_spelling
from index.schema import DATE, STEM, SURFACE
from index.segments.arrays import is_first, spans
from index.segments.segment import TextField
from search.embedded.docsets import (
    NO_DOCS,
    Docs,
    intersection,
    meeting,
    union,
    without,
)
from search.embedded.snapshot import Mask, Postings, Snapshot
from search.query.ast import (
    And,
    Either,
    Filter,
    Fuzzy,
    Must,
    Node,
    Not,
    Or,
    Part,
    Phrase,
    Prefix,
    Term,
    Word,
    Words,
)
from search.query.resolve import NONE, Clause

# What is looked up as one; and which of them a question's "most words" may lack.
LEAVES = Word | Phrase | Prefix | Fuzzy | Term | Either
OPTIONAL = Word | Prefix | Fuzzy | Either
# Rounding must not exclude a document that holds exactly the share that it must.
ROUNDED = 1 - 1e-9
# Less is asked to fill a page, not to tell of a thousand articles that hold one frequent word.
MOST_ADDED = 10
_NO_POSTINGS = Postings()
# Document and position side by side in one integer.
_POSITION_BITS = 32
# The end of a date range without one.
LAST_DAY = "9999-12-31"


class Leaf(NamedTuple):
    """What one word, phrase or pattern of the question matches, and what highlights it.

    `stem` is empty where only surface forms count (phrases, patterns, stop words); where it is not,
    every document is among its postings. Its score counts `weight` times.
    """

    word: str
    stem: Postings
    surface: Postings
    stems: frozenset[str] = frozenset()
    surfaces: frozenset[str] = frozenset()
    phrases: frozenset[tuple[str, ...]] = frozenset()
    weight: float = 1.0

    @property
    def found(self) -> Postings:
        """The postings that have all documents of the leaf."""
        return self.stem if len(self.stem) else self.surface

    @property
    def docs(self) -> Docs:
        """The documents that hold it."""
        return self.found.docs


class Matches(NamedTuple):
    """The documents that hold all words, those that hold most, and what they were found by."""

    every: Docs
    most: Docs
    leaves: list[Leaf]


def match(
    snapshot: Snapshot, tree: Node, ranking: Ranking, passing: Mask, *, exact: bool
) -> Matches:
    """Evaluate a resolved question over a snapshot, deleted documents left out.

    "Most words" are a share of the words' idf weight, `relax_share`; where fewer than `relax_below`
    of the `passing` documents, those that pass the filters, hold it, what so many do hold; unless
    more than `MOST_ADDED` times as many hold just that.
    """
    matcher = Matcher(snapshot, exact)
    every, most = matcher.top(tree, ranking, passing)
    return Matches(every[snapshot.alive[every]], most[snapshot.alive[most]], matcher.leaves)


def clause_mask(snapshot: Snapshot, clause: Clause) -> Mask:
    """Which documents satisfy one condition."""
    mask = np.zeros(snapshot.size, dtype=np.bool_)
    for value in clause.values:
        if value == NONE:
            mask |= snapshot.missing_mask(clause.field)
        elif clause.field == DATE.name:
            first, _, last = value.partition("..")
            mask |= snapshot.range_mask(clause.field, first, last or LAST_DAY)
        else:
            mask |= snapshot.mask(clause.field, value)
    return ~mask if clause.negated else mask


def counting(children: Sequence[Node], *, exact: bool) -> Sequence[Node]:
    """The children without stop words and words that only ask, unless nothing else is left."""
    if exact:
        return children
    words = [child.text if isinstance(child, Word) else "" for child in children]
    content = [
        (child, asks)
        for child, word, asks in zip(children, words, asking(words), strict=True)
        if not word or query_stem(word) is not None
    ]
    for counted in ([child for child, asks in content if not asks], [c for c, _ in content]):
        if not all(isinstance(child, Not) for child in counted):
            return counted
    return children


class Forms(NamedTuple):
    """What a word is looked for as; without `stems`, by its surface alone. "Lavrov-Arreaza" is
    found where its `pieces` stand apart, too.
    """

    surface: str
    stems: frozenset[str]
    pieces: tuple[str, ...]


def word_forms(text: str, *, exact: bool) -> Forms | None:
    """The forms of one word of a question; None where it has no letters or digits."""
    tokens = analyze(text)
    if not tokens:
        return None
    whole = tokens[0].surface
    stem = None if exact else query_stem(whole)
    if stem is None:
        return Forms(whole, frozenset(), ())
    pieces = tuple(token.surface for token in tokens[1:] if token.surface != whole)
    # "Partai Persatuan", whose stem is no "satu", answers "persatuan" like "bersatu".
    return Forms(whole, frozenset([stem, modern_spelling(whole)]), pieces)


def phrase_words(phrase: Phrase) -> list[str]:
    """The surface forms of a phrase, one for each position."""
    by_position: dict[int, str] = {}
    for token in analyze(" ".join(phrase.words)):
        by_position.setdefault(token.position, token.surface)
    return list(by_position.values())


def idf(snapshot: Snapshot, document_frequency: int) -> float:
    """Robertson's inverse document frequency, kept positive (as in Lucene's BM25)."""
    rest = snapshot.size - document_frequency + 0.5
    return math.log1p(rest / (document_frequency + 0.5))


class Matcher:
    """Evaluates nodes to ascending documents; collects the leaves that scoring looks at."""

    def __init__(self, snapshot: Snapshot, exact: bool) -> None:
        self._snapshot = snapshot
        self._exact = exact
        self.leaves: list[Leaf] = []

    def top(self, tree: Node, ranking: Ranking, passing: Mask) -> tuple[Docs, Docs]:
        """All words, and most words, of the question as a whole."""
        if not isinstance(tree, Words):
            docs = self._docs(tree)
            return docs, docs
        required: list[Docs] = []
        excluded: list[Docs] = []
        optional: list[Docs] = []
        for child in counting(tree.children, exact=self._exact):
            if isinstance(child, Not):
                excluded.append(self._without_scoring(child.child))
            elif isinstance(child, OPTIONAL):
                optional.append(self._docs(child))
            else:
                required.append(self._docs(child))
        if required or optional:
            every = intersection([*required, *optional])
        else:
            every = np.arange(self._snapshot.size)
        for docs in excluded:
            every = without(every, docs)
        if not optional:
            return every, every
        weight, total = self._weight(required, optional, excluded)
        least = ranking.relax_share * total
        most = _holding(weight, least)
        several = len(required) + len(optional) > 1
        passing = passing & self._snapshot.alive
        if several and int(passing[most].sum()) < ranking.relax_below:
            least = min(least, _weight_of(ranking.relax_below, weight[passing]))
            more = _holding(weight, least)
            if int(passing[more].sum()) <= MOST_ADDED * ranking.relax_below:
                most = more
        return every, most

    def _weight(
        self, required: list[Docs], optional: list[Docs], excluded: list[Docs]
    ) -> tuple[NDArray[np.float64], float]:
        """How much of the question's idf weight each document holds, and the whole; what is
        required counts to it, and 0 is without that, or with what is excluded.
        """
        total = sum((idf(self._snapshot, len(docs)) for docs in required), 0.0)
        weight = np.full(self._snapshot.size, total)
        for docs in optional:
            word_weight = idf(self._snapshot, len(docs))
            weight[docs] += word_weight
            total += word_weight
        if required:
            held = np.zeros_like(weight)
            docs = intersection(required)
            held[docs] = weight[docs]
            weight = held
        for docs in excluded:
            weight[docs] = 0
        return weight, total

    def _without_scoring(self, node: Node, part: str | None = None) -> Docs:
        before = len(self.leaves)
        docs = self._docs(node, part)
        del self.leaves[before:]
        return docs

    def _docs(self, node: Node, part: str | None = None) -> Docs:
        if isinstance(node, LEAVES):
            leaf = self.leaf(node, part)
            self.leaves.append(leaf)
            return leaf.docs
        if isinstance(node, Part):
            return self._docs(node.child, node.part)
        if isinstance(node, Must):
            return self._docs(node.child, part)
        if isinstance(node, Not):
            everything = np.arange(self._snapshot.size)
            return without(everything, self._without_scoring(node.child, part))
        if isinstance(node, Or):
            return union([self._docs(child, part) for child in node.children])
        if isinstance(node, And | Words):
            children = (
                node.children
                if isinstance(node, And)
                else counting(node.children, exact=self._exact)
            )
            found = [self._docs(child, part) for child in children]
            return intersection(found) if found else NO_DOCS
        if isinstance(node, Filter):
            clause = Clause(node.field, node.values)
            return np.flatnonzero(clause_mask(self._snapshot, clause))
        raise TypeError(f"no such node: {node!r}")

    def leaf(self, node: LEAVES, part: str | None = None) -> Leaf:
        """What one leaf of a question matches."""
        if isinstance(node, Word):
            return self._word(node.text, part)
        if isinstance(node, Either):
            return self._either(node, part)
        if isinstance(node, Term):
            found, terms = self._postings(node.field, node.text, part), frozenset([node.text])
            if node.field == SURFACE.name:
                return Leaf(node.text, _NO_POSTINGS, found, surfaces=terms, weight=node.weight)
            return Leaf(node.text, found, found, stems=terms, weight=node.weight)
        if isinstance(node, Phrase):
            return self._phrase(node, part)
        if isinstance(node, Prefix):
            return self._prefix(node, part)
        surfaces = self._snapshot.terms_near(SURFACE.name, folded(node.text))
        near = _summed([self._postings(SURFACE.name, one, part) for one in sorted(surfaces)])
        return Leaf(f"{node.text}~", _NO_POSTINGS, near, surfaces=frozenset(surfaces))

    def _word(self, text: str, part: str | None) -> Leaf:
        forms = word_forms(text, exact=self._exact)
        if forms is None:
            return Leaf(text, _NO_POSTINGS, _NO_POSTINGS)
        surface = self._postings(SURFACE.name, forms.surface, part)
        stemmed = _summed([self._postings(STEM.name, one, part) for one in sorted(forms.stems)])
        stems, surfaces = forms.stems, frozenset([forms.surface])
        if forms.pieces:
            # Where they stand apart counts once.
            leaves = [self._word(piece, part) for piece in forms.pieces]
            apart = without(intersection([leaf.docs for leaf in leaves]), stemmed.docs)
            stemmed = _summed([stemmed, _once(apart, part)])
            stems = stems.union(*(leaf.stems for leaf in leaves))
            surfaces = surfaces.union(*(leaf.surfaces for leaf in leaves))
        return Leaf(text, stemmed, surface, stems, surfaces)

    def _either(self, node: Either, part: str | None) -> Leaf:
        """One leaf: whichever name an article uses, it counts alike, and they add up."""
        leaves = [
            self.leaf(child, part)
            for child in node.children
            if isinstance(child, Word | Phrase | Term)
        ]
        # A phrase has no stems; its words as they are written stand for both.
        stems = [leaf.found for leaf in leaves]
        docs = union([leaf.docs for leaf in leaves])
        for child in node.children:
            # When an article appeared says nothing of its title or body alone.
            if isinstance(child, Words) or (isinstance(child, Filter) and part is None):
                stems.append(_once(without(self._without_scoring(child, part), docs), part))
                docs = union([docs, stems[-1].docs])
        return Leaf(
            node.text,
            _summed(stems),
            _summed([leaf.surface for leaf in leaves]),
            frozenset().union(*(leaf.stems for leaf in leaves)),
            frozenset().union(*(leaf.surfaces for leaf in leaves)),
            frozenset().union(*(leaf.phrases for leaf in leaves)),
        )

    def _prefix(self, node: Prefix, part: str | None) -> Leaf:
        prefix = folded(node.text)
        found = self._snapshot.postings_with_prefix(SURFACE.name, prefix)
        surfaces = self._snapshot.terms_with_prefix(SURFACE.name, prefix)
        return Leaf(
            f"{node.text}*", _NO_POSTINGS, _inside(found, part), surfaces=frozenset(surfaces)
        )

    def _phrase(self, node: Phrase, part: str | None) -> Leaf:
        words = phrase_words(node)
        postings = _summed(
            [
                _phrase_postings(self._snapshot, number, words, node.slop, part)
                for number in range(len(self._snapshot.segments))
            ]
        )
        return Leaf(
            f'"{" ".join(node.words)}"',
            _NO_POSTINGS,
            postings,
            surfaces=frozenset(words if node.slop else ()),
            phrases=frozenset(() if node.slop else [tuple(words)]),
        )

    def _postings(self, field: str, term: str, part: str | None) -> Postings:
        return _inside(self._snapshot.postings(field, term), part)


def _holding(weight: NDArray[np.float64], least: float) -> Docs:
    """The documents that hold so much of the question's weight, some of it in any case."""
    return np.flatnonzero((weight >= least * ROUNDED) & (weight > 0))


def _weight_of(count: int, weight: NDArray[np.float64]) -> float:
    """The most weight that so many of some documents hold; 0 where fewer hold any.

    Sorted without the zeros: over many of these numpy's partition takes a hundred times as long.
    """
    held = np.sort(weight[weight > 0])
    return float(held[-count]) if count <= len(held) else 0.0


def _inside(postings: Postings, part: str | None) -> Postings:
    """Those in the title or in the body; all of them where no part is asked for."""
    if part is None:
        return postings
    if part == "title":
        inside = postings.title_freqs > 0
        in_title = postings.title_freqs[inside]
        return Postings(postings.docs[inside], in_title, in_title)
    in_body = postings.freqs.astype(np.int64) - postings.title_freqs
    inside = in_body > 0
    return Postings(
        postings.docs[inside], in_body[inside], np.zeros(int(inside.sum()), dtype=np.int64)
    )


def _phrase_postings(
    snapshot: Snapshot, number: int, words: list[str], slop: int, part: str | None
) -> Postings:
    """Where a phrase stands in one segment, and how often in each document."""
    segment, base = snapshot.segments[number], snapshot.bases[number]
    field = segment.text[SURFACE.name]
    times = Counter(words)
    terms = {word: field.terms.find(word) for word in times}
    if not terms or min(terms.values()) < 0:
        return _NO_POSTINGS
    together, at = _positions(field, list(terms.values()))
    if slop:
        held, positions = _near(at, list(times.values()), len(words) + slop)
    else:
        # Document and place of the phrase's end side by side in one number.
        places = dict(zip(terms, at, strict=True))
        numbers = np.arange(len(together)) << _POSITION_BITS
        ends = [
            (numbers + len(words) - offset).repeat(freqs) + positions
            for offset, (freqs, positions) in enumerate(map(places.__getitem__, words))
        ]
        keys = intersection(ends)
        held = keys >> _POSITION_BITS
        positions = (keys & ((1 << _POSITION_BITS) - 1)) - len(words)
    docs = together[held]
    titled = positions < segment.title_lengths[docs]
    if part is not None:
        inside = titled if part == "title" else ~titled
        docs, titled = docs[inside], titled[inside]
    first = is_first(docs)
    found, place = docs[first] + base, first.cumsum() - 1
    title_freqs = np.bincount(place[titled], minlength=len(found))
    return Postings(found, np.bincount(place), title_freqs)


def _positions(field: TextField, terms: list[int]) -> tuple[Docs, list[tuple[Docs, Docs]]]:
    """The documents that hold all terms; how often each does so, and where, term by term."""
    slices = list(map(field.where, terms))
    docs, places = meeting([field.postings[where] for where in slices])
    numbers = [where.start + found for where, found in zip(slices, places, strict=True)]
    begins, freqs = zip(*map(field.position_spans, numbers), strict=True)
    # All terms' at once: where a phrase is rare, each call costs more than what it does.
    lengths = np.concatenate(freqs)
    positions = field.positions.at(spans(np.concatenate(begins), lengths)).astype(np.int64)
    at: list[tuple[Docs, Docs]] = []
    end = 0
    for one in freqs:
        begin, end = end, end + int(one.sum())
        at.append((one, positions[begin:end]))
    return docs.astype(np.int64), at


def _near(at: list[tuple[Docs, Docs]], times: list[int], width: int) -> tuple[Docs, Docs]:
    """Where the words stand within `width` positions, in any order: which of the documents that
    hold them all, and first places.

    `at` tells how often each different word stands in each of these documents and where, `times`
    how often it must stand there.
    """
    found_docs, found_positions = [], []
    lists = [(positions.tolist(), [0, *freqs.cumsum().tolist()]) for freqs, positions in at]
    for doc in range(len(at[0][0])):
        events = sorted(
            (position, word)
            for word, (positions, begins) in enumerate(lists)
            for position in positions[begins[doc] : begins[doc + 1]]
        )
        latest = [deque([-width] * count, count) for count in times]
        begun = -1
        for position, word in events:
            latest[word].append(position)
            start = min(positions[0] for positions in latest)
            if position - start < width and start > begun:
                found_docs.append(doc)
                found_positions.append(start)
                begun = position  # windows do not overlap
    return np.array(found_docs, dtype=np.int64), np.array(found_positions, dtype=np.int64)


def _summed(parts: list[Postings]) -> Postings:
    """Postings of several terms as if they were one; of a single one as they lie."""
    parts = [part for part in parts if len(part)]
    return parts[0] if len(parts) == 1 else Postings.summed(parts)


def _once(docs: Docs, part: str | None) -> Postings:
    """Postings of something that each document holds once, in the body unless `part` says else."""
    once = np.ones(len(docs), dtype=np.int64)
    return Postings(docs, once, once if part == "title" else once - 1)


def folded(text: str) -> str:
    """The surface form of what a pattern begins with."""
    tokens = analyze(text)
    return tokens[0].surface if tokens else text.lower()
