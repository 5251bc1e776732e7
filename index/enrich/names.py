"""The key of a person's name: what its spelling variants share and different names do not.

A commit asks for the keys of all names in an archive, so they are made of many names at once: an
expression runs over a text with one name a line, not over each name.
"""

import functools
import itertools
import operator
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from unidecode import unidecode

# Makes a space of all that is in no word.
_TO_WORDS = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"}
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"(?<!\w)(?:al|el|asy|ash|as|an|ar|at|az)[-'](?=\w{3})|(?<= )(?:al|el) ")
# Degrees and forms of address before a name; Dr M is none.
_HONORIFICS = re.compile(
    r"^(?:(?:kh|hj?|drs?|dra|ir|prof|pak|bapak|bu|ibu)\.? )+(?=\w\w)", re.IGNORECASE | re.MULTILINE
)
_ABDUL = re.compile(r"(?<!\w)abd(?:u|e|oe)l[ -](?=[rsnzdt])")  # the sun letters, less rare ones
# The letter that the key of a part begins with.
_INITIALS = str.maketrans("jqwx", "ykvk")
_ORDINAL = re.compile(r"(?=[ivx])x{0,2}(?:ix|iv|v?i{0,3})")
_DOUBLED = re.compile(r"([^\d\n])(?=\1)")
# A longer word is no name; keeps the cost of hostile text linear.
_LONGEST_CHARS = 40

# Given names whose variants no sound rule joins without joining other names too.
_VARIANTS = {
    variant: key
    for key, variants in {
        "muhamad": "mohamad mohamed mohammad mohammed muhamed muhammad muhammed mochamad mochammad"
        " muchamad muchammad moehammad mehmed mohd moh muh moch",
        "ahmad": "achmad achmed ahmed akhmad akhmed",
        "ibrahim": "ebrahim ibraheem",
        "benyamin": "benjamin binyamin",
        "abdul": "abdel abdoel",
        "kadafi": "gaddafi gadafi gadhafi qaddafi qadhafi qadafi khadafi khaddafi kaddafi",
        "ibn": "bin",
    }.items()
    for variant in (key, *variants.split())
}

# Sound laws, applied in this order to words in lower-case ASCII, one a line. The first group is Van
# Ophuijsen spelling against the spelling of 1972, the rest romanisations of Arabic, Russian and
# others. Each begins with letters that a word has where the law applies: a single word is not
# looked at closely.
_LAWS = (
    ("oe", "oe", "u"),
    ("tj", "tj", "c"),
    ("j", "dj|j", "y"),
    ("s", "sj|sch|sh|sy(?=[aiuoer])", "s"),
    ("ch", "ch(?=[bdfgjklmnpqtvwz])", "h"),  # Rachmat
    ("", "kh|q|ck", "k"),
    ("gh", "gh", "g"),
    ("ph", "ph", "f"),
    ("h", "(?<=[bdtz])h", ""),  # Yudhoyono
    ("h", "(?<=[aiueo])h$", ""),  # Abdullah
    ("x", "x", "ks"),
    ("w", "w", "v"),
    ("v", "v$", "f"),
    ("ch", "ch[eo]f$", "chef"),  # Gorbachev, written with ё
    ("enk", "enk[ao]$", "enko"),  # Lukashenko, in Belarusian
    ("dr", "dr$", "der"),
    ("", "(?:ey|ei|ay|ai)(?![aiueo])", "9"),  # one diphthong, kept from the vowel laws below
    ("ie", "ie(?=.)", "i"),
    ("o", "ou|o", "u"),
    ("y", "y(?![aiueo])", "i"),
    ("i", "i(?=[aueo])", "y"),
    ("e", "(?<=[aiueo9])([^aiueo9\n]+)e(?=[^aiueo9\n])", r"\1i"),  # Laden; not the first vowel
)


class Name(NamedTuple):
    """What a name is compared by."""

    key: str  # what `name_key` makes of it
    parts: tuple[str, ...]  # what `name_parts` makes of it


