"""The archive: one SQLite file, the system of record that every index is derived from.

Every change, a new version of an article, a deletion or a new reading of them all, takes the next
sequence number `seq`; an index says up to which it has come and catches up from there.
"""

import datetime
import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from index.article import Article, Enrichment, known_address
from index.durable import make_folder
from index.errors import ArchiveError, QueryError, SourceError
from index.messages import format_number, gettext
from index.takedown import (
    TAKEDOWN_TABLES,
    Takedown,
    Takedowns,
    identity_hashes,
    name_hashes,
    text_hashes,
    url_hashes,
)

FILE_NAME = "archive.db"
# Saved questions, which search/alerts.py keeps beside it.
ALERTS_FILE = "alerts.db"
# The folders in which backups of it lie, which index/backup.py writes beside it.
BACKUPS_FILE = "backups.txt"
_FORMAT_VERSION = 3
# How long another program's transaction is waited for.
_BUSY_S = 5.0
_ANY_SEQ = 1 << 62  # no change comes after it
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
# What format 3 has beside format 2.
_TABLES_OF_3 = f"""
CREATE TABLE alias (            -- every address at which an article stood
    url TEXT PRIMARY KEY,      -- in its canonical form
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX alias_article ON alias (article);
CREATE TABLE visibility (      -- an article was withdrawn, or may be shown again
    seq INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE
);
CREATE TABLE correction (      -- an article says that it corrects another one
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    corrects TEXT NOT NULL,    -- the other's URL or id
    PRIMARY KEY (article, corrects)
) WITHOUT ROWID;
CREATE INDEX correction_corrects ON correction (corrects);
{TAKEDOWN_TABLES}
"""

Outcome = Literal["new", "changed", "unchanged", "withheld"]


class Content(msgspec.Struct, array_like=True, frozen=True):
    """A version's article, what was read in it, and by what: `enricher_fingerprint`, empty where
    an earlier version of this program has written it.
    """

    article: Article
    enrichment: Enrichment
    enricher: str = ""


class Version(NamedTuple):
    """One version of an article. `public_id` is the id that people use for the article,
    `versions` how many it has.
    """

    number: int
    public_id: str
    seq: int
    indexed_at: str
    content: Content
    versions: int


class Corrections(NamedTuple):
    """The ids of the articles that one corrects, and of those that correct it."""

    corrects: list[str]
    corrected_by: list[str]


