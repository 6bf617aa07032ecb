"""Orders, locations, shelves and policies of every kind, for hypothesis to draw.

What is drawn is a small instance by its seed (drawing every unit and metre takes hypothesis 40 ms an order) and, over
it, what the seeded ones say little of: any objectives in any order, rules of the hour, attributes of locations.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st

from fulfillment.domain.policy import FloorRule
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.routing.rules import known_rules
from tests.support.builders import MONDAY_NOON
from tests.support.instances import Instance, a_small_instance

T = TypeVar("T")
U = TypeVar("U")

rules = st.sampled_from(known_rules())
floors = st.builds(
    FloorRule,
    units=st.integers(0, 2),
    groups=st.sampled_from([(), ("north",), ("south", "flagship")]),
    tags=st.sampled_from([(), ("fragile", "new")]),
    hours_before_closing=st.sampled_from([None, 3.0]),
)
weekly_sales = st.sampled_from([None, 0, 3, 7])
in_hours = st.sampled_from([None, 1, 2, 9])


@st.composite
def orders(draw: st.DrawFn) -> Instance:
    """Everything that a decision is taken on: up to four lines and five locations."""
    order = a_small_instance(draw(st.integers(0, 10**9)))
    policy = replace(
        order.policy,
        objectives=tuple(draw(st.lists(rules, min_size=1, max_size=4, unique=True))),
        take_from=tuple(draw(st.lists(rules, min_size=1, max_size=2, unique=True))),
        floors=(*order.policy.floors, *draw(st.lists(floors, max_size=1))),
    )
    there = tuple(_at_its_hours(draw, candidate) for candidate in order.candidates)
    return replace(order, family="drawn", candidates=there, policy=policy)


def _at_its_hours(draw: st.DrawFn, candidate: Candidate) -> Candidate:
    """The same location with hours and with what its retailer knows of it."""
    weekly, opens, closes = draw(weekly_sales), draw(in_hours), draw(in_hours)
    return replace(
        candidate,
        attributes={} if weekly is None else {"weekly_sales": weekly},
        opens_at=None if opens is None else MONDAY_NOON + timedelta(hours=opens - 1),
        closes_at=None if closes is None else MONDAY_NOON + timedelta(hours=closes),
    )


def told_differently(order: Instance, dice: random.Random) -> Instance:
    """The same order, locations, shelves and policy: whatever has no order of its own in another one."""
    request, policy = order.request, order.policy
    several = {name: _mixed(ids, dice) for name, ids in policy.groups.items()}
    return replace(
        order,
        request=replace(
            request,
            lines=_mixed(request.lines, dice),
            items=_stirred(
                {s: replace(i, tags=_mixed(i.tags, dice)) for s, i in request.items.items()}, dice
            ),
        ),
        candidates=_mixed([replace(c, groups=_mixed(c.groups, dice)) for c in order.candidates], dice),
        stock=_stirred(order.stock, dice),
        policy=replace(
            policy,
            locations=replace(policy.locations, kinds=_mixed(policy.locations.kinds, dice)),
            groups=_stirred(several, dice),
            floors=tuple(_floor(rule, dice) for rule in policy.floors),
            split=replace(policy.split, keep_together=_mixed(policy.split.keep_together, dice)),
            costs=replace(policy.costs, weights=_stirred(policy.costs.weights, dice)),
        ),
    )


def _floor(rule: FloorRule, dice: random.Random) -> FloorRule:
    return replace(
        rule,
        kinds=_mixed(rule.kinds, dice),
        groups=_mixed(rule.groups, dice),
        skus=_mixed(rule.skus, dice),
        tags=_mixed(rule.tags, dice),
    )


def _mixed(values: Sequence[T], dice: random.Random) -> tuple[T, ...]:
    return tuple(dice.sample(list(values), len(values)))


def _stirred(mapping: Mapping[T, U], dice: random.Random) -> dict[T, U]:
    return dict(dice.sample(list(mapping.items()), len(mapping)))
