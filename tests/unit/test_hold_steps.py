"""An order that a person stops, and lets go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fulfillment.domain import hold_steps, order_steps, task_steps
from fulfillment.domain.decision import Allocation
from fulfillment.domain.errors import NotFound, WrongState
from fulfillment.domain.order import Hold, Order
from tests.support.builders import MONDAY_NOON
from tests.support.values import QUESTION, a_reservation, a_shipment, an_order

NOON = MONDAY_NOON
HOLD = Hold("fraud_check", NOON, "called at noon")
LONG_AFTER = NOON + timedelta(days=2)


def on_hold(order: Order) -> Order:
    """The same, held since noon."""
    return replace(order, hold=HOLD)


@pytest.mark.parametrize("order", [a_reservation(), an_order(), an_order(status="needs_choice")])
def test_an_order_on_its_way_is_held_and_loses_nothing(order: Order) -> None:
    change = hold_steps.held(order, HOLD)

    assert change is not None
    assert change.order == replace(order, hold=HOLD, version=2)
    assert (change.stock, change.replacements, change.capacity) == ((), (), ())
    assert change.events == (("OrderHeld", {"reason": "fraud_check"}),)  # a note may name a person


def test_holding_again_changes_nothing() -> None:
    assert hold_steps.held(on_hold(an_order()), Hold("other", LONG_AFTER)) is None


@pytest.mark.parametrize("status", ["fulfilled", "cancelled", "expired", "unfillable"])
def test_what_ended_is_not_held(status: str) -> None:
    with pytest.raises(WrongState, match=status):
        hold_steps.held(an_order(status=status), HOLD)


def test_a_reservation_that_is_over_is_not_held() -> None:
    with pytest.raises(WrongState, match="expired"):
        hold_steps.held(a_reservation(reservation_expires_at=NOON), HOLD)


def test_what_is_held_does_not_run_out() -> None:
    assert a_reservation().is_overdue(LONG_AFTER)
    assert not on_hold(a_reservation()).is_overdue(LONG_AFTER)


@pytest.mark.parametrize(("minutes", "until"), [(2, 15), (5, 15), (6, 16), (60, 70)])
def test_released_it_has_ten_minutes_left_or_its_old_deadline(minutes: int, until: int) -> None:
    change = hold_steps.released(on_hold(a_reservation()), NOON + timedelta(minutes=minutes), QUESTION)

    assert change is not None
    assert (change.order.hold, change.order.version) == (None, 2)
    assert change.order.reservation_expires_at == NOON + timedelta(minutes=until)
    assert change.events == (("OrderReleased", {"tasks": []}),)


def test_a_release_names_the_open_work() -> None:
    order = on_hold(an_order(a_shipment("kota", status="shipped"), a_shipment("senayan", number=2)))

    change = hold_steps.released(order, NOON, QUESTION)

    assert change is not None
    assert change.order.reservation_expires_at is None
    assert change.events == (("OrderReleased", {"tasks": [{"task_id": "A-1~2", "location_id": "senayan"}]}),)


def test_a_release_begins_the_timers_of_stores_anew() -> None:
    past = a_shipment(opened_at=NOON, reminded_at=NOON, rungs=("reminded",))

    change = hold_steps.released(on_hold(an_order(past)), LONG_AFTER, QUESTION)

    assert change is not None
    assert change.order.shipments == (
        replace(past, status_at=LONG_AFTER, opened_at=LONG_AFTER, reminded_at=None, rungs=()),
    )


def test_what_waits_for_its_customer_is_kept_for_as_much_longer_as_the_hold_lasted() -> None:
    waits = a_shipment(status="ready", collect_until=NOON)

    change = hold_steps.released(on_hold(an_order(waits)), LONG_AFTER, QUESTION)

    assert change is not None
    assert change.order.shipments == (replace(waits, collect_until=LONG_AFTER),)


def test_releasing_what_nobody_holds_changes_nothing() -> None:
    assert hold_steps.released(an_order(), NOON, QUESTION) is None


def test_money_is_recorded_and_the_hold_stays() -> None:
    order = order_steps.confirmed(on_hold(a_reservation()), LONG_AFTER, {}).order

    assert (order.status, order.payment.state, order.hold) == ("confirmed", "captured", HOLD)


def test_a_cancelled_order_is_held_no_more() -> None:
    assert order_steps.cancelled(on_hold(a_reservation()), LONG_AFTER).order.hold is None


def test_an_order_whose_last_lines_go_is_held_no_more_and_one_that_goes_on_is() -> None:
    handed_over = a_shipment("kota", Allocation("1", "tee", 1), status="shipped")
    rest = a_shipment("senayan", Allocation("2", "cap", 1), Allocation("3", "bag", 1), number=2)
    order = on_hold(an_order(handed_over, rest, method="delivery"))

    on = order_steps.lines_cancelled(order, frozenset({"2"}), NOON).order
    ended = order_steps.lines_cancelled(on, frozenset({"3"}), NOON).order

    assert (on.status, on.hold) == ("confirmed", HOLD)
    assert (ended.status, ended.hold) == ("fulfilled", None)


def test_no_step_is_taken_on_a_task_of_a_held_order() -> None:
    with pytest.raises(WrongState) as refused:
        task_steps.require_not_held(on_hold(an_order()))

    assert refused.value.code == "on_hold"


def test_another_store_does_not_hear_that_there_is_an_order() -> None:
    with pytest.raises(NotFound):
        task_steps.of_location(on_hold(an_order()), 1, "kota")
