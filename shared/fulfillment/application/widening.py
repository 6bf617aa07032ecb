"""Looking farther: where the nearest locations cannot supply an order, those anywhere that hold what it lacks.

A call normally reads the stock of the nearest locations alone, however large the chain. Only when these give no plan
is it asked where the SKUs are at all, which is remembered for some seconds: what is sold out is asked for in rushes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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
from fulfillment.domain.errors import Busy
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, Detail, Reason, Verdict
from fulfillment.domain.routing.shelves import Shelves
from fulfillment.domain.stock import StockRow

REFUSAL_SECONDS = (
    2  # an order is not refused on older whereabouts; a rush asks no more often, for each SKU and worker
)
MAX_ROUNDS = 4  # looks at more and more that promise units; each costs at most the rows of MAX_CANDIDATES
MAX_ASKED = 10  # SKUs asked after, one query each: an order that lacks more would need too many parcels
MAX_ASKED_TOGETHER = 5  # where none is short: whoever has the rarest of them all is likely to have the others

Units = Mapping[str, Mapping[str, int]]  # by SKU, by location


@dataclass(frozen=True)
class Look:
    """One reading of the world: the candidates and their stock. A lost race corrects ``stock`` without reading again.

    ``useless`` are locations that were looked at and cannot supply: they have no units to give, do not open soon, or
    have no room.
    """

    found: Candidates
    stock: dict[StockKey, StockRow]
    useless: frozenset[str] = frozenset()

    def decide(self, request: DecisionRequest, policy: Policy, now: datetime) -> Decision:
        """The decision on what is known by now."""
        return decide(request, self.found.inside, self.stock, policy, now, self.found.outside)


def decide_widely(
    picture: Picture,
    request: DecisionRequest,
    look: Look,
    now: datetime,
    oldest_seconds: float | None = None,
) -> tuple[Decision, Look]:
    """The decision, and the look that it was taken on in the end. ``oldest_seconds``: what is remembered of where a SKU
    is may be so old; None for advice, which looks no farther when it cannot be told where a SKU is. Busy otherwise.

    A delivery that the nearest cannot supply is looked for anywhere, before the policy's ladder allows less. First for
    the SKUs that are short; where none is, they lie in too many places: somebody may have more. Whoever turns out not
    to supply after all makes room for others, in a few rounds.
    """
    policy = look.found.search.policy
    strict = replace(policy, fallback=())
    decision = look.decide(request, strict, now)
    told: dict[str, Mapping[str, int]] = {}
    for _ in range(MAX_ROUNDS):
        if decision.status == "planned" or request.method != "delivery" or not look.found.more:
            break
        if not _ask(picture, _to_ask(request, decision, look, told), told, oldest_seconds):
            break
        wider = _wider(picture, request, decision, look, told, now)
        if wider is None:
            break
        look = wider
        decision = look.decide(request, strict, now)
    if decision.status != "planned" and policy.fallback:
        decision = look.decide(request, policy, now)
    return decision, look


def _needed(request: DecisionRequest) -> dict[str, int]:
    return quantity_by_sku((line.sku, line.quantity) for line in request.lines)


def _to_ask(request: DecisionRequest, decision: Decision, look: Look, told: Collection[str]) -> Sequence[str]:
    """The SKUs to ask after next, those first that the fewest of the nearest have: the short ones, else any."""
    needed = _needed(request)
    short = {short.sku for short in decision.unfilled if short.left < needed[short.sku]}
    have = Counter(sku for (sku, _), row in look.stock.items() if row.available > 0)
    rarest = sorted((short or needed.keys()) - set(told), key=lambda sku: (have[sku], sku))
    return rarest[: max(0, (MAX_ASKED if short else MAX_ASKED_TOGETHER) - len(told))]


def _ask(
    picture: Picture, skus: Sequence[str], told: dict[str, Mapping[str, int]], oldest_seconds: float | None
) -> bool:
    """Add to what is told where each of these is; whether all of that could be told."""
    for sku in skus:
        try:
            told[sku] = picture.stock.whereabouts(
                sku, SOLD_OUT_REREAD_SECONDS if oldest_seconds is None else oldest_seconds
            )
        except Busy:
            if oldest_seconds is None:
                return False
            raise
    return True


def _wider(
    picture: Picture,
    request: DecisionRequest,
    decision: Decision,
    look: Look,
    told: Units,
    now: datetime,
) -> Look | None:
    """A look at the locations that promise most of what is wanted, near and far; None when no new one is among them."""
    search = look.found.search
    known = {candidate.location_id: candidate for candidate in look.found.nearest}
    verdicts = {verdict.location_id: verdict for verdict in decision.candidates}
    useless = look.useless.union(name for name in known if not verdicts[name].eligible)
    named = set(known).union(*told.values()) - useless
    seen = picture.those_of(named, search)
    units = _sellable(request, look, seen, told, now)
    holders = {location_id for of_sku in units.values() for location_id in of_sku}
    seen = [one for one in seen if one.location.location_id in holders]
    chosen = {one.location.location_id: one for one in _most_promising(seen, units, _needed(request))}
    new = picture.promised([one for name, one in chosen.items() if name not in known], search, now)
    if not new:
        return None
    dropped = [candidate for name, candidate in known.items() if name not in chosen]
    found = replace(
        look.found,
        nearest=[*(candidate for name, candidate in known.items() if name in chosen), *new],
        beyond=look.found.beyond - len(new) + sum(c.location_id not in useless for c in dropped),
    )
    idle = [(verdicts[c.location_id].reason, c) for c in dropped if c.location_id in useless]
    counted = replace(found, outside=[*_counted(look.found, idle), *outside_ring(found.beyond)])
    return Look(counted, {**look.stock, **picture.stock_of(request.lines, new)}, useless)


def _counted(found: Candidates, dropped: Sequence[tuple[Reason, Candidate]]) -> list[Verdict]:
    """One verdict for each reason for which locations that had been looked at made room for others."""
    near: dict[Reason, list[Candidate]] = defaultdict(list)
    for reason, candidate in dropped:
        near[reason].append(candidate)
    before = [verdict for verdict in found.outside if verdict.reason != "outside_ring"]
    return before + [Verdict("*", reason, _count(candidates)) for reason, candidates in sorted(near.items())]


def _count(candidates: Sequence[Candidate]) -> Detail:
    known = [candidate.distance_m for candidate in candidates if candidate.distance_m is not None]
    return {"count": len(candidates)} | ({"nearest_m": min(known)} if known else {})


def _sellable(
    request: DecisionRequest, look: Look, seen: Sequence[Seen], told: Units, now: datetime
) -> dict[str, dict[str, int]]:
    """What these could give: what is remembered, corrected by what was read, after the units that they keep."""
    needed = _needed(request)
    tags = {sku: item.tags for sku, item in request.items.items()}
    shelves = Shelves(tuple(needed), look.stock, look.found.search.policy, request.method, tags, now)
    kept = _Kept(shelves, look)
    read = {location_id for _, location_id in look.stock}
    units: dict[str, dict[str, int]] = {sku: {} for sku in needed}
    for one in seen:
        location_id, floors = one.location.location_id, kept.by(one.location)
        for sku in needed if location_id in read else told:
            row = look.stock.get((sku, location_id))
            there = row.available if row else 0 if location_id in read else told[sku].get(location_id, 0)
            if (free := there - floors.get(sku, 0)) > 0:
                units[sku][location_id] = free
    return units


class _Kept:
    """Floors of any locations. Whether one that was not looked at closes soon is not known: it is taken not to."""

    def __init__(self, shelves: Shelves, look: Look) -> None:
        self.read = {candidate.location_id: candidate for candidate in look.found.nearest}
        self._shelves = shelves
        self._policy = look.found.search.policy
        self._known: dict[tuple[str, frozenset[str]], Mapping[str, int]] = {}

    def by(self, location: Location) -> Mapping[str, int]:
        """Units of each SKU that the location keeps."""
        if not self._policy.floors:
            return {}
        if candidate := self.read.get(location.location_id):
            return self._shelves.floors(candidate)
        alike = location.kind, self._policy.groups_of(location.location_id, location.groups)
        if alike not in self._known:
            self._known[alike] = self._shelves.floors(_unread(location))
        return self._known[alike]


def _unread(location: Location) -> Candidate:
    return Candidate(
        location_id=location.location_id,
        name=location.name,
        kind=location.kind,
        status=location.status,
        methods=location.methods,
        distance_m=None,
        covered=None,
        foreign=None,
        zone=location.zone,
        promise=None,
        groups=location.groups,
    )


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