class Archive:
    """An open archive. Use `open_archive`; close it when done."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.takedowns = Takedowns(connection)
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
            " coalesce((SELECT max(seq) FROM deletion), 0),"
            " coalesce((SELECT max(seq) FROM visibility), 0), ?)",
            (self.last_rereading(),),
        ).fetchone()
        return int(row[0])

    def last_rereading(self) -> int:
        """When all articles were read anew, 0 for never; an index from before starts again."""
        row = self._db.execute("SELECT coalesce(max(seq), 0) FROM rereading").fetchone()
        return int(row[0])

    def data_version(self) -> int:
        """A number that another program's commit changes."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def contents(self) -> Iterator[tuple[int, int, bytes]]:
        """Number, seq and packed content of the current version of every article."""
        return self._db.execute(f"{_CURRENT} ORDER BY seq")

    def changed_since(self, seq: int) -> Generator[tuple[int, int, bytes], None, None]:
        """Number, seq and packed content of the articles to be indexed that an index at `seq`
        does not have so: those with a newer version, and those that are no more withdrawn.

        What has an embargo is indexed, since nobody will be there to do it when that ends.
        """
        again = (
            "seq <= ?1 AND article IN (SELECT article FROM visibility WHERE visibility.seq > ?1)"
        )
        for condition in (again, "seq > ?1"):
            yield from self._db.execute(
                f"{_CURRENT} WHERE {condition} AND article NOT IN"
                " (SELECT article FROM hidden WHERE until IS NULL) ORDER BY seq",
                (seq,),
            )

    def numbers_changed_since(self, seq: int) -> list[int]:
        """The articles that an index at `seq` must drop: new, deleted or shown otherwise since."""
        rows = self._db.execute(
            "SELECT article FROM version JOIN article"
            " ON article.number = version.article AND article.current = version.seq"
            " WHERE seq > ?1 UNION SELECT article FROM deletion WHERE seq > ?1"
            " UNION SELECT article FROM visibility WHERE seq > ?1",
            (seq,),
        )
        return [row[0] for row in rows]

    def shown_again_since(self, seq: int, up_to: int) -> list[int]:
        """The articles that may be shown again, or whose embargo has ended, after one change and
        not after another.
        """
        rows = self._db.execute(
            "SELECT article FROM visibility WHERE seq > ? AND seq <= ?", (seq, up_to)
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

    def version(self, seq: int, known_at: int = _ANY_SEQ) -> Version | None:
        """One version, None when it has been deleted or its article is not shown now.

        Of the article's `versions`, those up to the change `known_at` are counted.
        """
        row = self._db.execute(
            f"{_VERSION} WHERE version.seq = ?"
            " AND NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.article = article.number)",
            (known_at, seq),
        ).fetchone()
        return self._version(row) if row else None

    def versions(self, number: int) -> list[Version]:
        """All versions of an article in their order, the current one last.

        That is the order in which they were indexed, but for one that came late or holds less: it
        stands before those with a newer `modified`, or with more of the article.
        """
        rows = self._db.execute(
            f"{_VERSION} WHERE article.number = ? ORDER BY seq", (_ANY_SEQ, number)
        )
        ordered: list[Version] = []
        for version in map(self._version, rows.fetchall()):
            place = len(ordered)
            while place and _stays_back(
                version.content.article, ordered[place - 1].content.article
            ):
                place -= 1
            ordered.insert(place, version)
        return ordered

    def current(self, number: int) -> Version | None:
        """The version of an article that is shown, unless the article is not."""
        row = self._db.execute(
            f"{_VERSION} WHERE article.number = ? AND version.seq = article.current",
            (_ANY_SEQ, number),
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
            (name, source, given_id, known_address(name)),
        )
        return [row[0] for row in rows]

    def not_erased(self, numbers: Iterable[int]) -> list[int]:
        """Those of some articles that are in the archive still."""
        return [
            number
            for number in numbers
            if self._db.execute("SELECT 1 FROM article WHERE number = ?", (number,)).fetchone()
        ]

    def find_one(self, name: str) -> int | None:
        """The number of the one article that an id or URL names. QueryError: several do."""
        numbers = self.find(name)
        if len(numbers) > 1:
            several = ", ".join(map(self.public_id, numbers))
            raise QueryError(
                gettext("{name!r} names several articles: {several}", name=name, several=several),
                option="id",
            )
        return numbers[0] if numbers else None

    def aliases(self, number: int) -> list[str]:
        """The canonical forms of the addresses at which an article stood beside its own."""
        rows = self._db.execute(
            "SELECT alias.url, article.url FROM alias JOIN article ON number = article"
            " WHERE number = ? ORDER BY alias.url",
            (number,),
        )
        return [alias for alias, own in rows if alias != known_address(own)]

    def public_id(self, number: int) -> str:
        """The id that an article came with, qualified only where that is not enough."""
        return self._public_id(*self._names(number)[:3])

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
        number, short_id, given_id, source, seq, indexed_at, content, versions = row
        public_id = self._public_id(short_id, given_id, source)
        return Version(number, public_id, seq, indexed_at, unpack(content), versions)

    def corrections(self, number: int) -> Corrections:
        """Which articles one corrects and is corrected by, as far as they are shown.

        An id without its source means an article of the same source. What is not in the archive
        is told as the article names it.
        """
        if self._db.execute("SELECT 1 FROM correction LIMIT 1").fetchone() is None:
            return Corrections([], [])
        short_id, given_id, source, _ = self._names(number)
        qualified = _qualified(source, given_id)
        said = self._db.execute("SELECT corrects FROM correction WHERE article = ?", (number,))
        corrects = []
        for (name,) in said.fetchall():
            prefix, _, rest = name.partition(":")
            found = self._db.execute(
                "SELECT number FROM article WHERE number != ?1 AND (short_id = ?2"
                " OR number IN (SELECT article FROM alias WHERE url = ?2)"
                " OR (given_id = ?2 AND source IS ?3) OR (source = ?4 AND given_id = ?5))",
                (number, name, source, prefix, rest),
            ).fetchall()
            corrects += [self.public_id(other) for (other,) in found] or [name]
        corrected_by = self._db.execute(
            "SELECT article FROM correction JOIN article ON number = article"
            " WHERE article != ?1 AND (corrects IN (?2, ?3)"
            " OR corrects IN (SELECT url FROM alias WHERE alias.article = ?1)"
            " OR (corrects = ?4 AND source IS ?5))"
            " AND article NOT IN (SELECT article FROM hidden)",
            (number, short_id, qualified, given_id, source),
        ).fetchall()
        return Corrections(corrects, [self.public_id(other) for (other,) in corrected_by])

    def _names(self, number: int) -> tuple[str, str | None, str | None, str | None]:
        """Short id, given id, source and URL of an article."""
        row: tuple[str, str | None, str | None, str | None] = self._db.execute(
            "SELECT short_id, given_id, source, url FROM article WHERE number = ?", (number,)
        ).fetchone()
        return row

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
        withheld = known is not None and self.takedowns.covers(known[0])
        kept: Outcome = "withheld" if withheld else "unchanged"
        if known is not None:
            self._add_aliases(known[0], article)
            if known[1] == content_hash:
                return known[0], kept
            shown = _readable(known[2])
            if shown is not None and _is_only_elsewhere(article, shown):
                return known[0], kept
        if known is None:
            own_id = short_id(identity)
            if self._db.execute("SELECT 1 FROM article WHERE short_id = ?", (own_id,)).fetchone():
                # A withdrawn article that gave up this place keeps the id that people know.
                own_id = short_id(f"{identity} {content_hash.hex()}")
            number = self._db.execute(
                "INSERT INTO article (identity, short_id, given_id, source, url)"
                " VALUES (?, ?, ?, ?, ?)",
                (identity, own_id, article.given_id, source, article.url),
            ).lastrowid
            assert number is not None
            self._add_aliases(number, article)
        else:
            number = known[0]
        late = shown is not None and _stays_back(article, shown)
        if (late or is_past) and self._has_version(number, content_hash):
            return number, kept
        seq = self._next_seq()
        self._db.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)",
            (seq, number, content_hash, article.modified, now(), packed),
        )
        if withheld:
            self._know_again(number)
        if late:
            return number, kept
        self._db.execute(
            "UPDATE article SET current = ?, given_id = ?, source = ?, url = ? WHERE number = ?",
            (seq, article.given_id, source, article.url, number),
        )
        self._note_what_it_says(number, article)
        if withheld:
            return number, "withheld"
        return number, "new" if known is None else "changed"

    def _note_what_it_says(self, number: int, article: Article) -> None:
        """Keep what an article says of its embargo, and of others that it corrects."""
        for table in ("embargo", "correction"):
            self._db.execute(f"DELETE FROM {table} WHERE article = ?", (number,))
        if article.embargo_until:
            self._db.execute("INSERT INTO embargo VALUES (?, ?)", (number, article.embargo_until))
        self._db.executemany(
            "INSERT INTO correction VALUES (?, ?)", [(number, one) for one in article.corrects]
        )

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

        That is the one which has stood at this one's own address, or one whose own address is an
        alias of this one. An alias of both says nothing: at some addresses there is another
        article each day.
        """
        if article.url is None:
            return None
        row = self._db.execute(
            "SELECT identity FROM alias JOIN article ON article.number = alias.article"
            " WHERE alias.url = ?",
            (known_address(article.url),),
        ).fetchone()
        if row is not None:
            return str(row[0])
        identities = map(identity_of_url, article.aliases)
        return next((one for one in identities if self._shown(one) is not None), None)

    def _add_aliases(self, number: int, article: Article) -> None:
        urls = filter(None, map(known_address, (article.url, *article.aliases)))
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
            " AND (other.input, other.number) != (?1, ?2))"
            " AND article.number NOT IN (SELECT article FROM takedown)",
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

    def withdraw(
        self, number: int, reason: str, until: str | None = None, who: str | None = None
    ) -> None:
        """Show an article no more, or not before a moment in UTC, in no guise in which it comes.

        The log names `who` did it, by default the user who runs this program.
        """
        self._take_down(number, reason, who, until=until)
        self._changed_visibility(number)
        # A row of a table may come to hold another article, so this one gives up its place.
        self._db.execute(
            f"UPDATE article SET identity = {_SET_ASIDE} || identity"
            " WHERE number = ? AND identity LIKE 'place %' AND identity NOT LIKE '% 0'",
            (number,),
        )

    def undo_takedown(self, takedown: Takedown, reason: str) -> None:
        """Show a withdrawn article again; let a deleted one come again with the next input."""
        self.takedowns.undo(takedown, now(), _user(), reason)
        self._show_again(takedown.number)

    def end_takedowns(self) -> None:
        """Forget the take-downs and embargoes whose time is over."""
        for takedown in self.takedowns.ended():
            self.takedowns.lift(takedown)
            self._show_again(takedown.number)
        for number in self.takedowns.ended_embargoes():
            self._changed_visibility(number)

    def bury(self, number: int, reason: str, who: str | None = None) -> None:
        """Keep an article that is about to be deleted from coming again, by hashes only."""
        self._take_down(number, reason, who, deleted=True)

    def withholds(
        self, identity: str, article: Article, path: str, place: int, payload_hash: bytes
    ) -> bool:
        """Whether an article must not be stored, because it is one that was taken down.

        One that the archive has goes on as it is: a new version of what is withdrawn is kept, too,
        and a copy that was there already is not in question.
        """
        if not self.takedowns.exist():
            return False
        known = self._shown(identity) or self._shown(self._identity_at(article))
        texts = text_hashes(article)
        hashes = [*texts]
        if known is None:
            hashes += identity_hashes(article, path, place)
        else:
            shown = _readable(known[2])
            is_there = shown is not None and not texts.isdisjoint(text_hashes(shown))
            if is_there or self.takedowns.covers(known[0]):
                return False
        number = self.takedowns.holding(hashes)
        if number is None:
            return False
        self.takedowns.know(number, [payload_hash])
        return True

    def known_as(self, takedown: Takedown) -> str:
        """The id of an article that is taken down, the short one where its own was erased."""
        return takedown.short_id if takedown.deleted else self.public_id(takedown.number)

    def _take_down(
        self,
        number: int,
        reason: str,
        who: str | None,
        *,
        deleted: bool = False,
        until: str | None = None,
    ) -> None:
        short_id, by = self._names(number)[0], who or _user()
        self.takedowns.add(Takedown(number, short_id, deleted, until, now(), by, reason))
        self._know_again(number)

    def _know_again(self, number: int) -> None:
        """Know an article again by all that its versions, names and records tell."""
        records = self._db.execute(
            "SELECT path, record.number, payload_hash FROM record JOIN input"
            " ON input.number = record.input WHERE article = ?",
            (number,),
        ).fetchall()
        # One that was read from standard input has no place.
        places = [(path, place) for path, place, _ in records] or [("-", 0)]
        short_id, given_id, source, url = self._names(number)
        rows = self._db.execute("SELECT url FROM alias WHERE article = ?", (number,))
        addresses = [address for (address,) in rows.fetchall()]
        self.takedowns.know(number, url_hashes(addresses))
        names = [short_id, given_id, url, _qualified(source, given_id), *addresses]
        for version in self.versions(number):
            article = version.content.article
            for path, place in places:
                self.takedowns.know(number, identity_hashes(article, path, place))
            self.takedowns.know(number, text_hashes(article))
        self.takedowns.know(number, name_hashes(names))
        self.takedowns.know(number, [payload_hash for _, _, payload_hash in records])

    def _show_again(self, number: int) -> None:
        self._changed_visibility(number)
        self._db.execute(
            f"UPDATE OR IGNORE article SET identity = replace(identity, {_SET_ASIDE}, '')"
            " WHERE number = ?",
            (number,),
        )

    def _changed_visibility(self, number: int) -> None:
        self._db.execute(
            "INSERT INTO visibility SELECT ?, number FROM article WHERE number = ?",
            (self._next_seq(), number),
        )

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
        self._db.execute("UPDATE takedown SET deleted = 1 WHERE article = ?", (number,))

    @cached_property
    def _seqs(self) -> Iterator[int]:
        return iter(range(self.last_seq() + 1, _ANY_SEQ))

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

    def withheld_records(self, path: str) -> list[tuple[int, bytes]]:
        """The places in an input of what is taken down, and the hashes of what they held."""
        rows = self._db.execute(
            "SELECT record.number, payload_hash FROM record"
            f" JOIN input ON input.number = record.input WHERE path = ? AND {_IS_WITHHELD}"
            " ORDER BY record.number",
            (path,),
        )
        return rows.fetchall()

    def record_outcome(
        self, source: int, number: int, payload_hash: bytes
    ) -> Literal["stored", "withheld", "rejected"] | None:
        """What came of a place in an input, None when it held something else or is new."""
        row = self._db.execute(
            f"SELECT reason, {_IS_WITHHELD} FROM record"
            " WHERE input = ? AND number = ? AND payload_hash = ?",
            (source, number, payload_hash),
        ).fetchone()
        if row is None:
            return None
        if row[0] is not None:
            return "rejected"
        return "withheld" if row[1] else "stored"

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
    "SELECT article.number, short_id, given_id, source, seq, indexed_at, content,"
    " (SELECT count(*) FROM version AS every"
    " WHERE every.article = article.number AND every.seq <= ?)"
    " FROM version JOIN article ON article.number = version.article"
)
# Of a record: that it holds an article that is taken down.
_IS_WITHHELD = (
    "record.reason IS NULL"
    " AND (record.article IS NULL OR record.article IN (SELECT article FROM takedown))"
)
# Before the identity of a withdrawn article that stood in a row.
_SET_ASIDE = "('withdrawn ' || number || ' ')"
# The current version of every article.
_CURRENT = (
    "SELECT article, seq, content FROM version JOIN article"
    " ON article.number = version.article AND article.current = version.seq"
)


# What runs, or computes, where only rows should be: views, triggers, virtual tables, generated
# columns; but for our own, which are told by their text.
_FOREIGN = """
SELECT name, type, sql FROM sqlite_master AS made
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
                gettext(
                    "{path} may not be read; let its owner allow it, or name another "
                    "with --archive",
                    path=path,
                ),
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
        foreign = [made for made in connection.execute(_FOREIGN) if made[2] not in _TABLES_OF_3]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if write and version == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.executescript(f"BEGIN; {_TABLES} {_TABLES_OF_3}")
                connection.execute(f"PRAGMA user_version = {_FORMAT_VERSION}")
            version = _FORMAT_VERSION
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # From the first write on: what a page held before it was split is wiped too.
        connection.execute("PRAGMA secure_delete = ON")
        if write and version == 2:
            from index.upgrade import upgrade_from_2

            upgrade_from_2(connection, _TABLES_OF_3)
            version = _FORMAT_VERSION
    except sqlite3.DatabaseError as error:
        if connection is not None:
            connection.close()
        # Only the run that makes an archive writes without a log: it was stopped at that.
        if error.sqlite_errorname == "SQLITE_READONLY_ROLLBACK":
            raise _missing(folder) from error
        raise ArchiveError(
            gettext(
                "{path} cannot be opened ({error}); if its disk has space left, "
                "restore it from a backup",
                path=path,
                error=error,
            ),
            "damaged",
        ) from error
    if foreign:
        connection.close()
        raise ArchiveError(
            gettext(
                "{path} holds {name!r}, a {kind} that cakap-search did not make "
                "and that could do anything in its place; restore it from a backup",
                path=path,
                name=foreign[0][0],
                kind=foreign[0][1],
            ),
            "damaged",
        )
    if version != _FORMAT_VERSION:
        connection.close()
        if version == 0:  # the run that was to make it got no further
            raise _missing(folder)
        remedy = gettext("use the version that wrote it")
        if version == 2:
            remedy = gettext("`cakap-search reindex` or the next `index` brings it up to date")
        raise ArchiveError(
            gettext(
                "{path} has format {version}, this cakap-search reads {format_version}; {remedy}",
                path=path,
                version=version,
                format_version=_FORMAT_VERSION,
                remedy=remedy,
            ),
            "stale",
        )
    return Archive(folder, connection)


