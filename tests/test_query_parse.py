"""The question's parser: what people type, and the tree that it is read as."""

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.ast import (
    OPERATORS,
    And,
    Filter,
    Fuzzy,
    Must,
    Node,
    Not,
    Or,
    Part,
    Phrase,
    Prefix,
    Word,
    Words,
)
from search.query.parse import FILTER_NAMES, MAX_DEPTH, MAX_SLOP, MAX_WORDS, PART_NAMES, parse
from search.query.reference import EXAMPLES, Example, query_language


def w(texts: str) -> tuple[Word, ...]:
    return tuple(map(Word, texts.split()))


def read(question: str) -> Node:
    """The tree of a question that is read without doubt."""
    parsed = parse(question)
    assert parsed.warnings == ()
    return parsed.tree


def doubted(question: str) -> tuple[Node, str]:
    """The tree of a question that is read with exactly one warning, and the warning."""
    parsed = parse(question)
    (warning,) = parsed.warnings
    return parsed.tree, warning


# Words


def test_words_stand_side_by_side() -> None:
    assert read("Lavrov senjata") == Words(w("Lavrov senjata"))


def test_single_item_is_words_of_one() -> None:
    assert read("Lavrov") == Words(w("Lavrov"))
    assert read("-Lavrov") == Words((Not(Word("Lavrov")),))


@pytest.mark.parametrize(
    "question", ["", " \t\n", "?!", "...", "🙂 🇮🇩", "()", '""', "\x00", "- + *"]
)
def test_question_without_words_is_empty_words(question: str) -> None:
    assert read(question) == Words(())


def test_stray_punctuation_is_dropped() -> None:
    assert read("Rusia, senjata; (baru)! | ~ & *") == Words(w("Rusia senjata baru"))


@pytest.mark.parametrize(
    "word",
    [
        "Covid-19",
        "G-20",
        "U-23",
        "al-Sisi",
        "Jong-un",
        "Jum'at",
        "5,5",
        "1.000.000",
        "2019-2021",
        "redaksi@contoh.co.id",
        "https://contoh.id/a_(b)?c=1&d=e*f",
        "مرحبا",
        "Guaidó",
    ],
)
def test_word_is_kept_whole(word: str) -> None:
    assert read(f"kata {word} kata") == Words((Word("kata"), Word(word), Word("kata")))


def test_control_characters_and_direction_marks_are_no_words() -> None:
    assert read("\x00Rusia\x07 \u200fمرحبا") == Words(w("Rusia مرحبا"))


# Operators


@pytest.mark.parametrize("operator", ["AND", "DAN", "&&"])
def test_and(operator: str) -> None:
    assert read(f"Rusia {operator} senjata") == And(w("Rusia senjata"))


@pytest.mark.parametrize("operator", ["OR", "ATAU", "||"])
def test_or(operator: str) -> None:
    assert read(f"Rusia {operator} senjata") == Or(w("Rusia senjata"))


@pytest.mark.parametrize("negation", ["NOT ", "BUKAN ", "-"])
def test_not_takes_the_next_item_only(negation: str) -> None:
    assert read(f"Rusia {negation}kapal perang") == Words(
        (Word("Rusia"), Not(Word("kapal")), Word("perang"))
    )


def test_plus_is_must() -> None:
    assert read('+Rusia +"kapal perang" +negara:RU') == Words(
        (Must(Word("Rusia")), Must(Phrase(("kapal", "perang"))), Must(Filter("country", ("RU",))))
    )


def test_signs_count_only_at_a_word_s_beginning() -> None:
    assert read("Covid-19 Disney+ Jakarta - Bandung 60+ --kata a+b") == Words(
        w("Covid-19 Disney Jakarta Bandung 60 kata a b")
    )


def test_side_by_side_binds_tighter_than_and_tighter_than_or() -> None:
    assert read("a b OR c d") == Or((Words(w("a b")), Words(w("c d"))))
    assert read("a b AND c") == And((Words(w("a b")), Word("c")))
    assert read("a OR b AND c") == Or((Word("a"), And(w("b c"))))


