"""What the API is sent and must not take: each with its status, its code and the field it names. Nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fulfillment.domain.basket import Point
from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World

LIMIT = 256 * 1024
HERE = {"lat": SENAYAN.lat, "lon": SENAYAN.lon}
DEWI = {"name": "Dewi", "phone": "081234567890"}


@pytest.fixture
def shop(world: World) -> World:
    """A store with three tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    return world


def told(reply: Reply) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, code, and (field, code) of each error."""
    return reply.status, reply.body["code"], [(e["field"], e["code"]) for e in reply.body.get("errors", [])]


BAD_LINES: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "no lines": ([], "lines", "too_short"),
    "1,000 lines": (
        [{"line_id": str(n), "sku": "tee", "quantity": 1} for n in range(1000)],
        "lines",
        "too_long",
    ),
    "quantity 0": (order_lines(tee=0), "lines.0.quantity", "greater_than_equal"),
    "a negative quantity": (order_lines(tee=-1), "lines.0.quantity", "greater_than_equal"),
    "half a unit": ([{"line_id": "1", "sku": "tee", "quantity": 1.5}], "lines.0.quantity", "int_type"),
    "a quantity in quotes": (
        [{"line_id": "1", "sku": "tee", "quantity": "2"}],
        "lines.0.quantity",
        "int_type",
    ),
    "a thousand million units": (order_lines(tee=10**9), "lines.0.quantity", "less_than_equal"),
    "no quantity": ([{"line_id": "1", "sku": "tee"}], "lines.0.quantity", "missing"),
    "two lines of one id": (order_lines(tee=1) + order_lines(tee=1), "lines", "duplicate_line_id"),
    "a field nobody knows": (
        [{"line_id": "1", "sku": "tee", "quantity": 1, "colour": "red"}],
        "lines.0.colour",
        "extra_forbidden",
    ),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_lines_that_cannot_be_ordered_are_refused_and_named(shop: World, name: str) -> None:
    # Given
    lines, field, code = BAD_LINES[name]
    before = shop.everything()

    # When the basket is asked for, and ordered
    options = shop.options(asked(lines=lines))
    order = shop.order(order_body(lines=lines))

    # Then both say what is wrong with which field
    assert told(options) == (422, "invalid_request", [(field, code)])
    assert told(order) == (422, "invalid_request", [(field, code)])
    assert shop.everything() == before


def test_an_unknown_sku_is_named_by_its_line(shop: World) -> None:
    # Given a basket with one SKU that exists and one that nobody ever heard of
    lines = order_lines(tee=1, unicorn=1)
    before = shop.everything()

    # When
    options = shop.options(asked(lines=lines))
    order = shop.order(order_body(lines=lines))

    # Then it is not "sold out"
    assert told(options) == (422, "unknown_sku", [("lines.1.sku", "unknown_sku")])
    assert told(order) == (422, "unknown_sku", [("lines.1.sku", "unknown_sku")])
    assert shop.everything() == before


def test_an_unknown_location_is_refused(shop: World) -> None:
    before = shop.everything()

    order = shop.order(order_body(location_id="atlantis"))

    assert told(order) == (422, "unknown_location", [("location_id", "unknown_location")])
    assert shop.everything() == before


BAD_PLACES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "latitude 91": (
        {"point": {"lat": 91, "lon": 100.5}},
        "invalid_request",
        "customer.point.lat",
        "out_of_range",
    ),
    "longitude 181": (
        {"point": {"lat": 1, "lon": 181}},
        "invalid_request",
        "customer.point.lon",
        "out_of_range",
    ),
    "a point without longitude": (
        {"point": {"lat": 1.0}},
        "invalid_request",
        "customer.point.lon",
        "missing",
    ),
    "no place at all": ({}, "missing_place", "customer.point", "missing_place"),
    "an unknown postal code": (
        {"postal_code": "99999"},
        "unknown_postal_code",
        "customer.postal_code",
        "unknown_postal_code",
    ),
    "an unknown area code": (
        {"area_code": "99.99"},
        "unknown_area_code",
        "customer.area_code",
        "unknown_area_code",
    ),
}


@pytest.mark.parametrize("name", BAD_PLACES)
def test_a_place_that_cannot_be_is_refused_and_named(shop: World, name: str) -> None:
    # Given
    place, code, field, field_code = BAD_PLACES[name]
    before = shop.everything()

    # When a delivery is asked for, and ordered
    options = shop.options(asked(customer=place))
    order = shop.order(delivery_body(customer={**place, "contact": DEWI}))

    # Then
    assert told(options) == (422, code, [(field, field_code)])
    assert told(order) == (422, code, [(field, field_code)])
    assert shop.everything() == before


def test_swapped_numbers_of_a_point_get_a_hint(shop: World) -> None:
    # Given Jakarta with its longitude where the latitude belongs
    swapped = {"point": {"lat": SENAYAN.lon, "lon": SENAYAN.lat}}

    # When
    options = shop.options(asked(customer=swapped))

    # Then
    assert told(options) == (422, "invalid_request", [("customer.point.lat", "out_of_range")])
    assert "look swapped" in options.body["errors"][0]["message"]


def test_swapped_numbers_that_could_both_be_are_found_by_looking_at_the_map(world: World) -> None:
    # Given a store in Nairobi, where a latitude may be a longitude
    world.given(a_product("tee"), stock("nairobi", tee=1))
    world.given(a_location("nairobi", point=Point(-1.28, 36.82), country="KE"))

    # When its own street is asked for the wrong way round
    options = world.options(asked(customer={"point": {"lat": 36.82, "lon": -1.28}}))

    # Then
    assert told(options) == (422, "swapped_point", [("customer.point", "swapped_point")])


def test_a_body_that_is_not_said_to_be_json_is_refused(shop: World) -> None:
    before = shop.everything()

    form = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "k"}
    order = shop.call("orders", "POST", "/v1/orders", body=order_body(), headers=form)

    assert told(order) == (415, "json_required", [])
    assert shop.everything() == before


def test_json_that_breaks_off_is_refused(shop: World) -> None:
    before = shop.everything()

    order = shop.order(json.dumps(order_body())[:-20])

    assert told(order) == (400, "invalid_json", [])
    assert shop.everything() == before


@pytest.mark.parametrize("body", ["[]", '"order"', "null", "17"])
def test_json_that_is_no_object_is_refused(shop: World, body: str) -> None:
    assert shop.order(body).status == 422
    assert shop.options(body).status == 422


def test_a_body_over_the_limit_is_refused(shop: World) -> None:
    # Given a body of exactly the limit, and one of a byte more
    largest = json.dumps(order_body()).ljust(LIMIT)
    before = shop.everything()

    # When
    too_large = shop.order(f"{largest} ")

    # Then
    assert told(too_large) == (413, "body_too_large", [])
    assert str(LIMIT) in too_large.body["detail"]
    assert shop.everything() == before
    assert shop.order(largest).status == 201


def test_an_order_without_an_idempotency_key_is_refused(shop: World) -> None:
    before = shop.everything()

    order = shop.call("orders", "POST", "/v1/orders", body=order_body())

    assert told(order) == (400, "idempotency_key_required", [])
    assert shop.everything() == before


@pytest.mark.parametrize("key", ["", " ", "two words", "k" * 256, "schlüssel"])
def test_an_idempotency_key_that_is_no_key_is_refused(shop: World, key: str) -> None:
    headers = {"idempotency-key": key}
    order = shop.call("orders", "POST", "/v1/orders", body=order_body(), headers=headers)

    assert told(order) == (400, "idempotency_key_required", [])


NEED_A_KEY = {
    "/v1/orders/{order_id}/confirm": ("orders", {"order_id": "A-1"}),
    "/v1/orders/{order_id}/cancel": ("orders", {"order_id": "A-1"}),
}


@pytest.mark.parametrize("resource", NEED_A_KEY)
def test_every_step_of_an_order_needs_a_key(shop: World, resource: str) -> None:
    function, path = NEED_A_KEY[resource]

    reply = shop.call(function, "POST", resource, path=path, body={})

    assert told(reply) == (400, "idempotency_key_required", [])


BAD_ORDERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a delivery without an address": (
        {"method": "delivery", "location_id": None},
        "ship_to",
        "ship_to_required",
    ),
    "an unknown method": ({"method": "drone"}, "method", "literal_error"),
    "an unknown state of payment": ({"payment": {"state": "maybe"}}, "payment.state", "literal_error"),
    "a payment deadline without an offset": (
        {"payment": {"state": "pending", "kind": "virtual_account", "pay_by": "2026-11-23T18:00:00"}},
        "payment.pay_by",
        "timezone_aware",
    ),
    "an amount as a number": (
        {"payment": {"state": "on_handover", "amount_due": {"amount": 1.5, "currency": "IDR"}}},
        "payment.amount_due.amount",
        "string_type",
    ),
    "an order id with a slash": ({"order_id": "A/1"}, "order_id", "string_pattern_mismatch"),
    "no person": ({"customer": {"point": HERE}}, "customer.contact", "missing"),
    "a telephone number that is none": (
        {"customer": {"point": HERE, "contact": DEWI | {"phone": "12"}}},
        "customer.contact.phone",
        "string_pattern_mismatch",
    ),
    "a field nobody knows": ({"gift": True}, "gift", "extra_forbidden"),
}


@pytest.mark.parametrize("name", BAD_ORDERS)
def test_an_order_that_contradicts_itself_is_refused_and_named(shop: World, name: str) -> None:
    more, field, code = BAD_ORDERS[name]
    before = shop.everything()

    order = shop.order(order_body(**more))

    assert told(order) == (422, "invalid_request", [(field, code)])
    assert shop.everything() == before


def test_a_pickup_without_a_store_is_refused(shop: World) -> None:
    order = shop.order(order_body(location_id=None))

    assert told(order) == (422, "location_required", [("location_id", "location_required")])


def test_a_delivery_that_names_a_store_is_refused(shop: World) -> None:
    order = shop.order(delivery_body(location_id="senayan"))

    assert told(order) == (422, "invalid_request", [("location_id", "location_not_taken")])


def test_a_payment_deadline_that_is_over_is_refused(shop: World) -> None:
    # Given a virtual account that had to be paid an hour ago
    payment = {"state": "pending", "kind": "virtual_account", "pay_by": "2026-11-23T11:00:00+07:00"}
    before = shop.everything()

    # When
    order = shop.order(order_body(payment=payment))

    # Then nobody is told that units are set aside which are not
    assert told(order) == (422, "pay_by_is_over", [("payment.pay_by", "pay_by_is_over")])
    assert shop.everything() == before


def test_two_lines_of_one_sku_add_up(shop: World) -> None:
    # Given three tees and two lines of two
    lines = [{"line_id": "a", "sku": "tee", "quantity": 2}, {"line_id": "b", "sku": "tee", "quantity": 2}]

    # When
    order = shop.order(order_body(lines=lines))

    # Then they are four, and each line hears that three are left
    assert told(order) == (409, "out_of_stock", [])
    assert [(line["line_id"], line["left"]) for line in order.body["left"]] == [("a", 3), ("b", 3)]
    assert shop.stock("tee", "senayan").reserved == 0


def test_two_lines_of_one_sku_that_are_there_share_one_row(shop: World) -> None:
    lines = [{"line_id": "a", "sku": "tee", "quantity": 2}, {"line_id": "b", "sku": "tee", "quantity": 1}]

    order = shop.order(order_body(lines=lines))

    assert order.status == 201, order.body
    assert [line["line_id"] for line in order.body["shipments"][0]["lines"]] == ["a", "b"]
    assert shop.stock("tee", "senayan").reserved == 3


def test_an_unknown_order_is_not_found(shop: World) -> None:
    assert told(shop.get_order("nobody")) == (404, "unknown_order", [])
    assert told(shop.on_order("nobody", "confirm")) == (404, "unknown_order", [])
    assert told(shop.on_order("nobody", "cancel")) == (404, "unknown_order", [])


def test_a_path_that_does_not_exist_is_not_found(shop: World) -> None:
    assert told(shop.call("orders", "GET", "/v1/nothing")) == (404, "unknown_route", [])
