"""Countries: what a text names, and which country a word in a question means.

The names come from CLDR (lexicon/countries.tsv, derived) and from a hand-made list of aliases
(lexicon/country_aliases.tsv). Capitals that stand for a government ("kata Moskow") name no
country here. An adjective names its country: "pemerintah Inggris", "pasukan Afghan".
"""

import functools
import re
import unicodedata

import msgspec

from index.article import CountryMention
from index.enrich.words import found_in
from index.language.memo import Memo
from index.lexicon import lexicon_lines
from index.messages import in_use

_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_a-z]\w*")
_NEXT_WORD = re.compile(r"[\s'’-]{1,2}(\w+)")
_NEXT_NAME = re.compile(r" [A-Z][a-z]")
_LAST_WORD = re.compile(r"(\w+)\s\Z")
_LOOK_BACK = 24  # characters: longer than any word or phrase looked for


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Behind these words a country's name is a language or a currency.
_LANGUAGES_AND_CURRENCIES = _set_of(
    "bahasa berbahasa dolar dollar yen yuan renminbi pound poundsterling peso baht ringgit won"
    " rubel rupee franc lira riyal dirham"
)
# "Afrika selatan" is a region, "Afrika Selatan" the country.
_DIRECTIONS = _set_of("selatan utara barat timur tengah")
# Suspects go by their initials: "tersangka AS", "AS (25)".
_SUSPECTS = _set_of("inisial berinisial pelaku tersangka terdakwa")
_AGE = re.compile(r"\s?\(\d")
_DOLLAR = r"\bdoll?ar Amerika Serikat \(\Z"  # "dolar Amerika Serikat (AS)"
_IMAGE_FORMAT = r"JPE?G\W{1,2}\Z"

# What stands right before a country although it begins with a capital. Another capitalised
# word there is a given name: "Presiden Haiti", but "Badrodin Haiti".
_OFFICES = _set_of(
    "agung angkatan bangsa bank berita besar besarnya darat dari delegasi dewan di dubes ekonomi"
    " emir energi federasi gubernur imigrasi industri intelijen jenderal kaisar kanselir kantor"
    " ke kedubes kehakiman kementerian kepala kepolisian kepresidenan kesehatan keuangan klub"
    " komando komisi konstitusi kota laut legiun liga luar luarnegeri mahkamah majelis media"
    " menhan menlu menteri militer nasional negara negeri oleh orang otoritas parlemen partai"
    " pasukan pelatih pemerintah penerbangan pengadilan perdagangan perdana pers pertahanan"
    " pertanian perwakilan piala pm polisi presiden putri radio raja rakyat ratu republik senat"
    " senior sentral sepak sultan super televisi tentara terhadap tim timnas udara utama wakil"
    " wapres warga"
)
_STATE_OF_THE_US = r"\b(?:[Nn]egara [Bb]agian|Atlanta,|Augusta,|Macon,|Savannah,)\s\Z"
_IN_THE_US = re.compile(r",\s(?:AS|Amerika)\b")  # "Georgia, AS"

# Bodies and firms whose name ends in Indonesia: the domestic press writes of them in every
# second article without naming the country.
_BODY_OF_INDONESIA = (
    r"\b(?:Akademi|Asosiasi|Badan|Bank|Bisnis|Bursa|Dewan|Federasi|Gabungan|Garuda|Gerakan"
    r"|Himpunan|Ikatan|Institut|Kabinet|Kamar|Kereta|Koalisi|Komisi|Komite|Konfederasi|Kongres"
    r"|Lembaga|Majelis|Palang|Partai|Perhimpunan|Perkumpulan|Persatuan|Persekutuan|Perusahaan"
    r"|Pos|PT|Serikat|Telkom|Tentara|Universitas|Yayasan)(?:\s(?:[A-Z]\w*|dan))*\s\Z"
    r"|\b(?!(?:AS|GP|HUT|PM|UEA|WNI)\b)[A-Z]{2,5}[\s-]\Z"  # DPR RI, CNN Indonesia
)
_LONGEST_BODY = 80


class _Name(msgspec.Struct, frozen=True):
    """A name as articles use it: the words after its first one, folded, and what it means."""

    rest: tuple[str, ...]
    code: str | None
    spelling: str | None  # where only this spelling counts: "AS"
    person: str | None  # "forename" or "surname" where it is one of those too


