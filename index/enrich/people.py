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
_NICKNAMES = _TITLE_WORDS["nickname"]
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
_LAST_WORD = re.compile(r"(?<!\w)([a-z][\w-]*) \Z")
_NEXT_WORD = re.compile(r"(?: \([^()\n]{1,40}\))? ([a-z]+)")
_AGE = re.compile(r",? \(\d{2}(?: tahun| thn)?\)|, \d{2} tahun\b")
_INITIALS = re.compile(r"[A-Z]{1,2}")
_CLAUSE_END = re.compile(r"[.!?\n]")
_WORD = re.compile(r"\w+")
_NAME_KINDS = frozenset(("given", "surname", "?"))

_LONGEST_NAME_WORDS = 7  # the longest in the NERGrit training set is 6
_WORD_REACH_CHARS = 24
_TITLE_REACH_CHARS = 80  # from a title to the name set off by commas


class _Candidate(NamedTuple):
    """What may be a name: its span, its words, and whether something says that it is one."""

    start: int
    end: int
    text: str
    words: tuple[str, ...]
    is_person: bool


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
    if word in _NICKNAMES or word in _TITLE_WORDS["initials"]:
        return "given"
    lexicon = _lexicon()
    if word in lexicon["head"]:
        return "head"
    if word in lexicon["other"] or is_country_name(word):
        return "other"
    if word in lexicon["given"]:
        return "given"
    if word in lexicon["close"]:
        return "close"
    if word in lexicon["surname"]:
        return "surname"
    if len(word) > 1 and word.isupper():
        return "acronym"
    if any(char.isdigit() for char in word):
        return "other"
    if word in lexicon["common"] or (word.endswith("nya") and len(word) > 6):
        return "common"
    return "?"


@functools.cache
def _lexicon() -> dict[str, frozenset[str]]:
    words, bodies = _sections("name_words.txt"), _sections("organisations.txt")
    return words | bodies | {"other": words["other"] | bodies["other"]}


def _names(text: str, run: list[tuple[int, int]]) -> list[_Candidate]:
    """The candidates in one run."""
    words = [text[start:end] for start, end in run]
    kinds = [_kind(word) for word in words] + ["end"]
    left = _word_before(text, run[0][0])
    titled = left in _TITLES_IN_LOWER_CASE
    found: list[_Candidate] = []
    in_organisation = False
    place = 0
    while place < len(words):
        kind = kinds[place]
        if kind == "title":
            titled, in_organisation = True, False
            left = ""
            if kinds[place + 1] in ("given", "surname") and words[place + 1] == "Agung":
                place += 1  # Jaksa Agung, Hakim Agung
        elif kind in ("address", "degree"):
            titled = titled or not in_organisation
        elif kind == "head":
            in_organisation = True
        elif kind in _NAME_KINDS and not (in_organisation and not (titled and kind == "given")):
            in_organisation = False
            end = _end_of_name(words, kinds, place)
            if kinds[end] != "close":
                candidate = _candidate(text, run[place:end], kinds[place : end + 1], titled, left)
                if candidate is not None:
                    found.append(candidate)
                    titled = False
            place = end
            left = ""
            continue
        else:
            left = words[place].lower() if place == 0 else left
        place += 1
    return found


def _end_of_name(words: list[str], kinds: list[str], first: int) -> int:
    """Where the name that opens at `first` ends.

    A word that is mostly written small belongs to it where a given name opened it (Budi *Karya*
    Sumadi), an initial always.
    """
    place = first + 1
    while kinds[place] in _NAME_KINDS or (
        (kinds[place] == "common" and kinds[first] == "given")
        or (place < len(words) and _INITIALS.fullmatch(words[place]))
    ):
        place += 1
    return place


def _candidate(
    text: str, run: list[tuple[int, int]], kinds: list[str], titled: bool, left: str
) -> _Candidate | None:
    """The words of `run` as a candidate; None where they cannot be a name.

    `kinds` has one more entry, for the word after; `left` is the word in lower case before.
    """
    start, end = run[0][0], run[-1][1]
    words = tuple(text[slice(*span)] for span in run)
    following = kinds[-1]
    opens_as_name = kinds[0] == "given"
    if len(words) > _LONGEST_NAME_WORDS or (left in _PLACE_BEFORE and not opens_as_name):
        return None
    if len(words) == 1 and not opens_as_name:
        if len(words[0]) < 3 or following not in ("end", "address", "degree"):
            return None
        titled = titled and left not in _TITLE_WORDS["member"]
    after = match[1] if (match := _NEXT_WORD.match(text, end)) and following == "end" else ""
    is_person = (
        titled
        or opens_as_name
        or (len(words) > 1 and all(kind in ("given", "surname") for kind in kinds[:-1]))
        or left in SAYING_BEFORE
        or after in SAYING_AFTER
        or _AGE.match(text, end) is not None
        or (len(words) > 1 and _is_apposition(text, start, end))
    )
    return _Candidate(start, end, text[start:end], words, is_person)


def _word_before(text: str, start: int) -> str:
    """The word in lower case just before `start`, without a comma between."""
    match = _LAST_WORD.search(text, max(0, start - _WORD_REACH_CHARS), start)
    return match[1] if match else ""


def _is_apposition(text: str, start: int, end: int) -> bool:
    """Whether a name set off by commas explains a title earlier in its clause."""
    if text[start - 2 : start] != ", " or text[end : end + 1] not in (",", "."):
        return False
    clause = _CLAUSE_END.split(text[max(0, start - _TITLE_REACH_CHARS) : start])[-1]
    return any(word in TITLES or word in _TITLES_IN_LOWER_CASE for word in _WORD.findall(clause))


# --- joining mentions ---------------------------------------------------------------------------


def _full_names(candidates: list[_Candidate]) -> list[list[_Candidate]]:
    """Names of several words, those of one person together."""
    people: list[list[_Candidate]] = []
    by_key: dict[str, list[_Candidate]] = {}
    for name in candidates:
        if len(name.words) > 1 and name.is_person:
            key = name_key(name.text)
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
        bare = name.words[1:] if name.words[0] in _NICKNAMES and len(name.words) > 1 else name.words
        keys = [word_key(word) for word in bare]
        bearers = [
            person
            for person in by_word.get(keys[-1], ())
            if len(keys) == 1 or set(keys) <= {word_key(word) for word in person[0].words}
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
    spellings = Counter(name.text for name in names if len(name.words) == most)
    return spellings.most_common(1)[0][0]
