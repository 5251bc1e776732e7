"""Stories: near-copies become one entry, and counts stay those of articles."""

import json
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from benchmarks import stories as benchmark
from index.archive import open_archive
from index.config import Config
from index.document import Document
from index.pipeline import delete
from index.schema import COLUMNS
from index.segments.chunk import chunk
from index.segments.segment import NO_MOMENT, Segment
from index.segments.signatures import Signatures, containment, resemblance, signatures, word_hashes
from index.segments.stories import Stories, story_arrays
from search.embedded.engine import EmbeddedEngine
from search.embedded.score import story_gains
from tests.archives import make_archive
from tests.commands import run

FLOORS = json.loads(Path(benchmark.__file__).with_name("floors.json").read_text("utf-8"))["stories"]
DAY_S = 86_400


def words(first: int, last: int) -> str:
    return " ".join(f"kata{number}" for number in range(first, last))


# As in the docstrings: A and C have nothing in common, B holds both and is twice as long.
A, B, C = words(0, 100), words(0, 200), words(100, 200)


def document(number: int, text: str, outlet: str = "", day: int | None = None) -> Document:
    keywords: dict[str, tuple[str, ...]] = {field.name: () for field in COLUMNS}
    keywords["source"] = (outlet,) if outlet else ()
    return Document(number, number, "", text, keywords, None if day is None else day * DAY_S)


def stories(*parts: Sequence[Document], hidden: Sequence[int] = ()) -> set[frozenset[int]]:
    """The articles of each story of two or more."""
    segments = [Segment(chunk(part), f"s{number}") for number, part in enumerate(parts)]
    kept = [np.ones(len(segment), dtype=np.bool_) for segment in segments]
    articles = np.concatenate([segment.articles for segment in segments])
    found = Stories(story_arrays(segments, kept), ~np.isin(articles, hidden))
    members = (found.members(number) for number in np.unique(found.numbers).tolist())
    return {frozenset(articles[docs].tolist()) for docs in members if len(docs)}


def signed(*texts: str) -> Signatures:
    """The signatures of texts, made together."""
    parts = [text.encode().split() for text in texts]
    return signatures(word_hashes(chain(*parts)), np.array([*map(len, parts)], dtype=np.int64))


def told(one: str, other: str) -> tuple[float, float]:
    """Resemblance and containment of two texts by their signatures."""
    alike = resemblance(*signed(one, other))
    lengths = (np.array([len(text.split())]) for text in (one, other))
    return float(alike), float(containment(np.atleast_1d(alike), *lengths)[0])


def test_signatures_tell_resemblance_and_containment() -> None:
    assert told(A, A) == (1.0, 1.0)
    assert told(A, C)[0] <= 0.05
    alike, contained = told(A, B)  # 96 runs of five in common, of 196
    assert abs(alike - 0.49) < 0.15
    assert contained > 0.75


def test_a_signature_is_of_its_text_alone() -> None:
    texts = [A, "", "satu", words(0, 4), words(0, 5), words(0, 5000), "", words(3, 9)]
    together = signed(*texts)
    for text, row in zip(texts, together, strict=True):
        assert (signed(text) == row).all()
    assert not together[[1, 6]].any()
    assert signed().shape == (0, 64)


def test_a_signature_has_of_each_function_the_least_value_over_all_runs() -> None:
    whole, *parts = signed(words(0, 5000), words(0, 2600), words(2596, 5000))
    # The lower 16 bits are kept: the least of both parts is in one of them.
    assert ((whole == parts[0]) | (whole == parts[1])).all()


def test_an_article_that_bridges_two_stories_joins_them_while_it_is_shown() -> None:
    documents = [document(1, A, "Satu"), document(2, C, "Dua"), document(3, B, "Tiga")]
    assert stories(documents) == {frozenset({1, 2, 3})}
    assert stories(documents, hidden=[3]) == set()
    assert stories(documents, hidden=[2]) == {frozenset({1, 3})}


