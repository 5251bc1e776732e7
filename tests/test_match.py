"""What a question matches: each operator by cases worked by hand, and all by a plain reference."""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

import search
from index.archive import open_archive
from index.config import Config, Ranking
from index.language.analyzer import Token, analyze, query_stem
from index.segments.commit import INDEX_FOLDER
from index.segments.writer import IndexWriter
from search.embedded.engine import EmbeddedEngine
from search.query.ast import And, Fuzzy, Must, Node, Not, Or, Part, Phrase, Prefix, Word, Words
from search.query.parse import parse
from tests.archives import ids, make_archive

ARTICLES = {
    "armada": ("Armada utara diperkuat", "Moskow menambah persenjataan bagi kapal di utara."),
    "gudang": ("Gudang terbakar", "Sebuah gudang senjata habis dilalap api semalam."),
    "dari": ("Gandum tiba", "Kapal pembawa gandum dari Rusia merapat pagi ini."),
    "ke": ("Kopi berlayar", "Pedagang mengirim kopi ke Rusia untuk pertama kali."),
    "batas": ("Pesan singkat Rusia", "Ukraina membalas pesan itu dengan diam."),
    "lavrov": ("Temu di Kazan", "Lavrov berbicara dengan tamunya selama dua jam."),
    "lavrof": ("Temu di Sochi", "Penyair Lavrof membaca sajak di tepi pantai."),
    "gempa": ("Gempa guncang Palu", "Warga berlari keluar rumah saat tsunami diperkirakan datang."),
    "banjir": ("Banjir surut", "Warga membersihkan rumah; gempa tidak terasa di sini."),
    "hatta": ("Bandara ramai", "Penumpang memadati bandara Soekarno-Hatta sejak subuh."),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Engine]:
    folder = tmp_path_factory.mktemp("match")
    articles = [{"id": id, "title": title, "text": body} for id, (title, body) in ARTICLES.items()]
    # So few articles are fewer than any threshold: only the tests on relaxing relax.
    config = Config(ranking=Ranking(relax_below=0))
    with search.open(make_archive(folder, articles, config=config), config) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "found"),
    [
        pytest.param("senjata", {"gudang", "armada"}, id="a word finds its forms"),
        pytest.param("persenjataan", {"gudang", "armada"}, id="whichever form is asked"),
        pytest.param("SENJATA", {"gudang", "armada"}, id="in any case"),
        pytest.param('"dari Rusia"', {"dari"}, id="a phrase holds stop words"),
        pytest.param('"ke Rusia"', {"ke"}, id="and tells them apart"),
        pytest.param('"Rusia dari"', set(), id="in order"),
        pytest.param('"gandum Rusia"', set(), id="adjacent"),
        pytest.param('"Rusia Ukraina"', set(), id="not from the title into the body"),
        pytest.param('"Rusia Ukraina"~60', set(), id="nor when words may stand between"),
        pytest.param('"gandum Rusia"~1', {"dari"}, id="one word may stand between"),
        pytest.param('"Rusia gandum"~1', {"dari"}, id="in any order"),
        pytest.param('"pembawa Rusia"~1', set(), id="two words between are too many"),
        pytest.param('"pembawa Rusia"~2', {"dari"}, id="unless two are allowed"),
        pytest.param('"lavrov lavrov"~9', set(), id="one occurrence is not two"),
        pytest.param('"warga warga"~9', set(), id="whichever article holds it"),
        pytest.param('"pesan singkat pesan"~9', set(), id="the title is apart"),
        pytest.param('"gudang persenjataan"', set(), id="a phrase takes words as written"),
        pytest.param("persenj*", {"armada"}, id="a prefix takes words as written"),
        pytest.param("senj*", {"gudang"}, id="every word that begins so"),
        pytest.param("lavrov~", {"lavrov", "lavrof"}, id="a similar word is one letter off"),
        pytest.param("lavrxx~", set(), id="not two"),
        pytest.param("lavrovv~", {"lavrov"}, id="or one letter more"),
        pytest.param("gandum OR kopi", {"dari", "ke"}, id="or"),
        pytest.param("Rusia AND kopi", {"ke"}, id="and"),
        pytest.param("Rusia -kopi", {"dari", "batas"}, id="minus"),
        pytest.param("Rusia BUKAN kopi", {"dari", "batas"}, id="not, in Indonesian"),
        pytest.param("(gandum ATAU kopi) kapal", {"dari"}, id="parentheses"),
        pytest.param("(gandum -kapal) OR kopi", {"ke"}, id="minus in parentheses"),
        pytest.param("-Rusia -warga -Lavrov~", {"armada", "gudang", "hatta"}, id="only minus"),
        pytest.param("judul:gempa", {"gempa"}, id="in the title"),
        pytest.param("isi:gempa", {"banjir"}, id="in the body"),
        pytest.param("judul:(banjir OR gempa)", {"gempa", "banjir"}, id="either in the title"),
        pytest.param("judul:(banjir -gempa)", {"banjir"}, id="minus concerns the title too"),
        pytest.param('judul:"gempa guncang"', {"gempa"}, id="a phrase in the title"),
        pytest.param('isi:"gempa guncang"', set(), id="and not in the body"),
        pytest.param("Soekarno-Hatta", {"hatta"}, id="a hyphenated word"),
        pytest.param("Hatta", {"hatta"}, id="by one of its parts"),
        pytest.param("dari", {"dari"}, id="stop words alone are asked as written"),
        pytest.param("dari Rusia", {"dari", "ke", "batas"}, id="beside others they ask nothing"),
        pytest.param('dari "Rusia"', {"dari", "ke", "batas"}, id="beside a phrase neither"),
        pytest.param("dari (Rusia)", {"dari", "ke", "batas"}, id="nor beside parentheses"),
        pytest.param("dari -kopi", {"dari"}, id="what is excluded is not what is asked"),
        pytest.param("(dari kopi) OR gandum", {"dari", "ke"}, id="nor inside parentheses"),
        pytest.param("dari AND kopi", set(), id="but AND says so"),
    ],
)
def test_a_question_finds(engine: search.Engine, question: str, found: set[str]) -> None:
    assert set(ids(engine, question)) == found