def require_archive(folder: Path) -> None:
    """Raise ArchiveError where a folder holds no archive."""
    if not (folder / FILE_NAME).is_file():
        raise _missing(folder)


def _missing(folder: Path) -> ArchiveError:
    return ArchiveError(
        gettext(
            "there is no archive in {folder}; make one with `cakap-search "
            "index PATH...` or name another with --archive",
            folder=folder,
        ),
        "missing",
    )


def pack(content: Content) -> bytes:
    """A version's content in the form that is stored. Raises SourceError where it is too large."""
    import zstandard

    encoded = msgspec.json.encode(content)
    if len(encoded) > _MOST_UNPACKED_BYTES:
        raise SourceError(
            gettext(
                "with what is read in it {size} MB, over the limit of {limit} MB; divide it",
                size=format_number(len(encoded) / 1e6),
                limit=format_number(_MOST_UNPACKED_BYTES / 1e6),
            )
        )
    compressor = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL, write_checksum=True)
    return compressor.compress(encoded)


def unpack(packed: bytes) -> Content:
    """The content back from its stored form. Raises ArchiveError where it is damaged."""
    import zstandard

    try:
        if zstandard.frame_content_size(packed) > _MOST_UNPACKED_BYTES:
            raise _damaged_content(gettext("it unfolds to more than any has"))
        return _decode(zstandard.ZstdDecompressor().decompress(packed))
    except (
        *(zstandard.ZstdError, msgspec.MsgspecError),
        *(UnicodeDecodeError, TypeError, RecursionError),
    ) as error:
        raise _damaged_content(error) from error


def _damaged_content(problem: object) -> ArchiveError:
    return ArchiveError(
        gettext(
            "the stored content of an article is damaged ({problem}); `cakap-search check` names"
            " it",
            problem=problem,
        ),
        "damaged",
    )


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
    return f"url {known_address(url) or url}"


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


def _qualified(source: str | None, given_id: str | None) -> str | None:
    return f"{source}:{given_id}" if source and given_id else None


def _is_only_elsewhere(article: Article, shown: Article) -> bool:
    """Whether two forms of an article differ in nothing but how their addresses are written."""
    if (article.url is None) != (shown.url is None):
        return False
    return msgspec.structs.replace(article, url=shown.url, aliases=shown.aliases) == shown


def _stays_back(article: Article, than: Article) -> bool:
    """Whether what comes is older, or less of the article: it is kept, but not shown."""
    return _is_older(article, than) or _is_less(article, than)


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


def _user() -> str:
    """Who runs this program, for the log."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return f"uid {os.getuid()}"


def now() -> str:
    """The time in UTC, as the archive writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
