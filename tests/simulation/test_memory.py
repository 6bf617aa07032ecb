"""What the DynamoDB in memory does; that DynamoDB Local does the same is hunted by ``tests/engine``."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from fulfillment.adapters.dynamodb.rows import number, text
from tests.simulation.attributes import NotInMemory
from tests.simulation.memory import MemoryDynamoDB
from tests.support.documented import CHECKS, TABLE

TEE = {"sku": text("tee"), "location_id": text("senayan")}
CAP = {"sku": text("cap"), "location_id": text("senayan")}
TAKE_ONE = {
    "TableName": "Stock",
    "Key": TEE,
    "UpdateExpression": "SET available = available - :one",
    "ConditionExpression": "available >= :one",
    "ExpressionAttributeValues": {":one": number(1)},
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
NEW_CAP = {"TableName": "Stock", "Item": {**CAP, "available": number(9)}}


@pytest.fixture
def memory() -> MemoryDynamoDB:
    """With one tee on the shelf."""
    client = MemoryDynamoDB()
    client.put_item(TableName="Stock", Item={**TEE, "available": number(1)})
    return client


def available(memory: MemoryDynamoDB) -> dict[str, str]:
    return {row["sku"]["S"]: row["available"]["N"] for row in memory.rows("Stock")}


def take_one(memory: MemoryDynamoDB, token: str) -> None:
    memory.transact_write_items(
        TransactItems=[{"Put": NEW_CAP}, {"Update": TAKE_ONE}], ClientRequestToken=token
    )


def test_it_does_what_the_documentation_says() -> None:
    client = MemoryDynamoDB(tables=[TABLE])
    assert [difference for check in CHECKS if (difference := check.differs(client))] == []


def test_a_transaction_writes_everything(memory: MemoryDynamoDB) -> None:
    take_one(memory, "first")
    assert available(memory) == {"tee": "0", "cap": "9"}


def test_a_transaction_that_is_refused_writes_nothing_and_tells_what_was_there(
    memory: MemoryDynamoDB,
) -> None:
    # Given that the last one went
    memory.update_item(**TAKE_ONE)

    # When another is wanted
    with pytest.raises(ClientError) as refused:
        take_one(memory, "second")

    # Then nothing changed, and each action has its reason
    response: Any = refused.value.response
    assert response["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in response["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
    ]
    assert response["CancellationReasons"][1]["Item"] == {**TEE, "available": number(0)}
    assert available(memory) == {"tee": "0"}


def test_a_refused_write_tells_what_was_there(memory: MemoryDynamoDB) -> None:
    memory.update_item(**TAKE_ONE)
    with pytest.raises(ClientError) as refused:
        memory.update_item(**TAKE_ONE)
    response: Any = refused.value.response
    assert response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert response["Item"]["available"] == number(0)


def test_the_same_transaction_under_its_token_counts_once(memory: MemoryDynamoDB) -> None:
    take_one(memory, "first")
    take_one(memory, "first")
    assert available(memory)["tee"] == "0"


def test_a_token_of_another_transaction_is_refused(memory: MemoryDynamoDB) -> None:
    take_one(memory, "first")
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        memory.transact_write_items(TransactItems=[{"Put": NEW_CAP}], ClientRequestToken="first")


def test_a_token_whose_transaction_was_refused_may_be_used_again(memory: MemoryDynamoDB) -> None:
    memory.update_item(**TAKE_ONE)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        take_one(memory, "first")
    memory.put_item(TableName="Stock", Item={**TEE, "available": number(5)})
    take_one(memory, "first")
    assert available(memory) == {"tee": "4", "cap": "9"}


def test_a_token_is_forgotten_after_ten_minutes() -> None:
    # Given a clock, and a put that was followed by another
    seconds = iter([0.0, 599.0, 600.0, 600.0])
    memory = MemoryDynamoDB(now=lambda: next(seconds))
    put: Any = [{"Put": NEW_CAP}]
    memory.transact_write_items(TransactItems=put, ClientRequestToken="cap")
    memory.put_item(TableName="Stock", Item={**CAP, "available": number(1)})

    # Then it is a repetition for ten minutes, and a new one after them
    memory.transact_write_items(TransactItems=put, ClientRequestToken="cap")
    assert available(memory) == {"cap": "1"}
    memory.transact_write_items(TransactItems=put, ClientRequestToken="cap")
    assert available(memory) == {"cap": "9"}


def test_what_was_read_stays_what_it_was(memory: MemoryDynamoDB) -> None:
    before = memory.get_item(TableName="Stock", Key=TEE)["Item"]
    memory.update_item(**TAKE_ONE)
    assert before["available"] == number(1)


def test_what_is_changed_outside_does_not_change_the_row(memory: MemoryDynamoDB) -> None:
    item: Any = {**CAP, "available": number(9)}
    memory.put_item(TableName="Stock", Item=item)
    item["available"]["N"] = "0"
    memory.get_item(TableName="Stock", Key=CAP)["Item"]["available"] = number(0)
    assert available(memory)["cap"] == "9"


def test_a_snapshot_brings_rows_indexes_and_tokens_back(memory: MemoryDynamoDB) -> None:
    # Given a snapshot, and changes after it
    kept = memory.snapshot()
    order = {
        "order_id": text("A-1"),
        "sk": text("ORDER"),
        "due_bucket": text("DUE#1"),
        "due_at": text("2026"),
    }
    memory.put_item(TableName="Orders", Item=order)
    take_one(memory, "first")

    # When it is brought back
    memory.restore(kept)

    # Then all is as it was, and the transaction is a new one
    assert (available(memory), due(memory)) == ({"tee": "1"}, [])
    take_one(memory, "first")
    assert available(memory) == {"tee": "0", "cap": "9"}


def test_an_emptied_one_knows_nothing(memory: MemoryDynamoDB) -> None:
    take_one(memory, "first")
    memory.empty()
    memory.put_item(TableName="Stock", Item={**TEE, "available": number(5)})
    take_one(memory, "first")
    assert available(memory) == {"tee": "4", "cap": "9"}


def due(memory: MemoryDynamoDB, **more: Any) -> list[str]:
    answer = memory.query(
        TableName="Orders",
        IndexName="due",
        KeyConditionExpression="due_bucket = :bucket AND due_at <= :now",
        ExpressionAttributeValues={":bucket": text("DUE#1"), ":now": text("2026-06")},
        **more,
    )
    return [row["order_id"]["S"] for row in answer["Items"]]


def test_an_index_shows_the_rows_that_have_its_attributes_in_their_order(memory: MemoryDynamoDB) -> None:
    # Given orders that are due in March, in January and in July, and one that is not
    months = {"A-1": text("2026-03"), "A-2": text("2026-01"), "A-3": text("2026-07")}
    for order_id, month in months.items():
        order = {
            "order_id": text(order_id),
            "sk": text("ORDER"),
            "due_bucket": text("DUE#1"),
            "due_at": month,
        }
        memory.put_item(TableName="Orders", Item=order)
    memory.put_item(TableName="Orders", Item={"order_id": text("A-4"), "sk": text("ORDER")})

    # Then those due by June are found, from either end
    assert due(memory) == ["A-2", "A-1"]
    assert due(memory, ScanIndexForward=False, Limit=1) == ["A-1"]

    # And one that is replaced without a deadline is not
    memory.put_item(TableName="Orders", Item={"order_id": text("A-2"), "sk": text("ORDER")})
    assert due(memory) == ["A-1"]


def test_pages_end_with_where_to_go_on(memory: MemoryDynamoDB) -> None:
    memory.put_item(TableName="Stock", Item={**TEE, "location_id": text("kemang")})
    asked: Any = {
        "TableName": "Stock",
        "KeyConditionExpression": "sku = :sku",
        "ExpressionAttributeValues": {":sku": text("tee")},
        "Limit": 1,
    }
    first = memory.query(**asked)
    second = memory.query(**asked, ExclusiveStartKey=first["LastEvaluatedKey"])
    third = memory.query(**asked, ExclusiveStartKey=second["LastEvaluatedKey"])
    assert [page["Items"][0]["location_id"]["S"] for page in (first, second)] == ["kemang", "senayan"]
    assert (third["Items"], "LastEvaluatedKey" in third) == ([], False)


def test_a_page_ends_beyond_a_megabyte(memory: MemoryDynamoDB) -> None:
    for n in range(4):
        memory.put_item(
            TableName="Config", Item={"pk": text("ZONE"), "sk": text(f"{n}"), "document": text("x" * 390_000)}
        )
    page = memory.scan(TableName="Config")
    assert (page["Count"], page["LastEvaluatedKey"]["sk"]) == (3, text("2"))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"ConditionExpression": "available >= reserved + :one"}, 'Syntax error; token: "+"'),
        ({"ConditionExpression": "status = :one"}, "reserved keyword: status"),
        ({"ConditionExpression": "available >= :two"}, "not defined; attribute value: :two"),
        ({"ConditionExpression": "#a >= :one"}, "not defined; attribute name: #a"),
        ({"ExpressionAttributeNames": {"#a": "reserved"}}, "unused in expressions: keys: {#a}"),
        ({"ConditionExpression": "exists(available)"}, "Invalid function name; function: exists"),
        ({"ConditionExpression": "((available >= :one))"}, "redundant parentheses"),
        ({"ConditionExpression": "begins_with(available, :one)"}, "operand type: N"),
        ({"UpdateExpression": "SET sku = :one"}, "Cannot update attribute sku"),
        ({"UpdateExpression": "SET a = :one, a = :one"}, "Two document paths overlap"),
        (
            {"UpdateExpression": "SET available = absent - :one"},
            "an attribute that does not exist in the item",
        ),
        ({"UpdateExpression": "SET available = sku - :one"}, "incorrect data type"),
        ({"Key": {"sku": text("tee")}}, "does not match the schema"),
        ({"Key": {**TEE, "sku": text("")}}, "Key: sku"),
        ({"Key": {**TEE, "sku": text("x" * 2049)}}, "maximum size limit of 2048 bytes"),
        (
            {"ExpressionAttributeValues": {":one": {"N": "one"}}},
            "cannot be converted to a numeric value: one",
        ),
        ({"ExpressionAttributeValues": {":one": {"N": "1" * 39}}}, "38 significant digits"),
        ({"ExpressionAttributeValues": {":one": {"SS": ["a", "a"]}}}, "duplicates"),
    ],
)
def test_a_request_that_is_not_valid_is_refused_and_remembered(
    memory: MemoryDynamoDB, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        memory.update_item(**{**TAKE_ONE, **request_})
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert message in refused.value.response["Error"]["Message"]
    assert len(memory.refused) == 1
    assert available(memory) == {"tee": "1"}


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (
            [{"Put": NEW_CAP}, {"Delete": {"TableName": "Stock", "Key": CAP}}],
            "multiple operations on one item",
        ),
        ([], "less than or equal to 100"),
        (
            [{"Delete": {"TableName": "Stock", "Key": {**CAP, "sku": text(f"{n}")}}} for n in range(101)],
            "equal to 100",
        ),
        ([{"ConditionCheck": {"TableName": "Stock", "Key": TEE}}], "must not be null"),
        (
            [
                {
                    "Put": {
                        "TableName": "Stock",
                        "Item": {**CAP, "sku": text(f"{n}"), "note": text("x" * 400_000)},
                    }
                }
                for n in range(11)
            ],
            "exceeded 4 MB",
        ),
        ([{"Put": {"TableName": "Stock", "Item": {**CAP, "note": text("x" * 409_600)}}}], "Item size"),
    ],
)
def test_a_transaction_that_is_not_valid_is_refused(
    memory: MemoryDynamoDB, actions: Any, message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        memory.transact_write_items(TransactItems=actions)
    assert available(memory) == {"tee": "1"}


@pytest.mark.parametrize(
    "request_",
    [
        {"ReturnConsumedCapacity": "TOTAL"},
        {"ReturnValues": "UPDATED_NEW"},
        {"UpdateExpression": "SET a.b = :one"},
        {"UpdateExpression": "SET available = (available - :one)"},
    ],
)
def test_what_it_does_not_do_it_says(memory: MemoryDynamoDB, request_: dict[str, Any]) -> None:
    with pytest.raises(NotInMemory):
        memory.update_item(**{**TAKE_ONE, **request_})


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
def test_a_condition_holds_or_not(
    memory: MemoryDynamoDB, condition: str, value: dict[str, str], holds: bool
) -> None:
    found = memory.scan(
        TableName="Stock", FilterExpression=condition, ExpressionAttributeValues={":v": value}
    )
    assert found["Count"] == holds
