"""The decision as it is kept: complete, small, and the same bytes when it is taken again."""

from __future__ import annotations

import json
import random
import string
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.application import decision_record
from fulfillment.application.decision_record import (
    MAX_BYTES,
    canonical,
    first_difference,
    pack,
    replay,
    unpack,
)
from fulfillment.application.plain_values import Unreadable
from fulfillment.domain.basket import Line, Money
from fulfillment.domain.decision import Allocation, DecisionRequest, Item, Shortfall, decide
from fulfillment.domain.policy import Calendar, CostRates, FloorRule, LocationFilter, Policy, SplitRules
from fulfillment.domain.routing.candidate import Candidate, StockPicture, Verdict
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, picture

STORES = [a_candidate("senayan", 4_000), a_candidate("kota", 9_000, methods=frozenset({"pickup"}))]
SHELVES = picture(stock("senayan", tee=3), stock("kota", tee=1))
BEYOND = (Verdict("*", "outside_ring", {"count": 7, "nearest_m": 90_000}),)


def packed(
    request: DecisionRequest,
    candidates: list[Candidate],
    shelves: StockPicture,
    policy: Policy | None = None,
    outside: tuple[Verdict, ...] = (),
) -> bytes:
    rules = policy or Policy(version=2)
    decision = decide(request, candidates, shelves, rules, MONDAY_NOON, outside)
    return pack(request, candidates, shelves, rules, decision)


def plain(record: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(zlib.decompress(record))
    return read


def test_the_record_holds_all_that_went_in_and_what_came_out() -> None:
    record = plain(packed(a_delivery(a_line("tee", 2)), STORES, SHELVES))

    assert set(record) == {"format", "request", "candidates", "stock", "policy", "decision"}
    assert record["request"]["lines"] == [["1", "tee", 2, None, None]]
    assert [c["location_id"] for c in record["candidates"]] == ["kota", "senayan"]
    assert record["stock"] == {"tee": [[0, 1], [1, 3]]}
    assert record["policy"]["version"] == 2
    assert record["decision"]["status"] == "planned"
    assert record["decision"]["decided_at"] == "2026-11-23T05:00:00+00:00"
    assert [(place, reason) for place, reason, _ in record["decision"]["candidates"]] == [
        (0, "method_not_offered"),
        (1, "chosen"),
    ]


def test_what_was_packed_comes_back_as_it_was() -> None:
    # Given a request with everything that a decision looks at
    line = Line("1", "tee", 2, Money(Decimal("199000.50"), "IDR"), keep_together="gift")
    request = a_delivery(
        line,
        a_line("cap", 9, "2"),
        refused_by=frozenset({"x", "a"}),
        items={"tee": Item(200, ("bestseller",), Decimal(199))},
        needed_by=MONDAY_NOON.replace(year=2027),
    )
    shelves = picture([StockRow("tee", "senayan", 5, 1, 2, unit_value=Decimal("9.5"), backorderable=True)])

    # When it is packed and unpacked
    found = unpack(packed(request, STORES, shelves, outside=BEYOND))

    # Then
    assert found.request == request
    assert [c.location_id for c in found.candidates] == ["kota", "senayan"]
    assert found.stock == shelves
    assert found.outside == BEYOND
    assert found.decision == decide(request, STORES, shelves, Policy(version=2), MONDAY_NOON, BEYOND)


def test_the_order_of_what_is_looked_at_does_not_change_the_bytes() -> None:
    request = a_delivery(a_line("tee", 2), refused_by=frozenset({"x", "y", "z"}))

    turned = packed(request, STORES[::-1], dict(reversed(SHELVES.items())))

    assert packed(request, STORES, SHELVES) == turned


def test_a_decision_taken_again_from_its_record_gives_the_same_bytes() -> None:
    record = packed(a_delivery(a_line("tee", 2)), STORES, SHELVES, outside=BEYOND)

    assert replay(record).difference == ""


def test_the_first_difference_is_told_in_the_decisions_own_words() -> None:
    # Given a record in which somebody changed the plan
    record = plain(packed(a_delivery(a_line("tee", 2)), STORES, SHELVES))
    record["decision"]["shipments"][0]["distance_m"] = 3_999
    forged = zlib.compress(json.dumps(record, separators=(",", ":"), sort_keys=True).encode())

    # Then taking it again shows where
    assert replay(forged).difference == "decision.shipments.0.distance_m was 3999, is 4000"


def test_a_record_that_was_written_differently_is_not_the_same_though_its_values_are() -> None:
    record = plain(packed(a_delivery(a_line("tee", 2)), STORES, SHELVES))

    spaced = zlib.compress(json.dumps(record).encode())

    assert replay(spaced).difference == "record: the same values, written differently"


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "x.a.1.b was 2, is 3"),
        ({"a": 1}, {}, "x.a was 1, is nothing"),
        ([1], [1, 2], "x was [1], is [1,2]"),
        ({"a": None}, {"a": None}, ""),
        ("q" * 90, "r", f'x was "{"q" * 76}..., is "r"'),
    ],
)
def test_the_first_difference(before: Any, after: Any, difference: str) -> None:
    assert first_difference(before, after, "x") == difference


