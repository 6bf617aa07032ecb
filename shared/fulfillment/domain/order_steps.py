"""The steps of an order: place, confirm, cancel, expire, supply again. Each is a plain function to a Change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import Decision, Shortfall
from fulfillment.domain.errors import InvalidRequest, WrongState
from fulfillment.domain.events import EventType
from fulfillment.domain.hold_steps import free_when_ended
from fulfillment.domain.ledger import CapacityEffect, StockEffect, stock_effects
from fulfillment.domain.order import (
    HANDED_OVER,
    HOLDING,
    Change,
    Order,
    Shipment,
    ended,
    giving_back,
    new_shipments,
    taking,
    tasks_detail,
    without_price_of,
)
from fulfillment.domain.promise import Promise
from fulfillment.domain.question import Question
from fulfillment.domain.unpaid import Unpaid


def placed(draft: Order, decision: Decision, now: datetime, by: str | None = None) -> Change:
    """A new order with the decision's shipments: reserved while payment is pending, else confirmed at once."""
    paid = draft.status == "confirmed"
    shipments = new_shipments(decision.shipments, 1, "open" if paid else "waiting", now)
    short = {s.line_id: s.quantity for s in decision.unfilled}
    lines = tuple(
        replace(line, quantity=line.quantity - short.get(line.line_id, 0))
        for line in draft.lines
        if line.quantity > short.get(line.line_id, 0)
    )
    stock, capacity = taking(decision.shipments)
    order = replace(
        draft, shipments=shipments, lines=lines, missing=decision.unfilled, unpaid=_recounted(draft, lines)
    )
    told: EventType = "OrderConfirmed" if paid else "OrderReserved"
    detail = tasks_detail(shipments, order.order_id) | ({"by": by} if by else {})
    return Change(order, stock, (), capacity, ((told, detail),))


def unfillable(draft: Order, reason: str) -> Change:
    """An order from a queue that cannot be accepted: kept, so that a person sees it."""
    order = replace(draft, status="unfillable", reservation_expires_at=None, unpaid=None, refusal=reason)
    return Change(order, events=(("OrderUnfillable", {"reason": reason}),))


def confirmed(
    order: Order, now: datetime, fresh: Mapping[int, Promise], limits: Mapping[int, int | None] | None = None
) -> Change:
    """Payment arrived in time: the tasks open. ``fresh`` has new promises of shipments that can't keep theirs, and
    ``limits`` how many orders the windows of these take; both by shipment number.
    """
    assert order.status == "reserved", order.status
    assert not order.is_overdue(now), order.reservation_expires_at
    capacity: list[CapacityEffect] = []
    shipments: list[Shipment] = []
    for shipment in order.shipments:
        opened = replace(shipment, status="open", status_at=now, opened_at=now)
        if new := fresh.get(shipment.number):
            opened = replace(opened, promise=new)
            if new.window != shipment.promise.window:
                place, limit = (shipment.location_id, order.method), (limits or {}).get(shipment.number)
                capacity.append(CapacityEffect(*place, shipment.promise.window, -1))
                capacity.append(CapacityEffect(*place, new.window, 1, limit))
        shipments.append(opened)
    changed = replace(
        order,
        status="confirmed",
        shipments=tuple(shipments),
        payment=replace(order.payment, state="captured"),
        reservation_expires_at=None,
        unpaid=None,
        version=order.version + 1,
    )
    told = tasks_detail(changed.shipments, order.order_id)
    return Change(changed, capacity=tuple(capacity), events=(("OrderConfirmed", told),))


def paid_early(order: Order) -> Change:
    """An order to be paid at the hand-over was paid before: staff must not ask for the money again."""
    assert order.payment.state == "on_handover", order.payment
    changed = replace(order, payment=replace(order.payment, state="captured"), version=order.version + 1)
    return Change(changed, events=(("OrderPaid", {}),))


def confirmed_late(order: Order, decision: Decision, now: datetime) -> Change:
    """Money came after the reservation ended and the stock was still there: reserved again and confirmed."""
    assert order.status == "expired", order.status
    added = new_shipments(decision.shipments, len(order.shipments) + 1, "open", now)
    stock, capacity = taking(decision.shipments)
    changed = replace(
        order,
        status="confirmed",
        shipments=order.shipments + added,
        payment=replace(order.payment, state="captured"),
        reservation_expires_at=None,
        version=order.version + 1,
    )
    told = tasks_detail(added, order.order_id)
    return Change(changed, stock, (), capacity, (("OrderConfirmed", told),))


