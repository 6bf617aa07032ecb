"""Carriers and the calendars of days on which nobody works: when a parcel leaves and when it has arrived."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal

from fulfillment.domain.hours import OpeningHours, instant, local_date, opens_on

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
LONGEST_TRAVEL_DAYS = 366  # what is longer on its way, for all the days off, is no promise to anybody

_DAY = timedelta(days=1)

Way = Literal["same", "other"]  # within the customer's zone, or from another


@dataclass(frozen=True)
class Calendar:
    """Days off. ``groups``: the locations of these groups are closed on them, whatever their own hours say.

    Carriers name the calendars they keep; a calendar without groups closes no location.
    """

    name: str
    days_off: tuple[date, ...] = ()
    groups: tuple[str, ...] = ()

    @cached_property
    def dates(self) -> frozenset[date]:
        """``days_off`` to look up: asked for each day of each promise."""
        return frozenset(self.days_off)


@dataclass(frozen=True)
class Carrier:
    """Who brings parcels. Times are the location's local time: where the customer's clock stands is seldom known.

    ``cutoff`` by ISO weekday (1 = Monday): a parcel that is ready by then leaves that day; a weekday that is missing
    has no collection. ``transit_days`` by where it goes: within the customer's zone or from another; a way that is
    missing is not served. Only days in ``delivers_on`` that are not days off (of the named ``calendars``) count as
    transit days; nothing is collected on a day off either. ``groups``: collects only from locations of these groups;
    empty: from all. ``delivered_by`` is when a day of delivery ends.
    """

    name: str
    cutoff: Mapping[int, time]
    transit_days: Mapping[Way, int]
    delivers_on: tuple[int, ...] = EVERY_DAY
    calendars: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    delivered_by: time = field(default=time(21, 0))


@dataclass(frozen=True)
class Service:
    """What one carrier does for one location on one way."""

    carrier: Carrier
    transit_days: int
    days_off: frozenset[date]

    def delivered_at(
        self, hours: OpeningHours, timezone: str, ready: datetime, last_day: date
    ) -> datetime | None:
        """When a parcel that is ready by then has arrived; None when it does not leave by ``last_day`` or not arrive.

        ``hours`` are the location's: on a day on which it is closed until the cut-off nobody hands a parcel over.
        """
        left = self._leaves_on(hours, timezone, ready, last_day)
        arrived = None if left is None else self._arrives_on(left)
        return None if arrived is None else instant(timezone, arrived, self.carrier.delivered_by)

    def _leaves_on(self, hours: OpeningHours, timezone: str, ready: datetime, last_day: date) -> date | None:
        day = local_date(ready, timezone)
        while day <= last_day:
            cutoff = self.carrier.cutoff.get(day.isoweekday())
            if cutoff is not None and day not in self.days_off:
                until = instant(timezone, day, cutoff)
                if ready <= until and opens_on(hours, timezone, day, until):
                    return day
            day += _DAY
        return None

    def _arrives_on(self, left: date) -> date | None:
        """The day of delivery. What is collected after a day of delivery ends cannot arrive on that day."""
        carrier = self.carrier
        in_time = carrier.cutoff[left.isoweekday()] <= carrier.delivered_by
        if self.transit_days == 0 and in_time and self._delivers(left):
            return left
        to_go = max(self.transit_days, 1)
        for n in range(1, LONGEST_TRAVEL_DAYS + 1):
            day = left + n * _DAY
            to_go -= self._delivers(day)
            if to_go == 0:
                return day
        return None

    def _delivers(self, day: date) -> bool:
        return day.isoweekday() in self.carrier.delivers_on and day not in self.days_off


def services(
    carriers: Iterable[Carrier], calendars: Iterable[Calendar], groups: Collection[str], way: Way
) -> tuple[Service, ...]:
    """The carriers that collect from a location of these groups and serve the way, in their order."""
    kept = {calendar.name: calendar.dates for calendar in calendars}
    return tuple(
        Service(carrier, carrier.transit_days[way], _united([kept[name] for name in carrier.calendars]))
        for carrier in carriers
        if way in carrier.transit_days and (not carrier.groups or not set(carrier.groups).isdisjoint(groups))
    )


def _united(days_off: Sequence[frozenset[date]]) -> frozenset[date]:
    return days_off[0] if len(days_off) == 1 else frozenset().union(*days_off)
