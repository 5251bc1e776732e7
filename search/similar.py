"""Whether two texts are one: shared runs of words."""

from collections.abc import Sequence

from index.language.tokens import words

# Broder's resemblance of documents by their shingles ("On the resemblance and containment of
# documents", SEQUENCES 1997), in words; the shorter text decides, so that a shortened copy is one.
_SHINGLE_WORDS = 5
_COPY_SHARE = 0.5

Shingles = frozenset[tuple[str, ...]]


def runs(found: Sequence[str], size: int) -> Shingles:
    """Every run of so many words; all of a text that is shorter than one."""
    last = max(len(found) - size, 0)
    return frozenset(tuple(found[n : n + size]) for n in range(last + 1))


def shared(one: Shingles, other: Shingles) -> float:
    """How much of the shorter text stands in the longer one, from 0 to 1."""
    return len(one & other) / min(len(one), len(other))


def shingles(text: str) -> Shingles:
    """Every run of five words."""
    return runs([word[0].lower() for word in words(text)], _SHINGLE_WORDS)


def is_copy(one: Shingles, other: Shingles) -> bool:
    """Whether half of the shorter text stands in the longer one."""
    return shared(one, other) >= _COPY_SHARE
