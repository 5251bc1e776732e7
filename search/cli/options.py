"""What the commands share: options, settings, and how errors become exit codes."""

import errno
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import msgspec
import typer

from index.config import Config, archive_folder, find_config, given_language, load_config
from index.errors import ArchiveError, CakapError, EngineUnavailable, QueryError
from index.messages import Lang, gettext, use
from index.schema import COUNTRY, DATE, KEYWORD_FIELDS, PERSON
from search.cli import complete
from search.cli.output import plain

EXIT_NOTHING = 1
EXIT_USAGE = 2
EXIT_ARCHIVE = 3
EXIT_REJECTED = 4
EXIT_INTERRUPTED = 130

# Set to see where an unexpected error comes from.
_TRACEBACK_VARIABLE = "CAKAP_SEARCH_TRACEBACK"
_POINTED_COLUMNS = 76
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_COMPLETED = {COUNTRY.name: complete.countries, PERSON.name: complete.people}

NoExpand = Annotated[
    bool, typer.Option("--no-expand", help="Only what is typed: no aliases, no amounts.")
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
        _option("lang", Lang | None, None, "--lang", help="Language of messages, else Indonesian."),
        _option("quiet", bool, False, "--quiet", "-q", help="No progress, hints or warnings."),
    ]


def _narrowing_options() -> list[inspect.Parameter]:
    """`--country`, `--not-country` and so on, from the field table."""

    def several(name: str, metavar: str, meaning: str, **info: Any) -> inspect.Parameter:
        flag = "--" + name.replace("_", "-")
        return _option(name, list[str] | None, None, flag, metavar=metavar, help=meaning, **info)

    wanted, unwanted = [], []
    for field in KEYWORD_FIELDS:
        metavar, names = "NAME[,NAME]", "the names"
        if field is DATE:
            metavar, names = "DATE[,DATE]", "2021-06-22, 2021-06, 2021, A..B, kemarin, 7 hari"
        repeated = "; repeated: all of them" if field.multiple else ""
        meaning = f"{field.label}: any of {names}{repeated}. `none`: without one."
        info = {"autocompletion": _COMPLETED[field.name]} if field.name in _COMPLETED else {}
        wanted.append(several(field.name, metavar, meaning, **info))
        none = f"{field.label}: none of them."
        unwanted.append(several(f"not_{field.name}", metavar, none, **info))
    return [
        *wanted,
        *unwanted,
        _option("since", str | None, None, "--since", metavar="DATE", help="First day."),
        _option("until", str | None, None, "--until", metavar="DATE", help="Last day."),
    ]


def _settings(values: dict[str, Any]) -> Settings:
    language = given_language(values.pop("lang"))
    if language is not None:
        use(language)  # what is wrong with the configuration is told in it, too
    path = find_config(values.pop("config"))
    config = load_config(path)
    config = msgspec.structs.replace(config, lang=language or config.lang)
    use(config.lang)
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

    Errors become a line on stderr and an exit code.
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
        with _errors_reported(values):
            for name, collect in groups.items():
                values[name] = collect(values)
            function(**values)

    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


@contextmanager
def _errors_reported(values: dict[str, Any]) -> Iterator[None]:
    """The edge where every error becomes a line on stderr and an exit code.

    A reader that closed the pipe is nobody's fault. `values` are the command's arguments.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        _discard_output()
    except (ArchiveError, EngineUnavailable) as error:
        fail(error, EXIT_ARCHIVE)
    except QueryError as error:
        fail(_pointed(error, question_of(values.get("words"))), EXIT_USAGE)
    except CakapError as error:
        fail(error, EXIT_USAGE)
    except Exception as error:
        if os.environ.get(_TRACEBACK_VARIABLE):
            raise
        _discard_output()
        fail(_unexpected(error, values.get("settings")), EXIT_ARCHIVE)


def question_of(words: list[str] | None) -> str:
    """The question, also when it was typed without quotes around it."""
    return " ".join(words or []).strip()


def _pointed(error: QueryError, question: str) -> str:
    """The error with its place in the question marked, where a terminal has room for that."""
    if not error.start < error.end <= _POINTED_COLUMNS:
        return str(error)
    marks = " " * error.start + "^" * (error.end - error.start)
    return f"{error}\n  {question[:_POINTED_COLUMNS]}\n  {marks}"


def _discard_output() -> None:
    """Forget what is buffered and cannot be written; Python would complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception, settings: Settings | None) -> str:
    import sqlite3

    if isinstance(error, OSError):
        at = str(error.filename or gettext("output"))
        if error.errno in _FULL:
            return gettext(  # or none that a limit allows
                "{at}: no space left ({error}); free some, and run the same command again to go on",
                at=at,
                error=error.strerror,
            )
        folder = settings.folder if settings is not None else None
        in_archive = folder is not None and (
            Path(at).is_relative_to(folder) or folder.is_relative_to(at)
        )
        if not in_archive:
            return f"{at}: {error.strerror}"
        return gettext(
            "{at}: {error}; an archive needs a folder of yours: name one with --archive",
            at=at,
            error=error.strerror,
        )
    place = f"{settings.folder}: " if settings else ""
    if isinstance(error, sqlite3.Error):
        return place + gettext(
            "cannot be read or written ({error}); see that its disk has space left, and run"
            " the same command again; if that stays so, restore a backup",
            error=error,
        )
    return place + gettext(
        "unexpected {kind} ({error}); `cakap-search reindex` mends a damaged index, a backup a"
        " damaged archive; anything else please report with what {variable}=1 shows",
        kind=type(error).__name__,
        error=error,
        variable=_TRACEBACK_VARIABLE,
    )


def fail(message: object, code: int) -> NoReturn:
    """Say what went wrong, and exit."""
    report(message)
    raise typer.Exit(code)


def report(message: object) -> None:
    """Say what went wrong."""
    warn(gettext("error: {message}", message=message))


def note(message: object, settings: Settings) -> None:
    """Say what a reader should know beside the answer, unless they want it quiet."""
    if not settings.quiet:
        warn(gettext("note: {message}", message=message))


def tell_rejected(what: object) -> None:
    """Say what was not taken, and why."""
    warn(gettext("rejected: {what}", what=what))


def warn(message: str) -> None:
    """A message on stderr, in which nothing that it quotes commands the terminal."""
    print(plain(message), file=sys.stderr)
