"""cakap-search show: one article, its versions, its entities."""

import textwrap
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from search.cli.options import EXIT_NOTHING, EXIT_USAGE, Settings, warn
from search.cli.output import plain, print_json

if TYPE_CHECKING:
    from index.archive import Archive, Version


def run(
    name: Annotated[str, typer.Argument(metavar="ID|URL", help="The article.")],
    settings: Settings,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Show one article: its text, what is read in it, its versions."""
    from index.archive import open_archive

    with open_archive(settings.folder) as archive:
        version = find_one(archive, name)
        if version is None:
            raise typer.Exit(EXIT_NOTHING)
        versions = archive.versions(version.number)
        aliases = archive.aliases(version.number)
    if output == "json":
        print_json(msgspec.json.format(msgspec.json.encode(_record(version, versions, aliases))))
    else:
        _print_text(version, versions, aliases, settings.config.timezone)


def find_one(archive: "Archive", name: str) -> "Version | None":
    """The article that an id or URL names, or None, with a message that says what to do."""
    numbers = archive.find(name)
    if len(numbers) > 1:
        ids = ", ".join(archive.public_id(number) for number in numbers)
        warn(f"error: {name!r} names several articles: {ids}")
        raise typer.Exit(EXIT_USAGE)
    version = archive.current(numbers[0]) if numbers else None
    if version is None:
        warn(f"no article has the id or URL {name!r}; `query --format json` tells the ids")
    return version


def _record(version: "Version", versions: list["Version"], aliases: list[str]) -> dict[str, object]:
    from search.cli.annotate import annotation

    article, enrichment = version.content.article, version.content.enrichment
    return {
        "id": version.public_id,
        "url": article.url,
        "aliases": aliases,
        "source": enrichment.source,
        "category": article.category,
        "author": article.authors,
        "tags": article.tags,
        "inferred": enrichment.inferred,
        **annotation(version.content),
        "versions": [
            {
                "seq": one.seq,
                "indexed_at": one.indexed_at,
                "modified": one.content.article.modified,
                "title": one.content.enrichment.title,
                "shown": one.seq == version.seq,
            }
            for one in versions
        ],
    }


def _print_text(
    version: "Version", versions: list["Version"], aliases: list[str], timezone: str
) -> None:
    from index.article import clean_text
    from index.enrich.countries import country_label
    from search.cli.style import bold, dim, local_time, width

    article, enrichment = version.content.article, version.content.enrichment
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
        "Versions": f"{len(versions)}, this one indexed {version.indexed_at}",
    }
    wrap.subsequent_indent = " " * 11
    for label, value in rows.items():
        if value:
            print(plain(wrap.fill(f"{label:<11}{value}")))
