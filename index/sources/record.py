"""An input, and what it is split into: records to read, and places that cannot be read."""

from typing import NamedTuple
from zipfile import ZipFile, ZipInfo

from index.config import Config
from index.messages import format_number, gettext, noop

_MB = 1_000_000
# By so many a content is told: as git looks at to tell a binary file, and more than the 1,500
# bytes of comments with which WordPress begins.
SAMPLE_BYTES = 8000
TOO_DEEP = noop("nested too deeply to be read")


class Input(NamedTuple):
    """A file to read: absolute, links resolved; "-", 0, 0 for stdin.

    One that lies in a zip file has its `member`; its path is the zip file's with the name in it,
    its size the packed one, and its checksum stands in the place of the time.
    """

    path: str
    size: int
    mtime_ns: int
    member: tuple[ZipFile, ZipInfo] | None = None


class Record(NamedTuple):
    """One article as the input holds it, still unread.

    `number` is its place, counted from 1: the line of JSON Lines, the element of a JSON array,
    the row of CSV (the header is row 1, as a spreadsheet counts), the item of a feed or WordPress
    export, the record of a web archive; None where the input is one article. `payload` is the same
    bytes each time the same record is met. `format` is the key of `formats.FORMATS` that reads it.
    """

    number: int | None
    payload: bytes
    format: str


class Reject(NamedTuple):
    """A place in an input that cannot be read, numbered like a record, and why."""

    number: int | None
    reason: str


class PassedOver(NamedTuple):
    """A place in an input that holds something else than a published article, and what: `draft`
    in a WordPress export.
    """

    number: int
    what: str


class Unreadable(NamedTuple):
    """A path that cannot be read, or not to its end, and why. What is there may be sound, and
    the fault the disk's or a permission's.
    """

    path: str
    reason: str


def max_bytes(config: Config) -> int:
    """The size from which a record is rejected instead of read."""
    return config.sources.max_record_mb * _MB


def json_record(number: int | None, payload: bytes, config: Config) -> Record | Reject:
    """The record of a JSON object, or the reject for one that is over the limit."""
    if len(payload) > max_bytes(config):
        return over_limit(number, len(payload), config)
    return Record(number, payload, "json")


def over_limit(number: int | None, size: int, config: Config) -> Reject:
    """The reject for a record of `size` bytes that is over the limit."""
    return Reject(
        number,
        gettext(
            "{size} MB is over the limit of {limit} MB; raise "
            "sources.max_record_mb in config.yaml to read it",
            size=format_number(size / _MB, 1),
            limit=config.sources.max_record_mb,
        ),
    )
