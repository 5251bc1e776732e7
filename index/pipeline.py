"""From paths to an index: read, enrich, archive, then let the index catch up with the archive.

Reading and archiving happen in order in this process, parsing, enrichment and analysis in
worker processes, so the result is the same for every number of them.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.archive import (
    ALERTS_FILE,
    BACKUPS_FILE,
    FILE_NAME,
    Archive,
    Content,
    Outcome,
    identity_of,
    now,
    open_archive,
    pack,
    require_archive,
    unpack,
)
from index.article import Article, Enrichment
from index.config import Config
from index.document import to_document
from index.enrich.article import enrich, enricher_fingerprint
from index.errors import ArchiveError, SourceError, printable
from index.export import read_exported
from index.identity import read_sayings
from index.lock import write_lock
from index.messages import gettext, noop
from index.processes import batches, job_count, ordered_map, sized_batches
from index.segments.arrays import Ints
from index.segments.chunk import chunk
from index.segments.commit import INDEX_FOLDER, Commit, is_index_file, last_commit
from index.segments.writer import IndexWriter
from index.sources import (
    Input,
    PassedOver,
    Record,
    Reject,
    UnknownType,
    Unreadable,
    inputs,
    members,
    read_article,
    records,
)
from index.sources.record import json_record
from index.takedown import Takedown

REJECTS_FILE = "rejects.txt"
_OWN_FILES = {
    *(FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"),
    *(ALERTS_FILE, f"{ALERTS_FILE}-journal"),
    *(BACKUPS_FILE, REJECTS_FILE),
}

# Articles sent to a worker at once: enough that sending costs little beside the work.
_RECORDS_PER_TASK = 32
_BYTES_PER_TASK = 4 << 20
_DOCUMENTS_PER_CHUNK = 512
# The archive commits this often, so that a kill loses at most the work on these.
_RECORDS_PER_COMMIT = 2000
# Where an input's records are numbered from 1 and 0 is the whole of it, the reading of it.
_READING = -1
# How much of what stands in the place of a date is told.
_QUOTED_CHARS = 40
# Part of what an input was read by: raise it when a source reads more, or otherwise, than before.
_READER_VERSION = 5


class Progress(NamedTuple):
    """How far a run is: bytes of the inputs while reading, articles while indexing."""

    stage: str
    done: int
    total: int
    articles: int


class Summary(msgspec.Struct):
    """What a run did. `rejected_before` counts records whose rejection was reported earlier,
    `passed_over` the places that hold no published article, by what they hold, `withheld` those of
    articles that are taken down, known or new, `removed` articles whose files are gone,
    `unsettled_files` files that are still being written. `emptied_folders` are left with no file,
    and so the articles from there were kept. `unread_dates` counts articles with a date that cannot
    be read. `unread_date` and `withheld_place` are the first, the latter with the id under which
    the article was taken down.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withheld: int = 0
    rejected: int = 0
    rejected_before: int = 0
    removed: int = 0
    unknown_files: int = 0
    passed_over: dict[str, int] = {}
    unsettled_files: int = 0
    emptied_folders: tuple[str, ...] = ()
    unread_dates: int = 0
    unread_date: str | None = None
    withheld_place: str | None = None
    seconds: float = 0.0


class _Place(NamedTuple):
    """Where a record stands: the archive's number of its input, the path, its place in there."""

    input: int
    path: str
    number: int
    payload_hash: bytes

    def __str__(self) -> str:
        return _place_name(self.path, self.number)


class _Ready(NamedTuple):
    """A record that became an article, enriched and packed."""

    identity: str
    article: Article
    packed: bytes
    source: str | None
    shown: bool | None  # in the archive that it was exported from, None for others


class _End(NamedTuple):
    """The end of an input, and the places where it held something before, but no more.

    An input that cannot be read to its end has none, so the next run reads it again.
    """

    input: int
    gone: tuple[int, ...]


