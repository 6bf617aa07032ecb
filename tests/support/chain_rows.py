"""Locations, products, stock, places and zones as the rows that they are in the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.catalog import location_item, product_items
from fulfillment.adapters.dynamodb.documents import to_document
from fulfillment.adapters.dynamodb.rows import text
from fulfillment.adapters.dynamodb.stock import row_item
from fulfillment.domain.location import Location, PlaceRecord, Zone
from fulfillment.domain.product import Product
from fulfillment.domain.stock import StockRow
from tests.support.template import table_requests

Row = tuple[str, dict[str, Any]]
Given = Location | Product | StockRow | PlaceRecord | Zone


def flat(things: Iterable[Any]) -> Iterator[Given]:
    for thing in things:
        if isinstance(thing, Given):
            yield thing
        else:
            yield from flat(thing)


def rows_of(thing: Given) -> Iterator[Row]:
    """Table and item of each row of it."""
    document = {"document": text(to_document(thing))}
    if isinstance(thing, Product):
        yield from (("Products", item) for item in product_items(thing))
    elif isinstance(thing, Location):
        yield "Locations", location_item(thing, 1)
    elif isinstance(thing, StockRow):
        yield "Stock", row_item(thing)
    elif isinstance(thing, PlaceRecord):
        pk = keys.places(thing.kind, thing.country)
        yield "Config", {"pk": text(pk), "sk": text(thing.code), **document}
    else:
        yield "Config", {"pk": text(keys.zones(thing.country)), "sk": text(thing.zone_id), **document}


def last_of_each(rows: Iterable[Row]) -> list[Row]:
    """Without those that a later one writes over: a batch may name no row twice."""
    return list(
        {(table, *(str(item[key]) for key in _keys()[table])): (table, item) for table, item in rows}.values()
    )


@cache
def _keys() -> dict[str, list[str]]:
    return {
        request["TableName"]: [key["AttributeName"] for key in request["KeySchema"]]
        for request in table_requests()
    }
