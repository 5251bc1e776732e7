"""The archive: one SQLite file, the system of record that every index is derived from.

Every change, a new version of an article, a deletion or a new reading of them all, takes the next
sequence number `seq`; an index says up to which it has come and catches up from there.
"""

import datetime
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from index.article import Article, Enrichment, canonical_url
from index.errors import ArchiveError

FILE_NAME = "archive.db"
# Saved questions, which search/alerts.py keeps beside it.
ALERTS_FILE = "alerts.db"
_FORMAT_VERSION = 2
# How long another program's transaction is waited for.
_BUSY_S = 5.0
# Level 6 packs news 5 % smaller than 3 at a cost that enrichment hides (benchmarks/indexing.py).
_COMPRESSION_LEVEL = 6

_TABLES = """
CREATE TABLE input (           -- a file that was read to its end
    number INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    reader TEXT NOT NULL,      -- fingerprint of what decides how it is read
    complete INTEGER NOT NULL
);
CREATE TABLE record (          -- what a place in an input held when it was last read
    input INTEGER NOT NULL REFERENCES input ON DELETE CASCADE,
    number INTEGER NOT NULL,   -- 0: the input as a whole, -1: the reading of it
    payload_hash BLOB NOT NULL,
    article INTEGER REFERENCES article ON DELETE SET NULL,
    reason TEXT,               -- why it was rejected
    PRIMARY KEY (input, number)
) WITHOUT ROWID;
CREATE INDEX record_article ON record (article) WHERE article IS NOT NULL;
CREATE TABLE article (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL UNIQUE,
    short_id TEXT NOT NULL UNIQUE,
    given_id TEXT, source TEXT, url TEXT,
    current INTEGER NOT NULL DEFAULT 0   -- seq of the version that is shown
);
CREATE INDEX article_given_id ON article (given_id) WHERE given_id IS NOT NULL;
CREATE INDEX article_url ON article (url) WHERE url IS NOT NULL;
CREATE TABLE version (
    seq INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    content_hash BLOB NOT NULL,
    modified TEXT,
    indexed_at TEXT NOT NULL,
    content BLOB NOT NULL      -- zstandard of JSON: the article and what was read in it
);
CREATE INDEX version_article ON version (article);
CREATE TABLE deletion (seq INTEGER PRIMARY KEY, article INTEGER NOT NULL);
CREATE TABLE rereading (seq INTEGER PRIMARY KEY);   -- all articles were read anew
"""

Outcome = Literal["new", "changed", "unchanged"]


class Content(msgspec.Struct, array_like=True, frozen=True):
    """A version's article, and what was read in it."""

    article: Article
    enrichment: Enrichment


class Version(NamedTuple):
    """One version of an article. `public_id` is the id that people use for the article."""

    number: int
    public_id: str
    seq: int
    indexed_at: str
    content: Content


