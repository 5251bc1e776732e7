"""People: who a text names, each with every mention, later short mentions included.

Only runs of capitalised words are looked at. A run is read from left to right: titles, places
and organisations fall away and what is left may be a name. A name counts where something says
so: a title before it, a verb of saying beside it, an age after it, or a word in it that mostly
stands in names (lexicon/name_words.txt). Short mentions are then joined to the fuller name.
"""

import bisect
import functools
import itertools
import re
from collections import Counter
from typing import NamedTuple

from index.article import PersonMention
from index.enrich.countries import is_country_name
from index.enrich.names import name_key, word_key
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
TITLES = _TITLE_WORDS["office"] | _TITLE_WORDS["rank"]
ADDRESS = _TITLE_WORDS["address"]
_DEGREES = _TITLE_WORDS["degree"]
_NICKNAMES = _TITLE_WORDS["nickname"]
_TITLES_IN_LOWER_CASE = frozenset(map(str.lower, TITLES)) | _TITLE_WORDS["relation"] | {"dr", "drg"}

SAYING_BEFORE = _TITLE_WORDS["saying before"]
SAYING_AFTER = _TITLE_WORDS["saying after"]
_PLACE_BEFORE = frozenset(["di", "kota", "kabupaten", "provinsi", "kecamatan", "desa", "wilayah"])

_UPPER = "A-ZÀ-ÖØ-ÞĀĆČĎĐĒĖĘĚĞĢĪİĶŁĻŃŅŇŌŐŒŘŚŞŠŤŪŮŰŽŹŻ"
_TOKEN = re.compile(rf"(?<!\w)(?:(?:al|el|as|an|ad|ar)-)?[{_UPPER}]\w*(?:[-'’]\w+)*")
_LINKS = frozenset(f" {particle} " for particle in _TITLE_WORDS["particle"]) | {
    " van der ",
    " van den ",
    " de la ",
}
_ABBREVIATED = _TITLE_WORDS["abbreviated"]
_LAST_WORD = re.compile(r"(?<!\w)([a-z][\w-]*) \Z")
_NEXT_WORD = re.compile(r"(?: \([^()\n]{1,40}\))? ([a-z]+)")
_AGE = re.compile(r",? \(\d{2}(?: tahun| thn)?\)|, \d{2} tahun\b")
_INITIALS = re.compile(r"[A-Z]{1,2}")
_CLAUSE_END = re.compile(r"[.!?\n]")
_WORD = re.compile(r"\w+")
_NAME_WORDS = frozenset(("given", "surname"))
_NAME_KINDS = _NAME_WORDS | {"?"}

_LONGEST_NAME_WORDS = 7  # the longest in the NERGrit training set is 6
_LONGEST_LINK_CHARS = len(" van der ")
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
    candidates = [name for run in capital_runs(text) for name in _names(text, run)]
    mentions = [
        PersonMention(
            person.name(), tuple(sorted((name.start, name.end) for name in person.mentions))
        )
        for person in _people(text, candidates)
    ]
    return sorted(mentions, key=lambda mention: mention.spans[0])


# --- reading runs -------------------------------------------------------------------------------


def capital_runs(text: str) -> list[list[tuple[int, int]]]:
    """Spans of capitalised words, grouped where only a space or a name's particle is between."""
    runs: list[list[tuple[int, int]]] = []
    previous = ""
    for match in _TOKEN.finditer(text):
        for start, end in _separate_names(match):
            last_end = runs[-1][-1][1] if runs else start
            gap = text[last_end:start] if start - last_end <= _LONGEST_LINK_CHARS else "\n"
            if runs and (
                gap == " "
                or gap in _LINKS
                or (gap in (". ", ".") and (len(previous) == 1 or previous in _ABBREVIATED))
            ):
                runs[-1].append((start, end))
            else:
                runs.append([(start, end)])
            previous = text[start:end]
    return runs


def _separate_names(match: re.Match[str]) -> list[tuple[int, int]]:
    """The span of a word; of a pair of people on one ticket ("Prabowo-Gibran") the span of each."""
    word, start = match[0], match.start()
    first, hyphen, second = word.partition("-")
    if (
        hyphen
        and word_kind(word) != "other"
        and _NAME_WORDS.issuperset((word_kind(first), word_kind(second)))
        and min(len(first), len(second)) > 2
    ):
        return [(start, start + len(first)), (match.end() - len(second), match.end())]
    return [match.span()]


@functools.lru_cache(maxsize=32768)
def word_kind(word: str) -> str:
    """What a capitalised word is, by the sections of the lexicon; `?` where it is in none."""
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
    if word in lexicon["inner"]:
        return "inner"
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
    kinds = _kinds(words)
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
            if words[place] in _lexicon()["named after people"]:
                break
            in_organisation = True
        elif (
            kind in _NAME_KINDS
            or (_is_initial(words[place]) and kinds[place + 1] in _NAME_KINDS)  # M Nazaruddin
        ) and not (in_organisation and not (titled and _may_follow_body(kinds, place))):
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


def _is_initial(word: str) -> bool:
    return len(word) == 1 or word in _TITLE_WORDS["opening initials"]


