"""What callers are shown: plain JSON values, built once here and stored as they are in idempotent answers.

Nothing in a view is secret: no pickup code, no cost. Times are ISO 8601 with the offset of the location they are
about, or UTC where they are about none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fulfillment.domain.basket import Money
from fulfillment.domain.decision import Allocation, Shortfall
from fulfillment.domain.handover import Handover
from fulfillment.domain.order import HANDED_OVER, WORK, CustomerContact, Order, Shipment, task_id
from fulfillment.domain.product import Product
from fulfillment.domain.promise import Promise
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.stock import StockRow

View = dict[str, Any]


def as_json(view: Any) -> str:
    """The view as text; the same view gives the same bytes."""
    return json.dumps(view, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def moment(at: datetime, timezone: str | None = None) -> str:
    """ISO 8601 to the second, in the location's own time zone when there is one."""
    return at.astimezone(ZoneInfo(timezone) if timezone else UTC).isoformat(timespec="seconds")


def kilometres(distance_m: int | None) -> float | None:
    """Distance for people: kilometres to the hundred metres; unknown stays unknown."""
    return None if distance_m is None else round(distance_m / 1000, 1)


def money(amount: Money | None) -> View | None:
    """A decimal string and its currency."""
    return None if amount is None else {"amount": str(amount.amount), "currency": amount.currency}


def promise(promised: Promise) -> View:
    """``ready_by`` or ``deliver_by``."""
    word = "ready_by" if promised.method == "pickup" else "deliver_by"
    return {word: moment(promised.at, promised.timezone)}


def allocations(items: Sequence[Allocation]) -> list[View]:
    """The units of a shipment, by line."""
    return [{"line_id": a.line_id, "sku": a.sku, "quantity": a.quantity} for a in items]


def missing(items: Sequence[Shortfall]) -> list[View]:
    """The lines that are short: how many units are missing, and how many are left."""
    return [{"line_id": s.line_id, "sku": s.sku, "missing": s.quantity, "left": s.left} for s in items]


def order(order: Order, now: datetime) -> View:
    """An order as its checkout sees it. A reservation that is over reads ``expired`` from that instant on."""
    view: View = {
        "order_id": order.order_id,
        "channel": order.channel,
        "method": order.method,
        "status": "expired" if order.is_overdue(now) else order.status,
        "lines": [
            {"line_id": line.line_id, "sku": line.sku, "quantity": line.quantity} for line in order.lines
        ],
        "missing": missing(order.missing),
        "unfilled": missing(order.unfilled),
        "shipments": [shipment(s, order.order_id) for s in order.shipments],
        "payment": {
            "state": order.payment.state,
            "kind": order.payment.kind,
            "amount_due": money(order.payment.amount_due),
            "amount_received": money(order.payment.amount_received),
        },
        "refund_required": order.refund_required,
        "created_at": moment(order.created_at),
    }
    if order.hold:
        hold = order.hold
        view["hold"] = {"reason": hold.reason, "since": moment(hold.since), "note": hold.note}
    elif order.reservation_expires_at:
        view["reservation_expires_at"] = moment(order.reservation_expires_at)
    if order.question and not order.hold:
        view["choose_until"] = moment(order.question.until)
    if order.choices:
        view["choices"] = [dict(choice) for choice in order.choices]
    if order.refusal:
        view["refusal"] = order.refusal
    return view


def shipment(shipment: Shipment, order_id: str) -> View:
    """What one location does for the order."""
    view: View = {
        "task_id": task_id(order_id, shipment.number),
        "location_id": shipment.location_id,
        "status": shipment.status,
        "lines": allocations(shipment.allocations),
        "distance_km": kilometres(shipment.distance_m),
        "zone": shipment.zone,
        "promise": promise(shipment.promise),
    }
    if shipment.collect_until:
        view["collect_until"] = _until(shipment)
    if shipment.tracking_number:
        view["carrier"] = shipment.carrier
        view["tracking_number"] = shipment.tracking_number
    if shipment.refusal_reason:
        view["refusal_reason"] = shipment.refusal_reason
    return view


