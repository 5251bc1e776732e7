"""What a start costs: `cakap-search query` as a whole process beside `import numpy, typer`.

    python -m benchmarks.cold_start [--runs 21] [--archive DIR]

They take turns; medians and their ratio are told, in CPU and in wall time. Questions are asked
where no configuration is found, and with the one that is shipped, for which YAML is imported.
Without an archive, one of news.jsonl.gz is made first. The project is compiled to bytecode before,
as numpy and typer were when they were installed: an editable installation is not by itself.
"""

import argparse
import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import index
import search
from benchmarks.data import archive_of, news, require_data


def measured(command: list[str], folder: str) -> tuple[float, float]:
    """CPU and wall seconds of one run in a folder."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=folder)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


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
        for package in (index, search):
            compileall.compile_dir(os.path.dirname(str(package.__file__)), quiet=1)
        config = Path(__file__).parents[1] / "config.yaml"
        program = str(Path(sys.executable).with_name("cakap-search"))
        query = [program, "query", "Lavrov senjata", "--archive", str(archive.absolute())]
        commands = {
            "import numpy, typer": [sys.executable, "-c", "import numpy, typer"],
            "query": query,
            "query, a configuration": [*query, "--config", str(config)],
            "--help": [program, "--help"],
        }
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.runs + 1):
            for name, command in commands.items():
                runs[name].append(measured(command, folder))
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
