"""From what was typed to what is meant: field values by their names, dates by their days."""

import datetime
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from index.enrich.countries import country_code, country_label, nearest_countries
from index.enrich.dates import period
from index.errors import QueryError
from index.schema import COUNTRY, DATE, KEYWORDS, PERSON
from search.query.ast import And, Filter, Must, Node, Not, Or, Part, Words
from search.results import Filters, Request

# What finds the articles that have no value.
NONE = "none"
_OPEN_START, _OPEN_END = "0000-01-01", "9999-12-31"


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

    A date is `first..last`, two days; `none` is the articles without a value.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False


class Resolved(NamedTuple):
    """A question with canonical values. `tree` holds no filter at its top: `clauses` do."""

    tree: Node
    clauses: tuple[Clause, ...]


def resolve(tree: Node, request: Request, vocabulary: Vocabulary, today: datetime.date) -> Resolved:
    """Resolve a parsed question and the request's filters.

    Raises QueryError for an unknown field, a name that nothing has (with the nearest ones) and
    a date that cannot be read.
    """
    resolver = _Resolver(vocabulary, today)
    clauses = [*resolver.options(request.filters), *resolver.options(request.exclude, True)]
    if request.since is not None:
        clauses.append(resolver.since(request.since))
    if request.until is not None:
        clauses.append(resolver.until(request.until))
    tree = resolver.rewrite(tree)
    if isinstance(tree, Words):
        rest: list[Node] = []
        for child in tree.children:
            inner = child.child if isinstance(child, Not | Must) else child
            if isinstance(inner, Filter):
                clauses.append(Clause(inner.field, inner.values, isinstance(child, Not)))
            else:
                rest.append(child)
        tree = replace(tree, children=tuple(rest))
    return Resolved(tree, tuple(clauses))


class _Resolver:
    def __init__(self, vocabulary: Vocabulary, today: datetime.date) -> None:
        self._vocabulary = vocabulary
        self._today = today

    def options(self, filters: Filters, negated: bool = False) -> Iterator[Clause]:
        for field, entries in filters.items():
            if field not in KEYWORDS:
                known = ", ".join(KEYWORDS)
                raise QueryError(f"there is no field {field!r}; fields: {known}")
            if isinstance(entries, str):
                entries = [entries]
            for entry in entries:
                yield Clause(field, self._alternatives(field, entry), negated)

    def since(self, words: str) -> Clause:
        """The days from the first one that the words mean."""
        first, _ = _days(period(words, self._today))
        return Clause(DATE.name, (f"{first}..{_OPEN_END}",))

    def until(self, words: str) -> Clause:
        """The days up to the last one that the words mean."""
        _, last = _days(period(words, self._today))
        return Clause(DATE.name, (f"{_OPEN_START}..{last}",))

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
                parts = [part.strip() for part in entry.split(",")]
                return tuple(self._value(field, part) for part in parts if part)
        return (self._value(field, entry),)

    def _value(self, field: str, name: str) -> str:
        name = name.strip()
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
            raise QueryError(_nobody("country", name, nearest_countries(name)))
        return code

    def _person(self, name: str) -> str:
        person = self._vocabulary.person(name)
        if person is None:
            raise QueryError(_nobody("person", name, self._vocabulary.people_like(name)))
        return person

    def _date(self, words: str) -> str:
        return "..".join(_days(period(words, self._today)))

    def _keyword(self, field: str, name: str) -> str:
        values = self._vocabulary.values(field)
        by_lower_case = {value.lower(): value for value in reversed(values)}
        if name in values:
            return name
        if found := by_lower_case.get(name.lower()):
            return found
        near = difflib.get_close_matches(name.lower(), by_lower_case, n=3, cutoff=0.5)
        raise QueryError(_nobody(field, name, [by_lower_case[value] for value in near]))


def _days(days: tuple[datetime.date | None, datetime.date | None]) -> tuple[str, str]:
    first, last = days
    return (
        first.isoformat() if first else _OPEN_START,
        last.isoformat() if last else _OPEN_END,
    )


def _nobody(what: str, name: str, nearest: Sequence[str]) -> str:
    known = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return f"no {what} in the archive is called {name!r}{known}"


def label(field: str, value: str) -> str:
    """A value as people read it."""
    return country_label(value) if field == COUNTRY.name and value != NONE else value
