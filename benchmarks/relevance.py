"""How often the right article comes first: mean reciprocal rank over the first ten hits.

    python -m benchmarks.relevance [SET...]

Each set's queries are asked in the default mode, and again with --exact, which is plain BM25
without stemming: the baseline that stemming has to beat. `headline` is asked of the news
with its articles' titles withheld. One right article a query, so figures are lower bounds.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import search
from benchmarks.data import DATA, archive_of, news, passages, qrels, queries, require_data
from index.config import Config

SETS = ("headline", "shortir", "summary1", "facqa", "tydiqa")
DEPTH = 10


def archives(sets: Sequence[str], folder: Path) -> dict[str, Path]:
    """An archive for each set; the sets over the news share one but for the titles."""
    made: dict[str, Path] = {}
    if "headline" in sets:
        ids = DATA / "retrieval" / "headline.withhold_title.txt"
        withheld = set(ids.read_text("utf-8").split())
        untitled = (
            {**article, "title": None} if article["id"] in withheld else article
            for article in news()
        )
        made["headline"] = archive_of(untitled, folder / "headline")
    if titled := [name for name in sets if name in ("shortir", "summary1")]:
        made.update(dict.fromkeys(titled, archive_of(news(), folder / "news")))
    for name in sets:
        if name not in made:
            made[name] = archive_of(passages(name), folder / name)
    return made


def mean_reciprocal_rank(archive: Path, name: str, config: Config, *, exact: bool = False) -> float:
    """The MRR at 10 of one set on one archive."""
    right = qrels(name)
    total = 0.0
    asked = 0
    with search.open(archive, config) as engine:
        for number, words in queries(name):
            request = search.Request(words, limit=DEPTH, exact=exact, snippet_chars=0)
            asked += 1
            for rank, hit in enumerate(engine.scan(request), 1):
                if hit.id in right[number]:
                    total += 1 / rank
                    break
    return total / asked


def main() -> None:
    """Print a table of the sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help=", ".join(SETS))
    sets = parser.parse_args().sets
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        made = archives(sets, Path(folder))
        print(f"{'set':<10} {'default':>8} {'--exact':>8}")
        for name in sets:
            figures = [
                mean_reciprocal_rank(made[name], name, Config(), exact=exact)
                for exact in (False, True)
            ]
            print(f"{name:<10} {figures[0]:8.4f} {figures[1]:8.4f}")


if __name__ == "__main__":
    main()
