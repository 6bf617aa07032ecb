"""What a customer is offered, from where and until when; and that an order gets what was offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from fulfillment.domain.basket import Point
from fulfillment.domain.location import Location, PlaceRecord, ServiceArea, Zone
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

TIME_13_30 = time(13, 30)
JAKARTA = {"type": "Polygon", "coordinates": [[[106, -7], [107, -7], [107, -6], [106, -6], [106, -7]]]}
JAVA_SEA = {"point": {"lat": -4.5, "lon": 110.5}}


def reasons(options: Any) -> list[tuple[str, str, int]]:
    """(method, reason, how many locations)."""
    return [(r["method"], r["reason"], r.get("count")) for r in options["reasons"]]


def test_pickup_stores_come_nearest_first_and_say_what_they_lack(world: World) -> None:
    # Given three stores at 0, 4 and 9 km; the nearest has two of the three tees, and no store has a cap but the last
    world.given(a_product("tee"), a_product("cap"))
    world.given(a_location("senayan", name="Sagara Senayan"), stock("senayan", tee=2))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=9, cap=1))
    world.given(a_location("monas", point=north_of(SENAYAN, 4)), stock("monas", tee=3))

    # When
    options = world.options(asked(lines=order_lines(tee=3, cap=1), methods=["pickup"])).body

    # Then
    offered = [(o["location_id"], o["distance_km"], o["availability"]) for o in options["pickup"]]
    assert offered == [("senayan", 0.0, "some"), ("monas", 4.0, "some"), ("kota", 9.0, "all_now")]
    assert options["pickup"][0]["name"] == "Sagara Senayan"
    assert options["pickup"][0]["missing"] == [
        {"line_id": "1", "sku": "tee", "missing": 1, "left": 2},
        {"line_id": "2", "sku": "cap", "missing": 1, "left": 0},
    ]
    assert options["pickup"][2]["missing"] == []
    assert options["delivery"] == []
    assert (options["point_source"], options["precision_km"]) == ("point", 0.0)


def test_ready_by_is_in_opening_time_and_in_the_stores_own_zone(world: World) -> None:
    # Given noon in Jakarta, which is 13.00 in Makassar; an hour of work in a store that closes at 13.30 there
    hours = a_location("x").hours
    short_day = replace(
        hours, weekly={day: (replace(hours.weekly[day][0], closes=TIME_13_30),) for day in range(1, 8)}
    )
    world.given(a_product("tee"), a_location("losari", timezone="Asia/Makassar", hours=short_day))
    world.given(stock("losari", tee=1))

    # When
    (offer,) = world.options(asked(methods=["pickup"])).body["pickup"]

    # Then half an hour is done today and the rest from ten tomorrow
    assert offer["ready_by"] == "2026-11-24T10:30:00+08:00"


def test_a_delivery_plan_says_its_parcels_weight_and_day(world: World) -> None:
    # Given tees of 200 g here and a cap of 90 g only 9 km away
    world.given(a_product("tee"), a_product("cap", weight_grams=90))
    world.given(a_location("senayan"), stock("senayan", tee=3))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", cap=1))

    # When
    options = world.options(asked(lines=order_lines(tee=3, cap=1), methods=["delivery"])).body

    # Then
    (plan,) = options["delivery"]
    assert [(p["location_id"], p["weight_grams"]) for p in plan["shipments"]] == [
        ("senayan", 600),
        ("kota", 90),
    ]
    assert plan["shipments"][1]["lines"] == [{"line_id": "2", "sku": "cap", "quantity": 1}]
    assert plan["weight_grams"] == 690
    assert plan["deliver_by"] == "2026-11-25T21:00:00+07:00"
    assert options["pickup"] == []
    assert "cost" not in str(options)


def test_a_parcel_from_another_island_takes_longer(world: World) -> None:
    # Given a customer on Java and the only tee on Bali
    world.given(a_product("tee"), Zone("java", "ID", JAKARTA))
    world.given(a_location("kuta", zone="bali", point=Point(-8.7, 115.2)), stock("kuta", tee=1))

    # When
    options = world.options(asked(methods=["delivery"])).body

    # Then
    assert options["zone"] == "java"
    assert options["delivery"][0]["deliver_by"] == "2026-11-28T21:00:00+07:00"


def test_every_reason_for_not_being_offered_is_counted(world: World) -> None:
    # Given one location for each reason
    world.given(a_product("tee"))
    far = replace(a_location("medan"), point=north_of(SENAYAN, 60))
    world.given(
        a_location("closed", status="closed"),
        a_location("paused", status="paused"),
        a_location("warehouse", methods=frozenset({"delivery"})),
        a_location("empty"),
        far,
    )
    for location_id in ("closed", "paused", "warehouse", "medan"):
        world.given(stock(location_id, tee=1))

    # When
    options = world.options(asked(methods=["pickup"])).body

    # Then
    assert options["pickup"] == []
    assert reasons(options) == [
        ("pickup", "closed", 1),
        ("pickup", "method_not_offered", 1),
        ("pickup", "no_stock", 1),
        ("pickup", "paused", 1),
        ("pickup", "too_far", 1),
    ]
    too_far = options["reasons"][-1]
    assert too_far["nearest_km"] == 60.0


def test_nobody_delivers_to_a_point_in_the_java_sea_and_the_answer_says_why(world: World) -> None:
    # Given a store that delivers in Jakarta
    world.given(a_product("tee"), Zone("java", "ID", JAKARTA))
    world.given(a_location("senayan", service_area=ServiceArea(polygon=JAKARTA)), stock("senayan", tee=3))

    # When somebody at sea asks
    reply = world.options(asked(customer=JAVA_SEA))

    # Then it is an empty list with reasons, and not an error
    assert reply.status == 200
    assert (reply.body["pickup"], reply.body["delivery"], reply.body["zone"]) == ([], [], None)
    assert reasons(reply.body) == [
        ("pickup", "too_far", 1),
        ("delivery", "outside_service_area", 1),
        ("delivery", "unfillable", None),
    ]


def test_a_location_without_coordinates_is_last_and_never_at_distance_0(world: World) -> None:
    # Given a store that nobody has put on the map, and one 9 km away
    world.given(a_product("tee"), a_location("aaa", point=None), stock("aaa", tee=1))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=1))

    # When
    options = world.options(asked(methods=["pickup", "delivery"])).body

    # Then
    assert [(o["location_id"], o["distance_km"]) for o in options["pickup"]] == [("kota", 9.0), ("aaa", None)]
    assert options["delivery"][0]["shipments"][0]["location_id"] == "kota"


def test_a_store_that_nobody_put_on_the_map_is_listed_for_those_it_says_it_serves(world: World) -> None:
    # Given a store without coordinates that serves postal codes in 977
    world.given(PlaceRecord("ID", "postal", "97711", Point(0.79, 127.38), 2.0))
    world.given(a_product("tee"), stock("ternate", tee=1))
    world.given(a_location("ternate", point=None, service_area=ServiceArea(prefixes=("977",))))

    # When somebody there asks, and somebody in Jakarta
    there = world.options(asked(customer={"postal_code": "97711"}, methods=["pickup"])).body
    here = world.options(asked(methods=["pickup"])).body

    # Then
    assert [o["location_id"] for o in there["pickup"]] == ["ternate"]
    assert here["pickup"] == []
    assert reasons(here) == [("pickup", "no_coordinates", 1)]


# --- where the customer is


@pytest.fixture
def mapped(world: World) -> World:
    """A store in Senayan, and what is known of codes around it."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    world.given(PlaceRecord("ID", "postal", "12190", north_of(SENAYAN, 2), 1.0, "java"))
    world.given(PlaceRecord("ID", "postal", "121", north_of(SENAYAN, 3), 8.0, "java"))
    world.given(PlaceRecord("ID", "area", "31.74.07", north_of(SENAYAN, 5), 2.3, "java"))
    world.given(PlaceRecord("ID", "area", "31", north_of(SENAYAN, 7), 30.0, "java"))
    return world


