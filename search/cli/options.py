"""What the commands share: options, settings, and how errors become exit codes."""

import functools
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer

from index.config import Config, archive_folder, find_config, load_config
from index.errors import (
    ArchiveError,
    CakapError,
    ConfigError,
    EngineUnavailable,
    QueryError,
    SourceError,
)
from index.schema import KEYWORD_FIELDS

EXIT_NOTHING = 1
EXIT_USAGE = 2
EXIT_ARCHIVE = 3
EXIT_REJECTED = 4
EXIT_INTERRUPTED = 130

_EXIT_CODES: list[tuple[type[CakapError], int]] = [
    (ConfigError, EXIT_USAGE),
    (SourceError, EXIT_USAGE),
    (QueryError, EXIT_USAGE),
    (ArchiveError, EXIT_ARCHIVE),
    (EngineUnavailable, EXIT_ARCHIVE),
    (CakapError, EXIT_ARCHIVE),
]


class Settings(NamedTuple):
    """The configuration that applies, where it came from, and which archive is meant."""

    config: Config
    config_path: Path | None
    folder: Path
    quiet: bool


class Narrowing(NamedTuple):
    """The filters of a question, as `Request` takes them."""

    filters: dict[str, list[str]]
    exclude: dict[str, list[str]]
    since: str | None
    until: str | None


def _option(name: str, kind: Any, default: Any, *decls: str, **info: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, typer.Option(*decls, **info)],
    )


def _settings_options() -> list[inspect.Parameter]:
    return [
        _option("config", Path | None, None, "--config", metavar="FILE", help="Configuration."),
        _option("archive", Path | None, None, "--archive", metavar="DIR", help="Archive folder."),
        _option("quiet", bool, False, "--quiet", "-q", help="No progress, hints or warnings."),
    ]


def _narrowing_options() -> list[inspect.Parameter]:
    """`--country`, `--not-country` and so on, from the field table."""
    options = []
    for field in KEYWORD_FIELDS:
        several = "; repeated: all of them" if field.multiple else ""
        options.append(
            _option(
                field.name,
                list[str] | None,
                None,
                f"--{field.name}",
                metavar="NAME[,NAME]",
                help=f"{field.label}: any of the names{several}. `none`: without one.",
            )
        )
    for field in KEYWORD_FIELDS:
        options.append(
            _option(
                f"not_{field.name}",
                list[str] | None,
                None,
                f"--not-{field.name}",
                metavar="NAME[,NAME]",
                help=f"{field.label}: none of the names.",
            )
        )
    options.append(_option("since", str | None, None, "--since", metavar="DATE", help="First day."))
    options.append(_option("until", str | None, None, "--until", metavar="DATE", help="Last day."))
    return options


def _settings(values: dict[str, Any]) -> Settings:
    path = find_config(values.pop("config"))
    config = load_config(path)
    folder = archive_folder(config, path, values.pop("archive"))
    return Settings(config, path, folder, values.pop("quiet"))


def _narrowing(values: dict[str, Any]) -> Narrowing:
    names = [field.name for field in KEYWORD_FIELDS]
    chosen = {name: values.pop(name) for name in names}
    excluded = {name: values.pop(f"not_{name}") for name in names}
    return Narrowing(
        {name: entries for name, entries in chosen.items() if entries},
        {name: entries for name, entries in excluded.items() if entries},
        values.pop("since"),
        values.pop("until"),
    )


_GROUPS: dict[Any, tuple[Callable[[], list[inspect.Parameter]], Callable[[dict[str, Any]], Any]]]
_GROUPS = {
    Narrowing: (_narrowing_options, _narrowing),
    Settings: (_settings_options, _settings),
}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Make a function a command: shared options in place of its Settings and Narrowing.

    Errors that the project reports on purpose become a line on stderr and an exit code; an
    interrupt exits with 130; a reader that closed the pipe is nobody's fault.
    """
    signature = inspect.signature(function)
    parameters: list[inspect.Parameter] = []
    groups = {}
    for parameter in signature.parameters.values():
        if parameter.annotation in _GROUPS:
            make_options, groups[parameter.name] = _GROUPS[parameter.annotation]
            parameters += make_options()
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(function)
    def run(**values: Any) -> None:
        try:
            for name, collect in groups.items():
                values[name] = collect(values)
            function(**values)
            sys.stdout.flush()
        except CakapError as error:
            fail(error)
        except KeyboardInterrupt:
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            # What is buffered cannot be written any more; Python would complain at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def fail(error: CakapError) -> NoReturn:
    """Report an error and exit with its code."""
    warn(f"error: {error}")
    code = next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
    raise typer.Exit(code) from error


def warn(message: str) -> None:
    """A line on stderr."""
    print(message, file=sys.stderr)
