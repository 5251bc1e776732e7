"""The best documents of a question, found without looking at them all.

A document qualifies when it holds at least `least` of the leaves' weight: all of it is AND, any of
it is OR, a share of it is "most words" (the weak AND of Broder et al., "Efficient Query Evaluation
using a Two-Level Retrieval Process", CIKM 2003). Leaves are read rarest first. A document met first
in leaf i scores at most what its posting there gives and the most that every later leaf can; what
cannot reach the worst of the best so far is dropped (MaxScore: Turtle and Flood, "Query Evaluation:
Strategies and Optimizations", IP&M 1995), and whole blocks of postings unread, the most promising
ones first (Ding and Suel, "Faster Top-k Document Retrieval Using Block-Max Indexes", SIGIR 2011).
Survivors are scored again by search/embedded/score.py, so both ways agree to the bit.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.config import Ranking
from index.segments.arrays import Ints, is_first
from index.segments.postings import MAX_FREQ, docs_of, first_postings, freqs_of, packed
from index.segments.segment import BLOCK_POSTINGS, SPACING_UNITS, TextField
from search.embedded.docsets import NO_DOCS, Docs, docs_in_all, look_up_postings, reached_by
from search.embedded.match import LEAVES, OPTIONAL, ROUNDED, Leaf, Matcher, counting, idf
from search.embedded.score import Scores, parts_of, score
from search.embedded.snapshot import Mask, Norms, Postings, Snapshot, TermPostings
from search.query.ast import And, Must, Node, Not, Or, Words

_Floats = NDArray[np.float32]

# So many postings are scored as fast as their blocks are compared.
_FEW_POSTINGS = 1024
# The rarest lists are read as one while they have no more: each further step costs more than that.
_READ_AS_ONE = 2048
_FIRST_POSTINGS = 64
_FIRST_BLOCKS = 2
_MORE_BLOCKS = 8  # times as many in each further step
# So many documents that hold every word are scored sooner than the best are told from the rest.
_FEW_TO_SCORE = 1024
# What scores in 32 bits may be off, relatively.
_ROUNDING = 1e-5
_IN_BLOCK = np.arange(BLOCK_POSTINGS)


class Top(NamedTuple):
    """The best documents, best first: numbers and scores."""

    docs: Docs
    scores: Scores


class _Piece(NamedTuple):
    """The postings of one summand in one segment; of which field and from where on, if of one.

    `freqs` are their frequencies where the postings do not tell them: those of several terms
    together, or weighted for titles.
    """

    postings: Ints
    freqs: NDArray[Any] | None = None
    field: TextField | None = None
    first: int = 0


class _Summand(NamedTuple):
    """One summand of the formula: its weight, idf included, and its postings in each segment."""

    weight: float
    pieces: list[_Piece | None]


class _Bound(NamedTuple):
    """What a block's maxima are multiplied with: BM25 as 1 / (1 + a / frequency + b * spacing).

    With weighted titles, a frequency is at most so many times larger, and a spacing smaller.
    """

    by_frequency: np.float32
    by_spacing: np.float32

    @classmethod
    def of(cls, ranking: Ranking, average_length: float) -> "_Bound":
        """The factors of a ranking over documents of an average length."""
        weight = ranking.title_weight
        narrower = min(weight, 1 / weight) if weight else 0.0
        return cls(
            np.float32(ranking.k1 * (1 - ranking.b) / max(1, weight)),
            np.float32(ranking.k1 * ranking.b / average_length * narrower / SPACING_UNITS),
        )


class Question(NamedTuple):
    """Leaves joined by one operator, ready to be asked for the best documents.

    `rarest_first` has the leaves and what each counts for. A document must hold `fixed` of these
    weights and so large a share of `shared` as is asked for.
    """

    leaves: list[Leaf]
    rarest_first: list[tuple[Leaf, float]]
    fixed: float
    shared: float
    excluded: list[Leaf]
    snapshot: Snapshot
    ranking: Ranking

    def best(self, limit: int, *, share: float = 1.0, passing: Mask | None = None) -> Top:
        """The best `limit` documents.

        `share` is how much of the words' idf weight a document must hold, where words simply
        follow one another. `passing` are the documents that pass the filters and are not deleted.
        """
        only = self.leaves[0] if len(self.leaves) == 1 and not self.excluded else None
        if only is not None and len(only.found) <= _FEW_TO_SCORE:
            docs = only.docs if passing is None else only.docs[passing[only.docs]]
        else:
            docs = self._among_many(limit, share, passing)
        scores = score(self.snapshot, self.leaves, docs, self.ranking)
        order = self.snapshot.best_first(docs, scores)[:limit]
        return Top(docs[order], scores[order])

    def _among_many(self, limit: int, share: float, passing: Mask | None) -> Docs:
        """The best documents and a few more, ascending."""
        summed = _Summed.of(self)
        least = (self.fixed + share * self.shared) * ROUNDED
        best = _Best(limit)
        few = [NO_DOCS]
        for number, (base, segment) in enumerate(self.snapshot.parts()):
            here = slice(base, base + len(segment))
            keep = None if passing is None else passing[here]
            held = _in_all(summed, least, number, keep)
            if held is None:
                _collect(best, summed, least, number, base, keep)
            elif len(held) > _FEW_TO_SCORE:
                _sift(best, summed, number, base, held)
            else:
                few.append(held.astype(np.int64) + base)
        return np.sort(np.concatenate((best.docs, *few)))


class _Summed(NamedTuple):
    """What each leaf of a question adds to a score, its first summand having all its documents,
    and what it counts for; the rarest leaf first.
    """

    summands: list[list[_Summand]]
    weights: list[float]
    excluded: list[list[_Piece | None]]
    ranking: Ranking
    norms: Norms
    bound: _Bound

    @classmethod
    def of(cls, question: Question) -> "_Summed":
        """The summands of a question in all segments."""
        snapshot, ranking = question.snapshot, question.ranking
        norms = snapshot.norms(ranking)
        return cls(
            [_summands(snapshot, leaf, ranking) for leaf, _ in question.rarest_first],
            [weight for _, weight in question.rarest_first],
            [_pieces(snapshot, leaf.found, ranking) for leaf in question.excluded],
            ranking,
            norms,
            _Bound.of(ranking, norms.average_length),
        )


def question_of(
    snapshot: Snapshot, tree: Node, ranking: Ranking, *, exact: bool = False
) -> Question | None:
    """The question of a tree; None for one that is more than leaves joined by one operator."""
    matcher = Matcher(snapshot, exact)
    joined: Sequence[Node] = (tree,)
    if isinstance(tree, Words):
        joined = counting(tree.children, exact=exact)
    elif isinstance(tree, And | Or):
        joined = tree.children
    leaves: list[Leaf] = []
    required: list[bool] = []
    excluded: list[Leaf] = []
    for node in joined:
        inner = node.child if isinstance(node, Must | Not) else node
        if not isinstance(inner, LEAVES):
            return None
        if not isinstance(node, Not):
            leaves.append(matcher.leaf(inner))
            required.append(not isinstance(node, OPTIONAL))
        elif isinstance(tree, Words):
            excluded.append(matcher.leaf(inner))
        else:
            return None
    if not leaves:
        return None
    weights = [idf(snapshot, len(leaf.found)) for leaf in leaves]
    total = sum(weights)
    fixed, shared = total, 0.0
    if isinstance(tree, Or):
        weights, fixed = [1.0] * len(leaves), 1.0
    elif isinstance(tree, Words):
        # What is required outweighs all that is not.
        weights = [w + total * needed for w, needed in zip(weights, required, strict=True)]
        fixed, shared = total * sum(required), total
    rarest_first = sorted(
        zip(leaves, weights, strict=True), key=lambda weighted: len(weighted[0].found)
    )
    excluded = [leaf for leaf in excluded if len(leaf.found)]
    return Question(leaves, rarest_first, fixed, shared, excluded, snapshot, ranking)


class _Best:
    """The best documents so far. `floor` is what another one must reach."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._scores = np.empty(0, dtype=np.float32)
        self.docs = NO_DOCS
        self.floor = 0.0

    def add(self, docs: Docs, scores: _Floats) -> None:
        docs, scores = np.concatenate((self.docs, docs)), np.concatenate((self._scores, scores))
        if len(scores) > self._limit:
            worst = np.partition(scores, len(scores) - self._limit)[len(scores) - self._limit]
            self.floor = float(worst) * (1 - _ROUNDING)
            keep = scores >= self.floor
            docs, scores = docs[keep], scores[keep]
        self.docs, self._scores = docs, scores


