"""Opening hours as people write them in one cell.

``Mon-Thu,Sat 10:00-22:00; Fri 10:00-11:30,13:00-22:00; Sun closed`` - days that are not named are closed, times after
midnight belong to the day that began (``Fri 10:00-01:00``), ``24/7`` never closes. Days may be Indonesian
(``Sen-Jum``). Exceptions replace the hours of a date: ``2026-12-25 closed; 2027-01-01 12:00-18:00``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from itertools import pairwise

from fulfillment.domain.hours import Interval, OpeningHours

_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INDONESIAN = ("sen", "sel", "rab", "kam", "jum", "sab", "min")
_DAYS = {name: number for names in (_ENGLISH, _INDONESIAN) for number, name in enumerate(names, start=1)}
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_MINUTES_PER_DAY = 24 * 60


def parse_hours(text: str) -> dict[int, tuple[Interval, ...]]:
    """Hours by ISO weekday. ValueError says, for a person, what cannot be read."""
    if text.strip() == "24/7":
        return dict(OpeningHours.always().weekly)
    weekly: dict[int, tuple[Interval, ...]] = {}
    for head, tail in _clauses(text):
        intervals = _intervals(tail)
        for day in _days(head):
            if day in weekly:
                raise ValueError(f"{_ENGLISH[day - 1].title()} is named twice")
            weekly[day] = intervals
    if not any(weekly.values()):
        raise ValueError("never opens; a location that is shut has the status closed")
    _check_overlap_into_next_day(weekly)
    return {day: intervals for day, intervals in sorted(weekly.items()) if intervals}


def parse_exceptions(text: str) -> dict[date, tuple[Interval, ...]]:
    """Hours by date, empty for a day on which the location stays closed. ValueError as for ``parse_hours``."""
    found: dict[date, tuple[Interval, ...]] = {}
    for head, tail in _clauses(text):
        try:
            day = date.fromisoformat(head)
        except ValueError:
            raise ValueError(f"{head!r} is not a date like 2026-12-25") from None
        if day in found:
            raise ValueError(f"{head} is named twice")
        found[day] = _intervals(tail)
    return dict(sorted(found.items()))


def parse_time(text: str) -> time:
    """``15:30`` or ``15.30``; ``24:00`` is midnight. ValueError when it is neither."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text.strip()!r} is not a time like 22:00")
    hour, minute = int(match[1]), int(match[2])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"there is no time {text.strip()}")
    return time(hour % 24, minute)


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    for clause in filter(None, (part.strip() for part in text.split(";"))):
        head, _, tail = clause.partition(" ")
        if not tail.strip():
            raise ValueError(f"{clause!r} needs a day and its hours, like Mon-Sun 10:00-22:00")
        yield head, tail.strip()


def _days(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, dash, last = part.strip().lower().partition("-")
        start = _day(first)
        end = _day(last) if dash else start
        day = start
        yield day
        while day != end:  # Sat-Mon runs over the end of the week
            day = day % 7 + 1
            yield day


def _day(name: str) -> int:
    if name not in _DAYS:
        raise ValueError(f"{name!r} is not a day; write Mon Tue Wed Thu Fri Sat Sun")
    return _DAYS[name]


def _intervals(text: str) -> tuple[Interval, ...]:
    if text.lower() in ("closed", "tutup"):
        return ()
    found = sorted((_interval(part) for part in text.split(",")), key=lambda i: i.opens)
    for before, after in pairwise(found):
        if _closing_minute(before) > _minute(after.opens):
            raise ValueError(f"{text} overlaps itself")
    return tuple(found)


def _interval(text: str) -> Interval:
    opens, dash, closes = text.strip().partition("-")
    if not dash:
        raise ValueError(f"{text.strip()!r} is not hours like 10:00-22:00")
    interval = Interval(parse_time(opens), parse_time(closes))
    if interval.opens == interval.closes != time(0):
        raise ValueError(f"{text.strip()} opens and closes at the same time; all day is 00:00-24:00")
    return interval


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _closing_minute(interval: Interval) -> int:
    """Minutes after the midnight on which the day began, so past 1,440 when it closes on the next day."""
    closes = _minute(interval.closes)
    return closes if interval.closes > interval.opens else closes + _MINUTES_PER_DAY


def _check_overlap_into_next_day(weekly: Mapping[int, tuple[Interval, ...]]) -> None:
    for day, intervals in weekly.items():
        following = weekly.get(day % 7 + 1, ())
        if intervals and following:
            over = _closing_minute(intervals[-1]) - _MINUTES_PER_DAY
            if over > _minute(following[0].opens):
                raise ValueError(f"the hours of {_ENGLISH[day - 1].title()} run into those of the next day")
