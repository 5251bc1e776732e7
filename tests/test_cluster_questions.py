"""What a cluster is asked for a question: query DSL as data, without a server."""

import math
from typing import Any

import pytest

from index.config import Config
from index.opensearch.mapping import mapping, settings
from index.schema import KEYWORD_FIELDS
from search.embedded.match import ROUNDED
from search.opensearch.compile import (
    NOTHING,
    Question,
    all_of,
    clause_query,
    compiled,
)
from search.query.parse import parse
from search.query.resolve import Clause


def asked(question: str, *, exact: bool = False) -> Question:
    return compiled(parse(question).tree, exact=exact)


def term(field: str, text: str) -> dict[str, Any]:
    return {"term": {field: text}}


def test_word_is_looked_for_by_its_stem_and_scored_by_its_surface_too() -> None:
    (leaf,) = asked("persenjataan").leaves
    assert leaf.stem == {
        "bool": {
            "should": [term("stem", "persenjataan"), term("stem", "senjata")],
            "minimum_should_match": 1,
        }
    }
    assert leaf.surface == term("surface", "persenjataan")
    # Scored as one term, whose frequencies are added before they saturate.
    assert leaf.stem_score == {
        "match": {"stem": {"query": "persenjataan¦senjata", "operator": "or"}}
    }


def test_exact_word_is_looked_for_by_its_surface_alone() -> None:
    (leaf,) = asked("persenjataan", exact=True).leaves
    assert (leaf.stem, leaf.surface) == (None, term("surface", "persenjataan"))


def test_stop_words_are_no_part_of_a_question_with_other_words() -> None:
    assert [leaf.surface for leaf in asked("senjata yang dari").leaves] == [
        term("surface", "senjata")
    ]


def test_question_of_stop_words_is_asked_of_the_surface() -> None:
    assert asked("yang dari").every() == {
        "bool": {"filter": [term("surface", "yang"), term("surface", "dari")]}
    }


def test_all_words_are_filters_and_what_is_excluded_must_not_be() -> None:
    assert asked("kopi -senjata").every() == {
        "bool": {"filter": [term("stem", "kopi")], "must_not": [term("stem", "senjata")]}
    }


def test_most_words_hold_a_share_of_the_weight() -> None:
    query = asked("kopi senjata gudang").most([], [1.0, 2.0, 5.0], 2.4)
    found = query["function_score"]
    (held,) = found["query"]["bool"]["must"]
    assert [one["constant_score"]["boost"] for one in held["bool"]["should"]] == [
        0.125,
        0.25,
        0.625,
    ]
    assert math.isclose(found["min_score"], 0.3 * ROUNDED, rel_tol=2e-6)
    assert found["min_score"] < 0.3  # single precision must not lose what holds exactly that


def test_required_word_counts_for_the_share_that_most_words_hold() -> None:
    question = asked("+kopi senjata")
    assert question.most([3.0], [1.0], 1.2) == term("stem", "kopi")
    found = question.most([1.0], [9.0], 3.0)["function_score"]
    assert found["query"]["bool"]["filter"] == [term("stem", "kopi")]
    assert math.isclose(found["min_score"], 0.2, rel_tol=2e-6)


def test_least_weight_of_nothing_is_any_of_the_words() -> None:
    assert asked("kopi senjata -gudang").most([], [1.0, 2.0], 0.0) == {
        "bool": {
            "filter": [
                {
                    "bool": {
                        "should": [term("stem", "kopi"), term("stem", "senjata")],
                        "minimum_should_match": 1,
                    }
                }
            ],
            "must_not": [term("stem", "gudang")],
        }
    }


def test_phrase_is_of_surface_forms_one_for_each_position() -> None:
    assert asked('"Undang-undang Dasar"').every() == {
        "match_phrase": {"surface": {"query": "undang-undang dasar", "analyzer": "whitespace"}}
    }


def test_loose_phrase_is_found_in_any_order() -> None:
    assert asked('"kopi senjata"~3').every() == {
        "intervals": {
            "surface": {
                "match": {
                    "query": "kopi senjata",
                    "max_gaps": 3,
                    "ordered": False,
                    "analyzer": "whitespace",
                }
            }
        }
    }


def test_patterns_are_never_cut_short() -> None:
    assert asked("senjat*").every() == {
        "prefix": {"surface": {"value": "senjat", "rewrite": "constant_score"}}
    }
    # Found by all forms; scored by so many that a query has no more than 1,024 of them together.
    scores = [leaf.surface_score for leaf in asked("senjat* kop* gudang").leaves]
    assert [one["prefix"]["surface"]["rewrite"] for one in scores if one and "prefix" in one] == [
        "top_terms_blended_freqs_498"
    ] * 2
    # One edit as Levenshtein counts it: a swap of neighbours is two.
    one_letter = asked("k~").every()["regexp"]["surface"]
    assert one_letter["value"] == "[^¶]|k.|.k"
    assert asked("lavrof~").every() == {
        "fuzzy": {
            "surface": {
                "value": "lavrof",
                "rewrite": "constant_score",
                "fuzziness": 1,
                "transpositions": False,
            }
        }
    }


def test_title_is_a_field_of_its_own() -> None:
    assert asked("judul:kopi").every() == term("title_stem", "kopi")


def test_body_leaves_out_what_the_title_alone_says() -> None:
    assert asked("isi:kopi").every() == {
        "bool": {
            "filter": [term("stem", "kopi")],
            "must_not": [term("title_only_stem", "kopi")],
        }
    }


def test_phrase_of_the_body_stands_behind_the_end_of_the_title() -> None:
    rule = asked('isi:"kopi gayo"').every()["intervals"]["surface"]["all_of"]
    assert rule["filter"] == {"after": {"match": {"query": "¶", "analyzer": "whitespace"}}}


def test_words_without_letters_find_nothing() -> None:
    assert all_of([NOTHING]) == NOTHING


@pytest.mark.parametrize(
    ("clause", "query"),
    [
        (
            Clause("country", ("RU", "VE")),
            {
                "bool": {
                    "should": [term("country", "RU"), term("country", "VE")],
                    "minimum_should_match": 1,
                }
            },
        ),
        (
            Clause("date", ("2021-06-01..",)),
            {"range": {"date": {"gte": "2021-06-01", "lte": "9999-12-31"}}},
        ),
        (
            Clause("person", ("none",)),
            {"bool": {"must_not": [{"exists": {"field": "person"}}]}},
        ),
        (
            Clause("source", ("Warta",), negated=True),
            {"bool": {"must_not": [term("source", "Warta")]}},
        ),
    ],
)
def test_conditions(clause: Clause, query: dict[str, Any]) -> None:
    assert clause_query(clause) == query


def test_mapping_has_every_field_of_the_table_and_takes_no_other() -> None:
    made = mapping({"seq": 7})
    assert made["dynamic"] == "strict"
    assert made["_meta"] == {"seq": 7}
    keywords = {name for name, one in made["properties"].items() if one["type"] == "keyword"}
    assert keywords == {field.name for field in KEYWORD_FIELDS}
    assert made["properties"]["surface"]["index_options"] == "positions"


def test_new_index_ranks_by_the_configured_parameters() -> None:
    config = Config()
    assert settings(config)["index"]["similarity"]["default"] == {
        "type": "BM25",
        "k1": config.ranking.k1,
        "b": config.ranking.b,
    }
