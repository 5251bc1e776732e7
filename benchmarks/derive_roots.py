"""Derive index/lexicon/roots.txt, the stemmer's lexicon, from running text.

    python -m benchmarks.derive_roots [DATA] > index/lexicon/roots.txt

Reads `news.jsonl.gz` (words, their frequency, their neighbours) and `ud/pud.conllu.gz` (lemmas,
from which the weight of each kind of evidence is learnt). No dictionary is read.

A word is a root unless a shorter word explains it. The evidence, in the order of its weight:
the *family* of the shorter word, which is how many other words it explains (Goldsmith 2001,
Unsupervised learning of the morphology of a natural language); the affixes; the *likeness* of
the company that both words keep (Schone & Jurafsky 2000, Knowledge-free induction of morphology
using latent semantic analysis); length and frequency. A shorter word that is never used alone
can be a root too (*juang* in *berjuang*, *perjuangan*), if three words point to it.

What the stemmer knows at work is less: the affixes, and one strength a root that sums up family,
frequency and length. Both are fitted, at the end, to the readings chosen with all the evidence.
"""

import gzip
import json
import math
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from index.language.fold import fold
from index.language.stemmer import PREFIXES, SUFFIXES, Lexicon, Reading, likeliest_root, readings

LEAST_COUNT = 4  # below, misspellings outnumber words
LEAST_NAME_COUNT = 8
LEAST_POINTER_COUNT = 8  # of a word that is to prove a root which is never used alone
NEIGHBOURS = 4  # words on either side that count as company
CONTEXTS = 2000  # the most frequent words serve as company
DIMENSIONS = 200
ROUNDS = 3  # families and readings settle after three
_FAMILY_CAP = 8
_UNLIKE = 0.12  # cosine; two words drawn at random have 0.02, half of all pairs of kin above 0.3
_RARER = 20
_PARTICLES = ("lah", "kah", "pun")
# Affixes, alone, that are as often mere syllables.
_AMBIGUOUS = {("se", ""), ("ke", ""), ("pe", ""), ("per", ""), ("i",)}

Features = dict[str, float]
_Matrix = np.ndarray[Any, Any]
Families = dict[str, set[str]]

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[.!?:;\"“”\n]")
# A root that is never used alone looks like one: one consonant at most before the first vowel.
_SHAPE = re.compile(r"(?:[bcdfghjklmnprstwyz]|ny|kh|sy)?[aeiou]")


class Text:
    """What running text says about each folded word: counts by case, and likeness of company."""

    def __init__(self, path: Path) -> None:
        self.lower: Counter[str] = Counter()
        self.capital: Counter[str] = Counter()  # capitalised inside a sentence
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            articles = [self._read(json.loads(line)["body"]) for line in lines]
        counts = Counter(word for words in articles for word in words)
        common = [word for word, n in counts.most_common() if n > LEAST_COUNT]
        self._row = {word: number for number, word in enumerate(common, 1)}
        gap = [""] * NEIGHBOURS
        ids = [self._row.get(word, 0) for words in articles for word in [*words, *gap]]
        self._vectors = _company(np.array(ids, dtype=np.int64), len(common) + 1)

    def likeness(self, one: str, other: str) -> float | None:
        """Cosine of the two words' company; None where one is too rare to tell."""
        if one in self._row and other in self._row:
            return float(self._vectors[self._row[one]] @ self._vectors[self._row[other]])
        return None

    def _read(self, body: str) -> list[str]:
        words, start = [], True
        for word in _WORD.findall(body):
            if not word[0].isalpha():
                start = True
                continue
            folded = fold(word)
            words.append(folded)
            if word.islower():
                self.lower[folded] += 1
            elif not start:
                self.capital[folded] += 1
            start = False
        return words


