"""Which names mean one person: a pure function of the names in an archive and how many use them.

Spellings with one key (index/enrich/names.py) are one person from the start. Then, each winning
over what follows it: the newsroom's own file, the nicknames that come with the program
(index/lexicon/nicknames.txt), and two rules about full names, which never take a person through
a third name to somebody else:

- a variant joins the most frequent spelling that it nearly sounds like, or is a misprint of;
- a shortened name ("Sri Mulyani", "BJ Habibie") joins the full one, when only one fits.

A single name is joined by the two files only: that one Lavrov is known today proves nothing.
"""

import functools
import hashlib
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from index.enrich.names import Name, exact_key, name_key, read_names
from index.errors import ConfigError
from index.lexicon import lexicon_text
from index.messages import gettext

_LEXICON = "nicknames.txt"
_SEPARATOR = re.compile(r"\s+(!?=)\s+")

# Shorter parts differ by a letter too often: Dedi and Didi, Anies and Anas, un and il.
_SHORTEST_NEAR_CHARS = 5
_SHORTEST_VOWEL_CHARS = 6
# A misprint is rare beside the right spelling, and no other name in the archive has it.
_MISPRINT_SHARE = 0.1
# A fuller name this rare beside another one is noise: "Sri Mulyani Jumat".
_NOISE_SHARE = 0.1
# Bearers to be expected by chance. With it 4 of 160 persons sampled from the joined names of the
# news (benchmarks/identity.py) held somebody else, without it 14 of 130.
_CHANCE = 0.1
_INITIAL_SHARE = 1 / 20  # about twenty letters begin names
_FEW_NAMES = 10_000  # fewer do not tell which parts are common
_PARTICLES = frozenset(
    ["ibn", "binti", "da", "de", "del", "der", "den", "di", "la", "van", "von", "dos"]
)
_GENERATIONS = frozenset(map(name_key, ("Jr", "Sr", "Junior", "Senior")))
_MUHAMMAD = "muhamad"
_VOWELS = frozenset("aiueo9")

# What sounds nearly the same. Too coarse for a key, enough where the rest of the name agrees.
_NEAR_LAWS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        ("ch|c|q", "k"),
        ("z", "s"),
        ("ae", "9"),
        ("^ye", "e"),  # Yevgeny
        ("iy(?=[aeu])", "y"),  # Mariya
        ("(?<=a)ye(?=f)", "e"),  # Nazarbayev
        ("lyif$", "lif"),  # Aliyev
        ("ye$", "ya"),  # Haniyeh
        ("(?<=[aiueo9])d$", "t"),  # Rahmad
    ]
]

Parts = tuple[str, ...]  # of a name, as names.name_parts has them, without particles


class Sayings(NamedTuple):
    """What a file of identities says: names of one person, the shown one first; and pairs that
    are two persons. `digest` changes with the text.
    """

    same: tuple[tuple[str, ...], ...]
    different: tuple[tuple[str, str], ...]
    digest: str


NOTHING_SAID = Sayings((), (), "")


class Person(NamedTuple):
    """A person: the name that is shown, the keys that find them, the archive's names for them.

    Names stand in the order of use. A key is a `names.name_key` or a `names.exact_key`, which
    wins.
    """

    name: str
    keys: tuple[str, ...]
    spellings: tuple[str, ...]


def read_sayings(path: str | None) -> Sayings:
    """Read a file of identities: `Name = other name = …` and `Name != other name`, one a line.

    `#` opens a comment. Without a path, nothing is said. Raises ConfigError, with the line, when
    the file cannot be read or contradicts itself.
    """
    if path is None:
        return NOTHING_SAID
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            gettext(
                "people.identities: {path} cannot be read as UTF-8 text ({error})",
                path=path,
                error=error,
            )
        ) from error
    return _parsed(text, path)


@functools.cache
def known_sayings() -> Sayings:
    """The nicknames of public figures that come with the program."""
    return _parsed(lexicon_text(_LEXICON), _LEXICON)


