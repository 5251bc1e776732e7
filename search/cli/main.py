"""The command line: one module in this folder for each command."""

import io
import re
import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from search.cli.options import EXIT_USAGE, command, warn

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

# What Python reads undecodable bytes of an argument as.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal keeps its encoding, whatever it is
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    for argument in sys.argv[1:]:
        if _LONE_SURROGATE.search(argument):
            warn(f"error: {argument!r} holds bytes that are no text in this locale; use UTF-8")
            sys.exit(EXIT_USAGE)
    # Importing every command takes 10 ms; one that is asked for comes alone.
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    application(asked or COMMANDS)()
