"""A large chain's work on an engine, quickly: a few orders are really placed, and copied as they were written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.rows import Row, chunks, packed, pages, text_of
from tests.support.builders import a_line, a_location, a_product, stock
from tests.support.races import place
from tests.support.world import World

LINES = 50  # the most an order may have


def given_allocations(world: World, stores: int, copies: int) -> int:
    """As many stores, in each of which so many orders of fifty lines each hold units; how many allocations these are.

    Two units a line; 1,000 of each of fifty SKUs on each shelf.
    """
    skus = [f"sku-{n:02d}" for n in range(LINES)]
    names = [f"store-{n:02d}" for n in range(stores)]
    world.given([a_product(sku) for sku in skus], [a_location(name) for name in names])
    world.given([stock(name, **dict.fromkeys(skus, 1_000)) for name in names])
    lines = [a_line(sku, 2, str(n)) for n, sku in enumerate(skus)]
    for name in names:
        place(f"{name}-0000", *lines, location_id=name)
    placed = list(pages(aws.dynamodb().scan, TableName="Orders"))
    _write("Orders", (_renamed(row, n) for n in range(1, copies) for row in placed))
    for table, names_, parts in (
        ("Stock", ("sku", "location_id"), {"reserved": 1, "available": -1}),
        ("Capacity", ("location_method", "window"), {"used": 1}),
    ):
        for row in list(pages(aws.dynamodb().scan, TableName=table)):
            _multiply(table, {name: row[name] for name in names_}, row, copies, parts)
    return stores * copies * LINES


def _renamed(row: Row, number: int) -> Row:
    """The same row of another order; a decision's record stays what it is."""
    readable = dict(row) | ({"document": {"S": text_of(row, "document")}} if "document" in row else {})
    record = {name: value for name, value in readable.items() if "B" in value}
    told = json.dumps({name: value for name, value in readable.items() if name not in record})
    renamed: Row = json.loads(told.replace("-0000", f"-{number:04d}"))
    return packed(dict(renamed) | record, "document") if "document" in renamed else {**renamed, **record}


def _multiply(table: str, key: Any, row: Row, by: int, parts: Mapping[str, int]) -> None:
    """What one order counts in the row, counted for all of them."""
    one = int(row["reserved" if "reserved" in row else "used"]["N"])
    changed = {name: int(row[name]["N"]) + sign * (by - 1) * one for name, sign in parts.items()}
    aws.dynamodb().update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changed),
        ExpressionAttributeNames={f"#{name}": name for name in changed},
        ExpressionAttributeValues={f":{name}": {"N": str(value)} for name, value in changed.items()},
    )


def _write(table: str, rows: Iterator[Row]) -> None:
    for batch in chunks(list(rows), 25):
        left: Any = {table: [{"PutRequest": {"Item": row}} for row in batch]}
        while left:
            left = aws.dynamodb().batch_write_item(RequestItems=left)["UnprocessedItems"]
