"""What indexing costs: time, memory and disk, beside plain Whoosh on the same articles.

    python -m benchmarks.indexing [--articles N] [--repeat 1] [--without-whoosh]

Ours does more: it reads entities and dates, archives every version and syncs to disk. Plain
Whoosh has two TEXT fields (title, body) with a RegexTokenizer and a lower-case filter, one
process, and neither stores nor archives anything. Each run is a process of its own, in turn, the
order turned around with each repetition. Peak memory is that of all processes of a run together
(Linux), where pages that they share count twice. `again` is a second run over the same, unchanged
file, `reindex` builds the index of that archive again, and `enriched before` indexes its
`export --enriched`, the two with two jobs. More than 38,230 articles are grown from these.
"""

import argparse
import gzip
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

from benchmarks.data import NEWS_ARTICLES, json_lines, require_data

KINDS = ("plain Whoosh", "ours, 1 job", "ours, 2 jobs")
# With what the last of these has made.
AFTERWARDS = ("again", "reindex", "enriched before")
_SAMPLED_EVERY_S = 0.1


class Run(NamedTuple):
    """What a process and those that it started took: time, CPU time and memory."""

    seconds: float
    cpu_s: float
    peak_mb: float


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


def built_again(_: Path, folder: Path) -> None:
    """The index of an archive anew."""
    from index.config import Config
    from index.pipeline import reindex

    reindex(folder, Config(), jobs=2)


def write_enriched(folder: Path, path: Path) -> None:
    """The articles of an archive with what was read in them."""
    from index.archive import open_archive
    from index.export import KEY_VARIABLE, export

    os.environ[KEY_VARIABLE] = "any, the same for the process that indexes it"
    with open_archive(folder) as archive, gzip.open(path, "wb", compresslevel=1) as out:
        out.writelines(line for line in export(archive, enriched=True) if isinstance(line, bytes))


def run(module: str, kind: str, articles: Path, folder: Path) -> Run:
    """Run one kind of a benchmark in a process of its own."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", module, "--run", kind, articles, folder]
    peak_mb = 0.0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            peak_mb = max(peak_mb, resident_mb(process.pid))
            time.sleep(_SAMPLED_EVERY_S)
    if process.returncode:
        sys.exit(f"{kind}: exit {process.returncode}")
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu_s, peak_mb)


def resident_mb(process: int) -> float:
    """The memory of a process and of those that it started, 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        started = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0.0
    own = pages * resource.getpagesize() / 1e6
    return own + sum(resident_mb(int(child)) for child in started)


def size_mb(folder: Path, pattern: str = "*") -> float:
    """Size of the files in a folder and below."""
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file()) / 1e6


def main() -> None:
    """Print a table of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=NEWS_ARTICLES)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--without-whoosh", action="store_true")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        kind, articles, folder = options.run
        if kind == KINDS[0]:
            plain_whoosh(Path(articles), Path(folder))
        elif kind == AFTERWARDS[1]:
            built_again(Path(articles), Path(folder))
        else:
            ours(Path(articles), Path(folder), jobs=1 if kind == KINDS[1] else 2)
        return
    require_data()
    kinds = KINDS[2:] if options.without_whoosh else KINDS
    runs: dict[str, list[Run]] = {kind: [] for kind in (*kinds, *AFTERWARDS)}
    sizes = {}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        articles = base / "articles.jsonl.gz"
        count = text_bytes = 0
        with gzip.open(articles, "wb", compresslevel=1) as out:
            for line in json_lines(options.articles):
                out.write(line)
                count += 1
                text_bytes += len(line)
        enriched = base / "enriched.jsonl.gz"
        for turn in range(options.repeat):
            for kind in (*(kinds, kinds[::-1])[turn % 2], *AFTERWARDS):
                folder = base / (KINDS[2] if kind in AFTERWARDS[:2] else kind)
                if kind not in AFTERWARDS[:2]:
                    shutil.rmtree(folder, ignore_errors=True)
                if kind == AFTERWARDS[2]:
                    write_enriched(base / KINDS[2], enriched)
                read = enriched if kind == AFTERWARDS[2] else articles
                runs[kind].append(run("benchmarks.indexing", kind, read, folder))
                sizes[kind] = size_mb(folder)
        enriched_share = enriched.stat().st_size / articles.stat().st_size
        archive_mb = size_mb(base / KINDS[2], "archive.db*")
        os.sync()
    print(f"{count:,} articles, {text_bytes / 1e6:.1f} MB of JSON Lines")
    print(f"{'':<16} {'seconds':>8} {'articles/s':>11} {'CPU s':>7} {'peak MB':>8} {'disk MB':>8}")
    for kind in runs:
        seconds, cpu, peak = map(statistics.median, zip(*runs[kind], strict=True))
        print(
            f"{kind:<16} {seconds:8.1f} {count / seconds:11,.0f} {cpu:7.1f} {peak:8.0f}"
            f" {sizes[kind]:8.1f}"
        )
    print(f"enriched lines are {enriched_share:.2f} times as long, gzipped")
    disk = sizes[KINDS[2]]
    print(f"of ours on disk: archive {archive_mb:.1f} MB, index {disk - archive_mb:.1f} MB")
    if not options.without_whoosh:
        ratios = [
            whoosh.seconds / our.seconds
            for whoosh, our in zip(runs[KINDS[0]], runs[KINDS[2]], strict=True)
        ]
        times = statistics.median(ratios)
        print(f"plain Whoosh takes {times:.2f} times as long as ours with 2 jobs")
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
