"""What requests cost, in DynamoDB's read and write units, counted from the items themselves.

An item's size: the bytes of attribute names and values in UTF-8; a number one byte per two digits and one more; a list
or map three bytes, and one more for each element; a flag or null one byte ("DynamoDB item sizes and formats").
A write: the larger of the item before and after, one unit per KB begun; in a transaction twice that, a ConditionCheck
included, which is charged as a write of the item it looks at. An index entry: nothing when what the index holds stays
as it is, else one write per KB begun; two when its key changes (delete and put), one when it comes or goes. The factor
of a transaction applies to the table alone (measured on AWS by others: nubo-db/dynoxide#188, paritysuite/
dynamodb-conformance#67; DynamoDB Local doubles index entries, too, and rounds all rows of a table together).
A consistent read: one unit per 4 KB begun, half of it when it need not be; of a query what it read together; of a batch
each item by itself, missing ones like small ones. ("DynamoDB read and write operations", "Amazon DynamoDB transactions:
how it works", "Using global secondary indexes")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from fulfillment.adapters.dynamodb import keys
from tests.support.template import table_requests

Item = Mapping[str, Any]

WRITE_BYTES = 1024
READ_BYTES = 4096
IN_A_TRANSACTION = 2
METHODS = (
    "get_item",
    "batch_get_item",
    "query",
    "scan",
    "put_item",
    "update_item",
    "delete_item",
    "transact_write_items",
    "batch_write_item",
)
# Rows of the Orders table by the beginning of their sort key.
ORDER_ROWS = {
    "ORDER": "order",
    "CONTACT": "contact",
    "SHIPMENT#": "task",
    "EVENT#": "event",
    "DECISION#": "decision",
    "TRIES#": "tries",
}


def size(item: Item) -> int:
    """Bytes of an item."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, what),) = value.items()
    if kind == "S":
        return len(what.encode())
    if kind == "N":
        return _digits(what)
    if kind == "B":
        return len(what)
    if kind in ("SS", "NS", "BS"):
        return sum(_value({kind[0]: one}) for one in what)
    if kind == "L":
        return 3 + sum(1 + _value(one) for one in what)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value(one) for name, one in what.items())
    return 1


def _digits(what: str) -> int:
    number = Decimal(what).normalize()
    return 1 + ceil(len(number.as_tuple().digits) / 2) + (number < 0)


@dataclass(frozen=True)
class Charge:
    """Units of one row in one request."""

    call: str
    row: str
    kind: str  # "write" or "read"
    units: float
    bytes: int


