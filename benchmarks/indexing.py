"""What indexing costs: time, memory and disk, beside plain Whoosh on the same articles.

    python -m benchmarks.indexing [--articles N] [--repeat 1]

Ours does more: it reads entities and dates, archives every version and syncs to disk. Plain
Whoosh has two TEXT fields (title, body) with a RegexTokenizer and a lower-case filter, one
process, and neither stores nor archives anything. Each run is a process of its own, in turn.
Peak memory is that of the largest process; `again` is a second run over the same, unchanged file.
"""

import argparse
import gzip
import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.data import news, require_data


def plain_whoosh(articles: Path, folder: Path) -> None:
    """Index title and body with stock Whoosh."""
    from whoosh import fields, index
    from whoosh.analysis import LowercaseFilter, RegexTokenizer

    analyzer = RegexTokenizer() | LowercaseFilter()
    schema = fields.Schema(title=fields.TEXT(analyzer), body=fields.TEXT(analyzer))
    folder.mkdir(parents=True)
    writer = index.create_in(str(folder), schema).writer(limitmb=256)
    with gzip.open(articles) as lines:
        for line in lines:
            article = msgspec.json.decode(line)
            writer.add_document(title=article["title"] or "", body=article["body"])
    writer.commit()


def ours(articles: Path, folder: Path, jobs: int) -> None:
    """Index with this project."""
    from index.config import Config
    from index.pipeline import index_paths

    index_paths([str(articles)], folder, Config(), jobs=jobs)


class Run(NamedTuple):
    """Wall and CPU seconds of a process with its own ones, and what it printed."""

    seconds: float
    cpu_s: float
    output: str


def run(module: str, kind: str, articles: Path, folder: Path) -> Run:
    """Run one kind of a benchmark in a process of its own."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", module, "--run", kind, str(articles), str(folder)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu_s, output)


def measured(kind: str, articles: Path, folder: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory (MB) of one run."""
    seconds, cpu_s, peak_kb = run("benchmarks.indexing", kind, articles, folder)
    return seconds, cpu_s, float(peak_kb) / 1024


def size_mb(folder: Path, pattern: str = "*") -> float:
    """Size of the files in a folder and below."""
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file()) / 1e6


def main() -> None:
    """Print a table of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=None)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        kind, articles, folder = options.run
        if kind == "plain Whoosh":
            plain_whoosh(Path(articles), Path(folder))
        else:
            ours(Path(articles), Path(folder), jobs=1 if kind == "ours, 1 job" else 2)
        usages = [
            resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        print(max(usage.ru_maxrss for usage in usages))
        return
    require_data()
    kinds = ["plain Whoosh", "ours, 1 job", "ours, 2 jobs", "again"]
    runs: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        articles = base / "articles.jsonl.gz"
        count = text_bytes = 0
        with gzip.open(articles, "wb") as out:
            for article in itertools.islice(news(), options.articles):
                line = msgspec.json.encode(article) + b"\n"
                out.write(line)
                count += 1
                text_bytes += len(line)
        sizes = {}
        for _ in range(options.repeat):
            for kind in kinds:
                folder = base / ("ours, 2 jobs" if kind == "again" else kind)
                if kind != "again":
                    shutil.rmtree(folder, ignore_errors=True)
                runs[kind].append(measured(kind, articles, folder))
                sizes[kind] = size_mb(folder)
        archive_mb = size_mb(base / "ours, 2 jobs", "archive.db*")
        os.sync()
    print(f"{count:,} articles, {text_bytes / 1e6:.1f} MB of JSON Lines")
    print(f"{'':<14} {'seconds':>8} {'articles/s':>11} {'CPU s':>7} {'peak MB':>8} {'disk MB':>8}")
    for kind in kinds:
        seconds, cpu, peak = (statistics.median(run[i] for run in runs[kind]) for i in range(3))
        print(
            f"{kind:<14} {seconds:8.1f} {count / seconds:11,.0f} {cpu:7.1f} {peak:8.0f}"
            f" {sizes[kind]:8.1f}"
        )
    disk = sizes["ours, 2 jobs"]
    print(f"of ours on disk: archive {archive_mb:.1f} MB, index {disk - archive_mb:.1f} MB")
    ratios = [
        whoosh[0] / our[0]
        for whoosh, our in zip(runs["plain Whoosh"], runs["ours, 2 jobs"], strict=True)
    ]
    print(f"plain Whoosh takes {statistics.median(ratios):.2f} times as long as ours with 2 jobs")


if __name__ == "__main__":
    main()