_Row = tuple[int, int, bytes]  # number, seq and packed content of an archived article
_Fresh = tuple[bytes, str | None]  # packed content and source of an article that was read anew
_Step = tuple[_Place, Record | Reject] | _End
_Done = tuple[_Place, _Ready | Reject] | _End


def index_paths(
    paths: Sequence[str],
    folder: Path,
    config: Config,
    *,
    source: str | None = None,
    timezone: str | None = None,
    jobs: int | None = None,
    prune: bool = False,
    dry_run: bool = False,
    settled_s: float = 0.0,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Summary, list[str]]:
    """Index files, folders or standard input ("-") into the archive in a folder.

    With more than one job, a script must call it under `if __name__ == "__main__":`, since each
    worker process begins by importing the script.
    Returns what was done, and a line for each record that this run rejected.
    `source` names the publisher of articles that do not say theirs, `timezone` the zone of times
    that do not say theirs (the days of the index begin in the configured one all the same).
    `prune` erases the articles whose files were below the paths and are gone; `dry_run` counts
    what would be done, without enrichment, and changes nothing. Files that were changed in the
    last `settled_s` seconds are left for a later run.
    Raises SourceError for a path that does not exist, ConfigError for such a zone, ArchiveError
    when another run is writing or the index is stale; anything wrong with single articles is
    rejected, reported and counted instead.
    """
    started = time.perf_counter()
    read_by = msgspec.structs.replace(config, timezone=timezone or config.timezone)
    # An archive inside an indexed folder does not read what it wrote itself.
    found = [one for one in inputs(paths) if not _is_own(Path(one.path), folder.resolve())]
    jobs = job_count(config.indexing.jobs if jobs is None else jobs)
    with ExitStack() as stack:
        if dry_run and not (folder / FILE_NAME).exists():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(write_lock(folder / INDEX_FOLDER))
        archive = stack.enter_context(open_archive(folder, write=True))
        # Opened before anything is read: a stale index is refused at once.
        writer = None if dry_run else stack.enter_context(_writer(archive, config))
        archive.end_takedowns()
        reading = _Reading(archive, config, read_by, source, on_progress, dry_run=dry_run)
        reading.read(found, jobs, settled_s)
        if prune:
            reading.prune(paths)
        if writer is not None:
            _, failures = _catch_up(archive, writer, config, jobs, on_progress)
            reading.add_failures(failures)
    reading.summary.seconds = time.perf_counter() - started
    return reading.summary, reading.rejects


def _is_own(path: Path, folder: Path) -> bool:
    """Whether the archive in a folder wrote a file itself."""
    if path.parent == folder:
        return path.name in _OWN_FILES
    return path.parent == folder / INDEX_FOLDER and is_index_file(path.name)


def index_article(payload: bytes, folder: Path, config: Config) -> tuple[str | None, Outcome]:
    """Index one article, a JSON object as a line of JSON Lines has it.

    Returns its public id, None where nothing of it is kept, and what came of it. As from standard
    input, one without URL or id is known by its content. Raises SourceError for what is no
    article, and ArchiveError when another run is writing or the index is stale.
    """
    record = json_record(None, payload, config)
    if isinstance(record, Reject):
        raise SourceError(record.reason)
    digest = hashlib.blake2b(payload, digest_size=16).digest()
    place = _Place(0, "-", 0, digest)
    ready = _ready(place, record, config, config, None, enricher_fingerprint(config))
    if isinstance(ready, Reject):
        raise SourceError(ready.reason)
    with _opened(folder, config) as (archive, writer):
        archive.end_takedowns()
        number: int | None = None
        outcome: Outcome = "withheld"
        # It has no place: what came by itself before is not an earlier form of it.
        if not archive.withholds(ready.identity, ready.article, "-", 0, digest):
            number, outcome = _put(archive, ready)
        archive.commit()
        _, failures = _catch_up(archive, writer, config, 1, lambda _: None)
        if failures:
            raise SourceError(failures[0])
        return (archive.public_id(number) if number is not None else None), outcome


