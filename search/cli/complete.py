"""What a shell offers after Tab: fields, countries, and the people of the archive at hand.

Each function is what Typer calls `autocompletion`: the beginning of a word in, whole words out.
Nothing is ever said of an error, and no name is offered that could mean something to a shell:
zsh evaluates what it is offered.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

from index.schema import DATE, KEYWORD_FIELDS

Offered = str | tuple[str, str]  # a word, and what it means

# Of people: with one letter there are thousands, which nobody reads.
_FEWEST_LETTERS = 2
# What names are made of; a shell takes none of it for more than a letter.
_SAFE = r"[\w .,'’()/-]*"
_INTERVALS = ("year", "month", "day")


def _silent(
    offer: Callable[[typer.Context, str], Iterable[Offered]],
) -> Callable[[typer.Context, str], list[Offered]]:
    def silent(ctx: typer.Context, incomplete: str) -> list[Offered]:
        try:
            offered = offer(ctx, incomplete)
            return list(map(_for_bash, offered)) if _is_unquoted_bash() else list(offered)
        except Exception:  # nobody can read a message between two keys
            return []

    return silent


@_silent
def fields(_: typer.Context, incomplete: str) -> Iterator[Offered]:
    """The fields that can be counted: `country`, `date:month`."""
    for field in KEYWORD_FIELDS:
        names = [field.name]
        if field is DATE:
            names += [f"{field.name}:{interval}" for interval in _INTERVALS]
        yield from ((name, field.label) for name in names if name.startswith(incomplete))


@_silent
def countries(_: typer.Context, incomplete: str) -> Iterator[Offered]:
    """Codes and Indonesian names of countries, also after a comma: `RU,Vene`."""
    from index.enrich.countries import country_labels

    before, comma, last = incomplete.rpartition(",")
    for code, label in country_labels().items():
        for name, meaning in ((code, label), (label, code)):
            if name.lower().startswith(last.lower()):
                yield f"{before}{comma}{last}{name[len(last) :]}", meaning


@_silent
def people(ctx: typer.Context, incomplete: str) -> Iterator[Offered]:
    """The people of the archive that the command line means, by the names they are shown by."""
    from index.archive import open_archive
    from index.config import archive_folder, find_config, load_config
    from index.segments.arrays import read_arrays
    from index.segments.commit import INDEX_FOLDER, last_commit, refuse_stale
    from index.segments.people import People

    before, comma, last = incomplete.rpartition(",")
    if len(last) < _FEWEST_LETTERS:
        return
    path = find_config(_path(ctx, "config"))
    config = load_config(path)
    folder = archive_folder(config, path, _path(ctx, "archive")) / INDEX_FOLDER
    if (commit := last_commit(folder)) is None:
        return
    refuse_stale(commit, folder)
    known = People(read_arrays(folder / commit.people), ())
    names = {name for typed in {last, last.title()} for name in known.names_with_prefix(typed)}
    with open_archive(folder.parent) as archive:
        hides = bool(archive.takedowns.hidden())
    if hides:  # the map also has those whom only articles under an embargo name
        from search.engine import open_folder

        with open_folder(folder.parent, config) as engine:
            names = {name for name in names if engine.person(name) is not None}
    for name in sorted(names):
        if re.fullmatch(_SAFE, name):
            yield f"{before}{comma}{last}{name[len(last) :]}"


def _path(ctx: typer.Context, option: str) -> Path | None:
    return Path(given) if (given := ctx.params.get(option)) else None


def _is_unquoted_bash() -> bool:
    """Whether bash asks, and no quotation mark is open in the word."""
    if "COMP_WORDS" not in os.environ:
        return False
    typed = os.environ["COMP_WORDS"].split("\n")[int(os.environ["COMP_CWORD"]) :]
    return not (typed and typed[0].startswith(('"', "'")))


def _for_bash(one: Offered) -> Offered:
    """Bash inserts a word as it is given; the other shells quote it themselves."""
    word = one if isinstance(one, str) else one[0]
    return re.sub(r"([ '()])", r"\\\1", word)
