"""Which locations supply an order, and why these: one pure function.

``decide`` takes candidates that an adapter prepared (distances in whole metres, who covers whom, promises with room
in their windows) and the stock rows of exactly these, and gives a decision that names the verdict on every location.
The same arguments always give the same decision, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from fulfillment.domain.basket import Line, Method, in_line_order
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import Promise
from fulfillment.domain.routing.attempt import Able, Attempt, Question, goods_of
from fulfillment.domain.routing.candidate import Candidate, Detail, StockPicture, Verdict
from fulfillment.domain.routing.costs import Cost, Tariff, shipment_cost
from fulfillment.domain.routing.parcels import Goods
from fulfillment.domain.routing.search import Plan
from fulfillment.domain.routing.shelves import Shelves
from fulfillment.domain.routing.verdicts import at, obstacle, shortness
from fulfillment.domain.routing.wants import Wants, wants

Status = Literal["planned", "partial", "backordered", "unfillable"]


@dataclass(frozen=True)
class Item:
    """What a decision needs to know of a SKU. ``price`` is of one unit, in the currency of the policy's amounts."""

    weight_grams: int = 0
    tags: tuple[str, ...] = ()
    price: Decimal | None = None


@dataclass(frozen=True)
class DecisionRequest:
    """What is to be supplied. ``location_id`` is the store a pickup customer chose; ``refused_by`` said no before.

    ``items`` by SKU; one that is missing weighs nothing and has neither tags nor price. ``needed_by``: locations
    that promise later are left out. ``accept_partial``: a pickup customer takes what the store has.
    """

    method: Method
    lines: tuple[Line, ...]
    location_id: str | None = None
    refused_by: frozenset[str] = frozenset()
    accept_partial: bool = False
    items: Mapping[str, Item] = field(default_factory=dict)
    needed_by: datetime | None = None


@dataclass(frozen=True)
class Allocation:
    """Units of one line at one location. ``floor`` are units of the SKU that the location keeps."""

    line_id: str
    sku: str
    quantity: int
    floor: int = 0


@dataclass(frozen=True)
class PlannedShipment:
    """What one location would do for the order, and the retailer's own estimate of what that costs."""

    location_id: str
    allocations: tuple[Allocation, ...]
    promise: Promise
    distance_m: int | None
    zone: str | None
    capacity_limit: int | None
    cost: Cost | None = None


@dataclass(frozen=True)
class Shortfall:
    """Units of a line that nobody supplies now, and the most that is left of the SKU where it was looked for.

    ``backordered_at`` promises them for later.
    """

    line_id: str
    sku: str
    quantity: int
    left: int
    backordered_at: str | None = None


@dataclass(frozen=True)
class Objective:
    """How good a plan is by one rule: a count, metres, minutes, or millionths of the currency (``cost``)."""

    name: str
    value: int


@dataclass(frozen=True)
class Alternative:
    """The plan that came second."""

    location_ids: tuple[str, ...]
    objectives: tuple[Objective, ...]


@dataclass(frozen=True)
class Decision:
    """The plan, what it leaves out, the verdict on every location and the plan that came second.

    ``proven``: no plan within the policy is better. Otherwise the search was cut short, and no plan can be better
    than ``bound``; that is empty where it was an earlier rung of the ladder that was cut short.
    """

    status: Status
    shipments: tuple[PlannedShipment, ...]
    unfilled: tuple[Shortfall, ...]
    candidates: tuple[Verdict, ...]
    objectives: tuple[Objective, ...]
    runner_up: Alternative | None
    proven: bool
    bound: tuple[Objective, ...]
    policy_name: str
    policy_version: int
    decided_at: datetime


def decide(
    request: DecisionRequest,
    candidates: Sequence[Candidate],
    stock: StockPicture,
    policy: Policy,
    now: datetime,
    outside: Sequence[Verdict] = (),
) -> Decision:
    """The best plan by the policy over the candidates given, with the reasons.

    A pickup is supplied by one location: the chosen one, where one was chosen. Everything is supplied or nothing,
    unless the policy's ladder, or a pickup customer, allows part. ``outside`` speaks for the locations that were
    too far down the list to be looked at; it is passed on.
    """
    return _Decider(request, policy, stock, now).decide(candidates, outside)


