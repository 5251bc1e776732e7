"""cakap-search alert: saved questions, and what is new since they were last asked."""

import sys
import textwrap
from typing import Annotated, Literal

import msgspec
import typer

from index.errors import QueryError
from index.messages import format_number, gettext
from search.cli.options import (
    EXIT_NOTHING,
    EXIT_USAGE,
    Narrowing,
    NoExpand,
    Settings,
    command,
    fail,
    question_of,
    report,
)
from search.cli.output import plain, print_json
from search.cli.query import print_notes, readings
from search.cli.style import bold, dim, link, local_time, no_title, width
from search.query.resolve import field_name

_INDENT = " " * 4

app = typer.Typer(help="Save questions, and tell what is new to them.", no_args_is_help=True)


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help='The question; "" is every article.')
    ],
    narrowing: Narrowing,
    settings: Settings,
    match: Annotated[
        Literal["all", "most"], typer.Option("--match", help="All words or most.")
    ] = "all",
    no_expand: NoExpand = False,
) -> None:
    """Save a question with its filters. New is what comes into the archive from now on."""
    import search
    from search.alerts import Alert, Alerts

    request = search.Request(
        question_of(words), **narrowing._asdict(), match=match, expand=not no_expand
    )
    with search.open(settings.folder, settings.config) as engine:
        scan = engine.scan(request)  # an error tells now rather than at night
    with Alerts(settings.folder) as alerts:
        if not alerts.add(Alert(name, request, scan.archive.seq)):
            fail(
                gettext("there is an alert {name!r} already; `alert remove` it first", name=name),
                EXIT_USAGE,
            )
    total = format_number(scan.total)
    print(plain(gettext("{name}: saved; {total} in the archive so far", name=name, total=total)))
    print_notes([*readings(scan.query), *scan.warnings], settings)


def run(
    settings: Settings,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this one; else all.")
    ] = None,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Print what is new to saved questions since their last run: nothing, where nothing is.

    An article that has changed since is new, too. What was printed is not printed again.
    """
    import search
    from search.alerts import Alerts

    failed = False
    wrap = textwrap.TextWrapper(width() or 1_000_000, subsequent_indent=_INDENT)
    with Alerts(settings.folder) as alerts, search.open(settings.folder, settings.config) as engine:
        chosen = [one for one in alerts.all() if name in (None, one.name)]
        if name is not None and not chosen:
            _fail_unknown(name)
        for alert in chosen:
            newer = msgspec.structs.replace(
                alert.request, after_seq=alert.seen, limit=None, sort="newest", snippet_chars=0
            )
            try:
                scan = engine.scan(newer)
            except QueryError as error:
                report(f"{alert.name}: {error}")
                failed = True
                continue
            if output == "json":
                for hit in scan:
                    line = {"alert": alert.name, **msgspec.to_builtins(hit)}
                    print_json(msgspec.json.encode(line))
            elif scan.total:
                total = format_number(scan.total)
                print(bold(gettext("{name}: {total} new", name=alert.name, total=total)))
                for hit in scan:
                    date = local_time(hit.date, settings.config.timezone)
                    print(plain(wrap.fill(f"  {date}  {hit.title or no_title()}")))
                    columns = wrap.width - len(_INDENT) if width() is not None else None
                    print(_INDENT + (link(hit.url, columns) if hit.url else dim(hit.id)))
            # Only what has reached the reader is seen: after a closed pipe it is told again.
            sys.stdout.flush()
            alerts.saw(alert.name, scan.archive.seq)
    if failed:
        raise typer.Exit(EXIT_USAGE)


def list_(
    settings: Settings,
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """List the saved questions."""
    from search.alerts import Alerts

    with Alerts(settings.folder) as alerts:
        found = alerts.all()
    if output == "json":
        rows = [{"name": name, **msgspec.to_builtins(request)} for name, request, _ in found]
        print_json(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    for alert in found:
        request = alert.request
        filters = [
            *(("", field, uses) for field, uses in request.filters.items()),
            *((f"{gettext('not')} ", field, uses) for field, uses in request.exclude.items()),
        ]
        told = [
            f"{sign}{field_name(field)} {' + '.join(map(str, uses))}"
            for sign, field, uses in filters
        ]
        told += [f"{gettext('since')} {request.since}"] if request.since else []
        told += [f"{gettext('until')} {request.until}"] if request.until else []
        question = request.query or gettext("(every article)")
        print(plain(" · ".join([f"{alert.name}: {question}", *told])))


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which one.")], settings: Settings
) -> None:
    """Forget a saved question."""
    from search.alerts import Alerts

    with Alerts(settings.folder) as alerts:
        if not alerts.remove(name):
            _fail_unknown(name)
    print(plain(gettext("{name}: removed", name=name)))


def _fail_unknown(name: str) -> None:
    fail(
        gettext("there is no alert {name!r}; `alert list` tells which there are", name=name),
        EXIT_NOTHING,
    )


for function in (add, run, list_, remove):
    app.command(name=function.__name__.rstrip("_"))(command(function))
