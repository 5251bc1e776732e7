"""Answers from a cluster: it finds, counts and takes the first choice; this process ranks.

What is one for each article, columns, people and stories, is read beside the archive, as without a
cluster (`index.opensearch.writer`); words of bodies are the cluster's alone. A question costs two
or three requests: how frequent its words are, how many articles answer, and the best of them with
their tokens. Those are scored again, exactly (`search.opensearch.candidates`).
"""

import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from index.archive import Version
from index.config import Config
from index.errors import EngineUnavailable, QueryError
from index.messages import gettext
from index.opensearch.cluster import Cluster, Refused, reason_of, wait_s
from index.opensearch.mapping import ARTICLE, MOMENT, SAME_PLACE, SEQ, SHOWING, STORY
from index.schema import COUNTRY, DATE, PERSON, STEM, SURFACE
from index.segments.segment import NO_MOMENT
from search.embedded.copies import COMPARED, RARE_WORDS, Copy, copies_among, own_words
from search.embedded.docsets import NO_DOCS, contains
from search.embedded.engine import (
    Answer,
    EmbeddedEngine,
    Found,
    best_places,
    first_and_last_day,
    groups,
)
from search.embedded.facets import Counts, told
from search.embedded.lead import MOST_FORMS
from search.embedded.match import MOST_ADDED, Leaf, Matcher, idf
from search.embedded.misspellings import corrected
from search.embedded.related import Answered, related_to
from search.embedded.score import idf_sum, score
from search.embedded.similar import CANDIDATES_PER_HIT, telling_words, with_people
from search.opensearch.candidates import Counted, Sought, with_words
from search.opensearch.compile import (
    Query,
    Question,
    all_of,
    any_of,
    clause_query,
    compiled,
    constant,
    of_articles,
    rarest_forms,
)
from search.opensearch.completion import ClusterCompleter
from search.query.ast import Node, Or
from search.query.resolve import Clause
from search.results import Facet, Hit, Leader, Match, Related, Request

# The cluster keeps a state for a reader that asks so often; behind that the state is looked for.
_KEEP_ALIVE = "10m"
_TOO_MANY = 429
# What it says to more clauses, or forms of a pattern in a body, than it has room for.
_TOO_MUCH = re.compile("too many (nested clauses|terms)|maxClauseCount")
_ATTEMPTS = 3
# A commit follows what the cluster shows of it within moments, unless the run was killed between.
_LOOKS = 10
_LOOK_EVERY_S = 0.1
# What is ranked exactly together: the second stage's hundred and as many that may belong to them.
_BLOCK = 200
_LARGEST_BLOCK = 2000
# Of what the cluster orders roughly.
_ROUGH_BLOCK = 600
# `search.max_buckets` is 65,535, for all that a search counts together.
_BUCKETS = 65_000
# More are asked for in several requests.
_COUNTED_AT_ONCE = 500
_FREQUENCIES_KEPT = 100_000
_PATTERNS_KEPT = 1_000
_SEARCHED_FOR_FORMS = 500
# The best of a period is among so many by the cluster's order.
_LEADERS = 20


class _Asked(NamedTuple):
    """A question as the cluster was asked it. `words` finds what its mode says, `passing` what the
    filters leave.
    """

    question: Question
    tree: Node
    words: Query
    passing: list[Query]
    frequencies: dict[str, int]
    total: int
    aggregations: dict[str, Any]
    last: list[Any] | None  # where the first block ends
    warnings: list[str]


class _Block(NamedTuple):
    """What the cluster keeps of some of the best documents, and where the next ones begin."""

    sources: list[dict[str, Any]]
    last: list[Any] | None


class _State(NamedTuple):
    """What the cluster keeps for an engine: a point in time, how many parts of the index it was
    opened without, and whether it may be ahead of what the index says of itself.
    """

    pit: str
    missing: int
    is_ahead: bool


