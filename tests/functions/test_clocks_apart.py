"""Clocks that do not agree: what left a shelf stays booked after the count that still saw it there."""

from __future__ import annotations

from datetime import timedelta

from fulfillment.adapters import aws
from tests.support.builders import MONDAY_NOON, a_location, a_product, delivery_body, order_lines, stock
from tests.support.ledger import check_ledger
from tests.support.world import World


def test_a_parcel_that_leaves_after_a_count_from_the_future_is_booked_after_it(world: World) -> None:
    # Given a till whose clock is four minutes ahead, and that has just counted ten
    counted_at = MONDAY_NOON + timedelta(minutes=4)
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    count = {"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": 10}
    world.deliver("stock_feed", {**count, "observed_at": counted_at.isoformat()})

    # When a parcel of three leaves a minute later
    world.clock.forward(minutes=1)
    world.order(delivery_body(lines=order_lines(tee=3)))
    world.on_task("senayan", "D-1~1", "accept")
    shipped = world.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    # Then the record says so in this order: seven are the ten that were counted less what left since
    assert shipped.status == 200
    (left,) = [moved for moved in world.movements("tee", "senayan") if moved.kind == "handover"]
    assert (left.change, left.at) == (-3, counted_at + timedelta(microseconds=1))
    assert world.stock("tee", "senayan").on_hand == 7
    check_ledger(aws.dynamodb(), {("tee", "senayan"): 10})


def test_shelves_counted_one_after_the_other_ahead_of_us_let_their_parcel_leave(world: World) -> None:
    # Given a till whose clock is four minutes ahead, and that counts twelve shelves, a second each
    skus = [f"tee{n}" for n in range(10, 22)]
    world.given(
        [a_product(sku) for sku in skus], a_location("senayan"), stock("senayan", **dict.fromkeys(skus, 1))
    )
    ahead = [MONDAY_NOON + timedelta(minutes=4, seconds=n) for n in range(12)]
    for sku, at in zip(skus, ahead, strict=True):
        count = {"type": "count", "sku": sku, "location_id": "senayan", "on_hand": 1}
        world.deliver("stock_feed", {**count, "observed_at": at.isoformat()})

    # When a parcel of all twelve leaves
    world.order(delivery_body(lines=order_lines(**dict.fromkeys(skus, 1))))
    world.on_task("senayan", "D-1~1", "accept")
    shipped = world.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    # Then it is booked after the last of the counts
    assert shipped.status == 200, shipped.body
    (left,) = [moved for moved in world.movements("tee10", "senayan") if moved.kind == "handover"]
    assert left.at == ahead[-1] + timedelta(microseconds=1)
    check_ledger(aws.dynamodb(), {(sku, "senayan"): 1 for sku in skus})
