"""What a disk may hold after a power loss, from the system calls of a program that strace saw.

The model is harsher than file systems are: without fsync of the file, each write may be there,
missing or torn at a sector; without fsync of its folder, each new, changed or removed name may be
there or not, in any combination.
"""

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.commands import PROGRAM, environment

STRACE = shutil.which("strace")
NO_STRACE = "strace is not installed (Debian: apt-get install strace)"
_SECTOR_BYTES = 512
_TRACED = (
    "openat,write,pwrite64,fsync,fdatasync,rename,unlink,unlinkat,rmdir,ftruncate,mkdir,lseek,"
    "close,sendfile"
)
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (\d+)(?:<.*>)?$")
_FD = re.compile(r"(\d+)<")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Call(NamedTuple):
    """A system call that succeeded."""

    name: str
    arguments: str
    result: int

    @property
    def fd(self) -> int:
        """The file that it is about, by its number."""
        match = _FD.match(self.arguments)
        assert match is not None
        return int(match[1])

    @property
    def strings(self) -> list[bytes]:
        """The paths and data among its arguments."""
        return [bytes.fromhex(s.replace("\\x", "")) for s in _STRING.findall(self.arguments)]

    @property
    def last_number(self) -> int:
        """Its last argument."""
        return int(self.arguments.rpartition(", ")[2])


def traced(arguments: list[str], log: Path, *options: str) -> int:
    """Run the program under strace; returns its exit code, or minus the signal that killed it."""
    assert STRACE is not None
    command = [STRACE, "-f", "-qq", "-o", str(log), *options, PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, env=environment(), cwd="/", check=False)
    return done.returncode


def calls(arguments: list[str], log: Path, root: Path) -> list[Call]:
    """The system calls of a run of the program that change what is in a folder."""
    hexadecimal = "".join(f"\\x{byte:02x}" for byte in bytes(root))
    seen = ("-y", "-xx", "-s", "1000000000", "-e", f"trace={_TRACED}")
    assert traced(arguments, log, *seen) == 0
    with log.open() as lines:
        return [
            Call(m[1], m[2], int(m[3]))
            for m in map(_CALL.match, lines)
            if m and hexadecimal in m[2]
        ]


class _File:
    """A file: what the disk surely has, what the program sees, and the changes in between."""

    def __init__(self, content: bytes = b"") -> None:
        self.durable = content
        self.live = bytearray(content)
        self._pending: list[tuple[int, bytes | None]] = []  # None: cut there

    def change(self, offset: int, data: bytes | None) -> None:
        self._pending.append((offset, data))
        _apply(self.live, offset, data)

    def sync(self) -> None:
        self.durable = bytes(self.live)
        self._pending = []

    def after_loss(self, chosen: random.Random | None) -> bytes:
        content = bytearray(self.durable)
        for offset, data in self._pending if chosen else ():
            assert chosen is not None
            if data is not None and len(data) > _SECTOR_BYTES and chosen.random() < 0.3:
                data = data[: chosen.randrange(0, len(data), _SECTOR_BYTES)]  # torn
            if chosen.random() < 0.5:
                _apply(content, offset, data)
        return bytes(content)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    if data is None:
        del content[offset:]
    else:
        content[offset : offset + len(data)] = data


_Names = dict[str, _File | None]  # None: a folder


