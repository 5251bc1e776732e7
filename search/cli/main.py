"""The command line: one module in this folder for each command."""

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from search.cli.options import command

COMMANDS = (
    "index",
    "query",
    "facets",
    "show",
    "annotate",
    "analyze",
    "stats",
    "delete",
    "reindex",
    "config",
)


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program with the named commands."""
    app = typer.Typer(
        name="cakap-search",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback()
    def about() -> None:
        """Search an archive of Indonesian news."""

    for name in names:
        module = import_module(f"search.cli.{name}")
        if isinstance(app_of_commands := getattr(module, "app", None), typer.Typer):
            app.add_typer(app_of_commands, name=name)
        else:
            app.command(name=name)(command(module.run))
    return app


def main() -> None:
    """Entry point of `cakap-search`."""
    # Importing every command takes 10 ms; one that is asked for comes alone.
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    application(asked or COMMANDS)()
