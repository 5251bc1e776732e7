"""What a content is that no source reads."""

from index.sources import xml
from index.sources.encoding import is_binary
from index.sources.streams import ZIP_MAGIC

# The first bytes of what people take for articles, or keep beside them.
_SIGNATURES = {
    b"%PDF-": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "a document of an old Microsoft Office",
    b"SQLite format 3\0": "an SQLite database",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"PAR1": "a Parquet file",
    b"-- MySQL dump": "an SQL dump",
    b"-- MariaDB dump": "an SQL dump",
    b"-- phpMyAdmin SQL Dump": "an SQL dump",
    b"--\n-- PostgreSQL": "an SQL dump",
}
# What a zip file is by a name in it.
_ZIPPED = {b"word/": "a Word document", b"xl/": "an Excel workbook"}
_ZIPPED |= {b"opendocument": "an OpenDocument file"}
_ZIPPED |= {b"application/epub": "an EPUB book"}  # `epub` alone is in `republika`


def what_it_is(sample: bytes) -> str | None:
    """What the content that begins so is, where that is known and no source reads it."""
    for signature, kind in _SIGNATURES.items():
        if sample.startswith(signature):
            return kind
    if sample.startswith(ZIP_MAGIC):
        return next(
            (kind for name, kind in _ZIPPED.items() if name in sample),
            "a zip archive inside of another input, where it is not opened",
        )
    return "binary content, not text" if is_binary(sample) else None


def xml_kind(start: str) -> str:
    """What the XML that begins so is, when it is no format."""
    root = xml.read_root(start)
    found = f"XML with the root <{root.name}>" if root else "no XML"
    return f"{found}, neither a WordPress export nor a feed"
