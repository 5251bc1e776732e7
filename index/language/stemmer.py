"""Indonesian stems: strip affixes by rule, and let a lexicon of roots decide.

The affixes, their sound changes and their order follow Nazief & Adriani 1996 (Confix-stripping
approach, University of Indonesia), with the additions of Asian 2007 (Effective techniques for
Indonesian text retrieval, RMIT) for reduplication and *per-*, and the list of clitics of Tala
2003 (ILLC MoL-2003-02). Those authors strip in a fixed order until a dictionary holds the rest;
here every way to read the word is proposed, and the likeliest root wins. The likelihoods are
derived from text (lexicon/roots.txt, benchmarks/derive_roots.py), not from a dictionary.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import repeat
from typing import NamedTuple

from index.lexicon import lexicon_lines

_VOWELS = frozenset("aeiou")
_SHORTEST_ROOT = 3

_PARTICLES = ("lah", "kah", "pun")
_POSSESSIVES = ("nya", "ku", "mu")
SUFFIXES = ("kan", "an", "i", "isasi", "asi")
# As `_one_prefix` names them.
PREFIXES = (
    *("di", "ke", "se", "ku", "ber", "be", "ter", "te", "per", "antar", "Ce"),
    *("me", "meN", "meT", "menge", "pe", "peN", "peT", "penge"),
)

# Prefixes that no suffix of the set follows (Nazief & Adriani 1996, table of disallowed pairs).
_DISALLOWED = {
    "di": ("an",),
    "ke": ("kan",),
    "se": ("i", "kan"),
    **dict.fromkeys(("ber", "be"), ("i",)),
    **dict.fromkeys(("ter", "te"), ("an",)),
    **dict.fromkeys(("me", "meN", "meT", "menge"), ("an",)),
    **dict.fromkeys(("pe", "peN", "peT", "penge"), ("kan", "i")),
}


class Reading(NamedTuple):
    """One way to take a word apart; `prefixes` from the outside in, `root` what is left."""

    root: str
    prefixes: tuple[str, ...]
    suffix: str
    clitic: str


class Lexicon(NamedTuple):
    """What lexicon/roots.txt says. Strengths and odds are log odds in tenths.

    `affixes` has a key for each pair, `me_kan`, `_an`, `di_`; and `_clitic_` for any clitic and
    `inner_per` for a prefix that is not the outermost. `exceptions` hold the root of words whose
    likeliest reading is wrong.
    """

    strengths: dict[str, int]
    exceptions: dict[str, str]
    affixes: dict[str, int]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The root of a folded word: `pengiriman` and `dikirimkan` are both `kirim`.

    A word without a root in the lexicon is its own stem, and so is a word with digits, except
    for the shorthand `orang2`. A repeated word has the stem of the word.
    """
    if word.isalpha():
        return _root(word)
    if "-" in word:
        return _hyphenated(word)
    if word[-1:] == "2" and word[:-1].isalpha():
        return _doubled(word)
    return word


def readings(word: str) -> Iterator[Reading]:
    """Every way to take a word apart, likely or not; never the word as a whole."""
    for base, suffix, clitic in _without_endings(word):
        for root, prefixes in _without_prefixes(base, 3):
            allowed = not prefixes or suffix not in _DISALLOWED.get(prefixes[0], ())
            if allowed and len(root) >= _SHORTEST_ROOT and root != word:
                yield Reading(root, prefixes, suffix, clitic)


def likeliest_root(word: str, lexicon: Lexicon) -> str:
    """The root of the reading with the best odds, if they are better than even, else the word."""
    best, best_odds = word, 0
    for root, prefixes, suffix, clitic in readings(word):
        strength = lexicon.strengths.get(root)
        if strength is not None:
            outer = prefixes[0] if prefixes else ""
            odds = strength + lexicon.affixes[f"{outer}_{suffix}"]
            if clitic:
                odds += lexicon.affixes["_clitic_"]
            for inner in prefixes[1:]:
                odds += lexicon.affixes[f"inner_{inner}"]
            if odds > best_odds:
                best, best_odds = root, odds
    return best


@cache
def shipped_lexicon() -> Lexicon:
    """lexicon/roots.txt and roots_by_hand.txt, read once."""
    strengths: dict[str, int] = {}
    exceptions: dict[str, str] = {}
    affixes: dict[str, int] = {}
    for line in (*lexicon_lines("roots.txt"), *lexicon_lines("roots_by_hand.txt")):
        value, _, words = line.partition(" ")
        if value.isalpha():
            exceptions.update(zip(words.split(), repeat(value)))
        else:
            odds = affixes if "_" in words else strengths
            odds.update(zip(words.split(), repeat(int(value))))
    for word, root in exceptions.items():
        if root != word:
            strengths.pop(word, None)
    return Lexicon(strengths, exceptions, affixes)


def _root(word: str) -> str:
    lexicon = shipped_lexicon()
    if word in lexicon.strengths:
        return word
    return lexicon.exceptions.get(word) or likeliest_root(word, lexicon)


def _without_endings(word: str) -> Iterator[tuple[str, str, str]]:
    """(base, suffix, clitic) for every ending that could be one, none first."""
    bases = [(word, "")]
    for particle in _PARTICLES:
        if word.endswith(particle):
            bases.append((word[: -len(particle)], particle))
    for base, particle in bases[:]:
        for possessive in _POSSESSIVES:
            if base.endswith(possessive):
                bases.append((base[: -len(possessive)], possessive + particle))
    for base, clitic in bases:
        yield base, "", clitic
        for suffix in SUFFIXES:
            if base.endswith(suffix):
                yield base[: -len(suffix)], suffix, clitic


