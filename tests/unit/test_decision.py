"""Which locations supply an order, and why these."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from fulfillment.domain.decision import Decision, DecisionRequest, decide
from fulfillment.domain.policy import FloorRule, Policy, SplitRules
from fulfillment.domain.routing.attempt import MAX_STOCK_ROWS
from fulfillment.domain.routing.candidate import FARTHEST_M, Candidate, StockPicture, Verdict
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, a_pickup, picture

POLICY = Policy(version=4)


def decided(
    request: DecisionRequest, *candidates: Candidate, on: StockPicture, policy: Policy = POLICY, **more: Any
) -> Decision:
    return decide(request, candidates, on, policy, MONDAY_NOON, **more)


def supplied(decision: Decision) -> dict[str, list[tuple[str, str, int]]]:
    return {
        s.location_id: [(a.line_id, a.sku, a.quantity) for a in s.allocations] for s in decision.shipments
    }


def objectives(decision: Decision) -> dict[str, int]:
    return {o.name: o.value for o in decision.objectives}


def second(decision: Decision) -> tuple[str, ...] | None:
    return decision.runner_up.location_ids if decision.runner_up else None


# --- plans


def test_the_nearest_store_that_has_everything_supplies() -> None:
    decision = decided(
        a_delivery(a_line("tee", 2)),
        a_candidate("kota", 9_000),
        a_candidate("senayan", 4_000),
        on=picture(stock("kota", tee=5), stock("senayan", tee=2)),
    )

    assert decision.status == "planned"
    assert supplied(decision) == {"senayan": [("1", "tee", 2)]}
    assert objectives(decision) == {"other_zone": 0, "shipments": 1, "distance": 4_000}
    assert second(decision) == ("kota",)
    assert decision.proven
    assert (decision.policy_name, decision.policy_version, decision.decided_at) == ("default", 4, MONDAY_NOON)


def test_one_parcel_from_far_beats_two_from_near() -> None:
    decision = decided(
        a_delivery(a_line("tee", 1, "1"), a_line("cap", 1, "2")),
        a_candidate("senayan", 1_000),
        a_candidate("kota", 2_000),
        a_candidate("bandung", 150_000),
        on=picture(stock("senayan", tee=1), stock("kota", cap=1), stock("bandung", tee=1, cap=1)),
    )

    assert list(supplied(decision)) == ["bandung"]
    assert second(decision) == ("kota", "senayan")


def test_two_lines_of_one_sku_add_up_before_anything_is_promised() -> None:
    lines = (a_line("tee", 2, "1"), a_line("tee", 2, "2"))

    too_few = decided(
        a_pickup("senayan", *lines), a_candidate("senayan"), on=picture(stock("senayan", tee=3))
    )
    enough = decided(a_pickup("senayan", *lines), a_candidate("senayan"), on=picture(stock("senayan", tee=4)))

    assert too_few.status == "unfillable"
    assert [s.left for s in too_few.unfilled] == [3, 3]
    assert supplied(enough) == {"senayan": [("1", "tee", 2), ("2", "tee", 2)]}


def test_a_line_is_split_over_stores_and_no_unit_is_lost() -> None:
    decision = decided(
        a_delivery(a_line("tee", 3, "1"), a_line("tee", 2, "2")),
        a_candidate("senayan", 1_000),
        a_candidate("kota", 2_000),
        on=picture(stock("senayan", tee=4), stock("kota", tee=4)),
    )

    assert supplied(decision) == {"senayan": [("1", "tee", 3), ("2", "tee", 1)], "kota": [("2", "tee", 1)]}


def test_a_delivery_is_everything_or_nothing() -> None:
    decision = decided(
        a_delivery(a_line("tee", 3), accept_partial=True),
        a_candidate("senayan"),
        on=picture(stock("senayan", tee=2)),
    )

    assert (decision.status, decision.shipments, decision.objectives) == ("unfillable", (), ())
    assert [(s.line_id, s.sku, s.quantity, s.left) for s in decision.unfilled] == [("1", "tee", 3, 2)]


def test_no_more_parcels_than_the_policy_allows() -> None:
    request = a_delivery(a_line("tee", 3))
    stores = [a_candidate(name) for name in "abc"]
    shelves = picture(*(stock(name, tee=1) for name in "abc"))

    assert decided(request, *stores, on=shelves, policy=Policy(split=SplitRules(2))).status == "unfillable"
    assert decided(request, *stores, on=shelves, policy=Policy(split=SplitRules(3))).status == "planned"


def test_a_plan_too_large_for_one_transaction_is_not_made() -> None:
    # Given 27 SKUs of which each of three stores has one unit: 81 rows
    lines = [a_line(f"sku{n}", 3, str(n)) for n in range(27)]
    shelves = picture(*(stock(name, **{line.sku: 1 for line in lines}) for name in "abc"))

    decision = decided(a_delivery(*lines), *(a_candidate(name) for name in "abc"), on=shelves)

    assert decision.status == "unfillable"
    assert len(lines) * 3 > MAX_STOCK_ROWS == 79
    assert len(decision.unfilled) == 27


def test_what_one_location_does_says_all_that_its_task_needs() -> None:
    near = a_candidate("senayan", 4_321, capacity_limit=7, zone="java")

    (shipment,) = decided(
        a_delivery(), near, on=picture(stock("senayan", tee=9)), policy=Policy(floors=(FloorRule(2),))
    ).shipments

    assert (shipment.distance_m, shipment.zone, shipment.capacity_limit) == (4_321, "java", 7)
    assert [a.floor for a in shipment.allocations] == [2]
    assert shipment.promise == near.promise


# --- other zones, unknown distances


def test_another_zone_comes_after_every_plan_on_the_customers_own() -> None:
    # Given a store across the strait, 3 km away, that has it all, and three far ones on the customer's island
    decision = decided(
        a_delivery(a_line("a", 1, "1"), a_line("b", 1, "2"), a_line("c", 1, "3")),
        a_candidate("across", 3_000, foreign=True, zone="bali"),
        *(a_candidate(f"own_{sku}", 200_000) for sku in "abc"),
        on=picture(stock("across", a=1, b=1, c=1), *(stock(f"own_{sku}", **{sku: 1}) for sku in "abc")),
    )

    assert sorted(supplied(decision)) == ["own_a", "own_b", "own_c"]
    assert second(decision) == ("across",)


def test_another_zone_supplies_what_nobody_else_has() -> None:
    decision = decided(
        a_delivery(),
        a_candidate("across", foreign=True),
        a_candidate("own"),
        on=picture(stock("across", tee=1)),
    )

    assert list(supplied(decision)) == ["across"]
    assert objectives(decision)["other_zone"] == 1


def test_a_service_area_that_covers_makes_a_store_across_the_strait_near() -> None:
    # A candidate whose own service area holds the customer is not foreign: the adapters say so, the decision obeys
    decision = decided(
        a_delivery(),
        a_candidate("across", 3_000, foreign=False, covered=True, zone="bali"),
        a_candidate("own", 200_000),
        on=picture(stock("across", tee=1), stock("own", tee=1)),
    )

    assert list(supplied(decision)) == ["across"]


def test_an_unknown_distance_is_never_a_short_one() -> None:
    shelves = picture(stock("lost", tee=1), stock("far", tee=1))

    decision = decided(
        a_delivery(), a_candidate("lost", None), a_candidate("far", FARTHEST_M - 1), on=shelves
    )
    alone = decided(a_delivery(), a_candidate("lost", None), on=shelves)

    assert list(supplied(decision)) == ["far"]
    assert objectives(alone)["distance"] == FARTHEST_M
    assert alone.shipments[0].distance_m is None
    assert "distance_m" not in alone.candidates[0].detail


def test_the_last_tie_break_is_the_location_id() -> None:
    stores = [a_candidate(name) for name in ("c", "a", "b")]

    decision = decided(a_delivery(), *stores, on=picture(*(stock(name, tee=1) for name in "abc")))

    assert (list(supplied(decision)), second(decision)) == (["a"], ("b",))


# --- pickup


def test_a_pickup_is_supplied_by_the_chosen_store_alone() -> None:
    shelves = picture(stock("senayan", tee=1), stock("kota", tee=9))
    stores = (a_candidate("senayan", 9_000), a_candidate("kota", 1_000))

    assert list(supplied(decided(a_pickup("senayan"), *stores, on=shelves))) == ["senayan"]
    assert decided(a_pickup("senayan", a_line("tee", 2)), *stores, on=shelves).status == "unfillable"


def test_a_pickup_takes_part_when_the_customer_agrees() -> None:
    lines = (a_line("tee", 3, "1"), a_line("cap", 1, "2"))
    shelves = picture(stock("senayan", tee=2))

    part = decided(a_pickup("senayan", *lines, accept_partial=True), a_candidate("senayan"), on=shelves)

    assert part.status == "partial"
    assert supplied(part) == {"senayan": [("1", "tee", 2)]}
    assert [(s.line_id, s.quantity, s.left) for s in part.unfilled] == [("1", 1, 2), ("2", 1, 0)]
    assert objectives(part) == {"missing": 2, "other_zone": 0, "shipments": 1, "distance": 1_000}


def test_a_pickup_that_is_complete_is_not_called_partial() -> None:
    whole = decided(
        a_pickup("senayan", accept_partial=True), a_candidate("senayan"), on=picture(stock("senayan", tee=1))
    )

    assert (whole.status, whole.unfilled) == ("planned", ())


def test_part_of_nothing_is_unfillable() -> None:
    nothing = decided(a_pickup("senayan", accept_partial=True), a_candidate("senayan"), on={})

    assert (nothing.status, nothing.shipments) == ("unfillable", ())


def test_a_pickup_without_a_store_is_never_put_together_from_several() -> None:
    request = DecisionRequest("pickup", (a_line("tee", 2),), accept_partial=True)
    shelves = picture(stock("senayan", tee=1), stock("kota", tee=1))

    part = decided(request, a_candidate("senayan", 2_000), a_candidate("kota"), on=shelves)

    assert (part.status, supplied(part)) == ("partial", {"kota": [("1", "tee", 1)]})


# --- verdicts


@pytest.mark.parametrize(
    ("request_", "obstacle", "expected"),
    [
        (a_delivery(refused_by=frozenset({"senayan"})), {}, ("refused_before", {})),
        (a_delivery(), {"status": "closed"}, ("closed", {})),
        (a_delivery(), {"status": "paused"}, ("paused", {})),
        (a_delivery(), {"methods": frozenset({"pickup"})}, ("method_not_offered", {"method": "delivery"})),
        (
            a_pickup("senayan"),
            {"methods": frozenset({"delivery"})},
            ("method_not_offered", {"method": "pickup"}),
        ),
        (a_pickup("kota"), {}, ("not_chosen", {"distance_m": 1_000})),
        (a_delivery(), {"covered": False}, ("outside_service_area", {"distance_m": 1_000})),
        (a_delivery(), {"promise": None, "full": True, "capacity_limit": 5}, ("capacity_full", {"limit": 5})),
        (a_delivery(), {"promise": None}, ("not_open_soon", {})),
        (a_delivery(), {}, ("chosen", {"distance_m": 1_000, "units": 1, "missing": 0})),
        (a_delivery(), {"covered": True}, ("chosen", {"distance_m": 1_000, "units": 1, "missing": 0})),
        (
            a_pickup("senayan"),
            {"covered": False},
            ("chosen", {"distance_m": 1_000, "units": 1, "missing": 0}),
        ),
        (a_delivery(a_line("tee", 9)), {}, ("not_enough", {"distance_m": 1_000, "units": 3, "missing": 6})),
        (a_delivery(a_line("cap", 2)), {}, ("no_stock", {"distance_m": 1_000, "missing": 2})),
    ],
)
def test_every_location_hears_its_firmest_obstacle(
    request_: DecisionRequest, obstacle: dict[str, Any], expected: tuple[str, dict[str, Any]]
) -> None:
    store = a_candidate("senayan", **obstacle)

    (told,) = decided(request_, store, on=picture(stock("senayan", tee=3))).candidates

    assert (told.location_id, told.reason, told.detail) == ("senayan", *expected)
    assert told.eligible is (expected[0] in {"chosen", "not_enough"})


def test_the_firmest_obstacle_comes_first() -> None:
    worst = a_candidate(
        "senayan", status="closed", methods=frozenset(), covered=False, full=True, promise=None
    )
    obstacles: list[tuple[str, dict[str, Any]]] = [
        ("refused_before", {}),
        ("closed", {"status": "paused"}),
        ("paused", {"status": "open"}),
        ("method_not_offered", {"methods": frozenset({"delivery"})}),
        ("outside_service_area", {"covered": True}),
        ("capacity_full", {"full": False}),
        ("not_open_soon", {"promise": a_candidate("x").promise}),
        ("no_stock", {}),
    ]

    # Each obstacle is told until it is cleared; then the next is
    told, request = [], a_delivery(refused_by=frozenset({"senayan"}))
    for _, cleared in obstacles:
        told.append(decided(request, worst, on={}).candidates[0].reason)
        request, worst = a_delivery(), replace(worst, **cleared)

    assert told == [reason for reason, _ in obstacles]


def test_units_under_the_floor_are_kept_and_the_verdict_says_so() -> None:
    policy = Policy(floors=(FloorRule(3),))
    shelves = picture(stock("senayan", tee=3))

    decision = decided(a_delivery(), a_candidate("senayan"), on=shelves, policy=policy)

    assert decision.candidates == (
        Verdict("senayan", "below_floor", {"distance_m": 1_000, "available": 3, "floor": 3}),
    )
    assert decision.unfilled[0].left == 0


def test_a_floor_is_of_its_kind_of_location() -> None:
    decision = decided(
        a_delivery(),
        a_candidate("senayan", 1_000),
        a_candidate("depot", 50_000, kind="warehouse"),
        on=picture(stock("senayan", tee=1), stock("depot", tee=1)),
        policy=Policy(floors=(FloorRule(1, kinds=("store",)),)),
    )

    assert list(supplied(decision)) == ["depot"]


def test_a_shortfall_on_a_shelf_is_not_taken_from_the_others() -> None:
    shelves = picture([replace(stock("senayan", tee=1)[0], reserved=5)], stock("kota", tee=1))

    decision = decided(a_delivery(a_line("tee", 2)), a_candidate("senayan"), a_candidate("kota"), on=shelves)

    assert decision.unfilled[0].left == 1


def test_a_store_that_refused_is_never_asked_again() -> None:
    decision = decided(
        a_delivery(refused_by=frozenset({"senayan"})),
        a_candidate("senayan", 1_000),
        a_candidate("kota", 90_000),
        on=picture(stock("senayan", tee=9), stock("kota", tee=1)),
    )

    assert list(supplied(decision)) == ["kota"]
    assert [(v.location_id, v.reason) for v in decision.candidates] == [
        ("kota", "chosen"),
        ("senayan", "refused_before"),
    ]


def test_what_lies_outside_is_passed_on() -> None:
    beyond = Verdict("*", "outside_ring", {"count": 12, "nearest_m": 80_000})

    decision = decided(a_delivery(), a_candidate("senayan"), on={}, outside=(beyond,))

    assert [v.reason for v in decision.candidates] == ["no_stock", "outside_ring"]


def test_an_order_for_nobody_is_unfillable_and_says_why() -> None:
    decision = decided(a_delivery(), on={})

    assert (decision.status, decision.candidates, decision.runner_up) == ("unfillable", (), None)


def test_the_order_of_the_arguments_does_not_matter() -> None:
    # Given ten stores with a bit of everything, some of them equally far
    dice = random.Random(7)
    stores = [a_candidate(f"s{n}", 1_000 * (n // 3), foreign=n % 4 == 0) for n in range(10)]
    shelves = picture(*(stock(s.location_id, tee=dice.randrange(3), cap=dice.randrange(3)) for s in stores))
    request = a_delivery(a_line("tee", 3, "1"), a_line("cap", 2, "2"), a_line("tee", 1, "3"))
    expected = decided(request, *stores, on=shelves)

    # Then any order of the candidates and of the rows gives the same decision
    for _ in range(50):
        shuffled_rows = dict(dice.sample(list(shelves.items()), len(shelves)))
        assert decided(request, *dice.sample(stores, len(stores)), on=shuffled_rows) == expected
    assert expected.status == "planned"
