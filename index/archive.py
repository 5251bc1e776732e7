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

from index.article import Article, Enrichment
from index.durable import make_folder
from index.errors import ArchiveError, SourceError

FILE_NAME = "archive.db"
# Saved questions, which search/alerts.py keeps beside it.
ALERTS_FILE = "alerts.db"
_FORMAT_VERSION = 3
# How long another program's transaction is waited for.
_BUSY_S = 5.0
# Level 6 packs news 5 % smaller than 3 at a cost that enrichment hides (benchmarks/indexing.py).
_COMPRESSION_LEVEL = 6
# An article with what is read in it: 32 MB of dates side by side, the largest record by default,
# are 340 MB with their spans. Three kilobytes of zstandard can unfold to any size.
_MOST_UNPACKED_BYTES = 512 << 20

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
CREATE TABLE alias (            -- every address at which an article stood
    url TEXT PRIMARY KEY,      -- in its canonical form
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX alias_article ON alias (article);
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

    @property
    def connection(self) -> sqlite3.Connection:
        """The database, for those who look at it as such: check, backup."""
        return self._db

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

    def version_numbers(self, since: int = 0) -> Iterator[tuple[int, int]]:
        """Number and seq of every version after a change, article by article, each oldest first.

        They are read from an index of the database, and known even where rows are damaged.
        """
        return self._db.execute(
            "SELECT article, seq FROM version INDEXED BY version_article WHERE seq > ?"
            " ORDER BY article, seq",
            (since,),
        )

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

        A URL names the article that ever stood there, in whichever form the URL is written.
        """
        source, _, given_id = name.partition(":")
        rows = self._db.execute(
            "SELECT number FROM article WHERE given_id = ?1 OR short_id = ?1"
            " OR (source = ?2 AND given_id = ?3)"
            " UNION SELECT article FROM alias WHERE url = ?4 ORDER BY number",
            (name, source, given_id, _address(name)),
        )
        return [row[0] for row in rows]

    def aliases(self, number: int) -> list[str]:
        """The canonical forms of the addresses at which an article stood beside its own."""
        rows = self._db.execute(
            "SELECT alias.url FROM alias JOIN article ON number = article"
            " WHERE number = ? AND identity != 'url ' || alias.url ORDER BY alias.url",
            (number,),
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
        self,
        identity: str,
        article: Article,
        packed: bytes,
        source: str | None,
        *,
        is_past: bool = False,
    ) -> tuple[int, Outcome]:
        """Store an article under its identity; returns its number and what came of it.

        The newest `modified` is shown; without one, what comes later. `source` is the given
        or inferred one. A version that was past already where it comes from is stored once.
        """
        content_hash = article.content_hash()
        known = self._shown(identity) or self._shown(self._identity_at(article))
        shown: Article | None = None
        if known is not None:
            self._add_aliases(known[0], article)
            if known[1] == content_hash:
                return known[0], "unchanged"
            shown = _readable(known[2])
            if shown is not None and _is_only_elsewhere(article, shown):
                return known[0], "unchanged"
        if known is None:
            number = self._db.execute(
                "INSERT INTO article (identity, short_id, given_id, source, url)"
                " VALUES (?, ?, ?, ?, ?)",
                (identity, short_id(identity), article.given_id, source, article.url),
            ).lastrowid
            assert number is not None
            self._add_aliases(number, article)
        else:
            number = known[0]
        # What is older, or less of the article, is kept, but not shown.
        late = shown is not None and (_is_older(article, shown) or _is_less(article, shown))
        if (late or is_past) and self._has_version(number, content_hash):
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

    def _shown(self, identity: str | None) -> tuple[int, bytes, bytes] | None:
        """Number, content hash and packed content of the article with an identity."""
        row: tuple[int, bytes, bytes] | None = self._db.execute(
            "SELECT number, content_hash, content FROM article"
            " JOIN version ON version.seq = article.current WHERE identity = ?",
            (identity,),
        ).fetchone()
        return row

    def _identity_at(self, article: Article) -> str | None:
        """The identity of the article that is known by another address of this one.

        That is the one which has stood at this one's own address, or one that was known by an
        alias of this one, and then is known by its own address from now on. An alias of both
        says nothing: at some addresses there is another article each day.
        """
        if article.url is None:
            return None
        row = self._db.execute(
            "SELECT identity FROM alias JOIN article ON article.number = alias.article"
            " WHERE alias.url = ?",
            (_address(article.url),),
        ).fetchone()
        if row is not None:
            return str(row[0])
        own = identity_of_url(article.url)
        for alias in map(identity_of_url, article.aliases):
            done = self._db.execute(
                "UPDATE article SET identity = ? WHERE identity = ?", (own, alias)
            )
            if done.rowcount:
                return own
        return None

    def _add_aliases(self, number: int, article: Article) -> None:
        urls = filter(None, map(_address, (article.url, *article.aliases)))
        self._db.executemany(
            "INSERT OR IGNORE INTO alias VALUES (?, ?)", [(url, number) for url in urls]
        )

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
        shown = _readable(row[1]) if row is not None else None
        if shown is None or not _is_same(shown, article):
            return
        if self._db.execute("SELECT 1 FROM article WHERE identity = ?", (identity,)).fetchone():
            self._forget(row[0])
        else:
            self._db.execute(
                "UPDATE article SET identity = ?, short_id = ? WHERE number = ?",
                (identity, short_id(identity), row[0]),
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

    def inputs_below(self, folder: str) -> list[tuple[int, str]]:
        """Number and path of every file below a folder, or in a zip file, that was read."""
        rows = self._db.execute(
            "SELECT number, path FROM input WHERE path > ? || '/' AND path < ? || '0'",
            (folder.rstrip("/"),) * 2,  # 0 follows the slash
        )
        return rows.fetchall()

    def forget_input(self, path: str) -> None:
        """Forget that a file was read, and what was wrong with it; its articles stay."""
        self._db.execute("DELETE FROM input WHERE path = ?", (path,))

    def forget_inputs(self, numbers: Iterable[int]) -> int:
        """Forget files, and erase the articles that came from nowhere else; returns how many."""
        articles: set[int] = set()
        for number in numbers:
            rows = self._db.execute(
                "SELECT article FROM record WHERE input = ? AND article IS NOT NULL", (number,)
            )
            articles.update(row[0] for row in rows)
            self._db.execute("DELETE FROM input WHERE number = ?", (number,))
        orphans = [
            number
            for number in sorted(articles)
            if not self._db.execute("SELECT 1 FROM record WHERE article = ?", (number,)).fetchone()
        ]
        for number in orphans:
            self._forget(number)
        return len(orphans)


_VERSION = (
    "SELECT article.number, short_id, given_id, source, seq, indexed_at, content"
    " FROM version JOIN article ON article.number = version.article"
)


# What runs, or computes, where only rows should be: views, triggers, virtual tables, generated
# columns. `_TABLES` has none.
_FOREIGN = """
SELECT name, type FROM sqlite_master AS made
WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'
    OR EXISTS (SELECT 1 FROM pragma_table_xinfo(made.name) WHERE hidden)
"""


def open_archive(folder: Path, *, write: bool = False) -> Archive:
    """Open the archive of a folder; writing creates it, and brings one of format 2 up to date with
    the first commit.

    Raises ArchiveError: missing (for reading), damaged, or stale (of another format version).
    """
    path = folder / FILE_NAME
    if write:
        make_folder(folder)
    else:
        require_archive(folder)
        if not os.access(path, os.R_OK):  # SQLite would not say why it cannot open it
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
        # An archive may be a stranger's: https://sqlite.org/security.html
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        foreign = connection.execute(_FOREIGN).fetchone()
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
        if write and version == 2:
            from index.upgrade import upgrade_from_2

            upgrade_from_2(connection)
            version = _FORMAT_VERSION
    except sqlite3.DatabaseError as error:
        if connection is not None:
            connection.close()
        # Only the run that makes an archive writes without a log: it was stopped at that.
        if error.sqlite_errorname == "SQLITE_READONLY_ROLLBACK":
            raise _missing(folder) from error
        raise ArchiveError(
            f"{path} cannot be opened ({error}); if its disk has space left, restore it from a"
            " backup",
            "damaged",
        ) from error
    if foreign is not None:
        connection.close()
        raise ArchiveError(
            f"{path} holds {foreign[0]!r}, a {foreign[1]} that cakap-search did not make and that"
            " could do anything in its place; restore it from a backup",
            "damaged",
        )
    if version != _FORMAT_VERSION:
        connection.close()
        if version == 0:  # the run that was to make it got no further
            raise _missing(folder)
        remedy = "use the version that wrote it"
        if version == 2:
            remedy = "`cakap-search reindex` or the next `index` brings it up to date"
        raise ArchiveError(
            f"{path} has format {version}, this cakap-search reads {_FORMAT_VERSION}; {remedy}",
            "stale",
        )
    return Archive(folder, connection)


def require_archive(folder: Path) -> None:
    """Raise ArchiveError where a folder holds no archive."""
    if not (folder / FILE_NAME).is_file():
        raise _missing(folder)


def _missing(folder: Path) -> ArchiveError:
    return ArchiveError(
        f"there is no archive in {folder}; make one with `cakap-search index PATH...`"
        " or name another with --archive",
        "missing",
    )


def pack(content: Content) -> bytes:
    """A version's content in the form that is stored. Raises SourceError where it is too large."""
    import zstandard

    encoded = msgspec.json.encode(content)
    if len(encoded) > _MOST_UNPACKED_BYTES:
        raise SourceError(
            f"with what is read in it {len(encoded) / 1e6:.0f} MB, over the limit of"
            f" {_MOST_UNPACKED_BYTES / 1e6:.0f} MB; divide it"
        )
    compressor = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL, write_checksum=True)
    return compressor.compress(encoded)


