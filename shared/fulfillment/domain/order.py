"""An order, its payment and its shipments (each of which is one location's task)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from fulfillment.domain.basket import CustomerPlace, Line, Method, Money
from fulfillment.domain.decision import Allocation, PlannedShipment, Shortfall
from fulfillment.domain.errors import NotFound
from fulfillment.domain.events import EventType
from fulfillment.domain.handover import Handover
from fulfillment.domain.ledger import CapacityEffect, StockEffect, StockReplacement, stock_effects
from fulfillment.domain.pickup_code import CodeMark
from fulfillment.domain.promise import Promise
from fulfillment.domain.question import Question
from fulfillment.domain.stock import EndingReason
from fulfillment.domain.unpaid import Unpaid

OrderStatus = Literal[
    "reserved", "confirmed", "fulfilled", "cancelled", "expired", "needs_choice", "unfillable"
]
ShipmentStatus = Literal[
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
]
Rung = Literal["reminded", "not_accepted", "not_ready", "collect_reminded"]
HOLDING: frozenset[ShipmentStatus] = frozenset({"waiting", "open", "accepted", "picked", "ready"})
WORK: frozenset[ShipmentStatus] = frozenset({"open", "accepted", "picked", "ready"})
HANDED_OVER: frozenset[ShipmentStatus] = frozenset({"collected", "shipped"})

PaymentState = Literal["pending", "captured", "on_handover"]


@dataclass(frozen=True)
class Payment:
    """What the checkout told of the money; this system never takes any."""

    state: PaymentState
    kind: str
    amount_due: Money | None = None
    pay_by: datetime | None = None
    amount_received: Money | None = None


def without_price_of(payment: Payment, gone: Iterable[Line]) -> Payment:
    """The payment of an order that goes on without these: at the hand-over nobody pays for what is not handed over.
    Where a price is not known, the amount that is due is not known any more either.
    """
    due = payment.amount_due
    if payment.state != "on_handover" or due is None:
        return payment
    left = due.amount
    for line in gone:
        if line.unit_price is None or line.unit_price.currency != due.currency:
            return replace(payment, amount_due=None)
        left -= line.unit_price.amount * line.quantity
    return replace(payment, amount_due=Money(left, due.currency) if left >= 0 else None)


@dataclass(frozen=True)
class OptIn:
    """A person agreed to be written to by a channel: when, and where (``checkout``, ``store``)."""

    channel: str
    at: datetime
    where: str


@dataclass(frozen=True)
class CustomerContact:
    """The person. Stored apart from the order, so that it can be erased alone.

    ``notify`` are the channels in the order in which the person wants them tried.
    """

    name: str
    phone: str | None = None
    email: str | None = None
    locale: str = "id"
    notify: tuple[str, ...] = ()
    ship_to: Mapping[str, str] | None = None
    opt_ins: tuple[OptIn, ...] = ()


@dataclass(frozen=True)
class Shipment:
    """What one location must do for one order. ``number`` counts from 1 and is never used again.

    ``staging`` is where picked units wait. ``missing`` are the units that were not there when it was picked,
    ``put_back`` those that stand aside, blocked, until staff say that they are on the shelf again. ``code_version``
    goes up when a code dies, ``unlocked`` when a supervisor forgives the wrong tries at it.
    """

    number: int
    location_id: str
    status: ShipmentStatus
    allocations: tuple[Allocation, ...]
    promise: Promise
    distance_m: int | None = None
    zone: str | None = None
    code: CodeMark | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    refusal_reason: EndingReason | None = None
    refusal_note: str | None = None
    accepted_by: str | None = None
    status_at: datetime | None = None
    # the steps
    picked_by: str | None = None
    staging: str | None = None
    missing: tuple[Allocation, ...] = ()
    put_back: tuple[Allocation, ...] = ()
    code_version: int = 1
    unlocked: int = 0
    # the service ladder
    opened_at: datetime | None = None  # when its store was told, or told to go on: the timers' begin
    reminded_at: datetime | None = None
    rungs: tuple[Rung, ...] = ()  # that it is past
    collect_until: datetime | None = None
    # the customer's page
    on_my_way_at: datetime | None = None

    @property
    def to_do(self) -> bool:
        """Whether its location has anything to do for it, be it to put back what stands aside."""
        return self.status in WORK or bool(self.put_back)

    @property
    def holds_stock(self) -> bool:
        """Whether its units are still reserved."""
        return self.status in HOLDING

    def units(self) -> tuple[tuple[str, int], ...]:
        """(sku, quantity) of what it holds."""
        return tuple((a.sku, a.quantity) for a in self.allocations)


@dataclass(frozen=True)
class Hold:
    """A person or a check stopped the order: it keeps its units and places, and nobody works on it until released."""

    reason: str
    since: datetime
    note: str | None = None


@dataclass(frozen=True)
class Order:
    """The order as stored; ``order_id`` is unique over all channels (see ``unique_order_id``).

    ``lines`` are what was accepted; ``missing`` what the customer agreed to go without; ``unfilled`` what turned out
    to be unfillable later. ``unpaid`` is what it counts against its customer's limit, while it is reserved.
    ``scarce``: it took some of what was nearly gone. ``kept_since``: when the first of those unpaid orders was placed
    that took each other's place up to this one.
    ``question``: what its customer is asked, while it ``needs_choice``.
    ``version`` goes up with every change and guards every write.
    """

    order_id: str
    channel: str
    channel_order_id: str
    method: Method
    status: OrderStatus
    lines: tuple[Line, ...]
    customer: CustomerPlace
    payment: Payment
    shipments: tuple[Shipment, ...]
    fingerprint: str
    created_at: datetime
    version: int = 1
    location_id: str | None = None
    reservation_expires_at: datetime | None = None
    refused_by: tuple[str, ...] = ()
    missing: tuple[Shortfall, ...] = ()
    unfilled: tuple[Shortfall, ...] = ()
    choices: tuple[Mapping[str, Any], ...] = ()
    refund_required: bool = False
    refusal: str | None = None
    policy_name: str = "default"
    policy_version: int = 0
    unpaid: Unpaid | None = None
    hold: Hold | None = None
    scarce: bool = False
    kept_since: datetime | None = None
    question: Question | None = None

    @property
    def since(self) -> datetime:
        """Since when it may have kept units unpaid, itself or those whose place it took."""
        return self.kept_since or self.created_at

    def is_overdue(self, now: datetime) -> bool:
        """Whether its reservation has ended: worth nothing from that instant on. Never while the order is held."""
        return (
            self.status == "reserved"
            and self.hold is None
            and self.reservation_expires_at is not None
            and now >= self.reservation_expires_at
        )

    def is_unanswered(self, now: datetime) -> bool:
        """Whether the time to choose is over: a choice is too late from that instant on. Never while it is held."""
        return self.question is not None and self.hold is None and now >= self.question.until

    def is_replaceable(self, now: datetime) -> bool:
        """Whether another order may take its place: it is unpaid, in time, and nobody stopped it."""
        return self.status == "reserved" and self.hold is None and not self.is_overdue(now)

    def shipment(self, number: int) -> Shipment:
        """The shipment with this number; NotFound when there is none."""
        for shipment in self.shipments:
            if shipment.number == number:
                return shipment
        raise NotFound("unknown_task", "There is no such task at this location.")

    def with_shipment(self, changed: Shipment) -> Order:
        """The order with one shipment replaced."""
        return replace(
            self, shipments=tuple(changed if s.number == changed.number else s for s in self.shipments)
        )

    def not_again(self) -> tuple[str, ...]:
        """Locations that are not asked for what is still wanted: they refused, or did not find all of it."""
        short = (s.location_id for s in self.shipments if s.missing)
        return (*self.refused_by, *(one for one in short if one not in self.refused_by))

    def unallocated(self) -> tuple[Line, ...]:
        """Lines, cut to the units that no live or finished shipment has."""
        held: Counter[str] = Counter()
        for shipment in self.shipments:
            if shipment.status in HOLDING | HANDED_OVER:
                for allocation in shipment.allocations:
                    held[allocation.line_id] += allocation.quantity
        return tuple(
            replace(line, quantity=line.quantity - held[line.line_id])
            for line in self.lines
            if line.quantity > held[line.line_id]
        )


def has_timers(order: Order) -> bool:
    """Whether time may bring something: there is work, or a question to the customer, and nobody holds the order."""
    if order.hold is not None:
        return False
    at_work = order.status == "confirmed" and any(s.status in WORK for s in order.shipments)
    return at_work or order.question is not None


@dataclass(frozen=True)
class Change:
    """What one step makes of an order: the new order, the effects on stock and capacity, and what to tell."""

    order: Order
    stock: tuple[StockEffect, ...] = ()
    replacements: tuple[StockReplacement, ...] = ()
    capacity: tuple[CapacityEffect, ...] = ()
    events: tuple[tuple[EventType, Mapping[str, Any]], ...] = ()
    handover: tuple[int, Handover] | None = None  # of the task with this number


DEFAULT_CHANNEL = "web"


def unique_order_id(channel: str, channel_order_id: str) -> str:
    """An order id is unique within its channel only, so other channels than ``web`` carry their name before it."""
    return channel_order_id if channel == DEFAULT_CHANNEL else f"{channel}:{channel_order_id}"


def task_id(order_id: str, number: int) -> str:
    """The name of a shipment as a store's task."""
    return f"{order_id}~{number}"


