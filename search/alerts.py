"""Saved questions, and up to which change of the archive each has been answered.

They lie beside the archive in a SQLite file of their own, so that every change is atomic and two
programs may work at once; reading answers writes nothing into the archive.
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.archive import ALERTS_FILE, open_archive
from search.results import Request

_TABLE = """
CREATE TABLE IF NOT EXISTS alert (
    name TEXT PRIMARY KEY,
    request TEXT NOT NULL,     -- JSON
    seen INTEGER NOT NULL      -- the archive's sequence number that its last run had come to
) WITHOUT ROWID
"""
# How long another program's change is waited for.
_BUSY_S = 5.0


class Alert(NamedTuple):
    """A saved question. What came into the archive after change `seen` is new to it."""

    name: str
    request: Request
    seen: int


class Alerts:
    """The saved questions beside an archive; close them when done."""

    def __init__(self, folder: Path) -> None:
        """Raises ArchiveError where there is no archive."""
        open_archive(folder).close()
        self._db = sqlite3.connect(folder / ALERTS_FILE, _BUSY_S, isolation_level=None)
        self._db.execute(_TABLE)

    def __enter__(self) -> "Alerts":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, alert: Alert) -> bool:
        """Save a question; False, and nothing done, where its name is taken."""
        cursor = self._db.execute(
            "INSERT INTO alert VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (alert.name, msgspec.json.encode(alert.request).decode(), alert.seen),
        )
        return cursor.rowcount == 1

    def remove(self, name: str) -> bool:
        """Forget a question; False where there is none of this name."""
        return self._db.execute("DELETE FROM alert WHERE name = ?", (name,)).rowcount == 1

    def saw(self, name: str, seq: int) -> None:
        """Note up to which change a question has been answered."""
        self._db.execute("UPDATE alert SET seen = ? WHERE name = ?", (seq, name))

    def all(self) -> list[Alert]:
        """Every saved question, by name."""
        rows = self._db.execute("SELECT name, request, seen FROM alert ORDER BY name").fetchall()
        decode = msgspec.json.Decoder(Request).decode
        return [Alert(name, decode(request), seen) for name, request, seen in rows]
