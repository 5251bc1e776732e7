"""A question as the cluster is asked it: the tree of `search.query` as query DSL, without a server.

The words are those that `search.embedded.match` looks for, leaf by leaf in the same order, so that
what the cluster counts of a leaf belongs to the leaf that scores.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from index.opensearch.mapping import (
    ARTICLE,
    SAME_PLACE,
    TITLE_END,
    in_title,
    only_in_title,
)
from index.schema import DATE, STEM, SURFACE, Field
from search.embedded.match import (
    LAST_DAY,
    LEAVES,
    OPTIONAL,
    ROUNDED,
    counting,
    folded,
    phrase_words,
    word_forms,
)
from search.opensearch.candidates import Sought
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

Query = dict[str, Any]

NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"match_all": {}}

_FIELDS = {field.name: field for field in (STEM, SURFACE)}
# A query holds 1,024 clauses.
_MOST_FORMS = 1000
_OF_UNKNOWN_FORMS = 0.02
# One word of two names counts f1 + f2 before it saturates: for a few of each, this is near it.
_OF_OTHER_NAMES = 0.25
# So many a word may have: its stems and its surface form, to find and to score it.
_OF_A_WORD = 4
_ONE_EDIT: Query = {"fuzziness": 1, "transpositions": False}
# A leaf's weight in single precision, in which the cluster adds: 24 bits, less what a sum loses.
_ROUNDED_THERE = 1 - 1e-6


class Leaf(NamedTuple):
    """What one leaf looks for: `stem` and `surface` find what the leaf's postings of that name
    have, None where it has none; the others score it, about.
    """

    stem: Query | None
    surface: Query | None
    stem_score: Query | None
    surface_score: Query | None
    weight: float = 1.0
    forms: frozenset[str] = frozenset()  # those of a pattern that are known
    # What is scored where nothing but terms is: stems, surface forms.
    terms: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    is_rough: bool = False  # whether its scores are so far off that more must be looked at

    @property
    def found(self) -> Query:
        """What finds all documents of the leaf."""
        return self.stem or self.surface or NOTHING


class Question(NamedTuple):
    """A question's parts. Without `optional`, all words and most words are the same."""

    leaves: list[Leaf]
    required: list[Query]
    optional: list[Query]
    excluded: list[Query]
    sought: Sought

    def every(self) -> Query:
        """What finds the articles that hold all words."""
        return all_of([*self.required, *self.optional], self.excluded)

    def weighed(self, required: Sequence[float], optional: Sequence[float]) -> Query:
        """What scores the articles that hold what is required by the share of the words' idf weight
        that they hold of what is not. `required` and `optional` are the weights of the parts of
        these names.
        """
        total = sum(required) + sum(optional)
        held: Query = {
            "bool": {
                "should": [
                    constant(one, weight / total)
                    for one, weight in zip(self.optional, optional, strict=True)
                ],
                "minimum_should_match": 1,
            }
        }
        needed: Query = {"must": [held], "filter": self.required, "must_not": self.excluded}
        return {"bool": {kind: queries for kind, queries in needed.items() if queries}}

    def most(self, required: Sequence[float], optional: Sequence[float], least: float) -> Query:
        """What finds the articles that hold so much of the words' idf weight, to which what is
        required counts. The weights are those of `weighed`.
        """
        if not self.optional:
            return self.every()
        total = sum(required) + sum(optional)
        share = (least * ROUNDED - sum(required)) / total
        if share > 0:
            held = self.weighed(required, optional)
            return {"function_score": {"query": held, "min_score": share * _ROUNDED_THERE}}
        held = EVERYTHING if self.required else any_of(self.optional)
        return all_of([*self.required, held], self.excluded)


# Known surface forms that begin so ("prefix") or are one edit away ("fuzzy").
Forms = Callable[[str, str], Iterable[str]]


def compiled(tree: Node, *, exact: bool, forms: Forms = lambda *_: ()) -> Question:
    """The parts of a resolved question. `forms` are known ones of patterns, for their scores."""
    return _Compiler(exact, forms).top(tree)