def unpack(packed: bytes) -> Content:
    """The content back from its stored form. Raises ArchiveError where it is damaged."""
    import zstandard

    try:
        if zstandard.frame_content_size(packed) > _MOST_UNPACKED_BYTES:
            raise ArchiveError(_DAMAGED.format("it unfolds to more than any has"), "damaged")
        return _decode(zstandard.ZstdDecompressor().decompress(packed))
    except (
        *(zstandard.ZstdError, msgspec.MsgspecError),
        *(UnicodeDecodeError, TypeError, RecursionError),
    ) as error:
        raise ArchiveError(_DAMAGED.format(error), "damaged") from error


_DAMAGED = "the stored content of an article is damaged ({}); `cakap-search check` names it"


_decode = msgspec.json.Decoder(Content).decode


def identity_of(article: Article, path: str, number: int) -> str:
    """What makes an article itself: its URL, else source and id, else its place.

    An id without a source means something within its input only. What comes from standard
    input without either is known by its content, since "the first record" of two pipes is
    not one article.
    """
    if article.url:
        return identity_of_url(article.url)
    if article.given_id and article.source:
        return f"id {article.source} {article.given_id}"
    if path == "-":
        return f"content {article.content_hash().hex()}"
    if article.given_id:
        return f"id-in {path} {article.given_id}"
    return f"place {path} {number}"


