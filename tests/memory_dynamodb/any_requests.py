"""Seeded sequences of requests of the shapes that the adapters send, over so few rows that they meet all the time.

Half of the conditions fail, transactions are sent again under their own token or another's, pages are followed to
their end, and a few requests are of the kind that DynamoDB refuses as not valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fulfillment.adapters.dynamodb.rows import number, text
from tests.memory_dynamodb.any_actions import AnyActions

ROWS = 10
Request = tuple[str, dict[str, Any]]  # the client's method and its parameters


class AnyRequests(AnyActions):
    """The requests of one seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._sent: list[dict[str, Any]] = []
        self._opened = 0

    def next(self) -> Request:
        """Another request; the first are puts, so that there is something to meet."""
        if self._opened < ROWS:
            self._opened += 1
            return self._open()
        kinds: dict[Callable[[], Request], int] = {
            self._transaction: 30,
            self._again: 8,
            self._put: 8,
            self._update: 6,
            self._delete: 4,
            self._get: 8,
            self._batch_get: 6,
            self._batch_write: 3,
            self._query: 18,
            self._query_index: 12,
            self._scan: 3,
            self._not_valid: 5,
        }
        (kind,) = self._random.choices(list(kinds), list(kinds.values()))
        return kind()

    def locations(self) -> list[Request]:
        """Deletes the locations, so that the next sequence's scans find its own alone."""
        return [
            ("delete_item", {"TableName": "Locations", "Key": {"location_id": text(f"{self._name}L{n}")}})
            for n in range(3)
        ]

    def _transaction(self) -> Request:
        request: dict[str, Any] = {"TransactItems": self._actions()}
        if self._chance(0.8):
            request["ClientRequestToken"] = f"{self._name}{len(self._sent)}"
            self._sent.append(request)
        return "transact_write_items", request

    def _again(self) -> Request:
        """An earlier transaction once more, or another one under its token."""
        if not self._sent:
            return self._transaction()
        request = self._of(*self._sent)
        if self._chance(0.3):
            request = {**request, "TransactItems": self._actions()}
        return "transact_write_items", request

    def _open(self) -> Request:
        table, make = self._of(
            ("Stock", self._count_put),
            ("Orders", self._order_put),
            ("Orders", self._task_put),
            ("Locations", self._location_put),
        )
        return "put_item", {"TableName": table, "Item": make()["Item"]}

    def _put(self) -> Request:
        table, make = self._of(
            ("Stock", self._count_put),
            ("Orders", self._order_put),
            ("Orders", self._task_put),
            ("Locations", self._location_put),
        )
        return "put_item", {"TableName": table, **make(), "ReturnValues": self._of("NONE", "ALL_OLD")}

    def _update(self) -> Request:
        table, make = self._of(
            ("Stock", self._stock_update),
            ("Capacity", self._place_update),
            ("Locations", self._location_update),
        )
        return "update_item", {
            "TableName": table,
            **make(),
            "ReturnValues": self._of("NONE", "ALL_OLD", "ALL_NEW"),
        }

    def _delete(self) -> Request:
        table, key = self._key()
        return "delete_item", {"TableName": table, "Key": key, "ReturnValues": "ALL_OLD"}

    def _get(self) -> Request:
        table, key = self._key()
        return "get_item", {"TableName": table, "Key": key, "ConsistentRead": self._chance(0.5)}

    def _batch_get(self) -> Request:
        keys = {
            tuple(value["S"] for value in key.values()): key for key in (self._stock_key() for _ in range(4))
        }
        asked: dict[str, Any] = {"Keys": list(keys.values()), "ConsistentRead": True}
        if self._chance(0.3):
            asked |= {"ProjectionExpression": "sku, #n", "ExpressionAttributeNames": {"#n": "version"}}
        return "batch_get_item", {"RequestItems": {"Stock": asked, "Orders": {"Keys": [self._order_key()]}}}

    def _batch_write(self) -> Request:
        codes = self._random.sample(range(6), 3)
        puts = [
            {"PutRequest": {"Item": {"pk": self._named("POSTAL#"), "sk": text(f"{code}")}}} for code in codes
        ]
        return "batch_write_item", {
            "RequestItems": {"Config": [*puts, {"DeleteRequest": {"Key": self._config_key()}}]}
        }

    def _query(self) -> Request:
        order, tee, shelf, policy = (self._named(letter, 2) for letter in ("O", "tee", "shelf", "POLICY#"))
        asked: dict[str, Any] = self._of(
            (
                "Orders",
                "order_id = :order AND sk BETWEEN :first AND :last",
                {":order": order, ":first": text("ORDER"), ":last": text("SHIPMENT#9999")},
                {},
            ),
            (
                "Orders",
                "order_id = :order AND begins_with(sk, :start)",
                {":order": order, ":start": text(self._of("DECISION#", "EVENT#é", "S", "nothing"))},
                {},
            ),
            ("Stock", "sku = :sku", {":sku": tee}, {"ProjectionExpression": "location_id, available"}),
            (
                "Stock",
                "sku = :sku",
                {":sku": tee, ":n": self._units()},
                {"FilterExpression": self._of("available > :n", "available <> :n")},
            ),
            (
                "StockMovements",
                "stock_key = :shelf AND movement_key > :after",
                {":shelf": shelf, ":after": text("a#1$")},
                {},
            ),
            (
                "StockMovements",
                f"movement_key {self._of('<', '<=', '>=', '=')} :at AND stock_key = :shelf",
                {":shelf": shelf, ":at": text(self._of("a#2", "ü#1"))},
                {},
            ),
            ("Config", "pk = :pk", {":pk": policy}, {"ScanIndexForward": False, "Limit": 1}),
            (
                "Config",
                "pk = :pk",
                {":pk": policy},
                {"Limit": self._random.randint(1, 3), "ScanIndexForward": self._chance(0.5)},
            ),
        )
        table, condition, values, more = asked
        request = {
            "TableName": table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **more,
        }
        return "query", request | ({"ConsistentRead": True} if self._chance(0.5) else {})

    def _query_index(self) -> Request:
        request: dict[str, Any] = {
            "TableName": "Orders",
            "ScanIndexForward": self._chance(0.7),
            "Limit": self._random.randint(1, 2),
        }
        if self._chance(0.5):
            values = {
                ":bucket": self._named("DUE#", 2),
                ":now": text(f"2026-{self._random.randint(1, 12):02d}"),
            }
            request |= {
                "IndexName": "due",
                "KeyConditionExpression": "due_bucket = :bucket AND due_at <= :now",
            }
        else:
            values = {":location": self._named("L")}
            request |= {"IndexName": "work", "KeyConditionExpression": "work_location = :location"}
        return "query", {**request, "ExpressionAttributeValues": values}

    def _scan(self) -> Request:
        filtered = {"FilterExpression": "attribute_exists(tags)"} if self._chance(0.3) else {}
        return "scan", {
            "TableName": "Locations",
            "Limit": self._random.randint(1, 3),
            "ConsistentRead": True,
            **filtered,
        }

    def _not_valid(self) -> Request:
        key = self._stock_key()
        put = {"Put": {"TableName": "Stock", "Item": key}}
        update = {
            "TableName": "Stock",
            "Key": key,
            "UpdateExpression": "SET on_hand = :one",
            "ExpressionAttributeValues": {":one": number(1)},
        }
        refused: Request = self._of(
            ("transact_write_items", {"TransactItems": [put, put]}),
            ("put_item", {"TableName": "Stock", "Item": {**key, "sku": text("")}}),
            ("put_item", {"TableName": "Orders", "Item": {**self._order_key(), "due_bucket": number(1)}}),
            ("get_item", {"TableName": "Stock", "Key": {"sku": key["sku"]}}),
            ("update_item", {**update, "UpdateExpression": "SET status = :one"}),
            ("update_item", {**update, "ConditionExpression": "available >= reserved + :one"}),
            ("update_item", {**update, "ExpressionAttributeNames": {"#unused": "reserved"}}),
            ("update_item", {**update, "UpdateExpression": "SET sku = :one"}),
            ("update_item", {**update, "UpdateExpression": "SET on_hand = :two"}),
            ("update_item", {**update, "UpdateExpression": "SET on_hand = :one REMOVE on_hand"}),
            (
                "transact_write_items",
                {"TransactItems": [{"Update": {**update, "UpdateExpression": "SET status = :one"}}]},
            ),
            (
                "query",
                {
                    "TableName": "Stock",
                    "KeyConditionExpression": "location_id = :l",
                    "ExpressionAttributeValues": {":l": text("x")},
                },
            ),
        )
        return refused
