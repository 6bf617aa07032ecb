"""Taking a till's file at its ports: limits, and what is asked of them."""

from __future__ import annotations

import pytest

from fulfillment.application import take_stock_file
from fulfillment.application.stock_files import DroppedFile
from fulfillment.application.take_stock_file import MAX_BYTES, snapshot_of
from tests.support.till_ports import taking

NOON = "2026-11-22T12:00:00+07:00"
HEADER = "sku,location_id,on_hand,observed_at\n"


def a_file(content: str, key: str = "incoming/a.csv") -> DroppedFile:
    return DroppedFile("bucket", key, "v1", len(content))


def test_a_file_speaks_of_so_many_locations_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a limit of two, and rows of three locations
    monkeypatch.setattr(take_stock_file, "MAX_LOCATIONS", 2)
    content = HEADER + "".join(f"tee,{place},1,{NOON}\n" for place in ("senayan", "kota", "solo", "senayan"))
    take, sent, answered = taking(lambda: iter([content.encode()]))

    # When
    report = take.take(a_file(content))

    # Then the third is refused, and the first two are still known
    assert [message["location_id"] for message in sent.messages] == ["senayan", "kota", "senayan"]
    assert (report.refused, report.unknown) == (1, 1)
    assert [(row.number, fault.column) for row, fault in answered.wrong] == [
        (3, "location_id"),
        (4, "location_id"),
    ]


@pytest.mark.parametrize(("size", "begun"), [(MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_a_file_of_so_many_bytes_is_begun_and_a_larger_one_is_not(size: int, begun: bool) -> None:
    # Given a file that is said to be so large
    parts: list[bytes] = [HEADER.encode()]
    take, _sent, answered = taking(lambda: iter([parts.pop()]))

    # When
    take.take(DroppedFile("bucket", "incoming/a.csv", "v1", size))

    # Then
    assert (not parts, not answered.wrong) == (begun, begun)


@pytest.mark.parametrize(
    ("key", "location_id"),
    [
        ("incoming/a.csv", None),
        ("incoming/till-4/a.csv", None),
        ("incoming/snapshots.csv", None),
        ("incoming/snapshots/senayan/a.csv", "senayan"),
        ("incoming/snapshots/ senayan /a.csv", "senayan"),
        ("incoming/snapshots/senayan/2026/a.csv", "senayan/2026"),
        ("incoming/snapshots/a.csv", ""),
    ],
)
def test_the_folder_says_whose_snapshot_a_file_is(key: str, location_id: str | None) -> None:
    assert snapshot_of(key) == location_id


def test_a_snapshot_by_barcodes_zeroes_what_they_do_not_mean() -> None:
    # Given codes that mean SKUs in other letters
    content = f"barcode,on_hand,observed_at\ntee,4,{NOON}\n"
    take, sent, _answered = taking(lambda: iter([content.encode()]), shelves=["CAP", "TEE"])

    # When
    take.take(a_file(content, "incoming/snapshots/senayan/a.csv"))

    # Then
    assert [(message["sku"], message["on_hand"]) for message in sent.messages] == [("TEE", 4), ("CAP", 0)]