def test_a_word_asked_for_twice_stands_there_twice(tmp_path: Path) -> None:
    articles = [
        {"id": "once", "title": "Satu", "text": "Kopi panas."},
        {"id": "near", "title": "Dua", "text": "Kopi panas, lalu kopi dingin."},
        {"id": "far", "title": "Tiga", "text": "Kopi panas pagi hari, malamnya kopi dingin."},
    ]
    with search.open(make_archive(tmp_path, articles), Config()) as engine:
        assert ids(engine, '"kopi kopi"~2') == ["near"]
        assert set(ids(engine, '"kopi kopi"~4')) == {"near", "far"}
        assert ids(engine, '"kopi dingin kopi"~2') == ["near"]


@pytest.mark.parametrize("question", ["", "   ", '"', "🚀", "?!"])
def test_a_question_without_words_is_every_article(engine: search.Engine, question: str) -> None:
    assert set(ids(engine, question)) == set(ARTICLES)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("senjata", {"gudang"}),
        ("persenjataan", {"armada"}),
        ("dari Rusia", {"dari"}),  # every word counts as it is written
    ],
)
def test_exact_takes_words_as_written(
    engine: search.Engine, question: str, found: set[str]
) -> None:
    assert set(ids(engine, question, exact=True)) == found


# The plain reference: what the engine does with arrays over segments, one article at a time.