def test_parentheses_group() -> None:
    assert read("(a OR b) AND c") == And((Or(w("a b")), Word("c")))
    assert read("(a OR b) c") == Words((Or(w("a b")), Word("c")))
    assert read("-(a b)") == Words((Not(Words(w("a b"))),))


def test_parentheses_around_the_same_kind_change_nothing() -> None:
    assert read("presiden (Rusia baru)") == Words(w("presiden Rusia baru"))
    assert read("a AND (b AND c)") == And(w("a b c"))
    assert read("((a)) OR (b OR c)") == Or(w("a b c"))


@pytest.mark.parametrize("question", ["Rusia dan senjata", "Rusia Atau senjata", "bukan Rusia"])
def test_operators_are_capitals_only(question: str) -> None:
    assert read(question) == Words(w(question))


@pytest.mark.parametrize("operator", ["DAN", "ATAU", "BUKAN", "AND", "OR", "NOT"])
def test_operators_are_words_in_a_question_all_in_capitals(operator: str) -> None:
    assert read(f"RUSIA {operator} G20") == Words(w(f"RUSIA {operator} G20"))


def test_signs_are_operators_in_a_question_all_in_capitals() -> None:
    assert read("RUSIA && -USA || G20") == Or((And((Word("RUSIA"), Not(Word("USA")))), Word("G20")))


def test_operators_without_other_capitals_are_operators() -> None:
    assert read("2019 ATAU 2020") == Or(w("2019 2020"))


def test_operator_beside_punctuation_is_a_word() -> None:
    assert read("'AND' kata -OR") == Words((Word("AND"), Word("kata"), Not(Word("OR"))))


@pytest.mark.parametrize(
    ("question", "tree", "warning"),
    [
        ("Rusia DAN", Words(w("Rusia")), "DAN at character 7 stands alone and is left out."),
        ("OR Rusia", Words(w("Rusia")), "OR at character 1 stands alone and is left out."),
        ("a AND OR b", Or(w("a b")), "AND at character 3 stands alone and is left out."),
        ("a OR AND b", Or(w("a b")), "AND at character 6 stands alone and is left out."),
        ("a NOT", Words(w("a")), "NOT at character 3 stands alone and is left out."),
        ("a NOT -b", Words((Word("a"), Not(Word("b")))), "NOT at character 3 stands alone"),
        ("a AND ()", Words(w("a")), "AND at character 3 stands alone and is left out."),
    ],
)
def test_dangling_operator_is_left_out(question: str, tree: Node, warning: str) -> None:
    found, sentence = doubted(question)
    assert found == tree
    assert sentence.startswith(warning)


def test_sign_before_nothing_says_nothing_about_the_next_word() -> None:
    assert read('-"" kata') == Words(w("kata"))
    assert read("-() kata") == Words(w("kata"))


# Phrases and marks


def test_phrase() -> None:
    assert read('"dari Rusia" lagi') == Words((Phrase(("dari", "Rusia")), Word("lagi")))


@pytest.mark.parametrize(
    "question", ["“dari Rusia”", "„dari Rusia“", "«dari Rusia»", '"dari Rusia”']
)
def test_curly_quotes_are_quotes(question: str) -> None:
    assert read(question) == Words((Phrase(("dari", "Rusia")),))


def test_operators_and_marks_inside_a_phrase_are_text() -> None:
    assert read('"Rusia DAN (-negara:RU) senjat*"') == Words(
        (Phrase(("Rusia", "DAN", "negara", "RU", "senjat")),)
    )


def test_phrase_with_slop() -> None:
    assert read('"kapal Rusia"~5') == Words((Phrase(("kapal", "Rusia"), 5),))


def test_slop_ends_before_the_gap_between_title_and_body() -> None:
    tree, warning = doubted('"kapal Rusia"~' + "9" * 5000)
    assert tree == Words((Phrase(("kapal", "Rusia"), MAX_SLOP),))
    assert warning.startswith("The distance at character 15 is read as 63")


