"""A location as a decision sees it, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from fulfillment.domain.basket import Method
from fulfillment.domain.location import LocationKind, LocationStatus
from fulfillment.domain.promise import Promise
from fulfillment.domain.stock import StockRow

StockPicture = Mapping[tuple[str, str], StockRow]  # by (sku, location_id)
Attribute = str | int | Decimal | bool  # what a retailer knows of a location beside what the router knows

FARTHEST_M = 20_037_508  # half the equator: where a distance is unknown, nothing can be farther; never 0

Reason = Literal[
    "chosen",
    "beaten",
    "not_enough",
    "refused_before",
    "closed",
    "paused",
    "method_not_offered",
    "not_chosen",
    "group_excluded",
    "kind_excluded",
    "no_coordinates",
    "outside_service_area",
    "too_far",
    "not_open_soon",
    "no_carrier",
    "capacity_full",
    "misses_promise",
    "no_stock",
    "below_floor",
    "outside_ring",
]
ELIGIBLE: frozenset[Reason] = frozenset({"chosen", "beaten", "not_enough"})


@dataclass(frozen=True)
class Candidate:
    """One location as the decision sees it.

    ``covered``: whether its service area holds the customer; None when it has none and so serves everyone.
    ``foreign``: it stands in another zone than the customer and no service area of its own says better; None where
    the zone of either is not known.
    ``promise`` is the first with room; None with ``full`` False means that it does not open soon, ``opens_at`` is
    then the next opening there is. ``closes_at``: when the opening of the moment, or else the next one, ends.
    ``queued`` orders wait there in the promised window (the backlog); ``refusal_rate`` is the part of orders, 0 to 1,
    that it says no to.
    """

    location_id: str
    name: str
    kind: LocationKind
    status: LocationStatus
    methods: frozenset[Method]
    distance_m: int | None
    covered: bool | None
    foreign: bool | None
    zone: str | None
    promise: Promise | None
    full: bool = False
    capacity_limit: int | None = None
    queued: int = 0
    rank: int = 100
    groups: tuple[str, ...] = ()
    refusal_rate: Decimal = Decimal(0)
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    @property
    def metres(self) -> int:
        """The distance to compare by: what is not known is farther than anything."""
        return FARTHEST_M if self.distance_m is None else self.distance_m


Detail = Mapping[str, int | str]


@dataclass(frozen=True)
class Verdict:
    """Why a location may supply, or may not; ``detail`` holds the value that decided it.

    Three are eligible: ``chosen`` is part of the plan, ``beaten`` is not because the plan is better, ``not_enough``
    has something to give where no plan came of it.
    """

    location_id: str
    reason: Reason
    detail: Detail = field(default_factory=dict)

    @property
    def eligible(self) -> bool:
        """Whether it may supply something."""
        return self.reason in ELIGIBLE