def _parsed(text: str, path: str) -> Sayings:
    same: list[tuple[str, ...]] = []
    different: list[tuple[str, str]] = []
    line_of: dict[tuple[str, str], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.partition("#")[0].strip()
        if not stated:
            continue
        first, *rest = _SEPARATOR.split(stated)
        signs, others = rest[::2], rest[1::2]
        names = (first, *others)
        place = f"{path}:{number}"
        if not signs or not all(map(str.strip, names)) or len(set(signs)) > 1:
            raise ConfigError(
                gettext(
                    "{place}: {stated!r} says nothing of names; write `Joko Widodo = "
                    "Jokowi` for one person, `Ahmad Yani != Achmad Yani` for two, a "
                    "space around each sign",
                    place=place,
                    stated=stated,
                )
            )
        if signs[0] == "=":
            same.append(names)
        elif len(names) == 2 and exact_key(first) != exact_key(names[1]):
            different.append((first, names[1]))
            line_of[first, names[1]] = number
        else:
            raise ConfigError(
                gettext("{place}: `!=` parts two names; write one pair a line", place=place)
            )
    keys, groups = _Keys(different), _Groups()
    for names in same:
        groups.join_all(map(keys.of, names))
    for (one, other), number in line_of.items():
        if keys.of(other) in groups.group(keys.of(one)):
            raise ConfigError(
                gettext(
                    "{path}:{number}: {one!r} and {other!r} are one person by the "
                    "lines with `=`; take this line or those back",
                    path=path,
                    number=number,
                    one=one,
                    other=other,
                )
            )
    return Sayings(tuple(same), tuple(different), hashlib.sha256(text.encode()).hexdigest()[:16])


def persons(articles_with: Mapping[str, int], said: Sayings, known: Sayings) -> list[Person]:
    """The persons behind names, sorted by the name shown.

    `articles_with` tells how many articles, at least one, use each name. `said` is the
    newsroom's word, `known` the program's. The result does not depend on any order.
    """
    stated_names = [name for names in (*said.same, *known.same) for name in names]
    every = [*articles_with, *stated_names]
    read = dict(zip(every, read_names(every), strict=True))
    keys = _Keys([*said.different, *known.different], read)
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in _most_used_first(articles_with, articles_with):
        spellings[keys.of(name)].append(name)
    groups = _Groups()
    for sayings in (said, known):
        for one, other in sayings.different:
            groups.keep_apart(keys.of(one), keys.of(other))
        for names in sayings.same:
            full, *others = names
            both = [f"{full} {other}" for other in others]  # "Joko Widodo (Jokowi)" in a run
            groups.join_all(map(keys.of, (*names, *both)))
    groups.public = {keys.of(n): line for line, names in enumerate(known.same) for n in names}
    stated = {keys.of(name): name for name in stated_names}
    _join_full_names(groups, articles_with, spellings, stated, read)
    titles = {keys.of(names[0]): names[0] for names in reversed(said.same)}
    publicly = {keys.of(names[0]) for names in known.same}

    def names_of(group: set[str]) -> list[str]:
        names = itertools.chain.from_iterable(spellings.get(key, ()) for key in group)
        return _most_used_first(names, articles_with)

    found = [  # Most are alone.
        Person(titles.get(key) or used[0], (key,), tuple(used))
        for key, used in spellings.items()
        if key not in groups
    ]
    for group in groups.with_any_of(spellings):
        used = names_of(group)
        chosen = [titles[key] for key in group if key in titles]
        public = group & publicly
        best = (names_of(public) if public else []) or used
        shown = min(chosen) if chosen else best[0]
        found.append(Person(shown, tuple(sorted(group)), tuple(used)))
    return sorted(found)


def _most_used_first(names: Iterable[str], usage: Mapping[str, int]) -> list[str]:
    """The names by use, those used alike by themselves."""
    return sorted(sorted(names), key=usage.__getitem__, reverse=True)


class _Keys:
    """Which names are one from the start: those with one key, unless a file parts them."""

    def __init__(
        self, different: Iterable[tuple[str, str]], read: Mapping[str, Name] | None = None
    ) -> None:
        """`read` spares reading names that have been."""
        self._read = read or {}
        self._exact: set[str] = set()
        for one, other in different:
            if self.of(one) == self.of(other):
                self._exact.add(exact_key(other))

    def of(self, name: str) -> str:
        """The key of a name."""
        if self._exact and (exact := exact_key(name)) in self._exact:
            return exact
        read = self._read.get(name)
        return name_key(name) if read is None else read.key


class _Groups:
    """Keys in groups, one a person, joined by the two files; pairs that are apart stay so."""

    def __init__(self) -> None:
        self._group_of: dict[str, set[str]] = {}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self.public: dict[str, int] = {}  # which line of the program's names a key

    def group(self, key: str) -> set[str]:
        """The keys that mean the same person."""
        return self._group_of.get(key, {key})

    def join(self, one: str, other: str) -> bool:
        """Make two persons one, unless they must stay apart; whether they are one now."""
        first, second = self.group(one), self.group(other)
        if any(second & self._apart[key] for key in first & self._apart.keys()):
            return False
        joined = first | second
        for key in joined:
            self._group_of[key] = joined
        return True

    def join_all(self, keys: Iterable[str]) -> None:
        """Join names to the first of them."""
        first, *rest = keys
        for key in rest:
            self.join(first, key)

    def keep_apart(self, one: str, other: str) -> None:
        """Never let these two become one; no matter where they are already."""
        if other not in self.group(one):
            self._apart[one].add(other)
            self._apart[other].add(one)

    def join_by_rule(self, one: str, other: str) -> bool:
        """The same, but two public figures stay two."""
        lines = {self.public[key] for key in self.group(one) & self.public.keys()}
        others = {self.public[key] for key in self.group(other) & self.public.keys()}
        return not (lines and others and lines != others) and self.join(one, other)

    def __contains__(self, key: str) -> bool:
        """Whether this key is joined to another."""
        return key in self._group_of

    def with_any_of(self, keys: Iterable[str]) -> Iterator[set[str]]:
        """Each group of several that holds one of these keys, once."""
        done: set[str] = set()
        for key in keys:
            if key in self and key not in done:
                group = self._group_of[key]
                done |= group
                yield group


def _join_full_names(
    groups: _Groups,
    articles_with: Mapping[str, int],
    spellings: Mapping[str, Sequence[str]],
    stated: Mapping[str, str],
    read: Mapping[str, Name],
) -> None:
    names = dict(stated) | {key: used[0] for key, used in spellings.items()}
    own = {key: sum(articles_with[name] for name in used) for key, used in spellings.items()}
    usage = {
        # A full name that only a file has counts as much as its nicknames.
        key: own.get(key) or sum(own.get(other, 0) for other in groups.group(key))
        for key in names
    }
    parts = {
        key: split
        for key, name in names.items()
        if usage[key] and _is_full(split := _without_particles(read[name].parts))
    }
    bearers = _Bearers(parts.values())
    ranked = _most_used_first(parts, usage)
    ranked = _join_variants(groups, {key: parts[key] for key in ranked}, usage, bearers)
    _join_shortened(groups, {key: parts[key] for key in ranked}, usage, bearers)


class _Bearers:
    """How many names in the archive have each part."""

    def __init__(self, names: Collection[Parts]) -> None:
        self.of = Counter(itertools.chain.from_iterable(map(set, names)))
        self._names = max(len(names), _FEW_NAMES)

    def are_distinctive(self, parts: Parts) -> bool:
        """Whether few others, by chance, can be expected to have all these parts: not Budi Santoso.

        The parts are taken to be independent of each other.
        """
        shares = (
            self.of[part] / self._names if len(part) > 1 else _INITIAL_SHARE for part in parts
        )
        is_rare = math.prod(shares) * self._names <= _CHANCE
        return is_rare and max(map(len, parts)) >= _SHORTEST_NEAR_CHARS


def _is_full(parts: Parts) -> bool:
    """Whether there is more than a single name."""
    return len(parts) > 1 and max(map(len, parts)) > 1


def _join_variants(
    groups: _Groups, parts: dict[str, Parts], usage: Mapping[str, int], bearers: _Bearers
) -> list[str]:
    """Join each name to the most used one that differs in one part only, and nearly not at all.

    `parts` come in the order of use. Returns the names that others may have joined.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    # Names that agree in all parts but one, and in how that one begins, are in one block.
    blocks_of = {key: tuple(_blocks(own, bearers)) for key, own in parts.items()}
    crowds = Counter(block for own in blocks_of.values() for block, _ in own)
    blocks: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    kept: list[str] = []
    for key, own in blocks_of.items():
        shared = [(block, part) for block, part in own if crowds[block] > 1]
        if not shared:
            kept.append(key)
            continue
        near = []
        for block, part in shared:
            sounds, heads = blocks[block]
            sound = _near_sound(part)
            for other, edits, number in extract(
                sound, sounds, scorer=OSA.distance, score_cutoff=1, limit=None
            ):
                head = heads[number]
                is_misprint = bearers.of[part] == 1 and usage[key] <= _MISPRINT_SHARE * usage[head]
                sounds_alike = edits == 0 or _differ_in_weak_vowel(sound, other)
                if is_misprint or (sounds_alike and bearers.are_distinctive(parts[head])):
                    near.append(head)
        if any(groups.join_by_rule(head, key) for head in _most_used_first(near, usage)):
            continue
        kept.append(key)
        for block, part in shared:
            sounds, heads = blocks[block]
            sounds.append(_near_sound(part))
            heads.append(key)
    return kept


def _blocks(parts: Parts, bearers: _Bearers) -> Iterator[tuple[str, str]]:
    """Each part that may differ a little, and what all names have that differ only there."""
    own = [at for at, part in enumerate(parts) if bearers.of[part] == 1]
    if len(own) > 1:  # whoever has one of these differs in the other
        return
    for at in own or range(len(parts)):
        part = parts[at]
        if len(part) >= _SHORTEST_NEAR_CHARS:
            yield " ".join((*parts[:at], "*" + _near_sound(part)[0], *parts[at + 1 :])), part


@functools.lru_cache(maxsize=65536)
def _near_sound(part: str) -> str:
    for pattern, sound in _NEAR_LAWS:
        part = pattern.sub(sound, part)
    return part


def _differ_in_weak_vowel(one: str, other: str) -> bool:
    """Whether one edit apart is a vowel inside that is hardly heard: Dmitri, Dimitri."""
    one, other = sorted((one, other), key=len)
    if len(one) < _SHORTEST_VOWEL_CHARS or one[-1] != other[-1] or other.startswith(one):
        return False
    at = next(at for at, letter in enumerate(one) if letter != other[at])
    if len(one) == len(other):
        is_replaced = one[at + 1 :] == other[at + 1 :]  # else two letters have changed places
        return is_replaced and {one[at], other[at]} in ({"a", "e"}, {"e", "i"})
    return other[at] in _VOWELS and _VOWELS.isdisjoint((other[at - 1], other[at + 1]))


def _join_shortened(
    groups: _Groups, parts: dict[str, Parts], usage: Mapping[str, int], bearers: _Bearers
) -> None:
    """Join a name to the longest that it shortens, when all that it shortens are one name."""
    named = {split: key for key, split in reversed(parts.items())}  # the most used of each
    fuller: dict[str, set[str]] = defaultdict(set)
    for key, split in parts.items():
        for form in _shortened(split, named):
            fuller[named[form]].add(key)
    for key in parts:
        if key not in fuller or not bearers.are_distinctive(parts[key]):
            continue
        most = max(map(usage.__getitem__, fuller[key]))
        longer = [other for other in fuller[key] if usage[other] >= _NOISE_SHARE * most]
        longest = max(longer, key=lambda other: (len(parts[other]), usage[other], other))
        forms = {parts[longest], *_shortened(parts[longest], named)}
        if all(parts[other] in forms for other in longer):
            groups.join_by_rule(longest, key)


def _shortened(parts: Parts, named: Container[Parts]) -> Iterator[Parts]:
    """The shorter forms of a full name that are names: Joko Widodo has none, Bacharuddin Jusuf
    Habibie a few.

    Parts may be missing at the end, or one in the middle, or be initials in the middle; a leading
    Muhammad may be missing or an M. All but the last may be initials where all are there.
    """
    is_muhammad = parts[0] == _MUHAMMAD
    if len(parts) == 2 and not is_muhammad:
        return
    is_end_fixed = parts[-1].isupper() or parts[-1] in _GENERATIONS
    for end in range(len(parts) if is_end_fixed else 2, len(parts) + 1):
        form = parts[:end]
        initials = tuple(part[0] for part in form)
        forms = [form, (form[0], *initials[1:-1], form[-1])]
        for at in range(1, end - 1):
            if not (is_muhammad and at == 1):  # the name that he goes by
                forms.append((*form[:at], *form[at + 1 :]))
            forms.append((*form[:at], initials[at], *form[at + 1 :]))
        if is_muhammad:
            forms += [shorter[1:] for shorter in forms]
        yield from (
            form for form in forms if form in named and form != parts and _has_two_whole_parts(form)
        )
        if is_muhammad and (short := ("m", *form[1:])) in named:
            yield short
    if len(parts) > 2 and (short := (*(part[0] for part in parts[:-1]), parts[-1])) in named:
        yield short


def _has_two_whole_parts(parts: Parts) -> bool:
    return sum(len(part) > 1 and not part.isupper() for part in parts) > 1


def _without_particles(parts: Parts) -> Parts:
    if _PARTICLES.isdisjoint(parts):
        return parts
    return tuple(part for part in parts if part not in _PARTICLES)
