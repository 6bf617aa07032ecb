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
# Where `make soak`, which begins at world 0, found those that hide best: `make test` begins there. When worlds are
# drawn differently, others show them: then it takes longer, and these want an update.
HIDDEN = {
    "the_condition_on_available_is_off": 286,
    "the_expiry_check_is_off": 33,
    "orders_are_placed_over_each_other": 30,
    "counts_and_movements_overwrite_what_was_reserved_meanwhile": 36,
    "a_refusal_overwrites_what_was_reserved_meanwhile": 247,
    "a_movement_told_twice_counts_twice": 69,
    "a_count_wipes_out_what_was_handed_over_since": 47,
    "a_conflict_reads_as_sold_out": 102,
    "the_bus_loses_what_it_did_not_take": 26,
    "codes_can_be_tried_for_ever": 318,
    "a_message_counts_as_sent_before_it_is": 173,
    "a_choice_is_taken_after_its_time": 205,
}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        *(pytest.param(name, HIDDEN.get(name, 0), marks=pytest.mark.proof) for name in MUTANTS),
        *(pytest.param(name, 0, marks=pytest.mark.soak, id=f"{name}-from the first") for name in HIDDEN),
    ],
)
def test_the_bug_is_found(record_property: Figure, name: str, first: int) -> None:
    seeds = range(first, first + MOST_WORLDS)
    found = hunt(name, lambda seed: play(seed, MemoryDynamoDB()).faulty, seeds)
    assert found, name
    record_property(
        "figure",
        f"{name.replace('_', ' ')}: found in world {found.seed}, the {found.worlds}. "
        f"looked at: {found.what[:110]}",
    )


def test_the_same_worlds_are_right_without_a_bug() -> None:
    assert [play(seed, MemoryDynamoDB()).faulty for seed in range(12)] == [()] * 12
