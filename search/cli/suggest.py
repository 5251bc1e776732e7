"""cakap-search suggest: what a beginning may become."""

from typing import Annotated, Literal

import msgspec
import typer

from index.messages import format_number, gettext, noop
from search.cli.options import EXIT_NOTHING, Settings
from search.cli.output import plain, print_json
from search.cli.style import shortened, width

_OTHER_COLUMNS = 19  # the kind, a count of nine digits, and the spaces between

_KINDS = {
    "person": noop("person"),
    "country": noop("country"),
    "phrase": noop("phrase"),
    "word": noop("word"),
}


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
        print_json(msgspec.json.format(msgspec.json.encode(completions), indent=2))
    else:
        longest = max((len(one.text) for one in completions), default=0)
        if (columns := width()) is not None:
            longest = min(longest, columns - _OTHER_COLUMNS)
        for one in completions:
            text = shortened(one.text, longest)
            kind, count = gettext(_KINDS[one.kind]), format_number(one.articles)
            print(plain(f"{kind:<8} {text:<{longest}} {count:>9}"))
    if not completions:
        raise typer.Exit(EXIT_NOTHING)
