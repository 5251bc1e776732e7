"""cakap-search config: the configuration that applies."""

from typing import Any

import msgspec
import typer

from index.messages import gettext
from search.cli.options import Settings, command
from search.cli.output import plain

app = typer.Typer(help="Show or check the configuration.", no_args_is_help=True)


def show(settings: Settings) -> None:
    """Print the whole configuration that applies, as config.yaml would say it."""
    import yaml

    print(plain(gettext("# from {origin}", origin=_origin(settings))))
    print(plain(gettext("# archive: {folder}", folder=settings.folder.resolve())))
    values: Any = msgspec.to_builtins(settings.config)
    print(plain(yaml.safe_dump(values, allow_unicode=True, sort_keys=False)), end="")


def check(settings: Settings) -> None:
    """Check the configuration file; an error says which key is wrong and how."""
    from index.identity import read_sayings

    read_sayings(settings.config.people.identities)
    print(plain(gettext("{origin}: in order", origin=_origin(settings))))


def _origin(settings: Settings) -> str:
    return str(settings.config_path or gettext("the built-in defaults"))


for function in (show, check):
    app.command(name=function.__name__)(command(function))
