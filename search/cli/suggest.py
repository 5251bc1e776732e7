"""cakap-search suggest: what a beginning may become."""

from typing import Annotated, Literal

import msgspec
import typer

from search.cli.options import EXIT_NOTHING, Settings


def run(
    words: Annotated[list[str], typer.Argument(metavar="PREFIX", help="A beginning.")],
    settings: Settings,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Of each kind.")] = 5,
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Complete a beginning: people, countries, phrases that titles share, words.

    Each with the number of articles that have it, most used first.
    """
    import search

    beginning = " ".join(words)
    with search.open(settings.folder, settings.config) as engine:
        completions = engine.suggest(beginning, limit)
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(completions), indent=2).decode())
    else:
        longest = max((len(one.text) for one in completions), default=0)
        for one in completions:
            print(f"{one.kind:<8} {one.text:<{longest}} {one.articles:>9,}")
    if not completions:
        raise typer.Exit(EXIT_NOTHING)
