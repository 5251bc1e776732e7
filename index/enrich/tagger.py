"""The people tagger: which capitalised words of a text are people's names.

A linear-chain conditional random field (Lafferty, McCallum, Pereira 2001) over runs of capitalised
words, labelled by place in the name (Ratinov and Roth 2009): B begins, I inside, L last, U the
only word, O none. Its weights are lexicon/people_weights.txt, trained by
benchmarks/train_people.py. Every feature looks at one word, at the kinds of three, or at the
run, so sums of weights are kept per word and a text costs a few additions for each capital.
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import TypeVar

from index.enrich.countries import is_country_name
from index.enrich.words import EDGE
from index.language.memo import Memo
from index.lexicon import lexicon_lines


def _sections(name: str) -> dict[str, frozenset[str]]:
    """The words of a lexicon file under each of its [headings]."""
    sections: dict[str, set[str]] = {}
    for line in lexicon_lines(name):
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), set())
        else:
            words.update(line.split())
    return {heading: frozenset(words) for heading, words in sections.items()}


_TITLE_WORDS = _sections("titles.txt")
RANKS = _TITLE_WORDS["rank"]
TITLES = _TITLE_WORDS["office"] | RANKS
BORNE_TITLES = _TITLE_WORDS["borne"]
ADDRESS = _TITLE_WORDS["address"]
DEGREES = _TITLE_WORDS["degree"]
NICKNAMES = _TITLE_WORDS["nickname"]
SAYING_BEFORE = _TITLE_WORDS["saying before"]
SAYING_AFTER = _TITLE_WORDS["saying after"]
_TITLES_IN_LOWER_CASE = frozenset(map(str.lower, TITLES)) | _TITLE_WORDS["relation"] | {"dr", "drg"}
_PARTICLES = _TITLE_WORDS["particle"]
_ABBREVIATED = _TITLE_WORDS["abbreviated"]
_STOPWORDS = frozenset(lexicon_lines("stopwords.txt"))

_NAME_KINDS = frozenset(("given", "surname"))
_ARTICLES = frozenset(["al-", "el-", "as-", "an-", "ad-", "ar-", "at-"])
_HYPHENS_AND_APOSTROPHES = frozenset("-–'’")
QUOTES = frozenset('"“”')
_JOINING = _PARTICLES | _HYPHENS_AND_APOSTROPHES | QUOTES | {".", ","}
_LONGEST_PARTICLES = 2  # van der, de la
_CLAUSE_WORDS = 12  # from a title to the name set off by commas
_CLAUSE_ENDS = frozenset(".!?\n")


# Words `first:last` of a text: capitalised, or joining capitalised words in a name.
Run = tuple[int, int]


def runs(words: list[str]) -> Iterator[Run]:
    """The runs of a text: capitalised words with nothing between but what stands in names.

    That is a particle (Osama *bin* Laden), the full stop of an initial or of "Moh", the comma
    before Jr, a nickname in quotes, and a hyphen or apostrophe that stands apart.
    """
    place = 0
    capitals = [
        place
        for place, word in enumerate(words)
        if "A" <= word < "[" or ((word > "{" or "-" in word) and _is_capitalised(word))
    ]
    for first in capitals:
        if first >= place:
            place = first + 1
            while step := _step(words, place):
                place += step
            yield first, place


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() or (word[2:3] == "-" and word[:3] in _ARTICLES and word[3].isupper())


def _step(words: list[str], place: int) -> int:
    """How many words at `place` go on with the run that ends there; 0 where it ends."""
    word = words[place]
    if _is_capitalised(word):
        return 1
    if word not in _JOINING:
        return 0
    after = words[place + 1]
    if word in _PARTICLES:
        end = place + 1
        while words[end] in _PARTICLES and end - place < _LONGEST_PARTICLES:
            end += 1
        end += words[end] == "-"
        return end + 1 - place if _is_capitalised(words[end]) else 0
    if word == ".":
        abbreviated = len(words[place - 1]) == 1 or words[place - 1] in _ABBREVIATED
        return 2 if abbreviated and _is_capitalised(after) else 0
    if word == ",":
        return 2 if after in ("Jr", "Sr") else 0
    if word in _HYPHENS_AND_APOSTROPHES:
        part = after.isalpha() and len(after) <= 4 and after not in _STOPWORDS
        return 2 if part or _is_capitalised(after) else 0
    end = place + 2
    end += _is_capitalised(words[end - 1]) and _is_capitalised(words[end])
    quoted = _is_capitalised(after) and words[end] in QUOTES and _is_capitalised(words[end + 1])
    return end + 2 - place if quoted else 0


# --- what a word is -----------------------------------------------------------------------------


@functools.cache
def lexicon() -> dict[str, frozenset[str]]:
    """Names, and words that head or close the names of bodies, by their section."""
    words, bodies = _sections("name_words.txt"), _sections("organisations.txt")
    return words | bodies | {"other": words["other"] | bodies["other"]}


@functools.lru_cache(maxsize=32768)
def word_kind(word: str) -> str:
    """What a capitalised word is, by the sections of the lexicon; `?` where it is in none."""
    if word in TITLES:
        return "title"
    if word in ADDRESS:
        return "address"
    if word in DEGREES:
        return "degree"
    if word in NICKNAMES or word in _TITLE_WORDS["initials"]:
        return "given"
    sections = lexicon()
    if word in sections["head"]:
        return "head"
    if word in sections["other"] or is_country_name(word):
        return "other"
    if word in sections["given"]:
        return "given"
    if word in sections["close"]:
        return "close"
    if word in sections["surname"]:
        return "surname"
    if len(word) == 1 or word in _TITLE_WORDS["opening initials"]:
        return "initial"
    if word.isupper():
        return "acronym"
    if any(char.isdigit() for char in word):
        return "other"
    if word in sections["inner"]:
        return "inner"
    first, _, second = word.partition("-")
    if min(len(first), len(second)) > 2 and _NAME_KINDS.issuperset(map(word_kind, (first, second))):
        return "pair"  # of people on one ticket: Prabowo-Gibran
    if word in sections["common"] or (word.endswith("nya") and len(word) > 6):
        return "common"
    return "?"


@functools.lru_cache(maxsize=32768)
def _kind(word: str) -> str:
    """What any word or mark is."""
    if _is_capitalised(word):
        return word_kind(word)
    if not word[0].isalnum():
        return "edge" if word == EDGE else word
    if word.isdigit():
        return "number"
    for kind, words in (
        ("title in lower case", _TITLES_IN_LOWER_CASE),
        ("saying before", SAYING_BEFORE),
        ("saying after", SAYING_AFTER),
        ("particle", _PARTICLES),
    ):
        if word in words:
            return kind
    if word.endswith("nya"):
        return "-nya"
    return word[:2] + "-" if word[:2] in ("di", "me", "be", "te") else "small"


# --- features and weights -----------------------------------------------------------------------

LABELS = ("B", "I")  # and O, whose weight is 0: the others' are differences from it
_Scores = tuple[int, ...]  # one for each label
_ROLES = ("before", "after", "second before", "second after")
_Part = TypeVar("_Part")
_Beside = tuple[str, tuple[_Part, ...]]  # the kind of a word, and what it says in each role
_IMPOSSIBLE = -(10**12)
_NO_SCORES: _Scores = (0, 0)


class Tagger:
    """Finds the names in runs, by the weights of features.

    `shares` tells how often a word is part of a name, in seven steps from "0" to "6", for words
    that were met often enough. `weights` are for each feature, `transitions` for each pair of
    neighbouring labels, O included.
    """

    def __init__(
        self,
        shares: dict[str, str],
        weights: dict[str, _Scores],
        transitions: dict[tuple[str, str], int],
    ) -> None:
        self._shares = shares
        self._never = frozenset(word for word, share in shares.items() if share == "0")
        self._weights = weights
        self._transitions = transitions
        self._scores_here = Memo[_Scores](lambda word: self._sum(self._here_features(word)))
        self._words_with_weights = frozenset(feature.partition("=")[2] for feature in weights)
        self._scores_beside = Memo(self._sums_beside)
        self._class_scores_beside = functools.cache(
            lambda *word_class: self._sums(_class_features_beside(*word_class))
        )
        self._kinds_scores = functools.lru_cache(32768)(
            lambda *kinds: self._sum(_kinds_features(*kinds))
        )
        self._place_scores = functools.lru_cache(32768)(
            lambda *place: self._sum(_place_features(*place))
        )

    def features(self, words: list[str], run: Run) -> list[list[str]]:
        """The features of each word of a run, for training."""
        parts = _parts(
            words,
            run,
            self._here_features,
            self._features_beside,
            _kinds_features,
            _place_features,
        )
        return [list(itertools.chain.from_iterable(found)) for found in parts]

    def names(self, words: list[str], run: Run) -> list[tuple[int, int]]:
        """The names in an open run, as half-open ranges of words: the best labelling of all."""
        parts = _parts(
            words,
            run,
            self._scores_here.__getitem__,
            self._scores_beside.__getitem__,
            self._kinds_scores,
            self._place_scores,
        )
        first, last = run
        if last - first == 1:
            return [run] if sum([begins for begins, _ in next(parts)]) > 0 else []
        scores = [tuple(map(sum, zip(*found))) for found in parts]  # noqa: B905  for speed
        return [
            (first + start, first + end) for start, end in _best_names(scores, self._transitions)
        ]

    def is_open(self, words: list[str], run: Run) -> bool:
        """Whether a name can be in the run: not where all its words are next to never in one."""
        return not self._never.issuperset(words[slice(*run)])

    def weight_lines(self) -> Iterator[str]:
        """What `shipped_tagger` reads: a feature or two labels, a tab, the weights."""
        for feature, weights in sorted(self._weights.items()):
            yield f"{feature}\t{' '.join(map(str, weights))}"
        for pair, weight in sorted(self._transitions.items()):
            yield f"{' '.join(pair)}\t{weight}"

    def _class(self, word: str) -> tuple[str, str]:
        """The kind of a word and its share."""
        return _kind(word), self._shares.get(word, "")

    def _here_features(self, word: str) -> list[str]:
        small = word.lower()
        return [
            f"here={word}",
            *_class_features("here", *self._class(word)),
            f"shape={_shape(word)}",
            f"length={min(len(word), 10)}",
            f"prefix={small[:2]}",
            f"prefix={small[:3]}",
            f"suffix={small[-2:]}",
            f"suffix={small[-3:]}",
        ]

    def _features_beside(self, word: str) -> _Beside[list[str]]:
        kind, of_class = _class_features_beside(*self._class(word))
        if word == EDGE:
            return kind, of_class
        own = (f"{role}={word}" for role in _ROLES)
        return kind, tuple([word, *rest] for word, rest in zip(own, of_class, strict=True))

    def _sums_beside(self, word: str) -> _Beside[_Scores]:
        """Most words have no weight of their own, only their class has."""
        if word in self._words_with_weights:
            return self._sums(self._features_beside(word))
        return self._class_scores_beside(*self._class(word))

    def _sums(self, beside: _Beside[list[str]]) -> _Beside[_Scores]:
        kind, features = beside
        return kind, tuple(map(self._sum, features))

    def _sum(self, features: list[str]) -> _Scores:
        known = self._weights.get
        found = [weights for feature in features if (weights := known(feature)) is not None]
        return tuple(map(sum, zip(*found, strict=True))) if found else _NO_SCORES


@functools.cache
def shipped_tagger() -> Tagger:
    """The tagger of the lexicon's weights."""
    shares = {
        word: share for share, words in _sections("people_words.txt").items() for word in words
    }
    weights: dict[str, _Scores] = {}
    transitions: dict[tuple[str, str], int] = {}
    for line in lexicon_lines("people_weights.txt"):
        feature, _, numbers = line.partition("\t")
        if " " in numbers:
            weights[feature] = tuple(map(int, numbers.split()))
        else:
            before, after = feature.split()
            transitions[before, after] = int(numbers)
    return Tagger(shares, weights, transitions)


