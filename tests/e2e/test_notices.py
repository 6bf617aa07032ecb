"""How soon a store hears of an order, and that it hears of each exactly once (issue 5's figure)."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest

from tests.local import outbox
from tests.local.calls import checkout
from tests.local.inbox import Inbox
from tests.local.stack import Stack
from tests.local.stories import new_id, order

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

Figure = Callable[[str, Any], None]  # pytest's record_property
ORDERS = 50
PATIENCE_SECONDS = 120


def test_every_order_is_one_message_in_the_stores_queue_and_soon(
    stack: Stack, inbox: Inbox, record_property: Figure
) -> None:
    # Given fifty orders of one bag, placed one after the other
    caller, lines = checkout(stack), [{"line_id": "1", "sku": "TOTE-CREAM", "quantity": 1}]
    placed: dict[str, float] = {}
    for _ in range(ORDERS):
        body = order(new_id("F"), lines, "delivery", ship_to=SHIP_TO)
        caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
        placed[body["order_id"]] = time.time()

    # When the stores' queue has heard of all of them
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and len(_heard(inbox, placed)) < ORDERS:
        time.sleep(0.2)
    time.sleep(2)  # for what might come twice
    heard = _heard(inbox, placed)

    # Then each has exactly one message id, and came once
    told = [one for one in inbox.collect() if one.topic == "store" and _order_of(one.body) in placed]
    assert len(heard) == ORDERS
    assert set(Counter(one.body["message_id"] for one in told).values()) == {1}
    assert len(told) == ORDERS
    waits = sorted(heard[order_id] - at for order_id, at in placed.items())
    record_property(
        "figure",
        f"notice in the store's queue after POST /v1/orders: p50 {waits[ORDERS // 2] * 1000:.0f} ms, "
        f"p95 {waits[int(ORDERS * 0.95)] * 1000:.0f} ms over {ORDERS} orders, each one message_id",
    )


def test_the_outbox_shows_what_was_told_as_text(stack: Stack) -> None:
    # Given an order by somebody with a name that is no name
    lines = [{"line_id": "1", "sku": "TOTE-CREAM", "quantity": 1}]
    body = order(new_id("X"), lines, "delivery", ship_to=SHIP_TO)
    body["customer"]["contact"]["name"] = "<script>alert(1)</script>"
    checkout(stack).post("/v1/orders", body, key=uuid4().hex).expect(201)

    # When its message is in the outbox
    with outbox.serving(stack) as address:
        deadline, page = time.monotonic() + PATIENCE_SECONDS, ""
        while time.monotonic() < deadline and "&lt;script&gt;alert(1)" not in page:
            time.sleep(0.2)
            page = urlopen(address).read().decode()

    # Then it is there, and runs nowhere
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


SHIP_TO = {
    "recipient": "Dewi",
    "phone": "081234567890",
    "street": "Jalan Asia Afrika 8",
    "city": "Jakarta Pusat",
    "postal_code": "10270",
}


def _order_of(body: dict[str, Any]) -> str:
    """The order whose task a message to a store is about."""
    return json.dumps(body["subject"]).split("~")[0].rpartition(" ")[2]


def _heard(inbox: Inbox, placed: dict[str, float]) -> dict[str, float]:
    """When the stores' queue first had a message about each of these orders."""
    found: dict[str, float] = {}
    for one in inbox.collect():
        if one.topic == "store" and (order_id := _order_of(one.body)) in placed:
            found.setdefault(order_id, one.sent_at)
    return found
