"""People: who a text names, each with every mention, later short mentions included.

The tagger finds the names; here they are cut to what is a name, and joined to people: a short
mention, or a word that the tagger leaves out, belongs to the fuller name in the same text.
"""

import bisect
import functools
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from index.article import PersonMention
from index.enrich.countries import is_country_name
from index.enrich.names import name_key
from index.enrich.tagger import (
    ADDRESS,
    BORNE_TITLES,
    DEGREES,
    NICKNAMES,
    QUOTES,
    RANKS,
    SAYING_AFTER,
    SAYING_BEFORE,
    TITLES,
    Run,
    Tagger,
    is_apposed,
    lexicon,
    runs,
    shipped_tagger,
    word_kind,
)
from index.enrich.words import Tokens, tokens

_ADDRESS = ADDRESS | DEGREES  # never part of a name, though the tagger may think so
_BARE_TITLES = TITLES - BORNE_TITLES  # nor do these open one
_OFFICE_WORDS = 3  # before a country: "Menteri Luar Negeri Jerman"
_KINDS_IN_DOUBT = frozenset(("given", "surname", "pair", "inner", "?"))
_PLACE_BEFORE = frozenset(("di", "ke", "dari"))
_LONGEST_NAME_TOKENS = 12  # with initials' full stops; NERGrit's longest name has 6 words

_name_key = functools.lru_cache(maxsize=65536)(name_key)  # names come back in other articles
_is_country_name = functools.lru_cache(maxsize=65536)(is_country_name)


class _Candidate(NamedTuple):
    """What may be a name: its span, its words, and whether the tagger says that it is one."""

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
    return mentions_by(shipped_tagger(), text)


def mentions_by(tagger: Tagger, text: str) -> list[PersonMention]:
    """The same as `person_mentions`, by a tagger of one's own."""
    read = tokens(text)
    candidates = [
        _candidate(text, read, first, last, is_person)
        for run in runs(read.words)
        if tagger.is_open(read.words, run)
        for first, last, is_person in _parts_of_run(tagger, read.words, run)
    ]
    candidates = list(itertools.chain.from_iterable(map(_people_on_ticket, candidates)))
    mentions = [
        PersonMention(
            person.name(), tuple(sorted((name.start, name.end) for name in person.mentions))
        )
        for person in _people(text, candidates)
    ]
    return sorted(mentions, key=lambda mention: mention.spans[0])


# --- candidates ---------------------------------------------------------------------------------


def _parts_of_run(tagger: Tagger, words: list[str], run: Run) -> Iterator[tuple[int, int, bool]]:
    """The names of a run, and what is one only where the text has it elsewhere.

    As `first, last, is_person`. Nothing after Jalan is: the street is named after the person.
    """
    place, run_end = run
    for first, last in (*_with_nicknames(words, tagger.names(words, run)), (run_end, run_end)):
        if place < first:
            between = words[place:first]
            if not lexicon()["named after people"].isdisjoint(between):
                return
            if "head" not in map(word_kind, between):
                yield from _doubtful(words, place, first)
        start, end = _without_address(words, first, last)
        if 0 < end - start <= _LONGEST_NAME_TOKENS:
            yield start, end, True
        place = last


