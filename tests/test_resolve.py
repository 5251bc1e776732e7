"""From what was typed to what is meant: values by any of their names, dates by their days."""

import datetime

import pytest

from index.errors import QueryError
from search.query.ast import And, Must, Node, Not, Or, Part, Phrase, Word, Words
from search.query.parse import parse
from search.query.resolve import Clause, Resolved, label, resolve
from search.results import Request


class Newsroom:
    """A vocabulary of two publishers and two persons."""

    def values(self, field: str) -> list[str]:
        return {"source": ["Warta Pagi", "kompas.com"], "category": ["Ekonomi, Bisnis"]}[field]

    def person(self, name: str) -> str | None:
        return {"sergey lavrov": "Sergei Lavrov", "sergei lavrov": "Sergei Lavrov"}.get(
            name.lower()
        )

    def people_like(self, name: str) -> list[str]:
        return ["Sergei Lavrov"] if "lavro" in name.lower() else []


def resolved(question: str = "", **options: object) -> Resolved:
    """The question as understood on Tuesday 22 June 2021."""
    request = Request(question, **options)  # type: ignore[arg-type]
    return resolve(parse(question).tree, request, Newsroom(), lambda: datetime.date(2021, 6, 22))


def clauses(question: str = "", **options: object) -> list[Clause]:
    return list(resolved(question, **options).clauses)


@pytest.mark.parametrize("name", ["VE", "ve", "VEN", "Venezuela", "venezuela", " VENEZUELA "])
def test_a_country_is_known_by_every_name(name: str) -> None:
    assert clauses(filters={"country": [name]}) == [Clause("country", ("VE",))]


@pytest.mark.parametrize(
    ("name", "code"),
    [("AS", "US"), ("as", "US"), ("Amerika", "US"), ("ASM", "AS"), ("Cina", "CN"), ("Rusia", "RU")],
)
def test_as_is_the_united_states(name: str, code: str) -> None:
    assert clauses(filters={"country": [name]}) == [Clause("country", (code,))]


def test_a_comma_says_any_and_repeating_says_all() -> None:
    assert clauses(filters={"country": ["RU,VE"]}) == [Clause("country", ("RU", "VE"))]
    assert clauses(filters={"country": ["RU", "VE"]}) == [
        Clause("country", ("RU",)),
        Clause("country", ("VE",)),
    ]
    assert clauses(filters={"country": [["RU", "VE"]]}) == [Clause("country", ("RU", "VE"))]
    assert clauses(filters={"country": "RU"}) == [Clause("country", ("RU",))]


def test_repeating_a_field_with_one_value_says_any() -> None:
    both = ("Warta Pagi", "kompas.com")
    assert clauses(filters={"source": ["warta pagi", "KOMPAS.COM"]}) == [Clause("source", both)]
    assert clauses('sumber:"Warta Pagi" sumber:kompas.com') == [Clause("source", both)]


def test_a_name_may_hold_a_comma() -> None:
    assert clauses(filters={"category": ["ekonomi, bisnis"]}) == [
        Clause("category", ("Ekonomi, Bisnis",))
    ]


def test_a_person_is_known_by_every_spelling() -> None:
    assert clauses(filters={"person": ["Sergey Lavrov"]}) == [Clause("person", ("Sergei Lavrov",))]


@pytest.mark.parametrize("field", ["country", "person", "date", "source"])
def test_none_is_what_has_no_value(field: str) -> None:
    assert clauses(filters={field: ["none"]}) == [Clause(field, ("none",))]
    assert clauses(exclude={field: ["None"]}) == [Clause(field, ("none",), negated=True)]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("2021-06-22", "2021-06-22..2021-06-22"),
        ("22/6/2021", "2021-06-22..2021-06-22"),
        ("2021-06", "2021-06-01..2021-06-30"),
        ("Juni 2021", "2021-06-01..2021-06-30"),
        ("2021", "2021-01-01..2021-12-31"),
        ("2021-06..2021-07", "2021-06-01..2021-07-31"),
        ("2021-06..", "2021-06-01.."),
        ("..2021-06", "..2021-06-30"),
        ("kemarin", "2021-06-21..2021-06-21"),
        ("pekan lalu", "2021-06-14..2021-06-20"),
        ("7 hari", "2021-06-16..2021-06-22"),
    ],
)
def test_a_date_is_read_as_its_days(words: str, days: str) -> None:
    assert clauses(filters={"date": [words]}) == [Clause("date", (days,))]


