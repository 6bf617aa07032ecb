"""The contract of ``fulfillment decide``'s INPUT.

Everything has a default but ids, stock numbers and the basket's lines. What is left out of a location is what the
location document (``PUT /v1/locations/{location_id}``) leaves out. Unknown fields are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.checks import Amount, Share, Timezone
from fulfillment.api.location_document import (
    Attribute,
    Clock,
    Count,
    IntervalDoc,
    ServiceAreaDoc,
    Weekday,
)
from fulfillment.api.requests import Contract, CustomerIn, DisplayIn, MoneyIn, PointIn
from fulfillment.domain.basket import MAX_LINE_QUANTITY, MAX_LINES, CustomerPlace, Line, Method
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.location import Location, LocationKind, LocationStatus
from fulfillment.domain.stock import StockRow
from fulfillment.messages.stock import Instant

MAX_LOCATIONS = 5_000  # what a person waits seconds for; a larger chain is asked through POST /v1/decisions
MAX_STOCK_ROWS = MAX_LOCATIONS * MAX_LINES

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Units = Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)]
Kept = Annotated[int, Field(ge=0, le=1_000_000_000)]
Grams = Annotated[int, Field(ge=0, le=100_000_000)]


# By type, the members that RFC 7946 gives it. Its coordinates are always WGS 84, so that there is no "crs".
GEOJSON: Mapping[str, frozenset[str]] = {
    "Polygon": frozenset({"type", "coordinates", "bbox"}),
    "MultiPolygon": frozenset({"type", "coordinates", "bbox"}),
    "Feature": frozenset({"type", "geometry", "properties", "bbox", "id"}),
}


class LineIn(Contract):
    """Whole units of a SKU. ``line_id``: its place in the list, from 1. The rest may stand at ``products`` instead."""

    line_id: Id | None = None
    sku: Id
    quantity: Annotated[int, Field(ge=1, le=MAX_LINE_QUANTITY)]
    unit_price: MoneyIn | None = None
    display: DisplayIn | None = None
    keep_together: Id | None = None
    tags: list[Id] | None = None
    weight_grams: Grams | None = None

    def to_domain(self, place: int) -> Line:
        """The line at this place of the list, from 1."""
        return Line(
            self.line_id or str(place),
            self.sku,
            self.quantity,
            self.unit_price.to_domain() if self.unit_price else None,
            keep_together=self.keep_together,
        )


class PersonIn(CustomerIn):
    """Where the customer is; without a point no distance is known. ``zone``: the land, where policies speak of it."""

    zone: Id | None = None


class RequestIn(Contract):
    """The basket, and how it reaches the customer: by ``method``, else the only one of ``methods``, else delivery."""

    channel: Id = "web"
    customer: PersonIn | None = None
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]
    methods: Annotated[list[Method], Field(max_length=2)] | None = None
    method: Method | None = None
    location_id: Id | None = None
    accept_partial: bool = False
    needed_by: Instant | None = None
    refused_by: list[Id] = []

    def chosen_method(self) -> Method:
        """See the class."""
        only = self.methods[0] if self.methods and len(set(self.methods)) == 1 else "delivery"
        return self.method or only

    def place(self) -> CustomerPlace:
        """Where the customer is, as far as was said."""
        return self.customer.place() if self.customer else CustomerPlace("ID")


class SpanIn(IntervalDoc):
    """As in the location document; ``closes`` may be written 24:00, too."""

    closes: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]

    def to_domain(self) -> Interval:
        """The interval."""
        closes = "00:00" if self.closes == "24:00" else self.closes
        return Interval(time.fromisoformat(self.opens), time.fromisoformat(closes))


class HoursIn(Contract):
    """As in the location document, but that a week nobody speaks of is open day and night."""

    weekly: dict[Weekday, list[SpanIn]] | None = None
    exceptions: Annotated[dict[date, list[SpanIn]], Field(max_length=400)] = {}

    def to_domain(self) -> OpeningHours:
        """The opening hours."""
        weekly = OpeningHours.always().weekly
        if self.weekly is not None:
            weekly = {int(day): tuple(i.to_domain() for i in spans) for day, spans in self.weekly.items()}
        return OpeningHours(
            weekly, {day: tuple(i.to_domain() for i in spans) for day, spans in self.exceptions.items()}
        )


class AreaIn(ServiceAreaDoc):
    """As in the location document; or the GeoJSON polygon itself, or a Feature of it."""

    @model_validator(mode="before")
    @classmethod
    def _polygon_alone(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        area = value
        if "type" in value:
            _refuse_others(value)
            area = {"polygon": value.get("geometry") if value["type"] == "Feature" else value}
        elif value.keys() & {"coordinates", "geometry", "features"}:
            told = "type is missing: GeoJSON says Polygon, MultiPolygon or Feature there"
            raise PydanticCustomError("no_type", told)
        if isinstance(polygon := area.get("polygon"), dict):
            _refuse_others(polygon)
        return area

    @model_validator(mode="after")
    def _says_something(self) -> AreaIn:
        if self.polygon is None and self.radius_km is None and not self.prefixes:
            told = "has no polygon, no radius_km and no prefixes; leave it out to serve everyone"
            raise PydanticCustomError("empty_area", told)
        return self


def _refuse_others(geojson: Mapping[str, Any]) -> None:
    """What stands beside a polygon would be lost without a word."""
    known = GEOJSON.get(str(geojson.get("type")), frozenset(geojson))
    if others := sorted(geojson.keys() - known):
        told = f"unknown beside the {geojson['type']}: {', '.join(others)}"
        if parts := [name for name in others if name in ServiceAreaDoc.model_fields]:
            told += f"; an area of several parts is {{polygon, {', '.join(parts)}}}"
        raise PydanticCustomError("beside_geojson", "{told}", {"told": told})


class CapacityIn(Contract):
    """Orders that a location takes in the hour it would promise, and how many of them it has taken."""

    limit: Count | None = None
    used: Count = 0


class LocationIn(Contract):
    """A store, warehouse or locker. What is not said of it stands in no order's way."""

    location_id: Id
    name: Annotated[str, Field(max_length=200)] = ""
    kind: LocationKind = "store"
    status: LocationStatus = "open"
    timezone: Timezone = "Asia/Jakarta"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "ID"
    point: PointIn | None = None
    zone: Id | None = None
    groups: list[Id] = []
    hours: HoursIn | None = None
    methods: list[Method] = ["pickup", "delivery"]
    service_area: AreaIn | None = None
    prep_minutes: Annotated[int, Field(ge=0, le=10_080)] = 120
    cutoff: Clock | None = None
    capacity: dict[Method, CapacityIn] | None = None
    rank: Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)] = 100
    minutes_per_order: Annotated[int, Field(ge=0, le=240)] = 0
    refusal_rate: Share = Decimal(0)
    attributes: Annotated[dict[Id, Attribute], Field(max_length=100)] = {}

    def to_domain(self) -> Location:
        """The location."""
        limits = {method: room.limit for method, room in (self.capacity or {}).items()}
        return Location(
            location_id=self.location_id,
            name=self.name or self.location_id,
            kind=self.kind,
            timezone=self.timezone,
            country=self.country,
            point=self.point.to_domain() if self.point else None,
            zone=self.zone,
            groups=tuple(self.groups),
            hours=self.hours.to_domain() if self.hours else OpeningHours.always(),
            methods=frozenset(self.methods),
            service_area=self.service_area.to_domain() if self.service_area else None,
            prep_minutes=self.prep_minutes,
            cutoff=time.fromisoformat(self.cutoff) if self.cutoff else None,
            capacity={method: limit for method, limit in limits.items() if limit is not None},
            rank=self.rank,
            minutes_per_order=self.minutes_per_order,
            refusal_rate=self.refusal_rate,
            attributes=dict(self.attributes),
            status=self.status,
        )


