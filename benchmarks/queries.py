"""Questions of ten classes, drawn from a corpus of benchmarks/peers/corpus.py.

Nothing of them is kept in the repository: the same corpus and seed give the same questions.
"""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers.corpus import Row, sample
from index.language.analyzer import stop_words

SEED = 20210622
QUESTIONS = 300
_SAMPLE = 20_000
# A frequent term stands in 2 to 20 % of the articles; a noun for a person's name in 0.2 to 5 %.
_FREQUENT = (0.02, 0.2)
_NOUN = (0.002, 0.05)
_LONGEST_HEADLINE = 16


class Question(NamedTuple):
    """Words, what joins them is up to the class `kind`; `country` narrows, where it is given."""

    kind: str
    words: tuple[str, ...]
    country: str = ""


class _Draw:
    """Draws from the articles of a sample."""

    def __init__(self, path: Path) -> None:
        self._rows = sample(path, _SAMPLE)
        self._random = random.Random(SEED)
        counts = Counter(word for row in self._rows for word in set(row.tokens) if _is_word(word))
        self._frequent = self._between(counts, _FREQUENT)
        self._nouns = self._between(counts, _NOUN)

    def _between(self, counts: Counter[str], shares: tuple[float, float]) -> set[str]:
        low, high = (share * len(self._rows) for share in shares)
        return {word for word, count in counts.items() if low <= count <= high}

    def questions(self, kind: str, count: int) -> list[Question]:
        """So many questions of a class; an article that gives none is passed over."""
        self._random.seed(f"{SEED} {kind}")
        found: list[Question] = []
        while len(found) < count:
            question = CLASSES[kind](self, self._random.choice(self._rows))
            if question is not None:
                found.append(question._replace(kind=kind))
        return found

    def headline(self, row: Row) -> Question | None:
        title = _distinct(row.tokens[: row.title_tokens])
        return Question("", tuple(title[:_LONGEST_HEADLINE])) if len(title) > 4 else None

    def short_headline(self, row: Row) -> Question | None:
        title = _distinct(row.tokens[: row.title_tokens])
        count = self._random.randint(2, 4)
        if len(title) < count:
            return None
        first = self._random.randint(0, len(title) - count)
        return Question("", tuple(title[first : first + count]))

    def person_noun(self, row: Row) -> Question | None:
        tokens = set(row.tokens)
        names = [name.lower().split() for name in row.keywords["person"]]
        names = [name for name in names if tokens.issuperset(name) and all(map(_is_word, name))]
        nouns = sorted(tokens & self._nouns)
        if not names or not nouns:
            return None
        name = self._random.choice(names)
        return Question("", tuple(_distinct([*name, self._random.choice(nouns)])))

    def frequent(self, count: int, row: Row) -> Question | None:
        words = sorted(self._frequent.intersection(row.tokens))
        return Question("", tuple(self._random.sample(words, count))) if len(words) > 1 else None

    def phrase(self, row: Row) -> Question | None:
        count = self._random.randint(2, 3)
        if len(row.tokens) - row.title_tokens < count:
            return None
        first = self._random.randint(row.title_tokens, len(row.tokens) - count)
        words = tuple(row.tokens[first : first + count])
        return Question("", words) if all(map(_is_word, words)) else None

    def prefix(self, row: Row) -> Question | None:
        word = self._random.choice(row.tokens)
        length = self._random.randint(3, 5)
        return Question("", (word[:length],)) if _is_word(word) and len(word) > length else None

    def filtered(self, row: Row) -> Question | None:
        question = self.frequent(1, row)
        if question is None or not row.keywords["country"]:
            return None
        return question._replace(country=self._random.choice(row.keywords["country"]))


CLASSES: dict[str, Callable[[_Draw, Row], Question | None]] = {
    "headline": _Draw.headline,  # any of the words
    "short": _Draw.short_headline,  # any of the words
    "person+noun": _Draw.person_noun,  # all of the words
    "term": lambda draw, row: draw.frequent(1, row),
    "and": lambda draw, row: draw.frequent(2, row),
    "or": lambda draw, row: draw.frequent(2, row),
    "phrase": _Draw.phrase,
    "prefix": _Draw.prefix,
    "facets": _Draw.filtered,  # a frequent term in a country, with total and three facets
    "newest": lambda draw, row: draw.frequent(1, row),
}


def questions(path: Path, count: int = QUESTIONS) -> list[Question]:
    """The questions of all classes for a corpus."""
    draw = _Draw(path)
    return [question for kind in CLASSES for question in draw.questions(kind, count)]


def write_questions(asked: list[Question], path: Path) -> None:
    """Keep questions in a file: class, words and country, separated by tabs."""
    lines = (f"{kind}\t{' '.join(words)}\t{country}\n" for kind, words, country in asked)
    path.write_text("".join(lines), encoding="utf-8")


def read_questions(path: Path) -> list[Question]:
    """The questions of a file."""
    lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return [Question(kind, tuple(words.split(" ")), country) for kind, words, country in lines]


def _distinct(words: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(_is_word, words)))


def _is_word(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) > 1 and word not in stop_words()
