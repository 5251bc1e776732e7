"""cakap-search restore: an archive back from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from index.messages import gettext
from search.cli.backup import told
from search.cli.index import progress_bar
from search.cli.options import EXIT_REJECTED, Settings, tell_rejected
from search.cli.output import plain


def run(
    source: Annotated[
        Path, typer.Argument(metavar="DIR", help="A backup, or the newest in a folder of them.")
    ],
    settings: Settings,
) -> None:
    """Put a verified backup where there is no archive, and build its index."""
    from index.backup import restore
    from index.pipeline import rebuild

    chosen, manifest = restore(source, settings.folder)
    with progress_bar(settings.quiet) as on_progress:
        _, failures = rebuild(settings.folder, settings.config, on_progress=on_progress)
    origin = gettext("{articles} from {backup}", articles=told(manifest), backup=chosen)
    print(plain(f"{origin}: {settings.folder}"))
    for failure in failures:
        tell_rejected(failure)
    if failures:
        raise typer.Exit(EXIT_REJECTED)
