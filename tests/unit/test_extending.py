"""How long units are kept for somebody who is still at it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fulfillment.domain import order_steps
from fulfillment.domain.order import Order
from fulfillment.domain.policy import Policy
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_reservation, an_order

NOON = MONDAY_NOON


def at(minutes: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("kind", "now", "pay_by", "until"),
    [
        ("card", 4, None, 14),
        ("qris", 14, None, 29),
        ("card", 49, None, 59),
        ("card", 55, None, 60),
        ("card", 4, 12, 12),
        ("virtual_account", 300, None, 1440),
        ("a kind nobody knows", 4, None, 14),
    ],
    ids=["a window from now on", "qris", "below the limit", "at the limit", "pay by", "a day", "unknown"],
)
def test_a_reservation_is_extended_by_a_window_up_to_the_limit(
    kind: str, now: float, pay_by: float | None, until: float
) -> None:
    last = None if pay_by is None else at(pay_by)

    assert Policy().extended_deadline(kind, NOON, at(now), last) == at(until)


def test_the_limit_is_never_shorter_than_the_window_nor_longer_than_a_day() -> None:
    short = Policy(extend_up_to_minutes=5)
    long = Policy(extend_up_to_minutes=3 * 1440, payment_windows_minutes={"card": 3 * 1440})

    assert short.extended_deadline("card", NOON, at(4), None) == at(10)
    assert long.extended_deadline("card", NOON, at(60), None) == at(1440)


def test_only_the_deadline_moves() -> None:
    order = a_reservation()

    change = order_steps.extended(order, at(20), at(5))

    assert change is not None
    assert (change.order.reservation_expires_at, change.order.version) == (at(20), 2)
    assert (change.order.status, change.order.shipments) == ("reserved", order.shipments)
    assert (change.stock, change.replacements, change.capacity) == ((), (), ())
    told = {"reservation_expires_at": "2026-11-23T05:20:00+00:00"}
    assert change.events == (("ReservationExtended", told),)


@pytest.mark.parametrize("minutes", [15, 14, 0])
def test_a_deadline_never_moves_back(minutes: float) -> None:
    assert order_steps.extended(a_reservation(), at(minutes), at(5)) is None


@pytest.mark.parametrize("order", [an_order(), a_reservation(reservation_expires_at=at(5))])
def test_extending_what_is_no_live_reservation_is_a_bug(order: Order) -> None:
    with pytest.raises(AssertionError):
        order_steps.extended(order, at(20), at(5))
