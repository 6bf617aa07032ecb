"""What `fulfillment load` writes, on moto and on AWS's own engine."""

from __future__ import annotations

import pytest

from fulfillment import bootstrap, settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.chain import DynamoDBChainWriter, OpenedStock
from fulfillment.domain.location import PlaceRecord, Zone
from fulfillment.domain.stock import StockRow
from tests.support import dynamodb_local
from tests.support.builders import SENAYAN, a_location, a_product, order_body, stock
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)


@pytest.fixture
def writer(world: World) -> DynamoDBChainWriter:
    """On one thread, since moto stands none."""
    return DynamoDBChainWriter(aws.dynamodb(), settings.read().tables, threads=1)


def test_a_chain_that_was_written_takes_orders(world: World, writer: DynamoDBChainWriter) -> None:
    # Given a chain, written twice as after a failure
    land = {"type": "Polygon", "coordinates": [[[106, -7], [108, -7], [108, -5], [106, -5], [106, -7]]]}
    for _ in range(2):
        writer.put_products([a_product(f"sku{n}") for n in range(60)])
        writer.put_locations([a_location("senayan"), a_location("kota", methods=frozenset({"delivery"}))])
        writer.put_places([PlaceRecord("ID", "postal", "12190", SENAYAN, 2.0, "java")])
        writer.put_zones([Zone("java", "ID", land, "Jawa")])
        writer.open_stock([StockRow(f"sku{n}", "senayan", 2, version=1) for n in range(60)])

    # When somebody orders
    placed = world.order(order_body(lines=[{"line_id": "1", "sku": "sku59", "quantity": 2}]))

    # Then the units are theirs
    assert placed.status == 201, placed.body
    assert world.stock("sku59", "senayan").available == 0


def test_a_location_that_is_written_again_gets_a_new_version(
    world: World, writer: DynamoDBChainWriter
) -> None:
    writer.put_locations([a_location("senayan")])
    writer.put_locations([a_location("senayan", status="paused")])
    assert bootstrap.operate().locations.get("senayan") == (a_location("senayan", status="paused"), 2)


def test_shelves_that_are_there_are_left_alone(world: World, writer: DynamoDBChainWriter) -> None:
    # Given more shelves than one transaction takes, of which some are there
    world.given([stock("senayan", **{f"sku{n}": 9 for n in range(0, 230, 10)})])

    # When all are opened
    opened = writer.open_stock(StockRow(f"sku{n}", "senayan", 1, version=1) for n in range(230))

    # Then those that were there keep their units
    assert opened == OpenedStock(opened=207, kept=23)
    assert (world.stock("sku10", "senayan").on_hand, world.stock("sku11", "senayan").on_hand) == (9, 1)


def test_what_exists_is_known_by_the_hundred(world: World, writer: DynamoDBChainWriter) -> None:
    # Given 120 products, a location and a zone
    land = {"type": "Polygon", "coordinates": [[[106, -7], [108, -7], [108, -5], [106, -7]]]}
    writer.put_products([a_product(f"sku{n}") for n in range(120)])
    world.given(a_location("senayan"), Zone("java", "ID", land))

    # Then exactly they are known
    assert writer.known_skus([f"sku{n}" for n in range(130)]) == {f"sku{n}" for n in range(120)}
    assert writer.known_locations(["senayan", "kota"]) == {"senayan"}
    assert writer.known_zones("ID", ["java", "bali"]) == {"java"}
    assert writer.known_skus([]) == set()
