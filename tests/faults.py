"""Faults for tests, and the verdict after each: nothing acknowledged is lost, nothing lies.

Each command is run in peace first; the states before and after it are what is left by a fault is
held against.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

import search
from index.archive import FILE_NAME, open_archive
from index.backup import backup, backups, restore
from index.check import check
from index.config import Config
from index.errors import ArchiveError
from index.pipeline import delete, index_paths, optimize, rebuild, reindex, withdraw
from index.schema import KEYWORD_FIELDS

T = TypeVar("T")

CONFIG = Config()
_SUBJECTS = ("Menteri Rusia", "Gubernur Bali", "Presiden Jokowi", "Sergei Lavrov", "Nelayan Ambon")
_ACTS = ("membahas persenjataan", "meninjau banjir", "menanam padi", "mengirim bantuan")
_PLACES = ("di Venezuela", "di Jakarta", "bersama Nicolas Maduro", "di Jepang", "di Surabaya")
_QUESTIONS = ("", "banjir", "persenjataan rusia", '"menanam padi"', "lavrov", "bantuan jepang")
_DELETED = ("20", "21", "70")


class Scene(NamedTuple):
    """An archive, the input that it is to take in, and the folder of its backups."""

    archive: Path
    news: Path
    backups: Path


class State(NamedTuple):
    """What a scene holds: the content hash that each identity shows, what questions get, and how
    many backups there are.
    """

    versions: dict[str, str]
    answers: list[Any] | None
    backups: int


class Case(NamedTuple):
    """A command, the scene in which it begins, and the states before and after it."""

    command: str
    scene: Scene
    before: State
    after: State


def record(number: int, edition: int = 1) -> dict[str, Any]:
    """An article of our own making, the same each time for a number and edition."""
    chosen = random.Random(number * 100 + edition)
    sentences = [
        " ".join((chosen.choice(_SUBJECTS), chosen.choice(_ACTS), chosen.choice(_PLACES)))
        for _ in range(12)
    ]
    return {
        "id": str(number),
        "source": f"koran-{number % 3}",
        "title": sentences[0],
        "date": f"2021-0{1 + number % 9}-1{number % 7}",
        "body": ". ".join(sentences) + f". Kabar nomor{number} edisi{edition}.",
    }


def write_records(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Write articles as JSON Lines."""
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in records))


def _make_scene(folder: Path) -> Scene:
    """Seventy-three articles in three segments, with past versions; forty more to come."""
    scene = Scene(folder / "archive", folder.parent / "new.jsonl", folder / "backups")
    folder.mkdir(parents=True)
    runs = [
        [record(number) for number in range(60)],
        [record(number) for number in range(60, 75)],
        [record(number, edition=2) for number in range(5)],
    ]
    for number, records in enumerate(runs):
        path = folder.parent / f"{number}.jsonl"
        write_records(path, records)
        index_paths([str(path)], scene.archive, CONFIG, jobs=1)
    delete(scene.archive, [8, 9], CONFIG)
    news = [record(number, edition=3) for number in range(20)]
    write_records(scene.news, news + [record(number) for number in range(100, 120)])
    backup(scene.archive, scene.backups)
    return scene


# What is done to a scene


def _index(scene: Scene) -> None:
    index_paths([str(scene.news)], scene.archive, CONFIG, jobs=1)


def _delete(scene: Scene) -> None:
    with open_archive(scene.archive) as archive:
        numbers = [number for name in _DELETED for number in archive.find(name)]
    delete(scene.archive, numbers, CONFIG)


def _withdraw(scene: Scene) -> None:
    with open_archive(scene.archive) as archive:
        numbers = [number for name in _DELETED for number in archive.find(name)]
    withdraw(scene.archive, numbers, CONFIG, reason="putusan")


def _restore(scene: Scene) -> None:
    if not (scene.archive / FILE_NAME).exists():
        restore(scene.backups, scene.archive)
    rebuild(scene.archive, CONFIG, jobs=1)


COMMANDS: dict[str, Callable[[Scene], object]] = {
    "index": _index,
    "first index": _index,
    "delete": _delete,
    "withdraw": _withdraw,
    "optimize": lambda scene: optimize(scene.archive, CONFIG),
    "reindex": lambda scene: reindex(scene.archive, CONFIG, jobs=1),
    "backup": lambda scene: backup(scene.archive, scene.backups, keep=2),
    "restore": _restore,
}


