"""Orders, their tasks and everything that is written in one transaction with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from fulfillment.adapters.aws import pause
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.order_write import add_write, tasks_mark
from fulfillment.adapters.dynamodb.rows import batch_get, number, number_of, pages, text, text_of
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import MAX_ACTIONS, Transaction
from fulfillment.application.ports import Answer, Held, NotWritten, Stale, TooLarge, Write
from fulfillment.domain.errors import Busy
from fulfillment.domain.handover import Handover
from fulfillment.domain.order import CustomerContact, Order, Shipment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

OVERDUE_PAGE = (
    500  # of each of the eight buckets: 4,000 reservations that ended since the last minute's sweep
)
MAX_UNPAID = 5_000  # of each bucket: 40,000 at once, at whose 250 bytes a search reads 10 MB
MAX_READS = 6  # of an order in the middle of a write, which lasts milliseconds; with pauses of about a second


@dataclass(frozen=True)
class DynamoDBOrderRepository:
    """See ``ports.OrderRepository``."""

    client: DynamoDBClient
    tables: Tables

    def load(self, order_id: str) -> Order | None:
        """The order with its shipments; its story and decisions stay where they are. Busy when a transaction that is
        being written stood between its rows at every reading.
        """
        for attempt in range(MAX_READS):
            order, mark = self._read(order_id)
            if order is None or mark == tasks_mark(order.shipments):
                return order
            pause(attempt)
        raise Busy("busy", f"The order {order_id!r} is being written; send the same request again.")

    def _read(self, order_id: str) -> tuple[Order | None, str]:
        rows = pages(
            self.client.query,
            TableName=self.tables.orders,
            ConsistentRead=True,
            KeyConditionExpression="order_id = :order AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":order": text(order_id),
                ":first": text(keys.ORDER),
                ":last": text(keys.shipment(9999)),
            },
        )
        order: Order | None = None
        mark = ""
        shipments: list[Shipment] = []
        for row in rows:
            if text_of(row, "sk") == keys.ORDER:
                order, mark = from_document(Order, text_of(row, "document")), text_of(row, "tasks")
            else:
                shipments.append(from_document(Shipment, text_of(row, "document")))
        return (replace(order, shipments=tuple(shipments)) if order else None), mark

    def recall(self, idempotency_key: str | None, order_id: str) -> tuple[Answer | None, Order | None]:
        """What was answered under this key; when nothing was, the order.

        An order that is there may have been written after the key was looked for, by the same request sent twice at
        once: its answer was written with it, so the key is looked for again.
        """
        if answer := self.answer(idempotency_key):
            return answer, None
        order = self.load(order_id)
        if order and (answer := self.answer(idempotency_key)):
            return answer, None
        return None, order

    def answer(self, idempotency_key: str | None) -> Answer | None:
        """What was answered under this key."""
        if idempotency_key is None:
            return None
        found = self.client.get_item(
            TableName=self.tables.idempotency,
            Key={"idempotency_key": text(idempotency_key)},
            ConsistentRead=True,
        ).get("Item")
        if not found:
            return None
        return Answer(text_of(found, "fingerprint"), number_of(found, "status"), text_of(found, "body"))

    def write(self, write: Write) -> None:
        """One transaction; raises what stood in the way."""
        transaction = Transaction(self.client)
        add_write(transaction, self.tables, write)
        if len(transaction) > MAX_ACTIONS:
            raise TooLarge(f"{len(transaction)} actions")
        transaction.commit()

    def overdue(self, now: datetime, most: int, held: Held | None = None) -> Sequence[str]:
        """Ids of orders whose reservation is over, as far as the index shows; with ``held`` only of those that hold
        some of it.
        """
        found: list[str] = []
        for bucket in keys.all_due_buckets():
            answer = self.client.query(
                TableName=self.tables.orders,
                IndexName="due",
                KeyConditionExpression="due_bucket = :bucket AND due_at <= :now",
                ExpressionAttributeValues={":bucket": text(bucket), ":now": text(keys.instant(now))},
                Limit=OVERDUE_PAGE,
            )
            found += [
                text_of(row, "order_id")
                for row in answer["Items"]
                if held is None or _holds_some(set(row["holds"]["SS"]), held)
            ]
        return found[:most]

    def to_look_at(self, now: datetime, most: int) -> Sequence[str]:
        """Ids of orders whose work is to be looked at by now, as far as the index shows; the longest due first."""
        found: list[tuple[str, str]] = []
        for bucket in keys.all_look_buckets():
            answer = self.client.query(
                TableName=self.tables.orders,
                IndexName="due",
                KeyConditionExpression="due_bucket = :bucket AND due_at <= :now",
                ExpressionAttributeValues={":bucket": text(bucket), ":now": text(keys.instant(now))},
                Limit=most,
            )
            found += [(text_of(row, "due_at"), text_of(row, "order_id")) for row in answer["Items"]]
        return [order_id for _, order_id in sorted(found)[:most]]

    def look_later(self, order: Order, at: datetime) -> None:
        """Move the order in the index. Stale when somebody changed it since it was read."""
        still_looked_at = "#version = :version AND attribute_exists(due_at)"  # true while nobody changed it
        transaction = Transaction(self.client)
        transaction.update(
            self.tables.orders,
            {"order_id": text(order.order_id), "sk": text(keys.ORDER)},
            "SET due_at = :at",
            condition=still_looked_at,
            refused=lambda _row: Stale(order.order_id),
            names={"#version": "version"},
            values={":version": number(order.version), ":at": text(keys.instant(at))},
        )
        transaction.commit()

    def unpaid(self, held: Held) -> Sequence[str]:
        """Ids of orders that are reserved and hold some of this, as far as the index shows, whenever they are over."""
        found: list[str] = []
        for bucket in keys.all_due_buckets():
            rows = pages(
                self.client.query,
                TableName=self.tables.orders,
                IndexName="due",
                KeyConditionExpression="due_bucket = :bucket",
                ExpressionAttributeValues={":bucket": text(bucket)},
                ScanIndexForward=False,  # the youngest, as a rule, first
            )
            found += [
                text_of(row, "order_id")
                for row in islice(rows, MAX_UNPAID)
                if _holds_some(set(row["holds"]["SS"]), held)
            ]
        return found

    def open_tasks(
        self, location_id: str, most: int, after: Mapping[str, str] | None
    ) -> tuple[Sequence[tuple[str, Shipment]], Mapping[str, str] | None]:
        """A page of the work list, most urgent first, and where it ended."""
        start = {"ExclusiveStartKey": {name: text(value) for name, value in after.items()}} if after else {}
        answer = self.client.query(
            TableName=self.tables.orders,
            IndexName="work",
            KeyConditionExpression="work_location = :location",
            ExpressionAttributeValues={":location": text(location_id)},
            Limit=most,
            **start,  # type: ignore[arg-type]
        )
        tasks = [
            (text_of(row, "order_id"), from_document(Shipment, text_of(row, "document")))
            for row in answer["Items"]
        ]
        last = answer.get("LastEvaluatedKey")
        return tasks, {name: value["S"] for name, value in last.items()} if last else None

    def decisions(self, order_id: str) -> Sequence[tuple[str, bytes]]:
        """The decisions taken for the order, as they were packed, each with the command that asked; in their order."""
        rows = pages(
            self.client.query,
            TableName=self.tables.orders,
            ConsistentRead=True,
            KeyConditionExpression="order_id = :order AND begins_with(sk, :decision)",
            ExpressionAttributeValues={":order": text(order_id), ":decision": text(keys.DECISION_PREFIX)},
        )
        return [(keys.command_of(text_of(row, "sk")), bytes(row["record"]["B"])) for row in rows]

    def orders(self, order_ids: Collection[str]) -> Mapping[str, Order]:
        """The order rows of several orders, without their shipments."""
        rows = self._several(order_ids, keys.ORDER)
        return {text_of(row, "order_id"): from_document(Order, text_of(row, "document")) for row in rows}

    def contact(self, order_id: str) -> CustomerContact | None:
        """The person behind the order; None when erased."""
        return self.contacts([order_id]).get(order_id)

    def contacts(self, order_ids: Collection[str]) -> Mapping[str, CustomerContact]:
        """The people behind several orders."""
        rows = self._several(order_ids, keys.CONTACT)
        return {
            text_of(row, "order_id"): from_document(CustomerContact, text_of(row, "document")) for row in rows
        }

    def handover(self, order_id: str, number_: int) -> Handover | None:
        """Who came for the task; None when nobody else did than the customer with the code, or when erased."""
        for row in self._several([order_id], keys.handover(number_)):
            return from_document(Handover, text_of(row, "document"))
        return None

    def tries(self, tasks: Collection[tuple[str, Shipment]]) -> Mapping[tuple[str, int], int]:
        """How many codes were tried at these tasks, where any was: by order and number."""
        numbers = {(order_id, keys.tries(t.number, t.unlocked)): t.number for order_id, t in tasks}
        wanted = [{"order_id": text(order_id), "sk": text(sk)} for order_id, sk in sorted(numbers)]
        rows = batch_get(self.client, self.tables.orders, wanted, consistent=True)
        found = {(text_of(row, "order_id"), text_of(row, "sk")): number_of(row, "tries") for row in rows}
        return {(key[0], numbers[key]): tried for key, tried in found.items()}

    def take_try(self, order_id: str, task: Shipment, most: int, right: str | None) -> bool:
        """Count a try at a task's code, before anybody hears what it was worth; False when ``most`` were made already.

        ``right``: the press that says the right code. Once counted, it is good again: what came of it may be lost.
        """
        allowed = "attribute_not_exists(#tries) OR #tries < :most"  # true until the last try was counted
        change = "SET #tries = if_not_exists(#tries, :none) + :one"
        names = {"#tries": "tries"}
        values = {":none": number(0), ":one": number(1), ":most": number(most)}
        if right is not None:
            allowed += " OR #right = :right"  # true when this very press was counted before
            change += ", #right = :right"
            names["#right"] = "right"
            values[":right"] = text(right)
        transaction = Transaction(self.client, counts_each_time=True)
        transaction.update(
            self.tables.orders,
            {"order_id": text(order_id), "sk": text(keys.tries(task.number, task.unlocked))},
            change,
            condition=allowed,
            refused=lambda _row: NotWritten("locked"),
            names=names,
            values=values,
        )
        try:
            transaction.commit()
        except NotWritten:
            return False
        return True

    def _several(self, order_ids: Collection[str], sk: str) -> list[Mapping[str, object]]:
        wanted = [{"order_id": text(order_id), "sk": text(sk)} for order_id in sorted(set(order_ids))]
        return list(batch_get(self.client, self.tables.orders, wanted, consistent=True))


def _holds_some(marks: set[str], held: Held) -> bool:
    units = not held.skus.isdisjoint(marks) and (held.at is None or keys.place_mark(held.at) in marks)
    place = any(keys.place_mark(location_id) in marks for location_id in held.places)
    return units or place or (held.customer is not None and keys.customer_mark(held.customer) in marks)
