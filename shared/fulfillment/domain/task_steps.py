"""The steps of a store's task: accept, ready and its undoing, collect, ship, refuse. Each is a plain function to a
Change; to pick is in ``picking.py``, to put back in ``putting_back.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fulfillment.domain.basket import Money
from fulfillment.domain.errors import InvalidRequest, NotFound, WrongState
from fulfillment.domain.events import EventType
from fulfillment.domain.handover import Handover
from fulfillment.domain.ledger import (
    CapacityEffect,
    EffectKind,
    StockEffect,
    StockReplacement,
    stock_effects,
)
from fulfillment.domain.order import Change, Order, Shipment, ShipmentStatus, left_the_shelf, task_id
from fulfillment.domain.order_steps import fulfilled_if_done
from fulfillment.domain.pickup_code import CodeMark
from fulfillment.domain.question import Question
from fulfillment.domain.shortage import short_of
from fulfillment.domain.stock import EndingReason, StockRow


def of_location(order: Order, number: int, location_id: str) -> Shipment:
    """The task, if it is this location's and was ever told to it; another store's task does not exist here."""
    shipment = order.shipment(number)
    if shipment.location_id != location_id or shipment.status == "waiting":
        raise NotFound("unknown_task", "There is no such task at this location.")
    return shipment


def require_not_held(order: Order) -> None:
    """WrongState while a person holds the order: no step is taken on it."""
    if order.hold:
        raise WrongState("on_hold", "This order is held: put it back where it was, and wait for word.")


def accepted(order: Order, shipment: Shipment, by: str, now: datetime, *, take_over: bool = False) -> Change:
    """Somebody takes the task; from somebody else only by saying so."""
    if shipment.status == "accepted" and not take_over:
        raise WrongState(
            "claimed",
            f"{shipment.accepted_by} is at it: take it over, or leave it.",
            extra={"task_status": shipment.status, "accepted_by": shipment.accepted_by},
        )
    require(shipment, "accept", {"open", "accepted"})
    return step(
        order, replace(shipment, status="accepted", accepted_by=by, status_at=now), "TaskAccepted", by
    )


def ready(
    order: Order,
    shipment: Shipment,
    code: CodeMark,
    collect_until: datetime,
    by: str,
    now: datetime,
    staging: str | None = None,
    done_at: datetime | None = None,
) -> Change:
    """Put aside for the customer, at ``staging`` and until then; from ``accepted`` it implies the full pick."""
    require_method(order, "pickup", "ready")
    if order.status == "needs_choice":
        raise WrongState("waiting_for_customer", "Not all of it was there: the customer is asked what to do.")
    require(shipment, "ready", {"accepted", "picked"})
    done = replace(
        shipment,
        status="ready",
        code=code,
        collect_until=collect_until,
        status_at=now,
        picked_by=shipment.picked_by or by,
        staging=staging or shipment.staging,
        # Put aside anew, the customer is reminded anew.
        rungs=tuple(rung for rung in shipment.rungs if rung != "collect_reminded"),
    )
    return step(order, done, "TaskReady", by, **said_at(done_at))


def not_ready(order: Order, shipment: Shipment, by: str, now: datetime) -> Change:
    """It is not ready after all. The code that the customer was told is worth nothing from now on, and who had set out
    is not on the way any more: they hear of it, and say so anew.
    """
    require(shipment, "undo-ready", {"ready"})
    undone = replace(
        shipment,
        status="picked",
        code=None,
        collect_until=None,
        code_version=shipment.code_version + 1,
        status_at=now,
        on_my_way_at=None,
    )
    return step(order, undone, "TaskNotReady", by)


def code_renewed(order: Order, shipment: Shipment, code: CodeMark, by: str) -> Change:
    """The wrong tries are forgiven: the old code dies, and the customer is told another."""
    require(shipment, "unlock", {"ready"})
    renewed = replace(
        shipment,
        code=code,
        code_version=shipment.code_version + 1,
        unlocked=shipment.unlocked + 1,
    )
    return step(order, renewed, "CodeRenewed", by)


def require_collectable(order: Order, shipment: Shipment, received: Money | None, now: datetime) -> None:
    """Refuse a hand-over that cannot be right whatever the code is. What is kept no longer is not handed over, also
    before the sweep has ended the task: the money goes back.
    """
    require_method(order, "pickup", "collect")
    require(shipment, "collect", {"ready"})
    if shipment.collect_until is not None and now >= shipment.collect_until:
        raise WrongState(
            "kept_no_longer",
            "The time to collect this order is over: it is being cancelled, and what was paid is paid back.",
            extra={"collect_until": shipment.collect_until.isoformat(timespec="seconds")},
        )
    _require_amount(order, received)


def collected(
    order: Order,
    shipment: Shipment,
    received: Money | None,
    by: str,
    now: datetime,
    handover: Handover | None = None,
) -> Change:
    """The customer has the goods, or whoever came for them. The code was checked before, or a document seen."""
    require_collectable(order, shipment, received, now)
    done = replace(shipment, status="collected", status_at=now)
    document = {"document": handover.document} if handover and handover.document else {}
    change = _handed_over(order, done, received, "TaskCollected", by, **document)
    return replace(change, handover=(shipment.number, handover)) if handover else change


def shipped(
    order: Order, shipment: Shipment, carrier: str, tracking_number: str, by: str, now: datetime
) -> Change:
    """The parcel left with a carrier; from ``accepted`` it implies the full pick."""
    require_method(order, "delivery", "ship")
    require(shipment, "ship", {"accepted", "picked"})
    done = replace(
        shipment,
        status="shipped",
        carrier=carrier,
        tracking_number=tracking_number,
        status_at=now,
        picked_by=shipment.picked_by or by,
    )
    return _handed_over(order, done, None, "TaskShipped", by)


def refused(
    order: Order,
    shipment: Shipment,
    reason: EndingReason,
    note: str | None,
    rows: Sequence[StockRow],
    now: datetime,
    by: str | None = None,
    nothing_left_but: Mapping[str, int] | None = None,
    *,
    question: Question | None,
) -> Change:
    """The store cannot. Its stock is corrected, it is never asked again for this order, and the order looks on.

    ``stock_short``, which no store says, ends a task whose units turned out not to be there; it reads like a refusal.
    ``rows`` are the stock rows of the shipment's SKUs, needed for ``not_found``. A refused pickup waits for the
    customer's choice; it never becomes a delivery by itself. What was picked, or is damaged, stands aside until it is
    put back. ``nothing_left_but``: none of these SKUs is to be had here, but for so many units that were picked for
    others; who was promised more than that is told as a shortfall. ``question``: what the customer of a pickup is
    asked, anew unless the time for an answer is over already.
    """
    require(shipment, "refuse", {"open", "accepted", "picked", "ready"})
    aside = reason == "damaged" or (left_the_shelf(shipment) and reason != "not_found")
    effects: tuple[StockEffect, ...] = ()
    replacements: tuple[StockReplacement, ...] = ()
    if reason == "not_found" or (nothing_left_but is not None and reason == "damaged"):
        row_by_sku = {row.sku: row for row in rows}
        replacements = tuple(
            StockReplacement(
                row_by_sku[e.sku],
                row_by_sku[e.sku].refused(e.quantity, reason)
                if nothing_left_but is None
                else row_by_sku[e.sku].emptied(e.quantity, reason, nothing_left_but.get(e.sku, 0)),
            )
            for e in stock_effects("release", shipment.location_id, shipment.units())
        )
    else:
        kind: EffectKind = "put_aside" if aside else "release"
        effects = stock_effects(kind, shipment.location_id, shipment.units(), refused=by is not None)
    ended = replace(
        shipment,
        status="refused",
        refusal_reason=reason,
        refusal_note=note,
        code=None,
        status_at=now,
        put_back=shipment.allocations if aside else (),
    )
    changed = replace(
        order.with_shipment(ended),
        refused_by=(*order.refused_by, shipment.location_id),
        choices=(),  # of a short pick before: they spoke of what was picked here
        version=order.version + 1,
    )
    if order.method == "pickup":
        assert question is not None, order.order_id  # without it nothing would ever end the order
        still = order.question if order.is_unanswered(now) else question
        changed = replace(changed, status="needs_choice", question=still)
    place = CapacityEffect(shipment.location_id, order.method, shipment.promise.window, -1)
    told: EventType = "TaskRefused"
    detail = event_detail(ended, order, by, reason=reason)
    return Change(changed, effects, replacements, (place,), ((told, detail), *_shortfalls(replacements)))


def _shortfalls(
    replacements: Sequence[StockReplacement],
) -> tuple[tuple[EventType, Mapping[str, Any]], ...]:
    told: EventType = "StockShortfall"
    return tuple(
        (told, {"sku": row.sku, "location_id": row.location_id, "missing": short_of(row)})
        for row in (replacement.after for replacement in replacements)
        if short_of(row)
    )


def still_reserved(shipment: Shipment, rows: Sequence[StockRow]) -> bool:
    """Whether these rows may be read as of the same moment as the task: they hold at least what it holds of them."""
    held = {e.sku: e.quantity for e in stock_effects("release", shipment.location_id, shipment.units())}
    return all(row.reserved >= held[row.sku] for row in rows)


def step(order: Order, shipment: Shipment, event: EventType, by: str, **more: Any) -> Change:
    """The task as it becomes, told as one event; nothing moves."""
    changed = replace(order.with_shipment(shipment), version=order.version + 1)
    return Change(changed, events=((event, event_detail(shipment, order, by, **more)),))


def event_detail(shipment: Shipment, order: Order, by: str | None, **more: Any) -> dict[str, Any]:
    """What an event tells of a task: ids only, and who did it, by employee number; None: nobody, it happened."""
    done_by = {"by": by} if by else {}
    task = task_id(order.order_id, shipment.number)
    return {"task_id": task, "location_id": shipment.location_id, **done_by, **more}


def said_at(done_at: datetime | None) -> dict[str, str]:
    """When the device says that it was done: without a connection, a while before we hear of it."""
    return {"done_at": done_at.isoformat()} if done_at else {}


def _handed_over(
    order: Order, done: Shipment, received: Money | None, event: EventType, by: str, **more: str
) -> Change:
    changed = replace(
        order.with_shipment(done),
        payment=replace(order.payment, amount_received=received) if received else order.payment,
        version=order.version + 1,
    )
    changed = fulfilled_if_done(changed)
    events: tuple[tuple[EventType, dict[str, Any]], ...] = ((event, event_detail(done, order, by, **more)),)
    if changed.status == "fulfilled":
        events += (("OrderFulfilled", {}),)
    stock = stock_effects("hand_over", done.location_id, done.units())
    return Change(changed, stock, (), (), events)


def require(shipment: Shipment, step: str, statuses: set[ShipmentStatus]) -> None:
    """WrongState unless the task is in one of these; it says which it is in."""
    if shipment.status not in statuses:
        raise WrongState(
            "wrong_state",
            f"A task that is {shipment.status} cannot take the step {step!r}; "
            f"it must be {' or '.join(sorted(statuses))}.",
            extra={"task_status": shipment.status},
        )


def require_method(order: Order, method: str, step: str) -> None:
    """WrongState when the step belongs to the other method."""
    if order.method != method:
        raise WrongState("wrong_method", f"The step {step!r} belongs to {method}; this is a {order.method}.")


def _require_amount(order: Order, received: Money | None) -> None:
    if order.payment.state == "on_handover" and received is None:
        raise InvalidRequest.of(
            "amount_received",
            "amount_required",
            "This order is paid at the hand-over: say what was received.",
        )
