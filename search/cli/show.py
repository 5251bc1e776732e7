"""cakap-search show: one article, its versions, its entities."""

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from index.messages import format_number, gettext, noop
from search.cli.options import EXIT_NOTHING, Settings, fail, warn
from search.cli.output import plain, print_json
from search.cli.style import bold, dim, local_time, no_title, width

if TYPE_CHECKING:
    from index.archive import Archive, Corrections, Version

# The fields of an article as they are told in a version, or among what was inferred.
_FIELDS = {
    "title": noop("title"),
    "body": noop("body"),
    "date": noop("date"),
    "url": noop("URL"),
    "aliases": noop("further addresses"),
    "source": noop("source"),
    "given_id": noop("id"),
    "category": noop("category"),
    "authors": noop("authors"),
    "tags": noop("tags"),
    "corrects": noop("corrected article"),
    "embargo_until": noop("embargo"),
}


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
        version = find_one(archive, name, settings.config.timezone)
        if version is None:
            raise typer.Exit(EXIT_NOTHING)
        versions = archive.versions(version.number)
        aliases = archive.aliases(version.number)
        corrections = archive.corrections(version.number)
    if output == "json":
        record = article_record(version, versions, aliases, corrections, with_changes=history)
        print_json(msgspec.json.format(msgspec.json.encode(record)))
        return
    _print_text(version, versions, aliases, corrections, settings.config.timezone)
    if history:
        _print_versions(versions, settings.config.timezone)


def find_one(archive: "Archive", name: str, timezone: str) -> "Version | None":
    """The article shown that an id or URL names, or None, with a message that says why."""
    number = find_number(archive, name, timezone)
    if number is None:
        return None
    takedown = archive.takedowns.of(number)
    if takedown is None:
        return archive.current(number)
    if takedown.until:
        until = local_time(takedown.until, timezone)
        warn(gettext("{name!r} is not to be shown before {until}", name=name, until=until))
    else:
        warn(
            gettext(
                "{name!r} was withdrawn on {at}; `withdraw --list` tells more",
                name=name,
                at=local_time(takedown.at, timezone),
            )
        )
    return None


def find_number(archive: "Archive", name: str, timezone: str) -> int | None:
    """The article that an id or URL names, shown or not, or None, with a message."""
    number = archive.find_one(name)
    if number is not None:
        return number
    if deleted := archive.takedowns.deleted(name):
        at = local_time(deleted[0].at, timezone)
        warn(gettext("{name!r} was deleted on {at}", name=name, at=at))
    else:
        warn(unknown_article(name))
    return None


def unknown_article(name: str) -> str:
    """What to say of an id or URL that no article has."""
    return gettext(
        "no article has the id or URL {name!r}; `query --format json` tells the ids", name=name
    )


def find_versions(settings: Settings, names: Sequence[str], otherwise: str) -> dict[int, "Version"]:
    """The shown version of each article named, by its number.

    Where one of the names is unknown, none is done: the command ends with `otherwise`.
    """
    from index.archive import open_archive

    with open_archive(settings.folder) as archive:
        found = [find_number(archive, name, settings.config.timezone) for name in names]
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
    from index.enrich.countries import country_name

    article, enrichment = version.content.article, version.content.enrichment
    corrected_by = ", ".join(corrections.corrected_by)
    wrap = textwrap.TextWrapper(width() or 1_000_000, break_long_words=False)
    print(bold(wrap.fill(enrichment.title or no_title())))
    about = (local_time(enrichment.date, timezone), enrichment.source, article.category)
    print(dim(" · ".join(filter(None, about))))
    print()
    for paragraph in clean_text(article.body, enrichment.cuts).split("\n"):
        if paragraph.strip():
            print(plain(wrap.fill(paragraph.strip())))
            print()
    rows = {
        gettext("Countries"): ", ".join(country_name(one.code) for one in enrichment.countries),
        gettext("People"): ", ".join(person.name for person in enrichment.people),
        gettext("Agencies"): ", ".join(enrichment.agencies),
        gettext("Authors"): ", ".join(article.authors),
        gettext("Dates"): ", ".join(dict.fromkeys(date.text for date in enrichment.dates)),
        gettext("URL"): article.url or "",
        gettext("Also at"): ", ".join(aliases),
        gettext("Id"): version.public_id,
        gettext("Inferred"): ", ".join(gettext(_FIELDS[name]) for name in enrichment.inferred),
        gettext("Corrects"): ", ".join(corrections.corrects),
        gettext("Corrected"): corrected_by and gettext("by {ids}", ids=corrected_by),
        gettext("Versions"): gettext(
            "{count}, this one indexed {time}",
            count=format_number(len(versions)),
            time=local_time(version.indexed_at, timezone),
        ),
    }
    label_columns = max(map(len, rows)) + 2
    wrap.subsequent_indent = " " * label_columns
    for label, value in rows.items():
        if value:
            print(plain(wrap.fill(f"{label:<{label_columns}}{value}")))


def _print_versions(versions: list["Version"], timezone: str) -> None:
    """Each version, and what it has no more (-) and has now (+) beside the one before."""
    from search.changes import changes

    wrap = textwrap.TextWrapper(width() or 1_000_000, break_long_words=False)
    for number, (before, one) in enumerate(pairwise([versions[0], *versions]), 1):
        modified = one.content.article.modified
        times = []
        if modified:
            times.append(gettext("modified {time}", time=local_time(modified, timezone)))
        times.append(gettext("indexed {time}", time=local_time(one.indexed_at, timezone)))
        print()
        print(bold(gettext("Version {number}", number=number)) + dim("  " + ", ".join(times)))
        for change in changes(before.content.article, one.content.article):
            print(dim(f"  {gettext(_FIELDS[change.field])}"))
            for mark, texts in (("-", change.removed), ("+", change.added)):
                wrap.initial_indent, wrap.subsequent_indent = f"  {mark} ", "    "
                for text in texts:
                    print(plain(wrap.fill(text)))