K1, B, TITLE_WEIGHT, SURFACE_WEIGHT, RELAX_SHARE, RELAX_BELOW = 1.1, 0.6, 1.5, 0.4, 0.35, 3
RANKING = Ranking(
    k1=K1,
    b=B,
    title_weight=TITLE_WEIGHT,
    surface_weight=SURFACE_WEIGHT,
    relax_share=RELAX_SHARE,
    relax_below=RELAX_BELOW,
    # the parts that tests/test_lead.py has
    all_words=0,
    lead=0,
)
VOCABULARY = (
    *("senjata", "persenjataan", "bersenjata", "kapal", "perkapalan", "gempa", "Gempa", "bumi"),
    *("rusia", "Rusia", "dari", "ke", "yang", "undang-undang", "undang", "Soekarno-Hatta"),
    *("hatta", "Lavrov", "lavrof", "kopi", "kopiah", "Persatuan", "persatuan", "satu"),
)
DELETED = {2, 5, 11}
Frequency = tuple[int, int]  # in the body, in the title


class Text(NamedTuple):
    """An article as the reference sees it: its tokens, and which of them are in the title."""

    tokens: list[tuple[Token, bool]]
    title_length: int
    body_length: int


def as_text(title: str, body: str) -> Text:
    in_title, in_body = analyze(title), analyze(body)
    title_length = len(title.split())
    moved = [token._replace(position=token.position + 1000) for token in in_body]
    return Text(
        [(token, True) for token in in_title] + [(token, False) for token in moved],
        title_length,
        len(body.split()),
    )


class Reference:
    def __init__(self, texts: list[Text], *, exact: bool) -> None:
        self.texts = texts
        self.exact = exact
        lengths = [text.body_length + TITLE_WEIGHT * text.title_length for text in texts]
        average = sum(lengths) / len(lengths)
        self.norms = [K1 * (1 - B + B * length / average) for length in lengths]

    def idf(self, documents: int) -> float:
        return math.log(1 + (len(self.texts) - documents + 0.5) / (documents + 0.5))

    def stem(self, node: Node, text: Text, part: str | None) -> Frequency:
        if not isinstance(node, Word) or self.exact:
            return 0, 0
        stem = query_stem(node.text)
        if stem is None:
            return 0, 0
        either = (stem, node.text.lower())  # a name's stem is the name
        once = {(t[0].stem, t[0].position): t for t in text.tokens if t[0].stem in either}
        found = counted(list(once.values()), part)  # "undang-undang" and its part are one
        pieces = [Word(piece) for piece in node.text.split("-")]
        apart = len(pieces) > 1 and all(self.holds(piece, text, part) for piece in pieces)
        if any(found) or any(self.surface(node, text, part)) or not apart:
            return found
        return (0, 1) if part == "title" else (1, 0)

    def surface(self, node: Node, text: Text, part: str | None) -> Frequency:
        tokens = text.tokens
        if isinstance(node, Phrase):
            return counted(phrase_places(node, tokens), part)
        assert isinstance(node, Word | Prefix | Fuzzy)
        wanted = node.text.lower()
        if isinstance(node, Word):
            found = [t for t in tokens if t[0].surface == wanted]
        elif isinstance(node, Prefix):
            found = [t for t in tokens if t[0].surface.startswith(wanted)]
        else:
            found = [t for t in tokens if one_edit_apart(t[0].surface, wanted)]
        return counted(found, part)

    def holds(self, node: Node, text: Text, part: str | None = None) -> bool:
        if isinstance(node, Part):
            return self.holds(node.child, text, node.part)
        if isinstance(node, Must):
            return self.holds(node.child, text, part)
        if isinstance(node, Not):
            return not self.holds(node.child, text, part)
        if isinstance(node, Or):
            return any(self.holds(child, text, part) for child in node.children)
        if isinstance(node, And):
            return all(self.holds(child, text, part) for child in node.children)
        if isinstance(node, Words):
            return all(self.holds(child, text, part) for child in self.asked(node))
        return any(self.stem(node, text, part)) or any(self.surface(node, text, part))

    def asked(self, words: Words) -> list[Node]:
        """Without stop words, unless they are all that is looked for."""
        stop = [c for c in words.children if isinstance(c, Word) and query_stem(c.text) is None]
        sought = [child for child in words.children if not isinstance(child, Not)]
        if self.exact or len(stop) == len(sought):
            return list(words.children)
        return [child for child in words.children if not any(child is one for one in stop)]

    def sets(self, tree: Node) -> tuple[set[int], set[int]]:
        """The articles that hold all words, and those that hold most."""
        everything = range(len(self.texts))
        if not isinstance(tree, Words):
            every = {n for n in everything if self.holds(tree, self.texts[n])}
            return every, every
        asked = self.asked(tree)
        optional = [child for child in asked if isinstance(child, Word | Prefix | Fuzzy)]
        excluded = [child for child in asked if isinstance(child, Not)]
        required = [child for child in asked if child not in optional and child not in excluded]

        def holding(nodes: list[Node]) -> list[set[int]]:
            return [{n for n in everything if self.holds(x, self.texts[n])} for x in nodes]

        with_word, with_required = holding(optional), holding(required)
        weights = [self.idf(len(numbers)) for numbers in with_word]
        firm = sum(self.idf(len(numbers)) for numbers in with_required)
        base = set(everything).intersection(*with_required, *holding(excluded))
        every = base.intersection(*with_word)
        if not optional:
            return every, every
        share = {
            n: firm + sum(w for w, numbers in zip(weights, with_word, strict=True) if n in numbers)
            for n in base
        }
        enough = RELAX_SHARE * (firm + sum(weights)) - 1e-9
        shown = sorted((share[n] for n in base - DELETED), reverse=True)
        if sum(held >= enough for held in shown) < RELAX_BELOW:
            enough = shown[RELAX_BELOW - 1] - 1e-9 if len(shown) >= RELAX_BELOW else 0.0
        return every, {n for n in base if share[n] > 0 and share[n] >= enough}

    def score(self, tree: Node, number: int) -> float:
        total = 0.0
        for node, part in leaves(tree, self):
            stems = [self.stem(node, text, part) for text in self.texts]
            surfaces = [self.surface(node, text, part) for text in self.texts]
            surface_weight = SURFACE_WEIGHT if any(map(any, stems)) else 1.0
            for weight, frequencies in ((1.0, stems), (surface_weight, surfaces)):
                in_body, in_title = frequencies[number]
                frequency = in_body + TITLE_WEIGHT * in_title
                idf = self.idf(sum(map(any, frequencies)))
                total += weight * idf * frequency * (K1 + 1) / (frequency + self.norms[number])
        return total


