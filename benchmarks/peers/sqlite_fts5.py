"""SQLite's FTS5: contentless, with positions; bm25() with k1 1.2 and b 0.75, which cannot be set.

Columns are ordinary tables beside it. One thread writes, in one transaction.
"""

import sqlite3
import string
from pathlib import Path

from benchmarks.peers.answers import DEPTH, FACETS, Answer, Ask
from benchmarks.peers.corpus import KEYWORDS, rows
from benchmarks.queries import Question

_FILE = "fts5.db"
# What the tokenizer would split at besides spaces; all that is not ASCII is part of a token.
_TOKEN_CHARS = string.punctuation.replace("'", "").replace('"', "")
_TOP = "SELECT rowid FROM tokens WHERE tokens MATCH ? ORDER BY rank LIMIT ?"
_NEWEST = """
    SELECT tokens.rowid FROM tokens JOIN article ON article.number = tokens.rowid
    WHERE tokens MATCH ? ORDER BY moment DESC LIMIT ?"""
_TOTAL = "SELECT count(*) FROM tokens WHERE tokens MATCH ?"
_FOUND = """
    INSERT INTO found SELECT tokens.rowid, rank FROM tokens
    WHERE tokens MATCH ?
    AND EXISTS (SELECT 1 FROM country WHERE article = tokens.rowid AND value = ?)"""
_COUNTS = """
    SELECT count(*) FROM found JOIN {} ON article = number
    GROUP BY value ORDER BY 1 DESC LIMIT ?"""


def write(corpus: Path, folder: Path) -> None:
    """Index a corpus into a new folder."""
    database = sqlite3.connect(folder / _FILE)
    database.execute(
        "CREATE VIRTUAL TABLE tokens USING fts5(text, content='',"
        f" tokenize=\"ascii tokenchars '{_TOKEN_CHARS}'\")"
    )
    database.execute("CREATE TABLE article (number INTEGER PRIMARY KEY, moment INTEGER)")
    for field in KEYWORDS:
        database.execute(
            f"CREATE TABLE {field} (article INTEGER, value TEXT, PRIMARY KEY (article, value))"
            " WITHOUT ROWID"
        )
    for number, row in enumerate(rows(corpus)):
        text = " ".join(row.tokens)
        database.execute("INSERT INTO tokens (rowid, text) VALUES (?, ?)", (number, text))
        database.execute("INSERT INTO article VALUES (?, ?)", (number, row.moment))
        for field, values in row.keywords.items():
            pairs = ((number, value) for value in values)
            database.executemany(f"INSERT INTO {field} VALUES (?, ?)", pairs)
    database.execute("CREATE INDEX by_country ON country (value, article)")
    database.commit()
    database.close()


def reader(folder: Path) -> Ask:
    """Open the index for questions."""
    database = sqlite3.connect(folder / _FILE)
    database.execute("CREATE TEMP TABLE found (number INTEGER PRIMARY KEY, rank REAL)")

    def numbers(statement: str, *values: str | int) -> list[int]:
        return [number for (number,) in database.execute(statement, values)]

    def ask(question: Question, total: bool) -> Answer:
        asked = _match(question)
        if question.kind != "facets":
            hits = numbers(_NEWEST if question.kind == "newest" else _TOP, asked, DEPTH)
            return Answer(hits, numbers(_TOTAL, asked)[0] if total else None)
        database.execute("DELETE FROM found")
        found = database.execute(_FOUND, (asked, question.country)).rowcount
        hits = numbers("SELECT number FROM found ORDER BY rank LIMIT ?", DEPTH)
        return Answer(hits, found, [numbers(_COUNTS.format(field), DEPTH) for field in FACETS])

    return ask


def _match(question: Question) -> str:
    if question.kind == "phrase":
        return f'"{" ".join(question.words)}"'
    if question.kind == "prefix":
        return f'"{question.words[0]}" *'
    operator = " AND " if question.kind in ("and", "person+noun") else " OR "
    return operator.join(f'"{word}"' for word in question.words)