def refund_due(order: Order, reason: str) -> Change:
    """Money came for an order that ended and cannot be had any more. From here on only a refund is right."""
    changed = replace(order, refund_required=True, version=order.version + 1)
    return Change(changed, events=(("RefundRequired", {"reason": reason}),))


def extended(order: Order, until: datetime, now: datetime) -> Change | None:
    """The customer is still busy paying: the units are kept until then. None when they are kept as long already."""
    assert order.status == "reserved", order.status
    assert not order.is_overdue(now), order.reservation_expires_at
    if order.reservation_expires_at is None or until <= order.reservation_expires_at:
        return None
    changed = replace(order, reservation_expires_at=until, version=order.version + 1)
    told: EventType = "ReservationExtended"
    return Change(changed, events=((told, {"reservation_expires_at": until.isoformat()}),))


def expired(order: Order, now: datetime) -> Change:
    """The reservation is over: its units and its places in capacity windows come back, once."""
    assert order.is_overdue(now), order
    return _expired(order, {}, now)


def given_up(order: Order, now: datetime) -> Change:
    """Its units turned out not to be there, before it was paid. Money that comes all the same is late money."""
    assert order.status == "reserved", order.status
    return _expired(order, {"reason": "stock_short"}, now)


def _expired(order: Order, detail: Mapping[str, Any], now: datetime) -> Change:
    ended, stock, capacity = end_tasks(order, (s.number for s in order.shipments if s.holds_stock), now)
    changed = replace(
        ended, status="expired", reservation_expires_at=None, unpaid=None, version=order.version + 1
    )
    return Change(changed, stock, (), capacity, (("OrderExpired", detail),))


def cancelled(order: Order, now: datetime) -> Change:
    """Let go of everything that was not handed over yet."""
    if order.status in ("cancelled", "expired"):
        raise WrongState("order_ended", f"The order is already {order.status}.")
    if order.status == "fulfilled":
        raise WrongState("already_handed_over", "The goods were handed over; a return is another matter.")
    ended, stock, capacity = end_tasks(order, (s.number for s in order.shipments if s.holds_stock), now)
    partly = any(s.status in HANDED_OVER for s in order.shipments)
    changed = replace(
        ended,
        status="fulfilled" if partly else "cancelled",
        reservation_expires_at=None,
        unpaid=None,
        hold=None,
        unfilled=(),
        choices=(),
        question=None,
        refund_required=order.refund_required or order.payment.state == "captured",
        version=order.version + 1,
    )
    return Change(changed, stock, (), capacity, _cancel_events(changed, _not_handed_over(order)))


def replaced(order: Order, by: str, now: datetime) -> Change:
    """Let go of a reservation because another takes its place, in one write with it."""
    assert order.status == "reserved", order.status
    assert not order.is_overdue(now), order.reservation_expires_at
    change = cancelled(order, now)
    return replace(
        change, events=tuple((told, {**detail, "replaced_by": by}) for told, detail in change.events)
    )


def lines_cancelled(order: Order, line_ids: frozenset[str], now: datetime) -> Change:
    """Let go of some lines. Possible until they are picked; all lines together is a cancelled order."""
    known = {line.line_id for line in order.lines}
    if unknown := sorted(line_ids - known):
        raise InvalidRequest.of("lines", "unknown_line", f"The order has no line {unknown[0]!r}.")
    if line_ids >= known:
        return cancelled(order, now)
    if order.status not in ("reserved", "confirmed") or order.is_overdue(now):
        raise WrongState("order_ended", f"Lines of an order that is {order.status} cannot be cancelled.")
    stock: list[StockEffect] = []
    capacity: list[CapacityEffect] = []
    shipments: list[Shipment] = []
    for shipment in order.shipments:
        gone = [a for a in shipment.allocations if a.line_id in line_ids]
        if not gone or not (shipment.holds_stock or shipment.status in HANDED_OVER):
            shipments.append(shipment)
            continue
        if shipment.status not in ("waiting", "open", "accepted"):
            raise WrongState("already_picked", "A line that was already picked cannot be cancelled alone.")
        stock += stock_effects("release", shipment.location_id, ((a.sku, a.quantity) for a in gone))
        kept = tuple(a for a in shipment.allocations if a.line_id not in line_ids)
        if kept:
            shipments.append(replace(shipment, allocations=kept))
        else:
            shipments.append(replace(shipment, status="cancelled", status_at=now))
            capacity.append(CapacityEffect(shipment.location_id, order.method, shipment.promise.window, -1))
    kept_lines = tuple(line for line in order.lines if line.line_id not in line_ids)
    changed = replace(
        order,
        lines=kept_lines,
        unpaid=_recounted(order, kept_lines),
        payment=without_price_of(order.payment, (line for line in order.lines if line.line_id in line_ids)),
        shipments=tuple(shipments),
        unfilled=tuple(s for s in order.unfilled if s.line_id not in line_ids),
        refund_required=order.refund_required or order.payment.state == "captured",
        version=order.version + 1,
    )
    changed = fulfilled_if_done(changed)
    if changed.unfilled and not _under_way(changed):
        changed = replace(changed, status="unfillable")
    changed = free_when_ended(changed)
    return Change(changed, tuple(stock), (), tuple(capacity), _cancel_events(changed, sorted(line_ids)))


