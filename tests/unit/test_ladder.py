"""What is tried when nothing fits: rings, more parcels, part of the order, a backorder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from fulfillment.domain.decision import Decision, decide
from fulfillment.domain.policy import Fallback, Policy, SplitRules
from fulfillment.domain.routing.attempt import Able, Attempt, Question
from fulfillment.domain.routing.candidate import StockPicture
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, a_pickup, picture

STORES = [
    a_candidate(name, 10_000 * n) for n, name in enumerate("abcd", start=1)
]  # 10, 20, 30 and 40 km away


def decided(*lines: tuple[str, int], on: StockPicture, policy: Policy) -> Decision:
    request = a_delivery(*(a_line(sku, units, str(n)) for n, (sku, units) in enumerate(lines, start=1)))
    return decide(request, STORES, on, policy, MONDAY_NOON)


def supplied(decision: Decision) -> dict[str, int]:
    """Units by location."""
    return {s.location_id: sum(a.quantity for a in s.allocations) for s in decision.shipments}


def reasons(decision: Decision) -> dict[str, str]:
    return {v.location_id: v.reason for v in decision.candidates}


def test_a_wider_ring_is_looked_at_only_where_the_inner_one_has_no_plan() -> None:
    policy = Policy(rings_km=(20, 40))
    shelves = picture(stock("a", tee=10), stock("b", tee=10), stock("c", tee=20))

    inner = decided(("tee", 20), on=shelves, policy=policy)
    wider = decided(("tee", 31), on=shelves, policy=policy)

    assert supplied(inner) == {"a": 10, "b": 10}
    assert reasons(inner) == {"a": "chosen", "b": "chosen", "c": "outside_ring", "d": "no_stock"}
    assert supplied(wider) == {"a": 10, "b": 10, "c": 11}


def test_nothing_is_supplied_from_beyond_the_last_ring() -> None:
    decision = decided(("tee", 1), on=picture(stock("d", tee=1)), policy=Policy(rings_km=(20, 30)))

    assert (decision.status, reasons(decision)["d"]) == ("unfillable", "outside_ring")
    assert decision.unfilled[0].left == 0


def test_a_location_whose_distance_is_unknown_is_in_no_ring() -> None:
    lost = a_candidate("lost", None)

    decision = decide(
        a_delivery(), [lost], picture(stock("lost", tee=1)), Policy(rings_km=(20_000,)), MONDAY_NOON
    )

    assert decision.status == "unfillable"


def test_more_parcels_are_allowed_when_the_wished_number_is_too_few() -> None:
    shelves = picture(*(stock(name, tee=1) for name in "abcd"))
    strict = Policy(split=SplitRules(2))
    wider = replace(strict, fallback=(Fallback("more_shipments", 3), Fallback("more_shipments", 4)))

    assert decided(("tee", 3), on=shelves, policy=strict).status == "unfillable"
    assert supplied(decided(("tee", 3), on=shelves, policy=wider)) == {"a": 1, "b": 1, "c": 1}
    assert len(supplied(decided(("tee", 4), on=shelves, policy=wider))) == 4


def test_part_of_an_order_is_the_most_that_can_be_had_in_the_parcels_allowed() -> None:
    # Given two near stores with one unit, and two far ones with three
    shelves = picture(stock("a", tee=1), stock("b", tee=1), stock("c", tee=3), stock("d", tee=3))
    policy = Policy(split=SplitRules(2), fallback=(Fallback("part"),))

    decision = decided(("tee", 9), on=shelves, policy=policy)

    assert (decision.status, supplied(decision)) == ("partial", {"c": 3, "d": 3})
    assert [(s.quantity, s.left) for s in decision.unfilled] == [(3, 8)]
    assert (decision.objectives[0].name, decision.objectives[0].value) == ("missing", 3)


def test_part_is_not_taken_where_the_whole_can_be_had() -> None:
    policy = Policy(fallback=(Fallback("part"),))

    decision = decided(("tee", 3), on=picture(*(stock(name, tee=1) for name in "abc")), policy=policy)

    assert (decision.status, len(decision.shipments)) == ("planned", 3)


def test_what_is_not_there_is_promised_by_a_location_that_may_promise_it() -> None:
    shelves = picture(stock("a", tee=2), [replace(stock("d", tee=1)[0], backorderable=True)])
    policy = Policy(fallback=(Fallback("backorder"),))
    also_part = Policy(fallback=(Fallback("part"), Fallback("backorder")))

    later = decided(("tee", 5), on=shelves, policy=policy)
    nobody_promises_the_cap = decided(("tee", 5), ("cap", 1), on=shelves, policy=policy)
    part = decided(("tee", 5), ("cap", 1), on=shelves, policy=also_part)

    assert (later.status, supplied(later)) == ("backordered", {"a": 2, "d": 1})
    assert [(s.quantity, s.backordered_at) for s in later.unfilled] == [(2, "d")]
    assert (nobody_promises_the_cap.status, supplied(nobody_promises_the_cap)) == ("unfillable", {})
    assert [s.backordered_at for s in nobody_promises_the_cap.unfilled] == [None, None]
    assert (part.status, supplied(part)) == ("partial", {"a": 2, "d": 1})


def test_the_first_in_order_promises_what_nobody_has() -> None:
    empty = picture([replace(row, backorderable=True) for name in "ab" for row in stock(name, tee=0)])
    policy = Policy(choose="in_order", objectives=("rank",), fallback=(Fallback("backorder"),))
    stores = [a_candidate("a", 1_000, rank=2), a_candidate("b", 2_000, rank=1)]

    decision = decide(a_delivery(), stores, empty, policy, MONDAY_NOON)

    assert [s.backordered_at for s in decision.unfilled] == ["b"]


def test_an_order_of_which_nothing_is_there_can_be_promised_whole() -> None:
    empty = picture([replace(row, backorderable=True) for name in "ab" for row in stock(name, tee=0)])

    decision = decided(
        ("tee", 5), on=empty, policy=Policy(fallback=(Fallback("part"), Fallback("backorder")))
    )

    assert (decision.status, decision.shipments) == ("backordered", ())
    assert [(s.quantity, s.backordered_at) for s in decision.unfilled] == [(5, "a")]


def test_nobody_beyond_the_last_ring_promises_anything() -> None:
    far = picture([replace(stock("d", tee=0)[0], backorderable=True)])
    policy = Policy(rings_km=(30,), fallback=(Fallback("backorder"),))

    assert decided(("tee", 1), on=far, policy=policy).status == "unfillable"
    assert decided(("tee", 1), on=far, policy=replace(policy, rings_km=(40,))).status == "backordered"


def test_without_the_rung_nothing_is_promised_for_later() -> None:
    shelves = picture([replace(stock("a", tee=0)[0], backorderable=True)])

    decision = decided(("tee", 1), on=shelves, policy=Policy(fallback=(Fallback("part"),)))

    assert (decision.status, decision.unfilled[0].backordered_at) == ("unfillable", None)


def test_a_pickup_is_never_more_than_one_store_whatever_the_ladder_allows() -> None:
    shelves = picture(stock("a", tee=1), stock("b", tee=1))
    policy = Policy(fallback=(Fallback("more_shipments", 4),))

    decision = decide(a_pickup("a", a_line("tee", 2)), STORES, shelves, policy, MONDAY_NOON)

    assert decision.status == "unfillable"


def test_a_rung_that_allows_nothing_more_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a ladder of which nothing helps: there is no unit of it anywhere
    tried: list[tuple[int, bool]] = []
    whole = Question.attempt

    def counted(
        question: Question, able: Sequence[Able], most: int, may_lack: Collection[str] = ()
    ) -> Attempt:
        tried.append((most, bool(may_lack)))
        return whole(question, able, most, may_lack)

    monkeypatch.setattr(Question, "attempt", counted)
    ladder = (Fallback("more_shipments", 4), Fallback("part"), Fallback("backorder"))

    decided(("tee", 1), on={}, policy=Policy(fallback=ladder))

    assert tried == [(3, False), (4, False), (4, True)]
