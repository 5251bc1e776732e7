"""The whole answer: which set, in which order, page by page, narrowed by filters."""

import datetime
import gc
import math
import re
import tracemalloc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

import search
from index.archive import Content, open_archive, pack
from index.article import Enrichment, PersonMention
from index.config import Config, Ranking
from index.errors import ArchiveError, EngineUnavailable, QueryError
from index.pipeline import delete, index_paths
from search.embedded.engine import EmbeddedEngine
from tests.archives import ids, make_archive

# By hand: "Rusia" and "Venezuela" are read as countries, the names behind an office as persons.
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "caracas",
        "title": "Pasokan ke Caracas",
        "text": "Menteri Luar Negeri Rusia Sergey Lavrov menawarkan senjata kepada Venezuela.",
        "date": "2021-06-22T21:30:00+00:00",  # the 23rd in Jakarta
        "source": "Warta Pagi",
        "author": ["Ayu", "Bima"],
    },
    {
        "id": "moskow",
        "title": "Pidato di Moskow",
        "text": "Menteri Luar Negeri Rusia Sergei Lavrov berpidato tentang senjata nuklir.",
        "date": "2021-06-22",
        "source": "Kabar Sore",
        "author": ["Ayu"],
    },
    {
        "id": "gudang",
        "title": "Gudang terbakar",
        "text": "Sebuah gudang persenjataan habis dilalap api semalam.",
        "date": "2020-02-29",
        "source": "Warta Pagi",
    },
    {
        "id": "kopi",
        "title": "Kopi berlayar",
        "text": "Pedagang mengirim kopi dari lereng gunung untuk pertama kali.",
    },
]
RELAX_BELOW = 2


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("engine"), ARTICLES)


@pytest.fixture(scope="module")
def engine(archive: Path) -> Iterator[search.Engine]:
    config = Config(ranking=Ranking(relax_below=RELAX_BELOW))
    with search.open(archive, config) as opened:
        yield opened


def answered(engine: search.Engine, question: str = "", **options: Any) -> search.Response:
    return engine.search(search.Request(question, limit=None, **options))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"filters": {"country": ["RU"]}}, {"caracas", "moskow"}),
        ({"filters": {"country": ["RU,VE"]}}, {"caracas", "moskow"}),
        ({"filters": {"country": ["RU", "VE"]}}, {"caracas"}),
        ({"filters": {"country": ["none"]}}, {"gudang", "kopi"}),
        ({"filters": {"country": ["none,VE"]}}, {"gudang", "kopi", "caracas"}),
        ({"filters": {"country": ["JP"]}}, set()),
        ({"exclude": {"country": ["VE"]}}, {"moskow", "gudang", "kopi"}),
        ({"exclude": {"country": ["none"]}}, {"caracas", "moskow"}),
        ({"filters": {"country": ["RU"]}, "exclude": {"country": ["VE"]}}, {"moskow"}),
        ({"filters": {"person": ["Sergey Lavrov"]}}, {"caracas", "moskow"}),
        ({"filters": {"person": ["sergei lavrov"]}}, {"caracas", "moskow"}),
        ({"exclude": {"person": ["Sergei Lavrov"]}}, {"gudang", "kopi"}),
        ({"filters": {"author": ["Ayu"]}}, {"caracas", "moskow"}),
        ({"filters": {"author": ["Ayu", "Bima"]}}, {"caracas"}),
        ({"filters": {"source": ["Warta Pagi"]}}, {"caracas", "gudang"}),
        ({"filters": {"source": ["Warta Pagi", "Kabar Sore"]}}, {"caracas", "gudang", "moskow"}),
        ({"filters": {"source": ["none"]}}, {"kopi"}),
        ({"filters": {"date": ["2021-06-22"]}}, {"moskow"}),
        ({"filters": {"date": ["2021-06-23"]}}, {"caracas"}),
        ({"filters": {"date": ["2021-06"]}}, {"caracas", "moskow"}),
        ({"filters": {"date": ["2021"]}}, {"caracas", "moskow"}),
        ({"filters": {"date": ["2020-02..2021-06-22"]}}, {"gudang", "moskow"}),
        ({"filters": {"date": ["..2020"]}}, {"gudang"}),
        ({"filters": {"date": ["2021.."]}}, {"caracas", "moskow"}),
        ({"filters": {"date": ["2020", "2021-06-22"]}}, {"gudang", "moskow"}),
        ({"filters": {"date": ["none"]}}, {"kopi"}),
        ({"exclude": {"date": ["2021"]}}, {"gudang", "kopi"}),
        ({"since": "2021-06-22", "until": "2021-06-22"}, {"moskow"}),
        ({"since": "2021-06-23"}, {"caracas"}),
        ({"until": "2021-06-22"}, {"gudang", "moskow"}),
        ({"filters": {"date": ["2021"]}, "until": "2021-06-22"}, {"moskow"}),
        ({"filters": {"country": ["RU"], "source": ["Warta Pagi"]}}, {"caracas"}),
    ],
)
def test_filters_narrow(engine: search.Engine, options: dict[str, Any], found: set[str]) -> None:
    assert set(ids(engine, "", **options)) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("negara:RU", {"caracas", "moskow"}),
        ("negara:RU -negara:VE", {"moskow"}),
        ("negara:RU negara:VE", {"caracas"}),
        ("negara:RU AND nuklir", {"moskow"}),
        ("negara:VE OR kopi", {"caracas", "kopi"}),
        ('orang:"Sergey Lavrov" tanggal:2021-06-22', {"moskow"}),
        ("senjata tanggal:..2020", {"gudang"}),
        ("sumber:none", {"kopi"}),
    ],
)
def test_filters_may_stand_in_the_question(
    engine: search.Engine, question: str, found: set[str]
) -> None:
    assert set(ids(engine, question)) == found


