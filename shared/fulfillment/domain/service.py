"""What happens to a store's task when time passes: its timers, and the rungs of the service ladder.

Timers run in the opening hours of the location. A task that nobody accepts is told to its store again; after as long
once more a delivery is offered elsewhere, while of a pickup operations and the customer hear. What is not ready in time
operations hear of, once. What nobody comes for is kept for some days, and ends; so does an order whose customer is
asked what is to be done, and says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from fulfillment.domain.choice_steps import choice_reminded, unanswered
from fulfillment.domain.events import EventType
from fulfillment.domain.hours import (
    NEXT_OPENING_DAYS,
    OpeningHours,
    closing_time,
    instant,
    local_date,
    open_time,
    open_until,
)
from fulfillment.domain.location import Location
from fulfillment.domain.order import WORK, Change, Order, Rung, Shipment, has_timers, task_id
from fulfillment.domain.order_steps import cancelled
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import hours_of
from fulfillment.domain.question import Question
from fulfillment.domain.service_rules import ServiceRules
from fulfillment.domain.task_steps import refused

ServiceState = Literal["on_time", "at_risk", "late"]
Step = Literal[
    "remind",
    "offer_elsewhere",
    "not_accepted",
    "not_ready",
    "remind_to_collect",
    "uncollected",
    "remind_to_choose",
    "unanswered",
]

LOOK_AGAIN = timedelta(days=1)  # at a task that no timer runs for: hours and rules may change meanwhile


@dataclass(frozen=True)
class Watch:
    """By what the tasks of a location are watched."""

    hours: OpeningHours
    timezone: str
    rules: ServiceRules

    def after(self, start: datetime, minutes: int) -> datetime | None:
        """When so much opening time has passed; None when it does not open any more."""
        return open_until(self.hours, self.timezone, start, minutes)

    def gone(self, start: datetime, end: datetime) -> timedelta:
        """How much opening time lies between."""
        return open_time(self.hours, self.timezone, start, end)


def watch_of(location: Location, policy: Policy) -> Watch:
    """The location's own opening hours and numbers, under the order's policy."""
    return Watch(hours_of(location, policy), location.timezone, policy.service.but(location.service))


def kept_until(ready_at: datetime, location: Location, policy: Policy) -> datetime:
    """Until when what is ready is kept: closing time of the day so many days later, by the location's calendar.

    Days on which it does not open do not count: nobody could come. A location that opens on too few days within a year
    keeps it for so many days as they come, until midnight.
    """
    watch = watch_of(location, policy)
    day, left = local_date(ready_at, watch.timezone), watch.rules.keep_days
    for _ in range(NEXT_OPENING_DAYS):
        day += timedelta(days=1)
        closes = closing_time(watch.hours, watch.timezone, day)
        left -= closes is not None
        if closes is not None and left == 0:
            return closes
    return _midnight_after(local_date(ready_at, watch.timezone), watch.rules.keep_days, watch.timezone)


def _midnight_after(day: date, days: int, timezone: str) -> datetime:
    return instant(timezone, day + timedelta(days=days + 1), time(0))


def service_state(
    shipment: Shipment, policy: Policy, location: Location, now: datetime
) -> ServiceState | None:
    """Whether the task is on time; None where there is nothing left to do."""
    if shipment.status not in WORK:
        return None
    watch = watch_of(location, policy)
    timers = [(start, end) for start, end in _timers(shipment, policy, location) if end is not None]
    if any(end <= now for _, end in timers):
        return "late"
    percent = watch.rules.at_risk_percent
    risky = any(watch.gone(start, now) * 100 >= watch.gone(start, end) * percent for start, end in timers)
    return "at_risk" if risky else "on_time"


def _timers(
    shipment: Shipment, policy: Policy, location: Location
) -> tuple[tuple[datetime, datetime | None], ...]:
    since = _since(shipment)
    if shipment.status == "ready":
        return ((since, shipment.collect_until or kept_until(since, location, policy)),)
    watch = watch_of(location, policy)
    to_be_ready = (shipment.opened_at or since, _ready_by(shipment, watch))
    if shipment.status != "open":
        return (to_be_ready,)
    return ((since, watch.after(since, watch.rules.accept_minutes)), to_be_ready)


def _since(shipment: Shipment) -> datetime:
    return shipment.status_at or datetime.min.replace(tzinfo=UTC)


def _ready_by(shipment: Shipment, watch: Watch) -> datetime | None:
    """Never before the moment that was promised: work for tomorrow is not late today."""
    timer = watch.after(shipment.opened_at or _since(shipment), watch.rules.ready_minutes)
    return None if timer is None else max(timer, shipment.promise.due_at)


@dataclass(frozen=True)
class Due:
    """What is to be done about a task, and from when on. ``number`` 0: about the order itself."""

    at: datetime
    step: Step
    number: int


def next_due(
    order: Order, watched_by: Callable[[Shipment], tuple[Location, Policy]], now: datetime
) -> Due | None:
    """The first thing that time brings to this order; None while nothing will come.

    A person who holds the order stops its time; a question to the customer stops that of its stores.
    """
    if not has_timers(order):
        return None
    if order.question:
        return _choosing(order.question, now)
    dues = [
        due
        for shipment in order.shipments
        if shipment.status in WORK
        for due in _dues(shipment, *watched_by(shipment), now)
    ]
    return min(dues, key=lambda due: (due.at, due.number), default=None)


def next_look(
    order: Order, watched_by: Callable[[Shipment], tuple[Location, Policy]], now: datetime
) -> datetime:
    """When somebody is to look at the order again."""
    due = next_due(order, watched_by, now)
    return min(due.at, now + LOOK_AGAIN) if due else now + LOOK_AGAIN


def _dues(shipment: Shipment, location: Location, policy: Policy, now: datetime) -> list[Due]:
    if shipment.status == "ready":
        return [_collecting(shipment, location, policy, now)]
    watch = watch_of(location, policy)
    found: list[Due] = []

    def at(moment: datetime | None, step: Step) -> None:
        if moment is not None:
            found.append(Due(moment, step, shipment.number))

    if shipment.status == "open":
        minutes = watch.rules.accept_minutes
        if shipment.reminded_at is None:
            at(watch.after(_since(shipment), minutes), "remind")
        elif shipment.promise.method == "delivery":
            at(watch.after(shipment.reminded_at, minutes), "offer_elsewhere")
        elif "not_accepted" not in shipment.rungs:
            at(watch.after(shipment.reminded_at, minutes), "not_accepted")
    if "not_ready" not in shipment.rungs:
        at(_ready_by(shipment, watch), "not_ready")
    return found


def _choosing(question: Question, now: datetime) -> Due:
    """Nobody is reminded of what is over."""
    if question.remind_at is not None and now < question.until:
        return Due(question.remind_at, "remind_to_choose", 0)
    return Due(question.until, "unanswered", 0)


def _collecting(shipment: Shipment, location: Location, policy: Policy, now: datetime) -> Due:
    """Nobody is reminded of what has just been put aside, nor of what is over."""
    until = shipment.collect_until or kept_until(_since(shipment), location, policy)
    remind_at = until - timedelta(hours=watch_of(location, policy).rules.remind_hours)
    in_time = _since(shipment) < remind_at and now < until
    if in_time and "collect_reminded" not in shipment.rungs:
        return Due(remind_at, "remind_to_collect", shipment.number)
    return Due(until, "uncollected", shipment.number)


def taken(order: Order, due: Due, now: datetime) -> Change:
    """The step that is due, as a Change."""
    if due.step == "remind_to_choose":
        return choice_reminded(order)
    if due.step == "unanswered":
        return unanswered(order, now)
    shipment = order.shipment(due.number)
    match due.step:
        case "remind":
            return _told(order, replace(shipment, reminded_at=now), "reminded", "TaskReminded")
        case "offer_elsewhere":
            return refused(order, shipment, "not_accepted", None, (), now, question=None)
        case "not_accepted" | "not_ready":
            return _told(order, shipment, due.step, "TaskOverdue", reason=due.step)
        case "remind_to_collect":
            return _told(order, shipment, "collect_reminded", "CollectReminded")
        case "uncollected":
            return _uncollected(order, shipment, now)


def _uncollected(order: Order, shipment: Shipment, now: datetime) -> Change:
    """Nobody came: the units stay aside until staff put them back, and the order is over."""
    ending = cancelled(order, now)
    ended = replace(ending.order.shipment(shipment.number), status="uncollected", code=None)
    told: EventType = "TaskUncollected"
    why = {"reason": "uncollected"}
    return replace(
        ending,
        order=ending.order.with_shipment(ended),
        events=(
            (told, _detail(order, shipment)),
            *((event, {**what, **why}) for event, what in ending.events),
        ),
    )


def _told(order: Order, shipment: Shipment, rung: Rung, event: EventType, **more: str) -> Change:
    past = replace(shipment, rungs=(*shipment.rungs, rung))
    changed = replace(order.with_shipment(past), version=order.version + 1)
    return Change(changed, events=((event, _detail(order, shipment, **more)),))


def _detail(order: Order, shipment: Shipment, **more: str) -> dict[str, Any]:
    return {"task_id": task_id(order.order_id, shipment.number), "location_id": shipment.location_id, **more}
