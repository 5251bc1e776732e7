"""The words of some articles laid under a snapshot, so that they are matched and scored as ever.

The snapshot beside the archive has columns, lengths, people and stories of every article, and words
of titles. A cluster tells which articles are the best, and their tokens; what the question looks
for in these becomes postings, and one formula scores them, exactly.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.opensearch.mapping import SAME_PLACE, TITLE_END
from index.schema import STEM, SURFACE, TITLE_BODY_GAP, Field
from index.segments.arrays import Ints, in_memory, is_first
from index.segments.merge import TextPiece, text_arrays
from index.segments.postings import packed
from index.segments.segment import TextField
from index.segments.strings import Strings
from search.embedded.docsets import Docs
from search.embedded.snapshot import Postings, Snapshot

# Title and body of a field, word by word.
Tokens = Sequence[str]


class Counted(Postings):
    """Postings of some documents that know how many the whole index has."""

    def __init__(self, postings: Postings, count: int) -> None:
        super().__init__(postings.docs, postings.freqs, postings.title_freqs)
        self._count = count

    def __len__(self) -> int:
        return self._count

    def _of(self, docs: Docs, freqs: Ints) -> NDArray[np.float64]:
        return super()._of(docs, freqs) if len(self.docs) and len(docs) else np.zeros(len(docs))


class Sought(NamedTuple):
    """The terms that a question looks for, and the patterns of surface forms."""

    stems: frozenset[str]
    surfaces: frozenset[str]
    prefixes: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    def is_surface(self, term: str) -> bool:
        """Whether a surface form is looked for."""
        if term in self.surfaces or term.startswith(self.prefixes):
            return True
        if not self.near or term == TITLE_END:  # which is one edit from each letter
            return False
        from rapidfuzz.distance import Levenshtein

        return any(Levenshtein.distance(term, one, score_cutoff=1) <= 1 for one in self.near)


class _Terms(dict[str, tuple[str, ...]]):
    """The terms at a place that are looked for, by what stands there."""

    def __init__(self, terms: Iterable[str], is_sought: Callable[[str], bool] | None) -> None:
        """`is_sought` is asked of every word; without it, the terms are all."""
        super().__init__({term: (term,) for term in terms})
        self._sought = is_sought or frozenset(self).__contains__
        self._asks = is_sought is not None

    def places(self, tokens: str) -> Iterator[tuple[int, str]]:
        """Where terms stand that are looked for."""
        words = tokens.split(" ")
        # Most words are one term, and are not looked for: they cost one look here.
        if self._asks or SAME_PLACE in tokens:
            for word in set(words):
                if (self._asks or SAME_PLACE in word) and word not in self:
                    self[word] = tuple(filter(self._sought, word.split(SAME_PLACE)))
        for place, word in enumerate(words):
            for term in self.get(word, ()):
                yield place, term


def with_words(
    snapshot: Snapshot, tokens: Mapping[int, Mapping[str, Tokens]], sought: Sought
) -> Snapshot:
    """The same commit whose words are those of some documents that are sought.

    `tokens` has by document and field what the cluster keeps of it.
    """
    asks = sought.prefixes or sought.near
    terms = {
        STEM: _Terms(sought.stems, None),
        SURFACE: _Terms(sought.surfaces, sought.is_surface if asks else None),
    }
    docs = np.array(sorted(tokens), dtype=np.int64)
    laid = copy.copy(snapshot)
    laid.segments = []
    begins = docs.searchsorted([*snapshot.bases, snapshot.size]).tolist()
    for number, (base, segment) in enumerate(snapshot.parts()):
        local = (docs[begins[number] : begins[number + 1]] - base).tolist()
        one = copy.copy(segment)
        lengths = segment.title_lengths.astype(np.int64) + segment.body_lengths
        one.text = {
            field.name: _field(
                field,
                {doc: tokens[doc + base][field.name] for doc in local},
                segment.title_lengths,
                lengths,
                terms[field],
            )
            for field in (STEM, SURFACE)
        }
        laid.segments.append(one)
    return laid


def _field(
    field: Field,
    tokens: Mapping[int, Tokens],
    title_lengths: Ints,
    lengths: Ints,
    terms: _Terms,
) -> TextField:
    """The inverted index of some documents of a segment, these ascending."""
    numbers: dict[str, int] = {}
    found: list[tuple[int, int, int, bool]] = []
    for doc, (title, body) in tokens.items():
        body_start = int(title_lengths[doc]) + TITLE_BODY_GAP
        for part, base, titled in ((title, 0, True), (body, body_start, False)):
            for place, term in terms.places(part):
                number = numbers.setdefault(term, len(numbers))
                found.append((number, doc, base + place, titled))
    vocabulary = sorted(numbers)
    rank = np.empty(len(numbers), dtype=np.int64)
    rank[[numbers[term] for term in vocabulary]] = np.arange(len(numbers))
    rows = np.array(found, dtype=np.int64).reshape(-1, 4)
    rows[:, 0] = rank[rows[:, 0]]
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    begins = is_first((rows[:, 0] << 32) + rows[:, 1]).nonzero()[0]
    freqs = np.diff(begins, append=len(rows))
    piece = TextPiece(
        Strings.of([term.encode() for term in vocabulary]),
        np.bincount(rows[begins, 0], minlength=len(vocabulary)),
        packed(rows[begins, 1], freqs),
        np.add.reduceat(rows[:, 3], begins) if len(begins) else begins,
        rows[:, 2] if field.positions else None,
    )
    return TextField(in_memory(text_arrays(field, [piece], lengths)), field)
