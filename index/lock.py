"""One writer at a time: Whoosh's own write lock on the index, held over the whole run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.durable import make_folder
from index.errors import ArchiveError
from index.messages import gettext
from index.segments.commit import LOCK_NAME


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the write lock of an index folder; it dies with the process that holds it.

    Raises ArchiveError when another process holds it, naming that process.
    """
    from whoosh.filedb.filestore import FileStorage

    make_folder(folder)
    lock = FileStorage(str(folder)).lock(LOCK_NAME)
    if not lock.acquire():
        holder = ""
        with suppress(PermissionError):  # on Windows a locked file cannot even be read
            holder = (folder / LOCK_NAME).read_text().strip()
        by = gettext(" by process {number}", number=holder) if holder else ""
        raise ArchiveError(
            gettext(
                "{parent} is being written{by}; wait until it is done and run again",
                parent=folder.parent,
                by=by,
            ),
            "locked",
        )
    try:
        os.ftruncate(lock.fd, 0)
        os.write(lock.fd, str(os.getpid()).encode())
        os.lseek(lock.fd, 0, os.SEEK_SET)  # Windows locks and unlocks where the file stands
        yield
    finally:
        os.ftruncate(lock.fd, 0)
        lock.release()
