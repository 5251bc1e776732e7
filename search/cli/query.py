"""cakap-search query: ranked hits and facets."""

import sys
import textwrap
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from index.errors import printable
from index.messages import articles, format_number, gettext, ngettext, noop
from index.schema import KEYWORDS
from search.cli import complete
from search.cli.options import EXIT_NOTHING, Narrowing, NoExpand, Settings, note, question_of
from search.cli.output import plain, print_csv, print_json
from search.cli.style import (
    bar,
    bar_columns,
    bold,
    dim,
    link,
    local_time,
    marked,
    no_title,
    shortened,
    width,
)
from search.formats import CSV_COLUMNS, csv_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from search.engine import Engine
    from search.results import (
        Explanation,
        FacetResult,
        Hit,
        Nothing,
        Related,
        Request,
        Response,
        Snippet,
        Story,
        Understood,
    )

BY = {"year": noop("by year"), "month": noop("by month"), "day": noop("by day")}
_INDENT = " " * 4
_UNLIMITED = 1_000_000
_ABOUT_LINES = 2
_SNIPPET_LINES = 2
_NAMES_SHOWN = 3
_BAR_COLUMNS = 20
_COUNT_COLUMNS = 14  # a mark before, a count of nine digits, and the spaces between


def run(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS",
            help='The question; "" is every article. After -- it may begin with a minus.',
        ),
    ],
    narrowing: Narrowing,
    settings: Settings,
    sort: Annotated[
        Literal["relevance", "newest", "oldest"], typer.Option("--sort", help="Order of hits.")
    ] = "relevance",
    match: Annotated[
        Literal["all", "most"] | None,
        typer.Option("--match", help="All words or most; else all if enough articles have them."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Hits to show.")] = 10,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Hits to pass over.")] = 0,
    every: Annotated[bool, typer.Option("--all", help="Every hit, whatever --limit says.")] = False,
    facet: Annotated[
        list[str] | None,
        typer.Option(
            "--facet",
            metavar="FIELD[:N]",
            help="Count this field; date:month too.",
            autocompletion=complete.fields,
        ),
    ] = None,
    related: Annotated[
        bool, typer.Option("--related", help="People, countries and words that stand out.")
    ] = False,
    no_facets: Annotated[bool, typer.Option("--no-facets", help="Count nothing.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Words as written, no stems.")] = False,
    no_expand: NoExpand = False,
    no_group: Annotated[
        bool, typer.Option("--no-group", help="Every article, not one for each story.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Tell how scores came about.")] = False,
    output: Annotated[
        Literal["table", "json", "jsonl", "csv", "urls"],
        typer.Option("--format", help="How to print the answer."),
    ] = "table",
) -> None:
    """Answer a question: the best articles first, and what they are about.

    Words, "exact phrases", "near words"~5, +must, -not, senjat*, lavrof~, OR, negara:Rusia.
    """
    import search

    wanted = [] if no_facets else facet or search.results.DEFAULT_FACETS
    counted = output in ("table", "json")
    snippet_chars = 0 if output == "urls" else search.results.SNIPPET_CHARS
    if output == "table" and (columns := width()) is not None:
        # Wrapped at words, a line stays up to a word short.
        snippet_chars = _SNIPPET_LINES * (columns - len(_INDENT) - 8)
    request = search.Request(
        question_of(words),
        **narrowing._asdict(),
        sort=sort,
        match=match,
        limit=None if every else limit,
        offset=offset,
        facets=[search.results.read_facet(name, search.results.FACET_LIMIT) for name in wanted]
        if counted
        else [],
        exact=exact,
        expand=not no_expand,
        group=not no_group,
        explain=explain,
        snippet_chars=snippet_chars,
        related=related and counted,
    )
    with search.open(settings.folder, settings.config) as engine:
        found = _print(engine, request, output, settings)
    if not found:
        raise typer.Exit(EXIT_NOTHING)


def _print(engine: "Engine", request: "Request", output: str, settings: Settings) -> bool:
    """Print an answer; whether anything was found."""
    if output in ("table", "json"):
        response = engine.search(request)
        if output == "json":
            print_json(response.to_json(indent=2))
        else:
            _print_table(response, request, settings.config.timezone)
        print_notes(response.warnings, settings)
        return bool(response.total)
    scan = engine.scan(request)
    print_notes([*readings(scan.query), *scan.warnings], settings)
    if output == "jsonl":
        for hit in scan:
            print_json(msgspec.json.encode(hit))
    elif output == "csv":
        print_csv(CSV_COLUMNS, map(csv_row, scan))
    else:
        without = 0
        for hit in scan:
            if hit.url:
                sys.stdout.write(printable(hit.url) + "\n")
            else:
                without += 1
        if without:
            print_notes(
                [gettext("{articles} without a URL, not listed", articles=articles(without))],
                settings,
            )
    return scan.total > 0


def readings(understood: "Understood") -> list[str]:
    """How a question was read, where the answer itself does not say so."""
    notes = list(_also(understood))
    if understood.mode == "most":
        notes.insert(0, gettext("articles with most of the words, not only those with all"))
    return notes


