"""A decision as JSON values: kilometres, decimal strings and moments; never less than the decision says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fulfillment.application import decision_views
from fulfillment.application.views import as_json
from fulfillment.domain.decision import Decision, Objective, decide
from fulfillment.domain.policy import Fallback, Policy
from fulfillment.domain.routing.candidate import Verdict
from fulfillment.domain.routing.changes import Change
from fulfillment.domain.routing.costs import Cost
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, a_promise, picture

NEAR = a_candidate("senayan", 4_321, promise=a_promise("delivery", carrier="JNE"))
FAR = a_candidate("kota", None)
BEYOND = (Verdict("*", "outside_ring", {"nearest_m": 90_000, "count": 7}),)


def decided(policy: Policy | None = None, units: int = 2) -> Decision:
    shelves = picture(stock("senayan", tee=2), stock("kota", tee=1))
    request = a_delivery(a_line("tee", units))
    return decide(request, [NEAR, FAR], shelves, policy or Policy(), MONDAY_NOON, BEYOND)


def test_a_shipment_says_how_far_by_when_and_with_whom() -> None:
    (shipment,) = decision_views.decision(decided(), [NEAR, FAR], "IDR")["shipments"]

    assert shipment["distance_km"] == 4.321
    assert shipment["promise"] == {
        "deliver_by": "2026-11-23T14:00:00+07:00",
        "due_at": "2026-11-23T14:00:00+07:00",
        "window": "2026-11-23T14",
        "timezone": "Asia/Jakarta",
        "carrier": "JNE",
    }


def test_every_location_has_its_verdict_and_those_beyond_have_one_together() -> None:
    candidates = decision_views.decision(decided(), [NEAR, FAR], "IDR")["candidates"]

    assert [(c["location_id"], c["verdict"], c["reason"], c["distance_km"]) for c in candidates] == [
        ("kota", "eligible", "beaten", None),
        ("senayan", "eligible", "chosen", 4.321),
        ("*", "excluded", "outside_ring", None),
    ]
    assert list(candidates[2]["detail"]) == ["count", "nearest_m"]


def test_what_is_short_says_how_many_are_left_and_who_sends_them_later() -> None:
    view = decision_views.shortfall(decided(units=9).unfilled[0])
    later = replace(decided(units=9).unfilled[0], backordered_at="kota")

    assert view == {"line_id": "1", "sku": "tee", "quantity": 9, "left": 3}
    assert decision_views.shortfall(later)["backordered_at"] == "kota"


def test_a_plan_that_is_not_proven_says_what_none_can_be_better_than() -> None:
    cut_short = replace(decided(), proven=False, bound=(Objective("shipments", 1),))

    assert decision_views.decision(cut_short, [], "IDR")["bound"] == [{"name": "shipments", "value": 1}]
    assert "bound" not in decision_views.decision(decided(), [], "IDR")


@pytest.mark.parametrize(
    ("objective", "view"),
    [
        (Objective("shipments", 2), {"name": "shipments", "value": 2}),
        (Objective("distance", 12_345), {"name": "distance", "value": 12.345, "unit": "km"}),
        (Objective("promise", 90), {"name": "promise", "value": 90, "unit": "minutes"}),
        (Objective("cost", 12_500_000), {"name": "cost", "value": "12.5", "unit": "GBP"}),
        (Objective("cost", -1), {"name": "cost", "value": "-0.000001", "unit": "GBP"}),
        (Objective("slow_movers", -7), {"name": "slow_movers", "value": -7}),
    ],
)
def test_an_objective_has_its_unit(objective: Objective, view: dict[str, object]) -> None:
    assert decision_views.objective(objective, "GBP") == view


def test_a_partial_plan_counts_what_is_missing_first() -> None:
    policy = Policy(fallback=(Fallback("part"),))

    view = decision_views.decision(decided(policy, units=9), [NEAR, FAR], "IDR")

    assert (view["status"], view["objectives"][0]) == ("partial", {"name": "missing", "value": 6})


@pytest.mark.parametrize(
    ("value", "digits"),
    [("1E+3", "1000"), ("2.50", "2.5"), ("100", "100"), ("0.000", "0"), ("0", "0"), ("-1.10", "-1.1")],
)
def test_money_is_plain_digits(value: str, digits: str) -> None:
    assert decision_views.decimal(Decimal(value)) == digits


def test_costs_are_told_by_part_and_unknown_costs_are_nothing() -> None:
    told = decision_views.cost(Cost(Decimal("2.5"), {"transport": Decimal(2), "handling": Decimal("0.50")}))

    assert told == {"total": "2.5", "parts": {"handling": "0.5", "transport": "2"}}
    assert decision_views.cost(None) == {"total": "0", "parts": {}}


@pytest.mark.parametrize(
    ("change", "view"),
    [
        (Change("units", {"tee": 2, "cap": 1}), {"kind": "units", "units": {"cap": 1, "tee": 2}}),
        (
            Change("km", {"metres": 300, "distance_m": 1_200}),
            {"kind": "km", "nearer_km": 0.3, "distance_km": 1.2},
        ),
        (Change("km", {"distance_m": 1_200}), {"kind": "km", "distance_km": 1.2}),
        (Change("floor", {"floor": 0}), {"kind": "floor", "floor": 0}),
    ],
)
def test_a_change_is_told_in_its_own_words(change: Change, view: dict[str, object]) -> None:
    assert decision_views.change(change) == view


def test_a_moment_is_told_as_exactly_as_it_was_given() -> None:
    precise = MONDAY_NOON + timedelta(microseconds=1)

    assert decision_views.instant(precise) == "2026-11-23T05:00:00.000001+00:00"
    assert decision_views.instant(datetime(2026, 11, 23, tzinfo=UTC)) == "2026-11-23T00:00:00+00:00"


def test_the_same_decision_is_the_same_text() -> None:
    assert as_json(decision_views.decision(decided(), [FAR, NEAR], "IDR")) == as_json(
        decision_views.decision(decided(), [NEAR, FAR], "IDR")
    )
