"""Reservations that end: the units come back once, and money that comes too late gets them or goes back."""

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
    """A store with three tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    return world


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


# --- not paid in time


def test_a_reservation_is_worth_nothing_from_the_instant_it_ends(shop: World) -> None:
    # Given
    shop.order(order_body(payment=PENDING_CARD))

    # When a microsecond is left, and when it is over
    shop.clock.forward(minutes=10, microseconds=-1)
    still = shop.get_order("A-1").body["status"]
    shop.clock.forward(microseconds=1)
    over = shop.get_order("A-1").body["status"]

    # Then it reads so at once, without any sweep
    assert (still, over) == ("reserved", "expired")


def test_the_sweep_gives_the_units_back_once(shop: World) -> None:
    # Given an unpaid order and a paid one
    shop.order(order_body("A-1", payment=PENDING_CARD))
    shop.order(order_body("A-2"))
    shop.clock.forward(minutes=10)

    # When the sweep runs, and runs again
    assert shop.sweep() == 1
    after_it = shop.everything()
    assert shop.sweep() == 0

    # Then
    row = shop.stock("tee", "senayan")
    assert (row.reserved, row.available) == (1, 2)
    assert shop.get_order("A-1").body["status"] == "expired"
    assert shop.get_order("A-2").body["status"] == "confirmed"
    assert shop.events("A-1") == ["OrderExpired", "OrderReserved"]
    assert shop.everything() == after_it


def test_the_sweep_leaves_alone_what_is_not_over(shop: World) -> None:
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=9, seconds=59)

    assert shop.sweep() == 0

    assert shop.stock("tee", "senayan").reserved == 1


def test_one_reservation_that_cannot_be_ended_does_not_keep_the_others(shop: World) -> None:
    # Given three overdue reservations, of which one has lost its stock row
    shop.given(a_product("cap"), stock("senayan", cap=1))
    shop.order(order_body("A-1", payment=PENDING_CARD))
    shop.order(order_body("A-2", payment=PENDING_CARD, lines=order_lines(cap=1)))
    shop.order(order_body("A-3", payment=PENDING_CARD))
    shop.take_away("cap", "senayan")
    shop.clock.forward(minutes=10)

    # When the sweep runs
    with pytest.raises(ExceptionGroup, match="A-2"):
        shop.sweep()

    # Then the others are ended all the same, and buyers are not kept from what is there
    assert shop.get_order("A-1").body["status"] == "expired"
    assert shop.stock("tee", "senayan").reserved == 0
    assert shop.order(order_body("B-1", lines=order_lines(tee=3))).status == 201
    assert shop.order(order_body("B-2")).status == 409


def test_a_buyer_found_short_ends_what_is_overdue_first(shop: World) -> None:
    # Given all three tees in a reservation that is over and not swept yet
    shop.order(order_body("A-1", payment=PENDING_CARD, lines=order_lines(tee=3)))
    shop.clock.forward(minutes=10)

    # When somebody wants them
    order = shop.order(order_body("B-1", lines=order_lines(tee=3)))

    # Then they are there
    assert order.status == 201, order.body
    assert shop.stock("tee", "senayan").reserved == 3
    assert shop.events("A-1") == ["OrderExpired", "OrderReserved"]


def test_a_buyer_found_short_does_not_end_what_may_still_be_paid(shop: World) -> None:
    shop.order(order_body("A-1", payment=PENDING_CARD, lines=order_lines(tee=3)))

    order = shop.order(order_body("B-1"))

    assert refused(order) == (409, "out_of_stock")
    assert shop.get_order("A-1").body["status"] == "reserved"


def test_the_customer_hears_that_the_time_is_over(shop: World) -> None:
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=10)
    shop.sweep()
    shop.settle()

    (told,) = shop.heard("CustomerTopic")
    assert told["subject"] == "Waktu bayar pesanan A-1 habis"
    assert shop.heard("StoreTopic") == []


# --- paid too late


def test_late_money_gets_the_units_if_they_are_still_there(shop: World) -> None:
    # Given a reservation that was swept
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(hours=1)
    shop.sweep()

    # When the money comes
    confirmed = shop.on_order("A-1", "confirm", key="late")
    shop.settle()

    # Then the order is made anew
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")
    assert [s["status"] for s in confirmed.body["shipments"]] == ["cancelled", "open"]
    assert shop.stock("tee", "senayan").reserved == 1
    assert [task["task_id"] for task in shop.tasks("senayan").body["tasks"]] == ["A-1~2"]
    assert shop.on_order("A-1", "confirm", key="late").raw == confirmed.raw
    assert shop.stock("tee", "senayan").reserved == 1


def test_late_money_need_not_wait_for_the_sweep(shop: World) -> None:
    # Given a reservation of everything that is over and not swept
    shop.order(order_body(payment=PENDING_CARD, lines=order_lines(tee=3)))
    shop.clock.forward(minutes=10)

    # When
    confirmed = shop.on_order("A-1", "confirm")

    # Then
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")
    assert shop.stock("tee", "senayan").reserved == 3
    assert shop.events("A-1") == ["OrderConfirmed", "OrderExpired", "OrderReserved"]


def test_late_money_for_units_that_are_gone_is_paid_back_once(shop: World) -> None:
    # Given a reservation that is over, and its units sold to somebody else
    shop.order(order_body("A-1", payment=PENDING_CARD, lines=order_lines(tee=3)))
    shop.clock.forward(minutes=10)
    shop.order(order_body("B-1", lines=order_lines(tee=2)))

    # When the money comes, and comes again
    gone = shop.on_order("A-1", "confirm", key="late")
    again = shop.on_order("A-1", "confirm", key="late")
    other_key = shop.on_order("A-1", "confirm")

    # Then it is said each time, and told once
    assert refused(gone) == refused(again) == refused(other_key) == (409, "paid_but_gone")
    assert gone.body["refund_required"] is True
    assert shop.events("A-1").count("RefundRequired") == 1
    order = shop.get_order("A-1").body
    assert (order["status"], order["refund_required"]) == ("expired", True)
    assert shop.stock("tee", "senayan").reserved == 2

    # And it stays so, even when stock comes back: a refund is under way
    shop.given(stock("senayan", tee=9))
    assert refused(shop.on_order("A-1", "confirm")) == (409, "paid_but_gone")


def test_late_money_ends_what_others_have_not_paid_in_time(shop: World) -> None:
    # Given two reservations that are over; the second held the units that the first gave back
    shop.order(order_body("A-1", payment=PENDING_CARD, lines=order_lines(tee=3)))
    shop.clock.forward(minutes=10)
    shop.sweep()
    shop.order(order_body("B-1", payment=PENDING_CARD, lines=order_lines(tee=3)))
    shop.clock.forward(minutes=10)

    # When the first is paid before the next sweep
    confirmed = shop.on_order("A-1", "confirm")

    # Then nothing is refused that is there
    assert (confirmed.status, confirmed.body["status"]) == (200, "confirmed")
    assert shop.get_order("B-1").body["status"] == "expired"


def test_late_money_of_a_delivery_is_routed_anew(shop: World) -> None:
    # Given a delivery from here that was not paid, after which the tees here were sold
    shop.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=1))
    shop.order(delivery_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=10)
    shop.order(order_body(lines=order_lines(tee=3)))

    # When
    confirmed = shop.on_order("D-1", "confirm")

    # Then another store sends it
    assert confirmed.status == 200, confirmed.body
    assert [(s["location_id"], s["status"]) for s in confirmed.body["shipments"]] == [
        ("senayan", "cancelled"),
        ("kota", "open"),
    ]


def test_money_for_a_cancelled_order_is_paid_back_once(shop: World) -> None:
    # Given
    shop.order(order_body(payment=PENDING_CARD))
    shop.on_order("A-1", "cancel")

    # When
    gone = shop.on_order("A-1", "confirm")
    again = shop.on_order("A-1", "confirm")

    # Then
    assert refused(gone) == refused(again) == (409, "paid_but_gone")
    assert shop.events("A-1").count("RefundRequired") == 1
    order = shop.get_order("A-1").body
    assert (order["status"], order["refund_required"]) == ("cancelled", True)
    assert shop.stock("tee", "senayan").reserved == 0


def test_money_for_an_order_that_nobody_could_supply_is_paid_back_once(shop: World) -> None:
    # Given an order from the queue that found nothing
    shop.deliver("intake", order_body(lines=order_lines(tee=99), payment=PENDING_CARD))

    # When it is paid for all the same
    gone = shop.on_order("A-1", "confirm")
    again = shop.on_order("A-1", "confirm")

    # Then
    assert (gone.status, gone.body["code"], gone.body["refund_required"]) == (409, "paid_but_gone", True)
    assert (again.status, again.body["code"]) == (409, "paid_but_gone")
    assert shop.events("A-1").count("RefundRequired") == 1


def test_a_refund_that_is_due_stays_due_when_the_order_is_cancelled(shop: World) -> None:
    # Given an unpaid order that nobody could supply, whose money came all the same
    body = {**order_body(lines=order_lines(tee=9), payment=PENDING_CARD), "channel": "market"}
    shop.deliver("intake", body)
    shop.on_order("market:A-1", "confirm", key="money")

    # When it is cancelled, and the checkout tells of the money again
    cancelled = shop.on_order("market:A-1", "cancel")
    again = shop.on_order("market:A-1", "confirm", key="money")

    # Then the refund was told once, and is still due
    assert cancelled.body["refund_required"] is True
    assert refused(again) == (409, "paid_but_gone")
    assert shop.events("market:A-1").count("RefundRequired") == 1
