"""The search for the best set of locations: its order, its ties, and what it says when it is cut short."""

from __future__ import annotations

import pytest

from fulfillment.domain.decision import decide
from fulfillment.domain.policy import Policy, SplitRules
from fulfillment.domain.routing import attempt, search
from fulfillment.domain.routing.search import (
    Budget,
    Filling,
    Found,
    Guesses,
    Holders,
    Problem,
    Supplier,
    best_plans,
)
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, picture


def found(needs: dict[str, int], *suppliers: Supplier, most: int = 3, steps: int = 1_000) -> Found:
    """The best sets when filling is free and always works."""
    problem = Problem(
        suppliers,
        needs,
        most,
        lambda _ids, _limit: Filling(0, 0, ()),
        plain=True,
        guesses=lambda _size: Guesses((0, 0), [supplier.values for supplier in suppliers]),
        latest=(False, False),
    )
    return best_plans(problem, Budget(steps))


def sets(search_: Found) -> list[tuple[str, ...]]:
    return [plan.location_ids for plan in search_.plans]


def a_supplier(location_id: str, metres: int, **units: int) -> Supplier:
    return Supplier(location_id, (1, metres), units)


def test_one_far_location_beats_two_near_ones_and_the_pair_is_second() -> None:
    search_ = found(
        {"a": 1, "b": 1}, a_supplier("x", 1, a=1), a_supplier("y", 1, b=1), a_supplier("z", 9, a=1, b=1)
    )

    assert sets(search_) == [("z",), ("x", "y")]
    assert [plan.values for plan in search_.plans] == [(1, 9), (2, 2)]
    assert search_.bound is None


def test_a_set_with_a_needless_member_is_no_plan() -> None:
    assert sets(found({"a": 1}, a_supplier("x", 1, a=1), a_supplier("y", 1, b=1))) == [("x",)]


def test_of_equals_the_first_ids_are_taken() -> None:
    suppliers = [a_supplier(name, 5, a=1) for name in "dbca"]

    assert sets(found({"a": 2}, *suppliers)) == [("a", "b"), ("a", "c")]


def test_no_more_members_than_allowed() -> None:
    suppliers = [a_supplier(name, 1, a=1) for name in "abc"]

    assert sets(found({"a": 3}, *suppliers, most=2)) == []
    assert sets(found({"a": 3}, *suppliers, most=3)) == [("a", "b", "c")]


def test_holders_know_who_has_how_much() -> None:
    holders = Holders([0, 3, 1, 3])

    assert [holders.of(n) for n in (1, 2, 3, 4)] == [0b1110, 0b1010, 0b1010, 0]
    assert holders.most == 3


def test_a_search_cut_short_says_how_much_better_a_plan_could_be() -> None:
    # Given a hundred stores with one of two things, where pairs have to be tried
    suppliers = [a_supplier(f"s{n:03}", n, **{"a" if n % 2 else "b": 1}) for n in range(100)]

    whole = found({"a": 2, "b": 2}, *suppliers, most=4, steps=1_000_000)
    cut = found({"a": 2, "b": 2}, *suppliers, most=4, steps=20)

    assert whole.bound is None
    assert cut.bound is not None
    assert cut.bound <= whole.plans[0].values
    assert all(cut.bound <= plan.values for plan in cut.plans)


def test_a_decision_whose_search_was_cut_short_is_not_proven_and_gives_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempt, "Budget", lambda: search.Budget(3))
    stores = [a_candidate(name, 1_000 * n) for n, name in enumerate("abcd", start=1)]
    shelves = picture(*(stock(name, tee=1) for name in "abcd"))

    decision = decide(a_delivery(a_line("tee", 3)), stores, shelves, Policy(split=SplitRules(3)), MONDAY_NOON)

    assert not decision.proven
    assert [o.name for o in decision.bound] == ["other_zone", "shipments", "distance"]
    assert [o.value for o in decision.bound] <= [0, 3, 6_000]
