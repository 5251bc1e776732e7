"""Aliases and amounts: what a question finds beyond the words it is typed in, and what it tells."""

from collections.abc import Iterator

import pytest

import search
from index.config import Config, Language, Ranking, load_config
from index.errors import ConfigError
from index.language.aliases import Aliases, aliases
from index.language.fold import fold
from index.language.tokens import words
from index.lexicon import lexicon_lines
from search.query.ast import And, Either, Must, Node, Not, Part, Phrase, Term, Word, Words
from search.query.expand import Expanded, expand
from search.query.parse import parse
from search.results import Expansion
from tests.archives import ids, make_archive

GROUPS = (
    ("Menteri Luar Negeri", "Menlu"),
    ("Amerika Serikat", "AS*", "USA", "Amerika?"),
    ("Amerika Latin",),
    ("corona", "virus corona", "Covid"),
    ("DBD", "Demam Berdarah Dengue", "Demam Berdarah"),
)


def expanded(question: str) -> Expanded:
    return expand(parse(question).tree, question, Aliases(GROUPS))


def found(question: str) -> list[tuple[str, str]]:
    """What was typed and the form that it is taken for."""
    typed = question.split()
    return [
        (" ".join(typed[one.start : one.stop]), one.typed.text)
        for one in Aliases(GROUPS).find(typed)
        if one.sure
    ]


# The lexicon


@pytest.mark.parametrize(
    ("question", "pairs"),
    [
        ("menlu amerika serikat", [("menlu", "Menlu"), ("amerika serikat", "Amerika Serikat")]),
        ("MENTERI LUAR NEGERI", [("MENTERI LUAR NEGERI", "Menteri Luar Negeri")]),
        ("luar negeri", []),
        ("kata AS", [("AS", "AS")]),
        ("kata as", []),
        ("kata As", []),
        ("amerika latin", []),
        ("latin amerika", [("amerika", "Amerika")]),
    ],
)
def test_the_longest_form_is_found_and_capitals_count_where_marked(
    question: str, pairs: list[tuple[str, str]]
) -> None:
    assert found(question) == pairs


def test_groups_that_share_a_form_are_one() -> None:
    joined = Aliases([("a", "b"), ("c", "d"), ("b", "c")])
    (one,) = joined.find(["d"])
    assert {form.text for form in one.group} == {"a", "b", "c", "d"}


def test_shipped_forms_are_unlike_one_another_and_marked_as_they_can_be_found() -> None:
    forms = [form for line in lexicon_lines("aliases.txt") for form in line.split("|")]
    assert len(forms) == len({form.rstrip("*?").lower() for form in forms})
    for form in forms:
        if "*" in form:  # the index tells words of two or three capitals from others
            assert form.rstrip("*?").isupper()
            assert 2 <= len(form.rstrip("*?")) <= 3
    assert len(lexicon_lines("aliases.txt")) > 200


def test_shipped_groups_are_found_by_each_of_their_forms() -> None:
    for line in lexicon_lines("aliases.txt"):
        for form in line.split("|"):
            typed = [word[0] for word in words(form.rstrip("*?"))]
            if "|" in line:
                (one,) = aliases(()).find(typed)
                assert one.sure
                assert fold(one.typed.text) == fold(form.rstrip("*?"))
            else:
                assert list(aliases(()).find(typed)) == []


# The question

MENLU = Either("Menlu", (Word("Menlu"), Phrase(("Menteri", "Luar", "Negeri"))))


