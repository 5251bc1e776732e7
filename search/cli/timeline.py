"""cakap-search timeline: how many articles in each period."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from index.messages import articles, format_number, gettext, noop
from search.cli.options import EXIT_NOTHING, Narrowing, NoExpand, Settings, question_of
from search.cli.output import print_csv, print_json
from search.cli.query import BY, print_notes, readings
from search.cli.style import bar, bar_columns, bold, dim, shortened, width

if TYPE_CHECKING:
    from search.results import Period, Timeline

_BAR_COLUMNS = 24
_COUNT_COLUMNS = 24  # a period, a count of nine digits, and the spaces between
_WITHOUT = {
    "year": noop("{count} years without"),
    "month": noop("{count} months without"),
    "day": noop("{count} days without"),
}
# A longer run of periods without articles is one line.
_GAP_LINES = 3


def run(
    narrowing: Narrowing,
    settings: Settings,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]", help="Only where this matches.")
    ] = None,
    by: Annotated[
        Literal["year", "month", "day"] | None,
        typer.Option("--by", help="What to count by; else such that periods are few."),
    ] = None,
    match: Annotated[
        Literal["all", "most"] | None,
        typer.Option("--match", help="All words or most; else all if enough articles have them."),
    ] = None,
    no_expand: NoExpand = False,
    output: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Count the articles of every day, month or year, and name the peaks.

    Periods without articles are told too.
    """
    import search

    request = search.Request(
        question_of(words), **narrowing._asdict(), match=match, expand=not no_expand
    )
    with search.open(settings.folder, settings.config) as engine:
        timeline = engine.timeline(request, by)
    if output == "json":
        print_json(msgspec.json.format(msgspec.json.encode(timeline), indent=2))
    elif output == "csv":
        print_csv(
            (timeline.interval, "articles", "leading_id", "leading_title"),
            map(_csv_row, timeline.periods),
        )
    else:
        _print_bars(timeline)
    notes = [] if output == "json" else readings(timeline.query)
    print_notes([*notes, *timeline.warnings], settings)
    if not timeline.total:
        raise typer.Exit(EXIT_NOTHING)


def _csv_row(one: "Period") -> tuple[object, ...]:
    leader = (one.leader.id, one.leader.title) if one.leader else (None, None)
    return one.period, one.articles, *leader


def _print_bars(timeline: "Timeline") -> None:
    """A line for each period; a long run of empty ones is one line that tells its length."""
    told = f"{articles(timeline.total)} {gettext(BY[timeline.interval])}"
    if timeline.undated:
        told += f", {format_number(timeline.undated)} {gettext('without a date')}"
    print(dim(told))
    columns = width()
    wide = bar_columns(_BAR_COLUMNS)
    most = max((one.articles for one in timeline.periods), default=1)
    for gap, periods in _runs(timeline.periods):
        if gap and len(periods) > _GAP_LINES:
            gap_told = gettext(_WITHOUT[timeline.interval], count=format_number(len(periods)))
            print(dim(f"{'…':<10} {gap_told:>9}"))
            continue
        for one in periods:
            line = f"{one.period:<10} {format_number(one.articles):>9}"
            title = one.leader.title if one.leader is not None else None
            if wide:
                line += f"  {bar(one.articles, most, wide, padded=title is not None)}"
            if title is not None:
                room = columns - _COUNT_COLUMNS - wide if columns is not None else len(title)
                line += f"  {bold(shortened(title, room))}"
            print(line.rstrip())


def _runs(periods: "Sequence[Period]") -> "Iterator[tuple[bool, list[Period]]]":
    """Successive periods with articles, and without: whether they are a gap, and which."""
    from itertools import groupby

    for gap, run in groupby(periods, lambda one: not one.articles):
        yield gap, list(run)
