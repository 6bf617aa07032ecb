"""What is promised when a store is busy, has days off, or carriers come for its parcels; and when that moves on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import a_location, a_product, asked, delivery_body, order_body, stock
from tests.support.world import World

JNE = {"name": "JNE", "cutoff": "16:00", "transit_days": {"same": 2}}


@pytest.fixture
def shop(world: World) -> World:
    """A store with plenty of tees, on a Monday at noon."""
    world.given(a_product("tee"), stock("senayan", tee=99), a_location("senayan"))
    return world


def with_policy(shop: World, **policy: Any) -> None:
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=policy)


def ready_by(shop: World) -> list[str]:
    """Day and time of the pickups that are offered."""
    return [each["ready_by"][8:16] for each in shop.options(asked(methods=["pickup"])).body["pickup"]]


def deliver_by(shop: World) -> list[str]:
    """Days of the deliveries that are offered."""
    return [each["deliver_by"][8:10] for each in shop.options(asked(methods=["delivery"])).body["delivery"]]


def test_a_store_with_more_and_more_orders_promises_later_and_later(shop: World) -> None:
    # Given a store that takes twenty minutes for each order, and no limit
    shop.given(a_location("senayan", minutes_per_order=20))

    # When eight order
    orders = [shop.order(order_body(f"A-{n}")).body for n in range(8)]

    # Then each waits for those before it, also when they fill hours
    promised = [order["shipments"][0]["promise"]["ready_by"][11:16] for order in orders]
    assert promised == ["13:00", "13:30", "13:45", "14:00", "14:30", "14:45", "15:00", "15:30"]


def test_an_hour_that_is_full_and_orders_that_take_time_move_the_promise_together(shop: World) -> None:
    # Given a store that takes two orders an hour, a quarter each
    shop.given(a_location("senayan", minutes_per_order=15, capacity={"pickup": 2}))

    orders = [shop.order(order_body(f"A-{n}")).body for n in range(5)]

    promised = [order["shipments"][0]["promise"]["ready_by"][11:16] for order in orders]
    assert promised == ["13:00", "13:15", "14:00", "14:00", "15:00"]


def test_a_store_whose_queue_is_longer_than_its_windows_is_full(shop: World) -> None:
    # Given a store with an hour for each order, which may promise for three different hours
    with_policy(shop, capacity_windows=3)
    shop.given(a_location("senayan", minutes_per_order=60))

    replies = [shop.order(order_body(f"A-{n}")) for n in range(4)]

    assert [reply.status for reply in replies] == [201, 201, 201, 409]
    assert replies[3].body["code"] == "capacity_full"


def test_orders_that_are_done_in_no_time_put_nobody_off(shop: World) -> None:
    for n in range(5):
        shop.order(order_body(f"A-{n}"))

    assert ready_by(shop) == ["23T13:00"]


def test_a_day_off_moves_pickups_and_parcels(shop: World) -> None:
    # Given a store in Bali, a day off there from now on, and a carrier that keeps it
    shop.given(a_location("senayan", groups=("bali",)))
    nyepi = {"name": "nyepi", "days_off": ["2026-11-23", "2026-11-24"], "groups": ["bali"]}
    with_policy(shop, calendars=[nyepi], carriers=[JNE | {"calendars": ["nyepi"]}])

    assert ready_by(shop) == ["25T11:00"]
    assert deliver_by(shop) == ["27"]


def test_where_no_carrier_goes_no_delivery_is_offered_and_the_store_is_named(shop: World) -> None:
    # Given a carrier that collects from other stores only
    with_policy(shop, carriers=[JNE | {"groups": ["bali"]}])

    options = shop.options(asked(methods=["delivery"])).body
    order = shop.order(delivery_body())

    assert options["delivery"] == []
    assert order.status == 409


def test_an_option_holds_while_its_carrier_still_comes_and_is_told_anew_after_its_cutoff(shop: World) -> None:
    # Given an offer shortly before what is ordered can no longer be ready for the carrier at four
    with_policy(shop, carriers=[JNE])
    shop.clock.forward(hours=2, minutes=58)
    offered = shop.options(asked(methods=["delivery"])).body["delivery"][0]
    assert offered["deliver_by"] == "2026-11-25T21:00:00+07:00"

    # When it is taken a minute later, and five minutes later
    shop.clock.forward(minutes=1)
    in_time = shop.order(delivery_body("D-1", option_id=offered["option_id"]))
    shop.clock.forward(minutes=4)
    late = shop.order(delivery_body("D-2", option_id=offered["option_id"]))

    # Then the late one is told the next day, and may take that
    assert in_time.status == 201, in_time.body
    assert (late.status, late.body["code"]) == (409, "offer_changed")
    assert late.body["option"]["deliver_by"] == "2026-11-26T21:00:00+07:00"
    assert shop.order(delivery_body("D-2", option_id=late.body["option"]["option_id"])).status == 201


def test_a_queue_that_grew_since_the_offer_is_told(shop: World) -> None:
    # Given an offer, and then an order of somebody else
    shop.given(a_location("senayan", minutes_per_order=20))
    offered = shop.options(asked(methods=["pickup"])).body["pickup"][0]
    shop.order(order_body("A-1"))

    # When
    order = shop.order(order_body("A-2", option_id=offered["option_id"]))

    # Then
    assert (order.status, order.body["code"]) == (409, "offer_changed")
    assert order.body["option"]["ready_by"] == "2026-11-23T13:30:00+07:00"
