"""What is a difference, why, and what would put it right: on values alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.domain.reconciliation import (
    Compared,
    Correction,
    Kept,
    shelf,
    shelf_correction,
    shelf_difference,
    window_correction,
    window_difference,
)

TEE = ("tee", "senayan")
NOON = ("senayan#pickup", "2026-11-23T12")
parts = st.integers(-5, 20)


def a_shelf(on_hand: int, reserved: int, blocked: int, missing: int, available: int) -> Kept:
    return Kept(TEE, 4, (on_hand, reserved, blocked, missing, available))


@pytest.mark.parametrize(
    ("row", "held", "causes"),
    [
        (a_shelf(9, 2, 3, 1, 4), 2, None),
        (a_shelf(0, 2, 0, 0, -2), 2, None),  # a shortfall that a count made is no fault of the books
        (a_shelf(-1, 0, 0, 0, -1), 0, None),  # more sold at the till than anybody counted
        (a_shelf(9, 3, 0, 0, 6), 2, ("leaked",)),
        (a_shelf(9, 1, 0, 0, 8), 2, ("unbacked",)),
        (a_shelf(9, 2, 0, 0, 8), 2, ("wrong_available",)),
        (a_shelf(9, 3, 0, 0, 7), 2, ("leaked", "wrong_available")),
        (a_shelf(9, 2, 1, 2, 6), 2, ("impossible_parts",)),
        (a_shelf(9, 2, 1, -1, 6), 2, ("impossible_parts",)),
        (a_shelf(9, 2, -1, 0, 8), 2, ("impossible_parts",)),
        (a_shelf(9, -1, 0, 0, 10), 0, ("unbacked", "impossible_parts")),
        (None, 0, None),
        (None, 2, ("row_missing",)),
        (Kept(TEE, -1, None), 2, ("unreadable",)),
    ],
)
def test_a_shelf_differs_from_its_work_for_these_causes(
    row: Kept | None, held: int, causes: tuple[str, ...] | None
) -> None:
    found = shelf_difference(Compared(TEE, row, held))

    assert (found.causes if found else None) == causes


@pytest.mark.parametrize(
    ("row", "tasks", "causes"),
    [
        (Kept(NOON, 1, (2,)), 2, None),
        (Kept(NOON, 1, (0,)), 0, None),
        (Kept(NOON, 1, (3,)), 2, ("leaked",)),
        (Kept(NOON, 1, (1,)), 2, ("unbacked",)),
        (Kept(NOON, -1, None), 2, ("unreadable",)),
        (None, 2, None),  # past its time, and swept away
    ],
)
def test_a_window_differs_from_its_tasks_for_these_causes(
    row: Kept | None, tasks: int, causes: tuple[str, ...] | None
) -> None:
    found = window_difference(Compared(NOON, row, tasks))

    assert (found.causes if found else None) == causes


@pytest.mark.parametrize(
    ("row", "held", "correction"),
    [
        (a_shelf(9, 3, 0, 0, 6), 2, {"reserved": -1, "available": 1}),
        (a_shelf(9, 1, 0, 0, 8), 2, {"reserved": 1, "available": -1}),
        (a_shelf(9, 2, 0, 0, 8), 2, {"available": -1}),
        (a_shelf(9, 3, 0, 0, 7), 2, {"reserved": -1}),
        (a_shelf(9, 2, 1, 2, 6), 2, {"missing": -1}),
        (a_shelf(9, 2, -1, 0, 8), 2, {"blocked": 1, "available": -1}),
    ],
)
def test_a_correction_changes_no_more_than_is_wrong(row: Kept, held: int, correction: dict[str, int]) -> None:
    found = shelf_difference(Compared(TEE, row, held))

    assert found
    assert shelf_correction(found) == Correction(TEE, row, **correction)


def test_a_row_that_is_gone_comes_back_short_of_what_was_promised() -> None:
    found = shelf_difference(Compared(TEE, None, 3))

    assert found
    correction = shelf_correction(found)
    assert correction == Correction(TEE, None, reserved=3, available=-3)
    assert correction.leaves_available == -3


def test_nobody_corrects_what_nobody_can_read() -> None:
    torn = shelf_difference(Compared(TEE, Kept(TEE, -1, None), 3))
    window = window_difference(Compared(NOON, Kept(NOON, -1, None), 3))

    assert torn
    assert window
    assert shelf_correction(torn) is None
    assert window_correction(window) is None


@given(parts, parts, parts, parts, parts, st.integers(0, 20))
def test_whatever_a_shelf_says_its_correction_leaves_nothing_wrong(
    on_hand: int, reserved: int, blocked: int, missing: int, available: int, held: int
) -> None:
    # Given any row
    row = a_shelf(on_hand, reserved, blocked, missing, available)
    found = shelf_difference(Compared(TEE, row, held))
    changes = (shelf_correction(found) if found else None) or Correction(TEE, row)

    # When its correction is carried out
    after = a_shelf(
        on_hand,
        reserved + changes.reserved,
        blocked + changes.blocked,
        missing + changes.missing,
        available + changes.available,
    )

    # Then nothing is wrong, what is on hand is as it was, and it is known what is available
    assert shelf_difference(Compared(TEE, after, held)) is None
    right = shelf(after)
    assert right
    assert right.available == changes.leaves_available


@given(st.integers(-5, 20), st.integers(0, 20))
def test_whatever_a_window_says_its_correction_leaves_nothing_wrong(used: int, tasks: int) -> None:
    found = window_difference(Compared(NOON, Kept(NOON, 3, (used,)), tasks))

    change = (window_correction(found) if found else None) or Correction(NOON, None)
    assert window_difference(Compared(NOON, Kept(NOON, 4, (used + change.used,)), tasks)) is None