def _until(shipment: Shipment) -> str | None:
    until = shipment.collect_until
    return moment(until, shipment.promise.timezone) if until else None


@dataclass(frozen=True)
class AboutTask:
    """What staff are shown of a task besides what the order itself says of it."""

    products: Mapping[str, Product]
    contact: CustomerContact | None
    service: str | None  # None: there is nothing left to do in time
    code_locked: bool
    doubtful: bool


def task(order: Order, shipment: Shipment, about: AboutTask | None = None) -> View:
    """A task as the store's staff see it: what, until when, and for a parcel where to. A step's answer, which is kept,
    says only what the order says.
    """
    zone, payment = shipment.promise.timezone, order.payment
    view: View = {
        "task_id": task_id(order.order_id, shipment.number),
        "order_id": order.order_id,
        "location_id": shipment.location_id,
        "method": order.method,
        "status": shipment.status,
        "due_at": moment(shipment.promise.due_at, zone),
        "accepted_by": shipment.accepted_by,
        "lines": [_task_line(shipment, a, about.products if about else {}) for a in _task_lines(shipment)],
        "staging": shipment.staging,
        "collect_until": _until(shipment),
        "on_my_way_at": moment(shipment.on_my_way_at, zone) if shipment.on_my_way_at else None,
        "amount_due": money(payment.amount_due) if payment.state == "on_handover" else None,
        "to_pay": payment.state == "on_handover",
        "put_back": bool(shipment.put_back),
        "waiting_for_customer": order.status == "needs_choice" and shipment.holds_stock,
    }
    if shipment.tracking_number:
        view["carrier"] = shipment.carrier
        view["tracking_number"] = shipment.tracking_number
    if about:
        view |= {"service": about.service, "code_locked": about.code_locked, "doubtful": about.doubtful}
    if about and about.contact:
        view["customer_name"] = about.contact.name
        # A store that no longer sends it does not need to know where it goes.
        if order.method == "delivery" and shipment.status in WORK | HANDED_OVER:
            view["ship_to"] = dict(about.contact.ship_to or {})
    return view


def handover(came: Handover) -> View:
    """Who came for a task, and what proved that they may have it."""
    return {"collector": came.collector, "document": came.document, "reason": came.reason}


def _task_lines(shipment: Shipment) -> Sequence[Allocation]:
    """What was asked of it: what it has, and what was not found when it was picked."""
    total: dict[str, Allocation] = {}
    for allocation in (*shipment.allocations, *shipment.missing):
        known = total.get(allocation.line_id)
        quantity = allocation.quantity + (known.quantity if known else 0)
        total[allocation.line_id] = replace(allocation, quantity=quantity)
    return list(total.values())


def _task_line(shipment: Shipment, asked: Allocation, products: Mapping[str, Product]) -> View:
    product = products.get(asked.sku)
    has = sum(a.quantity for a in shipment.allocations if a.line_id == asked.line_id)
    aside = sum(a.quantity for a in shipment.put_back if a.line_id == asked.line_id)
    return {
        "line_id": asked.line_id,
        "sku": asked.sku,
        "quantity": asked.quantity,
        "picked": has if shipment.picked_by else None,
        "aside": aside,
        "name": {"id": product.name_id, "en": product.name_en} if product else None,
        "variant": product.variant if product else None,
        "barcodes": list(product.barcodes) if product else [],
        "image_url": product.image_url if product else None,
    }


def pickup_option(candidate: Candidate, option_id: str, short: Sequence[Shortfall]) -> View:
    """A store the customer may choose."""
    assert candidate.promise is not None
    return {
        "option_id": option_id,
        "location_id": candidate.location_id,
        "name": candidate.name,
        "distance_km": kilometres(candidate.distance_m),
        **promise(candidate.promise),
        "availability": "some" if short else "all_now",
        "missing": missing(short),
    }


def stock_row(row: StockRow) -> View:
    """A stock row as operations see it."""
    return {
        "location_id": row.location_id,
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "blocked": row.blocked,
        "available": row.available,
        "observed_at": moment(row.observed_at) if row.observed_at else None,
        "doubtful": row.doubtful,
        "refusals": row.refusals,
    }
