"""Named numpy arrays in one file: written whole and fsynced, read memory-mapped.

Layout, little-endian: eight bytes of magic, the arrays one after another at multiples of
64 bytes, the directory as JSON, and a trailer of 16 bytes (the directory's offset u64,
length u32 and CRC-32 u32). docs/index-format.md has it byte for byte.
"""

import mmap
import os
import re
import stat
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from index.errors import ArchiveError
from index.messages import gettext

Ints = NDArray[np.integer[Any]]

_MAGIC = b"CAKAPS01"
_ALIGNMENT_BYTES = 64
_TRAILER = struct.Struct("<QII")
# What `write_arrays` writes: whole numbers. A file may ask for any type, objects too.
_DTYPE = re.compile(r"<[iu][248]|\|[iu]1")
# What an array in pieces holds in memory: writing less at once to a file is not faster.
_HELD_BYTES = 16 << 20


class _Entry(msgspec.Struct, array_like=True):
    dtype: str
    length: int
    offset: int
    crc32: int


class Pieces:
    """A long array that is made piece by piece and read once.

    It gets the smallest unsigned type that holds it, unless told which. Most of it lies in a
    temporary file of `folder`; without one, in memory.
    """

    def __init__(self, folder: Path | None, dtype: type[np.integer[Any]] | None = None) -> None:
        self._folder = folder
        self._dtype = dtype
        self._file: IO[bytes] | None = None
        self._filed: list[tuple[np.dtype[Any], int]] = []  # type and length of each piece
        self._held: list[Ints] = []
        self._held_bytes = 0
        self._largest = 0

    def append(self, piece: Ints) -> None:
        """Add numbers from 0 on."""
        if not piece.size:
            return
        largest = int(piece.max())
        self._largest = max(self._largest, largest)
        self._held.append(piece.astype(np.min_scalar_type(largest)))
        self._held_bytes += self._held[-1].nbytes
        if self._folder is not None and self._held_bytes > _HELD_BYTES:
            self._move_to_file(self._folder)

    def _move_to_file(self, folder: Path) -> None:
        import tempfile  # a question needs none

        self._file = self._file or tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (reading closes it)
        for piece in self._held:
            self._file.write(piece.data)
            self._filed.append((piece.dtype, piece.size))
        self._held, self._held_bytes = [], 0

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of all pieces together."""
        return np.dtype(self._dtype) if self._dtype else np.min_scalar_type(self._largest)

    def __iter__(self) -> Iterator[Ints]:
        """The pieces, all in one type; what was in a file is gone from it afterwards."""
        if self._file is not None:
            with self._file as file:
                file.seek(0)
                for dtype, size in self._filed:
                    piece = np.frombuffer(file.read(size * dtype.itemsize), dtype)
                    yield piece.astype(self.dtype, copy=False)
        for piece in self._held:
            yield piece.astype(self.dtype, copy=False)

    def whole(self) -> Ints:
        """The array in memory."""
        return np.concatenate([np.zeros(0, dtype=self.dtype), *self])


# The arrays of a file in their order, each made when it is asked for.
Arrays = Iterable[tuple[str, Ints | Pieces]]


def in_memory(arrays: Arrays) -> dict[str, Ints]:
    """All arrays by their names."""
    return {name: array.whole() if isinstance(array, Pieces) else array for name, array in arrays}


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write one-dimensional arrays under their names, and wait until the disk holds them."""
    directory: dict[str, _Entry] = {}
    path.unlink(missing_ok=True)  # what a run left that was killed before its commit
    with path.open("xb") as out:
        out.write(_MAGIC)
        for name, array in arrays:
            out.write(bytes(-out.tell() % _ALIGNMENT_BYTES))
            dtype = array.dtype.newbyteorder("<")
            entry = _Entry(dtype.str, 0, out.tell(), 0)
            for piece in array if isinstance(array, Pieces) else (array,):
                stored = np.ascontiguousarray(piece, dtype)
                data = stored.data.cast("B") if stored.size else memoryview(b"")
                entry.length += stored.size
                entry.crc32 = zlib.crc32(data, entry.crc32)
                out.write(data)
            directory[name] = entry
        encoded = msgspec.json.encode(directory)
        offset = out.tell()
        out.write(encoded)
        out.write(_TRAILER.pack(offset, len(encoded), zlib.crc32(encoded)))
        out.flush()
        os.fsync(out.fileno())