def _company(ids: _Matrix, rows: int) -> _Matrix:
    """One unit vector a word: positive pointwise mutual information, reduced by its SVD."""
    seen = np.zeros(rows * CONTEXTS, dtype=np.float32)
    for distance in range(1, NEIGHBOURS + 1):
        for here, there in (
            (ids[:-distance], ids[distance:]),
            (ids[distance:], ids[:-distance]),
        ):
            use = (here > 0) & (there > 0) & (there < CONTEXTS)
            cells = here[use] * CONTEXTS + there[use]
            seen += np.bincount(cells, minlength=len(seen)).astype(np.float32)
    table = seen.reshape(rows, CONTEXTS)
    by_context = table.sum(axis=0) ** 0.75  # Levy, Goldberg & Dagan 2015
    expected = (table.sum(axis=1, keepdims=True) + 1) * (by_context / by_context.sum() + 1e-12)
    information = np.log(np.maximum(table / expected, 1))
    values, axes = np.linalg.eigh(information.T @ information)
    vectors = (information @ axes[:, -DIMENSIONS:]) / values[-DIMENSIONS:] ** 0.25
    unit: _Matrix = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    return unit


def vocabulary(text: Text) -> tuple[set[str], set[str]]:
    """The words to explain, and those among them that may explain others (not mere names)."""
    common = {
        word
        for word, n in text.lower.items()
        if n >= LEAST_COUNT and (n >= 30 or n > 0.3 * text.capital[word]) and _spelt(word)
    }
    names = {w for w, n in text.capital.items() if n >= LEAST_NAME_COUNT and _spelt(w)}
    return common | names, common


def _one_syllable(root: str) -> bool:
    """Roots have two syllables or more, but for loans (Sneddon 2010, Indonesian, 1.1)."""
    return sum(letter in "aeiou" for letter in root) < 2


def _spelt(word: str) -> bool:
    return len(word) >= 3 and word.isascii() and word.isalpha()


def shortest_readings(word: str, roots: set[str]) -> dict[str, Reading]:
    """For each of `roots` that the word could come from, the reading with fewest prefixes."""
    found: dict[str, Reading] = {}
    for reading in readings(word):
        known = found.get(reading.root)
        if reading.root in roots and (known is None or len(reading.prefixes) < len(known.prefixes)):
            found[reading.root] = reading
    return found


def bound_roots(words: set[str], free: set[str], counts: Counter[str]) -> set[str]:
    """What three words or more leave when their affixes go, though it is never used alone.

    With two innermost prefixes and two suffixes, or none, lest the affix be part of it.
    """
    pointing: dict[str, set[str]] = defaultdict(set)
    innermost: dict[str, set[str]] = defaultdict(set)
    suffixes: dict[str, set[str]] = defaultdict(set)
    for word in words & free:
        if counts[word] < LEAST_POINTER_COUNT:
            continue
        for reading in readings(word):
            if len(reading.root) >= 4 and reading.root not in free:
                pointing[reading.root].add(word)
                innermost[reading.root].add(reading.prefixes[-1] if reading.prefixes else "")
                suffixes[reading.root].add(reading.suffix)
    return {
        root
        for root, pointers in pointing.items()
        if len(pointers) >= 3
        and len(innermost[root]) >= 2
        and (len(suffixes[root]) >= 2 or "" in suffixes[root])
        and _SHAPE.match(root)
        and not _one_syllable(root)
    }


