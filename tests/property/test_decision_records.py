"""What is true of every decision that is kept: it can be read back, and taken again it is the same to the byte."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.application.decision_record import MAX_BYTES, canonical, pack, replay, unpack
from fulfillment.application.plain_values import from_plain, to_plain
from fulfillment.domain.basket import Line, Money
from fulfillment.domain.carrier import Calendar, Carrier
from fulfillment.domain.decision import Decision, DecisionRequest, decide
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, Reason, Verdict
from tests.support.builders import MONDAY_NOON
from tests.support.instances import FAMILIES, Instance, a_small_instance, an_instance

SEEDS = st.integers(0, 2**32)
REASONS: tuple[Reason, ...] = ("outside_ring", "no_stock", "capacity_full")
CALENDARS = (Calendar("post", (date(2026, 12, 25),)), Calendar("north", groups=("north",)))
CARRIERS = (
    Carrier("post", {1: time(15)}, {"same": 1}, calendars=("post",), groups=("north",)),
    Carrier("sea", {1: time(12)}, {"other": 4}),
)
Kept = tuple[Instance, tuple[Verdict, ...]]


@st.composite
def kept(draw: st.DrawFn, *, large: bool = False) -> Kept:
    """A decision to keep, with all that may be said of lines and locations, and verdicts from elsewhere."""
    seed = draw(SEEDS)
    family = draw(st.sampled_from(FAMILIES)) if large and draw(st.integers(0, 19)) == 0 else None
    instance = an_instance(family, seed) if family else a_small_instance(seed)
    dice = random.Random(seed)
    policy = instance.policy
    if draw(st.booleans()):  # a retailer's own rule, which may look at attributes
        policy = replace(policy, objectives=("slow_movers", *policy.objectives))
    if draw(st.booleans()):
        policy = replace(policy, carriers=CARRIERS, calendars=CALENDARS)
    instance = replace(
        instance,
        request=replace(instance.request, lines=tuple(_shown(dice, x) for x in instance.request.lines)),
        candidates=tuple(
            _described(dice, c) for c in dice.sample(instance.candidates, len(instance.candidates))
        ),
        policy=policy,
    )
    beyond = [
        Verdict("*", reason, {"count": dice.randint(1, 99), "nearest_m": dice.randint(0, 10**6)})
        for reason in draw(st.lists(st.sampled_from(REASONS), max_size=3))
    ]
    return instance, tuple(beyond)


def _shown(dice: random.Random, line: Line) -> Line:
    price = Money(Decimal(dice.randint(0, 99)) / 4, "IDR") if dice.random() < 0.5 else None
    return replace(line, display_name=f"Kaus {dice.random()}", unit_price=price)


def _described(dice: random.Random, candidate: Candidate) -> Candidate:
    sales = dice.choice([0, dice.randint(1, 9), Decimal(dice.randint(1, 99)) / 10, "many", True])
    return replace(
        candidate,
        name=f"Toko {dice.random()}",
        attributes={"weekly_sales": sales, "note": "x"},
        promise=candidate.promise if dice.random() < 0.9 else None,
        foreign=dice.choice([candidate.foreign, True, None]),
        groups=(*candidate.groups, *dice.choice([(), ("north",)])),
    )


def packed(instance: Instance, outside: tuple[Verdict, ...]) -> tuple[Decision, bytes]:
    args = (instance.request, instance.candidates, instance.stock, instance.policy)
    decision = decide(*args, MONDAY_NOON, outside)
    return decision, pack(*args, decision)


def require_kept(instance: Instance, outside: tuple[Verdict, ...]) -> None:
    """The record is whole, small, and the same when it is taken again or packed again."""
    decision, record = packed(instance, outside)
    found = unpack(record)

    assert len(record) <= MAX_BYTES
    assert found.decision == decision
    assert found.outside == outside
    assert found.request == looked_at(instance.request)
    assert {c.location_id for c in found.candidates} == {c.location_id for c in instance.candidates}
    assert replay(record).difference == ""
    again = pack(found.request, found.candidates, found.stock, found.policy, found.decision)
    assert canonical(again) == canonical(record)


def looked_at(request: DecisionRequest) -> DecisionRequest:
    """Without what the shop showed and other SKUs, which no decision looks at."""
    skus = {line.sku for line in request.lines}
    return replace(
        request,
        lines=tuple(replace(line, display_name=None) for line in request.lines),
        items={sku: item for sku, item in request.items.items() if sku in skus},
    )


@settings(max_examples=30)
@given(kept())
def test_a_decision_is_kept_whole_and_taken_again_is_the_same(case: Kept) -> None:
    require_kept(*case)


@pytest.mark.proof
@settings(max_examples=1_000)
@given(kept(large=True))
def test_a_thousand_decisions_are_kept_whole(case: Kept) -> None:
    require_kept(*case)


@pytest.mark.soak
@settings(max_examples=10_000)
@given(kept(large=True))
def test_ten_thousand_decisions_are_kept_whole(case: Kept) -> None:
    require_kept(*case)


@settings(max_examples=20)
@given(kept(), st.randoms(use_true_random=False))
def test_the_order_in_which_the_world_is_told_does_not_change_the_record(
    case: Kept, dice: random.Random
) -> None:
    instance, outside = case
    shuffled = replace(
        instance,
        candidates=tuple(dice.sample(instance.candidates, len(instance.candidates))),
        stock=dict(dice.sample(list(instance.stock.items()), len(instance.stock))),
    )

    assert packed(shuffled, outside) == packed(instance, outside)


@settings(max_examples=20)
@given(st.sampled_from(FAMILIES), SEEDS)
def test_policies_and_candidates_come_back_from_json(family: str, seed: int) -> None:
    instance = an_instance(family, seed)
    candidate = _described(random.Random(seed), instance.candidates[0])

    for kind, value in ((Policy, instance.policy), (Candidate, candidate)):
        assert from_plain(kind, json.loads(json.dumps(to_plain(kind, value)))) == value
