"""An input as one stream of UTF-8-like bytes: unpacked, UTF-16 recoded, byte order mark gone."""

import codecs
import errno
import io
import lzma
import re
import sys
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from index.messages import gettext
from index.sources.record import Input

# Beyond this, what unpacks to more than one record may have is no text: 38,230 articles as JSON
# Lines shrink to a third as gzip, to a quarter as Zstandard at its best (level 19, long).
_MAX_RATIO = 200

_CHUNK_BYTES = 1 << 16
# Rubbish in a gzip member may unpack without a fault past the beginning of the next one; so much
# before a fault, in pieces of _PACKED_BYTES, is searched for it once more.
_LOOK_BACK_PIECES = 64
# So much is unpacked at once: to 1 MB of gzip, 32 MB of Zstandard at the most, whose smallest
# block has 4 bytes and holds 128 kB (RFC 8878, section 3.1.1.2).
_PACKED_BYTES = 1024
_GZIP_MAGIC = b"\x1f\x8b\x08"  # with deflate, the only method there is
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE_FRAME = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")  # which Zstandard may begin with
ZIP_MAGIC = b"PK\x03\x04"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Stream(io.BufferedReader):
    """A buffered stream that ends at the first damage in its data and remembers it."""

    def __init__(
        self,
        chunks: Iterator[bytes],
        packed: "Stream | None" = None,
        next_part: tuple[bytes, Callable[[], Iterator[bytes]]] | None = None,
    ) -> None:
        """`packed` is what the chunks are made from; of what it has several, `next_part` says how
        the next one begins, and makes the chunks from there on.
        """
        self._raw = _Chunks(chunks)
        super().__init__(self._raw, _CHUNK_BYTES)
        self._packed = packed
        self._next_part = next_part
        self._damage_before: str | None = None
        self._position = 0
        self._searched_to = 0

    @property
    def damage(self) -> str | None:
        """What ended the stream early, or interrupted it, as far as it has been read."""
        if self._damage_before:
            return gettext(
                "{damage}; whole records around it were read", damage=self._damage_before
            )
        if self._raw.damage:
            return gettext("{damage}; whole records before it were read", damage=self._raw.damage)
        return self._packed.damage if self._packed else None

    @property
    def is_broken(self) -> bool:
        """Whether the stream has come to damage, and what was read last may be part of it."""
        return self._raw.damage is not None and self._raw.is_cut

    def resume(self) -> bool:
        """Go on behind the damage, with the next gzip member or Zstandard frame.

        False where there is none, or no damage.
        """
        if not (self._raw.damage and self._packed and self._next_part):
            return False
        magic, chunks = self._next_part
        if not self._packed.skip_to(magic):
            return False
        self._damage_before = self._damage_before or self._raw.damage
        self._raw.damage = None
        self._raw.chunks = chunks()
        return True

    def skip_to(self, mark: bytes) -> bool:
        """Move on to these bytes, at least one byte further; False where there are none."""
        window, chunk = b"", self.take()
        self.put_back(chunk[1:])
        while chunk := self.take():
            window = window[1 - len(mark) :] + chunk
            if (place := window.find(mark)) >= 0:
                self.put_back(window[place:])
                return True
        return False

    def take(self) -> bytes:
        """All that is buffered, or what comes next; nothing at the end."""
        chunk = self.read1(_CHUNK_BYTES)
        self._position += len(chunk)
        return chunk

    def put_back(self, data: bytes) -> None:
        """Have this read next, after `take`."""
        self._raw.rest = data + self._raw.rest
        self._position -= len(data)

    def look_back(self, data: bytes) -> None:
        """Put back what was taken last, for a search; what was searched so before stays taken.

        So that no input, made to be damaged everywhere, is read more than twice.
        """
        new_bytes = max(0, self._position - self._searched_to)
        self._searched_to = max(self._position, self._searched_to)
        self.put_back(data[max(0, len(data) - new_bytes) :])


@contextmanager
def open_stream(
    source: Input, limit_bytes: int, on_read: Callable[[int], None]
) -> Iterator[Stream]:
    """Open an input. Compression and UTF-16 are told by content, not by name.

    Of what is packed beyond _MAX_RATIO, no more than `limit_bytes` are unpacked. `on_read` is told
    how many bytes were read each time, as they lie on the disk.
    """
    if source.member:
        yield _stream(_member(*source.member, limit_bytes, on_read), limit_bytes)
    elif source.path == "-":
        yield _stream(_chunks(sys.stdin.buffer, on_read), limit_bytes)
    else:
        with open(source.path, "rb") as file:
            yield _stream(_chunks(file, on_read), limit_bytes)


def _stream(chunks: Iterator[bytes], limit_bytes: int) -> Stream:
    stream = Stream(chunks)
    magic = stream.peek(4)[:4]
    if magic.startswith(_GZIP_MAGIC):
        stream = _unpacked_stream(
            stream, "gzip", _GZIP_MAGIC, lambda: zlib.decompressobj(31), limit_bytes
        )
    elif magic == _ZSTD_MAGIC or _SKIPPABLE_FRAME.match(magic):
        import zstandard

        new = zstandard.ZstdDecompressor().decompressobj
        stream = _unpacked_stream(stream, "Zstandard", _ZSTD_MAGIC, new, limit_bytes)
    if stream.peek(2)[:2] in _UTF16_MARKS:
        stream = Stream(_from_utf16(stream), stream)
    elif stream.peek(3)[:3] == codecs.BOM_UTF8:
        stream.read(3)
    return stream


