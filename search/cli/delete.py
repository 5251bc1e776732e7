"""cakap-search delete: erase articles for good."""

import sys
from typing import Annotated

import typer

from index.messages import format_number, gettext
from search.cli.options import (
    EXIT_INTERRUPTED,
    EXIT_NOTHING,
    EXIT_USAGE,
    Settings,
    fail,
    note,
    warn,
)
from search.cli.show import find_versions
from search.cli.withdraw import find_copies, print_copies


def run(
    ids: Annotated[list[str], typer.Argument(metavar="ID|URL...", help="The articles.")],
    settings: Settings,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; it stays in the log, so name nobody in it.")
    ] = "",
) -> None:
    """Erase articles with all their versions, from archive and index, and let none come again.

    Hashes stay by which later inputs are known to hold them; `withdraw --undo ID` forgets those.
    """
    from index.archive import FILE_NAME, open_archive
    from index.backup import backups_with_deleted
    from index.pipeline import delete

    known = find_versions(settings, ids, gettext("nothing was erased"))
    if not yes and not sys.stdin.isatty():
        fail(gettext("nobody to ask whether to erase; say --yes"), EXIT_USAGE)
    if not yes:
        for version in known.values():
            warn(f"{version.public_id}  {version.content.enrichment.title}")
        try:
            agreed = typer.confirm(gettext("Erase with all versions?"), err=True)
        except typer.Abort:  # Ctrl-C
            raise typer.Exit(EXIT_INTERRUPTED) from None
        if not agreed:
            fail(gettext("nothing was erased"), EXIT_NOTHING)
    copies = find_copies(settings, list(known.values()))
    log_is_empty = delete(settings.folder, list(known), settings.config, reason=reason)
    print(gettext("{count} erased", count=format_number(len(known))))
    print_copies(copies)
    with open_archive(settings.folder) as archive:
        for path in backups_with_deleted(archive, known):
            print(gettext("still in the backup {path}", path=path))
    note(gettext("copies of the archive that others made still hold what was erased"), settings)
    if not log_is_empty:
        warn(
            gettext(
                "another program is reading {folder}, so {file}-wal there "
                "still holds what was erased; end that program and run "
                "`cakap-search index` on any input",
                folder=settings.folder,
                file=FILE_NAME,
            )
        )
