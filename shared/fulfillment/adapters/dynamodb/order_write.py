"""The one transaction of a command: its own rows first, then stock, capacity and what is kept for the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import to_document
from fulfillment.adapters.dynamodb.rows import Row, number, number_of, packed, text, text_of
from fulfillment.adapters.dynamodb.stock import movement_items, row_item, stock_row
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import LedgerBroken, Refused, Transaction
from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    LocationChanged,
    NotWritten,
    Stale,
    StockShort,
    TooManyUnpaid,
    WindowFull,
    Write,
)
from fulfillment.domain.events import Event
from fulfillment.domain.ledger import CapacityEffect, StockEffect
from fulfillment.domain.order import WORK, Order, Shipment
from fulfillment.domain.stock import StockRow

ANSWER_DAYS = 7  # callers retry within minutes; queues are redriven within days
WINDOW_DAYS = 30  # after its hour a window only matters for giving places back
# Whoever compares windows with orders must see that one changed, even when as many came as went.
WINDOW_CHANGED = "#version = if_not_exists(#version, :none) + :one"

first_time = "attribute_not_exists(idempotency_key)"  # true unless this command was carried out before
order_is_new = "attribute_not_exists(order_id)"  # true unless an order of this id was placed before
order_unchanged = "#version = :version"  # true while nobody changed the order since it was read
still_available = "#available >= :needed"  # true while the floor is not touched
still_reserved = "#reserved >= :quantity"  # always true: what we promised is still promised
row_unchanged = "#version = :version"  # true while nobody changed the row since it was read
room_left = "attribute_not_exists(#used) OR #used <= :room"  # true for the first N orders of the window
place_taken = "#used >= :orders"  # true unless the window is long gone
within_limit = "#used <= :room"  # never true where no room was left from the beginning
still_counted = "#used >= :units"  # true unless the row is long gone
offers_method = (
    "#status = :open AND contains(#methods, :method)"  # true while the location works and offers it
)


def add_write(transaction: Transaction, tables: Tables, write: Write) -> None:
    """Add every action of the write. The order of the parts is the order in which a refusal is read."""
    if write.answer and write.idempotency_key:
        _answer(transaction, tables, write.idempotency_key, write.answer, write.at)
    _order(transaction, tables, write)
    _stock(transaction, tables, write)
    _capacity(transaction, tables, write)
    _unpaid(transaction, tables, write)
    for location_id, method in write.locations:
        transaction.check(
            tables.locations,
            {"location_id": text(location_id)},
            condition=offers_method,
            refused=lambda _row, location_id=location_id: LocationChanged(location_id),  # type: ignore[misc]
            names={"#status": "status", "#methods": "methods"},
            values={":open": text("open"), ":method": text(method)},
        )
    _record(transaction, tables, write)


def _answer(transaction: Transaction, tables: Tables, key: str, answer: Answer, at: datetime) -> None:
    transaction.put(
        tables.idempotency,
        packed(
            {
                "idempotency_key": text(key),
                "fingerprint": text(answer.fingerprint),
                "status": number(answer.status),
                "body": text(answer.body),
                "created_at": text(keys.instant(at)),
                "expires_at": number(int((at + timedelta(days=ANSWER_DAYS)).timestamp())),
            },
            "body",
        ),
        condition=first_time,
        refused=_answered_before,
    )


def _answered_before(row: Row | None) -> Exception:
    assert row is not None  # the condition fails only when the row is there
    return AnsweredBefore(Answer(text_of(row, "fingerprint"), number_of(row, "status"), text_of(row, "body")))


def _order(transaction: Transaction, tables: Tables, write: Write) -> None:
    order, before = write.change.order, write.before
    if before is None:
        transaction.put(tables.orders, order_item(order), condition=order_is_new, refused=_stale)
    else:
        assert order.version == before.version + 1, (order.version, before.version)
        transaction.put(
            tables.orders,
            order_item(order),
            condition=order_unchanged,
            refused=_stale,
            names={"#version": "version"},
            values={":version": number(before.version)},
        )
    if write.contact:
        transaction.put_new(
            tables.orders,
            {
                "order_id": text(order.order_id),
                "sk": text(keys.CONTACT),
                "document": text(to_document(write.contact)),
            },
        )
    known = {s.number: s for s in before.shipments} if before else {}
    on_hold, was_on_hold = order.hold is not None, before is not None and before.hold is not None
    for shipment in order.shipments:
        listed_anew = on_hold != was_on_hold and shipment.status in WORK
        if known.get(shipment.number) != shipment or listed_anew:  # guarded by the order's version
            transaction.put_new(tables.orders, shipment_item(order.order_id, shipment, on_hold=on_hold))


def _stock(transaction: Transaction, tables: Tables, write: Write) -> None:
    for effect in _merged(write.change.stock):
        _stock_effect(transaction, tables, effect)
    for replacement in write.change.replacements:
        transaction.put(
            tables.stock,
            row_item(replacement.after),
            condition=row_unchanged,
            refused=_stale,
            names={"#version": "version"},
            values={":version": number(replacement.before.version)},
        )


def _merged(effects: Iterable[StockEffect]) -> list[StockEffect]:
    """One effect per row: a transaction may touch a row once only."""
    by_row: dict[tuple[str, str], StockEffect] = {}
    for effect in effects:
        key = (effect.sku, effect.location_id)
        earlier = by_row.get(key)
        assert earlier is None or earlier.kind == effect.kind, (earlier, effect)
        by_row[key] = replace(effect, quantity=effect.quantity + (earlier.quantity if earlier else 0))
    return list(by_row.values())


def _stock_effect(transaction: Transaction, tables: Tables, effect: StockEffect) -> None:
    moves = {
        "reserve": "#available = #available - :quantity, #reserved = #reserved + :quantity",
        "release": "#available = #available + :quantity, #reserved = #reserved - :quantity",
        "hand_over": "#on_hand = #on_hand - :quantity, #reserved = #reserved - :quantity",
        "put_aside": "#blocked = #blocked + :quantity, #reserved = #reserved - :quantity",
    }
    names = {"#reserved": "reserved", "#version": "version"}
    values = {":quantity": number(effect.quantity), ":one": number(1)}
    refused: Refused = lambda row: LedgerBroken(f"{effect} on {row}")  # noqa: E731 - closes over the effect
    condition = still_reserved
    if effect.kind == "reserve":
        condition = still_available
        values[":needed"] = number(effect.quantity + effect.floor)
        refused = lambda row: _short(effect, row)  # noqa: E731 - closes over the effect
    if effect.kind in ("reserve", "release"):
        names["#available"] = "available"
    if effect.kind == "hand_over":
        names["#on_hand"] = "on_hand"
    if effect.kind == "put_aside":
        names["#blocked"] = "blocked"
    transaction.update(
        tables.stock,
        {"sku": text(effect.sku), "location_id": text(effect.location_id)},
        f"SET {moves[effect.kind]}, #version = #version + :one",
        condition=condition,
        refused=refused,
        names=names,
        values=values,
    )


def _short(effect: StockEffect, row: Row | None) -> NotWritten:
    there = stock_row(row) if row else StockRow(effect.sku, effect.location_id, 0)
    return StockShort({(effect.sku, effect.location_id): there})


def _capacity(transaction: Transaction, tables: Tables, write: Write) -> None:
    total: dict[tuple[str, str], int] = defaultdict(int)
    effect_by_key: dict[tuple[str, str], CapacityEffect] = {}
    for effect in write.change.capacity:
        key = (keys.location_method(effect.location_id, effect.method), effect.window)
        total[key] += effect.orders
        effect_by_key[key] = effect
    for (location_method, window), orders in total.items():
        row_key = {"location_method": text(location_method), "window": text(window)}
        limit = effect_by_key[location_method, window].limit
        if orders > 0:
            _take_places(transaction, tables, row_key, orders, limit, write.at)
        elif orders < 0:
            transaction.update(
                tables.capacity,
                row_key,
                f"SET #used = #used - :orders, {WINDOW_CHANGED}",
                condition=place_taken,
                refused=None,  # a window that vanished needs nothing back
                names={"#used": "used", "#version": "version"},
                values={":orders": number(-orders), ":one": number(1), ":none": number(0)},
            )


def _take_places(
    transaction: Transaction, tables: Tables, row_key: Row, orders: int, limit: int | None, at: datetime
) -> None:
    most = 2**31 if limit is None else limit  # without a limit orders are still counted, as backlog
    transaction.update(
        tables.capacity,
        row_key,
        f"SET #used = if_not_exists(#used, :none) + :orders, {WINDOW_CHANGED}, expires_at = :expires",
        condition=room_left,
        refused=lambda _row: WindowFull(str(row_key)),
        names={"#used": "used", "#version": "version"},
        values={
            ":none": number(0),
            ":one": number(1),
            ":orders": number(orders),
            ":room": number(most - orders),
            ":expires": number(int((at + timedelta(days=WINDOW_DAYS)).timestamp())),
        },
    )


def _unpaid(transaction: Transaction, tables: Tables, write: Write) -> None:
    """What the orders of this write count against their customers' limits, after it less before it."""
    units: Counter[str] = Counter()
    for order, sign in ((write.change.order, 1), (write.before, -1)):
        assert order is None or order.unpaid is None or order.status == "reserved", order
        if order and order.unpaid:
            units[order.unpaid.customer] += sign * order.unpaid.units
    for customer, change in sorted(units.items()):
        row_key = {"location_method": text(keys.unpaid(customer)), "window": text(keys.UNPAID_UNITS)}
        if change > 0:
            _count_unpaid(transaction, tables, row_key, change, write)
        elif change < 0:
            transaction.update(
                tables.capacity,
                row_key,
                f"SET #used = #used - :units, {WINDOW_CHANGED}",
                condition=still_counted,
                refused=None,  # a row that vanished needs nothing back
                names={"#used": "used", "#version": "version"},
                values={":units": number(-change), ":none": number(0), ":one": number(1)},
            )


