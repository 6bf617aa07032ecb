"""What a customer does: chooses after a refusal, or does not, and says that they are on the way. Plain functions to a
Change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from fulfillment.domain.basket import CustomerPlace, Method
from fulfillment.domain.decision import Decision, Shortfall
from fulfillment.domain.errors import WrongState
from fulfillment.domain.events import EventType
from fulfillment.domain.order import (
    HOLDING,
    Change,
    Order,
    Shipment,
    new_shipments,
    taking,
    task_id,
    tasks_detail,
    without_price_of,
)
from fulfillment.domain.order_steps import cancelled, end_tasks

CUSTOMER = "customer"  # who did it, in the story of an order

ChoiceWord = Literal["part", "pickup", "delivery", "cancel"]


@dataclass(frozen=True)
class Wish:
    """What the customer chose: what was found, another store, delivery (to ``ship_to``, or where we know already), or
    to let go.
    """

    choice: ChoiceWord
    location_id: str | None = None
    ship_to: Mapping[str, str] | None = None


def is_done(order: Order, wish: Wish) -> bool:
    """Whether the order is as the customer wishes already: the button was pressed twice."""
    if wish.choice == "cancel":
        return order.status == "cancelled"
    if wish.choice == "part":
        return order.status == "confirmed" and any(s.missing and s.holds_stock for s in order.shipments)
    if order.status != "confirmed" or order.method != wish.choice:
        return False
    return wish.choice == "delivery" or order.location_id == wish.location_id


def require_choice(order: Order, wish: Wish, now: datetime) -> None:
    """WrongState unless the customer has been, or is about to be, asked, and is in time. Who wants to cancel is never
    too late: that is what happens.
    """
    if order.hold:
        raise WrongState("on_hold", "A person is looking at this order; please wait for word.")
    if order.status == "cancelled":
        raise WrongState("order_ended", "The order is cancelled: there is nothing to choose any more.")
    if order.status != "needs_choice":
        raise WrongState("nothing_to_choose", "There is nothing to choose: the order goes its way.")
    if order.question and order.is_unanswered(now) and wish.choice != "cancel":
        raise WrongState(
            "choice_over",
            "The time to choose is over: the order is being cancelled, and what was paid is paid back.",
            extra={"choose_until": order.question.until.isoformat(timespec="seconds")},
        )


def moved(order: Order, wish: Wish, decision: Decision, customer: CustomerPlace, now: datetime) -> Change:
    """The whole order goes to another store, or is delivered. What was picked is put aside where it was."""
    assert order.status == "needs_choice", order.status
    assert not {s.location_id for s in decision.shipments} & set(order.not_again()), decision.shipments
    method: Method = "delivery" if wish.choice == "delivery" else "pickup"
    ended, freed, given_back = end_tasks(order, _kept(order), now)
    added = new_shipments(decision.shipments, len(order.shipments) + 1, "open", now)
    stock, capacity = taking(decision.shipments)
    changed = replace(
        ended,
        status="confirmed",
        method=method,
        location_id=wish.location_id,
        customer=customer,
        shipments=ended.shipments + added,
        unfilled=(),
        choices=(),
        question=None,
        version=order.version + 1,
    )
    told: tuple[tuple[EventType, Mapping[str, Any]], ...] = (
        _made(wish),
        ("OrderRerouted", tasks_detail(added, order.order_id)),
    )
    return Change(changed, freed + stock, (), given_back + capacity, told)


def part_is_enough(order: Order, wish: Wish) -> Change | None:
    """The customer takes what was found; the rest is let go, and paid back where it was paid. None when nothing was."""
    assert order.status == "needs_choice", order.status
    gone = order.unallocated()
    rest = {line.line_id: line.quantity for line in gone}
    if not any(s.holds_stock for s in order.shipments):
        return None
    kept = tuple(
        replace(line, quantity=line.quantity - rest.get(line.line_id, 0))
        for line in order.lines
        if line.quantity > rest.get(line.line_id, 0)
    )
    paid = order.payment.state == "captured"
    changed = replace(
        order,
        status="confirmed",
        lines=kept,
        missing=_without(order, rest),
        choices=(),
        question=None,
        payment=without_price_of(order.payment, gone),
        refund_required=order.refund_required or paid,
        version=order.version + 1,
    )
    made, what = _made(wish)
    going_on = tuple(s for s in order.shipments if s.holds_stock)  # its store hears of it
    told: tuple[tuple[EventType, Mapping[str, Any]], ...] = (
        (made, {**what, **tasks_detail(going_on, order.order_id)}),
    )
    if paid:
        told += (("RefundRequired", {"reason": "part", "lines": sorted(rest)}),)
    return Change(changed, events=told)


def let_go(order: Order, wish: Wish, now: datetime) -> Change:
    """None of what is left will do."""
    change = cancelled(order, now)
    return replace(change, events=(_made(wish), *change.events))


def choice_reminded(order: Order) -> Change:
    """The customer hears once more that they are asked, and until when."""
    assert order.question is not None, order.order_id
    past = replace(order.question, remind_at=None)
    told: EventType = "ChoiceReminded"
    detail = {"choose_until": past.until.isoformat()}
    return Change(replace(order, question=past, version=order.version + 1), events=((told, detail),))


def unanswered(order: Order, now: datetime) -> Change:
    """The customer did not choose in time: nothing waits for them any more."""
    assert order.is_unanswered(now), order.order_id
    change = cancelled(order, now)
    why = {"reason": "no_choice"}
    return replace(change, events=tuple((event, {**what, **why}) for event, what in change.events))


def on_the_way(order: Order, now: datetime) -> Change | None:
    """The customer sets out to collect. None when that was said before: the first time counts."""
    if order.method != "pickup":
        raise WrongState("wrong_method", "This order is delivered: there is no need to come.")
    task = waiting_for_customer(order, now)
    if task is None or order.hold:
        raise WrongState("not_ready", "It is not ready to be collected: we write when it is.")
    if task.on_my_way_at is not None:
        return None
    changed = replace(
        order.with_shipment(replace(task, on_my_way_at=now)),
        version=order.version + 1,
    )
    told = {"task_id": task_id(order.order_id, task.number), "location_id": task.location_id, "by": CUSTOMER}
    return Change(changed, events=(("CustomerOnTheWay", told),))


def waiting_for_customer(order: Order, now: datetime) -> Shipment | None:
    """What can be collected now: what is kept no longer cannot, also before the sweep has ended its task."""
    if order.status != "confirmed":
        return None
    ready = (s for s in order.shipments if s.status == "ready")
    return next((s for s in ready if s.collect_until is None or now < s.collect_until), None)


def _kept(order: Order) -> list[int]:
    return [s.number for s in order.shipments if s.status in HOLDING]


def _without(order: Order, rest: Mapping[str, int]) -> tuple[Shortfall, ...]:
    """What the customer goes without, by line: what was agreed to before, and this."""
    agreed = {short.line_id: short for short in order.missing}
    for line in order.lines:
        if more := rest.get(line.line_id):
            before = agreed.get(line.line_id, Shortfall(line.line_id, line.sku, 0, 0))
            agreed[line.line_id] = replace(before, quantity=before.quantity + more, left=0)
    return tuple(agreed.values())


def _made(wish: Wish) -> tuple[EventType, Mapping[str, Any]]:
    where = {"location_id": wish.location_id} if wish.location_id else {}
    return "ChoiceMade", {"choice": wish.choice, **where, "by": CUSTOMER}
