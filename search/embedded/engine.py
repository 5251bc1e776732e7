"""Answers from the index beside the archive, in this process."""

import datetime
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from index.archive import FILE_NAME, Archive, Version, now, open_archive
from index.article import clean_text
from index.config import Config
from index.enrich.names import name_key, name_parts
from index.errors import ArchiveError, EngineUnavailable, QueryError
from index.language.aliases import aliases
from index.messages import gettext
from index.schema import DATE, KEYWORDS, PERSON, SOURCE
from index.segments.commit import (
    INDEX_FOLDER,
    Commit,
    last_commit,
    refuse_other_settings,
)
from index.segments.segment import NO_MOMENT
from search.embedded.docsets import NO_DOCS, Docs, contains, reached_by
from search.embedded.facets import Counts, count_values
from search.embedded.match import LAST_DAY, Leaf, Matches, clause_mask, idf, match
from search.embedded.misspellings import corrected
from search.embedded.offices import Offices
from search.embedded.score import (
    RERANKED,
    Scores,
    explain,
    idf_sum,
    score,
    second_stage,
    story_gains,
)
from search.embedded.snapshot import Mask, Snapshot
from search.embedded.top import question_of
from search.query.ast import Node, Words
from search.query.expand import Expanded, expand
from search.query.parse import parse
from search.query.resolve import NONE, Clause, label, resolve
from search.results import (
    ArchiveState,
    Completion,
    Explanation,
    Facet,
    FacetResult,
    FacetValue,
    Hit,
    Interval,
    Leader,
    Match,
    Nothing,
    Period,
    Related,
    Request,
    Response,
    Scan,
    Similar,
    Snippet,
    Story,
    Timeline,
    Understood,
    Without,
    checked,
)
from search.snippets import Highlighter
from search.timeline import by_period, interval_for, peaks

# What a question alone does not need is imported where it is asked for.
if TYPE_CHECKING:
    from search.embedded.completion import Completer
    from search.embedded.copies import Copy
    from search.embedded.related import Background

_DAY_S = 86_400
# As many as a page of hits may show, several times over.
_STORIES_KEPT = 128
# A reader that comes while a writer removes old files looks again; two commits in a row
# within one look are rare, five do not happen.
_OPEN_ATTEMPTS = 5
_NEAREST_NAMES = 5
_NEAREST_RATIO = 75  # "Labrov" and "Sergei Lavrov" have 83


class Found(NamedTuple):
    """The documents that answer, with what orders them; only the best where that is enough.

    `every` holds those that gained by having all words where most are enough, `reranked` those
    that the second stage looked at; both ascend. `of_story` is what each of the latter gained by
    its story. `snapshot` is what they were found in.
    """

    mode: Match
    candidates: Docs  # answer the words, whatever the filters
    docs: Docs  # answer words and filters
    scores: Scores
    sort_keys: Scores
    leaves: list[Leaf]
    snapshot: Snapshot
    every: Docs = NO_DOCS
    reranked: Docs = NO_DOCS
    of_story: Scores = np.zeros(0)
    asked: Any = None  # how an engine finds more


class Answer(NamedTuple):
    """A question evaluated: as it was read, and as it was looked for."""

    parsed: Node
    tree: Node
    understood: Understood
    clauses: tuple[Clause, ...]
    found: Found
    warnings: tuple[str, ...]