class _Decider:
    """One decision in the making."""

    def __init__(self, request: DecisionRequest, policy: Policy, stock: StockPicture, now: datetime) -> None:
        tags = {sku: item.tags for sku, item in request.items.items() if item.tags}
        self.request = request
        self.policy = policy
        self.stock = stock
        self.decided_at = now
        self.wants: Wants = wants(request.lines, policy.split, tags)
        self.shelves = Shelves(tuple(self.wants.needed), stock, policy, request.method, tags, now)
        self.question = Question(self.wants, policy, _goods(request), Tariff(policy.costs, stock), now)
        self.wanted = sum(self.wants.needed.values())
        self.able: list[Able] = []
        self.waiting: list[Able] = []  # could supply, had they any units
        self.by_id: dict[str, Candidate] = {}
        self.verdicts: dict[str, Verdict] = {}

    def decide(self, candidates: Sequence[Candidate], outside: Sequence[Verdict]) -> Decision:
        """See ``decide``."""
        for candidate in sorted(candidates, key=_by_id):
            self._look_at(candidate)
        attempts, pool = self._climb()
        last = attempts[-1]
        plan = last.found.plans[0] if last.found.plans else None
        unfilled = self._unfilled(plan, pool)
        shipments = self._shipments(plan)
        status = _status(shipments, unfilled)
        if status == "unfillable":
            unfilled = tuple(replace(short, backordered_at=None) for short in unfilled)  # nobody was asked to
        for location_id, verdict in self._outcome(plan, pool):
            self.verdicts[location_id] = verdict
        return Decision(
            status=status,
            shipments=shipments,
            unfilled=unfilled,
            candidates=(*(self.verdicts[name] for name in sorted(self.verdicts)), *outside),
            objectives=_objectives(last, plan.values) if plan else (),
            runner_up=_alternative(last) if plan else None,
            proven=all(attempt.found.bound is None for attempt in attempts),
            bound=_objectives(last, last.found.bound) if last.found.bound is not None else (),
            policy_name=self.policy.name,
            policy_version=self.policy.version,
            decided_at=self.decided_at,
        )

    def _look_at(self, candidate: Candidate) -> None:
        location_id = candidate.location_id
        self.by_id[location_id] = candidate
        found = obstacle(self.request, candidate, self.policy)
        if found is None:
            floors = self.shelves.floors(candidate)
            able = Able(candidate, self.shelves.sellable(candidate, floors))
            if able.units:
                self.able.append(able)
                self.verdicts[location_id] = Verdict(location_id, "beaten", self._worth(able, floors))
                return
            self.waiting.append(able)
            found = shortness(self.wants.needed, candidate, floors, self.shelves.available(candidate))
        self.verdicts[location_id] = Verdict(location_id, *found)

    def _worth(self, able: Able, floors: Mapping[str, int]) -> Detail:
        """What a location could do for the order: how near, how many of the units, and what it keeps."""
        needed = self.wants.needed
        units = sum([min(n, needed[sku]) for sku, n in able.units.items()])
        detail = {**at(able.candidate), "units": units, "missing": self.wanted - units}
        if kept := max((n for sku, n in floors.items() if able.units.get(sku, 0) < needed[sku]), default=0):
            detail["floor"] = kept
        if able.candidate.capacity_limit is not None:
            detail["capacity_left"] = able.candidate.capacity_limit - able.candidate.queued
        return detail

    def _climb(self) -> tuple[list[Attempt], Sequence[Able]]:
        """Attempts up the ladder until one gives a plan, and the locations that the last one was over."""
        attempts: list[Attempt] = []
        pool: Sequence[Able] = self.able
        for ring_km, most, may_lack in self._ladder():
            pool = self.able if ring_km is None else [a for a in self.able if _within(a.candidate, ring_km)]
            attempts.append(self.question.attempt(pool, most, may_lack))
            if attempts[-1].found.plans:
                break
        return attempts, pool

    def _ladder(self) -> Iterator[tuple[float | None, int, Collection[str]]]:
        """(ring, most shipments, SKUs of which units may be left out): the policy's own wish first."""
        part = self._allows("part") or (self.request.method == "pickup" and self.request.accept_partial)
        pickup = self.request.method == "pickup"
        most = 1 if pickup else self.policy.split.max_shipments
        may_lack: Collection[str] = ()
        widest: float | None = None
        for widest in self.policy.rings_km or (None,):
            yield widest, most, ()
        tried = most, may_lack
        for fallback in self.policy.fallback:
            if fallback.rung == "more_shipments" and not pickup and fallback.max_shipments:
                most = max(most, fallback.max_shipments)
            if fallback.rung == "part":
                may_lack = self.wants.needed
            if fallback.rung == "backorder" and not part:
                may_lack = self._backorders(self.request.lines, None)
            if tried[0] != most or (may_lack and tried[1] != may_lack):
                yield widest, most, may_lack
            tried = most, may_lack
        if pickup and self.request.accept_partial and not may_lack:
            yield widest, most, self.wants.needed

    def _allows(self, rung: str) -> bool:
        return any(fallback.rung == rung for fallback in self.policy.fallback)

    def _outcome(self, plan: Plan | None, pool: Sequence[Able]) -> Iterator[tuple[str, Verdict]]:
        """Whose verdict changes with the plan: the chosen, and those beyond the ring that it was found in."""
        for location_id in plan.location_ids if plan else ():
            yield location_id, replace(self.verdicts[location_id], reason="chosen")
        inside = {able.candidate.location_id for able in pool}
        for able in self.able:
            if (location_id := able.candidate.location_id) not in inside:
                yield location_id, Verdict(location_id, "outside_ring", at(able.candidate))
            elif plan is None:
                yield location_id, replace(self.verdicts[location_id], reason="not_enough")

    def _shipments(self, plan: Plan | None) -> tuple[PlannedShipment, ...]:
        if plan is None:
            return ()
        chosen = sorted((self.by_id[name] for name in plan.location_ids), key=_nearest)
        return tuple(self._shipment(candidate, plan) for candidate in chosen)

    def _shipment(self, candidate: Candidate, plan: Plan) -> PlannedShipment:
        assert candidate.promise is not None, candidate  # a location without one is not eligible
        floors = self.shelves.floors(candidate)
        order = {
            line.line_id: place for place, line in enumerate(sorted(self.request.lines, key=in_line_order))
        }
        taken = [
            (line_id, sku, n) for name, line_id, sku, n in plan.filling.taken if name == candidate.location_id
        ]
        units = {sku: sum(n for _, other, n in taken if other == sku) for _, sku, _ in taken}
        return PlannedShipment(
            candidate.location_id,
            tuple(
                Allocation(line_id, sku, n, floors.get(sku, 0))
                for line_id, sku, n in sorted(taken, key=lambda one: order[one[0]])
            ),
            candidate.promise,
            candidate.distance_m,
            candidate.zone,
            candidate.capacity_limit,
            shipment_cost(self.question.tariff, candidate, units, self.question.goods.grams),
        )

    def _unfilled(self, plan: Plan | None, pool: Sequence[Able]) -> tuple[Shortfall, ...]:
        given = {line.line_id: 0 for line in self.request.lines}
        for _, line_id, _, units in plan.filling.taken if plan else ():
            given[line_id] += units
        short = [x for x in sorted(self.request.lines, key=in_line_order) if given[x.line_id] < x.quantity]
        later = self._backorders(short, plan)
        return tuple(
            Shortfall(
                line.line_id,
                line.sku,
                line.quantity - given[line.line_id],
                sum(able.units.get(line.sku, 0) for able in pool),
                later.get(line.sku),
            )
            for line in short
        )

    def _backorders(self, short: Sequence[Line], plan: Plan | None) -> Mapping[str, str]:
        """By SKU, the location that promises what is short for later: one of the plan's where that can be."""
        if not self._allows("backorder"):
            return {}
        used = plan.location_ids if plan and self.policy.choose == "best" else ()
        last_km = self.policy.rings_km[-1] if self.policy.rings_km else None
        near = [a for a in (*self.able, *self.waiting) if last_km is None or _within(a.candidate, last_km)]
        order = self.question.in_turn(near)
        order.sort(
            key=lambda location_id: location_id not in used
        )  # stable: a parcel that goes anyway is first
        found: dict[str, str] = {}
        for line in short:
            rows = (self.stock.get((line.sku, location_id)) for location_id in order)
            if row := next((row for row in rows if row and row.backorderable), None):
                found[line.sku] = row.location_id
        return found