def test_what_the_decision_does_not_look_at_is_not_kept() -> None:
    # Given lines as the shop showed them, and a policy of a large chain
    shown = Line("1", "tee", 1, None, "Kaus untuk Dewi", "promo")
    policy = Policy(
        groups={"java": ("senayan", *(f"java-{n}" for n in range(1_000)))},
        locations=LocationFilter(include_groups=("java",)),
        floors=(FloorRule(1, skus=("cap",)), FloorRule(2, tags=("rare",)), FloorRule(1, skus=("tee", "cap"))),
        calendars=(Calendar("lebaran", (date(2027, 3, 10),)),),
    )
    stores = [a_candidate("senayan", name="Toko Dewi", groups=("brand", "java"), attributes={"weekly": 3})]

    # When
    record = packed(a_delivery(shown), stores, SHELVES, policy)

    # Then
    kept = plain(record)
    assert "Dewi" not in canonical(record).decode()
    assert kept["policy"]["groups"] == {"java": ["senayan"]}
    assert kept["policy"]["floors"] == [{"units": 1, "skus": ["tee"]}]
    assert kept["policy"]["calendars"] == [{"name": "lebaran"}]
    assert kept["candidates"][0]["groups"] == ["java"]
    assert "attributes" not in kept["candidates"][0]
    assert kept["stock"] == {"tee": [[0, 3]]}
    assert replay(record).difference == ""


def test_what_a_retailers_own_rule_may_look_at_is_kept() -> None:
    stores = [a_candidate("senayan", attributes={"weekly_sales": Decimal("1.5")}, groups=("brand",))]

    found = unpack(packed(a_delivery(), stores, SHELVES, Policy(objectives=("slow_movers",))))

    assert found.candidates[0].attributes == {"weekly_sales": Decimal("1.5")}
    assert found.candidates[0].groups == ("brand",)
    assert [o.name for o in found.decision.objectives] == ["slow_movers"]


def a_word(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(string.ascii_letters + string.digits, k=length))


