"""An input as one stream of UTF-8-like bytes: gunzipped, UTF-16 recoded, byte order mark gone."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Stream(io.BufferedReader):
    """A buffered stream that ends at the first damage in its data and remembers it."""

    def __init__(self, raw: "_Chunks") -> None:
        super().__init__(raw, _CHUNK_BYTES)
        self._chunks = raw

    @property
    def damage(self) -> str | None:
        """Why the stream ended early, as far as it has been read."""
        return self._chunks.damage


@contextmanager
def open_stream(path: str, on_read: Callable[[int], None]) -> Iterator[Stream]:
    """Open a file, or stdin for "-". Compression and UTF-16 are told by content, not by name.

    `on_read` is told how many bytes were read each time, as they lie on the disk.
    """
    if path == "-":
        yield _stream(sys.stdin.buffer, on_read)
    else:
        with open(path, "rb") as file:
            yield _stream(file, on_read)


def _stream(file: IO[bytes], on_read: Callable[[int], None]) -> Stream:
    stream = Stream(_Chunks(_chunks(file, on_read)))
    if stream.peek(2)[:2] == _GZIP_MAGIC:
        stream = Stream(_Chunks(_gunzipped(stream)))
    if stream.peek(2)[:2] in _UTF16_MARKS:
        stream = Stream(_Chunks(_from_utf16(stream)))
    elif stream.peek(3)[:3] == codecs.BOM_UTF8:
        stream.read(3)
    return stream


def _chunks(file: IO[bytes], on_read: Callable[[int], None]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        on_read(len(chunk))
        yield chunk


class _Chunks(io.RawIOBase):
    """An iterator of byte chunks as a raw stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.damage: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            try:
                self._rest = next(self._chunks, b"")
            except EOFError:
                self.damage = "the gzip data is cut off; whole records before the cut were read"
            except (gzip.BadGzipFile, zlib.error) as error:
                self.damage = (
                    f"the gzip data is corrupt ({error}); whole records before it were read"
                )
            except UnicodeDecodeError as error:
                self.damage = f"not valid UTF-16 ({error.reason})"
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _gunzipped(stream: Stream) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=stream) as file:
        while chunk := file.read1(_CHUNK_BYTES):
            yield chunk


def _from_utf16(stream: Stream) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    while chunk := stream.read(_CHUNK_BYTES):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()
