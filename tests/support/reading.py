"""The words of a policy, read a second time: what the oracles know of an order, without a look at the router.

Written from the docstrings of ``domain.policy`` and from the README alone. ``Problem`` is the whole question in plain
numbers; money is whole millionths of the currency, as in the decision's objectives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import CostRates, Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from tests.support.ladder import Rung, later, rungs
from tests.support.words import combined, may_supply, metres, says, units_at, units_of

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
    may_lack: frozenset[str] | None = (
        None  # SKUs of which units may be left out, where some may; None: of any
    )
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
    shelves = {c.location_id: units_at(c, request, stock, policy, now) for c in allowed}
    able = [c for c in allowed if any(shelves[c.location_id].values())]
    wanted = units_of(request.lines)
    said = {
        name: combined(name, [says(name, c, shelves[c.location_id], wanted, policy, now) for c in able])
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
        may_lack=frozenset(later(request, candidates, stock, policy, now, rung)) if rung.all_later else None,
        value=_prices(request),
        grams={sku: item.weight_grams for sku, item in request.items.items()},
    )


def _prices(request: DecisionRequest) -> dict[str, int]:
    """Of a unit, by SKU, in millionths: the lowest that its lines say, else the product's."""
    told: dict[str, list[Decimal]] = {}
    for line in request.lines:
        if line.unit_price is not None:
            told.setdefault(line.sku, []).append(line.unit_price.amount)
    prices = {sku: item.price or Decimal(0) for sku, item in request.items.items()}
    return {sku: millionths(price) for sku, price in (prices | {s: min(x) for s, x in told.items()}).items()}


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
    return Block(units_of(lines), divisible, frozenset(line.line_id for line in lines))


def _labels(line: Line, request: DecisionRequest, policy: Policy) -> set[str]:
    item = request.items.get(line.sku)
    tags = {f"tag {tag}" for tag in (item.tags if item else ()) if tag in policy.split.keep_together}
    return tags | ({f"group {line.keep_together}"} if line.keep_together is not None else set())


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


def _transport(candidate: Candidate, rates: CostRates) -> tuple[int, tuple[tuple[int, int], ...]]:
    zone = "other" if candidate.foreign else "same"
    away = metres(candidate)
    for row in rates.transport:
        if row.zone in ("any", zone) and (row.up_to_km is None or away <= row.up_to_km * 1000):
            kilometres = -(-away // 1000)
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
