"""Who is who: the map from the names in the articles to persons, made anew with each commit.

Articles keep the names they use. Names with one key (index/enrich/names.py) are one person,
shown by the spelling that most articles use; so joining or parting people re-reads no article.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.enrich.names import name_key
from index.schema import PERSON
from index.segments.arrays import Ints
from index.segments.segment import Segment
from index.segments.strings import Strings


class People:
    """The persons of a commit. Person `p` has the key `keys[p]` and is shown as `names[p]`."""

    def __init__(self, arrays: Mapping[str, Ints], segments: Sequence[str]) -> None:
        self.keys = Strings(arrays["keys.blob"], arrays["keys.offsets"])
        self._name_numbers = arrays["name_numbers"]
        self._names = Strings(arrays["names.blob"], arrays["names.offsets"])
        self.person_of = {name: arrays[f"person_of.{name}"] for name in segments}

    def __len__(self) -> int:
        return len(self.keys)

    def name(self, person: int) -> str:
        """The spelling that a person is shown by."""
        return self._names[int(self._name_numbers[person])]

    def find(self, name: str) -> int:
        """The person that a name in any spelling means, -1 for nobody."""
        return self.keys.find(name_key(name))


def people_arrays(
    segments: Sequence[Segment], kept: Sequence[NDArray[np.bool_]]
) -> dict[str, Ints]:
    """The map for these segments; the same whatever the order in which articles arrived."""
    articles_with: Counter[str] = Counter()
    names_of: list[list[str]] = []
    for segment, keep in zip(segments, kept, strict=True):
        field = segment.keywords[PERSON.name]
        names = [raw.decode() for raw in field.values.to_list()]
        counts = np.bincount(field.ordinals_of(np.flatnonzero(keep)), minlength=len(names)).tolist()
        articles_with.update(dict(zip(names, counts, strict=True)))
        names_of.append(names)
    key_of = {name: name_key(name) for name in articles_with}
    shown: dict[str, str] = {}
    for name in sorted(articles_with, key=lambda name: (-articles_with[name], name)):
        shown.setdefault(key_of[name], name)
    keys = sorted(shown, key=str.encode)
    person_of_key = {key: person for person, key in enumerate(keys)}
    spellings = sorted(shown.values(), key=str.encode)
    number_of = {name: number for number, name in enumerate(spellings)}
    key_table = Strings.of([key.encode() for key in keys])
    name_table = Strings.of([name.encode() for name in spellings])
    arrays: dict[str, Ints] = {
        "keys.blob": key_table.blob,
        "keys.offsets": key_table.offsets,
        "names.blob": name_table.blob,
        "names.offsets": name_table.offsets,
        "name_numbers": np.array([number_of[shown[key]] for key in keys], dtype=np.uint32),
    }
    for segment, names in zip(segments, names_of, strict=True):
        persons = [person_of_key[key_of[name]] for name in names]
        arrays[f"person_of.{segment.name}"] = np.array(persons, dtype=np.uint32)
    return arrays
