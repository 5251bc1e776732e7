"""cakap-search delete: erase articles for good."""

import sys
from typing import Annotated

import typer

from search.cli.options import (
    EXIT_INTERRUPTED,
    EXIT_NOTHING,
    EXIT_USAGE,
    Settings,
    fail,
    warn,
)
from search.cli.show import find_one


def run(
    ids: Annotated[list[str], typer.Argument(metavar="ID|URL...", help="The articles.")],
    settings: Settings,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase articles with all their versions, from archive and index."""
    from index.archive import FILE_NAME, open_archive
    from index.pipeline import delete

    with open_archive(settings.folder) as archive:
        found = [find_one(archive, name) for name in ids]
        known = {version.number: version for version in found if version is not None}
    if None in found:
        fail("nothing was erased", EXIT_NOTHING)
    if not yes and not sys.stdin.isatty():
        fail("nobody to ask whether to erase; say --yes", EXIT_USAGE)
    if not yes:
        for version in known.values():
            warn(f"{version.public_id}  {version.content.enrichment.title}")
        try:
            agreed = typer.confirm("Erase with all versions?", err=True)
        except typer.Abort:  # Ctrl-C
            raise typer.Exit(EXIT_INTERRUPTED) from None
        if not agreed:
            fail("nothing was erased", EXIT_NOTHING)
    log_is_empty = delete(settings.folder, list(known), settings.config)
    print(f"{len(known):,} erased")
    if not log_is_empty:
        warn(
            f"another program is reading {settings.folder}, so {FILE_NAME}-wal there still holds"
            " what was erased; end that program and run `cakap-search index` on any input"
        )
