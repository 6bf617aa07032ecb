"""Any file of a till: what was meant arrives, and no bytes at all keep it from being answered."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.application.stock_files import DroppedFile
from fulfillment.messages import stock
from fulfillment.messages.csv_text import lines
from tests.support.till_ports import taking

FIRST = datetime(2026, 10, 1, tzinfo=UTC)  # the files are taken in November
MOMENTS = st.builds(
    lambda minutes, offset: (FIRST + timedelta(minutes=minutes)).astimezone(offset).isoformat(),
    st.integers(0, 70_000),
    st.sampled_from([UTC, datetime.fromisoformat("2026-01-01T00:00:00+08:00").tzinfo]),
)
CODES = st.from_regex(r"[A-Wa-w0-9][A-Za-z0-9._/]{0,20}", fullmatch=True).filter(
    lambda code: not code[:1].isdigit()
)
ABOUT = {"sku": CODES, "location_id": st.just("senayan")}
COUNTS = st.fixed_dictionaries(
    {"type": st.just("count"), **ABOUT, "on_hand": st.integers(0, 1_000_000), "observed_at": MOMENTS}
)
MOVEMENTS = st.fixed_dictionaries(
    {
        "type": st.just("movement"),
        **ABOUT,
        "movement_id": st.text(
            st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20
        ),
        "change": st.integers(-1_000_000, 1_000_000),
        "at": MOMENTS,
    },
    optional={"kind": st.sampled_from(["sale", "return", "receipt", "adjustment"]), "order_id": CODES},
)
COLUMNS = ("sku", "location_id", "on_hand", "observed_at", "movement_id", "change", "at", "kind", "order_id")
HABITS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;"),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    }
)


def a_file(size: int, key: str = "incoming/a.csv") -> DroppedFile:
    """What S3 tells of it."""
    return DroppedFile("bucket", key, "v1", size)


def written(messages: list[dict[str, Any]], mark: bool, habits: dict[str, Any]) -> bytes:
    """The file that a till with these habits makes of messages."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, extrasaction="ignore", **habits)
    rows.writeheader()
    rows.writerows(messages)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


@given(st.lists(st.one_of(COUNTS, MOVEMENTS), max_size=20), st.booleans(), HABITS, st.integers(1, 5_000))
def test_what_was_meant_arrives_however_it_was_written(
    messages: list[dict[str, Any]], mark: bool, habits: dict[str, Any], part: int
) -> None:
    # Given a file, which comes in parts of any size
    data = written(messages, mark, habits)
    take, sent, answered = taking(lambda: (data[n : n + part] for n in range(0, len(data), part)))

    # When
    report = take.take(a_file(len(data)))

    # Then each row is its message, under the SKU that its code means
    assert answered.wrong == []
    assert sent.messages == [{**message, "sku": message["sku"].upper()} for message in messages]
    assert (report.rows, report.sent, report.refused) == (len(messages), len(messages), 0)


ODD_LINES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(["tee", "senayan", "7", "-1", "", '"', "2026-10-01 09:00", "x" * 70, "\x00", "é"]),
        max_size=6,
    ).map(lambda cells: ",".join(cells).encode()),
)


@given(
    st.sampled_from([b"", b"sku,location_id,on_hand,observed_at\n", b"sku,on_hand,observed_at\n"]),
    st.lists(ODD_LINES, max_size=12),
    st.sampled_from(["incoming/a.csv", "incoming/snapshots/senayan/a.csv"]),
)
def test_no_bytes_keep_a_file_from_being_answered(header: bytes, odd: list[bytes], key: str) -> None:
    # Given any bytes under any header
    data = header + b"\n".join(odd)
    take, sent, answered = taking(lambda: iter([data]), shelves=["CAP"])

    # When
    report = take.take(a_file(len(data), key))

    # Then it is answered, each row is sent or named, and what is sent is what the queue takes
    assert answered.report == report
    named = {row.number for row, _fault in answered.wrong}
    assert report.rows <= len(list(lines([data])))
    assert report.sent - report.zeroed + report.refused >= report.rows
    assert bool(named) is bool(report.refused or report.unknown)
    assert not (named and report.zeroed)
    for message in sent.messages:
        stock.read(json.dumps(message))
