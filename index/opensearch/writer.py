"""Writing to a cluster: the words go there, columns and maps stay beside the archive.

The commit beside the archive is the same as without a cluster, but its segments hold the words of
titles alone (`documents.without_text`): so people, stories and names are known in one way. A run
sends its articles while it analyses; with the commit it sends persons and stories that have become
others, makes all of it visible at once, and tells the index which change of the archive it holds.

Each write carries the number of the change that the run leads to, and of two writes to one article
the higher wins, so whatever is sent twice or late does no harm.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from index.config import Config, EngineName
from index.errors import ArchiveError, EngineUnavailable
from index.identity import NOTHING_SAID, Sayings
from index.messages import gettext
from index.opensearch.cluster import WRITING_S, Cluster, Refused
from index.opensearch.derived import Derived, derived, renamed
from index.opensearch.documents import documents, without_text
from index.opensearch.mapping import ARTICLE, SHOWING, STORY, mapping, settings
from index.processes import batches, sized_batches
from index.schema import PERSON
from index.segments.arrays import Ints
from index.segments.commit import Commit, fingerprint, last_commit
from index.segments.segment import Segment
from index.segments.writer import IndexWriter

# Articles sent at once, some 3 MB: a cluster that is too busy for some is asked for few again.
_AT_ONCE = 500
# A node takes 100 MB, and a tenth of its heap.
_CHARS_AT_ONCE = 5_000_000
_LOOKS_FOR_ERASED = 60
_LOOK_EVERY_S = 2.0
_Action = tuple[dict[str, Any], dict[str, Any] | None]
# Of an article's version the change of the archive, above the number of updates since.
_UPDATE_BITS = 20


class ClusterWriter(IndexWriter):
    """Adds and removes articles on a cluster; the caller holds the write lock of the archive."""

    engine: EngineName = "opensearch"

    def __init__(
        self,
        folder: Path,
        config: Config,
        cluster: Cluster,
        said: Sayings = NOTHING_SAID,
        *,
        from_scratch: bool,
    ) -> None:
        """`from_scratch` fills a new index beside the one that answers, or goes on filling it.

        Raises ArchiveError when the index is stale or damaged, EngineUnavailable without a cluster.
        """
        super().__init__(
            folder,
            config.indexing.memory_mb,
            said,
            timezone=config.timezone,
            from_scratch=from_scratch,
        )
        self._config = config
        self._cluster = cluster
        self._index: str | None = None
        self._seq = self.last_commit.seq if self.last_commit else 0
        # An index that is filled further has some articles of this change already.
        self._version_type = "external_gte"
        self._removed: set[int] = set()
        self._sent: dict[int, Derived] = {}
        self._renamed: dict[str, str] | None = None
        self._unseen: Sequence[int] = ()
        self._unseen_before: Sequence[int] = ()
        # Whether articles may hold persons and stories of a run that was interrupted.
        self._unsure = False
        self._erased: list[int] = []
        if self.last_commit is not None:
            self._index = self._cluster.index_name()
            if self._index is None:
                raise ArchiveError(
                    gettext(
                        "the cluster has no index {name}; run `cakap-search reindex`",
                        name=self._cluster.alias,
                    ),
                    "missing",
                )
            about = self._cluster.meta(self._index)
            if about.get("seq", -1) < self.last_commit.seq:
                raise ArchiveError(
                    gettext(
                        "the cluster has come to change {there}, the index here to {here}: was it"
                        " brought back from an older snapshot? Run `cakap-search reindex`",
                        there=about.get("seq"),
                        here=self.last_commit.seq,
                    ),
                    "stale",
                )
            self._unseen_before = about.get("unseen", ())
            self._unsure = about.get("state") != "whole" or about["seq"] != self.last_commit.seq
            if about.get("erasing") and not self._unsure:  # else this run commits
                self._unseen = self._unseen_before
                self._expunge(self.last_commit)

    def begin(self, seq: int) -> None:
        """Tell up to which change of the archive all that follows until the commit is."""
        self._seq = seq
        if self._index is None:
            self._index = self._new_index()

    def add(self, chunk: Mapping[str, Ints]) -> None:
        """Send a chunk of analysed articles, and keep their columns."""
        segment = Segment(chunk)
        known = self._known_people()
        actions = []
        for document in documents(segment):
            number = document["article"]
            self._removed.discard(number)
            names = document[PERSON.name]
            document[PERSON.name] = list(dict.fromkeys(known.get(name, name) for name in names))
            self._sent[number] = (tuple(document[PERSON.name]), None)
            actions.append((self._action("index", number), document))
        self._send(actions)
        super().add(without_text(segment))

    def remove(self, articles: Iterable[int]) -> None:
        """Remove articles of earlier commits by their numbers; call it before adding."""
        numbers = list(articles)
        self._removed.update(numbers)
        super().remove(numbers)

    def erase(self, articles: Iterable[int]) -> None:
        """Remove articles so that no disk holds them after the commit, in no version."""
        numbers = list(articles)
        self._removed.update(numbers)
        self._erased += numbers
        super().erase(numbers)

    def commit(self, seq: int, unseen: Sequence[int] = ()) -> Commit:
        """Make all that was added and removed visible at once, on the cluster and here."""
        self._unseen = sorted(unseen)
        commit = super().commit(seq, unseen)
        if self._erased:
            self._expunge(commit)
            self._erased.clear()
        return commit

    def _publish(self, commit: Commit) -> None:
        assert self._index is not None
        self._tell(state="deriving")
        self._send((self._action("delete", number), None) for number in sorted(self._removed))
        before: dict[int, Derived] = {}
        if not self._unsure:
            if self.last_commit is not None:
                before = derived(self._folder, self.last_commit, self._unseen_before)
            before |= self._sent
        wanted = derived(self._folder, commit, self._unseen)
        self._send(
            (
                {"update": {"_index": self._index, "_id": str(number), "retry_on_conflict": 3}},
                {"doc": {PERSON.name: list(people), STORY: story}},
            )
            for number, (people, story) in wanted.items()
            if before.get(number) != (people, story)
        )
        # Who opens the index between this and the last line of it waits.
        self._tell(state=SHOWING)
        self._cluster.ask("POST", f"/{self._index}/_refresh", request_timeout=WRITING_S)
        counted = self._cluster.ask(
            "POST",
            f"/{self._index}/_search",
            {"size": 0, "track_total_hits": True},
            allow_partial_search_results="false",
        )
        held = counted["hits"]["total"]["value"]
        if held != commit.articles:
            raise ArchiveError(
                gettext(
                    "the cluster holds {held} articles, not {expected}; run `cakap-search reindex`",
                    held=held,
                    expected=commit.articles,
                ),
                "damaged",
            )
        self._tell_whole(commit, erasing=bool(self._erased))
        self._point_alias()
        self._removed.clear()
        self._sent.clear()
        self._unsure = False
        self._renamed, self._unseen_before = None, self._unseen
        self._version_type = "external_gte"

    def _expunge(self, commit: Commit) -> None:
        """Have what was erased merged away, and tell of the index as before, but that this is done.

        A copy of a part keeps it until the others have told it that they have no need of it, which
        they do each half a minute; and what no flush has made durable.
        """
        ask, index = self._cluster.ask, f"/{self._index}"
        for _ in range(_LOOKS_FOR_ERASED):
            ask("POST", f"{index}/_flush", request_timeout=WRITING_S)
            ask(
                "POST",
                f"{index}/_forcemerge",
                only_expunge_deletes="true",
                request_timeout=WRITING_S,
            )
            if not ask("GET", f"{index}/_stats/docs")["_all"]["total"]["docs"]["deleted"]:
                self._tell_whole(commit, erasing=False)
                return
            time.sleep(_LOOK_EVERY_S)
        raise EngineUnavailable(
            gettext(
                "the cluster keeps words of what was erased longer than it should; the next run has"
                " them removed"
            )
        )

    def _known_people(self) -> dict[str, str]:
        """The names that the last commit shows others for, of whatever engine it is: what is sent
        with the right names is not sent twice.
        """
        if self._renamed is None:
            self._renamed = {}
            # An index that is made anew may be so because the last one cannot be read.
            with suppress(ArchiveError, OSError, LookupError, ValueError):
                commit = self.last_commit or last_commit(self._folder)
                if commit is not None and commit.fingerprint == fingerprint():
                    self._renamed = dict(renamed(self._folder, commit))
        return self._renamed

    def _action(self, kind: str, number: int) -> dict[str, Any]:
        return {
            kind: {
                "_index": self._index,
                "_id": str(number),
                "version": self._seq << _UPDATE_BITS,
                "version_type": self._version_type,
            }
        }

    def _send(self, actions: Iterable[_Action]) -> None:
        for some in sized_batches(actions, _AT_ONCE, _chars, _CHARS_AT_ONCE):
            self._cluster.bulk(some)

    def _new_index(self) -> str:
        """A new index, or one that a run was filling with the same settings when it ended."""
        wanted = settings(self._config)
        about = {
            "state": "filling",
            "fingerprint": fingerprint(),
            "timezone": self._timezone,
            "settings": hashlib.blake2b(msgspec.json.encode(wanted), digest_size=8).hexdigest(),
        }
        filled = about | {"up_to": self._seq}
        answering = self._cluster.index_name()
        for name in sorted(self._indexes()):
            known = self._cluster.meta(name) if name != answering else {}
            # Of an archive that was brought back from a backup, it would hold what is yet to come.
            if known.pop("up_to", self._seq + 1) <= self._seq and known == about:
                self._unsure, self._version_type = True, "external"
                self._cluster.ask("PUT", f"/{name}/_mapping", {"_meta": filled})
                return name
        for generation in range(1, 1 << 31):
            name = f"{self._cluster.alias}-{generation}"
            try:
                self._cluster.ask(
                    "PUT", f"/{name}", {"settings": wanted, "mappings": mapping(filled)}
                )
            except Refused as error:
                if error.kind == "resource_already_exists_exception":
                    continue
                raise
            return name
        raise AssertionError("an index has a free number")

    def _tell(self, **about: Any) -> None:
        known: dict[str, Any] = {"fingerprint": fingerprint(), "timezone": self._timezone}
        if "seq" not in about:
            known["seq"] = self.last_commit.seq if self.last_commit else -1
        self._cluster.ask("PUT", f"/{self._index}/_mapping", {"_meta": known | about})

    def _tell_whole(self, commit: Commit, *, erasing: bool) -> None:
        self._tell(state="whole", seq=commit.seq, unseen=list(self._unseen), erasing=erasing)

    def _point_alias(self) -> None:
        """Let the alias name the new index, and drop those before the one that it named."""
        answering = self._cluster.index_name()
        if answering != self._index:
            actions: list[dict[str, Any]] = [
                {"add": {"index": self._index, "alias": self._cluster.alias}}
            ]
            if answering is not None:
                actions.append({"remove": {"index": answering, "alias": self._cluster.alias}})
            try:
                self._cluster.ask("POST", "/_aliases", {"actions": actions})
            except Refused:
                # Asked a second time, since the answer was lost, for what it had done.
                if self._cluster.index_name() != self._index:
                    raise
        for name in self._indexes():
            if name != self._index and (name != answering or self._holds_erased(name)):
                self._cluster.delete(name)

    def _holds_erased(self, index: str) -> bool:
        """Whether another index holds what no disk may hold."""
        queries = [
            {"query": {"terms": {ARTICLE: some}}} for some in batches(self._erased, _AT_ONCE)
        ]
        asked = (self._cluster.ask("POST", f"/{index}/_count", query) for query in queries)
        return any(answer["count"] for answer in asked)

    def _indexes(self) -> Iterator[str]:
        """The indexes of this archive, with an alias or without."""
        prefix = f"{self._cluster.alias}-"
        found = self._cluster.ask("GET", f"/{prefix}*", expand_wildcards="open,closed")
        return (name for name in list(found) if name.removeprefix(prefix).isdecimal())


def _chars(action: _Action) -> int:
    """About how long a document's texts are."""
    texts = (value for value in (action[1] or {}).values() if isinstance(value, str | list))
    return sum(len(part) for text in texts for part in ([text] if isinstance(text, str) else text))
