"""What stands out in an answer against the whole archive: people, countries, words.

By how much a value is more frequent among some articles than among the others is told by the
log-likelihood ratio (Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence",
Computational Linguistics 19(1), 1993), which rare values do not mislead.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.enrich.countries import country_label
from index.language.analyzer import analyze
from index.schema import COUNTRY, PERSON, STEM, Field
from search.embedded.docsets import Docs
from search.embedded.facets import articles_by_person, count_values
from search.embedded.snapshot import Snapshot
from search.results import Outstanding, Related

# So many of the best articles' texts are read for words: half of the 20 ms that all may take.
BEST_TEXTS = 12
_SHOWN = 5
_SHOWN_WORDS = 10
# What fewer articles have is chance, or theirs alone.
_FEWEST = 2
_TEXTS_FOR_EACH = 4  # of twelve, three have a word that is told
# One in a thousand by chance, for one degree of freedom.
_SIGNIFICANT = 10.83
# Those that are told are counted exactly, and chosen among so many by counts with the deleted.
_CANDIDATES = 3 * _SHOWN


class Background(NamedTuple):
    """How many documents of a snapshot, deleted ones included, name each person and country."""

    people: NDArray[np.int64]
    countries: dict[str, int]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Background":
        """Counted once for a snapshot."""
        every = np.arange(snapshot.size)
        countries = count_values(snapshot, COUNTRY.name, every, None, None, frozenset()).top
        return cls(articles_by_person(snapshot, every)[0], dict(countries))


def related(
    snapshot: Snapshot,
    background: Background,
    docs: Docs,
    texts: Sequence[str],
    asked: Collection[str],
) -> Related:
    """What stands out in ascending documents; words in `texts`, those of the best of them.

    `asked` are stems and surfaces of the question, which stand out for no other reason.
    """
    answered = Answered(
        len(docs),
        articles_by_person(snapshot, docs)[0],
        count_values(snapshot, COUNTRY.name, docs, None, None, frozenset()).top,
    )

    def about(stems: Sequence[str]) -> list[int]:
        return [len(snapshot.postings(STEM.name, stem)) for stem in stems]

    def holding(stems: Sequence[str]) -> list[int]:
        found = (snapshot.postings(STEM.name, stem).docs for stem in stems)
        return [int(snapshot.alive[docs].sum()) for docs in found]

    return related_to(snapshot, background, answered, texts, asked, about, holding)


class Answered(NamedTuple):
    """How many articles answer, how many of them name each person, and each country."""

    articles: int
    people: NDArray[np.int64]
    countries: list[tuple[str, int]]


# In how many articles each of some stems is.
Frequencies = Callable[[Sequence[str]], Sequence[int]]


def related_to(
    snapshot: Snapshot,
    background: Background,
    answered: Answered,
    texts: Sequence[str],
    asked: Collection[str],
    about: Frequencies,
    holding: Frequencies,
) -> Related:
    """What stands out in an answer; words are chosen by what `about` counts, told by `holding`."""
    if answered.articles == snapshot.alive.sum():
        return Related([], [], [])
    people = _people(snapshot, background, answered)
    countries = _countries(snapshot, background, answered)
    names = {token.surface for one in (*people, *countries) for token in analyze(one.label)}
    words = _words(snapshot, texts, names.union(asked), about, holding)
    return Related(people, countries, words)


def _people(snapshot: Snapshot, background: Background, answered: Answered) -> list[Outstanding]:
    counts, total = answered.people, answered.articles
    frequent = np.flatnonzero(counts >= _FEWEST)
    likely = _likely(snapshot, total, counts[frequent], background.people[frequent])
    named = ((snapshot.people.name(one), int(counts[one])) for one in frequent[likely].tolist())
    return _outstanding(snapshot, total, PERSON, ((name, name, count) for name, count in named))


def _countries(snapshot: Snapshot, background: Background, answered: Answered) -> list[Outstanding]:
    total = answered.articles
    frequent = [(code, count) for code, count in answered.countries if count >= _FEWEST]
    inside = np.array([count for _, count in frequent], dtype=np.int64)
    everywhere = np.array([background.countries[code] for code, _ in frequent], dtype=np.int64)
    likely = [frequent[place] for place in _likely(snapshot, total, inside, everywhere).tolist()]
    named = ((code, country_label(code), count) for code, count in likely)
    return _outstanding(snapshot, total, COUNTRY, named)


def _likely(
    snapshot: Snapshot, total: int, inside: NDArray[np.int64], everywhere: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The places of the values that may stand out most, by counts with the deleted."""
    scores = log_likelihood(inside, total, everywhere, snapshot.size)
    return np.argsort(-scores, kind="stable")[:_CANDIDATES]


