"""What DynamoDB remembers of requests: why a repetition counts once, and how it can count too little."""

from __future__ import annotations

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.rows import number, text
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.application.ports import Stale
from tests.support.faults import losing_replies
from tests.support.world import World

pytestmark = pytest.mark.engine


def add_one(*, counts_each_time: bool) -> Transaction:
    transaction = Transaction(aws.dynamodb(), counts_each_time=counts_each_time)
    transaction.update(
        "Stock",
        {"sku": text("tee"), "location_id": text("senayan")},
        "SET #n = if_not_exists(#n, :none) + :one",
        condition="attribute_not_exists(#n) OR #n < :most",
        refused=lambda _: Stale("full"),
        names={"#n": "on_hand"},
        values={":none": number(0), ":one": number(1), ":most": number(9)},
    )
    return transaction


def on_hand(world: World) -> str:
    (row,) = world.rows("Stock")
    return str(row["on_hand"]["N"])


def test_the_same_bytes_are_the_same_transaction(engine_world: World) -> None:
    for _ in range(3):
        add_one(counts_each_time=False).commit()
    assert on_hand(engine_world) == "1"


def test_a_transaction_that_counts_each_time_does(engine_world: World) -> None:
    for _ in range(3):
        add_one(counts_each_time=True).commit()
    assert on_hand(engine_world) == "3"


@pytest.mark.parametrize("counts_each_time", [True, False])
def test_a_lost_reply_counts_once(engine_world: World, counts_each_time: bool) -> None:
    with losing_replies(aws.dynamodb(), most=2) as replies:
        add_one(counts_each_time=counts_each_time).commit()
    assert (replies.lost, on_hand(engine_world)) == (2, "1")


def test_each_world_has_a_memory_of_its_own(engine_world: World) -> None:
    # Given that the tests above wrote the same bytes in their worlds, then this world writes them too
    add_one(counts_each_time=False).commit()
    assert on_hand(engine_world) == "1"