def test_enough_articles_with_all_words_are_the_set(engine: search.Engine) -> None:
    response = answered(engine, "Lavrov senjata")
    assert response.query.mode == "all"
    assert {hit.id for hit in response.hits} == {"caracas", "moskow"}


def test_too_few_are_followed_by_those_with_most_of_the_weight(engine: search.Engine) -> None:
    # One article holds all three words. "nuklir" is the rarest: without it "senjata" and
    # "Lavrov" reach the share in caracas; "senjata" alone, in gudang, does not.
    response = answered(engine, "Lavrov senjata nuklir")
    assert response.query.mode == "most"
    assert [hit.id for hit in response.hits] == ["moskow", "caracas"]


@pytest.mark.parametrize(
    ("with_kopi", "filters", "found"),
    [
        (12, {}, 13),
        (24, {}, 1),  # 25 are more than ten times as many as are enough
        (24, {"source": ["Kabar"]}, 6),
    ],
)
def test_where_too_few_hold_the_share_those_with_most_of_the_rest_follow(
    tmp_path: Path, with_kopi: int, filters: dict[str, list[str]], found: int
) -> None:
    # "kopi", in a third of the articles, is about a quarter of the weight.
    texts = ["Gerhana terlihat.", *["Kopi dijemur."] * with_kopi, *["Teh dipetik."] * 2 * with_kopi]
    articles = [
        {"id": str(number), "text": text, "source": "Kabar" if number <= 5 else "Warta"}
        for number, text in enumerate(texts)
    ]
    config = Config(ranking=Ranking(relax_below=RELAX_BELOW))
    with search.open(make_archive(tmp_path, articles), config) as engine:
        response = answered(engine, "gerhana kopi", filters=filters)
        assert (response.total, response.query.mode) == (found, "most")
        assert response.hits[0].id == "0"
        page = search.Request("gerhana kopi", filters=filters)
        untold = engine.search(msgspec.structs.replace(page, total=False))
        assert (untold.hits, untold.query) == (engine.search(page).hits, response.query)


