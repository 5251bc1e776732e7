"""Killed anywhere, an archive stands, says what is unfinished, and the same command goes on."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import COMMANDS, Case, copied, judge, killed, make_case

_KILLS = 60  # of each command, in the full run


@pytest.fixture(scope="module", params=COMMANDS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(request.param, tmp_path_factory.mktemp(request.param.replace(" ", "-")))


def kill_at_moments(case: Case, tmp_path: Path, moments: Iterator[float]) -> int:
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
    kill_at_moments(case, tmp_path, iter([0.6]))


@pytest.mark.full
def test_killed_at_any_moment_it_goes_on(case: Case, tmp_path: Path) -> None:
    chosen = random.Random(7)
    moments = (chosen.uniform(0, 1.1) for _ in range(_KILLS))
    assert kill_at_moments(case, tmp_path, moments) > 0
