"""What the share of a question's weight that an article must hold is worth, and what it lets in.

    python -m benchmarks.relax_share [SET...] [--archives DIR]

For each share: the mean reciprocal rank at 10 of each set; how many articles the first four words
of its questions find, in the median, and how many of these questions find fewer than ten.
`--archives` keeps the archives for the next run.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import search
from benchmarks.data import qrels, queries, require_data
from benchmarks.relevance import archives
from index.config import Config, Ranking
from search.evaluate import asked, measured, read_qrels, read_questions

SETS = ("facqa", "tydiqa", "shortir")
SHARES = (0.3, 0.25, 0.2, 0.1, 0.01)
_MEASURE = "RR@10"
_WORDS = 4
_COUNTED = 150  # questions whose articles are counted
_ENOUGH = Ranking().relax_below


def main() -> None:
    """Print a line for each set and share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help=", ".join(SETS))
    parser.add_argument("--archives", type=Path, metavar="DIR")
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        made = archives(options.sets, options.archives or Path(folder))
        for name in options.sets:
            questions = read_questions(queries(name))
            for share in SHARES:
                config = Config(ranking=Ranking(relax_share=share))
                with search.open(made[name], config) as engine:
                    run = asked(engine, questions, search.Request(limit=_ENOUGH))
                    short = [" ".join(words.split()[:_WORDS]) for _, words in questions[:_COUNTED]]
                    totals = [engine.search(search.Request(one, limit=0)).total for one in short]
                figure = measured(run, read_qrels(qrels(name)), [_MEASURE])[_MEASURE]
                articles, few = statistics.median(totals), sum(total < _ENOUGH for total in totals)
                print(
                    f"{name:<8} {share:<5} {figure:.4f}, articles {articles:6,.0f}, "
                    f"too few {few:3} of {len(totals)}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
