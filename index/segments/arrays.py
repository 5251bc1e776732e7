"""Named numpy arrays in one file: written whole and fsynced, read memory-mapped.

Layout, little-endian: eight bytes of magic, the arrays one after another at multiples of
64 bytes, the directory as JSON, and a trailer of 16 bytes (the directory's offset u64,
length u32 and CRC-32 u32). docs/index-format.md has it byte for byte.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from index.errors import ArchiveError

Ints = NDArray[np.integer[Any]]

_MAGIC = b"CAKAPS01"
_ALIGNMENT_BYTES = 64
_TRAILER = struct.Struct("<QII")


class _Entry(msgspec.Struct, array_like=True):
    dtype: str
    length: int
    offset: int
    crc32: int


def write_arrays(path: Path, arrays: Mapping[str, Ints]) -> None:
    """Write one-dimensional arrays under their names, and wait until the disk holds them."""
    directory: dict[str, _Entry] = {}
    path.unlink(missing_ok=True)  # what a run left that was killed before its commit
    with path.open("xb") as out:
        out.write(_MAGIC)
        for name, array in arrays.items():
            out.write(bytes(-out.tell() % _ALIGNMENT_BYTES))
            stored = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            data = stored.data.cast("B") if stored.size else memoryview(b"")
            directory[name] = _Entry(stored.dtype.str, stored.size, out.tell(), zlib.crc32(data))
            out.write(data)
        encoded = msgspec.json.encode(directory)
        offset = out.tell()
        out.write(encoded)
        out.write(_TRAILER.pack(offset, len(encoded), zlib.crc32(encoded)))
        out.flush()
        os.fsync(out.fileno())


def read_arrays(path: Path, verify: bool = False) -> dict[str, Ints]:
    """Map the arrays of a file; `verify` also compares every array's checksum.

    Raises FileNotFoundError when the file is gone, ArchiveError when it is not whole.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < len(_MAGIC) + _TRAILER.size:
            raise _damaged(path, "is cut short")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[: len(_MAGIC)] != _MAGIC:
        raise _damaged(path, "does not begin as a segment does")
    offset, length, crc32 = _TRAILER.unpack(mapped[-_TRAILER.size :])
    encoded = mapped[offset : offset + length]
    if zlib.crc32(encoded) != crc32:
        raise _damaged(path, "has a directory with a wrong checksum")
    try:
        directory = msgspec.json.decode(encoded, type=dict[str, _Entry])
    except msgspec.MsgspecError as error:  # zeros have the checksum of an empty directory
        raise _damaged(path, "has no directory") from error
    arrays: dict[str, Ints] = {}
    for name, entry in directory.items():
        arrays[name] = np.frombuffer(
            mapped, dtype=entry.dtype, count=entry.length, offset=entry.offset
        )
        if verify and zlib.crc32(arrays[name].tobytes()) != entry.crc32:
            raise _damaged(path, f"has a wrong checksum in {name}")
    return arrays


def fsync_folder(folder: Path) -> None:
    """Wait until the disk holds the folder's names (a no-op where folders cannot be opened)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path, how: str) -> ArchiveError:
    return ArchiveError(
        f"{path} {how}; the archive still holds the articles: "
        "run `cakap-search reindex` to build the index again",
        "damaged",
    )
