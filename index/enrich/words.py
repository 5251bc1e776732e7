"""The words and marks of a text, split once for all who look through them."""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from index.language.memo import Memo

T = TypeVar("T")

_TOKEN = re.compile(r"(\w++(?:[-'’]\w++)*+|[^\w\s]|\n)")
EDGE = "\n"


class Tokens(NamedTuple):
    """The words and punctuation of a text, and where each starts; two edges at both ends."""

    words: list[str]
    starts: list[int]


@functools.lru_cache(maxsize=2)  # people, countries and dates of a text, and of its title
def tokens(text: str) -> Tokens:
    """A text's words, hyphens and apostrophes inside, and its marks and line ends one by one."""
    pieces = _TOKEN.split(text)
    starts = list(itertools.accumulate(map(len, pieces), initial=0))
    edge = [EDGE, EDGE]
    return Tokens([*edge, *pieces[1::2], *edge], [0, 0, *starts[1:-1:2], len(text), len(text)])


def found_in(text: str, finds: Memo[list[tuple[int, T]]]) -> Iterator[tuple[int, T]]:
    """What is found in the tokens of a text, and where; `finds` has offsets into one token."""
    read = tokens(text)
    found = [*map(finds.__getitem__, read.words)]
    for start, in_token in itertools.compress(zip(read.starts, found, strict=True), found):
        for offset, what in in_token:
            yield start + offset, what
