"""What the DynamoDB in memory does; that DynamoDB Local does the same is hunted by ``tests/engine``."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from fulfillment.adapters.dynamodb.rows import number, text
from tests.memory_dynamodb.attributes import NotInMemory
from tests.memory_dynamodb.client import MemoryDynamoDB
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
DUE_KEY = {
    "order_id": text("A-1"),
    "sk": text("ORDER"),
    "due_bucket": text("DUE#1"),
    "due_at": text("2026-01"),
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
    item: Any = {**CAP, "available": number(9), "note": text("as it was")}
    memory.put_item(TableName="Stock", Item=item)
    item["available"]["N"] = "0"
    item["note"]["S"] = "changed"
    memory.get_item(TableName="Stock", Key=CAP)["Item"]["available"] = number(0)
    assert memory.rows("Stock")[0] == {**CAP, "available": number(9), "note": text("as it was")}


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

    # Then all is as it was, and the transaction is a new one; again and again
    assert (available(memory), due(memory)) == ({"tee": "1"}, [])
    take_one(memory, "first")
    assert available(memory) == {"tee": "0", "cap": "9"}
    memory.restore(kept)
    assert available(memory) == {"tee": "1"}


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


def places(memory: MemoryDynamoDB, condition: str, value: str, **more: Any) -> list[list[str]]:
    """The pages of one row each."""
    found: list[list[str]] = []
    answer: Any = {"LastEvaluatedKey": None}
    while "LastEvaluatedKey" in answer and len(found) < 9:
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]} if answer["LastEvaluatedKey"] else {}
        values = {":sku": text("tee"), ":place": text(value)}
        answer = memory.query(
            TableName="Stock",
            KeyConditionExpression=f"sku = :sku AND location_id {condition}",
            ExpressionAttributeValues=values,
            Limit=1,
            **start,
            **more,
        )
        found.append([row["location_id"]["S"] for row in answer["Items"]])
    return found


@pytest.mark.parametrize(
    ("condition", "forward", "pages"),
    [
        (">= :place", True, [["kemang"], ["senayan"], ["tebet"], []]),
        (">= :place", False, [["tebet"], ["senayan"], ["kemang"], []]),
        ("> :place", True, [["senayan"], ["tebet"], []]),
        ("< :place", True, [["blok"], []]),
        ("<= :place", False, [["kemang"], ["blok"], []]),
        ("= :place", True, [["kemang"], []]),
    ],
)
def test_pages_go_on_where_the_last_one_ended(
    memory: MemoryDynamoDB, condition: str, forward: bool, pages: list[list[str]]
) -> None:
    for place in ("kemang", "tebet", "blok"):
        memory.put_item(TableName="Stock", Item={**TEE, "location_id": text(place)})
    assert places(memory, condition, "kemang", ScanIndexForward=forward) == pages


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"FilterExpression": "#status = :now"}, "does not project one or more filter attributes"),
        ({"ProjectionExpression": "#status"}, "does not project"),
        (
            {"ExclusiveStartKey": {**DUE_KEY, "due_at": text("2027")}},
            "does not match the range key predicate",
        ),
        ({"ExclusiveStartKey": {**DUE_KEY, "due_bucket": text("DUE#2")}}, "outside query boundaries"),
        ({"ExclusiveStartKey": {"order_id": text("A-1")}}, "starting key is invalid"),
    ],
)
def test_an_index_is_asked_for_what_it_has(
    memory: MemoryDynamoDB, asked: dict[str, Any], message: str
) -> None:
    names = {"ExpressionAttributeNames": {"#status": "status"}} if "ExclusiveStartKey" not in asked else {}
    with pytest.raises(ClientError, match=message):
        due(memory, **asked, **names)


def test_a_write_that_does_not_fit_an_index_changes_nothing(memory: MemoryDynamoDB) -> None:
    update: Any = {
        "TableName": "Orders",
        "Key": {"order_id": text("A-1"), "sk": text("ORDER")},
        "UpdateExpression": "SET due_bucket = :one",
        "ExpressionAttributeValues": {":one": number(1)},
    }
    with pytest.raises(ClientError, match="ValidationError"):
        memory.transact_write_items(TransactItems=[{"Put": NEW_CAP}, {"Update": update}])
    with pytest.raises(ClientError, match="ValidationException"):
        memory.update_item(**update)
    assert (memory.rows("Orders"), available(memory)) == ([], {"tee": "1"})


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
