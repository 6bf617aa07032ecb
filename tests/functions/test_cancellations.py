"""Each reason for which DynamoDB cancels a transaction, at each place of an order's, and what the caller then hears.

The places are the actions as they are really sent. What is made up says "no" once, while everything is as it should be:
whatever is said, the order is placed once or not at all, and nothing but an empty shelf is ever "sold out".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.transaction import LedgerBroken
from tests.support import aws_world, moto_world, races
from tests.support.builders import PENDING_CARD, a_location, a_product, order_body, stock
from tests.support.ledger import check_ledger
from tests.support.world import FrozenClock, World

UNPAID = "the customer's unpaid units"
PLACES = (
    "the key",
    "the order",
    "the contact",
    "the task",
    "the shelf",
    "the window",
    UNPAID,
    "the location",
    "the event",
    "the decision",
)
TRIED_AGAIN = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
NO_RETRY_HELPS = ("ValidationError", "ItemCollectionSizeLimitExceeded")
# Where there is a condition. It did not hold and then does, as when another order came and went: looking again finds
# everything as it should be. Elsewhere nothing can fail but by a bug of ours.
HAVE_CONDITIONS = (
    "the key",
    "the order",
    "the shelf",
    "the window",
    UNPAID,
    "the location",
)
BUGS = [place for place in PLACES if place not in HAVE_CONDITIONS]
ANSWERED = {"fingerprint": {"S": "of another request"}, "status": {"N": "201"}, "body": {"S": "{}"}}


@dataclass
class Cancelling:
    """Cancels the next transaction for a reason at a place; all others are written."""

    real: Callable[..., Any]
    code: str
    place: int
    item: Mapping[str, Any]
    bodies: list[list[Mapping[str, Any]]] = field(default_factory=list)

    def transact_write_items(self, **params: Any) -> Any:
        """As the client's own."""
        self.bodies.append(params["TransactItems"])
        if len(self.bodies) > 1:
            return self.real(**params)
        reasons: list[dict[str, Any]] = [{"Code": "None"} for _ in params["TransactItems"]]
        reasons[self.place] = {"Code": self.code, "Message": self.code, "Item": self.item}
        told = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
        raise ClientError({"Error": told, "CancellationReasons": reasons}, "TransactWriteItems")  # type: ignore[typeddict-unknown-key]


@pytest.fixture
def shop(aws_queues: dict[str, str], clock: FrozenClock) -> Iterator[World]:
    """Three tees at a store with room for two."""
    aws_world.empty()
    with moto_world.tables_in_memory(aws_queues, clock) as made:
        made.given(a_product("tee"), stock("senayan", tee=3))
        made.given(a_location("senayan", capacity={"pickup": 2}))
        yield made


def order_while(
    code: str, place: str, monkeypatch: pytest.MonkeyPatch, shop: World
) -> tuple[int, Cancelling]:
    client = aws.dynamodb()
    (shelf,) = shop.rows("Stock")
    item = {"the key": ANSWERED, "the shelf": shelf}.get(place, {"sk": {"S": "ORDER"}})
    cancelling = Cancelling(client.transact_write_items, code, PLACES.index(place), item)
    monkeypatch.setattr(client, "transact_write_items", cancelling.transact_write_items)
    status = shop.order(order_body(payment=PENDING_CARD)).status
    assert len(cancelling.bodies[0]) == len(PLACES)
    return status, cancelling


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", TRIED_AGAIN)
def test_trouble_is_tried_again_with_the_same_bytes_and_the_order_is_placed(
    shop: World, monkeypatch: pytest.MonkeyPatch, code: str, place: str
) -> None:
    status, cancelling = order_while(code, place, monkeypatch, shop)

    assert status == 201
    assert cancelling.bodies == [cancelling.bodies[0]] * 2
    assert shop.stock("tee", "senayan").reserved == 1
    check_ledger(aws.dynamodb(), {("tee", "senayan"): 3})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", NO_RETRY_HELPS)
def test_what_no_retry_helps_is_trouble_inside_and_leaves_nothing_behind(
    shop: World, monkeypatch: pytest.MonkeyPatch, code: str, place: str
) -> None:
    before = shop.everything()

    status, cancelling = order_while(code, place, monkeypatch, shop)

    assert (status, len(cancelling.bodies)) == (503, 1)
    assert shop.everything() == before


@pytest.mark.parametrize("place", [place for place in HAVE_CONDITIONS if place != UNPAID])
def test_a_condition_that_did_not_hold_for_a_moment_is_looked_at_again_and_the_order_is_placed(
    shop: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    status, cancelling = order_while("ConditionalCheckFailed", place, monkeypatch, shop)

    assert (status, len(cancelling.bodies)) == (201, 2)
    check_ledger(aws.dynamodb(), {("tee", "senayan"): 3})


def test_a_customer_without_room_for_more_hears_that_and_nothing_of_stock(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shop.everything()

    status, cancelling = order_while("ConditionalCheckFailed", UNPAID, monkeypatch, shop)

    assert (status, len(cancelling.bodies)) == (409, 1)
    assert shop.everything() == before


@pytest.mark.parametrize("place", BUGS)
def test_a_row_that_nothing_else_can_have_written_is_a_bug_and_leaves_nothing_behind(
    shop: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    client, before = aws.dynamodb(), shop.everything()
    cancelling = Cancelling(client.transact_write_items, "ConditionalCheckFailed", PLACES.index(place), {})
    monkeypatch.setattr(client, "transact_write_items", cancelling.transact_write_items)

    with pytest.raises(LedgerBroken):
        races.place("A-1", payment="pending")

    assert shop.everything() == before


def test_an_empty_shelf_is_sold_out_and_a_conflict_beside_it_does_not_hide_it(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a shelf that was emptied between the decision and the transaction
    client = aws.dynamodb()
    (shelf,) = shop.rows("Stock")
    empty = {**shelf, "on_hand": {"N": "0"}, "available": {"N": "0"}}
    cancelling = Cancelling(
        client.transact_write_items, "ConditionalCheckFailed", PLACES.index("the shelf"), empty
    )
    monkeypatch.setattr(client, "transact_write_items", cancelling.transact_write_items)
    monkeypatch.setattr(client, "batch_get_item", emptied(client.batch_get_item))

    refused = shop.order(order_body(payment=PENDING_CARD))

    assert (refused.status, refused.body["code"]) == (409, "out_of_stock")
    assert shop.rows("Orders") == []


def emptied(real: Callable[..., Any]) -> Callable[..., Any]:
    """The shelf as it is from the second reading on."""
    readings: list[str] = []

    def read(**params: Any) -> Any:
        answer = real(**params)
        if rows := answer["Responses"].get("Stock"):
            readings.append("Stock")
            if len(readings) > 1:
                rows[:] = [{**row, "on_hand": {"N": "0"}, "available": {"N": "0"}} for row in rows]
        return answer

    return read


@pytest.mark.proof
def test_the_same_command_made_a_thousand_times_sends_the_same_bytes(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a network that loses every transaction before it arrives
    client = aws.dynamodb()
    sent: set[tuple[str, str]] = set()

    def lose(**params: Any) -> Any:
        sent.add((repr(params["TransactItems"]), params["ClientRequestToken"]))
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(client, "transact_write_items", lose)

    # When the same order is placed a thousand times
    for _ in range(1000):
        with pytest.raises(ReadTimeoutError):
            races.place("A-1", payment="pending")

    # Then one transaction was sent a thousand times
    assert len(sent) == 1
