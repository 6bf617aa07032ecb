"""The two stories that `make run` plays, held on the deployed template."""

from __future__ import annotations

import pytest

from tests.local import stories
from tests.local.calls import checkout, operations
from tests.local.inbox import Inbox
from tests.local.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def test_a_pickup_from_the_question_to_the_handover(stack: Stack, inbox: Inbox) -> None:
    # When Dewi asks, orders, pays, and collects with her code
    order_id = stories.pickup(stack, inbox, print)

    # Then the order is done, and she heard twice, each time under an id of its own
    order = checkout(stack).get(f"/v1/orders/{order_id}").expect(200)
    assert [s["status"] for s in order["shipments"]] == ["collected"]
    heard = [t for t in inbox.collect() if t.topic == "customer" and order_id in t.body["subject"]]
    assert sorted(t.attributes["event"] for t in heard) == ["OrderConfirmed", "TaskReady"]
    assert len({t.body["message_id"] for t in heard}) == 2


def test_a_delivery_that_the_first_store_refuses(stack: Stack, inbox: Inbox) -> None:
    # When the nearest store cannot find the scarf
    order_id = stories.delivery(stack, inbox, print)

    # Then the other store sent it, and the first one's unit is blocked
    order = checkout(stack).get(f"/v1/orders/{order_id}").expect(200)
    assert [s["status"] for s in order["shipments"]] == ["refused", "shipped"]
    refused_by = order["shipments"][0]["location_id"]
    picture = operations(stack).get("/v1/stock/SCARF-SILK-RED").expect(200)
    (row,) = [row for row in picture["locations"] if row["location_id"] == refused_by]
    assert (row["on_hand"], row["blocked"], row["available"]) == (1, 1, 0)