def _parts(
    words: list[str],
    run: Run,
    here: Callable[[str], _Part],
    beside: Callable[[str], _Beside[_Part]],
    of_kinds: Callable[[str, str, str], _Part],
    of_place: Callable[..., _Part],
) -> Iterator[list[_Part]]:
    """What each function makes of a word of the run and of the words beside it, for every word."""
    first, last = run
    size = last - first
    around = list(map(beside, words[first - 2 : last + 2]))
    apposed = is_apposed(words, first)
    kind_before_run = around[1][0]
    inside = ""
    for place in range(size):
        (_, two_before), (kind_before, before), (kind, _), (kind_after, after), (_, two_after) = (
            around[place : place + 5]
        )
        yield [
            here(words[first + place]),
            before[0],
            after[1],
            two_before[2],
            two_after[3],
            of_kinds(kind_before, kind, kind_after),
            of_place(
                kind,
                place if place < 4 else 4,
                size - place if size - place < 4 else 4,
                inside,
                kind_before_run,
                apposed,
            ),
        ]
        if kind in ("title", "head"):
            inside = kind


def _class_features(role: str, kind: str, share: str) -> list[str]:
    return [f"{role} kind={kind}", f"{role} share={share}"]


def _class_features_beside(kind: str, share: str) -> _Beside[list[str]]:
    return kind, tuple(_class_features(role, kind, share) for role in _ROLES)