class _List:
    """One summand's postings in a segment, with what they can add to a score.

    A document in it holds `weight` of the question's: 0 in a leaf's further lists, whose documents
    are those of its first one.
    """

    def __init__(self, piece: _Piece, scale: float, norms: _Floats, weight: float) -> None:
        self.postings = piece.postings
        self.weight = weight
        self._scale = np.float32(scale)
        self._norms = norms
        self._piece = piece
        self._impacts: _Floats | None = None
        self.most = scale  # near enough, and what only looks documents up needs no more
        if piece.field is None or len(piece.postings) <= _FEW_POSTINGS:
            freqs = freqs_of(piece.postings) if piece.freqs is None else piece.freqs
            self._impacts = self._impact(docs_of(piece.postings), freqs)
            self.most = float(self._impacts.max())

    def read_all(self) -> tuple[Ints, _Floats]:
        """The documents of all postings, and what these add to their scores."""
        if self._impacts is not None:
            return docs_of(self.postings), self._impacts
        return self.read(np.arange(len(self.postings)))

    def held(self, places: Ints, least: float) -> NDArray[np.float64] | None:
        """What postings count for of the question's weight; None where each is `least` or more."""
        return np.full(len(places), self.weight) if self.weight < least else None

    def read(self, places: Ints) -> tuple[Ints, _Floats]:
        """The documents of postings, and what these add to their scores."""
        postings = self.postings[places]
        docs = docs_of(postings)
        if self._impacts is not None:
            return docs, self._impacts[places]
        freqs = self._piece.freqs
        return docs, self._impact(docs, freqs_of(postings) if freqs is None else freqs[places])

    def add_to(self, scores: _Floats, docs: Ints) -> NDArray[np.int64]:
        """Add to the scores of documents what this list has for them; which ones it has."""
        places, freqs = look_up_postings(self.postings, docs)
        found = (freqs <= MAX_FREQ).nonzero()[0]  # numbers, which select faster than a mask
        if self._impacts is not None:
            scores[found] += self._impacts[places[found]]
        elif self._piece.freqs is not None:
            scores[found] += self._impact(docs[found], self._piece.freqs[places[found]])
        else:
            scores[found] += self._impact(docs[found], freqs_of(freqs[found]))
        return found

    def _impact(self, docs: Ints, freqs: NDArray[Any]) -> _Floats:
        added: _Floats = self._scale / (1 + self._norms[docs] / freqs)
        return added

    def promising(self, best: _Best, later: float, bound: _Bound) -> Iterator[Ints]:
        """Places of postings that may be among the best with what later lists can add."""
        if self._impacts is None:
            yield from self._promising_blocks(best, later, bound)
        elif len(self._impacts) > 4 * _FIRST_POSTINGS and not best.floor:
            high = reached_by(self._impacts, _FIRST_POSTINGS)
            first = self._impacts >= high
            yield first.nonzero()[0]
            yield ((self._impacts + later >= best.floor) & ~first).nonzero()[0]
        else:
            yield (self._impacts + later >= best.floor).nonzero()[0]

    def _promising_blocks(self, best: _Best, later: float, bound: _Bound) -> Iterator[Ints]:
        """The blocks with the highest bounds first, few, then more."""
        field, first, count = self._piece.field, self._piece.first, len(self.postings)
        assert field is not None
        first_block = first // BLOCK_POSTINGS
        blocks = slice(first_block, (first + count - 1) // BLOCK_POSTINGS + 1)
        by_frequency = bound.by_frequency / field.block_freqs[blocks]
        by_spacing = bound.by_spacing * field.block_spacing[blocks]
        bounds = self._scale / (1 + by_frequency + by_spacing) + np.float32(later)
        at_once = _FIRST_BLOCKS
        while len(left := (bounds >= best.floor).nonzero()[0]):
            if len(left) > at_once:
                left = np.sort(left[bounds[left].argpartition(-at_once)[-at_once:]])
            bounds[left] = -1
            at_once *= _MORE_BLOCKS
            starts = (left + first_block) * BLOCK_POSTINGS - first
            places = (starts[:, None] + _IN_BLOCK).ravel()
            if places[0] < 0 or places[-1] >= count:
                places = places[(places >= 0) & (places < count)]
            yield places


class _AsOne(_List):
    """Several lists read as one, of a question whose documents must hold `least` of its weight."""

    def __init__(self, lists: Sequence[_List], least: float) -> None:
        read = [one.read_all() for one in lists]
        docs = np.concatenate([docs for docs, _ in read])
        order = docs.argsort(kind="stable")
        docs = docs[order]
        first = is_first(docs).nonzero()[0]
        self.postings = first_postings(docs[first])
        self.weight = sum(one.weight for one in lists)
        self._held = np.zeros(0)
        self._least_held = min(one.weight for one in lists)
        if self._least_held < least:  # else each document holds enough
            weights = np.repeat([one.weight for one in lists], [len(docs) for docs, _ in read])
            self._held = np.add.reduceat(weights[order], first)
            self._least_held = float(self._held.min())
        self._impacts = np.add.reduceat(np.concatenate([added for _, added in read])[order], first)
        self.most = float(self._impacts.max())

    def held(self, places: Ints, least: float) -> NDArray[np.float64] | None:
        return self._held[places] if self._least_held < least else None


def _lists(question: _Summed, number: int, base: int) -> list[_List]:
    """The lists of a segment, leaf after leaf."""
    norms = question.norms.of[base:]
    lists = []
    for weight, leaf in zip(question.weights, question.summands, strict=True):
        for summand in leaf:
            piece = summand.pieces[number]
            if piece is not None:
                scale = summand.weight * (question.ranking.k1 + 1)
                held = weight if summand is leaf[0] else 0.0
                lists.append(_List(piece, scale, norms, held))
    return lists


def _rarest_as_one(lists: list[_List], least: float) -> list[_List]:
    """The same lists, with as many of the first as have few postings together read as one."""
    read = itertools.accumulate(len(one.postings) for one in lists)
    count = sum(postings <= _READ_AS_ONE for postings in read)
    return [_AsOne(lists[:count], least), *lists[count:]] if count > 1 else lists


def _after(numbers: Sequence[float]) -> list[float]:
    """For each number, the sum of those behind it."""
    sums = [0.0]
    for number in reversed(numbers[1:]):
        sums.append(sums[-1] + number)
    return sums[::-1]


def _in_all(question: _Summed, least: float, number: int, passing: Mask | None) -> Ints | None:
    """The documents of a segment that hold every word; None where they need not, or it is one."""
    if sum(question.weights) - min(question.weights) >= least:
        return None
    firsts = [leaf[0].pieces[number] if leaf else None for leaf in question.summands]
    lists = [piece.postings for piece in firsts if piece is not None]
    if len(lists) < len(firsts):
        return NO_DOCS
    if len(lists) == 1:
        return None
    docs = docs_in_all(lists)
    if passing is not None:
        docs = docs[passing[docs]]
    for other in _excluded(question, number):
        docs = docs[look_up_postings(other, docs)[1] > MAX_FREQ]
    return docs


def _sift(best: _Best, question: _Summed, number: int, base: int, held: Ints) -> None:
    """Add the best of the documents of a segment that hold every word."""
    scores = np.zeros(len(held), dtype=np.float32)
    for one in _lists(question, number, base):
        one.add_to(scores, held)
    best.add(held.astype(np.int64) + base, scores)


def _excluded(question: _Summed, number: int) -> list[Ints]:
    """The postings of a segment whose documents are not wanted."""
    pieces = (of_leaf[number] for of_leaf in question.excluded)
    return [piece.postings for piece in pieces if piece is not None]


def _collect(
    best: _Best, question: _Summed, least: float, number: int, base: int, passing: Mask | None
) -> None:
    """Add the best documents of one segment."""
    lists = _rarest_as_one(_lists(question, number, base), least)
    most_after = _after([one.most for one in lists])
    weight_after = _after([one.weight for one in lists])
    excluded = _excluded(question, number)
    for i, one in enumerate(lists):
        if not one.weight:
            continue  # a further summand of a leaf whose documents are met already
        if one.weight + weight_after[i] < least:
            return
        if one.most + most_after[i] < best.floor:
            return
        earlier = [met.postings for met in lists[:i] if met.weight]
        for places in one.promising(best, most_after[i], question.bound):
            docs, scores = one.read(places)
            held = one.held(places, least)
            keep = scores >= best.floor - most_after[i]
            if held is not None:
                keep &= held >= least - weight_after[i]
            if passing is not None:
                keep &= passing[docs]
            docs, scores = docs[keep], scores[keep]
            held = held[keep] if held is not None else None
            for j in range(i + 1, len(lists)):
                if not len(docs):
                    break
                found = lists[j].add_to(scores, docs)
                keep = scores >= best.floor - most_after[j]
                if held is not None and lists[j].weight:
                    held[found] += lists[j].weight
                    keep &= held >= least - weight_after[j]
                kept = keep.nonzero()[0]
                if len(kept) < len(docs):
                    docs, scores = docs[kept], scores[kept]
                    held = held[kept] if held is not None else None
            if held is not None:
                docs, scores = docs[held >= least], scores[held >= least]
            for other in (*earlier, *excluded):  # met before, or not wanted
                keep = look_up_postings(other, docs)[1] > MAX_FREQ
                docs, scores = docs[keep], scores[keep]
            if len(docs):
                best.add(docs.astype(np.int64) + base, scores)


def _summands(snapshot: Snapshot, leaf: Leaf, ranking: Ranking) -> list[_Summand]:
    """The summands of a leaf's score."""
    return [
        _Summand(
            part.weight * idf(snapshot, len(part.postings)),
            _pieces(snapshot, part.postings, ranking),
        )
        for part in parts_of([leaf], ranking)
    ]


def _pieces(snapshot: Snapshot, postings: Postings, ranking: Ranking) -> list[_Piece | None]:
    """Postings in each segment: those of a term as they lie there."""
    if not isinstance(postings, TermPostings):
        return _split(snapshot, postings, ranking)
    pieces: list[_Piece | None] = []
    for place in postings.places:
        if place is None:
            pieces.append(None)
            continue
        field, where = place
        piece = _Piece(field.postings[where], None, field, where.start)
        if ranking.title_weight != 1:
            titled = field.title_freqs(where)
            piece = piece._replace(freqs=_weighted(freqs_of(piece.postings), titled, ranking))
        pieces.append(piece)
    return pieces


def _split(snapshot: Snapshot, postings: Postings, ranking: Ranking) -> list[_Piece | None]:
    """Postings that are together for the whole snapshot, segment by segment."""
    # Of 32 bits, as the norms are: what is computed of both takes half of the time.
    freqs = _weighted(postings.freqs, postings.title_freqs, ranking).astype(np.float32)
    ends = [*snapshot.bases[1:], snapshot.size]
    docs, places = postings.docs, np.searchsorted(postings.docs, [0, *ends]).tolist()
    return [
        _Piece(packed(docs[first:last] - base, postings.freqs[first:last]), freqs[first:last])
        if first < last
        else None
        for base, first, last in zip(snapshot.bases, places, places[1:], strict=False)
    ]


def _weighted(freqs: Ints, title_freqs: Ints, ranking: Ranking) -> NDArray[Any]:
    """Frequencies with those in the title weighted."""
    if ranking.title_weight == 1:
        return freqs
    return freqs + (ranking.title_weight - 1) * title_freqs
