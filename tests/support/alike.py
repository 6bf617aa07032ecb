"""Seeded orders among locations that are much alike, so that many plans are equally good: ``an_even_instance(17)``."""

from __future__ import annotations

import random

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import Policy, SplitRules
from fulfillment.domain.stock import StockRow
from tests.support.instances import Instance
from tests.support.values import a_candidate

OBJECTIVES = (
    ("distance",),
    ("load",),
    ("rank", "distance"),
    ("shipments", "distance"),
    ("load", "shipments"),
    ("promise", "distance"),
)


def an_even_instance(seed: int) -> Instance:
    """Up to four articles, six locations and three shipments; whole kilometres, few ranks, and short queues."""
    dice = random.Random(f"even-{seed}")
    skus = [f"sku{n}" for n in range(dice.randint(1, 4))]
    names = [f"s{n}" for n in range(dice.randint(3, 6))]
    lines = tuple(Line(str(n), sku, dice.randint(1, 2)) for n, sku in enumerate(skus, 1))
    candidates = tuple(
        a_candidate(
            name, 1_000 * dice.randint(0, 4), queued=dice.choice([0, 0, 1, 2]), rank=dice.randint(1, 3)
        )
        for name in dice.sample(names, len(names))
    )
    stock = {
        (sku, name): StockRow(sku, name, dice.randint(1, 2))
        for sku in skus
        for name in names
        if dice.random() < 0.5
    }
    policy = Policy(
        split=SplitRules(dice.randint(2, 3)),
        objectives=dice.choice(OBJECTIVES),
        take_from=dice.choice([("distance",), ("rank",), ("load",)]),
    )
    return Instance("even", seed, DecisionRequest("delivery", lines), candidates, stock, policy)