@pytest.mark.parametrize(
    ("question", "tree"),
    [
        ("Menlu Rusia", Words((MENLU, Word("Rusia")))),
        (
            "menteri luar negeri",
            Words(
                (
                    Either(
                        "menteri luar negeri",
                        (
                            Phrase(("Menteri", "Luar", "Negeri")),
                            Word("Menlu"),
                            Words((Word("menteri"), Word("luar"), Word("negeri"))),
                        ),
                    ),
                )
            ),
        ),
        ("AS", Words((Either("AS", (Term("AS"), Phrase(("Amerika", "Serikat")), Word("USA"))),))),
        ("as", Words((Word("as"),))),
        # What holds "Amerika" is found by it already.
        ("Amerika", Words((Either("Amerika", (Word("Amerika"), Term("AS"), Word("USA"))),))),
        ("Covid", Words((Either("Covid", (Word("Covid"), Word("corona"))),))),
        ("virus corona", Words((Either("virus corona", (Word("corona"), Word("Covid"))),))),
        ("DBD", Words((Either("DBD", (Word("DBD"), Phrase(("Demam", "Berdarah")))),))),
        ('"Menlu" Menlu*', parse('"Menlu" Menlu*').tree),
        ("Rusia -Menlu", Words((Word("Rusia"), Not(MENLU)))),
        ("+Menlu", Words((Must(MENLU),))),
        ("judul:Menlu", Words((Part("title", MENLU),))),
        ("Menlu AND Rusia", And((MENLU, Word("Rusia")))),
        ("menteri -kopi luar negeri", parse("menteri -kopi luar negeri").tree),
    ],
)
def test_an_alias_in_a_question_is_one_unit(question: str, tree: Node) -> None:
    assert expanded(question).tree == tree


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("$5,5 miliar", "5500000000usd"),
        ("5,5 miliar dolar", "5500000000usd"),
        ("5,5 miliar", "5500000000"),
        ("Rp 5.000", "5000idr"),
        ("5,5%", "5,5%"),
        ("5,5 persen", "5,5%"),
    ],
)
def test_an_amount_in_a_question_is_one_unit(question: str, term: str) -> None:
    either = Either(question, (Term(term),))
    assert expanded(question).tree == Words((either,))
    assert expanded(f"utang {question} Menlu").tree == Words((Word("utang"), either, MENLU))


@pytest.mark.parametrize("question", ['5,5 "miliar"', "5,5 miliar-an", "5-6 miliar", "Rp"])
def test_what_is_no_amount_as_a_whole_is_left_as_it_is(question: str) -> None:
    assert expanded(question).tree == parse(question).tree


@pytest.mark.parametrize("question", ["Menlu $5,5 miliar AS", "menteri luar negeri 50%"])
def test_an_expanded_question_reads_as_it_was_typed_and_can_be_asked_again(question: str) -> None:
    once = expanded(question)
    assert str(once.tree) == question
    assert expanded(str(once.tree)) == once


def test_expansions_are_told_once() -> None:
    assert expanded("Menlu -Menlu 5,5 miliar 50%").expansions == (
        Expansion("Menlu", ["Menteri Luar Negeri"]),
        Expansion("5,5 miliar", ["5500000000"]),
    )


def test_a_shipped_club_hides_the_country_in_its_name() -> None:
    assert list(aliases(()).find(["pelatih", "AS", "Roma"])) == []


def test_a_form_in_capitals_that_was_typed_without_is_asked_about() -> None:
    assert expanded("as roda as").warnings == (
        "'as' is read as a word; AS, for Amerika Serikat, is written in capitals.",
    )
    assert expanded("AS").warnings == ()


# The answer

