"""One attempt at a plan: the policy's question about some locations, put to the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.routing.costs import MILLION, Band, Tariff
from fulfillment.domain.routing.filling import Filler
from fulfillment.domain.routing.in_order import first_plans
from fulfillment.domain.routing.parcels import Goods, ParcelRules, Place, Shelf
from fulfillment.domain.routing.registry import Column, RuleView, column
from fulfillment.domain.routing.rules import known_rules
from fulfillment.domain.routing.search import Budget, Found, Problem, Supplier, Vector, best_plans
from fulfillment.domain.routing.wants import Wants

MAX_STOCK_ROWS = 80  # per plan; with the order's own rows it then fits one transaction of 100 actions

MISSING = "missing"  # the first objective of a plan that may leave units out


@dataclass(frozen=True)
class Able:
    """A location that may supply, and the units of each SKU that it could give."""

    candidate: Candidate
    units: Mapping[str, int]


@dataclass(frozen=True)
class Attempt:
    """What was found. ``names`` are the objectives that had a say, in the order of a plan's values."""

    names: tuple[str, ...]
    found: Found


@dataclass(frozen=True)
class Question:
    """What stays the same in all attempts of one decision."""

    wants: Wants
    policy: Policy
    goods: Goods
    tariff: Tariff
    now: datetime

    def attempt(self, able: Sequence[Able], most: int, *, partial: bool) -> Attempt:
        """The best plans of at most ``most`` of these locations; ``partial`` ones leave out as few units as can be."""
        budget = Budget()
        views = [RuleView(a.candidate, a.units, self.wants.needed, self.policy, self.now) for a in able]
        said = {name: column(name, views) for name in {*self.policy.objectives, *self.policy.take_from}}
        columns = [c for name in self.policy.objectives if (c := said[name])]
        priced = any(c.combine == "cost" for c in columns)
        prices = (
            {a.candidate.location_id: _Prices.of(a, self.tariff, self.goods) for a in able} if priced else {}
        )
        in_order = self.policy.choose == "in_order"
        first = columns if in_order else [c for name in self.policy.take_from if (c := said[name])]
        shelves = _shelves(able, first, {} if in_order else prices)
        rules = _parcel_rules(self.policy)
        filler = Filler(self.wants, shelves, rules, self.goods, budget, partial=partial)
        values = [_values(a, columns, at, prices) for at, a in enumerate(able)]
        if partial:
            values = [(0, *v) for v in values]
        suppliers = [
            Supplier(a.candidate.location_id, v, self._supply(a.units, rules))
            for a, v in zip(able, values, strict=True)
        ]
        names = tuple(c.name for c in columns)
        problem = Problem(
            suppliers=suppliers,
            needs=self._needs(rules),
            most=most,
            fill=filler,
            plain=filler.is_plain(most),
            least=self._least(shelves, columns, partial=partial),
            latest=(*(False,) * partial, *(c.combine == "latest" for c in columns)),
            cost_at=next((at + partial for at, c in enumerate(columns) if c.combine == "cost"), None),
            partial=partial,
        )
        places = {shelf.location_id: shelf.place for shelf in shelves}
        found = first_plans(problem, places, budget) if in_order else best_plans(problem, budget)
        return Attempt((MISSING, *names) if partial else names, found)

    def _needs(self, rules: ParcelRules) -> dict[str, int]:
        """What a set must add up to: units of each SKU, each piece in one hand, and room for all of it."""
        needs = {f"sku {sku}": units for sku, units in self.wants.needed.items()}
        needs |= {f"piece {number}": 1 for number in range(len(self.wants.pieces))}
        if rules.most_units is not None:
            needs["room"] = sum(self.wants.needed.values())
        return needs

    def _supply(self, units: Mapping[str, int], rules: ParcelRules) -> dict[str, int]:
        supply = {f"sku {sku}": n for sku, n in units.items()}
        for number, piece in enumerate(self.wants.pieces):
            whole = all(units.get(sku, 0) >= n for sku, n in piece.units.items())
            if whole and (rules.most_units is None or sum(piece.units.values()) <= rules.most_units):
                supply[f"piece {number}"] = 1
        if rules.most_units is not None:
            held = sum(min(n, self.wants.needed[sku]) for sku, n in units.items())
            supply["room"] = min(held, rules.most_units)
        return supply

    def _least(self, shelves: Sequence[Shelf], columns: Sequence[Column], *, partial: bool) -> Vector:
        """What filling adds at least: the units that are nowhere, and each unit from where it costs least."""
        if not partial and not any(shelf.unit_cost for shelf in shelves):
            return (0,) * len(columns)
        short = cost = 0
        for sku, wanted in self.wants.needed.items():
            left = wanted
            for price, there in sorted(
                (s.unit_cost.get(sku, 0), s.units[sku]) for s in shelves if sku in s.units
            ):
                cost += price * min(left, there)
                left -= min(left, there)
            short += left
        by_objective = [cost if c.combine == "cost" and not partial else 0 for c in columns]
        return (short, *by_objective) if partial else tuple(by_objective)


@dataclass(frozen=True)
class _Prices:
    """What a location costs: to open, by unit, and by weight where that differs."""

    opening: int
    by_unit: Mapping[str, int]
    bands: tuple[Band, ...]

    @classmethod
    def of(cls, able: Able, tariff: Tariff, goods: Goods) -> _Prices:
        candidate = able.candidate
        opening = tariff.per_shipment + tariff.refusal_risk(candidate) + tariff.backlog(candidate)
        bands = tariff.transport(candidate)
        matters = len({band.millionths for band in bands}) > 1 and any(goods.grams.get(s) for s in able.units)
        opening += (
            min((b.millionths for b in bands), default=0)
            if matters
            else (bands[0].millionths if bands else 0)
        )
        by_unit = {s: tariff.per_unit + tariff.scarcity(s, candidate.location_id) for s in able.units}
        return cls(opening, {s: price for s, price in by_unit.items() if price}, bands if matters else ())


_FREE = _Prices(0, {}, ())


def _shelves(able: Sequence[Able], first: Sequence[Column], prices: Mapping[str, _Prices]) -> list[Shelf]:
    """What each location brings. ``first``: whom units are taken from first."""
    shelves = []
    for at, a in enumerate(able):
        location_id = a.candidate.location_id
        place: Place = (*(c.values[at] for c in first), location_id)
        price = prices.get(location_id, _FREE)
        shelves.append(Shelf(location_id, place, a.units, price.by_unit, price.bands))
    return shelves


def _values(able: Able, columns: Sequence[Column], at: int, prices: Mapping[str, _Prices]) -> Vector:
    return tuple(
        prices[able.candidate.location_id].opening if c.combine == "cost" else c.values[at] for c in columns
    )


def _parcel_rules(policy: Policy) -> ParcelRules:
    least = policy.split.min_parcel_value
    return ParcelRules(
        least_value=None if least is None else int(least * MILLION),
        most_units=policy.split.max_parcel_units,
        most_rows=MAX_STOCK_ROWS,
    )


def goods_of(grams: Mapping[str, int], price: Mapping[str, Decimal]) -> Goods:
    """Weights and prices as the search counts them."""
    return Goods(dict(grams), {sku: int(amount * MILLION) for sku, amount in price.items()})


assert set(Policy().objectives) | set(Policy().take_from) <= set(known_rules())
