"""The words of a policy, read a second time: what the oracles know of an order, without a look at the router.

Written from the docstrings of ``domain.policy`` and from the README alone. ``Problem`` is the whole question in plain
numbers; money is whole millionths of the currency, as in the decision's objectives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import CostRates, Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture

UNKNOWN_M = 20_037_508  # half the equator
HEAVIEST = 10**9  # grams: no limit


@dataclass(frozen=True)
class Block:
    """Lines that leave undivided from one location, or all units of one SKU that may be divided."""

    units: Mapping[str, int]
    divisible: bool
    line_ids: frozenset[str]


@dataclass(frozen=True)
class Place:
    """A location that may supply: what it could give, what each rule says of it, what a shipment costs.

    ``fixed`` and ``per_unit`` (by SKU) add up; ``bands`` are (grams up to, amount), of which the first that the
    parcel fits is paid.
    """

    location_id: str
    units: Mapping[str, int]
    scores: Mapping[str, int]
    fixed: int = 0
    per_unit: Mapping[str, int] | None = None
    bands: tuple[tuple[int, int], ...] = ((HEAVIEST, 0),)

    def cost(self, load: Mapping[str, int], grams: Mapping[str, int]) -> int:
        """What a parcel of these units costs from here."""
        weight = sum(grams.get(sku, 0) * n for sku, n in load.items())
        band = next(amount for up_to, amount in self.bands if weight <= up_to)
        return self.fixed + band + sum((self.per_unit or {}).get(sku, 0) * n for sku, n in load.items())


@dataclass(frozen=True)
class Problem:
    """Blocks to be supplied by at most ``most`` places, and what plans are compared by."""

    blocks: tuple[Block, ...]
    places: tuple[Place, ...]
    most: int
    objectives: tuple[str, ...]
    most_units: int | None = None
    least_value: int | None = None  # millionths
    value: Mapping[str, int] | None = None  # of a unit, by SKU, millionths
    grams: Mapping[str, int] | None = None

    @cached_property
    def wanted(self) -> Counter[str]:
        """Units by SKU."""
        total: Counter[str] = Counter()
        for block in self.blocks:
            total.update(block.units)
        return total

    @property
    def is_plain(self) -> bool:
        """Whether units are all that matters: nothing is undivided, and a parcel has neither a limit nor a value."""
        return self.most_units is None and self.least_value is None and all(b.divisible for b in self.blocks)

    def worth(self, load: Mapping[str, int]) -> int:
        """The value of a parcel."""
        return sum((self.value or {}).get(sku, 0) * n for sku, n in load.items())

    def values(self, plan: Mapping[str, Mapping[str, int]]) -> tuple[int, ...]:
        """What a plan (units by location and SKU) comes to, objective by objective."""
        used = [place for place in self.places if place.location_id in plan]
        return tuple(self._value(name, used, plan) for name in self.objectives)

    def _value(self, name: str, used: Sequence[Place], plan: Mapping[str, Mapping[str, int]]) -> int:
        if name == "cost":
            return sum(place.cost(plan[place.location_id], self.grams or {}) for place in used)
        if name == "promise":
            return max((place.scores[name] for place in used), default=0)
        return sum(place.scores[name] for place in used)


def millionths(amount: Decimal) -> int:
    """The amount in whole millionths; the instances are such that nothing is lost."""
    exact = amount * 1_000_000
    assert exact == int(exact), amount
    return int(exact)


def problem(
    request: DecisionRequest,
    candidates: Iterable[Candidate],
    stock: StockPicture,
    policy: Policy,
    now: datetime,
    rung: Rung | None = None,
) -> Problem:
    """The question that ``decide`` is asked, in plain numbers; on the first rung where none is named."""
    rung = rung or next(iter(rungs(request, policy)))
    allowed = sorted(
        (c for c in candidates if may_supply(request, c, policy) and rung.reaches(c)),
        key=lambda c: c.location_id,
    )
    shelves = {c.location_id: _units_at(c, request, stock, policy) for c in allowed}
    able = [c for c in allowed if any(shelves[c.location_id].values())]
    wanted = _units(request.lines)
    said = {
        name: _combined(name, [_says(name, c, shelves[c.location_id], wanted, policy, now) for c in able])
        for name in policy.objectives
    }
    heard = tuple(name for name in policy.objectives if said[name] is not None)
    least = policy.split.min_parcel_value
    return Problem(
        blocks=blocks(request, policy),
        places=tuple(
            _place(c, shelves[c.location_id], stock, policy, {name: (said[name] or ())[n] for name in heard})
            for n, c in enumerate(able)
        ),
        most=rung.most,
        objectives=heard,
        most_units=policy.split.max_parcel_units,
        least_value=None if least is None else millionths(least),
        value={sku: millionths(item.price or Decimal(0)) for sku, item in request.items.items()},
        grams={sku: item.weight_grams for sku, item in request.items.items()},
    )


@dataclass(frozen=True)
class Rung:
    """What is allowed on one rung of the ladder."""

    most: int
    part: bool = False
    ring_km: float | None = None

    def reaches(self, candidate: Candidate) -> bool:
        metres = candidate.distance_m
        return self.ring_km is None or (metres is not None and metres <= self.ring_km * 1000)


def rungs(request: DecisionRequest, policy: Policy) -> Iterable[Rung]:
    """What is tried, one after the other: the rings, then what the ladder adds to the widest of them."""
    pickup = request.method == "pickup"
    rung = Rung(1 if pickup else policy.split.max_shipments)
    for ring_km in policy.rings_km or (None,):
        rung = replace(rung, ring_km=ring_km)
        yield rung
    for fallback in policy.fallback:
        if fallback.rung == "more_shipments" and not pickup:
            rung = replace(rung, most=fallback.max_shipments or rung.most)
        rung = replace(rung, part=rung.part or fallback.rung == "part")
        yield rung
    if pickup and request.accept_partial:
        yield replace(rung, part=True)


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


def blocks(request: DecisionRequest, policy: Policy) -> tuple[Block, ...]:
    """The lines as what moves together: chained groups and whole lines, and the divisible units of each SKU."""
    bound: list[tuple[set[str], list[Line]]] = []  # labels in common, lines that leave from one location
    free: dict[str, list[Line]] = {}
    for line in request.lines:
        labels = _labels(line, request, policy)
        if not labels and policy.split.lines == "splittable":
            free.setdefault(line.sku, []).append(line)
            continue
        joined = [group for group in bound if group[0] & labels]
        lines = [member for group in joined for member in group[1]]
        bound = [group for group in bound if group not in joined]
        bound.append((labels.union(*(group[0] for group in joined)), [*lines, line]))
    return (
        *(_block(lines, divisible=False) for _, lines in bound),
        *(_block(lines, divisible=True) for _, lines in sorted(free.items())),
    )


def _block(lines: Sequence[Line], *, divisible: bool) -> Block:
    return Block(_units(lines), divisible, frozenset(line.line_id for line in lines))


def _labels(line: Line, request: DecisionRequest, policy: Policy) -> set[str]:
    item = request.items.get(line.sku)
    tags = {f"tag {tag}" for tag in (item.tags if item else ()) if tag in policy.split.keep_together}
    return tags | ({f"group {line.keep_together}"} if line.keep_together is not None else set())


def _units(lines: Iterable[Line]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for line in lines:
        total[line.sku] += line.quantity
    return dict(total)


def _units_at(
    candidate: Candidate, request: DecisionRequest, stock: StockPicture, policy: Policy
) -> dict[str, int]:
    rows = {line.sku: stock.get((line.sku, candidate.location_id)) for line in request.lines}
    return {
        sku: max(0, row.available - floor(sku, candidate, request, policy)) if row else 0
        for sku, row in sorted(rows.items())
    }


def _place(
    candidate: Candidate,
    units: Mapping[str, int],
    stock: StockPicture,
    policy: Policy,
    scores: Mapping[str, int],
) -> Place:
    rates = policy.costs
    fixed, bands = _transport(candidate, rates)
    fixed += _weighted(rates, "handling", rates.per_shipment)
    fixed += _weighted(rates, "refusal_risk", candidate.refusal_rate * rates.reroute)
    fixed += _weighted(rates, "backlog", candidate.queued * rates.backlog_per_order)
    handling = _weighted(rates, "handling", rates.per_unit)
    rows = {sku: stock.get((sku, candidate.location_id)) for sku in units}
    scarcity = {sku: row.unit_value if row and row.unit_value else Decimal(0) for sku, row in rows.items()}
    per_unit = {sku: handling + _weighted(rates, "scarcity", value) for sku, value in scarcity.items()}
    return Place(candidate.location_id, units, scores, fixed, per_unit, bands)


def floor(sku: str, candidate: Candidate, request: DecisionRequest, policy: Policy) -> int:
    """Units that the location keeps: the last rule that holds. Rules of the hour are not read here."""
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
    ]
    return holding[-1] if holding else 0


def _says(
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
        "distance": _metres(candidate),
        "rank": candidate.rank,
        "group_rank": min(ranked, default=None),
        "stock": -sum(units.values()),
        "coverage": -sum(units[sku] >= n for sku, n in wanted.items()),
        "load": candidate.queued,
        "promise": None if promise is None else (promise.at - now) // timedelta(minutes=1),
        "cost": 0,
    }
    return said[name]


def _combined(name: str, said: Sequence[int | None]) -> tuple[int, ...] | None:
    """The words on all locations as numbers that add up; None when the rule abstains from every one.

    Ranks count from the best location there is, and one that is abstained from comes behind all others.
    """
    spoken = [value for value in said if value is not None]
    if not spoken:
        return None
    if name not in {"rank", "group_rank", "stock", "coverage"}:
        return tuple(value or 0 for value in said)
    best = min(spoken)
    return tuple(max(spoken) - best + 1 if value is None else value - best for value in said)


def _metres(candidate: Candidate) -> int:
    return UNKNOWN_M if candidate.distance_m is None else candidate.distance_m


def _transport(candidate: Candidate, rates: CostRates) -> tuple[int, tuple[tuple[int, int], ...]]:
    zone = "other" if candidate.foreign else "same"
    metres = _metres(candidate)
    for row in rates.transport:
        if row.zone in ("any", zone) and (row.up_to_km is None or metres <= row.up_to_km * 1000):
            kilometres = -(-metres // 1000)
            bands = tuple(
                (
                    HEAVIEST if b.up_to_grams is None else b.up_to_grams,
                    _weighted(rates, "transport", b.amount),
                )
                for b in row.bands
            )
            return _weighted(rates, "transport", kilometres * row.per_km), bands
    return 0, ((HEAVIEST, 0),)


def _weighted(rates: CostRates, part: str, amount: Decimal) -> int:
    return millionths(amount * rates.weights.get(part, Decimal(1)))