def supplied_again(order: Order, decision: Decision, now: datetime) -> Change:
    """New shipments for what a store could not supply."""
    added = new_shipments(decision.shipments, len(order.shipments) + 1, "open", now)
    stock, capacity = taking(decision.shipments)
    changed = replace(
        order,
        status="confirmed",
        shipments=order.shipments + added,
        unfilled=(),
        version=order.version + 1,
    )
    told = tasks_detail(added, order.order_id)
    return Change(changed, stock, (), capacity, (("OrderRerouted", told),))


def left_unfilled(order: Order, unfilled: tuple[Shortfall, ...]) -> Change:
    """Nobody can supply the rest: a person decides. An order of which nothing is under way is unfillable."""
    changed = replace(
        order,
        status=order.status if _under_way(order) else "unfillable",
        unfilled=unfilled,
        version=order.version + 1,
    )
    lines = [{"line_id": s.line_id, "quantity": s.quantity} for s in unfilled]
    return Change(changed, events=(("OrderUnfillable", {"reason": "nobody_can_supply", "lines": lines}),))


def offered_choices(order: Order, choices: tuple[Mapping[str, Any], ...], question: Question) -> Change:
    """A refused pickup: the customer is asked, and nothing is decided for them. Their time begins when they hear."""
    assert order.status == "needs_choice", order.status
    changed = replace(order, choices=choices, question=question, version=order.version + 1)
    told = {"choices": [dict(c) for c in choices], "choose_until": question.until.isoformat()}
    return Change(changed, events=(("ChoiceRequired", told),))


def fulfilled_if_done(order: Order) -> Order:
    """The order, fulfilled when nothing is left to be done for it."""
    open_work = any(s.holds_stock for s in order.shipments)
    something = any(s.status in HANDED_OVER for s in order.shipments)
    done = something and not open_work and not order.unallocated()
    return replace(order, status="fulfilled") if done else order


def end_tasks(
    order: Order, numbers: Iterable[int], now: datetime
) -> tuple[Order, tuple[StockEffect, ...], tuple[CapacityEffect, ...]]:
    """The order with these tasks cancelled, and what that frees."""
    stock: list[StockEffect] = []
    capacity: list[CapacityEffect] = []
    for number in list(numbers):
        shipment = order.shipment(number)
        freed, places = giving_back(order, shipment)
        stock += freed
        capacity += places
        order = order.with_shipment(ended(shipment, "cancelled", now))
    return order, tuple(stock), tuple(capacity)


def _recounted(order: Order, lines: tuple[Line, ...]) -> Unpaid | None:
    """What the order counts as unpaid with these lines: nothing once it is paid, or for a customer nobody knows."""
    if order.unpaid is None or order.status != "reserved":
        return None
    return replace(order.unpaid, units=sum(line.quantity for line in lines))


def _under_way(order: Order) -> bool:
    return any(s.status in HOLDING | HANDED_OVER for s in order.shipments)


def _not_handed_over(order: Order) -> list[str]:
    """Lines of which the customer does not have every unit: only these can be let go, and paid back."""
    had: Counter[str] = Counter()
    for shipment in order.shipments:
        if shipment.status in HANDED_OVER:
            for allocation in shipment.allocations:
                had[allocation.line_id] += allocation.quantity
    return [line.line_id for line in order.lines if line.quantity > had[line.line_id]]


def _cancel_events(order: Order, line_ids: list[str]) -> tuple[tuple[EventType, dict[str, Any]], ...]:
    told: EventType = "OrderCancelled"
    events: list[tuple[EventType, dict[str, Any]]] = [(told, {"lines": line_ids})]
    if order.payment.state == "captured":
        events.append(("RefundRequired", {"reason": "cancelled", "lines": line_ids}))
    if order.status == "fulfilled":  # the rest had been handed over
        events.append(("OrderFulfilled", {}))
    return tuple(events)
