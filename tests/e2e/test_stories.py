"""The two stories that `make run` has played on the deployed template, as they are in the books."""

from __future__ import annotations

import re

import pytest

from tests.e2e.running import Running
from tests.local.calls import checkout, operations
from tests.local.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


MESSAGE = re.compile(r"<h2>([^<]*)</h2>.*?<small>to (\w+) [^<]*· (\w+) · ([^<]+)</small>", re.DOTALL)


def order_of(running: Running, prefix: str) -> str:
    """The order of the story, as it was printed."""
    (order_id,) = set(re.findall(rf"Order ({prefix}-[0-9A-F]{{8}})", running.said))
    return str(order_id)


def test_a_pickup_from_the_question_to_the_handover(running: Running, stack: Stack) -> None:
    # Dewi asked, ordered, paid, and collected with her code
    order_id = order_of(running, "P")
    order = checkout(stack).get(f"/v1/orders/{order_id}").expect(200)
    assert [s["status"] for s in order["shipments"]] == ["collected"]

    # And she heard twice, each time under an id of its own, as the outbox shows
    said = MESSAGE.findall(running.outbox)
    heard = [(event, mid) for subject, to, event, mid in said if to == "customer" and order_id in subject]
    assert sorted(event for event, _ in heard) == ["OrderConfirmed", "TaskReady"]
    assert len({message_id for _, message_id in heard}) == 2


def test_a_delivery_that_the_first_store_refused(running: Running, stack: Stack) -> None:
    # The nearest store could not find the scarf: the other one sent it, and the first one's unit is blocked
    order = checkout(stack).get(f"/v1/orders/{order_of(running, 'D')}").expect(200)
    assert [s["status"] for s in order["shipments"]] == ["refused", "shipped"]
    refused_by = order["shipments"][0]["location_id"]
    picture = operations(stack).get("/v1/stock/SCARF-SILK-RED").expect(200)
    (row,) = [row for row in picture["locations"] if row["location_id"] == refused_by]
    assert (row["on_hand"], row["blocked"], row["available"]) == (1, 1, 0)