class Archive:
    """An open archive. Use `open_archive`; close it when done."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._db = connection

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; changes that were not committed are lost."""
        self._db.close()

    def commit(self) -> None:
        """Make the changes so far durable."""
        self._db.commit()

    # What an index needs

    def last_seq(self) -> int:
        """The sequence number of the last change, 0 in an empty archive."""
        row = self._db.execute(
            "SELECT max(coalesce((SELECT max(seq) FROM version), 0),"
            " coalesce((SELECT max(seq) FROM deletion), 0), ?)",
            (self.last_rereading(),),
        ).fetchone()
        return int(row[0])

    def last_rereading(self) -> int:
        """When all articles were read anew, 0 for never; an index from before starts again."""
        row = self._db.execute("SELECT coalesce(max(seq), 0) FROM rereading").fetchone()
        return int(row[0])

    def changed_since(self, seq: int) -> Iterator[tuple[int, int, bytes]]:
        """Number, seq and packed content of every article whose shown version is newer."""
        return self._db.execute(
            "SELECT article, seq, content FROM version JOIN article"
            " ON article.number = version.article AND article.current = version.seq"
            " WHERE seq > ? ORDER BY seq",
            (seq,),
        )

    def numbers_changed_since(self, seq: int) -> list[int]:
        """The articles that an index at `seq` must drop: new, deleted or shown otherwise since."""
        rows = self._db.execute(
            "SELECT article FROM version JOIN article"
            " ON article.number = version.article AND article.current = version.seq"
            " WHERE seq > ?1 UNION SELECT article FROM deletion WHERE seq > ?1",
            (seq,),
        )
        return [row[0] for row in rows]

    def deleted_since(self, seq: int) -> list[int]:
        """The articles that were deleted after `seq`, which an older index still holds."""
        rows = self._db.execute("SELECT article FROM deletion WHERE seq > ?", (seq,))
        return [row[0] for row in rows]

    # Articles

    def count(self) -> int:
        """The number of articles."""
        return int(self._db.execute("SELECT count(*) FROM article").fetchone()[0])

    def version_count(self) -> int:
        """The number of versions of all articles."""
        return int(self._db.execute("SELECT count(*) FROM version").fetchone()[0])

    def version(self, seq: int) -> Version | None:
        """One version, None when it has been deleted."""
        row = self._db.execute(f"{_VERSION} WHERE version.seq = ?", (seq,)).fetchone()
        return self._version(row) if row else None

    def versions(self, number: int) -> list[Version]:
        """All versions of an article, in the order in which they were indexed."""
        rows = self._db.execute(f"{_VERSION} WHERE article.number = ? ORDER BY seq", (number,))
        return [self._version(row) for row in rows.fetchall()]

    def current(self, number: int) -> Version | None:
        """The version of an article that is shown."""
        row = self._db.execute(
            f"{_VERSION} WHERE article.number = ? AND version.seq = article.current", (number,)
        ).fetchone()
        return self._version(row) if row else None

    def find(self, name: str) -> list[int]:
        """The numbers of the articles that an id or URL names: several when it is ambiguous.

        A URL is looked for in the canonical form in which articles have it.
        """
        source, _, given_id = name.partition(":")
        rows = self._db.execute(
            "SELECT number FROM article WHERE given_id = ?1 OR url = ?4 OR short_id = ?1"
            " OR (source = ?2 AND given_id = ?3) ORDER BY number",
            (name, source, given_id, canonical_url(name)),
        )
        return [row[0] for row in rows]

    def public_id(self, number: int) -> str:
        """The id that an article came with, qualified only where that is not enough."""
        row = self._db.execute(
            "SELECT short_id, given_id, source FROM article WHERE number = ?", (number,)
        ).fetchone()
        return self._public_id(*row)

    def _public_id(self, short_id: str, given_id: str | None, source: str | None) -> str:
        if given_id is None:
            return short_id
        counts = self._db.execute(
            "SELECT count(*), count(*) FILTER (WHERE source IS ?2) FROM article"
            " WHERE given_id = ?1",
            (given_id, source),
        ).fetchone()
        if counts[0] == 1:
            return given_id
        return f"{source}:{given_id}" if source and counts[1] == 1 else short_id

    def _version(self, row: Sequence[Any]) -> Version:
        number, short_id, given_id, source, seq, indexed_at, content = row
        public_id = self._public_id(short_id, given_id, source)
        return Version(number, public_id, seq, indexed_at, unpack(content))

    # Writing

    def put(
        self, identity: str, article: Article, packed: bytes, source: str | None
    ) -> tuple[int, Outcome]:
        """Store an article under its identity; returns its number and what came of it.

        The newest `modified` is shown; without one, what comes later. `source` is the given
        or inferred one.
        """
        content_hash = article.content_hash()
        known = self._db.execute(
            "SELECT number, content_hash, modified FROM article"
            " JOIN version ON version.seq = article.current WHERE identity = ?",
            (identity,),
        ).fetchone()
        if known is not None and known[1] == content_hash:
            return known[0], "unchanged"
        if known is None:
            number = self._db.execute(
                "INSERT INTO article (identity, short_id, given_id, source, url)"
                " VALUES (?, ?, ?, ?, ?)",
                (identity, _short_id(identity), article.given_id, source, article.url),
            ).lastrowid
            assert number is not None
        else:
            number = known[0]
        # An older version that arrives late is kept, but not shown.
        late = bool(
            known and article.modified and known[2] and _is_older(article.modified, known[2])
        )
        if late and self._has_version(number, content_hash):
            return number, "unchanged"
        seq = self._next_seq()
        self._db.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)",
            (seq, number, content_hash, article.modified, now(), packed),
        )
        if late:
            return number, "unchanged"
        self._db.execute(
            "UPDATE article SET current = ?, given_id = ?, source = ?, url = ? WHERE number = ?",
            (seq, article.given_id, source, article.url, number),
        )
        return number, "new" if known is None else "changed"

    def reidentify(self, source: int, place: int, identity: str, article: Article) -> None:
        """Know the article that a place held before under a new identity, if it is the same one.

        It is when title and body are equal, and URL and given id where both have them: it has
        gained a source, a URL or an id. An article that another place holds too is left alone.
        """
        row = self._db.execute(
            "SELECT article.number, content FROM record"
            " JOIN article ON article.number = record.article"
            " JOIN version ON version.seq = article.current"
            " WHERE input = ?1 AND record.number = ?2 AND identity != ?3 AND NOT EXISTS ("
            "SELECT 1 FROM record AS other WHERE other.article = article.number"
            " AND (other.input, other.number) != (?1, ?2))",
            (source, place, identity),
        ).fetchone()
        if row is None or not _is_same(unpack(row[1]).article, article):
            return
        if self._db.execute("SELECT 1 FROM article WHERE identity = ?", (identity,)).fetchone():
            self._forget(row[0])
        else:
            self._db.execute(
                "UPDATE article SET identity = ?, short_id = ? WHERE number = ?",
                (identity, _short_id(identity), row[0]),
            )

    def _has_version(self, number: int, content_hash: bytes) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM version WHERE article = ? AND content_hash = ?", (number, content_hash)
        ).fetchone()
        return row is not None

    def update_enrichment(self, seq: int, packed: bytes, source: str | None) -> None:
        """Replace what was read in the shown version; what the article came with stays as it is.

        `source` is the given or inferred one.
        """
        self._db.execute("UPDATE version SET content = ? WHERE seq = ?", (packed, seq))
        self._db.execute(
            "UPDATE article SET source = ?"
            " WHERE number = (SELECT article FROM version WHERE seq = ?)",
            (source, seq),
        )

    def add_rereading(self) -> None:
        """Note that all articles were read anew."""
        self._db.execute("INSERT INTO rereading VALUES (?)", (self._next_seq(),))

    def delete(self, *numbers: int) -> bool:
        """Erase articles with all their versions, durably.

        False when another program that is reading keeps the log from being emptied, where the
        old pages then stay; closing the archive empties it when nobody else has it open.
        The places that they were read from stay noted as read, so an input that has not changed
        does not bring them back.
        """
        for number in numbers:
            self._forget(number)
        self._db.commit()
        busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _forget(self, number: int) -> None:
        seq = self._next_seq()  # before the last one may go with the article
        self._db.execute("DELETE FROM article WHERE number = ?", (number,))
        self._db.execute("INSERT INTO deletion VALUES (?, ?)", (seq, number))

    @cached_property
    def _seqs(self) -> Iterator[int]:
        return iter(range(self.last_seq() + 1, 1 << 62))

    def _next_seq(self) -> int:
        return next(self._seqs)

    # Inputs

    def input_is_unchanged(self, path: str, size: int, mtime_ns: int, reader: str) -> bool:
        """Whether a file was read to its end in this state and in this way."""
        row = self._db.execute(
            "SELECT complete AND size = ? AND mtime_ns = ? AND reader = ? FROM input"
            " WHERE path = ?",
            (size, mtime_ns, reader, path),
        ).fetchone()
        return bool(row and row[0])

    def start_input(self, path: str, size: int, mtime_ns: int, reader: str) -> int:
        """Note that a file is being read; returns the number to file its records under."""
        self._db.execute(
            "INSERT INTO input (path, size, mtime_ns, reader, complete) VALUES (?, ?, ?, ?, 0)"
            " ON CONFLICT (path) DO UPDATE SET size = excluded.size,"
            " mtime_ns = excluded.mtime_ns, reader = excluded.reader, complete = 0",
            (path, size, mtime_ns, reader),
        )
        row = self._db.execute("SELECT number FROM input WHERE path = ?", (path,)).fetchone()
        return int(row[0])

    def places(self, number: int) -> set[int]:
        """The places of an input of which it is noted what they held."""
        rows = self._db.execute("SELECT number FROM record WHERE input = ?", (number,))
        return {row[0] for row in rows}

    def finish_input(self, number: int, gone: Iterable[int]) -> None:
        """Note that a file was read to its end; `gone` are places that it has no more."""
        self._db.executemany(
            "DELETE FROM record WHERE input = ? AND number = ?",
            [(number, place) for place in gone],
        )
        self._db.execute("UPDATE input SET complete = 1 WHERE number = ?", (number,))

    def records_of(self, path: str) -> tuple[int, int]:
        """How many records of an input were read and how many of them were rejected."""
        row = self._db.execute(
            "SELECT count(*), count(reason) FROM record JOIN input ON input.number = record.input"
            " WHERE path = ?",
            (path,),
        ).fetchone()
        return int(row[0]), int(row[1])

    def record_outcome(
        self, source: int, number: int, payload_hash: bytes
    ) -> Literal["stored", "rejected"] | None:
        """What came of a place in an input, None when it held something else or is new."""
        row = self._db.execute(
            "SELECT reason FROM record WHERE input = ? AND number = ? AND payload_hash = ?",
            (source, number, payload_hash),
        ).fetchone()
        if row is None:
            return None
        return "stored" if row[0] is None else "rejected"

    def put_record(
        self,
        source: int,
        number: int,
        payload_hash: bytes,
        article: int | None,
        reason: str | None = None,
    ) -> None:
        """Note what came of a place in an input: an article, or the reason against it."""
        self._db.execute(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)",
            (source, number, payload_hash, article, reason),
        )

    def rejects(self) -> list[tuple[str, int, str]]:
        """Path, place and reason of every record that is rejected as things stand."""
        rows = self._db.execute(
            "SELECT path, record.number, reason FROM record JOIN input"
            " ON input.number = record.input WHERE reason IS NOT NULL ORDER BY path, record.number"
        )
        return rows.fetchall()


