"""A supervisor pauses the store, lets it go on, and lowers how many orders an hour it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

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
from tests.support.functions import staff_claims
from tests.support.world import Reply, World

IN_AN_HOUR = (MONDAY_NOON + timedelta(hours=1)).isoformat()
LOCATION = "/v1/locations/{location_id}"


@pytest.fixture
def shop(world: World) -> World:
    """Two stores, senayan and kota; senayan is nearer."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=9))
    world.given(a_location("kota", point=north_of(SENAYAN, 3)), stock("kota", tee=9))
    return world


def told(shop: World, word: str, body: Any, key: str | None = None, **claims: str) -> Reply:
    """What senayan's supervisor says, or somebody else."""
    who = staff_claims("senayan", name="siti", **{"cognito:groups": "supervisor", **claims})
    return shop.call(
        "tasks",
        "POST",
        f"{LOCATION}/{word}",
        path={"location_id": "senayan"},
        body=body,
        headers={"Idempotency-Key": key or uuid4().hex},
        claims=who,
    )


def offered(shop: World) -> list[str]:
    """Stores that a customer may choose."""
    return [store["location_id"] for store in shop.options(asked(methods=["pickup"])).body["pickup"]]


def on_the_bus(shop: World) -> list[tuple[str, Any]]:
    """What operations hear of the store."""
    return [
        (event["type"], event["detail"])
        for event in shop.told_on_the_bus()
        if event["order_id"] == "LOCATION#senayan"
    ]


def test_a_paused_store_gets_no_orders_from_that_moment_on(shop: World) -> None:
    # Given a store that takes orders
    assert shop.order(order_body("A-1")).status == 201

    # When it is paused
    paused = told(shop, "pause", {"reason": "short_staffed"})

    # Then
    assert (paused.status, paused.body["status"]) == (200, "paused")
    refused = shop.order(order_body("A-2"))
    assert (refused.status, refused.body["code"]) == (409, "paused")
    assert shop.order(delivery_body("D-1")).body["shipments"][0]["location_id"] == "kota"
    assert offered(shop) == ["kota"]
    assert on_the_bus(shop) == [
        (
            "LocationPaused",
            {"location_id": "senayan", "reason": "short_staffed", "until": None, "by": "siti"},
        )
    ]


def test_its_work_goes_on(shop: World) -> None:
    shop.order(order_body("A-1"))
    told(shop, "pause", {})

    assert shop.on_task("senayan", "A-1~1", "accept").status == 200


def test_an_order_that_did_not_hear_of_the_pause_is_stopped_by_the_store_itself(shop: World) -> None:
    # Given a function that has looked at the store; it is paused just before the order is written
    assert offered(shop) == ["senayan", "kota"]
    shop.between(lambda: told(shop, "pause", {}))

    # When
    placed = shop.order(order_body("A-1"))

    # Then
    assert (placed.status, placed.body["code"]) == (409, "paused")


def test_a_pause_ends_by_itself_without_anybody_writing_anything(shop: World) -> None:
    # Given
    told(shop, "pause", {"until": IN_AN_HOUR})
    assert offered(shop) == ["kota"]
    before = shop.rows("Locations")

    # When
    shop.clock.forward(hours=1)

    # Then
    assert offered(shop) == ["senayan", "kota"]
    assert shop.order(order_body("A-1")).status == 201
    assert shop.rows("Locations") == before


def test_it_is_resumed_before_its_end(shop: World) -> None:
    told(shop, "pause", {"until": IN_AN_HOUR})

    resumed = told(shop, "resume", {})
    again = told(shop, "resume", {})

    assert (resumed.body["status"], resumed.body["pause"], again.status) == ("open", None, 200)
    assert shop.order(order_body("A-1")).status == 201
    assert [event for event, _ in on_the_bus(shop)] == ["LocationPaused", "LocationResumed"]


def test_the_same_request_pauses_once(shop: World) -> None:
    # Given a pause that was resumed
    first = told(shop, "pause", {"reason": "busy"}, key="one")
    told(shop, "resume", {})

    # When its request comes once more
    again = told(shop, "pause", {"reason": "busy"}, key="one")
    other = told(shop, "pause", {"reason": "incident"}, key="one")

    # Then it is answered, and nothing happens
    assert (again.raw, other.body["code"]) == (first.raw, "idempotency_key_reused")
    assert shop.order(order_body("A-1")).status == 201


@pytest.mark.parametrize("hours", [-1, 0, 15 * 24])
def test_a_pause_ends_in_the_future_and_not_too_far_from_now(shop: World, hours: int) -> None:
    until = (MONDAY_NOON + timedelta(hours=hours)).isoformat()

    refused = told(shop, "pause", {"until": until})

    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "until")
    assert shop.order(order_body("A-1")).status == 201


def test_a_picker_may_not(shop: World) -> None:
    picker = {"cognito:groups": "picker"}
    bodies = {"pause": {}, "resume": {}, "capacity": {"method": "pickup", "per_hour": 1}}

    replies = [told(shop, word, body, **picker) for word, body in bodies.items()]

    assert [(r.status, r.body["code"]) for r in replies] == [(403, "supervisor_required")] * 3


def test_another_stores_supervisor_finds_no_such_store(shop: World) -> None:
    refused = told(shop, "pause", {}, **{"custom:locations": "kota"})

    assert (refused.status, refused.body["code"]) == (404, "unknown_location")


def test_a_store_takes_fewer_orders_an_hour_than_operations_allow_and_never_more(shop: World) -> None:
    # Given a store that operations allow two pickups an hour
    shop.given(a_location("senayan", capacity={"pickup": 2}))

    # When it asks for one, for five, and for what it had
    capacities = [
        told(shop, "capacity", {"method": "pickup", "per_hour": per_hour}).body["capacity"]
        for per_hour in (1, 5, None)
    ]

    # Then
    assert capacities == [{"pickup": 1}, {"pickup": 2}, {"pickup": 2}]
    assert [event for event, _ in on_the_bus(shop)] == ["CapacitySet"] * 3


def test_a_lower_capacity_moves_the_next_promise(shop: World) -> None:
    # Given
    told(shop, "capacity", {"method": "pickup", "per_hour": 1})

    # When
    promises = [
        shop.order(order_body(order_id)).body["shipments"][0]["promise"]["ready_by"][11:16]
        for order_id in ("A-1", "A-2")
    ]

    # Then
    assert promises == ["13:00", "14:00"]


def test_a_capacity_of_nothing_is_no_orders_of_that_method(shop: World) -> None:
    told(shop, "capacity", {"method": "delivery", "per_hour": 0})

    parcel = shop.order(delivery_body("D-1", lines=order_lines(tee=1)))

    assert parcel.body["shipments"][0]["location_id"] == "kota"
    assert shop.order(order_body("A-1")).status == 201


def test_what_operations_put_leaves_what_the_store_set(shop: World) -> None:
    # Given a paused store
    told(shop, "pause", {"reason": "stocktake"})

    # When operations read it, and put it with another rank
    read = shop.admin("GET", LOCATION, path={"location_id": "senayan"}).body
    shop.admin("PUT", LOCATION, path={"location_id": "senayan"}, body={**read, "rank": 5})

    # Then
    assert read["own"]["pause"]["reason"] == "stocktake"
    assert (read["status"], shop.order(order_body("A-1")).body["code"]) == ("open", "paused")
