"""How often a misspelt word is put right, and how often a right question is left alone.

    python -m benchmarks.suggestions [--archive DIR] [--count 300] [--seed 20210622]

Words of real headlines are misspelt as hands and ears do it: a letter left out, doubled, swapped
with the next, exchanged for its neighbour on the keyboard, or spelt by another rule (oe for u, dj
for j, f for v). A slip that makes a word of many articles is drawn again, since nothing tells that
it is one. The questions of `retrieval/` as they are should get no suggestion at all.
"""

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import search
from benchmarks.data import archive_of, news, passages, queries, require_data
from index.config import Config
from index.language.analyzer import query_stem
from search.embedded.engine import EmbeddedEngine
from search.embedded.misspellings import corrected, most_rare
from search.evaluate import read_questions
from search.query.parse import parse

SEED = 20210622
COUNT = 300
NEWS_SETS = ("headline", "shortir", "summary1")
PASSAGE_SETS = ("facqa", "tydiqa")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_RULES = (
    ("u", "oe"), ("j", "dj"), ("c", "tj"), ("y", "j"), ("sy", "sj"), ("ny", "nj"), ("kh", "h"),
    ("kh", "ch"), ("v", "f"), ("f", "v"), ("f", "p"), ("p", "f"), ("z", "s"), ("z", "j"),
    ("x", "ks"), ("q", "k"), ("k", "q"), ("i", "ie"), ("ai", "ei"), ("h", ""), ("e", "i"),
    ("o", "u"), ("d", "t"), ("ks", "x"), ("w", "u"),
)  # fmt: skip


class Misspelt(NamedTuple):
    """A question with one slip, the question as it was, and what kind of slip it is."""

    question: str
    meant: str
    kind: str


def left_out(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word))
    return word[:place] + word[place + 1 :]


def doubled(word: str, draw: random.Random) -> str:
    place = draw.randrange(len(word))
    return word[:place] + word[place] + word[place:]


def undoubled_or_added(word: str, draw: random.Random) -> str:
    if pairs := [m.start() for m in re.finditer(r"(.)\1", word)]:
        place = draw.choice(pairs)
        return word[:place] + word[place + 1 :]
    place = draw.randrange(1, len(word))
    return word[:place] + draw.choice(_neighbours(word[place])) + word[place:]


def swapped(word: str, draw: random.Random) -> str:
    place = draw.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def mistyped(word: str, draw: random.Random) -> str:
    place = draw.randrange(len(word))
    return word[:place] + draw.choice(_neighbours(word[place])) + word[place + 1 :]


def respelt(word: str, draw: random.Random) -> str:
    fitting = [(old, new) for old, new in _RULES if old in word]
    if not fitting:
        return word
    old, new = draw.choice(fitting)
    place = draw.choice([m.start() for m in re.finditer(re.escape(old), word)])
    return word[:place] + new + word[place + len(old) :]


SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    left_out, doubled, undoubled_or_added, swapped, mistyped, respelt, respelt,
)  # fmt: skip


def _neighbours(letter: str) -> list[str]:
    """The keys beside a letter's, in its row and in those above and below."""
    for number, row in enumerate(_ROWS):
        if letter in row:
            place = row.index(letter)
            near = [row[place - 1 : place], row[place + 1 : place + 2]]
            for other in (number - 1, number + 1):
                if 0 <= other < len(_ROWS):
                    near.append(_ROWS[other][place : place + 1])
            return [key for key in near if key]
    return [letter]


def misspellings(engine: EmbeddedEngine, count: int, seed: int) -> Iterator[Misspelt]:
    """So many questions of real words, each with a slip that makes a rare word of one."""
    draw = random.Random(seed)
    asked = [words for name in NEWS_SETS[:2] for _, words in read_questions(queries(name))]
    made = 0
    while made < count:
        question = draw.choice(asked)
        places = list(re.finditer(r"(?<![\w-])[a-zA-Z]{5,}(?![\w-])", question))
        places = [m for m in places if query_stem(m[0]) is not None and not m[0].isupper()]
        if not places:
            continue
        place = draw.choice(places)
        slip = draw.choice(SLIPS)
        wrong = slip(place[0].lower(), draw)
        if place[0][0].isupper():
            wrong = wrong.capitalize()
        if wrong.lower() == place[0].lower() or _articles(engine, wrong) > most_rare(
            engine._snapshot
        ):
            continue
        # Half of the questions are short, as people type them.
        words = question[: place.start()].split()[-1:], question[place.end() :].split()[:1]
        if draw.random() < 0.5:
            before, after = question[: place.start()], question[place.end() :]
        else:
            before, after = "".join(f"{w} " for w in words[0]), "".join(f" {w}" for w in words[1])
        yield Misspelt(before + wrong + after, before + place[0] + after, slip.__name__)
        made += 1


def _articles(engine: EmbeddedEngine, word: str) -> int:
    request = search.Request(word, expand=False, limit=0)
    return engine.search(request).total or 0


def suggestion(engine: EmbeddedEngine, question: str) -> tuple[str | None, float]:
    """What is suggested, and in how many seconds of CPU time."""
    tree = parse(question).tree
    started = time.thread_time()
    found = corrected(engine._snapshot, question, tree)
    return found, time.thread_time() - started


def main() -> None:
    """Print both shares and the CPU times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="one of news.jsonl.gz")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        archive = options.archive or archive_of(news(), Path(folder) / "news")
        with EmbeddedEngine(archive, Config()) as engine:
            right: dict[str, list[bool]] = {}
            times = []
            for one in misspellings(engine, options.count, options.seed):
                found, seconds = suggestion(engine, one.question)
                times.append(seconds)
                right.setdefault(one.kind, []).append((found or "").lower() == one.meant.lower())
                if options.show and not right[one.kind][-1]:
                    print(f"  {one.kind:<18} {one.question!r} -> {found!r}")
            for kind, results in sorted(right.items()):
                print(f"{kind:<20} {sum(results):4} of {len(results):4}")
            every = [result for results in right.values() for result in results]
            print(f"{'intended first':<20} {100 * statistics.fmean(every):.1f} %")
            median, most = 1000 * statistics.median(times), 1000 * max(times)
            print(f"CPU ms: median {median:.2f}, most {most:.2f}")
            alone(engine, NEWS_SETS, options.show)
        for name in PASSAGE_SETS:
            small = archive_of(passages(name), Path(folder) / name)
            with EmbeddedEngine(small, Config()) as engine:
                alone(engine, (name,), options.show)


def alone(engine: EmbeddedEngine, names: tuple[str, ...], show: bool) -> None:
    """Print how many questions of some sets are left alone, and the times."""
    for name in names:
        times, kept, asked = [], 0, 0
        for _, words in read_questions(queries(name)):
            found, seconds = suggestion(engine, words)
            times.append(seconds)
            asked += 1
            kept += found is None
            if show and found is not None:
                print(f"  {name} {words!r} -> {found!r}")
        print(
            f"{name:<10} left alone {100 * kept / asked:5.1f} % of {asked:,},"
            f" median {1000 * statistics.median(times):.2f} ms,"
            f" p99 {1000 * sorted(times)[int(0.99 * len(times))]:.2f} ms"
        )


if __name__ == "__main__":
    main()
