"""What the benchmark prints."""

from collections.abc import Mapping
from operator import eq
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks.peers.answers import FACETS, Answer, Timed
from benchmarks.peers.corpus import parse
from benchmarks.peers.engines import Opening, Written

# For each class and engine, the nanoseconds of each question in each round.
Samples = dict[str, dict[str, list[list[int]]]]
_BASE = "tantivy"


def print_indexing(written: Mapping[str, Written], articles: int) -> None:
    """Articles a second, also without the work that is an engine's own, and size, by engine."""
    print(f"\n{'indexing':<12} {'articles/s':>11} {'alike/s':>9} {'index MB':>9}")
    for engine, (seconds, apart, megabytes) in written.items():
        alike = articles / (seconds - apart)
        print(f"{engine:<12} {articles / seconds:11,.0f} {alike:9,.0f} {megabytes:9.1f}")


def print_latencies(samples: Samples) -> None:
    """Percentiles over the questions of a class, of each question's median over the rounds; the
    ratio is that of the medians.
    """
    print(f"\n{'class':<12} {'engine':<9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'ratio':>7}")
    for kind, of_engine in samples.items():
        percentiles = {
            engine: np.percentile(np.median(rounds, axis=0) / 1e6, (50, 95, 99))
            for engine, rounds in of_engine.items()
        }
        for engine, (p50, p95, p99) in percentiles.items():
            ratio = f"{p50 / percentiles[_BASE][0]:7.2f}" if _BASE in percentiles else ""
            print(f"{kind:<12} {engine:<9} {p50:8.3f} {p95:8.3f} {p99:8.3f} {ratio}")


def print_agreement(answers: Mapping[str, Mapping[str, Timed]], tokens: Path) -> None:
    """How far the other engines give the same answers as the first."""
    moments = _moments(answers.get("newest", {}), tokens)
    print(
        f"\n{'agreement':<12} {'engines':<20} {'top 10':>7} {'totals':>7}",
        *map("{:>8}".format, FACETS),
    )
    for kind, of_engine in answers.items():
        one, *others = of_engine
        for other in others:
            pairs = list(zip(of_engine[one].answers, of_engine[other].answers, strict=True))
            same = mean(_overlap(a, b, moments if kind == "newest" else None) for a, b in pairs)
            totals = mean(a.total == b.total for a, b in pairs)
            counts = [list(map(eq, a.counts, b.counts)) for a, b in pairs]
            facets = " ".join(f"{mean(equal):8.1%}" for equal in zip(*counts, strict=True))
            print(f"{kind:<12} {one + ' ' + other:<20} {same:7.1%} {totals:7.1%} {facets}")


def print_opening(openings: Mapping[str, Opening]) -> None:
    """Time to open and memory, by engine."""
    print(f"\n{'':<12} {'open ms':>8} {'RSS MB':>8} {'unmapped':>9}")
    for engine, (milliseconds, resident, anonymous) in openings.items():
        print(f"{engine:<12} {milliseconds:8.2f} {resident:8.0f} {anonymous:9.0f}")


def _overlap(one: Answer, other: Answer, moments: Mapping[int, int] | None) -> float:
    """The share of hits in common; by date, of moments, since articles of a day are tied."""
    ours, theirs = one.hits, other.hits
    if moments is not None:
        ours, theirs = [moments[hit] for hit in ours], [moments[hit] for hit in theirs]
    longer = max(len(set(ours)), len(set(theirs)))
    return len(set(ours) & set(theirs)) / longer if longer else 1.0


def _moments(of_engine: Mapping[str, Timed], tokens: Path) -> dict[int, int]:
    wanted = {hit for timed in of_engine.values() for one in timed.answers for hit in one.hits}
    if not wanted:
        return {}
    with tokens.open("rb") as lines:
        return {number: parse(line).moment for number, line in enumerate(lines) if number in wanted}
