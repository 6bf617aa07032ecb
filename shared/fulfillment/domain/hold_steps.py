"""A person stops an order, and lets it go on. Each step is a plain function to a Change; None when it is so already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fulfillment.domain.errors import WrongState
from fulfillment.domain.events import EventType
from fulfillment.domain.order import WORK, Change, Hold, Order, OrderStatus, Shipment, tasks_detail
from fulfillment.domain.question import Question

ON_ITS_WAY: frozenset[OrderStatus] = frozenset({"reserved", "confirmed", "needs_choice"})
LEFT_TO_PAY = timedelta(minutes=10)  # after a hold, which was not the customer's doing


def held(order: Order, hold: Hold) -> Change | None:
    """Nobody works on it, and it does not run out. WrongState when it ended."""
    if order.hold:
        return None
    if order.status not in ON_ITS_WAY or order.is_overdue(hold.since):
        status = "expired" if order.is_overdue(hold.since) else order.status
        raise WrongState("wrong_state", f"An order that is {status} cannot be held.")
    changed = replace(order, hold=hold, version=order.version + 1)
    told: EventType = "OrderHeld"
    return Change(changed, events=((told, {"reason": hold.reason}),))


def released(order: Order, now: datetime, question: Question) -> Change | None:
    """It goes on where it was. What is unpaid is kept for ten minutes at least, or until its old deadline.

    A store's timers begin anew, and so does the customer's time to choose: that is the ``question``. A pickup is kept
    for as much longer as nobody could come. The event names the open work: the stores hear of what they did not hear of
    before.
    """
    if order.hold is None:
        return None
    deadline = order.reservation_expires_at
    if deadline is not None:
        deadline = max(deadline, now + LEFT_TO_PAY)
    tasks = tuple(_timed_anew(task, order.hold, now) for task in order.shipments)
    changed = replace(
        order,
        hold=None,
        shipments=tasks,
        reservation_expires_at=deadline,
        question=question if order.status == "needs_choice" else None,
        version=order.version + 1,
    )
    work = tuple(s for s in order.shipments if s.status in WORK)
    told: EventType = "OrderReleased"
    return Change(changed, events=((told, tasks_detail(work, order.order_id)),))


def _timed_anew(task: Shipment, hold: Hold, now: datetime) -> Shipment:
    if task.status not in WORK:
        return task
    if task.status == "ready":
        until = task.collect_until
        return replace(task, collect_until=until + (now - hold.since) if until else None)
    since = now if task.status == "open" else task.status_at
    return replace(task, status_at=since, opened_at=now, reminded_at=None, rungs=())


def free_when_ended(order: Order) -> Order:
    """There is nothing to hold in an order that ended."""
    return order if order.status in ON_ITS_WAY else replace(order, hold=None)
