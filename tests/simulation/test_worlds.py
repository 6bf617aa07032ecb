"""Nothing is lost and nothing doubled, in any of thousands of worlds in which everything goes wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation.__main__ import main
from tests.simulation.worlds import faults_of, play, summed_up

Figure = Callable[[str, Any], None]  # pytest's record_property
SEEDS = 1_500  # in `make test`
CHUNK = 150
NIGHTLY = 20_000  # in `make soak`, others than those
NIGHTLY_CHUNK = 2_500


@pytest.mark.proof
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_every_world_adds_up(record_property: Figure, first: int) -> None:
    _all_add_up(range(first, first + CHUNK), record_property)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(SEEDS, SEEDS + NIGHTLY, NIGHTLY_CHUNK))
def test_every_world_of_the_night_adds_up(record_property: Figure, first: int) -> None:
    _all_add_up(range(first, first + NIGHTLY_CHUNK), record_property)


def test_a_world_is_the_same_every_time() -> None:
    once, again = (play(7, MemoryDynamoDB(), keep_trace=True) for _ in range(2))
    assert once == again
    assert len(once.trace) > 20
    assert play(8, MemoryDynamoDB()).hash != once.hash


def test_the_story_of_a_world_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["python -m tests.simulation", "7"])
    assert main() == 0
    told = capsys.readouterr().out
    assert "seed 7, trace " in told
    assert " transact_write_items " in told


def _all_add_up(seeds: Iterable[int], record_property: Figure) -> None:
    begun = time.perf_counter()
    worlds = [play(seed, MemoryDynamoDB()) for seed in seeds]
    record_property("figure", summed_up(worlds, time.perf_counter() - begun))
    wrong = {f"python -m tests.simulation {world.seed}": world.faulty for world in worlds if world.faulty}
    assert not wrong, wrong
    # And they were worth looking at: most orders found something, and all kinds of faults were there
    assert sum(world.orders for world in worlds) > len(worlds)
    assert len(faults_of(worlds)) == 8
