"""Backups: dated copies of an archive, each whole and verified; and the way back.

Each copy is complete, because the one that is needed must depend on no other: damage to one, or its
removal, touches nothing else, and what a court has had erased is gone with the copies that hold it.
The index is not in them; it is built again from the archive.
"""

import datetime
import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from index.archive import ALERTS_FILE, BACKUPS_FILE, FILE_NAME, Archive, open_archive
from index.check import archive_problems
from index.durable import fsync_file, fsync_folder, write_durably
from index.errors import ArchiveError, CakapError
from index.lock import write_lock
from index.messages import gettext
from index.segments.commit import INDEX_FOLDER, LOCK_NAME, is_index_file

_MANIFEST = "manifest.json"
_DATED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.\d{6}Z")
# Where a copy lies, and the lock of who makes it, until it is whole.
_UNFINISHED = "unfinished"


# The saved questions, where there are any, and the archive, which makes the rest one.
_FILES = (ALERTS_FILE, FILE_NAME)


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: `seq` is the archive's last change, `sha256` each file's checksum."""

    articles: int
    versions: int
    seq: int
    bytes: int
    sha256: dict[str, str]


def backup(
    folder: Path,
    target: Path,
    keep: int | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Path, Manifest]:
    """Copy the archive of a folder, and its saved questions, into a new dated folder in `target`;
    returns it.

    A writer may be at work meanwhile: the copy is the archive as of one moment. It is compared with
    all its checksums before it gets its name, so a damaged archive replaces no good backup. With
    `keep`, only so many of the newest are kept.
    Raises ArchiveError: missing, damaged, or locked, when another backup is being made there.
    """
    with open_archive(folder) as archive, write_lock(target / _UNFINISHED):
        _remove_unfinished(target)
        name = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
        copy = target / _UNFINISHED / name
        copy.mkdir()
        _copy(archive.connection, copy / FILE_NAME)
        if (folder / ALERTS_FILE).is_file():
            with closing(sqlite3.connect(folder / ALERTS_FILE)) as alerts:
                _copy(alerts, copy / ALERTS_FILE)
        manifest = _described(copy, on_progress)
        write_durably(copy / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        copy.rename(target / name)
        fsync_folder(target)
        for old in backups(target)[:-keep] if keep else []:
            old.rename(target / _UNFINISHED / old.name)  # no half of it is ever a backup
        _remove_unfinished(target)
        _note(folder, target)
    return target / name, manifest


def backups(target: Path) -> list[Path]:
    """The backups in a folder, the oldest first."""
    return sorted(path for path in target.glob("*Z") if _DATED.fullmatch(path.name))


def backups_with_deleted(archive: Archive, numbers: Collection[int]) -> list[Path]:
    """The known backups that still hold one of some articles that were deleted."""
    listed = archive.takedowns.listed()
    short_ids = [takedown.short_id for takedown in listed if takedown.number in numbers]
    return list(backups_with(archive.folder, short_ids))


def backups_with(folder: Path, short_ids: Collection[str]) -> Iterator[Path]:
    """The backups of the archive in a folder that hold one of these articles, as far as known.

    Known are those where a `backup` of it has put them; one that cannot be read may hold anything.
    """
    for target in _noted(folder):
        for path in backups(Path(target)):
            marks = ", ".join("?" * len(short_ids))
            query = f"SELECT 1 FROM article WHERE short_id IN ({marks})"
            address = f"{(path / FILE_NAME).resolve().as_uri()}?mode=ro&immutable=1"
            try:
                with closing(sqlite3.connect(address, uri=True)) as database:
                    holds = database.execute(query, tuple(short_ids)).fetchone() is not None
            except sqlite3.Error:
                holds = True
            if holds:
                yield path


def _noted(folder: Path) -> list[str]:
    """The folders in which backups of an archive lie."""
    try:
        return (folder / BACKUPS_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _note(folder: Path, target: Path) -> None:
    """Remember where backups lie, beside an archive that may be written to."""
    line = str(target.resolve())
    if line not in _noted(folder):
        with (
            suppress(PermissionError),
            (folder / BACKUPS_FILE).open("a", encoding="utf-8", errors="replace") as out,
        ):
            out.write(line + "\n")


def restore(source: Path, folder: Path) -> tuple[Path, Manifest]:
    """Put a backup in the place of an archive that is not there any more; returns it.

    Saved questions that are there stay. `source` is a backup, or a folder of them, of which the
    newest is taken. The index is left to `pipeline.rebuild`. Raises ArchiveError when there is no
    backup or it is damaged, CakapError where there is an archive already.
    """
    chosen = source if (source / _MANIFEST).is_file() else next(reversed(backups(source)), None)
    if chosen is None:
        raise ArchiveError(
            gettext("there is no backup in {source}; name a folder that has one", source=source),
            "missing",
        )
    manifest = _read_manifest(chosen)
    with write_lock(folder / INDEX_FOLDER):
        path = folder / FILE_NAME
        if path.exists():
            raise CakapError(
                gettext(
                    "{folder} holds an archive; restore into another folder with "
                    "--archive, or move {path} away first",
                    folder=folder,
                    path=path,
                )
            )
        new = {name: folder / f"{name}.new" for name in _FILES if name in manifest.sha256}
        for name, copy in new.items():
            _copy_verified(chosen / name, copy, manifest.sha256[name])
        with closing(sqlite3.connect(new[FILE_NAME])) as database:
            database.execute("PRAGMA journal_mode = WAL")
        fsync_file(new[FILE_NAME])
        # A log that the lost archive left would be played into this one, its index would answer.
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        for old in (folder / INDEX_FOLDER).iterdir():
            if old.name != LOCK_NAME and is_index_file(old.name):
                old.unlink()
        for name, copy in new.items():
            fsync_folder(folder)
            if name != FILE_NAME and (folder / name).exists():
                copy.unlink()
            else:
                copy.rename(folder / name)
        fsync_folder(folder)
    return chosen, manifest


def _copy(database: sqlite3.Connection, path: Path) -> None:
    """Copy a database as of one moment into one file, without a log beside it."""
    with closing(sqlite3.connect(path)) as copy:
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    fsync_file(path)


def _copy_verified(source: Path, path: Path, sha256: str) -> None:
    """Copy a file of a backup. Raises ArchiveError where it is missing or has changed."""
    path.unlink(missing_ok=True)  # of a run that was killed
    with suppress(FileNotFoundError):
        shutil.copyfile(source, path)
        if _sha256(path) == sha256:
            fsync_file(path)
            return
        path.unlink()
    raise ArchiveError(
        gettext("{source} is not as it was written; take another backup", source=source), "damaged"
    )


def _described(copy: Path, on_progress: Callable[[int, int], None]) -> Manifest:
    """The manifest of a copy. Raises ArchiveError where the copy is damaged."""
    with open_archive(copy) as archive:
        for problem in archive_problems(archive, on_progress):
            raise ArchiveError(
                gettext(
                    "the archive is damaged, so it is not backed up, and the backups "
                    "before stay: {what}; `cakap-search check` tells all, and what to "
                    "do",
                    what=problem.what,
                ),
                "damaged",
            )
        articles, versions, seq = archive.count(), archive.version_count(), archive.last_seq()
    files = [copy / name for name in _FILES if (copy / name).is_file()]
    size_bytes = sum(path.stat().st_size for path in files)
    checksums = {path.name: _sha256(path) for path in files}
    return Manifest(articles, versions, seq, size_bytes, checksums)


def _read_manifest(chosen: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((chosen / _MANIFEST).read_bytes(), type=Manifest)
        if FILE_NAME not in manifest.sha256:
            raise msgspec.ValidationError(gettext("it names no {name}", name=FILE_NAME))
        return manifest
    except (FileNotFoundError, msgspec.MsgspecError) as error:
        raise ArchiveError(
            gettext(
                "{path} cannot be read ({error}); take another backup",
                path=chosen / _MANIFEST,
                error=error,
            ),
            "damaged",
        ) from error


def _remove_unfinished(target: Path) -> None:
    for path in (target / _UNFINISHED).iterdir():
        if _DATED.fullmatch(path.name):
            shutil.rmtree(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
