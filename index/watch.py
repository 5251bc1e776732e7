"""When something in a folder changes."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import SourceError
from index.messages import gettext
from index.sources import inputs


def changes(paths: Sequence[str], own_folder: Path, interval_s: float) -> Iterator[bool]:
    """Whether anything below the paths has changed since the last time, at least each interval.

    What changes while the caller is at work is in the next value. The archive's own folder does
    not count. Has no end; Ctrl-C is raised as KeyboardInterrupt. A path that does not exist, or
    more folders than the system watches, raises SourceError.
    """
    from watchfiles import Change, watch

    own = f"{own_folder.resolve()}{os.sep}"

    def counts(_: Change, path: str) -> bool:
        return not path.startswith(own)

    inputs(paths)  # names a path that does not exist
    try:
        for found in watch(
            *paths, watch_filter=counts, rust_timeout=int(interval_s * 1000), yield_on_timeout=True
        ):
            yield bool(found)
    except (OSError, RuntimeError) as error:
        raise SourceError(
            gettext(
                "the folder cannot be watched ({error}); with "
                "WATCHFILES_FORCE_POLLING=1 in the environment it is looked at "
                "again and again instead",
                error=error,
            )
        ) from error
