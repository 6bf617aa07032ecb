"""The invariants of stock, orders and capacity, recomputed from nothing but rows.

``check_ledger(client)`` reads every row and raises ``LedgerWrong`` with all that does not agree. It must be called when
nothing is being written. What it holds against each other:

stock      available = on_hand - reserved - blocked; nothing negative but a shortfall that the feed made; reserved = the
           open allocations that point at the row; what tasks have set aside is blocked; on_hand = the last count (or
           what was opened) + what moved since
orders     every unit of an accepted order is allocated once; tasks fit the order's state and method; a store that
           refused is never asked again; each change of an order (its version) told its own events; every task handed
           over was told and booked once
capacity   used = tasks in the window; never above the location's limit
unpaid     used = units of the customer's reserved orders that are counted; no other order counts any
answers    every stored 201 belongs to an order that exists
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from fulfillment import settings
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.rows import Row, instant_of, number_of, pages, text_of
from fulfillment.adapters.dynamodb.stock import movements_in
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.application.ports import StockKey
from fulfillment.domain.events import Event
from fulfillment.domain.hold_steps import ON_ITS_WAY
from fulfillment.domain.location import Location
from fulfillment.domain.order import HANDED_OVER, HOLDING, Order, Shipment, has_timers
from fulfillment.domain.stock import StockMovement

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# movements that come from outside, and what an audit puts right by what was promised: both may leave a shortfall
FED = frozenset({"count", "sale", "return", "receipt", "adjustment", "correction"})
ACCEPTED = frozenset({"reserved", "confirmed", "fulfilled"})
ASKS = frozenset({"OrderConfirmed", "OrderRerouted"})  # events that bring tasks to stores
ENDED = frozenset({"cancelled", "expired", "unfillable"})


class LedgerWrong(AssertionError):
    """The rows contradict each other."""


@dataclass(frozen=True)
class Ledger:
    """What the rows say, for tests that want to say more. ``events``: types told, by order."""

    stock: Mapping[StockKey, Row]
    orders: Mapping[str, Order]
    order_rows: Mapping[str, Row]
    shipment_rows: Mapping[tuple[str, int], Row]
    movements: Mapping[StockKey, list[StockMovement]]
    events: Mapping[str, Counter[str]]
    story: Mapping[str, list[Event]]
    changes: Mapping[str, int]
    decisions: frozenset[str]
    windows: Mapping[tuple[str, str], int]
    unpaid: Mapping[str, int]
    locations: Mapping[str, Location]
    answers: tuple[Row, ...]

    def count(self, status: str) -> int:
        """Orders in this state."""
        return sum(order.status == status for order in self.orders.values())


def check_ledger(
    client: DynamoDBClient,
    opened: Mapping[StockKey, int] | None = None,
    tables: Tables | None = None,
    *,
    windows_may_vanish: bool = False,
) -> Ledger:
    """The ledger, if nothing in it is wrong. ``opened`` is on hand at the beginning, where the test knows it."""
    ledger = read_ledger(client, tables or settings.read().tables)
    faults = [
        *_stock_faults(ledger, opened or {}),
        *_order_faults(ledger),
        *_capacity_faults(ledger, windows_may_vanish=windows_may_vanish),
        *_unpaid_faults(ledger, windows_may_vanish=windows_may_vanish),
        *_answer_faults(ledger),
    ]
    if faults:
        raise LedgerWrong(f"{len(faults)} faults\n" + "\n".join(faults[:40]))
    return ledger


def read_ledger(client: DynamoDBClient, tables: Tables) -> Ledger:
    """Every row, taken apart."""
    scan = partial(pages, client.scan, ConsistentRead=True)
    order_rows: dict[str, Row] = {}
    shipment_rows: dict[tuple[str, int], Row] = {}
    events: dict[str, Counter[str]] = defaultdict(Counter)
    told: dict[tuple[str, str], Event] = {}
    commands: dict[str, set[str]] = defaultdict(set)
    decisions: set[str] = set()
    for row in scan(TableName=tables.orders):
        order_id, sk = text_of(row, "order_id"), text_of(row, "sk")
        if sk == keys.ORDER:
            order_rows[order_id] = row
        elif sk.startswith(keys.SHIPMENT_PREFIX):
            shipment_rows[order_id, int(sk.removeprefix(keys.SHIPMENT_PREFIX))] = row
        elif sk.startswith(keys.EVENT_PREFIX):
            events[order_id][text_of(row, "type")] += 1
            told[order_id, sk] = from_document(Event, text_of(row, "document"))
            commands[order_id].add(sk.rpartition("#")[0])
        elif sk.startswith(keys.DECISION_PREFIX):
            decisions.add(order_id)
    shipments: dict[str, list[Shipment]] = defaultdict(list)
    for (order_id, _), row in sorted(shipment_rows.items()):
        shipments[order_id].append(from_document(Shipment, text_of(row, "document")))
    orders = {
        order_id: replace(
            from_document(Order, text_of(row, "document")), shipments=tuple(shipments[order_id])
        )
        for order_id, row in order_rows.items()
    }
    movements: dict[StockKey, list[StockMovement]] = defaultdict(list)
    for row in scan(TableName=tables.stock_movements):
        for movement in movements_in(row):
            movements[movement.sku, movement.location_id].append(movement)
    locations = [from_document(Location, text_of(r, "document")) for r in scan(TableName=tables.locations)]
    used = {
        (text_of(r, "location_method"), text_of(r, "window")): number_of(r, "used")
        for r in scan(TableName=tables.capacity)
    }
    customers = {key for key in used if key[0].startswith(keys.unpaid(""))}
    return Ledger(
        stock={(text_of(r, "sku"), text_of(r, "location_id")): r for r in scan(TableName=tables.stock)},
        orders=orders,
        order_rows=order_rows,
        shipment_rows=shipment_rows,
        movements=movements,
        events=events,
        story=_in_order(told),
        changes={order_id: len(told) for order_id, told in commands.items()},
        decisions=frozenset(decisions),
        windows={key: n for key, n in used.items() if key not in customers},
        unpaid={key[0]: used[key] for key in customers},
        locations={location.location_id: location for location in locations},
        answers=tuple(r for r in scan(TableName=tables.idempotency) if "status" in r),
    )


def _stock_faults(ledger: Ledger, opened: Mapping[StockKey, int]) -> Iterator[str]:
    promised: Counter[StockKey] = Counter()
    aside: Counter[StockKey] = Counter()
    for order in ledger.orders.values():
        for shipment in order.shipments:
            if shipment.holds_stock:
                for sku, quantity in shipment.units():
                    promised[sku, shipment.location_id] += quantity
            for left in shipment.put_back:
                aside[left.sku, shipment.location_id] += left.quantity
    for key in sorted(ledger.stock.keys() | promised.keys()):
        if key not in ledger.stock:
            yield f"stock {key}: {promised[key]} units are promised from a row that is not there"
            continue
        yield from _row_faults(key, ledger.stock[key], promised[key], aside[key])
        yield from _movement_faults(ledger, key, opened.get(key))


def _row_faults(key: StockKey, row: Row, promised: int, aside: int) -> Iterator[str]:
    have = {name: number_of(row, name) for name in ("on_hand", "reserved", "blocked", "missing", "available")}
    if have["available"] != have["on_hand"] - have["reserved"] - have["blocked"]:
        yield f"stock {key}: available is not on_hand - reserved - blocked: {have}"
    if have["reserved"] != promised:
        yield f"stock {key}: reserved {have['reserved']}, but open allocations hold {promised}"
    if have["reserved"] < 0 or not 0 <= have["missing"] <= have["blocked"]:
        yield f"stock {key}: impossible parts: {have}"
    if have["blocked"] - have["missing"] != aside:
        yield f"stock {key}: {have['blocked'] - have['missing']} blocked and there, {aside} set aside by tasks"


def _movement_faults(ledger: Ledger, key: StockKey, opened: int | None) -> Iterator[str]:
    row, moved = ledger.stock[key], ledger.movements.get(key, [])
    if (
        number_of(row, "available") < 0
        and not any(m.kind in FED for m in moved)
        and not _said_empty(ledger, key)
    ):
        yield f"stock {key}: oversold: {number_of(row, 'available')} available and no feed said so"
    counts = sorted((m for m in moved if m.kind == "count"), key=lambda m: m.at)
    if counts and instant_of(row, "observed_at") != counts[-1].at:
        yield f"stock {key}: observed_at is not that of the newest count, {counts[-1].at}"
    begun = counts[-1].on_hand if counts else opened
    if begun is not None:
        since = sum(m.change for m in moved if not counts or m.at > counts[-1].at)
        if number_of(row, "on_hand") != begun + since:
            yield f"stock {key}: on_hand {number_of(row, 'on_hand')} is not {begun} {since:+}"


def _said_empty(ledger: Ledger, key: StockKey) -> bool:
    """Whether staff said that there is nothing of it, while others were promised some: that is told as a shortfall."""
    return any(
        event.type == "StockShortfall" and (event.detail["sku"], event.detail["location_id"]) == key
        for story in ledger.story.values()
        for event in story
    )


def _order_faults(ledger: Ledger) -> Iterator[str]:
    booked = Counter(
        (m.order_id, m.location_id, m.sku, -m.change)
        for moved in ledger.movements.values()
        for m in moved
        if m.kind == "handover"
    )
    for order_id, number in ledger.shipment_rows:
        if order_id not in ledger.orders:
            yield f"order {order_id}: task {number} without an order"
    for order_id, order in sorted(ledger.orders.items()):
        for fault in (
            *_index_faults(ledger, order),
            *_allocation_faults(order),
            *_task_faults(order),
            *_asked_again(ledger.story.get(order.order_id, ())),
            *_event_faults(ledger, order),
        ):
            yield f"order {order_id} ({order.status}): {fault}"
        for shipment in order.shipments:
            if shipment.status in HANDED_OVER:
                for sku, quantity in _by_sku(shipment).items():
                    booked[order_id, shipment.location_id, sku, quantity] -= 1
    yield from (f"hand-over booked {n:+} times too often: {what}" for what, n in booked.items() if n)


def _index_faults(ledger: Ledger, order: Order) -> Iterator[str]:
    row = ledger.order_rows[order.order_id]
    if (number_of(row, "version"), text_of(row, "status")) != (order.version, order.status):
        yield "row and document differ in version or status"
    if (order.status == "needs_choice") != (order.question is not None):
        yield f"its customer is asked {order.question}"
    can_run_out = order.status == "reserved" and order.hold is None
    bucket = text_of(row, "due_bucket").partition("#")[0] if "due_bucket" in row else None
    if bucket != ("DUE" if can_run_out else "LOOK" if has_timers(order) else None):
        yield f"the deadline index shows exactly what time brings something to, and has it under {bucket}"
    for shipment in order.shipments:
        task = ledger.shipment_rows[order.order_id, shipment.number]
        stands = ("work_location" in task, text_of(task, "status"))
        if stands != (shipment.to_do and order.hold is None, shipment.status):
            yield f"task {shipment.number} ({shipment.status}) stands wrongly in the work list"


def _allocation_faults(order: Order) -> Iterator[str]:
    held: Counter[str] = Counter()
    for shipment in order.shipments:
        if shipment.status in HOLDING | HANDED_OVER:
            held.update({a.line_id: 0 for a in shipment.allocations})
            for allocation in shipment.allocations:
                held[allocation.line_id] += allocation.quantity
    for line in order.lines:
        refused_or_let_go = any(s.status in ("refused", "cancelled") or s.missing for s in order.shipments)
        if held[line.line_id] > line.quantity:
            yield f"line {line.line_id}: {held[line.line_id]} allocated of {line.quantity} ordered"
        elif order.status in ACCEPTED and not refused_or_let_go and held[line.line_id] < line.quantity:
            yield f"line {line.line_id}: only {held[line.line_id]} allocated of {line.quantity} accepted"
    if unknown := held.keys() - {line.line_id for line in order.lines}:
        yield f"allocations of lines it does not have: {sorted(unknown)}"


def _task_faults(order: Order) -> Iterator[str]:
    statuses = [s.status for s in order.shipments]
    if ("waiting" in statuses) != (order.status == "reserved"):
        yield f"unpaid and paid tasks do not go together with its state: {statuses}"
    if order.hold and order.status not in ON_ITS_WAY:
        yield "it ended and is held"
    if order.status in ENDED and HOLDING & set(statuses):
        yield f"it ended and still holds units: {statuses}"
    if order.status == "fulfilled" and not (HANDED_OVER & set(statuses) and not HOLDING & set(statuses)):
        yield f"fulfilled with tasks {statuses}"
    for shipment in order.shipments:
        if shipment.put_back and shipment.status not in ("cancelled", "refused", "uncollected"):
            yield f"task {shipment.number} ({shipment.status}) has units to put back"
        # One that ended before the customer chose the other method stays what it was.
        if shipment.status in HOLDING | HANDED_OVER and shipment.promise.method != order.method:
            yield f"task {shipment.number} is a {shipment.promise.method} of a {order.method} order"
    refused = {s.location_id for s in order.shipments if s.status == "refused"}
    if refused != set(order.refused_by):
        yield f"{sorted(refused)} have refused it, and it says {order.refused_by}"


def _asked_again(story: Sequence[Event]) -> Iterator[str]:
    """A store that refused or found less gets no other task of the order; one it had before may stay with it."""
    refused: set[str] = set()
    for event in story:
        for task in event.detail.get("tasks", ()) if event.type in ASKS else ():
            if task["location_id"] in refused:
                yield f"{task['location_id']} refused it and was asked again: {task['task_id']}"
        if event.type in ("TaskRefused", "TaskPickedShort"):
            refused.add(event.detail["location_id"])


def _in_order(told: Mapping[tuple[str, str], Event]) -> Mapping[str, list[Event]]:
    story: dict[str, list[Event]] = defaultdict(list)
    for (order_id, _), event in sorted(told.items()):
        story[order_id].append(event)
    return story


def _event_faults(ledger: Ledger, order: Order) -> Iterator[str]:
    told = ledger.events.get(order.order_id, Counter())
    statuses = Counter(s.status for s in order.shipments)
    if ledger.changes.get(order.order_id, 0) != order.version:
        yield f"version {order.version}, but events of {ledger.changes.get(order.order_id, 0)} commands"
    for event, happened in (
        ("TaskCollected", statuses["collected"]),
        ("TaskShipped", statuses["shipped"]),
        ("TaskRefused", statuses["refused"]),
        ("TaskPickedShort", sum(bool(s.missing) for s in order.shipments)),
    ):
        if told[event] != happened:
            yield f"{event} was told {told[event]} times and happened {happened} times"
    yield from (
        f"{event} was told {told[event]} times"
        for event in ("OrderReserved", "OrderExpired", "OrderFulfilled")
        if told[event] > 1
    )
    endings = {
        "expired": {"OrderExpired"},
        "cancelled": {"OrderCancelled"},
        "fulfilled": {"OrderFulfilled"},
    }
    if order.status in endings and not endings[order.status] & told.keys():
        yield f"it is {order.status} and nobody was told: {dict(told)}"
    if order.status in ACCEPTED and order.order_id not in ledger.decisions:
        yield "no decision is kept"


def _capacity_faults(ledger: Ledger, *, windows_may_vanish: bool) -> Iterator[str]:
    taken: Counter[tuple[str, str]] = Counter()
    for order in ledger.orders.values():
        for shipment in order.shipments:
            if shipment.status in HOLDING | HANDED_OVER:
                place = keys.location_method(shipment.location_id, order.method)
                taken[place, shipment.promise.window] += 1
    known = set(ledger.windows)
    for key in sorted(known if windows_may_vanish else known | taken.keys()):
        location_id, _, method = key[0].rpartition("#")
        used = ledger.windows.get(key, 0)
        if used != taken[key]:
            yield f"capacity {key}: used {used}, but {taken[key]} tasks are in the window"
        limits: Mapping[Any, int] = ledger.locations[location_id].capacity
        if method in limits and used > limits[method]:
            yield f"capacity {key}: {used} of {limits[method]}"


def _unpaid_faults(ledger: Ledger, *, windows_may_vanish: bool) -> Iterator[str]:
    counted: Counter[str] = Counter()
    for order in ledger.orders.values():
        if order.unpaid:
            counted[keys.unpaid(order.unpaid.customer)] += order.unpaid.units
            units = sum(line.quantity for line in order.lines)
            if order.status != "reserved" or order.unpaid.units != units:
                yield f"order {order.order_id} ({order.status}): {units} units, counted {order.unpaid.units}"
    known = set(ledger.unpaid)
    for key in sorted(known if windows_may_vanish else known | counted.keys()):
        if ledger.unpaid.get(key, 0) != counted[key]:
            yield f"unpaid {key}: used {ledger.unpaid.get(key, 0)}, but {counted[key]} units are reserved"


def _answer_faults(ledger: Ledger) -> Iterator[str]:
    placed = {order.fingerprint for order in ledger.orders.values()}
    for row in ledger.answers:
        if number_of(row, "status") == 201 and text_of(row, "fingerprint") not in placed:
            yield f"answer {text_of(row, 'idempotency_key')}: a 201 without its order"


def _by_sku(shipment: Shipment) -> Counter[str]:
    total: Counter[str] = Counter()
    for sku, quantity in shipment.units():
        total[sku] += quantity
    return total
