"""No plan is better than the one decided: HiGHS, a solver that knows nothing of the router, finds none."""

from __future__ import annotations

import pytest

from fulfillment.domain.decision import Decision
from tests.support.instances import FAMILIES, Instance, an_instance
from tests.support.milp import best_by_highs
from tests.support.proofs import asked, faults, tallied, values_of

A_FEW, MANY, ALL = 10, 100, 1_000  # of each of the five families: plain, `make test`, `make soak`


def differs_from_highs(instance: Instance, decision: Decision) -> list[str]:
    question = asked(instance)
    best = best_by_highs(question)
    decided = values_of(decision)
    return [
        *faults(question, instance, decision),
        *([f"{decision.status}: {decided}, but HiGHS has {best}"] if decided != best else []),
    ]


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(A_FEW, id="a few"),
        pytest.param(MANY, id="many", marks=pytest.mark.proof),
        pytest.param(ALL, id="all", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_no_plan_is_better_than_the_one_decided(
    family: str, count: int, record_property: pytest.RecordProperty
) -> None:
    tally = tallied(family, (an_instance(family, seed) for seed in range(count)), differs_from_highs)

    assert tally.differences == []
    assert tally.decided == tally.proven == count
    # The orders are worth something: some can be planned and some cannot
    assert count * 0.2 <= tally.planned < count
    record_property("figure", tally.figure("HiGHS"))
