"""Money is told, never taken: how long units wait for it, money in time, cash at the hand-over."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    a_location,
    a_product,
    order_body,
    stock,
)
from tests.support.world import Reply, World

CASH = {"state": "on_handover", "kind": "cash", "amount_due": {"amount": "199000", "currency": "IDR"}}


@pytest.fixture
def shop(world: World) -> World:
    """A store with three tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    return world


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


# --- how long units wait for money

WINDOWS: dict[str, tuple[dict[str, Any], str]] = {
    "card": ({"kind": "card"}, "2026-11-23T05:10:00+00:00"),
    "qris": ({"kind": "qris"}, "2026-11-23T05:15:00+00:00"),
    "a virtual account until it must be paid": (
        {"kind": "virtual_account", "pay_by": "2026-11-23T20:00:00+07:00"},
        "2026-11-23T13:00:00+00:00",
    ),
    "a virtual account, at most a day": (
        {"kind": "virtual_account", "pay_by": "2026-11-30T20:00:00+07:00"},
        "2026-11-24T05:00:00+00:00",
    ),
    "a virtual account without a deadline": ({"kind": "virtual_account"}, "2026-11-24T05:00:00+00:00"),
    "minimarket": ({"kind": "minimarket", "pay_by": "2026-11-23T18:00:00Z"}, "2026-11-23T18:00:00+00:00"),
    "a card that must be paid sooner": (
        {"kind": "card", "pay_by": "2026-11-23T12:05:00+07:00"},
        "2026-11-23T05:05:00+00:00",
    ),
    "a kind nobody knows": ({"kind": "cowries"}, "2026-11-23T05:10:00+00:00"),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_unpaid_units_are_kept_as_long_as_the_kind_of_payment_takes(shop: World, name: str) -> None:
    # Given
    payment, expires_at = WINDOWS[name]

    # When
    order = shop.order(order_body(payment={"state": "pending", **payment}))

    # Then
    assert order.status == 201, order.body
    assert order.body["status"] == "reserved"
    assert order.body["reservation_expires_at"] == expires_at
    assert shop.stock("tee", "senayan").reserved == 1


def test_the_windows_are_policy_and_never_longer_than_a_day(shop: World) -> None:
    # Given a policy for cowries
    windows = {"cowries": 45}
    shop.admin(
        "PUT", "/v1/policies/{name}", path={"name": "default"}, body={"payment_windows_minutes": windows}
    )
    too_long = shop.admin(
        "PUT",
        "/v1/policies/{name}",
        path={"name": "default"},
        body={"payment_windows_minutes": {"cowries": 1441}},
    )

    # When
    order = shop.order(order_body(payment={"state": "pending", "kind": "cowries"}))

    # Then
    assert order.body["reservation_expires_at"] == "2026-11-23T05:45:00+00:00"
    assert too_long.status == 422
    assert too_long.body["errors"][0]["field"] == "payment_windows_minutes.cowries"


# --- paid in time


def test_nobody_hears_of_an_order_before_it_is_paid(shop: World) -> None:
    # Given an order that waits for its money
    order = shop.order(order_body(payment=PENDING_CARD))
    shop.settle()

    # Then no store and no customer hears of it, and it is no work
    assert order.body["shipments"][0]["status"] == "waiting"
    assert shop.heard("StoreTopic") == []
    assert shop.heard("CustomerTopic") == []
    assert shop.tasks("senayan").body["tasks"] == []
    assert refused(shop.on_task("senayan", "A-1~1", "accept")) == (404, "unknown_task")

    # When it is paid
    confirmed = shop.on_order("A-1", "confirm", {"payment_reference": "P-77"})
    shop.settle()

    # Then they do, and it is
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")
    assert confirmed.body["payment"]["state"] == "captured"
    assert "reservation_expires_at" not in confirmed.body
    assert [task["task_id"] for task in shop.tasks("senayan").body["tasks"]] == ["A-1~1"]
    assert len(shop.heard("StoreTopic")) == 1
    assert len(shop.heard("CustomerTopic")) == 1
    assert shop.events("A-1") == ["OrderConfirmed", "OrderReserved"]
    assert shop.stock("tee", "senayan").reserved == 1


def test_confirming_twice_tells_once(shop: World) -> None:
    shop.order(order_body(payment=PENDING_CARD))

    shop.on_order("A-1", "confirm")
    again = shop.on_order("A-1", "confirm")

    assert (again.status, again.body["status"]) == (200, "confirmed")
    assert shop.events("A-1").count("OrderConfirmed") == 1


def test_money_in_time_keeps_the_promise_that_was_made(world: World) -> None:
    # Given a store that takes one pickup an hour, which this order has taken
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 1}), stock("senayan", tee=3))
    reserved = world.order(order_body(payment=PENDING_CARD)).body

    # When it is paid at once
    confirmed = world.on_order("A-1", "confirm").body

    # Then the order does not stand in its own way
    assert confirmed["shipments"][0]["promise"] == reserved["shipments"][0]["promise"]


