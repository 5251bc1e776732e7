"""The OpenSearch engine beside the embedded one, on the same archive in one run, and what the
measured figures come to at ten million articles and more.

    python -m benchmarks.cluster [--articles 38230] [--replicas 1] [--questions 100] [--cache DIR]

Starts three nodes on loopback (tests/cluster/nodes.py), makes an archive, kept in the cache, and
builds an index of it by each engine (`rebuild`: analysis and writing, no enrichment). Then both are
asked the same questions in turn. More than 38,230 articles are grown from the news.

Nodes, writer and readers share one machine, so what matters between machines, the network and other
disks, is not in it. Wall times depend on the load that is printed; processor times, of this process
and the nodes together, much less.
"""

import argparse
import gzip
import itertools
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import opensearchpy  # noqa: F401  its modules are no memory that articles take

import search
from benchmarks.around import short_questions
from benchmarks.data import NEWS_ARTICLES, json_lines, require_data
from benchmarks.indexing import Run, resident_mb, run, size_mb
from benchmarks.load import cpu_s
from index.archive import FILE_NAME, open_archive, unpack
from index.backup import backup
from index.config import Config, load_config
from index.enrich.article import enrich
from index.pipeline import index_paths, rebuild
from tests.cluster.nodes import SPEED, Cluster

ENGINES = ("embedded", "opensearch")
_FACETS = [search.Facet(field) for field in ("country", "person", "source")]
_ENRICHED = 2_000
_SMALL = 100
_SIZES = (10_000_000, 100_000_000, 1_000_000_000)
# Of the model, assumptions rather than measurements: OpenSearch's advice for a shard that is
# searched is 10 to 30 GB; free space for merges and growth; and a night in which to index anew.
_SHARD_GB = 30
_FREE_SPACE = 1.5
_NIGHT_S = 8 * 3600
_COPIES = 2  # a primary and one replica


def _phrase(words: str) -> str:
    return '"' + " ".join(words.split()[:2]) + '"'


# What of a short headline is asked, by class.
CLASSES: dict[str, Callable[[str], search.Request]] = {
    "ten hits": lambda words: search.Request(words, total=False),
    "and total": search.Request,
    "all words": lambda words: search.Request(words, match="all"),
    "phrase": lambda words: search.Request(_phrase(words)),
    "facets": lambda words: search.Request(words, facets=_FACETS, limit=0),
    "newest": lambda words: search.Request(words, sort="newest"),
}


class Measured(NamedTuple):
    """What the model is made of, for each article, in bytes and seconds of processor time."""

    archive_bytes: float
    local_bytes: float
    primary_bytes: float
    reader_bytes: float
    enrich_s: float
    write_s: float
    node_s: float
    backup_s: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=NEWS_ARTICLES)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--heap", default="1g")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "cakap-search-cluster"
    )
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        _build(*options.run)
        return
    require_data()
    _tell_load()
    made = _make_archive(options.cache, options.articles)
    with (
        tempfile.TemporaryDirectory(dir=options.cache) as folder,
        Cluster(
            Path(folder) / "nodes", options.nodes, heap=options.heap, java_options=SPEED
        ) as cluster,
    ):
        print(
            f"{options.articles:,} articles; {options.nodes} nodes, heap {options.heap},"
            f" {options.replicas} replicas"
        )
        settings = {"urls": cluster.urls, "shards": options.shards, "replicas": options.replicas}
        folders = {engine: Path(folder) / engine for engine in ENGINES}
        for engine, one in folders.items():
            one.mkdir()
            shutil.copy(made / FILE_NAME, one)
            config = {"engine": engine, "opensearch": settings}
            (one / "config.yaml").write_text(json.dumps(config))
        primary_bytes, runs, node_s = _write(cluster, folders, options.articles)
        small = _make_archive(options.cache, _SMALL)
        reader_bytes = _ask(cluster, folders, small, options.questions, options.rounds)
        seconds = _back_up(folders[ENGINES[0]], Path(folder) / "backups")
        count = options.articles
        measured = Measured(
            size_mb(folders[ENGINES[1]], FILE_NAME) * 1e6 / count,
            size_mb(folders[ENGINES[1]] / "index") * 1e6 / count,
            primary_bytes / count,
            reader_bytes / count,
            _enrich_s(folders[ENGINES[0]]),
            runs[ENGINES[1]].cpu_s / count,
            node_s / count / (options.replicas + 1),
            seconds / count,
        )
    _print_model(measured)
    _tell_load()


def _tell_load() -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)


