"""The one transaction of a command: its own rows first, then stock, capacity and what is kept for the record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import to_document
from fulfillment.adapters.dynamodb.order_counts import add_places, add_unpaid
from fulfillment.adapters.dynamodb.rows import Row, instant_of, number, number_of, packed, text, text_of
from fulfillment.adapters.dynamodb.stock import movement_items, not_counted_since, row_item, stock_row
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import LedgerBroken, Refused, Transaction
from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    CountedAhead,
    LocationChanged,
    NotWritten,
    Stale,
    StockShort,
    Write,
)
from fulfillment.domain.events import Event
from fulfillment.domain.ledger import StockEffect
from fulfillment.domain.order import Order, Shipment, has_timers
from fulfillment.domain.stock import StockRow

ANSWER_DAYS = 7  # callers retry within minutes; queues are redriven within days

first_time = "attribute_not_exists(idempotency_key)"  # true unless this command was carried out before
order_is_new = "attribute_not_exists(order_id)"  # true unless an order of this id was placed before
order_unchanged = "#version = :version"  # true while nobody changed the order since it was read
still_available = "#available >= :needed"  # true while the floor is not touched
still_reserved = "#reserved >= :quantity"  # always true: what we promised is still promised
still_aside = "#blocked >= :quantity"  # always true: what stands aside is blocked until it is put back
row_unchanged = "#version = :version"  # true while nobody changed the row since it was read
offers_method = (  # true while the location works, did not pause itself, and offers it
    "#status = :open AND contains(#methods, :method)"
    " AND (attribute_not_exists(#paused_until) OR #paused_until <= :now)"
)


def add_write(transaction: Transaction, tables: Tables, write: Write) -> None:
    """Add every action of the write. The order of the parts is the order in which a refusal is read."""
    if write.answer and write.idempotency_key:
        add_answer(transaction, tables, write.idempotency_key, write.answer, write.at)
    for change, before in write.changes():
        _order(transaction, tables, change.order, before, write.look_at or write.at)
    if write.contact:
        transaction.put_new(
            tables.orders,
            {
                "order_id": text(write.change.order.order_id),
                "sk": text(keys.CONTACT),
                "document": text(to_document(write.contact)),
            },
        )
    _stock(transaction, tables, write)
    add_places(transaction, tables, write)
    add_unpaid(transaction, tables, write)
    for location_id, method in write.locations:
        transaction.check(
            tables.locations,
            {"location_id": text(location_id)},
            condition=offers_method,
            refused=lambda _row, location_id=location_id: LocationChanged(location_id),  # type: ignore[misc]
            names={"#status": "status", "#methods": "methods", "#paused_until": "paused_until"},
            values={":open": text("open"), ":method": text(method), ":now": text(keys.instant(write.at))},
        )
    _record(transaction, tables, write)


def add_answer(transaction: Transaction, tables: Tables, key: str, answer: Answer, at: datetime) -> None:
    """Keep what is answered under its key. AnsweredBefore when something was."""
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


def _order(
    transaction: Transaction, tables: Tables, order: Order, before: Order | None, look_at: datetime
) -> None:
    if before is None:
        transaction.put(tables.orders, order_item(order, look_at), condition=order_is_new, refused=_stale)
    else:
        assert order.version == before.version + 1, (order.version, before.version)
        transaction.put(
            tables.orders,
            order_item(order, look_at),
            condition=order_unchanged,
            refused=_stale,
            names={"#version": "version"},
            values={":version": number(before.version)},
        )
    known = {s.number: s for s in before.shipments} if before else {}
    on_hold, was_on_hold = order.hold is not None, before is not None and before.hold is not None
    for shipment in order.shipments:
        listed_anew = on_hold != was_on_hold and shipment.to_do
        if known.get(shipment.number) != shipment or listed_anew:  # guarded by the order's version
            transaction.put_new(tables.orders, shipment_item(order.order_id, shipment, on_hold=on_hold))


def _stock(transaction: Transaction, tables: Tables, write: Write) -> None:
    moved_at = write.movements[0].at if write.movements else write.at
    for effect in _merged(effect for change, _ in write.changes() for effect in change.stock):
        _stock_effect(transaction, tables, effect, moved_at)
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
        by_row[key] = _together(by_row[key], effect) if key in by_row else effect
    return list(by_row.values())


def _together(earlier: StockEffect, effect: StockEffect) -> StockEffect:
    """Two effects on a row as one. Units given back and taken again are taken but for the difference, which may be
    below zero: as if they had been there (available + given back >= needed, said without arithmetic).
    """
    if earlier.kind == effect.kind:
        return replace(effect, quantity=earlier.quantity + effect.quantity)
    assert (earlier.kind, effect.kind) == ("release", "reserve"), (earlier, effect)
    return replace(effect, quantity=effect.quantity - earlier.quantity)


def _stock_effect(transaction: Transaction, tables: Tables, effect: StockEffect, at: datetime) -> None:
    moves = {
        "reserve": "#available = #available - :quantity, #reserved = #reserved + :quantity",
        "release": "#available = #available + :quantity, #reserved = #reserved - :quantity",
        "hand_over": "#on_hand = #on_hand - :quantity, #reserved = #reserved - :quantity",
        "put_aside": "#blocked = #blocked + :quantity, #reserved = #reserved - :quantity",
        "lose": "#blocked = #blocked + :quantity, #missing = if_not_exists(#missing, :none) + :quantity, "
        "#reserved = #reserved - :quantity",
        "put_back": "#blocked = #blocked - :quantity, #available = #available + :quantity",
        "write_off": "#blocked = #blocked - :quantity, #on_hand = #on_hand - :quantity",
    }
    update = f"SET {moves[effect.kind]}, #version = #version + :one"
    if effect.refused:
        update += ", #refusals = if_not_exists(#refusals, :none) + :one"
    values = {":quantity": number(effect.quantity), ":one": number(1)}
    refused: Refused = lambda row: LedgerBroken(f"{effect} on {row}")  # noqa: E731 - closes over the effect
    condition = still_aside if effect.kind in ("put_back", "write_off") else still_reserved
    if effect.kind == "reserve":
        condition = still_available
        values[":needed"] = number(effect.quantity + effect.floor)
        refused = lambda row: _short(effect, row)  # noqa: E731 - closes over the effect
    if effect.kind in ("hand_over", "write_off"):
        values[":at"] = text(keys.instant(at))
        condition = f"{condition} AND ({not_counted_since})"
        refused = lambda row: _not_off_the_books(effect, row)  # noqa: E731 - closes over the effect
    if effect.kind == "lose" or effect.refused:
        values[":none"] = number(0)
    transaction.update(
        tables.stock,
        {"sku": text(effect.sku), "location_id": text(effect.location_id)},
        update,
        condition=condition,
        refused=refused,
        names={name: name[1:] for name in sorted(set(re.findall(r"#\w+", f"{update} {condition}")))},
        values=values,
    )


def _short(effect: StockEffect, row: Row | None) -> NotWritten:
    there = stock_row(row) if row else StockRow(effect.sku, effect.location_id, 0)
    return StockShort({(effect.sku, effect.location_id): there})


def _not_off_the_books(effect: StockEffect, row: Row | None) -> Exception:
    seen_at = instant_of(row, "observed_at") if row else None
    part = "reserved" if effect.kind == "hand_over" else "blocked"
    if row is None or seen_at is None or number_of(row, part) < effect.quantity:
        return LedgerBroken(f"{effect} on {row}")
    return CountedAhead(seen_at)


def _record(transaction: Transaction, tables: Tables, write: Write) -> None:
    for change, _ in write.changes():
        order_id = change.order.order_id
        # A message that comes twice may be a command with an effect each time: the version tells the two apart.
        step = keys.step(change.order.version, write.command_id)
        for n, (event_type, detail) in enumerate(change.events):
            event = Event(f"{order_id}.{step}.{n}", event_type, write.at, order_id, detail)
            transaction.put_new(tables.orders, event_item(event, keys.event(step, n)))
    if write.decision:
        transaction.put_new(
            tables.orders,
            {
                "order_id": text(write.change.order.order_id),
                "sk": text(keys.decision(keys.step(write.change.order.version, write.command_id))),
                "record": {"B": write.decision},
            },
        )
    if write.change.handover:
        number_, handover = write.change.handover
        transaction.put_new(
            tables.orders,
            {
                "order_id": text(write.change.order.order_id),
                "sk": text(keys.handover(number_)),
                "document": text(to_document(handover)),
            },
        )
    for item in movement_items(write.movements):
        transaction.put_new(tables.stock_movements, item)


def order_item(order: Order, look_at: datetime) -> Row:
    """The order row. It stands in the deadline index while its reservation can run out, or while there is work that
    the service ladder looks at.
    """
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
    elif has_timers(order):
        item["due_bucket"] = text(keys.look_bucket(order.order_id))
        item["due_at"] = text(keys.instant(look_at))
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
    if shipment.to_do and not on_hold:
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
