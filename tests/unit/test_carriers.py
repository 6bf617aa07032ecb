"""Deliver-by with carriers: who collects where and when, days off, working days on the way, and who is there first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from fulfillment.domain.carrier import Calendar, Carrier
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import Promise, promises
from tests.support.builders import MONDAY_NOON, a_location

EVERY_DAY, WEEKDAYS, BUT_SUNDAY = range(1, 8), range(1, 6), range(1, 7)


def by_four(weekdays: Iterable[int] = EVERY_DAY) -> dict[int, time]:
    return dict.fromkeys(weekdays, time(16))


JNE = Carrier("JNE", cutoff=by_four(), transit_days={"same": 2, "other": 5})


def a_carrier(name: str = "JNE", **more: Any) -> Carrier:
    """Collects every day what is ready by four, and needs two days on the island and five to another."""
    return replace(JNE, name=name, **more)


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def brought(
    *carriers: Carrier,
    now: datetime = MONDAY_NOON,
    calendars: tuple[Calendar, ...] = (),
    same_zone: bool = True,
    **location: Any,
) -> Promise | None:
    policy = Policy(carriers=carriers, calendars=calendars)
    return next(promises(a_location("senayan", **location), "delivery", now, policy, same_zone), None)


def day_of(promise: Promise | None) -> int | None:
    """The day in November by whose evening it is there."""
    if promise is None:
        return None
    evening = (promise.at + timedelta(hours=7)).replace(tzinfo=None)
    assert (evening.hour, evening.minute) == (21, 0)
    return (evening - datetime(2026, 10, 31)).days  # noqa: DTZ001


@pytest.mark.parametrize(
    ("asked", "due", "there"),
    [
        (wib(23, 12), wib(23, 13), 25),
        (wib(23, 15), wib(23, 16), 25),  # ready at the cut-off itself
        (wib(23, 15, 1), wib(23, 16, 15), 26),
        (wib(23, 23), wib(24, 11), 26),
    ],
)
def test_what_is_ready_by_the_cutoff_leaves_that_day(asked: datetime, due: datetime, there: int) -> None:
    promise = brought(JNE, now=asked)

    assert promise is not None
    assert (promise.due_at, day_of(promise), promise.carrier) == (due, there, "JNE")


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (wib(20, 12), 22),  # Friday: leaves at four
        (wib(20, 17), 25),  # after it: leaves on Monday
        (wib(21, 12), 25),
        (wib(22, 23), 25),
    ],
)
def test_a_weekday_without_a_cutoff_has_no_collection(asked: datetime, there: int) -> None:
    assert day_of(brought(a_carrier(cutoff=by_four(WEEKDAYS)), now=asked)) == there


def test_each_weekday_has_its_own_cutoff() -> None:
    early_on_saturday = a_carrier(cutoff=by_four() | {6: time(11)})

    assert day_of(brought(early_on_saturday, now=wib(20, 15))) == 22
    assert day_of(brought(early_on_saturday, now=wib(21, 10))) == 23
    assert day_of(brought(early_on_saturday, now=wib(21, 10, 1))) == 24


@pytest.mark.parametrize(
    ("transit_days", "there"),
    # From Thursday the 26th; Sundays do not count.
    [(0, 26), (1, 27), (2, 28), (3, 30), (4, 31), (8, 35), (9, 37)],
)
def test_only_days_on_which_the_carrier_delivers_count(transit_days: int, there: int) -> None:
    carrier = a_carrier(delivers_on=tuple(BUT_SUNDAY), transit_days={"same": transit_days})

    assert day_of(brought(carrier, now=wib(26, 12))) == there


def test_what_travels_no_day_is_there_on_the_next_day_of_delivery() -> None:
    courier = a_carrier("courier", transit_days={"same": 0}, delivers_on=tuple(WEEKDAYS))

    assert day_of(brought(courier, now=wib(27, 12))) == 27
    assert day_of(brought(courier, now=wib(28, 12))) == 30  # Saturday


def test_what_is_collected_after_the_evening_is_not_there_on_that_evening() -> None:
    # Given a courier who comes at ten and delivers by nine
    courier = a_carrier("courier", transit_days={"same": 0}, cutoff=dict.fromkeys(EVERY_DAY, time(22)))

    assert day_of(brought(courier, now=wib(23, 12))) == 24


HOLIDAYS = Calendar("holidays", (date(2026, 11, 24), date(2026, 11, 25)))


@pytest.mark.parametrize(
    ("asked", "kept", "there"),
    [
        (wib(23, 12), (), 25),
        (wib(23, 12), ("holidays",), 27),  # on its way over two days off
        (wib(23, 17), ("holidays",), 28),  # not collected before the 26th
        (wib(25, 12), ("holidays",), 28),
        (wib(26, 12), ("holidays",), 28),
    ],
)
def test_nothing_is_collected_or_delivered_on_a_day_off(
    asked: datetime, kept: tuple[str, ...], there: int
) -> None:
    assert day_of(brought(a_carrier(calendars=kept), now=asked, calendars=(HOLIDAYS,))) == there


def test_a_carrier_may_keep_several_calendars() -> None:
    more = Calendar("cuti", (date(2026, 11, 26),))
    carrier = a_carrier(calendars=("holidays", "cuti"))

    assert day_of(brought(carrier, now=wib(23, 12), calendars=(HOLIDAYS, more))) == 28


def test_no_parcel_is_handed_over_where_nobody_is() -> None:
    # Given a store that is closed on weekends, and a carrier that comes every day
    weekdays = OpeningHours(weekly=dict.fromkeys(WEEKDAYS, (Interval(time(10), time(22)),)))

    # When a parcel is ready on Friday evening
    promise = brought(JNE, now=wib(20, 17), hours=weekdays)

    # Then it leaves on Monday
    assert promise is not None
    assert (promise.due_at, day_of(promise)) == (wib(20, 18), 25)


def test_a_carrier_that_comes_before_the_store_opens_takes_what_was_ready_the_day_before() -> None:
    # Given a store that opens at ten, and a carrier that comes at nine
    at_nine = a_carrier(cutoff=dict.fromkeys(EVERY_DAY, time(9)))

    # Then nobody is there to give it anything, ever
    assert brought(at_nine) is None

    # But where the store opens at eight, it takes what was ready the evening before
    from_eight = OpeningHours(weekly=dict.fromkeys(EVERY_DAY, (Interval(time(8), time(20)),)))
    assert day_of(brought(at_nine, hours=from_eight)) == 26


def test_what_is_ready_at_midnight_when_the_store_closes_leaves_when_it_opens_again() -> None:
    # Given a store that is open on Monday until midnight, and then on Thursday
    hours = OpeningHours(weekly={1: (Interval(time(10), time(0)),), 4: (Interval(time(10), time(22)),)})

    promise = brought(JNE, now=wib(23, 23), hours=hours)

    assert promise is not None
    assert (promise.due_at, day_of(promise)) == (wib(24, 0), 28)


@pytest.mark.parametrize(
    ("groups", "same_zone", "carrier", "there"),
    [
        (("java",), True, "courier", 24),
        (("java",), False, "ferry", 30),
        (("bali",), True, None, None),
        (("bali",), False, "ferry", 30),
        (("bali", "java"), True, "courier", 24),
    ],
)
def test_a_carrier_serves_its_groups_and_ways(
    groups: tuple[str, ...], same_zone: bool, carrier: str | None, there: int | None
) -> None:
    # Given a courier within Java, and a ferry between islands for everybody
    courier = a_carrier("courier", transit_days={"same": 1}, groups=("java", "jakarta"))
    ferry = a_carrier("ferry", transit_days={"other": 7})

    promise = brought(courier, ferry, groups=groups, same_zone=same_zone)

    assert (promise and promise.carrier, day_of(promise)) == (carrier, there)


def test_of_several_carriers_the_one_that_is_there_first_is_promised() -> None:
    # Given one that leaves today and is slow, and one that leaves on Wednesday and is fast
    slow = a_carrier("slow", transit_days={"same": 5})
    fast = a_carrier("fast", transit_days={"same": 1}, cutoff=by_four([3]))

    # Then on Monday that is the fast one, and on Wednesday evening the slow one
    promised = [brought(slow, fast, now=asked) for asked in (wib(23, 12), wib(25, 17))]
    assert [(p and p.carrier, day_of(p)) for p in promised] == [("fast", 26), ("slow", 31)]


def test_of_two_that_are_there_at_the_same_time_the_first_of_the_policy_is_promised() -> None:
    one, other = a_carrier("one"), a_carrier("other")

    assert [p and p.carrier for p in (brought(one, other), brought(other, one))] == ["one", "other"]


def test_an_evening_that_ends_earlier_is_there_first() -> None:
    by_six = a_carrier("by six", delivered_by=time(18))

    promise = brought(JNE, by_six)

    assert promise is not None
    assert (promise.carrier, promise.at) == ("by six", wib(25, 18))


def test_the_locations_own_cutoff_is_for_policies_without_carriers() -> None:
    with_carrier = brought(JNE, now=wib(23, 12), cutoff=time(11))
    without = brought(now=wib(23, 12), cutoff=time(11))

    assert (day_of(with_carrier), with_carrier and with_carrier.carrier) == (25, "JNE")
    assert (day_of(without), without and without.carrier) == (26, None)


def test_a_carrier_is_not_for_pickups() -> None:
    never = a_carrier(cutoff={})

    promise = next(promises(a_location("senayan"), "pickup", MONDAY_NOON, Policy(carriers=(never,)), True))

    assert (promise.at, promise.carrier) == (wib(23, 13), None)


@pytest.mark.parametrize(
    "never",
    [a_carrier(cutoff={}), a_carrier(delivers_on=()), a_carrier(transit_days={})],
    ids=["collects on no day", "delivers on no day", "serves no way"],
)
def test_where_no_carrier_can_bring_it_nothing_is_promised(never: Carrier) -> None:
    assert brought(never) is None
    assert day_of(brought(never, JNE)) == 25


def test_a_carrier_that_stands_still_for_two_weeks_promises_nothing() -> None:
    strike = Calendar("strike", tuple(date(2026, 11, 23) + timedelta(days=n) for n in range(15)))
    carrier = a_carrier(calendars=("strike",))

    assert brought(carrier, now=wib(23, 12), calendars=(strike,)) is None
    assert brought(carrier, now=wib(24, 12), calendars=(strike,)) is not None


def test_later_windows_are_brought_later_or_at_the_same_time() -> None:
    # Given a store whose promises are for 15:00, 16:00, 17:00 and so on, and a carrier at four
    policy = Policy(carriers=(JNE,), capacity_windows=4)

    made = list(promises(a_location("senayan"), "delivery", wib(23, 14), policy, same_zone=True))

    assert [p.due_at for p in made] == [wib(23, hour) for hour in (15, 16, 17, 18)]
    assert [day_of(p) for p in made] == [25, 25, 26, 26]


@pytest.mark.parametrize(
    ("timezone", "asked", "there"),
    [
        ("Asia/Jakarta", datetime(2026, 11, 23, 8, 30, tzinfo=UTC), datetime(2026, 11, 25, 14, tzinfo=UTC)),
        ("Asia/Makassar", datetime(2026, 11, 23, 8, 30, tzinfo=UTC), datetime(2026, 11, 26, 13, tzinfo=UTC)),
        ("Asia/Jayapura", datetime(2026, 11, 23, 8, 30, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC)),
        # The evening of two days later is one on a clock that changed meanwhile
        ("Europe/London", datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 29, 20, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 3, 2, tzinfo=UTC)),
        # The date line: the same clock, another day
        ("Pacific/Apia", datetime(2026, 11, 22, 22, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 11, 22, 22, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)),
    ],
)
def test_cutoffs_and_evenings_are_of_the_locations_own_clock(
    timezone: str, asked: datetime, there: datetime
) -> None:
    promise = brought(JNE, now=asked, timezone=timezone, hours=OpeningHours.always(), prep_minutes=0)

    assert promise is not None
    assert (promise.at, promise.timezone) == (there, timezone)


def test_a_cutoff_that_the_clock_shows_twice_is_the_first() -> None:
    # Given a place in London, and a carrier that leaves at half past one in the night that has 25 hours
    nightly = a_carrier(cutoff=dict.fromkeys(EVERY_DAY, time(1, 30)))
    more = {"timezone": "Europe/London", "hours": OpeningHours.always(), "prep_minutes": 0}

    asked = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    there = [promise and promise.at for promise in (brought(nightly, now=now, **more) for now in asked)]

    assert there == [datetime(2026, 10, day, 21, tzinfo=UTC) for day in (27, 28)]
