"""An unpaid reservation ends at its time, and the scheduled sweep brings the units back."""

from __future__ import annotations

import time

import pytest

from tests.e2e.wishes import batiks_left
from tests.local.calls import checkout
from tests.local.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATIENCE_SECONDS = 120  # the schedule runs once a minute


def test_units_of_an_order_that_nobody_paid_come_back(stack: Stack, unpaid: str) -> None:
    # When nobody pays
    deadline = time.monotonic() + PATIENCE_SECONDS
    while batiks_left(stack) == 0 and time.monotonic() < deadline:
        time.sleep(1)

    # Then the unit is for sale again and the order is over
    assert batiks_left(stack) == 1
    assert checkout(stack).get(f"/v1/orders/{unpaid}").expect(200)["status"] == "expired"
