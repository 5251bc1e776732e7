"""Articles that must not be shown: withdrawn, embargoed and deleted ones, and how they are known.

A withdrawn article stays in the archive. Of a deleted one, hashes stay by which it is known when a
later input brings it again: of its addresses and ids, of the place it was read from, and of its
words. Who took down what, when and why stays in a log that nothing is taken out of.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from index.article import Article, known_address

TAKEDOWN_TABLES = """
CREATE TABLE takedown (        -- an article that was withdrawn or deleted
    article INTEGER PRIMARY KEY,
    short_id TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    until TEXT,                -- when it is shown again by itself, in UTC
    at TEXT NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE tombstone (       -- by what it is known when it comes again: hashes, no text
    hash BLOB NOT NULL,
    article INTEGER NOT NULL REFERENCES takedown ON DELETE CASCADE,
    PRIMARY KEY (hash, article)
) WITHOUT ROWID;
CREATE TABLE takedown_log (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, short_id TEXT NOT NULL,
    reason TEXT NOT NULL, until TEXT
);
CREATE TRIGGER takedown_log_stays BEFORE DELETE ON takedown_log
    BEGIN SELECT RAISE(ABORT, 'the log of take-downs only grows'); END;
CREATE TRIGGER takedown_log_stands BEFORE UPDATE ON takedown_log
    BEGIN SELECT RAISE(ABORT, 'the log of take-downs only grows'); END;
CREATE TABLE embargo (         -- an article that its source wants shown later
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    until TEXT NOT NULL
);
CREATE VIEW hidden AS          -- what is not shown at this moment
    SELECT article, until FROM takedown WHERE NOT deleted
        AND (until IS NULL OR until > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'))
    UNION ALL SELECT article, until FROM embargo
        WHERE until > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now');
CREATE VIEW standing AS        -- the same with who hid it and why, and what was deleted
    SELECT * FROM takedown
        WHERE until IS NULL OR until > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
    UNION ALL SELECT article.number, short_id, 0, until, indexed_at, 'source', 'embargo'
        FROM embargo JOIN article ON article.number = embargo.article
        JOIN version ON version.seq = article.current
        WHERE until > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now');
"""

# A row of a table may come to hold another article. It is the one that it held when title or body
# begin with the same words; corrections seldom touch both.
_OPENING_WORDS = 8
# A body of so many words is one article's, whatever stands above it; a shorter one may be a caption
# or a note that stands below many headlines. The shortest of 38,230 articles has 25, and no two
# have the same (tests/test_real_archive.py).
LEAST_TELLING_WORDS = 20
_WORD = re.compile(r"\w+")


class Takedown(NamedTuple):
    """An article that is withdrawn, to a time if there is `until`, or deleted for good.

    `short_id` names it also when its own id is erased with it; times are ISO 8601 in UTC.
    """

    number: int
    short_id: str
    deleted: bool
    until: str | None
    at: str
    who: str
    reason: str


class LogEntry(NamedTuple):
    """What was done to an article by whom, when and why."""

    at: str
    who: str
    action: str
    short_id: str
    reason: str
    until: str | None


class Takedowns:
    """The take-downs of an open archive."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def hidden(self) -> list[tuple[int, str | None]]:
        """The articles that are not shown at this moment, and until when, if a time is set."""
        return self._db.execute("SELECT article, until FROM hidden").fetchall()

    def of(self, number: int) -> Takedown | None:
        """The take-down of an article that holds at this moment."""
        return next(iter(self._select("article = ?", number)), None)

    def listed(self) -> list[Takedown]:
        """All that hold at this moment, the latest first."""
        return self._select("TRUE")

    def deleted(self, name: str) -> list[Takedown]:
        """The deleted articles that an id or URL named."""
        hashes = [_hash("name", name), _hash("name", known_address(name) or "")]
        return self._select(
            "deleted AND article IN (SELECT article FROM tombstone WHERE hash IN (?, ?))", *hashes
        )

    def log(self) -> list[LogEntry]:
        """Everything that was done, the first thing first."""
        rows = self._db.execute(
            "SELECT at, who, action, short_id, reason, until FROM takedown_log ORDER BY number"
        )
        return [LogEntry(*row) for row in rows]

    def exist(self) -> bool:
        """Whether anything was ever taken down and not undone."""
        return self._db.execute("SELECT 1 FROM takedown LIMIT 1").fetchone() is not None

    def holding(self, hashes: Sequence[bytes]) -> int | None:
        """The article that is taken down and known by one of these hashes."""
        marks = ", ".join("?" * len(hashes))
        row = self._db.execute(
            f"SELECT article FROM tombstone WHERE hash IN ({marks}) LIMIT 1", hashes
        ).fetchone()
        return row[0] if row else None

    def covers(self, number: int) -> bool:
        """Whether an article is taken down, which an embargo of its source is not."""
        row = self._db.execute("SELECT 1 FROM takedown WHERE article = ?", (number,)).fetchone()
        return row is not None

    def add(self, takedown: Takedown) -> None:
        """Take down an article, anew if it was before, and note it in the log."""
        self._db.execute(
            "INSERT INTO takedown VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (article) DO UPDATE SET"
            " deleted = excluded.deleted, until = excluded.until, at = excluded.at,"
            " who = excluded.who, reason = excluded.reason",
            takedown,
        )
        action = "delete" if takedown.deleted else "withdraw"
        self._note(action, takedown)

    def know(self, number: int, hashes: Iterable[bytes]) -> None:
        """Know an article that is taken down by these hashes too."""
        self._db.executemany(
            "INSERT OR IGNORE INTO tombstone VALUES (?, ?)", [(one, number) for one in hashes]
        )

    def lift(self, takedown: Takedown) -> None:
        """End a take-down; records that were held back because of it will be read again."""
        held_back = (
            "article IS NULL AND reason IS NULL"
            " AND payload_hash IN (SELECT hash FROM tombstone WHERE article = ?)"
        )
        self._db.execute(
            f"UPDATE input SET complete = 0 WHERE number IN"
            f" (SELECT input FROM record WHERE {held_back})",
            (takedown.number,),
        )
        self._db.execute(f"DELETE FROM record WHERE {held_back}", (takedown.number,))
        for table in ("takedown", "embargo"):
            self._db.execute(f"DELETE FROM {table} WHERE article = ?", (takedown.number,))

    def undo(self, takedown: Takedown, at: str, who: str, reason: str) -> None:
        """End a take-down, and note that in the log."""
        self.lift(takedown)
        self._note("undo", takedown._replace(at=at, who=who, reason=reason, until=None))

    def ended(self) -> list[Takedown]:
        """Those whose time is over."""
        rows = self._db.execute(
            "SELECT * FROM takedown WHERE article NOT IN (SELECT article FROM standing)"
        )
        return [_takedown(row) for row in rows.fetchall()]

    def ended_embargoes(self) -> list[int]:
        """The articles whose source's embargo is over; it is forgotten with this."""
        rows = self._db.execute(
            "DELETE FROM embargo WHERE article NOT IN (SELECT article FROM hidden)"
            " RETURNING article"
        )
        return [number for (number,) in rows.fetchall()]

    def _select(self, condition: str, *values: object) -> list[Takedown]:
        rows = self._db.execute(
            f"SELECT * FROM standing WHERE {condition} ORDER BY at DESC, article DESC", values
        )
        return [_takedown(row) for row in rows.fetchall()]

    def _note(self, action: str, takedown: Takedown) -> None:
        self._db.execute(
            "INSERT INTO takedown_log (at, who, action, short_id, reason, until)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(takedown.at, takedown.who, action),
                *(takedown.short_id, takedown.reason, takedown.until),
            ),
        )


def _takedown(row: tuple[Any, ...]) -> Takedown:
    takedown = Takedown(*row)
    return takedown._replace(deleted=bool(takedown.deleted))


def text_hashes(article: Article) -> set[bytes]:
    """By what the words of an article are known again, however they are set.

    That is title and body together, without a word in them the signs; and the body under any other
    title, if it is long enough to be known by.
    """
    title, body = (_WORD.findall((text or "").casefold()) for text in (article.title, article.body))
    hashes = {_hash("text", *(title + body or [article.body]))}
    if len(body) >= LEAST_TELLING_WORDS:
        hashes.add(_hash("text", *body))
    return hashes


def url_hashes(urls: Iterable[str | None]) -> Iterator[bytes]:
    """By what an article is known again that stands at these addresses."""
    return (_hash("url", known_address(url) or url) for url in urls if url)


def identity_hashes(article: Article, path: str, place: int) -> Iterator[bytes]:
    """By what, besides its words, an article from a place of an input is known again."""
    yield from url_hashes((article.url, *article.aliases))
    if article.given_id and article.source:
        yield _hash("id", article.source, article.given_id)
    elif path == "-":
        return
    elif article.given_id:
        yield _hash("id-in", path, article.given_id)
    elif not article.url and place == 0:
        yield _hash("place", path)
    elif not article.url:
        for text in (article.title, article.body):
            if opening := _WORD.findall((text or "").casefold())[:_OPENING_WORDS]:
                yield _hash("place", path, str(place), *opening)


def name_hashes(names: Iterable[str | None]) -> Iterator[bytes]:
    """By what people may ask for a deleted article."""
    return (_hash("name", known_address(name) or name) for name in names if name)


def _hash(*parts: str) -> bytes:
    import hashlib  # loads OpenSSL, which a question does not need

    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