def name_key(name: str) -> str:
    """A key that the spellings of one person's name share: Sergey and Sergei, Soekarno and Sukarno.

    Spaces, hyphens, accents, doubled letters and the Arabic article do not count, so Xi Jinping
    is Xi Jin Ping and Bashar al-Assad is Bashar Assad; nor do degrees and forms of address before
    a name. Parts do: Lavrov is not Sergei Lavrov.
    A closing Roman numeral is exact. A name without letters is its own key.
    """
    return _read(name).key


def exact_key(name: str) -> str:
    """A key of this spelling alone, whatever its case; no `name_key` begins as it does."""
    return "=" + " ".join(name.casefold().split())


def name_parts(name: str) -> tuple[str, ...]:
    """The keys of a name's parts, a closing Roman numeral in capitals, initials one by one.

    Kim Jong-un has two parts. Initials are single letters, or two capitals: BJ Habibie has three.
    """
    return _read(name).parts


@functools.lru_cache(maxsize=65536)
def _read(name: str) -> Name:
    """One name, for questions: they compare the same few with each other."""
    return read_names((name,))[0]


def read_names(names: Sequence[str]) -> list[Name]:
    """The key and the parts of each name."""
    plain = _HONORIFICS.sub("", _lines(" ".join(unidecode(name).split()) for name in names))
    written = [line.split() for line in plain.splitlines()]
    vocabulary = dict.fromkeys(itertools.chain.from_iterable(written))
    keys = _keys(plain + _lines(vocabulary))
    first = {
        word: (key,) if (initials := _initials(word)) is None else initials
        for word, key in zip(vocabulary, keys[len(names) :], strict=True)
    }
    inner = first | {word: () for word in vocabulary if word.lower() in ("al", "el")}
    inner |= {word: (word.upper(),) for word in vocabulary if _ORDINAL.fullmatch(word.lower())}
    joined = itertools.chain.from_iterable
    return [
        Name(
            key or name.strip().casefold(),
            tuple(joined([first[words[0]], *map(inner.__getitem__, words[1:])])) if words else (),
        )
        for name, key, words in zip(names, keys[: len(names)], written, strict=True)
    ]


def _initials(word: str) -> tuple[str, ...] | None:
    """The initials that a word consists of, if it does; of a dash there are none."""
    both = len(word) == 2 and word.isalpha() and word.isupper()
    letters = list(word) if both else _WORD.findall(word)
    if any(len(letter) > 1 for letter in letters):
        return None
    return tuple(letter.lower().translate(_INITIALS) for letter in letters)


def _keys(plain: str) -> list[str]:
    """The keys of names in ASCII, one a line; of a name without letters an empty one."""
    folded = _ABDUL.sub("abdu", _ARTICLE.sub("", plain.lower())).translate(_TO_WORDS)
    words_of = [line.split() for line in folded.splitlines()]
    ordinals = [
        words.pop().upper() if len(words) > 1 and _ORDINAL.fullmatch(words[-1]) else ""
        for words in words_of
    ]
    sounds = _sounds(itertools.chain.from_iterable(words_of))
    joined = _lines("".join(map(sounds.__getitem__, words)) for words in words_of)
    keys = _DOUBLED.sub("", joined).splitlines()
    return list(map(operator.add, keys, ordinals))


def _lines(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])


def _sounds(words: Iterable[str]) -> dict[str, str]:
    """What words in lower-case ASCII sound like."""
    known = {word: _VARIANTS.get(word, word) for word in words}
    text = _lines(word if len(word) <= _LONGEST_CHARS else "" for word in known.values())
    text = _DOUBLED.sub("", text)
    for letters, pattern, sound in _laws():
        if letters in text:
            text = pattern.sub(sound, text)
    sounds = _DOUBLED.sub("", text).splitlines()
    return {word: sound or word for word, sound in zip(known, sounds, strict=True)}


@functools.cache
def _laws() -> list[tuple[str, re.Pattern[str], str]]:
    """The laws compiled, which takes the time of a short question and which few questions need."""
    return [
        (letters, re.compile(pattern, re.MULTILINE), sound) for letters, pattern, sound in _LAWS
    ]
