"""cakap-search facets: every value of one field, with counts."""

from typing import Annotated, Literal

import typer

from search.cli import complete
from search.cli.options import EXIT_NOTHING, Narrowing, NoExpand, Settings, question_of
from search.cli.output import print_csv, print_json
from search.cli.query import print_facets, print_notes, readings


def run(
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help="country, person, date:month, source, …",
            autocompletion=complete.fields,
        ),
    ],
    narrowing: Narrowing,
    settings: Settings,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]", help="Only where this matches.")
    ] = None,
    no_expand: NoExpand = False,
    output: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Count the articles for every value of a field."""
    import search

    facet = search.results.read_facet(field, None)
    request = search.Request(
        question_of(words), **narrowing._asdict(), limit=0, facets=[facet], expand=not no_expand
    )
    with search.open(settings.folder, settings.config) as engine:
        response = engine.search(request)
    (result,) = response.facets.values()
    if output == "json":
        print_json(response.to_json(indent=2))
    elif output == "csv":
        print_csv(
            ("value", "label", "count"),
            ((one.value, one.label, one.count) for one in result.values),
        )
    else:
        print_facets(response.facets)
    notes = [] if output == "json" else readings(response.query)
    print_notes([*notes, *response.warnings], settings)
    if not response.total:
        raise typer.Exit(EXIT_NOTHING)
