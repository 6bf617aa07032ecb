"""Query and Scan: pages of at most ``Limit`` rows and 1 MB, read before they are filtered."""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

from tests.memory_dynamodb.attributes import Invalid, Item
from tests.memory_dynamodb.expressions import Reading, reading, told
from tests.memory_dynamodb.rows import Entry, Index, Key, Ordered, Table

MAX_PAGE_BYTES = 1024 * 1024


def query(table: Table, request: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a partition of the table or of an index."""
    ordered = _ordered(table, request)
    key_condition = request.get("KeyConditionExpression")
    if key_condition is None:
        raise Invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    tells, values = told(request)
    filtered, projection = request.get("FilterExpression"), request.get("ProjectionExpression")
    plan = reading(key_condition, filtered, projection, tells, ordered.names)
    partition = ordered.parts[0].value(values[plan.partition], WRONG_TYPE)
    wanted = []
    if plan.range is not None:
        wanted = [ordered.parts[1].value(values[name], WRONG_TYPE) for name in plan.range.values]
        if plan.range.function == "BETWEEN" and wanted[0] > wanted[1]:
            raise Invalid(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
            )
    entries, first, last = ordered.between(partition, plan.range.function if plan.range else None, wanted)
    forward = request.get("ScanIndexForward", True)
    if start := request.get("ExclusiveStartKey"):
        entry = _start(table, ordered, start, partition)
        if plan.range is not None and not _fits(entry[0], plan.range.function, wanted):
            raise Invalid("The provided starting key does not match the range key predicate")
        if forward:
            first = max(first, bisect_right(entries, entry))
        else:
            last = min(last, bisect_left(entries, entry))
    keys = [key for _, key in entries[first:last]]
    return _page(table, ordered, keys if forward else reversed(keys), plan, values, request)


def scan(table: Table, request: Mapping[str, Any]) -> dict[str, Any]:
    """A page of the table, sorted by key. DynamoDB has an order of its own, which nobody may rely on."""
    tells, values = told(request)
    filtered, projection = request.get("FilterExpression"), request.get("ProjectionExpression")
    plan = reading(None, filtered, projection, tells, table.names)
    keys: Iterable[Key] = table.in_order()
    if start := request.get("ExclusiveStartKey"):
        after = table.key(start)
        keys = (key for key in keys if key > after)
    return _page(table, table, keys, plan, values, request)


WRONG_TYPE = "One or more parameter values were invalid: Condition parameter type does not match schema type"


def _ordered(table: Table, request: Mapping[str, Any]) -> Ordered:
    name = request.get("IndexName")
    if name is None:
        return table
    if name not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {name}")
    if request.get("ConsistentRead"):
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    return table.indexes[name]


def _start(table: Table, ordered: Ordered, start: Item, partition: Any) -> Entry:
    wrong = "The provided starting key is invalid"
    names = {*table.names, *ordered.names}
    if start.keys() != names:
        raise Invalid(wrong)
    key = table.key({name: start[name] for name in table.names})
    places = [part.value(start[part.name], wrong) for part in ordered.parts]
    if places[0] != partition:
        raise Invalid(
            f"{wrong}: The provided starting key is outside query boundaries based on provided conditions"
        )
    return places[-1] if len(places) > 1 else None, key


def _fits(value: Any, function: str, wanted: list[Any]) -> bool:
    if function == "BETWEEN":
        return bool(wanted[0] <= value <= wanted[1])
    if function == "begins_with":
        return bool(value.startswith(wanted[0]))
    compare = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    return bool(compare[function](value, wanted[0]))


def _page(
    table: Table,
    ordered: Ordered,
    keys: Iterable[Key],
    plan: Reading,
    values: Mapping[str, Any],
    request: Mapping[str, Any],
) -> dict[str, Any]:
    limit = request.get("Limit")
    if limit is not None and limit < 1:
        raise Invalid("Limit must be greater than or equal to 1")
    projected = ordered.projected if isinstance(ordered, Index) else None
    if projected is not None and not plan.projected <= projected:
        raise Invalid(
            "One or more parameter values were invalid: Global secondary index "
            f"{ordered.name} does not project {sorted(plan.projected - projected)}"
        )
    if projected is not None and not plan.filtered <= projected:
        raise Invalid(
            f"One or more parameter values were invalid: Secondary index {ordered.name} does not project one or more "
            f"filter attributes: {sorted(plan.filtered - projected)}"
        )
    for check in plan.checks:
        check(values)
    items: list[Item] = []
    scanned = size = 0
    answer: dict[str, Any] = {}
    for key in keys:
        row = table.rows[key]
        item = row.item
        if projected is not None:
            item = {name: value for name, value in item.items() if name in projected}
        scanned += 1
        size += row.size
        if plan.keep is None or plan.keep(item, values):
            items.append(plan.project(item) if plan.project else dict(item))
        if scanned == limit or size > MAX_PAGE_BYTES:
            names = dict.fromkeys((*table.names, *ordered.names))
            answer["LastEvaluatedKey"] = {name: row.item[name] for name in names}
            break
    return {"Items": items, "Count": len(items), "ScannedCount": scanned, **answer}
