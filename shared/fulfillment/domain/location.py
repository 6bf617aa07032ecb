"""A store, warehouse or locker that can supply or hand over goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Literal

from fulfillment.domain.basket import Method, Point
from fulfillment.domain.hours import OpeningHours
from fulfillment.domain.own_settings import OwnSettings

LocationKind = Literal["store", "warehouse", "locker"]
LocationStatus = Literal["open", "paused", "closed"]


@dataclass(frozen=True)
class ServiceArea:
    """Where a location may deliver: any one of the three that is set covers the customer.

    ``polygon`` is a GeoJSON geometry (Polygon or MultiPolygon, longitude first). ``prefixes`` are beginnings of postal
    or area codes of the location's own country, as ``domain.postal`` cuts them: SW1 does not hold SW1A.
    """

    polygon: Mapping[str, Any] | None = None
    radius_km: float | None = None
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """How to reach a location. Printed for customers; never a person's own number.

    ``alert_phone`` (E.164) is the phone that lies in the store, and is told to nobody; it is written to by ``alert_by``
    (``whatsapp``, ``sms``), in that order, when nobody looks at the board.
    """

    address: str = ""
    phone: str = ""
    maps_url: str = ""
    alert_phone: str = ""
    alert_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Location:
    """What operations know of one location.

    ``zone`` is the land it stands on (an island, a mainland): a sea between two zones is not a short road.
    ``groups`` are names such as a brand, region or island, that policies and calendars speak of.
    ``capacity`` is orders per method and local hour; a method that is missing has no limit.
    ``prep_minutes`` is opening time from an order to its being ready; ``cutoff`` is the local time after which a
    parcel leaves on the next open day. ``minutes_per_order`` is opening time that each order waiting there adds.
    ``refusal_rate`` is the part of orders, 0 to 1, that it says no to. ``attributes`` are for a retailer's own rules.
    ``service`` are the numbers of ``ServiceRules`` that it has of its own, by their names. ``own`` is what the store
    sets for itself.
    A location without a ``point`` has no distance, which is not distance 0.
    """

    location_id: str
    name: str
    kind: LocationKind
    timezone: str
    country: str
    point: Point | None = None
    zone: str | None = None
    groups: tuple[str, ...] = ()
    hours: OpeningHours = field(default_factory=OpeningHours.always)
    methods: frozenset[Method] = frozenset({"pickup", "delivery"})
    service_area: ServiceArea | None = None
    prep_minutes: int = 120
    cutoff: time | None = None
    capacity: Mapping[Method, int] = field(default_factory=dict)
    rank: int = 100
    minutes_per_order: int = 0
    refusal_rate: Decimal = Decimal(0)
    attributes: Mapping[str, str | int | Decimal | bool] = field(default_factory=dict)
    status: LocationStatus = "open"
    contact: Contact = field(default_factory=Contact)
    service: Mapping[str, int] = field(default_factory=dict)
    own: OwnSettings = field(default_factory=OwnSettings)

    def at(self, now: datetime) -> Location:
        """The location as it works at this moment, with what it set for itself."""
        if self.own == OwnSettings():
            return self
        pause = self.own.pause
        paused = self.status == "open" and pause is not None and pause.lasts(now)
        return replace(
            self, status="paused" if paused else self.status, capacity=self.own.capped(self.capacity)
        )


@dataclass(frozen=True)
class PlaceRecord:
    """A postal code, an area code or a prefix of one: its middle, its zone and how far off the middle can be."""

    country: str
    kind: Literal["postal", "area"]
    code: str
    point: Point
    precision_km: float
    zone: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Zone:
    """A piece of land that parcels do not leave without a ship. ``polygon`` is a GeoJSON geometry."""

    zone_id: str
    country: str
    polygon: Mapping[str, Any]
    name: str = ""
