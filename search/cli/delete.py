"""cakap-search delete: erase articles for good."""

import sys
from typing import Annotated

import typer

from search.cli.options import EXIT_NOTHING, EXIT_USAGE, Settings, fail
from search.cli.show import find_one


def run(
    ids: Annotated[list[str], typer.Argument(metavar="ID|URL...", help="The articles.")],
    settings: Settings,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase articles with all their versions, from archive and index."""
    from index.archive import open_archive
    from index.pipeline import delete

    with open_archive(settings.folder) as archive:
        found = [find_one(archive, name) for name in ids]
        known = [version for version in found if version is not None]
    if len(known) < len(found):
        raise typer.Exit(EXIT_NOTHING)
    if not yes and not sys.stdin.isatty():
        fail("nobody to ask whether to erase; say --yes", EXIT_USAGE)
    if not yes:
        for version in known:
            print(f"{version.public_id}  {version.content.enrichment.title}", file=sys.stderr)
        typer.confirm("Erase with all versions?", abort=True, err=True)
    delete(settings.folder, [version.number for version in known], settings.config)
    print(f"{len(known):,} erased")
