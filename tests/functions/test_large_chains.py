"""A call reads the stock of the nearest, however large the chain; yet the one unit in its farthest shop is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import CACHE_SECONDS, REREAD_SECONDS
from fulfillment.application.picture import MAX_CANDIDATES
from fulfillment.application.widening import MAX_ASKED, MAX_ASKED_TOGETHER, REFUSAL_SECONDS
from fulfillment.domain.hours import OpeningHours
from fulfillment.domain.location import ServiceArea
from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_lines,
    stock,
)
from tests.support.large_chain import a_chain, counted_reads, farthest, write_locations
from tests.support.world import World

STORES = MAX_CANDIDATES + 6


def rows_read(world: World, size: int) -> int:
    """Rows of stock that one question about two methods asks for, in a chain of this size."""
    world.given(a_product("tee"), stock("s00000", tee=1))
    write_locations(a_chain(size))
    with counted_reads() as reads:
        options = world.options(asked()).body
    assert (
        options["pickup"][0]["location_id"]
        == options["delivery"][0]["shipments"][0]["location_id"]
        == "s00000"
    )
    assert reads["Stock.Query"] == 0
    return reads["Stock"]


@pytest.mark.parametrize(
    "size", [100, pytest.param(1_000, marks=pytest.mark.proof), pytest.param(10_000, marks=pytest.mark.soak)]
)
def test_rows_of_stock_read_do_not_grow_with_the_chain(
    world: World, size: int, record_property: Callable[[str, object], None]
) -> None:
    rows = rows_read(world, size)

    record_property("figure", f"Rows of stock read per POST /v1/options at {size:,} locations: {rows}")
    assert rows == 2 * MAX_CANDIDATES


# --- the farthest shop


@pytest.fixture
def country(world: World) -> World:
    """A few stores more than are looked at, with nothing on their shelves."""
    world.given(a_product("tee"), a_product("cap"))
    write_locations(a_chain(STORES))
    return world


RIM = farthest(a_chain(STORES))


def test_the_only_unit_of_the_chain_is_found_in_its_farthest_shop(country: World) -> None:
    # Given one tee, in the shop that nobody would look at
    country.given(stock(RIM, tee=1))

    # When it is asked for, and ordered twice
    options = country.options(asked()).body
    (offer,) = options["delivery"]
    first = country.order(delivery_body("D-1", option_id=offer["option_id"]))
    second = country.order(delivery_body("D-2"))

    # Then it is sold once; a pickup list is of stores nearby
    assert offer["shipments"][0]["location_id"] == RIM
    assert options["pickup"] == []
    assert (first.status, first.body["shipments"][0]["location_id"]) == (201, RIM)
    assert (second.status, second.body["code"]) == (409, "out_of_stock")


def test_an_order_is_put_together_from_near_and_far(country: World) -> None:
    # Given a cap next door, and tees at both ends
    country.given(stock("s00000", cap=1, tee=1), stock(RIM, tee=1))

    (plan,) = country.options(asked(lines=order_lines(cap=1, tee=2), methods=["delivery"])).body["delivery"]

    parcels = {
        p["location_id"]: [(x["line_id"], x["quantity"]) for x in p["lines"]] for p in plan["shipments"]
    }
    assert parcels == {"s00000": [("1", 1), ("2", 1)], RIM: [("2", 1)]}


def test_a_large_quantity_is_not_hidden_by_many_small_ones(country: World) -> None:
    # Given one tee in each of the shops around, and ten at the rim, where an order may come in three parcels
    country.given([stock(f"s{n:05d}", tee=1) for n in range(STORES - 1)], stock(RIM, tee=10))

    placed = country.order(delivery_body(lines=order_lines(tee=10)))

    assert [s["location_id"] for s in placed.body["shipments"]] == [RIM]


def test_lines_that_lie_in_too_many_places_are_looked_for_together(country: World) -> None:
    # Given all four SKUs nearby, each in another shop, and all in one shop at the rim
    skus = {"tee": 1, "cap": 1, "sock": 1, "belt": 1}
    country.given(a_product("sock"), a_product("belt"), stock(RIM, **skus))
    country.given([stock(f"s0000{n}", **{sku: 1}) for n, sku in enumerate(skus)])

    placed = country.order(delivery_body(lines=order_lines(**skus)))

    assert [s["location_id"] for s in placed.body["shipments"]] == [RIM]


def test_a_refused_parcel_goes_to_the_farthest_shop_there_is(country: World) -> None:
    # Given a parcel that next door cannot send
    country.given(stock("s00000", tee=1))
    country.order(delivery_body())
    country.given(stock(RIM, tee=1))
    country.on_task("s00000", "D-1~1", "refuse", {"reason": "no_time"})

    # When
    country.settle()

    # Then
    assert [s["location_id"] for s in country.get_order("D-1").body["shipments"]] == ["s00000", RIM]


def test_a_reservation_that_is_over_gives_back_the_unit_of_the_farthest_shop(country: World) -> None:
    # Given the one tee, reserved by somebody who did not pay, and a buyer who was told that there is none
    country.given(stock(RIM, tee=1))
    country.order(delivery_body("D-1", payment=PENDING_CARD))
    country.clock.forward(minutes=10, seconds=-1)
    assert country.order(delivery_body("D-2")).status == 409

    # When the reservation ends
    country.clock.forward(seconds=1)

    # Then the next buyer has it at once
    assert country.order(delivery_body("D-3")).status == 201


def test_late_money_gets_the_unit_of_the_farthest_shop(country: World) -> None:
    # Given a unit next door that was sold to somebody else when its buyer did not pay, and one at the rim
    country.given(stock("s00000", tee=1))
    country.order(delivery_body("D-1", payment=PENDING_CARD))
    country.clock.forward(minutes=11)
    country.order(delivery_body("D-2"))
    country.given(stock(RIM, tee=1))
    country.clock.forward(seconds=1)

    # When the money comes after all
    confirmed = country.on_order("D-1", "confirm")

    # Then nobody has to send it back
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")
    assert confirmed.body["shipments"][-1]["location_id"] == RIM


@pytest.mark.parametrize(
    ("policy", "found"),
    [({"locations": {"max_distance_km": 8.2}}, False), ({"locations": {"max_distance_km": 8.4}}, True)],
)
def test_nobody_looks_farther_than_the_policy_says(
    country: World, policy: dict[str, Any], found: bool
) -> None:
    # Given a tee at the rim, 8.3 km away
    country.given(stock(RIM, tee=1))
    put = country.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=policy)
    assert put.status == 200, put.body

    assert bool(country.options(asked(methods=["delivery"])).body["delivery"]) is found


def test_a_shop_that_does_not_deliver_there_or_is_closed_is_not_asked(country: World) -> None:
    # Given tees in three shops that cannot send them
    country.given(
        a_location("elsewhere", point=north_of(SENAYAN, 90), service_area=ServiceArea(radius_km=5)),
        a_location("closed", point=north_of(SENAYAN, 90), status="closed"),
        a_location("full", point=north_of(SENAYAN, 90), capacity={"delivery": 0}),
    )
    country.given([stock(name, tee=9) for name in ("elsewhere", "closed", "full")])

    refused = country.order(delivery_body())

    assert (refused.status, refused.body["code"]) == (409, "out_of_stock")


def test_what_was_looked_at_and_left_out_is_still_counted(country: World) -> None:
    # Given a first ring without a tee, but for one shop that is full, and the tee at the rim
    country.given(a_location("s00003", point=north_of(SENAYAN, 1.7), capacity={"delivery": 0}))
    country.given(stock("s00003", tee=1), stock(RIM, tee=1))

    # When an order for two finds one
    refused = country.order(delivery_body(lines=order_lines(tee=2)))

    # Then every shop has its reason
    counts = {r["reason"]: r["count"] for r in refused.body["reasons"]}
    assert counts == {
        "capacity_full": 1,
        "no_stock": MAX_CANDIDATES - 1,
        "outside_ring": STORES - MAX_CANDIDATES - 1,
    }


def test_a_rush_for_what_is_sold_out_asks_once_where_it_is(country: World) -> None:
    # Given nothing anywhere
    with counted_reads() as reads:
        for n in range(5):
            assert country.order(delivery_body(f"D-{n}")).status == 409
        assert reads["Stock.Query"] == 1
        country.clock.forward(seconds=REFUSAL_SECONDS + 1)
        country.order(delivery_body("D-9"))

    # Then again when that is old
    assert reads["Stock.Query"] == 2


def test_what_is_offered_from_afar_can_be_ordered_though_it_was_sold_out_a_moment_ago(country: World) -> None:
    # Given a buyer who was told that there is none, and one who was offered what came then
    assert country.order(delivery_body("D-1")).status == 409
    country.clock.forward(seconds=1)
    country.given(stock(RIM, tee=1))
    country.clock.forward(seconds=REFUSAL_SECONDS)
    (offer,) = country.options(asked(methods=["delivery"])).body["delivery"]

    # Then that one gets it
    assert suppliers(country.order(delivery_body("D-2", option_id=offer["option_id"]))) == [RIM]


@contextmanager
def throttled_queries_of_stock() -> Iterator[None]:
    def refuse(params: Any, **_: Any) -> None:
        if '"Stock"' in str(params["body"]):
            raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "Query")

    events = aws.dynamodb().meta.events
    events.register("before-call.dynamodb.Query", refuse)
    try:
        yield
    finally:
        events.unregister("before-call.dynamodb.Query", refuse)


def test_a_sku_that_too_many_ask_after_costs_only_the_far_parcel(country: World) -> None:
    # Given a cap next door, a tee at the rim, and a table that has too much to do to say where that is
    country.given(stock("s00000", cap=1), stock(RIM, cap=1, tee=1))
    with throttled_queries_of_stock():
        both = country.options(asked(lines=order_lines(cap=1, tee=1)))
        cap = country.options(asked(lines=order_lines(cap=1)))
        order = country.order(delivery_body(lines=order_lines(tee=1)))

    # Then the stores nearby are offered all the same; an order is not refused, but comes again
    assert (both.status, both.body["delivery"]) == (200, [])
    assert [option["location_id"] for option in both.body["pickup"]] == ["s00000"]
    assert len(cap.body["delivery"]) == 1
    assert (order.status, order.body["code"]) == (503, "busy")
    assert suppliers(country.order(delivery_body(lines=order_lines(tee=1)))) == [RIM]


# --- what looks like units and is none


def of_the_default_policy(world: World, **document: Any) -> None:
    put = world.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=document)
    assert put.status == 200, put.body


def suppliers(answer: Any) -> list[str]:
    assert answer.status == 201, answer.body
    return [shipment["location_id"] for shipment in answer.body["shipments"]]


def test_many_that_do_not_open_do_not_hide_the_one_that_does(world: World) -> None:
    # Given a tee in each of 75 far shops that stay closed, and in one at the rim that opens
    chain = a_chain(140)
    chain[64:139] = [replace(location, hours=OpeningHours()) for location in chain[64:139]]
    world.given(a_product("tee"), [stock(location.location_id, tee=1) for location in chain[64:]])
    write_locations(chain)

    assert suppliers(world.order(delivery_body())) == [farthest(chain)]


@pytest.mark.parametrize(
    "rule", [{}, {"kinds": ["store"]}, {"groups": ["mall"]}, {"skus": ["tee"]}, {"methods": ["delivery"]}]
)
def test_many_that_keep_their_last_unit_do_not_hide_the_one_that_has_more(
    world: World, rule: dict[str, Any]
) -> None:
    # Given a tee in each shop, all under the floor, and two at the rim
    chain = a_chain(200, groups=("mall",))
    world.given(a_product("tee"), [stock(location.location_id, tee=1) for location in chain[:-1]])
    world.given(stock(farthest(chain), tee=2))
    write_locations(chain)
    of_the_default_policy(world, floors=[{"units": 1, **rule}])

    assert suppliers(world.order(delivery_body())) == [farthest(chain)]


def test_many_that_keep_their_last_unit_do_not_hide_a_warehouse_that_keeps_none(world: World) -> None:
    chain = a_chain(400)
    chain[-1] = replace(chain[-1], kind="warehouse")
    world.given(a_product("tee"), [stock(location.location_id, tee=1) for location in chain])
    write_locations(chain)
    of_the_default_policy(world, floors=[{"units": 2, "kinds": ["store"]}])

    assert suppliers(world.order(delivery_body())) == [farthest(chain)]


def test_many_that_keep_units_before_they_close_do_not_hide_the_one_that_closes_later(world: World) -> None:
    # Given shops that close at ten at night and keep a tee all day, and one at the rim that is open all night
    chain = a_chain(200)
    chain[-1] = replace(chain[-1], hours=OpeningHours.always())
    world.given(a_product("tee"), [stock(location.location_id, tee=1) for location in chain])
    write_locations(chain)
    of_the_default_policy(world, floors=[{"units": 1, "hours_before_closing": 10.5}])

    assert suppliers(world.order(delivery_body())) == [farthest(chain)]


def test_a_large_basket_that_is_sold_out_asks_after_a_few_of_its_skus(country: World) -> None:
    skus = {f"sku{n:02}": 1 for n in range(30)}
    country.given([a_product(sku) for sku in skus])

    with counted_reads() as reads:
        assert country.order(delivery_body(lines=order_lines(**skus))).status == 409

    assert reads["Stock.Query"] == MAX_ASKED


def test_a_large_basket_that_lies_in_too_many_places_asks_after_the_rarest(country: World) -> None:
    # Given thirty SKUs next to each other, three of them in two shops, and all of them at the rim
    skus = {f"sku{n:02}": 1 for n in range(30)}
    country.given([a_product(sku) for sku in skus], stock(RIM, **skus))
    country.given([stock(f"s{n:05d}", **{sku: 1}) for n, sku in enumerate(skus)])

    with counted_reads() as reads:
        placed = country.order(delivery_body(lines=order_lines(**skus)))

    assert suppliers(placed) == [RIM]
    assert reads["Stock.Query"] == MAX_ASKED_TOGETHER


# --- locations are read when one has changed


def test_locations_are_read_once_and_again_only_when_one_has_changed(country: World) -> None:
    country.given(stock("s00000", tee=1))
    with counted_reads() as reads:
        for _ in range(5):
            country.options(asked())
            country.clock.forward(seconds=CACHE_SECONDS + 1)
        assert reads["Locations.Scan"] == 1

        # When operations close a shop
        document = country.admin("GET", "/v1/locations/{location_id}", path={"location_id": "s00000"}).body
        country.admin(
            "PUT",
            "/v1/locations/{location_id}",
            path={"location_id": "s00000"},
            body={**document, "status": "closed"},
        )

        # Then it is seen within a minute
        assert country.options(asked()).body["delivery"] == []
        assert reads["Locations.Scan"] == 2


def test_what_left_no_mark_is_seen_in_the_end(country: World) -> None:
    # Given a picture of the locations, and one that came past the router
    country.given(stock("kota", tee=1))
    assert country.options(asked()).body["delivery"] == []
    write_locations([a_location("kota")], marked=False)

    # Then it is seen, though not within the minute
    country.clock.forward(seconds=CACHE_SECONDS + 1)
    assert country.options(asked()).body["delivery"] == []
    country.clock.forward(seconds=REREAD_SECONDS)
    assert len(country.options(asked()).body["delivery"]) == 1
