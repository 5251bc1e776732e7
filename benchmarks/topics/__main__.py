"""Forty topics of journalists, judged by hand: ours beside plain BM25 and Lucene.

    python -m benchmarks.topics pool FOLDER
    python -m benchmarks.topics score [--grades A.tsv B.tsv]

`pool` writes what two judges read, and where their grades go. `score` tells how far they agree,
writes qrels.txt and measures the three systems. README.md tells how topics were made and judged.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.data import require_data
from benchmarks.topics import score, sheets
from benchmarks.topics.systems import SYSTEMS, runs
from search.evaluate import Run

_HERE = Path(__file__).parent
_QRELS = _HERE / "qrels.txt"


def main() -> None:
    """Write the sheets, or say what the grades are worth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "cakap-search-topics"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("pool").add_argument("folder", type=Path)
    judged = [_HERE / f"{judge}.tsv" for judge in sheets.JUDGES]
    commands.add_parser("score").add_argument("--grades", nargs=2, type=Path, default=judged)
    options = parser.parse_args()
    require_data()
    if options.command == "pool":
        pool = sheets.pooled(runs(options.cache).values())
        sheets.write_sheets(pool, options.folder)
        print(f"{len(pool)} topics, {sum(map(len, pool.values())):,} pairs in {options.folder}")
    else:
        first, second = map(score.read_grades, options.grades)
        _agreement(first, second)
        _measure(runs(options.cache), first, second)


def _agreement(first: score.Judgement, second: score.Judgement) -> None:
    table = score.confusion(first, second)
    print(f"{table.sum():,} pairs; the first judge's grades are rows\n{table}")
    print(f"same grade {table.trace() / table.sum():.3f}, kappa {score.kappa(table):.3f}", end=", ")
    print(f"quadratic {score.kappa(table, quadratic=True):.3f}\n")


def _measure(found: dict[str, Run], first: score.Judgement, second: score.Judgement) -> None:
    qrels = score.summed(first, second)
    _QRELS.write_text(score.qrels_lines(qrels), "utf-8")

    print(f"{score.MEASURE:<8}    both   first  second  unjudged")
    for system in SYSTEMS:
        run = found[system]
        means = [
            score.by_topic(run, grades).mean()
            for grades in (qrels, score.summed(first), score.summed(second))
        ]
        unjudged = sum(article not in qrels[topic] for topic in run for article in run[topic])
        print(f"{system:<8}" + "".join(f"{mean:8.4f}" for mean in means) + f"{unjudged:10}")

    scores = {system: score.by_topic(found[system], qrels) for system in SYSTEMS}
    print("\ntopic   " + "".join(f"{system:>8}" for system in SYSTEMS))
    for topic, row in zip(sorted(qrels), zip(*scores.values(), strict=True), strict=True):
        print(f"{topic:<8}" + "".join(f"{value:8.4f}" for value in row))
    ours, *others = SYSTEMS
    for other in others:
        difference = scores[ours] - scores[other]
        won, lost = (difference > 0).sum(), (difference < 0).sum()
        print(
            f"\n{ours} over {other}: {difference.mean():+.4f}, {won} topics won, {lost} lost, "
            f"{len(difference) - won - lost} equal; p {score.chance(difference):.4f}",
            end="",
        )
    print()


if __name__ == "__main__":
    main()
