"""A till's file, line by line: what each says, or why it says nothing."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fulfillment.application.stock_files import FileRow
from fulfillment.messages.csv_text import MAX_LINE, lines
from fulfillment.messages.stock_file import CsvStockRows, read
from tests.support.till_files import notification

NOON = "2026-11-22T12:00:00+07:00"
ZONES: Mapping[str, tzinfo] = {
    "senayan": ZoneInfo("Asia/Jakarta"),
    "london": ZoneInfo("Europe/London"),
}
ONE_COUNT = [{"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": 7, "observed_at": NOON}]


def rows_of(content: str | bytes, snapshot: str | None = None) -> list[FileRow]:
    """The rows of a file."""
    data = content.encode() if isinstance(content, str) else content
    return list(CsvStockRows().rows([data], ZONES.get, snapshot))


def said(content: str | bytes, snapshot: str | None = None) -> list[Mapping[str, Any]]:
    """What the rows of a file say; nothing may be wrong with them."""
    rows = rows_of(content, snapshot)
    assert [row.faults for row in rows if row.faults] == []
    return [row.message for row in rows if row.message]


def wrong(content: str | bytes, snapshot: str | None = None) -> list[tuple[int, str | None, str]]:
    """What is wrong with a file: row, column, reason."""
    return [(r.number, f.column, f.reason) for r in rows_of(content, snapshot) for f in r.faults]


def a_count(**cells: str) -> str:
    """A file of one count, with other cells than a good one."""
    told = {"sku": "tee", "location_id": "senayan", "on_hand": "7", "observed_at": NOON} | cells
    return f"{','.join(told)}\n{','.join(told.values())}\n"


def a_movement(**cells: str) -> str:
    """A file of one movement."""
    told = {"sku": "tee", "location_id": "senayan", "movement_id": "m-1", "change": "-1", "at": NOON} | cells
    return f"{','.join(told)}\n{','.join(told.values())}\n"


# --- the ways to write a file


@pytest.mark.parametrize(
    "content",
    [
        f"sku,location_id,on_hand,observed_at\ntee,senayan,7,{NOON}\n",
        f"sku,location_id,on_hand,observed_at\ntee,senayan,7,{NOON}",
        f"sku,location_id,on_hand,observed_at\r\ntee,senayan,7,{NOON}\r\n",
        f"sku,location_id,on_hand,observed_at\rtee,senayan,7,{NOON}\r",
        f"\ufeffsku,location_id,on_hand,observed_at\ntee,senayan,7,{NOON}\n",
        f"sku;location_id;on_hand;observed_at\ntee;senayan;7;{NOON}\n",
        f'"sku","location_id","on_hand","observed_at"\n"tee","senayan","7","{NOON}"\n',
        f"observed_at, on_hand ,location_id,sku\n{NOON}, 7 , senayan , tee \n",
        f"sku,location_id,on_hand,observed_at\n\n  \n,,,\ntee,senayan,7,{NOON}\n\n",
        f"barcode,location_id,on_hand,observed_at\ntee,senayan,7,{NOON}\n",
        f"sku,barcode,location_id,on_hand,observed_at\n,tee,senayan,7,{NOON}\n",
        f"sku,barcode,location_id,on_hand,observed_at\ntee,899,senayan,7,{NOON}\n",
        f"sku,location_id,on_hand,observed_at,movement_id,change,at\ntee,senayan,+7,{NOON},,,\n",
    ],
)
def test_the_same_count_written_in_many_ways(content: str) -> None:
    assert said(content) == ONE_COUNT


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    content = f"sku,location_id,on_hand,observed_at\n\ntee,senayan,x,{NOON}\n\ntee,senayan,y,{NOON}\n"

    assert [number for number, _column, _reason in wrong(content)] == [3, 5]


def test_a_row_is_kept_as_it_came() -> None:
    (row,) = rows_of(f'sku;location_id;on_hand;observed_at\r\n"tee"; senayan;x;{NOON}\r\n')

    assert row.line == f'"tee"; senayan;x;{NOON}'


# --- headers


@pytest.mark.parametrize(
    ("header", "column", "reason"),
    [
        ("", None, "has no header"),
        (",,,", None, "has no header"),
        ("location_id,on_hand,observed_at", "sku", "is missing, and so is barcode"),
        ("sku,on_hand,observed_at", "location_id", "is missing"),
        ("sku,location_id,on_hand,when", "when", "is not known"),
        ("sku,location_id,on_hand,", "number 4", "is not known"),
        ("sku,sku,location_id,on_hand", "sku", "is there twice"),
        (f"tee,senayan,7,{NOON}", "location_id", "is missing"),
        ('"sku,location_id', None, "is no row of CSV"),
    ],
)
def test_a_header_that_is_wrong_is_all_there_is(header: str, column: str | None, reason: str) -> None:
    first, *_ = found = wrong(f"{header}\ntee,senayan,7,{NOON}\n")

    assert first[:2] == (1, column)
    assert reason in first[2]
    assert {number for number, _column, _reason in found} == {1}


@pytest.mark.parametrize(
    "header", ["sku,on_hand", "sku,on_hand,observed_at,location_id", "on_hand,observed_at"]
)
def test_a_snapshot_has_three_columns(header: str) -> None:
    assert [number for number, _column, _reason in wrong(f"{header}\n", "senayan")] == [1]


def test_a_file_of_another_encoding_is_said_to_be_that() -> None:
    ((number, column, reason),) = wrong(a_count().encode("utf-16"))

    assert (number, column) == (1, None)
    assert "is not UTF-8" in reason


# --- rows that say nothing


@pytest.mark.parametrize(
    ("content", "column", "reason"),
    [
        (a_count(sku=""), "sku", "is empty, and so is barcode"),
        (a_count(location_id=""), "location_id", "is empty"),
        (a_count(on_hand=""), "on_hand", "is empty"),
        (a_count(observed_at=""), "observed_at", "is empty"),
        (a_count(on_hand="", observed_at=""), None, "is neither a count"),
        (a_count(on_hand="seven"), "on_hand", "'seven' is not a whole number"),
        (a_count(on_hand="7.0"), "on_hand", "'7.0' is not a whole number"),
        (a_count(on_hand="NaN"), "on_hand", "'NaN' is not a whole number"),
        (a_count(on_hand="\u0667"), "on_hand", "is not a whole number"),
        (a_count(on_hand="9" * 3_000), "on_hand", "is not a whole number"),
        (a_count(on_hand="-1"), "on_hand", "greater than or equal to 0"),
        (a_count(on_hand="1000001"), "on_hand", "less than or equal to 1000000"),
        (a_count(sku="8.99E+12"), "sku", "was rounded by a spreadsheet"),
        (a_count(sku="t!"), "sku", ""),
        (a_count(location_id="sen/ayan"), "location_id", ""),
        (a_count(observed_at="22/11/2026 12:00"), "observed_at", "is not a moment"),
        (a_count(observed_at="2026-11-22"), "observed_at", "is not a moment"),
        (a_count(observed_at="2026-02-30 12:00"), "observed_at", "is not a moment"),
        (a_count(observed_at="20261122"), "observed_at", "is not a moment"),
        (a_count(observed_at="1999-11-22T12:00:00+07:00"), "observed_at", ""),
        (a_count(location_id="nowhere", observed_at="2026-11-22 12:00"), "observed_at", "the time zone of"),
        (a_count(location_id="london", observed_at="2026-10-25 01:30"), "observed_at", "happens twice"),
        (a_count(location_id="london", observed_at="2026-03-29 01:30"), "observed_at", "happens never"),
        (a_movement(movement_id=""), "movement_id", "is empty"),
        (a_movement(change=""), "change", "is empty"),
        (a_movement(change="one"), "change", "'one' is not a whole number"),
        (a_movement(at=""), "at", "is empty"),
        (a_movement(kind="gift"), "kind", "'sale'"),
        (a_movement(movement_id="a b"), "movement_id", ""),
        (a_movement(order_id="x" * 101), "order_id", "at most 100 characters"),
        (a_movement(on_hand="7"), "movement_id", "is for a movement, but on_hand"),
    ],
)
def test_a_row_that_says_nothing_names_the_column(content: str, column: str | None, reason: str) -> None:
    first, *_ = wrong(content)

    assert first[:2] == (2, column)
    assert reason in first[2]


def test_everything_that_is_wrong_with_a_row_is_said() -> None:
    assert [column for _n, column, _r in wrong(a_movement(kind="gift", movement_id="a b"))] == [
        "movement_id",
        "kind",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"tee,senayan,7", "has 3 cells, the header has 4"),
        (b"tee,senayan,7,%s,9" % NOON.encode(), "has 5 cells, the header has 4"),
        (b'tee,"senayan,7,%s' % NOON.encode(), "a quotation mark not closed"),
        (b"t\xe9e,senayan,7,%s" % NOON.encode(), "is not UTF-8"),
        (b"x" * (MAX_LINE + 1), f"has more than {MAX_LINE:,} characters"),
    ],
)
def test_a_row_that_is_none_spoils_no_other(line: bytes, reason: str) -> None:
    # Given a good row before and after it
    header, good = b"sku,location_id,on_hand,observed_at", f"tee,senayan,7,{NOON}".encode()

    # When
    rows = rows_of(b"\n".join([header, good, line, good]))

    # Then
    assert [row.message for row in rows] == [*ONE_COUNT, None, *ONE_COUNT]
    (fault,) = rows[1].faults
    assert reason in fault.reason
    assert json.loads(json.dumps(rows[1].line)).encode()


def test_what_is_not_text_is_shown_byte_by_byte() -> None:
    _good, bad = rows_of(a_count().encode() + b"t\xe9e\n")

    assert bad.line == "t\\xe9e"


# --- lines


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_the_bytes_come(size: int) -> None:
    data = "\ufeffé1\r\n2\r3\n\n€4\r".encode() + b"\xff\r\n5"

    chunks = [data[start : start + size] for start in range(0, len(data), size)]

    assert list(lines(chunks)) == ["é1", "2", "3", "", "€4", "\udcff", "5"]


def test_of_a_line_without_end_little_is_kept() -> None:
    # Given twenty megabytes without a line's end
    endless = (b"x" * 100_000 for _ in range(200))

    # When it is read
    tracemalloc.start()
    lengths = [len(line) for line in lines(endless)]
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # Then there never was more than a part of it
    assert lengths == [MAX_LINE + 1]
    assert most < 2_000_000


# --- what S3 tells


def test_names_are_written_by_s3_as_in_an_address() -> None:
    (file,) = read(notification("incoming/a b+c/é.csv", "v1", 3))

    assert (file.key, file.version_id, file.size) == ("incoming/a b+c/é.csv", "v1", 3)
