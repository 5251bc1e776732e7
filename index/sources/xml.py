"""XML cut into elements before it is parsed, so that a damaged one harms no other.

Each element is parsed by itself, below the start tag of the root. No document type declaration
reaches a parser: no entity is declared or expanded, and nothing is fetched.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources.encoding import decode
from index.sources.record import SAMPLE_BYTES, Reject, max_bytes, over_limit
from index.sources.streams import Stream

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Tree

_CHUNK_BYTES = 1 << 16
# More than the longest tag or mark that is looked for, of which a chunk may hold the half.
_TAIL_BYTES = 64

_ROOT = re.compile(
    r"(?>\s+|<\?.*?\?>|<!--.*?-->|<!(?i:DOCTYPE)[^\[>]*+(?:\[.*?\]\s*+)?>)*+"
    r"""(<([A-Za-z_][\w.:-]*+)(?>[^>"']|"[^"]*"|'[^']*')*+>)""",
    re.DOTALL,
)
_DECLARED_ENCODING = re.compile(r"""\s*<\?xml[^>]*?encoding=["']([\w.-]+)""")

# WordPress writes what was pasted into it; one such byte would end any parser.
_LINE_ENDS = bytes.maketrans(b"\v\f", b"\n\n")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r"))
# What browsers read under these names (WHATWG Encoding Standard).
_MEANT = {"iso-8859-1": "windows-1252", "us-ascii": "windows-1252"}
_TAG_END = re.compile(rb">")
_SECTIONS = {b"<!--": re.compile(rb"-->"), b"<![CDATA[": re.compile(rb"\]\]>")}


class Root(NamedTuple):
    """The root of a document: its name and start tag as written, and the declared encoding."""

    name: str
    tag: str
    encoding: str

    @property
    def local_name(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]


class Element(NamedTuple):
    """An element with its tags; `number` counts the items, and is 0 for anything else."""

    number: int
    name: str
    data: bytes


def read_root(start: str) -> Root | None:
    """The root of the document that begins so; None where that is no XML."""
    match = _ROOT.match(start)
    if match is None:
        return None
    declared = _DECLARED_ENCODING.match(start)
    return Root(match[2], " ".join(match[1].split()), declared[1] if declared else "utf-8")


def peek_root(stream: Stream) -> Root:
    """The root of the document in a stream that is still unread, and known to have one."""
    root = read_root(stream.peek(SAMPLE_BYTES)[:SAMPLE_BYTES].decode(errors="replace"))
    assert root is not None
    return root


def elements(
    stream: Stream, root: Root, head: tuple[str, ...], item: str, config: Config
) -> Iterator[Element | Reject]:
    """The items of a document, and the elements named in `head` between them, in order.

    An item that is too large or has no end is a Reject, as is a document without end. Memory is
    that of one element, up to the limit.
    """
    limit_bytes = max_bytes(config)
    data = bytearray()  # what is still looked at; an open element begins it
    number = place = dropped_bytes = 0
    name: str | None = None  # of the element that is open
    until: re.Pattern[bytes] | None = None  # the end of the section or start tag that is open
    has_end = False
    any_start = rf"<(?P<name>{'|'.join((*head, item))})(?=[\s>/])"
    outside = _tokens(rf"{any_start}|</{root.name}\s{{0,9}}>")
    inside = {one: _tokens(rf"{any_start}|</{one}\s{{0,9}}>") for one in head}
    inside[item] = _tokens(rf"<(?P<name>{item})(?=[\s>/])|</{item}\s{{0,9}}>")
    while True:
        match = (until or (inside[name] if name else outside)).search(data, place)
        if match is None:
            place = max(place, len(data) - _TAIL_BYTES)
            if name is None or len(data) > limit_bytes:
                dropped_bytes += place
                del data[:place]
                place = 0
            if not (chunk := stream.read1(_CHUNK_BYTES)):
                break
            data += chunk
            continue
        token, start, place = match[0], match.start(), match.end()
        if until is not None:
            if until is _TAG_END and data[start - 1 : start] == b"/":
                name = None  # an empty element says nothing
            until = None
        elif token in _SECTIONS:
            until = _SECTIONS[token]
        elif started := match["name"]:
            if name == item:
                yield Reject(number, gettext("damaged: the next item begins before this one ends"))
            name, until = started.decode(), _TAG_END
            number += name == item
            del data[:start]
            place, dropped_bytes = place - start, 0
        elif name is None:
            has_end = True
        else:
            size_bytes = dropped_bytes + place
            if size_bytes <= limit_bytes:
                yield Element(number if name == item else 0, name, bytes(data[:place]))
            elif name == item:
                yield over_limit(number, size_bytes, config)
            del data[:place]
            place, name = 0, None
    if name == item:
        yield Reject(
            number, gettext("cut off inside this item; the whole items before it were read")
        )
    elif not has_end:
        yield Reject(
            None,
            gettext("cut off: </{name}> is missing; the whole items were read", name=root.name),
        )


def _tokens(pattern: str) -> re.Pattern[bytes]:
    return re.compile(rf"<!--|<!\[CDATA\[|{pattern}".encode())


def text_of(root: Root, data: bytes) -> str:
    """The source text of an element without the control characters that XML does not allow.

    SourceError where it is in no known encoding.
    """
    data = data.translate(_LINE_ENDS, _CONTROLS)
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(_MEANT.get(root.encoding.lower(), root.encoding))
    except (ValueError, LookupError):
        return decode(data)


def parse(root: Root, data: bytes) -> "Tree":
    """The tree of an element; SourceError says in which of its lines it is not well-formed."""
    from xml.etree import ElementTree

    try:
        tree = ElementTree.fromstring(f"{root.tag}{text_of(root, data)}</{root.name}>")
    except ElementTree.ParseError as error:
        problem = str(error).partition(":")[0]
        raise SourceError(
            gettext(
                "not well-formed XML: {problem} in line {line} of the item",
                problem=problem,
                line=error.position[0],
            )
        ) from error
    return tree[0]
