"""cakap-search show: one article, its versions, its entities."""

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from search.cli.options import EXIT_NOTHING, Settings, fail, warn
from search.cli.output import plain, print_json

if TYPE_CHECKING:
    from index.archive import Archive, Corrections, Version

_LABEL_COLUMNS = 11


def run(
    name: Annotated[str, typer.Argument(metavar="ID|URL", help="The article.")],
    settings: Settings,
    history: Annotated[
        bool, typer.Option("--versions", help="Also what each version changed.")
    ] = False,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Show one article: its text, what is read in it, its versions and corrections."""
    from index.archive import open_archive
    from search.record import article_record

    with open_archive(settings.folder) as archive:
        version = find_one(archive, name)
        if version is None:
            raise typer.Exit(EXIT_NOTHING)
        if output == "json":
            record = article_record(archive, version, with_changes=history)
            print_json(msgspec.json.format(msgspec.json.encode(record)))
            return
        versions = archive.versions(version.number)
        aliases = archive.aliases(version.number)
        corrections = archive.corrections(version.number)
    _print_text(version, versions, aliases, corrections, settings.config.timezone)
    if history:
        _print_versions(versions, settings.config.timezone)


def find_one(archive: "Archive", name: str) -> "Version | None":
    """The article shown that an id or URL names, or None, with a message that says why."""
    number = find_number(archive, name)
    if number is None:
        return None
    takedown = archive.takedowns.of(number)
    if takedown is None:
        return archive.current(number)
    if takedown.until:
        warn(f"{name!r} is not to be shown before {takedown.until}")
    else:
        warn(f"{name!r} was withdrawn on {takedown.at}; `withdraw --list` tells more")
    return None


def find_number(archive: "Archive", name: str) -> int | None:
    """The article that an id or URL names, shown or not, or None, with a message."""
    number = archive.find_one(name)
    if number is not None:
        return number
    if deleted := archive.takedowns.deleted(name):
        warn(f"{name!r} was deleted on {deleted[0].at}")
    else:
        warn(f"no article has the id or URL {name!r}; `query --format json` tells the ids")
    return None


def find_versions(settings: Settings, names: Sequence[str], otherwise: str) -> dict[int, "Version"]:
    """The shown version of each article named, by its number.

    Where one of the names is unknown, none is done: the command ends with `otherwise`.
    """
    from index.archive import open_archive

    with open_archive(settings.folder) as archive:
        found = [find_number(archive, name) for name in names]
        versions = [archive.current(number) for number in found if number is not None]
    if None in found:
        fail(otherwise, EXIT_NOTHING)
    return {version.number: version for version in versions if version is not None}


def _print_text(
    version: "Version",
    versions: list["Version"],
    aliases: list[str],
    corrections: "Corrections",
    timezone: str,
) -> None:
    from index.article import clean_text
    from index.enrich.countries import country_label
    from search.cli.style import bold, dim, local_time, width

    article, enrichment = version.content.article, version.content.enrichment
    corrected_by = ", ".join(corrections.corrected_by)
    wrap = textwrap.TextWrapper(width() or 1_000_000, break_long_words=False)
    print(bold(wrap.fill(enrichment.title or "(no title)")))
    about = (local_time(enrichment.date, timezone), enrichment.source, article.category)
    print(dim(" · ".join(filter(None, about))))
    print()
    for paragraph in clean_text(article.body, enrichment.cuts).split("\n"):
        if paragraph.strip():
            print(plain(wrap.fill(paragraph.strip())))
            print()
    rows = {
        "Countries": ", ".join(country_label(one.code) for one in enrichment.countries),
        "People": ", ".join(person.name for person in enrichment.people),
        "Agencies": ", ".join(enrichment.agencies),
        "Authors": ", ".join(article.authors),
        "Dates": ", ".join(dict.fromkeys(date.text for date in enrichment.dates)),
        "URL": article.url or "",
        "Also at": ", ".join(aliases),
        "Id": version.public_id,
        "Inferred": ", ".join(enrichment.inferred),
        "Corrects": ", ".join(corrections.corrects),
        "Corrected": corrected_by and f"by {corrected_by}",
        "Versions": f"{len(versions)}, this one indexed {version.indexed_at}",
    }
    wrap.subsequent_indent = " " * _LABEL_COLUMNS
    for label, value in rows.items():
        if value:
            print(plain(wrap.fill(f"{label:<{_LABEL_COLUMNS}}{value}")))


def _print_versions(versions: list["Version"], timezone: str) -> None:
    """Each version, and what it has no more (-) and has now (+) beside the one before."""
    from search.changes import changes
    from search.cli.style import bold, dim, local_time, width

    wrap = textwrap.TextWrapper(width() or 1_000_000, break_long_words=False)
    for number, (before, one) in enumerate(pairwise([versions[0], *versions]), 1):
        modified = one.content.article.modified
        times = [f"modified {local_time(modified, timezone)}"] if modified else []
        times.append(f"indexed {local_time(one.indexed_at, timezone)}")
        print()
        print(bold(f"Version {number}") + dim("  " + ", ".join(times)))
        for change in changes(before.content.article, one.content.article):
            print(dim(f"  {change.field}"))
            for mark, texts in (("-", change.removed), ("+", change.added)):
                wrap.initial_indent, wrap.subsequent_indent = f"  {mark} ", "    "
                for text in texts:
                    print(plain(wrap.fill(text)))
