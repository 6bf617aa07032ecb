"""The document of a policy, as operations put it and as files hold it."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter, field_validator, model_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.checks import Faults
from fulfillment.api.policy_parts import (
    AppliesToDoc,
    CalendarDoc,
    CarrierDoc,
    CostRatesDoc,
    FloorRuleDoc,
    GroupNames,
    Kilometres,
    LocationFilterDoc,
    LocationIds,
    Name,
    Rings,
    Rung,
    ScarceDoc,
    ServiceRulesDoc,
    SplitRulesDoc,
    TransitDaysDoc,
    each_allows_more,
)
from fulfillment.api.requests import Contract
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.policy import PAYMENT_WINDOWS_MINUTES, Policy
from fulfillment.domain.routing.rules import known_rules

MOST_UNPAID_UNITS = 1_000_000  # a limit above this is none: say null
POLICY_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def _known_once(names: list[str]) -> list[str]:
    """The names, when each is a rule's and none stands there twice."""
    faults, known = Faults(), known_rules()
    for place, name in enumerate(names):
        if name not in known:
            faults.add((place,), "unknown_rule", f"there is no rule {name!r} among {', '.join(known)}")
        elif name in names[:place]:
            faults.add((place,), "repeated", f"{name} stands there twice")
    faults.require_none()
    return names


RuleNames = Annotated[
    list[Annotated[str, Field(max_length=64)]],
    Field(min_length=1, max_length=20),
    AfterValidator(_known_once),
]


class PolicyDoc(Contract):
    """Routing rules; what is left out has the default of the domain. ``version`` is given by the router. ``warnings``
    were told when it was put: they may come back with it, and are not kept.
    """

    name: Annotated[str, Field(pattern=POLICY_NAME)] | None = None
    version: int | None = None
    warnings: Annotated[list[Any], Field(exclude=True)] = []
    applies_to: AppliesToDoc | None = None
    locations: LocationFilterDoc = LocationFilterDoc()
    groups: Annotated[dict[Name, LocationIds], Field(max_length=100)] = {}
    ranking: GroupNames = []
    floors: Annotated[list[FloorRuleDoc], Field(max_length=100)] = []
    split: SplitRulesDoc = SplitRulesDoc()
    choose: Literal["best", "in_order"] = Policy.choose
    objectives: RuleNames = list(Policy.objectives)
    take_from: RuleNames = list(Policy.take_from)
    costs: CostRatesDoc = CostRatesDoc()
    rings_km: Rings = []
    fallback: Annotated[list[Rung], Field(max_length=5)] = []
    pickup_radius_km: Kilometres = Policy.pickup_radius_km
    pickup_options: Annotated[int, Field(ge=1, le=64)] = Policy.pickup_options
    slot_minutes: Annotated[int, Field(ge=1, le=60, examples=[15])] = Policy.slot_minutes
    capacity_windows: Annotated[int, Field(ge=1, le=48)] = Policy.capacity_windows
    transit_days: TransitDaysDoc = TransitDaysDoc()
    carriers: Annotated[list[CarrierDoc], Field(max_length=20)] = []
    calendars: Annotated[list[CalendarDoc], Field(max_length=50)] = []
    payment_windows_minutes: Annotated[
        dict[str, Annotated[int, Field(ge=1, le=1440)]], Field(min_length=1, max_length=50)
    ] = dict(PAYMENT_WINDOWS_MINUTES)
    extend_up_to_minutes: Annotated[int, Field(ge=1, le=1440)] = Policy.extend_up_to_minutes
    scarce: ScarceDoc | None = None
    max_unpaid_units: Annotated[int, Field(ge=1, le=MOST_UNPAID_UNITS)] | None = Policy.max_unpaid_units
    service: ServiceRulesDoc = ServiceRulesDoc()

    @field_validator("slot_minutes")
    @classmethod
    def _divides_an_hour(cls, minutes: int) -> int:
        if 60 % minutes:
            raise PydanticCustomError(
                "not_part_of_an_hour", "must divide an hour: 5, 10, 15, 20, 30 or 60, for example"
            )
        return minutes

    @model_validator(mode="after")
    def _fits_together(self) -> PolicyDoc:
        faults = Faults()
        each_allows_more(self.fallback, self.split, faults)
        named_once("carriers", [carrier.name for carrier in self.carriers], faults)
        named_once("calendars", [calendar.name for calendar in self.calendars], faults)
        known = {calendar.name for calendar in self.calendars}
        for place, carrier in enumerate(self.carriers):
            for number, name in enumerate(carrier.calendars):
                if name not in known:
                    path = ("carriers", place, "calendars", number)
                    faults.add(path, "unknown_calendar", f"there is no calendar {name!r} in this policy")
        if "group_rank" in (*self.objectives, *self.take_from) and not self.ranking:
            faults.add(("ranking",), "no_ranking", "must name groups, the preferred first, for group_rank")
        faults.require_none()
        return self

    def to_domain(self, name: str) -> Policy:
        """The policy of the path; InvalidRequest when that is no name, or the document names another."""
        if not re.fullmatch(POLICY_NAME, name):
            told = "The path must name the policy by 1 to 64 letters, digits, dots, dashes or underscores."
            raise InvalidRequest.of("name", "invalid_name", told)
        if self.name not in (None, name):
            raise InvalidRequest.of("name", "other_policy", "The path names another policy.")
        return _policies().validate_json(
            self.model_copy(update={"name": name, "version": 0}).model_dump_json()
        )


@cache
def _policies() -> TypeAdapter[Policy]:
    """The document has the shape of the domain's values, so that pydantic can make them: each field by its name."""
    return TypeAdapter(Policy)


def named_once(field: str, names: list[str], faults: Faults) -> None:
    """A name that is referred to means one thing."""
    for place, name in enumerate(names):
        if name in names[:place]:
            faults.add((field, place, "name"), "repeated", f"{name} stands there twice")
