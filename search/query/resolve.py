"""From what was typed to what is meant: field values by their names, dates by their days."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec.structs import replace

from index.enrich.countries import country_code, country_label, country_name, nearest_countries
from index.errors import QueryError
from index.messages import gettext
from index.schema import COUNTRY, DATE, KEYWORDS, PERSON
from search.query.ast import And, Filter, Must, Node, Not, Or, Part, Words
from search.results import Filters, Request

if TYPE_CHECKING:
    from index.enrich.dates import Period

# What finds the articles that have no value.
NONE = "none"


class Vocabulary(Protocol):
    """What an engine knows of the values in its articles."""

    def values(self, field: str) -> Sequence[str]:
        """Every value of a keyword field, sorted."""

    def person(self, name: str) -> str | None:
        """The person that a name in any spelling means."""

    def people_like(self, name: str) -> list[str]:
        """The persons whose names are nearest to a name that nobody has."""


class Clause(NamedTuple):
    """A condition on one field: any of the values, or, negated, none of them.

    A date is `first..last`, two days of which one may be left out; `none` is the articles
    without a value.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False


class Resolved(NamedTuple):
    """A question with canonical values. `clauses`, which must all hold, are the request's
    filters and those at the top of the tree, where `tree` has them no more.
    """

    tree: Node
    clauses: tuple[Clause, ...]


def resolve(
    tree: Node, request: Request, vocabulary: Vocabulary, today: Callable[[], datetime.date]
) -> Resolved:
    """Resolve a parsed question and the request's filters.

    Several filters on a field that has one value are alternatives, since no article could
    satisfy them all. Raises QueryError for an unknown field, a name that nothing has (with the
    nearest ones) and a date that cannot be read.
    """
    resolver = _Resolver(vocabulary, today)
    clauses = [
        *_alternatives_joined(resolver.options(request.filters)),
        *resolver.options(request.exclude, negated=True),
        *resolver.since_until(request.since, request.until),
    ]
    tree, inline = _without_filters(resolver.rewrite(tree))
    return Resolved(tree, (*clauses, *inline))


def _without_filters(tree: Node) -> tuple[Node, list[Clause]]:
    """The tree without the filters at its top, and the conditions that they make."""
    if not isinstance(tree, Words | And):
        return tree, []
    clauses: list[Clause] = []
    rest: list[Node] = []
    for child in tree.children:
        inner = child.child if isinstance(child, Not | Must) else child
        if isinstance(inner, Filter):
            clauses.append(Clause(inner.field, inner.values, isinstance(child, Not)))
        elif isinstance(tree, And) and isinstance(child, Words):
            words, inner_clauses = _without_filters(child)
            clauses += inner_clauses
            if words != Words(()):
                rest.append(words)
        else:
            rest.append(child)
    if isinstance(tree, Words):
        return replace(tree, children=tuple(rest)), _alternatives_joined(clauses)
    if not clauses:
        return tree, clauses
    # What remains of an AND may be a single word or none: it must match all the same.
    return Words(tuple(Must(child) for child in rest), start=tree.start, end=tree.end), clauses


def _alternatives_joined(clauses: Iterable[Clause]) -> list[Clause]:
    """The conditions, those on one field with a single value made one."""
    joined: dict[str | int, Clause] = {}
    for number, clause in enumerate(clauses):
        alone = clause.negated or KEYWORDS[clause.field].multiple
        key = number if alone else clause.field
        before = joined[key].values if key in joined else ()
        joined[key] = clause._replace(values=before + clause.values)
    return list(joined.values())


