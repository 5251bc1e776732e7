"""How well the names in an archive are joined into persons, and how fast.

    python -m benchmarks.identity [--wrong] [--sample N]

`people/variants.tsv` has pairs of names of one person and of two. Each pair is read as an archive
of its own, two articles for each name, by the function that every commit uses. Then all names of
news.jsonl.gz are joined; `--sample` prints persons with several names, to judge by eye.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.data import DATA, news, require_data
from index.enrich.names import name_key
from index.enrich.people import person_mentions
from index.identity import known_sayings, persons, read_sayings


class Pair(NamedTuple):
    """Two names, and whether they mean one person."""

    one: str
    other: str
    same: bool

    def is_joined(self) -> bool:
        """Whether an archive that holds these two names takes them for one person."""
        found = persons({self.one: 2, self.other: 2}, read_sayings(None), known_sayings())
        return len(found) == 1


class Score(NamedTuple):
    """Shares of the joined pairs that are right, and of the right pairs that are joined."""

    precision: float
    recall: float


def pairs(folder: Path) -> Iterator[Pair]:
    """The pairs of variants.tsv."""
    for line in (folder / "people" / "variants.tsv").read_text("utf-8").splitlines():
        label, one, other = line.split("\t")
        yield Pair(one, other, label == "same")


def score(found: list[Pair]) -> Score:
    """Precision and recall over all pairs."""
    joined = [pair for pair in found if pair.is_joined()]
    right = sum(pair.same for pair in joined)
    return Score(right / len(joined), right / sum(pair.same for pair in found))


def names_of_the_news() -> Counter[str]:
    """Every name in the news, and how many articles use it."""
    used: Counter[str] = Counter()
    for article in news():
        text = f"{article['title'] or ''}\n{article['body']}"
        used.update({mention.name for mention in person_mentions(text)})
    return used


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wrong", action="store_true", help="print the pairs that are wrong")
    arguments.add_argument("--sample", type=int, help="join the news, print so many persons")
    chosen = arguments.parse_args()
    require_data()
    found = list(pairs(DATA))
    result = score(found)
    print(f"pairs   precision {result.precision:.3f}  recall {result.recall:.3f}  n {len(found)}")
    for pair in found:
        if chosen.wrong and pair.is_joined() != pair.same:
            print("  ", *pair)
    if chosen.sample is None:
        return
    used = names_of_the_news()
    started = time.perf_counter()
    known = persons(used, read_sayings(None), known_sayings())
    took_s = time.perf_counter() - started
    print(f"news    {len(used):,} names, {len(known):,} persons, {took_s:.2f} s")
    several = [one for one in known if len(set(map(name_key, one.spellings))) > 1]
    for one in random.Random(1).sample(several, min(chosen.sample, len(several))):
        print(f"  {one.name}: {', '.join(f'{name} {used[name]}' for name in one.spellings)}")


if __name__ == "__main__":
    main()