def parse_task_id(text: str) -> tuple[str, int]:
    """(order id, shipment number); NotFound when it is not the name of a task."""
    order_id, mark, number = text.rpartition("~")
    if not (mark and order_id and number.isascii() and number.isdigit() and len(number) <= 4):
        raise NotFound("unknown_task", "There is no such task at this location.")
    return order_id, int(number)


def new_shipments(
    planned: tuple[PlannedShipment, ...], first_number: int, status: ShipmentStatus, now: datetime
) -> tuple[Shipment, ...]:
    """A decision's shipments as tasks, numbered on from ``first_number``."""
    return tuple(
        Shipment(
            number=number,
            location_id=plan.location_id,
            status=status,
            allocations=plan.allocations,
            promise=plan.promise,
            distance_m=plan.distance_m,
            zone=plan.zone,
            status_at=now,
            opened_at=now if status == "open" else None,
        )
        for number, plan in enumerate(planned, start=first_number)
    )


def taking(
    planned: tuple[PlannedShipment, ...],
) -> tuple[tuple[StockEffect, ...], tuple[CapacityEffect, ...]]:
    """The stock and the places in capacity windows that a plan takes."""
    stock = tuple(
        effect
        for plan in planned
        for effect in stock_effects(
            "reserve",
            plan.location_id,
            ((a.sku, a.quantity) for a in plan.allocations),
            {a.sku: a.floor for a in plan.allocations},
        )
    )
    capacity = tuple(
        CapacityEffect(plan.location_id, plan.promise.method, plan.promise.window, 1, plan.capacity_limit)
        for plan in planned
    )
    return stock, capacity


