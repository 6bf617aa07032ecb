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
from tests.local.tills import HALL, Till, open_hall

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATIENCE_SECONDS = 60
SKUS = ("TOTE-CREAM", "TEE-RED-M", "SCARF-SILK-RED")


@pytest.fixture(scope="module")
def till(stack: Stack) -> Till:
    """A till of a hall that nobody else has to do with."""
    open_hall(stack)
    return Till(stack)


def test_a_count_and_a_sale_in_a_file_change_the_shelf_and_what_is_wrong_is_answered(
    stack: Stack, till: Till
) -> None:
    # Given a file of a count by barcode, a sale after it, and a row that breaks off
    name, now, later = f"till-{uuid4().hex}", datetime.now(UTC), datetime.now(UTC).isoformat()
    rows = [
        "sku;barcode;location_id;on_hand;observed_at;movement_id;change;at;kind",
        f";2060070074743;{HALL};41;{now.isoformat()};;;;",
        f'" tote-Cream ";;{HALL};;;{uuid4().hex};-2;{later};sale',
        f"TOTE-CREAM;;{HALL};many;{now.isoformat()};;;;",
    ]

    # When it is dropped
    till.drop(name, "\r\n".join(rows))

    # Then the shelf follows, and the answer names the row
    report = _until("a report", lambda: till.report(name))
    assert (report["rows"], report["sent"], report["refused"]) == (3, 2, 1)
    assert report["errors"] == f"errors/{name}.csv"
    assert (till.errors(name) or "").splitlines()[1].startswith("4,")
    _until("the shelf", lambda: _on_hand(stack, "TOTE-CREAM") == 39)


def test_what_a_full_snapshot_does_not_name_is_gone(stack: Stack, till: Till) -> None:
    # Given shelves of three SKUs
    name, now = uuid4().hex, datetime.now(UTC).isoformat()
    counts = "".join(f"{sku},{HALL},9,{now}\n" for sku in SKUS)
    till.drop(name, f"sku,location_id,on_hand,observed_at\n{counts}")
    _until("three shelves", lambda: [_on_hand(stack, sku) for sku in SKUS] == [9, 9, 9])

    # When a full snapshot names one alone
    name = f"snapshots/{HALL}/{name}"
    till.drop(name, f"sku,on_hand,observed_at\n{SKUS[0]},17,{datetime.now(UTC).isoformat()}\n")

    # Then there is that one, and nothing else
    report = _until("a report", lambda: till.report(name))
    others = report["zeroed"] - 2  # that other tests have put into this hall
    assert (report["sent"], report["errors"]) == (3 + others, None)
    assert others >= 0
    _until("the shelves", lambda: [_on_hand(stack, sku) for sku in SKUS] == [17, 0, 0])


def test_a_till_drops_files_and_reads_answers_and_nothing_else(till: Till) -> None:
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


def _on_hand(stack: Stack, sku: str) -> int | None:
    rows = operations(stack).get(f"/v1/stock/{sku}").expect(200)["locations"]
    return next((row["on_hand"] for row in rows if row["location_id"] == HALL), None)
