"""How long one decision takes, 10 lines and up to 3 shipments, and how much longer than a greedy one.

Run alone: ``python -m tests.benchmarks.decision``.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from fulfillment.cli.policy_files import shipped_policy
from fulfillment.domain.basket import Line, quantity_by_sku
from fulfillment.domain.decision import Decision, DecisionRequest, Item, decide
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_candidate, a_promise

T = TypeVar("T")

LINES = 10
ORDERS = {"fewest-shipments": 400, "lowest-cost": 120}  # by policy: plans by cost take longer
WARM_UP = 20

# How many of the locations have an article, and the most units that they have of it
STOCKS = {"easy": (0.7, 5), "mixed": (0.4, 3), "hard": (0.25, 3), "mostly impossible": (0.2, 2)}


@dataclass(frozen=True)
class Order:
    """Everything that one decision is taken on."""

    request: DecisionRequest
    candidates: Sequence[Candidate]
    stock: StockPicture
    policy: Policy

    def decided(self) -> Decision:
        return decide(self.request, self.candidates, self.stock, self.policy, MONDAY_NOON)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of processor time, and what the decisions came to. ``more`` and ``none``: where greedy was worse."""

    policy: str
    candidates: int
    stock: str
    planned: float
    shipments: float
    proven: float
    ms: Sequence[float]
    greedy_ms: Sequence[float]
    more: float
    none: float

    @property
    def ratio(self) -> float:
        """Of the median decision to the median greedy one."""
        return statistics.median(self.ms) / statistics.median(self.greedy_ms)


def an_order(policy: Policy, candidates: int, stock: str, number: int) -> Order:
    """A seeded one: 10 articles, and locations up to 400 km away."""
    dice = random.Random(f"{candidates}-{stock}-{number}")
    often, most = STOCKS[stock]
    skus = [f"sku{n}" for n in range(LINES)]
    lines = tuple(Line(str(n), sku, dice.choice([1, 1, 1, 2, 3])) for n, sku in enumerate(skus, 1))
    names = [f"s{n:02}" for n in range(candidates)]
    there = [
        a_candidate(
            name,
            dice.randint(500, 400_000),
            promise=a_promise("delivery", MONDAY_NOON + timedelta(hours=dice.randint(2, 50))),
            queued=dice.randint(0, 6),
            refusal_rate=Decimal(dice.randint(0, 20)) / 100,
        )
        for name in names
    ]
    rows = {
        (sku, name): StockRow(sku, name, dice.randint(1, most), unit_value=Decimal(dice.randint(0, 4) * 500))
        for sku in skus
        for name in names
        if dice.random() < often
    }
    items = {sku: Item(weight_grams=dice.choice([150, 300, 900])) for sku in skus}
    return Order(DecisionRequest("delivery", lines, items=items), there, rows, policy)


def greedy(order: Order) -> list[str] | None:
    """The location that has most of what is missing, the nearest of equals; then again; None when that is no plan.

    As small as it can be: no floors, no verdicts, no money, no promise.
    """
    missing = quantity_by_sku((line.sku, line.quantity) for line in order.request.lines)
    left = sorted(order.candidates, key=lambda candidate: candidate.metres)
    chosen: list[str] = []
    while missing and len(chosen) < order.policy.split.max_shipments:
        best, most = None, 0
        for candidate in left:
            units = 0
            for sku, wanted in missing.items():
                row = order.stock.get((sku, candidate.location_id))
                units += min(wanted, max(0, row.available)) if row else 0
            if units > most:
                best, most = candidate, units
        if best is None:
            return None
        left.remove(best)
        chosen.append(best.location_id)
        for sku, wanted in list(missing.items()):
            row = order.stock.get((sku, best.location_id))
            if row and row.available >= wanted:
                del missing[sku]
            elif row:
                missing[sku] = wanted - max(0, row.available)
    return None if missing else chosen


def measured(policy: Policy, candidates: int, stock: str) -> Measured:
    """Each order decided once, and once by the greedy one, turn by turn: what slows the machine slows both."""
    ms, greedy_ms, decided, others = [], [], [], []
    for number in range(-WARM_UP, ORDERS[policy.name]):
        order = an_order(policy, candidates, stock, number)
        decision, took = _timed(order.decided)
        other, greedy_took = _timed(lambda order=order: greedy(order))  # type: ignore[misc]
        if number >= 0:
            ms.append(took)
            greedy_ms.append(greedy_took)
            decided.append(decision)
            others.append(other)
    orders = len(decided)
    planned = [(one, other) for one, other in zip(decided, others, strict=True) if one.status == "planned"]
    return Measured(
        policy.name,
        candidates,
        stock,
        planned=len(planned) / orders,
        shipments=statistics.mean([len(one.shipments) for one, _ in planned] or [0]),
        proven=statistics.mean(one.proven for one in decided),
        ms=ms,
        greedy_ms=greedy_ms,
        more=sum(other is not None and len(other) > len(one.shipments) for one, other in planned) / orders,
        none=sum(other is None for _, other in planned) / orders,
    )


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    started = time.thread_time_ns()
    result = call()
    return result, (time.thread_time_ns() - started) / 1_000_000


def decisions() -> list[Measured]:
    """The default policy and the lowest cost, by how full the shelves are and by how many locations there are."""
    asked = [(40, stock) for stock in STOCKS] + [(candidates, "mixed") for candidates in (20, 64)]
    policies = [shipped_policy(name) for name in ORDERS]
    return [measured(policy, candidates, stock) for policy in policies for candidates, stock in asked]


def show(rows: Sequence[Measured]) -> None:
    """A line for each."""
    print(f"\nOne decision, {LINES} lines, at most 3 shipments; ms of processor time, warm")
    print(
        f"  {'policy':<18}{'locations':>9}  {'stock':<18}{'planned':>8}{'parcels':>9}{'proven':>8}"
        f"{'p50':>8}{'p99':>8}{'greedy p50':>12}{'ratio':>8}{'it takes more parcels':>23}{'finds no plan':>15}"
    )
    for row in rows:
        print(
            f"  {row.policy:<18}{row.candidates:>9}  {row.stock:<18}{row.planned:>8.0%}{row.shipments:>9.2f}"
            f"{row.proven:>8.0%}{statistics.median(row.ms):>8.2f}{_p99(row.ms):>8.2f}"
            f"{statistics.median(row.greedy_ms):>12.3f}{row.ratio:>7.1f}x{row.more:>23.0%}{row.none:>15.0%}"
        )


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[98]


if __name__ == "__main__":
    show(decisions())
