"""Routing rules as data: what a retailer may set without touching code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from fulfillment.domain.basket import Method
from fulfillment.domain.carrier import Calendar, Carrier
from fulfillment.domain.location import LocationKind
from fulfillment.domain.service_rules import ServiceRules

PAYMENT_WINDOWS_MINUTES: Mapping[str, int] = {
    "card": 10,
    "ewallet": 10,
    "qris": 15,
    "virtual_account": 24 * 60,
    "minimarket": 24 * 60,
}
LONGEST_PAYMENT_WINDOW = timedelta(hours=24)  # a unit nobody paid for is a unit nobody can buy


@dataclass(frozen=True)
class TransitDays:
    """Days a parcel travels after it left, within a zone and across zones."""

    same_zone: int = 2
    other_zone: int = 5


@dataclass(frozen=True)
class AppliesTo:
    """Which orders a policy is for. What is left empty is not asked; all that is set must hold.

    ``value_from`` <= the order's value < ``value_below``, in the currency of its prices; an order without prices has
    no value and meets neither. ``starts_at`` <= now < ``ends_at``. Of several policies that apply, the one with the
    lowest ``priority`` is taken, then the first by name.
    """

    channels: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    countries: tuple[str, ...] = ()
    value_from: Decimal | None = None
    value_below: Decimal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 100


@dataclass(frozen=True)
class LocationFilter:
    """Which locations may supply. A location is in the groups it names itself and in those of ``Policy.groups``.

    ``max_distance_km``: a location farther away, or at an unknown distance, is ``too_far`` (``no_coordinates``).
    """

    include_groups: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    kinds: tuple[LocationKind, ...] = ()
    max_distance_km: float | None = None


@dataclass(frozen=True)
class FloorRule:
    """Units of each SKU that are never offered where everything that is set holds; the last rule that holds wins.

    ``tags`` are of the SKU: one of them is enough, as with the other lists. ``hours_before_closing``: only in the
    last hours of an opening, when the shelf cannot be filled again.
    """

    units: int
    kinds: tuple[LocationKind, ...] = ()
    groups: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    hours_before_closing: float | None = None


@dataclass(frozen=True)
class SplitRules:
    """How an order may be taken apart.

    ``lines``: ``splittable`` by quantity over locations, or ``whole``. Lines of SKUs that share a tag of
    ``keep_together`` leave from one location, as lines with the same ``Line.keep_together`` always do.
    ``min_parcel_value``: of an order in several parcels, or not supplied in full, each parcel is worth at least so
    much, and so is what is left out.
    ``max_parcel_units``: the most that one location may supply of an order.
    """

    max_shipments: int = 3
    lines: Literal["splittable", "whole"] = "splittable"
    keep_together: tuple[str, ...] = ()
    min_parcel_value: Decimal | None = None
    max_parcel_units: int | None = None


@dataclass(frozen=True)
class WeightBand:
    """What a parcel of at most ``up_to_grams`` (None: any weight) costs."""

    amount: Decimal
    up_to_grams: int | None = None


@dataclass(frozen=True)
class TransportRate:
    """What a parcel costs from a location in the customer's zone (``same``), another one (``other``) or ``any``.

    ``up_to_km`` limits the row to near locations. The first row that fits is taken; the last must fit everything.
    ``bands`` go from light to heavy and the last is for any weight. ``per_km`` counts each kilometre begun.
    """

    bands: tuple[WeightBand, ...]
    zone: Literal["same", "other", "any"] = "any"
    up_to_km: float | None = None
    per_km: Decimal = Decimal(0)


@dataclass(frozen=True)
class CostRates:
    """The retailer's own estimate of what a plan costs, in parts. ``weights`` multiply a part; 1 where not named.

    ``reroute`` is what a refusal costs: it counts with the location's ``refusal_rate``. ``backlog_per_order`` counts
    for each order that waits at the location in the promised hour. Scarcity is the stock row's own ``unit_value``.
    """

    currency: str = "IDR"
    transport: tuple[TransportRate, ...] = ()
    per_shipment: Decimal = Decimal(0)
    per_unit: Decimal = Decimal(0)
    reroute: Decimal = Decimal(0)
    backlog_per_order: Decimal = Decimal(0)
    weights: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Fallback:
    """A rung of the ladder: what is allowed when nothing fits. Rungs add up, in their order.

    ``more_shipments`` allows ``max_shipments``; ``part`` supplies as many units as there are; ``backorder`` lets
    locations that may (``StockRow.backorderable``) supply the rest later, all of it unless part is enough.
    """

    rung: Literal["more_shipments", "part", "backorder"]
    max_shipments: int | None = None


@dataclass(frozen=True)
class Scarce:
    """Where at most ``units_left`` units of a SKU are left for others, after their floor, when an unpaid order takes
    some, the order is kept at most so many minutes.
    """

    units_left: int
    minutes: int


@dataclass(frozen=True)
class Policy:
    """Which locations may supply, what a good plan is, and what is tried when there is none.

    ``objectives`` name the rules that plans are compared by, strictly one after the other; ties go to location ids.
    ``choose``: the ``best`` set of locations by them, or filling ``in_order``: the location that is first by the
    objectives gives all it can, then the next. Within the chosen set units come from the first by ``take_from``.
    ``groups`` name locations by id, beside the groups that locations name themselves; ``ranking`` are groups, the
    preferred first. ``rings_km``: plan within the first distance alone, widen to the next where there is no plan.

    ``pickup_radius_km`` is how far away a store may be to be *listed*; a store that the customer names has no limit.
    ``slot_minutes``: promises are rounded up to these parts of an hour. ``capacity_windows``: how many open hours a
    promise may move when a window is full. ``carriers``: see ``domain.carrier``; ``transit_days`` where there are none.
    ``calendars`` name days on which groups of locations, or carriers, do not work.
    ``extend_up_to_minutes``: a reservation may be extended until so long after its order; see ``extended_deadline``.
    ``scarce``: what is nearly gone is kept for a shorter time without payment.
    ``max_unpaid_units``: how many units of unpaid orders one customer may hold at a time; None for any number.
    ``service``: how long stores may take and keep; a location may have numbers of its own.
    """

    name: str = "default"
    version: int = 0
    applies_to: AppliesTo | None = None
    locations: LocationFilter = field(default_factory=LocationFilter)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranking: tuple[str, ...] = ()
    floors: tuple[FloorRule, ...] = ()
    split: SplitRules = field(default_factory=SplitRules)
    choose: Literal["best", "in_order"] = "best"
    objectives: tuple[str, ...] = ("other_zone", "shipments", "distance")
    take_from: tuple[str, ...] = ("distance",)
    costs: CostRates = field(default_factory=CostRates)
    rings_km: tuple[float, ...] = ()
    fallback: tuple[Fallback, ...] = ()
    pickup_radius_km: float = 50.0
    pickup_options: int = 20
    slot_minutes: int = 15
    capacity_windows: int = 8
    transit_days: TransitDays = field(default_factory=TransitDays)
    carriers: tuple[Carrier, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    payment_windows_minutes: Mapping[str, int] = field(default_factory=lambda: dict(PAYMENT_WINDOWS_MINUTES))
    extend_up_to_minutes: int = 60
    scarce: Scarce | None = None
    max_unpaid_units: int | None = 30
    service: ServiceRules = field(default_factory=ServiceRules)

    def groups_of(self, location_id: str, own: tuple[str, ...]) -> frozenset[str]:
        """The groups a location is in: those it names itself and those that name it."""
        named = self._groups_by_location.get(location_id)
        return named.union(own) if named else frozenset(own)

    @cached_property
    def _groups_by_location(self) -> Mapping[str, frozenset[str]]:
        """Looked up for every candidate, so that a policy may name thousands of locations."""
        groups: dict[str, set[str]] = {}
        for name, ids in self.groups.items():
            for location_id in ids:
                groups.setdefault(location_id, set()).add(name)
        return {location_id: frozenset(names) for location_id, names in groups.items()}

    def without(self, *rungs: str) -> Policy:
        """The same with a ladder that lacks these rungs."""
        return replace(self, fallback=tuple(f for f in self.fallback if f.rung not in rungs))

    def payment_deadline(
        self, kind: str, now: datetime, pay_by: datetime | None, *, scarce: bool = False
    ) -> datetime:
        """Until when unpaid units are kept: the window of the kind, or ``pay_by`` where it is earlier.

        A kind without a window of its own gets the shortest one there is.
        """
        latest = now + self._payment_window(kind, scarce=scarce)
        return latest if pay_by is None else min(latest, pay_by)

    def extended_deadline(
        self,
        kind: str,
        since: datetime,
        now: datetime,
        pay_by: datetime | None,
        *,
        scarce: bool = False,
    ) -> datetime:
        """Until when units are kept for somebody who is still at it: a window of the kind from now on, never beyond
        ``extend_up_to_minutes`` (or a window, where that is longer) after the order, nor beyond ``pay_by``. What is
        scarce is not kept longer for it.
        """
        window = self._payment_window(kind, scarce=scarce)
        longest = min(max(window, timedelta(minutes=self.extend_up_to_minutes)), LONGEST_PAYMENT_WINDOW)
        if scarce and self.scarce:
            longest = window
        latest = min(now + window, since + longest)
        return latest if pay_by is None else min(latest, pay_by)

    def _payment_window(self, kind: str, *, scarce: bool) -> timedelta:
        windows = self.payment_windows_minutes
        minutes = windows.get(kind, min(windows.values(), default=10))
        if scarce and self.scarce:
            minutes = min(minutes, self.scarce.minutes)
        return min(timedelta(minutes=minutes), LONGEST_PAYMENT_WINDOW)


@dataclass(frozen=True)
class OrderFacts:
    """What a policy is chosen by. ``value`` is the sum of the lines' prices; None when one has none."""

    channel: str
    method: Method
    country: str
    value: Decimal | None
    at: datetime


def policy_for(order: OrderFacts, policies: Iterable[Policy], default: Policy) -> Policy:
    """The policy that an order is decided by: of those that apply the first by priority and name, else the default."""
    applying = [p for p in policies if p.applies_to is not None and _applies(p.applies_to, order)]
    return min(applying, key=_precedence, default=default)


def _precedence(policy: Policy) -> tuple[int, str]:
    assert policy.applies_to is not None
    return policy.applies_to.priority, policy.name


def _applies(rule: AppliesTo, order: OrderFacts) -> bool:
    worth_it = order.value is not None or (rule.value_from is None and rule.value_below is None)
    return (
        (not rule.channels or order.channel in rule.channels)
        and (not rule.methods or order.method in rule.methods)
        and (not rule.countries or order.country in rule.countries)
        and worth_it
        and (rule.value_from is None or order.value is None or order.value >= rule.value_from)
        and (rule.value_below is None or order.value is None or order.value < rule.value_below)
        and (rule.starts_at is None or order.at >= rule.starts_at)
        and (rule.ends_at is None or order.at < rule.ends_at)
    )
