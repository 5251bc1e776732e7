"""The command line: one module for each command, imported here, each light to import."""

import typer

from search.cli import (
    analyze,
    annotate,
    config,
    delete,
    facets,
    index,
    query,
    reindex,
    show,
    stats,
)
from search.cli.options import command

app = typer.Typer(
    name="cakap-search",
    help="Search an archive of Indonesian news.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (index, query, facets, show, annotate, analyze, delete, reindex, stats):
    app.command(name=module.__name__.rpartition(".")[2])(command(module.run))
app.add_typer(config.app, name="config")


def main() -> None:
    """Entry point of `cakap-search`."""
    app()
