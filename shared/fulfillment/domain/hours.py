"""Opening hours: several intervals a day, past midnight, exceptions, in the location's own time zone.

All arithmetic is done on instants (UTC) between local opening and closing moments, so a day that is 23 or 25 hours
long because of daylight saving is counted as long as it is. ``instant`` says which moment a local time is when the
clock shows it twice or skips it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HORIZON_DAYS = 14  # a location that does not open within two weeks offers nothing
NEXT_OPENING_DAYS = 26 * HORIZON_DAYS  # about a year: a later opening is not news to anybody who asks today
INSTANTS_KEPT = (
    4_096  # two weeks of two hundred different hours; a moment is worked out once for all that share it
)

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


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
        found = self.exceptions.get(day) if self.exceptions else None
        return self.weekly.get(day.isoweekday(), ()) if found is None else found

    @property
    def never_close(self) -> bool:
        """Whether every day is open from midnight to midnight, as where nobody said anything: no days to go through."""
        return not self.exceptions and all(self.weekly.get(day) == ALL_DAY for day in range(1, 8))

    def closed_on(self, days_off: Iterable[date]) -> OpeningHours:
        """The same hours, but nothing begins on these local dates, whatever an exception says of them."""
        return OpeningHours(self.weekly, {**self.exceptions, **dict.fromkeys(days_off, ())})


def local_date(at: datetime, timezone: str) -> date:
    """The date on the calendar there."""
    return at.astimezone(ZoneInfo(timezone)).date()


def instant(timezone: str, day: date, at: time) -> datetime:
    """The moment (UTC) at which the clock there first shows this time, or first passes it.

    So of a time that is shown twice it is the first, and a time that the change to daylight saving skips is the moment
    of that change: a shop that opens at half past one opens when the clock goes from one to two.
    """
    return _instant(timezone, day, at)


@lru_cache(maxsize=INSTANTS_KEPT)
def _instant(timezone: str, day: date, at: time) -> datetime:
    zone = ZoneInfo(timezone)
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # Skipped: by the offset before the change it is a moment after the change, by the one after it a moment before.
    after, before = found, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)  # clocks change at a full second


def open_spans(
    hours: OpeningHours, timezone: str, start: datetime, days: int = HORIZON_DAYS
) -> Iterator[tuple[datetime, datetime]]:
    """Spans (UTC, UTC) in which the location is open, from ``start`` on, for so many days.

    Spans that touch are joined, so a location that is open all day has one long span.
    """
    # From yesterday on: an interval of yesterday may run past midnight.
    first_day = local_date(start, timezone) - _DAY
    if hours.never_close:
        yield start, _instant(timezone, first_day + timedelta(days=days + 1), time(0))
        return
    pending: tuple[datetime, datetime] | None = None
    for offset in range(days + 1):
        for opens, closes in _openings(hours, timezone, first_day + timedelta(days=offset)):
            if closes <= start:
                continue
            if pending is None:
                pending = (max(opens, start), closes)
            elif opens <= pending[1]:
                pending = (pending[0], max(pending[1], closes))
            else:
                yield pending
                pending = (opens, closes)
    if pending:
        yield pending


def _openings(hours: OpeningHours, timezone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The openings that begin on this local date, in the order of the clock."""
    intervals = hours.on(day)
    if len(intervals) > 1:
        intervals = tuple(sorted(intervals, key=lambda i: i.opens))
    for interval in intervals:
        last_day = day if interval.closes > interval.opens else day + _DAY
        opens = _instant(timezone, day, interval.opens)
        closes = _instant(timezone, last_day, interval.closes)
        if opens < closes:  # the change to daylight saving can swallow it
            yield opens, closes


def opening_at_or_after(
    hours: OpeningHours, timezone: str, at: datetime
) -> tuple[datetime, datetime | None] | None:
    """The opening of the moment, from ``at`` on, or else the next one: when it begins and ends (UTC).

    The end is None when it does not close within ``HORIZON_DAYS``. None: no opening within ``NEXT_OPENING_DAYS``.
    Days off of a calendar are the caller's (``promise.hours_of`` knows them).
    """
    if not any(hours.weekly.values()) and not any(hours.exceptions.values()):
        return None
    today = local_date(at, timezone)
    for days in range(0, NEXT_OPENING_DAYS, HORIZON_DAYS):
        day = today + timedelta(days=days)
        start = _instant(timezone, day, time(0)) if days else at
        if span := next(open_spans(hours, timezone, start), None):
            for_good = _instant(timezone, day + timedelta(days=HORIZON_DAYS), time(0))
            return span[0], None if span[1] >= for_good else span[1]
    return None


def opens_on(hours: OpeningHours, timezone: str, day: date, until: datetime) -> bool:
    """Whether it is open at any time of this local date, up to this moment of it."""
    if any(opens <= until for opens, _ in _openings(hours, timezone, day)):
        return True
    begins = _instant(timezone, day, time(0))
    return any(closes > begins for _, closes in _openings(hours, timezone, day - _DAY))


def is_open(hours: OpeningHours, timezone: str, at: datetime) -> bool:
    """Whether the location is open at this instant."""
    span = next(open_spans(hours, timezone, at), None)
    return span is not None and span[0] <= at


def spans_after(
    hours: OpeningHours, timezone: str, start: datetime, minutes: int
) -> Iterator[tuple[datetime, datetime]]:
    """The spans that are left when ``minutes`` of opening time have passed since ``start``.

    The first begins at that very moment: where it is closing time, that span is empty. No span: not within the
    horizon.
    """
    left = timedelta(minutes=minutes)
    spans = open_spans(hours, timezone, start)
    for opens, closes in spans:
        if left <= closes - opens:
            yield opens + left, closes
            yield from spans
            return
        left -= closes - opens


def open_until(hours: OpeningHours, timezone: str, start: datetime, minutes: int) -> datetime | None:
    """The moment at which so much opening time has passed since ``start``; at the latest moment of an opening that is
    its closing time. None: not within ``NEXT_OPENING_DAYS``.
    """
    left = timedelta(minutes=minutes)
    for opens, closes in open_spans(hours, timezone, start, NEXT_OPENING_DAYS):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None


def open_time(hours: OpeningHours, timezone: str, start: datetime, end: datetime) -> timedelta:
    """How much opening time lies between the two moments."""
    passed = timedelta(0)
    for opens, closes in open_spans(hours, timezone, start, NEXT_OPENING_DAYS):
        if opens >= end:
            break
        passed += min(closes, end) - opens
    return passed


def closing_time(hours: OpeningHours, timezone: str, day: date) -> datetime | None:
    """When the last opening that begins on this local date ends; None on a day on which none begins."""
    return max((closes for _, closes in _openings(hours, timezone, day)), default=None)
