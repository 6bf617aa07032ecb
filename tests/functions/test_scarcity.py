"""What a unit is worth in the shop, and what a shop may promise before it has it: from the row to the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.support.builders import (
    MONDAY_NOON,
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


def put(world: World, **document: Any) -> None:
    """The policy of everything from now on."""
    answer = world.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=document)
    assert answer.status == 200, answer.body
    world.clock.forward(seconds=61)


def two_stores(world: World, *, senayan: int, **more: Any) -> None:
    """Senayan is near, Tebet is 9 km away with three tees; ``more`` is of Senayan's row."""
    world.given(a_product("tee"), a_location("senayan"), a_location("tebet", point=north_of(SENAYAN, 9)))
    world.given(replace(*stock("senayan", tee=senayan), **more), stock("tebet", tee=3))


def supplier(world: World, order_id: str) -> str:
    """Who supplies a delivery of one tee."""
    order = world.order(delivery_body(order_id))
    assert order.status == 201, order.body
    (shipment,) = order.body["shipments"]
    return str(shipment["location_id"])


def test_a_dear_last_unit_stays_in_the_shop(world: World) -> None:
    two_stores(world, senayan=1, unit_value=Decimal("50000.50"))
    put(world, objectives=["cost"], costs={"per_shipment": "1000"})

    assert supplier(world, "D-1") == "tebet"
    assert world.stock("tee", "senayan").available == 1


def test_a_unit_that_nobody_values_goes_from_the_nearest(world: World) -> None:
    two_stores(world, senayan=1)
    put(world, objectives=["cost"], costs={"per_shipment": "1000"})

    assert supplier(world, "D-1") == "senayan"


def test_a_unit_is_still_dear_after_counts_sales_and_reservations(world: World) -> None:
    # Given a dear shelf
    two_stores(world, senayan=9, unit_value=Decimal(50_000), backorderable=True)
    shelf = {"sku": "tee", "location_id": "senayan"}
    before, after = (at.isoformat() for at in (MONDAY_NOON, MONDAY_NOON + timedelta(hours=1)))

    # When it is reserved on, refused, counted, sold from and counted again
    world.order(order_body("A-1"))
    world.settle()
    world.on_task("senayan", "A-1~1", "refuse", {"reason": "not_found"})
    world.order(order_body("A-2"))
    world.clock.forward(hours=2)
    sale = {"type": "movement", "movement_id": "m1", "kind": "sale", "change": -1, "at": before}
    for told in (
        {"type": "count", "on_hand": 5, "observed_at": before},
        sale,
        {"type": "count", "on_hand": 3, "observed_at": after},
    ):
        assert world.deliver("stock_feed", shelf | told) == []

    # Then it is as dear as before
    row = world.stock("tee", "senayan")
    assert (row.on_hand, row.unit_value, row.backorderable) == (3, Decimal(50_000), True)


def test_what_is_not_there_yet_is_promised_to_nobody(world: World) -> None:
    # Given a store that may promise tees it does not have, and a policy that lets it
    two_stores(world, senayan=2, backorderable=True)
    put(world, fallback=["backorder"])
    seven = asked(lines=order_lines(tee=7), methods=["delivery"])
    as_it_was = world.everything()

    # When seven are asked for, of five
    tried = world.admin(
        "POST",
        "/v1/decisions",
        body={k: v for k, v in seven.items() if k != "methods"} | {"method": "delivery"},
    )
    options = world.options(seven)
    order = world.order(delivery_body("D-1", lines=seven["lines"]))

    # Then a decision says who would send the rest later
    assert tried.body["status"] == "backordered"
    assert [(s["quantity"], s["backordered_at"]) for s in tried.body["unfilled"]] == [(2, "senayan")]

    # But nothing is offered, reserved or kept of it, and the refusal counts what is there
    assert options.body["delivery"] == []
    assert options.body["reasons"][-1]["reason"] == "unfillable"
    assert (order.status, order.body["code"]) == (409, "out_of_stock")
    assert [(short["sku"], short["left"]) for short in order.body["left"]] == [("tee", 5)]
    assert world.everything() == as_it_was


def test_an_empty_shelf_that_may_promise_is_out_of_stock(world: World) -> None:
    two_stores(world, senayan=0, backorderable=True)
    put(world, fallback=["backorder"])

    pickup = world.order(order_body("A-1"))
    delivery = world.order(delivery_body("D-1", lines=order_lines(tee=9)))

    assert (pickup.status, pickup.body["code"]) == (409, "out_of_stock")
    assert [reason["reason"] for reason in pickup.body["reasons"]] == ["no_stock"]
    assert (delivery.status, delivery.body["code"]) == (409, "out_of_stock")
    assert [reason["reason"] for reason in delivery.body["reasons"]] == ["no_stock"]


def test_what_cannot_be_had_elsewhere_after_a_refusal_waits_for_a_person(world: World) -> None:
    # Given an order at the only store with a tee, which may promise more
    two_stores(world, senayan=2, backorderable=True)
    put(world, fallback=["backorder"])
    placed = world.order(delivery_body("D-1", lines=order_lines(tee=5)))
    assert placed.status == 201

    # When that store does not find them
    world.settle()
    (task,) = (n for n, s in enumerate(placed.body["shipments"], 1) if s["location_id"] == "senayan")
    world.on_task("senayan", f"D-1~{task}", "refuse", {"reason": "not_found"})
    world.settle()

    # Then nobody is said to send them, and a person decides
    unfilled = world.get_order("D-1").body["unfilled"]
    assert [(short["sku"], short["missing"]) for short in unfilled] == [("tee", 2)]
    assert world.stock("tee", "senayan").reserved == 0
