"""When goods can be ready or delivered: opening time, preparation, queues, capacity windows, carriers and cut-offs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fulfillment.domain.basket import Method
from fulfillment.domain.carrier import Service, services
from fulfillment.domain.hours import HORIZON_DAYS, OpeningHours, instant, local_date, spans_after
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy

DELIVERED_BY = time(21, 0)  # local time at which "by that day" ends, where no carrier says otherwise

_Arrival = tuple[datetime, datetime, str | None]  # due at, there at, with this carrier


@dataclass(frozen=True)
class Promise:
    """``at`` is ready-by (pickup) or deliver-by (delivery); ``due_at`` is when the location must have done its part.

    ``window`` is the local date and hour of ``due_at``: what capacity is counted by. ``timezone`` is the location's,
    and deliver-by is the end of a day on its clock: where the customer's clock stands is seldom known. ``carrier`` is
    who brings it; None where the policy has no carriers, and for a pickup.
    """

    method: Method
    at: datetime
    due_at: datetime
    window: str
    timezone: str
    carrier: str | None = None


def hours_of(location: Location, policy: Policy) -> OpeningHours:
    """When the location is open by its own hours, less the days off of the calendars that its groups keep."""
    calendars = [calendar for calendar in policy.calendars if calendar.groups]
    if not calendars:
        return location.hours
    groups = policy.groups_of(location.location_id, location.groups)
    days_off = [day for c in calendars if not groups.isdisjoint(c.groups) for day in c.days_off]
    return location.hours.closed_on(days_off) if days_off else location.hours


def promises(
    location: Location, method: Method, now: datetime, policy: Policy, same_zone: bool, queued: int = 0
) -> Iterator[Promise]:
    """The promises a location can make, earliest first, one for each capacity window.

    ``queued`` orders wait there and are done first; each takes ``minutes_per_order``. The caller takes the first
    promise whose window has room. Ends after ``policy.capacity_windows``, or at once when the location does not open
    within the horizon or no carrier goes from there to the customer.
    """
    hours = hours_of(location, policy)
    zone = ZoneInfo(location.timezone)
    minutes = location.prep_minutes + queued * location.minutes_per_order
    ready = _slots(
        hours, location.timezone, now, minutes, policy.slot_minutes, at_closing=method == "delivery"
    )
    window, offered = "", 0
    for due_at, at, carrier in _arrivals(location, hours, method, now, policy, same_zone, ready):
        before, window = window, due_at.astimezone(zone).strftime("%Y-%m-%dT%H")
        if window == before:
            continue  # the hour that the end of daylight saving repeats is one window
        yield Promise(method, at, due_at, window, location.timezone, carrier)
        offered += 1
        if offered == policy.capacity_windows:
            return


def _arrivals(
    location: Location,
    hours: OpeningHours,
    method: Method,
    now: datetime,
    policy: Policy,
    same_zone: bool,
    ready: Iterable[datetime],
) -> Iterator[_Arrival]:
    if method == "pickup":
        return ((due_at, due_at, None) for due_at in ready)
    if not policy.carriers:
        transit = policy.transit_days.same_zone if same_zone else policy.transit_days.other_zone
        return _own_parcels(ready, location, transit)
    groups = policy.groups_of(location.location_id, location.groups)
    serving = services(policy.carriers, policy.calendars, groups, "same" if same_zone else "other")
    last_day = local_date(now, location.timezone) + timedelta(days=HORIZON_DAYS)
    return _carried(ready, serving, hours, location.timezone, last_day)


def _own_parcels(ready: Iterable[datetime], location: Location, transit: int) -> Iterator[_Arrival]:
    """Parcels that leave on the day they are ready, which is by the location's own cut-off."""
    zone = ZoneInfo(location.timezone)
    for due_at in ready:
        local = due_at.astimezone(zone)
        if location.cutoff and local.time() > location.cutoff:
            continue
        late = local.time() > DELIVERED_BY  # what leaves after the end of a day cannot arrive by it
        day = local.date() + timedelta(days=max(transit, 1) if late else transit)
        yield due_at, instant(location.timezone, day, DELIVERED_BY), None


def _carried(
    ready: Iterable[datetime],
    serving: Iterable[Service],
    hours: OpeningHours,
    timezone: str,
    last_day: date,
) -> Iterator[_Arrival]:
    """Parcels that wait for the carrier that is there first; of two at the same time the first of the policy."""
    for due_at in ready:
        arrivals = [
            (at, service.carrier.name)
            for service in serving
            if (at := service.delivered_at(hours, timezone, due_at, last_day))
        ]
        if not arrivals:
            return  # what is ready later does not leave earlier
        yield due_at, *min(arrivals, key=lambda arrival: arrival[0])


def _slots(
    hours: OpeningHours, timezone: str, now: datetime, minutes: int, slot_minutes: int, *, at_closing: bool
) -> Iterator[datetime]:
    """Moments at which work begun now can be done: the first one rounded up to a slot, then each full hour.

    What is ready at closing time itself can still leave with a carrier, but nobody can come for it before the next
    opening: ``at_closing`` says whether that moment counts.
    """
    zone = ZoneInfo(timezone)
    for begins, closes in spans_after(hours, timezone, now, minutes):
        slot = _round_up(begins, slot_minutes, zone)
        while slot < closes or (at_closing and slot == closes):
            yield slot
            slot = _round_up(slot + timedelta(microseconds=1), 60, zone)


def _round_up(at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """The next moment at which the local clock shows a multiple of ``minutes`` past the hour."""
    step = timedelta(minutes=minutes)
    while past := _past_the_hour(at.astimezone(zone)) % step:
        at += step - past  # again where the clock changes by half an hour meanwhile
    return at


def _past_the_hour(local: datetime) -> timedelta:
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
