"""No plan is better than the one decided: HiGHS, a solver that knows nothing of the router, finds none."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from fulfillment.domain.decision import Decision
from fulfillment.domain.routing import attempt
from fulfillment.domain.routing.search import Budget
from tests.support.instances import FAMILIES, Instance, an_instance
from tests.support.milp import best_by_highs, cheapest_cover_by_highs
from tests.support.proofs import asked, faults, tallied, values_of

A_FEW, MANY, ALL = 10, 100, 1_000  # of each of the five families: plain, `make test`, `make soak`
LIMITS = (
    1,
    5,
    25,
    125,
    625,
    3_125,
)  # steps: where the search ends long before its limit, and where it does not


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


def is_not_between(instance: Instance, decision: Decision, best: tuple[int, ...] | None) -> list[str]:
    """What is wrong with a decision that may have been cut short, when this is the best there is."""
    wrong = faults(asked(instance), instance, decision)
    found, bound = values_of(decision), tuple(objective.value for objective in decision.bound)
    if decision.proven:
        return [*wrong, *([f"{found} is proven, but HiGHS has {best}"] if found != best else [])]
    if best is None:
        return [*wrong, *([f"{found}, but HiGHS has nothing"] if found else [])]
    if not bound or bound > best or (found and found < best):
        wrong.append(f"HiGHS has {best}, which is not between {bound} and {found}")
    return wrong


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(4, id="a few"),
        pytest.param(60, id="many", marks=pytest.mark.proof),
        pytest.param(400, id="all", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_search_that_was_cut_short_says_is_true(
    family: str, count: int, monkeypatch: pytest.MonkeyPatch, record_property: pytest.RecordProperty
) -> None:
    wrong: list[tuple[int, int, list[str]]] = []
    proven: Counter[bool] = Counter()
    for seed in range(count):
        instance = an_instance(family, seed)
        best = best_by_highs(asked(instance))
        for steps in LIMITS:
            monkeypatch.setattr(attempt, "Budget", partial(Budget, steps))
            decision = instance.decided()
            proven[decision.proven] += 1
            if told := is_not_between(instance, decision, best):
                wrong.append((seed, steps, told))

    assert wrong == []
    # Both came up
    assert min(proven[True], proven[False]) >= count / 2
    record_property(
        "figure", f"HiGHS, {family}: {proven[False]:,} searches cut short, every optimum within the bound"
    )


def test_a_cover_is_the_same_question_where_nothing_hangs_together() -> None:
    for seed in range(15):
        question = asked(an_instance("splittable", seed))
        assert cheapest_cover_by_highs(question) == best_by_highs(question)