def test_lone_quote_is_left_out() -> None:
    tree, warning = doubted('kata "dari Rusia')
    assert tree == Words(w("kata dari Rusia"))
    assert warning == "The quotation mark at character 6 has no partner and is left out."


def test_prefix() -> None:
    assert read("senjat* Covid-1*") == Words((Prefix("senjat"), Prefix("Covid-1")))


@pytest.mark.parametrize(
    ("question", "words", "character"),
    [("a* b", "a b", 2), ("IZ*ONE", "IZ ONE", 3), ("*jata", "jata", 1)],
)
def test_star_elsewhere_than_after_two_letters_is_left_out(
    question: str, words: str, character: int
) -> None:
    tree, warning = doubted(question)
    assert tree == Words(w(words))
    assert warning.startswith(f"The * at character {character} is left out")


def test_fuzzy() -> None:
    assert read("lavrof~ lavrof~1") == Words((Fuzzy("lavrof"), Fuzzy("lavrof")))


def test_fuzzy_is_always_one_edit() -> None:
    tree, warning = doubted("lavrof~2 senjata")
    assert tree == Words((Fuzzy("lavrof"), Word("senjata")))
    assert warning.startswith("The number at character 8 is left out")


# Parentheses


def test_open_parenthesis_is_closed_at_the_end() -> None:
    tree, warning = doubted("a AND (b OR c")
    assert tree == And((Word("a"), Or(w("b c"))))
    assert warning == "The parenthesis at character 7 is not closed; it is read to the end."


def test_closing_parenthesis_alone_is_left_out() -> None:
    tree, warning = doubted("1) Rusia 2) Cina")
    assert tree == Words(w("1 Rusia 2 Cina"))
    assert warning == "The parenthesis at character 2 closes nothing and is left out."


def test_nesting_is_bounded() -> None:
    deep = MAX_DEPTH + 1
    tree, warning = doubted("-(" * deep + "a" + ")" * deep + " b")
    nested: Node = Word("a")
    for _ in range(MAX_DEPTH):
        nested = Not(nested)
    assert tree == Words((nested, Word("b")))
    assert warning.startswith(f"The parenthesis at character {2 * deep} is more than 20 deep")


# Fields


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("country", "country"),
        ("negara", "country"),
        ("Negara", "country"),
        ("person", "person"),
        ("orang", "person"),
        ("tokoh", "person"),
        ("date", "date"),
        ("tanggal", "date"),
        ("source", "source"),
        ("sumber", "source"),
        ("category", "category"),
        ("rubrik", "category"),
        ("author", "author"),
        ("penulis", "author"),
        ("agency", "agency"),
        ("kantor", "agency"),
    ],
)
def test_field_names(name: str, field: str) -> None:
    assert read(f"{name}:nilai kata") == Words((Filter(field, ("nilai",)), Word("kata")))


@pytest.mark.parametrize(
    ("name", "part"), [("title", "title"), ("judul", "title"), ("body", "body"), ("isi", "body")]
)
def test_part_names(name: str, part: str) -> None:
    assert read(f"{name}:rusia kata") == Words((Part(part, Word("rusia")), Word("kata")))


def test_values_are_alternatives_kept_as_typed() -> None:
    assert read('negara:RU,"Korea Utara",Amerika') == Words(
        (Filter("country", ("RU", "Korea Utara", "Amerika")),)
    )
    assert read("sumber:tempo.co") == Words((Filter("source", ("tempo.co",)),))


@pytest.mark.parametrize(
    "value",
    [
        "2021",
        "2021-06",
        "2021-13",
        "2021-06..2021-07",
        "2021-06..",
        "..2021-07",
        "kemarin",
        "22/6/2021",
    ],
)
def test_date_values_are_kept_as_typed(value: str) -> None:
    assert read(f"tanggal:{value} kata") == Words((Filter("date", (value,)), Word("kata")))


