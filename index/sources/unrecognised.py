"""What a content is that no source reads."""

from index.messages import gettext, noop
from index.sources import xml
from index.sources.encoding import is_binary
from index.sources.streams import ZIP_MAGIC

# The first bytes of what people take for articles, or keep beside them.
_SIGNATURES = {
    b"%PDF-": noop("a PDF document"),
    b"{\\rtf": noop("an RTF document"),
    b"\xd0\xcf\x11\xe0": noop("a document of an old Microsoft Office"),
    b"SQLite format 3\0": noop("an SQLite database"),
    b"\x89PNG": noop("a PNG image"),
    b"\xff\xd8\xff": noop("a JPEG image"),
    b"GIF8": noop("a GIF image"),
    b"7z\xbc\xaf\x27\x1c": noop("a 7-Zip archive"),
    b"Rar!": noop("a RAR archive"),
    b"BZh": noop("a bzip2 file"),
    b"\xfd7zXZ": noop("an xz file"),
    b"PAR1": noop("a Parquet file"),
    b"-- MySQL dump": noop("an SQL dump"),
    b"-- MariaDB dump": noop("an SQL dump"),
    b"-- phpMyAdmin SQL Dump": noop("an SQL dump"),
    b"--\n-- PostgreSQL": noop("an SQL dump"),
}
# What a zip file is by a name in it.
_ZIPPED = {b"word/": noop("a Word document"), b"xl/": noop("an Excel workbook")}
_ZIPPED |= {b"opendocument": noop("an OpenDocument file")}
_ZIPPED |= {b"application/epub": noop("an EPUB book")}  # `epub` alone is in `republika`


def what_it_is(sample: bytes) -> str | None:
    """What the content that begins so is, where that is known and no source reads it."""
    for signature, kind in _SIGNATURES.items():
        if sample.startswith(signature):
            return gettext(kind)
    if sample.startswith(ZIP_MAGIC):
        return next(
            (gettext(kind) for name, kind in _ZIPPED.items() if name in sample),
            gettext("a zip archive inside of another input, where it is not opened"),
        )
    return gettext("binary content, not text") if is_binary(sample) else None


def xml_kind(start: str) -> str:
    """What the XML that begins so is, when it is no format."""
    root = xml.read_root(start)
    if root is None:
        return gettext("no XML, neither a WordPress export nor a feed")
    return gettext(
        "XML with the root <{name}>, neither a WordPress export nor a feed", name=root.name
    )
