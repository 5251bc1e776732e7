"""Offices of state: whom an article shows in one, and whom a question for one asks for."""

import re
from pathlib import Path
from typing import Any

import pytest

import search
from index.article import PersonMention
from index.enrich.countries import country_mentions
from index.enrich.offices import office_at, offices
from index.errors import QueryError
from index.language.aliases import Aliases
from index.lexicon import lexicon_lines
from search.query.ast import Either, Phrase, Word, Words
from search.query.expand import Holder, expand
from search.query.parse import parse
from tests.archives import ids, make_archive
from tests.test_aliases import GROUPS


def shown(text: str, *names: str) -> list[tuple[str, str, str]]:
    """The offices in a text, whose people are given; the last word of a name is a mention, too."""
    people = [
        PersonMention(name, tuple(found.span() for found in re.finditer(_spelt(name), text)))
        for name in names
    ]
    found = offices(text, people, country_mentions(text))
    return [(one.office, one.country, one.name) for one in found]


def _spelt(name: str) -> str:
    return f"{name}|{name.split()[-1]}"


# In articles

LAVROV = ("menteri luar negeri", "RU", "Sergey Lavrov")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Menteri Luar Negeri Rusia Sergey Lavrov tiba semalam.", LAVROV),
        ("Menlu Rusia, Sergey Lavrov, tiba semalam.", LAVROV),
        ("Tamunya Sergey Lavrov, Menteri Luar Negeri Rusia, tiba.", LAVROV),
        ("Tamunya Sergey Lavrov, menlu Rusia yang tiba semalam.", LAVROV),
        ("Menlu RI Retno Marsudi hadir.", ("menteri luar negeri", "ID", "Retno Marsudi")),
        ("Presiden Amerika Serikat (AS) Joe Biden pulang.", ("presiden", "US", "Joe Biden")),
        ("Sore itu Presiden Jokowi menanam padi.", ("presiden", "", "Jokowi")),
        ("PM Jepang Fumio Kishida mundur.", ("perdana menteri", "JP", "Fumio Kishida")),
        ("Panglima TNI Jenderal Andika Perkasa.", ("panglima tni", "", "Andika Perkasa")),
        ("Wakil Presiden Jusuf Kalla datang.", ("wakil presiden", "", "Jusuf Kalla")),
    ],
)
def test_an_apposition_shows_who_holds_an_office(text: str, expected: tuple[str, ...]) -> None:
    assert shown(text, expected[-1]) == [expected]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mantan Presiden Amerika Serikat Donald Trump pulang.", "Donald Trump"),
        ("Calon wakil presiden Jusuf Kalla datang.", "Jusuf Kalla"),
        ("Wakil Menteri Luar Negeri Mahendra Siregar datang.", "Mahendra Siregar"),
        ("Istri Presiden Joko Widodo menanam padi.", "Joko Widodo"),
        ("Presiden Direktur Budi Santoso menandatangani kontrak.", "Budi Santoso"),
        ("Ia menulis surat kepada Presiden. Budi Santoso membalasnya.", "Budi Santoso"),
        ("Tiga orang hadir, yaitu Budi Santoso, Menteri Keuangan, dan sopirnya.", "Budi Santoso"),
    ],
)
def test_former_future_deputy_and_neighbouring_ones_are_not_shown(text: str, name: str) -> None:
    assert shown(text, name) == []


def test_the_next_person_holds_the_office_between_two() -> None:
    text = "Menurut Sergey Lavrov, Presiden Rusia Vladimir Putin setuju."
    assert shown(text, "Sergey Lavrov", "Vladimir Putin") == [("presiden", "RU", "Vladimir Putin")]


def test_a_country_named_once_is_that_of_every_mention() -> None:
    text = "Menlu Rusia Sergey Lavrov tiba. Esoknya Menlu Lavrov pulang."
    assert shown(text, "Sergey Lavrov") == [LAVROV]


