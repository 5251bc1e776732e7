"""What the disk surely has: after a power loss, files whose content and whose name were synced."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Put a file in place at once, whole, and wait until the disk holds it."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fsync_folder(path.parent)  # the names of the files that this one speaks of
    temporary.replace(path)
    fsync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are missing, and wait until the disk has them."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        fsync_folder(folder.parent)


def fsync_file(path: Path) -> None:
    """Wait until the disk holds the content of a file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Wait until the disk holds the folder's names (a no-op where folders cannot be opened)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
