"""A customer who is still at it keeps the units a while longer, and nobody keeps them for ever."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import PENDING_CARD, a_location, a_product, order_body, stock
from tests.support.world import Reply, World


@pytest.fixture
def shop(world: World) -> World:
    """A store with one tee, which somebody has in the basket and not paid."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=1))
    assert world.order(order_body(payment=PENDING_CARD)).status == 201
    return world


def deadline(reply: Reply) -> tuple[int, bool, str]:
    """Status, whether it moved, and to when (UTC; it is ordered at 05:00)."""
    return reply.status, reply.body["extended"], reply.body["reservation_expires_at"][11:16]


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_the_deadline_moves_by_a_window_from_now_on_and_nothing_else_does(shop: World) -> None:
    # Given
    before, version = shop.stock("tee", "senayan"), shop.windows()
    shop.clock.forward(minutes=7)

    # When
    extended = shop.on_order("A-1", "extend")

    # Then
    assert deadline(extended) == (200, True, "05:17")
    assert shop.get_order("A-1").body["reservation_expires_at"] == "2026-11-23T05:17:00+00:00"
    assert (shop.stock("tee", "senayan"), shop.windows()) == (before, version)
    assert shop.events("A-1") == ["OrderReserved", "ReservationExtended"]

    # And the old deadline means nothing any more, the new one everything
    shop.clock.forward(minutes=4)
    assert shop.sweep() == 0
    assert shop.order(order_body("B-1")).status == 409
    shop.clock.forward(minutes=6)
    assert shop.order(order_body("B-1")).status == 201


def test_it_moves_again_and_again_until_the_limit(shop: World) -> None:
    # When the customer does something every nine minutes
    told = []
    for _ in range(6):
        shop.clock.forward(minutes=9)
        told.append(deadline(shop.on_order("A-1", "extend")))

    # Then that helps for an hour after the order, and says when it helps no more
    times = ["05:19", "05:28", "05:37", "05:46", "05:55", "06:00"]
    assert told == [(200, True, time) for time in times]
    shop.clock.forward(minutes=6)
    assert refused(shop.on_order("A-1", "extend")) == (409, "not_reserved")


def test_at_the_limit_the_deadline_stays_and_the_answer_says_so(shop: World) -> None:
    # Given a deadline at the limit
    for _ in range(6):
        shop.clock.forward(minutes=9)
        shop.on_order("A-1", "extend")
    told = shop.events("A-1")

    # When
    again = shop.on_order("A-1", "extend")

    # Then
    assert deadline(again) == (200, False, "06:00")
    assert shop.events("A-1") == told


def test_a_deadline_of_the_payment_itself_is_never_passed(shop: World) -> None:
    # Given a virtual account that is open for half an hour
    payment = {"state": "pending", "kind": "virtual_account", "pay_by": "2026-11-23T05:30:00Z"}
    shop.on_order("A-1", "cancel")
    shop.order(order_body("V-1", payment=payment))
    shop.clock.forward(minutes=20)

    # When, Then
    assert deadline(shop.on_order("V-1", "extend")) == (200, False, "05:30")


def test_the_limit_is_policy(shop: World) -> None:
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body={"extend_up_to_minutes": 12})
    shop.clock.forward(minutes=9)

    assert deadline(shop.on_order("A-1", "extend")) == (200, True, "05:12")


def test_a_retry_gets_the_same_bytes_and_moves_nothing(shop: World) -> None:
    # Given
    shop.clock.forward(minutes=5)
    first = shop.on_order("A-1", "extend", key="same")
    shop.clock.forward(minutes=3)

    # When
    again = shop.on_order("A-1", "extend", key="same")

    # Then
    assert again.raw == first.raw
    assert shop.get_order("A-1").body["reservation_expires_at"] == "2026-11-23T05:15:00+00:00"
    assert shop.events("A-1").count("ReservationExtended") == 1


def test_what_is_over_is_not_extended(shop: World) -> None:
    shop.clock.forward(minutes=10)

    assert refused(shop.on_order("A-1", "extend")) == (409, "not_reserved")
    assert shop.order(order_body("B-1")).status == 201


@pytest.mark.parametrize("step", ["confirm", "cancel"])
def test_what_is_paid_or_let_go_has_no_deadline(shop: World, step: str) -> None:
    shop.on_order("A-1", step)

    assert refused(shop.on_order("A-1", "extend")) == (409, "not_reserved")


def test_an_order_nobody_knows_is_404(shop: World) -> None:
    assert refused(shop.on_order("A-9", "extend")) == (404, "unknown_order")


@pytest.mark.parametrize("body", [{"minutes": 600}, []])
def test_how_long_is_not_the_callers_to_say(shop: World, body: Any) -> None:
    reply = shop.on_order("A-1", "extend", body or "[]")

    assert reply.status == 422
    assert shop.events("A-1") == ["OrderReserved"]


@pytest.mark.parametrize("minutes", [0, 1441, 7.5])
def test_a_limit_that_is_none_is_refused(shop: World, minutes: Any) -> None:
    reply = shop.admin(
        "PUT", "/v1/policies/{name}", path={"name": "default"}, body={"extend_up_to_minutes": minutes}
    )

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "extend_up_to_minutes")
