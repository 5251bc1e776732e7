"""Positions of words in 12 bits each, two of them in three bytes: any one is found directly.

Those that need more bits (of the real articles' one in 140,000) stand as FAR, and in full in a list
of their own.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.segments.arrays import Ints, Pieces

FAR = 0xFFF


class Positions:
    """Positions as they lie in a segment; those of a posting follow one another, ascending."""

    def __init__(self, packed: Ints, far_places: Ints, far: Ints) -> None:
        """`far` has the positions from FAR on, `far_places` tells which ones of all they are."""
        # Any two neighbouring bytes as one number.
        self._pairs: NDArray[np.uint16] = np.ndarray(
            max(len(packed) - 1, 0), "<u2", packed.data if len(packed) else None, strides=(1,)
        )
        self._far_places = far_places
        self._far = far
        self._count = len(packed) * 2 // 3

    def __len__(self) -> int:
        return self._count

    def at(self, places: NDArray[np.int64]) -> Ints:
        """Some of the positions."""
        found = self._pairs[places + (places >> 1)]
        found >>= ((places & 1) << 2).astype(np.uint16)
        found &= np.uint16(FAR)
        is_far = found == FAR
        if not is_far.any():
            return found
        exact = found.astype(np.uint32)
        exact[is_far] = self._far[self._far_places.searchsorted(places[is_far])]
        return exact

    def between(self, first: int, last: int) -> Ints:
        """The positions from `first` to before `last`."""
        begin = first & ~1
        found = np.empty((last - begin + 1) & ~1, dtype=np.uint16)
        pairs = self._pairs[begin // 2 * 3 :]
        found[::2] = pairs[: len(found) // 2 * 3 : 3]
        found[::2] &= np.uint16(FAR)
        odd = pairs[1 : (last - begin) // 2 * 3 : 3]
        np.right_shift(odd, np.uint16(4), out=found[1::2][: len(odd)])
        found = found[first - begin : last - begin]
        far = slice(*self._far_places.searchsorted((first, last)))
        if far.start == far.stop:
            return found
        exact = found.astype(np.uint32)
        exact[self._far_places[far] - first] = self._far[far]
        return exact


class PackedPositions:
    """Positions that are written piece by piece."""

    def __init__(self, folder: Path | None) -> None:
        """Temporary files lie in `folder`; without one, all is in memory."""
        self._packed = Pieces(folder, np.uint8)
        self._far_places, self._far = Pieces(folder, np.int64), Pieces(folder)
        self._odd = np.zeros(0, dtype=np.uint16)  # what waits for the other half of its bytes
        self._count = 0

    def append(self, positions: Ints) -> None:
        far = (positions >= FAR).nonzero()[0]
        self._far_places.append(far + self._count)
        self._far.append(positions[far])
        self._count += len(positions)
        short = np.concatenate([self._odd, np.minimum(positions, FAR).astype(np.uint16)])
        even = len(short) & ~1
        self._packed.append(_bytes(short[:even]))
        self._odd = short[even:]

    def arrays(self) -> dict[str, Pieces]:
        """What Positions reads, by the names that it has in a segment."""
        if len(self._odd):
            self._packed.append(_bytes(np.append(self._odd, np.uint16(0)))[:2])
        return {
            "positions": self._packed,
            "far_places": self._far_places,
            "far_positions": self._far,
        }


def _bytes(positions: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """An even number of positions in three bytes for each two."""
    even, odd = positions[::2], positions[1::2]
    packed = np.empty((len(even), 3), dtype=np.uint8)
    packed[:, 0] = even & 0xFF
    packed[:, 1] = (even >> 8) | ((odd & 0xF) << 4)
    packed[:, 2] = odd >> 4
    return packed.ravel()