def test_the_largest_decision_there_can_be_fits() -> None:
    # Given 50 lines, 64 candidates and 36 that are excluded, whose names and numbers have nothing in common
    dice = random.Random(11)
    lines = tuple(Line(a_word(dice, 64), a_word(dice, 64), 1) for _ in range(50))
    items = {
        line.sku: Item(dice.randrange(9_999), (a_word(dice, 20),), Decimal(dice.randrange(10**6)))
        for line in lines
    }
    stores = [
        a_candidate(
            a_word(dice, 64),
            dice.randrange(10**7),
            name=a_word(dice, 200),
            groups=tuple(a_word(dice, 20) for _ in range(20)),
            refusal_rate=Decimal(dice.randrange(1_000)) / 1_000,
            queued=dice.randrange(100),
            attributes={a_word(dice, 40): a_word(dice, 100) for _ in range(20)},
        )
        for _ in range(100)
    ]
    shelves = picture(
        StockRow(
            line.sku,
            store.location_id,
            100 + dice.randrange(100),
            dice.randrange(30),
            dice.randrange(9),
            unit_value=Decimal(dice.randrange(10**6)),
        )
        for line in lines
        for store in stores[:64]
    )
    policy = Policy(
        split=SplitRules(5),
        costs=CostRates(per_unit=Decimal("12.5")),
        groups={a_word(dice, 30): tuple(a_word(dice, 64) for _ in range(100)) for _ in range(20)},
        floors=tuple(FloorRule(1, skus=tuple(a_word(dice, 30) for _ in range(100))) for _ in range(20)),
    )

    request = DecisionRequest("delivery", lines, items=items)
    decision = decide(request, stores, shelves, policy, MONDAY_NOON, BEYOND)

    # When five of them send something of every line, and something of every line is missing
    (shipment,) = decision.shipments
    parts = tuple(Allocation(x.line_id, x.sku, dice.randrange(99), dice.randrange(9)) for x in lines)
    largest = replace(
        decision,
        shipments=tuple(replace(shipment, location_id=s.location_id, allocations=parts) for s in stores[:5]),
        unfilled=tuple(Shortfall(x.line_id, x.sku, dice.randrange(99), dice.randrange(99)) for x in lines),
    )
    record = pack(request, stores, shelves, policy, largest)

    # Then
    assert 20_000 < len(record) <= MAX_BYTES
    assert unpack(record).decision == largest


def test_a_record_beyond_the_limit_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_record, "MAX_BYTES", 100)

    with pytest.raises(AssertionError):
        packed(a_delivery(), STORES, SHELVES)


SOUND = packed(a_delivery(), STORES, SHELVES)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no record",
        SOUND[:-5],
        zlib.compress(b"no JSON"),
        zlib.compress(b"[]"),
        zlib.compress(b'{"format":99}'),
        zlib.compress(b'{"format":1}'),
        zlib.compress(canonical(SOUND).replace(b'"kind":"store",', b'"colour":"red",', 1)),
        zlib.compress(b" " * (decision_record.MAX_JSON_BYTES + 1)),
    ],
)
def test_bytes_that_are_no_record_are_unreadable(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(broken)


def test_a_record_names_the_policy_that_it_was_taken_by() -> None:
    found = unpack(packed(a_delivery(), STORES, SHELVES, replace(Policy(), name="nearest", version=7)))

    assert (found.policy.name, found.decision.policy_name, found.decision.policy_version) == (
        "nearest",
        "nearest",
        7,
    )


def test_attributes_that_are_too_much_to_keep_cost_the_replay_and_not_the_order() -> None:
    # Given an own rule, and a hundred stores of which much is known
    dice = random.Random(12)
    policy = Policy(objectives=("slow_movers", "distance"))
    known = [{a_word(dice, 40): a_word(dice, 100) for _ in range(20)} for _ in range(100)]
    stores = [a_candidate(f"s{n}", 1_000 + n, attributes=about) for n, about in enumerate(known)]
    shelves = picture(*(stock(store.location_id, tee=1) for store in stores))

    kept = packed(a_delivery(), stores, shelves, policy)

    assert len(kept) <= MAX_BYTES
    record = unpack(kept)
    assert (record.shortened, record.decision.status) == (True, "planned")
    with pytest.raises(Unreadable, match="too much"):
        replay(kept)


def test_an_own_rule_that_looks_at_names_is_taken_again() -> None:
    policy = Policy(objectives=("slow_movers", "distance"))
    stores = [a_candidate("a", attributes={"weekly_sales": 3}), a_candidate("b")]

    record = unpack(packed(a_delivery(), stores, picture(stock("a", tee=1)), policy))

    assert [c.name for c in record.candidates] == ["A", "B"]
