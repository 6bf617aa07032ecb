"""Which locations supply an order, and why these: one pure function.

``decide`` takes candidates that an adapter prepared (distances in whole metres, who covers whom, promises with room
in their windows) and the stock rows of exactly these, and gives a decision that names the verdict on every location.
The same arguments always give the same decision, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fulfillment.domain.basket import Line, Method, quantity_by_sku
from fulfillment.domain.cover import Cover, Supplier, cheapest_cover
from fulfillment.domain.location import LocationKind, LocationStatus
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import Promise
from fulfillment.domain.stock import StockRow

StockPicture = Mapping[tuple[str, str], StockRow]  # by (sku, location_id)

FARTHEST_M = 20_037_508  # half the equator: where a distance is unknown, nothing can be farther; never 0
MAX_STOCK_ROWS = 80  # per plan; with the order's own rows it then fits one transaction of 100 actions

Reason = Literal[
    "eligible",
    "refused_before",
    "closed",
    "paused",
    "method_not_offered",
    "not_chosen",
    "no_coordinates",
    "outside_service_area",
    "too_far",
    "not_open_soon",
    "capacity_full",
    "no_stock",
    "below_floor",
    "outside_ring",
]


@dataclass(frozen=True)
class Candidate:
    """One location as the decision sees it.

    ``covered``: whether its service area holds the customer; None when it has none and so serves everyone.
    ``foreign``: it stands in another zone than the customer and no service area of its own says better.
    ``promise`` is the first with room; None with ``full`` False means that it does not open soon.
    """

    location_id: str
    name: str
    kind: LocationKind
    status: LocationStatus
    methods: frozenset[Method]
    distance_m: int | None
    covered: bool | None
    foreign: bool
    zone: str | None
    promise: Promise | None
    full: bool = False
    capacity_limit: int | None = None


@dataclass(frozen=True)
class DecisionRequest:
    """What is to be supplied. ``location_id`` is the store a pickup customer chose; ``refused_by`` said no before."""

    method: Method
    lines: tuple[Line, ...]
    location_id: str | None = None
    refused_by: frozenset[str] = frozenset()
    accept_partial: bool = False


@dataclass(frozen=True)
class Verdict:
    """Why a location may supply, or may not; ``detail`` holds the value that decided it."""

    location_id: str
    reason: Reason
    detail: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def eligible(self) -> bool:
        """Whether it may supply something."""
        return self.reason == "eligible"


@dataclass(frozen=True)
class Allocation:
    """Units of one line at one location."""

    line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class PlannedShipment:
    """What one location would do for the order. ``floor`` are the units per SKU that it keeps."""

    location_id: str
    allocations: tuple[Allocation, ...]
    promise: Promise
    distance_m: int | None
    zone: str | None
    floor: int
    capacity_limit: int | None


@dataclass(frozen=True)
class Shortfall:
    """Units of a line that nobody supplies, and the most that is left of the SKU where it was looked for."""

    line_id: str
    sku: str
    quantity: int
    left: int


@dataclass(frozen=True)
class Decision:
    """The plan, what it leaves out, the verdict on every location and the plan that came second."""

    status: Literal["planned", "partial", "unfillable"]
    shipments: tuple[PlannedShipment, ...]
    unfilled: tuple[Shortfall, ...]
    candidates: tuple[Verdict, ...]
    objectives: Mapping[str, int]
    runner_up: tuple[str, ...] | None
    proven: bool
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

    A pickup is supplied by the chosen location alone. Everything is supplied or nothing, unless the request accepts
    part; then a pickup takes what the store has (a delivery is never cut). ``outside`` speaks for the locations that
    were too far down the list to be looked at; it is passed on.
    """
    ordered = sorted(candidates, key=lambda c: c.location_id)
    verdicts = {c.location_id: verdict(request, c, stock, policy) for c in ordered}
    usable = [c for c in ordered if verdicts[c.location_id].eligible]
    needed = quantity_by_sku((line.sku, line.quantity) for line in request.lines)
    most = 1 if request.method == "pickup" else policy.max_shipments
    found = cheapest_cover(needed, [_supplier(c, needed, stock, policy) for c in usable], most)
    best = found.best
    if best is None and request.accept_partial and request.method == "pickup" and len(usable) == 1:
        best = Cover((), (usable[0].location_id,))
    chosen = [c for c in usable if best and c.location_id in best.location_ids]
    shipments, unfilled = _allocate(request.lines, chosen, stock, policy)
    if len({(a.sku, s.location_id) for s in shipments for a in s.allocations}) > MAX_STOCK_ROWS:
        shipments, unfilled = _allocate(request.lines, [], stock, policy)  # would not fit one transaction
    return Decision(
        status="unfillable" if not shipments else "partial" if unfilled else "planned",
        shipments=shipments,
        unfilled=_with_left(unfilled, usable, stock, policy),
        candidates=(*(verdicts[c.location_id] for c in ordered), *outside),
        objectives=_objectives(chosen) if shipments else {},
        runner_up=found.runner_up.location_ids if found.runner_up else None,
        proven=found.proven,
        policy_name=policy.name,
        policy_version=policy.version,
        decided_at=now,
    )


