"""Countries: what a text names, and which country a word in a question means.

The names come from CLDR (lexicon/countries.tsv, derived) and from a hand-made list of aliases
(lexicon/country_aliases.tsv). Capitals standing for a government ("kata Moskow") name no
country here. An adjective names its country: "pemerintah Inggris".
"""

import functools
import re
import unicodedata
from pathlib import Path

import msgspec

from index.article import CountryMention

_LEXICON = Path(__file__).parents[1] / "lexicon"

_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_a-z]\w*")
_NEXT_WORD = re.compile(r"[\s'’-]{1,2}(\w+)")

# A language or a currency is not the country: "bahasa Inggris", "dolar AS".
_NOT_THE_COUNTRY_AFTER = re.compile(
    r"\b(?:(?:ber|ke)?bahasa|doll?ar|yen|yuan|pound(?:sterling)?|poundsterling|inisial|berinisial"
    r"|Ba(?:hasa)|Doll?ar)\s+\Z",
)
# "tersangka AS (25)" is a person's initials.
_INITIALS_AFTER = re.compile(r"\s?\(\d")

# Names of bodies and firms that end in Indonesia: the domestic press names them in every second
# article without naming the country.
_BODY_OF_INDONESIA = re.compile(
    r"\b(?:Asosiasi|Badan|Bank|Bursa|Dewan|Federasi|Garuda|Gabungan|Gerakan|Himpunan|Ikatan"
    r"|Institut|Kamar|Kereta|Komisi|Komite|Konfederasi|Kongres|Lembaga|Majelis|Masyarakat|Palang"
    r"|Partai|Perhimpunan|Perkumpulan|Persatuan|Persekutuan|Perusahaan|Pos|PT|Serikat|Telkom|Tentara|Universitas"
    r"|Yayasan)(?:\s(?:[A-Z]\w*|dan))*\s\Z"
    r"|\b[A-Z]{2,5}\s\Z"
)
_BODY_CONTEXT_CHARS = 80


class _Country(msgspec.Struct, frozen=True):
    code: str
    alpha3: str
    label: str
    names: tuple[str, ...]


class _Alias(msgspec.Struct, frozen=True):
    name: str
    code: str | None
    in_articles: bool


def country_mentions(text: str) -> list[CountryMention]:
    """The countries that a text names, in the order of first mention, with every span.

    Spans are half-open code points. The longest name wins ("Papua Nugini", "Sudan Selatan").
    Case matters: "AS" is the United States, "as" is an axle; other names begin with a capital.
    Not counted: languages and currencies ("bahasa Inggris", "dolar AS"), seas ("Laut Cina
    Selatan"), and Indonesia as the end of an organisation's name ("Bank Indonesia", "DPR RI").
    """
    names = _article_names()
    spans: dict[str, list[tuple[int, int]]] = {}
    done = 0
    for word in _CAPITALISED.finditer(text):
        start = word.start()
        if start < done or (candidates := names.get(_fold(word[0]))) is None:
            continue
        for rest, code, exact in candidates:
            end = _end_of(rest, text, word.end())
            if end is None or (exact is not None and text[start:end] != exact):
                continue
            done = end
            if code is not None and _names_the_country(text, start, end, code):
                spans.setdefault(code, []).append((start, end))
            break
    return [CountryMention(code, tuple(found)) for code, found in spans.items()]


def country_code(name: str) -> str | None:
    """The alpha-2 code of a country that a question names, or None.

    Understands alpha-2 and alpha-3 codes, Indonesian and English names and aliases, in any case
    and with any accents. "AS" is the United States; American Samoa is "ASM".
    """
    return _asked_names().get(_key(name))


def country_label(code: str) -> str:
    """The Indonesian name of a country by its alpha-2 code; an unknown code is its own label."""
    country = _countries().get(code)
    return code if country is None else country.label


def nearest_countries(name: str, limit: int = 3) -> list[str]:
    """Labels of the countries whose names look most like `name`, best first, for a message."""
    from rapidfuzz import process  # only an error pays for it

    labels: list[str] = []
    for _, _, key in process.extract(
        _key(name), {key: key for key in _asked_names() if len(key) > 3}, limit=4 * limit
    ):
        label = country_label(_asked_names()[key])
        if label not in labels:
            labels.append(label)
    return labels[:limit]


def is_country_name(phrase: str) -> bool:
    """Whether the whole phrase is a country's name, not a code: "Arab Saudi", "korsel"."""
    return len(_key(phrase)) > 3 and country_code(phrase) is not None


def _names_the_country(text: str, start: int, end: int, code: str) -> bool:
    before = text[max(0, start - _BODY_CONTEXT_CHARS) : start]
    if _NOT_THE_COUNTRY_AFTER.search(before):
        return False
    if end - start == 2 and _INITIALS_AFTER.match(text, end):
        return False
    return code != "ID" or _BODY_OF_INDONESIA.search(before) is None


def _end_of(rest: tuple[str, ...], text: str, end: int) -> int | None:
    """Where the name ends whose first word ends at `end`, if its other words follow."""
    for expected in rest:
        word = _NEXT_WORD.match(text, end)
        if word is None or _fold(word[1]) != expected:
            return None
        end = word.end()
    return end


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word)
    return "".join(char for char in bare if not unicodedata.combining(char)).casefold()


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", _fold(name))


def _key(name: str) -> str:
    return " ".join(_words(name))


@functools.cache
def _countries() -> dict[str, _Country]:
    countries = {}
    for code, alpha3, label, *names in _rows("countries.tsv"):
        countries[code] = _Country(code, alpha3, label, (label, *names))
    return countries


@functools.cache
def _aliases() -> list[_Alias]:
    return [
        _Alias(name, None if code == "-" else code, use != ["asked"])
        for name, code, *use in _rows("country_aliases.tsv")
    ]


@functools.cache
def _asked_names() -> dict[str, str]:
    """Every name and code that a question may use, folded. Aliases outrank codes: AS is US."""
    names = {}
    for country in _countries().values():
        names.update(dict.fromkeys(map(_key, (country.code, country.alpha3)), country.code))
    for country in _countries().values():
        names.update(dict.fromkeys(map(_key, country.names), country.code))
    names.update({_key(alias.name): alias.code for alias in _aliases() if alias.code is not None})
    return names


@functools.cache
def _article_names() -> dict[str, list[tuple[tuple[str, ...], str | None, str | None]]]:
    """First word -> (its other words, code, the exact spelling of a short form), longest first."""
    names = {name: country.code for country in _countries().values() for name in country.names}
    by_key: dict[tuple[str, ...], tuple[str | None, str | None]] = {
        tuple(_words(name)): (code, None) for name, code in names.items()
    }
    for alias in _aliases():
        words = tuple(_words(alias.name))
        if alias.in_articles:
            by_key[words] = (alias.code, alias.name if alias.name.isupper() else None)
        else:
            by_key.pop(words, None)
    found: dict[str, list[tuple[tuple[str, ...], str | None, str | None]]] = {}
    for (first, *rest), (code, exact) in by_key.items():
        found.setdefault(first, []).append((tuple(rest), code, exact))
    for candidates in found.values():
        candidates.sort(key=lambda candidate: -len(candidate[0]))
    return found


def _rows(name: str) -> list[list[str]]:
    lines = (_LEXICON / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]