class EmbeddedEngine:
    """An archive folder and the last commit of its index, open for reading by many threads.

    The index is never written to; the archive, a SQLite connection, is for one at a time.
    """

    # Whether another engine has to be opened, though there is no newer commit.
    is_lost = False

    def __init__(self, folder: Path, config: Config) -> None:
        """Raises ArchiveError: missing, stale or damaged."""
        self._config = config
        self._archive = open_archive(folder)
        self._archive_lock = threading.Lock()
        self._closed = False
        self._archive_version = -1
        self._gone: list[int] = []
        self._next_release: str | None = None
        try:
            self._snapshot = _open_snapshot(folder / INDEX_FOLDER, config)
            self._hide()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> "EmbeddedEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the archive; whoever asks after that gets EngineUnavailable."""
        with self._archive_lock:
            self._closed = True
            self._archive.close()

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """The archive, for one thread at a time: nobody is answered meanwhile."""
        with self._archive_lock:
            self._refuse_when_closed()
            yield self._archive

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise EngineUnavailable(
                gettext("the engine is closed; open another with `search.open`")
            )

    def _hide(self) -> None:
        """Hide what the archive says must not be shown now; it may have changed at any time."""
        with self._archive_lock:
            self._refuse_when_closed()
            version = self._archive.data_version()
            is_due = self._next_release is not None and now() >= self._next_release
            if version == self._archive_version and not is_due:
                return
            hidden = self._archive.takedowns.hidden()
            gone = self._archive.deleted_since(self._snapshot.commit.seq)
            gone += [number for number, _ in hidden]
            if gone != self._gone:
                self._snapshot = self._snapshot.without(gone)
                self._gone = gone
                for derived in ("_completer", "_background"):
                    self.__dict__.pop(derived, None)
            self._next_release = min((until for _, until in hidden if until), default=None)
            self._archive_version = version

    def _reopen(self) -> None:
        """Go over to the last commit, where another one has come."""
        self._snapshot = _open_snapshot(self._archive.folder / INDEX_FOLDER, self._config)
        self._archive_version, self._gone = -1, []
        self._hide()

    @property
    def commit(self) -> Commit:
        """The commit that answers."""
        return self._snapshot.commit

    def state_tag(self) -> str:
        """What is another one whenever a question may be answered, or an article shown, otherwise.

        Commits change it, and what the archive deletes, withdraws or may show again. Relative dates
        do not: they mean other days tomorrow.
        """
        self._hide()
        with self._archive_lock:
            self._refuse_when_closed()
            seq = self._archive.last_seq()
        commit = self._snapshot.commit
        state = (commit.generation, commit.committed_at, seq, self._gone)
        return f"{zlib.crc32(repr(state).encode()):08x}"

    def search(self, request: Request) -> Response:
        """Hits, total and facets. Raises QueryError for a question that asks the impossible."""
        started = time.perf_counter()
        request = checked(request)
        return self._response(request, self._answer(request), started)

    def search_with_timeline(self, request: Request) -> tuple[Response, Timeline]:
        """Hits and periods of a question that is evaluated once."""
        started = time.perf_counter()
        request = replace(checked(request), total=True)
        answer = self._answer(request)
        return self._response(request, answer, started), self._timeline(request, answer, None)

    def _response(self, request: Request, answer: Answer, started: float) -> Response:
        hits = list(self._hits(request, answer))
        facets = {_facet_name(one): self._facet(one, request, answer) for one in request.facets}
        return Response(
            archive=self.state(),
            query=answer.understood,
            total=self._total(answer) if request.total else None,
            stories=self._story_count(answer) if request.total and groups(request) else None,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
            hits=hits,
            facets=facets,
            related=self._related(answer) if request.related else msgspec.UNSET,
            nothing=self._nothing(request, answer) if self._is_empty(answer) else msgspec.UNSET,
            suggestion=self._suggestion(request, answer),
            warnings=self._warnings(answer),
        )

    def timeline(self, request: Request, interval: Interval | None = None) -> Timeline:
        """How many articles answer in each period; by default such that periods are few."""
        request = replace(checked(request), total=True)
        return self._timeline(request, self._answer(request), interval)

    def _timeline(self, request: Request, answer: Answer, interval: Interval | None) -> Timeline:
        counted = self._days(answer)
        if interval is None:
            interval = interval_for([day for day, _ in counted.top])
        periods = by_period(counted.top, interval)
        leaders = {
            place: self._leader(request, answer, periods[place][0])
            for place in peaks([count for _, count in periods])
        }
        return Timeline(
            archive=self.state(),
            query=answer.understood,
            interval=interval,
            total=self._total(answer),
            undated=counted.missing,
            periods=[
                Period(name, count, leaders.get(place))
                for place, (name, count) in enumerate(periods)
            ],
            warnings=self._warnings(answer),
        )

    def suggest(self, beginning: str, limit: int = 5) -> list[Completion]:
        """What a beginning may become; at most `limit` of each kind, most used first."""
        self._hide()
        return self._completer.complete(beginning, limit)

    def similar(self, name: str, limit: int = 10) -> Similar | None:
        """Articles like the one with an id or URL, without copies of it; None without that one.

        Raises QueryError for an id that several articles have.
        """
        started = time.perf_counter()
        self._hide()
        doc = self._doc_of(name)
        version = self._version(doc) if doc is not None else None
        if doc is None or version is None:
            return None
        snapshot, content = self._snapshot, version.content
        own = clean_text(content.article.body, content.enrichment.cuts)
        words, found = self._alike(doc, content.enrichment.title or "", own, limit)
        docs = found.docs
        highlighter = self._highlighter(found)
        firsts = snapshot.stories.firsts(docs)
        others = firsts[snapshot.stories.numbers[docs[firsts]] != snapshot.stories.numbers[doc]]
        hits = (
            self._hit(int(docs[place]), float(found.scores[place]), Request(), found, highlighter)
            for place in others[:limit].tolist()
        )
        story = self._story_of(doc)
        copies = [name for name in story.articles if name != version.public_id] if story else []
        return Similar(
            id=version.public_id,
            title=content.enrichment.title,
            words=words,
            hits=[hit for hit in hits if hit is not None],
            copies=copies,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def scan(self, request: Request) -> Scan:
        """The same hits one by one, for results too large to hold, and no facets."""
        request = replace(checked(request), total=True)
        answer = self._answer(request)
        return Scan(
            archive=self.state(),
            query=answer.understood,
            total=self._total(answer),
            warnings=list(answer.warnings),
            hits=self._hits(request, answer),
        )

    def stats(self) -> dict[str, int | str | None]:
        """What the archive holds; sizes in bytes."""
        self._hide()
        snapshot = self._snapshot
        folder = self._archive.folder
        with self._archive_lock:
            self._refuse_when_closed()
            versions, rejects = self._archive.version_count(), self._archive.rejects()
            hidden = self._archive.takedowns.hidden()
        days = self._days_of(np.flatnonzero(snapshot.alive))
        index_files = [path.stat().st_size for path in (folder / INDEX_FOLDER).iterdir()]
        archive_files = [path.stat().st_size for path in folder.glob(f"{FILE_NAME}*")]
        return {
            "articles": int(snapshot.alive.sum()),
            "versions": versions,
            "hidden": len(hidden),
            "undated": days.missing,
            "first_day": days.top[0][0] if days.top else None,
            "last_day": days.top[-1][0] if days.top else None,
            "sources": len(snapshot.values(SOURCE.name)),
            "people": sum(map(bool, snapshot.articles_naming())),
            "rejected_records": len(rejects),
            "commit": snapshot.commit.generation,
            "last_indexed": snapshot.commit.committed_at,
            "segments": len(snapshot.segments),
            "archive_bytes": sum(archive_files),
            "index_bytes": sum(index_files),
        }

    def near_copies(self, version: Version) -> "list[Copy]":
        """The articles shown that repeat the text of one, nearest first."""
        from search.embedded.copies import near_copies

        self._hide()
        with self._archive_lock:
            return near_copies(self._snapshot, self._archive, version)

    # What the question's resolver asks of the articles

    def values(self, field: str) -> list[str]:
        """Every value of a keyword field that an article has, sorted."""
        return self._snapshot.values(field)

    def person(self, name: str) -> str | None:
        """The person that a name in any spelling means, if an article names that person."""
        snapshot = self._snapshot
        named = (snapshot.mask(PERSON.name, name) & snapshot.alive).any()
        return snapshot.people.name(snapshot.people.find(name)) if named else None

    def people_like(self, name: str) -> list[str]:
        """The persons whose names are nearest: first those that hold it, the most named first."""
        from rapidfuzz import fuzz, process

        people, wanted = self._snapshot.people, name_key(name)
        articles = self._snapshot.articles_naming()
        keys = [key.decode() for key in people.keys.to_list()]
        similar = process.extract(
            wanted, keys, scorer=fuzz.partial_ratio, score_cutoff=_NEAREST_RATIO, limit=None
        )
        nearness: dict[int, float] = {}
        for key, ratio, number in similar:
            person = int(people.key_persons[number])
            # A short key is a part of much.
            if len(key) + 1 >= len(wanted) and articles[person]:
                nearness[person] = max(nearness.get(person, 0), ratio)
        parts = set(name_parts(name))

        def rank(person: int) -> tuple[bool, float, int, int]:
            holds = parts.issubset(name_parts(people.name(person)))
            return not holds, -nearness[person], -articles[person], person

        return [people.name(person) for person in sorted(nearness, key=rank)[:_NEAREST_NAMES]]

    def _answer(self, request: Request) -> Answer:
        self._hide()
        snapshot = self._snapshot
        parsed = parse(request.query)
        resolved = resolve(parsed.tree, request, self, self._today)
        if request.exact or not request.expand:
            expanded = Expanded(resolved.tree, (), ())
        else:
            further = aliases(self._config.language.aliases)
            offices = Offices(snapshot, resolved.clauses)
            expanded = expand(resolved.tree, request.query, further, offices)
        found = self._found(request, expanded.tree, resolved.clauses)
        understood = Understood(
            request.query,
            str(expanded.tree),
            found.mode,
            list(expanded.expansions),
            _shown(resolved.clauses, negated=False),
            _shown(resolved.clauses, negated=True),
        )
        warnings = (*parsed.warnings, *expanded.warnings)
        if request.query.strip() and parsed.tree == Words(()):
            warnings += (gettext("The question has no words: every article is listed."),)
        return Answer(parsed.tree, expanded.tree, understood, resolved.clauses, found, warnings)

    def _found(self, request: Request, tree: Node, clauses: tuple[Clause, ...]) -> Found:
        """The documents that answer."""
        passing = self._passing(request, clauses)
        found = self._best_stories(request, tree, passing)
        if found is None:
            found = self._all(request, tree, passing)
        if request.sort == "relevance" and request.limit != 0:
            found = self._reranked(found)
        return found

    def _total(self, answer: Answer) -> int:
        """How many articles answer."""
        return len(answer.found.docs)

    def _is_empty(self, answer: Answer) -> bool:
        """Whether no article answers."""
        return not len(answer.found.docs)

    def _warnings(self, answer: Answer) -> list[str]:
        """What is to be known of an answer."""
        return list(answer.warnings)

    def _suggestion(self, request: Request, answer: Answer) -> str | None:
        """The question with words spelt otherwise."""
        return corrected(self._snapshot, request.query, answer.parsed)

    def _alike(self, doc: int, title: str, text: str, limit: int) -> tuple[list[str], Found]:
        """Articles like that of a document, whose text it is, and the words that they share."""
        from search.embedded.similar import CANDIDATES_PER_HIT, alike, telling_words

        snapshot = self._snapshot
        terms = telling_words(snapshot, title, text)
        candidates = CANDIDATES_PER_HIT * limit
        docs, scores, leaves = alike(snapshot, self._config.ranking, doc, terms, candidates)
        found = Found("most", docs, docs, scores, scores, leaves, snapshot)
        return [term.text for term in terms], found

    def _all(self, request: Request, tree: Node, passing: Mask) -> Found:
        """Every document that answers."""
        snapshot, ranking = self._snapshot, self._config.ranking
        matches = match(snapshot, tree, ranking, passing, exact=request.exact)
        mode = self._mode(request, matches, passing)
        candidates = matches.every if mode == "all" else matches.most
        docs = candidates[passing[candidates]]
        scores = score(snapshot, matches.leaves, docs, ranking)
        every = matches.every if mode == "most" else NO_DOCS
        scores[contains(every, docs)] += ranking.all_words * idf_sum(snapshot, matches.leaves)
        keys = scores
        if request.sort != "relevance" or not matches.leaves:
            moments = snapshot.moments[docs].astype(np.float64)
            keys = -moments if request.sort == "oldest" else moments
            keys[snapshot.moments[docs] == NO_MOMENT] = -np.inf
        return Found(mode, candidates, docs, scores, keys, matches.leaves, snapshot, every)

    def _best_stories(self, request: Request, tree: Node, passing: Mask) -> Found | None:
        """As many of the best documents as make the stories that are shown; None like `_best`."""
        needed = request.offset + (request.limit or 0)
        depth = max(needed, RERANKED)
        while (found := self._best(request, tree, passing, depth)) is not None and groups(request):
            best = found.docs[best_places(found, self._snapshot, 0, depth)]
            if len(best) < depth or len(self._snapshot.stories.firsts(best)) >= needed:
                break
            depth *= 2
        return found

    def _best(self, request: Request, tree: Node, passing: Mask, depth: int) -> Found | None:
        """So many of the best documents, None where more of them must be known or looked at."""
        ranking = self._config.ranking
        if request.total or request.facets or request.sort != "relevance" or not request.limit:
            return None
        question = question_of(self._snapshot, tree, ranking, exact=request.exact)
        if question is None:
            return None
        enough = ranking.relax_below
        limit = max(depth, enough)
        passing = passing & self._snapshot.alive
        every = question.best(limit, passing=passing)
        mode: Match = request.match or ("all" if len(every.docs) >= enough else "most")
        leaves = question.leaves
        if mode == "all":
            return Found(
                "all", every.docs, every.docs, every.scores, every.scores, leaves, self._snapshot
            )
        most = question.best(limit, share=ranking.relax_share, passing=passing)
        if len(most.docs) < enough and question.shared and len(leaves) > 1:
            return None  # less than that share is asked then
        if request.match is None and len(most.docs) == len(every.docs):
            mode = "all"
        with_all, ascending = np.sort(every.docs), most.docs.argsort()
        new = ascending[~contains(with_all, most.docs[ascending])]
        docs = np.concatenate((every.docs, most.docs[new]))
        scores = np.concatenate((every.scores, most.scores[new]))
        if mode == "most":
            scores[: len(every.docs)] += ranking.all_words * idf_sum(self._snapshot, leaves)
        else:
            with_all = NO_DOCS
        return Found(mode, docs, docs, scores, scores, leaves, self._snapshot, with_all)

    def _reranked(self, found: Found) -> Found:
        """The same documents, with what the second stage adds to the best of them."""
        ranking = self._config.ranking
        if len(found.docs) < 2 or not found.leaves or not (ranking.lead or ranking.recency):
            return found
        places = best_places(found, self._snapshot, 0, RERANKED)
        places = places[found.docs[places].argsort()]
        best = found.docs[places]
        scores = found.scores.copy()
        scores[places] += second_stage(found.snapshot, found.leaves, best, ranking)
        gains = story_gains(self._snapshot, best, scores[places])
        scores[places] += gains
        return found._replace(scores=scores, sort_keys=scores, reranked=best, of_story=gains)

    def _passing(self, request: Request, clauses: Sequence[Clause]) -> Mask:
        """Which documents satisfy all conditions, and are new enough."""
        passing = _passing(self._snapshot, clauses)
        if request.after_seq:
            snapshot = self._snapshot
            with self._archive_lock:
                again = self._archive.shown_again_since(request.after_seq, snapshot.commit.seq)
            numbers = np.sort(np.array(again, dtype=np.int64))
            passing &= (snapshot.seqs > request.after_seq) | contains(numbers, snapshot.articles)
        return passing

    def state(self) -> ArchiveState:
        """Which state of the archive answers."""
        commit = self._snapshot.commit
        articles = int(self._snapshot.alive.sum())
        return ArchiveState(commit.generation, articles, commit.committed_at, commit.seq)

    def _days(self, answer: Answer) -> Counts:
        """How many of the articles that answer appeared on each day."""
        return self._days_of(answer.found.docs)

    def _days_of(self, docs: Docs) -> Counts:
        """How many documents appeared on each day."""
        return count_values(self._snapshot, DATE.name, docs, None, "day", frozenset())

    def _leader(self, _: Request, answer: Answer, period: str) -> Leader | None:
        """The best of the articles that answer in a period."""
        found = answer.found
        mask = self._snapshot.range_mask(DATE.name, *first_and_last_day(period))
        places = np.flatnonzero(mask[found.docs])
        keys = found.sort_keys[places]
        best = places[self._snapshot.best_first(found.docs[places], keys)[0]]
        version = self._version(int(found.docs[best]))
        return Leader(version.public_id, version.content.enrichment.title) if version else None

    def _related(self, answer: Answer) -> Related:
        from search.embedded.related import related

        docs = np.sort(answer.found.docs)
        texts, known = self._texts_and_words(answer.found)
        return related(self._snapshot, self._background, docs, texts, known)

    def _texts_and_words(self, found: Found) -> tuple[list[str], frozenset[str]]:
        """The texts of the best hits, and the words that they were found by."""
        from search.embedded.related import BEST_TEXTS

        texts = []
        for place in best_places(found, self._snapshot, 0, BEST_TEXTS).tolist():
            if (version := self._version(int(found.docs[place]))) is not None:
                content = version.content
                text = clean_text(content.article.body, content.enrichment.cuts)
                texts.append(f"{content.enrichment.title or ''}\n{text}")
        asked = [leaf.stems | leaf.surfaces for leaf in found.leaves]
        return texts, frozenset[str]().union(*asked)

    @cached_property
    def _completer(self) -> "Completer":
        from search.embedded.completion import Completer

        return Completer(self._snapshot)

    @cached_property
    def _background(self) -> "Background":
        from search.embedded.related import Background

        return Background.of(self._snapshot)

    def _nothing(self, request: Request, answer: Answer) -> Nothing:
        """What stands in the way of an answer, filter by filter."""
        filters = []
        for clause in answer.clauses:
            others = tuple(other for other in answer.clauses if other is not clause)
            articles = self._total_with(request, answer, others)
            filters.append(Without(clause.field, list(clause.values), clause.negated, articles))
        days = self._days_of(np.flatnonzero(self._snapshot.alive)).top
        return Nothing(
            filters,
            list(dict.fromkeys(self._unknown_words(answer))),
            days[0][0] if days else None,
            days[-1][0] if days else None,
        )

    def _total_with(self, request: Request, answer: Answer, clauses: tuple[Clause, ...]) -> int:
        """How many articles would answer with these conditions instead."""
        return len(self._all(request, answer.tree, self._passing(request, clauses)).docs)

    def _unknown_words(self, answer: Answer) -> Iterator[str]:
        """The words of the question that no article has which is shown."""
        alive = self._snapshot.alive
        return (leaf.word for leaf in answer.found.leaves if not alive[leaf.docs].any())

    def _today(self) -> datetime.date:
        from zoneinfo import ZoneInfo  # a question without relative dates does not need it

        return datetime.datetime.now(ZoneInfo(self._config.timezone)).date()

    def _mode(self, request: Request, matches: Matches, passing: Mask) -> Match:
        """All words where enough articles hold them all, with every filter on; else most."""
        if request.match is not None:
            return request.match
        enough = int(passing[matches.every].sum()) >= self._config.ranking.relax_below
        return "all" if enough or len(matches.most) == len(matches.every) else "most"

    def _story_count(self, answer: Answer) -> int:
        """How many articles answer, a story counted as one."""
        stories, found = self._snapshot.stories, answer.found
        docs = stories.docs[contains(found.docs, stories.docs)]
        return len(found.docs) - len(docs) + len(stories.firsts(docs))

    def _places(self, request: Request, found: Found) -> Docs:
        """The places in `found.docs` of the hits that are asked for, best first."""
        if request.limit is None or not groups(request):
            return best_places(found, self._snapshot, request.offset, request.limit)
        needed = asked = request.offset + request.limit
        while True:
            places = best_places(found, self._snapshot, 0, asked)
            firsts = self._snapshot.stories.firsts(found.docs[places])
            if len(firsts) >= needed or len(places) == len(found.docs):
                return places[firsts[request.offset : needed]]
            asked *= 2

    def _hits(self, request: Request, answer: Answer) -> Iterator[Hit]:
        found = answer.found
        order = self._places(request, found)
        highlighter = self._highlighter(found) if request.snippet_chars else None
        for place in order.tolist():
            hit = self._hit(
                int(found.docs[place]), float(found.scores[place]), request, found, highlighter
            )
            if hit is not None:
                yield hit

    def _hit(
        self,
        doc: int,
        hit_score: float,
        request: Request,
        found: Found,
        highlighter: Highlighter | None,
    ) -> Hit | None:
        """A hit, None when its article has been taken down since the question was evaluated."""
        version = self._version(doc)
        if version is None:
            return None
        with self._archive_lock:
            self._refuse_when_closed()
            corrections = self._archive.corrections(version.number)
        article, enrichment = version.content.article, version.content.enrichment
        snippet: Snippet | None = None
        if highlighter is not None:
            snippet = highlighter.snippet(
                clean_text(article.body, enrichment.cuts), request.snippet_chars
            )
        return Hit(
            id=version.public_id,
            title=enrichment.title,
            url=article.url,
            date=enrichment.date,
            source=enrichment.source,
            category=article.category,
            agency=list(enrichment.agencies),
            author=list(article.authors),
            countries=[country.code for country in enrichment.countries],
            people=self._snapshot.people_of(doc),
            inferred=list(enrichment.inferred),
            versions=version.versions,
            corrects=corrections.corrects,
            corrected_by=corrections.corrected_by,
            score=round(hit_score, 4),
            story=self._story_of(doc),
            snippet=snippet,
            explanation=self._explanation(doc, found) if request.explain else msgspec.UNSET,
        )

    def _story_of(self, doc: int) -> Story | None:
        """The story of a document, None where it is alone; kept for its next hit."""
        snapshot = self._snapshot
        number, told = int(snapshot.stories.numbers[doc]), snapshot.told_stories
        if (story := told.get(number, msgspec.UNSET)) is msgspec.UNSET:
            story = self._story(snapshot, number)
            if len(told) >= _STORIES_KEPT:
                told.clear()
            told[number] = story
        return story

    def _story(self, snapshot: Snapshot, number: int) -> Story | None:
        """A story by its number among those of a snapshot, None where an article is alone."""
        docs = snapshot.stories.members(number)
        moments = snapshot.moments[docs].astype(np.float64)
        moments[snapshot.moments[docs] == NO_MOMENT] = np.inf
        told: list[tuple[str, str | None, str | None, float]] = []
        for place in np.lexsort((snapshot.articles[docs], moments)).tolist():
            if (version := self._version(int(docs[place]))) is not None:
                read = version.content.enrichment
                told.append((version.public_id, read.source, read.date, float(moments[place])))
        if len(told) < 2:
            return None
        ids, sources, dates, times = zip(*told, strict=True)
        # Of a day without a time nobody knows what came first on it.
        is_day = dates[0] is not None and len(dates[0]) == len("2021-06-22")
        is_known = dates[0] is not None and times[1] - times[0] >= (_DAY_S if is_day else 1)
        return Story(
            id=ids[0],
            size=len(ids),
            outlets=list(dict.fromkeys(filter(None, sources))),
            earliest=ids[0] if is_known else None,
            articles=list(ids),
        )

    def _explanation(self, doc: int, found: Found) -> list[Explanation]:
        one = np.array([doc])
        return explain(
            found.snapshot,
            found.leaves,
            doc,
            self._config.ranking,
            all_words=bool(contains(found.every, one)[0]),
            reranked=bool(contains(found.reranked, one)[0]),
            of_story=float(found.of_story[found.reranked == doc].sum()),
        )

    def _doc_of(self, name: str) -> int | None:
        """The document of the article that an id or URL names."""
        with self._archive_lock:
            self._refuse_when_closed()
            number = self._archive.find_one(name)
        if number is None:
            return None
        snapshot = self._snapshot
        docs = np.flatnonzero((snapshot.articles == number) & snapshot.alive)
        return int(docs[0]) if len(docs) else None

    def _version(self, doc: int) -> Version | None:
        """The version of an article that the commit indexed, None when it has been deleted."""
        segment, local = self._snapshot.place(doc)
        with self._archive_lock:
            self._refuse_when_closed()
            seq, known_at = int(segment.seqs[local]), self._snapshot.commit.seq
            return self._archive.version(seq, known_at)

    def _highlighter(self, found: Found) -> Highlighter:
        stems: dict[str, float] = {}
        surfaces: dict[str, float] = {}
        phrases: dict[tuple[str, ...], float] = {}
        for leaf in found.leaves:
            weight = idf(found.snapshot, len(leaf.found))
            for word in leaf.stems:
                stems[word] = max(stems.get(word, 0.0), weight)
            for word in leaf.surfaces:
                surfaces[word] = max(surfaces.get(word, 0.0), weight)
            for phrase in leaf.phrases:
                phrases[phrase] = max(phrases.get(phrase, 0.0), weight)
        return Highlighter(stems, surfaces, phrases)

    def _facet(self, facet: Facet, request: Request, answer: Answer) -> FacetResult:
        """Counts without the field's own filter, everything else with it."""
        if facet.field not in KEYWORDS:
            raise QueryError(
                gettext(
                    "there is no facet {name!r}; facets: {names}",
                    name=facet.field,
                    names=", ".join(KEYWORDS),
                )
            )
        if facet.interval is not None and facet.field != DATE.name:
            raise QueryError(
                gettext(
                    "only date is counted by {interval}, not {field}",
                    interval=facet.interval,
                    field=facet.field,
                )
            )
        own = [c for c in answer.clauses if c.field == facet.field and not c.negated]
        others = tuple(clause for clause in answer.clauses if clause not in own)
        chosen = frozenset(value for clause in own for value in clause.values)
        counts = self._counted_facet(facet, request, answer, others, chosen)
        values = [
            FacetValue(value, label(facet.field, value), count, _selected(facet, value, chosen))
            for value, count in counts.top
        ]
        return FacetResult(counts.distinct, counts.missing, values)

    def _counted_facet(
        self,
        facet: Facet,
        request: Request,
        answer: Answer,
        clauses: tuple[Clause, ...],
        chosen: frozenset[str],
    ) -> Counts:
        """The values of a field in the articles that answer with these conditions."""
        docs = answer.found.docs
        if clauses != answer.clauses:
            docs = answer.found.candidates
            docs = docs[self._passing(request, clauses)[docs]]
        return count_values(self._snapshot, facet.field, docs, facet.limit, facet.interval, chosen)


def _open_snapshot(folder: Path, config: Config) -> Snapshot:
    for _ in range(_OPEN_ATTEMPTS):
        commit = last_commit(folder)
        if commit is None:
            raise _no_index(folder)
        refuse_other_settings(commit, folder, config.timezone, config.engine)
        try:
            return Snapshot(folder, commit)
        except FileNotFoundError as error:
            vanished = error.filename
    raise ArchiveError(
        gettext(
            "{path} is missing; run `cakap-search reindex` to build the index again",
            path=vanished,
        ),
        "damaged",
    )


def _no_index(folder: Path) -> ArchiveError:
    if folder.is_dir():  # made before the first article is read
        message = gettext(
            "no index yet in {folder}: `cakap-search index` has not finished; run it (again)",
            folder=folder,
        )
    else:
        message = gettext(
            "there is no index in {folder}; build it with `cakap-search reindex`", folder=folder
        )
    return ArchiveError(message, "missing")


def _passing(snapshot: Snapshot, clauses: Sequence[Clause]) -> Mask:
    """Which documents satisfy all conditions."""
    passing = np.ones(snapshot.size, dtype=np.bool_)
    for clause in clauses:
        passing &= clause_mask(snapshot, clause)
    return passing


def best_places(found: Found, snapshot: Snapshot, offset: int, limit: int | None) -> Docs:
    """The places in `found.docs` of the hits that are asked for, best first."""
    keys, total = found.sort_keys, len(found.docs)
    places = np.arange(total)
    needed = total if limit is None else min(total, offset + limit)
    if needed <= offset:
        return places[:0]
    if needed < total:
        places = np.flatnonzero(keys >= reached_by(keys, needed))
    docs = found.docs[places]
    return places[snapshot.best_first(docs, keys[places])][offset:needed]


def groups(request: Request) -> bool:
    """Whether the hits of a story are folded: where some of all are listed."""
    return request.group and request.limit is not None


def _shown(clauses: tuple[Clause, ...], *, negated: bool) -> dict[str, list[list[str]]]:
    shown: dict[str, list[list[str]]] = {}
    for clause in clauses:
        if clause.negated == negated:
            shown.setdefault(clause.field, []).append(list(clause.values))
    return shown


def _facet_name(facet: Facet) -> str:
    return f"{facet.field}:{facet.interval}" if facet.interval else facet.field


def _selected(facet: Facet, value: str, chosen: frozenset[str]) -> bool:
    """Whether a value is among the chosen ones, or a period wholly in a chosen range."""
    if facet.field != DATE.name:
        return value in chosen
    if not chosen:
        return False
    first, last = first_and_last_day(value)
    ranges = (days.partition("..") for days in chosen if days != NONE)
    return any(start <= first and last <= (end or LAST_DAY) for start, _, end in ranges)


def first_and_last_day(period: str) -> tuple[str, str]:
    """The days between which 2021, 2021-06 or 2021-06-22 lies, whatever year an article claims."""
    if len(period) == len("2021-06"):
        from calendar import monthrange  # 1 ms, which a question without dates spares

        _, days = monthrange(int(period[:4]), int(period[5:]))
        return f"{period}-01", f"{period}-{days}"
    return period + "-01-01"[len(period) - 4 :], period + "-12-31"[len(period) - 4 :]
