"""How often the right article comes first: what `cakap-search evaluate` says of the question sets.

    python -m benchmarks.relevance [SET...] [--questions N] [--url URL]

Each set's queries are asked in the default mode, and again with --exact, which has no stems and
looks for question words too: the baseline to beat. `headline` is asked of the news with its
articles' titles withheld. One right article a query, so figures are lower bounds. With the address
of a cluster's node, the same is asked of the cluster too.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import search
from benchmarks.data import DATA, archive_of, news, passages, qrels, queries, require_data
from index.config import Cluster, Config
from index.pipeline import rebuild
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
    archive: Path,
    name: str,
    config: Config,
    *,
    exact: bool = False,
    limit: int = DEPTH,
    questions: int | None = None,
) -> dict[str, float]:
    """What the first `limit` hits of one set on one archive are worth; of its first questions."""
    some = read_questions(queries(name))[:questions]
    with search.open(archive, config) as engine:
        run = asked(engine, some, search.Request(limit=limit, exact=exact))
    judged = read_qrels(qrels(name))
    return measured(run, {one.number: judged[one.number] for one in some if one.number in judged})


def moved(archive: Path, name: str, url: str) -> tuple[Path, Config]:
    """A copy of an archive whose index is on a cluster."""
    there = archive.parent / f"{name} on the cluster"
    shutil.copytree(archive, there)
    cluster = Cluster(urls=(url,), index=f"relevance-{name}", replicas=0)
    config = Config(engine="opensearch", opensearch=cluster)
    rebuild(there, config)
    return there, config


def main() -> None:
    """Print a table of the sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help=", ".join(SETS))
    parser.add_argument("--questions", type=int, help="the first of each set")
    parser.add_argument("--url", help="of one node of a cluster")
    options = parser.parse_args()
    sets = options.sets
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        made = archives(sets, Path(folder))
        print(f"{'set':<10} {'mode':<8}" + "".join(f" {measure:>8}" for measure in MEASURES))
        for name in sets:
            settled = {mode: (made[name], Config()) for mode in ("default", "--exact")}
            if options.url:
                settled["cluster"] = moved(made[name], name, options.url)
            for mode, (archive, config) in settled.items():
                found = measures(
                    archive, name, config, exact=mode == "--exact", questions=options.questions
                )
                figures = "".join(f" {found[measure]:8.4f}" for measure in MEASURES)
                print(f"{name:<10} {mode:<8}{figures}", flush=True)


if __name__ == "__main__":
    main()
