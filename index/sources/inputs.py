"""Which files are read: paths given by people, folders walked in sorted order, zip files too."""

import os
import re
import stat
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from index.errors import SourceError
from index.messages import gettext
from index.sources.formats import format_by_extension
from index.sources.record import Input, Unreadable
from index.sources.streams import ZIP_MAGIC

_STDIN = "-"
# What a page is shown with, and what crawlers keep beside it.
_ASSETS = frozenset(
    (
        *(".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".ico"),
        *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".cur"),
        *(".mp3", ".mp4", ".m4a", ".webm", ".ogg", ".m3u8", ".ts", ".swf", ".webmanifest"),
    )
)
_ASSET_NAMES = {"robots.txt", "ads.txt", "app-ads.txt", "humans.txt", "security.txt"}
# A browser saves what belongs to `Judul.html` into the folder `Judul_files`.
_PAGE_FOLDER = "_files"
_PAGE_EXTENSIONS = (".html", ".htm", ".xhtml", ".php")
_ZIP_EXTENSIONS = (".zip", ".wacz")
# What makes a zip file a WACZ, and where its WARC files are; beside them it has the text of its
# pages again (https://specs.webrecorder.net/wacz/1.1.1/).
_WACZ_FILE, _WACZ_FOLDER = "datapackage.json", "archive/"
# One of these is in every zip file that is a document: of Microsoft Office; OpenDocument, EPUB.
_DOCUMENT_FILES = {"[Content_Types].xml", "mimetype"}
_PAGE_START_BYTES = 512
_PAGE_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.IGNORECASE)


class UnknownType(NamedTuple):
    """A file in a folder whose extension no source knows; it is passed over."""

    path: str


def inputs(paths: Iterable[str]) -> Iterator[Input | Unreadable | UnknownType]:
    """Every file under the paths, once, folders in sorted order; "-" is stdin.

    Hidden files and folders are passed over unless named, and so is what belongs to saved pages:
    pictures, styles, scripts. A file that is named is read whatever its extension, a web page
    whatever it is called; a zip file is one input, see `members`. A path that does not exist
    raises SourceError at once, before anything is read; one that may not be read, or whose name
    is no UTF-8, is yielded as Unreadable.
    """
    paths = list(paths)
    for path in paths:
        if path != _STDIN:
            _require(path)
    return _files(paths)


def _require(path: str) -> None:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(gettext("{path}: no such file or folder", path=path)) from error
    except OSError:
        pass  # it is there, and is reported in its turn


def _files(paths: list[str]) -> Iterator[Input | Unreadable | UnknownType]:
    seen: set[str] = set()
    for path in paths:
        if path == _STDIN:
            if _STDIN not in seen:
                seen.add(_STDIN)
                yield Input(_STDIN, 0, 0)
        else:
            yield from _walk(path, seen)


def _walk(named: str, seen: set[str]) -> Iterator[Input | Unreadable | UnknownType]:
    """The file, or the files below the folder. `seen` ends loops of symbolic links."""
    waiting = [named]  # the next one last; folders may be deeper than calls may
    while waiting:
        path = waiting.pop()
        # What is in a folder that is resolved needs no more: it takes a look at each folder above.
        resolved = os.path.realpath(path) if path is named or os.path.islink(path) else path
        if resolved in seen:
            continue
        seen.add(resolved)
        printable = os.fsencode(resolved).decode(errors="replace")
        try:
            status = os.stat(path)
            if stat.S_ISDIR(status.st_mode):
                names = sorted(name for name in os.listdir(path) if not name.startswith("."))
                beside = frozenset(names)
                inside = [name for name in names if not _is_asset(name, beside)]
                waiting += [os.path.join(resolved, name) for name in reversed(inside)]
                continue
        except OSError as error:
            yield Unreadable(printable, gettext("cannot be read ({error})", error=error.strerror))
            continue
        if not stat.S_ISREG(status.st_mode):
            yield Unreadable(printable, gettext("neither a file nor a folder"))
        elif not (path is named or _is_known(resolved) or _is_page(resolved)):
            yield UnknownType(printable)
        elif printable != resolved:
            yield Unreadable(printable, gettext("the name is not UTF-8; rename it"))
        else:
            yield Input(resolved, status.st_size, status.st_mtime_ns)


def _is_asset(path: str, beside: Container[str]) -> bool:
    """Whether a file or folder belongs to a saved page, and is none; `beside` holds its peers."""
    if path.endswith(_PAGE_FOLDER):
        page = path.removesuffix(_PAGE_FOLDER)
        return any(page + extension in beside for extension in _PAGE_EXTENSIONS)
    name = os.path.basename(path).lower()
    return name in _ASSET_NAMES or os.path.splitext(name)[1] in _ASSETS


def _is_known(path: str) -> bool:
    return format_by_extension(path) is not None or path.lower().endswith(_ZIP_EXTENSIONS)


def _is_page(path: str) -> bool:
    """Whether a file is a web page by what it begins with, as `wget -r` saves them."""
    try:
        with open(path, "rb") as file:
            return _PAGE_START.match(file.read(_PAGE_START_BYTES)) is not None
    except OSError:
        return False


def members(source: Input) -> Iterator[Input | Unreadable | UnknownType]:
    """The files in a zip file, which is told by its content; of any other input, the input itself.

    A document that is made as a zip file stays one. Files are chosen like those of a folder, by
    their extensions. The path of each is that of the zip file and the name in there, without what
    would lead out of it. Nothing is unpacked to disk. Read each before the next is asked for: the
    zip file is closed after the last.
    """
    try:
        if source.path == _STDIN or not _is_zip(source.path):
            yield source
            return
        with ZipFile(source.path) as archive:
            if _DOCUMENT_FILES.isdisjoint(archive.namelist()):
                yield from _members(source, archive)
            else:
                yield source
    except (BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        yield Unreadable(
            source.path,
            gettext("the zip file is damaged ({error}); `zip -FF` may mend it", error=error),
        )
    except OSError as error:
        yield Unreadable(
            source.path, gettext("cannot be read ({error})", error=error.strerror or error)
        )


def _is_zip(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC


def _members(source: Input, archive: ZipFile) -> Iterator[Input | Unreadable | UnknownType]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if sum(info.compress_size for info in infos) > source.size:
        raise BadZipFile(gettext("its files lie over one another"))
    files: dict[str, ZipInfo] = {}
    for info in infos:
        if stat.S_ISLNK(info.external_attr >> 16):  # its content is where it leads to
            continue
        parts = re.split(r"[/\\]", info.filename)
        name = "/".join(part for part in parts if part not in ("", ".", ".."))
        while name in files:  # a second one of this name
            name = f"_/{name}"
        files[name] = info
    if _WACZ_FILE in files and any(name.startswith(_WACZ_FOLDER) for name in files):
        files = {name: files[name] for name in files if name.startswith(_WACZ_FOLDER)}
    for name, info in sorted(files.items()):
        path = f"{source.path}/{name}"
        parts = name.split("/")
        folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        hidden = any(part.startswith(".") for part in parts)
        if hidden or any(_is_asset(one, files) for one in (*folders, name)):
            continue
        if not _is_known(name):
            yield UnknownType(path)
        else:
            yield Input(path, info.compress_size, info.CRC, (archive, info))