@pytest.mark.parametrize(("all_words", "first"), [(0.1, "most"), (2.0, "all")])
def test_what_holding_all_words_is_worth_is_configured(
    tmp_path: Path, all_words: float, first: str
) -> None:
    articles = [
        {"id": "all", "title": "Laporan", "text": f"{'lain ' * 80} gempa dan kopi."},
        {"id": "most", "title": "Kopi kopi", "text": "Kopi kopi kopi."},
        *({"id": f"other{n}", "title": "Gempa", "text": "kapal " * 30} for n in range(3)),
    ]
    config = Config(ranking=Ranking(all_words=all_words))
    with search.open(make_archive(tmp_path, articles), config) as engine:
        response = answered(engine, "gempa kopi", explain=True)
    assert response.query.mode == "most"
    assert response.hits[0].id == first
    gained = {
        hit.id: part.score
        for hit in response.hits
        for part in hit.explanation or ()
        if part.field == "all words"
    }
    # idf: 5 articles, 2 with kopi, 4 with gempa
    assert gained == {"all": pytest.approx(all_words * (math.log(2.4) + math.log(4 / 3)))}


def test_whether_to_relax_is_decided_with_the_filters_on(engine: search.Engine) -> None:
    assert answered(engine, "Lavrov senjata").query.mode == "all"
    narrowed = answered(engine, "Lavrov senjata", filters={"source": ["Warta Pagi"]})
    assert narrowed.query.mode == "most"
    assert [hit.id for hit in narrowed.hits] == ["caracas", "gudang"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ('"senjata nuklir" kopi', {"moskow"}),
        ("+Lavrov kopi", {"caracas", "moskow"}),
        ("kopi gudang -api", {"kopi"}),
        ("(kopi OR gudang) Lavrov", {"kopi", "gudang"}),
        ("kopi AND Lavrov", set()),
    ],
)
def test_what_is_said_plainly_never_relaxes(
    engine: search.Engine, question: str, found: set[str]
) -> None:
    assert set(ids(engine, question, match="most")) == found


def test_match_overrules_the_number_of_articles(engine: search.Engine) -> None:
    assert ids(engine, "Lavrov senjata nuklir", match="all") == ["moskow"]
    assert set(ids(engine, "Lavrov senjata", match="most")) == {"caracas", "moskow", "gudang"}


def test_the_surface_outranks_the_stem(tmp_path: Path) -> None:
    articles = [
        {"id": "form", "title": "Satu", "text": "Kepala gudang persenjataan diganti."},
        {"id": "word", "title": "Satu", "text": "Kepala gudang senjata diganti."},
        {"id": "name", "title": "Satu", "text": "Kepala gudang Persenjataan diganti."},
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as engine:
        assert ids(engine, "senjata")[0] == "word"
        assert ids(engine, "persenjataan")[-1] == "word"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", ["caracas", "moskow", "gudang", "kopi"]),
        ("oldest", ["gudang", "moskow", "caracas", "kopi"]),
        ("relevance", ["caracas", "moskow", "gudang", "kopi"]),  # nothing to be relevant to
    ],
)
def test_undated_articles_sort_last(engine: search.Engine, sort: str, order: list[str]) -> None:
    assert ids(engine, "", sort=sort) == order


@pytest.mark.parametrize("question", ["", "senjata OR kopi", "Rusia"])
@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_are_the_whole_list_cut_up(engine: search.Engine, question: str, sort: Any) -> None:
    whole = ids(engine, question, sort=sort)
    for size in (1, 2, 3):
        pages: list[str] = []
        for offset in range(0, len(whole) + size, size):
            request = search.Request(question, sort=sort, limit=size, offset=offset)
            response = engine.search(request)
            assert response.total == len(whole)
            pages += [hit.id for hit in response.hits]
        assert pages == whole


def test_no_limit_of_hits_is_too_small_or_too_large(engine: search.Engine) -> None:
    assert engine.search(search.Request("", limit=0)).hits == []
    assert len(engine.search(search.Request("", limit=99)).hits) == 4
    assert engine.search(search.Request("", limit=5, offset=99)).hits == []


def test_scanning_gives_the_hits_of_the_answer(engine: search.Engine) -> None:
    request = search.Request('Menlu senjata nuklir "', limit=None, explain=True)
    response, scan = engine.search(request), engine.scan(request)
    assert (scan.query, scan.total, scan.warnings) == (
        response.query,
        response.total,
        response.warnings,
    )
    assert scan.query.expansions
    assert scan.warnings
    assert list(scan) == response.hits != []
    none = engine.scan(search.Request("senjata", limit=0))
    assert (none.total, list(none)) == (3, [])