def delete(
    folder: Path,
    numbers: Sequence[int],
    config: Config,
    *,
    reason: str = "",
    who: str | None = None,
) -> bool:
    """Erase articles from the archive of a folder and from its index, and let none come again.

    The log names `who` did it, by default the user who runs this program. False when the archive's
    log still holds them, because another program is reading. One that somebody else has erased
    since it was named is left at that.
    """
    with _opened(folder, config) as (archive, writer):
        numbers = archive.not_erased(numbers)
        for number in numbers:
            archive.bury(number, reason, who)
        log_is_empty = archive.delete(*numbers)
        _catch_up(archive, writer, config, 1, lambda _: None)
        return log_is_empty


def withdraw(
    folder: Path,
    numbers: Sequence[int],
    config: Config,
    *,
    reason: str,
    until: str | None = None,
    who: str | None = None,
) -> None:
    """Show articles no more, or not before a moment in UTC, whatever brings them again.

    The log names `who` did it, by default the user who runs this program. One that somebody else
    has erased since it was named is left at that.
    """
    with _opened(folder, config) as (archive, writer):
        for number in archive.not_erased(numbers):
            archive.withdraw(number, reason, until, who)
        archive.commit()  # open engines hide them from now on
        _catch_up(archive, writer, config, 1, lambda _: None)


def undo_takedowns(
    folder: Path, takedowns: Sequence[Takedown], config: Config, *, reason: str
) -> None:
    """Show withdrawn articles again; deleted ones may come again with the next input."""
    with _opened(folder, config) as (archive, writer):
        for takedown in takedowns:
            archive.undo_takedown(takedown, reason)
        archive.commit()
        _catch_up(archive, writer, config, 1, lambda _: None)


def reindex(
    folder: Path,
    config: Config,
    *,
    every: bool = False,
    jobs: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Commit, list[str]]:
    """Read anew what another enricher has read in the archived articles, or `every` one, and build
    the index again, beside the old.

    Readers keep the old index until the new one is whole. Also returns a line for each article
    that could not be read anew, and so stays as it was read, or that the index could not take.
    """
    require_archive(folder)  # "missing" rather than an empty new one
    jobs = job_count(config.indexing.jobs if jobs is None else jobs)
    with write_lock(folder / INDEX_FOLDER), open_archive(folder, write=True) as archive:
        rows = archive.contents()
        total, done = archive.count(), 0
        tasks = batches(rows, _RECORDS_PER_TASK)
        failures: list[str] = []
        enricher = enricher_fingerprint(config)
        work = partial(_enrich_again, config=config, enricher=enricher, every=every)
        for results in ordered_map(work, tasks, jobs):
            for number, seq, result in results:
                if isinstance(result, str):
                    failures.append(f"{archive.public_id(number)}: {result}")
                elif result is not None:
                    archive.update_enrichment(seq, *result)
            done += len(results)
            on_progress(Progress(noop("enriching"), done, total, done))
        archive.add_rereading()
        archive.commit()
        with _writer(archive, config, from_scratch=True) as writer:
            commit, not_indexed = _catch_up(archive, writer, config, jobs, on_progress)
        return commit, failures + not_indexed


def rebuild(
    folder: Path,
    config: Config,
    *,
    jobs: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Commit, list[str]]:
    """Build the index again from the archive as it stands, beside the old one.

    Unlike `reindex`, it reads nothing anew and leaves the archive as it is. Also returns a line
    for each article that the index could not take.
    """
    open_archive(folder).close()  # "missing" rather than an empty new one
    jobs = job_count(config.indexing.jobs if jobs is None else jobs)
    with _opened(folder, config, from_scratch=True) as (archive, writer):
        return _catch_up(archive, writer, config, jobs, on_progress)


def optimize(folder: Path, config: Config) -> tuple[Commit, Commit]:
    """Merge the index into one segment, without deleted documents; the commits before and after."""
    open_archive(folder).close()  # "missing" rather than an empty new one
    with _opened(folder, config) as (archive, writer):
        before, _ = _catch_up(archive, writer, config, 1, lambda _: None)
        if len(before.segments) < 2 and not any(entry.deleted for entry in before.segments):
            return before, before
        writer.merge_all()
        return before, writer.commit(before.seq)


