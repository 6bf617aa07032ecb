"""When a condition is true of a row with one tee on the shelf."""

from __future__ import annotations

import pytest

from tests.memory_dynamodb.client import MemoryDynamoDB


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("available = :v", {"N": "1.0"}, True),
        ("available = :v", {"S": "1"}, False),
        ("available < :v", {"S": "2"}, False),
        ("absent <> :v", {"N": "1"}, True),
        ("absent < :v", {"N": "1"}, False),
        ("NOT absent = :v", {"N": "1"}, True),
        ("contains(sku, :v)", {"S": "ee"}, True),
        ("begins_with(sku, :v)", {"S": "ee"}, False),
        ("size(sku) = :v", {"N": "3"}, True),
        ("attribute_type(available, :v)", {"S": "N"}, True),
        ("available IN (:v)", {"N": "2"}, False),
        ("available BETWEEN :v AND :v", {"N": "1"}, True),
        ("attribute_exists(absent) AND absent = :v OR available = :v", {"N": "1"}, True),
        ("attribute_exists(absent) AND (absent = :v OR available = :v)", {"N": "1"}, False),
    ],
)
def test_a_condition_holds_or_not(condition: str, value: dict[str, str], holds: bool) -> None:
    memory = MemoryDynamoDB()
    row = {"sku": {"S": "tee"}, "location_id": {"S": "senayan"}, "available": {"N": "1"}}
    memory.put_item(TableName="Stock", Item=row)
    found = memory.scan(
        TableName="Stock", FilterExpression=condition, ExpressionAttributeValues={":v": value}
    )
    assert found["Count"] == holds
