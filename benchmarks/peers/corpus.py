"""The corpus that every engine indexes: tokens and columns, analysed once and kept in a file.

A line is an article, numbered from 0, in fields separated by tabs: time of publication (seconds
since 1970, 0 where undated), countries, persons, source, category (several values of a field
separated by `|`), number of tokens in the title, and the tokens, separated by spaces, the title's
first. A token is the stem or, for a stop word, the word itself, in small letters. So no engine pays
for analysis, all have the same positions, and any tokenizer that splits at spaces reads them.
"""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.data import json_lines, require_data
from index.config import Config
from index.document import Document, to_document
from index.enrich.article import enrich
from index.language.analyzer import analyze
from index.processes import batches, ordered_map
from index.sources import Record, read_article

KEYWORDS = ("country", "person", "source", "category")
_LINES_PER_TASK = 250
_CONFIG = Config()


class Row(NamedTuple):
    """An article of the corpus."""

    moment: int
    keywords: dict[str, list[str]]
    title_tokens: int
    tokens: list[str]


def corpus(folder: Path, articles: int) -> Path:
    """The file of a corpus of so many articles, made where the folder lacks it."""
    path = folder / f"tokens-{articles}.tsv"
    if not path.exists():
        require_data()
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        with temporary.open("wb") as out:
            lines = batches(itertools.islice(json_lines(articles), articles), _LINES_PER_TASK)
            for analysed in ordered_map(_analysed, lines, jobs=2):
                out.write(analysed)
        temporary.replace(path)
    return path


def parse(line: bytes) -> Row:
    """Read one line."""
    moment, *values, title_tokens, tokens = line.decode().rstrip("\n").split("\t")
    keywords = {
        name: value.split("|") if value else []
        for name, value in zip(KEYWORDS, values, strict=True)
    }
    return Row(int(moment), keywords, int(title_tokens), tokens.split(" "))


def rows(path: Path) -> Iterator[Row]:
    """All articles of a corpus."""
    with path.open("rb") as lines:
        yield from map(parse, lines)


def sample(path: Path, size: int) -> list[Row]:
    """At most so many articles, drawn from all of the corpus, the same each time."""
    drawn: list[bytes] = []
    draw = random.Random(1).randrange
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            if number < size:
                drawn.append(line)
            elif (place := draw(number + 1)) < size:
                drawn[place] = line
    return [parse(line) for line in drawn]


def _analysed(lines: list[bytes]) -> bytes:
    """In a worker: what the file has of some articles in JSON."""
    return b"".join(map(_analysed_one, lines))


def _analysed_one(line: bytes) -> bytes:
    article = read_article(Record(None, line, "json"), _CONFIG)
    document = to_document(0, 0, article, enrich(article, _CONFIG), _CONFIG.timezone)
    title = _tokens(document.title)
    fields = [
        str(max(document.moment or 0, 0)),
        *("|".join(_values(document, name)) for name in KEYWORDS),
        str(len(title)),
        " ".join([*title, *_tokens(document.text)]),
    ]
    return ("\t".join(fields) + "\n").encode()


def _values(document: Document, field: str) -> list[str]:
    clean = (" ".join(value.replace("|", " ").split()) for value in document.keywords[field])
    return list(dict.fromkeys(filter(None, clean)))


def _tokens(text: str) -> list[str]:
    terms = (token.stem or token.surface for token in analyze(text))
    return ["".join(term.lower().split()) for term in terms]