class Evidence:
    """All readings of all words, and how each is supported by the families of the last round."""

    def __init__(self, text: Text, words: set[str], free: set[str]) -> None:
        self.text, self.free = text, free
        self.bound = bound_roots(words, free, text.lower)
        self.readings = {w: shortest_readings(w, free | self.bound) for w in words}
        self.readings |= {b: shortest_readings(b, free) for b in self.bound}
        self.possible: Families = defaultdict(set)
        for word, found in self.readings.items():
            for root in found:
                self.possible[root].add(word)
        self.families: Families = {}
        self.direct: Families = {}

    def first_leanings(self) -> dict[str, str]:
        """Each word's likeliest origin by the number of words that could come from there."""
        alone = self.text.lower

        def score(root: str) -> float:
            known = 0.4 * math.log1p(alone[root]) if root in self.free else 0
            size = 0.8 * min(len(root), 6) - 2 * _one_syllable(root)
            return math.log1p(len(self.possible[root])) + size + known

        return {w: max(found, key=score) for w, found in self.readings.items() if found}

    def take(self, parents: dict[str, str | None], leanings: dict[str, str]) -> None:
        """Draw the families from a round's parents, and the likeliest origin of other words.

        *Direct* are the words that come from a root in one step and have no more than one word
        of their own: *serang*, *terang* and *perang*, each with its family, make no root *rang*.
        """
        self.families = families_of(parents)
        for word, root in leanings.items():
            if root and parents[word] is None:
                self.families[root].add(word)
        self.direct = defaultdict(set)
        for word, root in leanings.items():
            if root and len(self.families.get(word, ())) <= 1:
                self.direct[parents[word] or root].add(word)

    def coincidence(self, word: str, root: str) -> bool:
        """Whether a common word only looks like a rare one with se-, ke-, pe-, per- or -i.

        *sekarang* (now) is sixty times as frequent as *karang* (reef) and keeps other company; a
        word is rarely so much commoner than its origin (Yarowsky & Wicentowski 2000).
        """
        reading = self.readings[word][root]
        likeness = self.text.likeness(word, root)
        if root not in self.free or likeness is None or likeness >= _UNLIKE:
            return False
        if (reading.prefixes, reading.suffix) == ((), "") and reading.clitic in _PARTICLES:
            return True  # a particle leaves a word its company: *masalah* is not *masa*
        rarer = _RARER * self.text.lower[root] < self.text.lower[word]
        return rarer and (*reading.prefixes, reading.suffix) in _AMBIGUOUS

    def suffixed_verb(self, word: str, root: str) -> bool:
        """Whether a word without prefix is a verb made with -i or -kan, which have a voice.

        *hadapi* is in *dihadapi*, *empati* in no such verb. What is left of a root
        that only ends in i, such as *curi*, is one syllable.
        """
        reading = self.readings[word][root]
        return (
            reading.suffix in ("i", "kan")
            and not (reading.prefixes or reading.clitic or _one_syllable(root))
            and "di" + word in self.readings
            and not self.coincidence(word, root)
        )

    def on_the_way(self, root: str, lemma: str, lemma_of_root: str | None) -> bool:
        """Whether a root that is not the lemma leads there all the same: *kemuka* to *muka*."""
        return lemma_of_root == lemma or lemma in self.readings.get(root, {})

    def features(self, word: str, root: str) -> Features:
        """What speaks for and against `word` coming from `root`."""
        reading, families = self.readings[word][root], self.families
        outer = reading.prefixes[0] if reading.prefixes else ""
        own = families.get(word, set())
        family = len(families.get(root, set()) - own - {word})
        likeness = self.text.likeness(word, root)
        length, alone = len(root), self.text.lower
        unlike = likeness is not None and likeness < _UNLIKE
        before_one_syllable = outer in ("menge", "penge")
        rare = root in self.free and _RARER * alone[root] < alone[word]
        direct = len(self.direct.get(root, set()) - own - {word})
        return {
            "bias": 1,
            "prefix " + outer: 1,
            "suffix " + reading.suffix: 1,
            f"pair {outer}_{reading.suffix}": 1,
            "both": bool(outer and reading.suffix),
            "clitic " + reading.clitic: bool(reading.clitic),
            **{"inner " + inner: 1 for inner in reading.prefixes[1:]},
            "family": math.log1p(min(family, _FAMILY_CAP)),
            "large family": math.log1p(family),
            "no family": family == 0,
            "direct": math.log1p(min(direct, _FAMILY_CAP)),
            "none direct": direct == 0,
            "own family": math.log1p(min(len(own), _FAMILY_CAP)),
            "frequency of root": math.log1p(min(alone[root], 3000)),
            "frequency of word": math.log1p(min(alone[word], 3000)),
            "bound": root not in self.free,
            "likeness": likeness or 0,
            "unlike": unlike,
            "unlike " + outer: unlike and not reading.suffix,
            "rare root": rare,
            "likeness unknown": likeness is None,
            "length 3": length == 3 and not before_one_syllable,
            "one syllable": _one_syllable(root) and not before_one_syllable,
            "length 4": length == 4,
            "length 7": length >= 7,
        }


