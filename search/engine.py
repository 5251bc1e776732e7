"""The Engine that answers questions, and how one is opened."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.config import Config, archive_folder, find_config, load_config
from search.results import Completion, Interval, Request, Response, Scan, Similar, Timeline

if TYPE_CHECKING:
    from search.embedded.engine import EmbeddedEngine


class Engine(Protocol):
    """Answers questions from one state of an archive, in any thread.

    Every method but `close` raises EngineUnavailable after it.
    """

    def search(self, request: Request) -> Response:
        """Hits, total and facets. Raises QueryError for a question that asks the impossible."""

    def scan(self, request: Request) -> Scan:
        """The same hits one by one, for results too large to hold, and no facets."""

    def timeline(self, request: Request, interval: Interval | None = None) -> Timeline:
        """How many articles answer in each period, by default such that periods are few."""

    def similar(self, name: str, limit: int = 10) -> Similar | None:
        """Articles like the one with an id or URL, without copies of it; None without that one.

        Raises QueryError for an id that several articles have.
        """

    def suggest(self, beginning: str, limit: int = 5) -> list[Completion]:
        """What a beginning may become: people, countries, phrases that titles share, words.

        At most `limit` of each kind, most used first.
        """

    def close(self) -> None:
        """Release the archive."""

    def __enter__(self) -> "Engine":
        """The engine itself."""

    def __exit__(self, *_: object) -> None:
        """Close the engine."""


def open(archive: str | Path | None = None, config: Config | None = None) -> Engine:
    """Open the archive in a folder, by default the configured one, in its last commit.

    One open engine serves any number of threads; to see a later commit, open another. Close it,
    or use it in a `with`. Raises ArchiveError: missing, stale or damaged.
    """
    path = None
    if config is None:
        path = find_config()
        config = load_config(path)
    folder = archive_folder(config, path, Path(archive) if archive is not None else None)
    return open_folder(folder, config)


def open_folder(folder: Path, config: Config) -> "EmbeddedEngine":
    """Open the archive in a folder by the engine that the configuration names."""
    if config.engine == "opensearch":
        from search.opensearch.engine import OpenSearchEngine

        return OpenSearchEngine(folder, config)
    from search.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(folder, config)
