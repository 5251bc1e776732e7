"""The engines as processes: one that writes an index, and one that serves it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.peers import lucene
from benchmarks.peers.answers import Timed

# The module of each engine; that of Lucene builds a program with the arguments of worker.py.
ENGINES = {
    "ours": "ours",
    "tantivy": "tantivy_py",
    "lucene": "lucene",
    "fts5": "sqlite_fts5",
    "whoosh": "stock_whoosh",
}
_SECONDS = "seconds.txt"


def _command(engine: str, cache: Path) -> list[str]:
    if engine == "lucene":
        return lucene.command(cache, "Peer")
    return [sys.executable, "-m", "benchmarks.peers.worker", ENGINES[engine]]


class Written(NamedTuple):
    """What writing an index took, of it what no other engine does, and its size."""

    seconds: float
    apart_seconds: float
    megabytes: float


class Opening(NamedTuple):
    """What opening an index took, and the process's memory after all questions: all of it, and
    what is not a mapped file.
    """

    milliseconds: float
    resident_mb: float
    anonymous_mb: float


def write(engine: str, corpus: Path, folder: Path) -> Written:
    """Index a corpus in a process of its own, unless the folder holds its index already."""
    kept = folder / _SECONDS
    if not kept.exists():
        shutil.rmtree(folder, ignore_errors=True)  # of a run that failed
        folder.mkdir(parents=True)
        command = [*_command(engine, folder.parent), "write", str(corpus), str(folder)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        kept.write_text(output)
    files = [path for path in folder.rglob("*") if path.is_file()]
    seconds, apart = [*map(float, kept.read_text().split()), 0.0][:2]
    return Written(seconds, apart, sum(path.stat().st_size for path in files) / 1e6)


class Served:
    """An engine that waits for questions."""

    def __init__(self, engine: str, folder: Path, questions: Path) -> None:
        command = [*_command(engine, folder.parent), "serve", str(folder), str(questions)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._opened_ms = float(self._line())

    def ask(self, kind: str, *, total: bool = False) -> Timed:
        """Ask all questions of a class."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{kind} {'total' if total else 'time'}\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._line(), type=Timed)

    def opening(self) -> Opening:
        """Tell what opening took, and the memory in use now (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        kilobytes = {line.split()[0]: int(line.split()[1]) for line in status if " kB" in line}
        resident, anonymous = (kilobytes[name] / 1000 for name in ("VmRSS:", "RssAnon:"))
        return Opening(self._opened_ms, resident, anonymous)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()