def _kinds(words: list[str]) -> list[str]:
    """The kind of each word, both words of a country's name seen together, and a last "end"."""
    kinds = [word_kind(word) for word in words]
    for place in range(len(words) - 1):
        if kinds[place] in _NAME_KINDS and _is_country(words[place], words[place + 1]):
            kinds[place] = kinds[place + 1] = "other"
    return [*kinds, "end"]


@functools.lru_cache(maxsize=32768)
def _is_country(first: str, second: str) -> bool:
    return is_country_name(f"{first} {second}")


def _may_follow_body(kinds: list[str], place: int) -> bool:
    """Whether a name may begin after a body that a title holder heads: Ketua Partai Golkar *X*."""
    return kinds[place] == "given" or kinds[place - 1] in ("common", "other", "acronym")


def _end_of_name(words: list[str], kinds: list[str], first: int) -> int:
    """Where the name that opens at `first` ends.

    A word that is mostly written small belongs to it where a given name opened it (Budi *Karya*
    Sumadi), an initial always.
    """
    place = first + 1
    while kinds[place] in _NAME_KINDS or (
        (kinds[place] == "inner" and kinds[first] == "given")
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
        or (following == "end" and any(kind in _NAME_WORDS for kind in kinds))
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


class _Person:
    """The mentions of one person, gathered."""

    def __init__(self) -> None:
        self.mentions: list[_Candidate] = []

    def start(self) -> int:
        return min(mention.start for mention in self.mentions)

    def name(self) -> str:
        """The spelling with most words; the more frequent among equals, then the first."""
        length = {mention: len(_without_nickname(mention.words)) for mention in self.mentions}
        most = max(length.values())
        longest = [mention for mention in self.mentions if length[mention] == most]
        counts = Counter(mention.text for mention in sorted(longest))
        return counts.most_common(1)[0][0]


def _people(text: str, candidates: list[_Candidate]) -> list[_Person]:
    """Candidates grouped into people; what nothing says is a person, and nobody bears, is dropped.

    A name of several words joins one that holds it ("Sri Mulyani", "Sri Mulyani Indrawati"); a
    name in brackets the one before it ("Joko Widodo (Jokowi)"); a single name, or a doubtful
    one, the person last introduced before it who bears it.
    """
    people: dict[_Candidate, _Person] = {}
    by_part: dict[str, _Person] = {}
    full_names = [name for name in candidates if not _is_short(name) and name.is_person]
    for name in sorted(full_names, key=lambda name: -len(name.words)):
        bearer = people[name] = by_part.get(name_key(name.text)) or _Person()
        bearer.mentions.append(name)
        for part in _parts(name):
            by_part.setdefault(part, bearer)
    for name, nickname in itertools.pairwise(candidates):
        if (
            name in people
            and nickname.is_person
            and nickname not in people
            and text[name.end : nickname.start] in (" (", " alias ")
        ):
            people[name].mentions.append(nickname)
            people[nickname] = people[name]
    by_word = _bearers(people)
    singles: dict[str, _Person] = {}
    for name in candidates:
        if name in people:
            continue
        key = name_key(" ".join(_without_nickname(name.words)))
        person = by_part.get(key) or _last_before(by_word.get(key, []), name.start)
        if person is None and _is_short(name):
            person = singles.setdefault(key, _Person())
        if person is not None:
            person.mentions.append(name)
    found = {id(person): person for person in people.values()}
    return [
        *found.values(),
        *(person for person in singles.values() if any(name.is_person for name in person.mentions)),
    ]


def _parts(name: _Candidate) -> set[str]:
    """Keys of the shorter names that a full name holds: every stretch, and first with last."""
    keys = [word_key(word) for word in name.words]
    stretches = itertools.combinations(range(len(keys) + 1), 2)
    parts = {"".join(keys[first:last]) for first, last in stretches if last - first > 1}
    return parts | {keys[0] + keys[-1], name_key(name.text)}


def _bearers(people: dict[_Candidate, _Person]) -> dict[str, list[tuple[int, _Person]]]:
    """Each word of a name -> who bears it, by where they are introduced."""
    by_word: dict[str, dict[int, tuple[int, _Person]]] = {}
    starts = {id(person): person.start() for person in set(people.values())}
    for name, person in people.items():
        for word in name.words:
            bearers = by_word.setdefault(word_key(word), {})
            bearers[id(person)] = (starts[id(person)], person)
    return {
        word: sorted(bearers.values(), key=lambda bearer: bearer[0])
        for word, bearers in by_word.items()
    }


def _last_before(bearers: list[tuple[int, _Person]], start: int) -> _Person | None:
    """The bearer last introduced before `start`, else the first one after."""
    if not bearers:
        return None
    place = bisect.bisect(bearers, start, key=lambda bearer: bearer[0])
    return bearers[max(0, place - 1)][1]


def _is_short(name: _Candidate) -> bool:
    """Whether it is a single name: Lavrov, Gus Dur."""
    return len(_without_nickname(name.words)) == 1


def _without_nickname(words: tuple[str, ...]) -> tuple[str, ...]:
    """Gus Yaqut as Yaqut."""
    return words[1:] if len(words) > 1 and words[0] in _NICKNAMES else words