@dataclass
class Meter:
    """Everything that was charged while it ran."""

    get_item: Callable[..., Any]  # of the client itself: what the meter asks is not charged
    query: Callable[..., Any]
    charges: list[Charge] = field(default_factory=list)

    def total(self, kind: str) -> float:
        """Units of writes or of reads."""
        return sum(charge.units for charge in self.charges if charge.kind == kind)

    def by_row(self, kind: str) -> Counter[str]:
        """Units by what kind of row they were for."""
        found: Counter[str] = Counter()
        for charge in self.charges:
            if charge.kind == kind:
                found[charge.row] += charge.units  # type: ignore[assignment]
        return found

    def metered(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The client's method, charged."""
        call = "".join(word.title() for word in name.split("_"))

        def charged(**params: Any) -> Any:
            actions = [(*action, self._now(action[0], action[2])) for action in _actions(call, params)]
            try:
                answer = real(**params)
            except ClientError:
                self._written(call, actions, done=False)
                raise
            if actions:
                self._written(call, actions, done=True)
            else:
                self._read(call, params, answer)
            return answer

        return charged

    def _now(self, table: str, key: Item) -> Item | None:
        found: Item | None = self.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found

    def _written(self, call: str, actions: Sequence[Any], *, done: bool) -> None:
        factor = IN_A_TRANSACTION if call == "TransactWriteItems" else 1
        for table, kind, key, before in actions:
            after = self._now(table, key) if done else before
            images = [image for image in (before, after) if image] or [key]
            row = "location check" if kind == "ConditionCheck" else _row(table, images[-1])
            largest = max(size(image) for image in images)
            self.charges.append(Charge(call, row, "write", factor * _kb(largest), largest))
            if done:
                self._indexed(call, table, before, after)

    def _indexed(self, call: str, table: str, before: Item | None, after: Item | None) -> None:
        for name, attributes, key_names in _indexes(table):
            old, new = (_entry(item, attributes, key_names) for item in (before, after))
            moved = old and new and any(old[key] != new[key] for key in key_names)
            written = (old, new) if moved else (new or old,) if old != new else ()
            for entry in written:
                assert entry is not None
                self.charges.append(Charge(call, f"index {name}", "write", _kb(size(entry)), size(entry)))

    def _read(self, call: str, params: Any, parsed: Any) -> None:
        if call == "BatchGetItem":
            for table, asked in params["RequestItems"].items():
                rate = 1 if asked.get("ConsistentRead") else 0.5
                found = parsed["Responses"].get(table, [])
                missing: list[Item] = [{}] * (len(asked["Keys"]) - len(found))
                for item in [*found, *missing]:
                    self.charges.append(Charge(call, table, "read", rate * _pages(size(item)), size(item)))
        elif (call, params.get("TableName")) == ("Scan", "Orders"):
            return  # a test's stand-in for the table's stream, which is read for nothing
        elif call in ("GetItem", "Query", "Scan"):
            rate = 1 if params.get("ConsistentRead") else 0.5
            items = [parsed["Item"]] if parsed.get("Item") else self._whole(call, params, parsed)
            row = f"index {params['IndexName']}" if "IndexName" in params else params["TableName"]
            together = sum(size(item) for item in items)
            self.charges.append(Charge(call, row, "read", rate * _pages(together), together))

    def _whole(self, call: str, params: Any, parsed: Any) -> Sequence[Item]:
        """What was read, not what of it was shown."""
        if "ProjectionExpression" not in params:
            return parsed.get("Items", [])
        asked = {name: value for name, value in params.items() if name != "ProjectionExpression"}
        items: Sequence[Item] = self.query(**asked)["Items"]
        return items


@contextmanager
def metering(client: Any) -> Iterator[Meter]:
    """Charge every request of this client. One request at a time."""
    meter = Meter(client.get_item, client.query)
    for name in METHODS:
        setattr(client, name, meter.metered(name, getattr(client, name)))
    try:
        yield meter
    finally:
        for name in METHODS:
            delattr(client, name)


def _actions(call: str, params: Any) -> list[tuple[str, str, Item]]:
    """(table, kind, key) of each write."""
    if call == "TransactWriteItems":
        found = [(kind, body) for action in params["TransactItems"] for kind, body in action.items()]
    elif call in ("PutItem", "UpdateItem", "DeleteItem"):
        found = [(call.removesuffix("Item"), params)]
    else:
        assert not call.startswith("BatchWrite"), "no handler of an order writes so"
        found = []
    return [(body["TableName"], kind, _key(body)) for kind, body in found]


def _key(body: Mapping[str, Any]) -> Item:
    if "Key" in body:
        return dict(body["Key"])
    return {name: body["Item"][name] for name in _key_names(body["TableName"])}


def _key_names(table: str) -> list[str]:
    (request,) = (request for request in table_requests() if request["TableName"] == table)
    return [key["AttributeName"] for key in request["KeySchema"]]


def _indexes(table: str) -> Iterator[tuple[str, frozenset[str] | None, tuple[str, ...]]]:
    """(name, attributes it holds or None for all, its keys)."""
    (request,) = (request for request in table_requests() if request["TableName"] == table)
    for index in request.get("GlobalSecondaryIndexes", ()):
        key_names = tuple(key["AttributeName"] for key in index["KeySchema"])
        shown = {*_key_names(table), *key_names, *index["Projection"].get("NonKeyAttributes", ())}
        everything = index["Projection"]["ProjectionType"] == "ALL"
        yield index["IndexName"], None if everything else frozenset(shown), key_names


def _entry(item: Item | None, attributes: frozenset[str] | None, key_names: tuple[str, ...]) -> Item | None:
    if item is None or not set(key_names) <= item.keys():
        return None
    return {name: value for name, value in item.items() if attributes is None or name in attributes}


def _row(table: str, item: Item) -> str:
    if table == "Capacity" and item["location_method"]["S"].startswith(keys.unpaid("")):
        return "unpaid units"
    if table != "Orders":
        return table
    sk = item["sk"]["S"]
    return next(name for prefix, name in ORDER_ROWS.items() if sk.startswith(prefix))


def _kb(bytes_: int) -> int:
    return max(1, ceil(bytes_ / WRITE_BYTES))


def _pages(bytes_: int) -> int:
    return max(1, ceil(bytes_ / READ_BYTES))
