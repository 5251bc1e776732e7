"""Persons and story of each article: what a commit changes in articles that it does not read."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from index.schema import PERSON
from index.segments.arrays import read_arrays
from index.segments.commit import Commit, kept_docs, open_segment
from index.segments.people import People
from index.segments.stories import Stories

# The persons that an article names, each once, and the lowest article of its story, if it has one.
Derived = tuple[tuple[str, ...], int | None]


def derived(folder: Path, commit: Commit, unseen: Collection[int]) -> dict[int, Derived]:
    """Persons and story of every article of a commit, by its number.

    Articles that are `unseen` join no others to a story.
    """
    names = [entry.name for entry in commit.segments]
    segments = [open_segment(folder, name) for name in names]
    kept = [kept_docs(folder, entry) for entry in commit.segments]
    if not segments:
        return {}
    articles = np.concatenate([segment.articles.astype(np.int64) for segment in segments])
    stays = np.concatenate(kept)
    seen = stays & ~np.isin(articles, np.array(sorted(unseen), dtype=np.int64))
    people = People(read_arrays(folder / commit.people), names)
    stories = Stories(read_arrays(folder / commit.stories), seen)
    lowest = articles.copy()
    joined = stories.docs
    np.minimum.at(lowest, stories.numbers[joined], articles[joined])
    story_of = dict(zip(joined.tolist(), lowest[stories.numbers[joined]].tolist(), strict=True))
    found: dict[int, Derived] = {}
    doc = 0
    for segment, keep in zip(segments, kept, strict=True):
        field = segment.keywords[PERSON.name]
        person_of = people.person_of[segment.name].tolist()
        starts, ordinals = field.doc_starts.tolist(), field.ordinals.tolist()
        for local in range(len(segment)):
            if keep[local]:
                values = ordinals[starts[local] : starts[local + 1]]
                persons = dict.fromkeys(person_of[value] for value in values)
                shown = tuple(map(people.name, persons))
                found[int(segment.articles[local])] = (shown, story_of.get(doc))
            doc += 1
    return found


def renamed(folder: Path, commit: Commit) -> Iterator[tuple[str, str]]:
    """The names in articles that a commit shows other names for, and these."""
    names = [entry.name for entry in commit.segments]
    people = People(read_arrays(folder / commit.people), names)
    for name in names:
        values = open_segment(folder, name).keywords[PERSON.name].values
        for raw, person in zip(values.to_list(), people.person_of[name].tolist(), strict=True):
            if person < len(people) and (shown := people.name(person)) != raw.decode():
                yield raw.decode(), shown
