"""Recall and extras of country_mentions on silver sentences, and its speed.

Run `python benchmarks/countries.py [--extras N] [--missed N]`. The data are sentence pairs whose
countries were read on the English side, so recall is meaningful and an extra is only a
candidate: look at a sample of them (`--extras`) before believing the figure. Of the 50 that
`--extras 50` showed on 2026-11-24, the Indonesian sentence names the country every time; the
English one says "the rebels", "Tokyo" or nothing instead.
"""

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.enrich.countries import country_label, country_mentions


def sentences(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "country" / "silver.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def measure(folder: Path) -> dict[str, Any]:
    """Recall of countries named and of either kind, share of unmatched mentions, the cases."""
    named = found_named = expected = found = mentioned = 0
    missed, extras = [], []
    for row in sentences(folder):
        text = row["id_text"]
        codes = {mention.code for mention in country_mentions(text)}
        by_name, either = set(row["by_name"]), {*row["by_name"], *row["by_demonym"]}
        named, found_named = named + len(by_name), found_named + len(by_name & codes)
        expected, found = expected + len(either), found + len(either & codes)
        mentioned += len(codes)
        missed += [(code, text, row["en_text"]) for code in sorted(either - codes)]
        extras += [(code, text, row["en_text"]) for code in sorted(codes - either)]
    return {
        "recall_by_name": found_named / named,
        "recall": found / expected,
        "extras": len(extras) / mentioned,
        "missed_cases": missed,
        "extra_cases": extras,
    }


def microseconds_per_text(folder: Path, words: int = 300) -> float:
    """Median time for a text of `words` words, made of the sentences in their order."""
    text = " ".join(row["id_text"] for row in sentences(folder)).split()
    pieces = [" ".join(text[at : at + words]) for at in range(0, len(text) - words, words)]
    times = []
    for piece in pieces:
        begin = time.perf_counter()
        country_mentions(piece)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--missed", type=int, default=0, help="print so many missed countries")
    arguments.add_argument("--extras", type=int, default=0, help="print so many extra countries")
    chosen = arguments.parse_args()
    here = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("CAKAP_SEARCH_TEST_DATA") or here)
    result = measure(folder)
    for figure in ("recall_by_name", "recall", "extras"):
        print(f"{figure:16} {result[figure]:.3f}")
    print(f"{'us_per_300_words':16} {microseconds_per_text(folder):.0f}")
    for kind, count in (("missed", chosen.missed), ("extra", chosen.extras)):
        cases = result[f"{kind}_cases"]
        for code, text, english in random.Random(1).sample(cases, min(count, len(cases))):
            print(f"\n{kind} {code} {country_label(code)}\n  {text}\n  {english}")


if __name__ == "__main__":
    main()
