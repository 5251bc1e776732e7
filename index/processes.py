"""Work spread over processes with the results in order, whatever the number of processes."""

import gc
import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from index.errors import CakapError

T = TypeVar("T")
R = TypeVar("R")

# Enough to keep every process busy while the oldest result is waited for.
_WAITING_PER_JOB = 4
# ProcessPoolExecutor takes no more there: Windows waits for at most 63 things at once.
_WINDOWS_JOBS = 61

# Tokens are millions of small tuples and make no cycles; looking for some at every 700 of them
# takes a fifth of the analysis.
_WORKER_GC_THRESHOLD = 50_000


def job_count(configured: int) -> int:
    """The number of processes that a configured number means: 0 is one for each core."""
    if not configured and hasattr(os, "sched_getaffinity"):
        configured = len(os.sched_getaffinity(0))  # what this process may use, not all there is
    jobs = configured or os.cpu_count() or 1
    return min(jobs, _WINDOWS_JOBS) if sys.platform == "win32" else jobs


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


class Workers:
    """Processes that work for one run; none is started before there are two items of work."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """`map(function, items)` by the processes, in order, holding few items at a time.

        A single item or a single job is done in this process: starting others costs more.
        """
        iterator = iter(items)
        first = list(itertools.islice(iterator, 2))
        everything = itertools.chain(first, iterator)
        if self._jobs == 1 or len(first) < 2:
            yield from map(function, everything)
            return
        if self._pool is None:
            # Forking a process that has threads (a progress bar) may deadlock; spawning may not.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._jobs, context, initializer=_start_worker)
        waiting: deque[Future[R]] = deque()
        try:
            for item in everything:
                waiting.append(self._pool.submit(function, item))
                if len(waiting) >= _WAITING_PER_JOB * self._jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise CakapError(
                "a worker process died: out of memory, or started by a script without "
                "`if __name__ == '__main__':` around its work; run again with --jobs 1 (jobs=1) "
                "to go on where this run stopped"
            ) from error
        finally:
            for future in waiting:
                future.cancel()


def ordered_map(function: Callable[[T], R], items: Iterable[T], jobs: int) -> Iterator[R]:
    """`map(function, items)` by `jobs` processes that end with it; see `Workers.map`."""
    with Workers(jobs) as workers:
        yield from workers.map(function, items)


def _start_worker() -> None:
    """In a worker: leave interrupts to the parent, and end when it was killed.

    A worker waits for work on a pipe that it holds open itself, so it would wait for ever.
    """
    gc.set_threshold(_WORKER_GC_THRESHOLD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