def _status(shipments: Sequence[PlannedShipment], unfilled: Sequence[Shortfall]) -> Status:
    if not unfilled:
        return "planned"
    if all(short.backordered_at for short in unfilled):
        return "backordered"
    return "partial" if shipments else "unfillable"


def _objectives(attempt: Attempt, values: Sequence[int]) -> tuple[Objective, ...]:
    return tuple(Objective(name, value) for name, value in zip(attempt.names, values, strict=True))


def _alternative(attempt: Attempt) -> Alternative | None:
    if len(attempt.found.plans) < 2:
        return None
    second = attempt.found.plans[1]
    return Alternative(second.location_ids, _objectives(attempt, second.values))


def _goods(request: DecisionRequest) -> Goods:
    """Weights and prices; a line's own price goes before the product's, the lowest of several lines."""
    prices = {sku: item.price for sku, item in request.items.items() if item.price is not None}
    told = [(x.sku, x.unit_price.amount) for x in request.lines if x.unit_price is not None]
    prices |= dict(sorted(told, reverse=True))  # of several prices the lowest comes last, and stays
    return goods_of({sku: item.weight_grams for sku, item in request.items.items()}, prices)


def _within(candidate: Candidate, ring_km: float) -> bool:
    return candidate.distance_m is not None and candidate.distance_m <= ring_km * 1000


def _by_id(candidate: Candidate) -> str:
    return candidate.location_id


def _nearest(candidate: Candidate) -> tuple[int, str]:
    return candidate.metres, candidate.location_id
