"""What a policy says of locations: floors, filters, objectives, own rules, filling in order, and whom it is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.domain.carrier import Carrier
from fulfillment.domain.decision import Decision, Item, decide
from fulfillment.domain.policy import (
    AppliesTo,
    FloorRule,
    LocationFilter,
    OrderFacts,
    Policy,
    SplitRules,
    policy_for,
)
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.routing.registry import RULES, RuleView, rule
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, a_pickup, a_promise, picture

THREE_TEES = picture(stock("a", tee=3))


def one(policy: Policy, candidate: Candidate | None = None, **more: Any) -> Decision:
    """One tee of store ``a``, which has three."""
    return decide(a_delivery(**more), [candidate or a_candidate("a")], THREE_TEES, policy, MONDAY_NOON)


def supplied(decision: Decision) -> dict[str, int]:
    """Units by location."""
    return {s.location_id: sum(a.quantity for a in s.allocations) for s in decision.shipments}


# --- floors

CLOSING = a_candidate(
    "a", opens_at=MONDAY_NOON - timedelta(hours=2), closes_at=MONDAY_NOON + timedelta(hours=1)
)
OPENING = a_candidate(
    "a", opens_at=MONDAY_NOON + timedelta(minutes=10), closes_at=MONDAY_NOON + timedelta(hours=1)
)


@pytest.mark.parametrize(
    ("floor", "candidate", "kept"),
    [
        (FloorRule(3), a_candidate("a"), True),
        (FloorRule(2), a_candidate("a"), False),
        (FloorRule(3, kinds=("store",)), a_candidate("a"), True),
        (FloorRule(3, kinds=("warehouse",)), a_candidate("a"), False),
        (FloorRule(3, groups=("java",)), a_candidate("a", groups=("java",)), True),
        (FloorRule(3, groups=("java",)), a_candidate("a"), False),
        (FloorRule(3, groups=("flagship",)), a_candidate("a"), True),  # the policy names it
        (FloorRule(3, skus=("tee", "cap")), a_candidate("a"), True),
        (FloorRule(3, skus=("cap",)), a_candidate("a"), False),
        (FloorRule(3, tags=("hot",)), a_candidate("a"), True),
        (FloorRule(3, tags=("cold",)), a_candidate("a"), False),
        (FloorRule(3, methods=("delivery",)), a_candidate("a"), True),
        (FloorRule(3, methods=("pickup",)), a_candidate("a"), False),
        (FloorRule(3, hours_before_closing=1), CLOSING, True),
        (FloorRule(3, hours_before_closing=0.9), CLOSING, False),
        (FloorRule(3, hours_before_closing=24), OPENING, False),
        (FloorRule(3, hours_before_closing=24), a_candidate("a"), False),
        (FloorRule(3, kinds=("store",), skus=("cap",)), a_candidate("a"), False),
    ],
)
def test_a_floor_is_kept_where_all_that_it_asks_for_holds(
    floor: FloorRule, candidate: Candidate, kept: bool
) -> None:
    policy = Policy(floors=(floor,), groups={"flagship": ("a",)})

    decision = one(policy, candidate, items={"tee": Item(tags=("hot",))})

    assert decision.status == ("unfillable" if kept else "planned")


def test_the_last_floor_that_holds_wins() -> None:
    strict_then_loose = Policy(floors=(FloorRule(3), FloorRule(1, skus=("tee",))))
    loose_then_strict = Policy(floors=(FloorRule(1, skus=("tee",)), FloorRule(3)))

    assert one(strict_then_loose).shipments[0].allocations[0].floor == 1
    assert one(loose_then_strict).candidates[0].detail == {"distance_m": 1_000, "available": 3, "floor": 3}


# --- filters


@pytest.mark.parametrize(
    ("rule_", "reason"),
    [
        (LocationFilter(include_groups=("java",)), "chosen"),
        (LocationFilter(include_groups=("bali", "java")), "chosen"),
        (LocationFilter(include_groups=("bali",)), "group_excluded"),
        (LocationFilter(exclude_groups=("java",)), "group_excluded"),
        (LocationFilter(exclude_groups=("named",)), "group_excluded"),
        (LocationFilter(include_groups=("java",), exclude_groups=("java",)), "group_excluded"),
        (LocationFilter(kinds=("store", "locker")), "chosen"),
        (LocationFilter(kinds=("warehouse",)), "kind_excluded"),
        (LocationFilter(max_distance_km=1), "chosen"),
        (LocationFilter(max_distance_km=0.999), "too_far"),
    ],
)
def test_a_location_that_the_policy_leaves_out_hears_why(rule_: LocationFilter, reason: str) -> None:
    policy = Policy(locations=rule_, groups={"named": ("a",)})

    decision = one(policy, a_candidate("a", groups=("java",)))

    assert decision.candidates[0].reason == reason


def test_a_location_without_a_point_passes_no_limit_of_distance() -> None:
    decision = one(Policy(locations=LocationFilter(max_distance_km=20_000)), a_candidate("a", None))

    assert decision.candidates[0].reason == "no_coordinates"


def test_a_promise_that_comes_too_late_is_none() -> None:
    promised = a_candidate("a", promise=a_promise(at=MONDAY_NOON + timedelta(hours=2)))

    in_time = one(Policy(), promised, needed_by=MONDAY_NOON + timedelta(hours=2))
    too_late = one(Policy(), promised, needed_by=MONDAY_NOON + timedelta(hours=1))

    assert (in_time.status, too_late.candidates[0].reason) == ("planned", "misses_promise")


@pytest.mark.parametrize(
    ("foreign", "groups", "reason"),
    [(True, ("java",), "no_carrier"), (False, (), "no_carrier"), (False, ("java",), "not_open_soon")],
)
def test_where_no_carrier_goes_nothing_is_promised_and_the_verdict_says_so(
    foreign: bool, groups: tuple[str, ...], reason: str
) -> None:
    policy = Policy(carriers=(Carrier("kurir", {1: time(15)}, {"same": 1}, groups=("java",)),))

    decision = one(policy, a_candidate("a", foreign=foreign, groups=groups, promise=None))

    assert decision.candidates[0].reason == reason


# --- objectives

TWO = {"near": a_candidate("near", 1_000), "far": a_candidate("far", 9_000)}


@pytest.mark.parametrize(
    ("objectives", "near", "far", "winner"),
    [
        (("distance",), {}, {}, "near"),
        (("rank",), {"rank": 2}, {"rank": 1}, "far"),
        (("rank", "distance"), {"rank": 1}, {"rank": 1}, "near"),
        (("group_rank",), {"groups": ("b",)}, {"groups": ("a",)}, "far"),
        (("group_rank",), {}, {"groups": ("b",)}, "far"),
        (("stock",), {}, {}, "far"),
        (("coverage",), {}, {}, "far"),
        (("load",), {"queued": 3}, {"queued": 2}, "far"),
        (
            ("promise",),
            {"promise": a_promise(at=MONDAY_NOON + timedelta(minutes=61))},
            {"promise": a_promise(at=MONDAY_NOON + timedelta(minutes=60))},
            "far",
        ),
        (("other_zone", "distance"), {"foreign": True}, {}, "far"),
        (("other_zone", "distance"), {"foreign": None}, {"foreign": None}, "near"),
        (("slow_movers",), {"attributes": {"weekly_sales": 9}}, {"attributes": {"weekly_sales": 8}}, "far"),
        (("slow_movers",), {}, {"attributes": {"weekly_sales": 1_000}}, "far"),
        (("slow_movers",), {"attributes": {"weekly_sales": 1}}, {"attributes": {"weekly_sales": 0}}, "far"),
        (("slow_movers", "distance"), {}, {"attributes": {"weekly_sales": -1}}, "near"),
        (("slow_movers", "distance"), {}, {"attributes": {"weekly_sales": True}}, "near"),
    ],
)
def test_the_best_by_the_first_rule_that_has_something_to_say_supplies(
    objectives: tuple[str, ...], near: dict[str, Any], far: dict[str, Any], winner: str
) -> None:
    # Given one tee to supply; the far store has more of them, and the cap that nobody asked for a second time
    stores = [replace(TWO["near"], **near), replace(TWO["far"], **far)]
    shelves = picture(stock("near", tee=2), stock("far", tee=3, cap=1))
    policy = Policy(objectives=objectives, ranking=("a", "b"), split=SplitRules(1))
    wanted = a_delivery(a_line("tee", 2))
    if objectives == ("coverage",):
        wanted = a_delivery(a_line("tee", 3))

    decision = decide(wanted, stores, shelves, policy, MONDAY_NOON)

    assert list(supplied(decision)) == [winner]


def test_only_ties_are_passed_on_to_the_next_rule() -> None:
    stores = [
        a_candidate("a", 3_000, rank=1),
        a_candidate("b", 2_000, rank=1),
        a_candidate("c", 1_000, rank=2),
    ]
    shelves = picture(*(stock(name, tee=1) for name in "abc"))

    decision = decide(a_delivery(), stores, shelves, Policy(objectives=("rank", "distance")), MONDAY_NOON)

    assert list(supplied(decision)) == ["b"]
    assert [(o.name, o.value) for o in decision.objectives] == [("rank", 0), ("distance", 2_000)]


def test_the_customer_waits_for_the_last_parcel() -> None:
    # Given two plans of two parcels: 1 and 5 hours, or 4 and 4
    hours = {"a": 1, "b": 5, "c": 4, "d": 4}
    stores = [
        a_candidate(n, promise=a_promise(at=MONDAY_NOON + timedelta(hours=h))) for n, h in hours.items()
    ]
    shelves = picture(stock("a", tee=1), stock("b", cap=1), stock("c", tee=1), stock("d", cap=1))
    wanted = a_delivery(a_line("tee", 1, "1"), a_line("cap", 1, "2"))

    decision = decide(wanted, stores, shelves, Policy(objectives=("promise", "distance")), MONDAY_NOON)

    assert decision.objectives[0].value == 240
    assert "d" in supplied(decision)


@pytest.fixture
def quiet_first() -> Iterator[str]:
    """A retailer's own rule: fewest staff on leave; a store that does not say is abstained from."""

    @rule("test_staff_on_leave")
    def staff_on_leave(view: RuleView) -> int | None:
        away = view.candidate.attributes.get("on_leave")
        return away if isinstance(away, int) else None

    yield "test_staff_on_leave"
    del RULES["test_staff_on_leave"]