def _also(understood: "Understood") -> Iterator[str]:
    """What words of the question were looked for as, too."""
    for one in understood.expansions:
        yield gettext("also: {words} = {forms}", words=one.typed, forms=", ".join(one.to))


def print_notes(notes: Iterable[str], settings: Settings) -> None:
    """What a reader should know beside the answer, on stderr."""
    for one in notes:
        note(one, settings)


def _print_table(response: "Response", request: "Request", timezone: str) -> None:
    columns, total = width(), response.total or 0
    entries = response.stories if response.stories is not None else total
    told = articles(total)
    if entries < total:
        told += " " + ngettext("in 1 story", "in {count} stories", entries)
    if response.query.mode == "most":
        told += f", {gettext('with most of the words')}"
    print(dim(f"{told} · {format_number(response.took_ms)} ms"))
    for line in _also(response.query):
        print(dim(line))
    if filters := " · ".join(_filters(response.query)):
        only = gettext("only: {filters}", filters=filters)
        print(dim(textwrap.fill(only, columns or _UNLIMITED)))
    for number, hit in enumerate(response.hits, request.offset + 1):
        print()
        print_hit(number, hit, columns, timezone)
    shown = request.offset + len(response.hits)
    if response.hits and shown < entries:
        print()
        more = format_number(entries - shown)
        print(dim(gettext("{count} more: --offset {offset}", count=more, offset=shown)))
    if response.nothing is not msgspec.UNSET:
        _print_nothing(response.nothing, response, columns)
    if response.suggestion is not None:
        print()
        wrap = textwrap.TextWrapper(columns or _UNLIMITED, subsequent_indent=_INDENT)
        asked, meant = f"{gettext('Did you mean:')} ", response.suggestion
        print(asked + bold(wrap.fill(asked + meant).removeprefix(asked)))
    if response.related is not msgspec.UNSET:
        _print_related(response.related, columns)
    print_facets(response.facets)


def _print_nothing(nothing: "Nothing", response: "Response", columns: int | None) -> None:
    """Why nothing was found: what was understood, and what each filter costs."""
    wrap = textwrap.TextWrapper(columns or _UNLIMITED, subsequent_indent=_INDENT)

    def say(message: str) -> None:
        print(plain(wrap.fill(message)))

    print()
    if not response.archive.articles:
        say(gettext("The archive is empty: put articles into it with `cakap-search index`."))
        return
    if response.query.parsed:
        say(gettext("Nothing was found for: {question}", question=response.query.parsed))
    if nothing.unknown_words:
        say(f"{gettext('In no article:')} {', '.join(nothing.unknown_words)}")
    for one in nothing.filters:
        filter_ = _filter(one.field, one.values, negated=one.negated)
        say(gettext("Without {filter}: {count}", filter=filter_, count=articles(one.articles)))
    if nothing.first_day is not None:
        first, last = nothing.first_day, nothing.last_day
        say(gettext("The archive goes from {first} to {last}.", first=first, last=last))


def _print_related(related: "Related", columns: int | None) -> None:
    """What stands out, a line for each kind."""
    from index.enrich.countries import country_name

    wrap = textwrap.TextWrapper(columns or _UNLIMITED, subsequent_indent=" " * 11)
    print()
    for kind, found in (
        (gettext("People"), [(one.label, one.count) for one in related.people]),
        (gettext("Countries"), [(country_name(one.value), one.count) for one in related.countries]),
        (gettext("Words"), [(one.label, one.count) for one in related.words]),
    ):
        if found:
            values = ", ".join(f"{name} ({format_number(count)})" for name, count in found)
            print(plain(wrap.fill(f"{kind:<11}{values}")))


def _filters(understood: "Understood") -> Iterator[str]:
    """The filters with names and days as they were understood."""
    for negated, filters in ((False, understood.filters), (True, understood.exclude)):
        for field, uses in filters.items():
            for values in uses:
                yield _filter(field, values, negated=negated)


def _filter(field: str, values: Iterable[str], *, negated: bool) -> str:
    """A filter in words: `country Russia or Cuba`."""
    from search.query.resolve import field_name, value_name

    names = f" {gettext('or')} ".join(value_name(field, value) for value in values)
    return f"{gettext('not')} " * negated + f"{field_name(field)} {names}"


