"""DynamoDB in memory, for thousands of runs of the real handlers: microseconds a call, and nothing to start.

    client = MemoryDynamoDB()                       # the template's tables, empty
    monkeypatch.setattr(aws, "dynamodb", lambda: client)
    kept = client.snapshot(); client.restore(kept)  # as often as needed
    client.empty()                                  # rows and remembered tokens
    assert client.refused == []                     # requests that DynamoDB would call invalid, which must never be any

It has the client methods that the adapters call, with the same answers and the same ``ClientError``; a call is atomic.
What it answers is checked against DynamoDB Local by ``tests/engine/test_memory_agrees.py``. What it does not do (nested
paths in updates and projections, parallel scans, capacity figures, ...) raises ``NotInMemory``: never a wrong answer.

Where the two differ it does as documented: an update that the row does not allow cancels its transaction with
ValidationError, and two actions on one item are not valid even if a condition fails. Where nothing is documented it is
sorted: a scan by key, rows of an index that sort alike by key; a local engine has another order.

Unlike the service it is never slow or throttled, has no conflicts, its indexes never lag, its rows never expire by
themselves, and it keeps tokens of transactions until it is emptied, unless it is given a clock.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from threading import RLock
from typing import Any

from botocore.exceptions import ClientError

from tests.memory_dynamodb.attributes import Invalid, Item, NotInMemory
from tests.memory_dynamodb.expressions import reading, told
from tests.memory_dynamodb.reads import query, scan
from tests.memory_dynamodb.rows import Key, Stored, Table
from tests.memory_dynamodb.writes import ConditionFailed, Prepared, decided, prepared
from tests.support.template import table_requests

MAX_ACTIONS = 100
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
MAX_BATCH_GET, MAX_BATCH_WRITE = 100, 25
MAX_BATCH_GET_BYTES = 16 * 1024 * 1024
MAX_TOKEN = 36
TOKEN_SECONDS = 600

Method = Callable[["MemoryDynamoDB", dict[str, Any]], dict[str, Any]]

_NAMED = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_ONE = _NAMED | {"TableName", "ConditionExpression", "ReturnValuesOnConditionCheckFailure"}
_READ = frozenset({"TableName", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"})
_PAGED = _READ | _NAMED | {"FilterExpression", "Limit", "ExclusiveStartKey"}
_ACTIONS = {
    "Put": _ONE | {"Item"},
    "Update": _ONE | {"Key", "UpdateExpression"},
    "Delete": _ONE | {"Key"},
    "ConditionCheck": _ONE | {"Key"},
}


def _operation(*parameters: str) -> Callable[[Method], Callable[..., dict[str, Any]]]:
    """A client method that takes these parameters, one at a time."""
    known = frozenset(parameters)

    def build(method: Method) -> Callable[..., dict[str, Any]]:
        operation = "".join(word.title() for word in method.__name__.split("_"))

        @wraps(method)
        def call(self: MemoryDynamoDB, **request: Any) -> dict[str, Any]:
            _only_known(request, known)
            try:
                with self._lock:
                    return method(self, request)
            except Invalid as invalid:
                self.refused.append(f"{operation}: {invalid}")
                raise _error("ValidationException", str(invalid), operation) from None
            except ConditionFailed as failed:
                more = {"Item": failed.item} if failed.item is not None else {}
                raise _error(
                    "ConditionalCheckFailedException", "The conditional request failed", operation, **more
                ) from None

        return call

    return build


class MemoryDynamoDB:
    """See the module. ``now`` tells seconds; after ten minutes by it a token is forgotten. ``tables`` are
    CreateTable requests; without them they are the template's.
    """

    def __init__(
        self, now: Callable[[], float] = lambda: 0.0, tables: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        requests = table_requests() if tables is None else tables
        self._tables = {request["TableName"]: Table(request) for request in requests}
        self._tokens: dict[str, tuple[float, bytes]] = {}
        self._now = now
        self._lock = RLock()
        self.refused: list[str] = []

    # --- for tests

    def empty(self) -> None:
        """No rows, no remembered tokens."""
        for table in self._tables.values():
            table.empty()
        self._tokens = {}
        self.refused = []

    def snapshot(self) -> Any:
        """What is there and which tokens are remembered, for ``restore``."""
        return [table.snapshot() for table in self._tables.values()], dict(self._tokens)

    def restore(self, kept: Any) -> None:
        """Have a snapshot back, as often as needed."""
        restores, tokens = kept
        for restore in restores:
            restore()
        self._tokens = dict(tokens)

    def rows(self, table: str) -> list[Item]:
        """All rows of a table, sorted by key."""
        kept = self._table(table)
        return [dict(kept.rows[key].item) for key in kept.in_order()]

    # --- one row

    @_operation(*_READ, "Key")
    def get_item(self, request: dict[str, Any]) -> dict[str, Any]:
        table = self._table(request["TableName"])
        row = table.rows.get(table.key(request["Key"]))
        plan = reading(None, None, request.get("ProjectionExpression"), told(request)[0], table.names)
        if row is None:
            return {}
        return {"Item": plan.project(row.item) if plan.project else dict(row.item)}

    @_operation(*_ONE, "Item", "ReturnValues")
    def put_item(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._write_one("Put", request)

    @_operation(*_ONE, "Key", "UpdateExpression", "ReturnValues")
    def update_item(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._write_one("Update", request)

    @_operation(*_ONE, "Key", "ReturnValues")
    def delete_item(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._write_one("Delete", request)

    def _write_one(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        returned = request.get("ReturnValues", "NONE")
        if returned not in ("NONE", "ALL_OLD", "ALL_NEW") or (returned == "ALL_NEW" and kind != "Update"):
            raise NotInMemory(f"ReturnValues={returned} of {kind}")
        write = prepared(kind, request, self._table(request["TableName"]))
        before = write.table.rows.get(write.key)
        after = decided(write, before)
        write.table.replace(write.key, after)
        row = {"NONE": None, "ALL_OLD": before, "ALL_NEW": after}[returned]
        return {"Attributes": dict(row.item)} if row is not None else {}

    # --- transactions

    @_operation("TransactItems", "ClientRequestToken")
    def transact_write_items(self, request: dict[str, Any]) -> dict[str, Any]:
        actions = request["TransactItems"]
        token = request.get("ClientRequestToken")
        if not 1 <= len(actions) <= MAX_ACTIONS:
            raise Invalid(
                "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: "
                "Member must have length less than or equal to 100, greater than or equal to 1"
            )
        if token is not None and self._done_before(token, actions):
            return {}
        writes = self._prepare_all(actions)
        changes, reasons = _all_decided(writes)
        if reasons:
            codes = ", ".join(reason["Code"] for reason in reasons)
            raise _error(
                "TransactionCanceledException",
                f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
                "TransactWriteItems",
                CancellationReasons=reasons,
            )
        for write, after in changes:
            write.table.replace(write.key, after)
        if token is not None:
            self._tokens[token] = (self._now(), pickle.dumps(actions))
        return {}

    def _done_before(self, token: str, actions: Any) -> bool:
        if not 1 <= len(token) <= MAX_TOKEN:
            raise Invalid(f"ClientRequestToken must have 1 to {MAX_TOKEN} characters, not {len(token)}")
        remembered = self._tokens.get(token)
        if remembered is None or self._now() - remembered[0] >= TOKEN_SECONDS:
            return False
        if pickle.loads(remembered[1]) != actions:
            raise _error(
                "IdempotentParameterMismatchException",
                "DynamoDB rejected the request because it retried a request with an idempotent token that was already "
                "used by another request with different parameters",
                "TransactWriteItems",
            )
        return True

    def _prepare_all(self, actions: Any) -> list[Prepared]:
        writes = []
        seen: set[tuple[str, Key]] = set()
        for action in actions:
            if len(action) != 1:
                raise Invalid("TransactItems can only contain one of Check, Put, Update or Delete")
            ((kind, body),) = action.items()
            if kind not in _ACTIONS:
                raise NotInMemory(f"Action {kind}")
            _only_known(body, _ACTIONS[kind])
            write = prepared(kind, body, self._table(body["TableName"]))
            seen.add((write.table.name, write.key))
            writes.append(write)
        if len(seen) < len(writes):
            raise Invalid("Transaction request cannot include multiple operations on one item")
        return writes

    # --- several rows

    @_operation("RequestItems")
    def batch_get_item(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = request["RequestItems"]
        if not 1 <= sum(len(each["Keys"]) for each in asked.values()) <= MAX_BATCH_GET:
            raise Invalid("Too many items requested for the BatchGetItem call")
        found: dict[str, list[Item]] = {}
        left: dict[str, Any] = {}
        size = 0
        for name, each in asked.items():
            _only_known(each, _READ | {"Keys"})
            table = self._table(name)
            keys = [table.key(key) for key in each["Keys"]]
            if len(set(keys)) < len(keys):
                raise Invalid("Provided list of item keys contains duplicates")
            plan = reading(None, None, each.get("ProjectionExpression"), told(each)[0], table.names)
            rows = found.setdefault(name, [])
            for key, given in zip(keys, each["Keys"], strict=True):
                row = table.rows.get(key)
                if row is None:
                    continue
                size += row.size
                if size > MAX_BATCH_GET_BYTES:
                    left.setdefault(name, {**each, "Keys": []})["Keys"].append(given)
                else:
                    rows.append(plan.project(row.item) if plan.project else dict(row.item))
        return {"Responses": found, "UnprocessedKeys": left}

    @_operation("RequestItems")
    def batch_write_item(self, request: dict[str, Any]) -> dict[str, Any]:
        writes = []
        for name, several in request["RequestItems"].items():
            table = self._table(name)
            for each in several:
                ((kind, body),) = each.items()
                writes.append(prepared(kind.removesuffix("Request"), body, table))
        if not 1 <= len(writes) <= MAX_BATCH_WRITE:
            raise Invalid("Too many items requested for the BatchWriteItem call")
        if len({(write.table.name, write.key) for write in writes}) < len(writes):
            raise Invalid("Provided list of item keys contains duplicates")
        for write in writes:
            write.table.replace(write.key, decided(write, None))
        return {"UnprocessedItems": {}}

    @_operation(*_PAGED, "IndexName", "KeyConditionExpression", "ScanIndexForward")
    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        return query(self._table(request["TableName"]), request)

    @_operation(*_PAGED)
    def scan(self, request: dict[str, Any]) -> dict[str, Any]:
        return scan(self._table(request["TableName"]), request)

    def _table(self, name: str) -> Table:
        found = self._tables.get(name)
        if found is None:
            raise _error(
                "ResourceNotFoundException", f"Cannot do operations on a non-existent table: {name}", ""
            )
        return found


def _all_decided(writes: list[Prepared]) -> tuple[list[tuple[Prepared, Stored | None]], list[dict[str, Any]]]:
    """What each writes; when one is refused, the reasons of all."""
    changes = []
    reasons: list[dict[str, Any]] = []
    size = 0
    for n, write in enumerate(writes):
        before = write.table.rows.get(write.key)
        reason: dict[str, Any] = {"Code": "None"}
        try:
            after = decided(write, before)
            changes.append((write, after))
            size += max(before.size if before else 0, after.size if after else 0)
        except ConditionFailed as failed:
            reason = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
            if failed.item is not None:
                reason["Item"] = failed.item
        except Invalid as invalid:
            reason = {"Code": "ValidationError", "Message": str(invalid)}
        if reasons or reason["Code"] != "None":
            reasons = reasons or [{"Code": "None"} for _ in range(n)]
            reasons.append(reason)
    if size > MAX_TRANSACTION_BYTES:
        raise Invalid("Aggregated size of all items in the transaction has exceeded 4 MB")
    return changes, reasons


def _only_known(request: Mapping[str, Any], known: frozenset[str]) -> None:
    if not known.issuperset(request):
        raise NotInMemory(f"The in-memory DynamoDB does not know {sorted(request.keys() - known)}")


def _error(code: str, message: str, operation: str, **more: Any) -> ClientError:
    """What boto3 raises."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
        "message": message,
        **more,
    }
    return ClientError(response, operation)
