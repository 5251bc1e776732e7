"""Completions where the words of bodies are on a cluster."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from index.schema import SURFACE
from search.embedded.completion import Completer, is_telling, largest
from search.embedded.snapshot import Snapshot
from search.results import Completion

# Words that most titles have are counted in all articles; more would not be among the first.
_COUNTED = 30


class ClusterCompleter(Completer):
    """People, countries and phrases as ever; words that titles have, counted in all articles."""

    def __init__(self, snapshot: Snapshot, counts: Callable[[Sequence[str]], list[int]]) -> None:
        """`counts` tells in how many articles each of some words is."""
        super().__init__(snapshot)
        self._counts = counts

    def _words(self, beginning: str, limit: int) -> Iterator[Completion]:
        titles: Counter[str] = Counter()
        for segment in self._snapshot.segments:
            field = segment.text[SURFACE.name]
            found = field.terms.with_prefix(beginning)
            starts = field.starts[found.start : found.stop + 1].astype(np.int64)
            frequencies = starts[1:] - starts[:-1]
            for place in largest(frequencies):
                titles[field.terms[found.start + place]] += int(frequencies[place])
        words = [word for word, _ in titles.most_common(2 * _COUNTED) if is_telling(word)]
        words = words[:_COUNTED]
        counted = zip(self._counts(words), words, strict=True)
        for count, word in sorted(counted, key=lambda pair: (-pair[0], pair[1]))[:limit]:
            if count:
                yield Completion(word, "word", count)
