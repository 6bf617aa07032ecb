"""One transaction: what a refusal means, what is tried again, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.rows import number, text
from fulfillment.adapters.dynamodb.transaction import MAX_ATTEMPTS, LedgerBroken, Transaction
from fulfillment.application.ports import LocationChanged, Stale
from fulfillment.domain.errors import Busy
from tests.support import dynamodb_local
from tests.support.faults import conflicts
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)

THERE: dict[str, Any] = {"condition": "attribute_exists(sku)"}


def a_shelf(sku: str) -> dict[str, Any]:
    return {"sku": text(sku), "location_id": text("senayan")}


def stale(row: object) -> Exception:
    return Stale(repr(row))


def add_one(transaction: Transaction, sku: str, **more: Any) -> None:
    transaction.update(
        "Stock",
        a_shelf(sku),
        "SET #n = #n + :one",
        names={"#n": "on_hand"},
        values={":one": number(1)},
        **more,
    )


def on_hand(world: World) -> dict[str, str]:
    return {row["sku"]["S"]: row["on_hand"]["N"] for row in world.rows("Stock")}


@pytest.fixture
def two_shelves(world: World) -> None:
    """`tee` and `cap`, one unit each."""
    for sku in ("tee", "cap"):
        aws.dynamodb().put_item(TableName="Stock", Item={**a_shelf(sku), "on_hand": number(1)})


@pytest.mark.usefixtures("two_shelves")
def test_the_first_action_that_was_refused_says_why(world: World) -> None:
    # Given a transaction of which the second and third action are refused
    transaction = Transaction(aws.dynamodb())
    add_one(transaction, "tee", refused=stale, **THERE)
    transaction.check("Stock", a_shelf("sock"), refused=lambda _: LocationChanged("second"), **THERE)
    add_one(transaction, "hat", refused=stale, **THERE)

    # When it is written, then the second says why, and nothing was written
    with pytest.raises(LocationChanged, match="second"):
        transaction.commit()
    assert on_hand(world) == {"tee": "1", "cap": "1"}


@pytest.mark.usefixtures("two_shelves")
def test_a_refusal_brings_the_row_that_stood_in_the_way(world: World) -> None:
    transaction = Transaction(aws.dynamodb())
    transaction.put("Stock", a_shelf("tee"), condition="attribute_not_exists(sku)", refused=stale)
    with pytest.raises(Stale, match=r"'on_hand': \{'N': '1'\}"):
        transaction.commit()


@pytest.mark.usefixtures("two_shelves")
def test_an_action_that_may_be_left_out_does_not_stop_the_others(world: World) -> None:
    # Given two actions that may be left out, of which one is refused
    transaction = Transaction(aws.dynamodb())
    for sku in ("hat", "tee"):
        add_one(transaction, sku, refused=None, **THERE)
    add_one(transaction, "cap", refused=stale, **THERE)

    # Then the others are written
    transaction.commit()
    assert on_hand(world) == {"tee": "2", "cap": "2"}


@pytest.mark.usefixtures("two_shelves")
def test_a_conflict_is_tried_again_and_counts_once(world: World) -> None:
    # When three of the first attempts conflict
    transaction = Transaction(aws.dynamodb())
    add_one(transaction, "tee", refused=stale, **THERE)
    with conflicts(aws.dynamodb(), share=0.6, seed=3) as made:
        transaction.commit()

    # Then one write counted
    assert (made.injected, len(made.attempts)) == (3, 4)
    assert on_hand(world)["tee"] == "2"


@pytest.mark.usefixtures("two_shelves")
def test_endless_conflict_is_busy(world: World) -> None:
    transaction = Transaction(aws.dynamodb())
    add_one(transaction, "tee", refused=stale, **THERE)
    with conflicts(aws.dynamodb(), share=1.0, seed=1) as made, pytest.raises(Busy):
        transaction.commit()
    assert len(made.attempts) == MAX_ATTEMPTS
    assert on_hand(world)["tee"] == "1"


def test_what_the_engine_cannot_understand_is_raised_as_it_is(world: World) -> None:
    # When a table does not exist
    transaction = Transaction(aws.dynamodb())
    transaction.put_new("Nowhere", a_shelf("tee"))

    # Then that is not "no"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        transaction.commit()


def test_a_hundred_actions_fit_and_a_hundred_and_one_are_a_bug(world: World) -> None:
    # Given a hundred puts
    transaction = Transaction(aws.dynamodb())
    for n in range(100):
        transaction.put_new("Stock", {**a_shelf(f"sku{n}"), "on_hand": number(1)})
    transaction.commit()
    assert len(on_hand(world)) == 100

    # When there is one more, then it is never sent
    transaction.put_new("Stock", {**a_shelf("sku100"), "on_hand": number(1)})
    with pytest.raises(AssertionError):
        transaction.commit()


@pytest.mark.usefixtures("two_shelves")
def test_a_condition_that_always_holds_is_a_broken_ledger_when_it_does_not(world: World) -> None:
    transaction = Transaction(aws.dynamodb())
    transaction.put("Stock", a_shelf("tee"), condition="attribute_not_exists(sku)", refused=LedgerBroken)
    with pytest.raises(LedgerBroken):
        transaction.commit()