def read_arrays(path: Path, verify: bool = False) -> dict[str, Ints]:
    """Map the arrays of a file; `verify` also compares every array's checksum.

    Raises FileNotFoundError when the file is gone, ArchiveError when it is not whole, or its
    directory says what `write_arrays` never does; so no array is larger than the file.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        raise damaged(path, gettext("is no file"))
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < len(_MAGIC) + _TRAILER.size:
            raise damaged(path, gettext("is cut short"))
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[: len(_MAGIC)] != _MAGIC:
        raise damaged(path, gettext("does not begin as a segment does"))
    offset, length, crc32 = _TRAILER.unpack(mapped[-_TRAILER.size :])
    encoded = mapped[offset : offset + length]
    if zlib.crc32(encoded) != crc32:
        raise damaged(path, gettext("has a directory with a wrong checksum"))
    try:
        directory = msgspec.json.decode(encoded, type=dict[str, _Entry])
    except (msgspec.MsgspecError, RecursionError) as error:
        # Zeros have the checksum of an empty directory.
        raise damaged(path, gettext("has no directory")) from error
    arrays: dict[str, Ints] = {}
    place = len(_MAGIC)
    for name, entry in directory.items():
        if not _DTYPE.fullmatch(entry.dtype) or entry.length < 0 or entry.offset < place:
            raise damaged(path, gettext("has no valid place for {name}", name=name))
        place = entry.offset + entry.length * np.dtype(entry.dtype).itemsize
        if place > offset:
            raise damaged(path, gettext("ends before {name} does", name=name))
        arrays[name] = np.frombuffer(
            mapped, dtype=entry.dtype, count=entry.length, offset=entry.offset
        )
        end = entry.offset + arrays[name].nbytes
        if verify:
            if zlib.crc32(memoryview(mapped)[entry.offset : end]) != entry.crc32:
                raise damaged(path, gettext("has a wrong checksum in {name}", name=name))
            _release(mapped)
    return arrays


def release(arrays: Mapping[str, Ints]) -> None:
    """Give back the memory that the mapped arrays of a file take; what is needed is read again."""
    for array in arrays.values():
        mapped = getattr(array.base, "obj", None)
        if isinstance(mapped, mmap.mmap):
            _release(mapped)
            return  # all are of one file


def _release(mapped: mmap.mmap) -> None:
    if hasattr(mapped, "madvise"):  # not on Windows
        mapped.madvise(mmap.MADV_DONTNEED)


def is_first(ordered: Ints) -> NDArray[np.bool_]:
    """Which numbers differ from the one before."""
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def stable_order(keys: Ints) -> NDArray[np.int64]:
    """The places of whole numbers below 2**32 in ascending order, equal ones as they stand.

    Numpy sorts numbers of 16 bits by counting, in a tenth of the time that it takes for larger
    ones. So these are sorted by their lower half and then by the upper one.
    """
    order: NDArray[np.int64] = keys.astype(np.uint16).argsort(kind="stable")
    if len(keys) and keys.max() > np.iinfo(np.uint16).max:
        order = order[(keys >> 16).astype(np.uint16)[order].argsort(kind="stable")]
    return order


def spans(begin: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The indices `begin[i]:begin[i] + lengths[i]` of every i, one range after another."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(begin - ends + lengths, lengths)


def damaged(path: Path | str, how: str) -> ArchiveError:
    """What to raise where a file of an index is not as it was written; `how` is what it does."""
    return ArchiveError(
        gettext(
            "{path} {how}; the archive still holds the articles: run "
            "`cakap-search reindex` to build the index again",
            path=path,
            how=how,
        ),
        "damaged",
    )