class _Resolver:
    def __init__(self, vocabulary: Vocabulary, today: Callable[[], datetime.date]) -> None:
        self._vocabulary = vocabulary
        self._today = today

    def options(self, filters: Filters, *, negated: bool = False) -> Iterator[Clause]:
        """A condition for each use of an option."""
        for field, entries in filters.items():
            if field not in KEYWORDS:
                known = ", ".join(KEYWORDS)
                raise QueryError(
                    gettext("there is no field {name!r}; fields: {names}", name=field, names=known)
                )
            if isinstance(entries, str):
                entries = [entries]
            for entry in entries:
                with _naming("not-" * negated + field):
                    values = self._alternatives(field, entry)
                yield Clause(field, values, negated)

    def since_until(self, since: str | None, until: str | None) -> Iterator[Clause]:
        """The days from the first one that `since` means to the last one that `until` means."""
        if since is None and until is None:
            return
        for option, words in (("since", since), ("until", until)):
            if words is not None and ".." in words:
                raise QueryError(
                    gettext(
                        "{option} {words}: a range is not a day to begin or end with; "
                        "`date` takes one",
                        option=option,
                        words=words,
                    ),
                    option=option,
                )
        with _naming("since"):
            first = _period(since, self._today)[0] if since is not None else None
        with _naming("until"):
            last = _period(until, self._today)[1] if until is not None else None
        if first is not None and last is not None and first > last:
            raise QueryError(
                gettext(
                    "since {since} until {until} ends before it begins; swap its ends",
                    since=since,
                    until=until,
                ),
                option="since",
            )
        yield Clause(DATE.name, (_days(first, last),))

    def rewrite(self, node: Node) -> Node:
        """The tree with canonical values in its filters; errors point at their place."""
        if isinstance(node, Filter):
            try:
                found = [self._value(node.field, value) for value in node.values]
            except QueryError as error:
                raise QueryError(str(error), node.start, node.end) from error
            return replace(node, values=tuple(found))
        if isinstance(node, Not | Must | Part):
            return replace(node, child=self.rewrite(node.child))
        if isinstance(node, And | Or | Words):
            return replace(node, children=tuple(map(self.rewrite, node.children)))
        return node

    def _alternatives(self, field: str, entry: str | Sequence[str]) -> tuple[str, ...]:
        if not isinstance(entry, str):
            return tuple(self._value(field, value) for value in entry)
        if "," in entry:
            try:  # a name may hold a comma itself
                return (self._value(field, entry),)
            except QueryError:
                return tuple(self._value(field, part) for part in entry.split(","))
        return (self._value(field, entry),)

    def _value(self, field: str, name: str) -> str:
        name = name.strip()
        if not name:
            raise QueryError(
                gettext(
                    "an empty name for {field}; `{none}` finds what has no {field}",
                    field=field_name(field),
                    none=NONE,
                )
            )
        if name.lower() == NONE:
            return NONE
        if field == COUNTRY.name:
            return self._country(name)
        if field == PERSON.name:
            return self._person(name)
        if field == DATE.name:
            return self._date(name)
        return self._keyword(field, name)

    def _country(self, name: str) -> str:
        code = country_code(name)
        if code is None:
            raise QueryError(
                gettext("no country is called {name!r}", name=name)
                + _nearest(nearest_countries(name))
            )
        return code

    def _person(self, name: str) -> str:
        person = self._vocabulary.person(name)
        if person is None:
            raise QueryError(
                gettext("no person in the archive is called {name!r}", name=name)
                + _nearest(self._vocabulary.people_like(name))
            )
        return person

    def _date(self, words: str) -> str:
        return _days(*_period(words, self._today))

    def _keyword(self, field: str, name: str) -> str:
        values = self._vocabulary.values(field)
        by_lower_case = {value.lower(): value for value in reversed(values)}
        if name in values:
            return name
        if found := by_lower_case.get(name.lower()):
            return found
        import difflib

        near = difflib.get_close_matches(name.lower(), by_lower_case, n=3, cutoff=0.5)
        raise QueryError(
            gettext(
                "no {field} in the archive is called {name!r}", field=field_name(field), name=name
            )
            + _nearest([by_lower_case[value] for value in near])
        )


@contextmanager
def _naming(option: str) -> Iterator[None]:
    """Errors name the option whose value they come from."""
    try:
        yield
    except QueryError as error:
        raise QueryError(str(error), option=option) from error


def _period(words: str, today: Callable[[], datetime.date]) -> "Period":
    from index.enrich.dates import period  # its grammar costs 6 ms, which most questions spare

    return period(words, today())


def _days(first: datetime.date | None, last: datetime.date | None) -> str:
    return f"{first or ''}..{last or ''}"


def _nearest(names: Sequence[str]) -> str:
    return gettext("; nearest: {names}", names=", ".join(names)) if names else ""


def field_name(field: str) -> str:
    """A field's name within a sentence."""
    return gettext(KEYWORDS[field].label).lower()


def label(field: str, value: str) -> str:
    """A value as people read it, in Indonesian; programs are given it beside the value."""
    if field == COUNTRY.name and value != NONE:
        return country_label(value)
    first, _, last = value.partition("..")
    return first if field == DATE.name and first == last else value


def value_name(field: str, value: str) -> str:
    """A value as people read it in the language of messages."""
    if value == NONE:
        return gettext("without a value")
    return country_name(value) if field == COUNTRY.name else label(field, value)
