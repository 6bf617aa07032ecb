"""A store's task: every step from every state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from fulfillment.domain import task_steps
from fulfillment.domain.basket import Money
from fulfillment.domain.decision import Allocation
from fulfillment.domain.errors import InvalidRequest, NotFound, WrongState
from fulfillment.domain.ledger import CapacityEffect, StockEffect, StockReplacement
from fulfillment.domain.order import Change, Order, Payment
from fulfillment.domain.pickup_code import CodeMark
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON
from tests.support.values import QUESTION, a_shipment, an_order

NOW = MONDAY_NOON
IN_THREE_DAYS = NOW + timedelta(days=3)
CODE = CodeMark("k1", 1, "hash")
STATES = (
    "waiting",
    "open",
    "accepted",
    "picked",
    "ready",
    "collected",
    "shipped",
    "refused",
    "cancelled",
    "uncollected",
)
RIGHT = {
    "accept": ("open",),
    "ready": ("accepted", "picked"),
    "undo-ready": ("ready",),
    "collect": ("ready",),
    "ship": ("accepted", "picked"),
    "refuse": ("open", "accepted", "picked", "ready"),
}
AFTER = {
    "accept": "accepted",
    "ready": "ready",
    "undo-ready": "picked",
    "collect": "collected",
    "ship": "shipped",
    "refuse": "refused",
}
STEPS: dict[str, Callable[[Order], Change]] = {
    "accept": lambda o: task_steps.accepted(o, o.shipments[0], "budi", NOW),
    "ready": lambda o: task_steps.ready(o, o.shipments[0], CODE, IN_THREE_DAYS, "budi", NOW),
    "undo-ready": lambda o: task_steps.not_ready(o, o.shipments[0], "budi", NOW),
    "collect": lambda o: task_steps.collected(o, o.shipments[0], None, "budi", NOW),
    "ship": lambda o: task_steps.shipped(o, o.shipments[0], "JNE", "JNE001", "budi", NOW),
    "refuse": lambda o: task_steps.refused(
        o, o.shipments[0], "no_time", "queue", (), NOW, "budi", question=QUESTION
    ),
}
TOLD = {
    "accept": ["TaskAccepted"],
    "ready": ["TaskReady"],
    "undo-ready": ["TaskNotReady"],
    "collect": ["TaskCollected", "OrderFulfilled"],
    "ship": ["TaskShipped", "OrderFulfilled"],
    "refuse": ["TaskRefused"],
}


def an_order_for(step: str, state: str) -> Order:
    return an_order(a_shipment(status=state), method="delivery" if step == "ship" else "pickup")


@pytest.mark.parametrize(("step", "state"), [(step, state) for step in STEPS for state in RIGHT[step]])
def test_a_step_from_the_right_state_is_taken_and_told(step: str, state: str) -> None:
    order = an_order_for(step, state)

    change = STEPS[step](order)

    (shipment,) = change.order.shipments
    assert (shipment.status, shipment.status_at, change.order.version) == (
        AFTER[step],
        NOW,
        order.version + 1,
    )
    assert [event for event, _ in change.events] == TOLD[step]
    assert (
        change.events[0][1].items()
        >= {
            "task_id": "A-1~1",
            "location_id": "senayan",
            "by": "budi",
        }.items()
    )


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (step, state)
        for step in STEPS
        for state in STATES
        if state not in RIGHT[step] and (step, state) != ("accept", "accepted")
    ],
)
def test_a_step_from_any_other_state_is_refused_and_says_the_state(step: str, state: str) -> None:
    with pytest.raises(WrongState) as refusal:
        STEPS[step](an_order_for(step, state))

    assert (refusal.value.code, refusal.value.extra) == ("wrong_state", {"task_status": state})
    assert repr(step) in refusal.value.detail


@pytest.mark.parametrize(
    ("step", "method"), [("ready", "delivery"), ("collect", "delivery"), ("ship", "pickup")]
)
def test_a_step_of_the_other_method_is_refused(step: str, method: str) -> None:
    order = an_order(a_shipment(status=RIGHT[step][0]), method=method)

    with pytest.raises(WrongState) as refusal:
        STEPS[step](order)

    assert refusal.value.code == "wrong_method"


# --- whose task it is


def test_a_task_is_its_own_stores_alone() -> None:
    order = an_order(a_shipment("senayan"))

    assert task_steps.of_location(order, 1, "senayan") == order.shipments[0]
    with pytest.raises(NotFound):
        task_steps.of_location(order, 1, "kota")
    with pytest.raises(NotFound):
        task_steps.of_location(order, 2, "senayan")


def test_a_task_that_no_store_was_told_of_does_not_exist_for_it() -> None:
    with pytest.raises(NotFound):
        task_steps.of_location(an_order(a_shipment(status="waiting")), 1, "senayan")


# --- whose work it is


def test_a_task_that_somebody_is_at_is_taken_over_only_by_saying_so() -> None:
    order = an_order(a_shipment(status="accepted", accepted_by="siti"))

    with pytest.raises(WrongState) as refusal:
        task_steps.accepted(order, order.shipments[0], "budi", NOW)
    taken = task_steps.accepted(order, order.shipments[0], "budi", NOW, take_over=True)

    assert (refusal.value.code, refusal.value.extra["accepted_by"]) == ("claimed", "siti")
    assert (taken.order.shipments[0].status, taken.order.shipments[0].accepted_by) == ("accepted", "budi")


# --- what steps leave behind


def test_who_accepted_is_kept() -> None:
    assert STEPS["accept"](an_order()).order.shipments[0].accepted_by == "budi"


def test_ready_keeps_the_mark_of_the_code() -> None:
    assert STEPS["ready"](an_order_for("ready", "picked")).order.shipments[0].code == CODE


def test_what_is_put_aside_says_where_and_by_whom() -> None:
    order = an_order(a_shipment(status="accepted", accepted_by="siti"))

    (task,) = task_steps.ready(
        order, order.shipments[0], CODE, IN_THREE_DAYS, "budi", NOW, "Rak B3"
    ).order.shipments

    assert (task.staging, task.accepted_by, task.picked_by) == ("Rak B3", "siti", "budi")


def test_when_a_device_did_it_is_told() -> None:
    order, before = an_order(a_shipment(status="accepted")), NOW - timedelta(minutes=5)

    change = task_steps.ready(order, order.shipments[0], CODE, IN_THREE_DAYS, "budi", NOW, None, before)

    assert change.events[0][1]["done_at"] == before.isoformat()


def test_what_is_not_ready_after_all_gets_another_code_the_next_time() -> None:
    order = an_order(a_shipment(status="ready", code=CODE, staging="Rak B3", picked_by="budi"))

    (task,) = task_steps.not_ready(order, order.shipments[0], "siti", NOW).order.shipments

    assert (task.status, task.code, task.code_version) == ("picked", None, 2)
    assert (task.staging, task.picked_by) == ("Rak B3", "budi")


def test_nothing_is_ready_while_its_customer_is_asked() -> None:
    order = an_order(a_shipment(status="picked"), status="needs_choice")

    with pytest.raises(WrongState) as refusal:
        STEPS["ready"](order)

    assert refusal.value.code == "waiting_for_customer"


def test_accepting_and_putting_aside_move_no_stock() -> None:
    for step in ("accept", "ready"):
        change = STEPS[step](an_order_for(step, RIGHT[step][0]))
        assert (change.stock, change.replacements, change.capacity) == ((), (), ())


@pytest.mark.parametrize("step", ["collect", "ship"])
def test_a_hand_over_takes_the_units_out_of_the_building(step: str) -> None:
    change = STEPS[step](an_order_for(step, RIGHT[step][0]))

    assert change.stock == (StockEffect("hand_over", "tee", "senayan", 1),)
    assert change.capacity == ()
    assert change.order.status == "fulfilled"


def test_a_parcel_names_its_carrier_and_number() -> None:
    (shipment,) = STEPS["ship"](an_order_for("ship", "accepted")).order.shipments

    assert (shipment.carrier, shipment.tracking_number) == ("JNE", "JNE001")


def test_an_order_of_two_parcels_is_fulfilled_with_the_second() -> None:
    first = a_shipment("senayan", Allocation("1", "tee", 1), number=1, status="accepted")
    second = a_shipment("kota", Allocation("2", "cap", 1), number=2, status="accepted")
    order = an_order(first, second, method="delivery")

    halfway = task_steps.shipped(order, first, "JNE", "1", "budi", NOW)
    done = task_steps.shipped(halfway.order, second, "JNE", "2", "budi", NOW)

    assert (halfway.order.status, [e for e, _ in halfway.events]) == ("confirmed", ["TaskShipped"])
    assert (done.order.status, [e for e, _ in done.events]) == (
        "fulfilled",
        ["TaskShipped", "OrderFulfilled"],
    )


# --- money at the hand-over


def an_unpaid_ready_order() -> Order:
    return an_order(a_shipment(status="ready"), payment=Payment("on_handover", "cash"))


def test_an_order_paid_at_the_counter_says_what_was_received() -> None:
    order, received = an_unpaid_ready_order(), Money(Decimal(199000), "IDR")

    change = task_steps.collected(order, order.shipments[0], received, "budi", NOW)

    assert change.order.payment.amount_received == received


def test_goods_are_not_handed_over_without_saying_what_was_received() -> None:
    order = an_unpaid_ready_order()

    with pytest.raises(InvalidRequest) as refusal:
        task_steps.require_collectable(order, order.shipments[0], None, NOW)

    assert [e.field for e in refusal.value.errors] == ["amount_received"]


# --- refusals


def test_a_refused_pickup_waits_for_the_customer_and_the_store_is_remembered() -> None:
    order = an_order(a_shipment(status="ready", code=CODE), refused_by=("kota",))

    change = STEPS["refuse"](order)

    (shipment,) = change.order.shipments
    assert change.order.status == "needs_choice"
    assert change.order.method == "pickup"
    assert change.order.refused_by == ("kota", "senayan")
    assert (shipment.refusal_reason, shipment.refusal_note, shipment.code) == ("no_time", "queue", None)
    assert change.events[0][1]["reason"] == "no_time"


def test_a_refused_delivery_looks_on_by_itself() -> None:
    change = STEPS["refuse"](an_order(method="delivery"))

    assert change.order.status == "confirmed"


@pytest.mark.parametrize("state", ["open", "accepted", "picked", "ready"])
def test_a_refusal_gives_the_place_in_the_window_back(state: str) -> None:
    change = STEPS["refuse"](an_order(a_shipment(status=state)))

    assert change.capacity == (CapacityEffect("senayan", "pickup", "2026-11-23T14", -1),)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("damaged", "put_aside"), ("no_time", "release"), ("closing", "release"), ("other", "release")],
)
def test_a_reason_says_where_the_units_go(reason: str, kind: str) -> None:
    order = an_order(a_shipment("senayan", Allocation("1", "tee", 2), Allocation("2", "tee", 1)))

    change = task_steps.refused(order, order.shipments[0], reason, None, (), NOW, "budi", question=QUESTION)  # type: ignore[arg-type]

    assert change.stock == (StockEffect(kind, "tee", "senayan", 3, refused=True),)  # type: ignore[arg-type]
    assert change.replacements == ()


@pytest.mark.parametrize("state", ["picked", "ready"])
def test_what_was_picked_for_a_refused_task_stands_aside(state: str) -> None:
    change = STEPS["refuse"](an_order(a_shipment(status=state)))

    assert change.stock == (StockEffect("put_aside", "tee", "senayan", 1, refused=True),)
    assert change.order.shipments[0].put_back == (Allocation("1", "tee", 1),)


def test_what_no_store_said_counts_as_no_refusal() -> None:
    order = an_order()

    change = task_steps.refused(order, order.shipments[0], "stock_short", None, (), NOW, question=QUESTION)

    assert change.stock == (StockEffect("release", "tee", "senayan", 1),)
    assert "by" not in change.events[0][1]


def test_what_was_offered_after_a_short_pick_is_void_after_a_refusal() -> None:
    order = an_order(a_shipment(status="picked"), status="needs_choice", choices=({"choice": "part"},))

    assert STEPS["refuse"](order).order.choices == ()


def test_not_found_rewrites_every_shelf_it_is_about() -> None:
    # Given two SKUs of which one has more on the shelf than was promised
    order = an_order(a_shipment("senayan", Allocation("1", "tee", 2), Allocation("2", "cap", 1)))
    tee = StockRow("tee", "senayan", on_hand=5, reserved=2, version=3)
    cap = StockRow("cap", "senayan", on_hand=1, reserved=1, version=9)

    change = task_steps.refused(
        order, order.shipments[0], "not_found", None, (tee, cap), NOW, question=QUESTION
    )

    # Then nothing is believed in until somebody counts
    assert change.stock == ()
    assert change.replacements == (
        StockReplacement(cap, StockRow("cap", "senayan", 1, 0, 1, 1, version=10, refusals=1)),
        StockReplacement(tee, StockRow("tee", "senayan", 5, 0, 5, 5, version=4, refusals=1)),
    )
