"""The parameters of an address, which have the names of the command line's options."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from index.errors import QueryError
from index.messages import Lang, gettext
from index.schema import DATE, KEYWORD_FIELDS
from search.results import FACET_LIMIT, Interval, Match, Request, Sort, read_facet

# A question of a thousand characters is no question any more, and each word costs time.
_MOST_QUERY_CHARS = 1000
_MOST_NAME_CHARS = 1000
# A page of hits costs one unpacked article each; complete results are downloads.
MOST_HITS = 100
_MOST_OFFSET = 1_000_000

_Name = Annotated[str, Meta(max_length=_MOST_NAME_CHARS)]
_Day = Annotated[str, Meta(max_length=100)]


class Parameter(NamedTuple):
    """One parameter: its type, which text is converted to, and what it means.

    A parameter that may come `several` times is a list.
    """

    name: str
    type: Any
    meaning: str
    several: bool = False


def _narrowing() -> Iterable[Parameter]:
    for field in KEYWORD_FIELDS:
        names = "2021-06-22, 2021-06, 2021, A..B, kemarin, 7 hari" if field is DATE else "the names"
        repeated = "; repeated: all of them" if field.multiple else ""
        meaning = f"{field.label}: any of {names}, separated by commas{repeated}; none: without one"
        yield Parameter(field.name, _Name, meaning, several=True)
        yield Parameter(f"not-{field.name}", _Name, f"{field.label}: none of them", several=True)


_ALL = (
    Parameter("q", Annotated[str, Meta(max_length=_MOST_QUERY_CHARS)], "The question"),
    *_narrowing(),
    Parameter("since", _Day, "First day"),
    Parameter("until", _Day, "Last day"),
    Parameter("sort", Sort, "Order of hits"),
    Parameter("match", Match, "All words or most; else all if enough articles have them"),
    Parameter("limit", Annotated[int, Meta(ge=0, le=MOST_HITS)], "Hits to show"),
    Parameter("offset", Annotated[int, Meta(ge=0, le=_MOST_OFFSET)], "Hits to pass over"),
    Parameter("facet", _Name, "Count this field: FIELD[:N], date:month[:N]", several=True),
    Parameter("no-facets", bool, "Count nothing"),
    Parameter("related", bool, "People, countries and words that stand out"),
    Parameter("exact", bool, "Words as written, no stems"),
    Parameter("no-expand", bool, "Only what is typed: no aliases, no amounts"),
    Parameter("no-group", bool, "Every article, not one for each story"),
    Parameter("explain", bool, "Tell how scores came about"),
    Parameter("by", Interval, "What to count by; else such that periods are few"),
    Parameter("cursor", _Day, "Every hit, page by page: * begins, an answer's cursor goes on"),
    Parameter("reason", _Name, "Why; it stays in the log, so name nobody in it"),
    Parameter("lang", Lang, "The language of messages"),
)
PARAMETERS: Mapping[str, Parameter] = {one.name: one for one in _ALL}
FILTERS = tuple(one.name for one in _narrowing())
QUESTION = ("q", *FILTERS, "since", "until", "match", "exact", "no-expand", "lang")
SEARCH = (
    *QUESTION,
    "sort",
    "limit",
    "offset",
    "facet",
    "no-facets",
    "related",
    "no-group",
    "explain",
)


def read_parameters(
    given: Iterable[tuple[str, str]], accepted: Sequence[str], *, strict: bool = True
) -> dict[str, Any]:
    """The values of an address's parameters, by name; an empty one counts as not given.

    Raises QueryError, which names the parameter: unknown (where `strict`; a page may be reached
    with any), twice, or with a value that it does not take.
    """
    values: dict[str, Any] = {}
    for name, text in given:
        if name not in accepted:
            if strict:
                near = difflib.get_close_matches(name, accepted, n=1)
                hint = gettext("there are {names}", names=_listed(accepted))
                if near:
                    hint = gettext("did you mean {name!r}?", name=near[0])
                raise QueryError(
                    gettext("there is no parameter {name!r}; {hint}", name=name, hint=hint),
                    option=name,
                )
        elif text.strip():
            value = _converted(PARAMETERS[name], text)
            if PARAMETERS[name].several:
                values.setdefault(name, []).append(value)
            elif values.setdefault(name, value) != value:
                raise QueryError(gettext("{name} is given twice; keep one", name=name), option=name)
    return values


def _converted(parameter: Parameter, text: str) -> Any:
    try:
        return msgspec.convert(text, parameter.type, strict=False)
    except msgspec.ValidationError as error:
        raise QueryError(f"{parameter.name}: {_readable(error)}", option=parameter.name) from error


def _readable(error: msgspec.ValidationError) -> str:
    problem = str(error)
    return f"{problem[0].lower()}{problem[1:]}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def request_of(
    values: Mapping[str, Any],
    facets: Sequence[str] = (),
    facet_limit: int | None = FACET_LIMIT,
) -> Request:
    """The request that parameters make; `facets` are counted where they name none, so many values
    of each where it does not say.

    Raises QueryError for a facet that there is not.
    """
    names = [field.name for field in KEYWORD_FIELDS]
    wanted = () if values.get("no-facets") else values.get("facet", facets)
    return Request(
        values.get("q", ""),
        filters={name: values[name] for name in names if name in values},
        exclude={name: values[f"not-{name}"] for name in names if f"not-{name}" in values},
        since=values.get("since"),
        until=values.get("until"),
        sort=values.get("sort", "relevance"),
        match=values.get("match"),
        limit=values.get("limit", 10),
        offset=values.get("offset", 0),
        facets=[read_facet(described, facet_limit) for described in wanted],
        exact=values.get("exact", False),
        expand=not values.get("no-expand", False),
        explain=values.get("explain", False),
        group=not values.get("no-group", False),
        related=values.get("related", False),
    )
