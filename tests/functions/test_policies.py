"""Policies in force: the one that applies decides options, orders and what is rerouted."""

from __future__ import annotations

from typing import Any

from tests.support.builders import (
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

POLICY = "/v1/policies/{name}"


def put(world: World, name: str, **document: Any) -> None:
    """A policy that every function knows from now on."""
    assert world.admin("PUT", POLICY, path={"name": name}, body=document).status == 200
    world.clock.forward(seconds=61)


def two_stores(world: World) -> None:
    """Senayan is near and has rank 2, Kota is 9 km away and has rank 1; each has three tees."""
    world.given(a_product("tee", tags=("hot",)))
    world.given(a_location("senayan", rank=2), a_location("kota", point=north_of(SENAYAN, 9), rank=1))
    world.given(stock("senayan", tee=3), stock("kota", tee=3))


def supplier(world: World, order_id: str, **more: Any) -> str:
    """Who supplies a delivery of one tee."""
    order = world.order(delivery_body(order_id, **more))
    assert order.status == 201, order.body
    (shipment,) = order.body["shipments"]
    return str(shipment["location_id"])


def test_the_policy_of_a_channel_decides_its_orders_and_no_others(world: World) -> None:
    two_stores(world)
    put(world, "by-rank", applies_to={"channels": ["app"]}, objectives=["rank"])

    assert supplier(world, "A-1", channel="web") == "senayan"
    assert supplier(world, "A-2", channel="app") == "kota"


def test_an_option_and_its_order_are_decided_by_the_same_policy(world: World) -> None:
    two_stores(world)
    put(world, "by-rank", applies_to={"methods": ["delivery"]}, objectives=["rank"])

    (option,) = world.options(asked(methods=["delivery"])).body["delivery"]

    assert [s["location_id"] for s in option["shipments"]] == ["kota"]
    assert supplier(world, "A-1", option_id=option["option_id"]) == "kota"


def test_a_dear_order_may_have_a_policy_of_its_own(world: World) -> None:
    # Given tees at 199,000 and a policy from 500,000 on; a line's own price goes before the product's
    two_stores(world)
    put(world, "dear", applies_to={"value_from": "500000"}, objectives=["rank"])
    reduced = [line | {"unit_price": {"amount": "9000", "currency": "IDR"}} for line in order_lines(tee=3)]

    assert supplier(world, "A-1", lines=reduced) == "senayan"
    assert supplier(world, "A-2", lines=order_lines(tee=3)) == "kota"


def test_a_floor_by_tag_is_kept_by_options_and_orders(world: World) -> None:
    two_stores(world)
    put(world, "default", floors=[{"units": 3, "tags": ["hot"]}])

    options = world.options(asked()).body

    assert (options["pickup"], options["delivery"]) == ([], [])
    assert world.order(order_body()).status == 409


def test_the_reservation_itself_leaves_the_floor_alone(world: World) -> None:
    # Given a floor of one of three, and another order that is written between the decision and the reservation
    two_stores(world)
    put(world, "default", floors=[{"units": 1, "skus": ["tee"]}])
    world.between(lambda: world.order(order_body("A-1")))

    late = world.order(order_body("A-2", lines=order_lines(tee=2)))

    assert late.status == 409
    assert world.stock("tee", "senayan").available == 2


def test_a_refused_delivery_is_rerouted_by_the_policy_that_it_was_placed_under(world: World) -> None:
    # Given a third store, nearest of all but last in rank
    two_stores(world)
    world.given(a_location("blok-m", point=north_of(SENAYAN, 1), rank=9), stock("blok-m", tee=3))
    put(world, "by-rank", applies_to={"channels": ["web"]}, objectives=["rank"])
    assert supplier(world, "A-1") == "kota"

    # When the first in rank says no
    world.settle()
    world.on_task("kota", "A-1~1", "refuse", {"reason": "no_time"})
    world.settle()

    # Then the second in rank supplies, not the nearest
    shipments = world.get_order("A-1").body["shipments"]
    assert [(s["location_id"], s["status"]) for s in shipments] == [("kota", "refused"), ("senayan", "open")]


def test_a_part_is_sent_only_where_policy_and_customer_agree(world: World) -> None:
    two_stores(world)
    seven = order_lines(tee=7)

    strict = world.order(delivery_body("A-1", lines=seven, accept_partial=True))
    put(world, "default", fallback=["part"])
    unasked = world.order(delivery_body("A-2", lines=seven))
    agreed = world.order(delivery_body("A-3", lines=seven, accept_partial=True))

    assert (strict.status, unasked.status, agreed.status) == (409, 409, 201)
    assert [m["missing"] for m in agreed.body["missing"]] == [1]


def test_lines_that_belong_together_come_from_one_store(world: World) -> None:
    # Given a top here, a skirt there, and both of them far away
    world.given(a_product("top"), a_product("skirt"))
    world.given(a_location("senayan"), a_location("kota", point=north_of(SENAYAN, 9)))
    world.given(a_location("bandung", point=north_of(SENAYAN, 120)))
    world.given(stock("senayan", top=1), stock("kota", skirt=1), stock("bandung", top=1, skirt=1))
    suit = [line | {"keep_together": "suit"} for line in order_lines(top=1, skirt=1)]
    world.admin("PUT", POLICY, path={"name": "default"}, body={"objectives": ["distance"]})
    world.clock.forward(seconds=61)

    torn = world.options(asked(lines=order_lines(top=1, skirt=1), methods=["delivery"])).body["delivery"]

    assert len(torn[0]["shipments"]) == 2
    assert supplier(world, "A-1", lines=suit) == "bandung"
