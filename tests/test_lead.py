"""The second stage: what opens a body counts more, by a formula that can be worked by hand."""

import datetime
import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

import search
from index.config import Config, Ranking
from index.language.analyzer import analyze
from search.embedded.engine import EmbeddedEngine
from search.embedded.lead import words_before
from search.embedded.match import match
from search.embedded.score import RERANKED
from search.query.parse import parse
from tests.archives import ids, make_archive

FILLER = "lain " * 30


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = [
        {"id": "late", "title": "Laporan pagi", "text": f"{FILLER}Kopi dari lereng gunung."},
        {"id": "early", "title": "Laporan sore", "text": f"Kopi dari lereng gunung. {FILLER}"},
        {"id": "title", "title": "Kopi malam", "text": f"{FILLER}Hujan dari lereng gunung."},
        {"id": "stem", "title": "Laporan siang", "text": f"Perkopian di lereng gunung. {FILLER}"},
    ]
    return make_archive(tmp_path_factory.mktemp("lead"), articles)


def lead_parts(engine: search.Engine, question: str) -> dict[str, list[tuple[str, float]]]:
    """Of each hit, the words with a lead part and their saturation."""
    hits = engine.search(search.Request(question, match="most", explain=True)).hits
    return {
        hit.id: [
            (part.word, part.saturation) for part in hit.explanation or () if part.field == "lead"
        ]
        for hit in hits
    }


def test_what_opens_the_body_comes_before_what_ends_it(archive: Path) -> None:
    with search.open(archive, Config()) as engine:
        assert ids(engine, "kopi")[0] == "early"
    with search.open(archive, Config(ranking=Ranking(lead=0))) as engine:
        both = {hit.id: hit.score for hit in engine.search(search.Request("kopi")).hits}
        assert both["early"] == both["late"]


def test_the_lead_part_halves_after_lead_words(archive: Path) -> None:
    with search.open(archive, Config(ranking=Ranking(lead_words=30))) as engine:
        parts = lead_parts(engine, "kopi")
    assert parts["early"] == [("kopi", 1.0)]
    assert parts["late"] == [("kopi", 0.5)]  # 30 words before it


def test_a_form_whose_place_is_not_known_counts_where_it_may_be_expected(archive: Path) -> None:
    with search.open(archive, Config(ranking=Ranking(lead_words=17))) as engine:
        # One of 34 words, anywhere: half of them before it.
        assert lead_parts(engine, "kopi")["stem"] == [("kopi", 0.5)]
        # The root is looked up like the word that was typed.
        assert lead_parts(engine, "perkopian")["early"] == [("perkopian", 1.0)]


def test_a_title_is_no_lead(archive: Path) -> None:
    with search.open(archive, Config()) as engine:
        assert lead_parts(engine, "kopi")["title"] == []


def test_a_phrase_has_the_place_of_its_first_word(archive: Path) -> None:
    with search.open(archive, Config(ranking=Ranking(lead_words=1))) as engine:
        parts = lead_parts(engine, '"lereng gunung"')
        assert parts["early"] == [('"lereng gunung"', 1 / 3)]  # Kopi, dari
        assert lead_parts(engine, '"gunung lereng"') == {}