class _Reading:
    """One run's reading: inputs in, archived articles and counts out."""

    def __init__(
        self,
        archive: Archive,
        config: Config,
        read_by: Config,
        source: str | None,
        on_progress: Callable[[Progress], None],
        *,
        dry_run: bool = False,
    ) -> None:
        """`read_by` is the configuration by which the sources are read. Of a dry run, which
        enriches nothing, nothing is committed.
        """
        self._archive = archive
        self._config = config
        self._read_by = read_by
        self._source = source
        self._on_progress = on_progress
        self._reader = _reader_fingerprint(read_by, source)
        self.summary = Summary()
        self._bytes_read = 0
        self.rejects: list[str] = []
        self._rejects_written = 0
        self._dry_run = dry_run
        # What was found, and where it cannot be told what is there.
        self._paths: set[str] = set()
        self._unreadable: set[str] = set()

    def read(
        self, found: Sequence[Input | Unreadable | UnknownType], jobs: int, settled_s: float = 0.0
    ) -> None:
        """Read all inputs to their ends, but those that are being written."""
        settled_ns = time.time_ns() - int(settled_s * 1e9) if settled_s else None
        total = sum(source.size for source in found if isinstance(source, Input))
        work = partial(
            _process,
            config=self._config,
            read_by=self._read_by,
            source=self._source,
            enricher=None if self._dry_run else enricher_fingerprint(self._config),
        )
        since_commit = 0
        for steps in ordered_map(work, _tasks(self._steps(found, settled_ns)), jobs):
            for step in steps:
                if isinstance(step, _End):
                    self._archive.finish_input(*step)
                else:
                    self._store(*step)
            since_commit += len(steps)
            if since_commit >= _RECORDS_PER_COMMIT:
                self._commit()
                since_commit = 0
            self._on_progress(Progress(noop("reading"), self._bytes_read, total, self.summary.read))
        self._commit()

    def _steps(
        self, found: Iterable[Input | Unreadable | UnknownType], settled_ns: int | None
    ) -> Iterator[_Step]:
        """What there is to do, in order; records that are known are only counted."""
        for source in found:
            self._paths.add(source.path)
            if not isinstance(source, Input) or self._is_unchanged(source):
                yield from self._steps_of(source)
            elif settled_ns is not None and settled_ns < source.mtime_ns <= time.time_ns():
                self.summary.unsettled_files += 1
                self._unreadable.add(source.path)
            else:
                for member in members(source):
                    if member.path != source.path:  # no fault of the zip file is left
                        self._archive.forget_input(source.path)
                    self._paths.add(member.path)
                    yield from self._steps_of(member)

    def _is_unchanged(self, source: Input) -> bool:
        return source.path != "-" and self._archive.input_is_unchanged(
            source.path, source.size, source.mtime_ns, self._reader
        )

    def _steps_of(self, source: Input | Unreadable | UnknownType) -> Iterator[_Step]:
        archive, summary = self._archive, self.summary
        if isinstance(source, UnknownType):
            summary.unknown_files += 1
        elif isinstance(source, Unreadable):
            self._unreadable.add(source.path)
            number = archive.start_input(source.path, 0, 0, self._reader)
            yield from self._unless_known(number, source.path, source)
        elif self._is_unchanged(source):
            records_before, rejects_before = archive.records_of(source.path)
            withheld = archive.withheld_records(source.path)
            summary.read += records_before
            summary.unchanged += records_before - rejects_before - len(withheld)
            summary.rejected_before += rejects_before
            for place, payload_hash in withheld:
                self._count_withheld(_place_name(source.path, place), payload_hash)
            self._bytes_read += source.size
        else:
            number = archive.start_input(source.path, source.size, source.mtime_ns, self._reader)
            gone = archive.places(number)
            for record in records(source, self._read_by, self._count_bytes):
                if isinstance(record, PassedOver):
                    summary.passed_over[record.what] = summary.passed_over.get(record.what, 0) + 1
                    continue
                yield from self._unless_known(number, source.path, record)
                if isinstance(record, Unreadable):
                    break
                gone.discard(record.number or 0)
            else:
                yield _End(number, tuple(gone))

    def prune(self, paths: Sequence[str]) -> None:
        """Erase the articles whose files were below these paths and are not there any more.

        Where a folder is left with nothing in it, or something cannot be read, all is kept: a
        disk that is not mounted looks like that.
        """
        occupied = {str(folder) for path in self._paths for folder in Path(path).parents}
        gone: set[int] = set()
        emptied: set[str] = set()
        for path in map(os.path.realpath, paths):
            for number, one in self._archive.inputs_below(path):
                if one in self._paths or os.path.lexists(one) or self._is_untold(one):
                    continue
                folder = os.path.dirname(one)
                while folder != path and not os.path.isdir(folder):
                    folder = os.path.dirname(folder)
                if folder in occupied:
                    gone.add(number)
                else:
                    emptied.add(folder)
        self.summary.emptied_folders = tuple(sorted(emptied))
        self.summary.removed = self._archive.forget_inputs(sorted(gone))
        self._commit()

    def _is_untold(self, path: str) -> bool:
        """Whether a file lies in what cannot be read now."""
        return any(path.startswith(f"{one}/") for one in self._unreadable)

    def _unless_known(
        self, number: int, path: str, record: Record | Reject | Unreadable
    ) -> Iterator[tuple[_Place, Record | Reject]]:
        if isinstance(record, Unreadable):
            place, record = _READING, Reject(None, record.reason)
        else:
            place = record.number or 0
        content = record.payload if isinstance(record, Record) else record.reason.encode()
        digest = hashlib.blake2b(content, digest_size=16, key=self._reader.encode()).digest()
        known = None
        if path != "-":
            known = self._archive.record_outcome(number, place, digest)
        self.summary.read += 1
        if known is None:
            yield _Place(number, path, place, digest), record
        elif known == "rejected":
            self.summary.rejected_before += 1
        elif known == "withheld":
            self._count_withheld(_place_name(path, place), digest)
        else:
            self.summary.unchanged += 1

    def _count_bytes(self, count: int) -> None:
        self._bytes_read += count

    def _store(self, place: _Place, result: _Ready | Reject) -> None:
        summary = self.summary
        if isinstance(result, Reject):
            summary.rejected += 1
            self.rejects.append(printable(f"{place}: {result.reason}"))
            self._archive.put_record(
                place.input, place.number, place.payload_hash, None, result.reason
            )
            return
        self._store_article(place, result)

    def _store_article(self, place: _Place, ready: _Ready) -> None:
        summary = self.summary
        if self._archive.withholds(
            ready.identity, ready.article, place.path, place.number, place.payload_hash
        ):
            self._count_withheld(str(place), place.payload_hash)
            self._archive.put_record(place.input, place.number, place.payload_hash, None)
            return
        # What stood first in another pipe is not an earlier form of what stands first in this one.
        if ready.shown is None and place.path != "-":
            self._archive.reidentify(place.input, place.number, ready.identity, ready.article)
        number, outcome = _put(self._archive, ready)
        if outcome == "withheld":
            self._archive.takedowns.know(number, [place.payload_hash])
            self._count_withheld(str(place), place.payload_hash)
        else:
            setattr(summary, outcome, getattr(summary, outcome) + 1)
        if unread := ready.article.unread_date:
            summary.unread_dates += 1
            summary.unread_date = summary.unread_date or printable(
                f"{unread[:_QUOTED_CHARS]!r} ({place})"
            )
        self._archive.put_record(place.input, place.number, place.payload_hash, number)

    def _count_withheld(self, place: str, payload_hash: bytes) -> None:
        """Count a record that is withheld; of the first, tell where it is and as what."""
        self.summary.withheld += 1
        if self.summary.withheld_place is None:
            number = self._archive.takedowns.holding([payload_hash])
            takedown = self._archive.takedowns.of(number) if number is not None else None
            known_as = f" ({self._archive.known_as(takedown)})" if takedown else ""
            self.summary.withheld_place = printable(place + known_as)

    def add_failures(self, failures: list[str]) -> None:
        """Count and report articles that were archived, but that the index could not take."""
        self.summary.rejected += len(failures)
        self.rejects += failures
        self._commit()

    def _commit(self) -> None:
        """Make the articles durable, and tell of the rejected ones where people look for them."""
        if self._dry_run:
            return
        self._archive.commit()
        if len(self.rejects) > self._rejects_written:
            with (self._archive.folder / REJECTS_FILE).open("a", encoding="utf-8") as out:
                for reject in self.rejects[self._rejects_written :]:
                    out.write(f"{now()} {reject}\n")
            self._rejects_written = len(self.rejects)