def _without_prefixes(base: str, depth: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(rest, prefixes) for every run of at most `depth` prefixes that could be one, none first."""
    yield base, ()
    if depth and len(base) > _SHORTEST_ROOT:
        for prefix, rest in _one_prefix(base):
            for root, inner in _without_prefixes(rest, depth - 1):
                if not inner or _may_follow(prefix, inner[0]):
                    yield root, (prefix, *inner)


def _may_follow(outer: str, inner: str) -> bool:
    """Whether prefix `inner` can stand inside `outer`: voice marks are always outermost."""
    return inner not in ("di", "ku", "me", "meN", "meT", "menge", outer)


def _one_prefix(word: str) -> Iterator[tuple[str, str]]:
    """(prefix, rest) for each prefix that the word could begin with, sound change undone.

    A prefix is named by its sound change: *me* and *pe* keep the first sound of what follows,
    *meN* and *peN* add a nasal, *meT* and *peT* swallow a k, p, s or t, *menge* and *penge*
    stand before one syllable; *be* and *te* swallow an r. *Ce* is the first syllable said twice
    (*dedaunan*).
    """
    start, rest = word[:2], word[2:]
    if start in ("di", "ke", "se", "ku"):
        yield start, rest
        if word.startswith("ketidak"):
            yield "ke", word[7:]
    elif start in ("be", "te"):
        yield from _ber_or_ter(word, start)
    elif start == "me":
        yield from _nasal(rest, "me")
        if rest[:1] in ("l", "r", "w", "y"):
            yield "me", rest
    elif start == "pe":
        yield from _nasal(rest, "pe")
        if rest[:1] == "r":
            yield "per", rest[1:]
        elif word.startswith("pelajar"):
            yield "per", word[3:]
        if rest[:1] not in ("a", "e", "i", "o", "u", "m", "n"):
            yield "pe", rest
    elif start == "an" and word.startswith("antar"):
        yield "antar", word[5:]
    elif word[1:2] == "e" and word[:1] == word[2:3]:
        yield "Ce", word[2:]


def _ber_or_ter(word: str, start: str) -> Iterator[tuple[str, str]]:
    """ber-kerja is *bekerja*, ber-ajar *belajar*, ter-rasa *terasa*."""
    if word[2:3] == "r":
        yield start + "r", word[3:]
        if word[3:4] in _VOWELS:
            yield start, word[2:]
    elif word.startswith("belajar"):
        yield "ber", word[3:]
    elif word[3:5] == "er":
        yield start, word[2:]


def _nasal(rest: str, start: str) -> Iterator[tuple[str, str]]:
    """What follows me- or pe- where its nasal has grown to, or swallowed, the first sound.

    men-tulis is *menulis*, mem-pukul *memukul*, meny-sapu *menyapu*, meng-kirim *mengirim*,
    menge-cek *mengecek*; b, c, d, f, g, h, j, s, v, z and most loans keep their first sound.
    """
    added, swallowed = start + "N", start + "T"
    if rest[:2] == "ng":
        after = rest[2:]
        if after[:1] in _VOWELS:
            yield added, after
            yield swallowed, "k" + after
            if after[0] == "e":
                yield start + "nge", after[1:]
        elif after[:1] in ("g", "h", "k", "q"):
            yield added, after
    elif rest[:2] == "ny":
        yield swallowed, "s" + rest[2:]
        yield start, rest
    elif rest[:1] == "n":
        if rest[1:2] in _VOWELS:
            yield swallowed, "t" + rest[1:]
            yield start, rest
        elif rest[1:2] in ("c", "d", "j", "k", "s", "t", "z"):
            yield added, rest[1:]
    elif rest[:1] == "m":
        if rest[1:2] in _VOWELS:
            yield swallowed, "p" + rest[1:]
            yield start, rest
        elif rest[1:2] in ("b", "f", "p", "s", "v"):
            yield added, rest[1:]


_BARE_PREFIXES = frozenset(("di", "ke", "se", "ku", "ber", "ter", "me", "pe", "per"))
_BARE_ENDINGS = frozenset(("an", "kan", "i", *_PARTICLES, *_POSSESSIVES))


def _hyphenated(word: str) -> str:
    """The stem of a repeated word, or of one with a hyphen at its affix; else the word itself."""
    first, _, second = word.partition("-")
    if "-" in second or not first or not second:
        return word
    if first in _BARE_PREFIXES:
        return stem(second)
    if second in _BARE_ENDINGS:
        return stem(first)
    if not (first.isalpha() and second.isalpha()):
        return word
    one, other = _root(first), _root(second)
    if one == other or second.startswith(first) or second.endswith(first):
        return one  # kendaraan-kendaraan, seburuk-buruknya, biji-bijian, asal-muasal
    for _, rest in _one_prefix(first):
        if second.startswith(rest):  # menari-nari, kehati-hatian, pertama-tama; berjam-jam
            return one if one != first or first in shipped_lexicon().strengths else other
    if _rhymes(first, second):
        return one
    return word


def _rhymes(first: str, second: str) -> bool:
    """Repetition with a changed sound: sayur-mayur (one consonant), bolak-balik (vowels)."""
    if first[1:] == second[1:] and len(first) > _SHORTEST_ROOT:
        return True
    return len(first) == len(second) and _consonants(first) == _consonants(second)


def _consonants(word: str) -> str:
    return re.sub("[aeiou]", "", word)


def _doubled(word: str) -> str:
    """`orang2` is *orang-orang*; `covid2` is no word of the language and stays."""
    base = word[:-1]
    root = _root(base)
    return root if root in shipped_lexicon().strengths else word
