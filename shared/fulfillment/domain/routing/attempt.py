"""One attempt at a plan: the policy's question about some locations, put to the search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.routing.costs import MILLION, Band, Tariff, parcel_price
from fulfillment.domain.routing.filling import Filler
from fulfillment.domain.routing.guesses import Guessing
from fulfillment.domain.routing.in_order import first_plans
from fulfillment.domain.routing.parcels import Goods, ParcelRules, Place, Shelf
from fulfillment.domain.routing.registry import Column, RuleView, column
from fulfillment.domain.routing.rules import known_rules
from fulfillment.domain.routing.search import Budget, Found, Problem, Supplier, Vector, best_plans
from fulfillment.domain.routing.wants import Wants

MAX_STOCK_ROWS = 79  # per plan; with the order's own rows it then fits one transaction of 100 actions

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
    at: datetime

    def attempt(self, able: Sequence[Able], most: int, may_lack: Collection[str] = ()) -> Attempt:
        """The best plans of at most ``most`` of these locations.

        They supply everything; of the SKUs of ``may_lack`` they leave out as few units as can be.
        """
        budget, partial, most = Budget(), bool(may_lack), min(most, self._most_parcels())
        columns = self._columns(self.policy.objectives, able)
        priced = any(c.combine == "cost" for c in columns)
        prices = [_Prices.of(a, self.tariff, self.goods) if priced else _FREE for a in able]
        if self._in_order:
            shelves = [_shelf(a, at, columns, _FREE) for at, a in enumerate(able)]  # money decides nothing
        else:
            first = self._columns(self.policy.take_from, able)
            shelves = [_shelf(a, at, first, prices[at]) for at, a in enumerate(able)]
        problem = self._problem(able, columns, prices, shelves, most, budget, may_lack)
        if self._in_order:
            places = {shelf.location_id: shelf.place for shelf in shelves}
            by_id = {a.candidate.location_id: price for a, price in zip(able, prices, strict=True)}
            found = self._repriced(first_plans(problem, places, budget), by_id, problem.cost_at)
        else:
            found = best_plans(problem, budget)
        names = tuple(c.name for c in columns)
        return Attempt((MISSING, *names) if partial else names, found)

    def _problem(
        self,
        able: Sequence[Able],
        columns: Sequence[Column],
        prices: Sequence[_Prices],
        shelves: Sequence[Shelf],
        most: int,
        budget: Budget,
        may_lack: Collection[str],
    ) -> Problem:
        partial = bool(may_lack)
        rules = _parcel_rules(self.policy)
        filler = Filler(self.wants, shelves, rules, self.goods, budget, may_lack=may_lack)
        front: Vector = (0,) if partial else ()
        suppliers = [
            Supplier(
                a.candidate.location_id,
                (*front, *(prices[at].opening if c.combine == "cost" else c.values[at] for c in columns)),
                self._supply(a.units, rules, partial=partial),
            )
            for at, a in enumerate(able)
        ]
        cost_at = next((at + partial for at, c in enumerate(columns) if c.combine == "cost"), None)
        plain = filler.is_plain(most)
        guessing = Guessing(self.wants, self.goods, suppliers, shelves, cost_at, partial=partial)
        return Problem(
            suppliers=suppliers,
            needs=self._needs(rules, partial=partial),
            most=most,
            fill=filler,
            plain=plain,
            guesses=guessing.free if plain else guessing,
            latest=(*(False for _ in front), *(c.combine == "latest" for c in columns)),
            cost_at=cost_at,
            partial=partial,
        )

    def _most_parcels(self) -> int:
        """No plan has more: each parcel holds a unit or a piece at least, and is worth what one must be."""
        most = len(self.wants.pieces) + sum(line.quantity for line in self.wants.loose)
        if least := _parcel_rules(self.policy).least_value:
            worth = sum(n * self.goods.price.get(sku, 0) for sku, n in self.wants.needed.items())
            most = min(most, max(1, worth // least))
        return most

    def in_turn(self, able: Sequence[Able]) -> list[str]:
        """Location ids in the order in which units are taken from them."""
        columns = self._columns(self.policy.objectives if self._in_order else self.policy.take_from, able)
        places = [(*(c.values[at] for c in columns), a.candidate.location_id) for at, a in enumerate(able)]
        return [str(place[-1]) for place in sorted(places)]

    @property
    def _in_order(self) -> bool:
        return self.policy.choose == "in_order"

    def _columns(self, names: Sequence[str], able: Sequence[Able]) -> list[Column]:
        """What these rules say of the locations, without those that say nothing."""
        views = [RuleView(a.candidate, a.units, self.wants.needed, self.policy, self.at) for a in able]
        return [said for name in names if (said := column(name, views))]

    def _repriced(self, found: Found, prices: Mapping[str, _Prices], cost_at: int | None) -> Found:
        """Plans that were made without a look at money, with what they cost."""
        if cost_at is None:
            return found
        plans = []
        for plan in found.plans:
            values = list(plan.values)
            for location_id in plan.location_ids:
                units = [(sku, n) for name, _, sku, n in plan.filling.taken if name == location_id]
                values[cost_at] += prices[location_id].supplying(units, self.goods)
            plans.append(replace(plan, values=tuple(values)))
        return replace(found, plans=tuple(plans))

    def _needs(self, rules: ParcelRules, *, partial: bool) -> dict[str, int]:
        """What a set must add up to: units of each SKU, each piece in one hand, and room for all of it."""
        needs = {f"sku {sku}": units for sku, units in self.wants.needed.items()}
        if partial:
            return needs
        needs |= {f"piece {number}": 1 for number in range(len(self.wants.pieces))}
        if rules.most_units is not None:
            needs["room"] = sum(self.wants.needed.values())
        return needs

    def _supply(self, units: Mapping[str, int], rules: ParcelRules, *, partial: bool) -> dict[str, int]:
        supply = {f"sku {sku}": n for sku, n in units.items()}
        if partial:
            return supply
        for number, piece in enumerate(self.wants.pieces):
            whole = all(units.get(sku, 0) >= n for sku, n in piece.units.items())
            if whole and (rules.most_units is None or sum(piece.units.values()) <= rules.most_units):
                supply[f"piece {number}"] = 1
        if rules.most_units is not None:
            held = sum(min(n, self.wants.needed[sku]) for sku, n in units.items())
            supply["room"] = min(held, rules.most_units)
        return supply


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

    def supplying(self, units: Sequence[tuple[str, int]], goods: Goods) -> int:
        """What it costs to supply these (SKU, units) on top of opening."""
        grams = sum(n * goods.grams.get(sku, 0) for sku, n in units)
        excess = parcel_price(self.bands, grams) - min((b.millionths for b in self.bands), default=0)
        return excess + sum(n * self.by_unit.get(sku, 0) for sku, n in units)


_FREE = _Prices(0, {}, ())


def _shelf(able: Able, at: int, first: Sequence[Column], price: _Prices) -> Shelf:
    """What a location brings. ``first``: whom units are taken from first."""
    location_id = able.candidate.location_id
    place: Place = (*(c.values[at] for c in first), location_id)
    return Shelf(location_id, place, able.units, price.by_unit, price.bands)


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
