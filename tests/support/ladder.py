"""The ladder of a policy, read a second time: what is tried one after the other, and who promises the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from tests.support.words import combined, may_supply, says, units_at, units_of


@dataclass(frozen=True)
class Rung:
    """What is allowed on one rung of the ladder. ``all_later``: what is left out must all be promised for later."""

    most: int
    part: bool = False
    all_later: bool = False
    ring_km: float | None = None

    def reaches(self, candidate: Candidate) -> bool:
        """Whether the location stands in the ring."""
        metres = candidate.distance_m
        return self.ring_km is None or (metres is not None and metres <= self.ring_km * 1000)


def rungs(request: DecisionRequest, policy: Policy) -> Iterable[Rung]:
    """What is tried, one after the other: the rings, then what the ladder adds to the widest of them."""
    pickup = request.method == "pickup"
    enough = {fallback.rung for fallback in policy.fallback} | (
        {"part"} if pickup and request.accept_partial else set()
    )
    rung = Rung(1 if pickup else policy.split.max_shipments)
    for ring_km in policy.rings_km or (None,):
        rung = replace(rung, ring_km=ring_km)
        yield rung
    for fallback in policy.fallback:
        if fallback.rung == "more_shipments" and not pickup:
            rung = replace(rung, most=max(rung.most, fallback.max_shipments or 0))
        if fallback.rung == "part":
            rung = replace(rung, part=True)
        if fallback.rung == "backorder":
            rung = replace(rung, part=True, all_later="part" not in enough)
        yield rung
    if pickup and request.accept_partial:
        yield replace(rung, part=True)


def later(
    request: DecisionRequest,
    candidates: Iterable[Candidate],
    stock: StockPicture,
    policy: Policy,
    now: datetime,
    rung: Rung,
    chosen: Collection[str] = (),
) -> dict[str, str]:
    """By SKU, the location that promises for later what is short of it.

    A plan's own locations come first, unless they were filled in order; then those that units are taken from first.
    """
    if not any(fallback.rung == "backorder" for fallback in policy.fallback):
        return {}
    there = [c for c in candidates if may_supply(request, c, policy) and rung.reaches(c)]
    wanted = units_of(request.lines)
    in_order = policy.choose == "in_order"
    names = policy.objectives if in_order else policy.take_from
    units = [units_at(c, request, stock, policy, now) for c in there]
    said = [
        combined(name, [says(name, c, u, wanted, policy, now) for c, u in zip(there, units, strict=True)])
        for name in names
    ]
    heard = [values for values in said if values is not None]
    turns = [
        (c.location_id not in chosen and not in_order, *(values[n] for values in heard), c.location_id)
        for n, c in enumerate(there)
    ]
    rows = [(sku, turn, stock.get((sku, turn[-1]))) for sku in wanted for turn in sorted(turns, reverse=True)]
    return {sku: str(turn[-1]) for sku, turn, row in rows if row and row.backorderable}
