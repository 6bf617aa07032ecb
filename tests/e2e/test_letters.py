"""Dead letters on the deployed stack, with the commands of the README."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.local.chain import table_environment
from tests.local.paths import ROOT
from tests.local.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATIENCE_SECONDS = 90
LETTERS = [12, pytest.param(50, marks=pytest.mark.soak)]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## When something is in the dead letters")[2].partition("\n## ")[0]
LIST, DRY_RUN, REDRIVE = re.findall(r"^fulfillment (letters .*)$", SECTION, re.MULTILINE)
FEED = "letters list --stack fulfillment --queue stock-feed --json"


def fulfillment(stack: Stack, command: str) -> str:
    """What the command prints."""
    words = [sys.executable, "-m", "fulfillment.cli.main", *command.split()]
    environment = {**os.environ, **table_environment(stack)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def of_sku(stack: Stack, sku: str) -> list[dict[str, Any]]:
    """The dead letters about this SKU."""
    (queue,) = json.loads(fulfillment(stack, FEED))["queues"]
    return [letter for letter in queue["letters"] if letter["about"].get("sku") == sku]


def there(stack: Stack) -> int:
    """How many letters lie in the dead letters of the stock feed, whatever about."""
    return sum(counted(stack, "StockFeedDeadLetters"))


def wait_for(stack: Stack, sku: str, count: int, others: int) -> list[dict[str, Any]]:
    """So many dead letters about this SKU, beside others."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if there(stack) >= others + count and len(found := of_sku(stack, sku)) == count:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{there(stack) - others} letters of {count}")


def movements(stack: Stack, sku: str) -> int:
    """How many movements of the SKU the books have."""
    found = stack.client("dynamodb").query(
        TableName=stack.tables["StockMovements"],
        KeyConditionExpression="stock_key = :shelf AND movement_key < :ids",
        ExpressionAttributeValues={":shelf": {"S": f"{sku}#senayan"}, ":ids": {"S": "ID#"}},
        Select="COUNT",
    )
    count: int = found["Count"]
    return count


def on_hand(stack: Stack, sku: str) -> int:
    """What is on the shelf; 0 before there is one."""
    key = {"sku": {"S": sku}, "location_id": {"S": "senayan"}}
    row = stack.client("dynamodb").get_item(TableName=stack.tables["Stock"], Key=key, ConsistentRead=True)
    return int(row["Item"]["on_hand"]["N"]) if "Item" in row else 0


@pytest.mark.parametrize("count", LETTERS)
def test_letters_redriven_by_the_readme_are_all_done_and_none_doubled(
    stack: Stack, tmp_path: Path, count: int
) -> None:
    # Given boxes that were booked in before anybody knew the SKU
    sku = f"CAP-{uuid4().hex[:8]}".upper()
    told = {"type": "movement", "sku": sku, "location_id": "senayan", "kind": "receipt", "change": 1}
    sqs, at, others = stack.client("sqs"), "2026-11-22T03:00:00+00:00", there(stack)
    boxes = [{**told, "movement_id": f"{sku}-{n}", "at": at} for n in range(count)]
    for box in boxes:
        sqs.send_message(QueueUrl=stack.queues["StockFeedQueue"], MessageBody=json.dumps(box))
    parked = wait_for(stack, sku, count, others)
    assert {letter["code"] for letter in parked} == {"unknown_sku"}
    assert f"{count} x unknown_sku" in fulfillment(stack, LIST)

    # When one is redriven while it is still unknown
    fulfillment(stack, f"{REDRIVE} --id {parked[0]['id']}")
    # Then it comes back with its reason
    again = wait_for(stack, sku, count, others)
    assert {letter["code"] for letter in again} == {"unknown_sku"}

    # When the SKU is known, and all are redriven
    products = tmp_path / "products.csv"
    with (ROOT / "events/sample_chain/products.csv").open(newline="") as chain, products.open("w") as new:
        reader = csv.DictReader(chain)
        writer = csv.DictWriter(new, reader.fieldnames or ())
        writer.writeheader()
        writer.writerow(
            {**next(reader), "sku": sku, "barcodes": ""}
        )  # two products have no barcode in common
    fulfillment(stack, f"load --products {products}")
    assert f"stock-feed: {count} would be redriven" in fulfillment(stack, DRY_RUN)
    assert fulfillment(stack, REDRIVE) == f"stock-feed: {count} redriven.\n"

    # Then all are done and none is done twice, also when somebody who was killed has sent some of them again
    deadline = time.monotonic() + PATIENCE_SECONDS
    while on_hand(stack, sku) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    for box in boxes[:10]:
        sqs.send_message(QueueUrl=stack.queues["StockFeedQueue"], MessageBody=json.dumps(box))
    while any(counted(stack, "StockFeedQueue")) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (on_hand(stack, sku), movements(stack, sku)) == (count, count)

    # And there is nothing to do again
    assert fulfillment(stack, REDRIVE) == "stock-feed: 0 redriven.\n"
    assert of_sku(stack, sku) == []


def counted(stack: Stack, queue: str) -> tuple[int, int]:
    """How many messages wait in the queue, and how many are being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = stack.client("sqs").get_queue_attributes(QueueUrl=stack.queues[queue], AttributeNames=names)
    waiting, hidden = (int(told["Attributes"][name]) for name in names)
    return waiting, hidden


def test_a_stack_that_is_not_there_is_a_clear_message(stack: Stack) -> None:
    words = [sys.executable, "-m", "fulfillment.cli.main", "letters", "list", "--stack", "nowhere"]
    done = subprocess.run(
        words, env={**os.environ, **table_environment(stack)}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("--stack nowhere: ")
