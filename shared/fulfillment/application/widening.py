"""Looking farther: where the nearest locations cannot supply an order, those anywhere that hold what it lacks.

A call normally reads the stock of the nearest locations alone, however large the chain. Only when these give no plan
is it asked where the SKUs are at all, which is remembered for some seconds: what is sold out is asked for in rushes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from fulfillment.application.picture import (
    MAX_CANDIDATES,
    SOLD_OUT_REREAD_SECONDS,
    Candidates,
    Picture,
    outside_ring,
)
from fulfillment.application.ports import Seen, StockKey
from fulfillment.domain.basket import quantity_by_sku
from fulfillment.domain.decision import Decision, DecisionRequest, decide
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, Detail, Reason, Verdict
from fulfillment.domain.stock import StockRow

Units = Mapping[str, Mapping[str, int]]  # by SKU, by location


@dataclass(frozen=True)
class Look:
    """One reading of the world: the candidates and their stock. A lost race corrects ``stock`` without reading again.

    ``idle`` are locations that were looked at and do not open soon, or have no room.
    """

    found: Candidates
    stock: dict[StockKey, StockRow]
    idle: frozenset[str] = frozenset()

    def decide(self, request: DecisionRequest, policy: Policy, now: datetime) -> Decision:
        """The decision on what is known by now."""
        return decide(request, self.found.inside, self.stock, policy, now, self.found.outside)


def decide_widely(
    picture: Picture,
    request: DecisionRequest,
    look: Look,
    now: datetime,
    oldest_seconds: float = SOLD_OUT_REREAD_SECONDS,
) -> tuple[Decision, Look]:
    """The decision, and the look that it was taken on in the end. ``oldest_seconds``: what is remembered of where a SKU
    is may be so old.

    A delivery that the nearest cannot supply is looked for anywhere, before the policy's ladder allows less. First for
    the SKUs that are short; where none is, they lie in too many places, and all are asked for: somebody may have more.
    """
    policy = look.found.search.policy
    strict = replace(policy, fallback=())
    decision = look.decide(request, strict, now)
    asked: set[str] = set()
    while decision.status != "planned" and request.method == "delivery" and look.found.more:
        skus = _short(decision, request) or set(_needed(request))
        wider = None if skus <= asked else _wider(picture, request, look, skus, now, oldest_seconds)
        if wider is None:
            break
        asked |= skus
        look = wider
        decision = look.decide(request, strict, now)
    if decision.status != "planned" and policy.fallback:
        decision = look.decide(request, policy, now)
    return decision, look


def _needed(request: DecisionRequest) -> dict[str, int]:
    return quantity_by_sku((line.sku, line.quantity) for line in request.lines)


def _short(decision: Decision, request: DecisionRequest) -> set[str]:
    """SKUs of which there is less than the order wants, where it was looked for."""
    needed = _needed(request)
    return {short.sku for short in decision.unfilled if short.left < needed[short.sku]}


def _wider(
    picture: Picture,
    request: DecisionRequest,
    look: Look,
    skus: Collection[str],
    now: datetime,
    oldest_seconds: float,
) -> Look | None:
    """A look at the locations that promise most of what is wanted, near and far; None when no new one is among them."""
    search, needed = look.found.search, _needed(request)
    idle = look.idle.union(c.location_id for c in look.found.nearest if c.promise is None)
    there = {sku: picture.stock.whereabouts(sku, oldest_seconds) for sku in skus}
    units = {sku: _corrected(sku, there.get(sku, {}), look, idle) for sku in needed}
    holders = {location_id for of_sku in units.values() for location_id in of_sku}
    seen = _inside_rings(picture.those_of(holders, search), search.policy)
    chosen = {one.location.location_id: one for one in _most_promising(seen, units, needed)}
    known = {candidate.location_id: candidate for candidate in look.found.nearest}
    new = picture.promised([one for name, one in chosen.items() if name not in known], search, now)
    if not new:
        return None
    dropped = [candidate for name, candidate in known.items() if name not in chosen]
    found = replace(
        look.found,
        nearest=[*(candidate for name, candidate in known.items() if name in chosen), *new],
        beyond=look.found.beyond - len(new) + sum(c.location_id in holders for c in dropped),
    )
    counted = replace(found, outside=[*_counted(look.found, dropped, holders), *outside_ring(found.beyond)])
    return Look(counted, {**look.stock, **picture.stock_of(request.lines, new)}, idle)


def _inside_rings(seen: Sequence[Seen], policy: Policy) -> Sequence[Seen]:
    """A policy with rings looks no farther than the last of them."""
    if not policy.rings_km:
        return seen
    last_m = policy.rings_km[-1] * 1000
    return [one for one in seen if one.distance_m is not None and one.distance_m <= last_m]


def _counted(found: Candidates, dropped: Sequence[Candidate], holders: Collection[str]) -> list[Verdict]:
    """One verdict for each reason for which locations that had been looked at made room for others."""
    near: dict[Reason, list[Candidate]] = defaultdict(list)
    for candidate in dropped:
        if candidate.promise is None:
            near["capacity_full" if candidate.full else "not_open_soon"].append(candidate)
        elif candidate.location_id not in holders:
            near["no_stock"].append(candidate)
    before = [verdict for verdict in found.outside if verdict.reason != "outside_ring"]
    return before + [Verdict("*", reason, _count(candidates)) for reason, candidates in sorted(near.items())]


def _count(candidates: Sequence[Candidate]) -> Detail:
    known = [candidate.distance_m for candidate in candidates if candidate.distance_m is not None]
    return {"count": len(candidates)} | ({"nearest_m": min(known)} if known else {})


def _corrected(sku: str, told: Mapping[str, int], look: Look, idle: Collection[str]) -> dict[str, int]:
    """What is remembered of where the SKU is, corrected by what was just read."""
    read = {
        candidate.location_id: look.stock.get((sku, candidate.location_id))
        for candidate in look.found.nearest
    }
    units = {**told, **{location_id: row.available if row else 0 for location_id, row in read.items()}}
    return {location_id: n for location_id, n in units.items() if n > 0 and location_id not in idle}


def _most_promising(seen: Sequence[Seen], units: Units, needed: Mapping[str, int]) -> list[Seen]:
    """As many as a decision looks at: in turn the nearest, the one that has most of the order, and of each SKU the one
    that has most. So neither a rare SKU nor a large quantity is crowded out by those that are merely near.
    """

    def useful(one: Seen, sku: str) -> int:
        return min(needed[sku], units[sku].get(one.location.location_id, 0))

    def worth(one: Seen) -> tuple[int, int]:
        in_full = sum(useful(one, sku) == needed[sku] for sku in needed)
        return -in_full, -sum(useful(one, sku) for sku in needed)

    turns = [list(seen), sorted(seen, key=worth)]
    turns += [sorted((s for s in seen if useful(s, sku)), key=lambda s: -useful(s, sku)) for sku in needed]
    in_turn = (one for row in zip_longest(*turns) for one in row if one is not None)
    chosen: dict[str, Seen] = {}
    for one in in_turn:
        chosen[one.location.location_id] = one
        if len(chosen) == MAX_CANDIDATES:
            break
    return list(chosen.values())
