"""What comes in over queues: orders of any channel, stock messages, and messages that nobody can understand."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.local.calls import checkout, operations
from tests.local.stack import Stack
from tests.local.stories import new_id, order

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATIENCE_SECONDS = 120
ORDERS = [25, pytest.param(100, marks=pytest.mark.soak)]


@pytest.mark.parametrize("count", ORDERS)
def test_orders_each_sent_twice_and_shuffled_are_each_one_order(stack: Stack, count: int) -> None:
    # Given orders of one tote from a marketplace, for two warehouse-sized stores of stock
    before = _row(stack, "TOTE-CREAM", "wh-cikarang")
    lines = [{"line_id": "1", "sku": "TOTE-CREAM", "quantity": 1}]
    run = uuid4().hex[:6]
    orders = [
        order(f"{run}-{n}", lines, "delivery", channel="tokopedia", ship_to=_ship_to()) for n in range(count)
    ]
    messages = [json.dumps(body) for body in orders] * 2
    random.Random(11).shuffle(messages)
    reserved_before = _reserved_everywhere(stack, "TOTE-CREAM")

    # When each comes twice, in no order
    _send(stack, "IntakeQueue", messages)

    # Then each is confirmed once, with one unit reserved
    shop = checkout(stack)
    placed = [_wait_for_order(shop, f"tokopedia:{body['order_id']}") for body in orders]
    assert {view["status"] for view in placed} == {"confirmed"}
    assert _reserved_everywhere(stack, "TOTE-CREAM") == reserved_before + count
    assert before["on_hand"] == _row(stack, "TOTE-CREAM", "wh-cikarang")["on_hand"]


def test_a_poison_message_in_a_batch_of_ten_ends_alone_in_the_dead_letters(stack: Stack) -> None:
    # Given nine orders and a message that is none
    lines = [{"line_id": "1", "sku": "TOTE-CREAM", "quantity": 1}]
    orders = [order(new_id("N"), lines, "delivery", ship_to=_ship_to()) for _ in range(9)]
    poison = f"not an order {uuid4().hex}"

    # When they come together
    _send(stack, "IntakeQueue", [*(json.dumps(body) for body in orders), poison])

    # Then nine orders are there, and the tenth message waits for a person, with the reason
    shop = checkout(stack)
    assert {_wait_for_order(shop, body["order_id"])["status"] for body in orders} == {"confirmed"}
    parked = _wait_for_dead_letter(stack, "IntakeDeadLetters", poison)
    assert parked["MessageAttributes"]["reason"]["StringValue"].startswith("not_understood")


def test_an_order_that_nobody_can_supply_is_kept_as_unfillable(stack: Stack) -> None:
    # Given an order of a SKU that is nowhere
    lines = [{"line_id": "1", "sku": "RAINCOAT-YELLOW-M", "quantity": 1}]
    body = order(new_id("U"), lines, "delivery", ship_to=_ship_to())

    # When it comes over the queue
    _send(stack, "IntakeQueue", [json.dumps(body)])

    # Then it is there for a person to see
    view = _wait_for_order(checkout(stack), body["order_id"])
    assert (view["status"], view["refusal"], view["shipments"]) == ("unfillable", "out_of_stock", [])


def test_a_count_and_a_sale_sent_over_http_change_the_shelf(stack: Stack) -> None:
    # Given a shelf as it is
    before = _row(stack, "TEE-RED-M", "solo")
    seen_at = datetime.now(UTC)

    # When a count and then a sale are told
    count = _update("count", on_hand=30, observed_at=seen_at.isoformat())
    sale = _update(
        "movement",
        movement_id=uuid4().hex,
        change=-2,
        kind="sale",
        at=(seen_at + timedelta(seconds=5)).isoformat(),
    )
    updates = operations(stack).post("/v1/stock-updates", {"updates": [count, sale]}, key=uuid4().hex)

    # Then on hand follows
    assert updates.expect(200) == {"accepted": 2}
    assert before["on_hand"] != 28
    assert _wait_for_on_hand(stack, "TEE-RED-M", "solo", 28)["available"] == 28 - before["reserved"]


def test_a_stock_message_for_an_unknown_location_is_put_aside(stack: Stack) -> None:
    # When a till of nowhere tells a count
    message = _update("count", location_id="atlantis", on_hand=1, observed_at=datetime.now(UTC).isoformat())
    _send(stack, "StockFeedQueue", [json.dumps(message)])

    # Then it waits with its reason
    parked = _wait_for_dead_letter(stack, "StockFeedDeadLetters", json.dumps(message))
    assert parked["MessageAttributes"]["reason"]["StringValue"].startswith("unknown_location")


def _update(told: str, **fields: Any) -> dict[str, Any]:
    return {"type": told, "sku": "TEE-RED-M", "location_id": "solo", **fields}


def _ship_to() -> dict[str, str]:
    return {"recipient": "Dewi", "phone": "081234567890", "street": "Jalan Asia Afrika 8", "city": "Jakarta"}


def _send(stack: Stack, queue: str, bodies: list[str]) -> None:
    sqs = stack.client("sqs")
    for start in range(0, len(bodies), 10):
        batch = bodies[start : start + 10]
        sqs.send_message_batch(
            QueueUrl=stack.queues[queue],
            Entries=[{"Id": str(n), "MessageBody": b} for n, b in enumerate(batch)],
        )


def _wait_for_order(shop: Any, order_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = shop.get(f"/v1/orders/{order_id}")
        if answer.status == 200:
            found: dict[str, Any] = answer.body
            return found
        time.sleep(0.2)
    raise AssertionError(f"order {order_id} never came: {answer}")


def _wait_for_dead_letter(stack: Stack, queue: str, body: str) -> dict[str, Any]:
    sqs = stack.client("sqs")
    deadline = time.monotonic() + PATIENCE_SECONDS
    seen: list[str] = []
    while time.monotonic() < deadline:
        answer = sqs.receive_message(
            QueueUrl=stack.queues[queue],
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            VisibilityTimeout=1,
        )
        for message in answer.get("Messages", []):
            seen.append(message["Body"])
            if message["Body"] == body:
                found: dict[str, Any] = message
                return found
        time.sleep(0.2)
    raise AssertionError(f"{body!r} never came to {queue}; there were {seen}")


def _wait_for_on_hand(stack: Stack, sku: str, location_id: str, on_hand: int) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        row = _row(stack, sku, location_id)
        if row["on_hand"] == on_hand:
            return row
        time.sleep(0.2)
    raise AssertionError(f"{sku} at {location_id} never came to {on_hand}: {row}")


def _row(stack: Stack, sku: str, location_id: str) -> dict[str, Any]:
    rows = operations(stack).get(f"/v1/stock/{sku}").expect(200)["locations"]
    found: dict[str, Any] = next(row for row in rows if row["location_id"] == location_id)
    return found


def _reserved_everywhere(stack: Stack, sku: str) -> int:
    rows = operations(stack).get(f"/v1/stock/{sku}").expect(200)["locations"]
    return sum(row["reserved"] for row in rows)
