"""What every engine answers: one contract, held by the embedded one and by a cluster.

`alike` compares the two to the last digit; the other facts are worked out by hand.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

import search
from index.archive import open_archive
from index.check import check
from index.config import Cluster as Settings
from index.config import Config, People, Ranking
from index.errors import ArchiveError, EngineUnavailable, QueryError
from index.opensearch.cluster import Cluster as Connection
from index.opensearch.writer import ClusterWriter
from index.pipeline import delete, index_paths, optimize, rebuild, reindex, undo_takedowns, withdraw
from search.engine import open_folder
from tests.archives import ids, make_archive
from tests.cluster.nodes import Cluster

_numbers = itertools.count()

# Two outlets have one report (berita, salinan); "tanpa" has neither date nor source.
REPORT = (
    "Menteri Luar Negeri Rusia Sergey Lavrov menawarkan persenjataan baru kepada Venezuela dalam"
    " pertemuan tertutup di Caracas yang berlangsung hampir tiga jam pada Selasa malam."
)
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "berita",
        "title": "Rusia menawarkan senjata",
        "text": REPORT,
        "date": "2021-06-22T09:00:00+07:00",
        "source": "Warta Pagi",
        "category": "Dunia",
        "author": ["Ayu", "Bima"],
    },
    {
        "id": "salinan",
        "title": "Lavrov di Caracas",
        "text": REPORT,
        "date": "2021-06-22T11:00:00+07:00",
        "source": "Kabar Sore",
    },
    {
        "id": "pidato",
        "title": "Pidato di Moskow",
        "text": "Di Moskow, Sergei Lavrov berpidato tentang senjata nuklir dan perlucutan senjata.",
        "date": "2021-06-23",
        "source": "Kabar Sore",
        "author": ["Ayu"],
    },
    {
        "id": "gudang",
        "title": "Gudang undang-undang terbakar",
        "text": "Sebuah gudang persenjataan di Bandung habis dilalap api semalam, kata polisi.",
        "date": "2020-02-29",
        "source": "Warta Pagi",
        "category": "Nusantara",
    },
    {
        "id": "kopi",
        "title": "Kopi Gayo berlayar ke Jepang",
        "text": "Pedagang mengirim kopi dari lereng gunung ke Jepang untuk pertama kali tahun ini.",
        "date": "2021-07-01",
        "source": "Warta Pagi",
        "category": "Ekonomi",
    },
    {
        "id": "panen",
        "title": "Panen kopi",
        "text": "Panen raya kopi di Gayo turun. Harga kopi naik Rp5.000 karena hujan turun terus.",
        "date": "2021-07-02",
        "source": "Warta Pagi",
        "category": "Ekonomi",
    },
    {"id": "tanpa", "text": "Hujan turun di Bandung sejak pagi, dan gudang kopi kebanjiran."},
]
# Not two of any word: what decides between "all" and "most" is set to it.
RELAX_BELOW = 2

Settled = Callable[..., Config]


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("opensearch", marks=pytest.mark.cluster)],
)
def settled(request: pytest.FixtureRequest) -> Settled:
    """The configuration of one engine; on a cluster each has an index of its own."""
    if request.param == "embedded":
        return lambda **more: Config(**more)
    return on_cluster(request.getfixturevalue("one_node"))


def on_cluster(node: Cluster) -> Settled:
    def settle(**more: Any) -> Config:
        there = Settings(
            urls=tuple(node.urls), index=f"kontrak-{next(_numbers)}", shards=3, replicas=0
        )
        return Config(engine="opensearch", opensearch=there, **more)

    return settle


@pytest.fixture(scope="module")
def engine(settled: Settled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    config = settled(ranking=Ranking(relax_below=RELAX_BELOW))
    archive = make_archive(tmp_path_factory.mktemp("kontrak"), ARTICLES, config=config)
    with search.open(archive, config) as engine:
        yield engine


QUESTIONS = {
    "kopi": {"kopi", "panen", "tanpa"},
    "senjata": {"berita", "salinan", "pidato", "gudang"},  # persenjataan too
    "+kopi +gudang": {"tanpa"},
    "kopi -gayo": {"tanpa"},
    '"senjata nuklir"': {"pidato"},
    '"nuklir senjata"': set(),
    '"nuklir senjata"~1': {"pidato"},
    '"senjata senjata"~9': {"pidato"},
    '"senjata di"': set(),  # the end of a title and the beginning of a body are far apart
    "senjat*": {"berita", "pidato"},  # as it is written: persenjataan begins otherwise
    "lavrof~": {"berita", "salinan", "pidato"},
    "k~": {"kopi"},  # ke; on a cluster the end of a title is one letter, too
    "judul:kopi": {"kopi", "panen"},
    "isi:kopi": {"kopi", "panen", "tanpa"},
    "isi:lavrov": {"berita", "salinan", "pidato"},
    "judul:lavrov": {"salinan"},
    'isi:"lavrov di"': set(),
    'judul:"lavrov di"': {"salinan"},
    "judul:senjat*": {"berita"},
    "isi:moskow": {"pidato"},
    "isi:senjat*": {"pidato"},
    "kopi OR nuklir": {"kopi", "panen", "tanpa", "pidato"},
    "gudang AND bandung": {"gudang", "tanpa"},
    "hujan DAN NOT panen": {"tanpa"},
    "undang-undang": {"gudang"},
    "dan di": {"tanpa", "pidato"},  # stop words alone
    "negara:Venezuela nuklir": set(),
    "": {one["id"] for one in ARTICLES},
    "wxyzzy": set(),
    "5000": {"panen"},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_articles_that_answer_and_no_others(engine: search.Engine, question: str) -> None:
    response = engine.search(search.Request(question, limit=None))
    found = [hit.id for hit in response.hits]
    assert set(found) == QUESTIONS[question]
    assert response.total == len(found) == len(QUESTIONS[question])
    assert response.warnings == engine.search(search.Request(question, limit=0)).warnings


def test_all_words_then_most(engine: search.Engine) -> None:
    enough = engine.search(search.Request("kopi gayo"))
    assert (enough.query.mode, enough.total) == ("all", 2)
    too_few = engine.search(search.Request("kopi gudang"))
    assert (too_few.query.mode, too_few.hits[0].id) == ("most", "tanpa")
    asked = engine.search(search.Request("kopi gudang", match="all"))
    assert (asked.query.mode, asked.total) == ("all", 1)


def test_score_is_the_sum_of_what_explains_it(engine: search.Engine) -> None:
    for hit in engine.search(search.Request("lavrov senjata caracas", explain=True)).hits:
        assert isinstance(hit.explanation, list)
        assert round(sum(part.score for part in hit.explanation), 4) == hit.score
        assert {part.field for part in hit.explanation} >= {"stem", "surface", "lead"}


def test_facets_are_exact_and_leave_out_their_own_filter(engine: search.Engine) -> None:
    request = search.Request(
        filters={"source": ["Warta Pagi"]},
        facets=[
            search.Facet("source"),
            search.Facet("category", limit=1),
            search.Facet("date", interval="month"),
            search.Facet("person"),
        ],
    )
    response = engine.search(request)
    assert response.total == 4
    source = response.facets["source"]
    assert [(one.value, one.count, one.selected) for one in source.values] == [
        ("Warta Pagi", 4, True),
        ("Kabar Sore", 2, False),
    ]
    assert (source.distinct, source.missing) == (2, 1)
    category = response.facets["category"]
    assert [(one.value, one.count) for one in category.values] == [("Ekonomi", 2)]
    assert (category.distinct, category.missing) == (3, 0)
    months = response.facets["date:month"]
    assert [(one.value, one.count) for one in months.values] == [
        ("2020-02", 1),
        ("2021-06", 1),
        ("2021-07", 2),
    ]
    # Sergey and Sergei are one person, whom more articles call Sergey.
    assert [(one.value, one.count) for one in response.facets["person"].values] == [
        ("Sergey Lavrov", 1)
    ]


def test_filters_narrow(engine: search.Engine) -> None:
    def found(**options: Any) -> set[str]:
        return set(ids(engine, "", **options))

    assert found(filters={"person": ["Sergei Lavrov"]}) == {"berita", "salinan", "pidato"}
    assert found(filters={"country": ["VE"]}) == {"berita", "salinan"}
    assert found(filters={"person": ["Lavrov"]}, exclude={"country": ["VE"]}) == {"pidato"}
    assert found(filters={"date": ["none"]}) == {"tanpa"}
    assert found(since="2021-07-01") == {"kopi", "panen"}
    assert found(until="2020") == {"gudang"}
    assert found(filters={"author": ["Ayu", "Bima"]}) == {"berita"}


def test_sorted_by_time_undated_articles_come_last(engine: search.Engine) -> None:
    newest = ["panen", "kopi", "pidato", "salinan", "berita", "gudang", "tanpa"]
    assert ids(engine, "", sort="newest") == newest
    assert ids(engine, "", sort="oldest") == [*newest[-2::-1], "tanpa"]


def test_story_is_listed_once_and_counted_as_its_articles(engine: search.Engine) -> None:
    response = engine.search(search.Request("caracas"))
    assert (response.total, response.stories, len(response.hits)) == (2, 1, 1)
    story = response.hits[0].story
    assert story is not None
    assert (story.articles, story.earliest) == (["berita", "salinan"], "berita")
    assert len(ids(engine, "caracas")) == 2


def test_pages_join_to_the_whole(engine: search.Engine) -> None:
    request = search.Request("kopi senjata gudang", match="most", group=False)
    whole = [hit.id for hit in engine.scan(msgspec.structs.replace(request, limit=None))]
    pages = [
        [hit.id for hit in engine.search(msgspec.structs.replace(request, limit=2, offset=n)).hits]
        for n in range(0, len(whole), 2)
    ]
    assert list(itertools.chain(*pages)) == whole


def test_timeline_has_every_day_and_the_best_article_of_a_peak(engine: search.Engine) -> None:
    timeline = engine.timeline(search.Request("kopi OR senjata"), "month")
    counts = {one.period: one.articles for one in timeline.periods if one.articles}
    assert counts == {"2020-02": 1, "2021-06": 3, "2021-07": 2}
    assert (timeline.total, timeline.undated) == (7, 1)
    assert len(timeline.periods) == 18


def test_nothing_tells_what_stands_in_the_way(engine: search.Engine) -> None:
    response = engine.search(
        search.Request("kopi wxyzzy", match="all", filters={"source": ["Kabar Sore"]})
    )
    assert not isinstance(response.nothing, msgspec.UnsetType)
    assert response.nothing.unknown_words == ["wxyzzy"]
    assert [(one.field, one.articles) for one in response.nothing.filters] == [("source", 0)]
    assert response.nothing.first_day == "2020-02-29"


def test_suggestions_count_articles(engine: search.Engine) -> None:
    told = {(one.kind, one.text): one.articles for one in engine.suggest("kop")}
    assert told["word", "kopi"] == 3
    assert {one.text for one in engine.suggest("serg") if one.kind == "person"} == {"Sergey Lavrov"}


def test_similar_articles_leave_out_copies(engine: search.Engine) -> None:
    similar = engine.similar("kopi", limit=3)
    assert similar is not None
    assert [hit.id for hit in similar.hits] == ["panen"]
    copied = engine.similar("berita", limit=3)
    assert copied is not None
    assert (copied.hits, copied.copies) == ([], ["salinan"])


def test_copies_of_an_article_are_found(settled: Settled, tmp_path: Path) -> None:
    config = settled()
    archive = make_archive(tmp_path, ARTICLES, config=config)
    with open_folder(archive, config) as engine:
        version = engine._archive.current(engine._archive.find("berita")[0])
        assert version is not None
        assert [copy.version.public_id for copy in engine.near_copies(version)] == ["salinan"]


def test_changed_withdrawn_and_deleted_articles(settled: Settled, tmp_path: Path) -> None:
    config = settled()
    changed = {**ARTICLES[4], "text": "Pedagang mengirim teh ke Jepang.", "title": "Teh berlayar"}
    archive = make_archive(tmp_path, ARTICLES, [changed], config=config)
    numbers: dict[str, int] = {}
    with open_folder(archive, config) as before:
        assert ids(before, "teh") == ["kopi"]
        assert set(ids(before, "kopi")) == {"panen", "tanpa"}
        for name in ("panen", "tanpa", "berita"):
            numbers[name] = before._archive.find(name)[0]
        withdraw(archive, [numbers["panen"]], config, reason="putusan")
        # An engine that is open hides it at once.
        assert ids(before, "kopi") == ["tanpa"]
    with open_folder(archive, config) as engine:
        assert ids(engine, "kopi") == ["tanpa"]
        takedown = engine._archive.takedowns.of(numbers["panen"])
        assert takedown is not None
    undo_takedowns(archive, [takedown], config, reason="banding")
    delete(archive, [numbers["tanpa"], numbers["berita"]], config)
    with open_folder(archive, config) as engine:
        assert ids(engine, "kopi") == ["panen"]
        assert ids(engine, "caracas") == ["salinan"]
        assert engine.search(search.Request("caracas")).hits[0].story is None
        again = search.Request(after_seq=1, limit=None)
        assert {hit.id for hit in engine.search(again).hits} >= {"kopi", "panen"}
    assert check(archive, config).problems == []


def test_an_open_engine_lists_again_what_is_shown_again(settled: Settled, tmp_path: Path) -> None:
    config = settled()
    archive = make_archive(tmp_path, ARTICLES, config=config)
    with open_folder(archive, config) as engine:
        number = engine._archive.find("panen")[0]
        withdraw(archive, [number], config, reason="putusan")
        assert set(ids(engine, "kopi")) == {"kopi", "tanpa"}
        takedown = engine._archive.takedowns.of(number)
        assert takedown is not None
        undo_takedowns(archive, [takedown], config, reason="banding")
        assert set(ids(engine, "kopi")) == {"kopi", "panen", "tanpa"}


def test_article_under_an_embargo_joins_no_story(settled: Settled, tmp_path: Path) -> None:
    config = settled()
    archive = make_archive(tmp_path, ARTICLES, config=config)
    with open_folder(archive, config) as engine:
        number = engine._archive.find("salinan")[0]
    withdraw(archive, [number], config, reason="embargo", until="2999-01-01T00:00:00+00:00")
    with open_folder(archive, config) as engine:
        response = engine.search(search.Request("caracas"))
        assert (response.total, response.stories) == (1, 1)
    assert check(archive, config).problems == []


def test_persons_are_joined_and_parted_without_reading_an_article(
    settled: Settled, tmp_path: Path
) -> None:
    said = tmp_path / "identitas.txt"
    config = settled(people=People(identities=str(said)))
    said.write_text("")
    articles = [
        {"id": "a", "text": "Di Bandung, Joko Anwarudin berpidato tentang panen."},
        {"id": "b", "text": "Di Garut, Slamet Prasetyono berpidato tentang panen."},
    ]
    archive = make_archive(tmp_path, articles, config=config)
    facet = search.Request(facets=[search.Facet("person")])

    def people() -> dict[str, int]:
        with search.open(archive, config) as engine:
            values = engine.search(facet).facets["person"].values
        return {one.value: one.count for one in values}

    assert people() == {"Joko Anwarudin": 1, "Slamet Prasetyono": 1}
    for line, expected in (
        ("Joko Anwarudin = Slamet Prasetyono\n", {"Joko Anwarudin": 2}),
        ("", {"Joko Anwarudin": 1, "Slamet Prasetyono": 1}),
    ):
        said.write_text(line)
        index_paths([str(tmp_path / "0.jsonl")], archive, config, jobs=1)
        assert people() == expected
    assert check(archive, config).problems == []


def test_reindex_and_optimize_change_no_answer(settled: Settled, tmp_path: Path) -> None:
    config = settled()
    archive = make_archive(tmp_path, ARTICLES[:5], ARTICLES[5:], config=config)

    def answer() -> Any:
        with search.open(archive, config) as engine:
            response = engine.search(search.Request("kopi OR senjata", limit=None))
        return [msgspec.structs.replace(hit, score=0.0) for hit in response.hits]

    before = answer()
    reindex(archive, config, jobs=1)
    optimize(archive, config)
    assert answer() == before
    assert check(archive, config).problems == []


# What only a cluster has


@pytest.fixture
def moved(one_node: Cluster, tmp_path: Path) -> tuple[Path, Config]:
    """An archive on a cluster."""
    config = on_cluster(one_node)()
    return make_archive(tmp_path, ARTICLES, config=config), config


@pytest.mark.cluster
def test_more_values_than_one_search_counts_are_counted_all_the_same(
    one_node: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.opensearch.engine._BUCKETS", 4)
    monkeypatch.setattr("search.opensearch.engine._FREQUENCIES_KEPT", 0)
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here = make_archive(tmp_path / "here", ARTICLES)
    config = on_cluster(one_node)()
    there = make_archive(tmp_path / "there", ARTICLES, config=config)
    facets = tuple(search.Facet(field, limit=None) for field in ("country", "person", "source"))
    with search.open(here) as one, search.open(there, config) as other:
        for question in ("", "kopi", "senjata rusia"):
            request = search.Request(question, facets=facets)
            expected, found = one.search(request), other.search(request)
            assert (found.facets, found.total, found.stories) == (
                expected.facets,
                expected.total,
                expected.stories,
            )


@pytest.mark.cluster
def test_more_words_and_forms_than_a_cluster_looks_for_at_once(
    one_node: Cluster, tmp_path: Path
) -> None:
    """Two patterns of 9,000 forms each are looked for; in bodies alone one is too much."""
    config = on_cluster(one_node)()
    forms = [
        {"text": " ".join(f"pe{n:x}kata me{n:x}kata" for n in range(first, first + 300))}
        for first in range(0, 9000, 300)
    ]
    archive = make_archive(tmp_path, forms, config=config)
    with search.open(archive, config) as engine:
        words = [f"pe{n:x}kata" for n in range(500)]
        for question, total in (("pe* me*", 30), (" ".join(words[:200]), 1)):
            assert engine.search(search.Request(question)).total == total
        for question in ("isi:pe*", " ".join(words)):
            with pytest.raises(QueryError, match="ask for fewer"):
                engine.search(search.Request(question))


@pytest.mark.cluster
def test_an_interrupted_reindex_goes_on_with_the_same_settings_only(
    one_node: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = on_cluster(one_node)()
    archive = make_archive(tmp_path, ARTICLES, config=config)

    def indexes() -> set[str]:
        return set(one_node.nodes[0].ask(f"/{config.opensearch.index}-*"))

    def interrupted(one: Config) -> set[str]:
        before = indexes()
        with monkeypatch.context() as patch:
            patch.setattr(ClusterWriter, "_publish", unavailable)
            with pytest.raises(EngineUnavailable):
                rebuild(archive, one)
        return indexes() - before

    (first,) = interrupted(config)
    assert interrupted(config) == set()  # it went on with the first
    other = msgspec.structs.replace(config, ranking=Ranking(k1=1.5))
    (second,) = interrupted(other)
    assert second != first
    rebuild(archive, config)
    assert indexes() >= {first}
    assert check(archive, config).problems == []


def unavailable(*_: object) -> None:
    raise EngineUnavailable("made up")


@pytest.mark.cluster
def test_engines_answer_alike(one_node: Cluster, tmp_path: Path) -> None:
    config = on_cluster(one_node)(ranking=Ranking(relax_below=RELAX_BELOW))
    archive = make_archive(tmp_path, ARTICLES, config=config)
    (tmp_path / "e").mkdir()
    embedded = msgspec.structs.replace(config, engine="embedded")
    beside = make_archive(tmp_path / "e", ARTICLES, config=embedded)
    with search.open(archive, config) as one, search.open(beside, embedded) as other:
        for question, country in itertools.product(QUESTIONS, ((), ("RU",))):
            request = search.Request(
                question,
                filters={"country": country} if country else {},
                facets=[search.Facet("country"), search.Facet("date", interval="year")],
                explain=True,
                related=True,
            )
            answers = [
                msgspec.to_builtins(msgspec.structs.replace(answer, took_ms=0.0, suggestion=None))
                for answer in (one.search(request), other.search(request))
            ]
            for answer in answers:
                del answer["archive"]
            assert answers[0] == answers[1], question


@pytest.mark.cluster
def test_moving_there_and_back_is_a_setting_and_a_reindex(
    moved: tuple[Path, Config],
) -> None:
    archive, there = moved
    here = msgspec.structs.replace(there, engine="embedded")
    with search.open(archive, there) as engine:
        expected = ids(engine, "kopi")
    for config in (here, there):
        with pytest.raises(ArchiveError, match="run `cakap-search reindex`, or set engine back"):
            search.open(archive, config)
        reindex(archive, config, jobs=1)
        with search.open(archive, config) as engine:
            assert ids(engine, "kopi") == expected
        assert check(archive, config).problems == []


@pytest.mark.cluster
def test_reader_keeps_its_state_while_the_index_is_made_anew(moved: tuple[Path, Config]) -> None:
    archive, config = moved
    with search.open(archive, config) as engine:
        before = ids(engine, "kopi")
        rebuild(archive, config, jobs=1)
        assert ids(engine, "kopi") == before
    with search.open(archive, config) as engine:
        assert ids(engine, "kopi") == before


@pytest.mark.cluster
def test_check_finds_what_the_cluster_lacks_and_repair_brings_it_back(
    one_node: Cluster, moved: tuple[Path, Config]
) -> None:
    archive, config = moved
    [node] = one_node.nodes
    alias = config.opensearch.index
    node.ask(f"/{alias}/_doc/3?refresh=true", "DELETE")
    problems = check(archive, config).problems
    assert [one.what for one in problems] == ["article 3 is missing from the cluster"]
    rebuild(archive, config, jobs=1)
    assert check(archive, config).problems == []


@pytest.mark.cluster
def test_run_after_one_that_the_cluster_interrupted_brings_what_it_lacks(
    one_node: Cluster, moved: tuple[Path, Config], tmp_path: Path
) -> None:
    archive, config = moved
    [node] = one_node.nodes
    alias = config.opensearch.index
    node.ask(f"/{alias}/_settings", "PUT", {"index.blocks.write": True})
    more = tmp_path / "more.jsonl"
    more.write_bytes(msgspec.json.encode({"id": "teh", "text": "Teh dari Garut dipetik pagi."}))
    with pytest.raises(EngineUnavailable, match="takes nothing now"):
        index_paths([str(more)], archive, config, jobs=1)
    with search.open(archive, config) as engine:
        assert ids(engine, "teh") == []
    node.ask(f"/{alias}/_settings", "PUT", {"index.blocks.write": False})
    index_paths([str(more)], archive, config, jobs=1)
    with search.open(archive, config) as engine:
        assert ids(engine, "teh") == ["teh"]
    assert check(archive, config).problems == []


@pytest.mark.cluster
def test_index_of_an_older_snapshot_is_refused(
    one_node: Cluster, moved: tuple[Path, Config]
) -> None:
    archive, config = moved
    [node] = one_node.nodes
    alias = config.opensearch.index
    node.ask(f"/{alias}/_mapping", "PUT", {"_meta": {"seq": 1}})
    with pytest.raises(EngineUnavailable, match="from an older snapshot"):
        search.open(archive, config)


def test_without_a_cluster_the_message_names_the_place(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    nowhere = Settings(urls=("http://127.0.0.1:9",))
    with pytest.raises(EngineUnavailable, match=r"127\.0\.0\.1:9: no connection"):
        rebuild(archive, Config(engine="opensearch", opensearch=nowhere), jobs=1)


@pytest.mark.cluster
def test_words_of_an_erased_article_leave_the_cluster_at_once(
    one_node: Cluster, tmp_path: Path
) -> None:
    config = on_cluster(one_node)()
    archive = make_archive(tmp_path, ARTICLES, config=config)
    with search.open(archive, config) as engine:
        (hit,) = engine.search(search.Request("jepang")).hits
    with open_archive(archive) as opened:
        (number,) = opened.find(hit.id)
    delete(archive, [number], config)
    docs = one_node.nodes[0].ask(f"/{config.opensearch.index}/_stats/docs")["_all"]["total"]["docs"]
    assert (docs["count"], docs["deleted"]) == (len(ARTICLES) - 1, 0)


@pytest.mark.cluster
def test_moving_sends_no_article_twice_for_a_name(
    one_node: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the two of a story, which is known when all are sent."""
    archive = make_archive(tmp_path, ARTICLES)
    sent: list[str] = []
    bulk = Connection.bulk

    def noting(self: Connection, lines: Any) -> Sequence[int]:
        lines = list(lines)
        sent.extend(next(iter(action)) for action, _ in lines)
        return bulk(self, lines)

    monkeypatch.setattr(Connection, "bulk", noting)
    rebuild(archive, on_cluster(one_node)())
    assert Counter(sent) == {"index": len(ARTICLES), "update": 2}
