"""What memory a run takes, whatever the size of its input: peaks at two sizes.

    python -m benchmarks.memory [--gb 0.3 0.9] [--jobs 2]

Articles grown from the news are piped into `cakap-search index -`; then `query "" --all` prints
every one of them, and `export` writes them. A peak is that of all processes of a command together
(Linux), sampled ten times a second. Resident counts the mapped pages of the index, which the system
takes back when it needs them; own does not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, NamedTuple

from benchmarks.data import json_lines, require_data

_PROGRAM = str(Path(sys.executable).with_name("cakap-search"))
_SAMPLED_EVERY_S = 0.1
_ARTICLE_BYTES = 2080  # of a grown article; decides how many are grown


class Peak(NamedTuple):
    """The most memory that a command and the processes it started took, in MB; its seconds."""

    resident_mb: float
    own_mb: float
    seconds: float


def peak(command: list[str], feed: int = 0) -> Peak:
    """Run a command, with `feed` bytes of articles as its standard input."""
    started = time.perf_counter()
    resident = own = 0.0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        feeder = threading.Thread(target=_feed, args=(process.stdin, feed))
        feeder.start()
        while process.poll() is None:
            now_resident, now_own = memory_mb(process.pid)
            resident, own = max(resident, now_resident), max(own, now_own)
            time.sleep(_SAMPLED_EVERY_S)
        feeder.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return Peak(resident, own, time.perf_counter() - started)


def _feed(stdin: IO[bytes], size: int) -> None:
    with stdin:
        if size:
            for line in json_lines(size // _ARTICLE_BYTES):
                stdin.write(line)


def memory_mb(process: int) -> tuple[float, float]:
    """Resident and own memory of a process and of those that it started; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        started = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0.0, 0.0
    lines = (line.split() for line in status.splitlines())
    kb = {words[0]: int(words[1]) for words in lines if words[0] in ("VmRSS:", "RssAnon:")}
    children = [memory_mb(int(child)) for child in started]
    return (
        kb.get("VmRSS:", 0) / 1000 + sum(resident for resident, _ in children),
        kb.get("RssAnon:", 0) / 1000 + sum(own for _, own in children),
    )


def main() -> None:
    """Print a table of the peaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, nargs="+", default=[0.3, 0.9])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    require_data()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'input':<8} {'command':<14} {'resident MB':>12} {'own MB':>8} {'seconds':>8}")
    for gb in options.gb:
        with tempfile.TemporaryDirectory() as folder:
            where = ["--archive", folder, "--quiet"]
            commands = {
                "index -": (["index", "-", "--jobs", str(options.jobs)], int(gb * 1e9)),
                "query --all": (["query", "", "--all", "--format", "jsonl"], 0),
                "export": (["export"], 0),
            }
            for name, (arguments, feed) in commands.items():
                found = peak([_PROGRAM, *arguments, *where], feed)
                print(
                    f"{gb:<4} GB  {name:<14} {found.resident_mb:12,.0f} {found.own_mb:8,.0f}"
                    f" {found.seconds:8.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
