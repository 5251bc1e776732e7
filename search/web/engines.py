"""The engine that answers now: of the newest commit, exchanged while others still use the last."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.archive import FILE_NAME
from index.config import Config
from index.errors import ArchiveError, EngineUnavailable
from index.segments.commit import INDEX_FOLDER, generations
from search.embedded.engine import EmbeddedEngine
from search.engine import open_folder

# A look costs one listing of a folder; nobody waits a second for last night's articles.
_LOOK_EVERY_S = 1.0

_log = logging.getLogger(__name__)


class _Shared:
    """An engine, and how many requests are using it."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        self.users = 0


class Engines:
    """An archive's engine for many threads, always of its newest commit that can be opened."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Raises ArchiveError: missing, stale or damaged."""
        self.folder = folder
        self.config = config
        self._seen = self._newest()
        self._shared = _Shared(open_folder(folder, config))
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._looked_at = time.monotonic()

    @contextmanager
    def current(self) -> Iterator[EmbeddedEngine]:
        """The engine for one request; it stays open that long, whatever is committed meanwhile."""
        self._look()
        with self._lock:
            shared = self._shared
            shared.users += 1
        try:
            yield shared.engine
        finally:
            with self._lock:
                shared.users -= 1
                is_last = shared is not self._shared and not shared.users
            if is_last:
                shared.engine.close()

    def close(self) -> None:
        """Release the archive."""
        self._shared.engine.close()

    def _newest(self) -> tuple[int, int]:
        """What changes with each commit, and when a backup was brought back in its place."""
        found = generations(self.folder / INDEX_FOLDER)
        try:
            return (found[-1] if found else 0), (self.folder / FILE_NAME).stat().st_ino
        except FileNotFoundError:
            return 0, 0

    def _look(self) -> None:
        """Open the newest commit where there is one that was not seen; one thread at a time looks.

        Where it cannot be opened, the last one goes on answering, and the next commit is tried.
        """
        if time.monotonic() - self._looked_at < _LOOK_EVERY_S:
            return
        if not self._looking.acquire(blocking=False):
            return
        before = self._seen
        try:
            newest = self._newest()
            if newest != self._seen or self._shared.engine.is_lost:
                self._seen = newest
                self._exchange(_Shared(open_folder(self.folder, self.config)))
        except EngineUnavailable as error:  # a cluster may be there again at the next look
            self._seen = before
            _log.warning("the last commit goes on answering, a newer one cannot: %s", error)
        except ArchiveError as error:
            _log.warning("the last commit goes on answering, a newer one cannot: %s", error)
        finally:
            self._looked_at = time.monotonic()
            self._looking.release()

    def _exchange(self, shared: _Shared) -> None:
        with self._lock:
            last, self._shared = self._shared, shared
            is_unused = not last.users
        if is_unused:
            last.engine.close()
