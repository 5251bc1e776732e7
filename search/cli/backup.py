"""cakap-search backup: a dated copy of the archive."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.index import progress_bar
from search.cli.options import Settings
from search.cli.output import plain


def run(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="Where the backups lie.")],
    settings: Settings,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="Only so many of the newest stay there.")
    ] = None,
) -> None:
    """Copy the archive into a dated folder of DIR and verify the copy; writers need not stop."""
    from index.backup import backup
    from index.pipeline import Progress

    with progress_bar(settings.quiet) as on_progress:
        made, manifest = backup(
            settings.folder,
            target,
            keep,
            lambda done, total: on_progress(Progress("verifying", done, total, done)),
        )
    told = f"{manifest.articles:,} articles in {manifest.versions:,} versions"
    print(plain(f"{told}, {manifest.bytes / 1e6:,.1f} MB: {made}"))
