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
from contextlib import contextmanager
from typing import TypeVar

from index.errors import CakapError
from index.messages import Lang, gettext, in_use, use

T = TypeVar("T")
R = TypeVar("R")

# Enough to keep every process busy while the oldest result is waited for.
_WAITING_PER_JOB = 3
# ProcessPoolExecutor takes no more there: Windows waits for at most 63 things at once.
_WINDOWS_JOBS = 61


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


def sized_batches(
    items: Iterable[T], count: int, size_of: Callable[[T], int], size: int
) -> Iterator[list[T]]:
    """The items in lists of at most `count`, each ended by the item with which it has `size`."""
    batch: list[T] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size_of(item)
        if len(batch) >= count or total >= size:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def ordered_map(function: Callable[[T], R], items: Iterable[T], jobs: int) -> Iterator[R]:
    """`map(function, items)` by `jobs` processes, holding few items at a time.

    A single item or a single job is done in this process: starting others costs more.
    """
    iterator = iter(items)
    first = list(itertools.islice(iterator, 2))
    everything = itertools.chain(first, iterator)
    if jobs == 1 or len(first) < 2:
        yield from map(function, everything)
        return
    # Forking a process that has threads (a progress bar) may deadlock; spawning may not.
    context = multiprocessing.get_context("spawn")
    begun_as = (in_use(), gc.get_threshold())
    with ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=begun_as) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for item in everything:
                with _without_interrupts():
                    waiting.append(pool.submit(function, item))
                if len(waiting) >= _WAITING_PER_JOB * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise CakapError(
                gettext(
                    "a worker process died: out of memory, or started by a script "
                    "without `if __name__ == '__main__':` around its work; run again "
                    "with --jobs 1 (jobs=1) to go on where this run stopped"
                )
            ) from error
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Have Ctrl-C wait; a process that is started meanwhile never gets it, not even before
    `_begin`.

    Blocked in this thread, a signal goes to another one, as numpy has, and Python still raises it
    here. A process half started then waits for work that nobody gives it, and this one for its end.
    """
    came: list[int] = []
    is_main = threading.current_thread() is threading.main_thread()
    if is_main:
        handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    if sys.platform != "win32":
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if is_main:
            signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _begin(language: Lang, garbage_thresholds: tuple[int, int, int]) -> None:
    """In a worker: speak the parent's language and look for garbage as seldom, leave interrupts to
    it, end when it was killed.

    A worker waits for work on a pipe that it holds open itself, so it would wait for ever.
    """
    use(language)
    gc.set_threshold(*garbage_thresholds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
