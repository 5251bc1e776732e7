"""Which files are read: paths given by people, folders walked in sorted order."""

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from index.errors import SourceError
from index.sources.formats import format_by_extension
from index.sources.record import Input, Unreadable

_STDIN = "-"


class UnknownType(NamedTuple):
    """A file in a folder whose extension no source knows; it is passed over."""

    path: str


def inputs(paths: Iterable[str]) -> Iterator[Input | Unreadable | UnknownType]:
    """Every file under the paths, once, folders in sorted order; "-" is stdin.

    Hidden files and folders are passed over unless named. A file that is named is read
    whatever its extension. A path that does not exist raises SourceError at once, before
    anything is read; one that may not be read, or whose name is no UTF-8, is yielded as
    Unreadable.
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
        raise SourceError(f"{path}: no such file or folder") from error
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
            yield from _walk(path, seen, named=True)


def _walk(
    path: str, seen: set[str], *, named: bool = False
) -> Iterator[Input | Unreadable | UnknownType]:
    """The file, or the files below the folder. `seen` ends loops of symbolic links."""
    resolved = os.path.realpath(path)
    if resolved in seen:
        return
    seen.add(resolved)
    printable = os.fsencode(resolved).decode(errors="replace")
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            names = sorted(name for name in os.listdir(path) if not name.startswith("."))
        elif not stat.S_ISREG(status.st_mode):
            yield Unreadable(printable, "neither a file nor a folder")
            return
    except OSError as error:
        yield Unreadable(printable, f"cannot be read ({error.strerror})")
        return
    if stat.S_ISDIR(status.st_mode):
        for name in names:
            yield from _walk(os.path.join(resolved, name), seen)
    elif not named and format_by_extension(resolved) is None:
        yield UnknownType(printable)
    elif printable != resolved:
        yield Unreadable(printable, "the name is not UTF-8; rename it")
    else:
        yield Input(resolved, status.st_size, status.st_mtime_ns)
