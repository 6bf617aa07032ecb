"""When goods can be ready or delivered: opening time, preparation, cut-offs and capacity windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fulfillment.domain.basket import Method
from fulfillment.domain.hours import OpeningHours, after_open_minutes, open_spans
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy

DELIVERED_BY = time(21, 0)  # local time at which "by that day" ends


@dataclass(frozen=True)
class Promise:
    """``at`` is ready-by (pickup) or deliver-by (delivery); ``due_at`` is when the location must have done its part.

    ``window`` is the local date and hour of ``due_at``: what capacity is counted by. ``timezone`` is the location's.
    """

    method: Method
    at: datetime
    due_at: datetime
    window: str
    timezone: str


def hours_of(location: Location, policy: Policy) -> OpeningHours:
    """When the location is open by its own hours, less the days off of the calendars that its groups keep."""
    calendars = [calendar for calendar in policy.calendars if calendar.groups]
    if not calendars:
        return location.hours
    groups = policy.groups_of(location.location_id, location.groups)
    days_off = [day for c in calendars if not groups.isdisjoint(c.groups) for day in c.days_off]
    return location.hours.closed_on(days_off) if days_off else location.hours


def promises(
    location: Location, method: Method, now: datetime, policy: Policy, same_zone: bool
) -> Iterator[Promise]:
    """The promises a location can make, earliest first, one for each capacity window.

    The caller takes the first whose window has room. Ends after ``policy.capacity_windows``, or at once when the
    location does not open within the horizon.
    """
    zone = ZoneInfo(location.timezone)
    transit = policy.transit_days.same_zone if same_zone else policy.transit_days.other_zone
    offered = 0
    for due_at in _slots(location, now, policy.slot_minutes):
        local = due_at.astimezone(zone)
        if method == "delivery" and location.cutoff and local.time() > location.cutoff:
            continue
        at = due_at if method == "pickup" else _end_of_day(local, transit, zone)
        yield Promise(method, at, due_at, local.strftime("%Y-%m-%dT%H"), location.timezone)
        offered += 1
        if offered == policy.capacity_windows:
            return


def _slots(location: Location, now: datetime, slot_minutes: int) -> Iterator[datetime]:
    """Moments at which work begun now can be done: the first one rounded up to a slot, then each full hour."""
    done = after_open_minutes(location.hours, location.timezone, now, location.prep_minutes)
    if done is None:
        return
    zone = ZoneInfo(location.timezone)
    for opens, closes in open_spans(location.hours, location.timezone, done):
        slot = _round_up(max(opens, done), slot_minutes, zone)
        while slot <= closes:
            yield slot
            slot = _round_up(slot + timedelta(microseconds=1), 60, zone)


def _round_up(at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    step = timedelta(minutes=minutes)
    return at if past % step == timedelta(0) else at + (step - past % step)


def _end_of_day(local: datetime, days: int, zone: ZoneInfo) -> datetime:
    late = local.time() > DELIVERED_BY  # what leaves after the end of a day cannot arrive by it
    day = local.date() + timedelta(days=max(days, 1) if late else days)
    return datetime.combine(day, DELIVERED_BY, zone).astimezone(UTC)
