"""Writing by the thousand: batches, what DynamoDB leaves over, and shelves that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from fulfillment.adapters.dynamodb import chain
from fulfillment.adapters.dynamodb.catalog import product_items
from fulfillment.adapters.dynamodb.chain import DynamoDBChainWriter, KeptThrottled, OpenedStock
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.domain.product import Product
from fulfillment.domain.stock import StockRow
from tests.support.world import World

TABLES = Tables(products="Products", locations="Locations", config="Config", stock="Stock")
CANCELLED = "TransactionCanceledException"


def shelves(count: int) -> list[StockRow]:
    return [StockRow(f"SKU-{number:04d}", "senayan", on_hand=number, version=1) for number in range(count)]


class Naps(list[float]):
    """Collects pauses instead of taking them."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_more_shelves_than_one_transaction_takes_are_opened_once(world: World) -> None:
    # Given a writer on one thread (moto's tables are plain dictionaries) that tells its progress
    writer = DynamoDBChainWriter(boto3.client("dynamodb"), TABLES, threads=1)
    steps: list[int] = []

    # When 101 shelves (two transactions) are opened, and then the same with 9 more
    first = writer.open_stock(shelves(101), steps.append)
    second = writer.open_stock(shelves(110))

    # Then nothing is opened twice
    assert (first, second) == (OpenedStock(101, 0), OpenedStock(9, 101))
    assert sum(steps) == 101
    assert boto3.client("dynamodb").scan(TableName="Stock", Select="COUNT")["Count"] == 110


def test_names_are_looked_up_a_hundred_at_a_time(world: World) -> None:
    # Given 120 products
    writer = DynamoDBChainWriter(boto3.client("dynamodb"), TABLES, threads=1)
    writer.put_products(Product(f"SKU-{number}", "Kaus", "Tee") for number in range(120))

    # When 130 are asked for, then those that are there are known
    assert writer.known_skus([f"SKU-{number}" for number in range(130)]) == {f"SKU-{n}" for n in range(120)}


def test_what_a_batch_leaves_over_is_sent_again_after_a_pause(world: World) -> None:
    # Given a DynamoDB that takes one of two products at first
    client = boto3.client("dynamodb")
    naps = Naps()
    left = {"Products": [{"PutRequest": {"Item": dict(product_items(Product("b", "Kaus", "Tee"))[0])}}]}
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", {"Responses": {}})
        stub.add_response("batch_write_item", {"UnprocessedItems": left})
        stub.add_response("batch_write_item", {"UnprocessedItems": {}}, {"RequestItems": left})

        # When
        DynamoDBChainWriter(client, TABLES, sleep=naps).put_products(
            [Product("a", "Kaus", "Tee"), Product("b", "Kaus", "Tee")]
        )

        # Then only the one that was left comes again
        stub.assert_no_pending_responses()
    assert len(naps) == 1


def test_a_table_that_never_takes_it_is_given_up(world: World) -> None:
    client = boto3.client("dynamodb")
    naps = Naps()
    left = {"Products": [{"PutRequest": {"Item": dict(product_items(Product("a", "Kaus", "Tee"))[0])}}]}
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", {"Responses": {}})
        for _ in range(chain.ATTEMPTS):
            stub.add_response("batch_write_item", {"UnprocessedItems": left})

        with pytest.raises(KeptThrottled, match="Products"):
            DynamoDBChainWriter(client, TABLES, sleep=naps).put_products([Product("a", "Kaus", "Tee")])

    assert len(naps) == chain.ATTEMPTS
    assert max(naps) <= 5.0


def cancelled(stub: Stubber, *codes: str) -> None:
    reasons: list[Mapping[str, Any]] = [{"Code": code} for code in codes]
    stub.add_client_error("transact_write_items", CANCELLED, modeled_fields={"CancellationReasons": reasons})


def test_a_throttled_transaction_comes_again_without_the_shelves_that_are_there(world: World) -> None:
    # Given a transaction in which one shelf is there and another is throttled
    client = boto3.client("dynamodb")
    naps = Naps()
    with Stubber(client) as stub:
        cancelled(stub, "ConditionalCheckFailed", "ThrottlingError", "None")
        stub.add_response("transact_write_items", {})

        # When
        opened = DynamoDBChainWriter(client, TABLES, sleep=naps).open_stock(shelves(3))

    # Then
    assert opened == OpenedStock(opened=2, kept=1)
    assert len(naps) == 1


def test_a_transaction_that_can_never_work_is_not_tried_again(world: World) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        cancelled(stub, "ValidationError")

        with pytest.raises(ClientError, match=CANCELLED):
            DynamoDBChainWriter(client, TABLES).open_stock(shelves(1))


def test_shelves_that_stay_throttled_are_given_up(world: World) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        for _ in range(chain.ATTEMPTS):
            cancelled(stub, "TransactionConflict")

        with pytest.raises(KeptThrottled, match="Stock"):
            DynamoDBChainWriter(client, TABLES, sleep=Naps()).open_stock(shelves(1))


def test_keys_that_a_read_leaves_over_are_asked_again(world: World) -> None:
    client = boto3.client("dynamodb")
    naps = Naps()
    left = {"Products": {"Keys": [{"sku": {"S": "A"}}]}}
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})
        stub.add_response("batch_get_item", {"Responses": {"Products": [{"sku": {"S": "A"}}]}})

        assert DynamoDBChainWriter(client, TABLES, sleep=naps).known_skus(["A"]) == {"A"}

    assert len(naps) == 1


def test_keys_that_are_never_read_are_given_up(world: World) -> None:
    client = boto3.client("dynamodb")
    left = {"Products": {"Keys": [{"sku": {"S": "A"}}]}}
    with Stubber(client) as stub:
        for _ in range(chain.ATTEMPTS):
            stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})

        with pytest.raises(KeptThrottled, match="Products"):
            DynamoDBChainWriter(client, TABLES, sleep=Naps()).known_skus(["A"])


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    item = {"sku": {"S": "TEE"}, "on_hand": {"N": "10"}, "methods": {"SS": ["pickup", "delivery"]}}

    assert chain.item_bytes(item) == len("skuTEEon_hand10methodspickupdelivery")
