"""What a location has a row of: an index of keys, read page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository, row_item
from tests.support import dynamodb_local
from tests.support.builders import stock
from tests.support.world import World

on_both = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)
on_the_engine = pytest.mark.parametrize(
    "world", dynamodb_local.BOTH[1:], indirect=True
)  # moto counts no index


def repository() -> DynamoDBStockRepository:
    return DynamoDBStockRepository(aws.dynamodb(), settings.read().tables)


@on_both
def test_the_skus_of_a_location_are_read_page_by_page_and_no_others(world: World) -> None:
    # Given five rows here, one elsewhere, and pages of two
    world.given(stock("senayan", tee=1, cap=0, bag=2, scarf=3, tote=4), stock("kota", mug=1))
    pages: list[Any] = []

    def of_two(params: dict[str, Any], **_: Any) -> None:
        pages.append(params.setdefault("Limit", 2))

    aws.dynamodb().meta.events.register("provide-client-params.dynamodb.Query", of_two)
    try:
        # When
        skus = list(repository().skus_at("senayan"))
    finally:
        aws.dynamodb().meta.events.unregister("provide-client-params.dynamodb.Query", of_two)

    # Then
    assert skus == ["bag", "cap", "scarf", "tee", "tote"]
    assert len(pages) == 3
    assert list(repository().skus_at("nowhere")) == []


@on_the_engine
def test_only_a_new_row_costs_a_write_of_the_index(world: World) -> None:
    # Given a row as it is made, and as it is changed
    (made,) = stock("senayan", tee=1)
    changed = replace(made, on_hand=7, version=made.version + 1)

    # When both are written
    costs = [
        aws.dynamodb().put_item(TableName="Stock", Item=row_item(row), ReturnConsumedCapacity="INDEXES")
        for row in (made, changed)
    ]

    # Then the index has a part in the first alone
    by_index = [cost["ConsumedCapacity"].get("GlobalSecondaryIndexes") for cost in costs]
    assert by_index == [{"shelves": {"CapacityUnits": 1.0}}, None]
