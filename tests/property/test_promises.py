"""Promises over any hours, queue, calendar and carrier, near the moments at which clocks change, against an oracle
that looks at the clock of the wall minute by minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.domain.basket import Method
from fulfillment.domain.carrier import Calendar, Carrier
from fulfillment.domain.hours import Interval, OpeningHours, is_open
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import Promise, hours_of, promises
from tests.support.builders import a_location

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WATCHED_DAYS = 4

# The local days before the changes of 2026, and zones without one: of Indonesia and at both sides of the date line.
PLACES = (
    ("Europe/London", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 24, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 3, 7, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 10, 31, tzinfo=UTC)),
    ("Pacific/Chatham", datetime(2026, 9, 26, tzinfo=UTC)),
    ("Asia/Jakarta", datetime(2026, 3, 18, tzinfo=UTC)),
    ("Asia/Makassar", datetime(2026, 3, 18, tzinfo=UTC)),
    ("Asia/Jayapura", datetime(2026, 3, 18, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(2026, 12, 30, tzinfo=UTC)),
    ("Pacific/Pago_Pago", datetime(2026, 12, 30, tzinfo=UTC)),
)

times = [time(hour, minute) for hour in range(24) for minute in (0, 10, 15, 29, 30, 45, 59)]
clock = st.sampled_from(times)
at_night = st.sampled_from([at for at in times if at.hour < 4])
interval = st.one_of(st.builds(Interval, clock, clock), st.builds(Interval, at_night, at_night))
intervals = st.lists(interval, max_size=3).map(tuple)
minutes = st.one_of(st.integers(0, 12).map(lambda n: n * 15), st.integers(0, 900))
slots = st.sampled_from([5, 15, 20, 30, 60])
methods: st.SearchStrategy[Method] = st.sampled_from(["pickup", "delivery"])


@dataclass(frozen=True)
class Asked:
    """Somebody asks a store, at a moment, under a policy."""

    store: Location
    now: datetime
    policy: Policy
    around: datetime

    def promises(self, method: Method, queued: int = 0, later: timedelta = timedelta(0)) -> Iterator[Promise]:
        return promises(self.store, method, self.now + later, self.policy, same_zone=True, queued=queued)

    def first(self, method: Method, queued: int = 0, later: timedelta = timedelta(0)) -> Promise | None:
        return next(self.promises(method, queued, later), None)


@st.composite
def questions(draw: st.DrawFn, most_carriers: int = 0, fewest_carriers: int = 0) -> Asked:
    """Any store of any pace; with carriers, days off of the store and of theirs too."""
    timezone, around = draw(st.sampled_from(PLACES))
    dates = st.integers(-1, WATCHED_DAYS).map(lambda n: around.date() + n * DAY)
    store = a_location(
        "senayan",
        timezone=timezone,
        hours=OpeningHours(
            draw(st.dictionaries(st.integers(1, 7), intervals, min_size=2)),
            draw(st.dictionaries(dates, intervals, max_size=2))
            | draw(st.dictionaries(st.just(around.date() + DAY), intervals)),  # when the clock changes
        ),
        groups=("java",),
        prep_minutes=draw(minutes),
        minutes_per_order=draw(st.sampled_from([0, 0, 5, 15, 29])),
    )
    policy = Policy(slot_minutes=draw(slots))
    if most_carriers:
        holidays = st.builds(
            lambda begin, n: tuple(begin + i * DAY for i in range(n)), dates, st.integers(0, 20)
        )
        policy = replace(
            policy,
            calendars=(Calendar("store", draw(holidays), ("java",)), Calendar("road", draw(holidays))),
            carriers=tuple(draw(st.lists(carriers, min_size=fewest_carriers, max_size=most_carriers))),
        )
    asked = st.one_of(st.integers(20, 60).map(lambda n: n * 30), st.integers(0, 3 * 24 * 60))
    return Asked(store, around + draw(asked) * MINUTE, policy, around)


carriers = st.builds(
    Carrier,
    st.sampled_from(["JNE", "SiCepat", "POS"]),
    st.dictionaries(st.integers(1, 7), clock, min_size=1),
    st.fixed_dictionaries({"same": st.integers(0, 6)}),
    st.sampled_from([tuple(range(1, 8)), tuple(range(1, 6)), (1, 3, 5), (7,)]),
    st.sampled_from([(), ("road",), ("road", "store")]),
)


@cache
def wall_of(timezone: str, around: datetime) -> list[tuple[datetime, datetime, datetime]]:
    """Every minute there: when it is, what the clock on the wall shows, and the highest it has shown so far."""
    zone = ZoneInfo(timezone)
    minutes = [around + n * MINUTE for n in range(-60, (3 + WATCHED_DAYS) * 24 * 60)]
    shown = [at.astimezone(zone).replace(tzinfo=None) for at in minutes]
    return list(zip(minutes, shown, accumulate(shown, max), strict=True))


def openings_of(hours: OpeningHours, day: date) -> list[tuple[datetime, datetime]]:
    """What the clock shows when it opens and closes: of the day, and of the night that runs into it."""
    found = []
    for begins in (day - DAY, day):
        for each in hours.on(begins):
            opens, closes = (datetime.combine(begins, at) for at in (each.opens, each.closes))
            found.append((opens, closes if closes > opens else closes + DAY))
    return found


def somebody_with_a_watch(asked: Asked, method: Method, work: int) -> datetime | None:
    """The oracle, that knows neither offsets nor spans: works while it is open, then waits for a slot of the clock.

    A shop opens when the clock has come to the hour for the first time, and closes in the same way: what counts is the
    highest it has shown. None: not ready while it was watched.
    """
    openings = cache(partial(openings_of, asked.store.hours))
    done, was_open = False, False
    for at, shown, highest in wall_of(asked.store.timezone, asked.around):
        if at < asked.now:
            continue
        is_open = any(opens <= highest < closes for opens, closes in openings(highest.date()))
        done = done or (work == 0 and (is_open or was_open))
        at_the_store = is_open or (was_open and method == "delivery")
        if done and at_the_store and shown.minute % asked.policy.slot_minutes == 0:
            return at
        work -= is_open
        was_open = is_open
    return None


def hold_against_the_watch(asked: Asked, method: Method, queued: int) -> None:
    work = asked.store.prep_minutes + queued * asked.store.minutes_per_order

    promise = asked.first(method, queued)

    expected = somebody_with_a_watch(asked, method, work)
    watched_until = asked.around + (3 + WATCHED_DAYS) * DAY
    assert (promise.due_at if promise and promise.due_at < watched_until else None) == expected


@settings(max_examples=50)
@given(questions(), methods, st.integers(0, 20))
def test_the_first_promise_is_the_one_that_somebody_with_a_watch_would_make(
    asked: Asked, method: Method, queued: int
) -> None:
    hold_against_the_watch(asked, method, queued)


@pytest.mark.soak
@settings(max_examples=3_000)
@given(questions(), methods, st.integers(0, 20))
def test_somebody_with_a_watch_agrees_for_long(asked: Asked, method: Method, queued: int) -> None:
    hold_against_the_watch(asked, method, queued)


@settings(max_examples=30)
@given(questions(most_carriers=3), methods, st.integers(0, 20))
def test_a_promise_is_never_before_the_work_and_always_in_opening_hours(
    asked: Asked, method: Method, queued: int
) -> None:
    hours, timezone = hours_of(asked.store, asked.policy), asked.store.timezone
    work = (asked.store.prep_minutes + queued * asked.store.minutes_per_order) * MINUTE
    grace = MINUTE if method == "delivery" else timedelta(0)  # a parcel may be ready at closing time

    for promise in asked.promises(method, queued):
        due = promise.due_at
        assert asked.now + work <= due <= promise.at
        assert is_open(hours, timezone, due) or is_open(hours, timezone, due - grace)
        assert (promise.carrier is None) == (method == "pickup" or not asked.policy.carriers)


@settings(max_examples=30)
@given(questions(most_carriers=3), methods, st.integers(0, 20), st.integers(0, 600), st.integers(0, 10))
def test_who_asks_later_or_waits_behind_more_orders_is_never_promised_earlier(
    asked: Asked, method: Method, queued: int, later: int, more: int
) -> None:
    promise = asked.first(method, queued)
    moved_on = asked.first(method, queued, later * MINUTE)
    behind = asked.first(method, queued + more)

    assert promise is None or moved_on is None or promise.at <= moved_on.at
    assert behind is None or (promise is not None and promise.at <= behind.at)


@settings(max_examples=30)
@given(questions(most_carriers=3))
def test_no_window_is_offered_twice_and_later_ones_are_not_there_earlier(asked: Asked) -> None:
    made = list(asked.promises("delivery"))

    assert len({p.window for p in made}) == len(made) <= asked.policy.capacity_windows
    assert [p.due_at for p in made] == sorted(p.due_at for p in made)
    assert [p.at for p in made] == sorted(p.at for p in made)


@settings(max_examples=30)
@given(questions(most_carriers=1, fewest_carriers=1))
def test_a_parcel_leaves_at_the_first_collection_and_travels_working_days(asked: Asked) -> None:
    # Given a store where there is always somebody, so that only the carrier's days matter
    asked = replace(asked, store=replace(asked.store, hours=OpeningHours.always(), groups=()))
    (carrier,) = asked.policy.carriers
    off = {day for c in asked.policy.calendars if c.name in carrier.calendars for day in c.days_off}
    cutoff = carrier.cutoff

    # When
    ready, promise = asked.first("pickup"), asked.first("delivery")

    # Then a calendar on the wall says the same
    assert ready is not None
    wall = ready.at.astimezone(ZoneInfo(asked.store.timezone)).replace(tzinfo=None)
    days = [day for n in range(100) if (day := wall.date() + n * DAY) not in off]
    collections = [d for d in days if d.isoweekday() in cutoff]
    in_time = [d for d in collections if wall <= datetime.combine(d, cutoff[d.isoweekday()])]
    left = in_time[0]
    transit = carrier.transit_days["same"]
    on_that_day = transit == 0 and cutoff[left.isoweekday()] <= carrier.delivered_by
    to_come = [d for d in days if d.isoweekday() in carrier.delivers_on and d >= left]
    way = [d for d in to_come if d > left or on_that_day]
    if promise is None:  # it would wait here for more than two weeks
        assert left > asked.now.date() + 13 * DAY
    else:
        there = promise.at.astimezone(ZoneInfo(asked.store.timezone)).date()
        assert there == way[max(transit, 1) - 1]
