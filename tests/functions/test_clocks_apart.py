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
