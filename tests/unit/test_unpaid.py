"""Whose unpaid units count together, and when an order counts some."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fulfillment.domain import order_steps
from fulfillment.domain.decision import Allocation, Decision, PlannedShipment, Shortfall
from fulfillment.domain.order import Order
from fulfillment.domain.unpaid import Unpaid, customer_hash
from tests.support.builders import MONDAY_NOON, a_line
from tests.support.values import a_promise, a_reservation, a_shipment

NOW = MONDAY_NOON
DEWI = Unpaid("dewi", 3)
THREE = (Allocation("1", "tee", 2), Allocation("2", "cap", 1))


def reserved(**more: object) -> Order:
    """Two tees and a cap that nobody paid for."""
    return replace(a_reservation(a_shipment("senayan", *THREE, status="waiting"), unpaid=DEWI), **more)


@pytest.mark.parametrize("phone", ["+6281234567890", "081234567890", "+62081234567890", "+62 812-3456-7890"])
def test_a_number_is_the_same_however_it_is_written(phone: str) -> None:
    assert customer_hash(phone, None) == customer_hash("+6281234567890", "dewi@example.com")


def test_an_address_counts_where_there_is_no_number() -> None:
    assert customer_hash(None, " Dewi@Example.com") == customer_hash(None, "dewi@example.com")
    assert customer_hash(None, "dewi@example.com") != customer_hash("+6281234567890", None)


def test_a_customer_who_gave_neither_is_nobody() -> None:
    assert customer_hash(None, None) is None
    assert customer_hash("", "") is None


def test_a_key_does_not_name_the_person() -> None:
    told = customer_hash("+6281234567890", None)
    assert told is not None
    assert "81234567890" not in told
    assert len(told) == 32


def test_an_unpaid_order_counts_what_it_got() -> None:
    # Given three units wanted, of which the customer does without one
    draft = reserved(shipments=(), lines=(a_line("tee", 2, "1"), a_line("cap", 1, "2")))
    short = (Shortfall("1", "tee", 1, left=1),)
    plan = (PlannedShipment("senayan", THREE, a_promise(), 900, "java", None),)
    decision = Decision("partial", plan, short, (), (), None, True, (), "default", 1, NOW)

    # When
    order = order_steps.placed(draft, decision, NOW).order

    # Then
    assert order.unpaid == Unpaid("dewi", 2)


def test_an_order_that_is_paid_counts_nothing() -> None:
    assert order_steps.confirmed(reserved(), NOW, {}).order.unpaid is None


def test_an_order_that_ended_counts_nothing() -> None:
    later = NOW + timedelta(minutes=15)

    assert order_steps.expired(reserved(), later).order.unpaid is None
    assert order_steps.cancelled(reserved(), NOW).order.unpaid is None
    assert order_steps.unfillable(reserved(), "out_of_stock").order.unpaid is None


def test_a_line_let_go_of_counts_no_more() -> None:
    assert order_steps.lines_cancelled(reserved(), frozenset({"1"}), NOW).order.unpaid == Unpaid("dewi", 1)
    everything = frozenset({"1", "2"})
    assert order_steps.lines_cancelled(reserved(), everything, NOW).order.unpaid is None


def test_an_order_of_nobody_counts_nothing() -> None:
    order = reserved(unpaid=None)

    assert order_steps.lines_cancelled(order, frozenset({"1"}), NOW).order.unpaid is None
