"""cakap-search stats: what the archive holds."""

from typing import Annotated, Literal

import msgspec
import typer

from search.cli.options import Settings
from search.cli.output import plain, print_json


def run(
    settings: Settings,
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Show the size and the span of the archive and the state of its index."""
    from search.engine import open_folder

    with open_folder(settings.folder, settings.config) as engine:
        stats = engine.stats()
    if output == "json":
        print_json(msgspec.json.format(msgspec.json.encode(stats)))
        return
    for name, value in stats.items():
        label = name.replace("_", " ").capitalize()
        if name.endswith("_bytes") and isinstance(value, int):
            label, value = label.removesuffix(" bytes"), f"{value / 1e6:,.1f} MB"
        elif isinstance(value, int):
            value = f"{value:,}"
        print(plain(f"{label:<18}{'-' if value is None else value}"))
