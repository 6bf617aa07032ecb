"""What a policy's words say of one location, read a second time, for the oracles.

Written from the docstrings of ``domain.policy``, ``domain.routing.registry`` and ``domain.routing.rules`` alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import FloorRule, Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture

UNKNOWN_M = 20_037_508  # half the equator


def may_supply(request: DecisionRequest, candidate: Candidate, policy: Policy) -> bool:
    """Whether nothing but stock stands between a location and the order."""
    groups = policy.groups_of(candidate.location_id, candidate.groups)
    rule = policy.locations
    farthest = rule.max_distance_km
    near_enough = farthest is None or (
        candidate.distance_m is not None and candidate.distance_m <= farthest * 1000
    )
    in_time = request.needed_by is None or (
        candidate.promise is not None and candidate.promise.at <= request.needed_by
    )
    return all(
        (
            candidate.location_id not in request.refused_by,
            candidate.status == "open",
            request.method in candidate.methods,
            request.location_id in (None, candidate.location_id),
            request.method == "pickup" or candidate.covered is not False,
            not candidate.full,
            candidate.promise is not None,
            not rule.include_groups or groups & set(rule.include_groups),
            not groups & set(rule.exclude_groups),
            not rule.kinds or candidate.kind in rule.kinds,
            near_enough,
            in_time,
        )
    )


def floor(sku: str, candidate: Candidate, request: DecisionRequest, policy: Policy, now: datetime) -> int:
    """Units that the location keeps: the last rule that holds."""
    item = request.items.get(sku)
    groups = policy.groups_of(candidate.location_id, candidate.groups)
    holding = [
        rule.units
        for rule in policy.floors
        if (not rule.kinds or candidate.kind in rule.kinds)
        and (not rule.groups or groups & set(rule.groups))
        and (not rule.skus or sku in rule.skus)
        and (not rule.tags or set(item.tags if item else ()) & set(rule.tags))
        and (not rule.methods or request.method in rule.methods)
        and _is_the_hour(rule, candidate, now)
    ]
    return holding[-1] if holding else 0


def _is_the_hour(rule: FloorRule, candidate: Candidate, now: datetime) -> bool:
    """Whether the rule is for now: in the last hours of an opening, where it says so."""
    if rule.hours_before_closing is None:
        return True
    open_now = candidate.opens_at is None or candidate.opens_at <= now
    closes = candidate.closes_at
    return (
        open_now and closes is not None and (closes - now) / timedelta(hours=1) <= rule.hours_before_closing
    )


def units_at(
    candidate: Candidate, request: DecisionRequest, stock: StockPicture, policy: Policy, now: datetime
) -> dict[str, int]:
    """What a location could give of each SKU that is wanted."""
    rows = {line.sku: stock.get((line.sku, candidate.location_id)) for line in request.lines}
    return {
        sku: max(0, row.available - floor(sku, candidate, request, policy, now)) if row else 0
        for sku, row in sorted(rows.items())
    }


def says(
    name: str,
    candidate: Candidate,
    units: Mapping[str, int],
    wanted: Mapping[str, int],
    policy: Policy,
    now: datetime,
) -> int | None:
    """What the rule of that name says of one location; None where it abstains."""
    groups = policy.groups_of(candidate.location_id, candidate.groups)
    ranked = [place for place, group in enumerate(policy.ranking) if group in groups]
    promise = candidate.promise
    said: dict[str, int | None] = {
        "other_zone": None if candidate.foreign is None else int(candidate.foreign),
        "shipments": 1,
        "distance": metres(candidate),
        "rank": candidate.rank,
        "group_rank": min(ranked, default=None),
        "stock": -sum(units.values()),
        "coverage": -sum(units[sku] >= n for sku, n in wanted.items()),
        "load": candidate.queued,
        "promise": None if promise is None else (promise.at - now) // timedelta(minutes=1),
        "cost": 0,
        "slow_movers": _weeks(candidate, units),
    }
    return said[name]


def _weeks(candidate: Candidate, units: Mapping[str, int]) -> int | None:
    """How long the goods would lie there, longest first, in thousandths of weeks."""
    weekly = candidate.attributes.get("weekly_sales")
    if weekly is None:
        return None
    return -(sum(units.values()) * 1000 // int(weekly)) if weekly else -(10**12)


def combined(name: str, said: Sequence[int | None]) -> tuple[int, ...] | None:
    """The words on all locations as numbers that add up; None when the rule abstains from every one.

    Ranks count from the best location there is, and one that is abstained from comes behind all others.
    """
    spoken = [value for value in said if value is not None]
    if not spoken:
        return None
    if name not in {"rank", "group_rank", "stock", "coverage", "slow_movers"}:
        return tuple(value or 0 for value in said)
    best = min(spoken)
    return tuple(max(spoken) - best + 1 if value is None else value - best for value in said)


def metres(candidate: Candidate) -> int:
    """The distance; what is not known is half round the Earth."""
    return UNKNOWN_M if candidate.distance_m is None else candidate.distance_m


def units_of(lines: Iterable[Line]) -> dict[str, int]:
    """Units by SKU."""
    total: Counter[str] = Counter()
    for line in lines:
        total[line.sku] += line.quantity
    return dict(total)
