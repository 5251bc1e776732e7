"""Whether an archive and its index are whole, and agree: every problem in plain words.

What SQLite cannot know is compared with what it follows from: a version with its content hash, an
article with the version that is shown, the index with the archive. The compressed contents and
all files of the index carry checksums of their own.
"""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from index.archive import Archive, open_archive, short_id, unpack
from index.config import Config
from index.errors import ArchiveError
from index.messages import gettext, noop
from index.segments.arrays import read_arrays, release
from index.segments.codec import toc_bytes
from index.segments.commit import (
    INDEX_FOLDER,
    Commit,
    kept_docs,
    last_commit,
    open_segment,
    refuse_other_settings,
    toc_name,
)

RESTORE = noop(
    "restore a backup into another folder and add what this one can still export"
    " (docs/operations.md)"
)
REPAIR = noop("`cakap-search check --repair` builds the index again from the archive")
# A database that is damaged all over would fill screens; the first lines tell as much.
_MOST_OF_A_KIND = 20
# A writer that removes old files meanwhile is rare, five in a row do not happen.
_ATTEMPTS = 5


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that is wrong, and what to do. A damaged version is named by its article's id, its
    sequence number and its content hash (hexadecimal), as far as they can still be read.
    """

    where: Literal["archive", "index"]
    what: str
    remedy: str
    id: str | None = None
    seq: int | None = None
    content_hash: str | None = None


def _in_archive(what: str, *version: Any) -> Problem:
    return Problem("archive", what, gettext(RESTORE), *version)


def _in_index(what: str, *version: Any) -> Problem:
    return Problem("index", what, gettext(REPAIR), *version)


class Report(msgspec.Struct, frozen=True):
    """What was looked at, and every problem; none when all is well."""

    articles: int
    versions: int
    segments: int
    problems: list[Problem]


def check(
    folder: Path, config: Config, on_progress: Callable[[int, int], None] = lambda *_: None
) -> Report:
    """Compare everything in an archive folder with its checksums, and the index with the archive.

    A writer may be at work meanwhile. `on_progress` is told how many versions of how many have been
    read.
    Raises ArchiveError where there is no archive, or one of another format version.
    """
    articles = versions = segments = 0
    try:
        with open_archive(folder) as archive:
            archive.connection.execute("BEGIN")  # all that follows reads one state
            problems = list(archive_problems(archive, on_progress))
            articles, versions = archive.count(), archive.version_count()
        damaged = {problem.seq for problem in problems}
        segments, in_index = _index_problems(folder, config, damaged)
        problems += in_index
    except ArchiveError as error:
        if error.kind != "damaged":
            raise
        problems = [_in_archive(str(error))]
    except sqlite3.DatabaseError as error:
        problems = problems or [_unreadable(gettext("the database"), error)]
    return Report(articles, versions, segments, problems)


# The archive


def archive_problems(
    archive: Archive, on_progress: Callable[[int, int], None] = lambda *_: None
) -> Iterator[Problem]:
    """What is wrong in an archive by itself."""
    db = archive.connection
    for look in (_integrity, _references, _articles, _numbers, _takedowns):
        try:
            yield from look(db)
        except Exception as error:  # a damaged row may hold anything
            yield _unreadable(gettext("the database"), error)
    try:
        yield from _versions(archive, on_progress)
    except sqlite3.DatabaseError as error:
        yield _unreadable(gettext("the list of versions"), error)


def _unreadable(what: str, error: Exception) -> Problem:
    return _in_archive(gettext("{what} cannot be read: {error}", what=what, error=error))


def _integrity(db: sqlite3.Connection) -> Iterator[Problem]:
    for (line,) in db.execute(f"PRAGMA integrity_check({_MOST_OF_A_KIND})"):
        if line != "ok":
            yield _in_archive(f"SQLite: {line}")


def _references(db: sqlite3.Connection) -> Iterator[Problem]:
    rows = db.execute("PRAGMA foreign_key_check").fetchmany(_MOST_OF_A_KIND)
    for table, rowid, parent, _ in rows:
        what = gettext(
            "{table} {row} refers to no {parent} that exists",
            table=table,
            row="?" if rowid is None else rowid,
            parent=parent,
        )
        yield _in_archive(what)


def _articles(db: sqlite3.Connection) -> Iterator[Problem]:
    taken_down = {row[0] for row in db.execute("SELECT short_id FROM takedown")}
    rows = db.execute(
        "SELECT number, identity, short_id, version.seq FROM article LEFT JOIN version"
        " ON version.seq = article.current AND version.article = article.number"
    )
    for number, identity, stored_id, seq in rows:
        own_id = short_id(identity)
        # One that was taken down has given up its place, not its id: another may stand there.
        if own_id != stored_id and taken_down.isdisjoint((own_id, stored_id)):
            what = gettext(
                "article {number} has an identity that is not that of its id {id}",
                number=number,
                id=stored_id,
            )
            yield _in_archive(what, stored_id)
        if seq is None:
            what = gettext(
                "article {number} ({identity}) shows a version that is not there",
                number=number,
                identity=identity,
            )
            yield _in_archive(what, stored_id)


def _numbers(db: sqlite3.Connection) -> Iterator[Problem]:
    """Numbers of articles are never used again, so that an old index cannot mistake one."""
    ((used, known),) = db.execute(
        "SELECT max(coalesce((SELECT max(number) FROM article), 0),"
        " coalesce((SELECT max(article) FROM deletion), 0)),"
        " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'article'), 0)"
    ).fetchall()
    if used > known:
        what = gettext(
            "the last number of an article is said to be {known}, but {used} has been given",
            known=known,
            used=used,
        )
        yield _in_archive(what)
    for (number,) in db.execute(
        "SELECT number FROM article WHERE number IN (SELECT article FROM deletion)"
        " OR number IN (SELECT article FROM takedown WHERE deleted)"
    ):
        yield _in_archive(
            gettext("article {number} is there, and said to be erased", number=number)
        )


def _takedowns(db: sqlite3.Connection) -> Iterator[Problem]:
    """Each take-down is what the log has last, and what the log has last is a take-down."""
    changed = db.execute(
        "SELECT short_id FROM takedown WHERE NOT EXISTS (SELECT 1 FROM takedown_log AS log"
        " WHERE (log.short_id, log.at, log.who, log.reason)"
        " = (takedown.short_id, takedown.at, takedown.who, takedown.reason)"
        # What is withdrawn may be erased with its file since.
        " AND log.until IS takedown.until AND log.action IN ('delete', 'withdraw')"
        " AND (takedown.deleted OR log.action = 'withdraw'))"
    ).fetchall()
    lost = db.execute(
        "SELECT short_id FROM takedown_log WHERE action != 'undo'"
        " AND number IN (SELECT max(number) FROM takedown_log GROUP BY short_id)"
        " AND (until IS NULL OR until > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'))"
        " AND short_id NOT IN (SELECT short_id FROM takedown)"
    ).fetchall()
    for rows, what in (
        (changed, noop("the take-down of {name} is not as the log has it")),
        (lost, noop("the take-down of {name} is lost, by the log")),
    ):
        for (name,) in rows[:_MOST_OF_A_KIND]:
            yield _in_archive(gettext(what, name=name), name)


def _versions(archive: Archive, on_progress: Callable[[int, int], None]) -> Iterator[Problem]:
    """Each version for itself, so that one that cannot be read hides no other."""
    db = archive.connection
    total = archive.version_count()
    for done, (number, seq) in enumerate(archive.version_numbers(), 1):
        try:
            what, content_hash = _version_damage(db, seq)
        except Exception as error:
            what, content_hash = gettext("cannot be read ({error})", error=error), None
        if what:
            name = _name(archive, number)
            what = gettext("{name}: version {seq} {what}", name=name, seq=seq, what=what)
            yield _in_archive(what, name, seq, content_hash)
        on_progress(done, total)


def _version_damage(db: sqlite3.Connection, seq: int) -> tuple[str | None, str | None]:
    """What is wrong with a version, and the content hash that it should have."""
    row = db.execute(
        "SELECT content_hash, modified, content, current = seq, url, given_id, source,"
        " (SELECT until FROM embargo WHERE embargo.article = number)"
        " FROM version JOIN article ON article.number = version.article WHERE seq = ?",
        (seq,),
    ).fetchone()
    if row is None:
        return gettext("is listed, but not there"), None
    content_hash, modified, packed, is_shown, *about, until = row
    known = content_hash.hex()
    try:
        article, enrichment = (content := unpack(packed)).article, content.enrichment
    except ArchiveError:
        return gettext("has a content that cannot be unpacked"), known
    if article.content_hash() != content_hash:
        return gettext("has another content than its hash says"), known
    if article.modified != modified:
        what = gettext(
            "is said to be modified {modified}, its content says {said}",
            modified=modified,
            said=article.modified,
        )
        return what, known
    if is_shown and about != [article.url, article.given_id, enrichment.source]:
        return gettext("has another URL, id or source than its article"), known
    if is_shown and until is not None and until != article.embargo_until:
        what = gettext(
            "is kept back until {until}, its content says {said}",
            until=until,
            said=article.embargo_until,
        )
        return what, known
    return None, known


def _name(archive: Archive, number: int) -> str:
    try:
        return archive.public_id(number)
    except Exception:  # the row is damaged, or not there
        return gettext("article {number}", number=number)


# The index


def _index_problems(
    folder: Path, config: Config, damaged: set[int | None]
) -> tuple[int, list[Problem]]:
    """The number of segments of the last commit, and what is wrong with it.

    Versions that are `damaged` in the archive may be missing from it.
    """
    missing: object = None
    for _ in range(_ATTEMPTS):
        try:  # before the archive, which may be ahead of its index, but never behind
            commit = last_commit(folder / INDEX_FOLDER)
            if commit is None:
                what = gettext("there is no index in {folder}", folder=folder / INDEX_FOLDER)
                return 0, [_in_index(what)]
            refuse_other_settings(commit, folder / INDEX_FOLDER, config.timezone, config.engine)
            with open_archive(folder) as archive:
                archive.connection.execute("BEGIN")
                in_index = _read_files(folder / INDEX_FOLDER, commit)
                problems = list(_differences(commit, in_index, archive, damaged))
                if config.engine == "opensearch":
                    from index.opensearch.check import cluster_problems

                    found = cluster_problems(folder / INDEX_FOLDER, commit, config)
                    problems += map(_in_index, found)
                return len(commit.segments), problems
        except FileNotFoundError as error:
            missing = error.filename  # or a writer has moved on meanwhile
        except ArchiveError as error:
            return 0, [_in_index(str(error))]
    return 0, [_in_index(gettext("{path} is missing", path=missing))]


def _differences(
    commit: Commit, in_index: list[tuple[int, int]], archive: Archive, damaged: set[int | None]
) -> Iterator[Problem]:
    """Where the articles and versions of a commit are not those that the archive shows."""
    last = archive.last_seq()
    if commit.seq > last:
        what = gettext(
            "changes after {last} are lost: the index knows of {seq}", last=last, seq=commit.seq
        )
        yield _in_archive(what)
        return
    if commit.seq < last:
        what = gettext(
            "the index has come to change {seq} of {last}: a run is at work, or was interrupted",
            seq=commit.seq,
            last=last,
        )
        yield Problem("index", what, gettext("run `cakap-search index` again, or `check --repair`"))
    # What has changed since the commit, the index cannot know.
    since = set(archive.numbers_changed_since(commit.seq))
    rows = archive.connection.execute(
        "SELECT number, current FROM article"
        " WHERE number NOT IN (SELECT article FROM hidden WHERE until IS NULL)"
    )
    shown = dict(row for row in rows if row[0] not in since)
    for number, seq in in_index:
        if number in since:
            continue
        expected = shown.pop(number, None)
        if expected is None:
            what = gettext("is in the index twice, or there and not in the archive")
        elif expected != seq:
            what = gettext(
                "is in the index with version {seq} instead of {expected}",
                seq=seq,
                expected=expected,
            )
        else:
            continue
        name = _name(archive, number)
        yield _in_index(f"{name} {what}", name)
    for number, seq in shown.items():
        if seq not in damaged:
            name = _name(archive, number)
            yield _in_index(gettext("{name} is missing from the index", name=name), name, seq)


def _read_files(folder: Path, commit: Commit) -> list[tuple[int, int]]:
    """Number and version of every article that a commit shows, with all checksums compared.

    Raises FileNotFoundError, or ArchiveError for the first file that is not as it was written.
    """
    if (folder / toc_name(commit.generation)).read_bytes() != toc_bytes(commit):
        raise ArchiveError(
            gettext("{path} is damaged", path=folder / toc_name(commit.generation)), "damaged"
        )
    found: list[tuple[int, int]] = []
    for entry in commit.segments:
        segment = open_segment(folder, entry.name, verify=True)
        kept = kept_docs(folder, entry)
        if len(segment) != entry.docs or int((~kept).sum()) != entry.deleted:
            raise ArchiveError(
                gettext("{name} has other documents than its commit says", name=entry.name),
                "damaged",
            )
        found += zip(segment.articles[kept].tolist(), segment.seqs[kept].tolist(), strict=True)
        release(segment.arrays)
    if len(found) != commit.articles:
        raise ArchiveError(
            gettext(
                "{folder} has {found} articles, not {articles}",
                folder=folder,
                found=len(found),
                articles=commit.articles,
            ),
            "damaged",
        )
    for name in (commit.people, commit.stories):
        read_arrays(folder / name, verify=True)
    return found
