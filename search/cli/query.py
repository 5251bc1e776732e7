"""cakap-search query: ranked hits and facets."""

import csv
import sys
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from index.errors import QueryError
from index.schema import KEYWORDS
from search.cli.options import EXIT_NOTHING, Narrowing, Settings, warn
from search.cli.style import bold, dim, is_terminal, marked, width

if TYPE_CHECKING:
    from search.engine import Engine
    from search.results import Facet, FacetResult, Hit, Request, Response, Snippet

_DEFAULT_FACETS = ("country:5", "person:5", "date:year:5", "source:5")
_FACET_LIMIT = 10
_BAR_COLUMNS = 20
_CSV_COLUMNS = (
    *("id", "title", "date", "source", "category", "agency", "author"),
    *("countries", "people", "url", "score", "snippet"),
)


def run(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help='The question; "" is every article.')
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
        typer.Option("--facet", metavar="FIELD[:N]", help="Count this field; date:month too."),
    ] = None,
    no_facets: Annotated[bool, typer.Option("--no-facets", help="Count nothing.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Words as written, no stems.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Tell how scores came about.")] = False,
    output: Annotated[
        Literal["table", "json", "jsonl", "csv", "urls"],
        typer.Option("--format", help="How to print the answer."),
    ] = "table",
) -> None:
    """Answer a question: the best articles first, and what they are about.

    Words, "exact phrases", +must, -mustnot, senjat*, OR, negara:Rusia; see docs/query-language.md.
    """
    import search

    wanted = [] if no_facets else facet or _DEFAULT_FACETS
    counted = output in ("table", "json")
    request = search.Request(
        words_of(words),
        **narrowing._asdict(),
        sort=sort,
        match=match,
        limit=None if every else limit,
        offset=offset,
        facets=[read_facet(name, _FACET_LIMIT) for name in wanted] if counted else [],
        exact=exact,
        explain=explain,
        snippets=output != "urls",
    )
    with search.open(settings.folder, settings.config) as engine:
        found = _print(engine, request, output, settings.quiet)
    if not found:
        raise typer.Exit(EXIT_NOTHING)


def _print(engine: "Engine", request: "Request", output: str, quiet: bool) -> bool:
    """Print an answer; whether anything was found."""
    if output in ("table", "json"):
        response = engine.search(request)
        if output == "json":
            print(response.to_json(indent=2).decode())
        else:
            _print_table(response, request)
        if not quiet:
            for warning in response.warnings:
                warn(f"note: {warning}")
        return response.total > 0
    found = False
    writers: dict[str, Callable[[Hit], None]]
    writers = {"jsonl": _write_json, "csv": _CsvWriter(), "urls": _write_url}
    write = writers[output]
    for hit in engine.scan(request):
        write(hit)
        found = True
    return found


def words_of(words: list[str] | None) -> str:
    """The question, also when it was typed without quotes around it."""
    return " ".join(words or [])


def read_facet(described: str, limit: int | None) -> "Facet":
    """A facet as it is typed: `country`, `country:20`, `date:month`, `date:month:12`."""
    from search.results import Facet

    field, *rest = described.split(":")
    interval = None
    if rest and rest[0] in ("year", "month", "day"):
        interval = rest.pop(0)
    if field not in KEYWORDS or len(rest) > 1 or (rest and not rest[0].isdecimal()):
        raise QueryError(
            f"--facet {described}: use FIELD[:N] with one of {', '.join(KEYWORDS)},"
            " or date:year|month|day[:N]"
        )
    if field == "date" and interval is None:
        interval = "year"
    return Facet(field, int(rest[0]) if rest else limit, interval)  # type: ignore[arg-type]


def _print_table(response: "Response", request: "Request") -> None:
    columns = width()
    mode = ""
    if response.query.mode == "most":
        mode = ", with most of the words"
    print(dim(f"{response.total:,} articles{mode} · {response.took_ms:.0f} ms"))
    for number, hit in enumerate(response.hits, request.offset + 1):
        print()
        _print_hit(number, hit, columns)
    for name, facet in response.facets.items():
        if facet.values:
            print()
            print_facet(name, facet)


