"""Letting go: whole or by line, before and after the store began; units and places come back once."""

from __future__ import annotations

import pytest

from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World


@pytest.fixture
def shop(world: World) -> World:
    """A store with tees and caps that takes ten pickups an hour."""
    world.given(a_product("tee"), a_product("cap"))
    world.given(a_location("senayan", capacity={"pickup": 10}), stock("senayan", tee=3, cap=3))
    return world


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def places(shop: World) -> list[str]:
    """Orders counted in each window."""
    return [row["used"]["N"] for row in shop.rows("Capacity")]


def test_cancelling_gives_units_and_place_back_and_asks_for_the_refund(shop: World) -> None:
    # Given a paid order
    shop.order(order_body(lines=order_lines(tee=2, cap=1)))
    assert places(shop) == ["1"]

    # When
    cancelled = shop.on_order("A-1", "cancel", {"reason": "changed my mind"})
    shop.settle()

    # Then
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert cancelled.body["refund_required"] is True
    assert [s["status"] for s in cancelled.body["shipments"]] == ["cancelled"]
    assert (shop.stock("tee", "senayan").available, shop.stock("cap", "senayan").available) == (3, 3)
    assert places(shop) == ["0"]
    assert shop.tasks("senayan").body["tasks"] == []
    assert shop.events("A-1") == ["OrderCancelled", "OrderConfirmed", "RefundRequired"]
    assert "dibatalkan" in str(shop.heard("CustomerTopic"))


def test_an_unpaid_order_is_cancelled_without_a_refund(shop: World) -> None:
    shop.order(order_body(payment=PENDING_CARD))

    cancelled = shop.on_order("A-1", "cancel").body

    assert (cancelled["status"], cancelled["refund_required"]) == ("cancelled", False)
    assert shop.events("A-1") == ["OrderCancelled", "OrderReserved"]
    assert shop.stock("tee", "senayan").reserved == 0
    assert shop.sweep() == 0


def test_one_line_is_let_go_and_the_rest_stays(shop: World) -> None:
    # Given
    shop.order(order_body(lines=order_lines(tee=2, cap=1)))

    # When
    cancelled = shop.on_order("A-1", "cancel", {"lines": ["1"]})

    # Then
    assert (cancelled.status, cancelled.body["status"]) == (200, "confirmed")
    assert [line["sku"] for line in cancelled.body["lines"]] == ["cap"]
    assert [line["sku"] for line in cancelled.body["shipments"][0]["lines"]] == ["cap"]
    assert (shop.stock("tee", "senayan").reserved, shop.stock("cap", "senayan").reserved) == (0, 1)
    assert places(shop) == ["1"]
    (task,) = shop.tasks("senayan").body["tasks"]
    assert [line["sku"] for line in task["lines"]] == ["cap"]


def test_letting_go_of_every_line_is_letting_go_of_the_order(shop: World) -> None:
    shop.order(order_body(lines=order_lines(tee=2, cap=1)))

    first = shop.on_order("A-1", "cancel", {"lines": ["1"]})
    last = shop.on_order("A-1", "cancel", {"lines": ["2"]})

    assert (first.body["status"], last.body["status"]) == ("confirmed", "cancelled")
    assert places(shop) == ["0"]
    assert shop.stock("cap", "senayan").reserved == 0


def test_a_line_that_the_order_does_not_have_is_named(shop: World) -> None:
    shop.order(order_body())

    unknown = shop.on_order("A-1", "cancel", {"lines": ["1", "9"]})

    assert refused(unknown) == (422, "unknown_line")
    assert unknown.body["errors"][0]["field"] == "lines"
    assert shop.get_order("A-1").body["status"] == "confirmed"


def test_a_parcel_that_loses_its_only_line_is_not_sent(shop: World) -> None:
    # Given a delivery from two stores
    shop.given(a_product("bag"), a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", bag=1))
    shop.order(delivery_body(lines=order_lines(tee=1, bag=1)))

    # When the line of one of them is let go
    cancelled = shop.on_order("D-1", "cancel", {"lines": ["2"]})

    # Then
    assert [(s["location_id"], s["status"]) for s in cancelled.body["shipments"]] == [
        ("senayan", "open"),
        ("kota", "cancelled"),
    ]
    assert shop.stock("bag", "kota").reserved == 0
    assert shop.tasks("kota").body["tasks"] == []


def test_what_was_put_aside_is_blocked_until_it_is_back_on_the_shelf(shop: World) -> None:
    # Given an order that stands ready
    shop.order(order_body(lines=order_lines(tee=2)))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")

    # When a line, and then the order, is cancelled
    line = shop.on_order("A-1", "cancel", {"lines": ["1"]})

    # Then nobody can buy what lies behind the counter
    assert line.status == 200, "all lines are the whole order"
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.blocked, row.available) == (3, 0, 2, 1)
    assert places(shop) == ["0"]
    (movement,) = shop.rows("StockMovements")
    assert '"blocked_change":2' in movement["document"]["S"].replace(" ", "")


def test_a_picked_line_cannot_be_let_go_alone(shop: World) -> None:
    shop.order(order_body(lines=order_lines(tee=1, cap=1)))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")

    line = shop.on_order("A-1", "cancel", {"lines": ["1"]})

    assert refused(line) == (409, "already_picked")
    assert shop.stock("tee", "senayan").reserved == 1


def test_what_was_handed_over_cannot_be_cancelled(shop: World) -> None:
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    before = shop.everything()

    assert refused(shop.on_order("D-1", "cancel")) == (409, "already_handed_over")
    assert refused(shop.on_order("D-1", "cancel", {"lines": ["1"]})) == (409, "already_handed_over")
    assert shop.everything() == before


def test_the_parcel_that_did_not_leave_yet_can_still_be_cancelled(shop: World) -> None:
    # Given a delivery from two stores, one of which has sent its part
    shop.given(a_product("bag"), a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", bag=1))
    shop.order(delivery_body(lines=order_lines(tee=1, bag=1)))
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    # When
    cancelled = shop.on_order("D-1", "cancel")

    # Then
    assert (cancelled.status, cancelled.body["status"]) == (200, "fulfilled")
    assert [s["status"] for s in cancelled.body["shipments"]] == ["shipped", "cancelled"]
    assert shop.stock("bag", "kota").reserved == 0


def test_an_expired_order_cannot_be_cancelled(shop: World) -> None:
    # Given a reservation that is over and was not swept
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=10)

    # When
    cancelled = shop.on_order("A-1", "cancel")

    # Then it is ended, and says so
    assert refused(cancelled) == (409, "order_ended")
    assert shop.stock("tee", "senayan").reserved == 0
    assert shop.events("A-1") == ["OrderExpired", "OrderReserved"]


def test_a_pickup_that_waits_for_a_choice_can_be_cancelled(shop: World) -> None:
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "closing"})
    shop.settle()

    cancelled = shop.on_order("A-1", "cancel")

    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert "choices" not in cancelled.body
    assert places(shop) == ["0"]
