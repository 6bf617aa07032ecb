"""The parts of a policy's document. Each has the fields of the part of ``domain.policy`` or ``domain.carrier`` that it
becomes, by the same names; what is left out has the default of the domain.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from fulfillment.api.checks import Amount, Faults, Ratio, ascending, no_repeats
from fulfillment.api.location_document import (
    AcceptMinutes,
    Clock,
    Count,
    KeepDays,
    Percent,
    ReadyMinutes,
    RemindHours,
    Weekday,
)
from fulfillment.api.requests import Channel, Contract
from fulfillment.domain.basket import Method
from fulfillment.domain.carrier import EVERY_DAY
from fulfillment.domain.location import LocationKind
from fulfillment.domain.policy import AppliesTo, CostRates, Fallback, SplitRules, TransitDays, TransportRate
from fulfillment.domain.routing.costs import Part
from fulfillment.domain.service_rules import ServiceRules
from fulfillment.messages.stock import Instant, LocationId, Sku

MOST_SHIPMENTS = 5  # the search looks at every set of so many locations
EARTH_KM = 20_038  # half the way round: nothing is farther

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
Kilometres = Annotated[float, Field(gt=0, le=EARTH_KM)]
Days = Annotated[int, Field(ge=0, le=60)]
Shipments = Annotated[int, Field(ge=1, le=MOST_SHIPMENTS)]
Names = Annotated[list[Name], Field(max_length=50), AfterValidator(no_repeats)]
GroupNames = Annotated[list[Name], Field(max_length=100), AfterValidator(no_repeats)]
LocationIds = Annotated[list[LocationId], Field(max_length=1_000), AfterValidator(no_repeats)]
Methods = Annotated[list[Method], Field(max_length=2), AfterValidator(no_repeats)]
Kinds = Annotated[list[LocationKind], Field(max_length=10), AfterValidator(no_repeats)]
Countries = Annotated[
    list[Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["ID"])]],
    Field(max_length=250),
    AfterValidator(no_repeats),
]
Rings = Annotated[list[Kilometres], Field(max_length=10), AfterValidator(ascending)]


class AppliesToDoc(Contract):
    """Which orders a policy is for; what is left empty is not asked."""

    channels: Annotated[list[Channel], Field(max_length=50), AfterValidator(no_repeats)] = []
    methods: Methods = []
    countries: Countries = []
    value_from: Amount | None = None
    value_below: Amount | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    priority: Annotated[int, Field(ge=0, le=1_000_000)] = AppliesTo.priority

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> AppliesToDoc:
        faults = Faults()
        least, below, starts, ends = self.value_from, self.value_below, self.starts_at, self.ends_at
        if least is not None and below is not None and below <= least:
            faults.add(("value_below",), "nothing_between", f"must be more than value_from ({least})")
        if starts is not None and ends is not None and ends <= starts:
            faults.add(("ends_at",), "nothing_between", "must be later than starts_at")
        faults.require_none()
        return self


class LocationFilterDoc(Contract):
    """Which locations may supply."""

    include_groups: GroupNames = []
    exclude_groups: GroupNames = []
    kinds: Kinds = []
    max_distance_km: Kilometres | None = None


class FloorRuleDoc(Contract):
    """Units of each SKU that are never offered where everything that is set holds; the last rule that holds wins."""

    units: Count
    kinds: Kinds = []
    groups: GroupNames = []
    skus: Annotated[list[Sku], Field(max_length=500), AfterValidator(no_repeats)] = []
    tags: Names = []
    methods: Methods = []
    hours_before_closing: Annotated[float, Field(gt=0, le=24)] | None = None


class SplitRulesDoc(Contract):
    """How an order may be taken apart."""

    max_shipments: Shipments = SplitRules.max_shipments
    lines: Literal["splittable", "whole"] = SplitRules.lines
    keep_together: Names = []
    min_parcel_value: Amount | None = None
    max_parcel_units: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class WeightBandDoc(Contract):
    """What a parcel of at most ``up_to_grams`` costs; without it, one of any weight."""

    amount: Amount
    up_to_grams: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None


class TransportRateDoc(Contract):
    """What a parcel costs. ``bands`` go from light to heavy and the last is for any weight."""

    bands: Annotated[list[WeightBandDoc], Field(min_length=1, max_length=50)]
    zone: Literal["same", "other", "any"] = TransportRate.zone
    up_to_km: Kilometres | None = None
    per_km: Amount = TransportRate.per_km

    @model_validator(mode="after")
    def _bands_cover_every_weight_once(self) -> TransportRateDoc:
        faults, before = Faults(), 0
        for place, band in enumerate(self.bands[:-1]):
            path = ("bands", place, "up_to_grams")
            if band.up_to_grams is None:
                faults.add(path, "not_ascending", "is missing: only the last band is for any weight")
            elif band.up_to_grams <= before:
                faults.add(path, "not_ascending", f"must be more than the band before ({before})")
            before = band.up_to_grams or before
        if self.bands[-1].up_to_grams is not None:
            path = ("bands", len(self.bands) - 1, "up_to_grams")
            faults.add(path, "not_everything", "must be left out: the last band is for any weight")
        faults.require_none()
        return self

    def takes_all_of(self, other: TransportRateDoc) -> bool:
        """Whether every parcel of the other row fits this one."""
        far = self.up_to_km is None or (other.up_to_km is not None and other.up_to_km <= self.up_to_km)
        return far and self.zone in ("any", other.zone)


def _in_order(rows: list[TransportRateDoc]) -> list[TransportRateDoc]:
    """The first row that fits is taken: each must have something left to take, and the last must take the rest."""
    faults = Faults()
    for place, row in enumerate(rows):
        first = next((n for n, earlier in enumerate(rows[:place]) if earlier.takes_all_of(row)), None)
        if first is not None:
            faults.add((place,), "never_reached", f"is never reached: row {first} takes all that it would")
    if rows and rows[-1].zone != "any":
        faults.add((len(rows) - 1, "zone"), "not_everything", "must be any: the last row takes the rest")
    if rows and rows[-1].up_to_km is not None:
        told = "must be left out: the last row takes the rest"
        faults.add((len(rows) - 1, "up_to_km"), "not_everything", told)
    faults.require_none()
    return rows


class CostRatesDoc(Contract):
    """What a plan costs, in parts; ``weights`` multiply a part, 0 leaves it out."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["IDR"])] = CostRates.currency
    transport: Annotated[list[TransportRateDoc], Field(max_length=50), AfterValidator(_in_order)] = []
    per_shipment: Amount = CostRates.per_shipment
    per_unit: Amount = CostRates.per_unit
    reroute: Amount = CostRates.reroute
    backlog_per_order: Amount = CostRates.backlog_per_order
    weights: dict[Part, Ratio] = {}