def test_an_answer_is_repeatable(engine: search.Engine) -> None:
    request = search.Request("Rusia senjata", facets=[search.Facet("person")])
    first, second = (engine.search(request) for _ in range(2))
    assert first == msgspec.structs.replace(second, took_ms=first.took_ms)


def test_a_hit_says_what_its_article_says(engine: search.Engine) -> None:
    (hit,) = answered(engine, "negara:VE").hits
    assert (hit.title, hit.source, hit.author) == (
        "Pasokan ke Caracas",
        "Warta Pagi",
        ["Ayu", "Bima"],
    )
    assert hit.date == "2021-06-22T21:30+00:00"
    assert hit.countries == ["RU", "VE"]
    assert hit.people == ["Sergei Lavrov"]
    assert hit.inferred == []


def test_an_explanation_adds_up(engine: search.Engine) -> None:
    for hit in answered(engine, 'senjata "menteri luar negeri" rus*', explain=True).hits:
        assert hit.explanation is not msgspec.UNSET
        for part in hit.explanation:
            assert part.score == pytest.approx(part.weight * part.idf * part.saturation)
        assert hit.score == pytest.approx(sum(one.score for one in hit.explanation), abs=1e-4)


def test_with_k1_0_a_word_counts_once_however_often_it_stands(tmp_path: Path) -> None:
    articles = [
        {"id": "often", "title": "Satu", "text": "Kopi, kopi dan kopi lagi."},
        {"id": "once", "title": "Dua", "text": "Sesudah panen tiba, petani minum kopi pagi itu."},
        {"id": "never", "title": "Tiga", "text": "Nelayan pulang."},
    ]
    config = Config(ranking=Ranking(k1=0, lead=0))
    with search.open(make_archive(tmp_path, articles), config) as engine:
        often, once = answered(engine, "kopi nelayan", match="most", explain=True).hits[1:]
        assert {often.id, once.id} == {"often", "once"}
        assert often.score == once.score > 0
        assert often.explanation
        assert [part.saturation for part in often.explanation] == [1.0, 1.0]


def test_an_explanation_is_plain_numbers(engine: search.Engine) -> None:
    request = search.Request("senjata nuklir", explain=True)
    explained = msgspec.json.decode(engine.search(request).to_json())["hits"][0]["explanation"]
    assert explained[0]["word"] == "senjata"
    assert explained[0]["saturation"] > 0


def test_nothing_is_explained_or_quoted_unasked(engine: search.Engine) -> None:
    (hit,) = answered(engine, "kopi", snippet_chars=0).hits
    assert hit.explanation is msgspec.UNSET
    assert hit.snippet is None
    assert b"explanation" not in msgspec.json.encode(hit)


def test_the_question_is_told_as_it_was_understood(engine: search.Engine) -> None:
    understood = answered(
        engine, 'Lavrov DAN senjata negara:"amerika serikat"', exclude={"country": ["Cina"]}
    ).query
    assert understood.raw == 'Lavrov DAN senjata negara:"amerika serikat"'
    assert understood.parsed == "+Lavrov +(senjata)"
    assert understood.filters == {"country": [["US"]]}
    assert understood.exclude == {"country": [["CN"]]}


def test_what_is_odd_in_a_question_is_a_warning(engine: search.Engine) -> None:
    response = answered(engine, 'kopi "')
    assert [hit.id for hit in response.hits] == ["kopi"]
    assert "quotation mark at character 6" in response.warnings[0]


@pytest.mark.parametrize("question", ["🙂", "()", "*", "-", "AND OR NOT"])
def test_a_question_without_words_is_told_to_list_everything(
    engine: search.Engine, question: str
) -> None:
    response = answered(engine, question)
    assert response.total == 4
    assert response.warnings[-1] == "The question has no words: every article is listed."


@pytest.mark.parametrize("question", ["", "  ", "negara:RU", "-kopi", "dari"])
def test_asking_for_everything_needs_no_warning(engine: search.Engine, question: str) -> None:
    assert answered(engine, question).warnings == []