class StockIn(Contract):
    """A SKU at a location. A till may have gone below nothing: a negative ``on_hand`` has nothing to sell."""

    location_id: Id
    sku: Id
    on_hand: Units
    reserved: Kept = 0
    blocked: Kept = 0
    unit_value: Amount | None = None
    backorderable: bool = False

    def to_domain(self) -> StockRow:
        """The stock row."""
        return StockRow(
            self.sku,
            self.location_id,
            self.on_hand,
            self.reserved,
            self.blocked,
            unit_value=self.unit_value,
            backorderable=self.backorderable,
        )


class ProductIn(Contract):
    """What policies may ask of a SKU; a line of the basket may say it, too."""

    sku: Id
    weight_grams: Grams | None = None
    tags: list[Id] | None = None
    price: MoneyIn | None = None


class DecideIn(Contract):
    """The whole INPUT. ``now``: the moment of the call. ``policy``: the name of a shipped one, or a document."""

    now: Instant | None = None
    request: RequestIn
    locations: Annotated[list[LocationIn], Field(max_length=MAX_LOCATIONS)] = []
    stock: Annotated[list[StockIn], Field(max_length=MAX_STOCK_ROWS)] = []
    products: Annotated[list[ProductIn], Field(max_length=10_000)] = []
    policy: Any = None