def test_a_short_form_in_capitals_is_no_word_without_them() -> None:
    assert office_at(["PM", "Inggris"], 0) == ("perdana menteri", 1)
    assert office_at(["pm", "Inggris"], 0) is None


def test_the_longest_form_of_an_office_is_the_one_that_stands_there() -> None:
    words = ["Menteri", "Hukum", "dan", "Hak", "Asasi", "Manusia"]
    assert office_at(words, 0) == ("menteri hukum dan ham", 6)
    assert office_at(["wakil", "presiden"], 1) is None


def test_every_line_of_the_list_is_one_office_whole() -> None:
    lines = lexicon_lines("offices.txt")
    for line in lines[lines.index("[office]") + 1 : lines.index("[not in office]")]:
        forms = [form.replace(",", "").split() for form in line.split("|")]
        found = [office_at(form, 0) for form in forms]
        assert [one and one[1] for one in found] == list(map(len, forms)), line
        assert len({one and one[0] for one in found}) == 1, line


# In questions


class Known:
    """An archive that shows one foreign minister, by two spellings, and one president."""

    def holders(self, office: str, country: str) -> list[Holder]:
        return {
            ("menteri luar negeri", "RU"): [
                Holder("Sergei Lavrov", ["Sergey Lavrov", "Sergei Lavrov"])
            ],
            ("presiden", "ID"): [Holder("Joko Widodo", ["Jokowi"])],
        }.get((office, country), [])

    def is_person(self, word: str) -> bool:
        return word.lower() == "putin"


def test_each_word_of_an_office_may_be_the_name_instead() -> None:
    question = "Menlu Rusia senjata"
    names = (Phrase(("Sergey", "Lavrov")), Phrase(("Sergei", "Lavrov")))
    menlu = (Word("Menlu"), Phrase(("Menteri", "Luar", "Negeri")))
    assert expand(parse(question).tree, question, Aliases(GROUPS), Known()).tree == Words(
        (
            Either("Menlu", (*menlu, *names)),
            Either("Rusia", (Word("Rusia"), *names)),
            Word("senjata"),
        )
    )


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("menlu rusia", ("menlu rusia", ["Sergei Lavrov"])),
        ("senjata menteri luar negeri rusia", ("menteri luar negeri rusia", ["Sergei Lavrov"])),
        ("pidato presiden", ("presiden", ["Joko Widodo"])),
        ("presiden menanam padi", ("presiden", ["Joko Widodo"])),
        ("presiden RI", ("presiden RI", ["Joko Widodo"])),
        ("presiden putin", None),
        ("Presiden Barcelona", None),
        ("presiden rusia", None),
        ("presiden ke rumah", ("presiden", ["Joko Widodo"])),
        ("mantan presiden", None),
        ("wakil presiden", None),
        ('"Menlu Rusia"', None),
    ],
)
def test_an_office_is_told_with_its_country_or_as_indonesias(
    question: str, told: tuple[str, list[str]] | None
) -> None:
    tree = parse(question).tree
    plain = expand(tree, question, Aliases(GROUPS)).expansions
    expanded = expand(tree, question, Aliases(GROUPS), Known()).expansions
    added = [(one.typed, one.to) for one in expanded if one not in plain]
    assert added == ([told] if told else [])


def test_a_longer_alias_is_not_the_office_in_it() -> None:
    groups = (("Pemilihan Presiden", "Pilpres"),)
    question = "pemilihan presiden"
    expanded = expand(parse(question).tree, question, Aliases(groups), Known())
    assert [one.typed for one in expanded.expansions] == ["pemilihan presiden"]


# Around the question's period


def article(number: int, text: str, date: str | None) -> dict[str, Any]:
    return {"id": str(number), "title": f"Kabar {number}", "text": text, "date": date}


def holders(engine: search.Engine, question: str, **options: Any) -> list[list[str]]:
    expansions = engine.search(search.Request(question, **options)).query.expansions
    return [one.to for one in expansions if one.typed == question]


