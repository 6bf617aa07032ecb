"""Real baskets to real places, from any of 498 real stores: HiGHS finds no better plan than the one decided."""

from __future__ import annotations

import pytest

from fulfillment.domain.decision import Decision
from tests.support.instances import Instance
from tests.support.milp import best_by_highs, cheapest_cover_by_highs
from tests.support.proofs import asked, faults, tallied, values_of
from tests.support.uk import POLICIES, a_uk_order, baskets, districts, stores

# Every so many of the 1,000 baskets, by each of three policies: plain, `make test`, `make soak`
SOME, MANY, ALL = 500, 20, 1


def differs_from_highs(instance: Instance, decision: Decision) -> list[str]:
    question = asked(instance)
    best, decided = cheapest_cover_by_highs(question), values_of(decision)
    return [
        *faults(question, instance, decision),
        *([f"{decision.status}: {decided}, but HiGHS has {best}"] if decided != best else []),
    ]


def test_the_chain_and_its_customers_are_real() -> None:
    points, people = districts()

    assert len(stores()) == 498
    assert len(baskets()) == 1_000
    assert max(len(lines) for lines in baskets()) == 20
    assert len(points) > 2_700
    assert sum(people) > 60_000_000


@pytest.mark.parametrize(
    "every",
    [
        pytest.param(SOME, id="some"),
        pytest.param(MANY, id="many", marks=pytest.mark.proof),
        pytest.param(ALL, id="all", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("policy", POLICIES)
def test_no_plan_over_a_whole_chain_is_better_than_the_one_decided(
    policy: str, every: int, record_property: pytest.RecordProperty
) -> None:
    numbers = range(0, len(baskets()), every)
    tally = tallied(policy, (a_uk_order(number, policy) for number in numbers), differs_from_highs)

    assert tally.differences == []
    assert tally.decided == tally.proven == len(numbers)
    # Some orders need one store and some two or three, and some cannot be supplied
    assert every == SOME or min(tally.shipments[parcels] for parcels in range(4)) >= len(numbers) / 20
    record_property("figure", tally.figure("HiGHS over 498 stores"))


@pytest.mark.proof
@pytest.mark.parametrize("policy", POLICIES)
def test_the_small_model_answers_as_the_whole_one_does(policy: str) -> None:
    for number in range(0, len(baskets()), 250):
        question = asked(a_uk_order(number, policy))
        assert cheapest_cover_by_highs(question) == best_by_highs(question)
