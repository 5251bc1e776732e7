"""What a start costs: `cakap-search query` as a whole process beside `import numpy, typer`.

    python -m benchmarks.cold_start [--runs 21] [--archive DIR]

The two take turns; medians and their ratio are told, in CPU and in wall time. Without an
archive, one of news.jsonl.gz is made first.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.data import archive_of, news, require_data


def measured(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of one run."""
    before, started = os.times(), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - started, os.times()
    cpu = after.children_user + after.children_system
    return cpu - before.children_user - before.children_system, wall


def main() -> None:
    """Print a table of the commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if (archive := options.archive) is None:
            require_data()
            archive = archive_of(news(), Path(folder))
        program = str(Path(sys.executable).with_name("cakap-search"))
        commands = {
            "import numpy, typer": [sys.executable, "-c", "import numpy, typer"],
            "query": [program, "query", "Lavrov senjata", "--archive", str(archive)],
            "--help": [program, "--help"],
        }
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.runs + 1):
            for name, command in commands.items():
                runs[name].append(measured(command))
    print(f"{'command':<22} {'CPU ms':>8} {'wall ms':>8} {'CPU ratio':>10} {'wall ratio':>11}")
    for name, figures in runs.items():
        warm = figures[1:]  # the first run reads files from the disk
        cpu, wall = (statistics.median(one[kind] for one in warm) for kind in (0, 1))
        peers = runs["import numpy, typer"][1:]
        ratios = [
            statistics.median(one[kind] / peer[kind] for one, peer in zip(warm, peers, strict=True))
            for kind in (0, 1)
        ]
        print(
            f"{name:<22} {cpu * 1000:8.0f} {wall * 1000:8.0f} {ratios[0]:10.2f} {ratios[1]:11.2f}"
        )


if __name__ == "__main__":
    main()
