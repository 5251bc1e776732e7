"""Who is who: the map from the names in the articles to persons, made anew with each commit.

Articles keep the names they use, and index/identity.py decides which of them mean one person; so
joining or parting people re-reads no article.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.enrich.names import exact_key, name_key
from index.schema import PERSON
from index.segments.arrays import Ints
from index.segments.segment import Segment
from index.segments.strings import Strings

if TYPE_CHECKING:
    from index.identity import Person, Sayings

# Of a name that only deleted articles use.
_NOBODY = np.iinfo(np.uint32).max


class People:
    """The persons of a commit, numbered in the order of the names that they are shown by."""

    def __init__(self, arrays: Mapping[str, Ints], segments: Sequence[str]) -> None:
        self._names = Strings(arrays["names.blob"], arrays["names.offsets"])
        self.keys = Strings(arrays["keys.blob"], arrays["keys.offsets"])
        self.key_persons = arrays["key_persons"]  # the person that each key means
        self.person_of = {name: arrays[f"person_of.{name}"] for name in segments}

    def __len__(self) -> int:
        return len(self._names)

    def name(self, person: int) -> str:
        """The name that a person is shown by."""
        return self._names[person]

    def names_with_prefix(self, prefix: str) -> list[str]:
        """The names that begin so, sorted."""
        found = self._names.with_prefix(prefix)
        return [raw.decode() for raw in self._names.to_list(found.start, found.stop)]

    def find(self, name: str) -> int:
        """The person that a name in any spelling means, or a nickname; -1 for nobody."""
        for key in (exact_key(name), name_key(name)):
            if (number := self.keys.find(key)) >= 0:
                return int(self.key_persons[number])
        return -1


def people_arrays(
    segments: Sequence[Segment],
    kept: Sequence[NDArray[np.bool_]],
    seen: Sequence[NDArray[np.bool_]],
    said: "Sayings",
) -> dict[str, Ints]:
    """The map for these segments; the same whatever the order in which articles arrived.

    Who is who follows from the articles that are seen. A name that only others use is that
    person's whose key it has, else a person's of its own, so that it shows nowhere before them.
    """
    from index.identity import known_sayings, persons  # a question has the map made already

    articles_with: Counter[str] = Counter()
    later: Counter[str] = Counter()
    names_of: list[list[str]] = []
    for segment, keep, see in zip(segments, kept, seen, strict=True):
        field = segment.keywords[PERSON.name]
        names = [raw.decode() for raw in field.values.to_list()]
        for counter, docs in ((articles_with, see), (later, keep & ~see)):
            ordinals = field.ordinals_of(np.flatnonzero(docs))
            counts = np.bincount(ordinals, minlength=len(names)).tolist()
            counter.update(dict(zip(names, counts, strict=True)))
        names_of.append(names)
    # Sorted by name, and so by its UTF-8 bytes.
    found = persons(+articles_with, said, known_sayings())
    unseen = {name: count for name, count in (+later).items() if not articles_with[name]}
    if unseen:
        found, joined = _with_unseen(found, persons(unseen, said, known_sayings()))
    else:
        joined = {}
    number_of = {one: number for number, one in enumerate(found)}
    person_of = {name: number for one, number in number_of.items() for name in one.spellings}
    person_of |= {name: number_of[one] for name, one in joined.items()}
    key_persons = sorted(
        (key.encode(), number) for number, one in enumerate(found) for key in one.keys
    )
    key_table = Strings.of([key for key, _ in key_persons])
    name_table = Strings.of([one.name.encode() for one in found])
    arrays: dict[str, Ints] = {
        "keys.blob": key_table.blob,
        "keys.offsets": key_table.offsets,
        "key_persons": np.array([number for _, number in key_persons], dtype=np.uint32),
        "names.blob": name_table.blob,
        "names.offsets": name_table.offsets,
    }
    for segment, names in zip(segments, names_of, strict=True):
        numbers = [person_of.get(name, _NOBODY) for name in names]
        arrays[f"person_of.{segment.name}"] = np.array(numbers, dtype=np.uint32)
    return arrays


def _with_unseen(
    found: "list[Person]", unseen: Iterable["Person"]
) -> "tuple[list[Person], dict[str, Person]]":
    """The persons and those that nobody sees yet, sorted; names of the latter that the former have
    a key of, and who they are.
    """
    owners = {key: one for one in found for key in one.keys}
    own: list[Person] = []
    joined: dict[str, Person] = {}
    for one in unseen:
        owner = next((owners[key] for key in one.keys if key in owners), None)
        if owner is None:
            own.append(one)
        else:
            joined.update(dict.fromkeys(one.spellings, owner))
    return sorted([*found, *own]), joined