def _rung(value: object) -> Fallback:
    """``part``, ``backorder`` or ``{more_shipments: 5}``; or the same written out with ``rung``."""
    rung: object = None
    most: object = None
    match value:
        case str():
            rung = value
        case {"more_shipments": most, **others} if not others:
            rung = "more_shipments"
        case {"rung": rung, **others} if others.keys() <= {"max_shipments"}:
            most = others.get("max_shipments")
    if most is None and rung == "part":
        return Fallback("part")
    if most is None and rung == "backorder":
        return Fallback("backorder")
    if rung == "more_shipments" and type(most) is int and 1 <= most <= MOST_SHIPMENTS:
        return Fallback("more_shipments", most)
    told = f"must be part, backorder or {{more_shipments: 2 to {MOST_SHIPMENTS}}}"
    raise PydanticCustomError("not_a_rung", "{told}", {"told": told})


Rung = Annotated[
    Fallback,
    PlainValidator(_rung),
    PlainSerializer(asdict, return_type=dict[str, str | int | None]),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "enum": ["part", "backorder"]},
                {
                    "type": "object",
                    "properties": {
                        "more_shipments": {"type": "integer", "minimum": 2, "maximum": MOST_SHIPMENTS}
                    },
                    "required": ["more_shipments"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class ScarceDoc(Contract):
    """Where so few units are left for others, unpaid ones are kept at most so many minutes."""

    units_left: Annotated[int, Field(ge=0, le=1_000_000, examples=[3])]
    minutes: Annotated[int, Field(ge=1, le=1440, examples=[5])]


# A month at most: for longer no store sets aside what it found.
ChooseHours = Annotated[int, Field(ge=1, le=720, examples=[48])]


class ServiceRulesDoc(Contract):
    """How long stores may take and keep; timers run in their opening hours, ``choose_hours`` by the clock."""

    accept_minutes: AcceptMinutes = ServiceRules.accept_minutes
    ready_minutes: ReadyMinutes = ServiceRules.ready_minutes
    keep_days: KeepDays = ServiceRules.keep_days
    remind_hours: RemindHours = ServiceRules.remind_hours
    at_risk_percent: Percent = ServiceRules.at_risk_percent
    choose_hours: ChooseHours = ServiceRules.choose_hours


class TransitDaysDoc(Contract):
    """Days a parcel travels where no carrier serves."""

    same_zone: Days = TransitDays.same_zone
    other_zone: Days = TransitDays.other_zone


class CalendarDoc(Contract):
    """Days off: of the locations of these groups, and of the carriers that name the calendar."""

    name: Name
    days_off: Annotated[list[date], Field(max_length=400), AfterValidator(no_repeats)] = []
    groups: GroupNames = []


CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _every_day(value: object) -> object:
    """One time is the same on all seven days."""
    if not isinstance(value, str):
        return value
    if not CLOCK.fullmatch(value):
        raise PydanticCustomError("not_a_time", 'must be a time such as "15:00", or one for each weekday')
    return dict.fromkeys(get_args(Weekday), value)


Cutoff = Annotated[
    dict[Weekday, Clock],
    Field(min_length=1),
    BeforeValidator(_every_day, json_schema_input_type=Clock | dict[Weekday, Clock]),
]


class CarrierDoc(Contract):
    """Who brings parcels. Times are the location's local time; a weekday without a cut-off has no collection."""

    name: Name
    cutoff: Cutoff
    transit_days: Annotated[dict[Literal["same", "other"], Days], Field(min_length=1)]
    delivers_on: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7), AfterValidator(no_repeats)
    ] = list(EVERY_DAY)
    calendars: Names = []
    groups: GroupNames = []
    delivered_by: Clock = "21:00"


def each_allows_more(rungs: list[Fallback], split: SplitRulesDoc, faults: Faults) -> None:
    """Each rung of the ladder must allow something that the ones before did not."""
    most = split.max_shipments
    for place, rung in enumerate(rungs):
        if rung.max_shipments is None and rung in rungs[:place]:
            faults.add(("fallback", place), "repeated", f"{rung.rung} stands there twice")
        elif rung.max_shipments is not None and rung.max_shipments <= most:
            told = f"more_shipments must be more than the {most} that are allowed before"
            faults.add(("fallback", place), "not_more", told)
        most = max(most, rung.max_shipments or 0)