def test_punctuation_after_a_value_is_not_its_own() -> None:
    assert read("(negara:Rusia?) negara:RU, VE. tanggal:2021-06...") == Words(
        (
            Filter("country", ("Rusia",)),
            Filter("country", ("RU",)),
            Word("VE"),
            Filter("date", ("2021-06",)),
        )
    )


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Rusia:senjata baru", "Rusia senjata baru"),
        ("Negara: Rusia", "Negara Rusia"),
        ("negara :Rusia", "negara Rusia"),
        ("pukul 10:30", "pukul 10 30"),
        ("subjudul:rusia", "subjudul rusia"),
        ('judul:"" kata', "judul kata"),
        ('negara:"?!" kata', "negara kata"),
        ("judul:-kata", "judul kata"),
        ("a,negara:RU", "a negara RU"),
        ("ſumber:x", "ſumber x"),
    ],
)
def test_every_other_colon_is_text(question: str, words: str) -> None:
    assert read(question) == Words(w(words))


def test_no_colon_of_a_real_title_is_a_field(test_data: Path) -> None:
    with gzip.open(test_data / "news.jsonl.gz", "rt", encoding="utf-8") as lines:
        titles = [title for line in lines if (title := json.loads(line)["title"]) and ":" in title]
    assert len(titles) > 5000
    assert [t for t in titles if re.search(r"Filter\(|Part\(", repr(parse(t).tree))] == []


def test_part_takes_whatever_is_looked_for_in_text() -> None:
    assert read('judul:"dua kata"~3 judul:senjat* judul:lavrof~') == Words(
        (
            Part("title", Phrase(("dua", "kata"), 3)),
            Part("title", Prefix("senjat")),
            Part("title", Fuzzy("lavrof")),
        )
    )
    assert read("judul:(a OR b) c") == Words((Part("title", Or(w("a b"))), Word("c")))
    assert read("-judul:DAN") == Words((Not(Part("title", Word("DAN"))),))


def test_part_list_is_alternatives() -> None:
    assert read('judul:rusia,"kapal perang" lain') == Words(
        (Part("title", Or((Word("rusia"), Phrase(("kapal", "perang"))))), Word("lain"))
    )


def test_field_before_a_parenthesis_is_a_word_with_advice() -> None:
    tree, warning = doubted("kata negara:(RU OR VE)")
    assert tree == Words((Word("kata"), Word("negara"), Or(w("RU VE"))))
    assert "character 6" in warning
    assert "negara:RU,VE" in warning


# Size


def test_words_beyond_the_limit_are_left_out() -> None:
    tree, warning = doubted("kata " * (MAX_WORDS + 1))
    assert tree == Words((Word("kata"),) * MAX_WORDS)
    assert warning == "Only the first 1,024 words are read; the rest begins at character 5121."


@pytest.mark.parametrize(
    "piece",
    [
        *("kata ", "(", ")", "NOT ", "a OR ", "-(", '"', "a*", 'negara:"', "negara:a!", "www.("),
        *("&&", "judul:(", "judul:a,", "a.b@", "- ", "a~1", "1.", 'NOT "a"~', "!", "a-", "é"),
    ],
)
def test_time_is_linear_whatever_is_repeated(piece: str) -> None:
    start_s = time.process_time()
    parse(piece * 50_000)
    assert time.process_time() - start_s < 2  # a quadratic reading takes minutes


def test_warnings_come_in_order_and_one_of_a_kind() -> None:
    assert parse('a* ) b* ) "c').warnings == (
        "The * at character 2 is left out: it must end a word of two letters or more.",
        "The parenthesis at character 4 closes nothing and is left out.",
        "The quotation mark at character 11 has no partner and is left out.",
    )


# The reference


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.question)
def test_example_of_the_reference_parses_to_its_tree(example: Example) -> None:
    assert read(example.question) == example.tree


def test_reference_is_up_to_date() -> None:
    page = Path(__file__).parents[1] / "docs" / "query-language.md"
    remedy = "run python -m search.query.reference > docs/query-language.md"
    assert page.read_text(encoding="utf-8") == query_language(), remedy


