"""Names of orders and tasks, and what an order knows of its shipments."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import Allocation
from fulfillment.domain.errors import NotFound
from fulfillment.domain.order import Shipment, parse_task_id, task_id, unique_order_id
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_reservation, a_shipment, an_order


def test_an_order_id_is_unique_within_its_channel() -> None:
    assert unique_order_id("web", "A-1") == "A-1"
    assert unique_order_id("tokopedia", "A-1") == "tokopedia:A-1"


def test_a_task_is_named_by_its_order_and_number() -> None:
    assert task_id("tokopedia:A-1", 12) == "tokopedia:A-1~12"
    assert parse_task_id("tokopedia:A-1~12") == ("tokopedia:A-1", 12)


@pytest.mark.parametrize(
    "text", ["", "A-1", "~1", "A-1~", "A-1~x", "A-1~-1", "A-1~1.5", "A-1~\u0661", "A-1~12345"]
)
def test_what_is_no_task_id_is_no_task(text: str) -> None:
    with pytest.raises(NotFound) as refusal:
        parse_task_id(text)

    assert refusal.value.code == "unknown_task"


def test_a_shipment_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        an_order().shipment(2)


@pytest.mark.parametrize("status", ["waiting", "open", "accepted", "picked", "ready"])
def test_work_in_hand_holds_stock(status: str) -> None:
    assert a_shipment(status=status).holds_stock


@pytest.mark.parametrize("status", ["collected", "shipped", "refused", "cancelled", "uncollected"])
def test_ended_work_holds_none(status: str) -> None:
    assert not a_shipment(status=status).holds_stock


def test_a_reservation_is_over_from_its_very_instant() -> None:
    order, end = a_reservation(), MONDAY_NOON + timedelta(minutes=15)

    assert not order.is_overdue(end - timedelta(microseconds=1))
    assert order.is_overdue(end)


def test_only_a_reservation_runs_out() -> None:
    much_later = MONDAY_NOON + timedelta(days=9)

    assert not an_order().is_overdue(much_later)
    assert not a_reservation(reservation_expires_at=None).is_overdue(much_later)
    assert not a_reservation(status="expired").is_overdue(much_later)


def test_one_shipment_is_replaced_and_the_others_stay() -> None:
    first, second = a_shipment("senayan", number=1), a_shipment("kota", number=2)

    changed = an_order(first, second).with_shipment(a_shipment("bandung", number=2))

    assert [s.location_id for s in changed.shipments] == ["senayan", "bandung"]


def of(status: str, quantity: int, number: int) -> Shipment:
    return a_shipment("senayan", Allocation("1", "tee", quantity), number=number, status=status)


def test_unallocated_is_what_no_live_or_finished_task_has() -> None:
    # Given eight tees: one shipped, two in work, one refused, and nobody for the rest
    order = an_order(
        of("shipped", 1, 1), of("accepted", 2, 2), of("refused", 1, 3), lines=(Line("1", "tee", 8),)
    )

    assert order.unallocated() == (Line("1", "tee", 5),)


def test_nothing_is_unallocated_when_every_unit_has_a_task() -> None:
    assert an_order().unallocated() == ()