def clause_query(clause: Clause) -> Query:
    """What satisfies one condition."""
    found = any_of([_value(clause.field, value) for value in clause.values])
    return all_of([], [found]) if clause.negated else found


def of_articles(numbers: Sequence[int]) -> Query:
    """The articles with these numbers in the archive."""
    return {"terms": {ARTICLE: list(numbers)}}


def any_of(queries: Sequence[Query]) -> Query:
    """What any of the queries finds."""
    queries = [one for one in queries if one != NOTHING]
    if len(queries) < 2:
        return queries[0] if queries else NOTHING
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def all_of(queries: Sequence[Query], excluded: Sequence[Query] = ()) -> Query:
    """What all of the queries find, and none of the excluded ones."""
    queries = [one for one in queries if one != EVERYTHING]
    if not excluded and len(queries) < 2:
        return queries[0] if queries else EVERYTHING
    both: Query = {"filter": queries} if queries else {}
    if excluded:
        both["must_not"] = list(excluded)
    return {"bool": both}


def constant(query: Query, score: float) -> Query:
    """The same, each document with this score."""
    return {"constant_score": {"filter": query, "boost": score}}


class _Compiler:
    """Compiles nodes in the order in which `search.embedded.match.Matcher` looks at them."""

    def __init__(self, exact: bool, forms: Forms) -> None:
        self._exact = exact
        self._forms = forms
        self._leaves: list[Leaf] = []
        self._terms: dict[Field, set[str]] = {STEM: set(), SURFACE: set()}
        self._patterns: dict[str, list[str]] = {"prefix": [], "fuzzy": []}
        self._most_forms = _MOST_FORMS

    def top(self, tree: Node) -> Question:
        leaves = list(_leaves(tree))
        patterns = sum(isinstance(leaf, Prefix | Fuzzy) for leaf in leaves)
        others = _OF_A_WORD * (len(leaves) - patterns)
        self._most_forms = max(1, (_MOST_FORMS - others) // max(1, patterns))
        required: list[Query] = []
        optional: list[Query] = []
        excluded: list[Query] = []
        if not isinstance(tree, Words):
            required.append(self._query(tree))
        else:
            for child in counting(tree.children, exact=self._exact):
                if isinstance(child, Not):
                    excluded.append(self._without_scoring(child.child))
                elif isinstance(child, OPTIONAL):
                    optional.append(self._query(child))
                else:
                    required.append(self._query(child))
        stems, surfaces = self._terms[STEM], self._terms[SURFACE]
        # Where a stem stands as a word is looked at, too (search/embedded/lead.py).
        sought = Sought(
            frozenset(stems),
            frozenset(stems | surfaces),
            tuple(self._patterns["prefix"]),
            tuple(self._patterns["fuzzy"]),
        )
        return Question(self._leaves, required, optional, excluded, sought)

    def _without_scoring(self, node: Node, part: str | None = None) -> Query:
        before = len(self._leaves)
        query = self._query(node, part)
        del self._leaves[before:]
        return query

    def _query(self, node: Node, part: str | None = None) -> Query:
        if isinstance(node, LEAVES):
            leaf = self._leaf(node, part)
            self._leaves.append(leaf._replace(is_rough=leaf.is_rough or part is not None))
            return leaf.found
        if isinstance(node, Part):
            return self._query(node.child, node.part)
        if isinstance(node, Must):
            return self._query(node.child, part)
        if isinstance(node, Not):
            return all_of([], [self._without_scoring(node.child, part)])
        if isinstance(node, Or):
            return any_of([self._query(child, part) for child in node.children])
        if isinstance(node, And | Words):
            children = node.children
            if isinstance(node, Words):
                children = tuple(counting(children, exact=self._exact))
            return all_of([self._query(child, part) for child in children]) if children else NOTHING
        if isinstance(node, Filter):
            return clause_query(Clause(node.field, node.values))
        raise TypeError(f"no such node: {node!r}")

    def _leaf(self, node: LEAVES, part: str | None) -> Leaf:
        if isinstance(node, Word):
            return self._word(node.text, part)
        if isinstance(node, Either):
            return self._either(node, part)
        if isinstance(node, Term):
            found, score = self._any_term(_FIELDS[node.field], [node.text], part)
            one = frozenset([node.text])
            if node.field == SURFACE.name:
                return Leaf(None, found, None, score, node.weight, terms=(frozenset(), one))
            # Its surface postings are those of the stem, as it scores.
            return Leaf(found, found, score, score, node.weight, terms=(one, frozenset()))
        if isinstance(node, Phrase):
            words = phrase_words(node)
            self._terms[SURFACE].update(words)
            found = _phrase(words, node.slop, part)
            # The cluster adds up the idf of all words of a phrase, which is one word here.
            as_one: Query = {"bool": {"must": [found], "boost": 1 / max(len(words), 1)}}
            return Leaf(None, found, None, as_one)
        kind, text = "prefix" if isinstance(node, Prefix) else "fuzzy", folded(node.text)
        self._patterns[kind].append(text)
        found, score = _pattern(kind, text, part, self._most_forms)
        known = frozenset(self._forms(kind, text))
        if part is None and known:
            # What is not known counts a little, so that it is not behind what holds nothing.
            unknown = {"bool": {"must": [score], "boost": _OF_UNKNOWN_FORMS}}
            forms = _as_one(SURFACE.name, sorted(known)[: self._most_forms])
            score = {"bool": {"should": [forms, unknown]}}
        return Leaf(None, found, None, score, forms=known)

    def _any_term(
        self, field: Field, terms: Sequence[str], part: str | None
    ) -> tuple[Query, Query]:
        self._terms[field].update(terms)
        return _terms(field, terms, part)

    def _word(self, text: str, part: str | None) -> Leaf:
        forms = word_forms(text, exact=self._exact)
        if forms is None:
            return Leaf(None, None, None, None)
        surface, surface_score = self._any_term(SURFACE, [forms.surface], part)
        if not forms.stems:
            return Leaf(None, surface, None, surface_score)
        stem, stem_score = self._any_term(STEM, sorted(forms.stems), part)
        if forms.pieces:
            apart = all_of([self._word(piece, part).found for piece in forms.pieces])
            stem = any_of([stem, apart])
            stem_score = {"dis_max": {"queries": [stem_score, constant(apart, 1.0)]}}
            return Leaf(stem, surface, stem_score, surface_score)
        terms = forms.stems, frozenset([forms.surface])
        return Leaf(stem, surface, stem_score, surface_score, terms=terms)

    def _either(self, node: Either, part: str | None) -> Leaf:
        leaves = [
            self._leaf(child, part)
            for child in node.children
            if isinstance(child, Word | Phrase | Term)
        ]
        found = [leaf.found for leaf in leaves]
        scores = _joined(STEM, leaves, part, 0)
        for child in node.children:
            if isinstance(child, Words) or (isinstance(child, Filter) and part is None):
                found.append(self._without_scoring(child, part))
                scores.append(constant(found[-1], 1.0))
        surfaces = [leaf.surface for leaf in leaves if leaf.surface is not None]
        surface_scores = _joined(SURFACE, leaves, part, 1)
        return Leaf(
            any_of(found),
            any_of(surfaces) if surfaces else None,
            _best_of(scores),
            _best_of(surface_scores),
            is_rough=len(scores) > 1 or len(surface_scores) > 1,
        )


def _leaves(node: Node) -> Iterator[Node]:
    """Everything in a tree that has nothing in it."""
    inner = getattr(node, "children", None) or [getattr(node, "child", None)]
    if inner == [None]:
        yield node
    else:
        yield from itertools.chain.from_iterable(map(_leaves, inner))


def _joined(field: Field, leaves: Sequence[Leaf], part: str | None, which: int) -> list[Query]:
    """What scores some leaves in a field: their terms as one, what else there is by itself."""
    terms = frozenset[str]().union(*(leaf.terms[which] for leaf in leaves))
    scores: list[Query] = []
    if len(terms) > 1 and part is None:
        scores.append(_as_one(field.name, sorted(terms)))
    for leaf in leaves:
        score = leaf.surface_score if which else leaf.stem_score or leaf.surface_score
        if score is not None and not (scores and leaf.terms[which]):
            scores.append(score)
    return scores


def _best_of(scores: Iterable[Query | None]) -> Query | None:
    queries = [one for one in scores if one is not None]
    if len(queries) < 2:
        return queries[0] if queries else None
    return {"dis_max": {"queries": queries, "tie_breaker": _OF_OTHER_NAMES}}


def _terms(field: Field, terms: Sequence[str], part: str | None) -> tuple[Query, Query]:
    """What finds any of some terms, and what scores them as if they were one."""
    name = in_title(field) if part == "title" else field.name
    found = any_of([_term(name, one) for one in terms])
    score = _term(name, terms[0]) if len(terms) == 1 else _as_one(name, terms)
    if part == "body":
        only = only_in_title(field)
        each = [all_of([_term(name, one)], [_term(only, one)]) for one in terms]
        found = any_of(each)
        score = {"bool": {"must": [score], "filter": [found]}}
    return found, score


def _as_one(field: str, terms: Sequence[str]) -> Query:
    """What scores terms as one, whose frequencies are added before they saturate."""
    return {"match": {field: {"query": SAME_PLACE.join(terms), "operator": "or"}}}


def _term(field: str, term: str) -> Query:
    return {"term": {field: term}}


def _phrase(words: Sequence[str], slop: int, part: str | None) -> Query:
    if not words:
        return NOTHING
    field = in_title(SURFACE) if part == "title" else SURFACE.name
    if slop or part == "body":
        rule: Query = {
            "query": " ".join(words),
            "max_gaps": slop,
            "ordered": not slop,
            "analyzer": "whitespace",
        }
        return _intervals(field, {"match": rule}, part)
    return {"match_phrase": {field: {"query": " ".join(words), "analyzer": "whitespace"}}}


def rarest_forms(kind: str, text: str) -> Query:
    """What finds the articles with a pattern, those first that have its rarest forms."""
    return _with_rewrite(kind, SURFACE.name, text, f"top_terms_{_MOST_FORMS}")


def _pattern(kind: str, text: str, part: str | None, most: int) -> tuple[Query, Query]:
    """What finds terms of the surface field that begin so ("prefix"), or are one edit away
    ("fuzzy"), and what scores them, about as if they were one: the first or nearest of them.
    """
    field = in_title(SURFACE) if part == "title" else SURFACE.name
    if part == "body":
        rule = {"fuzzy": {"term": text, **_ONE_EDIT}}
        if kind == "prefix":
            # A prefix stops at 128 forms, which cannot be changed; a wildcard can have more.
            rule = {"wildcard": {"pattern": f"{text}*", "max_expansions": _MOST_FORMS}}
        found = _intervals(field, rule, part)
        return found, found
    found, score = (
        _with_rewrite(kind, field, text, rewrite)
        for rewrite in ("constant_score", f"top_terms_blended_freqs_{most}")
    )
    return found, score


def _with_rewrite(kind: str, field: str, text: str, rewrite: str) -> Query:
    if kind == "fuzzy" and len(text) == 1:
        # Every letter is one edit away, and so would be the end of each title.
        near = f"[^{TITLE_END}]|{text}.|.{text}"
        return {"regexp": {field: {"value": near, "flags": "NONE", "rewrite": rewrite}}}
    edits = {} if kind == "prefix" else _ONE_EDIT
    return {kind: {field: {"value": text, "rewrite": rewrite, **edits}}}


def _intervals(field: str, rule: Query, part: str | None) -> Query:
    if part == "body":
        title_end = {"match": {"query": TITLE_END, "analyzer": "whitespace"}}
        rule = {"all_of": {"intervals": [rule], "filter": {"after": title_end}}}
    return {"intervals": {field: rule}}


def _value(field: str, value: str) -> Query:
    if value == NONE:
        return all_of([], [{"exists": {"field": field}}])
    if field == DATE.name:
        first, _, last = value.partition("..")
        return {"range": {field: {"gte": first, "lte": last or LAST_DAY}}}
    return _term(field, value)
