"""Bytes to text, and text to the one form that the rest of the project relies on."""

import re
import unicodedata

from index.errors import SourceError
from index.messages import gettext

# The share of control bytes from which content is binary. Compressed data has 11 % (28 of 256
# values), UTF-16 without a mark half; a text with a stray NUL stays far below.
_BINARY_SHARE = 0.05
# Indonesian in Windows-1252 has some curly quotes and accents: 1 byte in 100 is already much.
_MAX_HIGH_SHARE = 0.1

_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_LONE_LETTER = re.compile(r"(?<![A-Za-z])[À-ÖØ-öø-ÿƒŠŒŽšœžŸ](?![A-Za-z])")

_LINE_ENDS = re.compile("[\r\v\f\x85\u2028\u2029]")
# Controls, lone surrogates, soft hyphen, zero-width and bidi marks.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
# A zero-width joiner stays after an emoji, where it builds families and flags.
_JOINER = "\u200d"
_STRAY_JOINER = re.compile(f"(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]){_JOINER}")


def is_binary(sample: bytes) -> bool:
    """Whether the first bytes of a content are no text in any encoding read here."""
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return controls > _BINARY_SHARE * len(sample)


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes, or of Windows-1252 ones where that makes sense.

    It makes sense when every byte is defined, no valid UTF-8 sequence speaks against it, the
    bytes beyond ASCII are few, and their letters stand in words. Anything else raises
    SourceError with the byte offset of the first fault. A byte order mark is dropped.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if (text := _windows_1252(data)) is not None:
            return text
        raise SourceError(
            gettext(
                "neither UTF-8 nor Windows-1252: byte 0x{byte:02x} at offset "
                "{offset}; convert it to UTF-8",
                byte=data[error.start],
                offset=error.start,
            )
        ) from error


def _windows_1252(data: bytes) -> str | None:
    high = sum(byte > 0x7F for byte in data)
    if high > _MAX_HIGH_SHARE * len(data) or _UTF8_SEQUENCE.search(data):
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if _LONE_LETTER.search(text) else text


def clean(text: str) -> str:
    r"""The text in NFC, lines ended by \n, without control and invisible characters.

    Emoji and letters of every script are kept. Cleaning twice changes nothing.
    """
    text = _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text).replace("\r\n", "\n"))
    if _JOINER in text:
        text = _STRAY_JOINER.sub("", text)
    return unicodedata.normalize("NFC", text)