def _count_unpaid(transaction: Transaction, tables: Tables, row_key: Row, units: int, write: Write) -> None:
    room = (2**31 if write.max_unpaid is None else write.max_unpaid) - units
    transaction.update(
        tables.capacity,
        row_key,
        f"SET #used = if_not_exists(#used, :none) + :units, {WINDOW_CHANGED}, expires_at = :expires",
        condition=room_left if room >= 0 else within_limit,
        refused=lambda row: TooManyUnpaid(number_of(row, "used") if row else 0),
        names={"#used": "used", "#version": "version"},
        values={
            ":none": number(0),
            ":one": number(1),
            ":units": number(units),
            ":room": number(room),
            ":expires": number(int((write.at + timedelta(days=WINDOW_DAYS)).timestamp())),
        },
    )


def _record(transaction: Transaction, tables: Tables, write: Write) -> None:
    order_id = write.change.order.order_id
    for n, (event_type, detail) in enumerate(write.change.events):
        event = Event(f"{order_id}.{write.command_id}.{n}", event_type, write.at, order_id, detail)
        transaction.put_new(tables.orders, event_item(event, keys.event(write.command_id, n)))
    if write.decision:
        transaction.put_new(
            tables.orders,
            {
                "order_id": text(order_id),
                "sk": text(keys.decision(write.command_id)),
                "record": {"B": write.decision},
            },
        )
    for item in movement_items(write.movements):
        transaction.put_new(tables.stock_movements, item)


