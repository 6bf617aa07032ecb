"""The sizes by which we count units are those by which DynamoDB Local charges."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.support.units import size
from tests.support.world import World

pytestmark = pytest.mark.engine

A_KB = 1024


@pytest.mark.parametrize(
    "value",
    [
        {"S": "Sagara Menteng é"},
        {"N": "1234567"},
        {"N": "100"},
        {"B": b"packed"},
        {"BOOL": True},
        {"NULL": True},
        {"SS": ["cap", "tee"]},
        {"L": [{"S": "ab"}, {"N": "12"}]},
        {"M": {"key": {"S": "ab"}}},
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_kb_is_charged_once_and_a_byte_more_twice(engine_world: World, value: dict[str, Any]) -> None:
    def charged(bytes_: int) -> float:
        item = {
            "pk": {"S": "p"},
            "sk": {"S": "s"},
            "value": value,
            "rest": {"S": ""},
        }  # a table without indexes
        item["rest"] = {"S": "x" * (bytes_ - size(item))}
        put = {"Put": {"TableName": "Config", "Item": item}}
        answer = aws.dynamodb().transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")  # type: ignore[list-item]
        units: float = answer["ConsumedCapacity"][0]["CapacityUnits"]
        return units

    assert (charged(A_KB), charged(A_KB + 1)) == (2, 4)
