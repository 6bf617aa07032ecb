"""The decision as it is kept: complete, small, and the same bytes when it is taken again."""

from __future__ import annotations

import json
import random
import string
import zlib
from datetime import UTC, date, time
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.application import decision_record
from fulfillment.application.decision_record import MAX_BYTES, pack
from fulfillment.domain.basket import Line, Money
from fulfillment.domain.decision import Candidate, DecisionRequest, StockPicture, Verdict, decide
from fulfillment.domain.policy import Policy
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, picture

STORES = [a_candidate("senayan", 4_000), a_candidate("kota", 9_000, methods=frozenset({"pickup"}))]
SHELVES = picture(stock("senayan", tee=3), stock("kota", tee=1))


def packed(
    request: DecisionRequest, candidates: list[Candidate], shelves: StockPicture, policy: Policy | None = None
) -> bytes:
    rules = policy or Policy(version=2)
    decision = decide(request, candidates, shelves, rules, MONDAY_NOON)
    return pack(request, candidates, shelves, rules, decision)


def unpacked(record: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(zlib.decompress(record))
    return read


def test_the_record_holds_all_that_went_in_and_what_came_out() -> None:
    record = unpacked(packed(a_delivery(a_line("tee", 2)), STORES, SHELVES))

    assert set(record) == {"request", "candidates", "stock", "policy", "decision"}
    assert record["request"]["lines"] == [["1", "tee", 2]]
    assert record["stock"] == {"tee": {"kota": [1, 0, 0], "senayan": [3, 0, 0]}}
    assert [c["location_id"] for c in record["candidates"]] == ["kota", "senayan"]
    assert record["policy"]["version"] == 2
    assert record["decision"]["status"] == "planned"
    assert record["decision"]["decided_at"] == "2026-11-23T05:00:00+00:00"
    assert {v["location_id"]: v["reason"] for v in record["decision"]["candidates"]} == {
        "senayan": "eligible",
        "kota": "method_not_offered",
    }


def test_the_order_of_what_is_looked_at_does_not_change_the_bytes() -> None:
    request = a_delivery(a_line("tee", 2), refused_by=frozenset({"x", "y", "z"}))

    turned = packed(request, STORES[::-1], dict(reversed(SHELVES.items())))

    assert packed(request, STORES, SHELVES) == turned


def test_a_decision_taken_again_from_its_record_gives_the_same_bytes() -> None:
    # Given what the record says of the shelves
    request = a_delivery(a_line("tee", 2))
    record = packed(request, STORES, picture([StockRow("tee", "senayan", 5, 1, 2, 1, MONDAY_NOON, 9)]))

    # When rows are made of it and the same is asked
    shelves = {
        (sku, location_id): StockRow(sku, location_id, *parts)
        for sku, rows in unpacked(record)["stock"].items()
        for location_id, parts in rows.items()
    }

    assert packed(request, STORES, shelves) == record


def test_what_the_decision_does_not_look_at_is_not_kept() -> None:
    shown = Line("1", "tee", 1, Money(Decimal(5), "IDR"), "Kaus untuk Dewi", "promo")

    assert "Dewi" not in zlib.decompress(packed(a_delivery(shown), STORES, SHELVES)).decode()


def a_word(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(string.ascii_letters + string.digits, k=length))


def test_the_largest_decision_there_can_be_fits() -> None:
    # Given 50 lines and 64 candidates whose names and numbers have nothing in common, and 36 that are excluded
    dice = random.Random(11)
    lines = tuple(Line(a_word(dice, 64), a_word(dice, 64), 200) for _ in range(50))
    stores = [a_candidate(a_word(dice, 64), dice.randrange(10**7), name=a_word(dice, 40)) for _ in range(100)]
    shelves = picture(
        StockRow(line.sku, store.location_id, dice.randrange(200), dice.randrange(30), dice.randrange(9))
        for line in lines
        for store in stores[:64]
    )

    record = packed(DecisionRequest("delivery", lines), stores, shelves, Policy(max_shipments=5))

    assert 20_000 < len(record) <= MAX_BYTES


def test_a_record_beyond_the_limit_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_record, "MAX_BYTES", 100)

    with pytest.raises(AssertionError):
        packed(a_delivery(), STORES, SHELVES)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (frozenset({"b", "a"}), ["a", "b"]),
        ((1, [2]), [1, [2]]),
        ({date(2026, 11, 23): time(9, 30)}, {"2026-11-23": "09:30:00"}),
        (Decimal("1.50"), "1.50"),
        (MONDAY_NOON.astimezone(UTC), "2026-11-23T05:00:00+00:00"),
        (
            Verdict("senayan", "no_stock", {"missing": 2}),
            {"location_id": "senayan", "reason": "no_stock", "detail": {"missing": 2}},
        ),
        (None, None),
    ],
)
def test_every_value_of_the_domain_becomes_plain(value: Any, plain: Any) -> None:
    assert decision_record._plain(value) == plain
