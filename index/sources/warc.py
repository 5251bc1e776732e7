"""Web archives (WARC, ISO 28500): the pages among what a crawler was sent."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import format_number, gettext
from index.sources import html
from index.sources.record import Record, Reject, max_bytes, over_limit
from index.sources.streams import Stream

if TYPE_CHECKING:
    from warcio.statusandheaders import StatusAndHeaders

_FIRST_LINE = re.compile(rb"WARC/\d+\.\d+\s*")
# No front page, which shows another day's news at each visit.
_IN_A_SITE = re.compile(r"https?://[^/?#]+(?:/+[^/#]|\?)", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,15}")
_NEXT_RECORD = re.compile(rb"\n\r?\n(?=WARC/\d)")
_HTML = ("text/html", "application/xhtml+xml")
# Longer header lines are cut: servers take 8 kB a line.
_LINE_BYTES = 1 << 16
_SKIP_BYTES = 1 << 16


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is a web archive."""
    return start.startswith("WARC/")


def split(stream: Stream, config: Config) -> Iterator[Record | Reject]:
    """A record for each page: HTML that was sent with status 200, or stored as it is.

    Everything else, requests, redirects, pictures, front pages, pages that have not changed since
    an earlier visit, is passed over. Behind damage, the next whole record is looked for. The
    number counts all records of the file. The payload has address, content type and encoding on
    lines of their own before the content.
    """
    line, number = _next_line(stream), 0
    if not line and not stream.is_broken:
        yield Reject(None, gettext("empty"))
    while line or stream.resume():
        number += 1
        line = line or _next_line(stream)
        if not _FIRST_LINE.fullmatch(line):
            lost_bytes = 0
            while line and not _FIRST_LINE.fullmatch(line):
                lost_bytes += len(line)
                line = stream.readline(_LINE_BYTES)
            yield Reject(
                number,
                gettext(
                    "{lost_bytes} bytes that are no WARC record",
                    lost_bytes=format_number(lost_bytes),
                ),
            )
            continue
        found, block = _read_record(stream, line, number, config)
        line = _next_line(stream)
        if not line and stream.is_broken:
            found = Reject(number, gettext("the record is damaged"))
        elif line and not _FIRST_LINE.fullmatch(line):
            found = Reject(number, gettext("the record is not as long as it says"))
            if swallowed := _NEXT_RECORD.search(block):
                stream.put_back(block[swallowed.end() :] + line + stream.take())
                line = _next_line(stream)
        if found is not None:
            yield found


def _next_line(stream: Stream) -> bytes:
    """The next line that is not empty; nothing at the end."""
    while (line := stream.readline(_LINE_BYTES)) and not line.strip(b"\r\n"):
        pass
    return line


def _read_record(
    stream: Stream, line: bytes, number: int, config: Config
) -> tuple[Record | Reject | None, bytes]:
    """The page in the record that begins with a line, None where it holds none; and its block,
    as far as it is held in memory.
    """
    from warcio.statusandheaders import StatusAndHeadersParser

    headers = StatusAndHeadersParser([], verify=False).parse(_Lines(stream), line)
    length = headers.get_header("Content-Length", "")
    if not _LENGTH.fullmatch(length):
        return Reject(number, gettext("the record does not say how long it is")), b""
    missing_bytes = int(length)
    block = stream.read(min(missing_bytes, max_bytes(config)))
    missing_bytes -= len(block)
    while missing_bytes and (skipped := stream.read(min(missing_bytes, _SKIP_BYTES))):
        missing_bytes -= len(skipped)
    if missing_bytes:
        return Reject(number, gettext("the record is cut off")), block
    found = _page(headers, block, number)
    if found is not None and int(length) > len(block):
        return over_limit(number, int(length), config), block
    return found, block


def _page(headers: "StatusAndHeaders", block: bytes, number: int) -> Record | Reject | None:
    """The page in the block of a record with these headers."""
    from warcio.bufferedreaders import ChunkedDataReader
    from warcio.statusandheaders import StatusAndHeadersParser

    address = headers.get_header("WARC-Target-URI", "").strip("<>")  # which wget 1.19 wrote
    kind = headers.get_header("WARC-Type", "").lower()
    if kind not in ("response", "resource") or not _IN_A_SITE.match(address):
        return None
    content = io.BytesIO(block)
    status, encoding, is_chunked = "200", "", False
    content_type = headers.get_header("Content-Type", "")
    if kind == "response":
        try:
            http = StatusAndHeadersParser([], verify=False).parse(_Lines(content))
        except EOFError:
            return Reject(number, gettext("the response is empty"))
        status = http.get_statuscode()
        content_type = http.get_header("Content-Type", "")
        encoding = http.get_header("Content-Encoding", "")
        is_chunked = http.get_header("Transfer-Encoding", "").lower() == "chunked"
    if status != "200" or not content_type.lower().startswith(_HTML):
        return None
    page = ChunkedDataReader(content).read() if is_chunked else content.read()
    lines = (address, content_type, encoding)
    about = b"".join(" ".join(line.split()).encode() + b"\n" for line in lines)
    return Record(number, about + page, "warc")


class _Lines:
    """The lines of a stream, long ones in pieces."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        return self._stream.readline(_LINE_BYTES)


def read(payload: bytes, config: Config) -> Article:
    """The article on a page, at the address that the page names, else where it was found.

    The day of the visit says nothing of when the article was published, and is not used.
    """
    *about, content = payload.split(b"\n", 3)
    try:
        address, content_type, encoding = (line.decode() for line in about)
    except ValueError as error:
        raise SourceError(gettext("no page of a web archive")) from error
    for coding in reversed(encoding.lower().split(",")):
        content = _decoded(content, coding.strip(), config)
    charset = re.search(r"charset=[\"']?([\w-]+)", content_type)
    return html.read_page(content, config, charset and charset[1], address)


def _decoded(content: bytes, coding: str, config: Config) -> bytes:
    """The content without one content encoding, or as it is where the crawler has taken it off."""
    import brotli
    import zstandard

    limit = max_bytes(config)
    try:
        if coding in ("gzip", "x-gzip", "deflate"):
            decompressor = zlib.decompressobj(_window_bits(content, coding))
            decoded, is_whole = decompressor.decompress(content, limit + 1), decompressor.eof
        elif coding == "br":
            decompressor = brotli.Decompressor()
            decoded = decompressor.process(content, output_buffer_limit=limit + 1)
            is_whole = decompressor.is_finished()
        elif coding == "zstd":
            decoded = zstandard.ZstdDecompressor().stream_reader(content).read(limit + 1)
            is_whole = True
        else:
            return content
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        if content.lstrip().startswith(b"<"):
            return content
        raise SourceError(
            gettext("the {coding} content is damaged ({error})", coding=coding, error=error)
        ) from error
    if len(decoded) > limit:
        raise SourceError(over_limit(None, len(decoded), config).reason)
    if not is_whole:
        raise SourceError(gettext("the {coding} content is cut off", coding=coding))
    return decoded


def _window_bits(content: bytes, coding: str) -> int:
    """For zlib: gzip, or what servers send as deflate, which has a header (RFC 1950) or none."""
    if coding != "deflate":
        return 31
    return 15 if content[:1] == b"\x78" else -15
