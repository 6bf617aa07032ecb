"""What would have made a location win: the smallest single change of each kind, found by deciding again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from fulfillment.domain.basket import quantity_by_sku
from fulfillment.domain.decision import DecisionRequest, decide
from fulfillment.domain.policy import FloorRule, Policy
from fulfillment.domain.routing.candidate import FARTHEST_M, Candidate, StockPicture
from fulfillment.domain.stock import StockRow

THIS_ONE = " this location"  # a group of one; no group that a person names begins with a space


@dataclass(frozen=True)
class Change:
    """One thing that would have been enough.

    ``units``: so many more of each SKU named · ``km``: ``metres`` nearer, then at ``distance_m`` ·
    ``floor``: keeping no more than ``floor`` units.
    """

    kind: Literal["units", "km", "floor"]
    detail: Mapping[str, int]


@dataclass(frozen=True)
class _World:
    """What a decision is taken on, with one location that it is about."""

    request: DecisionRequest
    others: Sequence[Candidate]
    candidate: Candidate
    stock: StockPicture
    policy: Policy
    at: datetime

    def wins(self) -> bool:
        """Whether the location is part of the plan."""
        decision = decide(self.request, [*self.others, self.candidate], self.stock, self.policy, self.at)
        return any(s.location_id == self.candidate.location_id for s in decision.shipments)

    def with_more(self, units: Mapping[str, int]) -> _World:
        """The same with more units on its shelves."""
        stock = dict(self.stock)
        for sku, more in units.items():
            key = (sku, self.candidate.location_id)
            row = stock.get(key) or StockRow(*key, on_hand=0)
            stock[key] = replace(row, on_hand=row.on_hand + more)
        return replace(self, stock=stock)

    def away(self, distance_m: int) -> _World:
        """The same with the location so far away."""
        return replace(self, candidate=replace(self.candidate, distance_m=distance_m))

    def keeping(self, floor: int) -> _World:
        """The same with another floor at this location alone."""
        groups = {**self.policy.groups, THIS_ONE: (self.candidate.location_id,)}
        floors = (*self.policy.floors, FloorRule(floor, groups=(THIS_ONE,)))
        return replace(self, policy=replace(self.policy, groups=groups, floors=floors))


def what_would_change(
    request: DecisionRequest,
    candidates: Sequence[Candidate],
    stock: StockPicture,
    policy: Policy,
    now: datetime,
    location_id: str,
) -> tuple[Change, ...]:
    """The smallest change of each kind after which the location is in the plan.

    Empty when it is already, when no single change is enough, or when it is not among the candidates.
    """
    found = [c for c in candidates if c.location_id == location_id]
    others = [c for c in candidates if c.location_id != location_id]
    if not found:
        return ()
    world = _World(request, others, found[0], stock, policy, now)
    if world.wins():
        return ()
    changes = (_units(world), _km(world), _floor(world))
    return tuple(change for change in changes if change)


def _units(world: _World) -> Change | None:
    needed = quantity_by_sku((line.sku, line.quantity) for line in world.request.lines)
    highest = max((rule.units for rule in world.policy.floors), default=0)
    most = {sku: units + highest + _below_zero(world, sku) for sku, units in needed.items()}
    single = [
        (more, sku)
        for sku, units in most.items()
        if (more := _smallest(units, lambda n, sku=sku: world.with_more({sku: n}).wins())) is not None  # type: ignore[misc]
    ]
    if single:
        more, sku = min(single)
        return Change("units", {sku: more})
    if not world.with_more(most).wins():
        return None
    for sku in sorted(most):  # all of them together, each as few as will do
        least = _smallest(most[sku], lambda n, sku=sku: world.with_more({**most, sku: n}).wins())  # type: ignore[misc]
        most[sku] = most[sku] if least is None else least
        if world.with_more({**most, sku: 0}).wins():
            most[sku] = 0
    return Change("units", {sku: more for sku, more in most.items() if more})


def _below_zero(world: _World, sku: str) -> int:
    """Units that are missing before there is anything to give."""
    row = world.stock.get((sku, world.candidate.location_id))
    return max(0, -row.available) if row else 0


def _km(world: _World) -> Change | None:
    there = world.candidate.metres
    nearer = _smallest(there, lambda metres: world.away(there - metres).wins())
    if nearer is None:
        return None
    detail = {"distance_m": there - nearer}
    return Change("km", detail if there == FARTHEST_M else {"metres": nearer, **detail})


def _floor(world: _World) -> Change | None:
    highest = max((rule.units for rule in world.policy.floors), default=0)
    lower = _smallest(highest, lambda n: world.keeping(highest - n).wins())
    return None if lower is None else Change("floor", {"floor": highest - lower})


def _smallest(most: int, enough: Callable[[int], bool]) -> int | None:
    """The smallest number from 1 to ``most`` that is enough, where more is never worse; None when none is."""
    if most < 1 or not enough(most):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