def country_mentions(text: str) -> list[CountryMention]:
    """The countries that a text names, in the order of first mention, with every span.

    Spans are half-open code points. The longest name wins ("Papua Nugini", "Sudan Selatan").
    Case matters: "AS" is the United States and "as" an axle; other names begin with a capital.
    Not counted: languages and currencies ("bahasa Inggris", "dolar AS"), seas ("Laut Cina
    Selatan"), people ("Badrodin Haiti"), and Indonesia at the end of an organisation's name
    ("Bank Indonesia", "DPR RI").
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    done = 0
    for start, (word_chars, candidates) in found_in(text, _names_in_token):
        if start < done:
            continue
        for name in candidates:
            end = _end_of(name.rest, text, start + word_chars)
            if end is None or (name.spelling and text[start:end] != name.spelling):
                continue
            done = end
            if name.code and _means_the_country(name, text, start, end):
                spans.setdefault(name.code, []).append((start, end))
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
    return country_labels().get(code, code)


@functools.cache
def country_labels() -> dict[str, str]:
    """The Indonesian name of every country by its alpha-2 code."""
    return {code: label for code, _, label, *_ in _countries()}


def country_name(code: str) -> str:
    """The name of a country in the language of messages; an unknown code is its own name."""
    return country_label(code) if in_use() == "id" else _english_names().get(code, code)


@functools.cache
def _english_names() -> dict[str, str]:
    return {code: name for code, *_, name in _countries()}


def nearest_countries(name: str, limit: int = 3) -> list[str]:
    """Labels of the countries whose names look most like `name`, best first, for a message."""
    from rapidfuzz import process  # only an error pays for it

    names = {key: code for key, code in _asked_names().items() if len(key) > 3}
    ranked = process.extract(_key(name), list(names), limit=4 * limit)
    return list(dict.fromkeys(country_label(names[key]) for key, _, _ in ranked))[:limit]


def is_country_name(phrase: str) -> bool:
    """Whether articles use the whole phrase as a country's name, in any case: "arab saudi".

    Short forms ("AS") and names that mostly mean something else ("Jordan") are not.
    """
    first, *rest = _words(phrase) or [""]
    return any(
        name.rest == tuple(rest) and name.code is not None and name.spelling is None
        for name in _article_names().get(first, ())
    )


def _names_in(token: str) -> list[tuple[int, tuple[int, list[_Name]]]]:
    """Where in a token a name may begin: its first word's place, length, and the names."""
    return [
        (word.start(), (len(word[0]), names))
        for word in _CAPITALISED.finditer(token)
        if (names := _article_names().get(_fold(word[0])))
    ]


_names_in_token = Memo(_names_in)


def _means_the_country(name: _Name, text: str, start: int, end: int) -> bool:
    before = _LAST_WORD.search(text[max(0, start - _LOOK_BACK) : start])
    word_before = before[1] if before else ""
    if word_before.lower() in _LANGUAGES_AND_CURRENCIES:
        return False
    if name.person and word_before.lower() not in _OFFICES:
        if name.person == "surname" and word_before[:1].isupper():
            return False
        if name.person == "forename" and _NEXT_NAME.match(text, end):
            return False
    if name.spelling and (word_before.lower() in _SUSPECTS or _AGE.match(text, end)):
        return False
    match name.code:
        case "ID":
            return not re.search(_BODY_OF_INDONESIA, text[max(0, start - _LONGEST_BODY) : start])
        case "US":
            return not re.search(_DOLLAR, text[max(0, start - _LOOK_BACK) : start])
        case "GE":
            return not (
                re.search(_STATE_OF_THE_US, text[max(0, start - _LOOK_BACK) : start])
                or _IN_THE_US.match(text, end)
            )
        case "PG":
            return not re.search(_IMAGE_FORMAT, text[max(0, start - _LOOK_BACK) : start])
    return True


def _end_of(rest: tuple[str, ...], text: str, end: int) -> int | None:
    """Where the name ends whose first word ends at `end`, if its other words follow."""
    for expected in rest:
        word = _NEXT_WORD.match(text, end)
        if word is None or _fold(word[1]) != expected:
            return None
        if expected in _DIRECTIONS and word[1][0].islower():
            return None
        end = word.end()
    return end


def _fold(word: str) -> str:
    """Without case and accents."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word)
    return "".join(char for char in bare if not unicodedata.combining(char)).casefold()


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", _fold(name))


def _key(name: str) -> str:
    return " ".join(_words(name))


@functools.cache
def _countries() -> list[list[str]]:
    return _rows("countries.tsv")


@functools.cache
def _aliases() -> list[tuple[str, str | None, str]]:
    """(name, code, use) for each line of the list; the use is empty where there is no doubt."""
    return [
        (name, None if code == "-" else code, use[0] if use else "")
        for name, code, *use in _rows("country_aliases.tsv")
    ]


@functools.cache
def _asked_names() -> dict[str, str]:
    """Every name and code that a question may use, folded, to alpha-2."""
    names = {}
    for code, alpha3, *_ in _countries():
        names.update({_key(code): code, _key(alpha3): code})
    for code, _, *its_names in _countries():
        names.update({_key(name): code for name in its_names})
    # The aliases come last: "AS" is the United States.
    names.update({_key(name): code for name, code, _ in _aliases() if code is not None})
    return names


@functools.cache
def _article_names() -> dict[str, list[_Name]]:
    """The names that articles use by their folded first word, the longest first."""
    by_words: dict[tuple[str, ...], _Name] = {}
    for code, _, *its_names in _countries():
        for words in map(_words, its_names):
            by_words[tuple(words)] = _Name(tuple(words[1:]), code, None, None)
    for alias, alias_code, use in _aliases():
        words = _words(alias)
        by_words[tuple(words)] = _Name(
            rest=tuple(words[1:]),
            code=alias_code,
            spelling=alias if alias.isupper() else None,
            person=use or None,
        )
        if use == "asked":
            del by_words[tuple(words)]
    by_first_word: dict[str, list[_Name]] = {}
    for words_of_name in sorted(by_words, key=len, reverse=True):
        by_first_word.setdefault(words_of_name[0], []).append(by_words[words_of_name])
    return by_first_word


def _rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in lexicon_lines(name)]
