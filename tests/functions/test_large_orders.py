"""Orders of as many SKUs as an order may have: whatever is accepted can be handed over, refused and let go."""

from __future__ import annotations

import re

import pytest

from fulfillment.domain.basket import MAX_LINES
from tests.support.builders import (
    MONDAY_NOON,
    PENDING_CARD,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World

SKUS = [f"sku{n}" for n in range(MAX_LINES)]
EVERYTHING = order_lines(**dict.fromkeys(SKUS, 1))


@pytest.fixture
def shop(world: World) -> World:
    """Five of each SKU."""
    world.given(a_product(sku) for sku in SKUS)
    world.given(a_location("senayan"), stock("senayan", **dict.fromkeys(SKUS, 5)))
    return world


def parts(shop: World) -> set[tuple[int, int, int, int]]:
    """On hand, reserved, blocked and available: the same of every SKU, hopefully."""
    rows = [shop.stock(sku, "senayan") for sku in SKUS]
    return {(row.on_hand, row.reserved, row.blocked, row.available) for row in rows}


def ready(shop: World) -> str:
    """Put the pickup aside; the code that the customer got."""
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    told = " ".join(message["text"] for message in shop.heard("CustomerTopic"))
    (code,) = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", told)
    return str(code)


def test_a_large_pickup_is_handed_over_and_a_late_count_knows_it(shop: World) -> None:
    # Given
    shop.order(order_body(lines=EVERYTHING))
    code = ready(shop)
    shop.clock.forward(minutes=30)

    # When
    collected = shop.on_task("senayan", "A-1~1", "collect", {"code": code})

    # Then
    assert (collected.status, shop.get_order("A-1").body["status"]) == (200, "fulfilled")
    assert parts(shop) == {(4, 0, 0, 4)}
    assert {(m.kind, m.change) for sku in SKUS for m in shop.movements(sku, "senayan")} == {("handover", -1)}

    # And a count from before it counts these units as gone
    shop.deliver(
        "stock_feed",
        {
            "type": "count",
            "sku": SKUS[7],
            "location_id": "senayan",
            "on_hand": 9,
            "observed_at": MONDAY_NOON.isoformat(),
        },
    )
    assert shop.stock(SKUS[7], "senayan").on_hand == 8


def test_two_shelves_that_moved_together_are_one_record_and_each_count_knows_its_own(shop: World) -> None:
    # Given two SKUs that left together
    shop.order(delivery_body(lines=order_lines(sku0=1, sku1=2)))
    shop.on_task("senayan", "D-1~1", "accept")
    shop.clock.forward(minutes=30)
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    assert len(shop.rows("StockMovements")) == 1

    # When counts come that were taken before, of both and of a third
    for sku in SKUS[:3]:
        count = {"type": "count", "sku": sku, "location_id": "senayan", "on_hand": 9}
        assert shop.deliver("stock_feed", {**count, "observed_at": MONDAY_NOON.isoformat()}) == []

    # Then each lacks what left of it
    assert [shop.stock(sku, "senayan").on_hand for sku in SKUS[:3]] == [8, 7, 9]


def test_a_large_parcel_is_shipped(shop: World) -> None:
    shop.order(delivery_body(lines=EVERYTHING))
    shop.on_task("senayan", "D-1~1", "accept")

    shipped = shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    assert shipped.status == 200
    assert parts(shop) == {(4, 0, 0, 4)}


@pytest.mark.parametrize(("reason", "left"), [("not_found", (5, 0, 5, 0)), ("damaged", (5, 0, 1, 4))])
def test_a_large_task_is_refused(shop: World, reason: str, left: tuple[int, int, int, int]) -> None:
    shop.order(order_body(lines=EVERYTHING))

    refused = shop.on_task("senayan", "A-1~1", "refuse", {"reason": reason})

    assert refused.status == 200
    assert parts(shop) == {left}


def test_a_large_pickup_is_cancelled_after_it_was_put_aside(shop: World) -> None:
    shop.order(order_body(lines=EVERYTHING))
    ready(shop)

    assert shop.on_order("A-1", "cancel").status == 200
    assert parts(shop) == {(5, 0, 1, 4)}


def test_a_large_reservation_ends_and_is_paid_late(shop: World) -> None:
    # Given
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body={"max_unpaid_units": None})
    shop.order(order_body(lines=EVERYTHING, payment=PENDING_CARD))
    shop.clock.forward(minutes=11)

    # When
    confirmed = shop.on_order("A-1", "confirm")

    # Then
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")
    assert parts(shop) == {(5, 1, 0, 4)}