def print_hit(number: int, hit: "Hit", columns: int | None, timezone: str) -> None:
    from index.enrich.countries import country_name

    wrap = textwrap.TextWrapper(columns or _UNLIMITED, subsequent_indent=_INDENT)
    print(bold(wrap.fill(f"{number:>2}. {hit.title or no_title()}")))
    countries = [country_name(code) for code in hit.countries]
    about = [local_time(hit.date, timezone), hit.source, _listed(countries), _listed(hit.people)]
    lines = textwrap.wrap(
        " · ".join(filter(None, about)),
        (columns or _UNLIMITED) - len(_INDENT),
        max_lines=_ABOUT_LINES,
        placeholder=" …",
    )
    for line in lines:
        print(_INDENT + dim(line))
    if badge := " · ".join(_corrections(hit)):
        print(plain(textwrap.fill(badge, columns or _UNLIMITED, initial_indent=_INDENT)))
    if hit.story is not None:
        told = _told_by(hit.story, hit.id)
        print(
            plain(
                textwrap.fill(
                    told, columns or _UNLIMITED, initial_indent=_INDENT, subsequent_indent=_INDENT
                )
            )
        )
    if hit.snippet is not None:
        for text in _snippet_lines(hit.snippet, columns):
            print(_INDENT + text)
    columns_left = columns - len(f"{_INDENT}{hit.id}  ") if columns is not None else None
    print(_INDENT + dim(hit.id) + ("  " + link(hit.url, columns_left) if hit.url else ""))
    if hit.explanation is not msgspec.UNSET:
        for part in hit.explanation:
            words = (
                f"{format_number(part.score, 3):>8} = {format_number(part.weight, 2)} x idf"
                f" {format_number(part.idf, 3)} x {format_number(part.saturation, 3)}"
                f"  {_part_name(part)}"
            )
            print(plain(wrap.fill(_INDENT + words)))


def _part_name(part: "Explanation") -> str:
    """What a summand of a score looks at."""
    if part.frequency is not None:
        where = gettext(
            "{count} here, {articles}",
            count=f"{part.frequency:g}",
            articles=articles(part.articles or 0),
        )
        return f"{part.word} ({part.field}, {where})"
    return f"{part.word} ({part.field})" if part.word else f"({part.field})"


def _corrections(hit: "Hit") -> Iterator[str]:
    """What a reader must know of corrections before quoting an article."""
    if hit.corrected_by:
        yield f"{gettext('corrected by')} {', '.join(hit.corrected_by)}"
    if hit.corrects:
        yield f"{gettext('corrects')} {', '.join(hit.corrects)}"
    if hit.versions > 1:
        yield gettext("changed since, {count} versions", count=format_number(hit.versions))


def _told_by(story: "Story", shown: str) -> str:
    """How many outlets have a story, which they are, and where it appeared first."""
    size, outlets = articles(story.size), len(story.outlets)
    count = size
    if outlets >= 2:
        count = gettext("{count} outlets", count=format_number(outlets))
        if story.size > outlets:
            count += f", {size}"
    names = list(story.outlets)
    if story.earliest is not None:
        earliest = gettext("earliest")
        if story.earliest != shown:
            earliest += f": {story.earliest}"
        names[:1] = [f"{names[0] if names else story.earliest} ({earliest})"]
    return f"{count}: {_listed(names)}" if names else count


def _listed(names: list[str]) -> str:
    """The names; on a terminal the first three and how many more there are."""
    if width() is None or len(names) <= _NAMES_SHOWN + 1:
        return ", ".join(names)
    return ", ".join(names[:_NAMES_SHOWN]) + f" +{len(names) - _NAMES_SHOWN}"


def _snippet_lines(snippet: "Snippet", columns: int | None) -> list[str]:
    """The snippet in two lines of the terminal, or in one as long as it takes."""
    if columns is None:
        return [plain(snippet.text)]
    lines = textwrap.wrap(
        snippet.text,
        columns - len(_INDENT),
        break_on_hyphens=False,
        max_lines=_SNIPPET_LINES,
        placeholder=" …",
    )
    styled, place = [], 0
    for line in lines:
        place = snippet.text.index(line.removesuffix(" …"), place)
        pieces, done = [], 0
        for start, end in snippet.highlights:
            if start >= place and end <= place + len(line):
                before, word = line[done : start - place], line[start - place : end - place]
                pieces += [plain(before), marked(word)]
                done = end - place
        styled.append("".join([*pieces, plain(line[done:])]))
    return styled


def print_facets(facets: "Mapping[str, FacetResult]") -> None:
    """The values of fields as small bars, under one another."""
    from search.query.resolve import value_name

    columns = width()
    names = {
        name: [plain(value_name(name.partition(":")[0], one.value)) for one in facet.values]
        for name, facet in facets.items()
    }
    name_columns = max(map(len, chain.from_iterable(names.values())), default=0)
    wide = bar_columns(_BAR_COLUMNS)
    if columns is not None:
        name_columns = min(name_columns, columns - wide - _COUNT_COLUMNS)
    for field, facet in facets.items():
        if not facet.values and not facet.missing:
            continue
        keyword, _, interval = field.partition(":")
        title = gettext(KEYWORDS[keyword].label)
        if interval:
            title += f" {gettext(BY[interval])}"
        told = gettext("{count} different", count=format_number(facet.distinct))
        if facet.missing:
            told += gettext(", {count} without", count=format_number(facet.missing))
        print()
        print(bold(title) + dim(f"  {told}"))
        most = max((one.count for one in facet.values), default=1)
        for name, one in zip(names[field], facet.values, strict=True):
            chosen = "*" if one.selected else " "
            count = format_number(one.count)
            line = f" {chosen}{shortened(name, name_columns):<{name_columns}} {count:>9}"
            print(f"{line}  {bar(one.count, most, wide)}" if wide else line)
