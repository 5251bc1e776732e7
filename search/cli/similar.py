"""cakap-search similar: articles like another."""

import sys
import textwrap
from typing import Annotated, Literal

import msgspec
import typer

from index.errors import printable
from index.messages import gettext
from search.cli.options import EXIT_NOTHING, Settings, warn
from search.cli.output import print_json
from search.cli.query import print_hit
from search.cli.show import unknown_article
from search.cli.style import bold, dim, width


def run(
    name: Annotated[str, typer.Argument(metavar="ID|URL", help="The article.")],
    settings: Settings,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Articles to show.")] = 10,
    output: Annotated[
        Literal["table", "json", "jsonl", "urls"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Find articles like another one, by its most telling words and its people.

    Copies of it, at other outlets too, are left out and told.
    """
    import search

    with search.open(settings.folder, settings.config) as engine:
        similar = engine.similar(name, limit)
    if similar is None:
        warn(unknown_article(name))
        raise typer.Exit(EXIT_NOTHING)
    if output == "json":
        print_json(msgspec.json.format(msgspec.json.encode(similar), indent=2))
    elif output == "jsonl":
        for hit in similar.hits:
            print_json(msgspec.json.encode(hit))
    elif output == "urls":
        sys.stdout.writelines(f"{printable(hit.url)}\n" for hit in similar.hits if hit.url)
    else:
        wrap = textwrap.TextWrapper(width() or 1_000_000, subsequent_indent="   ")
        print(bold(wrap.fill(gettext("Like {title}", title=similar.title or similar.id))))
        print(dim(wrap.fill(gettext("by {words}", words=", ".join(similar.words)))))
        for number, hit in enumerate(similar.hits, 1):
            print()
            print_hit(number, hit, width(), settings.config.timezone)
        if similar.copies:
            print()
            print(
                dim(wrap.fill(gettext("left out as copies: {ids}", ids=", ".join(similar.copies))))
            )
    if not similar.hits:
        raise typer.Exit(EXIT_NOTHING)
