"""People: who a text names, each with every mention, later short mentions included.

Only runs of capitalised words are looked at. A run is read from left to right: titles, places
and organisations fall away and what is left may be a name. A name counts where something says
so: a title before it, a verb of saying beside it, an age after it, or a first word that usually
opens a name (lexicon/name_words.txt). Short mentions are then joined to the fuller name.
"""

import functools
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.article import PersonMention
from index.enrich.countries import is_country_name
from index.enrich.names import name_key, word_key

_LEXICON = Path(__file__).parents[1] / "lexicon"


def _sections(name: str) -> dict[str, frozenset[str]]:
    """The words of a lexicon file under each of its [headings]."""
    sections: dict[str, set[str]] = {}
    for line in (_LEXICON / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), set())
        elif line and not line.startswith("#"):
            words.update(line.split())
    return {heading: frozenset(words) for heading, words in sections.items()}


_TITLE_WORDS = _sections("titles.txt")
TITLES = _TITLE_WORDS["office"] | _TITLE_WORDS["rank"]
ADDRESS = _TITLE_WORDS["address"]
_DEGREES = _TITLE_WORDS["degree"]
_TITLES_IN_LOWER_CASE = frozenset(map(str.lower, TITLES)) | _TITLE_WORDS["relation"] | {"dr", "drg"}

# Verbs of saying: "kata X" and "X mengatakan".
SAYING_BEFORE = frozenset(
    "kata ujar tutur ungkap jelas ucap tegas papar terang imbuh tambah sebut pungkas tukas urai"
    " cetus tandas lanjut beber kenang celetuk jawab sambung menurut".split()
)
SAYING_AFTER = frozenset(
    "mengatakan menyatakan menuturkan mengungkapkan menjelaskan menegaskan menambahkan menyebut"
    " menyebutkan mengaku mengakui memaparkan menilai menerangkan berharap membantah mengklaim"
    " menduga melanjutkan berkata bercerita mengungkap menyampaikan menuding menuduh".split()
)
_PLACE_BEFORE = frozenset("di kota kabupaten provinsi kecamatan desa kawasan wilayah".split())

_UPPER = "A-ZÀ-ÖØ-ÞĀĆČĎĐĒĖĘĚĞĢĪİĶŁĻŃŅŇŌŐŒŘŚŞŠŤŪŮŰŽŹŻ"
_TOKEN = re.compile(rf"(?<!\w)(?:(?:al|el|as|an|ad|ar)-)?[{_UPPER}]\w*(?:[-'’]\w+)*")
_LINKS = frozenset(
    f" {link} " for link in "bin binti van de del della da dos der von ten el al ibn le".split()
) | {" van der ", " van den ", " de la ", " al-", " el-"}
_ABBREVIATED = frozenset("Dr Drs Dra Ir Prof Drg St Moh Muh Moch Jend Pol Purn Hj KH Abd".split())
_ENDS_SENTENCE = frozenset(".!?:;\n\"“”'‘’([*–—•")
_LAST_LOWER_WORD = re.compile(r"([a-z][\w-]*)[ ,]*\Z")
_NEXT_WORD = re.compile(r"(?: \([^()\n]{1,40}\))? ([a-z]+)")
_AGE = re.compile(r",? \((?:\d{1,2})(?: tahun| thn)?\)|, \d{2} tahun\b")
_INITIAL = re.compile(r"[A-Z]{1,2}")

_LONGEST_NAME_WORDS = 7  # the longest in the NERGrit training set is 6
_TITLE_REACH_CHARS = 80  # from a title to the name set off by commas


class _Candidate(NamedTuple):
    """What may be a name: its span, its words, and whether something says that it is one."""

    start: int
    end: int
    words: tuple[str, ...]
    is_person: bool


class _Run(NamedTuple):
    """Capitalised words in a row, each with its span."""

    tokens: list[tuple[int, int]]


def person_mentions(text: str) -> list[PersonMention]:
    """The people that a text names, in the order of first mention, with every span.

    `name` is the fullest spelling in the text, without titles and forms of address. Never
    raises; the time grows linearly with the text.
    """
    candidates = [name for run in _runs(text) for name in _names(text, run)]
    people = _full_names(candidates)
    _join_short_mentions(candidates, people)
    mentions = [
        PersonMention(_fullest(found), tuple(sorted((name.start, name.end) for name in found)))
        for found in people
    ]
    return sorted(mentions, key=lambda mention: mention.spans[0])


# --- reading runs -------------------------------------------------------------------------------


def _runs(text: str) -> list[list[tuple[int, int]]]:
    """Spans of capitalised words, grouped where only a space or a name's particle is between."""
    runs: list[list[tuple[int, int]]] = []
    previous = ""
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if runs:
            last_end = runs[-1][-1][1]
            gap = text[last_end:start] if start - last_end <= 9 else "\n"
            if (
                gap == " "
                or gap in _LINKS
                or (gap in (". ", ".") and (len(previous) == 1 or previous in _ABBREVIATED))
            ):
                runs[-1].append((start, end))
                previous = match[0]
                continue
        runs.append([(start, end)])
        previous = match[0]
    return runs


@functools.lru_cache(maxsize=32768)
def _kind(word: str) -> str:
    """What a capitalised word is: title, address, degree, head, close, other, common, given, ?."""
    if word in TITLES:
        return "title"
    if word in ADDRESS:
        return "address"
    if word in _DEGREES:
        return "degree"
    lexicon = _lexicon()
    if word in lexicon["head"]:
        return "head"
    if word in lexicon["given"]:
        return "given"
    if word in lexicon["close"]:
        return "close"
    if word in lexicon["other"] or is_country_name(word):
        return "other"
    if len(word) > 1 and word.isupper():
        return "acronym"
    if any(char.isdigit() for char in word):
        return "other"
    if word in lexicon["common"] or (word.endswith("nya") and len(word) > 6):
        return "common"
    return "?"