def left_the_shelf(shipment: Shipment) -> bool:
    """Whether its units were picked and are still in the building: they stand aside when it ends."""
    return shipment.status in ("picked", "ready")


def ended(shipment: Shipment, status: ShipmentStatus, now: datetime) -> Shipment:
    """The task when it ends without a hand-over: what was picked for it is to be put back. See ``giving_back``."""
    aside = shipment.allocations if left_the_shelf(shipment) else ()
    return replace(shipment, status=status, code=None, status_at=now, put_back=aside)


def giving_back(
    order: Order, shipment: Shipment
) -> tuple[tuple[StockEffect, ...], tuple[CapacityEffect, ...]]:
    """What ending a shipment frees: units back on sale, or put aside when they already left the shelf."""
    kind: Literal["put_aside", "release"] = "put_aside" if left_the_shelf(shipment) else "release"
    stock = stock_effects(kind, shipment.location_id, shipment.units())
    return stock, (CapacityEffect(shipment.location_id, order.method, shipment.promise.window, -1),)


def tasks_detail(shipments: tuple[Shipment, ...], order_id: str) -> dict[str, Any]:
    """The tasks an event speaks of: ids only."""
    return {
        "tasks": [{"task_id": task_id(order_id, s.number), "location_id": s.location_id} for s in shipments]
    }