def test_a_prefix_of_many_words_has_no_lead(tmp_path: Path) -> None:
    articles = [
        {"id": f"a{n}", "title": "Satu", "text": f"kap{chr(97 + n // 6)}{chr(97 + n % 6)}"}
        for n in range(36)
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as engine:
        assert set(map(len, lead_parts(engine, "kapa*").values())) == {1}
        assert set(map(len, lead_parts(engine, "kap*").values())) == {0}


VOCABULARY = ["kapal", "gempa", "kopi", "Rusia", "senjata", "dari", "bumi", "hatta"]


@pytest.fixture(scope="module")
def random_words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """Articles of random words in three segments, more of them than are reranked."""
    random = Random(7)

    def articles(count: int) -> list[dict[str, object]]:
        return [
            {
                "title": " ".join(random.choices(VOCABULARY, k=random.randint(1, 3))),
                "text": " ".join(random.choices(VOCABULARY, k=random.randint(3, 60))),
                "date": f"20{random.randint(10, 25)}-0{random.randint(1, 9)}-01",
                "id": f"{random.random()}",
            }
            for _ in range(count)
        ]

    folder = tmp_path_factory.mktemp("random")
    runs = (articles(300), articles(80), articles(9))
    with EmbeddedEngine(make_archive(folder, *runs), Config()) as engine:
        yield engine


@pytest.mark.parametrize("question", ["kapal gempa senjata", '"kopi dari" kapal', "hatta -kopi"])
def test_places_are_those_of_the_text(random_words: EmbeddedEngine, question: str) -> None:
    snapshot = random_words._snapshot
    matches = match(snapshot, parse(question).tree, Ranking(), snapshot.alive, exact=False)
    docs = matches.most
    for leaf in matches.leaves:
        forms = [[word] for word in leaf.surfaces] + [list(phrase) for phrase in leaf.phrases]
        expected = []
        for doc in docs.tolist():
            segment, local = snapshot.place(doc)
            version = random_words._archive.version(int(segment.seqs[local]))
            assert version is not None
            words = [token.surface for token in analyze(version.content.article.body)]
            places = [
                place
                for form in forms
                for place in range(len(words))
                if words[place : place + len(form)] == form
            ]
            expected.append(min(places, default=math.inf))
        assert words_before(snapshot, leaf, docs).tolist() == expected


@pytest.mark.parametrize(
    ("question", "match_"),
    [("kapal", None), ("kapal gempa", None), ("kapal gempa kopi", "most"), ("gempa OR x", None)],
)
def test_the_order_is_one_whatever_the_page(
    random_words: EmbeddedEngine, question: str, match_: search.results.Match | None
) -> None:
    asked = search.Request(question, match=match_, snippet_chars=0, limit=None)
    whole = random_words.search(asked).hits
    assert len(whole) > RERANKED
    scores = [hit.score for hit in whole]
    assert scores == sorted(scores, reverse=True)
    for total in (True, False):
        paged = []
        for offset in range(0, len(whole), 30):
            page = msgspec.structs.replace(asked, limit=30, offset=offset, total=total)
            paged += random_words.search(page).hits
        assert paged == whole


def test_the_second_stage_looks_at_the_best_only(random_words: EmbeddedEngine) -> None:
    request = search.Request("kapal", limit=None, explain=True)
    fields = [
        {part.field for part in hit.explanation or ()} for hit in random_words.search(request).hits
    ]
    assert all("lead" in one for one in fields[:50])
    assert all("lead" not in one for one in fields[RERANKED:])


def test_a_list_by_date_has_no_second_stage(archive: Path) -> None:
    with search.open(archive, Config()) as engine:
        request = search.Request("kopi", sort="newest", explain=True)
        for hit in engine.search(request).hits:
            assert {part.field for part in hit.explanation or ()} <= {"stem", "surface"}


def test_recency_prefers_the_newer_of_two_alike(tmp_path: Path) -> None:
    today = datetime.datetime.now(datetime.UTC)
    year_ago = today - datetime.timedelta(days=365.25)
    text = "Panen kopi dimulai."
    articles = [
        {"id": "old", "title": "Panen kopi", "text": text, "date": "1999-01-01"},
        {"id": "year", "title": "Panen", "text": text, "date": year_ago.isoformat()},
        {"id": "undated", "title": "Panen kopi", "text": text},
    ]
    archive = make_archive(tmp_path, articles)
    with search.open(archive, Config()) as engine:
        assert ids(engine, "kopi") == ["old", "undated", "year"]
    with search.open(archive, Config(ranking=Ranking(recency=3.0))) as engine:
        hits = engine.search(search.Request("kopi", explain=True)).hits
        assert hits[0].id == "year"
        newness = {
            hit.id: part.saturation
            for hit in hits
            for part in hit.explanation or ()
            if part.field == "date"
        }
        assert newness["year"] == pytest.approx(0.5, abs=0.001)
        assert newness["old"] == pytest.approx(1 / (1 + (today.year - 1999)), rel=0.05)
        assert "undated" not in newness


def test_an_explanation_with_every_part_adds_up(archive: Path) -> None:
    config = Config(ranking=Ranking(recency=0.5, relax_share=0.1))
    with search.open(archive, config) as engine:
        request = search.Request('kopi "lereng gunung" hujan', match="most", explain=True)
        hits = engine.search(request).hits
    assert len(hits) == 4
    for hit in hits:
        assert hit.explanation is not msgspec.UNSET
        for part in hit.explanation:
            assert part.score == pytest.approx(part.weight * part.idf * part.saturation)
        assert hit.score == pytest.approx(sum(p.score for p in hit.explanation), abs=1e-4)
