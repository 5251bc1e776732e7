"""cakap-search stats: what the archive holds."""

from typing import Annotated, Literal

import msgspec
import typer

from index.messages import format_number, gettext, noop
from search.cli.options import Settings
from search.cli.output import plain, print_json
from search.cli.style import local_time

_LABELS = {
    "articles": noop("Articles"),
    "versions": noop("Versions"),
    "hidden": noop("Hidden"),
    "undated": noop("Undated"),
    "first_day": noop("First day"),
    "last_day": noop("Last day"),
    "sources": noop("Sources"),
    "people": noop("People"),
    "rejected_records": noop("Rejected records"),
    "commit": noop("Commit"),
    "last_indexed": noop("Last indexed"),
    "segments": noop("Segments"),
    "archive_bytes": noop("Archive"),
    "index_bytes": noop("Index"),
}


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
        if name.endswith("_bytes") and isinstance(value, int):
            value = f"{format_number(value / 1e6, 1)} MB"
        elif isinstance(value, int):
            value = format_number(value)
        elif name == "last_indexed":
            value = local_time(str(value), settings.config.timezone)
        print(plain(f"{gettext(_LABELS[name]):<18}{'-' if value is None else value}"))
