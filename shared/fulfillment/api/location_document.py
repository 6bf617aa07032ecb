"""The document of a location, as operations put it."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.checks import Share, Timezone
from fulfillment.api.requests import Contract, PointIn, Short
from fulfillment.domain.basket import Method
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.location import Contact, Location, LocationKind, LocationStatus, ServiceArea
from fulfillment.domain.postal import prefix_fault
from fulfillment.messages.stock import LOCATION_ID, LocationId

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["10:00"])]
Weekday = Literal["1", "2", "3", "4", "5", "6", "7"]
Count = Annotated[int, Field(ge=0, le=100_000)]
# Never empty: an empty prefix would cover everybody.
Prefix = Annotated[
    str,
    Field(pattern=r"^((area|postal):)?[A-Za-z0-9][A-Za-z0-9 .-]{0,19}$", examples=["121", "area:12"]),
]

# Timers run in opening hours: a day of ten hours is 600 minutes. What is kept longer than a month is forgotten.
AcceptMinutes = Annotated[int, Field(ge=1, le=1_440, examples=[10])]
ReadyMinutes = Annotated[int, Field(ge=1, le=10_080, examples=[120])]
KeepDays = Annotated[int, Field(ge=1, le=30, examples=[3])]
RemindHours = Annotated[int, Field(ge=1, le=168, examples=[24])]
Percent = Annotated[int, Field(ge=1, le=100, examples=[75])]

AttributeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["weekly_sales"])]
_MOST_ATTRIBUTE = 10**12  # beyond it a number in JSON is no longer exact to a thousandth


def _attribute(value: object) -> str | int | Decimal | bool:
    if isinstance(value, bool) or (isinstance(value, str) and len(value) <= 100):
        return value
    if isinstance(value, int | float) and abs(value) <= _MOST_ATTRIBUTE:
        return value if isinstance(value, int) else Decimal(repr(value))
    told = "must be a text of at most 100 characters, a number, true or false"
    raise PydanticCustomError("not_an_attribute", told)


Attribute = Annotated[
    str | int | Decimal | bool,
    PlainValidator(_attribute),
    PlainSerializer(lambda value: float(value) if isinstance(value, Decimal) else value),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": 100}, {"type": "number"}, {"type": "boolean"}]}
    ),
]


class IntervalDoc(Contract):
    """``closes`` at or before ``opens`` means the next day."""

    opens: Clock
    closes: Clock

    def to_domain(self) -> Interval:
        """The interval."""
        return Interval(time.fromisoformat(self.opens), time.fromisoformat(self.closes))


class HoursDoc(Contract):
    """By ISO weekday (1 = Monday); exceptions replace a date's hours, an empty list is closed."""

    weekly: dict[Weekday, list[IntervalDoc]] = {}
    exceptions: Annotated[dict[date, list[IntervalDoc]], Field(max_length=400)] = {}

    def to_domain(self) -> OpeningHours:
        """The opening hours."""
        return OpeningHours(
            {int(day): tuple(i.to_domain() for i in spans) for day, spans in self.weekly.items()},
            {day: tuple(i.to_domain() for i in spans) for day, spans in self.exceptions.items()},
        )


class ServiceAreaDoc(Contract):
    """A GeoJSON polygon, a radius, or prefixes of postal or area codes of the location's own country.

    A prefix says its kind: ``area:12`` is a province, ``postal:12`` are the postal codes that begin with 12. Without it
    a prefix is postal, and in Indonesia one with dots (``31.74``) is an area; there one or two digits alone are
    refused, since they may be either. British ones are whole: ``SW``, ``SW1A``, ``SW1A 1``.
    """

    polygon: dict[str, Any] | None = None
    radius_km: Annotated[float, Field(gt=0, le=20_038)] | None = None
    prefixes: Annotated[list[Prefix], Field(max_length=500)] = []

    @field_validator("polygon")
    @classmethod
    def _is_a_polygon(cls, polygon: dict[str, Any] | None) -> dict[str, Any] | None:
        if polygon is not None and polygon.get("type") not in ("Polygon", "MultiPolygon"):
            raise PydanticCustomError("not_a_polygon", "must be a GeoJSON Polygon or MultiPolygon")
        return polygon

    def to_domain(self) -> ServiceArea:
        """The service area."""
        return ServiceArea(self.polygon, self.radius_km, tuple(self.prefixes))