def _print_hit(number: int, hit: "Hit", columns: int | None) -> None:
    from index.enrich.countries import country_label

    indent = " " * 4
    wrap = textwrap.TextWrapper(
        columns or 1_000_000, subsequent_indent=indent, break_long_words=False
    )
    print(bold(wrap.fill(f"{number:>2}. {hit.title or '(no title)'}")))
    wrap.initial_indent = indent
    about = [hit.date or "no date", hit.source or ""]
    about += [", ".join(map(country_label, hit.countries)), ", ".join(hit.people)]
    line = " · ".join(filter(None, about))
    if columns is not None:
        line = textwrap.shorten(line, columns - len(indent), placeholder=" …")
    print(dim(wrap.fill(line)))
    if hit.snippet is not None:
        for text in _styled_lines(hit.snippet, columns, indent):
            print(text)
    print(dim(f"{indent}{hit.id}" + (f"  {hit.url}" if hit.url else "")))
    if hit.explanation is not msgspec.UNSET:
        for part in hit.explanation:
            print(
                f"{indent}{part.score:8.3f} = {part.weight:.2f} x idf {part.idf:.3f}"
                f" x {part.saturation:.3f}  {part.word} ({part.field}, {part.articles:,} articles,"
                f" {part.frequency:g} here)"
            )


def _styled_lines(snippet: "Snippet", columns: int | None, indent: str) -> list[str]:
    """The snippet in two lines of the terminal, or in one as long as it takes."""
    lines = [snippet.text]
    if columns is not None:
        lines = textwrap.wrap(
            snippet.text, columns - len(indent), break_long_words=False, break_on_hyphens=False
        )
        if len(lines) > 2:
            lines = [
                lines[0],
                textwrap.shorten(" ".join(lines[1:]), columns - len(indent), placeholder=" …"),
            ]
    styled, place = [], 0
    for line in lines:
        place = max(snippet.text.find(line.removesuffix(" …"), place), place)
        pieces, done = [indent], 0
        for start, end in snippet.highlights:
            if start >= place and end <= place + len(line):
                pieces += [line[done : start - place], marked(line[start - place : end - place])]
                done = end - place
        styled.append("".join([*pieces, line[done:]]))
        place += len(line)
    return styled


def print_facet(name: str, facet: "FacetResult") -> None:
    """A field's values as small bars."""
    field, _, interval = name.partition(":")
    title = KEYWORDS[field].label + (f" by {interval}" if interval else "")
    missing = f", {facet.missing:,} without" if facet.missing else ""
    print(bold(title) + dim(f"  {facet.distinct:,} different{missing}"))
    most = max((value.count for value in facet.values), default=1)
    columns = width()
    label_columns = max((len(value.label) for value in facet.values), default=0)
    if columns is not None:
        label_columns = min(label_columns, columns - _BAR_COLUMNS - 14)
    for value in facet.values:
        label = value.label
        if columns is not None and len(label) > label_columns:
            label = label[: label_columns - 1] + "…"
        bar = "█" * max(1, round(_BAR_COLUMNS * value.count / most)) if is_terminal() else ""
        chosen = "*" if value.selected else " "
        print(f" {chosen}{label:<{label_columns}} {value.count:>9,}  {dim(bar)}".rstrip())


def _write_json(hit: "Hit") -> None:
    sys.stdout.write(msgspec.json.encode(hit).decode() + "\n")


def _write_url(hit: "Hit") -> None:
    if hit.url:
        sys.stdout.write(hit.url + "\n")


class _CsvWriter:
    """Writes hits as CSV rows; several values in one cell are separated by semicolons."""

    def __init__(self) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._begun = False

    def __call__(self, hit: "Hit") -> None:
        if not self._begun:
            self._writer.writerow(_CSV_COLUMNS)
            self._begun = True
        cells = []
        for name in _CSV_COLUMNS:
            value = getattr(hit, name)
            if name == "snippet":
                value = hit.snippet.text if hit.snippet else ""
            cells.append("; ".join(value) if isinstance(value, list) else value)
        self._writer.writerow(cells)
