"""JSON Lines; also a JSON array, an object that wraps some, or one article as an object.

The objects are those of any exporter, and of the tools that docs/sources.md lists.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources import fields, wordpress
from index.sources.encoding import decode
from index.sources.record import TOO_DEEP, Record, Reject, json_record, max_bytes, over_limit
from index.sources.streams import Stream

# Where an object that is no article keeps its articles.
_WRAPPERS = ("articles", "items", "data", "results")
_JSON_FEED = "https://jsonfeed.org/version/"
_OBJECTS = re.compile(rb"\s*\[\s*[{\]]")
_SKIP_BYTES = 1 << 16


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is JSON."""
    return start.startswith(("{", "["))


def split(stream: Stream, config: Config) -> Iterator[Record | Reject]:
    """A record for each line, element of the array, or the one object."""
    blank_lines = 0
    while (byte := stream.peek(1)[:1]) and byte.isspace():
        blank_lines += stream.read(1) == b"\n"
    if not byte:
        yield Reject(None, gettext("empty"))
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
    members, damage = _members(payload)
    wrapped = None if fields.has_body(members, config.sources.fields) else _wrapped(members)
    if wrapped is None:
        yield json_record(number, payload, config)
        return
    told = None
    for outcome in _numbered(wrapped, config):
        yield outcome
        told = outcome.reason if isinstance(outcome, Reject) else None
    if damage is not None and damage != told:
        yield Reject(None, damage)


def _members(payload: bytes) -> tuple[dict[str, bytes], str | None]:
    """The members of an object, undecoded, and what is wrong with it.

    Of a damaged one the last member is everything from its start on.
    """
    try:
        whole = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
        return {name: bytes(value) for name, value in whole.items()}, None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    members: dict[str, bytes] = {}
    try:
        text = decode(payload)
        place = 0
        while text[place : place + 1] in ("{", ","):
            place = _member(text, place + 1, members)
        if text[place : place + 1] != "}":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
        if (place := _after_space(text, place + 1)) < len(text):
            raise json.JSONDecodeError("Extra data", text, place)
    except SourceError as error:
        return {}, str(error)
    except json.JSONDecodeError as error:
        return members, _json_reason(error)
    except RecursionError:
        return members, gettext(TOO_DEEP)
    return members, None


def _member(text: str, place: int, members: dict[str, bytes]) -> int:
    """Add the member at a place; returns the place behind it."""
    decoder = json.JSONDecoder(strict=False)
    name, place = decoder.raw_decode(text, _after_space(text, place))
    place = _after_space(text, place)
    if not isinstance(name, str) or text[place : place + 1] != ":":
        raise json.JSONDecodeError("Expecting ':' delimiter", text, place)
    start = _after_space(text, place + 1)
    try:
        _, place = decoder.raw_decode(text, start)
    except (json.JSONDecodeError, RecursionError):
        # In its place, so that what is said of the damage names the right line and column.
        members[name] = (re.sub(r"[^\n]", " ", text[:start]) + text[start:]).encode()
        raise
    members[name] = text[start:place].encode()
    return _after_space(text, place)


def _wrapped(members: dict[str, bytes]) -> Iterator[bytes | str] | None:
    """The articles in an object of these members, as `_raw_elements` gives them, if it has any."""
    arrays = {name: value for name, value in members.items() if _OBJECTS.match(value)}
    if "items" in arrays and _string(members.get("version")).startswith(_JSON_FEED):
        return _published_by(_string(members.get("title")), arrays["items"])
    for name in _WRAPPERS:
        if name in arrays:
            return _raw_elements(arrays[name])
    if arrays and len(arrays) == len(members):  # Fundus has an array for each publisher
        return itertools.chain.from_iterable(itertools.starmap(_published_by, arrays.items()))
    return None


def _published_by(publisher: str, array: bytes) -> Iterator[bytes | str]:
    """The articles of an array with their publisher, where they name none; and with the summary
    as their text, where they have none.
    """
    for article in _raw_elements(array):
        try:
            members = msgspec.json.decode(article, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield article  # a fault, or something that the reader will say is none
            continue
        text = members.get("summary", msgspec.Raw(b"null"))
        yield msgspec.json.encode({"source": publisher, "content_text": text} | members)


def _string(value: bytes | None) -> str:
    try:
        said = json.loads(value or b"null", strict=False)
    except (ValueError, RecursionError):  # the damaged member
        return ""
    return said if isinstance(said, str) else ""


def _elements(data: bytes, config: Config) -> Iterator[Record | Reject]:
    """The elements of an array and of those behind it, as far as they are whole."""
    return _numbered(_raw_elements(data), config)


def _numbered(elements: Iterable[bytes | str], config: Config) -> Iterator[Record | Reject]:
    for number, element in enumerate(elements, 1):
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
        yield gettext(TOO_DEEP)


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
        raise SourceError(gettext("not a JSON object with the fields of an article"))
    if wordpress.is_post(raw):
        return wordpress.read_post(raw, config)
    return fields.article(_of_trafilatura(raw) if "source-hostname" in raw else raw, config)


def _of_trafilatura(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object of trafilatura, where `source` is the address, with the usual names.

    The text there begins with the title, which is cut.
    """
    title, text = raw.get("title"), raw.get("text")
    if isinstance(title, str) and isinstance(text, str):
        text = text.removeprefix(f"{title}\n")
    source = raw["source-hostname"] or raw.get("hostname")
    return {**raw, "text": text, "url": raw.get("source"), "source": source}


def _json_reason(error: json.JSONDecodeError) -> str:
    problem = f"{error.msg[0].lower()}{error.msg[1:]}"
    if error.lineno == 1:
        return gettext(
            "not valid JSON at column {column}: {problem}", column=error.colno, problem=problem
        )
    return gettext(
        "not valid JSON at line {line}, column {column}: {problem}",
        line=error.lineno,
        column=error.colno,
        problem=problem,
    )