TIMES = [
    article(1, "Presiden Amerika Serikat Barack Obama berpidato.", "2016-03-01"),
    article(2, "Presiden Amerika Serikat Barack Obama berpidato lagi.", "2016-05-01"),
    article(3, "Presiden Amerika Serikat Donald Trump berpidato.", "2017-03-01"),
    article(4, "Presiden Trump pulang.", "2017-03-02"),
    article(5, "Presiden AS Joe Biden berpidato.", "2021-06-01"),
    article(6, "Presiden Joko Widodo menanam padi.", "2021-06-02"),
    article(7, "Donald Trump bermain golf.", "2021-06-03"),
]


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("times"), TIMES[:4], TIMES[4:])


def test_without_a_date_the_latest_half_year_of_the_office_counts(times: Path) -> None:
    with search.open(times) as engine:
        assert holders(engine, "presiden AS") == [["Joe Biden"]]
        assert holders(engine, "presiden") == [["Joko Widodo"]]


def test_the_date_filters_choose_who_is_meant(times: Path) -> None:
    with search.open(times) as engine:
        assert holders(engine, "presiden AS", since="2016", until="2016-06") == [["Barack Obama"]]
        assert holders(engine, "presiden AS", filters={"date": ["2017-04"]}) == [["Donald Trump"]]
        assert holders(engine, "presiden AS", until="2015") == [["Barack Obama"]]
        assert holders(engine, "presiden AS", until="2014") == []


def test_an_article_with_the_name_alone_is_found(times: Path) -> None:
    with search.open(times) as engine:
        found = {"since": "2016-12", "until": "2021-06-03"}
        assert "7" in ids(engine, "presiden AS", match="all", **found)
        assert "7" not in ids(engine, "presiden AS", match="all", expand=False, **found)
        assert holders(engine, "presiden AS", expand=False) == []


def test_only_those_with_a_share_are_named(tmp_path: Path) -> None:
    names = ["Andi Wijaya"] * 7 + ["Budi Santoso"] * 3 + ["Retno Marsudi"]
    texts = [f"Menteri Kesehatan {name} hadir." for name in names]
    made = make_archive(tmp_path, [article(n, text, None) for n, text in enumerate(texts)])
    with search.open(made) as engine:  # 3 of 11 are less than 30 %
        assert holders(engine, "Menkes")[-1] == ["Andi Wijaya"]


def test_in_a_large_archive_two_articles_must_agree_whenever_they_appeared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.embedded.offices._SMALL_ARCHIVE", 0)
    texts = [
        ("Menlu Rusia Sergei Lavrov tiba.", "2019-03-01"),
        ("Menlu Rusia Sergey Lavrov tiba.", "2021-06-01"),
        ("Menlu Rusia Vladimir Putin tiba.", "2021-06-02"),
    ]
    made = make_archive(tmp_path, [article(n, *one) for n, one in enumerate(texts)])
    with search.open(made) as engine:
        [[name]] = holders(engine, "Menlu Rusia")
        assert name in ("Sergei Lavrov", "Sergey Lavrov")


def test_documents_hold_offices_but_nobody_filters_by_them(times: Path) -> None:
    with search.open(times) as engine:
        assert engine.search(search.Request("office:presiden padi")).query.filters == {}
        with pytest.raises(QueryError, match="no field 'office'"):
            engine.search(search.Request(filters={"office": ["presiden"]}))


def test_samples_tell_the_russian_minister(samples_archive: Path) -> None:
    with search.open(samples_archive) as engine:
        told = engine.search(search.Request("Menlu Rusia senjata")).query.expansions
    assert [one.to for one in told if one.typed == "Menlu Rusia"] == [["Sergey Lavrov"]]


def test_real_news_tells_the_russian_minister(news_archive: Path) -> None:
    with search.open(news_archive) as engine:
        assert holders(engine, "Menlu Rusia")[-1] == ["Sergei Lavrov"]