def order_item(order: Order) -> Row:
    """The order row. It stands in the deadline index while its reservation can run out."""
    item: dict[str, Any] = {
        "order_id": text(order.order_id),
        "sk": text(keys.ORDER),
        "version": number(order.version),
        "status": text(order.status),
        "tasks": text(tasks_mark(order.shipments)),
        "document": text(to_document(replace(order, shipments=()))),
    }
    if order.status == "reserved" and order.reservation_expires_at and order.hold is None:
        item["due_bucket"] = text(keys.due_bucket(order.order_id))
        item["due_at"] = text(keys.instant(order.reservation_expires_at))
        item["holds"] = {"SS": sorted(_holds(order))}
    return packed(item, "document")


def _holds(order: Order) -> set[str]:
    """What a reservation keeps from others: SKUs, places at locations, and its customer's room for more."""
    marks = {line.sku for line in order.lines}
    marks |= {keys.place_mark(s.location_id) for s in order.shipments if s.holds_stock}
    if order.unpaid:
        marks.add(keys.customer_mark(order.unpaid.customer))
    return marks


def tasks_mark(shipments: Sequence[Shipment]) -> str:
    """What a reader must find beside the order row. A query is no snapshot: while a transaction is being written it may
    see the order's new row and a task's old one, and the order's version would let that through.
    """
    return ",".join(f"{s.number}:{s.status}:{sum(a.quantity for a in s.allocations)}" for s in shipments)


def shipment_item(order_id: str, shipment: Shipment, *, on_hold: bool = False) -> Row:
    """The task row. It stands in its location's work list while there is something to do and nobody holds the order."""
    item = {
        "order_id": text(order_id),
        "sk": text(keys.shipment(shipment.number)),
        "status": text(shipment.status),
        "location_id": text(shipment.location_id),
        "document": text(to_document(shipment)),
    }
    if shipment.status in WORK and not on_hold:
        task = f"{order_id}~{shipment.number}"
        item["work_location"] = text(shipment.location_id)
        item["work_due"] = text(keys.work_due(shipment.promise.due_at, task))
    return packed(item, "document")


def event_item(event: Event, sk: str) -> Row:
    """The event row: complete in itself, so that whoever publishes it needs nothing else."""
    return {
        "order_id": text(event.order_id),
        "sk": text(sk),
        "type": text(event.type),
        "document": text(to_document(event)),
    }


def _stale(row: Row | None) -> Exception:
    return Stale(str(row.get("sk")) if row else "gone")
