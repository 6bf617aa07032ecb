"""The part of the composition root that is about the customer's page; ``bootstrap`` hands it on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fulfillment.adapters import aws
from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBCatalogRepository,
    DynamoDBConfigRepository,
    DynamoDBLocationRepository,
)
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.bootstrap.parts import ROUTING_TABLES, known, orders, pickup_codes, picture

if TYPE_CHECKING:
    from fulfillment.application.choose import Choose
    from fulfillment.application.customer_links import CustomerLinks
    from fulfillment.application.customer_page import CustomerPage


@cache
def customer_links() -> CustomerLinks:
    """Whose page a link opens."""
    from fulfillment.application.customer_links import CustomerLinks

    return CustomerLinks(pickup_codes(), SystemClock())


@cache
def customer_page() -> CustomerPage:
    """What a customer sees of an order. The map is loaded when there is something to choose."""
    from fulfillment.application.choices import Choices
    from fulfillment.application.customer_page import CustomerPage

    needed = ("tables.products", *ROUTING_TABLES)
    client, tables = aws.dynamodb(), known().need(*needed).tables
    return CustomerPage(
        orders(),
        DynamoDBLocationRepository(client, tables),
        DynamoDBCatalogRepository(client, tables),
        DynamoDBConfigRepository(client, tables),
        pickup_codes(),
        lambda: Choices(picture(True)),
        SystemClock(),
    )


@cache
def choose() -> Choose:
    """What a customer does on the page."""
    from fulfillment.application.choose import Choose

    known().need("tables.products", "tables.stock_movements", "tables.idempotency")
    return Choose(orders(), picture(True), ExpireReservations(orders(), SystemClock()), SystemClock())
