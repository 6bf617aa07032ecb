"""One write: first whether the request is valid, then what it does to the row that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.memory_dynamodb.attributes import (
    MAX_ITEM_BYTES,
    Attribute,
    Invalid,
    Item,
    item_form,
    part_size,
)
from tests.memory_dynamodb.expressions import Writing, told, writing
from tests.memory_dynamodb.rows import Key, Stored, Table


class ConditionFailed(Exception):
    """The condition is false; ``item`` is the row if it was asked for and is there."""

    def __init__(self, item: Item | None) -> None:
        super().__init__()
        self.item = item


class Prepared(NamedTuple):
    """A valid write."""

    kind: str
    table: Table
    key: Key
    plan: Writing
    values: Mapping[str, Attribute]
    new: Stored | None  # of a Put
    tells_old: bool


def prepared(kind: str, request: Mapping[str, Any], table: Table) -> Prepared:
    """Check all that can be checked without the row: Put, Update, Delete or ConditionCheck."""
    condition, update = request.get("ConditionExpression"), request.get("UpdateExpression")
    if kind == "ConditionCheck" and condition is None:
        raise Invalid("The ConditionExpression of a ConditionCheck must not be null")
    tells, values = told(request)
    plan = writing(update, condition, tells, table.key_names)
    for check in plan.checks:
        check(values)
    new = None
    if kind == "Put":
        new = Stored(*item_form(request["Item"]))
        key = table.key_of(new.item)
        table.check_indexes(new.item)
    else:
        key = table.key(request["Key"])
    old = request.get("ReturnValuesOnConditionCheckFailure", "NONE")
    if old not in ("ALL_OLD", "NONE"):
        raise Invalid(f"ReturnValuesOnConditionCheckFailure must be ALL_OLD or NONE, not {old}")
    return Prepared(kind, table, key, plan, values, new, old == "ALL_OLD")


def decided(write: Prepared, before: Stored | None) -> Stored | None:
    """The row after the write; ConditionFailed, or Invalid when an update cannot be carried out on it."""
    item = before.item if before is not None else {}
    condition = write.plan.condition
    if condition is not None and not condition(item, write.values):
        raise ConditionFailed(dict(item) if before is not None and write.tells_old else None)
    if write.kind == "Put":
        return write.new
    if write.kind == "Delete":
        return None
    if write.kind == "ConditionCheck":
        return before
    if before is None:
        item = write.table.attributes(write.key)
    after = write.plan.update(item, write.values) if write.plan.update else item
    touched = write.plan.touched
    if before is None:
        size = part_size(after, after)
    else:
        size = before.size - part_size(item, touched) + part_size(after, touched)
    if size > MAX_ITEM_BYTES:
        raise Invalid("Item size to update has exceeded the maximum allowed size")
    write.table.check_indexes(after)
    return Stored(after, size)