def leaves(node: Node, reference: Reference, part: str | None = None) -> Iterator[Any]:
    """Each word, phrase or pattern that is looked for, and in which part."""
    if isinstance(node, Part):
        yield from leaves(node.child, reference, node.part)
    elif isinstance(node, Must):
        yield from leaves(node.child, reference, part)
    elif isinstance(node, And | Or | Words):
        for child in reference.asked(node) if isinstance(node, Words) else node.children:
            yield from leaves(child, reference, part)
    elif not isinstance(node, Not):
        yield node, part


def counted(found: list[tuple[Token, bool]], part: str | None) -> Frequency:
    in_title = sum(titled for _, titled in found)
    in_body = len(found) - in_title
    return (0 if part == "title" else in_body), (0 if part == "body" else in_title)


def phrase_places(node: Phrase, tokens: list[tuple[Token, bool]]) -> list[tuple[Token, bool]]:
    """The first token of each place where the phrase stands."""
    at: dict[int, set[str]] = {}
    first_at: dict[int, tuple[Token, bool]] = {}
    for token, titled in tokens:
        at.setdefault(token.position, set()).add(token.surface)
        first_at.setdefault(token.position, (token, titled))
    words = [word.lower() for word in node.words]
    if not node.slop:
        return [
            first_at[start]
            for start in sorted(at)
            if all(word in at.get(start + offset, ()) for offset, word in enumerate(words))
        ]
    places = []
    begun = -1
    for end in sorted(at):
        # Of a word that is asked for twice, the last but one.
        latest = [
            ([-1] * len(words) + sorted(p for p in at if p <= end and w in at[p]))[-words.count(w)]
            for w in words
        ]
        start = min(latest)
        if start > begun and end - start < len(words) + node.slop:
            places.append(first_at[start])
            begun = end
    return places