def _place_name(path: str, place: int) -> str:
    """How people are told of a place in an input."""
    return f"{path}:{place}" if place > 0 else path


def _tasks(steps: Iterable[_Step]) -> Iterator[list[_Step]]:
    """Steps in batches for a worker, by number and by size."""
    return sized_batches(steps, _RECORDS_PER_TASK, _payload_bytes, _BYTES_PER_TASK)


def _payload_bytes(step: _Step) -> int:
    if isinstance(step, _End) or not isinstance(step[1], Record):
        return 0
    return len(step[1].payload)


def _process(
    steps: list[_Step], config: Config, read_by: Config, source: str | None, enricher: str | None
) -> list[_Done]:
    """In a worker: read the records among the steps, and enrich them if it is told as which."""
    done: list[_Done] = []
    for step in steps:
        if isinstance(step, _End):
            done.append(step)
        else:
            place, record = step
            if isinstance(record, Record):
                done.append((place, _ready(place, record, config, read_by, source, enricher)))
            else:
                done.append((place, record))
    return done


def _ready(
    place: _Place,
    record: Record,
    config: Config,
    read_by: Config,
    source: str | None,
    enricher: str | None,
) -> _Ready | Reject:
    try:
        is_json = record.format == "json"
        exported = read_exported(record.payload, enricher or "") if is_json else None
        article = exported.article if exported else read_article(record, read_by)
        if source is not None and article.source is None and exported is None:
            article = msgspec.structs.replace(article, source=source)
        if enricher is None:
            content = Content(article, Enrichment(source=article.source))
        else:
            known = exported.enrichment if exported else None
            content = Content(article, known or enrich(article, config), enricher)
        packed = pack(content)
    except SourceError as error:
        return Reject(record.number, str(error))
    except Exception as error:  # a fault of ours in one article must not stop the others
        return Reject(record.number, _our_fault(error))
    identity = exported.identity if exported else identity_of(article, place.path, place.number)
    shown = exported.shown if exported else None
    return _Ready(identity, article, packed, content.enrichment.source, shown)