def test_reference_names_every_operator_and_field() -> None:
    for name in (*OPERATORS, *FILTER_NAMES, *PART_NAMES):
        assert f"`{name}`" in query_language()


# Laws

# What the grammar is made of, so that arbitrary sequences of it are questions that mean much.
SIGNS = st.sampled_from("a5-+()*~,:'&!🙂中é\u0301\"“\x00")
TEXTS = st.sampled_from(["kata", "RUSIA", "Covid-19", "5,5", "https://contoh.id/a(b", "RU,VE"])
SYNTAX = st.sampled_from(["DAN", "OR", "NOT", "&&", "||", "judul:", "isi:", "negara:", "~3"])
DATES = st.sampled_from(["tanggal:", "..", "2021-06..2021-07", "2021-06.."])
PIECES = SIGNS | TEXTS | SYNTAX | DATES
SPACED = st.tuples(PIECES, st.sampled_from(["", " "])).map("".join)
QUESTIONS = st.lists(SPACED, max_size=30).map("".join) | st.text()

WORD_TEXTS = st.sampled_from(
    ["rusia", "KAPAL", "AND", "ATAU", "G-20", "5,5", "Jum'at", "judul", "a.b@c.id"]
)
VALUES = st.sampled_from(
    ["RU", "Korea Utara", "2021-06..2021-07", "2021-06..", "tempo.co", "NOT", "a,b"]
)
LEAVES = (
    st.builds(Word, WORD_TEXTS)
    | st.builds(
        Phrase, st.lists(WORD_TEXTS, min_size=1, max_size=3).map(tuple), st.integers(0, MAX_SLOP)
    )
    | st.builds(Prefix, WORD_TEXTS)
    | st.builds(Fuzzy, WORD_TEXTS)
    | st.builds(
        Filter,
        st.sampled_from(["country", "date"]),
        st.lists(VALUES, min_size=1, max_size=3).map(tuple),
    )
)


def branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Nodes over nodes, none directly inside its own kind of And, Or and Words."""

    def joined(kind: type[And] | type[Or] | type[Words]) -> st.SearchStrategy[Node]:
        others = nodes.filter(lambda node: not isinstance(node, kind))
        return st.lists(others, min_size=2, max_size=3).map(lambda children: kind(tuple(children)))

    parts = st.builds(Part, st.sampled_from(["title", "body"]), nodes)
    return (
        joined(And)
        | joined(Or)
        | joined(Words)
        | st.builds(Not, nodes)
        | st.builds(Must, nodes)
        | parts
    )


TREES = st.recursive(LEAVES, branches, max_leaves=12).map(
    lambda node: node if isinstance(node, And | Or | Words) else Words((node,))
)


@given(TREES)
def test_tree_written_as_a_question_parses_to_the_tree(tree: Node) -> None:
    assert parse(str(tree)) == (tree, ())


@given(QUESTIONS)
def test_whatever_is_typed_has_a_tree_that_can_be_typed_again(question: str) -> None:
    tree = parse(question).tree
    assert parse(str(tree)) == (tree, ())


@given(QUESTIONS)
def test_spans_slice_the_question(question: str) -> None:
    def check(node: Node, start: int, end: int) -> None:
        assert start <= node.start <= node.end <= end
        typed = question[node.start : node.end]
        match node:
            case Word(text):
                assert typed == text
            case Prefix(text):
                assert typed == f"{text}*"
            case Fuzzy(text):
                assert re.fullmatch(re.escape(text) + r"~\d*", typed)
            case Phrase(words):
                assert all(word in typed for word in words)
                assert typed[0] in '"“”„«»'
            case Filter(_, values):
                assert all(value in typed for value in values)
                assert typed.startswith(("negara:", "tanggal:"))
            case Not(child) | Must(child) | Part(_, child):
                assert node.start < child.start
                check(child, node.start, node.end)
            case And(children) | Or(children) | Words(children):
                place = node.start
                for child in children:
                    check(child, place, node.end)
                    place = child.end

    check(parse(question).tree, 0, len(question))
