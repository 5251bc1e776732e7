"""cakap-search similar: articles like another."""

import sys
import textwrap
from typing import Annotated, Literal

import msgspec
import typer

from index.errors import printable
from search.cli.options import EXIT_NOTHING, Settings, warn
from search.cli.output import print_json
from search.cli.query import print_hit
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
        warn(f"no article has the id or URL {name!r}; `query --format json` tells the ids")
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
        print(bold(wrap.fill(f"Like {similar.title or similar.id}")))
        print(dim(wrap.fill(f"by {', '.join(similar.words)}")))
        for number, hit in enumerate(similar.hits, 1):
            print()
            print_hit(number, hit, width(), settings.config.timezone)
        if similar.copies:
            print()
            print(dim(wrap.fill(f"left out as copies: {', '.join(similar.copies)}")))
    if not similar.hits:
        raise typer.Exit(EXIT_NOTHING)
