"""The steps of a store's task: accept, ready, collect, ship, refuse. Each is a plain function to a Change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fulfillment.domain.basket import Money
from fulfillment.domain.errors import InvalidRequest, NotFound, WrongState
from fulfillment.domain.events import EventType
from fulfillment.domain.ledger import CapacityEffect, StockEffect, StockReplacement, stock_effects
from fulfillment.domain.order import Change, Order, Shipment, ShipmentStatus, task_id
from fulfillment.domain.order_steps import fulfilled_if_done
from fulfillment.domain.pickup_code import CodeMark
from fulfillment.domain.stock import EndingReason, StockRow


def of_location(order: Order, number: int, location_id: str) -> Shipment:
    """The task, if it is this location's and was ever told to it; another store's task does not exist here.

    WrongState while a person holds the order: no step is taken on it.
    """
    shipment = order.shipment(number)
    if shipment.location_id != location_id or shipment.status == "waiting":
        raise NotFound("unknown_task", "There is no such task at this location.")
    if order.hold:
        raise WrongState("on_hold", "This order is held: put it back where it was, and wait for word.")
    return shipment


def accepted(order: Order, shipment: Shipment, by: str, now: datetime) -> Change:
    """Somebody takes the task."""
    _require(shipment, "accept", {"open"})
    return _step(order, replace(shipment, status="accepted", accepted_by=by, status_at=now), "TaskAccepted")


def ready(order: Order, shipment: Shipment, code: CodeMark, collect_until: datetime, now: datetime) -> Change:
    """Picked in full and put aside for the customer, until then; from ``accepted`` it implies the pick."""
    _require_method(order, "pickup", "ready")
    _require(shipment, "ready", {"accepted", "picked"})
    aside = replace(shipment, status="ready", code=code, collect_until=collect_until, status_at=now)
    # Put aside anew, the customer is reminded anew.
    aside = replace(aside, rungs=tuple(rung for rung in aside.rungs if rung != "collect_reminded"))
    return _step(order, aside, "TaskReady")


def require_collectable(order: Order, shipment: Shipment, received: Money | None, now: datetime) -> None:
    """Refuse a hand-over that cannot be right whatever the code is. What is kept no longer is not handed over, also
    before the sweep has ended the task: the money goes back.
    """
    _require_method(order, "pickup", "collect")
    _require(shipment, "collect", {"ready"})
    if shipment.collect_until is not None and now >= shipment.collect_until:
        raise WrongState(
            "kept_no_longer",
            "The time to collect this order is over: it is being cancelled, and what was paid is paid back.",
            extra={"collect_until": shipment.collect_until.isoformat(timespec="seconds")},
        )
    _require_amount(order, received)


def collected(order: Order, shipment: Shipment, received: Money | None, now: datetime) -> Change:
    """The customer has the goods. The code was checked before."""
    require_collectable(order, shipment, received, now)
    done = replace(shipment, status="collected", status_at=now)
    return _handed_over(order, done, received, "TaskCollected")


def shipped(order: Order, shipment: Shipment, carrier: str, tracking_number: str, now: datetime) -> Change:
    """The parcel left with a carrier; from ``accepted`` it implies the pick."""
    _require_method(order, "delivery", "ship")
    _require(shipment, "ship", {"accepted", "picked"})
    done = replace(
        shipment, status="shipped", carrier=carrier, tracking_number=tracking_number, status_at=now
    )
    return _handed_over(order, done, None, "TaskShipped")


def refused(
    order: Order,
    shipment: Shipment,
    reason: EndingReason,
    note: str | None,
    rows: Sequence[StockRow],
    now: datetime,
) -> Change:
    """The store cannot. Its stock is corrected, it is never asked again for this order, and the order looks on.

    ``stock_short``, which no store says, ends a task whose units turned out not to be there; it reads like a refusal.
    ``rows`` are the stock rows of the shipment's SKUs, needed for ``not_found``. A refused pickup waits for the
    customer's choice; it never becomes a delivery by itself.
    """
    _require(shipment, "refuse", {"open", "accepted", "picked", "ready"})
    effects: tuple[StockEffect, ...] = ()
    replacements: tuple[StockReplacement, ...] = ()
    if reason == "not_found":
        row_by_sku = {row.sku: row for row in rows}
        replacements = tuple(
            StockReplacement(row_by_sku[e.sku], row_by_sku[e.sku].refused(e.quantity, reason))
            for e in stock_effects("release", shipment.location_id, shipment.units())
        )
    elif reason == "damaged":
        effects = stock_effects("put_aside", shipment.location_id, shipment.units())
    else:
        effects = stock_effects("release", shipment.location_id, shipment.units())
    ended = replace(
        shipment, status="refused", refusal_reason=reason, refusal_note=note, code=None, status_at=now
    )
    changed = replace(
        order.with_shipment(ended),
        status="needs_choice" if order.method == "pickup" else order.status,
        refused_by=(*order.refused_by, shipment.location_id),
        version=order.version + 1,
    )
    place = CapacityEffect(shipment.location_id, order.method, shipment.promise.window, -1)
    told: EventType = "TaskRefused"
    return Change(changed, effects, replacements, (place,), ((told, _detail(ended, order, reason=reason)),))


def still_reserved(shipment: Shipment, rows: Sequence[StockRow]) -> bool:
    """Whether these rows may be read as of the same moment as the task: they hold at least what it holds of them."""
    held = {e.sku: e.quantity for e in stock_effects("release", shipment.location_id, shipment.units())}
    return all(row.reserved >= held[row.sku] for row in rows)


def _step(order: Order, shipment: Shipment, event: EventType) -> Change:
    changed = replace(order.with_shipment(shipment), version=order.version + 1)
    return Change(changed, events=((event, _detail(shipment, order)),))


def _handed_over(order: Order, done: Shipment, received: Money | None, event: EventType) -> Change:
    changed = replace(
        order.with_shipment(done),
        payment=replace(order.payment, amount_received=received) if received else order.payment,
        version=order.version + 1,
    )
    changed = fulfilled_if_done(changed)
    events: tuple[tuple[EventType, dict[str, Any]], ...] = ((event, _detail(done, order)),)
    if changed.status == "fulfilled":
        events += (("OrderFulfilled", {}),)
    stock = stock_effects("hand_over", done.location_id, done.units())
    return Change(changed, stock, (), (), events)


def _detail(shipment: Shipment, order: Order, **more: str) -> dict[str, Any]:
    return {"task_id": task_id(order.order_id, shipment.number), "location_id": shipment.location_id, **more}


def _require(shipment: Shipment, step: str, statuses: set[ShipmentStatus]) -> None:
    if shipment.status not in statuses:
        raise WrongState(
            "wrong_state",
            f"A task that is {shipment.status} cannot take the step {step!r}; "
            f"it must be {' or '.join(sorted(statuses))}.",
            extra={"task_status": shipment.status},
        )


def _require_method(order: Order, method: str, step: str) -> None:
    if order.method != method:
        raise WrongState("wrong_method", f"The step {step!r} belongs to {method}; this is a {order.method}.")


def _require_amount(order: Order, received: Money | None) -> None:
    if order.payment.state == "on_handover" and received is None:
        raise InvalidRequest.of(
            "amount_received",
            "amount_required",
            "This order is paid at the hand-over: say what was received.",
        )
