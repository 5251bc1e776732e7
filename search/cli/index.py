"""cakap-search index: put articles into the archive and its index."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.config import MAX_JOBS
from index.errors import ArchiveError
from index.messages import articles, format_number, gettext, ngettext, noop
from search.cli.options import (
    EXIT_INTERRUPTED,
    EXIT_REJECTED,
    EXIT_USAGE,
    Settings,
    fail,
    tell_rejected,
    warn,
)

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
        other = "--dry-run" if dry_run else gettext("standard input")
        fail(gettext("--watch does not go with {other}", other=other), EXIT_USAGE)
    chosen = {"source": source, "timezone": timezone, "jobs": jobs, "prune": prune}
    try:
        if watch:
            _follow(paths, settings, chosen)
            return
        summary, rejects = _one_run(paths, settings, dry_run=dry_run, **chosen)
    except KeyboardInterrupt:
        if watch:
            warn(gettext("stopped; what was read so far is kept"))
        else:
            warn(
                gettext(
                    "interrupted; what was read so far is kept: run the same command again to go on"
                )
            )
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _tell(summary, rejects, settings, dry_run=dry_run)
    if summary.rejected:
        raise typer.Exit(EXIT_REJECTED)


def _follow(paths: list[str], settings: Settings, chosen: dict[str, Any]) -> None:
    """Index what is there and what changes, until Ctrl-C."""
    from index.watch import changes

    waiting, withheld = True, 0
    for changed in changes(paths, settings.folder, _SETTLED_S):
        if not (changed or waiting):
            continue
        waiting = True
        try:
            summary, rejects = _one_run(paths, settings, settled_s=_SETTLED_S, **chosen)
        except ArchiveError as error:
            if error.kind != "locked":
                raise
            warn(gettext("waiting: {error}", error=error))
            continue
        waiting = summary.unsettled_files > 0
        more_withheld, withheld = summary.withheld > withheld, summary.withheld
        done = summary.new + summary.changed + summary.rejected + summary.removed
        if done or more_withheld:
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

    counts = {
        name: format_number(getattr(summary, name))
        for name in ("read", "new", "changed", "unchanged", "rejected")
    }
    told = gettext(
        "{read} read: {new} new, {changed} changed, {unchanged} unchanged, {rejected} rejected",
        **counts,
    )
    if dry_run:
        told = gettext("dry run, nothing is changed: {told}", told=told)
    for count, message in (
        (summary.rejected_before, noop(" (and {count} before)")),
        (summary.withheld, noop(", {count} withheld")),
        (summary.removed, noop(", {count} removed")),
    ):
        if count:
            told += gettext(message, count=format_number(count))
    print(f"{told}, {format_number(summary.seconds, 1)} s", flush=True)
    for folder in summary.emptied_folders:
        warn(
            gettext(
                "kept: the articles from {folder}, which holds no file now; if "
                "that is right, remove the folder and prune the one above it, or "
                "use `cakap-search delete`",
                folder=folder,
            )
        )
    if not settings.quiet:
        for line in _passed_over(summary):
            warn(line)
    for reject in rejects[:_REJECTS_TOLD]:
        tell_rejected(reject)
    if (more := len(rejects) - _REJECTS_TOLD) > 0:
        warn(gettext("and {count} more", count=format_number(more)))
    if summary.rejected and not dry_run:
        path = settings.folder / REJECTS_FILE
        warn(gettext("all rejects with their reasons: {path}", path=path))


def _passed_over(summary: "Summary") -> Iterator[str]:
    """What was left out for good reasons, and what could not be read in articles that are in."""
    if summary.unknown_files:
        yield ngettext(
            "passed over: 1 file of unknown type",
            "passed over: {count} files of unknown type",
            summary.unknown_files,
        )
    if summary.passed_over:
        parts = (f"{format_number(n)} {what}" for what, n in sorted(summary.passed_over.items()))
        yield gettext(
            "passed over: {parts} (only published posts are read)", parts=", ".join(parts)
        )
    if summary.withheld:
        yield gettext(
            "withheld: {articles} that had been withdrawn or deleted, such as {place};"
            " `withdraw --list` has them",
            articles=articles(summary.withheld),
            place=summary.withheld_place,
        )
    if summary.unread_dates:
        yield gettext(
            "no date read: {articles} with a date that cannot be read, such as {example}",
            articles=articles(summary.unread_dates),
            example=summary.unread_date,
        )


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[["RunProgress"], None]]:
    """A bar with rate and remaining time on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<11}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def show(progress: "RunProgress") -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bar.add_task(gettext(progress.stage), told="")
            task = bar.tasks[tasks[progress.stage]]
            rate = progress.articles / (task.elapsed or 1.0)
            bar.update(
                tasks[progress.stage],
                total=progress.total or None,
                completed=progress.done,
                told=f"{articles(progress.articles)}, {format_number(rate)}/s",
            )

        yield show
