"""Stock rows and what moved: every method, on moto and on AWS's own engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.chain import DynamoDBChainWriter
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.application.ports import COUNT_ID, RecordedBefore, Stale
from fulfillment.domain.events import Event
from fulfillment.domain.stock import StockMovement, StockRow
from tests.support import dynamodb_local
from tests.support.builders import MONDAY_NOON, stock
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)


def tables() -> Tables:
    return settings.read().tables


def shelves() -> DynamoDBStockRepository:
    return DynamoDBStockRepository(aws.dynamodb(), tables())


def a_movement(movement_id: str = "m1", **more: Any) -> StockMovement:
    """Two tees came to senayan."""
    usual = StockMovement(movement_id, "tee", "senayan", "receipt", MONDAY_NOON, change=2)
    return replace(usual, **more)


def test_rows_are_found_where_they_are_and_missing_where_they_are_not(world: World) -> None:
    # Given more rows than one batch takes
    world.given([stock(f"store{n}", tee=n) for n in range(120)])

    # When they are asked for, with some that are not there and one twice
    asked = [("tee", f"store{n}") for n in (*range(125), 3)]
    found = shelves().rows(asked)

    # Then those that are there come
    assert len(found) == 120
    assert found["tee", "store7"].on_hand == 7
    assert shelves().rows([]) == {}
    assert shelves().row("tee", "store7") == found["tee", "store7"]
    assert shelves().row("tee", "nowhere") is None


def test_a_sku_is_found_everywhere_page_after_page(world: World) -> None:
    # Given a SKU at more locations than a page of 1 MB holds rows
    sku = "x" * 1000  # an index takes no longer one
    world.given(StockRow(sku, "y" * 1000 + f"{n:04d}", 1) for n in range(540))
    world.given(stock("senayan", cap=1))

    # Then all its rows come
    assert len(shelves().everywhere(sku)) == 540


def test_a_row_is_written_with_its_record_and_its_event(world: World) -> None:
    # When a shelf gets its first row, which is short
    row = StockRow("tee", "senayan", on_hand=-1, observed_at=MONDAY_NOON, version=1)
    told = Event("m1.1", "StockShortfall", MONDAY_NOON, "STOCK#senayan#tee", {"missing": 1})
    shelves().write(None, row, a_movement(change=-1), told)

    # Then row, record and event are there
    assert shelves().row("tee", "senayan") == row
    assert world.movements("tee", "senayan") == [a_movement(change=-1)]
    assert world.events("STOCK#senayan#tee") == ["StockShortfall"]


def test_what_was_told_before_is_said_whoever_changed_the_row(world: World) -> None:
    # Given a movement and a count
    row = StockRow("tee", "senayan", 2, version=1)
    count = a_movement(COUNT_ID, kind="count", change=0, on_hand=2)
    shelves().write(None, row, a_movement(), None)
    shelves().write(row, row.counted(2, MONDAY_NOON), count, None)

    # When they are told again, the movement at another moment, by somebody who saw the row long ago
    later = a_movement(at=MONDAY_NOON + timedelta(microseconds=1))
    with pytest.raises(RecordedBefore) as movement_again:
        shelves().write(row, row.moved(2), later, None)
    with pytest.raises(RecordedBefore) as count_again:
        shelves().write(row, row.counted(3, MONDAY_NOON), count, None)

    # Then
    assert (movement_again.value.movement, count_again.value.movement) == (a_movement(), count)
    assert shelves().count_at("tee", "senayan", MONDAY_NOON) == count
    assert shelves().count_at("tee", "senayan", MONDAY_NOON + timedelta(microseconds=1)) is None


def test_a_row_that_changed_meanwhile_is_not_overwritten(world: World) -> None:
    # Given a row that two have read
    (read,) = stock("senayan", tee=3)
    world.given(read)
    shelves().write(read, read.moved(2), a_movement("m1"), None)

    # When the other writes, or one who saw no row, then nothing is written
    with pytest.raises(Stale):
        shelves().write(read, read.moved(1), a_movement("m2", change=1), None)
    with pytest.raises(Stale):
        shelves().write(None, replace(read, on_hand=1), a_movement("m3", change=1), None)
    assert world.stock("tee", "senayan") == replace(read, on_hand=5, version=2)
    assert len(world.movements("tee", "senayan")) == 1


def test_a_movement_is_recorded_once(world: World) -> None:
    # Given a movement that was told
    (read,) = stock("senayan", tee=3)
    world.given(read)
    after = read.moved(2)
    shelves().write(read, after, a_movement(), None)

    # When it is told again on the row as it is now
    with pytest.raises(RecordedBefore):
        shelves().write(after, after.moved(2), a_movement(), None)
    with pytest.raises(RecordedBefore):
        shelves().move(a_movement())

    # Then it counts once
    assert world.stock("tee", "senayan").on_hand == 5


def test_what_a_unit_is_worth_and_may_be_promised_is_kept_by_every_write(world: World) -> None:
    # Given a shelf that says both
    row = StockRow(
        "tee",
        "senayan",
        5,
        observed_at=MONDAY_NOON,
        version=1,
        unit_value=Decimal("1500.50"),
        backorderable=True,
    )
    shelves().write(None, row, a_movement(change=5), None)
    assert shelves().row("tee", "senayan") == row

    # When it is counted and units move
    counted = row.counted(7, MONDAY_NOON)
    shelves().write(row, counted, a_movement("m2", kind="count", on_hand=7, change=0), None)
    moved = counted.moved(-1)
    shelves().write(counted, moved, a_movement("m3", kind="sale", change=-1), None)

    # Then both are still said, whichever way the row is read
    assert shelves().rows([("tee", "senayan")]) == {("tee", "senayan"): moved}
    assert list(shelves().everywhere("tee")) == [moved]
    assert (moved.unit_value, moved.backorderable) == (Decimal("1500.50"), True)


def test_opening_stock_says_what_a_unit_is_worth_once(world: World) -> None:
    # Given a shelf that is open, and one that is not
    world.given(stock("senayan", tee=3))
    opening = [
        StockRow("tee", location_id, 5, version=1, unit_value=Decimal(90000), backorderable=True)
        for location_id in ("senayan", "kota")
    ]

    # When both are loaded
    DynamoDBChainWriter(aws.dynamodb(), tables()).open_stock(opening)

    # Then the first is left alone in this, too
    assert world.stock("tee", "senayan") == stock("senayan", tee=3)[0]
    assert world.stock("tee", "kota") == opening[1]


def test_movements_are_read_from_after_a_moment_on_and_oldest_first(world: World) -> None:
    # Given movements around a moment, and one of another shelf
    tick = timedelta(microseconds=1)
    moments = {"later": MONDAY_NOON + tick, "before": MONDAY_NOON - tick, "then": MONDAY_NOON}
    row = StockRow("tee", "senayan", 9, version=1)
    world.given(row)
    for name, at in moments.items():
        row = row.moved(1)
        shelves().write(replace(row, version=row.version - 1), row, a_movement(name, at=at), None)
    other = a_movement("other", location_id="kota", at=moments["later"])
    shelves().write(None, StockRow("tee", "kota", 1, version=1), other, None)

    # Then only what is later comes
    assert [m.movement_id for m in shelves().movements_since("tee", "senayan", MONDAY_NOON)] == ["later"]
    since = shelves().movements_since("tee", "senayan", MONDAY_NOON - 2 * tick)
    assert [m.movement_id for m in since] == ["before", "then", "later"]


def test_a_movement_changes_the_row_as_it_stands(world: World) -> None:
    # Given a row that was counted just before
    row = StockRow(
        "tee", "senayan", 5, reserved=3, observed_at=MONDAY_NOON - timedelta(microseconds=1), version=4
    )
    world.given(row)

    # When
    shelves().move(a_movement("m1", change=-2))
    shelves().move(a_movement("m2", change=1))

    # Then
    assert world.stock("tee", "senayan") == replace(row, on_hand=4, version=6)
    assert [m.movement_id for m in world.movements("tee", "senayan")] == ["m1", "m2"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param([], id="there is no row"),
        pytest.param([StockRow("tee", "senayan", 5, observed_at=MONDAY_NOON)], id="a count has seen it"),
        pytest.param([StockRow("tee", "senayan", 3, reserved=2)], id="it would come out short"),
        pytest.param([StockRow("tee", "senayan", 3, reserved=9)], id="it is short"),
    ],
)
def test_a_row_that_must_be_looked_at_is_not_moved(world: World, row: list[StockRow]) -> None:
    world.given(row)
    before = world.everything()

    with pytest.raises(Stale):
        shelves().move(a_movement(change=-2))

    assert world.everything() == before
