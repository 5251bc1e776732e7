"""cakap-search withdraw: show articles no more, or not before a time."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from index.errors import QueryError, printable
from index.messages import format_number, gettext, noop
from search.cli.options import EXIT_NOTHING, Settings, fail, warn
from search.cli.output import plain, print_json
from search.cli.show import find_number, find_versions
from search.cli.style import local_time, no_title
from search.record import copy_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.archive import Archive, Version
    from index.takedown import Takedown
    from search.embedded.copies import Copy

# What an article is, and what was done to it, as JSON says them.
_STATED = ("state", "action")
_TIMES = ("at", "until")
_STATES = {
    "withdrawn": noop("withdrawn"),
    "embargoed": noop("embargoed"),
    "deleted": noop("deleted"),
    "withdraw": noop("withdraw"),
    "delete": noop("delete"),
    "undo": noop("undo"),
}


def run(
    settings: Settings,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID|URL...]", help="The articles.")
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; it stays in the log, so name nobody in it.")
    ] = "",
    until: Annotated[
        str | None,
        typer.Option("--embargo-until", metavar="TIME", help="Show them again from then on."),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Show them again; let deleted ones come again.")
    ] = False,
    listing: Annotated[
        bool, typer.Option("--list", help="What is withdrawn, embargoed or deleted now.")
    ] = False,
    log: Annotated[bool, typer.Option("--log", help="Who did what, when and why.")] = False,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Take articles out of every answer at once, also when an input brings them again.

    The archive keeps them; `delete` erases. Near-copies under other ids are named, not touched.
    """
    if listing or log:
        if ids or undo or until:
            raise QueryError(gettext("--list and --log take no ids and change nothing"))
        rows = _log(settings) if log else _list(settings)
        _print_rows(rows, output, settings.config.timezone)
    elif not ids:
        raise QueryError(gettext("name the articles by ids or URLs, or ask for --list or --log"))
    elif undo and until:
        raise QueryError(gettext("--undo ends an embargo; leave out --embargo-until"))
    elif undo:
        _undo(settings, ids, reason)
    elif not reason:
        raise QueryError(gettext("say why with --reason"))
    else:
        _withdraw(settings, ids, reason, until, output)


def _withdraw(
    settings: Settings, ids: list[str], reason: str, until: str | None, output: str
) -> None:
    from index.pipeline import withdraw

    moment = _moment(until, settings.config.timezone) if until else None
    known = find_versions(settings, ids, gettext("nothing was withdrawn"))
    copies = find_copies(settings, list(known.values()))
    withdraw(settings.folder, list(known), settings.config, reason=reason, until=moment)
    if output == "json":
        record = [
            {"id": version.public_id, "until": moment, "copies": copy_records(copies[number])}
            for number, version in known.items()
        ]
        print_json(msgspec.json.format(msgspec.json.encode(record)))
    else:
        count = format_number(len(known))
        if moment:
            time = local_time(moment, settings.config.timezone)
            print(gettext("{count} withdrawn until {time}", count=count, time=time))
        else:
            print(gettext("{count} withdrawn", count=count))
        print_copies(copies)


def _moment(said: str, timezone: str) -> str:
    from index.archive import now
    from index.enrich.dates import read_date, utc_moment

    read = read_date(said, timezone)
    if read is None:
        raise QueryError(
            gettext("--embargo-until {said}: no time; write it as 2021-06-22T14:05", said=said)
        )
    moment = utc_moment(read, timezone)
    if moment <= now():
        raise QueryError(gettext("--embargo-until {said}: that is over", said=said))
    return moment


def _undo(settings: Settings, ids: list[str], reason: str) -> None:
    from index.archive import open_archive
    from index.pipeline import undo_takedowns

    with open_archive(settings.folder) as archive:
        found = [_takedown(archive, name, settings.config.timezone) for name in ids]
    known = {takedown.number: takedown for takedown in found if takedown is not None}
    if None in found:
        fail(gettext("nothing was changed"), EXIT_NOTHING)
    undo_takedowns(settings.folder, list(known.values()), settings.config, reason=reason)
    deleted = sum(takedown.deleted for takedown in known.values())
    if shown := len(known) - deleted:
        print(gettext("{count} shown again", count=format_number(shown)))
    if deleted:
        print(
            gettext(
                "{count} may come again with the next `index` of an input that holds them",
                count=format_number(deleted),
            )
        )


def _takedown(archive: "Archive", name: str, timezone: str) -> "Takedown | None":
    """The take-down of what an id or URL names, or None, with a message."""
    standing = [archive.takedowns.of(number) for number in archive.find(name)]
    found = [one for one in standing if one is not None] + archive.takedowns.deleted(name)
    if len(found) > 1:
        ids = ", ".join(map(archive.known_as, found))
        message = gettext(
            "{name!r} names several articles that are taken down: {ids}", name=name, ids=ids
        )
        fail(message, EXIT_NOTHING)
    if not found and find_number(archive, name, timezone) is not None:
        warn(gettext("{name!r} is not withdrawn", name=name))
    return found[0] if found else None


def _list(settings: Settings) -> list[dict[str, object]]:
    from index.archive import open_archive

    with open_archive(settings.folder) as archive:
        return [
            {
                "id": archive.known_as(one),
                "state": "deleted" if one.deleted else "embargoed" if one.until else "withdrawn",
                "at": one.at,
                "until": one.until,
                "who": one.who,
                "reason": one.reason,
            }
            for one in archive.takedowns.listed()
        ]


def _log(settings: Settings) -> list[dict[str, object]]:
    """Each entry with the article's own id, or where that was erased with it, the short one."""
    from index.archive import open_archive

    rows: list[dict[str, object]] = []
    with open_archive(settings.folder) as archive:
        for entry in archive.takedowns.log():
            numbers = archive.find(entry.short_id)
            row: dict[str, object] = {
                "id": archive.public_id(numbers[0]) if numbers else entry.short_id
            }
            rows.append(row | entry._asdict())
    return rows


def _print_rows(rows: list[dict[str, object]], output: str, timezone: str) -> None:
    """One line a row, its values two blanks apart; in text, times are those of the zone."""
    if output == "json":
        print_json(msgspec.json.format(msgspec.json.encode(rows)))
        return
    for row in rows:
        told = row | {name: gettext(_STATES[str(row[name])]) for name in _STATED if name in row}
        told |= {name: local_time(str(row[name]), timezone) for name in _TIMES if row.get(name)}
        print(printable("  ".join(str(value) for value in told.values() if value)))


def find_copies(settings: Settings, versions: "Sequence[Version]") -> "dict[int, list[Copy]]":
    """The near-copies of each article, by its number."""
    from search.engine import open_folder

    with open_folder(settings.folder, settings.config) as engine:
        return {version.number: engine.near_copies(version) for version in versions}


def print_copies(copies: "Mapping[int, Sequence[Copy]]") -> None:
    """Name the near-copies that stay, to decide on."""
    staying = {
        copy.version.number: copy
        for found in copies.values()
        for copy in found
        if copy.version.number not in copies
    }
    for one in copy_records(staying.values()):
        print(
            plain(
                gettext(
                    "still there: {id}, {source}: {title} ({share})",
                    id=one.id,
                    source=one.source,
                    title=one.title or no_title(),
                    share=f"{one.share:.0%}",
                )
            )
        )
