"""A movement's id is its identity: told again it is the same movement, whatever else the message says."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.stock import movement_items
from fulfillment.domain.stock import StockMovement
from tests.support.builders import MONDAY_NOON, a_location, a_product, order_body, stock
from tests.support.world import World

NOON = MONDAY_NOON.isoformat()


@pytest.fixture
def shop(world: World) -> World:
    """Two stores that are said to have ten tees."""
    world.given(a_product("tee", barcodes=()), a_product("cap", barcodes=()))
    world.given(
        a_location("senayan"), a_location("kota"), stock("senayan", tee=10, cap=10), stock("kota", tee=10)
    )
    return world


def a_sale(**more: Any) -> dict[str, Any]:
    """Two tees were sold at noon."""
    told = {"type": "movement", "movement_id": "till-1", "sku": "tee", "location_id": "senayan"}
    return told | {"kind": "sale", "change": -2, "at": NOON} | more


def reasons(shop: World) -> list[str]:
    """Codes of what was parked."""
    return [reason.partition(":")[0] for reason in shop.parked("StockFeedDeadLetters")]


CONTRADICTIONS: dict[str, dict[str, Any]] = {
    "another moment": {"at": "2026-11-23T11:59:59+07:00"},
    "another number": {"change": -3},
    "another kind": {"kind": "adjustment"},
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_movement_told_again_otherwise_is_parked_and_counts_once(shop: World, name: str) -> None:
    # Given
    shop.deliver("stock_feed", a_sale())
    before = shop.everything()

    # When
    assert shop.deliver("stock_feed", a_sale(**CONTRADICTIONS[name])) == []

    # Then
    assert shop.everything() == before
    assert shop.stock("tee", "senayan").on_hand == 8
    assert reasons(shop) == ["contradicting_movement"]


def test_the_same_moment_in_another_zone_is_the_same_movement(shop: World) -> None:
    shop.deliver("stock_feed", a_sale(at="2026-11-23T12:00:00+07:00"), a_sale(at="2026-11-23T05:00:00.000Z"))

    assert shop.stock("tee", "senayan").on_hand == 8
    assert reasons(shop) == []


def test_an_id_belongs_to_its_shelf(shop: World) -> None:
    """One receipt of a till sells a tee and a cap; two stores count their receipts from one."""
    shop.deliver("stock_feed", a_sale(), a_sale(sku="cap"), a_sale(location_id="kota"))

    assert shop.stock("tee", "senayan").on_hand == 8
    assert shop.stock("cap", "senayan").on_hand == 8
    assert shop.stock("tee", "kota").on_hand == 8


def test_a_movement_that_a_count_had_seen_is_remembered_too(shop: World) -> None:
    # Given a sale that a later count had seen already
    shop.deliver("stock_feed", {**a_count(7), "observed_at": "2026-11-23T12:01:00+07:00"}, a_sale())

    # When it is told again, as if it came after the count
    shop.deliver("stock_feed", a_sale(at="2026-11-23T12:02:00+07:00"))

    # Then
    assert shop.stock("tee", "senayan").on_hand == 7
    assert reasons(shop) == ["contradicting_movement"]


def a_count(on_hand: int) -> dict[str, Any]:
    return {"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": on_hand, "observed_at": NOON}


def test_what_moved_since_a_count_is_summed_without_the_rows_of_ids(shop: World) -> None:
    """The row of an id lies beside the movements: a count that comes late must not take it for another one."""
    # Given a movement with an id that looks like a moment, and one that looks like the row of an id
    shop.deliver("stock_feed", a_sale(movement_id="2026-11-23T09:00:00.000000Z#x"))
    shop.deliver("stock_feed", a_sale(movement_id="ID#till-1", change=-1))

    # When
    shop.deliver("stock_feed", {**a_count(10), "observed_at": "2026-11-23T11:00:00+07:00"})

    # Then
    assert shop.stock("tee", "senayan").on_hand == 7
    assert len(shop.movements("tee", "senayan")) == 3


def test_a_movement_recorded_before_ids_had_rows_is_known_when_it_is_told_again(shop: World) -> None:
    # Given a record as it was written then
    told = StockMovement("till-1", "tee", "senayan", "sale", MONDAY_NOON, change=-2)
    aws.dynamodb().put_item(TableName="StockMovements", Item=movement_items([told])[0])

    # When
    assert shop.deliver("stock_feed", a_sale(), a_sale(change=-9)) == []

    # Then
    assert shop.stock("tee", "senayan").on_hand == 10
    assert reasons(shop) == ["contradicting_movement"]


def test_a_movement_told_twice_at_once_counts_once(shop: World) -> None:
    shop.between(lambda: shop.deliver("stock_feed", a_sale()))

    assert shop.deliver("stock_feed", a_sale()) == []

    assert shop.stock("tee", "senayan").on_hand == 8
    assert reasons(shop) == []


def test_a_movement_that_meets_an_order_stands_beside_it(shop: World) -> None:
    shop.between(lambda: shop.order(order_body()))

    assert shop.deliver("stock_feed", a_sale()) == []

    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (8, 1, 7)


def test_a_movement_that_meets_a_count_which_saw_it_changes_nothing(shop: World) -> None:
    shop.between(lambda: shop.deliver("stock_feed", a_count(7)))

    assert shop.deliver("stock_feed", a_sale()) == []

    assert shop.stock("tee", "senayan").on_hand == 7


def test_a_sale_of_the_last_that_meets_an_order_of_it_is_a_shortfall(shop: World) -> None:
    # Given an order of all ten while a sale of two is told
    ten = [{"line_id": "1", "sku": "tee", "quantity": 10}]
    shop.between(lambda: shop.order(order_body(lines=ten)))

    # When
    assert shop.deliver("stock_feed", a_sale()) == []

    # Then
    assert shop.stock("tee", "senayan").available == -2
    assert "StockShortfall" in [event["type"] for event in shop.told_on_the_bus()]


def test_what_is_older_than_any_record_of_it_is_parked(shop: World) -> None:
    """After 90 days nobody knows any more whether a movement was told before, nor what moved after a count."""
    # Given messages of a till that was offline since summer, and of one that was for 60 days
    shop.deliver(
        "stock_feed",
        a_sale(at="2026-09-24T11:59:59+07:00"),
        {**a_count(3), "observed_at": "2026-07-01T00:00:00Z"},
    )
    shop.deliver("stock_feed", a_sale(at="2026-09-24T12:00:00+07:00"))

    assert shop.stock("tee", "senayan").on_hand == 8
    assert reasons(shop) == ["too_old", "too_old"]


def test_a_movement_costs_one_transaction(shop: World) -> None:
    shop.deliver("stock_feed", a_sale())

    assert shop.calls(lambda: shop.deliver("stock_feed", a_sale(movement_id="till-2"))) == [
        "TransactWriteItems"
    ]
