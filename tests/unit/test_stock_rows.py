"""One shelf: what a refusal, a count and a movement make of it, and what may be sold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON

ROW = StockRow("tee", "senayan", on_hand=10, reserved=3, blocked=2, missing=1, version=7)


def test_available_is_what_nobody_was_promised_and_nothing_is_wrong_with() -> None:
    assert ROW.available == 5


@pytest.mark.parametrize(("floor", "sellable"), [(0, 5), (1, 4), (5, 0), (6, 0)])
def test_the_floor_is_never_offered(floor: int, sellable: int) -> None:
    assert ROW.sellable(floor) == sellable


def test_a_shortfall_is_seen_and_nothing_of_it_is_sold() -> None:
    short = StockRow("tee", "senayan", on_hand=1, reserved=3)

    assert short.available == -2
    assert short.sellable(0) == 0


def test_not_found_blocks_all_that_was_thought_available() -> None:
    # When one of three reserved units cannot be found
    row = ROW.refused(1, "not_found")

    # Then that unit and the five others are not believed in any more, and the two still promised are left alone
    assert (row.on_hand, row.reserved, row.blocked, row.missing) == (10, 2, 8, 7)
    assert row.available == 0
    assert row.version == 8


def test_not_found_in_a_shortfall_blocks_nothing() -> None:
    row = StockRow("tee", "senayan", on_hand=1, reserved=3).refused(1, "not_found")

    assert (row.reserved, row.blocked, row.available) == (2, 0, -1)


def test_damaged_blocks_what_is_damaged() -> None:
    row = ROW.refused(2, "damaged")

    assert (row.on_hand, row.reserved, row.blocked, row.missing) == (10, 1, 4, 1)
    assert row.available == ROW.available


@pytest.mark.parametrize("reason", ["no_time", "closing", "other"])
def test_a_reason_that_is_not_about_stock_gives_the_units_back(reason: str) -> None:
    row = ROW.refused(2, reason)  # type: ignore[arg-type]

    assert (row.on_hand, row.reserved, row.blocked, row.missing) == (10, 1, 2, 1)
    assert row.available == ROW.available + 2


def test_a_count_settles_what_was_missing_and_keeps_what_is_damaged() -> None:
    seen = MONDAY_NOON + timedelta(minutes=1)

    row = ROW.counted(4, seen)

    assert (row.on_hand, row.reserved, row.blocked, row.missing) == (4, 3, 1, 0)
    assert (row.available, row.observed_at, row.version) == (0, seen, 8)


@pytest.mark.parametrize(("change", "on_hand"), [(5, 15), (-4, 6), (-11, -1)])
def test_a_movement_changes_the_shelf_and_nothing_else(change: int, on_hand: int) -> None:
    row = ROW.moved(change)

    assert (row.on_hand, row.reserved, row.blocked, row.missing) == (on_hand, 3, 2, 1)
    assert row.version == 8


@pytest.mark.parametrize(
    "parts", [{"reserved": -1}, {"missing": -1}, {"blocked": 1, "missing": 2}, {"blocked": -1}]
)
def test_a_row_that_cannot_be_is_a_bug(parts: dict[str, int]) -> None:
    with pytest.raises(AssertionError):
        StockRow("tee", "senayan", 10, **parts)


def test_refusing_more_than_is_reserved_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        ROW.refused(4, "other")