def _unpacked_stream(
    packed: Stream, kind: str, magic: bytes, new: Callable[[], Any], limit_bytes: int
) -> Stream:
    def chunks() -> Iterator[bytes]:
        return _unpacked(packed, kind, magic, new, limit_bytes)

    return Stream(chunks(), packed, (magic, chunks))


class _Damage(Exception):  # noqa: N818  a reason, and it never leaves this file
    """Why a stream ends before its end; `is_cut` where that is not between two of its parts."""

    def __init__(self, reason: str, *, is_cut: bool = True) -> None:
        super().__init__(reason)
        self.is_cut = is_cut


class _Chunks(io.RawIOBase):
    """An iterator of byte chunks as a raw stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.rest = b""
        self.damage: str | None = None
        self.is_cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self.rest:
            try:
                self.rest = next(filter(None, self.chunks), b"")
            except _Damage as damage:
                self.damage = str(damage)
                self.is_cut = damage.is_cut
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


def _chunks(file: IO[bytes], on_read: Callable[[int], None]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        on_read(len(chunk))
        yield chunk


def _member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    limit_bytes: int,
    on_read: Callable[[int], None],
) -> Iterator[bytes]:
    on_read(info.compress_size)
    _require_text("zip", info.compress_size, info.file_size, limit_bytes)
    try:
        with archive.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise _Damage(
            gettext("the zip data is corrupt ({error})", error=error or gettext("cut off"))
        ) from error
    except OSError as error:
        # The disk's fault, and not bzip2's, nor that of a place before the file's beginning.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise _Damage(gettext("the zip data is corrupt ({error})", error=error)) from error
    except (RuntimeError, NotImplementedError) as error:  # a password, or an unknown compression
        raise _Damage(
            gettext("the zip data cannot be unpacked here ({error})", error=error)
        ) from error


def _unpacked(
    stream: Stream, kind: str, magic: bytes, new: Callable[[], Any], limit_bytes: int
) -> Iterator[bytes]:
    """What is in the members or frames of a packed stream."""
    import zstandard

    packed_bytes = unpacked_bytes = 0
    chunk, place = stream.take(), 0
    while chunk:
        decompressor = new()
        part_start = unpacked_bytes
        unpacked_last = deque[bytes](maxlen=_LOOK_BACK_PIECES)
        while not decompressor.eof:
            if place == len(chunk):
                chunk, place = stream.take(), 0
            if not chunk:
                last = b"".join(unpacked_last)
                stream.look_back(last)
                is_cut = unpacked_bytes > part_start
                problem = gettext("cut off")
                if magic in last[1:]:
                    problem = gettext("corrupt (a part begins in another)")
                raise _Damage(
                    gettext("the {kind} data is {problem}", kind=kind, problem=problem),
                    is_cut=is_cut,
                )
            piece = chunk[place : place + _PACKED_BYTES]
            before = decompressor.copy() if kind == "gzip" else None
            try:
                data = decompressor.decompress(piece)
            except (zlib.error, zstandard.ZstdError) as error:
                stream.put_back(chunk[place:])
                stream.look_back(b"".join(unpacked_last))
                for data in _until_fault(before, piece):
                    unpacked_bytes += len(data)
                    yield data
                is_cut = unpacked_bytes > part_start
                raise _Damage(
                    gettext("the {kind} data is corrupt ({error})", kind=kind, error=error),
                    is_cut=is_cut,
                ) from error
            used = len(piece) - len(decompressor.unused_data)
            place += used
            packed_bytes += used
            unpacked_last.append(piece[:used])
            unpacked_bytes += len(data)
            _require_text(kind, packed_bytes, unpacked_bytes, limit_bytes)
            yield data
        while chunk and (place == len(chunk) or not chunk[place]):  # gzip files may be padded
            place += 1
            if place >= len(chunk):
                chunk, place = stream.take(), 0


def _until_fault(decompressor: Any, piece: bytes) -> Iterator[bytes]:
    """What zlib unpacks of a piece before its fault, which it does not hand out with the fault."""
    with suppress(zlib.error):
        for place in range(len(piece) if decompressor else 0):
            yield decompressor.decompress(piece[place : place + 1])


def _require_text(kind: str, packed_bytes: int, unpacked_bytes: int, limit_bytes: int) -> None:
    """Raise _Damage for what is made to fill the memory or the time of those who unpack it."""
    if unpacked_bytes > limit_bytes and unpacked_bytes > _MAX_RATIO * packed_bytes:
        raise _Damage(
            gettext(
                "the {kind} data unpacks to more than {max_ratio} times its size, "
                "as no text does; if you trust it, unpack it yourself",
                kind=kind,
                max_ratio=_MAX_RATIO,
            )
        )


def _from_utf16(stream: Stream) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        raise _Damage(gettext("not valid UTF-16 ({error})", error=error.reason)) from error
