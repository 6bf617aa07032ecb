"""Locations are remembered for a minute: nobody is refused what they were offered because of it."""

from __future__ import annotations

import pytest

from fulfillment.application.picture import REREAD_SECONDS, SOLD_OUT_REREAD_SECONDS
from tests.support.builders import (
    PENDING_CARD,
    a_location,
    a_product,
    asked,
    delivery_body,
    order_body,
    stock,
)
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """A store that is paused, and orders that have seen it so a while ago."""
    world.given(a_product("tee"), a_location("senayan", status="paused"), stock("senayan", tee=3))
    assert world.order(order_body("A-0")).body["code"] == "paused"
    world.clock.forward(seconds=REREAD_SECONDS)
    return world


def test_a_store_that_opens_again_takes_orders_at_once(shop: World) -> None:
    # Given options that see it open again
    shop.given(a_location("senayan"))
    (offer,) = shop.options(asked(methods=["pickup"])).body["pickup"]

    # When
    placed = shop.order(order_body("A-1", option_id=offer["option_id"]))

    # Then
    assert (placed.status, placed.body["status"]) == (201, "confirmed")


def test_a_parcel_is_supplied_by_a_store_that_opened_again(shop: World) -> None:
    shop.given(a_location("senayan"))
    shop.clock.forward(seconds=SOLD_OUT_REREAD_SECONDS)

    assert shop.order(delivery_body()).status == 201


def test_a_new_store_takes_orders_at_once(shop: World) -> None:
    shop.given(a_location("kota"), stock("kota", tee=1))

    assert shop.order(order_body("A-1", location_id="kota")).status == 201


def test_late_money_is_not_sent_back_because_a_store_was_paused(shop: World) -> None:
    # Given a reservation that ended, and whoever confirms still has the picture of a paused store
    shop.given(a_location("senayan"))
    shop.order(order_body("A-1", payment=PENDING_CARD))
    shop.clock.forward(minutes=11)
    shop.pause("senayan")
    shop.order(order_body("A-2"))
    shop.given(a_location("senayan"))
    shop.clock.forward(seconds=REREAD_SECONDS)

    # When
    confirmed = shop.on_order("A-1", "confirm")

    # Then
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")


def test_a_refused_parcel_goes_to_a_store_that_opened_again(shop: World) -> None:
    # Given a parcel that only Kota can send, which refuses it, while whoever reroutes still sees Senayan paused
    shop.given(a_location("kota"), stock("kota", tee=1))
    shop.clock.forward(seconds=SOLD_OUT_REREAD_SECONDS)
    shop.order(delivery_body())
    refused = shop.on_task("kota", "D-1~1", "refuse", {"reason": "no_time"})
    assert refused.status == 200
    shop.clock.forward(seconds=REREAD_SECONDS)
    shop.given(a_location("senayan"))

    # When
    shop.settle()

    # Then
    assert [s["location_id"] for s in shop.get_order("D-1").body["shipments"]] == ["kota", "senayan"]


def test_a_rush_of_refusals_does_not_read_all_locations_each_time(shop: World) -> None:
    # Given a refusal that has just looked again
    assert shop.order(order_body("A-1")).body["code"] == "paused"

    # When the store opens the same instant, then the next still hears of the picture that was just taken
    shop.given(a_location("senayan"))
    assert shop.order(order_body("A-2")).body["code"] == "paused"
    assert shop.order(order_body("A-3", location_id="atlantis")).body["code"] == "unknown_location"
