"""Keys, rows and documents: text order is time order, batches are bounded, values come back as they went in."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from fulfillment.adapters.dynamodb import keys, rows
from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.adapters.dynamodb.order_write import order_item
from fulfillment.domain.basket import Money
from fulfillment.domain.errors import Busy
from fulfillment.domain.location import Location
from fulfillment.domain.order import Order, Payment
from fulfillment.domain.policy import FloorRule, Policy
from fulfillment.domain.product import Product
from tests.support.builders import MONDAY_NOON, a_line, a_location, a_product
from tests.support.values import a_reservation

# --- keys


def test_text_order_of_instants_is_time_order() -> None:
    moments = [
        MONDAY_NOON - timedelta(days=300),
        MONDAY_NOON,
        MONDAY_NOON + timedelta(microseconds=1),
        MONDAY_NOON + timedelta(seconds=1),
        MONDAY_NOON + timedelta(days=40),
    ]

    assert all(keys.instant(a) < keys.instant(b) for a, b in pairwise(moments))


def test_an_instant_is_written_the_same_from_any_zone() -> None:
    there = MONDAY_NOON.astimezone(timezone(timedelta(hours=9)))

    assert keys.instant(there) == keys.instant(MONDAY_NOON) == "2026-11-23T05:00:00.000000Z"


def test_text_order_of_numbers_is_number_order() -> None:
    for numbered in (keys.shipment, keys.tries, keys.handover, keys.policy_version):
        assert numbered(2) < numbered(10) < numbered(100)


def test_the_most_urgent_task_stands_first() -> None:
    soon, later = MONDAY_NOON, MONDAY_NOON + timedelta(minutes=1)

    assert keys.work_due(soon, "Z~1") < keys.work_due(later, "A~1")
    assert keys.work_due(soon, "A~1") < keys.work_due(soon, "B~1")


def test_every_deadline_stands_in_one_of_the_buckets_and_all_are_used() -> None:
    used = {keys.due_bucket(f"A-{n}") for n in range(200)}

    assert used == set(keys.all_due_buckets())
    assert len(used) == keys.DUE_BUCKETS == 8
    assert {keys.look_bucket(f"A-{n}") for n in range(200)} == set(keys.all_look_buckets())
    assert used.isdisjoint(keys.all_look_buckets())


def test_an_order_never_changes_its_bucket() -> None:
    assert keys.look_bucket("A-1") == "LOOK#0"
    assert keys.due_bucket("A-1") == "DUE#0"  # written in rows: another answer would lose their deadlines


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (keys.shipment(1), "SHIPMENT#0001"),
        (keys.tries(1), "TRIES#0001"),
        (keys.handover(1), "HANDOVER#0001"),
        (keys.step(4, "c1"), "000004.c1"),
        (keys.event("000004.c1", 0), "EVENT#000004.c1#0"),
        (keys.command_of("DECISION#000004.c1.2"), "c1.2"),
        (keys.decision("c1"), "DECISION#c1"),
        (keys.stock_key("tee", "senayan"), "tee#senayan"),
        (keys.all_shelves("senayan"), "*#senayan"),
        (keys.movement_key(MONDAY_NOON, "m1"), "2026-11-23T05:00:00.000000Z#m1"),
        (keys.location_method("senayan", "pickup"), "senayan#pickup"),
        (keys.alias(" 2000 "), "=2000"),
        (keys.movement_id("m1"), "ID#m1"),
        (keys.unpaid("1f"), "UNPAID#1f"),
        (keys.place_mark("senayan"), "@senayan"),
        (keys.customer_mark("1f"), "~1f"),
        (keys.policy("default"), "POLICY#default"),
        (keys.policy_version(12), "00000012"),
        (keys.places("postal", "ID"), "POSTAL#ID"),
        (keys.places("area", "ID"), "AREA#ID"),
        (keys.zones("ID"), "ZONE#ID"),
        (keys.idempotency("arn:x", "k"), "arn:x#k"),
        (keys.sent_message("msg_1"), "message#msg_1"),
        (keys.service_name("aws-1"), "receipt#aws-1"),
        (keys.board("senayan"), "board#senayan"),
    ],
)
def test_keys_are_what_rows_out_there_have(key: str, expected: str) -> None:
    assert key == expected


def test_every_key_builder_is_held_by_a_test() -> None:
    builders = {name for name, _ in inspect.getmembers(keys, inspect.isfunction)} - {"crc32", "folded"}
    used = set(re.findall(r"keys\.(\w+)", Path(__file__).read_text()))

    assert builders <= used


# --- rows

ROW = {"sku": rows.text("tee"), "units": rows.number(-3), "at": rows.text("2026-11-23T05:00:00.000000Z")}


def test_attributes_are_read_as_they_were_written() -> None:
    assert rows.text_of(ROW, "sku") == "tee"
    assert rows.number_of(ROW, "units") == -3
    assert rows.instant_of(ROW, "at") == MONDAY_NOON


def test_an_attribute_that_is_not_there_has_its_default() -> None:
    assert (rows.number_of(ROW, "none"), rows.number_of(ROW, "none", 7)) == (0, 7)
    assert rows.instant_of(ROW, "none") is None
    with pytest.raises(KeyError):
        rows.text_of(ROW, "none")


@dataclass
class FakeTable:
    """Answers batches; leaves the last key of each unprocessed as often as it is told to."""

    lazy: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        self.asked.append(dict(RequestItems))
        request = RequestItems["Stock"]
        wanted, later = request["Keys"], []
        if self.lazy:
            self.lazy -= 1
            wanted, later = wanted[:-1], wanted[-1:]
        left = {"Stock": {**request, "Keys": later}} if later else {}
        return {"Responses": {"Stock": wanted} if wanted else {}, "UnprocessedKeys": left}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    waited: list[int] = []
    monkeypatch.setattr(rows, "pause", waited.append)
    return waited


def some_keys(count: int) -> list[dict[str, Any]]:
    return [{"sku": rows.text(f"sku{n}")} for n in range(count)]


def got(table: FakeTable, count: int, **more: Any) -> list[rows.Row]:
    return list(rows.batch_get(table, "Stock", some_keys(count), **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "calls"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
def test_keys_are_asked_for_a_hundred_at_a_time(pauses: list[int], count: int, calls: list[int]) -> None:
    table = FakeTable()

    assert got(table, count) == some_keys(count)
    assert [len(request["Stock"]["Keys"]) for request in table.asked] == calls
    assert pauses == []


def test_what_was_left_unprocessed_is_asked_for_again(pauses: list[int]) -> None:
    table = FakeTable(lazy=1)

    assert got(table, 3) == some_keys(3)
    assert [len(request["Stock"]["Keys"]) for request in table.asked] == [3, 1]
    assert pauses == [0]


def test_a_table_that_never_answers_is_given_up(pauses: list[int]) -> None:
    table = FakeTable(lazy=99)

    with pytest.raises(Busy):
        got(table, 1)

    assert len(table.asked) == rows.BATCH_ROUNDS


@pytest.mark.parametrize("consistent", [True, False])
def test_a_batch_is_consistent_when_asked_to_be(pauses: list[int], consistent: bool) -> None:
    table = FakeTable(lazy=1)

    got(table, 2, consistent=consistent)

    assert [request["Stock"]["ConsistentRead"] for request in table.asked] == [consistent] * 2


def test_all_pages_are_read() -> None:
    asked: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = [
        {"Items": [{"n": 1}, {"n": 2}], "LastEvaluatedKey": {"n": 2}},
        {"Items": [], "LastEvaluatedKey": {"n": 3}},
        {"Items": [{"n": 4}]},
    ]

    def query(**request: Any) -> dict[str, Any]:
        asked.append(dict(request))
        return answers[len(asked) - 1]

    assert list(rows.pages(query, TableName="Stock")) == [{"n": 1}, {"n": 2}, {"n": 4}]
    assert [request.get("ExclusiveStartKey") for request in asked] == [None, {"n": 2}, {"n": 3}]
    assert {request["TableName"] for request in asked} == {"Stock"}


@pytest.mark.parametrize(("items", "runs"), [([], []), ([1], [[1]]), ([1, 2, 3], [[1, 2], [3]])])
def test_runs_are_of_at_most_so_many(items: list[int], runs: list[list[int]]) -> None:
    assert list(rows.chunks(items, 2)) == runs


# --- rows that are paid by the KB


def test_a_row_that_fits_into_a_kb_stays_readable() -> None:
    row = {"order_id": rows.text("A-1"), "document": rows.text("x" * 1005)}

    assert rows.packed(row, "document") == row
    assert rows.text_of(row, "document") == "x" * 1005


def test_a_row_that_would_begin_a_second_kb_is_packed_and_reads_the_same() -> None:
    told = "Sagara Menteng é, " * 60
    row = {"order_id": rows.text("A-1"), "holds": {"SS": ["tee", "cap"]}, "document": rows.text(told)}

    packed = rows.packed(row, "document")

    assert packed["holds"] == row["holds"]
    assert len(packed["document"]["B"]) < 100
    assert rows.text_of(packed, "document") == told


def test_the_same_value_is_packed_into_the_same_bytes() -> None:
    order = a_reservation(lines=tuple(a_line(f"tee{n}", 1, str(n)) for n in range(50)))

    again = from_document(Order, rows.text_of(order_item(order, MONDAY_NOON), "document"))
    assert order_item(replace(again, shipments=order.shipments), MONDAY_NOON) == order_item(
        order, MONDAY_NOON
    )
    assert set(order_item(order, MONDAY_NOON)["document"]) == {"B"}


# --- documents


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Location, a_location("senayan", capacity={"pickup": 3}, groups=("java", "outlet"))),
        (Product, a_product("tee")),
        (Policy, Policy(floors=(FloorRule(1, kinds=("store",)),))),
        (
            Order,
            a_reservation(
                payment=Payment("pending", "qris", Money(Decimal("199000.50"), "IDR"), MONDAY_NOON)
            ),
        ),
    ],
)
def test_a_value_comes_back_as_it_went_in(kind: type[Any], value: Any) -> None:
    assert from_document(kind, to_document(value)) == value


def test_the_same_order_gives_the_same_bytes() -> None:
    document = to_document(a_reservation())

    assert to_document(from_document(Order, document)) == document


def test_money_keeps_every_digit() -> None:
    paid = Payment("captured", "card", Money(Decimal("0.10"), "IDR"))

    assert from_document(Payment, to_document(paid)).amount_due == Money(Decimal("0.10"), "IDR")
    assert '"0.10"' in to_document(paid)


def test_a_moment_is_still_utc() -> None:
    order = from_document(Order, to_document(a_reservation()))

    assert order.created_at == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert order.created_at.utcoffset() == timedelta()


def test_a_document_of_something_else_is_refused() -> None:
    with pytest.raises(ValidationError):
        from_document(Order, to_document(a_product("tee")))
