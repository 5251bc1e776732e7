"""Offices of state: whom a text shows in one, by the appositions around the people it names.

`lexicon/offices.txt` lists the offices; what else they are called stands in `aliases.txt`.
"""

import functools
import itertools
import re
from collections.abc import Mapping, Sequence

from index.article import CountryMention, Office, PersonMention
from index.language.aliases import aliases
from index.lexicon import lexicon_lines

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LOOK_CHARS = 100  # "Menteri Pendayagunaan Aparatur Negara dan Reformasi Birokrasi" has 61
_END_OF_APPOSITION = (",", ".", ")", ";", "\n", " yang ")


def offices(
    text: str, people: Sequence[PersonMention], countries: Sequence[CountryMention]
) -> tuple[Office, ...]:
    """Who is shown in which office of which country, each once, in the order of `people`.

    Before a name: "Menlu Rusia Sergei Lavrov", "Presiden Amerika Serikat (AS), Joe Biden", ranks
    between ("Kapolri Jenderal Listyo Sigit"). After it only with a country and to the end of the
    apposition: "Sergei Lavrov, Menteri Luar Negeri Rusia,". Not former, future and deputy holders.
    An office without a country is left out where the text names the country elsewhere.
    """
    starts = {start: (end, one.code) for one in countries for start, end in one.spans}
    ends = {end: (start, one.code) for one in countries for start, end in one.spans}
    found = {
        Office(*shown, person.name): None
        for person in people
        for start, end in person.spans
        if (shown := _before(text, start, ends) or _after(text, end, starts))
    }
    with_country = {(one.office, one.name) for one in found if one.country}
    return tuple(one for one in found if one.country or (one.office, one.name) not in with_country)


def office_at(words: Sequence[str], first: int) -> tuple[str, int] | None:
    """The office whose longest form begins at a word, and where it ends; None where none does.

    Nor where the word before says that its holder is not meant: "mantan presiden".
    """
    if words[first].lower() not in _first_words():
        return None
    if first and words[first - 1].lower() in _not_in_office():
        return None
    for stop in range(min(len(words), first + _longest()), first, -1):
        if office := _office(words[first:stop]):
            return office, stop
    return None


def _before(text: str, start: int, ends: Mapping[int, tuple[int, str]]) -> tuple[str, str] | None:
    """The office and country right before a name."""
    opening = max(0, start - _LOOK_CHARS)
    before = text[opening:start].rstrip(" ,")
    last = before[before.rfind(" ") + 1 :]
    while last and last.strip("().") in _ranks():
        before = before[: -len(last)].rstrip(" ,")
        last = before[before.rfind(" ") + 1 :]
    country = ""
    while True:
        if last.lower() in _last_words() and (office := _ending(before)):
            return office, country
        end = opening + len(before)
        place, code = ends.get(end - before.endswith(")"), (-1, ""))
        if place < opening:
            return None
        before = text[opening:place].rstrip(" (")
        last = before[before.rfind(" ") + 1 :]
        country = code


def _ending(before: str) -> str | None:
    """The office that a text ends with."""
    words = _WORD.findall(before)
    for first in range(max(0, len(words) - _longest()), len(words)):
        found = office_at(words, first)
        if found and found[1] == len(words):
            return found[0]
    return None


def _after(text: str, end: int, starts: Mapping[int, tuple[int, str]]) -> tuple[str, str] | None:
    """The office and country right after a name and a comma."""
    if not text.startswith(", ", end):
        return None
    place = end + len(", ")
    words = list(_WORD.finditer(text, place, place + _LOOK_CHARS))
    found = office_at([word[0] for word in words], 0) if words else None
    if found is None or words[0].start() != place:
        return None
    office, stop = found
    country_end, country = starts.get(words[stop - 1].end() + 1, (-1, ""))
    closed = country_end == len(text) or text.startswith(_END_OF_APPOSITION, country_end)
    return (office, country) if country and closed else None


def _office(words: Sequence[str]) -> str | None:
    form = " ".join(words)
    return _forms().get(form) or _forms().get(form.lower())


@functools.cache
def _forms() -> dict[str, str]:
    """Every form of an office, in lower case, and the office: the first form of its group.

    A form in capitals that is another word without them (PM) is as it is.
    """
    forms: dict[str, str] = {}
    for line in _section("offices.txt", "office"):
        own = [" ".join(_WORD.findall(form)) for form in line.split("|")]
        typed = own[0].split()
        found = next(aliases(()).find(typed), None)
        group = found.group if found and found.stop - found.start == len(typed) else ()
        marked = [
            (" ".join(_WORD.findall(form.text)), form.capitals) for form in group if not form.asked
        ]
        office = (marked[0][0] if marked else own[0]).lower()
        forms.update((form if capitals else form.lower(), office) for form, capitals in marked)
        forms.update((form.lower(), office) for form in own)
    return forms


@functools.cache
def _longest() -> int:
    return max(form.count(" ") + 1 for form in _forms())


@functools.cache
def _first_words() -> frozenset[str]:
    return frozenset(form.split()[0].lower() for form in _forms())


@functools.cache
def _last_words() -> frozenset[str]:
    return frozenset(form.split()[-1].lower() for form in _forms())


@functools.cache
def _not_in_office() -> frozenset[str]:
    return frozenset(" ".join(_section("offices.txt", "not in office")).split())


@functools.cache
def _ranks() -> frozenset[str]:
    """What may stand between an office and a name: "Jenderal (Purn)", "Bapak"."""
    sections = ("rank", "address", "degree")
    lines = itertools.chain.from_iterable(_section("titles.txt", name) for name in sections)
    return frozenset(" ".join(lines).split()) | {"Polisi"}


def _section(name: str, heading: str) -> list[str]:
    """The lines of a word list under one of its [headings]."""
    lines = lexicon_lines(name)
    below = lines[lines.index(f"[{heading}]") + 1 :]
    return list(itertools.takewhile(lambda line: line[0] != "[", below))
