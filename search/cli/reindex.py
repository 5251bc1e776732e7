"""cakap-search reindex: build the index again from the archive."""

from typing import Annotated

import typer

from index.config import MAX_JOBS
from index.messages import articles, gettext
from search.cli.index import progress_bar
from search.cli.options import EXIT_REJECTED, Settings, tell_rejected


def run(
    settings: Settings,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=0, max=MAX_JOBS, help="Processes; 0: one for each core."),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Read every article again, also what this version has read."),
    ] = False,
) -> None:
    """Read the articles as this version does and build the index again; the old one answers."""
    from index.pipeline import reindex

    with progress_bar(settings.quiet) as on_progress:
        commit, failures = reindex(
            settings.folder, settings.config, every=every, jobs=jobs, on_progress=on_progress
        )
    print(gettext("{articles} indexed again", articles=articles(commit.articles)))
    for failure in failures:
        tell_rejected(failure)
    if failures:
        raise typer.Exit(EXIT_REJECTED)
