"""A store takes so many orders an hour and not one more; places come back with whatever ends an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World

ONE_WINDOW = {"capacity_windows": 1}


@pytest.fixture
def shop(world: World) -> World:
    """A store with plenty of tees that takes two orders of each kind an hour."""
    world.given(a_product("tee"), stock("senayan", tee=50))
    world.given(a_location("senayan", capacity={"pickup": 2, "delivery": 2}))
    return world


def only_this_hour(shop: World) -> None:
    """No promise may move to a later hour."""
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=ONE_WINDOW)


def test_capacity_admits_exactly_so_many(shop: World) -> None:
    # Given
    only_this_hour(shop)

    # When five want the same hour
    replies = [shop.order(order_body(f"A-{n}")) for n in range(5)]

    # Then two get it, and the others hear why not
    assert Counter(reply.status for reply in replies) == {201: 2, 409: 3}
    assert {reply.body["code"] for reply in replies if reply.status == 409} == {"capacity_full"}
    assert shop.stock("tee", "senayan").reserved == 2
    assert shop.options(asked(methods=["pickup"])).body["pickup"] == []


def test_a_full_hour_moves_the_promise_to_the_next(shop: World) -> None:
    # When five order
    orders = [shop.order(order_body(f"A-{n}")).body for n in range(5)]

    # Then
    promised = [order["shipments"][0]["promise"]["ready_by"][11:16] for order in orders]
    assert promised == ["13:00", "13:00", "14:00", "14:00", "15:00"]
    offer = shop.options(asked(methods=["pickup"])).body["pickup"][0]
    assert offer["ready_by"] == "2026-11-23T15:00:00+07:00"


def test_a_full_store_sends_nothing_and_another_does(shop: World) -> None:
    # Given
    only_this_hour(shop)
    shop.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=5))

    # When three parcels are ordered
    orders = [shop.order(delivery_body(f"D-{n}")).body for n in range(3)]

    # Then
    senders = [order["shipments"][0]["location_id"] for order in orders]
    assert senders == ["senayan", "senayan", "kota"]


def test_pickups_and_parcels_have_places_of_their_own(shop: World) -> None:
    only_this_hour(shop)
    pickups = [shop.order(order_body(f"A-{n}")).status for n in range(3)]

    parcel = shop.order(delivery_body())

    assert (pickups, parcel.status) == ([201, 201, 409], 201)


@pytest.fixture
def full(shop: World) -> World:
    """Both places of the only hour are taken: one paid, one not."""
    only_this_hour(shop)
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2", payment=PENDING_CARD))
    assert shop.order(order_body("B-0")).status == 409
    return shop


def test_a_cancelled_order_gives_its_place_back(full: World) -> None:
    full.on_order("A-1", "cancel")

    assert [full.order(order_body(f"B-{n}")).status for n in (1, 2)] == [201, 409]


def test_a_refused_order_gives_its_place_back(full: World) -> None:
    full.on_task("senayan", "A-1~1", "refuse", {"reason": "no_time"})

    assert [full.order(order_body(f"B-{n}")).status for n in (1, 2)] == [201, 409]


def test_an_expired_order_gives_its_place_back(full: World) -> None:
    full.clock.forward(minutes=10)
    full.sweep()

    assert full.windows() == {"2026-11-23T13": 1}


def test_a_buyer_found_without_a_place_ends_what_is_overdue_first(shop: World) -> None:
    # Given both places of the hour taken by an order at 13.00 that nobody paid, and one that was; prepared in no time
    shop.given(a_location("senayan", capacity={"pickup": 2}, prep_minutes=0))
    only_this_hour(shop)
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2", payment=PENDING_CARD))
    shop.clock.forward(minutes=10)

    # When somebody wants a place in the same hour
    order = shop.order(order_body("B-1"))

    # Then there is one
    assert order.status == 201, order.body
    assert shop.get_order("A-2").body["status"] == "expired"


@pytest.mark.parametrize("body", [order_body, delivery_body])
def test_places_held_by_overdue_orders_of_other_goods_are_ended_first(
    shop: World, body: Callable[..., dict[str, Any]]
) -> None:
    # Given both places of the hour taken by caps that nobody paid for; prepared in no time
    shop.given(a_location("senayan", capacity={"pickup": 2, "delivery": 2}, prep_minutes=0))
    shop.given(a_product("cap"), stock("senayan", cap=2))
    only_this_hour(shop)
    for name in ("A-1", "A-2"):
        shop.order(body(name, lines=order_lines(cap=1), payment=PENDING_CARD))
    shop.clock.forward(minutes=10)

    # When somebody wants a tee within the hour
    order = shop.order(body("B-1"))

    # Then both places are free again, and one is taken
    assert order.status == 201, order.body
    assert shop.windows() == {"2026-11-23T12": 1}
    assert shop.stock("cap", "senayan").available == 2


def test_overdue_orders_elsewhere_keep_their_places(shop: World) -> None:
    # Given an overdue order at another store, and a full hour here
    shop.given(a_location("kota"), stock("kota", tee=5))
    only_this_hour(shop)
    shop.order(order_body("K-1", location_id="kota", payment=PENDING_CARD))
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))
    shop.clock.forward(minutes=10)

    # When
    no = shop.order(order_body("A-3"))

    # Then nothing there is touched
    assert (no.status, no.body["code"]) == (409, "capacity_full")
    assert shop.events("K-1") == ["OrderReserved"]


@pytest.mark.parametrize(("reserved", "looked_up"), [(False, 0), (True, 8)])
def test_who_asks_for_what_nobody_holds_costs_no_search_for_what_is_overdue(
    shop: World, reserved: bool, looked_up: int
) -> None:
    # Given a cap that is gone, or that somebody has reserved
    shop.given(a_product("cap"), stock("senayan", cap=int(reserved)))
    shop.order(order_body("A-1", lines=order_lines(cap=1), payment=PENDING_CARD))

    # When somebody wants it
    searches = shop.count_queries("due")
    no = shop.order(order_body("B-1", lines=order_lines(cap=1)))

    # Then
    assert (no.status, no.body["code"]) == (409, "out_of_stock")
    assert len(searches) == looked_up


def test_a_place_in_a_window_that_vanished_needs_no_giving_back(shop: World) -> None:
    # Given an order whose window was swept away with old data
    shop.order(order_body())
    shop.forget_windows()

    # When
    cancelled = shop.on_order("A-1", "cancel")

    # Then
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert shop.stock("tee", "senayan").reserved == 0


def test_an_order_paid_a_little_later_keeps_its_place_in_the_hour(shop: World) -> None:
    # Given an hour that is full, and the last who came has not paid
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2", payment=PENDING_CARD))

    # When the money comes five minutes later
    shop.clock.forward(minutes=5)
    confirmed = shop.on_order("A-2", "confirm").body

    # Then the promise moves by a quarter of an hour, and not out of the hour that the order itself fills
    assert confirmed["shipments"][0]["promise"]["ready_by"] == "2026-11-23T13:15:00+07:00"
    assert list(shop.windows().values()) == [2]


def test_a_window_tells_that_it_changed_even_when_as_many_went_as_came(shop: World) -> None:
    # Given an order, and the window as it was read
    shop.order(order_body("A-1"))
    (before,) = shop.rows("Capacity")

    # When it is let go and another comes
    shop.on_order("A-1", "cancel")
    shop.order(order_body("A-2"))

    # Then there is one order in the window as before, and whoever read it sees that it is not the same
    (after,) = shop.rows("Capacity")
    assert (before["used"], after["used"]) == ({"N": "1"}, {"N": "1"})
    assert (before["version"], after["version"]) == ({"N": "1"}, {"N": "3"})


def test_two_tasks_of_one_order_in_one_hour_give_back_two_places(world: World) -> None:
    # Given a delivery from two stores, one of which refuses, so that the other has two tasks for it in the same hour
    world.given(a_product("tee"), stock("senayan", tee=2), stock("kota", tee=1))
    world.given(a_location("senayan"), a_location("kota", point=north_of(SENAYAN, 1)))
    world.order(delivery_body(lines=order_lines(tee=3)))
    world.deliver("stock_feed", MORE_AT_KOTA)
    world.on_task("senayan", "D-1~1", "refuse", {"reason": "no_time"})
    world.settle()
    assert [s["location_id"] for s in world.get_order("D-1").body["shipments"]] == ["senayan", "kota", "kota"]
    assert places(world) == [2]

    # When it is cancelled
    world.on_order("D-1", "cancel")

    # Then nothing is left of it
    assert places(world) == []


MORE_AT_KOTA = {
    "type": "count",
    "sku": "tee",
    "location_id": "kota",
    "on_hand": 9,
    "observed_at": "2026-11-23T05:00:00+00:00",
}


def places(world: World) -> list[int]:
    """Orders in each window that has any."""
    return [used for row in world.rows("Capacity") if (used := int(row["used"]["N"]))]


def test_what_is_counted_tells_that_it_changed_when_one_order_takes_the_place_of_another(shop: World) -> None:
    # Given an unpaid order, which is counted in a window and for its customer
    shop.order(order_body("A-1", payment=PENDING_CARD))
    before = {row["location_method"]["S"]: row for row in shop.rows("Capacity")}

    # When another order of the same size takes its place
    assert shop.order(order_body("A-2", payment=PENDING_CARD, replaces="A-1")).status == 201

    # Then as much is counted as before, and whoever read it sees that it is not the same
    after = {row["location_method"]["S"]: row for row in shop.rows("Capacity")}
    assert len(after) == 2
    assert (before.keys(), {row["used"]["N"] for row in after.values()}) == (after.keys(), {"1"})
    assert {row["version"]["N"] for row in before.values()} == {"1"}
    assert {row["version"]["N"] for row in after.values()} == {"2"}