def _outstanding(
    snapshot: Snapshot, total: int, field: Field, counted: Iterable[tuple[str, str, int]]
) -> list[Outstanding]:
    """The most outstanding of values, of each the value, its label and its count in the answer."""
    rows = [
        (*row, int((snapshot.mask(field.name, row[0]) & snapshot.alive).sum())) for row in counted
    ]
    inside, everywhere = (np.array([row[n] for row in rows], dtype=np.int64) for n in (2, 3))
    scores = log_likelihood(inside, total, everywhere, int(snapshot.alive.sum())).tolist()
    found = [
        Outstanding(*row, round(score, 1))
        for row, score in zip(rows, scores, strict=True)
        if score >= _SIGNIFICANT
    ]
    return sorted(found, key=lambda one: (-one.score, one.value))[:_SHOWN]


def _words(
    snapshot: Snapshot,
    texts: Sequence[str],
    known: Collection[str],
    about: Frequencies,
    holding: Frequencies,
) -> list[Outstanding]:
    """The words of texts that stand out, each in the form that most texts have."""
    seen = [{pair for pair in plain_words(text) if pair[1] not in known} for text in texts]
    texts_with = Counter(stem for pairs in seen for stem in {stem for stem, _ in pairs})
    fewest = max(_FEWEST, len(texts) // _TEXTS_FOR_EACH)
    stems = sorted(s for s, count in texts_with.items() if count >= fewest and s not in known)
    inside = np.array([texts_with[stem] for stem in stems], dtype=np.int64)
    everywhere = np.array(about(stems), np.int64)
    likely = log_likelihood(inside, len(texts), everywhere, snapshot.size)
    chosen = [stems[n] for n in np.argsort(-likely, kind="stable")[: 2 * _SHOWN_WORDS].tolist()]
    counts = [texts_with[stem] for stem in chosen]
    articles = holding(chosen)
    scores = log_likelihood(
        np.array(counts, np.int64), len(texts), np.array(articles, np.int64), snapshot.alive.sum()
    ).tolist()
    found = []
    for stem, count, having, score in zip(chosen, counts, articles, scores, strict=True):
        if score >= _SIGNIFICANT:
            forms = Counter(form for pairs in seen for its_stem, form in pairs if its_stem == stem)
            form = min(forms, key=lambda form: (-forms[form], form))
            found.append(Outstanding(form, form, count, having, round(score, 1)))
    return sorted(found, key=lambda one: (-one.score, one.value))[:_SHOWN_WORDS]


def plain_words(text: str) -> Iterator[tuple[str, str]]:
    """Stem and surface of each word of a text that is neither a stop word nor a number.

    A short word in capitals is told as without them.
    """
    for token in analyze(text):
        if token.stem is not None and token.stem.isalpha() and token.stem.islower():
            yield token.stem, token.surface


def log_likelihood(
    inside: NDArray[np.int64], size: int, everywhere: NDArray[np.int64], total: int
) -> NDArray[np.float64]:
    """Dunning's ratio of values that `inside` of `size` articles have, and `everywhere` of `total`.

    0 for a value that is no more frequent inside than elsewhere.
    """
    outside, rest = np.maximum(everywhere - inside, 0), total - size
    if rest <= 0 or size <= 0:
        return np.zeros(len(inside))
    rate = (inside + outside) / total
    score = np.zeros(len(inside))
    for having, among in ((inside, size), (outside, rest)):
        for observed, expected in ((having, among * rate), (among - having, among * (1 - rate))):
            some = (observed > 0) & (expected > 0)
            score[some] += observed[some] * np.log(observed[some] / expected[some])
    return np.where(inside * rest > outside * size, 2 * score, 0.0)