def identity_of_url(url: str) -> str:
    """What makes an article with an address itself."""
    return f"url {_address(url) or url}"


def _address(url: str | None) -> str | None:
    from index.urls import canonical_url  # compiles patterns, which a question does not need

    return canonical_url(url)


def _readable(packed: bytes) -> Article | None:
    """The article in a packed content, None where that is damaged, so that nobody can say."""
    try:
        return unpack(packed).article
    except ArchiveError:
        return None


def _is_same(one: Article, other: Article) -> bool:
    """Whether two articles with different identities are one whose metadata changed."""
    return (one.title, one.body) == (other.title, other.body) and all(
        not (mine and theirs) or mine == theirs
        for mine, theirs in ((one.url, other.url), (one.given_id, other.given_id))
    )


def _is_only_elsewhere(article: Article, shown: Article) -> bool:
    """Whether two forms of an article differ in nothing but how their addresses are written."""
    if (article.url is None) != (shown.url is None):
        return False
    return msgspec.structs.replace(article, url=shown.url, aliases=shown.aliases) == shown


def _is_older(article: Article, than: Article) -> bool:
    """Whether one was modified before another; where one says only a day, its day decides."""
    if not (article.modified and than.modified):
        return False
    one, other = map(datetime.datetime.fromisoformat, (article.modified, than.modified))
    if one.tzinfo is None or other.tzinfo is None:
        return one.date() < other.date()
    return one < other


def _is_less(article: Article, than: Article) -> bool:
    """Whether one is a later page of another, or a first page that is shorter than the whole."""
    from index.urls import page_number

    page, other = (page_number((one.url, *one.aliases)) for one in (article, than))
    if page == 1 and other == 0:
        return len(article.body) < len(than.body) and not _is_older(than, article)
    return page > max(other, 1)


def short_id(identity: str) -> str:
    """A short id for an article that came without one: 48 bits of its identity's hash."""
    import hashlib  # loads OpenSSL, which a question does not need

    return hashlib.blake2b(identity.encode(), digest_size=6).hexdigest()


def now() -> str:
    """The time in UTC, as the archive writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