class OpenSearchEngine(EmbeddedEngine):
    """An archive folder, and one state of its index on a cluster, for many threads."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Raises ArchiveError: missing, stale or damaged; EngineUnavailable without the cluster."""
        super().__init__(folder, config)
        self._cluster = Cluster(config.opensearch)
        self._frequencies: dict[str, int] = {}
        self._known_forms: dict[tuple[str, str], set[str]] = {}
        self._pit_lock = threading.Lock()
        try:
            for _ in range(_LOOKS):
                self._seq, state = self._come_to()
                if self._seq == self.commit.seq and state != SHOWING:
                    break
                time.sleep(_LOOK_EVERY_S)
                self._reopen()
            self._state = self._open_state()
        except BaseException:
            super().close()
            self._cluster.close()
            raise

    def close(self) -> None:
        """Release the archive and the state that the cluster keeps for this engine."""
        if not self._closed:
            with contextlib.suppress(EngineUnavailable):  # it ends by itself
                self._let_go(self._state.pit)
            self._cluster.close()
        super().close()

    # How the cluster is asked

    def _index(self) -> str:
        index = self._cluster.index_name()
        if index is None:
            raise EngineUnavailable(
                gettext(
                    "the cluster has no index {name}; run `cakap-search reindex`",
                    name=self._cluster.alias,
                )
            )
        return index

    def _come_to(self) -> tuple[int, str]:
        """Which change of the archive the cluster has come to, it may be ahead of the commit; and
        the state of its index.
        """
        about = self._cluster.meta(self._index())
        seq = int(about.get("seq", -1))
        if seq < self.commit.seq:
            raise EngineUnavailable(
                gettext(
                    "the cluster has come to change {there}, the index here to {here}: was it"
                    " brought back from an older snapshot? Run `cakap-search reindex`",
                    there=seq,
                    here=self.commit.seq,
                )
            )
        return seq, str(about.get("state"))

    def _open_state(self) -> _State:
        """Let the cluster keep the state that answers, as far as it has all parts of it."""
        path = f"/{self._index()}/_search/point_in_time"
        for attempt in range(_LOOKS):
            found = self._cluster.ask("POST", path, keep_alive=_KEEP_ALIVE)
            pit, parts = found["pit_id"], found["_shards"]
            # What is asked behind it tells whether it is of one state.
            seq, state = self._come_to()
            if seq != self._seq:
                self._let_go(pit)
                self.is_lost = True
                raise EngineUnavailable(
                    gettext(
                        "the cluster has gone on to change {seq} of the archive; open it again",
                        seq=seq,
                    )
                )
            if state != SHOWING or attempt + 1 == _LOOKS:
                break
            self._let_go(pit)
            time.sleep(_LOOK_EVERY_S)
        return _State(pit, parts["total"] - parts["successful"], state == SHOWING)

    def _let_go(self, pit: str) -> None:
        self._cluster.ask("DELETE", "/_search/point_in_time", {"pit_id": [pit]})

    def _search_all(self, bodies: Sequence[Query], warnings: list[str]) -> list[dict[str, Any]]:
        """The answers to some searches of the state that this engine was opened with."""
        self._refuse_when_closed()
        is_renewed = False
        for attempt in range(_ATTEMPTS):
            kept, is_last = self._state, attempt + 1 == _ATTEMPTS
            lines = []
            for body in bodies:
                state = {"id": kept.pit, "keep_alive": _KEEP_ALIVE}
                timeout = f"{self._config.opensearch.timeout_s}s"
                lines.append(b'{"search_type":"dfs_query_then_fetch"}\n')
                lines.append(msgspec.json.encode({"pit": state, "timeout": timeout, **body}))
                lines.append(b"\n")
            answers = self._cluster.ask("POST", "/_msearch", b"".join(lines))["responses"]
            if any(map(_is_busy, answers)) and not is_last:
                time.sleep(wait_s(attempt))
            elif (kept.missing or any(map(_lacks, answers))) and not (is_renewed or is_last):
                self._renew(kept)
                is_renewed = True
            else:
                return [self._whole(one, kept, warnings) for one in answers]
        raise AssertionError("the last attempt returns")

    def _renew(self, lost: _State) -> None:
        """Open the state again of which the cluster has lost parts, with a node or by the time."""
        with self._pit_lock:
            if self._state is lost:
                self._state = self._open_state()
                with contextlib.suppress(EngineUnavailable):  # what other nodes have of it
                    self._let_go(lost.pit)

    def _whole(self, answer: dict[str, Any], kept: _State, warnings: list[str]) -> dict[str, Any]:
        """An answer, with a warning where it is not of all shards or of all time."""
        failures = answer.get("_shards", {}).get("failures", ())
        for failed_by in (answer.get("error"), *(one["reason"] for one in failures)):
            if failed_by is not None and _TOO_MUCH.search(reason_of(failed_by)):
                raise QueryError(
                    gettext(
                        "the question has more words, or forms of a pattern, than a cluster looks"
                        " for at once; ask for fewer"
                    )
                )
        if "error" in answer:
            error = answer["error"]
            raise Refused(
                gettext("the cluster cannot answer: {reason}", reason=reason_of(error)),
                int(answer.get("status", 500)),
                str(error.get("type", "")),
            )
        shards = answer["_shards"]
        # Parts that the state was opened without are none of it.
        if failed := shards["failed"] + kept.missing:
            warnings.append(
                gettext(
                    "{failed} of {all} parts of the index did not answer: hits and counts are too"
                    " few.",
                    failed=failed,
                    all=shards["total"] + kept.missing,
                )
            )
        if answer["timed_out"]:
            warnings.append(
                gettext(
                    "The cluster took longer than {seconds} s: hits and counts are too few.",
                    seconds=self._config.opensearch.timeout_s,
                )
            )
        return answer

    def _counts(self, queries: Sequence[Query], warnings: list[str]) -> list[int]:
        """How many documents each query finds."""
        counts: list[int] = []
        for first in range(0, len(queries), _COUNTED_AT_ONCE):
            some = queries[first : first + _COUNTED_AT_ONCE]
            bodies = [{"query": one, "size": 0, "track_total_hits": True} for one in some]
            answers = self._search_all(bodies, warnings)
            counts += [one["hits"]["total"]["value"] for one in answers]
        return counts

    def _frequencies_of(self, queries: Sequence[Query], warnings: list[str]) -> dict[str, int]:
        """How many documents of the index each query finds, known ones not asked for again."""
        by_key = {_key(query): query for query in queries}
        frequencies = self._frequencies
        known = {key: frequencies[key] for key in by_key if key in frequencies}
        unknown = [key for key in by_key if key not in known]
        if unknown:
            before = len(warnings)
            counts = self._counts([by_key[key] for key in unknown], warnings)
            found = dict(zip(unknown, counts, strict=True))
            known |= found
            if len(warnings) == before:
                kept = self._frequencies if len(self._frequencies) < _FREQUENCIES_KEPT else {}
                self._frequencies = kept | found
        return known

    def _shown(self, passing: Sequence[Query] = ()) -> list[Query]:
        """These conditions, and that an article may be shown."""
        # A cluster takes 65,536 values; of those that a commit has dropped it knows nothing.
        gone = np.array(self._gone, dtype=np.int64)
        gone = gone[np.isin(gone, self._snapshot.articles)].tolist()
        hidden = [all_of([], [of_articles(gone)])] if gone else []
        return [*passing, *hidden]

    def _conditions(self, request: Request, clauses: Sequence[Clause]) -> list[Query]:
        passing = [clause_query(clause) for clause in clauses]
        if request.after_seq:
            with self._archive_lock:
                again = self._archive.shown_again_since(request.after_seq, self.commit.seq)
            newer: Query = {"range": {SEQ: {"gt": request.after_seq}}}
            passing.append(any_of([newer, of_articles(again)]))
        return self._shown(passing)

    # What answers

    def _found(self, request: Request, tree: Node, clauses: tuple[Clause, ...]) -> Found:
        ranking, warnings = self._config.ranking, list[str]()
        question = compiled(tree, exact=request.exact, forms=self._forms)
        parts = [part for leaf in question.leaves for part in (leaf.stem, leaf.surface) if part]
        known = self._frequencies_of([*parts, *question.required, *question.optional], warnings)
        passing = self._conditions(request, clauses)
        every = question.every()
        required, optional = (
            [idf(self._snapshot, known[_key(one)]) for one in some]
            for some in (question.required, question.optional)
        )
        mode: Match = request.match or "all"
        body = self._body(request, question, every, passing, known, "all")
        most = every
        if mode == "all":
            (answer,) = self._search_all([body | {"track_total_hits": True}], warnings)
        relaxes = request.match is None and question.optional
        if mode == "most" or (relaxes and _total(answer) < ranking.relax_below):
            most = self._most(question, required, optional, passing, warnings)
            # Whether relaxing finds more at all, is asked without the filters.
            shown = self._shown()
            with_all, with_most = self._counts(
                [all_of([words, *shown]) for words in (every, most)], warnings
            )
            if request.match == "most" or with_all != with_most:
                mode = "most"
                body = self._body(request, question, most, passing, known, "most")
                (answer,) = self._search_all([body], warnings)
        block = _block(answer, body["size"])
        asked = _Asked(
            question,
            tree,
            every if mode == "all" else most,
            passing,
            known,
            _total(answer),
            answer.get("aggregations", {}),
            block.last,
            warnings,
        )
        found = self._scored(request, asked, mode, block)
        return self._reranked(found) if request.sort == "relevance" and request.limit else found

    def _most(
        self,
        question: Question,
        required: Sequence[float],
        optional: Sequence[float],
        passing: Sequence[Query],
        warnings: list[str],
    ) -> Query:
        """What finds most of the words, as `search.embedded.match.match` has it: a share of their
        weight, or what enough articles hold.
        """
        ranking = self._config.ranking
        total = sum(required) + sum(optional)
        most = question.most(required, optional, ranking.relax_share * total)
        enough = ranking.relax_below
        if not question.optional or not enough or len(required) + len(optional) < 2:
            return most
        if self._counts([all_of([most, *passing])], warnings)[0] >= enough:
            return most
        best: Query = {"bool": {"must": [question.weighed(required, optional)], "filter": passing}}
        body = {"query": best, "size": enough, "_source": False, "track_total_hits": False}
        (answer,) = self._search_all([body], warnings)
        hits = answer["hits"]["hits"]
        least = hits[-1]["_score"] * total + sum(required) if len(hits) == enough else 0.0
        more = question.most(required, optional, min(ranking.relax_share * total, least))
        found = self._counts([all_of([more, *passing])], warnings)[0]
        return more if found <= MOST_ADDED * enough else most

    def _forms(self, kind: str, text: str) -> set[str]:
        """The forms of a pattern: those of titles and, where these are not more than the lead looks
        at (search/embedded/lead.py), those of the articles that have the rarest.
        """
        known = self._known_forms.get((kind, text))
        if known is not None:
            return known
        warnings: list[str] = []  # which the answer to the question has, too
        near = self._snapshot.terms_with_prefix if kind == "prefix" else self._snapshot.terms_near
        known = near(SURFACE.name, text)
        none = frozenset[str]()
        sought = (
            Sought(none, none, (text,)) if kind == "prefix" else Sought(none, none, (), (text,))
        )
        if len(known) <= MOST_FORMS:
            body = {
                "query": rarest_forms(kind, text),
                "size": _SEARCHED_FOR_FORMS,
                "_source": [SURFACE.name],
            }
            (answer,) = self._search_all([body], warnings)
            places = {
                place
                for hit in answer["hits"]["hits"]
                for part in hit["_source"][SURFACE.name]
                for place in part.split()
            }
            terms = {term for place in places for term in place.split(SAME_PLACE)}
            known |= set(filter(sought.is_surface, terms))
        if not warnings:
            kept = self._known_forms if len(self._known_forms) < _PATTERNS_KEPT else {}
            self._known_forms = kept | {(kind, text): known}
        return known

    def _body(
        self,
        request: Request,
        question: Question,
        words: Query,
        passing: Sequence[Query],
        known: dict[str, int],
        mode: Match,
    ) -> Query:
        """The search for the best documents, and for what is counted of all."""
        query: Query = {"bool": {"filter": [words, *passing]}}
        fields = [ARTICLE, SEQ]
        if question.leaves:
            query["bool"]["should"] = self._scoring(question, known, mode)
            fields += [STEM.name, SURFACE.name]
        body: Query = {
            "query": query,
            "size": 0 if request.limit == 0 else _first_block(question),
            "_source": fields,
            "sort": _sort(request, question),
            "track_total_hits": request.total,
        }
        aggregations: Query = {}
        counts_stories = request.total and groups(request)
        fields_counted = {facet.field for facet in request.facets}
        size = _BUCKETS // max(1, len(fields_counted) + counts_stories)
        if counts_stories:
            aggregations["stories"] = {"terms": {"field": STORY, "size": size}}
        for field in sorted(fields_counted):
            aggregations |= _counting(field, size)
        if aggregations:
            body["aggs"] = aggregations
        return body

    def _body_again(self, request: Request, found: Found, *further: Query) -> Query:
        """The same search with further conditions, and without what is counted."""
        asked: _Asked = found.asked
        return self._body(
            msgspec.structs.replace(request, total=False, facets=()),
            asked.question,
            asked.words,
            [*asked.passing, *further],
            asked.frequencies,
            found.mode,
        )

    def _scoring(self, question: Question, known: dict[str, int], mode: Match) -> list[Query]:
        """The first stage, about: the cluster knows lengths to one part in sixteen, and no phrase
        or pattern as a word of its own.
        """
        ranking, scoring = self._config.ranking, list[Query]()
        for leaf in question.leaves:
            surface_weight = leaf.weight
            if leaf.stem is not None and leaf.stem_score is not None and known[_key(leaf.stem)]:
                scoring.append(_boosted(leaf.stem_score, leaf.weight))
                surface_weight *= ranking.surface_weight
            if leaf.surface is not None and leaf.surface_score is not None and surface_weight:
                scoring.append(_boosted(leaf.surface_score, surface_weight))
        if mode == "most" and ranking.all_words:
            whole = sum(idf(self._snapshot, known[_key(leaf.found)]) for leaf in question.leaves)
            # The cluster's BM25 lacks the constant factor of the formula.
            bonus = ranking.all_words * whole / (ranking.k1 + 1)
            if bonus:
                scoring.append(constant(question.every(), bonus))
        return scoring

    def _scored(self, request: Request, asked: _Asked, mode: Match, block: _Block) -> Found:
        """Documents of the cluster with their exact scores of the first stage."""
        snapshot, ranking, question = self._snapshot, self._config.ranking, asked.question
        tokens = self._known(block.sources)
        docs = np.array(sorted(tokens), dtype=np.int64)
        every = NO_DOCS
        leaves: list[Leaf] = []
        if question.leaves:
            laid = with_words(snapshot, tokens, question.sought)
            matcher = Matcher(laid, request.exact)
            # Which of these hold most of the words, the cluster has decided.
            decided = msgspec.structs.replace(ranking, relax_below=0)
            with_all, _ = matcher.top(asked.tree, decided, laid.alive)
            leaves = [
                leaf._replace(
                    stem=self._counted(leaf.stem, said.stem, asked),
                    surface=self._counted(leaf.surface, said.surface, asked),
                    surfaces=leaf.surfaces | said.forms,
                )
                for leaf, said in zip(matcher.leaves, question.leaves, strict=True)
            ]
            snapshot = laid
            if mode == "most":
                every = with_all
        scores = score(snapshot, leaves, docs, ranking)
        scores[contains(every, docs)] += ranking.all_words * idf_sum(snapshot, leaves)
        keys = scores
        if request.sort != "relevance" or not leaves:
            moments = snapshot.moments[docs].astype(np.float64)
            keys = -moments if request.sort == "oldest" else moments
            keys[snapshot.moments[docs] == NO_MOMENT] = -np.inf
        return Found(mode, docs, docs, scores, keys, leaves, snapshot, every, asked=asked)

    def _counted(self, postings: Any, query: Query | None, asked: _Asked) -> Counted:
        return Counted(postings, asked.frequencies[_key(query)] if query is not None else 0)

    def _known(self, sources: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
        """What the cluster keeps of documents, by their numbers here.

        A version that a run has written since, and that no commit here has, is left out.
        """
        docs = self._snapshot.docs_by_article
        return {doc: source for source in sources if (doc := docs.get(source[ARTICLE])) is not None}

    # Hits

    def _hits(self, request: Request, answer: Answer) -> Iterator[Hit]:
        if request.limit == 0:
            return
        stories, folds = self._snapshot.stories.numbers, groups(request)
        last = None if request.limit is None else request.offset + request.limit
        seen: set[int] = set()
        place = 0
        for found in self._blocks(request, answer.found):
            highlighter = self._highlighter(found) if request.snippet_chars else None
            for at in best_places(found, self._snapshot, 0, None).tolist():
                doc = int(found.docs[at])
                if folds:
                    if int(stories[doc]) in seen:
                        continue
                    seen.add(int(stories[doc]))
                place += 1
                if place > request.offset:
                    hit = self._hit(doc, float(found.scores[at]), request, found, highlighter)
                    if hit is not None:
                        yield hit
                if place == last:
                    return

    def _blocks(self, request: Request, found: Found) -> Iterator[Found]:
        """What was found, and what comes behind it, some at a time."""
        yield found
        asked: _Asked = found.asked
        last, size = asked.last, _BLOCK
        while last is not None:
            body = self._body_again(request, found) | {"size": size, "search_after": last}
            (answer,) = self._search_all([body], asked.warnings)
            block = _block(answer, size)
            yield self._scored(request, asked, found.mode, block)
            last, size = block.last, min(2 * size, _LARGEST_BLOCK)

    # Counts

    def _total(self, answer: Answer) -> int:
        total: int = answer.found.asked.total
        return total

    def _warnings(self, answer: Answer) -> list[str]:
        ahead = []
        if self._seq != self.commit.seq or self._state.is_ahead:
            ahead.append(
                gettext(
                    "A run was interrupted: the cluster counts articles that are not listed yet."
                    " Run `cakap-search index`."
                )
            )
        return list(dict.fromkeys([*answer.warnings, *answer.found.asked.warnings, *ahead]))

    def _is_empty(self, answer: Answer) -> bool:
        asked: _Asked = answer.found.asked
        return not asked.total if asked.total >= 0 else not len(answer.found.docs)

    def _story_count(self, answer: Answer) -> int:
        asked: _Asked = answer.found.asked
        found = asked.aggregations["stories"]
        if found["sum_other_doc_count"]:
            counted = self._every_value(STORY, [asked.words, *asked.passing], asked.warnings)
        else:
            counted = _buckets(found)
        return asked.total - sum(counted.values()) + len(counted)

    def _counted_values(
        self, answer: Answer, field: str, passing: Sequence[Query] | None = None
    ) -> tuple[Counter[str], int]:
        """How many of the articles that answer have each value of a field, and how many none;
        with other conditions than the question's where `passing` has them.
        """
        asked: _Asked = answer.found.asked
        found = asked.aggregations
        query = all_of([asked.words, *(asked.passing if passing is None else passing)])
        if passing is not None or field not in found:
            body = {"query": query, "size": 0, "aggs": _counting(field, _BUCKETS)}
            (whole,) = self._search_all([body], asked.warnings)
            found = whole["aggregations"]
        missing = int(found[_missing(field)]["doc_count"])
        if found[field]["sum_other_doc_count"]:
            return self._every_value(field, [query], asked.warnings), missing
        return _buckets(found[field]), missing

    def _every_value(
        self, field: str, passing: Sequence[Query], warnings: list[str]
    ) -> Counter[Any]:
        """Every value of a field with its count, page by page."""
        counted: Counter[Any] = Counter()
        composite: Query = {"size": _BUCKETS, "sources": [{"value": {"terms": {"field": field}}}]}
        while True:
            body = {"query": all_of(passing), "size": 0, "aggs": {"all": {"composite": composite}}}
            (answer,) = self._search_all([body], warnings)
            found = answer["aggregations"]["all"]
            for bucket in found["buckets"]:
                counted[bucket["key"]["value"]] = bucket["doc_count"]
            if len(found["buckets"]) < _BUCKETS:
                return counted
            composite["after"] = found["after_key"]

    def _counted_facet(
        self,
        facet: Facet,
        request: Request,
        answer: Answer,
        clauses: tuple[Clause, ...],
        chosen: frozenset[str],
    ) -> Counts:
        same = clauses == answer.clauses
        passing = None if same else self._conditions(request, clauses)
        counted, missing = self._counted_values(answer, facet.field, passing)
        return told(facet.field, counted, missing, facet.limit, facet.interval, chosen)

    def _days(self, answer: Answer) -> Counts:
        counted, missing = self._counted_values(answer, DATE.name)
        return told(DATE.name, counted, missing, None, "day", frozenset())

    def _total_with(self, request: Request, answer: Answer, clauses: tuple[Clause, ...]) -> int:
        without = msgspec.structs.replace(request, limit=0, facets=(), total=True)
        return int(self._found(without, answer.tree, clauses).asked.total)

    def _unknown_words(self, answer: Answer) -> Iterator[str]:
        asked: _Asked = answer.found.asked
        shown = self._shown()
        queries = [all_of([leaf.found, *shown]) for leaf in asked.question.leaves]
        counts = self._counts(queries, asked.warnings)
        leaves = answer.found.leaves
        return (leaf.word for leaf, count in zip(leaves, counts, strict=True) if not count)

    def _leader(self, request: Request, answer: Answer, period: str) -> Leader | None:
        found, asked = answer.found, answer.found.asked
        first, last = first_and_last_day(period)
        day: Query = {"range": {DATE.name: {"gte": first, "lte": last}}}
        body = self._body_again(request, found, day) | {"size": _LEADERS}
        (best,) = self._search_all([body], asked.warnings)
        inside = self._scored(request, asked, found.mode, _block(best, _LEADERS))
        keys = inside.sort_keys.copy()
        if len(found.docs) and len(inside.docs):
            # What the second stage has looked at counts with what it added.
            places = np.searchsorted(found.docs, inside.docs).clip(max=len(found.docs) - 1)
            again = found.docs[places] == inside.docs
            keys[again] = found.sort_keys[places[again]]
        places = self._snapshot.best_first(inside.docs, keys)[:1]
        for place in places.tolist():
            version = self._version(int(inside.docs[place]))
            if version is not None:
                return Leader(version.public_id, version.content.enrichment.title)
        return None

    # What is told around the hits

    def _suggestion(self, request: Request, answer: Answer) -> str | None:
        warnings = answer.found.asked.warnings
        return corrected(
            self._snapshot,
            request.query,
            answer.parsed,
            lambda stems, surface: max(
                self._holding(
                    [STEM.name] * len(stems) + [SURFACE.name], [*stems, surface], warnings
                )
            ),
        )

    def _holding(
        self, fields: Sequence[str], terms: Sequence[str], warnings: list[str]
    ) -> list[int]:
        """How many articles have each term of a field."""
        queries: list[Query] = [
            {"term": {field: term}} for field, term in zip(fields, terms, strict=True)
        ]
        known = self._frequencies_of(queries, warnings)
        return [known[_key(query)] for query in queries]

    def _related(self, answer: Answer) -> Related:
        asked: _Asked = answer.found.asked
        snapshot = self._snapshot
        texts, known = self._texts_and_words(answer.found)
        people = np.zeros(len(snapshot.people), dtype=np.int64)
        for name, count in self._counted_values(answer, PERSON.name)[0].items():
            if (person := snapshot.people.find(name)) >= 0:
                people[person] = count
        countries = sorted(self._counted_values(answer, COUNTRY.name)[0].items())

        def holding(stems: Sequence[str]) -> list[int]:
            return self._holding([STEM.name] * len(stems), stems, asked.warnings)

        answered = Answered(asked.total, people, countries)
        return related_to(snapshot, self._background, answered, texts, known, holding, holding)

    def _alike(self, doc: int, title: str, text: str, limit: int) -> tuple[list[str], Found]:
        warnings: list[str] = []
        terms = telling_words(
            self._snapshot,
            title,
            text,
            lambda stems: self._holding([STEM.name] * len(stems), stems, warnings),
        )
        words = [term.text for term in terms]
        if not terms or not limit:
            nothing = np.zeros(0)
            return words, Found("most", NO_DOCS, NO_DOCS, nothing, nothing, [], self._snapshot)
        request = Request(total=False)
        itself = of_articles([int(self._snapshot.articles[doc])])
        others = self._shown([all_of([], [itself])])
        question = compiled(Or(tuple(terms)), exact=False)
        known = self._frequencies_of([leaf.found for leaf in question.leaves], warnings)
        asked = _Asked(
            question, Or(tuple(terms)), question.every(), others, known, -1, {}, None, warnings
        )
        size = max(_BLOCK, CANDIDATES_PER_HIT * limit)
        body = self._body(request, question, asked.words, others, known, "all")
        (answer,) = self._search_all([body | {"size": size}], warnings)
        found = self._scored(request, asked, "all", _block(answer, size))
        best = best_places(found, self._snapshot, 0, CANDIDATES_PER_HIT * limit)
        docs, scores = with_people(self._snapshot, doc, found.docs[best], found.scores[best])
        return words, found._replace(docs=docs, candidates=docs, scores=scores, sort_keys=scores)

    def near_copies(self, version: Version) -> list[Copy]:
        """The articles shown that repeat the text of one, nearest first."""
        self._hide()
        warnings: list[str] = []
        own = own_words(version)
        words = sorted(set(own))
        counts = self._holding([SURFACE.name] * len(words), words, warnings)
        rarest = sorted(zip(counts, words, strict=True))
        others = self._shown([all_of([], [of_articles([version.number])])])
        shared = [word for count, word in rarest if count > 1][:RARE_WORDS]
        if not shared:
            return []
        body: Query = {
            "query": {
                "bool": {
                    "filter": others,
                    "should": [constant({"term": {SURFACE.name: word}}, 1.0) for word in shared],
                    "minimum_should_match": 1,
                }
            },
            "size": COMPARED,
            "_source": [ARTICLE],
            "sort": ["_score", {ARTICLE: "asc"}],
        }
        (answer,) = self._search_all([body], warnings)
        docs = self._known(_block(answer, COMPARED).sources)
        with self._archive_lock:
            return copies_among(self._snapshot, self._archive, own, docs)

    @cached_property
    def _completer(self) -> ClusterCompleter:
        return ClusterCompleter(
            self._snapshot,
            lambda words: self._counts(
                [all_of([{"term": {SURFACE.name: word}}, *self._shown()]) for word in words], []
            ),
        )


def _key(query: Query) -> str:
    return msgspec.json.encode(query).decode()


def _total(answer: dict[str, Any]) -> int:
    """How many documents a search found; -1 where nobody counted."""
    total = answer["hits"].get("total")
    return int(total["value"]) if total is not None else -1


def _block(answer: dict[str, Any], size: int) -> _Block:
    hits = answer["hits"]["hits"]
    last = hits[-1]["sort"] if hits and len(hits) == size else None
    return _Block([hit["_source"] for hit in hits], last)


def _first_block(question: Question) -> int:
    return _ROUGH_BLOCK if any(leaf.is_rough for leaf in question.leaves) else _BLOCK


def _sort(request: Request, question: Question) -> list[Any]:
    """Best first, or by time with undated articles last; of equal ones as the snapshot has it."""
    way = "asc" if request.sort == "oldest" else "desc"
    by_time = [{MOMENT: {"order": way, "missing": "_last"}}, {ARTICLE: "asc"}]
    if request.sort == "relevance" and question.leaves:
        return ["_score", *by_time]
    return by_time


def _counting(field: str, size: int) -> Query:
    """The aggregations that count the values of a field; where there are more, not all of them."""
    return {
        field: {"terms": {"field": field, "size": size}},
        _missing(field): {"missing": {"field": field}},
    }


def _missing(field: str) -> str:
    return f"without_{field}"


def _buckets(found: dict[str, Any]) -> Counter[Any]:
    return Counter({bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]})


def _boosted(query: Query, weight: float) -> Query:
    if weight == 1:
        return query
    return {"bool": {"must": [query], "boost": weight}}


def _is_busy(answer: dict[str, Any]) -> bool:
    """Whether a search was one too many at once."""
    return int(answer.get("status", 200)) == _TOO_MANY


def _lacks(answer: dict[str, Any]) -> bool:
    """Whether a part of the index did not answer. A state is kept by one copy of each part: it goes
    with the node that has this copy, and another node's copy can be asked for it anew.
    """
    status = answer.get("status", 200)
    return status == 404 or status >= 500 or bool(answer.get("_shards", {}).get("failed"))
