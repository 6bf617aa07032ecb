"""What is true of every decision, whatever the policy says: it adds up, it touches no floor, it is the same however
the world is told and whenever it is taken again, and nothing is refused that was there.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from fulfillment.domain.basket import quantity_by_sku
from fulfillment.domain.decision import Decision
from fulfillment.domain.routing.costs import PARTS
from tests.support.brute import all_plans
from tests.support.builders import MONDAY_NOON
from tests.support.drawing import orders, told_differently
from tests.support.hunting import hunted
from tests.support.instances import Instance, a_small_instance
from tests.support.ladder import Rung, rungs
from tests.support.proofs import asked, backorder_faults, chosen, faults, missing, values_of
from tests.support.template import ROOT
from tests.support.words import floor, may_supply, units_at

dice = st.randoms(use_true_random=False)


def first_rung_with_a_plan(order: Instance) -> tuple[Rung, bool]:
    """The first rung of the ladder on which anything can be supplied, by trying everything; the last without."""
    for rung in rungs(order.request, order.policy):
        question = replace(asked(order, rung), objectives=("shipments",))
        if next(iter(all_plans(question, rung.part, any_way_will_do=True)), None):
            return rung, True
    return rung, False


def most_shipments(order: Instance) -> int:
    """The most that any rung allows."""
    return max(rung.most for rung in rungs(order.request, order.policy))


@hunted(orders())
def test_every_unit_that_was_wanted_is_either_supplied_or_named_as_missing(order: Instance) -> None:
    decision = order.decided()

    told: Counter[tuple[str, str]] = Counter()
    for shipment in decision.shipments:
        assert shipment.allocations
        for allocation in shipment.allocations:
            assert allocation.quantity > 0
            told[allocation.line_id, allocation.sku] += allocation.quantity
    for shortfall in decision.unfilled:
        told[shortfall.line_id, shortfall.sku] += shortfall.quantity
    assert told == Counter({(line.line_id, line.sku): line.quantity for line in order.request.lines})


@hunted(orders())
def test_no_shelf_gives_more_than_it_has_and_keeps_its_floor(order: Instance) -> None:
    there = {candidate.location_id: candidate for candidate in order.candidates}

    for shipment in order.decided().shipments:
        location = there[shipment.location_id]
        for sku, units in quantity_by_sku((a.sku, a.quantity) for a in shipment.allocations).items():
            kept = floor(sku, location, order.request, order.policy, MONDAY_NOON)
            assert {a.floor for a in shipment.allocations if a.sku == sku} == {kept}
            assert order.stock[sku, shipment.location_id].available - units >= kept


@hunted(orders())
def test_only_those_supply_who_may_and_never_more_of_them_than_allowed(order: Instance) -> None:
    decision = order.decided()

    allowed = {c.location_id for c in order.candidates if may_supply(order.request, c, order.policy)}
    used = [shipment.location_id for shipment in decision.shipments]
    assert len(used) == len(set(used)) <= most_shipments(order)
    assert set(used) <= allowed
    assert not set(used) & order.request.refused_by
    assert order.request.method == "delivery" or len(used) <= 1


@hunted(orders())
def test_nothing_is_refused_that_was_there(order: Instance) -> None:
    decision = order.decided()

    rung, possible = first_rung_with_a_plan(order)
    assert bool(decision.shipments) is possible
    # It is a plan by the words of that rung, and does not go further than it
    assert faults(asked(order, rung), order, decision) == []
    assert backorder_faults(order, rung, decision) == []


@hunted(orders())
def test_every_location_gets_one_verdict(order: Instance) -> None:
    decision = order.decided()

    able = {
        c.location_id
        for c in order.candidates
        if may_supply(order.request, c, order.policy)
        and any(units_at(c, order.request, order.stock, order.policy, MONDAY_NOON).values())
    }
    verdicts = {verdict.location_id: verdict for verdict in decision.candidates}
    assert list(verdicts) == [v.location_id for v in decision.candidates]
    assert list(verdicts) == sorted(c.location_id for c in order.candidates)
    assert sorted(v.location_id for v in verdicts.values() if v.reason == "chosen") == chosen(decision)
    assert {v.location_id for v in verdicts.values() if v.eligible or v.reason == "outside_ring"} == able
    reasons = {v.reason for v in verdicts.values()}
    assert not reasons & ({"not_enough"} if decision.shipments else {"chosen", "beaten"})


@hunted(orders())
def test_the_figures_are_those_of_the_shipments(order: Instance) -> None:
    decision = order.decided()

    told = {objective.name: objective.value for objective in decision.objectives}
    assert told.get("shipments", len(decision.shipments)) == len(decision.shipments)
    assert told.get("missing", missing(decision)) == missing(decision) or not decision.shipments
    costs = [shipment.cost for shipment in decision.shipments if shipment.cost]
    assert len(costs) == len(decision.shipments)
    assert all(tuple(cost.parts) == PARTS and sum(cost.parts.values()) == cost.total for cost in costs)
    paid = sum(int(cost.total * 1_000_000) for cost in costs)
    assert told.get("cost", paid) == paid


@hunted(orders())
def test_the_plan_that_came_second_is_another_one_and_no_better(order: Instance) -> None:
    decision = order.decided()

    if (second := decision.runner_up) is None:
        return
    assert list(second.location_ids) == sorted(second.location_ids) != chosen(decision)
    assert [o.name for o in second.objectives] == [o.name for o in decision.objectives]
    values = tuple(objective.value for objective in second.objectives)
    assert order.policy.choose == "in_order" or (values_of(decision) or ()) <= values


@hunted(orders(), dice)
def test_it_does_not_matter_in_which_order_the_world_is_told(order: Instance, at: random.Random) -> None:
    assert told_differently(order, at).decided() == order.decided()


@hunted(orders())
def test_the_same_is_decided_again(order: Instance) -> None:
    first = order.decided()

    assert repr(order.decided()) == repr(first)
    assert first.proven
    assert first.bound == ()


@hunted(orders())
def test_the_locations_of_a_plan_make_the_same_plan_among_themselves(order: Instance) -> None:
    decision = order.decided()
    if any(short.backordered_at for short in decision.unfilled):
        return  # who promises the rest need not be one of them
    if order.policy.choose == "in_order" and not asked(order).is_plain:
        return  # it is not said what is all that one can give

    ids = set(chosen(decision))
    alone = replace(order, candidates=tuple(c for c in order.candidates if c.location_id in ids))
    assert alone.decided().shipments == decision.shipments
    assert [short.quantity for short in alone.decided().unfilled] == [s.quantity for s in decision.unfilled]


@hunted(orders(), dice)
def test_more_on_the_shelves_never_costs_an_order_its_plan(order: Instance, at: random.Random) -> None:
    before = order.decided().status

    more = {key: replace(row, on_hand=row.on_hand + at.choice([0, 1, 5])) for key, row in order.stock.items()}
    assert before != "planned" or replace(order, stock=more).decided().status == "planned"


DECIDE_ALL = """
import hashlib
from tests.support.instances import a_small_instance
print(hashlib.sha256(repr([a_small_instance(seed).decided() for seed in range(150)]).encode()).hexdigest())
"""


@pytest.mark.proof
@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_decides_the_same(hash_seed: str) -> None:
    # Where sets and strings are hashed in another way
    other = subprocess.run(
        [sys.executable, "-c", DECIDE_ALL],
        cwd=ROOT,
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )

    here: list[Decision] = [a_small_instance(seed).decided() for seed in range(150)]
    assert other.stdout.strip() == hashlib.sha256(repr(here).encode()).hexdigest()
