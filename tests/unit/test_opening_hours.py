"""When a location is open: past midnight, exceptions, days of 23 and 25 hours, three zones of one country."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from fulfillment.domain.hours import (
    HORIZON_DAYS,
    Interval,
    OpeningHours,
    after_open_minutes,
    is_open,
    open_spans,
)

DAILY = range(1, 8)
TEN_TO_TEN = OpeningHours(weekly=dict.fromkeys(DAILY, (Interval(time(10), time(22)),)))
NIGHTLY = OpeningHours(weekly=dict.fromkeys(DAILY, (Interval(time(18), time(2)),)))
TWICE_A_DAY = OpeningHours(
    weekly=dict.fromkeys(DAILY, (Interval(time(14), time(18)), Interval(time(9), time(12))))
)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "opens_utc"),
    [("Asia/Jakarta", 3), ("Asia/Pontianak", 3), ("Asia/Makassar", 2), ("Asia/Jayapura", 1)],
)
def test_ten_o_clock_is_another_instant_in_each_indonesian_zone(timezone: str, opens_utc: int) -> None:
    opening = utc(MONDAY, opens_utc)

    assert not is_open(TEN_TO_TEN, timezone, opening - timedelta(microseconds=1))
    assert is_open(TEN_TO_TEN, timezone, opening)
    assert is_open(TEN_TO_TEN, timezone, opening + timedelta(hours=12, microseconds=-1))
    assert not is_open(TEN_TO_TEN, timezone, opening + timedelta(hours=12))


def test_an_interval_past_midnight_belongs_to_the_day_it_began_on() -> None:
    # Given a place that opens on Monday evening only
    monday_night = OpeningHours(weekly={1: (Interval(time(18), time(2)),)})

    # Then it is open on Monday night and, past midnight, early on Tuesday
    assert is_open(monday_night, "UTC", utc(MONDAY, 23, 59))
    assert is_open(monday_night, "UTC", utc(TUESDAY, 1, 59))

    # But neither early on Monday nor from two on
    assert not is_open(monday_night, "UTC", utc(MONDAY, 1))
    assert not is_open(monday_night, "UTC", utc(TUESDAY, 2))
    assert not is_open(monday_night, "UTC", utc(TUESDAY, 19))


def test_work_begun_past_midnight_goes_on_in_the_evening() -> None:
    done = after_open_minutes(NIGHTLY, "UTC", utc(TUESDAY, 1, 30), 60)

    assert done == utc(TUESDAY, 18, 30)


def test_an_exception_replaces_the_hours_of_its_date_alone() -> None:
    # Given a shorter Monday
    hours = OpeningHours(TEN_TO_TEN.weekly, {MONDAY: (Interval(time(12), time(15)),)})

    assert not is_open(hours, "UTC", utc(MONDAY, 11))
    assert is_open(hours, "UTC", utc(MONDAY, 12))
    assert not is_open(hours, "UTC", utc(MONDAY, 15))
    assert is_open(hours, "UTC", utc(TUESDAY, 11))


def test_an_exception_without_hours_is_a_closed_day() -> None:
    hours = OpeningHours(TEN_TO_TEN.weekly, {MONDAY: ()})

    assert not is_open(hours, "UTC", utc(MONDAY, 12))
    assert after_open_minutes(hours, "UTC", utc(MONDAY, 12), 30) == utc(TUESDAY, 10, 30)


def test_a_night_before_a_closed_day_is_kept_to_its_end() -> None:
    hours = OpeningHours(NIGHTLY.weekly, {TUESDAY: ()})

    assert is_open(hours, "UTC", utc(TUESDAY, 1))
    assert not is_open(hours, "UTC", utc(TUESDAY, 19))
    assert not is_open(hours, "UTC", utc(date(2026, 11, 25), 1))


def test_an_exception_opens_a_weekday_that_is_otherwise_closed() -> None:
    hours = OpeningHours(exceptions={MONDAY: (Interval(time(9), time(12)),)})

    assert is_open(hours, "UTC", utc(MONDAY, 10))
    assert not is_open(hours, "UTC", utc(TUESDAY, 10))


def test_several_intervals_a_day_count_in_the_order_of_the_clock() -> None:
    # Given three hours in the morning and four in the afternoon, written the other way round
    spans = open_spans(TWICE_A_DAY, "UTC", utc(MONDAY, 11))

    assert next(spans) == (utc(MONDAY, 11), utc(MONDAY, 12))
    assert next(spans) == (utc(MONDAY, 14), utc(MONDAY, 18))
    assert after_open_minutes(TWICE_A_DAY, "UTC", utc(MONDAY, 11), 90) == utc(MONDAY, 14, 30)


def test_work_that_ends_with_the_last_minute_ends_today() -> None:
    assert after_open_minutes(TEN_TO_TEN, "UTC", utc(MONDAY, 21), 60) == utc(MONDAY, 22)
    assert after_open_minutes(TEN_TO_TEN, "UTC", utc(MONDAY, 21), 61) == utc(TUESDAY, 10, 1)


def test_overlapping_intervals_are_counted_once() -> None:
    hours = OpeningHours(weekly={1: (Interval(time(9), time(13)), Interval(time(12), time(15)))})

    assert next(open_spans(hours, "UTC", utc(MONDAY, 0))) == (utc(MONDAY, 9), utc(MONDAY, 15))


def test_an_interval_inside_another_adds_nothing() -> None:
    hours = OpeningHours(weekly={1: (Interval(time(9), time(15)), Interval(time(10), time(11)))})

    assert next(open_spans(hours, "UTC", utc(MONDAY, 0))) == (utc(MONDAY, 9), utc(MONDAY, 15))


def test_a_place_that_never_closes_has_one_span() -> None:
    spans = list(open_spans(OpeningHours.always(), "Asia/Jakarta", utc(MONDAY, 5)))

    assert spans == [(utc(MONDAY, 5), datetime(2026, 12, 6, 17, tzinfo=UTC))]


def test_the_same_time_twice_is_a_whole_day() -> None:
    hours = OpeningHours(weekly={1: (Interval(time(6), time(6)),)})

    assert next(open_spans(hours, "UTC", utc(MONDAY, 0))) == (utc(MONDAY, 6), utc(TUESDAY, 6))


def test_a_place_without_hours_never_opens() -> None:
    assert list(open_spans(OpeningHours(), "UTC", utc(MONDAY, 0))) == []
    assert not is_open(OpeningHours(), "UTC", utc(MONDAY, 12))
    assert after_open_minutes(OpeningHours(), "UTC", utc(MONDAY, 0), 0) is None


def test_what_opens_only_beyond_the_horizon_does_not_open() -> None:
    last, too_late = (MONDAY + timedelta(days=n) for n in (HORIZON_DAYS - 1, HORIZON_DAYS))
    noon = (Interval(time(12), time(13)),)

    within = after_open_minutes(OpeningHours(exceptions={last: noon}), "UTC", utc(MONDAY, 0), 30)
    beyond = after_open_minutes(OpeningHours(exceptions={too_late: noon}), "UTC", utc(MONDAY, 0), 30)

    assert within == utc(last, 12, 30)
    assert beyond is None


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Europe/London: 01:00 to 02:00, and 02:00 to 01:00


@pytest.mark.parametrize(
    ("day", "night_hours"),
    [(SPRING - timedelta(days=1), 8), (SPRING, 7), (AUTUMN, 9), (AUTUMN + timedelta(days=1), 8)],
)
def test_a_night_shift_is_as_long_as_the_clocks_make_it(day: date, night_hours: int) -> None:
    # Given a place in London that is open from midnight to eight
    hours = OpeningHours(weekly=dict.fromkeys(DAILY, (Interval(time(0), time(8)),)))

    # When the spans from the evening before are looked at
    opens, closes = next(open_spans(hours, "Europe/London", utc(day - timedelta(days=1), 12)))

    # Then the one of that day has its real length
    assert closes - opens == timedelta(hours=night_hours)


def test_opening_time_is_local_on_both_sides_of_a_clock_change() -> None:
    assert next(open_spans(TEN_TO_TEN, "Europe/London", utc(date(2026, 3, 28), 0)))[0].hour == 10
    assert next(open_spans(TEN_TO_TEN, "Europe/London", utc(SPRING, 0)))[0].hour == 9


def test_an_hour_of_work_over_the_clock_change_is_an_hour() -> None:
    done = after_open_minutes(OpeningHours.always(), "Europe/London", utc(SPRING, 0, 30), 60)

    assert done == utc(SPRING, 1, 30)  # half past two on the wall


def test_an_interval_that_the_clock_change_swallows_is_no_opening() -> None:
    hours = OpeningHours(exceptions={SPRING: (Interval(time(1), time(2)),)})

    assert list(open_spans(hours, "Europe/London", utc(SPRING, 0))) == []