def test_within_an_outlet_more_must_be_shared() -> None:
    assert stories([document(1, A, "Satu"), document(2, B, "Satu")]) == set()
    assert stories([document(1, A, "Satu"), document(2, A, "Satu")]) == {frozenset({1, 2})}
    assert stories([document(1, A), document(2, B)]) == set()  # of no known outlet


def test_the_same_text_days_later_is_no_story_unless_undated() -> None:
    def apart(first: int | None, second: int | None) -> bool:
        return not stories([document(1, A, "Satu", first), document(2, A, "Dua", second)])

    assert not apart(10, 12)
    assert apart(10, 13)
    assert not apart(None, 13)


def test_a_teaser_is_no_story() -> None:
    teaser, longer = words(0, 19), words(0, 20)
    assert stories([document(1, teaser, "Satu"), document(2, teaser, "Dua")]) == set()
    assert stories([document(1, longer, "Satu"), document(2, longer, "Dua")])


def test_a_template_of_many_articles_is_one_story() -> None:
    many = [document(number, A, f"Koran {number % 7}", number // 20) for number in range(1, 120)]
    assert stories(many) == {frozenset(range(1, 120))}


_TEXTS = st.sampled_from([A, B, C, words(20, 120), words(60, 160), words(300, 400)])
_ARTICLE = st.tuples(_TEXTS, st.sampled_from(["", "Satu", "Dua"]), st.sampled_from([None, 1, 3, 5]))


@settings(max_examples=60, deadline=None)
@given(st.lists(_ARTICLE, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_stories_do_not_depend_on_arrival_or_segments(
    articles: list[tuple[str, str, int | None]], chance: Any
) -> None:
    documents = [document(number, *article) for number, article in enumerate(articles, 1)]
    shuffled = documents.copy()
    chance.shuffle(shuffled)
    cut = chance.randrange(1, len(documents))
    assert stories(documents) == stories(shuffled[:cut], shuffled[cut:])


# Answers

FIRE = (
    "Kebakaran melanda gudang kapas milik koperasi di tepi kali pada Senin malam. Sebelas mobil"
    " pemadam dikerahkan dari tiga kecamatan dan api baru padam menjelang subuh. Kepala dinas"
    " menduga korsleting pada mesin pemintal tua, dan tidak ada korban jiwa dalam peristiwa itu."
)
ARTICLES: list[dict[str, Any]] = [
    {"id": "kedua", "source": "Kabar", "title": "Gudang kapas terbakar hebat", "text": FIRE}
    | {"date": "2021-06-22T09:00:00+07:00", "url": "https://kabar.example/2"},
    {"id": "asal", "source": "Warta", "title": "Api di tepi kali", "text": f"WARTA - {FIRE}"}
    | {"date": "2021-06-21T23:00:00+07:00", "url": "https://warta.example/1"},
    {"id": "ketiga", "source": "Suara", "title": "Gudang ludes", "text": FIRE[:190]}
    | {"date": "2021-06-22T11:00:00+07:00", "url": "https://suara.example/3"},
    {"id": "lain", "source": "Kabar", "title": "Kapas mahal", "date": "2021-06-20"}
    | {"text": "Harga kapas naik karena panen buruk, dan gudang para pedagang kosong."},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("stories"), ARTICLES)


def asked(archive: Path, **options: Any) -> search.Response:
    with search.open(archive, Config()) as engine:
        return engine.search(search.Request("gudang kapas", **options))


def ids(response: search.Response) -> list[str]:
    return [hit.id for hit in response.hits]


def test_a_story_is_listed_once_and_counted_by_articles(archive: Path) -> None:
    response = asked(archive, facets=[search.Facet("source")])
    assert (response.total, response.stories) == (4, 2)
    assert len(response.hits) == 2
    counts = {one.value: one.count for one in response.facets["source"].values}
    assert counts == {"Kabar": 2, "Warta": 1, "Suara": 1}
    every = asked(archive, group=False)
    assert (every.total, every.stories, len(every.hits)) == (4, None, 4)
    # The best of its story is shown.
    assert ids(response)[0] == ids(every)[0]


def test_a_hit_tells_who_else_has_the_story_and_where_it_appeared_first(archive: Path) -> None:
    (story,) = {hit.story.id: hit.story for hit in asked(archive).hits if hit.story}.values()
    assert story.articles == ["asal", "kedua", "ketiga"]
    assert story.outlets == ["Warta", "Kabar", "Suara"]
    assert (story.id, story.size, story.earliest) == ("asal", 3, "asal")
    assert {hit.id for hit in asked(archive).hits if hit.story is None} == {"lain"}


def test_copies_stand_together_with_the_best_of_them_the_earliest_first(archive: Path) -> None:
    with search.open(archive, Config()) as engine:
        request = search.Request("gudang kapas terbakar hebat", group=False, explain=True)
        hits = engine.search(request).hits
    assert [hit.id for hit in hits] == ["asal", "kedua", "ketiga", "lain"]
    assert hits[0].score == hits[1].score == hits[2].score
    gained = {}
    for hit in hits:
        assert hit.explanation is not msgspec.UNSET
        assert hit.score == pytest.approx(sum(part.score for part in hit.explanation), abs=1e-4)
        gained[hit.id] = sum(part.score for part in hit.explanation if part.field == "story")
    # The words of its headline make "kedua" the best.
    assert gained["kedua"] == gained["lain"] == 0
    assert gained["asal"] > 0 < gained["ketiga"]


def test_what_a_story_gives_is_what_a_plain_loop_finds(tmp_path: Path) -> None:
    random = Random(5)
    text = words(0, 40).split()
    articles = []
    for number in range(12):
        random.shuffle(text)
        for copy in range(random.randint(1, 4)):
            date = random.choice([None, f"2021-06-22T0{random.randint(1, 9)}:00:00+07:00"])
            source = f"Koran {copy}"
            article = {"id": f"{number}-{copy}", "source": source, "text": " ".join(text)}
            articles.append(article | {"date": date})
    random.shuffle(articles)
    with EmbeddedEngine(make_archive(tmp_path, articles), Config()) as engine:
        snapshot = engine._snapshot
        docs = np.array(sorted(random.sample(range(snapshot.size), snapshot.size - 3)))
        scores = np.array([random.choice([3.0, 3.5, random.uniform(1, 9)]) for _ in docs])
        after = scores + story_gains(snapshot, docs, scores)

    members: dict[int, list[int]] = {}
    for place, doc in enumerate(docs.tolist()):
        members.setdefault(int(snapshot.stories.numbers[doc]), []).append(place)
    assert {len(story) for story in members.values()} > {1, 2, 3}
    for story in members.values():

        def time(place: int) -> tuple[bool, int, int]:
            moment = int(snapshot.moments[docs[place]])
            return moment == NO_MOMENT, moment, int(snapshot.articles[docs[place]])

        by_time = sorted(story, key=time)
        assert after[by_time] == pytest.approx(max(scores[story]), rel=1e-12)
        assert all(after[one] > after[next_] for one, next_ in pairwise(by_time))
        assert all(after[story] >= scores[story])


def test_limit_and_offset_count_stories_counted_or_not(archive: Path) -> None:
    both = ids(asked(archive))
    for options in ({}, {"total": False}, {"sort": "oldest"}):
        whole = ids(asked(archive, **options))
        pages = [ids(asked(archive, limit=1, offset=n, **options)) for n in range(3)]
        assert pages == [whole[:1], whole[1:], []]
    assert ids(asked(archive, total=False)) == both
    assert len(ids(asked(archive, limit=None))) == 4


def test_the_pruned_search_asks_for_more_until_there_are_stories_enough(tmp_path: Path) -> None:
    copies = [
        {"id": f"salinan{n}", "source": f"Koran {n}", "title": "Gudang kapas", "text": FIRE}
        for n in range(250)
    ]
    others = [
        {"id": f"lain{n}", "text": f"Harga naik lagi pada pekan {n}; gudang kapas itu kosong."}
        for n in range(3)
    ]
    archive = make_archive(tmp_path, [*copies, *others])
    found = asked(archive, limit=4, total=False)
    assert len(ids(found)) == 4
    assert ids(found) == ids(asked(archive, limit=4))


def test_the_member_that_passes_the_filters_is_shown_with_its_whole_story(archive: Path) -> None:
    response = asked(archive, filters={"source": ["Suara"]})
    assert ids(response) == ["ketiga"]
    assert response.hits[0].story is not None
    assert response.hits[0].story.size == 3


def test_what_is_deleted_or_withdrawn_is_in_no_story(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    assert run("withdraw", "asal", "--reason", "R", "--archive", archive).returncode == 0
    story = asked(archive, filters={"source": ["Suara"]}).hits[0].story
    assert story is not None
    assert (story.articles, story.earliest) == (["kedua", "ketiga"], "kedua")
    with open_archive(archive) as opened:
        (number,) = opened.find("kedua")
    delete(archive, [number], Config())
    assert all(hit.story is None for hit in asked(archive).hits)
    assert run("withdraw", "--undo", "asal", "--archive", archive).returncode == 0
    story = asked(archive, filters={"source": ["Suara"]}).hits[0].story
    assert story is not None
    assert story.articles == ["asal", "ketiga"]


def test_of_one_day_without_times_none_is_earliest(tmp_path: Path) -> None:
    def earliest(*dates: str | None) -> str | None:
        articles = [
            {"id": str(n), "source": f"Koran {n}", "text": FIRE, "date": date}
            for n, date in enumerate(dates)
        ]
        folder = tmp_path / "-".join(str(date).replace(":", "") for date in dates)
        folder.mkdir()
        with search.open(make_archive(folder, articles), Config()) as engine:
            story = engine.search(search.Request("kebakaran")).hits[0].story
        assert story is not None
        return story.earliest

    assert earliest("2021-06-22", "2021-06-22") is None
    assert earliest("2021-06-22", "2021-06-22T08:00:00+07:00") is None
    assert earliest("2021-06-22", "2021-06-21") == "1"
    assert earliest(None, "2021-06-21") == "1"
    assert earliest(None, None) is None


# The command


def test_the_table_tells_outlets_and_the_earliest(archive: Path) -> None:
    shown = run("query", "gudang kapas", "--archive", archive).stdout
    assert "4 articles in 2 stories" in shown
    assert "    3 outlets: Warta (earliest), Kabar, Suara\n" in shown
    other = run("query", "gudang kapas", "--source", "Suara", "--archive", archive).stdout
    assert "    3 outlets: Warta (earliest: asal), Kabar, Suara\n" in other
    one = run("query", "gudang kapas", "-n", "1", "--archive", archive).stdout
    assert "1 more: --offset 1" in one
    every = run("query", "gudang kapas", "--no-group", "--archive", archive).stdout
    assert "stories" not in every
    assert every.count("3 outlets:") == 3


def test_every_format_folds_and_all_does_not(archive: Path) -> None:
    def lines(*options: str) -> int:
        printed = run("query", "gudang kapas", *options, "--archive", archive).stdout
        return len(printed.splitlines())

    assert lines("--format", "jsonl") == 2
    assert lines("--format", "urls") == 1  # the fourth has none
    assert lines("--format", "urls", "--no-group") == 3
    assert lines("--format", "jsonl", "--all") == 4


# Real news


def test_real_news_is_joined_as_precisely_as_it_was(news_archive: Path) -> None:
    assert benchmark.precision(news_archive) >= FLOORS["precision"]


@pytest.mark.full
def test_copies_of_real_news_are_found(test_data: Path, tmp_path: Path) -> None:
    assert test_data.is_dir()
    originals = benchmark.chosen(benchmark.news())
    archive = benchmark.archive_of(iter([*originals, *benchmark.copies(originals)]), tmp_path)
    for name, share in benchmark.recall(archive, originals).items():
        assert share >= FLOORS["recall"], name
