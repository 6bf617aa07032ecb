"""Files of tills: dropped in the bucket of the deployed template, they change the shelf and are answered beside."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local.calls import operations
from tests.local.stack import Stack
from tests.local.tills import Till

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATIENCE_SECONDS = 60
SKU = "TOTE-CREAM"
STORE = "malang"


def test_a_count_and_a_sale_in_a_file_change_the_shelf_and_what_is_wrong_is_answered(stack: Stack) -> None:
    # Given a file of a count, a sale after it, and a row that breaks off
    till, name = Till(stack), f"till-{uuid4().hex}"
    now, later = datetime.now(UTC), datetime.now(UTC).isoformat()
    rows = [
        "sku;location_id;on_hand;observed_at;movement_id;change;at;kind",
        f" {SKU} ;{STORE};41;{now.isoformat()};;;;",
        f'"{SKU}";{STORE};;;{uuid4().hex};-2;{later};sale',
        f"{SKU};{STORE};many;{now.isoformat()};;;;",
    ]

    # When it is dropped
    till.drop(name, "\r\n".join(rows))

    # Then the shelf follows, and the answer names the row
    report = _until("a report", lambda: till.report(name))
    assert (report["rows"], report["sent"], report["refused"]) == (3, 2, 1)
    assert report["errors"] == f"errors/{name}.csv"
    assert (till.errors(name) or "").splitlines()[1].startswith("4,")
    _until("the shelf", lambda: _on_hand(stack, SKU, STORE) == 39)


def test_what_a_full_snapshot_does_not_name_is_gone(stack: Stack) -> None:
    # Given a store that has more than totes
    till, name = Till(stack), f"snapshots/{STORE}/{uuid4().hex}"
    others = [row["sku"]["S"] for row in _shelves(stack) if row["sku"]["S"] != SKU]
    assert others

    # When a full snapshot names the totes alone
    till.drop(name, f"sku,on_hand,observed_at\n{SKU},17,{datetime.now(UTC).isoformat()}\n")

    # Then there are totes, and nothing else
    report = _until("a report", lambda: till.report(name))
    assert (report["sent"], report["zeroed"], report["errors"]) == (1 + len(others), len(others), None)
    counted = {SKU: 17, **dict.fromkeys(others, 0)}
    _until(
        "all shelves",
        lambda: {row["sku"]["S"]: int(row["on_hand"]["N"]) for row in _shelves(stack)} == counted,
    )


def test_a_till_drops_files_and_reads_answers_and_nothing_else(stack: Stack) -> None:
    till = Till(stack)
    name = f"secret-{uuid4().hex}"
    till.drop(name, "")
    forbidden: list[Callable[[], Any]] = [
        lambda: till._found(f"incoming/{name}.csv"),
        lambda: till._s3.put_object(Bucket=till._bucket, Key="done/forged.json", Body=b"{}"),
        lambda: till._s3.list_objects_v2(Bucket=till._bucket),
    ]
    for act in forbidden:
        with pytest.raises(ClientError, match="AccessDenied"):
            act()


def _until(what: str, there: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := there():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s")


def _on_hand(stack: Stack, sku: str, location_id: str) -> int:
    rows = operations(stack).get(f"/v1/stock/{sku}").expect(200)["locations"]
    found: int = next(row for row in rows if row["location_id"] == location_id)["on_hand"]
    return found


def _shelves(stack: Stack) -> list[dict[str, Any]]:
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.tables["Stock"],
            FilterExpression="location_id = :here",
            ExpressionAttributeValues={":here": {"S": STORE}},
        )
    )
    return [row for page in pages for row in page["Items"]]
