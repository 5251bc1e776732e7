"""cakap-search check: whether archive and index are whole, and agree."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from index.errors import printable
from index.messages import articles, gettext, ngettext, noop
from search.cli.index import progress_bar
from search.cli.options import EXIT_ARCHIVE, Settings, tell_rejected, warn
from search.cli.output import plain, print_json

if TYPE_CHECKING:
    from index.check import Report

_PLACES = {"archive": noop("archive"), "index": noop("index")}


def run(
    settings: Settings,
    repair: Annotated[
        bool, typer.Option("--repair", help="Build the index again where something is wrong.")
    ] = False,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Compare everything with its checksums, and the index with the archive."""
    from index.check import check
    from index.pipeline import Progress, rebuild

    def look() -> "Report":
        with progress_bar(settings.quiet) as on_progress:
            return check(
                settings.folder,
                settings.config,
                lambda done, total: on_progress(Progress(noop("checking"), done, total, done)),
            )

    report = look()
    if repair and any(problem.where == "index" for problem in report.problems):
        for problem in report.problems:
            if problem.where == "index":
                warn(gettext("repairing: {what}", what=problem.what))
        with progress_bar(settings.quiet) as on_progress:
            _, failures = rebuild(settings.folder, settings.config, on_progress=on_progress)
        for failure in failures:
            tell_rejected(failure)
        report = look()
    if output == "json":
        told = {"schema_version": 1, **msgspec.structs.asdict(report)}
        print_json(msgspec.json.format(msgspec.json.encode(told)))
    else:
        _print_text(report)
    if report.problems:
        raise typer.Exit(EXIT_ARCHIVE)


def _print_text(report: "Report") -> None:
    for problem in report.problems:
        line = f"{gettext(_PLACES[problem.where])}: {problem.what}"
        if problem.content_hash:
            line += gettext(" (content hash {hash})", hash=problem.content_hash)
        print(printable(line))
    for remedy in dict.fromkeys(problem.remedy for problem in report.problems):
        print(plain(gettext("remedy: {remedy}", remedy=remedy)))
    looked_at = (
        articles(report.articles),
        ngettext("1 version", "{count} versions", report.versions),
        ngettext("1 segment", "{count} segments", report.segments),
    )
    problems = gettext("no problems")
    if report.problems:
        problems = ngettext("1 problem", "{count} problems", len(report.problems))
    print(f"{', '.join(looked_at)}: {problems}")