def _with_nicknames(words: list[str], names: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The names, joined where a quotation mark is between: Josep "Pep" Guardiola."""
    joined: list[tuple[int, int]] = []
    for first, last in names:
        if joined and joined[-1][1] >= first - 1 and words[joined[-1][1]] in QUOTES:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _without_address(words: list[str], first: int, last: int) -> tuple[int, int]:
    """The words `first:last` without titles, forms of address, degrees and marks at either end.

    Nor with a country of two words that the tagger has cut: Sri Lanka Gotabaya Rajapaksa.
    """
    if last - first > 1 and _is_country_name(f"{words[first - 1]} {words[first]}"):
        first += 1
    elif last - first > 2 and _is_country_name(f"{words[first]} {words[first + 1]}"):
        first += 2
    while first < last - 1 and words[first] in _BARE_TITLES:
        first += 1
    if words[first:last] == ["Agung"] and words[first - 1] in TITLES:  # Jaksa Agung
        return last, last
    for place in range(last - 2, first, -1):
        if words[place] in RANKS:  # Kapolsek Tambora AKP Suparmin
            first = place + 1
            break
    while first < last and (words[first] in _ADDRESS or not words[first][0].isalnum()):
        first += 1
    while first < last and (words[last - 1] in _ADDRESS or not words[last - 1][0].isalnum()):
        last -= 1
    return first, last


def _doubtful(words: list[str], first: int, last: int) -> Iterator[tuple[int, int, bool]]:
    """What may still be a name among words that the tagger leaves out, bare of other words."""
    while first < last and word_kind(words[first]) not in _KINDS_IN_DOUBT:
        first += 1
    while first < last and word_kind(words[last - 1]) not in _KINDS_IN_DOUBT:
        last -= 1
    if 0 < last - first <= _LONGEST_NAME_TOKENS and all(
        word_kind(word) in _KINDS_IN_DOUBT for word in words[first:last]
    ):
        yield first, last, _is_introduced(words, first, last)


def _is_introduced(words: list[str], first: int, last: int) -> bool:
    """Whether a verb of saying, an age in brackets, an office of a country, or commas after a
    title say: a person.
    """
    before, after = words[first - 1], words[last]
    return (
        (after in SAYING_AFTER and before not in _PLACE_BEFORE)
        or (before.lower() in SAYING_BEFORE and not after[0].isupper())
        or (after == "(" and len(words[last + 1]) == 2 and words[last + 1].isdigit())
        or (last - first > 1 and after in (",", ".") and is_apposed(words, first))
        or (last - first in (2, 3) and _is_office_of_a_country(words, first))
    )


def _is_office_of_a_country(words: list[str], end: int) -> bool:
    """Whether an office with its country ends right before `end`: Kanselir Jerman Olaf Scholz."""
    if _is_country_name(f"{words[end - 1]} {words[end]}"):
        return False  # Sultan Brunei Darussalam
    if _is_country_name(f"{words[end - 2]} {words[end - 1]}"):
        country = end - 2
    elif words[end - 1] == "AS" or _is_country_name(words[end - 1]):
        country = end - 1
    else:
        return False
    return not TITLES.isdisjoint(words[max(0, country - _OFFICE_WORDS) : country])


def _candidate(text: str, read: Tokens, first: int, last: int, is_person: bool) -> _Candidate:
    start, end = read.starts[first], read.starts[last - 1] + len(read.words[last - 1])
    words = tuple(word for word in read.words[first:last] if word[0].isalnum())
    return _Candidate(start, end, text[start:end], words, is_person)


def _people_on_ticket(name: _Candidate) -> Iterator[_Candidate]:
    """Prabowo-Gibran as the two people that they are."""
    if len(name.words) == 1 and word_kind(name.text) == "pair":
        first, _, second = name.text.partition("-")
        middle = name.start + len(first)
        yield _Candidate(name.start, middle, first, (first,), name.is_person)
        yield _Candidate(middle + 1, name.end, second, (second,), name.is_person)
    else:
        yield name


# --- joining mentions ---------------------------------------------------------------------------


class _Person:
    """The mentions of one person, gathered."""

    def __init__(self) -> None:
        self.mentions: list[_Candidate] = []

    def start(self) -> int:
        return min(mention.start for mention in self.mentions)

    def name(self) -> str:
        """The spelling with most words; the more frequent among equals, then the first."""
        if len(self.mentions) == 1:
            return self.mentions[0].text
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
        bearer = people[name] = by_part.get(_name_key(name.text)) or _Person()
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
        key = _name_key(" ".join(_without_nickname(name.words)))
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
    keys = [_name_key(word) for word in name.words]
    stretches = itertools.combinations(range(len(keys) + 1), 2)
    parts = {"".join(keys[first:last]) for first, last in stretches if last - first > 1}
    return parts | {keys[0] + keys[-1], _name_key(name.text)}


def _bearers(people: dict[_Candidate, _Person]) -> dict[str, list[tuple[int, _Person]]]:
    """Each word of a name -> who bears it, by where they are introduced."""
    by_word: dict[str, dict[int, tuple[int, _Person]]] = {}
    starts = {id(person): person.start() for person in set(people.values())}
    for name, person in people.items():
        for word in name.words:
            bearers = by_word.setdefault(_name_key(word), {})
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
    return words[1:] if len(words) > 1 and words[0] in NICKNAMES else words
