"""A simulation that was never seen to fail shows nothing: every planted bug is found by some world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation.mutants import MUTANTS, hunt
from tests.simulation.worlds import play

Figure = Callable[[str, Any], None]  # pytest's record_property
MOST_WORLDS = 400


@pytest.mark.proof
@pytest.mark.parametrize("name", MUTANTS)
def test_the_bug_is_found(record_property: Figure, name: str) -> None:
    found = hunt(name, lambda seed: play(seed, MemoryDynamoDB()).faulty, MOST_WORLDS)
    assert found, name
    record_property("figure", f"{name.replace('_', ' ')}: found in world {found.worlds}: {found.what[:110]}")


def test_the_same_worlds_are_right_without_a_bug() -> None:
    assert [play(seed, MemoryDynamoDB()).faulty for seed in range(12)] == [()] * 12
