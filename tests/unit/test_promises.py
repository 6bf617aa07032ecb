"""Ready-by and deliver-by: preparation, slots, cut-offs, transit days and capacity windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fulfillment.domain.basket import Method
from fulfillment.domain.carrier import Calendar
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.policy import Policy, TransitDays
from fulfillment.domain.promise import Promise, promises
from tests.support.builders import MONDAY_NOON, a_location

MINUTE = timedelta(minutes=1)


def first(
    method: Method = "pickup",
    now: datetime = MONDAY_NOON,
    policy: Policy | None = None,
    same_zone: bool = True,
    **location: Any,
) -> Promise:
    return next(promises(a_location("senayan", **location), method, now, policy or Policy(), same_zone))


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("asked", "ready"),
    [
        (wib(23, 12, 0), wib(23, 13, 0)),
        (wib(23, 12, 0) + timedelta(microseconds=1), wib(23, 13, 15)),
        (wib(23, 12, 1), wib(23, 13, 15)),
        (wib(23, 12, 14), wib(23, 13, 15)),
        (wib(23, 12, 15), wib(23, 13, 15)),
        (wib(23, 12, 46), wib(23, 14, 0)),
    ],
)
def test_a_promise_is_rounded_up_to_the_next_quarter(asked: datetime, ready: datetime) -> None:
    assert first(now=asked).at == ready


def test_a_pickup_is_due_when_it_is_promised() -> None:
    promise = first()

    assert (promise.at, promise.due_at) == (wib(23, 13), wib(23, 13))
    assert (promise.window, promise.timezone) == ("2026-11-23T13", "Asia/Jakarta")


def test_slots_are_quarters_of_the_local_hour() -> None:
    # Given a store in Kathmandu, 5 hours and 45 minutes ahead of UTC
    always = OpeningHours.always()
    at_five_past = datetime(2026, 11, 23, 5, 20, tzinfo=UTC)  # 11:05 there

    promise = first(
        now=at_five_past,
        timezone="Asia/Kathmandu",
        hours=always,
        prep_minutes=0,
        policy=Policy(slot_minutes=30),
    )

    assert promise.at == datetime(2026, 11, 23, 5, 45, tzinfo=UTC)  # 11:30 there
    assert promise.window == "2026-11-23T11"


def test_an_order_at_night_is_ready_after_the_preparation_of_the_morning() -> None:
    assert first(now=wib(23, 3)).at == wib(23, 11)


def test_work_that_the_evening_interrupts_goes_on_in_the_morning() -> None:
    assert first(now=wib(23, 21, 30)).at == wib(24, 10, 30)


def test_nobody_can_collect_at_closing_time_what_is_done_by_then() -> None:
    assert first(now=wib(23, 20, 45)).at == wib(23, 21, 45)
    assert first(now=wib(23, 20, 50)).at == wib(24, 10)
    assert first(now=wib(23, 21)).at == wib(24, 10)


def test_a_parcel_that_is_done_at_closing_time_leaves_that_day() -> None:
    promise = first("delivery", now=wib(23, 21))

    assert (promise.due_at, promise.at) == (wib(23, 22), wib(25, 21))
    assert first("delivery", now=wib(23, 21), cutoff=time(21, 59)).due_at == wib(24, 10)


def test_a_slot_beyond_closing_time_is_the_next_opening() -> None:
    # Given a store that closes at 21:50, when work is done at 21:46
    hours = OpeningHours(weekly=dict.fromkeys(range(1, 8), (Interval(time(10), time(21, 50)),)))

    assert first(now=wib(23, 20, 46), hours=hours).at == wib(24, 10)


def test_a_store_that_does_not_open_soon_promises_nothing() -> None:
    never = a_location("senayan", hours=OpeningHours())

    assert list(promises(never, "pickup", MONDAY_NOON, Policy(), same_zone=True)) == []


def test_later_promises_are_the_full_open_hours_that_follow() -> None:
    # Given a store whose first promise is for 20:15
    made = promises(
        a_location("senayan"), "pickup", wib(23, 19, 10), Policy(capacity_windows=5), same_zone=True
    )

    # Then the others are each in a window of their own, and none falls into the night
    assert [p.at for p in made] == [wib(23, 20, 15), wib(23, 21), wib(24, 10), wib(24, 11), wib(24, 12)]


def test_every_promise_has_a_later_window_than_the_one_before() -> None:
    made = list(
        promises(a_location("senayan"), "pickup", wib(23, 19), Policy(capacity_windows=20), same_zone=True)
    )

    assert len(made) == 20
    assert all(earlier.window < later.window for earlier, later in pairwise(made))


@pytest.mark.parametrize(
    ("timezone", "window"),
    [
        ("Asia/Jakarta", "2026-11-23T13"),
        ("Asia/Makassar", "2026-11-23T14"),
        ("Asia/Jayapura", "2026-11-23T15"),
    ],
)
def test_a_window_is_the_hour_of_the_locations_own_clock(timezone: str, window: str) -> None:
    assert first(timezone=timezone).window == window


def test_a_parcel_within_the_cutoff_leaves_today() -> None:
    promise = first("delivery", now=wib(23, 15), cutoff=time(16))

    assert promise.due_at == wib(23, 16)  # at the cut-off itself is in time
    assert promise.at == wib(25, 21)


def test_a_parcel_after_the_cutoff_leaves_on_the_next_open_day() -> None:
    promise = first("delivery", now=wib(23, 15, 1), cutoff=time(16))

    assert promise.due_at == wib(24, 10)
    assert promise.at == wib(26, 21)


def test_the_day_after_the_cutoff_may_be_a_closed_one() -> None:
    closed_tuesday = OpeningHours(
        weekly={day: (Interval(time(10), time(22)),) for day in (1, 3, 4, 5, 6, 7)},
    )

    assert first("delivery", now=wib(23, 17), cutoff=time(16), hours=closed_tuesday).due_at == wib(25, 10)


def test_a_cutoff_before_opening_time_is_never_met() -> None:
    early = a_location("senayan", cutoff=time(9))

    assert list(promises(early, "delivery", MONDAY_NOON, Policy(), same_zone=True)) == []


def test_a_cutoff_is_not_for_pickups() -> None:
    assert first(now=wib(23, 17), cutoff=time(16)).at == wib(23, 18)


def test_another_zone_takes_longer() -> None:
    policy = Policy(transit_days=TransitDays(same_zone=1, other_zone=4))

    assert first("delivery", policy=policy).at == wib(24, 21)
    assert first("delivery", policy=policy, same_zone=False).at == wib(27, 21)


def test_a_parcel_that_leaves_late_in_the_evening_never_arrives_before_it_left() -> None:
    policy = Policy(transit_days=TransitDays(same_zone=0))

    in_time = first("delivery", now=wib(23, 20), policy=policy)
    late = first("delivery", now=wib(23, 20, 15), policy=policy)

    assert (in_time.due_at, in_time.at) == (wib(23, 21), wib(23, 21))
    assert (late.due_at, late.at) == (wib(23, 21, 15), wib(24, 21))


def test_deliver_by_is_nine_in_the_evening_on_either_side_of_a_clock_change() -> None:
    # Given a London store and a parcel that travels over the night in which summer time ends
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)

    promise = first("delivery", now=saturday, timezone="Europe/London")

    assert promise.due_at == datetime(2026, 10, 24, 13, tzinfo=UTC)
    assert promise.at == datetime(2026, 10, 26, 21, tzinfo=UTC)  # GMT again


def test_a_promise_over_the_spring_change_is_counted_in_real_minutes() -> None:
    # Given half past midnight in London on the night that loses an hour
    asked = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    promise = first(now=asked, timezone="Europe/London", hours=OpeningHours.always(), prep_minutes=60)

    assert promise.at == asked + 60 * MINUTE
    assert promise.window == "2026-03-29T02"  # the hour of the wall, where one o'clock does not exist


def test_a_longer_preparation_is_a_later_promise() -> None:
    assert first(prep_minutes=0).at == wib(23, 12)
    assert first(prep_minutes=61).at == wib(23, 13, 15)
    assert first(prep_minutes=12 * 60).at == wib(24, 12)


@pytest.mark.parametrize(
    ("queued", "minutes_each", "ready"),
    [
        (0, 10, wib(23, 13)),
        (1, 10, wib(23, 13, 15)),
        (6, 10, wib(23, 14)),
        (48, 10, wib(23, 21)),
        (54, 10, wib(24, 10)),  # done at closing time
        (55, 10, wib(24, 10, 15)),
        (100, 0, wib(23, 13)),
        (10_000, 10, None),  # more than two weeks of work
    ],
)
def test_each_order_that_waits_adds_its_minutes_of_opening_time(
    queued: int, minutes_each: int, ready: datetime | None
) -> None:
    store = a_location("senayan", minutes_per_order=minutes_each)

    promise = next(promises(store, "pickup", MONDAY_NOON, Policy(), same_zone=True, queued=queued), None)

    assert (promise and promise.at) == ready


NYEPI = Calendar("nyepi", (date(2026, 11, 24), date(2026, 11, 25)), groups=("bali",))


@pytest.mark.parametrize(
    ("policy", "groups", "ready"),
    [
        (Policy(calendars=(NYEPI,)), ("bali",), wib(26, 10)),
        (Policy(calendars=(NYEPI,)), ("sagara", "bali"), wib(26, 10)),
        (Policy(calendars=(NYEPI,)), ("java",), wib(24, 10)),
        (Policy(calendars=(NYEPI,)), (), wib(24, 10)),
        (Policy(calendars=(NYEPI,), groups={"bali": ("senayan",)}), (), wib(26, 10)),  # named by the policy
        (
            Policy(calendars=(Calendar("bank", (date(2026, 11, 24),)),)),
            ("bali",),
            wib(24, 10),
        ),  # for carriers
    ],
)
def test_a_day_off_closes_the_locations_of_its_groups(
    policy: Policy, groups: tuple[str, ...], ready: datetime
) -> None:
    assert first(now=wib(23, 21), policy=policy, groups=groups).at == ready


def test_a_store_that_is_closed_for_two_weeks_promises_nothing_and_a_day_later_it_does() -> None:
    # Given a store closed from the 23rd to 6 December
    closure = Calendar("works", tuple(date(2026, 11, 23) + timedelta(days=n) for n in range(14)), ("java",))
    policy = Policy(calendars=(closure,))
    store = a_location("senayan", groups=("java",))

    assert next(promises(store, "pickup", wib(23, 12), policy, same_zone=True), None) is None
    assert first(now=wib(24, 12), policy=policy, groups=("java",)).at == wib(30, 11) + timedelta(days=7)


def test_the_repeated_hour_of_autumn_is_one_window() -> None:
    # Given a place in London that never closes, at a quarter to one in the night that has 25 hours
    asked = datetime(2026, 10, 24, 23, 45, tzinfo=UTC)
    place = a_location("soho", timezone="Europe/London", hours=OpeningHours.always(), prep_minutes=0)

    made = list(promises(place, "pickup", asked, Policy(capacity_windows=4), same_zone=True))

    # Then the second one o'clock is passed over: its orders would be counted with the first's
    assert [p.window[-2:] for p in made] == ["00", "01", "02", "03"]
    assert [p.at - asked for p in made] == [MINUTE * n for n in (0, 15, 135, 195)]


@pytest.mark.parametrize(
    "asked", [datetime(2026, 4, 4, 14, 40, tzinfo=UTC), datetime(2026, 10, 3, 15, 10, tzinfo=UTC)]
)
def test_a_full_hour_is_one_on_the_clock_also_where_it_changes_by_half_an_hour(asked: datetime) -> None:
    place = a_location("lagoon", timezone="Australia/Lord_Howe", hours=OpeningHours.always(), prep_minutes=0)

    made = promises(place, "pickup", asked, Policy(slot_minutes=60, capacity_windows=3), same_zone=True)

    walls = [p.at.astimezone(ZoneInfo("Australia/Lord_Howe")) for p in made]
    assert [(wall.hour, wall.minute) for wall in walls] == [
        (walls[0].hour, 0),
        (walls[0].hour + 1, 0),
        (walls[0].hour + 2, 0),
    ]