def one_edit_apart(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    return any(other[:n] + other[n + 1 :] == one for n in range(len(other)))


@pytest.fixture(scope="module")
def corpus() -> list[tuple[str, str]]:
    """Title and body of twenty articles of random words, always the same."""
    random = Random(13)
    return [
        (
            " ".join(random.choices(VOCABULARY, k=random.randint(1, 4))),
            " ".join(random.choices(VOCABULARY, k=random.randint(3, 12))),
        )
        for _ in range(20)
    ]


@pytest.fixture(scope="module")
def random_words(
    corpus: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[search.Engine]:
    """These articles in three segments, three of them deleted."""
    config = Config(ranking=RANKING)
    articles = [
        {"id": f"a{number}", "title": title, "text": body}
        for number, (title, body) in enumerate(corpus)
    ]
    folder = tmp_path_factory.mktemp("random")
    archive = make_archive(folder, articles[:15], articles[15:19], articles[19:], config=config)
    with open_archive(archive) as opened:
        numbers = [opened.find(f"a{number}")[0] for number in sorted(DELETED)]
    # Removed as a change removes an article's older version: still in its segment.
    writer = IndexWriter(archive / INDEX_FOLDER, config.indexing.memory_mb)
    writer.remove(numbers)
    assert writer.last_commit is not None
    writer.commit(writer.last_commit.seq)
    with EmbeddedEngine(archive, config) as engine:
        assert [entry.docs for entry in engine.commit.segments] == [15, 4, 1]
        yield engine


WORDS = st.sampled_from([word for word in VOCABULARY if "-" not in word])
LEAVES = st.one_of(
    st.sampled_from(VOCABULARY),
    st.lists(WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(WORDS, min_size=2, max_size=3).flatmap(
        lambda words: st.integers(1, 4).map(lambda slop: f'"{" ".join(words)}"~{slop}')
    ),
    WORDS.map(lambda word: f"{word[:3]}*"),
    WORDS.map(lambda word: f"{word}~"),
)
QUESTIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["-", "+", "judul:", "isi:"]), inner).map("".join),
        st.tuples(st.sampled_from([" ", " OR ", " AND "]), st.lists(inner, min_size=2, max_size=3))
        .map(lambda joined: joined[0].join(joined[1]))
        .map(lambda joined: f"({joined})"),
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(
    question=st.lists(QUESTIONS, min_size=1, max_size=3).map(" ".join),
    exact=st.booleans(),
    match=st.sampled_from([None, "all", "most"]),
)
def test_the_engine_answers_as_the_plain_reference(
    corpus: list[tuple[str, str]],
    random_words: EmbeddedEngine,
    question: str,
    exact: bool,
    match: Literal["all", "most"] | None,
) -> None:
    reference = Reference([as_text(title, body) for title, body in corpus], exact=exact)
    tree = parse(question).tree
    every, most = (numbers - DELETED for numbers in reference.sets(tree))
    chosen = most if match == "most" or (match is None and len(every) < RELAX_BELOW) else every

    response = random_words.search(
        search.Request(question, exact=exact, match=match, limit=None, explain=True)
    )

    assert {hit.id for hit in response.hits} == {f"a{number}" for number in chosen}
    scores = []
    for hit in response.hits:
        assert hit.explanation is not UNSET
        total = math.fsum(part.score for part in hit.explanation)
        number = int(hit.id[1:])
        assert total == pytest.approx(reference.score(tree, number), abs=1e-9)
        assert hit.score == pytest.approx(total, abs=1e-4)
        scores.append(total)
    if any(leaves(tree, reference)):
        for one, other in pairwise(scores):
            assert one >= other - 1e-9