HERE = {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}}
PLACES: dict[str, tuple[dict[str, Any], tuple[str, float, float]]] = {
    "a postal code": ({"postal_code": "12190"}, ("postal_code", 1.0, 2.0)),
    "a postal code with a blank": ({"postal_code": "12 190"}, ("postal_code", 1.0, 2.0)),
    "an unknown postal code with a known beginning": ({"postal_code": "12199"}, ("postal_code", 8.0, 3.0)),
    "an area code": ({"area_code": "31.74.07"}, ("area_code", 2.3, 5.0)),
    "an unknown area code with a known beginning": ({"area_code": "31.75.01"}, ("area_code", 30.0, 7.0)),
    "an area code and a postal code": (
        {"area_code": "31.74.07", "postal_code": "12190"},
        ("area_code", 2.3, 5.0),
    ),
    "an area code nobody knows and a postal code": (
        {"area_code": "99", "postal_code": "12190"},
        ("postal_code", 1.0, 2.0),
    ),
    "a point and a postal code": ({**HERE, "postal_code": "12190"}, ("point", 0.0, 0.0)),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_answer_says_how_the_customers_place_is_known_and_how_well(mapped: World, name: str) -> None:
    # Given
    place, (source, precision_km, distance_km) = PLACES[name]

    # When
    options = mapped.options(asked(customer=place)).body

    # Then
    assert (options["point_source"], options["precision_km"]) == (source, precision_km)
    assert options["pickup"][0]["distance_km"] == distance_km


# --- what is never offered is not sold either

TEN_KM = ServiceArea(radius_km=10)
UNABLE: dict[str, tuple[Location, str]] = {
    "a closed store": (a_location("senayan", status="closed"), "closed"),
    "a paused store": (a_location("senayan", status="paused"), "paused"),
    "a store that only delivers": (
        a_location("senayan", methods=frozenset({"delivery"})),
        "method_not_offered",
    ),
    "a store whose hours are full": (a_location("senayan", capacity={"pickup": 0}), "capacity_full"),
    "a store that does not open": (
        replace(a_location("senayan"), hours=replace(a_location("x").hours, weekly={})),
        "not_open_soon",
    ),
}


@pytest.mark.parametrize("name", UNABLE)
def test_a_pickup_is_neither_offered_nor_taken_by(world: World, name: str) -> None:
    # Given
    store, reason = UNABLE[name]
    world.given(a_product("tee"), store, stock("senayan", tee=3))
    before = world.everything()

    # When it is asked for, and ordered all the same
    options = world.options(asked(methods=["pickup"])).body
    order = world.order(order_body())

    # Then
    assert options["pickup"] == []
    assert reasons(options) == [("pickup", reason, 1)]
    assert (order.status, order.body["code"]) == (409, reason)
    assert world.everything() == before


UNABLE_TO_SEND: dict[str, tuple[Location, str]] = {
    "a closed store": (a_location("senayan", status="closed"), "closed"),
    "a paused store": (a_location("senayan", status="paused"), "paused"),
    "a store for pickups only": (a_location("senayan", methods=frozenset({"pickup"})), "method_not_offered"),
    "a store whose area ends before": (
        a_location("senayan", point=north_of(SENAYAN, 11), service_area=TEN_KM),
        "outside_service_area",
    ),
    "a store whose hours are full": (a_location("senayan", capacity={"delivery": 0}), "capacity_full"),
}


@pytest.mark.parametrize("name", UNABLE_TO_SEND)
def test_a_delivery_is_neither_offered_nor_taken_by(world: World, name: str) -> None:
    # Given
    store, reason = UNABLE_TO_SEND[name]
    world.given(a_product("tee"), store, stock("senayan", tee=3))
    before = world.everything()

    # When
    options = world.options(asked(methods=["delivery"])).body
    order = world.order(delivery_body())

    # Then
    assert options["delivery"] == []
    assert reasons(options) == [("delivery", reason, 1), ("delivery", "unfillable", None)]
    assert (order.status, order.body["code"]) == (409, "out_of_stock")
    assert [r["reason"] for r in order.body["reasons"]] == [reason]
    assert world.everything() == before


def test_the_floor_is_never_offered_and_never_sold(world: World) -> None:
    # Given a store that keeps two of each for its own customers, and has three
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    floors = {"floors": [{"units": 2, "kinds": ["store"]}]}
    put = world.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=floors)
    assert put.status == 200

    # Then one can be had
    assert world.options(asked(lines=order_lines(tee=1))).body["pickup"][0]["availability"] == "all_now"
    assert world.options(asked(lines=order_lines(tee=2))).body["pickup"][0]["missing"][0]["left"] == 1
    assert world.order(order_body("A-1", lines=order_lines(tee=2))).status == 409
    assert world.order(order_body("A-2", lines=order_lines(tee=1))).status == 201

    # And after it none
    below = world.options(asked())
    assert (below.body["pickup"], below.body["delivery"]) == ([], [])
    assert ("pickup", "below_floor", 1) in reasons(below.body)
    refused = world.order(order_body("A-3"))
    assert (refused.status, refused.body["code"]) == (409, "out_of_stock")
    assert refused.body["left"] == [{"line_id": "1", "sku": "tee", "missing": 1, "left": 0}]
    assert world.order(delivery_body("D-1")).status == 409
    assert world.stock("tee", "senayan").available == 2


