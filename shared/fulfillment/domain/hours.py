"""Opening hours: several intervals a day, past midnight, exceptions, in the location's own time zone.

All arithmetic is done on instants (UTC) between local opening and closing moments, so a day that is 23 or 25 hours
long because of daylight saving is counted as long as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON_DAYS = 14  # a location that does not open within two weeks offers nothing


@dataclass(frozen=True)
class Interval:
    """Local wall-clock times; ``closes`` at or before ``opens`` means the next day (00:00-00:00 is all day)."""

    opens: time
    closes: time


ALL_DAY = (Interval(time(0), time(0)),)


@dataclass(frozen=True)
class OpeningHours:
    """``weekly`` by ISO weekday (1 = Monday); ``exceptions`` replace a date's hours, empty = closed that day.

    A weekday that is missing is closed. ``OpeningHours.always()`` never closes.
    """

    weekly: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)

    @classmethod
    def always(cls) -> OpeningHours:
        """Open day and night."""
        return cls(weekly=dict.fromkeys(range(1, 8), ALL_DAY))

    def on(self, day: date) -> tuple[Interval, ...]:
        """The intervals that begin on this local date."""
        found = self.exceptions.get(day)
        return self.weekly.get(day.isoweekday(), ()) if found is None else found


def open_spans(hours: OpeningHours, timezone: str, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Spans (UTC, UTC) in which the location is open, from ``start`` on, for ``HORIZON_DAYS``.

    Spans that touch are joined, so a location that is open all day has one long span.
    """
    zone = ZoneInfo(timezone)
    # From yesterday on: an interval of yesterday may run past midnight.
    first_day = start.astimezone(zone).date() - timedelta(days=1)
    pending: tuple[datetime, datetime] | None = None
    for offset in range(HORIZON_DAYS + 1):
        day = first_day + timedelta(days=offset)
        for interval in sorted(hours.on(day), key=lambda i: i.opens):
            opens, closes = _instants(interval, day, zone)
            opens = max(opens, start)
            if closes <= opens:
                continue
            if pending and opens <= pending[1]:
                pending = (pending[0], max(pending[1], closes))
                continue
            if pending:
                yield pending
            pending = (opens, closes)
    if pending:
        yield pending


def _instants(interval: Interval, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last_day = day if interval.closes > interval.opens else day + timedelta(days=1)
    opens = datetime.combine(day, interval.opens, zone).astimezone(UTC)
    return opens, datetime.combine(last_day, interval.closes, zone).astimezone(UTC)


def is_open(hours: OpeningHours, timezone: str, at: datetime) -> bool:
    """Whether the location is open at this instant."""
    span = next(open_spans(hours, timezone, at), None)
    return span is not None and span[0] <= at


def after_open_minutes(hours: OpeningHours, timezone: str, start: datetime, minutes: int) -> datetime | None:
    """The instant at which ``minutes`` of opening time have passed since ``start``; None beyond the horizon."""
    left = timedelta(minutes=minutes)
    for opens, closes in open_spans(hours, timezone, start):
        if opens + left <= closes:
            return opens + left
        left -= closes - opens
    return None
