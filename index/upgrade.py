"""An archive of an earlier format made one of today's, in place."""

import sqlite3
from collections.abc import Iterator

from index.archive import short_id
from index.urls import canonical_url


def upgrade_from_2(db: sqlite3.Connection, new_tables: str) -> None:
    """Format 3 knows articles by the canonical form of their addresses, and has all of these.

    Where articles of an earlier format stood at forms of one address, the one that was read last
    takes the versions and places of the others, which an index then has to drop. All in one
    transaction that is left open: nothing is changed before the caller commits.
    """
    db.execute("BEGIN IMMEDIATE")
    for statement in _statements(new_tables):
        db.execute(statement)
    db.execute("DROP INDEX article_url")
    # Out of each other's way, since an identity is unique.
    db.execute(
        "UPDATE article SET identity = 'format 2 ' || identity,"
        " short_id = 'format 2 ' || short_id WHERE url IS NOT NULL"
    )
    articles = db.execute(
        "SELECT number, url FROM article WHERE url IS NOT NULL ORDER BY current DESC"
    ).fetchall()
    for number, url in articles:
        address = canonical_url(url)
        known = db.execute("SELECT article FROM alias WHERE url = ?", (address,)).fetchone()
        if known is None:
            identity = f"url {address}"
            db.execute(
                "UPDATE article SET identity = ?, short_id = ? WHERE number = ?",
                (identity, short_id(identity), number),
            )
            db.execute("INSERT INTO alias VALUES (?, ?)", (address, number))
        else:
            db.execute("UPDATE version SET article = ? WHERE article = ?", (known[0], number))
            db.execute("UPDATE record SET article = ? WHERE article = ?", (known[0], number))
            db.execute("DELETE FROM article WHERE number = ?", (number,))
            db.execute(
                "INSERT INTO deletion SELECT max("
                "(SELECT coalesce(max(seq), 0) FROM version),"
                " (SELECT coalesce(max(seq), 0) FROM deletion),"
                " (SELECT coalesce(max(seq), 0) FROM rereading)) + 1, ?",
                (number,),
            )
    db.execute("PRAGMA user_version = 3")


def _statements(script: str) -> Iterator[str]:
    """One statement after another; `executescript` would commit what has been done so far."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
