"""The command line: one module in this folder for each command."""

import gc
import io
import os
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from index.config import LANGUAGE_VARIABLE, Config
from index.errors import CONTROLS
from index.messages import gettext, use
from search.cli.options import EXIT_USAGE, command, report

COMMANDS = (
    "index",
    "query",
    "facets",
    "timeline",
    "show",
    "similar",
    "suggest",
    "annotate",
    "analyze",
    "stats",
    "serve",
    "evaluate",
    "withdraw",
    "delete",
    "check",
    "backup",
    "restore",
    "export",
    "optimize",
    "reindex",
    "alert",
    "config",
)

# After how many new objects Python looks for garbage. At its default of 700 a question of one
# process executes 3 % of its instructions for looking, and 5 % for looking once more at exit.
_GARBAGE_THRESHOLD = 50_000
# A question that begins with a word to be left out; one letter after a minus is an option.
_MINUS_AND_WORDS = re.compile(r"-[^-=\s]{2,}\s")


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program with the named commands."""
    app = typer.Typer(
        name="cakap-search",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def about(
        _: Annotated[
            bool,
            typer.Option(
                "--version", callback=_print_version, is_eager=True, help="Print the version."
            ),
        ] = False,
    ) -> None:
        """Search an archive of Indonesian news."""

    for name in names:
        module = import_module(f"search.cli.{name}")
        if isinstance(app_of_commands := getattr(module, "app", None), typer.Typer):
            app.add_typer(app_of_commands, name=name)
        else:
            app.command(name=name)(command(module.run))
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # 10 ms that no other run needs

        print(f"cakap-search {version('cakap-search')}")
        raise typer.Exit


def main() -> None:
    """Entry point of `cakap-search`."""
    gc.set_threshold(_GARBAGE_THRESHOLD)
    # Until flag and configuration are read.
    use("en" if os.environ.get(LANGUAGE_VARIABLE) == "en" else Config().lang)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal keeps its encoding, whatever it is
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    # A space keeps `query "-senjata rusia"` from being read as options.
    sys.argv[1:] = [f" {a}" if _MINUS_AND_WORDS.match(a) else a for a in sys.argv[1:]]
    for argument in sys.argv[1:]:
        if not _is_text(argument):
            report(
                gettext(
                    "{argument!r} holds bytes that are no text in this locale; use UTF-8",
                    argument=argument,
                )
            )
            sys.exit(EXIT_USAGE)
        if argument.startswith("-") and CONTROLS.search(argument):  # Typer would print it as it is
            report(
                gettext(
                    "there is no option {argument}; before a file of that name write ./",
                    argument=argument,
                )
            )
            sys.exit(EXIT_USAGE)
    # Importing every command takes 10 ms; one that is asked for comes alone.
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        application(asked or COMMANDS)()
    finally:
        gc.freeze()  # of what is frozen nothing is looked at when Python exits


def _is_text(argument: str) -> bool:
    """Whether Python could decode an argument; what it could not is half characters."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _open_closed_streams() -> None:
    """Where a caller closed stdin, stdout or stderr (`>&-`), nothing is read or written."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  for the whole run
