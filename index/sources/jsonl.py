"""JSON Lines; also a JSON array, an object that wraps one, or one article as an object."""

import itertools
import json
from collections.abc import Iterator

import msgspec

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.sources import fields
from index.sources.encoding import decode
from index.sources.record import TOO_DEEP, Record, Reject, json_record, max_bytes, over_limit
from index.sources.streams import Stream

# Where an object that is no article keeps its articles.
_WRAPPERS = ("articles", "items", "data", "results")
_SKIP_BYTES = 1 << 16


def split(stream: Stream, config: Config) -> Iterator[Record | Reject]:
    """A record for each line, element of the array, or the one object."""
    blank_lines = 0
    while (byte := stream.peek(1)[:1]) and byte.isspace():
        blank_lines += stream.read(1) == b"\n"
    if not byte:
        yield Reject(None, "empty")
        return
    if byte == b"[":
        yield from _elements(stream.read(), config)
        return
    lines = _lines(stream, 1 + blank_lines, config)
    head = list(itertools.islice(lines, 2))
    if _is_document(head):
        start = b"\n".join(line.payload for line in head if isinstance(line, Record))
        yield from _document(head[0].number, start + b"\n" + stream.read(), config)
    else:
        yield from head
        yield from lines


def _lines(stream: Stream, number: int, config: Config) -> Iterator[Record | Reject]:
    """The lines that are not blank, from the line `number` on."""
    limit = max_bytes(config)
    while line := stream.readline(limit + 1):
        if len(line) > limit and not line.endswith(b"\n"):
            size = len(line)
            while line and not line.endswith(b"\n"):
                line = stream.readline(_SKIP_BYTES)
                size += len(line)
            yield over_limit(number, size, config)
        elif line := line.strip():
            yield Record(number, line, "json")
        number += 1


def _is_document(head: list[Record | Reject]) -> bool:
    """Whether the first two lines belong to one object, and not to two."""
    lines = [line.payload for line in head if isinstance(line, Record)]
    if len(lines) != len(head):
        return False
    if len(lines) == 1:
        return True
    first, second = lines
    return first.endswith((b"{", b"[")) or (first.endswith(b",") and not second.startswith(b"{"))


def _document(number: int | None, data: bytes, config: Config) -> Iterator[Record | Reject]:
    """The articles that one object wraps, or the object itself, which it is when it has a body."""
    payload = data.strip()
    try:
        members = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        members = {}  # the reader says what is wrong with it
    wrappers = () if fields.has_body(members, config.sources.fields) else _WRAPPERS
    for name in wrappers:
        if (member := bytes(members.get(name, b""))).startswith(b"["):
            yield from _elements(member, config)
            return
    yield json_record(number, payload, config)


def _elements(data: bytes, config: Config) -> Iterator[Record | Reject]:
    """The elements of an array and of those behind it, as far as they are whole."""
    for number, element in enumerate(_raw_elements(data), 1):
        if isinstance(element, str):
            yield Reject(number, element)
        else:
            yield json_record(number, element, config)


def _raw_elements(data: bytes) -> Iterator[bytes | str]:
    """The bytes of each element; where no more can be read, what is wrong there."""
    try:
        text = decode(data)
    except SourceError as error:
        yield str(error)
        return
    try:
        yield from map(bytes, msgspec.json.decode(text, type=list[msgspec.Raw]))
        return
    except (msgspec.DecodeError, RecursionError):
        pass  # msgspec stops at the first fault; the standard library goes as far as it can
    try:
        yield from _elements_in_turn(text)
    except json.JSONDecodeError as error:
        yield _json_reason(error)
    except RecursionError:
        yield TOO_DEEP


def _elements_in_turn(text: str) -> Iterator[bytes]:
    """The elements of one array after another, as `cat a.json b.json` makes them."""
    decoder = json.JSONDecoder(strict=False)
    place = 0
    while (place := _after_space(text, place)) < len(text):
        if text[place] != "[":
            raise json.JSONDecodeError("Extra data", text, place)
        place = _after_space(text, place + 1)
        while text[place : place + 1] != "]":
            _, end = decoder.raw_decode(text, place)
            yield text[place:end].encode()
            place = _after_space(text, end)
            if text[place : place + 1] == ",":
                place = _after_space(text, place + 1)
            elif text[place : place + 1] != "]":
                raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
        place += 1


def _after_space(text: str, place: int) -> int:
    while text[place : place + 1].isspace():
        place += 1
    return place


def read(payload: bytes, config: Config) -> Article:
    """The Article in a JSON object with any of the known field names."""
    text = decode(payload)
    try:
        raw = msgspec.json.decode(text)
    except msgspec.DecodeError:
        # The standard library reads what Python and careless exporters write, NaN and bare
        # control characters, and says where a fault is.
        try:
            raw = json.loads(text, strict=False)
        except json.JSONDecodeError as error:
            raise SourceError(_json_reason(error)) from error
    if not isinstance(raw, dict):
        raise SourceError("not a JSON object with the fields of an article")
    return fields.article(raw, config)


def _json_reason(error: json.JSONDecodeError) -> str:
    line = f"line {error.lineno}, " if error.lineno > 1 else ""
    return f"not valid JSON at {line}column {error.colno}: {error.msg[0].lower()}{error.msg[1:]}"
