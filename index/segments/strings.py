"""A sorted table of byte strings in two arrays: one blob, and where each string begins."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.messages import gettext
from index.segments.arrays import Ints, damaged, spans

_STEP = 64


class Strings:
    """Strings sorted by their UTF-8 bytes, found by binary search, decoded one at a time."""

    def __init__(self, blob: Ints, offsets: Ints) -> None:
        self.blob = blob
        self.offsets = offsets
        # Views give Python's numbers, in a third of the time of numpy's.
        self._bytes = blob.data.cast("B") if blob.size else memoryview(b"")
        self._offsets = offsets.data

    @classmethod
    def of(cls, strings: Sequence[bytes]) -> "Strings":
        """A table of strings that are sorted already."""
        offsets = np.zeros(len(strings) + 1, dtype=np.uint32)
        np.cumsum([len(string) for string in strings], out=offsets[1:])
        return cls(np.frombuffer(b"".join(strings), dtype=np.uint8), offsets)

    @classmethod
    def cut(cls, blob: Ints, begins: Ints, ends: Ints) -> "Strings":
        """A table of sorted strings that stand at these places of a larger blob."""
        lengths = ends.astype(np.int64) - begins
        offsets = np.zeros(len(lengths) + 1, dtype=np.uint32)
        np.cumsum(lengths, out=offsets[1:])
        return cls(blob[spans(begins.astype(np.int64), lengths)], offsets)

    @classmethod
    def joined(cls, tables: Sequence["Strings"]) -> "Strings":
        """One table of several, each of which sorts behind the one before."""
        lengths = [np.diff(table.offsets) for table in tables]
        offsets = np.zeros(sum(map(len, lengths)) + 1, dtype=np.uint32)
        if tables:
            np.cumsum(np.concatenate(lengths), out=offsets[1:])
        return cls(np.frombuffer(b"".join(table._bytes for table in tables), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def _signposts(self) -> list[bytes]:
        """Each _STEP-th string. The list is searched in a tenth of the time that `raw` takes."""
        begins, ends = self.offsets[:-1:_STEP].tolist(), self.offsets[1::_STEP].tolist()
        return [self._bytes[a:b].tobytes() for a, b in zip(begins, ends, strict=True)]

    def raw(self, number: int) -> bytes:
        """The bytes of one string."""
        return bytes(self._bytes[self._offsets[number] : self._offsets[number + 1]])

    def __getitem__(self, number: int) -> str:
        return self.raw(number).decode()

    def to_list(self, first: int = 0, last: int | None = None) -> list[bytes]:
        """Every string, in order, or those from `first` to before `last`."""
        asked = self.between(first, len(self) if last is None else last)
        offsets, whole = asked.offsets.tolist(), bytes(asked._bytes)
        return [whole[a:b] for a, b in pairwise(offsets)]

    def between(self, first: int, last: int) -> "Strings":
        """A table of the strings from `first` to before `last`."""
        offsets = self.offsets[first : last + 1]
        if (offsets[1:] < offsets[:-1]).any():  # each string could be as long as all of them
            raise damaged(gettext("the index"), gettext("has a table of strings out of order"))
        return Strings(self.blob[offsets[0] : offsets[-1]], offsets - offsets[0])

    def only(self, numbers: NDArray[np.int64]) -> "Strings":
        """A table of some of the strings, their numbers ascending."""
        return Strings.cut(self.blob, self.offsets[numbers], self.offsets[numbers + 1])

    def first_not_below(self, string: bytes) -> int:
        """The number of the first string that does not sort before `string`."""
        after = bisect_left(self._signposts, string)
        first, last = max(0, after - 1) * _STEP, min(after * _STEP, len(self))
        return bisect_left(range(len(self)), string, first, last, key=self.raw)

    def find(self, string: str) -> int:
        """The number of a string, -1 when it is not in the table."""
        wanted = string.encode()
        after = bisect_right(self._signposts, wanted)
        if not after:
            return -1
        first, last = (after - 1) * _STEP, min(after * _STEP, len(self))
        begin = self._offsets[first]
        # Looking through the bytes between two signposts takes a third of the time of halving.
        between = self._bytes[begin : self._offsets[last]].tobytes()
        at = between.find(wanted)
        if at < 0:
            return -1
        place = [begin + at, begin + at + len(wanted)]
        number = bisect_left(self._offsets, place[1], first + 1, last) - 1
        if self._offsets[number : number + 2].tolist() == place:
            return number
        number = self.first_not_below(wanted)  # what was found stands inside another one
        return number if number < len(self) and self.raw(number) == wanted else -1

    def with_prefix(self, prefix: str) -> range:
        """The numbers of the strings that begin with `prefix`."""
        raw = prefix.encode()
        if not raw:
            return range(len(self))
        # 0xFF never occurs in UTF-8, so it sorts behind every continuation of the prefix.
        return range(self.first_not_below(raw), self.first_not_below(raw + b"\xff"))

    def with_suffix(self, suffix: str) -> NDArray[np.int64]:
        """The numbers of the strings that end with `suffix`, ascending."""
        raw = suffix.encode()
        found = (np.diff(self.offsets) >= len(raw)).nonzero()[0]
        ends = self.offsets[1:].astype(np.int64)
        for back, byte in enumerate(reversed(raw), 1):
            found = found[self.blob[ends[found] - back] == byte]
        return found
