"""An option id is a promise of a quarter of an hour: of this basket, from us, and no worse than it said."""

from __future__ import annotations

from typing import Any

import pytest

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
from tests.support.world import Reply, World


@pytest.fixture
def shop(world: World) -> World:
    """Three tees here, three of them 9 km away."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=3, cap=3))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=3))
    return world


def offered(shop: World, **more: Any) -> tuple[str, str]:
    """The option ids of the nearest pickup and of the delivery."""
    options = shop.options(asked(**more)).body
    return options["pickup"][0]["option_id"], options["delivery"][0]["option_id"]


def refused(reply: Reply) -> tuple[int, str, str]:
    """Status, code and the field named."""
    return reply.status, reply.body["code"], reply.body["errors"][0]["field"]


def test_an_option_of_another_basket_is_refused(shop: World) -> None:
    # Given options for one tee
    pickup, delivery = offered(shop)
    before = shop.everything()

    # When they come with another basket
    two = shop.order(order_body(lines=order_lines(tee=2), option_id=pickup))
    cap = shop.order(delivery_body(lines=order_lines(cap=1), option_id=delivery))

    # Then
    assert refused(two) == (422, "option_of_another_basket", "option_id")
    assert refused(cap) == (422, "option_of_another_basket", "option_id")
    assert shop.everything() == before


def test_an_option_of_the_other_method_is_refused(shop: World) -> None:
    pickup, delivery = offered(shop)

    assert refused(shop.order(order_body(option_id=delivery))) == (
        422,
        "option_of_another_basket",
        "option_id",
    )
    assert refused(shop.order(delivery_body(option_id=pickup))) == (
        422,
        "option_of_another_basket",
        "option_id",
    )


def test_the_order_of_lines_makes_no_other_basket(shop: World) -> None:
    # Given an option for a tee and a cap
    pickup, _ = offered(shop, lines=order_lines(tee=1, cap=1))

    # When the cap comes first, under other line ids
    order = shop.order(order_body(lines=order_lines(cap=1, tee=1), option_id=pickup))

    # Then
    assert order.status == 201, order.body


def forge_promise(option_id: str) -> str:
    """The option with one character of its words changed."""
    body, kid, mac = option_id.split(".")
    return f"{'A' if body[8] != 'A' else 'B'}{body[1:]}.{kid}.{mac}"


def forge_signature(option_id: str) -> str:
    """The option with one character of its signature changed."""
    body, kid, mac = option_id.split(".")
    return f"{body}.{kid}.{'A' if mac[0] != 'A' else 'B'}{mac[1:]}"


FORGERIES = {
    "other words": forge_promise,
    "another signature": forge_signature,
    "no signature": lambda option_id: option_id.rpartition(".")[0] + ".",
    "an unknown key": lambda option_id: option_id.replace(".k1.", ".k9."),
    "the key's own name": lambda option_id: option_id.replace(".k1.", ".kid."),
    "nonsense": lambda option_id: "let-me-in",
    "letters of no alphabet": lambda option_id: "ä.ö.ü",
    "nothing": lambda option_id: "",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_option_is_refused(shop: World, name: str) -> None:
    # Given
    pickup, _ = offered(shop)
    before = shop.everything()

    # When
    order = shop.order(order_body(option_id=FORGERIES[name](pickup)))

    # Then
    assert refused(order) == (422, "invalid_option", "option_id")
    assert shop.everything() == before


def test_an_option_holds_for_fifteen_minutes_and_not_a_second_longer(shop: World) -> None:
    # Given
    _, delivery = offered(shop)

    # When it comes a second before its end, and at its end
    shop.clock.forward(minutes=14, seconds=59)
    in_time = shop.order(delivery_body("D-1", option_id=delivery))
    shop.clock.forward(seconds=1)
    late = shop.order(delivery_body("D-2", option_id=delivery))

    # Then the late one is told what holds now, and an order with that is taken
    assert in_time.status == 201, in_time.body
    assert (late.status, late.body["code"]) == (409, "offer_expired")
    now = late.body["option"]["option_id"]
    assert shop.order(delivery_body("D-2", option_id=now)).status == 201


def test_a_delivery_as_good_from_another_store_is_taken(shop: World) -> None:
    # Given an offer of three tees in one parcel from here
    _, one_parcel = offered(shop, lines=order_lines(tee=3))

    # When somebody takes one of them, so that only the other store still has three
    shop.order(order_body("A-1"))
    order = shop.order(delivery_body(lines=order_lines(tee=3), option_id=one_parcel))

    # Then the customer gets what was promised, one parcel on the same day
    assert order.status == 201, order.body
    assert [s["location_id"] for s in order.body["shipments"]] == ["kota"]


def test_more_parcels_than_offered_are_told_first(shop: World) -> None:
    # Given an offer of three tees in one parcel, and then a tee less in each store
    _, one_parcel = offered(shop, lines=order_lines(tee=3))
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2", location_id="kota"))
    before = shop.everything()

    # When
    order = shop.order(delivery_body(lines=order_lines(tee=3), option_id=one_parcel))

    # Then
    assert (order.status, order.body["code"]) == (409, "offer_changed")
    assert [p["location_id"] for p in order.body["option"]["shipments"]] == ["senayan", "kota"]
    assert shop.everything() == before

    # When the customer takes the new one
    again = shop.order(delivery_body(lines=order_lines(tee=3), option_id=order.body["option"]["option_id"]))

    # Then
    assert again.status == 201, again.body
    assert len(again.body["shipments"]) == 2


def test_a_later_promise_is_told_first(shop: World) -> None:
    # Given an offer at noon: ready at one
    pickup, _ = offered(shop)

    # When it is taken ten minutes later, and then only ready at a quarter past
    shop.clock.forward(minutes=10)
    order = shop.order(order_body(option_id=pickup))

    # Then
    assert (order.status, order.body["code"]) == (409, "offer_changed")
    assert order.body["option"]["ready_by"] == "2026-11-23T13:15:00+07:00"
    assert shop.order(order_body(option_id=order.body["option"]["option_id"])).status == 201


def test_fewer_units_than_offered_are_told_first(shop: World) -> None:
    # Given an offer of three of four tees
    pickup, _ = offered(shop, lines=order_lines(tee=4))

    # When one goes
    shop.order(order_body("A-1"))
    order = shop.order(order_body("A-2", lines=order_lines(tee=4), accept_partial=True, option_id=pickup))

    # Then
    assert (order.status, order.body["code"]) == (409, "offer_changed")


def test_a_better_plan_than_offered_is_taken(shop: World) -> None:
    # Given an offer of three of four tees
    pickup, _ = offered(shop, lines=order_lines(tee=4))

    # When more arrive before it is ordered
    shop.given(stock("senayan", tee=9, cap=3))
    order = shop.order(order_body(lines=order_lines(tee=4), accept_partial=True, option_id=pickup))

    # Then
    assert order.status == 201, order.body
    assert order.body["missing"] == []


def test_when_nothing_is_left_the_option_does_not_hide_it(shop: World) -> None:
    # Given an offer for caps, which are all sold then
    pickup, _ = offered(shop, lines=order_lines(cap=3))
    shop.order(order_body("A-1", lines=order_lines(cap=1)))

    # When
    order = shop.order(order_body("A-2", lines=order_lines(cap=3), option_id=pickup))

    # Then
    assert (order.status, order.body["code"]) == (409, "out_of_stock")
    assert order.body["left"] == [{"line_id": "1", "sku": "cap", "missing": 1, "left": 2}]
