"""Settings as operations are shown them: the same documents that they put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from fulfillment.application.views import View
from fulfillment.domain.hours import Interval
from fulfillment.domain.location import Location
from fulfillment.domain.own_settings import OwnSettings
from fulfillment.domain.policy import Fallback, Policy


def location(location: Location) -> View:
    """A location. An attribute that is a decimal is a number in the document."""
    hours = location.hours
    return {
        "location_id": location.location_id,
        "name": location.name,
        "kind": location.kind,
        "timezone": location.timezone,
        "country": location.country,
        "point": _plain(location.point),
        "zone": location.zone,
        "groups": list(location.groups),
        "hours": {
            "weekly": {str(day): _intervals(spans) for day, spans in sorted(hours.weekly.items())},
            "exceptions": {day.isoformat(): _intervals(s) for day, s in sorted(hours.exceptions.items())},
        },
        "methods": sorted(location.methods),
        "service_area": _service_area(location),
        "prep_minutes": location.prep_minutes,
        "cutoff": _plain(location.cutoff),
        "capacity": dict(location.capacity),
        "rank": location.rank,
        "minutes_per_order": location.minutes_per_order,
        "refusal_rate": _plain(location.refusal_rate),
        "attributes": {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in location.attributes.items()
        },
        "status": location.status,
        "contact": _plain(location.contact),
        "service": dict(location.service),
    }


def own(own: OwnSettings) -> View | None:
    """What the store set for itself; None when nothing."""
    return None if own == OwnSettings() else {"pause": _plain(own.pause), "capacity": dict(own.capacity)}


def _intervals(spans: Sequence[Interval]) -> list[View]:
    return [{"opens": _plain(s.opens), "closes": _plain(s.closes)} for s in spans]


def _service_area(location: Location) -> View | None:
    area = location.service_area
    if area is None:
        return None
    return {"polygon": area.polygon, "radius_km": area.radius_km, "prefixes": list(area.prefixes)}


def policy(policy: Policy) -> View:
    """A policy. The rungs of its ladder are in their short form."""
    view: View = _plain(policy)
    return {**view, "fallback": [_rung(rung) for rung in policy.fallback]}


def _rung(fallback: Fallback) -> str | View:
    most = fallback.max_shipments
    return fallback.rung if most is None else {fallback.rung: most}


def _plain(value: Any) -> Any:
    """The value as JSON has it: decimals as text without an exponent, times to the minute, else ISO 8601."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value
