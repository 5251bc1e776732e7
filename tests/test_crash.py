"""Killed anywhere, an archive stands, says what is unfinished, and the same command goes on."""

import itertools
import random
import resource
import shutil
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.commands import run
from tests.disk import NO_STRACE, STRACE, calls, losses, traced
from tests.faults import COMMANDS, Case, Scene, arguments, copied, judge, killed, make_case

_KILLS = 60  # of each command, in the full run


# The ordinary suite has the commands that a newsroom lives by.
_COMMANDS = [
    pytest.param(name, marks=() if name in ("index", "delete", "backup") else pytest.mark.full)
    for name in COMMANDS
]


@pytest.fixture(scope="module", params=_COMMANDS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(request.param, tmp_path_factory.mktemp(request.param.replace(" ", "-")))


def kill_at_moments(case: Case, tmp_path: Path, moments: Iterable[float]) -> int:
    """Kill a command at shares of the time that it takes; how often it was still at work."""
    scene = copied(case.scene, tmp_path / "scene")
    started = time.perf_counter()
    assert not killed(lambda: COMMANDS[case.command](scene))
    lasts_s = time.perf_counter() - started
    hit = 0
    for moment in moments:
        scene = copied(case.scene, tmp_path / "scene")
        was_killed = killed(lambda: COMMANDS[case.command](scene), moment * lasts_s)  # noqa: B023
        judge(case, scene, tmp_path / "scratch", acknowledged=not was_killed)
        hit += was_killed
    print(f"{case.command}: {hit} kills while it was at work")
    return hit


def test_killed_in_the_middle_it_goes_on(case: Case, tmp_path: Path) -> None:
    kill_at_moments(case, tmp_path, [0.6])


@pytest.mark.full
def test_killed_at_any_moment_it_goes_on(case: Case, tmp_path: Path) -> None:
    chosen = random.Random(7)
    moments = (chosen.uniform(0, 1.1) for _ in range(_KILLS))
    assert kill_at_moments(case, tmp_path, moments) > 0


def fill_disk(case: Case, tmp_path: Path, sizes_kb: Iterable[int]) -> None:
    """Run a command where no file may grow larger than so much."""
    for size_kb in sizes_kb:
        scene = copied(case.scene, tmp_path / "scene")
        limit = (size_kb << 10, size_kb << 10)
        ended = run(
            *arguments(case.command, scene),
            env={"PYTHONDONTWRITEBYTECODE": "1"},  # or half a module would stay behind
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),  # noqa: B023
        )
        assert ended.returncode in (0, 3), ended.stderr
        if ended.returncode:
            assert "space left" in ended.stderr
        judge(case, scene, tmp_path / "scratch", acknowledged=ended.returncode == 0)


def test_without_space_it_says_so_and_goes_on_when_there_is_some(
    case: Case, tmp_path: Path
) -> None:
    fill_disk(case, tmp_path, [32])


@pytest.mark.full
def test_without_space_at_any_point_it_goes_on(case: Case, tmp_path: Path) -> None:
    fill_disk(
        case, tmp_path, [1, 2, 4, 8, 12, 16, 24, 40, 56, 64, 80, 100, 128, 160, 200, 300, 500]
    )


# Within SQLite and our own writes, where strace sees them


@pytest.mark.full
@pytest.mark.skipif(STRACE is None, reason=NO_STRACE)
@pytest.mark.parametrize("call", ["fdatasync", "fsync", "rename", "unlink", "ftruncate"])
def test_killed_at_any_such_call_it_goes_on(case: Case, call: str, tmp_path: Path) -> None:
    for number in itertools.count(1):
        scene = copied(case.scene, tmp_path / "scene")
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
        code = traced(arguments(case.command, scene), tmp_path / "log", *inject)
        judge(case, scene, tmp_path / "scratch", acknowledged=code == 0)
        if code == 0:
            break
        assert code == -signal.SIGKILL
    print(f"{case.command}: {number - 1} kills at {call}")


def lose_power(case: Case, tmp_path: Path, samples: int) -> int:
    """Judge what a power loss may leave at any call of a command; returns in how many ways."""
    scene = copied(case.scene, tmp_path / "scene")
    seen = calls(arguments(case.command, scene), tmp_path / "log", tmp_path / "scene")
    scene = copied(case.scene, tmp_path / "scene")
    ways = 0
    for is_last, files in losses(tmp_path / "scene", seen, random.Random(7), samples):
        left = Scene(tmp_path / "left" / "archive", scene.news, tmp_path / "left" / "backups")
        shutil.rmtree(tmp_path / "left", ignore_errors=True)
        for name, content in files.items():
            path = Path(f"{tmp_path / 'left'}{name}")
            path.mkdir() if content is None else path.write_bytes(content)
        judge(case, left, tmp_path / "scratch", acknowledged=is_last)
        ways += 1
    print(f"{case.command}: {ways} power losses at {len(seen)} calls")
    return ways


@pytest.mark.full
@pytest.mark.skipif(STRACE is None, reason=NO_STRACE)
def test_after_a_power_loss_it_goes_on(case: Case, tmp_path: Path) -> None:
    assert lose_power(case, tmp_path, samples=60) > 10