def test_money_that_takes_its_time_moves_the_promise_and_its_place(world: World) -> None:
    # Given an order at noon, ready at one, paid at the minimarket at eight in the evening
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 1}), stock("senayan", tee=3))
    world.order(order_body(payment={"state": "pending", "kind": "minimarket"}))
    world.clock.forward(hours=8)

    # When
    confirmed = world.on_order("A-1", "confirm").body

    # Then it is ready an hour later than the money, and counts there
    assert confirmed["shipments"][0]["promise"] == {"ready_by": "2026-11-23T21:00:00+07:00"}
    assert world.windows() == {"2026-11-23T13": 0, "2026-11-23T21": 1}


def test_a_moved_promise_finds_the_next_window_with_room(world: World) -> None:
    # Given two unpaid orders of the morning, and somebody in the hour they would move to
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 1}), stock("senayan", tee=3))
    world.order(order_body("A-1", payment={"state": "pending", "kind": "minimarket"}))
    world.clock.forward(hours=4)
    world.order(order_body("A-2"))

    # When
    confirmed = world.on_order("A-1", "confirm").body

    # Then
    assert confirmed["shipments"][0]["promise"] == {"ready_by": "2026-11-23T18:00:00+07:00"}


# --- paid at the hand-over


def test_an_order_paid_at_the_handover_is_work_at_once_and_records_the_amount(shop: World) -> None:
    # Given
    order = shop.order(order_body(payment=CASH)).body
    assert (order["status"], order["payment"]["state"]) == ("confirmed", "on_handover")
    assert order["payment"]["amount_due"] == {"amount": "199000", "currency": "IDR"}
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(shop.heard("CustomerTopic")))[0]

    # When it is handed over without a word of the money, and with it
    silent = shop.on_task("senayan", "A-1~1", "collect", {"code": code})
    received = {"amount": "200000", "currency": "IDR"}
    done = shop.on_task("senayan", "A-1~1", "collect", {"code": code, "amount_received": received})

    # Then
    assert refused(silent) == (422, "amount_required")
    assert silent.body["errors"][0]["field"] == "amount_received"
    assert done.status == 200, done.body
    assert shop.get_order("A-1").body["payment"]["amount_received"] == received


def test_cancelling_what_was_never_paid_needs_no_refund(shop: World) -> None:
    shop.order(order_body(payment=CASH))

    cancelled = shop.on_order("A-1", "cancel").body

    assert cancelled["refund_required"] is False
    assert "RefundRequired" not in shop.events("A-1")


def test_what_was_paid_before_the_handover_is_not_asked_for_again(shop: World) -> None:
    # Given an order to be paid in the store, that is paid online after all
    shop.order(order_body(payment=CASH))
    paid = shop.on_order("A-1", "confirm")
    assert (paid.status, paid.body["payment"]["state"]) == (200, "captured")

    # When it is handed over without a word of the money
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(shop.heard("CustomerTopic")))[0]
    done = shop.on_task("senayan", "A-1~1", "collect", {"code": code})

    # Then that is all
    assert done.status == 200, done.body
    assert "OrderPaid" in shop.events("A-1")