def is_apposed(words: list[str], first: int) -> bool:
    """Whether a comma is before the word `first`, and before that, in its clause, a title."""
    if words[first - 1] != ",":
        return False
    for word in reversed(words[max(0, first - _CLAUSE_WORDS) : first - 1]):
        if word in _CLAUSE_ENDS:
            return False
        if _kind(word) in ("title", "title in lower case"):
            return True
    return False


def _kinds_features(before: str, here: str, after: str) -> list[str]:
    return [
        f"kinds {before} {here}",
        f"kinds {here} {after} after",
        f"kinds {before} {here} {after}",
    ]


def _place_features(
    kind: str, place: int, left: int, inside: str, before_run: str, apposed: bool
) -> list[str]:
    """Features of a word's place in its run: `place` words before it, `left` with it."""
    return [
        f"place {place}",
        f"left {left}",
        f"place {place} {left}",
        f"inside {inside}",
        f"inside {inside} {kind}",
        f"inside {inside} after {before_run}",
        f"apposed {apposed} {kind}",
        f"apposed {apposed} {place} {left}",
    ]


def _shape(word: str) -> str:
    """How a capitalised word is written: `Xx`, `XX`, `XxX`; with its hyphen."""
    small = "x" if word[1:].islower() else "X" if word.isupper() else "xX"
    return f"X{small}-" if "-" in word else f"X{small}"