def test_a_retailers_own_rule_ranks_or_abstains(quiet_first: str) -> None:
    shelves = picture(*(stock(name, tee=1) for name in "abc"))
    policy = Policy(objectives=(quiet_first, "distance"))
    silent = [a_candidate(name, metres) for name, metres in (("a", 1_000), ("b", 2_000), ("c", 3_000))]
    spoken = [
        silent[0],
        replace(silent[1], attributes={"on_leave": 4}),
        replace(silent[2], attributes={"on_leave": 1}),
    ]

    without = decide(a_delivery(), silent, shelves, policy, MONDAY_NOON)
    with_words = decide(a_delivery(), spoken, shelves, policy, MONDAY_NOON)

    assert (list(supplied(without)), [o.name for o in without.objectives]) == (["a"], ["distance"])
    assert [(o.name, o.value) for o in with_words.objectives] == [(quiet_first, 0), ("distance", 3_000)]


# --- filling in order

SHELVES = picture(stock("a", tee=2, cap=1), stock("b", tee=2), stock("c", tee=9, cap=9))


def in_order(*lines: tuple[str, int], on: StockPicture = SHELVES, most: int = 3) -> Decision:
    policy = Policy(choose="in_order", objectives=("rank",), split=SplitRules(most))
    stores = [a_candidate(name, rank=n) for n, name in enumerate("abc")]
    wanted = a_delivery(*(a_line(sku, n, str(at)) for at, (sku, n) in enumerate(lines, start=1)))
    return decide(wanted, stores, on, policy, MONDAY_NOON)