_VERSION = (
    "SELECT article.number, short_id, given_id, source, seq, indexed_at, content"
    " FROM version JOIN article ON article.number = version.article"
)


def open_archive(folder: Path, *, write: bool = False) -> Archive:
    """Open the archive of a folder; writing creates it.

    Raises ArchiveError: missing (for reading), damaged, or stale (of another format version).
    """
    path = folder / FILE_NAME
    if write:
        folder.mkdir(parents=True, exist_ok=True)
    elif not path.is_file():
        raise _missing(folder)
    elif not os.access(path, os.R_OK):  # SQLite would not say why it cannot open it
        raise ArchiveError(
            f"{path} may not be read; let its owner allow it, or name another with --archive",
            "missing",
        )
    connection: sqlite3.Connection | None = None
    try:
        mode = "rwc" if write else "ro"
        # Reading beside writers needs two more files. Where they are not and cannot be made, a
        # medium or folder that may only be read, no writer is at work.
        if not write and not os.access(folder, os.W_OK) and not Path(f"{path}-wal").exists():
            mode += "&immutable=1"
        # A reader may go from thread to thread, as long as two never read at once.
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            _BUSY_S,
            uri=True,
            check_same_thread=write,
        )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if write and version == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.executescript(f"BEGIN; {_TABLES}")
                connection.execute(f"PRAGMA user_version = {_FORMAT_VERSION}")
            version = _FORMAT_VERSION
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # From the first write on: what a page held before it was split is wiped too.
        connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.DatabaseError as error:
        if connection is not None:
            connection.close()
        raise ArchiveError(
            f"{path} cannot be opened ({error}); restore it from a backup", "damaged"
        ) from error
    if version != _FORMAT_VERSION:
        connection.close()
        if version == 0:  # the run that was to make it got no further
            raise _missing(folder)
        raise ArchiveError(
            f"{path} has format {version}, this cakap-search reads {_FORMAT_VERSION}; "
            "use the version that wrote it",
            "stale",
        )
    return Archive(folder, connection)