def arguments(command: str, scene: Scene) -> list[str]:
    """The same as a command line."""
    words = {
        "index": ["index", str(scene.news), "--jobs", "1"],
        "first index": ["index", str(scene.news), "--jobs", "1"],
        "delete": ["delete", *_DELETED, "--yes"],
        "withdraw": ["withdraw", *_DELETED, "--reason", "putusan"],
        "optimize": ["optimize"],
        "reindex": ["reindex", "--jobs", "1"],
        "backup": ["backup", str(scene.backups), "--keep", "2"],
        "restore": ["restore", str(scene.backups)],
    }
    return [*words[command], "--archive", str(scene.archive)]


def make_case(command: str, folder: Path) -> Case:
    """Run a command in peace, in a copy of the scene in which it begins."""
    scene = _make_scene(folder / "scene")
    if command in ("first index", "restore"):
        shutil.rmtree(scene.archive)
    done = copied(scene, folder / "done")
    COMMANDS[command](done)
    return Case(command, scene, state(scene), state(done))


def copied(scene: Scene, folder: Path) -> Scene:
    """The scene in another folder, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(scene.archive.parent, folder)
    return Scene(folder / "archive", scene.news, folder / "backups")


# What is in it


def state(scene: Scene) -> State:
    """What is in a scene, without changing it."""
    return State(versions(scene.archive), answers(scene.archive), len(backups(scene.backups)))


def versions(folder: Path) -> dict[str, str]:
    """The content hash of the version that each article shows, by the article's identity."""
    try:
        with open_archive(folder) as archive:
            rows = archive.connection.execute(
                "SELECT identity, hex(content_hash) FROM article"
                " JOIN version ON version.seq = article.current"
            )
            return dict(rows.fetchall())
    except ArchiveError as error:
        return _nothing(error, {})


def answers(folder: Path, config: Config = CONFIG, *, scores: bool = False) -> list[Any] | None:
    """Hits, counts and every facet of some questions; None where there is no archive or index.

    Without scores, which count deleted documents until they are merged away, in no order.
    """
    facets = [search.Facet(field.name, limit=None) for field in KEYWORD_FIELDS]
    told: list[Any] = []
    try:
        engine = search.open(folder, config)
    except ArchiveError as error:
        return _nothing(error, None)
    with engine:
        for question in _QUESTIONS:
            match: search.Match = "most" if scores else "all"
            request = search.Request(question, match=match, limit=None, facets=facets)
            response = engine.search(request)
            hits = response.hits
            if not scores:
                plain = (msgspec.structs.replace(hit, score=0.0, snippet=None) for hit in hits)
                hits = sorted(plain, key=lambda hit: hit.id)
            told.append((response.total, hits, response.facets))
    return told


def _nothing(error: ArchiveError, value: T) -> T:
    """The value that stands for an archive that is missing; any other error is one."""
    if error.kind != "missing":
        raise error
    return value


def fresh_answers(folder: Path, scratch: Path) -> list[Any] | None:
    """The same, with scores, from an index that is built from nothing."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    shutil.copy(folder / FILE_NAME, scratch)
    rebuild(scratch, CONFIG, jobs=1)
    return answers(scratch, scores=True)


def judge(case: Case, scene: Scene, scratch: Path, *, acknowledged: bool = False) -> None:
    """Hold what a fault left against the states before and after the command; then go on.

    With `acknowledged` the command had said that it was done.
    """
    allowed = [case.after] if acknowledged else [case.before, case.after]
    # Readers first: they mend nothing.
    assert answers(scene.archive) in [one.answers for one in allowed]
    stored = versions(scene.archive)
    for identity in case.before.versions.keys() | case.after.versions.keys() | stored.keys():
        assert stored.get(identity) in [one.versions.get(identity) for one in allowed], identity
    if stored:
        problems = check(scene.archive, CONFIG).problems
        assert {problem.where for problem in problems} <= {"index"}, problems
        assert not (acknowledged and problems), problems
    for made in backups(scene.backups):
        shutil.rmtree(scratch, ignore_errors=True)
        restore(made, scratch)
    assert len(backups(scene.backups)) in [one.backups for one in allowed]
    COMMANDS[case.command](scene)
    assert state(scene) == case.after
    assert check(scene.archive, CONFIG).problems == []
    optimize(scene.archive, CONFIG)
    assert answers(scene.archive, scores=True) == fresh_answers(scene.archive, scratch)


def killed(action: Callable[[], object], after_s: float | None = None) -> bool:
    """Run an action in a process of its own and kill it after a while; whether it was still at it.

    Raises AssertionError where it fails by itself.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            action()
            code = 0
        finally:
            os._exit(code)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.WEXITSTATUS(status) == 0, "the command failed"
    return os.WIFSIGNALED(status)