ARTICLES = {
    "menlu": ("Jumpa pers", "Menlu berangkat ke Moskow bersama rombongan."),
    "menteri": ("Kunjungan", "Menteri luar negeri tiba di Hanoi kemarin."),
    "apart": ("Belanja", "Menteri itu membeli kain negeri tetangga di luar kota."),
    "as": ("Sanksi baru", "Pemerintah AS menjatuhkan sanksi kepada bank itu."),
    "amerika": ("Ekspor", "Udang dikirim ke Amerika Serikat setiap pekan."),
    "latin": ("Musik", "Penyanyi dari Amerika Latin itu menari."),
    "roda": ("Bengkel", "Truk itu patah as roda di jalan tol."),
    "old": ("Sejarah", "Pidato Soekarno dibacakan lagi di alun-alun."),
    "modern": ("Museum", "Foto Sukarno dipajang di ruang depan."),
    "dollars": ("Utang", "Perusahaan itu berutang US$ 5,5 miliar kepada bank."),
    "juta": ("Proyek", "Nilai proyek mencapai 5.500 juta dolar Amerika Serikat."),
    "people": ("Penduduk", "Wilayah itu dihuni 5,5 miliar semut."),
    "percent": ("Bunga", "Suku bunga naik menjadi 5,50 persen."),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    articles = [{"id": id, "title": title, "text": body} for id, (title, body) in ARTICLES.items()]
    config = Config(
        ranking=Ranking(relax_below=0), language=Language(aliases=(("kain", "tekstil"),))
    )
    folder = make_archive(tmp_path_factory.mktemp("aliases"), articles, config=config)
    with search.open(folder, config) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("Menlu", {"menlu", "menteri"}),
        ("menteri luar negeri", {"menlu", "menteri", "apart"}),
        ("menteri luar negeri Hanoi", {"menteri"}),
        ("AS", {"as", "amerika", "juta"}),
        ("as", {"as", "roda"}),
        ("amerika serikat", {"as", "amerika", "juta"}),
        ("Amerika", {"as", "amerika", "juta", "latin"}),
        ('"Menlu"', {"menlu"}),
        ('"Amerika Serikat"', {"amerika", "juta"}),
        ("judul:sejarah sukarno", {"old"}),
        ("tekstil", {"apart"}),  # from the configuration
        ("sukarno", {"old", "modern"}),
        ("Soekarno", {"old", "modern"}),
        ('"Soekarno"', {"old"}),
        ('"sukarno"', {"modern"}),
        ("$5,5 miliar", {"dollars", "juta"}),
        ("5,5 miliar dolar AS", {"dollars", "juta"}),
        ("5,5 miliar", {"dollars", "juta", "people"}),
        ("5.500.000.000", {"dollars", "juta", "people"}),
        ('"5,5 miliar"', {"dollars", "people"}),
        ("5,5%", {"percent"}),
    ],
)
def test_a_question_finds(engine: search.Engine, question: str, articles: set[str]) -> None:
    assert set(ids(engine, question)) == articles


@pytest.mark.parametrize("options", [{"expand": False}, {"exact": True}])
def test_nothing_is_expanded_when_that_is_not_wanted(
    engine: search.Engine, options: dict[str, bool]
) -> None:
    assert ids(engine, "Menlu", **options) == ["menlu"]
    answer = engine.search(search.Request("Menlu as", **options))  # type: ignore[arg-type]
    assert answer.query.expansions == []
    assert answer.warnings == []


def test_forms_rank_alike_wherever_they_stand(engine: search.Engine) -> None:
    """An alias counts as one word: the rarer form is worth no more than the other."""
    hits = engine.search(search.Request("Menlu", explain=True)).hits
    parts = [part for hit in hits for part in hit.explanation or ()]
    assert {part.word for part in parts} == {"Menlu"}
    assert {part.articles for part in parts if part.field != "lead"} == {2}


def test_snippets_mark_an_expansion_where_it_stands_whole(engine: search.Engine) -> None:
    def marked(question: str, article: str) -> list[str]:
        hits = engine.search(search.Request(question)).hits
        (snippet,) = [hit.snippet for hit in hits if hit.id == article]
        assert snippet is not None
        return [snippet.text[start:end] for start, end in snippet.highlights]

    assert marked("Menlu", "menteri") == ["Menteri", "luar", "negeri"]
    assert marked("AS", "amerika") == ["Amerika", "Serikat"]
    assert marked("5,5 miliar dolar", "juta") == ["5.500 juta dolar Amerika Serikat"]
    assert marked("sukarno", "old") == ["Soekarno"]


def test_an_answer_tells_its_expansions(engine: search.Engine) -> None:
    answer = engine.search(search.Request("Menlu as"))
    assert b'"expansions":[{"from":"Menlu","to":["Menteri Luar Negeri"]}]' in answer.to_json()
    assert answer.query.parsed == "Menlu as"
    assert answer.warnings == [
        "'as' is read as a word; AS, for Amerika Serikat, is written in capitals."
    ]


def test_a_group_in_the_configuration_needs_words() -> None:
    with pytest.raises(ConfigError, match=r"language\.aliases: a form without letters"):
        Language(aliases=(("Menlu", "?"),))
    assert load_config(None).language.aliases == ()
