"""Whether two texts are one: shared runs of words."""

from index.language.tokens import words

# Broder's resemblance of documents by their shingles ("On the resemblance and containment of
# documents", SEQUENCES 1997), in words; the shorter text decides, so that a shortened copy is one.
_SHINGLE_WORDS = 5
_COPY_SHARE = 0.5

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """Every run of five words; a shorter text is one run."""
    found = [word[0].lower() for word in words(text)]
    last = max(len(found) - _SHINGLE_WORDS, 0)
    return frozenset(tuple(found[n : n + _SHINGLE_WORDS]) for n in range(last + 1))


def is_copy(one: Shingles, other: Shingles) -> bool:
    """Whether half of the shorter text stands in the longer one."""
    return len(one & other) >= _COPY_SHARE * min(len(one), len(other))
