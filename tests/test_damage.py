"""Wherever a file of an archive is damaged, `check` tells; what is derived is built again."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.archive import FILE_NAME, open_archive, unpack
from index.check import Problem, check
from index.errors import ArchiveError
from index.pipeline import rebuild
from index.segments.commit import INDEX_FOLDER, last_commit
from tests.faults import COMMANDS, CONFIG, Case, answers, copied, make_case

Damage = Callable[[bytes, random.Random], bytes]


def flipped(content: bytes, chosen: random.Random) -> bytes:
    """One bit is another."""
    place = chosen.randrange(len(content))
    bit = bytes([content[place] ^ 1 << chosen.randrange(8)])
    return content[:place] + bit + content[place + 1 :]


def cut(content: bytes, chosen: random.Random) -> bytes:
    """The end is missing."""
    return content[: chosen.randrange(len(content))]


def zeroed(content: bytes, chosen: random.Random) -> bytes:
    """A sector is empty."""
    place = chosen.randrange(0, len(content), 512)
    return content[:place] + bytes(len(content[place : place + 512])) + content[place + 512 :]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case("backup", tmp_path_factory.mktemp("damage"))


def meaning(folder: Path) -> list[object]:
    """All that an archive says of articles. The times of indexing, and the notes of what was read
    from where, by which unchanged inputs are passed over, have no checksum.
    """
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        versions = "SELECT content, seq, article, content_hash, modified FROM version ORDER BY seq"
        return [
            *db.execute("SELECT * FROM article ORDER BY number"),
            *db.execute("SELECT * FROM deletion ORDER BY seq"),
            # Some bits of a packed content mean nothing.
            *((unpack(packed), *row) for packed, *row in db.execute(versions)),
        ]


def problems(folder: Path) -> list[Problem]:
    try:
        return check(folder, CONFIG).problems
    except ArchiveError as error:
        return [Problem("archive", str(error), "")]


def damage_all(case: Case, tmp_path: Path, damage: Damage, times: int) -> Counter[str]:
    """Damage each file that the last commit needs so many times, one at a time, and count what
    came of it.
    """
    counts: Counter[str] = Counter()
    chosen = random.Random(7)
    scene = copied(case.scene, tmp_path / "scene")
    commit = last_commit(scene.archive / INDEX_FOLDER)
    assert commit is not None
    files = [scene.archive / FILE_NAME]
    files += [scene.archive / INDEX_FOLDER / name for name in sorted(commit.files())]
    sound = meaning(scene.archive)
    for path in files:
        content = path.read_bytes()
        for _ in range(times):
            damaged = damage(content, chosen)
            if damaged == content:
                continue
            path.write_bytes(damaged)
            counts["injected"] += 1
            found = problems(scene.archive)
            if not found:
                counts["without effect"] += 1
                assert meaning(scene.archive) == sound
                assert answers(scene.archive) == case.before.answers
            elif path.name == FILE_NAME:
                counts["told of the archive"] += 1
                assert {problem.where for problem in found} >= {"archive"}
            else:
                counts["told of the index"] += 1
                assert {problem.where for problem in found} == {"index"}
                rebuild(scene.archive, CONFIG, jobs=1)
                assert problems(scene.archive) == []
                assert answers(scene.archive) == case.before.answers
                scene = copied(case.scene, tmp_path / "scene")
            path.write_bytes(content)
    print(damage.__name__, dict(counts))
    return counts


@pytest.mark.parametrize("damage", [flipped, cut, zeroed])
def test_damage_in_any_file_is_told(case: Case, tmp_path: Path, damage: Damage) -> None:
    counts = damage_all(case, tmp_path, damage, times=2)
    assert counts["told of the archive"] + counts["told of the index"] > 0


@pytest.mark.full
@pytest.mark.parametrize("damage", [flipped, cut, zeroed])
def test_damage_anywhere_in_any_file_is_told(case: Case, tmp_path: Path, damage: Damage) -> None:
    counts = damage_all(case, tmp_path, damage, times=60)
    assert counts["told of the archive"] > 5
    assert counts["told of the index"] > 60


def test_a_log_that_is_damaged_before_it_is_in_the_database_is_told(
    case: Case, tmp_path: Path
) -> None:
    """SQLite takes a damaged log for one that ends there; the index knows better."""
    scene = copied(case.scene, tmp_path / "scene")
    with open_archive(scene.archive):  # while it is read, the log stays
        COMMANDS["index"](scene)
        left = copied(scene, tmp_path / "left")
    log = left.archive / f"{FILE_NAME}-wal"
    log.write_bytes(flipped(log.read_bytes()[:4000], random.Random(7)) + log.read_bytes()[4000:])
    (left.archive / f"{FILE_NAME}-shm").unlink()
    (problem,) = problems(left.archive)
    assert problem.where == "archive"
    assert "are lost: the index knows of" in problem.what
