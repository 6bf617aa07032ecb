"""The simulation's DynamoDB in memory answers what DynamoDB Local answers, to any sequence of our requests."""

from __future__ import annotations

import pytest

from tests.memory_dynamodb.agreement import Agreement
from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.support import aws_world
from tests.support.dynamodb_local import Engine, client_of_fresh_database

pytestmark = pytest.mark.engine

REQUESTS = 40
SEQUENCES = [
    pytest.param(15, id="fifteen"),
    pytest.param(1_000, id="a thousand", marks=pytest.mark.soak),
]


@pytest.mark.parametrize("sequences", SEQUENCES)
def test_any_sequence_of_our_requests_gets_the_same_answers_and_leaves_the_same_rows(
    engine: Engine, sequences: int, record_property: pytest.RecordProperty
) -> None:
    # Given both with the template's tables, empty
    local = client_of_fresh_database(engine)
    agreement = Agreement(MemoryDynamoDB(), local)

    # When both are asked the same
    for seed in range(sequences):
        agreement.of(seed, REQUESTS)
    agreement.rows(list(aws_world.TABLE_VARIABLES.values()))

    # Then they answer the same, and every kind of answer was among them
    assert agreement.differences[:3] == []
    assert {
        "done",
        "several pages",
        "ValidationException",
        "ConditionalCheckFailedException",
        "TransactionCanceledException: ConditionalCheckFailed",
        "IdempotentParameterMismatchException",
    } <= agreement.seen.keys()
    record_property(
        "figure",
        f"memory and DynamoDB Local: {sequences} x {REQUESTS} requests alike, {dict(agreement.seen)}",
    )