def _build(engine: str, config: str, folder: str) -> None:
    """In a process of its own: build the index of an archive by one engine."""
    assert load_config(Path(config)).engine == engine
    rebuild(Path(folder), load_config(Path(config)))


def _make_archive(cache: Path, articles: int) -> Path:
    """An archive of so many articles, made unless it is in the cache."""
    made = cache / str(articles)
    folder = made / "archive"
    if not (made / "whole").exists():
        made.mkdir(parents=True, exist_ok=True)
        source = made / "articles.jsonl.gz"
        with gzip.open(source, "wb", compresslevel=1) as out:
            out.writelines(json_lines(articles))
        index_paths([str(source)], folder, Config())
        (made / "whole").touch()
    return folder


def _enrich_s(folder: Path) -> float:
    """The processor time of enriching an article, in the mean of some of an archive."""
    with open_archive(folder) as archive:
        rows = itertools.islice(archive.contents(), _ENRICHED + 1)
        contents = [unpack(packed) for _, _, packed in rows]
    enrich(contents.pop().article, Config())  # loads word lists and weights
    started = time.process_time()
    for content in contents:
        enrich(content.article, Config())
    return (time.process_time() - started) / len(contents)


def _own_cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _own_mb() -> float:
    """The memory of this process alone, without mapped files."""
    status = Path("/proc/self/status").read_text().splitlines()
    [kb] = [line.split()[1] for line in status if line.startswith("RssAnon:")]
    return int(kb) / 1000


def _nodes_cpu_s(cluster: Cluster) -> float:
    return sum(cpu_s(node.pid) for node in cluster.nodes)


def _write(
    cluster: Cluster, folders: Mapping[str, Path], articles: int
) -> tuple[float, dict[str, Run], float]:
    """Build both indexes and print what that took; the bytes of the primaries, the runs, and the
    nodes' processor time.
    """
    runs: dict[str, Run] = {}
    node_s = 0.0
    for engine, folder in folders.items():
        before = _nodes_cpu_s(cluster)
        runs[engine] = run("benchmarks.cluster", engine, folder / "config.yaml", folder)
        node_s = _nodes_cpu_s(cluster) - before
    cluster.wait()
    node = cluster.nodes[0]
    node.ask("/cakap/_forcemerge?max_num_segments=1", "POST", timeout_s=3600)
    sizes = node.ask("/cakap/_stats/store")["_all"]
    primary = float(sizes["primaries"]["store"]["size_in_bytes"])
    print("\n| index | articles/s | CPU s | of it nodes | peak MB | beside the archive, MB |")
    print("|---|---|---|---|---|---|")
    for engine, one in runs.items():
        nodes = node_s if engine == ENGINES[1] else 0.0
        print(
            f"| {engine} | {articles / one.seconds:,.0f} | {one.cpu_s + nodes:.1f} | {nodes:.1f}"
            f" | {one.peak_mb:.0f} | {size_mb(folders[engine] / 'index'):.1f} |"
        )
    print(
        f"\non the cluster {primary / 1e6:.1f} MB of primaries in one segment each,"
        f" {sizes['total']['store']['size_in_bytes'] / 1e6:.1f} MB with replicas;"
        f" nodes' memory {sum(resident_mb(node.pid) for node in cluster.nodes):.0f} MB",
        flush=True,
    )
    return primary, runs, node_s