@functools.cache
def _lexicon() -> dict[str, frozenset[str]]:
    return _sections("name_words.txt") | _sections("organisations.txt")


def _names(text: str, run: list[tuple[int, int]]) -> list[_Candidate]:
    """The candidates in one run."""
    start = run[0][0]
    before = text[max(0, start - _TITLE_REACH_CHARS) : start]
    word_before = match[1] if (match := _LAST_LOWER_WORD.search(before)) else ""
    titled = word_before in _TITLES_IN_LOWER_CASE and before.endswith(" ")
    found: list[_Candidate] = []
    name: list[int] = []
    organisation = False
    last = len(run)
    for place in range(last + 1):
        kind = _kind(text[slice(*run[place])]) if place < last else "end"
        if kind in ("?", "given") or (
            name and kind in ("common", "degree") and _continues(text, run, name, place)
        ):
            if organisation and not (titled and kind == "given"):
                continue
            organisation = False
            name.append(place)
            continue
        if kind == "acronym" and name and len(text[slice(*run[place])]) <= 2:
            name.append(place)
            continue
        if name and kind != "close":
            candidate = _candidate(text, run, name, titled, kind)
            if candidate is not None:
                found.append(candidate)
                titled = False
        name = []
        if kind == "title":
            titled, organisation = True, False
        elif kind in ("address", "degree"):
            titled = titled or not organisation
        elif kind == "head":
            organisation = True
    return found


def _continues(text: str, run: list[tuple[int, int]], name: list[int], place: int) -> bool:
    """Whether a word that is mostly common belongs to the name being read: Budi *Karya* Sumadi."""
    return _kind(text[slice(*run[name[0]])]) == "given" and len(text[slice(*run[place])]) > 2


def _candidate(
    text: str, run: list[tuple[int, int]], name: list[int], titled: bool, next_kind: str
) -> _Candidate | None:
    words = tuple(text[slice(*run[place])] for place in name)
    start, end = run[name[0]][0], run[name[-1]][1]
    kinds = [_kind(word) for word in words]
    if len(words) > _LONGEST_NAME_WORDS:
        return None
    before = text[max(0, start - _TITLE_REACH_CHARS) : start]
    word_before = match[1] if (match := _LAST_LOWER_WORD.search(before)) else ""
    adjacent = before.endswith((word_before + " ", word_before + ", ")) and word_before
    if word_before in _PLACE_BEFORE and adjacent and kinds[0] != "given":
        return None
    if len(words) == 1 and kinds[0] != "given" and next_kind not in ("end", "address", "degree"):
        return None
    if len(words) == 1 and len(words[0]) < 3:
        return None
    after = match[1] if (match := _NEXT_WORD.match(text, end)) else ""
    is_person = (
        titled
        or kinds[0] == "given"
        or (bool(adjacent) and word_before in SAYING_BEFORE)
        or (after in SAYING_AFTER and next_kind == "end")
        or _AGE.match(text, end) is not None
        or (before.endswith(", ") and text[end : end + 1] in (",", ".") and len(words) > 1
            and _title_near(before))
    )
    return _Candidate(start, end, words, is_person)


def _title_near(before: str) -> bool:
    """Whether the clause before a name set off by commas holds a title."""
    clause = re.split(r"[.!?\n]", before)[-1]
    return any(
        word in TITLES or word in _TITLES_IN_LOWER_CASE for word in re.findall(r"\w+", clause)
    )


# --- joining mentions ---------------------------------------------------------------------------


def _full_names(candidates: list[_Candidate]) -> list[list[_Candidate]]:
    """Names of several words, those of one person together."""
    people: list[list[_Candidate]] = []
    by_key: dict[str, list[_Candidate]] = {}
    for name in candidates:
        if len(name.words) > 1 and name.is_person:
            key = name_key(" ".join(name.words))
            if key not in by_key:
                people.append(by_key.setdefault(key, []))
            by_key[key].append(name)
    return people


def _join_short_mentions(candidates: list[_Candidate], people: list[list[_Candidate]]) -> None:
    """Give every short or doubtful mention to the person last named before it who bears the name.

    A single name that something says is a person, and that nobody bears, is a person itself.
    """
    by_word: dict[str, list[list[_Candidate]]] = {}
    for person in people:
        for word in {word_key(word) for name in person for word in name.words}:
            by_word.setdefault(word, []).append(person)
    taken = {id(name) for person in people for name in person}
    singles: dict[str, list[_Candidate]] = {}
    for name in candidates:
        if id(name) in taken:
            continue
        keys = [word_key(word) for word in name.words]
        bearers = [
            person
            for person in by_word.get(keys[-1], ())
            if len(keys) == 1
            or set(keys) <= {word_key(word) for word in person[0].words}
        ]
        if bearers:
            earlier = [person for person in bearers if person[0].start < name.start]
            (earlier[-1] if earlier else bearers[0]).append(name)
        elif len(keys) == 1:
            singles.setdefault(keys[0], []).append(name)
    people += [names for names in singles.values() if any(name.is_person for name in names)]


def _fullest(names: list[_Candidate]) -> str:
    """The spelling with most words; the more frequent among equals, then the first."""
    most = max(len(name.words) for name in names)
    spellings = Counter(" ".join(name.words) for name in names if len(name.words) == most)
    return spellings.most_common(1)[0][0]