def test_in_order_the_first_gives_all_it_can_then_the_next() -> None:
    assert supplied(in_order(("tee", 5))) == {"a": 2, "b": 2, "c": 1}
    assert supplied(in_order(("tee", 2), ("cap", 2))) == {"a": 3, "c": 1}


def test_in_order_a_location_is_passed_over_where_it_would_leave_no_plan() -> None:
    # Two parcels: after a and b nobody is left for the fifth tee
    decision = in_order(("tee", 5), most=2)

    assert supplied(decision) == {"a": 2, "c": 3}
    assert decision.runner_up is not None
    assert decision.runner_up.location_ids == ("b", "c")


def test_in_order_nothing_is_planned_that_is_not_there() -> None:
    assert in_order(("tee", 99)).status == "unfillable"


# --- whom a policy is for

ORDER = OrderFacts("web", "delivery", "ID", Decimal(250_000), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("rule_", "applies"),
    [
        (AppliesTo(), True),
        (AppliesTo(channels=("web", "app")), True),
        (AppliesTo(channels=("app",)), False),
        (AppliesTo(methods=("pickup",)), False),
        (AppliesTo(countries=("GB",)), False),
        (AppliesTo(value_from=Decimal(250_000)), True),
        (AppliesTo(value_from=Decimal(250_001)), False),
        (AppliesTo(value_below=Decimal(250_000)), False),
        (AppliesTo(value_below=Decimal(250_001)), True),
        (AppliesTo(starts_at=ORDER.at), True),
        (AppliesTo(ends_at=ORDER.at), False),
        (AppliesTo(starts_at=ORDER.at + timedelta(seconds=1)), False),
        (AppliesTo(channels=("web",), countries=("GB",)), False),
    ],
)
def test_a_policy_applies_where_all_that_it_asks_for_holds(rule_: AppliesTo, applies: bool) -> None:
    special, default = Policy("special", applies_to=rule_), Policy()

    assert policy_for(ORDER, [special], default) is (special if applies else default)


def test_an_order_without_prices_meets_no_value() -> None:
    special = Policy("special", applies_to=AppliesTo(value_from=Decimal(0)))

    assert policy_for(replace(ORDER, value=None), [special], Policy()).name == "default"


def test_of_several_that_apply_the_lowest_priority_then_the_name_is_taken() -> None:
    late, b, a = (
        Policy(name, applies_to=AppliesTo(priority=n)) for name, n in (("0", 9), ("b", 1), ("a", 1))
    )
    by_name_only = Policy("a0")

    assert policy_for(ORDER, [late, b, a, by_name_only], Policy()).name == "a"


def test_a_pickup_is_decided_by_the_same_rules() -> None:
    policy = Policy(floors=(FloorRule(3, methods=("pickup",)),))

    assert decide(a_pickup("a"), [a_candidate("a")], THREE_TEES, policy, MONDAY_NOON).status == "unfillable"