def verdict(request: DecisionRequest, candidate: Candidate, stock: StockPicture, policy: Policy) -> Verdict:
    """What stands between a location and the order, the firmest obstacle first."""
    reason, detail = _obstacle(request, candidate, stock, policy)
    return Verdict(candidate.location_id, reason, detail)


def _obstacle(
    request: DecisionRequest, candidate: Candidate, stock: StockPicture, policy: Policy
) -> tuple[Reason, Mapping[str, int | str]]:
    at_m: dict[str, int | str] = {} if candidate.distance_m is None else {"distance_m": candidate.distance_m}
    obstacles: tuple[tuple[bool, Reason, dict[str, int | str]], ...] = (
        (candidate.location_id in request.refused_by, "refused_before", {}),
        (candidate.status == "closed", "closed", {}),
        (candidate.status == "paused", "paused", {}),
        (request.method not in candidate.methods, "method_not_offered", {"method": request.method}),
        (request.location_id not in (None, candidate.location_id), "not_chosen", at_m),
        (request.method == "delivery" and candidate.covered is False, "outside_service_area", at_m),
        (candidate.full, "capacity_full", {"limit": candidate.capacity_limit or 0}),
        (candidate.promise is None, "not_open_soon", {}),
    )
    for stands_in_the_way, reason, detail in obstacles:
        if stands_in_the_way:
            return reason, detail
    return _stock_obstacle(request, candidate, stock, policy, at_m)


def _stock_obstacle(
    request: DecisionRequest,
    candidate: Candidate,
    stock: StockPicture,
    policy: Policy,
    at_m: Mapping[str, int | str],
) -> tuple[Reason, Mapping[str, int | str]]:
    floor = policy.floor(candidate.kind)
    needed = quantity_by_sku((line.sku, line.quantity) for line in request.lines)
    sellable = {sku: _sellable(sku, candidate, stock, policy) for sku in needed}
    missing = sum(max(0, needed[sku] - sellable[sku]) for sku in needed)
    if any(sellable.values()):
        return "eligible", {**at_m, "missing": missing}
    rows = (stock.get((sku, candidate.location_id)) for sku in needed)
    available = sum(max(0, row.available) for row in rows if row)
    if available:
        return "below_floor", {**at_m, "available": available, "floor": floor}
    return "no_stock", {**at_m, "missing": missing}


def _sellable(sku: str, candidate: Candidate, stock: StockPicture, policy: Policy) -> int:
    row = stock.get((sku, candidate.location_id))
    return row.sellable(policy.floor(candidate.kind)) if row else 0


def _supplier(
    candidate: Candidate, needed: Mapping[str, int], stock: StockPicture, policy: Policy
) -> Supplier:
    return Supplier(
        candidate.location_id,
        cost=(int(candidate.foreign), 1, _metres(candidate)),
        units={sku: _sellable(sku, candidate, stock, policy) for sku in needed},
    )


def _metres(candidate: Candidate) -> int:
    return FARTHEST_M if candidate.distance_m is None else candidate.distance_m


def _objectives(chosen: Sequence[Candidate]) -> dict[str, int]:
    return {
        "foreign_shipments": sum(c.foreign for c in chosen),
        "shipments": len(chosen),
        "distance_m": sum(_metres(c) for c in chosen),
    }


def _allocate(
    lines: Sequence[Line], chosen: Sequence[Candidate], stock: StockPicture, policy: Policy
) -> tuple[tuple[PlannedShipment, ...], tuple[Shortfall, ...]]:
    """Take the units from the nearest chosen location first, line by line."""
    nearest_first = sorted(chosen, key=lambda c: (_metres(c), c.location_id))
    left = {
        (c.location_id, line.sku): _sellable(line.sku, c, stock, policy)
        for c in nearest_first
        for line in lines
    }
    taken: dict[str, list[Allocation]] = {c.location_id: [] for c in nearest_first}
    unfilled: list[Shortfall] = []
    for line in lines:
        wanted = line.quantity
        for candidate in nearest_first:
            units = min(wanted, left[candidate.location_id, line.sku])
            if units:
                left[candidate.location_id, line.sku] -= units
                wanted -= units
                taken[candidate.location_id].append(Allocation(line.line_id, line.sku, units))
        if wanted:
            unfilled.append(Shortfall(line.line_id, line.sku, wanted, left=0))
    shipments = tuple(
        _shipment(c, taken[c.location_id], policy) for c in nearest_first if taken[c.location_id]
    )
    return shipments, tuple(unfilled)


def _shipment(candidate: Candidate, allocations: Sequence[Allocation], policy: Policy) -> PlannedShipment:
    assert candidate.promise is not None, candidate  # a location without one is not eligible
    return PlannedShipment(
        candidate.location_id,
        tuple(allocations),
        candidate.promise,
        candidate.distance_m,
        candidate.zone,
        policy.floor(candidate.kind),
        candidate.capacity_limit,
    )


def _with_left(
    unfilled: Sequence[Shortfall], usable: Sequence[Candidate], stock: StockPicture, policy: Policy
) -> tuple[Shortfall, ...]:
    return tuple(
        Shortfall(s.line_id, s.sku, s.quantity, sum(_sellable(s.sku, c, stock, policy) for c in usable))
        for s in unfilled
    )
