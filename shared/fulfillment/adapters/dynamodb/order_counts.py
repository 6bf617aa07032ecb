"""What orders are counted in: places in capacity windows, and units that a customer has not paid."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import partial

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.rows import Row, number, number_of, text
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.application.ports import TooManyUnpaid, WindowFull, Write
from fulfillment.domain.ledger import CapacityEffect

WINDOW_DAYS = 30  # after its hour a window only matters for giving places back
# Whoever compares windows with orders must see that one changed, even when as many came as went.
WINDOW_CHANGED = "#version = if_not_exists(#version, :none) + :one"

room_left = "attribute_not_exists(#used) OR #used <= :room"  # true for the first N orders of the window
place_taken = "#used >= :orders"  # true unless the window is long gone
within_limit = "#used <= :room"  # never true where no room was left from the beginning
still_counted = "#used >= :units"  # true unless the row is long gone
row_is_there = "attribute_exists(#version)"  # true unless the row is long gone


def add_places(transaction: Transaction, tables: Tables, write: Write) -> None:
    """Places in capacity windows, of all orders of this write together."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    effect_by_key: dict[tuple[str, str], CapacityEffect] = {}
    for effect in (e for change, _ in write.changes() for e in change.capacity):
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
            # One that counted too few stays as it is, but whoever compares it must see that work ended.
            transaction.if_left_out(partial(_touch, tables=tables, row_key=row_key))
        else:
            _touch(transaction, tables, row_key)


def _touch(transaction: Transaction, tables: Tables, row_key: Row) -> None:
    transaction.update(
        tables.capacity,
        row_key,
        f"SET {WINDOW_CHANGED}",
        condition=row_is_there,
        refused=None,  # a row that vanished is compared with nothing
        names={"#version": "version"},
        values={":one": number(1), ":none": number(0)},
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


def add_unpaid(transaction: Transaction, tables: Tables, write: Write) -> None:
    """What the orders of this write count against their customers' limits, after it less before it."""
    units: Counter[str] = Counter()
    for change, before in write.changes():
        after = change.order
        assert after.unpaid is None or after.status == "reserved", after
        if after.unpaid:
            units[after.unpaid.customer] += after.unpaid.units
        if before and before.unpaid:
            units[before.unpaid.customer] -= before.unpaid.units
    for customer, more in sorted(units.items()):
        row_key = {"location_method": text(keys.unpaid(customer)), "window": text(keys.UNPAID_UNITS)}
        if more > 0:
            _count_unpaid(transaction, tables, row_key, more, write)
        elif more < 0:
            transaction.update(
                tables.capacity,
                row_key,
                f"SET #used = #used - :units, {WINDOW_CHANGED}",
                condition=still_counted,
                refused=None,  # a row that vanished needs nothing back
                names={"#used": "used", "#version": "version"},
                values={":units": number(-more), ":none": number(0), ":one": number(1)},
            )
            transaction.if_left_out(partial(_touch, tables=tables, row_key=row_key))
        elif len(write.changes()) > 1:  # one order less and one more
            _touch(transaction, tables, row_key)


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