# --- decoding -----------------------------------------------------------------------------------


def _best_names(scores: list[_Scores], weight: dict[tuple[str, str], int]) -> list[tuple[int, int]]:
    """The names of the best labelling (Viterbi), as half-open ranges into `scores`.

    `weight` is that of two labels in a row; no I follows an O. Written out label by label, for
    speed.
    """
    o_o, b_o, i_o = weight["O", "O"], weight["B", "O"], weight["I", "O"]
    o_b, b_b, i_b = weight["O", "B"], weight["B", "B"], weight["I", "B"]
    b_i, i_i = weight["B", "I"], weight["I", "I"]
    o, b = 0, scores[0][0]
    i = _IMPOSSIBLE
    steps = [("", "", "")]
    for begins, goes_on in scores[1:]:
        best_o, from_o = b + b_o, "B"
        if i + i_o >= best_o:
            best_o, from_o = i + i_o, "I"
        if o + o_o >= best_o:
            best_o, from_o = o + o_o, "O"
        best_b, from_b = b + b_b, "B"
        if i + i_b >= best_b:
            best_b, from_b = i + i_b, "I"
        if o + o_b >= best_b:
            best_b, from_b = o + o_b, "O"
        best_i, from_i = b + b_i, "B"
        if i + i_i >= best_i:
            best_i, from_i = i + i_i, "I"
        o, b, i = best_o, best_b + begins, best_i + goes_on
        steps.append((from_o, from_b, from_i))
    label = max((o, "O"), (b, "B"), (i, "I"))[1]
    names: list[tuple[int, int]] = []
    end = len(scores)
    for place in range(len(scores) - 1, -1, -1):
        if label == "O":
            end = place
        elif label == "B":
            names.append((place, end))
            end = place
        label = steps[place]["OBI".index(label)]
    return names[::-1]
