"""Words of a question that only ask, which no article is looked for by."""

from collections.abc import Sequence
from functools import cache

from index.language.analyzer import stop_words
from index.language.fold import fold
from index.lexicon import lexicon_lines

_PARTICLE = "kah"


def asking(words: Sequence[str]) -> list[bool]:
    """Which of some words side by side only ask, by lexicon/question_words.txt."""
    bare = [_bare(word) for word in words]
    asks = [False] * len(bare)
    for start in range(len(bare)):
        for stop in range(start + 1, min(start + _longest(), len(bare)) + 1):
            if tuple(bare[start:stop]) in question_words():
                asks[start:stop] = [True] * (stop - start)
    return asks


@cache
def question_words() -> frozenset[tuple[str, ...]]:
    """lexicon/question_words.txt: each entry's words."""
    return frozenset(tuple(line.split()) for line in lexicon_lines("question_words.txt"))


@cache
def _longest() -> int:
    return max(map(len, question_words()))


def _bare(word: str) -> str:
    """The folded word without -kah; "adakah" asks as "apakah" does."""
    folded = fold(word)
    bare = folded.removesuffix(_PARTICLE)
    return "apa" if bare != folded and bare in stop_words() else bare