def test_at_most_so_many_stores_are_listed_as_the_policy_says(world: World) -> None:
    # Given four stores and a policy that lists two within three kilometres
    world.given(a_product("tee"))
    for n in range(4):
        world.given(a_location(f"s{n}", point=north_of(SENAYAN, n)), stock(f"s{n}", tee=1))
    policy = {"pickup_options": 2, "pickup_radius_km": 2.5}
    world.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=policy)

    # When
    options = world.options(asked(methods=["pickup"])).body

    # Then
    assert [o["location_id"] for o in options["pickup"]] == ["s0", "s1"]
    assert reasons(options) == [("pickup", "too_far", 1)]


# --- what is offered can be had


def test_an_order_gets_the_store_the_units_and_the_promise_it_was_offered(world: World) -> None:
    # Given what two stores can do
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=2, cap=1))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=1, cap=3))
    lines = order_lines(tee=2, cap=3)
    options = world.options(asked(lines=lines)).body
    (senayan, _kota), (plan,) = options["pickup"], options["delivery"]

    # When a pickup of some, and the delivery of everything are ordered
    picked = world.order(
        order_body(lines=lines, accept_partial=True, option_id=senayan["option_id"]), key="pickup"
    ).body
    world.on_order("A-1", "cancel")
    sent = world.order(delivery_body(lines=lines, option_id=plan["option_id"])).body

    # Then
    assert picked["missing"] == senayan["missing"]
    assert picked["shipments"][0]["promise"]["ready_by"] == senayan["ready_by"]
    assert [s["location_id"] for s in sent["shipments"]] == [p["location_id"] for p in plan["shipments"]]
    assert [s["lines"] for s in sent["shipments"]] == [p["lines"] for p in plan["shipments"]]
    assert {s["promise"]["deliver_by"] for s in sent["shipments"]} == {plan["deliver_by"]}


def test_a_partial_pickup_must_be_accepted_in_words(world: World) -> None:
    # Given one tee where two are wanted
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=1, cap=1))
    lines = order_lines(tee=2, cap=1)

    # When it is ordered without and with the word
    without = world.order(order_body("A-1", lines=lines))
    accepted = world.order(order_body("A-2", lines=lines, accept_partial=True))

    # Then
    assert (without.status, without.body["code"]) == (409, "out_of_stock")
    assert accepted.status == 201
    assert [(line["sku"], line["quantity"]) for line in accepted.body["lines"]] == [("tee", 1), ("cap", 1)]
    assert accepted.body["missing"] == [{"line_id": "1", "sku": "tee", "missing": 1, "left": 1}]


def test_asking_writes_nothing(world: World) -> None:
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=2))
    before = world.everything()

    assert world.options(asked()).status == 200

    assert world.everything() == before