@pytest.mark.parametrize(
    "request_",
    [
        search.Request(filters={"country": ["Atlantis"]}),
        search.Request(filters={"colour": ["red"]}),
        search.Request(facets=[search.Facet("colour")]),
        search.Request(facets=[search.Facet("country", interval="year")]),
        search.Request(since="entah kapan"),
    ],
)
def test_the_impossible_is_an_error(engine: search.Engine, request_: search.Request) -> None:
    with pytest.raises(QueryError):
        engine.search(request_)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sort": "foo"}, "sort: invalid enum value 'foo'; it is one of relevance, newest, oldest"),
        ({"match": "some"}, "match: invalid enum value 'some'; it is one of all, most"),
        ({"limit": -1}, "limit: expected `int` >= 0"),
        ({"offset": -3}, "offset: expected `int` >= 0"),
        ({"offset": None}, "offset: expected `int`, got `null`"),
        ({"snippet_chars": -1}, "snippet_chars: expected `int` >= 0"),
        ({"query": None}, "query: expected `str`, got `null`"),
        ({"exact": "yes"}, "exact: expected `bool`, got `str`"),
        ({"filters": {"country": 7}}, "filters[...]: expected `str | array`, got `int`"),
        ({"filters": {"country": [object()]}}, "a value that no option takes"),
        (
            {"facets": [search.Facet("date", interval="week")]},  # type: ignore[arg-type]
            "facets[0].interval: invalid enum value 'week'; it is one of year, month, day",
        ),
        ({"facets": [search.Facet("date", limit=-2)]}, "facets[0].limit: expected `int` >= 0"),
    ],
)
def test_an_option_of_the_wrong_kind_is_named(
    engine: search.Engine, options: dict[str, Any], message: str
) -> None:
    request = search.Request(**options)
    for ask in (engine.search, engine.scan):
        with pytest.raises(QueryError, match="^" + re.escape(message)):
            ask(request)


def test_a_day_may_be_given_as_a_date(engine: search.Engine) -> None:
    day = datetime.date(2021, 6, 22)
    assert ids(engine, "", since=day, until=day) == ["moskow"]


