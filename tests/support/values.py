"""Domain values of the pure tests: ``a_candidate("senayan")``, ``an_order(a_shipment("senayan"))``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fulfillment.domain.basket import CustomerPlace, Line, Method
from fulfillment.domain.decision import Allocation, DecisionRequest
from fulfillment.domain.order import CustomerContact, Order, Payment, Shipment
from fulfillment.domain.promise import Promise
from fulfillment.domain.question import Question
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON, SENAYAN, a_line

LATER = MONDAY_NOON + timedelta(hours=2)
QUESTION = Question(MONDAY_NOON + timedelta(hours=48), MONDAY_NOON + timedelta(hours=24))


def a_promise(method: Method = "pickup", at: datetime = LATER, **more: Any) -> Promise:
    """By 14.00 WIB on Monday."""
    return replace(Promise(method, at, at, "2026-11-23T14", "Asia/Jakarta"), **more)


def a_candidate(location_id: str, metres: int | None = 1_000, **more: Any) -> Candidate:
    """An open store in Java that could do anything, so many metres away."""
    usual = Candidate(
        location_id=location_id,
        name=location_id.title(),
        kind="store",
        status="open",
        methods=frozenset({"pickup", "delivery"}),
        distance_m=metres,
        covered=None,
        foreign=False,
        zone="java",
        promise=a_promise(),
    )
    return replace(usual, **more)


def a_delivery(*lines: Line, **more: Any) -> DecisionRequest:
    """A delivery of these lines; of one tee without any."""
    return DecisionRequest("delivery", lines or (a_line(),), **more)


def a_pickup(location_id: str, *lines: Line, **more: Any) -> DecisionRequest:
    """A pickup at a chosen store."""
    return DecisionRequest("pickup", lines or (a_line(),), location_id=location_id, **more)


def picture(*shelves: Iterable[StockRow]) -> StockPicture:
    """The rows of several locations: ``picture(stock("senayan", tee=3), stock("kota", tee=1))``."""
    return {(row.sku, row.location_id): row for rows in shelves for row in rows}


def a_shipment(
    location_id: str = "senayan", *allocations: Allocation, number: int = 1, **more: Any
) -> Shipment:
    """An open task of one tee."""
    units = allocations or (Allocation("1", "tee", 1),)
    return replace(Shipment(number, location_id, "open", units, a_promise()), **more)


def an_order(*shipments: Shipment, **more: Any) -> Order:
    """A confirmed and paid pickup order whose lines are what its shipments hold."""
    tasks = shipments or (a_shipment(),)
    lines = tuple(Line(a.line_id, a.sku, a.quantity) for task in tasks for a in task.allocations)
    usual = Order(
        order_id="A-1",
        channel="web",
        channel_order_id="A-1",
        method="pickup",
        status="confirmed",
        lines=lines,
        customer=CustomerPlace("ID", SENAYAN),
        payment=Payment("captured", "card"),
        shipments=tasks,
        fingerprint="f",
        created_at=MONDAY_NOON,
        location_id="senayan",
    )
    return replace(usual, **more)


def a_reservation(*shipments: Shipment, **more: Any) -> Order:
    """An order that waits for its payment until a quarter past."""
    tasks = shipments or (a_shipment(status="waiting"),)
    unpaid = an_order(
        *tasks,
        status="reserved",
        payment=Payment("pending", "qris"),
        reservation_expires_at=MONDAY_NOON + timedelta(minutes=15),
    )
    return replace(unpaid, **more)


def a_contact(**more: Any) -> CustomerContact:
    """Dewi, who reads Indonesian."""
    return replace(CustomerContact("Dewi", "+6281234567890", locale="id", notify=("whatsapp",)), **more)
