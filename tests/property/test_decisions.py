"""What is true of every decision: it adds up, it touches no floor, it is the same in any order, and nothing is
refused that was there."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.domain.basket import Line, Method, quantity_by_sku
from fulfillment.domain.decision import Candidate, Decision, DecisionRequest, decide
from fulfillment.domain.location import LocationStatus
from fulfillment.domain.policy import Policy
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_candidate, a_promise

SKUS = ("tee", "cap", "pin")
NAMES = ("a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Case:
    """Everything a decision is taken on."""

    request: DecisionRequest
    candidates: list[Candidate]
    rows: dict[tuple[str, str], StockRow]
    policy: Policy

    def decided(self) -> Decision:
        return decide(self.request, self.candidates, self.rows, self.policy, MONDAY_NOON)

    def sellable(self, sku: str, location_id: str) -> int:
        row = self.rows.get((sku, location_id))
        return row.sellable(self.policy.floor("store")) if row else 0


@st.composite
def candidates(draw: st.DrawFn, name: str) -> Candidate:
    statuses: list[LocationStatus] = ["open", "open", "open", "open", "paused", "closed"]
    return a_candidate(
        name,
        draw(st.sampled_from([None, 0, 1_000, 1_000, 5_000])),
        status=draw(st.sampled_from(statuses)),
        covered=draw(st.sampled_from([None, True, False])),
        foreign=draw(st.booleans()),
        promise=draw(st.sampled_from([a_promise(), a_promise(), None])),
        methods=draw(st.sampled_from([frozenset({"pickup", "delivery"}), frozenset({"pickup"})])),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    method: Method = draw(st.sampled_from(["pickup", "delivery"]))
    lines = tuple(
        Line(str(n), draw(st.sampled_from(SKUS)), draw(st.integers(1, 4)))
        for n in range(draw(st.integers(1, 4)))
    )
    rows = {
        (sku, name): StockRow(
            sku, name, draw(st.integers(0, 6)), draw(st.integers(0, 2)), draw(st.integers(0, 1))
        )
        for sku in SKUS
        for name in NAMES
        if draw(st.booleans())
    }
    request = DecisionRequest(
        method,
        lines,
        location_id=draw(st.sampled_from(NAMES)) if method == "pickup" else None,
        refused_by=frozenset(draw(st.sets(st.sampled_from(NAMES), max_size=2))),
        accept_partial=draw(st.booleans()),
    )
    policy = Policy(max_shipments=draw(st.integers(1, 4)), floors={"store": draw(st.integers(0, 2))})
    return Case(request, [draw(candidates(name)) for name in NAMES], rows, policy)


def allocated(decision: Decision) -> Counter[tuple[str, str]]:
    """Units by (line, SKU)."""
    total: Counter[tuple[str, str]] = Counter()
    for shipment in decision.shipments:
        for allocation in shipment.allocations:
            total[allocation.line_id, allocation.sku] += allocation.quantity
    return total


@settings(max_examples=100)
@given(cases())
def test_every_unit_that_was_wanted_is_either_allocated_or_named_as_missing(case: Case) -> None:
    decision = case.decided()

    total = allocated(decision)
    for shortfall in decision.unfilled:
        total[shortfall.line_id, shortfall.sku] += shortfall.quantity
    assert total == Counter({(line.line_id, line.sku): line.quantity for line in case.request.lines})


@settings(max_examples=100)
@given(cases())
def test_no_shelf_gives_more_than_it_may_sell(case: Case) -> None:
    for shipment in case.decided().shipments:
        units = quantity_by_sku((a.sku, a.quantity) for a in shipment.allocations)
        assert all(0 < n <= case.sellable(sku, shipment.location_id) for sku, n in units.items())


@settings(max_examples=100)
@given(cases())
def test_only_the_eligible_supply_and_never_more_of_them_than_allowed(case: Case) -> None:
    decision = case.decided()

    suppliers = [s.location_id for s in decision.shipments]
    most = 1 if case.request.method == "pickup" else case.policy.max_shipments
    assert len(suppliers) == len(set(suppliers)) <= most
    assert set(suppliers) <= {v.location_id for v in decision.candidates if v.eligible}
    assert not set(suppliers) & case.request.refused_by
    assert case.request.location_id is None or set(suppliers) <= {case.request.location_id}


@settings(max_examples=100)
@given(cases())
def test_the_status_says_what_was_planned(case: Case) -> None:
    decision = case.decided()

    assert decision.status == (
        "unfillable" if not decision.shipments else "partial" if decision.unfilled else "planned"
    )
    assert decision.status != "partial" or (case.request.accept_partial and case.request.method == "pickup")
    assert decision.objectives.get("shipments", 0) == len(decision.shipments)
    assert [v.location_id for v in decision.candidates] == list(NAMES)


@settings(max_examples=100)
@given(cases())
def test_nothing_is_refused_that_was_there(case: Case) -> None:
    # Whether any allowed set of eligible locations holds it all
    decision = case.decided()
    able = [v.location_id for v in decision.candidates if v.eligible]
    most = 1 if case.request.method == "pickup" else case.policy.max_shipments
    needed = quantity_by_sku((line.sku, line.quantity) for line in case.request.lines)
    possible = any(
        all(sum(case.sellable(sku, name) for name in chosen) >= n for sku, n in needed.items())
        for size in range(1, most + 1)
        for chosen in combinations(able, size)
    )

    assert (decision.status == "planned") is possible


@settings(max_examples=100)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_the_world_is_told_does_not_matter(case: Case, dice: random.Random) -> None:
    shuffled = Case(
        case.request,
        dice.sample(case.candidates, len(case.candidates)),
        dict(dice.sample(list(case.rows.items()), len(case.rows))),
        case.policy,
    )

    assert shuffled.decided() == case.decided()


@settings(max_examples=100)
@given(cases())
def test_a_foreign_shipment_is_made_only_when_no_plan_does_with_fewer(case: Case) -> None:
    decision = case.decided()
    foreign = {c.location_id for c in case.candidates if c.foreign}
    at_home = Case(
        case.request, [c for c in case.candidates if c.location_id not in foreign], case.rows, case.policy
    )

    used = {s.location_id for s in decision.shipments} & foreign
    assert not (used and decision.status == "planned" and at_home.decided().status == "planned")
