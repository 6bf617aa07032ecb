"""A checker that has never been seen to fail proves nothing: each broken row is seen, and so are moto's races."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.rows import text_of
from fulfillment.domain.unpaid import customer_hash
from tests.support.builders import MONDAY_NOON, a_location, a_product, delivery_body, order_body, stock
from tests.support.ledger import LedgerWrong, check_ledger
from tests.support.template import ROOT
from tests.support.world import World

OPENED = {("tee", "senayan"): 9}
SHELF = {"sku": "tee", "location_id": "senayan"}
WINDOW = {"location_method": "senayan#pickup", "window": "2026-11-23T13"}
UNITS = {"location_method": f"UNPAID#{customer_hash('+6281234567890', None)}", "window": "UNITS"}
PAID, UNPAID, SHIPPED = "PAID-1", "UNPAID-1", "SHIPPED-1"


@pytest.fixture
def busy(world: World) -> World:
    """A paid, an unpaid, a cancelled and a shipped order, and a sale at the till."""
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 5}), stock("senayan", tee=9))
    world.order(order_body(PAID))
    world.order(order_body(UNPAID, payment={"state": "pending", "kind": "card"}))
    world.order(order_body("CANCELLED-1"))
    world.on_order("CANCELLED-1", "cancel")
    world.order(delivery_body(SHIPPED))
    world.on_task("senayan", f"{SHIPPED}~1", "accept")
    world.on_task("senayan", f"{SHIPPED}~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    sale = {"type": "movement", "movement_id": "m1", "kind": "sale", "change": -1, **SHELF}
    assert world.deliver("stock_feed", {**sale, "at": MONDAY_NOON.isoformat()}) == []
    return world


def change(table: str, key: dict[str, str], **attributes: Any) -> None:
    """Overwrite attributes of a row behind the router's back."""
    found = aws.dynamodb().get_item(TableName=table, Key={name: {"S": value} for name, value in key.items()})
    assert "Item" in found, key
    typed = {n: {"S": v} if isinstance(v, str) else {"N": str(v)} for n, v in attributes.items()}
    aws.dynamodb().put_item(TableName=table, Item={**found["Item"], **typed})


def lose(table: str, **attributes: str) -> None:
    """Delete the rows whose attributes begin with these."""
    keys = {
        "Orders": ("order_id", "sk"),
        "StockMovements": ("stock_key", "movement_key"),
        "Stock": ("sku", "location_id"),
    }
    for row in list(aws.dynamodb().scan(TableName=table)["Items"]):
        if all(row[name]["S"].startswith(value) for name, value in attributes.items()):
            aws.dynamodb().delete_item(TableName=table, Key={name: row[name] for name in keys[table]})


def order_row(order_id: str, sk: str = "ORDER") -> dict[str, str]:
    return {"order_id": order_id, "sk": sk}


def document(order_id: str, sk: str, old: str, new: str) -> None:
    """Change a value inside a row's document."""
    key = {name: {"S": value} for name, value in order_row(order_id, sk).items()}
    kept = text_of(aws.dynamodb().get_item(TableName="Orders", Key=key)["Item"], "document")
    assert old in kept, kept
    change("Orders", order_row(order_id, sk), document=kept.replace(old, new))


def test_a_busy_day_has_no_fault(busy: World) -> None:
    ledger = check_ledger(aws.dynamodb(), OPENED)
    assert sorted(order.status for order in ledger.orders.values()) == [
        "cancelled",
        "confirmed",
        "fulfilled",
        "reserved",
    ]


@pytest.mark.parametrize(
    ("sabotage", "seen"),
    [
        (lambda: change("Stock", SHELF, available=6), "available is not on_hand - reserved - blocked"),
        (lambda: change("Stock", SHELF, reserved=3, available=4), "reserved 3, but open allocations hold 2"),
        (lambda: change("Stock", SHELF, on_hand=6, available=4), "on_hand 6 is not 9 -2"),
        (lambda: change("Stock", SHELF, missing=1), "impossible parts"),
        (lambda: lose("Stock", sku="tee"), "from a row that is not there"),
        (lambda: lose("StockMovements", movement_key="2026"), "hand-over booked -1 times too often"),
        (lambda: lose("Orders", order_id=PAID, sk="EVENT"), "version 1, but events of 0 commands"),
        (lambda: lose("Orders", order_id=PAID, sk="DECISION"), "no decision is kept"),
        (lambda: lose("Orders", order_id=PAID, sk="ORDER"), "task 1 without an order"),
        (lambda: lose("Orders", order_id=PAID, sk="SHIPMENT"), "only 0 allocated of 1 accepted"),
        (lambda: change("Orders", order_row(PAID), version=2), "differ in version or status"),
        (lambda: change("Orders", order_row(PAID), due_bucket="DUE#1", due_at="2026"), "the deadline index"),
        (
            lambda: change(
                "Orders", order_row(SHIPPED, "SHIPMENT#0001"), work_location="senayan", work_due="2026"
            ),
            "stands wrongly in the work list",
        ),
        (
            lambda: document(PAID, "SHIPMENT#0001", '"quantity":1', '"quantity":2'),
            "2 allocated of 1 ordered",
        ),
        (
            lambda: document(UNPAID, "SHIPMENT#0001", '"status":"waiting"', '"status":"open"'),
            "unpaid and paid tasks do not go together",
        ),
        (
            lambda: document(SHIPPED, "SHIPMENT#0001", '"status":"shipped"', '"status":"collected"'),
            "TaskCollected was told 0 times and happened 1 times",
        ),
        (
            lambda: document(PAID, "SHIPMENT#0001", '"method":"pickup"', '"method":"delivery"'),
            "is a delivery of a pickup order",
        ),
        (
            lambda: document(PAID, "ORDER", '"refused_by":[]', '"refused_by":["senayan"]'),
            "have refused it, and it says",
        ),
        (lambda: document(PAID, "ORDER", '"fingerprint":"', '"fingerprint":"x'), "a 201 without its order"),
        (lambda: change("Capacity", WINDOW, used=3), "used 3, but 2 tasks are in the window"),
        (lambda: change("Capacity", UNITS, used=2), "used 2, but 1 units are reserved"),
        (
            lambda: document(UNPAID, "ORDER", '"units":1', '"units":2'),
            f"{UNPAID} .reserved.: 1 units, counted 2",
        ),
    ],
)
def test_every_kind_of_fault_is_seen(busy: World, sabotage: Any, seen: str) -> None:
    sabotage()
    with pytest.raises(LedgerWrong, match=seen):
        check_ledger(aws.dynamodb(), OPENED)


def test_a_window_above_its_limit_is_seen(busy: World) -> None:
    # When the store is found to take one order an hour, and two were taken
    busy.given(a_location("senayan", capacity={"pickup": 1}))

    # Then that is seen
    with pytest.raises(LedgerWrong, match=r"capacity .*: 2 of 1"):
        check_ledger(aws.dynamodb(), OPENED)


@pytest.mark.engine
def test_the_same_race_on_moto_leaves_a_wrong_ledger_behind() -> None:
    # When moto, which locks nothing, runs the race in a process of its own
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.moto_race"],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )

    # Then the checker sees what it did
    assert json.loads(ended.stdout.splitlines()[-1])["wrong"]
