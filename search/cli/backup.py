"""cakap-search backup: a dated copy of the archive."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.messages import articles, format_number, gettext, ngettext, noop
from search.cli.index import progress_bar
from search.cli.options import Settings
from search.cli.output import plain

if TYPE_CHECKING:
    from index.backup import Manifest


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
            lambda done, total: on_progress(Progress(noop("verifying"), done, total, done)),
        )
    size = f"{format_number(manifest.bytes / 1e6, 1)} MB"
    print(plain(f"{told(manifest)}, {size}: {made}"))


def told(manifest: "Manifest") -> str:
    """What a backup holds."""
    versions = ngettext("1 version", "{count} versions", manifest.versions)
    return gettext(
        "{articles} in {versions}", articles=articles(manifest.articles), versions=versions
    )
