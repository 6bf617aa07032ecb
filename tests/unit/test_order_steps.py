"""An order's own steps: placed, confirmed, cancelled, expired, supplied again; what each does and refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fulfillment.domain import order_steps
from fulfillment.domain.basket import Line
from fulfillment.domain.decision import Allocation, Decision, PlannedShipment, Shortfall
from fulfillment.domain.ledger import CapacityEffect, StockEffect
from fulfillment.domain.order import Change, Order, Payment, Shipment
from tests.support.builders import MONDAY_NOON, a_line
from tests.support.values import LATER, QUESTION, a_promise, a_reservation, a_shipment, an_order

NOW = MONDAY_NOON
WINDOW = "2026-11-23T14"
TWO_LINES = (Allocation("1", "tee", 2, floor=1), Allocation("2", "cap", 1, floor=1))
PENDING = Payment("pending", "qris")


def a_decision(*shipments: PlannedShipment, unfilled: tuple[Shortfall, ...] = ()) -> Decision:
    return Decision("planned", shipments, unfilled, (), (), None, True, (), "default", 1, NOW)


def planned(location_id: str, *allocations: Allocation, **more: Any) -> PlannedShipment:
    facts = {"distance_m": 900, "zone": "java", "capacity_limit": 5} | more
    return PlannedShipment(location_id, allocations or TWO_LINES, a_promise(), **facts)


def a_draft(*lines: Line, **more: Any) -> Order:
    return an_order(
        a_shipment(), shipments=(), lines=lines or (a_line("tee", 2, "1"), a_line("cap", 1, "2")), **more
    )


def told(change: Change) -> list[str]:
    return [event for event, _ in change.events]


def place_in(
    window: str, orders: int, location_id: str = "senayan", limit: int | None = None
) -> CapacityEffect:
    return CapacityEffect(location_id, "pickup", window, orders, limit)  # type: ignore[arg-type]


# --- placed


def test_a_paid_order_opens_its_tasks_and_takes_stock_and_a_place() -> None:
    change = order_steps.placed(a_draft(), a_decision(planned("senayan")), NOW)

    (shipment,) = change.order.shipments
    assert (shipment.number, shipment.location_id, shipment.status) == (1, "senayan", "open")
    assert (shipment.distance_m, shipment.zone, shipment.status_at) == (900, "java", NOW)
    assert change.stock == (
        StockEffect("reserve", "cap", "senayan", 1, floor=1),
        StockEffect("reserve", "tee", "senayan", 2, floor=1),
    )
    assert change.capacity == (place_in(WINDOW, 1, limit=5),)
    assert change.events == (("OrderConfirmed", {"tasks": [{"task_id": "A-1~1", "location_id": "senayan"}]}),)


def test_an_unpaid_order_waits_and_no_store_is_told() -> None:
    draft = a_draft(status="reserved", payment=PENDING)

    change = order_steps.placed(draft, a_decision(planned("senayan")), NOW)

    assert change.order.shipments[0].status == "waiting"
    assert told(change) == ["OrderReserved"]


def test_a_partial_order_keeps_what_it_got_and_says_what_is_missing() -> None:
    draft = a_draft(a_line("tee", 5, "1"), a_line("cap", 1, "2"))
    short = (Shortfall("1", "tee", 3, left=2), Shortfall("2", "cap", 1, left=0))

    change = order_steps.placed(
        draft, a_decision(planned("senayan", Allocation("1", "tee", 2)), unfilled=short), NOW
    )

    assert change.order.lines == (a_line("tee", 2, "1"),)
    assert change.order.missing == short


def test_an_order_that_a_queue_brought_in_vain_is_kept() -> None:
    draft = a_draft(status="reserved", payment=PENDING, reservation_expires_at=LATER)

    change = order_steps.unfillable(draft, "out_of_stock")

    assert (change.order.status, change.order.refusal) == ("unfillable", "out_of_stock")
    assert change.order.reservation_expires_at is None
    assert (change.stock, change.capacity) == ((), ())
    assert change.events == (("OrderUnfillable", {"reason": "out_of_stock"}),)


# --- confirmed


def test_payment_in_time_opens_the_tasks() -> None:
    change = order_steps.confirmed(a_reservation(), NOW, {})

    order = change.order
    assert (order.status, order.payment.state, order.version) == ("confirmed", "captured", 2)
    assert order.reservation_expires_at is None
    assert [s.status for s in order.shipments] == ["open"]
    assert (change.stock, change.capacity, told(change)) == ((), (), ["OrderConfirmed"])


def test_a_promise_that_can_no_longer_be_kept_is_made_anew_and_moves_its_place() -> None:
    fresh = a_promise(at=LATER + timedelta(hours=1), window="2026-11-23T15")

    change = order_steps.confirmed(a_reservation(), NOW, {1: fresh})

    assert change.order.shipments[0].promise == fresh
    assert change.capacity == (place_in(WINDOW, -1), place_in("2026-11-23T15", 1))


def test_a_later_promise_in_the_same_window_moves_nothing() -> None:
    fresh = a_promise(at=LATER + timedelta(minutes=15))

    change = order_steps.confirmed(a_reservation(), NOW, {1: fresh})

    assert (change.order.shipments[0].promise, change.capacity) == (fresh, ())


@pytest.mark.parametrize(
    "order", [an_order(), a_reservation(status="cancelled"), a_reservation(reservation_expires_at=NOW)]
)
def test_confirming_what_is_no_live_reservation_is_a_bug(order: Order) -> None:
    with pytest.raises(AssertionError):
        order_steps.confirmed(order, NOW, {})


def test_late_money_reserves_again_under_a_new_number() -> None:
    ended = a_reservation(a_shipment(status="cancelled"), status="expired", reservation_expires_at=None)

    change = order_steps.confirmed_late(ended, a_decision(planned("senayan", Allocation("1", "tee", 1))), NOW)

    assert [(s.number, s.status) for s in change.order.shipments] == [(1, "cancelled"), (2, "open")]
    assert (change.order.status, change.order.payment.state) == ("confirmed", "captured")
    assert [e.kind for e in change.stock] == ["reserve"]
    assert change.events == (("OrderConfirmed", {"tasks": [{"task_id": "A-1~2", "location_id": "senayan"}]}),)


def test_late_money_for_a_live_order_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        order_steps.confirmed_late(an_order(), a_decision(), NOW)


def test_money_for_what_is_gone_is_to_be_paid_back() -> None:
    change = order_steps.refund_due(a_reservation(status="expired"), "paid_but_gone")

    assert change.order.refund_required
    assert change.order.status == "expired"
    assert change.events == (("RefundRequired", {"reason": "paid_but_gone"}),)


# --- expired


def test_an_expired_reservation_gives_everything_back_once() -> None:
    order = a_reservation(a_shipment("senayan", *TWO_LINES, status="waiting"))

    change = order_steps.expired(order, NOW + timedelta(minutes=15))

    assert (change.order.status, change.order.reservation_expires_at) == ("expired", None)
    assert [s.status for s in change.order.shipments] == ["cancelled"]
    assert {(e.kind, e.sku, e.quantity) for e in change.stock} == {
        ("release", "tee", 2),
        ("release", "cap", 1),
    }
    assert change.capacity == (place_in(WINDOW, -1),)
    assert told(change) == ["OrderExpired"]


def test_a_reservation_that_is_still_good_does_not_expire() -> None:
    with pytest.raises(AssertionError):
        order_steps.expired(a_reservation(), NOW)


# --- supplied again, choices, done


def refused_delivery(*others: Shipment) -> Order:
    return an_order(a_shipment(status="refused"), *others, method="delivery")


def test_another_store_takes_over_under_a_new_number() -> None:
    order = refused_delivery()

    change = order_steps.supplied_again(order, a_decision(planned("kota", Allocation("1", "tee", 1))), NOW)

    assert [(s.number, s.location_id, s.status) for s in change.order.shipments] == [
        (1, "senayan", "refused"),
        (2, "kota", "open"),
    ]
    assert (change.order.status, change.order.unfilled) == ("confirmed", ())
    assert [(e.kind, e.location_id) for e in change.stock] == [("reserve", "kota")]
    assert change.events == (("OrderRerouted", {"tasks": [{"task_id": "A-1~2", "location_id": "kota"}]}),)


def test_an_order_that_nobody_can_supply_is_unfillable() -> None:
    change = order_steps.left_unfilled(refused_delivery(), (Shortfall("1", "tee", 1, 0),))

    assert change.order.status == "unfillable"
    assert change.events == (
        ("OrderUnfillable", {"reason": "nobody_can_supply", "lines": [{"line_id": "1", "quantity": 1}]}),
    )


def test_an_order_that_is_partly_under_way_goes_on_and_a_person_sees_the_rest() -> None:
    order = refused_delivery(a_shipment("kota", Allocation("2", "cap", 1), number=2, status="shipped"))

    change = order_steps.left_unfilled(order, (Shortfall("1", "tee", 1, 0),))

    assert (change.order.status, change.order.unfilled) == ("confirmed", (Shortfall("1", "tee", 1, 0),))


def test_a_refused_pickup_is_the_customers_choice() -> None:
    order = an_order(a_shipment(status="refused"), status="needs_choice")

    change = order_steps.offered_choices(order, ({"choice": "cancel"},), QUESTION)

    assert (change.order.status, change.order.choices) == ("needs_choice", ({"choice": "cancel"},))
    assert change.order.question == QUESTION
    told = {"choices": [{"choice": "cancel"}], "choose_until": QUESTION.until.isoformat()}
    assert change.events == (("ChoiceRequired", told),)


def test_choices_for_an_order_that_needs_none_are_a_bug() -> None:
    with pytest.raises(AssertionError):
        order_steps.offered_choices(an_order(), (), QUESTION)


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (an_order(a_shipment(status="collected")), "fulfilled"),
        (an_order(a_shipment(status="shipped"), a_shipment(number=2)), "confirmed"),
        (an_order(a_shipment(status="refused")), "confirmed"),
        (an_order(a_shipment(status="collected"), lines=(a_line("tee", 2),)), "confirmed"),
    ],
)
def test_an_order_is_fulfilled_when_everything_is_handed_over(order: Order, status: str) -> None:
    assert order_steps.fulfilled_if_done(order).status == status
