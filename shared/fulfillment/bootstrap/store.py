"""The part of the composition root that serves a store beside its tasks; ``bootstrap`` hands it on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fulfillment.adapters import aws
from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.dynamodb.catalog import DynamoDBCatalogRepository
from fulfillment.adapters.messaging import SqsStockFeed
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.bootstrap.parts import known, orders, picture

if TYPE_CHECKING:
    from fulfillment.application.count_shelf import CountShelf
    from fulfillment.application.look_up_stock import LookUpStock
    from fulfillment.application.sell_in_store import SellInStore


@cache
def count_shelf() -> CountShelf:
    """A count from the shop floor."""
    from fulfillment.application.count_shelf import CountShelf

    needed = known().need("tables.products", "stock_feed_queue_url")
    catalog = DynamoDBCatalogRepository(aws.dynamodb(), needed.tables)
    return CountShelf(catalog, SqsStockFeed(aws.sqs(), needed.stock_feed_queue_url), SystemClock())


@cache
def look_up_stock() -> LookUpStock:
    """One scan away."""
    from fulfillment.adapters.sphere import great_circle_m
    from fulfillment.application.look_up_stock import LookUpStock

    known().need("tables.products")
    seen = picture(True)
    return LookUpStock(seen.catalog, seen.stock, seen.locations, great_circle_m)


@cache
def sell_in_store() -> SellInStore:
    """An order for who stands there."""
    from fulfillment.application.place_order import PlaceOrder
    from fulfillment.application.sell_in_store import SellInStore

    known().need("tables.products", "tables.idempotency")
    seen = picture(True)
    expire = ExpireReservations(orders(), SystemClock())
    place_order = PlaceOrder(orders(), seen, expire, SystemClock())
    return SellInStore(place_order, seen.locations, seen.catalog)
