"""How often the right article comes first: what `cakap-search evaluate` says of the question sets.

    python -m benchmarks.relevance [SET...]

Each set's queries are asked in the default mode, and again with --exact, which has no stems and
looks for question words too: the baseline to beat. `headline` is asked of the news with its
articles' titles withheld. One right article a query, so figures are lower bounds.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import search
from benchmarks.data import DATA, archive_of, news, passages, qrels, queries, require_data
from index.config import Config
from search.evaluate import DEPTH, MEASURES, asked, measured, read_qrels, read_questions

SETS = ("headline", "shortir", "summary1", "facqa", "tydiqa")


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


def measures(
    archive: Path, name: str, config: Config, *, exact: bool = False, limit: int = DEPTH
) -> dict[str, float]:
    """What the first `limit` hits of one set on one archive are worth."""
    with search.open(archive, config) as engine:
        run = asked(engine, read_questions(queries(name)), search.Request(limit=limit, exact=exact))
    return measured(run, read_qrels(qrels(name)))


def main() -> None:
    """Print a table of the sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help=", ".join(SETS))
    sets = parser.parse_args().sets
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        made = archives(sets, Path(folder))
        print(f"{'set':<10} {'mode':<8}" + "".join(f" {measure:>8}" for measure in MEASURES))
        for name in sets:
            for mode in ("default", "--exact"):
                found = measures(made[name], name, Config(), exact=mode == "--exact")
                figures = "".join(f" {found[measure]:8.4f}" for measure in MEASURES)
                print(f"{name:<10} {mode:<8}{figures}", flush=True)


if __name__ == "__main__":
    main()
