"""Letting go: of an order, of lines of it; what comes back, what is paid back, and what is too late."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fulfillment.domain import order_steps
from fulfillment.domain.basket import Money
from fulfillment.domain.decision import Allocation, Shortfall
from fulfillment.domain.errors import InvalidRequest, WrongState
from fulfillment.domain.ledger import CapacityEffect, StockEffect
from fulfillment.domain.order import Change, Order, Payment
from tests.support.builders import MONDAY_NOON, a_line
from tests.support.values import a_reservation, a_shipment, an_order

NOW = MONDAY_NOON
WINDOW = "2026-11-23T14"
TWO_LINES = (Allocation("1", "tee", 2), Allocation("2", "cap", 1))
ON_HANDOVER = Payment("on_handover", "cod")


def told(change: Change) -> list[str]:
    return [event for event, _ in change.events]


def place_in(
    window: str, orders: int, location_id: str = "senayan", limit: int | None = None
) -> CapacityEffect:
    return CapacityEffect(location_id, "pickup", window, orders, limit)  # type: ignore[arg-type]


# --- cancelled


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("waiting", "release"),
        ("open", "release"),
        ("accepted", "release"),
        ("picked", "put_aside"),
        ("ready", "put_aside"),
    ],
)
def test_cancelling_frees_the_shelf_or_puts_aside_what_left_it(status: str, kind: str) -> None:
    change = order_steps.cancelled(an_order(a_shipment(status=status), payment=ON_HANDOVER), NOW)

    assert (change.order.status, change.order.shipments[0].status) == ("cancelled", "cancelled")
    assert [(e.kind, e.quantity) for e in change.stock] == [(kind, 1)]
    assert change.capacity == (place_in(WINDOW, -1),)
    assert change.events == (("OrderCancelled", {"lines": ["1"]}),)
    assert not change.order.refund_required


@pytest.mark.parametrize("status", ["refused", "cancelled", "uncollected"])
def test_a_task_that_ended_before_gives_nothing_back_again(status: str) -> None:
    change = order_steps.cancelled(an_order(a_shipment(status=status), status="needs_choice"), NOW)

    assert (change.order.status, change.stock, change.capacity) == ("cancelled", (), ())
    assert change.order.shipments[0].status == status


def test_cancelling_a_paid_order_asks_for_the_refund() -> None:
    change = order_steps.cancelled(an_order(), NOW)

    assert change.order.refund_required
    assert change.events[1] == ("RefundRequired", {"reason": "cancelled", "lines": ["1"]})


def a_half_shipped_order() -> Order:
    sent = a_shipment(
        "senayan", Allocation("1", "tee", 1), Allocation("2", "cap", 1), number=1, status="shipped"
    )
    rest = a_shipment("kota", Allocation("2", "cap", 1), Allocation("3", "pin", 1), number=2)
    lines = (a_line("tee", 1, "1"), a_line("cap", 2, "2"), a_line("pin", 1, "3"))
    return an_order(sent, rest, method="delivery", lines=lines)


def test_what_was_handed_over_is_neither_cancelled_nor_paid_back() -> None:
    change = order_steps.cancelled(a_half_shipped_order(), NOW)

    assert change.order.status == "fulfilled"
    assert [s.status for s in change.order.shipments] == ["shipped", "cancelled"]
    assert {e.location_id for e in change.stock} == {"kota"}
    assert change.events == (
        ("OrderCancelled", {"lines": ["2", "3"]}),
        ("RefundRequired", {"reason": "cancelled", "lines": ["2", "3"]}),
        ("OrderFulfilled", {}),
    )


def test_cancelling_forgets_what_was_open() -> None:
    waiting = an_order(
        a_shipment(status="refused"),
        status="needs_choice",
        choices=({"choice": "cancel"},),
        unfilled=(Shortfall("1", "tee", 1, 0),),
    )

    order = order_steps.cancelled(waiting, NOW).order

    assert (order.choices, order.unfilled) == ((), ())


@pytest.mark.parametrize(
    ("status", "code"),
    [("cancelled", "order_ended"), ("expired", "order_ended"), ("fulfilled", "already_handed_over")],
)
def test_what_is_over_cannot_be_cancelled(status: str, code: str) -> None:
    with pytest.raises(WrongState) as refusal:
        order_steps.cancelled(an_order(status=status), NOW)

    assert refusal.value.code == code


# --- lines cancelled


def test_one_line_is_let_go_and_the_task_goes_on_with_the_rest() -> None:
    change = order_steps.lines_cancelled(an_order(a_shipment("senayan", *TWO_LINES)), frozenset({"2"}), NOW)

    assert [line.line_id for line in change.order.lines] == ["1"]
    assert change.order.shipments[0].allocations == (Allocation("1", "tee", 2),)
    assert change.stock == (StockEffect("release", "cap", "senayan", 1),)
    assert change.capacity == ()
    assert change.order.refund_required
    assert change.events == (
        ("OrderCancelled", {"lines": ["2"]}),
        ("RefundRequired", {"reason": "cancelled", "lines": ["2"]}),
    )


@pytest.mark.parametrize(
    ("cap", "left"),
    [
        (Money(Decimal(99000), "IDR"), Money(Decimal(398000), "IDR")),
        (Money(Decimal(9), "USD"), None),
        (None, None),
    ],
    ids=["its price is known", "in another currency", "it is not"],
)
def test_nobody_pays_at_the_handover_for_a_line_that_was_let_go(
    cap: Money | None, left: Money | None
) -> None:
    lines = (a_line("tee", 2), replace(a_line("cap", 1, "2"), unit_price=cap))
    due = Payment("on_handover", "cash", Money(Decimal(497000), "IDR"))
    order = replace(an_order(a_shipment("senayan", *TWO_LINES), payment=due), lines=lines)

    change = order_steps.lines_cancelled(order, frozenset({"2"}), NOW)

    assert change.order.payment.amount_due == left


def test_a_task_with_nothing_left_to_do_gives_its_place_back() -> None:
    order = an_order(
        a_shipment("senayan", Allocation("1", "tee", 1), number=1),
        a_shipment("kota", Allocation("2", "cap", 1), number=2),
        payment=ON_HANDOVER,
    )

    change = order_steps.lines_cancelled(order, frozenset({"2"}), NOW)

    assert [s.status for s in change.order.shipments] == ["open", "cancelled"]
    assert change.capacity == (place_in(WINDOW, -1, "kota"),)
    assert told(change) == ["OrderCancelled"]
    assert not change.order.refund_required


def test_letting_go_of_the_last_open_line_ends_an_order_that_was_partly_shipped() -> None:
    order = an_order(
        a_shipment("senayan", Allocation("1", "tee", 1), number=1, status="shipped"),
        a_shipment("kota", Allocation("2", "cap", 1), number=2),
        method="delivery",
    )

    change = order_steps.lines_cancelled(order, frozenset({"2"}), NOW)

    assert change.order.status == "fulfilled"
    assert told(change)[-1] == "OrderFulfilled"


def test_a_line_that_nobody_supplies_is_let_go_without_a_shelf() -> None:
    order = an_order(
        a_shipment("senayan", Allocation("1", "tee", 1), number=1),
        a_shipment("kota", Allocation("2", "cap", 1), number=2, status="refused"),
        unfilled=(Shortfall("2", "cap", 1, 0),),
    )

    change = order_steps.lines_cancelled(order, frozenset({"2"}), NOW)

    assert (change.stock, change.capacity, change.order.unfilled) == ((), (), ())
    assert change.order.shipments[1].status == "refused"


def test_all_lines_together_are_the_order() -> None:
    order = an_order(a_shipment("senayan", *TWO_LINES))

    assert order_steps.lines_cancelled(order, frozenset({"1", "2"}), NOW) == order_steps.cancelled(order, NOW)


def test_a_line_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidRequest, match="no line '9'"):
        order_steps.lines_cancelled(an_order(), frozenset({"1", "9"}), NOW)


@pytest.mark.parametrize("status", ["picked", "ready", "collected", "shipped"])
def test_a_line_that_left_the_shelf_is_not_cancelled_alone(status: str) -> None:
    order = an_order(a_shipment("senayan", *TWO_LINES, status=status))

    with pytest.raises(WrongState) as refusal:
        order_steps.lines_cancelled(order, frozenset({"2"}), NOW)

    assert refusal.value.code == "already_picked"


@pytest.mark.parametrize(
    "order",
    [
        *(
            an_order(a_shipment("senayan", *TWO_LINES), status=s)
            for s in ("fulfilled", "expired", "needs_choice")
        ),
        a_reservation(a_shipment("senayan", *TWO_LINES, status="waiting"), reservation_expires_at=NOW),
    ],
)
def test_lines_of_an_order_that_is_over_stay(order: Order) -> None:
    with pytest.raises(WrongState) as refusal:
        order_steps.lines_cancelled(order, frozenset({"2"}), NOW)

    assert refusal.value.code == "order_ended"
