"""Writing the index: chunks become segments, segments merge, a commit makes them visible.

Every file is new and fsynced before the table of contents that names it is renamed into place,
so a crash at any point leaves the last commit. Readers are never waited for: the files of the
commit before are kept until the next one, unless something was erased that they hold.
"""

import datetime
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.config import Config, EngineName
from index.durable import make_folder, write_durably
from index.errors import ArchiveError
from index.identity import NOTHING_SAID, Sayings, known_sayings
from index.messages import gettext
from index.segments.arrays import Ints, write_arrays
from index.segments.commit import (
    INDEX_NAME,
    LOCK_NAME,
    SEGMENT_SUFFIX,
    Commit,
    SegmentEntry,
    commit_to_bytes,
    details_name,
    fingerprint,
    generations,
    is_index_file,
    kept_docs,
    last_commit,
    open_segment,
    refuse_other_settings,
    toc_name,
)
from index.segments.merge import merge
from index.segments.people import people_arrays
from index.segments.postings import MAX_DOCS
from index.segments.segment import Segment
from index.segments.stories import story_arrays

# What a merge holds of each term in memory, and the time that a run spends in rewriting, end here;
# far from MAX_DOCS, which no segment may exceed.
_MAX_MERGED_DOCS = 1_000_000


class IndexWriter:
    """Adds and removes articles in the index of one folder; the caller holds the write lock."""

    engine: EngineName = "embedded"

    def __init__(
        self,
        folder: Path,
        memory_mb: int,
        said: Sayings = NOTHING_SAID,
        *,
        timezone: str = Config().timezone,
        from_scratch: bool = False,
    ) -> None:
        """`said` is the newsroom's word on who is who, `timezone` where the days begin of what
        will be added.

        Raises ArchiveError when the index is stale or damaged, unless `from_scratch`.
        """
        self._said = said
        self._timezone = timezone
        self.identities = known_sayings().digest + said.digest
        self._folder = folder
        self._memory_bytes = memory_mb << 20
        make_folder(folder)
        found = generations(folder)
        self._generation = found[-1] if found else 0
        self.last_commit = None if from_scratch else last_commit(folder)
        if self.last_commit is not None:
            refuse_other_settings(self.last_commit, folder, timezone, self.engine)
        entries = self.last_commit.segments if self.last_commit else ()
        try:
            self._segments = [open_segment(folder, entry.name) for entry in entries]
            self._kept = [kept_docs(folder, entry) for entry in entries]
        except FileNotFoundError as error:
            raise ArchiveError(
                gettext(
                    "{path} is missing; run `cakap-search reindex` to build the index again",
                    path=error.filename,
                ),
                "damaged",
            ) from error
        self._erased_from: set[str] = set()
        self._pending: list[Segment] = []
        self._pending_bytes = 0

    def begin(self, seq: int) -> None:
        """Tell up to which change of the archive all that follows until the commit is."""

    def add(self, chunk: Mapping[str, Ints]) -> None:
        """Add a chunk of analysed articles."""
        segment = Segment(chunk)
        if sum(map(len, self._pending)) + len(segment) > MAX_DOCS:
            self._flush()
        self._pending.append(segment)
        self._pending_bytes += segment.size_bytes
        if self._pending_bytes >= self._memory_bytes:
            self._flush()

    def remove(self, articles: Iterable[int]) -> None:
        """Remove articles of earlier commits by their numbers; call it before adding.

        Those that the index does not hold are no matter.
        """
        numbers = np.fromiter(articles, dtype=np.int64)
        for segment, kept in zip(self._segments, self._kept, strict=True):
            kept[np.isin(segment.articles, numbers)] = False

    def erase(self, articles: Iterable[int]) -> None:
        """Remove articles so that no file holds them after the commit, in no version."""
        numbers = np.fromiter(articles, dtype=np.int64)
        self.remove(numbers)
        self._erased_from |= {
            segment.name for segment in self._segments if np.isin(numbers, segment.articles).any()
        }

    def merge_all(self) -> None:
        """Put one segment without deleted documents in the place of all."""
        self._replace(list(range(len(self._segments))))

    def commit(self, seq: int, unseen: Sequence[int] = ()) -> Commit:
        """Make all that was added and removed visible at once.

        `unseen` are articles that readers hide for now: names by which they alone know a person
        become nobody else's.
        """
        self._flush()
        self._rewrite_without_deleted()
        self._merge_small()
        self._generation += 1
        entries = tuple(
            self._entry(segment, kept)
            for segment, kept in zip(self._segments, self._kept, strict=True)
        )
        people = f"_{INDEX_NAME}_{self._generation}.people"
        seen = [
            kept & ~np.isin(segment.articles, np.array(unseen, dtype=np.int64))
            for segment, kept in zip(self._segments, self._kept, strict=True)
        ]
        named = people_arrays(self._segments, self._kept, seen, self._said)
        write_arrays(self._folder / people, named.items())
        stories = f"_{INDEX_NAME}_{self._generation}.stories"
        write_arrays(self._folder / stories, story_arrays(self._segments, self._kept).items())
        commit = Commit(
            generation=self._generation,
            fingerprint=fingerprint(),
            seq=seq,
            articles=sum(entry.docs - entry.deleted for entry in entries),
            committed_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            segments=entries,
            people=people,
            stories=stories,
            identities=self.identities,
            timezone=self._timezone,
            engine=self.engine,
        )
        self._publish(commit)
        write_durably(self._folder / details_name(self._generation), commit_to_bytes(commit))
        self._write_toc(commit)
        self._remove_unused(commit)
        self.last_commit = commit
        self._erased_from.clear()
        return commit

    def _publish(self, commit: Commit) -> None:
        """What must be done elsewhere before a commit, whose segments and maps are written."""

    def _flush(self) -> None:
        if self._pending:
            everything = [np.ones(len(segment), dtype=np.bool_) for segment in self._pending]
            self._append(self._pending, everything)
            self._pending, self._pending_bytes = [], 0

    def _append(self, parts: list[Segment], kept: list[NDArray[np.bool_]]) -> None:
        """Merge parts into one new segment on disk, the last of the index, unless it is empty."""
        if not any(keep.any() for keep in kept):
            return
        name = f"{INDEX_NAME}_{secrets.token_hex(8)}"
        write_arrays(self._folder / (name + SEGMENT_SUFFIX), merge(parts, kept, self._folder))
        segment = open_segment(self._folder, name)
        self._segments.append(segment)
        self._kept.append(np.ones(len(segment), dtype=np.bool_))

    def _rewrite_without_deleted(self) -> None:
        """Write segments anew that have more deleted than kept documents, or erased ones."""
        for number in reversed(range(len(self._segments))):
            mostly_deleted = self._kept[number].sum() * 2 < len(self._kept[number])
            if mostly_deleted or self._segments[number].name in self._erased_from:
                self._replace([number])

    def _merge_small(self) -> None:
        """Merge the smallest segments while together they are at least half of the next one.

        So each segment that is left is more than twice all smaller ones together, n articles
        make at most log3(n) segments (and those of the largest size), and an article comes into
        a segment half as large again each time that it is rewritten.
        """
        while len(numbers := self._smallest()) > 1:
            self._replace(numbers)

    def _smallest(self) -> list[int]:
        """The smallest segments that are to be merged now."""
        sizes = [int(kept.sum()) for kept in self._kept]
        by_size = sorted(range(len(sizes)), key=sizes.__getitem__)
        chosen = smaller = 0
        for count, number in enumerate(by_size):
            together = smaller + sizes[number]
            if together > _MAX_MERGED_DOCS:
                break
            if smaller * 2 >= sizes[number]:
                chosen = count + 1
            smaller = together
        return by_size[:chosen]

    def _replace(self, numbers: list[int]) -> None:
        """Put one new segment in the place of some, if they are as they were written."""
        names = [self._segments[number].name for number in sorted(numbers)]
        parts = [open_segment(self._folder, name, verify=True) for name in names]
        kept = [self._kept[number] for number in sorted(numbers)]
        for number in sorted(numbers, reverse=True):
            del self._segments[number], self._kept[number]
        self._append(parts, kept)

    def _entry(self, segment: Segment, kept: NDArray[np.bool_]) -> SegmentEntry:
        deleted = np.flatnonzero(~kept)
        if not len(deleted):
            return SegmentEntry(segment.name, len(segment))
        before = (
            {entry.name: entry for entry in self.last_commit.segments} if self.last_commit else {}
        )
        known = before.get(segment.name)
        if known is not None and known.deleted == len(deleted):
            return known  # documents only ever become deleted: as many means the same ones
        name = f"{segment.name}.{self._generation}.del"
        write_arrays(self._folder / name, [("docs", deleted.astype(np.uint32))])
        return SegmentEntry(segment.name, len(segment), name, len(deleted))

    def _write_toc(self, commit: Commit) -> None:
        """Write Whoosh's table of contents; renaming it into place is the commit."""
        from index.segments.codec import toc_bytes

        write_durably(self._folder / toc_name(commit.generation), toc_bytes(commit))

    def _remove_unused(self, commit: Commit) -> None:
        """Delete files that neither this commit nor the one before it names.

        Where something was erased, those of the one before too; who has them open keeps them.
        """
        in_use = commit.files() | {LOCK_NAME}
        if self.last_commit is not None and not self._erased_from:
            in_use |= self.last_commit.files()
        for path in self._folder.iterdir():
            if path.name not in in_use and is_index_file(path.name):
                with suppress(FileNotFoundError, PermissionError):  # Windows keeps what is mapped
                    path.unlink()