def _missing(folder: Path) -> ArchiveError:
    return ArchiveError(
        f"there is no archive in {folder}; make one with `cakap-search index PATH...`"
        " or name another with --archive",
        "missing",
    )


def pack(content: Content) -> bytes:
    """A version's content in the form that is stored."""
    import zstandard

    return zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).compress(msgspec.json.encode(content))


def unpack(packed: bytes) -> Content:
    """The content back from its stored form."""
    import zstandard

    return _decode(zstandard.ZstdDecompressor().decompress(packed))


_decode = msgspec.json.Decoder(Content).decode


def identity_of(article: Article, path: str, number: int) -> str:
    """What makes an article itself: its URL, else source and id, else its place.

    An id without a source means something within its input only. What comes from standard
    input without either is known by its content, since "the first record" of two pipes is
    not one article.
    """
    if article.url:
        return f"url {article.url}"
    if article.given_id and article.source:
        return f"id {article.source} {article.given_id}"
    if path == "-":
        return f"content {article.content_hash().hex()}"
    if article.given_id:
        return f"id-in {path} {article.given_id}"
    return f"place {path} {number}"


def _is_same(one: Article, other: Article) -> bool:
    """Whether two articles with different identities are one whose metadata changed."""
    return (one.title, one.body) == (other.title, other.body) and all(
        not (mine and theirs) or mine == theirs
        for mine, theirs in ((one.url, other.url), (one.given_id, other.given_id))
    )


def _is_older(modified: str, than: str) -> bool:
    """Whether one ISO 8601 moment is before another; where one is a bare day, its day is."""
    one, other = map(datetime.datetime.fromisoformat, (modified, than))
    if one.tzinfo is None or other.tzinfo is None:
        return one.date() < other.date()
    return one < other


def _short_id(identity: str) -> str:
    """A short id for an article that came without one: 48 bits of its identity's hash."""
    import hashlib  # loads OpenSSL, which a question does not need

    return hashlib.blake2b(identity.encode(), digest_size=6).hexdigest()


def now() -> str:
    """The time in UTC, as the archive writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
