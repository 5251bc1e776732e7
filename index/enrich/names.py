"""The key of a person's name: what its spelling variants share and different names do not."""

import functools
import itertools
import re

from unidecode import unidecode

_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"(?<!\w)(?:al|el|asy|ash|as|an|ar|at|az)[-'’](?=\w{3})|(?<=\s)(?:al|el)\s")
# Degrees and forms of address before a name; Dr M is none.
_HONORIFICS = re.compile(
    r"\s*(?:(?:kh|hj?|drs?|dra|ir|prof|pak|bapak|bu|ibu)\.?\s+)+(?=\w\w)", re.IGNORECASE
)
_ABDUL = re.compile(r"(?<!\w)abd(?:u|e|oe)l[ -](?=[rsnzdt])")  # the sun letters, less rare ones
# The letter that the key of a part begins with.
_INITIALS = str.maketrans("jqwx", "ykvk")
_ORDINAL = re.compile(r"(?=[ivx])x{0,2}(?:ix|iv|v?i{0,3})")
_DOUBLED = re.compile(r"(\D)\1+")
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

# Sound laws, applied in this order to a word in lower-case ASCII. The first group is Van Ophuijsen
# spelling against the spelling of 1972, the rest romanisations of Arabic, Russian and others. Each
# begins with letters that a word has where the law applies: most words are not looked at closely.
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
    ("e", "(?<=[aiueo9])([^aiueo9]+)e(?=[^aiueo9])", r"\1i"),  # Laden, Yasser; not the first vowel
)


def name_key(name: str) -> str:
    """A key that the spellings of one person's name share: Sergey and Sergei, Soekarno and Sukarno.

    Spaces, hyphens, accents, doubled letters and the Arabic article do not count, so Xi Jinping
    is Xi Jin Ping and Bashar al-Assad is Bashar Assad; nor do degrees and forms of address before
    a name. Parts do: Lavrov is not Sergei Lavrov.
    A closing Roman numeral is exact. A name without letters is its own key.
    """
    name = name.strip()
    words = _WORD.findall(_folded(name))
    if not words:
        return name.casefold()
    ordinal = words.pop() if len(words) > 1 and _ORDINAL.fullmatch(words[-1]) else ""
    return _DOUBLED.sub(r"\1", "".join(map(_sound, words))) + ordinal.upper()


def exact_key(name: str) -> str:
    """A key of this spelling alone, whatever its case; no `name_key` begins as it does."""
    return "=" + " ".join(name.casefold().split())


def name_parts(name: str) -> tuple[str, ...]:
    """The keys of a name's parts, a closing Roman numeral in capitals, initials one by one.

    Kim Jong-un has two parts. Initials are single letters, or two capitals: BJ Habibie has three.
    """
    first, *others = _without_honorifics(unidecode(name)).split() or [""]
    return (*_word_parts(first), *itertools.chain.from_iterable(map(_inner_parts, others)))


@functools.lru_cache(maxsize=65536)
def _inner_parts(word: str) -> tuple[str, ...]:
    """The parts of a word that is not the first: an article none, a Roman numeral itself."""
    if word.lower() in ("al", "el"):
        return ()
    return (word.upper(),) if _ORDINAL.fullmatch(word.lower()) else _word_parts(word)


@functools.lru_cache(maxsize=65536)
def _word_parts(word: str) -> tuple[str, ...]:
    letters = list(word) if len(word) == 2 and word.isupper() else _WORD.findall(word)
    if all(len(letter) == 1 for letter in letters):
        return tuple(letter.lower().translate(_INITIALS) for letter in letters)
    return (word_key(word),)


def _folded(name: str) -> str:
    """Lower-case ASCII, without Arabic articles; Abdul Rahman as Abdurrahman."""
    return _ABDUL.sub("abdu", _ARTICLE.sub("", _without_honorifics(unidecode(name)).lower()))


def _without_honorifics(name: str) -> str:
    found = _HONORIFICS.match(name)
    return name[found.end() :] if found else name


@functools.lru_cache(maxsize=65536)
def word_key(word: str) -> str:
    """The key of one word of a name, for finding it in another name."""
    if word.isascii() and word.isalpha() and len(word) <= _LONGEST_CHARS:
        return _sound(word.lower())  # the same in a third of the time
    return name_key(word)


@functools.lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    word = _VARIANTS.get(word, word)
    if len(word) > _LONGEST_CHARS:
        return word
    word = _DOUBLED.sub(r"\1", word)
    for letters, pattern, sound in _laws():
        if letters in word:
            word = pattern.sub(sound, word)
    return _DOUBLED.sub(r"\1", word)


@functools.cache
def _laws() -> list[tuple[str, re.Pattern[str], str]]:
    """The laws compiled, which takes the time of a short question and which few questions need."""
    return [(letters, re.compile(pattern), sound) for letters, pattern, sound in _LAWS]