class Disk:
    """The files below a folder, as they change call by call."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._live: _Names = {str(root): None}
        for path in sorted(root.rglob("*")):
            self._live[str(path)] = None if path.is_dir() else _File(path.read_bytes())
        self._durable = dict(self._live)
        self._pending: list[tuple[set[str], Callable[[_Names], object]]] = []
        self._open: dict[int, tuple[str, _File | None]] = {}
        self._place: dict[int, int] = {}

    def play(self, call: Call) -> None:
        """Let the program make a call."""
        getattr(self, f"_{call.name}")(call)

    def _named(self, change: Callable[[_Names], object], *paths: str) -> None:
        """Note a change of names, which lasts when the folders of these paths are synced."""
        if all(path.startswith(self._root) for path in paths):
            change(self._live)
            self._pending.append(({str(Path(path).parent) for path in paths}, change))

    def _openat(self, call: Call) -> None:
        path = call.strings[-1].decode()
        if not path.startswith(self._root) or "O_TMPFILE" in call.arguments:
            return
        if "O_CREAT" in call.arguments and path not in self._live:
            file = _File()
            self._named(lambda names: names.update({path: file}), path)
        opened = self._live[path]
        if "O_TRUNC" in call.arguments and opened is not None:
            opened.change(0, None)
        self._open[call.result] = (path, opened)
        at_end = "O_APPEND" in call.arguments and opened is not None
        self._place[call.result] = len(opened.live) if at_end and opened else 0

    def _close(self, call: Call) -> None:
        self._open.pop(call.fd, None)

    def _file(self, call: Call) -> _File | None:
        return self._open.get(call.fd, ("", None))[1]

    def _write(self, call: Call) -> None:
        if (file := self._file(call)) is not None:
            data = call.strings[-1][: call.result]
            file.change(self._place[call.fd], data)
            self._place[call.fd] += len(data)

    def _pwrite64(self, call: Call) -> None:
        if (file := self._file(call)) is not None:
            file.change(call.last_number, call.strings[-1][: call.result])

    def _sendfile(self, call: Call) -> None:
        match = re.search(r", (\d+)<.*?>, \[(\d+)\]", call.arguments)
        if (file := self._file(call)) is not None and match is not None:
            source = self._open[int(match[1])][1]
            assert source is not None
            offset = int(match[2])
            file.change(self._place[call.fd], bytes(source.live[offset : offset + call.result]))
            self._place[call.fd] += call.result

    def _lseek(self, call: Call) -> None:
        self._place[call.fd] = call.result

    def _ftruncate(self, call: Call) -> None:
        if (file := self._file(call)) is not None:
            file.change(call.last_number, None)

    def _fsync(self, call: Call) -> None:
        path, file = self._open.get(call.fd, ("", None))
        if file is not None:
            file.sync()
            return
        waiting, self._pending = self._pending, []
        for folders, change in waiting:
            if path in folders:
                change(self._durable)
            else:
                self._pending.append((folders, change))

    _fdatasync = _fsync

    def _rename(self, call: Call) -> None:
        old, new = (string.decode() for string in call.strings)
        if not old.startswith(self._root):
            return
        moved = {
            path: file for path, file in self._live.items() if f"{path}/".startswith(f"{old}/")
        }

        def change(names: _Names) -> None:
            for path, file in moved.items():
                names.pop(path, None)
                names[new + path.removeprefix(old)] = file

        self._named(change, old, new)

    def _unlink(self, call: Call) -> None:
        path = call.strings[-1].decode()
        self._named(lambda names: names.pop(path, None), path)

    _rmdir = _unlink

    def _unlinkat(self, call: Call) -> None:
        folder = self._open[call.fd][0] if _FD.match(call.arguments) else ""
        path = str(Path(folder, call.strings[-1].decode()))
        self._named(lambda names: names.pop(path, None), path)

    def _mkdir(self, call: Call) -> None:
        path = call.strings[-1].decode()
        self._named(lambda names: names.update({path: None}), path)

    def after_loss(self, chosen: random.Random | None) -> dict[str, bytes | None]:
        """The files below the folder after a loss: of what was not synced nothing, or what chance
        leaves. None is a folder.
        """
        names = dict(self._durable)
        for _, change in self._pending if chosen else ():
            assert chosen is not None
            if chosen.random() < 0.5:
                change(names)
        found: dict[str, bytes | None] = {}
        for path in sorted(names):
            # The log's index is memory of its readers, and made anew by the first.
            if path == self._root or (
                str(Path(path).parent) in found and not path.endswith("-shm")
            ):
                file = names[path]
                found[path] = file if file is None else file.after_loss(chosen)
        return {path.removeprefix(self._root): data for path, data in found.items()}


def losses(
    root: Path, seen: list[Call], chosen: random.Random, samples: int
) -> Iterator[tuple[bool, dict[str, bytes | None]]]:
    """States in which a loss may leave a folder, each once, and whether it came after the last
    call: all that lack whatever was not synced, and some that have part of it.
    """
    disk = Disk(root)
    told: set[int] = set()
    share = samples / len(seen)
    for number in range(len(seen) + 1):
        is_last = number == len(seen)
        for luck in (None, chosen) if chosen.random() < share or is_last else (None,):
            files = disk.after_loss(luck)
            if (key := hash((is_last, *files.items()))) not in told:
                told.add(key)
                yield is_last, files
        if not is_last:
            disk.play(seen[number])