def _put(archive: Archive, ready: _Ready) -> tuple[int, Outcome]:
    return archive.put(
        ready.identity,
        ready.article,
        ready.packed,
        ready.source,
        is_past=ready.shown is False,
    )


def _our_fault(error: Exception) -> str:
    return gettext("internal error, please report it: {error!r}", error=error)


def _enrich_again(
    rows: list[_Row], config: Config, enricher: str, every: bool
) -> list[tuple[int, int, _Fresh | str | None]]:
    """In a worker: number, seq and new content of archived articles.

    The content is None where the same would be read, and why where nothing can be read.
    """
    return [(number, seq, _fresh(packed, config, enricher, every)) for number, seq, packed in rows]


def _fresh(packed: bytes, config: Config, enricher: str, every: bool) -> _Fresh | str | None:
    try:
        content = unpack(packed)
        if content.enricher == enricher and not every:
            return None
        enrichment = enrich(content.article, config)
        return pack(Content(content.article, enrichment, enricher)), enrichment.source
    except ArchiveError as error:
        return gettext("not read anew: {error}", error=error)
    except Exception as error:  # a fault of ours in one article must not stop the others
        return gettext("not read anew: {error}", error=_our_fault(error))


@contextmanager
def _opened(
    folder: Path, config: Config, *, from_scratch: bool = False
) -> Iterator[tuple[Archive, IndexWriter]]:
    """An archive that nobody else writes meanwhile, and the writer of its index."""
    with (
        write_lock(folder / INDEX_FOLDER),
        open_archive(folder, write=True) as archive,
        _writer(archive, config, from_scratch=from_scratch) as writer,
    ):
        yield archive, writer