def test_a_deleted_article_answers_nothing_any_more(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    with search.open(archive, Config()) as before:
        with open_archive(archive) as opened:
            (number,) = opened.find("moskow")
        delete(archive, [number], Config())
        # An engine that was open keeps its commit, but has no text to show any more.
        assert "moskow" not in ids(before, "")
    with search.open(archive, Config()) as after:
        assert set(ids(after, "")) == {"caracas", "gudang", "kopi"}
        assert (
            answered(after, facets=[search.Facet("country")]).facets["country"].values[0].count == 1
        )


def test_what_the_archive_deleted_is_gone_before_the_index_knows(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    with open_archive(archive, write=True) as opened:
        opened.delete(opened.find("moskow")[0])
    with search.open(archive, Config()) as engine:
        response = answered(engine, facets=[search.Facet("source")])
        assert response.total == response.archive.articles == 3
        assert [one.value for one in response.facets["source"].values] == ["Warta Pagi"]


def test_people_are_those_of_the_commit_while_a_reindex_reads_anew(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    with open_archive(archive, write=True) as opened:
        version = opened.current(opened.find("moskow")[0])
        assert version is not None
        enrichment = Enrichment(title="Pidato", people=(PersonMention("Somebody New"),))
        opened.update_enrichment(
            version.seq, pack(Content(version.content.article, enrichment)), enrichment.source
        )
        opened.commit()
    with search.open(archive, Config()) as engine:
        (hit,) = answered(engine, "nuklir", match="all").hits
        assert hit.people == ["Sergei Lavrov"]


def test_an_empty_archive_answers_with_nothing(tmp_path: Path) -> None:
    index_paths([str(tmp_path)], tmp_path / "archive", Config())
    with search.open(tmp_path / "archive", Config()) as engine:
        facets = [search.Facet(name) for name in ("country", "person", "date", "source")]
        for question in ("", "kopi", '"dua kata"', "kop*", "-kopi", "negara:RU"):
            response = answered(engine, question, facets=facets)
            assert (response.total, response.hits) == (0, [])
            assert all(facet.values == [] for facet in response.facets.values())


def test_a_folder_without_an_archive_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cakap-search index") as caught:
        search.open(tmp_path, Config())
    assert caught.value.kind == "missing"


def test_one_engine_answers_many_threads(archive: Path) -> None:
    config = Config(ranking=Ranking(relax_below=RELAX_BELOW))
    questions = ["senjata", "Lavrov senjata nuklir", "", '"menteri luar negeri"', "kop*", "Rusia"]
    with search.open(archive, config) as engine, ThreadPoolExecutor(8) as threads:
        expected = [ids(engine, question) for question in questions]
        for _ in range(20):
            assert list(threads.map(lambda words: ids(engine, words), questions)) == expected
        scanned = engine.scan(search.Request("senjata"))
        assert threads.submit(lambda: [hit.id for hit in scanned]).result() == expected[0]


def test_a_closed_engine_that_nobody_holds_is_gone_at_once(archive: Path) -> None:
    """With its mapped files, whose place on the disk a later commit wants back."""
    engine = search.open(archive, Config())
    engine.search(search.Request("Rusia", filters={"country": ["RU"]}, since="2021"))
    left = weakref.ref(engine)
    gc.disable()
    try:
        engine.close()
        del engine
        assert left() is None
    finally:
        gc.enable()


def test_a_closed_engine_says_so_in_any_thread(archive: Path) -> None:
    engine = search.open(archive, Config())
    scanned = iter(engine.scan(search.Request("")))
    next(scanned)
    with ThreadPoolExecutor(1) as threads:
        threads.submit(engine.close).result()
    for ask in (
        lambda: engine.search(search.Request("xyzzy")),
        lambda: engine.scan(search.Request("")),
        lambda: next(scanned),
    ):
        with pytest.raises(EngineUnavailable, match="the engine is closed; open another"):
            ask()
    engine.close()


def test_the_whole_api_opens_by_a_string_and_closes(archive: Path) -> None:
    engine = search.open(str(archive), Config())
    assert engine.search(search.Request("kopi")).total == 1
    engine.close()


def test_who_and_what_only_deleted_articles_name_is_unknown(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    with open_archive(archive, write=True) as opened:
        for id in ("caracas", "moskow"):
            opened.delete(opened.find(id)[0])
    with EmbeddedEngine(archive, Config()) as engine:
        stats = engine.stats()
        assert (stats["articles"], stats["sources"], stats["people"]) == (2, 1, 0)
        with pytest.raises(QueryError, match=r"no person .*'Sergei Lavrov'$"):
            answered(engine, filters={"person": ["Sergei Lavrov"]})
        with pytest.raises(QueryError, match=r"no source .*'Kabar Sore'$"):
            answered(engine, filters={"source": ["Kabar Sore"]})
        assert ids(engine, "", filters={"source": ["Warta Pagi"]}) == ["gudang"]


def test_only_what_came_after_a_change_of_the_archive(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES[:3])
    with search.open(archive, Config()) as engine:
        seq = engine.search(search.Request()).archive.seq
        assert ids(engine, "", after_seq=seq) == []
    (tmp_path / "more.jsonl").write_bytes(msgspec.json.encode(ARTICLES[3]))
    index_paths([str(tmp_path / "more.jsonl")], archive, Config(), jobs=1)
    with search.open(archive, Config()) as engine:
        assert ids(engine, "", after_seq=seq) == ["kopi"]
        assert ids(engine, "senjata", after_seq=seq) == []


def test_every_hit_is_listed_in_the_memory_of_one(tmp_path: Path) -> None:
    articles = [
        {"id": f"n{n}", "title": f"Kopi {n % 7}", "text": "Kopi dipanen lagi. " * 400}
        for n in range(600)
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as engine:
        request = search.Request("kopi", limit=None)
        first = [hit.id for hit in engine.scan(request)]  # fills what is kept for every question
        scan = engine.scan(request)
        tracemalloc.start()
        ids_in_order = []
        peaks = []
        for hit in scan:
            ids_in_order.append(hit.id)
            if len(ids_in_order) % 200 == 0:
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.reset_peak()
        tracemalloc.stop()
    assert ids_in_order == first
    assert len(set(ids_in_order)) == scan.total == 600
    # Six hundred texts are 4.6 MB; what grows is the list of ids.
    assert max(peaks) - min(peaks) < 100_000
    assert max(peaks) < 1_000_000
