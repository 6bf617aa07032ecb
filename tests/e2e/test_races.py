"""Many buyers, few units, over HTTP."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest

from tests.e2e.at_once import at_once, insist, warm_up
from tests.local.calls import checkout, operations
from tests.local.stack import Stack
from tests.local.stories import new_id, order

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

BUYERS = [12, pytest.param(50, marks=pytest.mark.soak)]
LAST_UNITS = 10  # of TEE-SENAYAN-M, all at senayan: made so in the sample chain


@pytest.mark.parametrize("buyers", BUYERS)
def test_many_buyers_at_once_get_exactly_the_last_ten_units(stack: Stack, buyers: int) -> None:
    # Given as many warm workers and ten units
    warm_up(stack, buyers)
    shop = checkout(stack)
    lines = [{"line_id": "1", "sku": "TEE-SENAYAN-M", "quantity": 1}]
    bodies = [order(new_id("R"), lines, "pickup", location_id="senayan") for _ in range(buyers)]

    keys = [uuid4().hex for _ in bodies]

    # When all order at once
    answers = at_once(buyers, lambda n: insist(lambda: shop.post("/v1/orders", bodies[n], key=keys[n])))

    # Then ten have one, the others are told what is left, and the row agrees
    assert Counter(a.status for a in answers) == {201: LAST_UNITS, 409: buyers - LAST_UNITS}
    assert {a.body["code"] for a in answers if a.status == 409} == {"out_of_stock"}
    assert [a.body["left"] for a in answers if a.status == 409] == [
        [{"line_id": "1", "sku": "TEE-SENAYAN-M", "missing": 1, "left": 0}]
    ] * (buyers - LAST_UNITS)
    rows = operations(stack).get("/v1/stock/TEE-SENAYAN-M").expect(200)["locations"]
    here = {row["location_id"]: (row["on_hand"], row["reserved"], row["available"]) for row in rows}
    assert here.pop("senayan") == (LAST_UNITS, LAST_UNITS, 0)
    assert all(units == (0, 0, 0) for units in here.values()), here


def test_the_same_order_sent_ten_times_at_once_is_one_order(stack: Stack) -> None:
    # Given one order and one key
    shop = checkout(stack)
    lines = [{"line_id": "1", "sku": "TEE-RED-L", "quantity": 1}]
    body = order(new_id("S"), lines, "pickup", location_id="blok-m")
    key = uuid4().hex
    before = _reserved(stack, "TEE-RED-L", "blok-m")

    # When it is sent ten times at once
    answers = at_once(10, lambda _: insist(lambda: shop.post("/v1/orders", body, key=key)))

    # Then there are ten equal answers and one unit is reserved
    assert [a.status for a in answers] == [201] * 10
    assert all(a.body == answers[0].body for a in answers)
    assert _reserved(stack, "TEE-RED-L", "blok-m") == before + 1


def _reserved(stack: Stack, sku: str, location_id: str) -> int:
    rows = operations(stack).get(f"/v1/stock/{sku}").expect(200)["locations"]
    reserved: int = next(row["reserved"] for row in rows if row["location_id"] == location_id)
    return reserved
