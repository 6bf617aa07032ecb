"""An unpaid reservation ends at its time, and the scheduled sweep brings the units back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.local.calls import checkout, operations
from tests.local.stack import Stack
from tests.local.stories import new_id, order

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATIENCE_SECONDS = 120  # the schedule runs once a minute


def test_units_of_an_order_that_nobody_paid_come_back(stack: Stack) -> None:
    # Given the last batik, reserved for three seconds
    shop = checkout(stack)
    pay_by = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    lines = [{"line_id": "1", "sku": "BATIK-TULIS-L", "quantity": 1}]
    payment = {"state": "pending", "kind": "virtual_account", "pay_by": pay_by}
    body = order(new_id("E"), lines, "pickup", location_id="blok-m", payment=payment)
    shop.post("/v1/orders", body, key=uuid4().hex).expect(201)
    assert _available(stack) == 0

    # When nobody pays
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _available(stack) == 0 and time.monotonic() < deadline:
        time.sleep(1)

    # Then the unit is for sale again and the order is over
    assert _available(stack) == 1
    assert shop.get(f"/v1/orders/{body['order_id']}").expect(200)["status"] == "expired"


def _available(stack: Stack) -> int:
    (row,) = operations(stack).get("/v1/stock/BATIK-TULIS-L").expect(200)["locations"]
    available: int = row["available"]
    return available