def _ask(
    cluster: Cluster, folders: Mapping[str, Path], small: Path, questions: int, rounds: int
) -> float:
    """Ask both engines in turn and print times and agreement; the bytes of its own that a reader of
    the cluster takes for the articles.
    """
    asked = short_questions(questions)
    with search.open(small, Config()) as engine:  # loads what is the same for any archive
        for words in asked:
            engine.search(search.Request(words, facets=_FACETS))
    engines, own_mb = {}, {}
    for name, folder in folders.items():
        before = _own_mb()
        engines[name] = search.open(folder, load_config(folder / "config.yaml"))
        for request in CLASSES.values():
            for words in asked:  # also lets the nodes compile what they run
                engines[name].search(request(words))
        own_mb[name] = _own_mb() - before
    print("\n| class | embedded | OpenSearch | ratio | CPU ms embedded | CPU ms OpenSearch |")
    print("|---|---|---|---|---|---|")
    same = hits = 0
    for kind, request in CLASSES.items():
        times: dict[str, list[list[float]]] = {name: [[] for _ in asked] for name in ENGINES}
        cpu_ms = dict.fromkeys(ENGINES, 0.0)
        for turn in range(rounds):
            for name in ENGINES if turn % 2 else reversed(ENGINES):
                used = time.process_time() + _nodes_cpu_s(cluster)
                for place, words in enumerate(asked):
                    started = time.perf_counter()
                    engines[name].search(request(words))
                    times[name][place].append((time.perf_counter() - started) * 1000)
                used = time.process_time() + _nodes_cpu_s(cluster) - used
                cpu_ms[name] += used * 1000 / rounds / len(asked)
        for words in asked:
            ours, theirs = (engines[name].search(request(words)) for name in ENGINES)
            if (ours.total, ours.facets) != (theirs.total, theirs.facets):
                sys.exit(f"{kind}: totals or counts differ for {words!r}")
            same += len({hit.id for hit in ours.hits} & {hit.id for hit in theirs.hits})
            hits += len(ours.hits)
        told = {name: _percentiles(one) for name, one in times.items()}
        ratio = told[ENGINES[1]][0] / told[ENGINES[0]][0]
        cells = [" / ".join(f"{value:.1f}" for value in told[name]) for name in ENGINES]
        print(
            f"| {kind} | {cells[0]} | {cells[1]} | {ratio:.1f} | {cpu_ms[ENGINES[0]]:.1f}"
            f" | {cpu_ms[ENGINES[1]]:.1f} |",
            flush=True,
        )
    print(
        f"\nof {len(asked)} questions a class all totals and counts agree, and {same:,} of"
        f" {hits:,} hits; memory of its own that a reader took:"
        f" {', '.join(f'{name} {grown:.1f} MB' for name, grown in own_mb.items())}",
        flush=True,
    )
    for engine in engines.values():
        engine.close()
    return own_mb[ENGINES[1]] * 1e6


def _percentiles(times: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """p50, p95 and p99 of the questions' medians, in milliseconds."""
    medians = sorted(map(statistics.median, times))
    last = len(medians) - 1
    return medians[last // 2], medians[last * 95 // 100], medians[last * 99 // 100]


def _back_up(folder: Path, target: Path) -> float:
    """Back an archive up, which reads it twice; the processor time that it took."""
    before, started = _own_cpu_s(), time.perf_counter()
    backup(folder, target)
    used, seconds = _own_cpu_s() - before, time.perf_counter() - started
    megabytes = size_mb(folder, FILE_NAME)
    print(f"\nbackup of {megabytes:.0f} MB: {seconds:.1f} s, {used:.1f} s of processor time")
    return used


def _print_model(measured: Measured) -> None:
    """Print what the measured figures come to, in proportion, at larger sizes."""
    print(
        "\nof an article, measured: "
        + ", ".join(
            f"{name} {value:.0f}" if name.endswith("bytes") else f"{name} {value * 1000:.2f}m"
            for name, value in measured._asdict().items()
        )
    )
    print("\n| | " + " | ".join(f"{size // 1_000_000:,} million" for size in _SIZES) + " |")
    print("|---" * (len(_SIZES) + 1) + "|")
    index_gb = [measured.primary_bytes * size / 1e9 for size in _SIZES]
    writer_s = measured.write_s + measured.enrich_s
    rows: dict[str, list[str]] = {
        "archive, GB": [f"{measured.archive_bytes * size / 1e9:,.0f}" for size in _SIZES],
        "index on the cluster, one copy, GB": [f"{gb:,.0f}" for gb in index_gb],
        "shards": [f"{max(1, -int(-gb // _SHARD_GB)):,}" for gb in index_gb],
        "disk of all nodes, GB": [f"{gb * _COPIES * _FREE_SPACE:,.0f}" for gb in index_gb],
        "columns beside the archive, GB": [
            f"{measured.local_bytes * size / 1e9:,.1f}" for size in _SIZES
        ],
        "memory of a reader, GB": [f"{measured.reader_bytes * size / 1e9:,.1f}" for size in _SIZES],
        "enriching, core hours": [f"{measured.enrich_s * size / 3600:,.0f}" for size in _SIZES],
        "analysing and sending, core hours": [
            f"{measured.write_s * size / 3600:,.0f}" for size in _SIZES
        ],
        "nodes, core hours": [f"{measured.node_s * _COPIES * size / 3600:,.0f}" for size in _SIZES],
        "cores for `reindex` in a night, writer": [
            f"{writer_s * size / _NIGHT_S:,.0f}" for size in _SIZES
        ],
        "cores for it, nodes": [
            f"{measured.node_s * _COPIES * size / _NIGHT_S:,.0f}" for size in _SIZES
        ],
        "backup, core hours": [f"{measured.backup_s * size / 3600:,.1f}" for size in _SIZES],
    }
    for name, cells in rows.items():
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
