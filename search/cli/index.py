"""cakap-search index: put articles into the archive and its index."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.options import EXIT_INTERRUPTED, EXIT_REJECTED, Settings, warn

if TYPE_CHECKING:
    from index.pipeline import Progress as RunProgress

_REJECTS_TOLD = 5


def run(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for stdin.")
    ],
    settings: Settings,
    source: Annotated[
        str | None, typer.Option("--source", help="Publisher of articles that name none.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Zone of times that name none.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=0, help="Processes; 0: one for each core.")
    ] = None,
) -> None:
    """Index articles: text, Markdown, HTML, JSON, CSV, WordPress exports, feeds, also gzipped.

    Only what is new or has changed since the last run is done again.
    """
    from index.pipeline import REJECTS_FILE, index_paths

    try:
        with progress_bar(settings.quiet) as on_progress:
            summary, rejects = index_paths(
                paths,
                settings.folder,
                settings.config,
                source=source,
                timezone=timezone,
                jobs=jobs,
                on_progress=on_progress,
            )
    except KeyboardInterrupt:
        warn("interrupted; what was read so far is kept: run the same command again to go on")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    print(
        f"{summary.read:,} read: {summary.new:,} new, {summary.changed:,} changed,"
        f" {summary.unchanged:,} unchanged, {summary.rejected:,} rejected"
        + (f" (and {summary.rejected_before:,} before)" if summary.rejected_before else "")
        + (f", {summary.withheld:,} withheld" if summary.withheld else "")
        + f", {summary.seconds:.1f} s"
    )
    if summary.unknown_files and not settings.quiet:
        warn(f"passed over: {_counted(summary.unknown_files, 'file')} of unknown type")
    if summary.passed_over and not settings.quiet:
        parts = (f"{number:,} {what}" for what, number in sorted(summary.passed_over.items()))
        warn(f"passed over: {', '.join(parts)} (only published posts are read)")
    if summary.withheld and not settings.quiet:
        warn(
            f"withheld: {_counted(summary.withheld, 'article')} that had been withdrawn or deleted,"
            f" such as {summary.withheld_place}; `withdraw --list` has them"
        )
    if summary.unread_dates and not settings.quiet:
        warn(
            f"no date read: {_counted(summary.unread_dates, 'article')} with a date that cannot be"
            f" read, such as {summary.unread_date}"
        )
    if summary.rejected:
        for reject in rejects[:_REJECTS_TOLD]:
            warn(f"rejected: {reject}")
        more = len(rejects) - _REJECTS_TOLD
        warn(
            (f"and {more:,} more; " if more > 0 else "")
            + f"all rejects with their reasons: {settings.folder / REJECTS_FILE}"
        )
        raise typer.Exit(EXIT_REJECTED)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[["RunProgress"], None]]:
    """A bar with rate and remaining time on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[articles]:,} articles, {task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def show(progress: "RunProgress") -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bar.add_task(progress.stage, articles=0, rate=0.0)
            task = bar.tasks[tasks[progress.stage]]
            bar.update(
                tasks[progress.stage],
                total=progress.total or None,
                completed=progress.done,
                articles=progress.articles,
                rate=progress.articles / (task.elapsed or 1.0),
            )

        yield show