class ContactDoc(Contract):
    """How customers reach the location; and the phone that lies in the store, which is written to when nobody looks at
    the board.
    """

    address: Annotated[str, Field(max_length=300)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    maps_url: Annotated[str, Field(max_length=300)] = ""
    alert_phone: Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{7,14})?$", examples=["+628120000001"])] = ""
    alert_by: Annotated[list[Literal["whatsapp", "sms"]], Field(max_length=2)] = []

    def to_domain(self) -> Contact:
        """The contact."""
        return Contact(self.address, self.phone, self.maps_url, self.alert_phone, tuple(self.alert_by))


class OwnServiceDoc(Contract):
    """What this location has of its own in place of its policy's ``service``; what is left out is the policy's."""

    accept_minutes: AcceptMinutes | None = None
    ready_minutes: ReadyMinutes | None = None
    keep_days: KeepDays | None = None
    remind_hours: RemindHours | None = None
    at_risk_percent: Percent | None = None

    def to_domain(self) -> dict[str, int]:
        """The numbers that are set."""
        return {name: number for name, number in self.model_dump().items() if number is not None}


class LocationDoc(Contract):
    """A store, warehouse or locker. What is left out has the default of the domain."""

    location_id: LocationId | None = None
    name: Short
    kind: LocationKind = "store"
    timezone: Timezone = "Asia/Jakarta"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "ID"
    point: PointIn | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    groups: Annotated[list[str], Field(max_length=50)] = []
    hours: HoursDoc | None = None
    methods: Annotated[list[Method], Field(min_length=1, max_length=2)] = ["pickup", "delivery"]
    service_area: ServiceAreaDoc | None = None
    prep_minutes: Annotated[int, Field(ge=0, le=10_080)] = 120
    cutoff: Clock | None = None
    capacity: dict[Method, Count] = {}
    rank: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    minutes_per_order: Annotated[int, Field(ge=0, le=240)] = 0
    refusal_rate: Share = Decimal(0)
    attributes: Annotated[dict[AttributeName, Attribute], Field(max_length=20)] = {}
    status: LocationStatus = "open"
    contact: ContactDoc = ContactDoc()
    service: OwnServiceDoc = OwnServiceDoc()
    own: dict[str, Any] | None = (
        None  # what the store set for itself: shown, and left as it is whatever is put
    )
    version: Annotated[int, Field(ge=0)] | None = None

    def to_domain(self, location_id: str) -> Location:
        """The location of the path.

        InvalidRequest when that is no id, the document names another, or a prefix means two places or none.
        """
        if not re.fullmatch(LOCATION_ID, location_id):
            told = "The path must name the location by 1 to 64 letters, digits, dots, dashes or underscores."
            raise InvalidRequest.of("location_id", "invalid_location_id", told)
        if self.location_id not in (None, location_id):
            raise InvalidRequest.of("location_id", "other_location", "The path names another location.")
        for place, prefix in enumerate(self.service_area.prefixes if self.service_area else ()):
            if fault := prefix_fault(self.country, prefix):
                told = fault if fault.endswith("?") else f"{fault}."
                raise InvalidRequest.of(f"service_area.prefixes.{place}", "invalid_prefix", told)
        return Location(
            location_id=location_id,
            name=self.name,
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
            capacity=dict(self.capacity),
            rank=self.rank,
            minutes_per_order=self.minutes_per_order,
            refusal_rate=self.refusal_rate,
            attributes=dict(self.attributes),
            status=self.status,
            service=self.service.to_domain(),
            contact=self.contact.to_domain(),
        )
