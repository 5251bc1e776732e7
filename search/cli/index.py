"""cakap-search index: put articles into the archive and its index."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.config import MAX_JOBS
from index.errors import ArchiveError
from search.cli.options import EXIT_INTERRUPTED, EXIT_REJECTED, EXIT_USAGE, Settings, fail, warn

if TYPE_CHECKING:
    from index.pipeline import Progress as RunProgress
    from index.pipeline import Summary

_REJECTS_TOLD = 5
# A file that nobody has written to for so long is taken for whole.
_SETTLED_S = 2.0


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
        int | None,
        typer.Option("--jobs", min=0, max=MAX_JOBS, help="Processes; 0: one for each core."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete articles whose files are gone from PATH.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be done, and change nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, with what changes, until Ctrl-C.")
    ] = False,
) -> None:
    """Index articles: text, Markdown, HTML, JSON, CSV, WordPress exports, feeds, web archives.

    Also in .gz, .zst and .zip files. Only what is new or has changed since the last run is done
    again.
    """
    if watch and ("-" in paths or dry_run):
        fail(f"--watch does not go with {'--dry-run' if dry_run else 'standard input'}", EXIT_USAGE)
    chosen = {"source": source, "timezone": timezone, "jobs": jobs, "prune": prune}
    try:
        if watch:
            _follow(paths, settings, chosen)
            return
        summary, rejects = _one_run(paths, settings, dry_run=dry_run, **chosen)
    except KeyboardInterrupt:
        again = "" if watch else ": run the same command again to go on"
        warn(f"{'stopped' if watch else 'interrupted'}; what was read so far is kept{again}")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _tell(summary, rejects, settings, dry_run=dry_run)
    if summary.rejected:
        raise typer.Exit(EXIT_REJECTED)


def _follow(paths: list[str], settings: Settings, chosen: dict[str, Any]) -> None:
    """Index what is there and what changes, until Ctrl-C."""
    from index.watch import changes

    waiting = True
    for changed in changes(paths, settings.folder, _SETTLED_S):
        if not (changed or waiting):
            continue
        waiting = True
        try:
            summary, rejects = _one_run(paths, settings, settled_s=_SETTLED_S, **chosen)
        except ArchiveError as error:
            if error.kind != "locked":
                raise
            warn(f"waiting: {error}")
            continue
        waiting = summary.unsettled_files > 0
        if summary.new or summary.changed or summary.rejected or summary.removed:
            _tell(summary, rejects, settings)


def _one_run(paths: list[str], settings: Settings, **chosen: Any) -> tuple["Summary", list[str]]:
    from index.pipeline import index_paths

    with progress_bar(settings.quiet) as on_progress:
        return index_paths(
            paths, settings.folder, settings.config, on_progress=on_progress, **chosen
        )


def _tell(
    summary: "Summary", rejects: list[str], settings: Settings, *, dry_run: bool = False
) -> None:
    """Say what came of a run."""
    from index.pipeline import REJECTS_FILE

    print(
        "dry run, nothing is changed: "
        * dry_run
        + f"{summary.read:,} read: {summary.new:,} new, {summary.changed:,} changed,"
        f" {summary.unchanged:,} unchanged, {summary.rejected:,} rejected"
        + (f" (and {summary.rejected_before:,} before)" if summary.rejected_before else "")
        + (f", {summary.withheld:,} withheld" if summary.withheld else "")
        + (f", {summary.removed:,} removed" if summary.removed else "")
        + f", {summary.seconds:.1f} s",
        flush=True,
    )
    for folder in summary.emptied_folders:
        warn(
            f"kept: the articles from {folder}, which holds no file now; if that is right, remove"
            " the folder and prune the one above it, or use `cakap-search delete`"
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
        if not dry_run:
            warn(
                (f"and {more:,} more; " if more > 0 else "")
                + f"all rejects with their reasons: {settings.folder / REJECTS_FILE}"
            )
        elif more > 0:
            warn(f"and {more:,} more")


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