def families_of(parents: dict[str, str | None]) -> Families:
    """The words that come from each word, directly or not."""
    families: Families = defaultdict(set)
    for word in parents:
        ancestor = parents[word]
        while ancestor:
            families[ancestor].add(word)
            ancestor = parents[ancestor]
    return families


def roots_of(parents: dict[str, str | None]) -> dict[str, str]:
    """Each word's last ancestor, itself where it has none."""
    roots: dict[str, str] = {}
    for word in sorted(parents, key=len):
        parent = parents[word]
        roots[word] = roots[parent] if parent else word
    return roots


def fit(rows: list[Features], right: list[bool], ridge: float = 2.0) -> Features:
    """Logistic regression by Newton's method: the log odds that each feature adds."""
    names = sorted({name for row in rows for name in row})
    column = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for i, row in enumerate(rows):
        for name, value in row.items():
            x[i, column[name]] = value
    y, weights = np.array(right, dtype=float), np.zeros(len(names))
    for _ in range(25):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (chance - y) + ridge * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + ridge * np.eye(len(names))
        weights -= np.linalg.solve(curve, slope)
    return dict(zip(names, map(float, weights), strict=True))


def total(weights: Features, features: Features) -> float:
    return sum(weights.get(name, 0) * value for name, value in features.items())


def settle(evidence: Evidence, lemmas: dict[str, str]) -> dict[str, str | None]:
    """Each word's parent, after a few rounds of learning and reading."""
    leanings = evidence.first_leanings()
    parents: dict[str, str | None] = {word: leanings.get(word) for word in evidence.readings}
    for _ in range(ROUNDS):
        evidence.take(parents, leanings)
        taught = [
            (word, root, root == lemma)
            for word, lemma in lemmas.items()
            for root in evidence.readings.get(word, ())
            if root == lemma or not evidence.on_the_way(root, lemma, lemmas.get(root))
        ]
        weights = fit([evidence.features(w, r) for w, r, _ in taught], [ok for *_, ok in taught])
        for word, found in evidence.readings.items():
            scores = {
                root: total(weights, evidence.features(word, root))
                for root in found
                if not evidence.coincidence(word, root)
            }
            best = max(scores, key=lambda r: scores[r], default="")
            for root in found:
                if evidence.suffixed_verb(word, root):
                    best, scores[root] = root, math.inf
            parents[word] = best if best and scores[best] > 0 else None
            leanings[word] = best
    evidence.take(parents, leanings)
    return parents


def lemmas(path: Path) -> dict[str, str]:
    """Folded word -> its commonest lemma, without names, numbers and signs.

    A word that the treebank splits at its clitic (`20-21 tidaklah`) has the lemma of its host.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    whole = ""
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        cells = line.split("\t")
        if len(cells) != 10:
            continue
        if "-" in cells[0]:
            whole = cells[1]
        elif cells[0].isdigit() and cells[3] not in _NO_WORDS:
            seen[fold(cells[1])][fold(cells[2])] += 1
            if whole and len(cells[1]) * 2 >= len(whole):
                seen[fold(whole)][fold(cells[2])] += 1
                whole = ""
    return {word: found.most_common(1)[0][0] for word, found in seen.items()}


_NO_WORDS = {"PROPN", "PUNCT", "NUM", "SYM", "X"}


def affix_features(reading: Reading) -> Features:
    """The features that the stemmer itself has, beside the strength of the root."""
    outer = reading.prefixes[0] if reading.prefixes else ""
    return {
        "prefix " + outer: 1,
        "suffix " + reading.suffix: 1,
        f"pair {outer}_{reading.suffix}": 1,
        "both": bool(outer and reading.suffix),
        "clitic": bool(reading.clitic),
        **{"inner " + inner: 1 for inner in reading.prefixes[1:]},
    }


def root_features(evidence: Evidence, root: str, without: str = "") -> Features:
    """What makes a root strong, of itself or leaving out one word and that word's family."""
    families = evidence.families
    left_out = families.get(without, set()) | {without}
    family = len(families.get(root, set()) - left_out)
    return {
        "bias": 1,
        "family": math.log1p(min(family, _FAMILY_CAP)),
        "large family": math.log1p(family),
        "frequency": math.log1p(min(evidence.text.lower[root], 3000)),
        "bound": root not in evidence.free,
        "length 3": len(root) == 3,
        "one syllable": _one_syllable(root),
        "length 4": len(root) == 4,
    }


