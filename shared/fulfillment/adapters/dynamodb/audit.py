"""Every row of stock, capacity and work in passing, and corrections of single rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fulfillment.adapters.aws import THROTTLES, pause
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.order_write import event_item
from fulfillment.adapters.dynamodb.rows import (
    Row,
    instant_of,
    number,
    number_of,
    text,
    text_of,
)
from fulfillment.adapters.dynamodb.stock import movement_item, row_item
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.application.ports import Stale
from fulfillment.application.reconcile_ports import TaskSeen, TaskUnreadable, UnpaidSeen
from fulfillment.domain.basket import quantity_by_sku
from fulfillment.domain.errors import Busy
from fulfillment.domain.events import Event
from fulfillment.domain.order import HANDED_OVER, HOLDING, Order, Shipment, task_id
from fulfillment.domain.reconciliation import ENDED, Correction, Kept
from fulfillment.domain.stock import StockMovement, StockRow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SEGMENTS = (
    4  # of a table, read at the same time: four pages of 1 MB in memory, and the network is seldom waited for
)
PAGE_ATTEMPTS = 10  # at a page that is throttled, with pauses of up to 5 s: an audit has time
LANDING_SECONDS = 1.0  # a hundred times what torn reads have been seen to last
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
UNREADABLE = -1  # version of a row that has none

NOT_OURS = (ValueError, KeyError, TypeError)  # what reading a row that somebody else wrote ends in

SHELF_PARTS = ("on_hand", "reserved", "blocked", "missing", "available")
WINDOW_PARTS = ("used",)

row_is_new = "attribute_not_exists(sku)"  # true unless somebody wrote the row since it was looked for
row_unchanged = "#version = :version"  # true while neither the row nor what it counts has changed
never_changed = "attribute_not_exists(#version)"  # the same of a window from before windows had versions


def let_writes_land() -> None:
    """Wait longer than the rows of a transaction take to appear one after the other."""
    time.sleep(LANDING_SECONDS)


@dataclass(frozen=True)
class DynamoDBBooks:
    """See ``reconcile_ports.Books``. An engine that knows no segments tells each row several times: that is allowed."""

    client: DynamoDBClient
    tables: Tables
    segments: int = SEGMENTS

    def shelves(self) -> Iterator[Kept]:
        """Stock rows."""
        for _, row in self._scan(self.tables.stock):
            yield _kept(row, ("sku", "location_id"), SHELF_PARTS)

    def windows(self) -> Iterator[Kept]:
        """All that is counted in the capacity table."""
        for _, row in self._scan(self.tables.capacity):
            yield _kept(row, ("location_method", "window"), WINDOW_PARTS)

    def work(self) -> Iterator[TaskSeen | TaskUnreadable | UnpaidSeen]:
        """Tasks that hold units or a place in a window, and unpaid orders. An order's row comes before its tasks', in
        the same segment.
        """
        orders: dict[int, Row] = {}
        for segment, row in self._scan(self.tables.orders, **_TASKS):
            if text_of(row, "sk") == keys.ORDER:
                orders[segment] = row
                if text_of(row, "status") == "reserved":
                    yield from _unpaid(row)
                continue
            order = orders.get(segment)
            own = order if order and order["order_id"] == row["order_id"] else {}
            yield _task(row, own)

    def _scan(self, table: str, **more: Any) -> Iterator[tuple[int, Row]]:
        """(segment, row) of all rows, those of a partition in their order; as many pages at once as segments."""

        def page(segment: int, start: Any) -> Mapping[str, Any]:
            request = {"Segment": segment, "TotalSegments": self.segments, "ConsistentRead": True, **more}
            return self._page(TableName=table, **request, **({"ExclusiveStartKey": start} if start else {}))

        with ThreadPoolExecutor(self.segments) as pool:
            asked: dict[Future[Mapping[str, Any]], int] = {
                pool.submit(page, segment, None): segment for segment in range(self.segments)
            }
            try:
                while asked:
                    for done in wait(asked, return_when=FIRST_COMPLETED).done:
                        segment, answer = asked.pop(done), done.result()
                        if start := answer.get("LastEvaluatedKey"):
                            asked[pool.submit(page, segment, start)] = segment
                        for row in answer["Items"]:
                            yield segment, row
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _page(self, **request: Any) -> Mapping[str, Any]:
        for attempt in range(PAGE_ATTEMPTS):
            try:
                return self.client.scan(**request)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in THROTTLES:
                    raise
            pause(attempt, longest_seconds=5)
        raise Busy("busy", f"{request['TableName']} has too much to do; try again later.")

    def correct_shelf(self, correction: Correction, movement: StockMovement, events: Sequence[Event]) -> None:
        """Row, record and events together; Stale when the row changed."""
        transaction = Transaction(self.client)
        sku, location_id = correction.key
        if correction.before is None:
            row = StockRow(sku, location_id, 0, reserved=correction.reserved, version=1)
            transaction.put(self.tables.stock, row_item(row), condition=row_is_new, refused=_stale)
        else:
            parts = {name: getattr(correction, name) for name in SHELF_PARTS[1:]}
            key = {"sku": text(sku), "location_id": text(location_id)}
            _change(transaction, self.tables.stock, key, correction.before, parts)
        transaction.put_new(self.tables.stock_movements, movement_item(movement))
        for event in events:
            transaction.put_new(self.tables.orders, event_item(event, keys.event(event.event_id, 0)))
        transaction.commit()

    def correct_window(self, correction: Correction, event: Event) -> None:
        """Row and event together; Stale when the window changed."""
        assert correction.before is not None, correction
        transaction = Transaction(self.client)
        key = dict(zip(("location_method", "window"), map(text, correction.key), strict=True))
        _change(transaction, self.tables.capacity, key, correction.before, {"used": correction.used})
        transaction.put_new(self.tables.orders, event_item(event, keys.event(event.event_id, 0)))
        transaction.commit()


_HOLD, _SHOULD_NOT = sorted(HOLDING | HANDED_OVER), sorted({"reserved", *ENDED})
_TASK_HOLDS = f"begins_with(sk, :task) AND #status IN ({', '.join(f':{status}' for status in _HOLD)})"
_ORDER_SHOULD_NOT = f"sk = :order AND #status IN ({', '.join(f':order_{status}' for status in _SHOULD_NOT)})"
# Of all rows of all orders ever: the tasks that hold something, and the orders that should not, or not for long.
_TASKS: Mapping[str, Any] = {
    "FilterExpression": f"{_TASK_HOLDS} OR {_ORDER_SHOULD_NOT}",
    "ProjectionExpression": "order_id, sk, #status, due_at, #document",
    "ExpressionAttributeNames": {"#status": "status", "#document": "document"},
    "ExpressionAttributeValues": {
        ":task": text(keys.SHIPMENT_PREFIX),
        ":order": text(keys.ORDER),
        **{f":{status}": text(status) for status in _HOLD},
        **{f":order_{status}": text(status) for status in _SHOULD_NOT},
    },
}


def _task(row: Row, order: Row) -> TaskSeen | TaskUnreadable:
    order_id, sk = text_of(row, "order_id"), text_of(row, "sk")
    try:
        number_ = int(sk.removeprefix(keys.SHIPMENT_PREFIX))
        shipment = from_document(Shipment, text_of(row, "document"))
    except NOT_OURS:
        return TaskUnreadable(order_id, f"{order_id} {sk}")
    units = shipment.units() if shipment.holds_stock else ()
    return TaskSeen(
        task=task_id(order_id, number_),
        order_id=order_id,
        location_id=shipment.location_id,
        window=(
            keys.location_method(shipment.location_id, shipment.promise.method),
            shipment.promise.window,
        ),
        units=tuple(quantity_by_sku(units).items()),
        order_ended="status" in order and text_of(order, "status") in ENDED,
        due_at=_due_at(order),
    )


def _due_at(order: Row) -> datetime | None:
    """When its reservation ends. One that nobody can read, and no sweep can find, seems over: it is looked at."""
    try:
        return instant_of(order, "due_at")
    except NOT_OURS:
        return LONG_AGO


def _unpaid(row: Row) -> Iterator[UnpaidSeen | TaskUnreadable]:
    order_id = text_of(row, "order_id")
    try:
        order = from_document(Order, text_of(row, "document"))
    except NOT_OURS:
        yield TaskUnreadable(order_id, f"{order_id} {keys.ORDER}")
        return
    if order.unpaid:
        yield UnpaidSeen(
            order_id, (keys.unpaid(order.unpaid.customer), keys.UNPAID_UNITS), order.unpaid.units
        )


def _kept(row: Row, names: tuple[str, str], parts: Sequence[str]) -> Kept:
    """The row; without numbers when one of them is missing or none."""
    key = (text_of(row, names[0]), text_of(row, names[1]))
    try:
        version = number_of(row, "version", 0)
        return Kept(key, version, tuple(int(row[part]["N"]) for part in parts))
    except (ValueError, KeyError, TypeError):
        return Kept(key, UNREADABLE, None)


def _change(transaction: Transaction, table: str, key: Row, before: Kept, parts: Mapping[str, int]) -> None:
    """Change parts of a row by so much, while it is as it was seen; never what they are."""
    changed = {name: change for name, change in parts.items() if change}
    sets = [f"#{name} = #{name} + :{name}" for name in changed]
    transaction.update(
        table,
        key,
        f"SET {', '.join(sets)}, #version = if_not_exists(#version, :none) + :one",
        condition=row_unchanged if before.version else f"{never_changed} OR {row_unchanged}",
        refused=_stale,
        names={"#version": "version", **{f"#{name}": name for name in changed}},
        values={
            ":version": number(before.version),
            ":none": number(0),
            ":one": number(1),
            **{f":{name}": number(change) for name, change in changed.items()},
        },
    )


def _stale(row: Row | None) -> Exception:
    return Stale(str(row))
