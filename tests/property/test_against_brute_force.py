"""Whenever there is a plan within the policy, one is found, and it is the best: trying them all finds no other."""

from __future__ import annotations

import pytest

from fulfillment.domain.decision import Decision
from tests.support.alike import an_even_instance
from tests.support.brute import Best, best_by_brute_force, first_by_brute_force
from tests.support.instances import Instance, a_small_instance
from tests.support.ladder import Rung, rungs
from tests.support.proofs import asked, backorder_faults, chosen, faults, missing, tallied, values_of
from tests.support.reading import Problem

COUNTS = [
    pytest.param(100, id="a few"),
    pytest.param(2_000, id="many", marks=pytest.mark.proof),
    pytest.param(10_000, id="all", marks=pytest.mark.soak),
]


def expected(instance: Instance) -> tuple[Rung, Problem, Best | None]:
    """The best plan of the first rung that has one, and that rung's question."""
    search = best_by_brute_force if instance.policy.choose == "best" else first_by_brute_force
    for rung in rungs(instance.request, instance.policy):
        question = asked(instance, rung)
        best = search(question, part=rung.part)
        if best is not None:
            break
    return rung, question, best


def differs_from_brute_force(instance: Instance, decision: Decision) -> list[str]:
    rung, question, best = expected(instance)
    wrong = [*faults(question, instance, decision), *backorder_faults(instance, rung, decision)]
    if best is None:
        return [*wrong, *(["a plan where there is none"] if decision.shipments else [])]
    if instance.policy.choose == "in_order" and not question.is_plain:
        # What is "all it can" where a piece, a value or a limit is in the way is not asked: only that there is a plan
        return [*wrong, *([] if decision.shipments else [f"no plan, but there is {best}"])]
    told = values_of(decision) or ()
    if told[len(told) - len(best.values) :] != best.values or missing(decision) != best.missing:
        wrong.append(f"{decision.status} {told} {chosen(decision)}, but there is {best}")
    elif tuple(chosen(decision)) != best.location_ids:
        wrong.append(f"{chosen(decision)}, but {best.location_ids} ties and comes first")
    return wrong


@pytest.mark.parametrize("count", COUNTS)
def test_whenever_there_is_a_plan_the_best_one_is_found(
    count: int, record_property: pytest.RecordProperty
) -> None:
    tally = tallied("small", (a_small_instance(seed) for seed in range(count)), differs_from_brute_force)

    assert tally.differences == []
    assert tally.decided == tally.proven == count
    # The orders are worth something: some can be planned and some cannot
    assert count * 0.2 < tally.planned < count * 0.8
    record_property("figure", tally.figure("brute force"))


@pytest.mark.parametrize("count", COUNTS)
def test_of_plans_that_are_equally_good_the_first_by_its_ids_is_taken(
    count: int, record_property: pytest.RecordProperty
) -> None:
    tally = tallied("even", (an_even_instance(seed) for seed in range(count)), differs_from_brute_force)

    assert tally.differences == []
    assert tally.decided == tally.proven == count
    record_property("figure", tally.figure("brute force"))
