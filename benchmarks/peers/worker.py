"""A process of its own for each engine that is called from Python.

    python -m benchmarks.peers.worker ENGINE write CORPUS FOLDER
    python -m benchmarks.peers.worker ENGINE serve FOLDER QUESTIONS

`write` prints the seconds that it took, and those of them for what no other engine does. `serve`
prints the milliseconds that opening takes, then answers each line of its input, `CLASS time` or
`CLASS total` (with totals), with a line of JSON.
"""

import importlib
import statistics
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.peers.answers import timed
from benchmarks.queries import read_questions

_OPENINGS = 5


def main(engine: str, task: str, first: str, second: str) -> None:
    """Write an index, or serve it."""
    module = importlib.import_module(f"benchmarks.peers.{engine}")
    started = time.perf_counter()
    if task == "write":
        apart = module.write(Path(first), Path(second)) or 0.0
        print(time.perf_counter() - started, apart)
        return
    openings = []
    for _ in range(_OPENINGS):
        started = time.perf_counter()
        ask = module.reader(Path(first))
        openings.append(time.perf_counter() - started)
    print(statistics.median(openings) * 1000, flush=True)
    questions = read_questions(Path(second))
    for line in sys.stdin:
        kind, what = line.split()
        asked = [question for question in questions if question.kind == kind]
        result = timed(ask, asked, what == "total")
        print(msgspec.json.encode(result).decode(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
