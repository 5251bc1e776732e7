"""Readers beside a writer: every answer is that of one commit, and none is an error."""

import multiprocessing
import random
import statistics
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

import search
from index.archive import open_archive
from index.backup import backup
from index.check import check
from index.config import Config
from index.pipeline import index_paths, optimize, reindex
from tests.faults import record, write_records

_ARTICLES = 200


def edition(folder: Path, number: int) -> str:
    """Every article anew: all say which edition they are, in title, text and category."""
    path = folder / "all.jsonl"
    records = [
        {**record(one, number), "title": f"Edisi{number}", "category": f"Edisi{number}"}
        for one in range(_ARTICLES)
    ]
    write_records(path, records)
    return str(path)


def read(archive: Path, stop: Event, told: "multiprocessing.Queue[object]") -> None:
    """In a process: ask until told to stop; every answer is checked, the times are told."""
    try:
        told.put(_times_s(archive, stop))
    except BaseException as error:
        told.put(repr(error))
        raise


def _times_s(archive: Path, stop: Event) -> list[float]:
    chosen = random.Random(7)
    times_s = []
    last = 0
    facets = [search.Facet("category", limit=None), search.Facet("source", limit=None)]
    while not stop.is_set():
        started = time.perf_counter()
        with search.open(archive) as engine:
            for _ in range(3):  # one engine stays with one commit, whatever is written
                question = chosen.choice(["", "kabar", "banjir OR padi OR persenjataan OR bantuan"])
                response = engine.search(
                    search.Request(question, match="all", limit=20, facets=facets)
                )
                times_s.append(time.perf_counter() - started)
                (category,) = response.facets["category"].values
                number = int(category.value.removeprefix("Edisi"))
                assert number >= last, "an older commit than before"
                last = number
                assert response.archive.articles == _ARTICLES
                assert response.total == category.count
                assert sum(one.count for one in response.facets["source"].values) == response.total
                assert {hit.title for hit in response.hits} == {f"Edisi{number}"}
                if question == "kabar":
                    assert response.total == _ARTICLES
                started = time.perf_counter()
    return times_s


def observed(folder: Path, count: int, seconds: float, *, writing: bool) -> list[float]:
    """Let so many readers ask for a while, beside a writer or alone; how long each answer took."""
    archive = folder / "archive"
    index_paths([edition(folder, 1)], archive, Config(), jobs=1)
    context = multiprocessing.get_context("spawn")
    stop, told = context.Event(), context.Queue()
    readers = [context.Process(target=read, args=(archive, stop, told)) for _ in range(count)]
    for reader in readers:
        reader.start()
    ends = time.monotonic() + seconds
    number = 1
    while time.monotonic() < ends:
        if writing:
            number += 1
            index_paths([edition(folder, number)], archive, Config(), jobs=1)
            if number % 5 == 0:
                optimize(archive, Config())
            if number % 7 == 0:
                reindex(archive, Config(), jobs=1)
        else:
            time.sleep(0.1)
    stop.set()
    results = [told.get() for _ in readers]
    for reader in readers:
        reader.join()
    assert all(isinstance(one, list) for one in results), results
    times_s = [one for times_s in results for one in times_s]
    p50, p95 = (statistics.quantiles(times_s, n=20)[place] * 1000 for place in (9, 18))
    print(f"{number} editions, {len(times_s)} answers: median {p50:.1f} ms, 95 % in {p95:.1f} ms")
    return times_s


def test_every_answer_is_of_one_commit(tmp_path: Path) -> None:
    assert observed(tmp_path, 2, 6, writing=True)


def write(folder: Path, stop: Event) -> None:
    """In a process: write one edition after another."""
    number = 1
    while not stop.is_set():
        number += 1
        index_paths([edition(folder, number)], folder / "archive", Config(), jobs=1)


def test_beside_a_writer_backups_are_of_one_commit_and_check_sees_no_damage(
    tmp_path: Path,
) -> None:
    archive = tmp_path / "archive"
    index_paths([edition(tmp_path, 1)], archive, Config(), jobs=1)
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    writer = context.Process(target=write, args=(tmp_path, stop))
    writer.start()
    seen = []
    while len(set(seen)) < 3 and writer.is_alive():
        copy, manifest = backup(archive, tmp_path / "backups", keep=1)
        assert manifest.articles == _ARTICLES
        with open_archive(copy) as copied:
            shown = [copied.current(number) for number, _ in copied.version_numbers()]
            (category,) = {one.content.article.category for one in shown if one is not None}
        seen.append(category)
        for problem in check(archive, Config()).problems:
            assert "a run is at work" in problem.what
    stop.set()
    writer.join()
    assert writer.exitcode == 0
    assert len(set(seen)) == 3


@pytest.mark.full
def test_every_answer_is_of_one_commit_for_minutes(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    assert observed(tmp_path / "alone", 8, 60, writing=False)
    assert observed(tmp_path, 8, 180, writing=True)
