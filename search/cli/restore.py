"""cakap-search restore: an archive back from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.index import progress_bar
from search.cli.options import EXIT_REJECTED, Settings, warn
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
    told = f"{manifest.articles:,} articles in {manifest.versions:,} versions"
    print(plain(f"{told} from {chosen}: {settings.folder}"))
    for failure in failures:
        warn(f"rejected: {failure}")
    if failures:
        raise typer.Exit(EXIT_REJECTED)
