"""Routing rules as data: what a retailer may set without touching code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fulfillment.domain.location import LocationKind

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
class Policy:
    """The *fewest shipments* policy and its numbers.

    Plans are compared by: shipments from another zone that no service area speaks for, then shipments, then the sum
    of their distances, then location ids. ``floors`` are units per kind of location that are never offered.
    ``pickup_radius_km`` is how far away a store may be to be *listed*; a store that the customer names has no limit.
    ``slot_minutes``: promises are rounded up to these parts of an hour. ``capacity_windows``: how many open hours a
    promise may move when a window is full.
    """

    name: str = "default"
    version: int = 0
    max_shipments: int = 3
    floors: Mapping[LocationKind, int] = field(default_factory=dict)
    pickup_radius_km: float = 50.0
    pickup_options: int = 20
    slot_minutes: int = 15
    capacity_windows: int = 8
    transit_days: TransitDays = field(default_factory=TransitDays)
    payment_windows_minutes: Mapping[str, int] = field(default_factory=lambda: dict(PAYMENT_WINDOWS_MINUTES))

    def floor(self, kind: LocationKind) -> int:
        """Units of each SKU that a location of this kind keeps for its own customers."""
        return self.floors.get(kind, 0)

    def payment_deadline(self, kind: str, now: datetime, pay_by: datetime | None) -> datetime:
        """Until when unpaid units are kept: the window of the kind, or ``pay_by`` where it is earlier.

        A kind without a window of its own gets the shortest one there is.
        """
        windows = self.payment_windows_minutes
        minutes = windows.get(kind, min(windows.values(), default=10))
        latest = now + min(timedelta(minutes=minutes), LONGEST_PAYMENT_WINDOW)
        return latest if pay_by is None else min(latest, pay_by)