def test_since_and_until_hold_together_and_beside_a_date() -> None:
    assert clauses(since="2021-05", until="2021-06") == [
        Clause("date", ("2021-05-01..2021-06-30",))
    ]
    assert clauses(since="kemarin") == [Clause("date", ("2021-06-21..",))]
    assert clauses(until="2020") == [Clause("date", ("..2020-12-31",))]
    assert clauses(filters={"date": ["2021"]}, since="2021-06") == [
        Clause("date", ("2021-01-01..2021-12-31",)),
        Clause("date", ("2021-06-01..",)),
    ]


def test_filters_at_the_top_of_a_question_leave_its_tree() -> None:
    assert resolved("senjata negara:RU,VE -negara:AS +tanggal:2020") == Resolved(
        Words((Word("senjata"),)),
        (
            Clause("country", ("RU", "VE")),
            Clause("country", ("US",), negated=True),
            Clause("date", ("2020-01-01..2020-12-31",)),
        ),
    )
    assert resolved("negara:RU").tree == Words(())


@pytest.mark.parametrize(
    ("question", "tree"),
    [
        ("senjata AND negara:RU", Words((Must(Word("senjata")),))),
        ("a b AND negara:RU", Words((Must(Words((Word("a"), Word("b")))),))),
        ("a AND (negara:RU)", Words((Must(Word("a")),))),
        ("a AND b negara:RU", Words((Must(Word("a")), Must(Words((Word("b"),)))))),
        ("negara:RU AND negara:RU", Words(())),
    ],
)
def test_a_filter_beside_and_is_a_filter(question: str, tree: Node) -> None:
    found = resolved(question)
    assert found.tree == tree
    assert set(found.clauses) == {Clause("country", ("RU",))}


def test_filters_deeper_in_a_question_stay_there_with_their_values_resolved() -> None:
    tree = resolved("kopi OR (teh judul:(-negara:Rusia))").tree
    assert isinstance(tree, Or)
    assert str(tree) == "kopi OR teh title:(-country:RU)"


def test_what_holds_no_filter_is_left_as_it_is() -> None:
    tree = And((Word("a"), Not(Phrase(("b", "c"))), Part("title", Word("d"))))
    assert resolved(str(tree)) == Resolved(tree, ())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": {"country": ["Venezeula"]}}, "no country is called 'Venezeula'; nearest: Ven"),
        ({"filters": {"person": ["Lavrof"]}}, "no person .*'Lavrof'; nearest: Sergei Lavrov"),
        ({"filters": {"person": ["Nobody"]}}, "no person in the archive is called 'Nobody'$"),
        ({"filters": {"source": ["kompas"]}}, "no source .*'kompas'; nearest: kompas.com"),
        ({"exclude": {"country": ["Atlantis"]}}, "no country .*'Atlantis'"),
        ({"filters": {"country": ["RU,Atlantis"]}}, "no country .*'Atlantis'"),
        ({"filters": {"colour": ["red"]}}, "no field 'colour'; fields: country, person"),
        ({"filters": {"country": [""]}}, "an empty name for country; `none` finds"),
        ({"filters": {"country": [","]}}, "an empty name for country"),
        ({"filters": {"date": ["2021-13"]}}, "2021-13: a month is 01 to 12"),
        ({"filters": {"date": ["2021..2020"]}}, "ends before it begins"),
        ({"since": "2021", "until": "2020"}, "since 2021 until 2020 ends before it begins"),
        ({"since": "2021-06..2021-07"}, r"since 2021-06\.\.2021-07: a range is not a day"),
        ({"until": "..2021-07"}, "until .*: a range is not a day to begin or end with"),
        ({"since": "lusa depan"}, "lusa depan"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_the_nearest(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        resolved(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("country", "VE", "Venezuela"),
        ("country", "none", "none"),
        ("date", "2021-06-22..2021-06-22", "2021-06-22"),
        ("date", "2021-06-01..2021-06-30", "2021-06-01..2021-06-30"),
        ("date", "..2021-06-30", "..2021-06-30"),
        ("date", "2021-06", "2021-06"),
        ("person", "Sergei Lavrov", "Sergei Lavrov"),
    ],
)
def test_a_value_is_shown_as_people_read_it(field: str, value: str, shown: str) -> None:
    assert label(field, value) == shown


def test_an_error_points_at_its_place_in_the_question() -> None:
    with pytest.raises(QueryError) as caught:
        resolved("kopi negara:Venezeula")
    assert (caught.value.start, caught.value.end) == (5, 21)