def condense(evidence: Evidence, roots: dict[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """Strength of each root and odds of each pair of affixes, in tenths, fitted together."""
    known = set(roots.values()) & (evidence.free | evidence.bound)
    rows, right = [], []
    for word, found in evidence.readings.items():
        for root in found.keys() & known:
            rows.append(affix_features(found[root]) | root_features(evidence, root, word))
            right.append(roots[word] == root)
    weights = fit(rows, right)
    strengths = {root: round(10 * total(weights, root_features(evidence, root))) for root in known}
    affixes = {}
    for outer in ("", *PREFIXES):
        for suffix in ("", *SUFFIXES):
            pair = affix_features(Reading("", (outer,) if outer else (), suffix, ""))
            affixes[f"{outer}_{suffix}"] = round(10 * total(weights, pair))
    affixes["_clitic_"] = round(10 * weights["clitic"])
    for inner in PREFIXES:
        affixes["inner_" + inner] = round(10 * weights.get("inner " + inner, 0))
    return strengths, affixes


HEADER = """\
# Affixes (prefix_suffix) and roots of Indonesian words behind their odds (log odds in tenths that
# a reading with them is right), then words behind their root where the odds would miss it.
# Derived by benchmarks/derive_roots.py (python -m benchmarks.derive_roots > this file) from the
# word counts of 38,230 Indonesian news articles, gathered from public repositories (CLICK-ID,
# CC BY 4.0; IndoSum, CC BY-SA 4.0; others); weights learnt from the lemmas of UD Indonesian-PUD,
# CC BY-SA 3.0. A list of words and counts: no text of any article is in it.
"""


def lexicon_lines(evidence: Evidence, roots: dict[str, str]) -> Iterable[str]:
    """The affixes, the roots, the words that the odds would miss."""
    strengths, affixes = condense(evidence, roots)
    plain = Lexicon(strengths, {}, affixes)
    missed = {
        word: root
        for word, root in roots.items()
        if word not in strengths
        and word not in evidence.bound
        and likeliest_root(word, plain) != root
    }
    known = {word: strengths[word] for word in roots if word in strengths}
    for words in (affixes, known, missed):
        yield from grouped(words)


def grouped(values: Mapping[str, int | str]) -> Iterator[str]:
    """Lines of a value and the words that have it."""
    words_of: dict[int | str, list[str]] = defaultdict(list)
    for word, value in sorted(values.items()):
        words_of[value].append(word)
    for value, words in sorted(words_of.items()):
        for line in textwrap.wrap(" ".join(words), 100 - len(f"{value} ")):
            yield f"{value} {line}"


def main() -> None:
    default = Path(__file__).parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    text = Text(data / "news.jsonl.gz")
    words, free = vocabulary(text)
    evidence = Evidence(text, words, free)
    parents = settle(evidence, lemmas(data / "ud" / "pud.conllu.gz"))
    sys.stdout.write(HEADER)
    for line in lexicon_lines(evidence, roots_of(parents)):
        print(line)


if __name__ == "__main__":
    main()
