"""What use cases are built from: settings, repositories, keys; made once per execution environment.

Geometry is imported inside a function on purpose: a function that never routes must not load shapely.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBCapacityRepository,
    DynamoDBCatalogRepository,
    DynamoDBConfigRepository,
    DynamoDBLocationRepository,
)
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository
from fulfillment.adapters.secrets import HmacOptionSigner, SecretKeys
from fulfillment.settings import Settings

if TYPE_CHECKING:
    from fulfillment.application.picture import Picture

ROUTING_TABLES = ("tables.stock", "tables.locations", "tables.capacity", "tables.config")


@cache
def known() -> Settings:
    """What this function is configured with."""
    return settings.read()


@cache
def orders() -> DynamoDBOrderRepository:
    """Orders, which every use case reads as they are."""
    return DynamoDBOrderRepository(aws.dynamodb(), known().need("tables.orders").tables)


@cache
def picture(consistent: bool) -> Picture:
    """What decisions are taken on; ``consistent``: as it is now, not as it was a moment ago."""
    from fulfillment.adapters.geography import ShapelyGeography
    from fulfillment.application.picture import Picture

    client, tables = aws.dynamodb(), known().need(*ROUTING_TABLES).tables
    config = DynamoDBConfigRepository(client, tables)
    return Picture(
        locations=DynamoDBLocationRepository(client, tables),
        catalog=DynamoDBCatalogRepository(client, tables),
        stock=DynamoDBStockRepository(client, tables, consistent),
        capacity=DynamoDBCapacityRepository(client, tables, consistent),
        config=config,
        geography=ShapelyGeography(config.zones),
    )


def option_signer() -> HmacOptionSigner:
    """Signs offers."""
    secret_id = known().need("option_key_secret_id").option_key_secret_id
    return HmacOptionSigner(SecretKeys(aws.secretsmanager(), secret_id))


@cache
def pickup_codes() -> SecretKeys:
    """The keys of pickup codes and of customers' links."""
    secret_id = known().need("pickup_code_secret_id").pickup_code_secret_id
    return SecretKeys(aws.secretsmanager(), secret_id)