@contextmanager
def _writer(
    archive: Archive, config: Config, *, from_scratch: bool = False
) -> Iterator[IndexWriter]:
    """The writer of the configured engine, on the archive's index."""
    folder = archive.folder / INDEX_FOLDER
    said = read_sayings(config.people.identities)
    if not from_scratch:  # unless a reindex was killed before it had built the new index
        commit = last_commit(folder)
        from_scratch = commit is not None and commit.seq < archive.last_rereading()
    if config.engine == "opensearch":
        from index.opensearch.cluster import Cluster
        from index.opensearch.writer import ClusterWriter

        with closing(Cluster(config.opensearch)) as cluster:
            yield ClusterWriter(folder, config, cluster, said, from_scratch=from_scratch)
        return
    yield IndexWriter(
        folder,
        config.indexing.memory_mb,
        said,
        timezone=config.timezone,
        from_scratch=from_scratch,
    )


def _catch_up(
    archive: Archive,
    writer: IndexWriter,
    config: Config,
    jobs: int,
    on_progress: Callable[[Progress], None],
) -> tuple[Commit, list[str]]:
    """Bring the index to the archive's last change, whatever ended the run before.

    Also returns a line for each article that it could not take.
    """
    failures: list[str] = []
    seq = archive.last_seq()
    last = writer.last_commit
    if last is not None and (last.seq, last.identities) == (seq, writer.identities):
        return last, failures
    writer.begin(seq)
    since = last.seq if last else 0
    numbers = archive.numbers_changed_since(since)
    writer.remove(numbers)
    writer.erase(archive.deleted_since(since))
    done = 0
    work = partial(_analyse, timezone=config.timezone)
    # Closed before the archive, also where the writer gives up.
    with closing(archive.changed_since(since)) as rows:
        tasks = batches(rows, _DOCUMENTS_PER_CHUNK)
        for arrays, failed in ordered_map(work, tasks, jobs):
            done += len(arrays["articles"])
            writer.add(arrays)
            failures += [f"{archive.public_id(number)}: {reason}" for number, reason in failed]
            on_progress(Progress(noop("indexing"), done, len(numbers), done))
    unseen = [number for number, _ in archive.takedowns.hidden()]
    return writer.commit(seq, unseen), failures


def _analyse(rows: list[_Row], timezone: str) -> tuple[dict[str, Ints], list[tuple[int, str]]]:
    """In a worker: archived articles as a chunk of the index, and which ones it lacks and why."""
    try:
        return _chunk(rows, timezone), []
    except Exception:  # a fault of ours in one article must not stop the others
        sound, failed = [], []
        for row in rows:
            try:
                _chunk([row], timezone)
                sound.append(row)
            except ArchiveError as error:
                failed.append((row[0], gettext("not indexed: {error}", error=error)))
            except Exception as error:
                failed.append(
                    (row[0], gettext("archived but not indexed: {error}", error=_our_fault(error)))
                )
        return _chunk(sound, timezone), failed


def _chunk(rows: list[_Row], timezone: str) -> dict[str, Ints]:
    documents = []
    for number, seq, packed in rows:
        content = unpack(packed)
        documents.append(to_document(number, seq, content.article, content.enrichment, timezone))
    return chunk(documents)


def _reader_fingerprint(config: Config, source: str | None) -> str:
    """Changes whenever the same bytes would be read as another article."""
    described = (_READER_VERSION, config.timezone, source, msgspec.json.encode(config.sources))
    return hashlib.blake2b(repr(described).encode(), digest_size=8).hexdigest()
