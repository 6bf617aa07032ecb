"""When a location is open: past midnight, exceptions, days of 23 and 25 hours, three zones of one country."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from fulfillment.domain.hours import (
    HORIZON_DAYS,
    NEXT_OPENING_DAYS,
    Interval,
    OpeningHours,
    instant,
    is_open,
    open_spans,
    opening_at_or_after,
    spans_after,
)

DAILY = range(1, 8)
TEN_TO_TEN = OpeningHours(weekly=dict.fromkeys(DAILY, (Interval(time(10), time(22)),)))
NIGHTLY = OpeningHours(weekly=dict.fromkeys(DAILY, (Interval(time(18), time(2)),)))
TWICE_A_DAY = OpeningHours(
    weekly=dict.fromkeys(DAILY, (Interval(time(14), time(18)), Interval(time(9), time(12))))
)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def after_open_minutes(hours: OpeningHours, timezone: str, start: datetime, minutes: int) -> datetime | None:
    """When so many minutes of opening time have passed."""
    return next(spans_after(hours, timezone, start, minutes), (None,))[0]


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


@pytest.mark.parametrize(
    ("timezone", "day", "skipped", "moment"),
    [
        ("Europe/London", SPRING, time(1, 30), utc(SPRING, 1)),
        ("America/New_York", date(2026, 3, 8), time(2, 0), utc(date(2026, 3, 8), 7)),
        ("America/New_York", date(2026, 3, 8), time(2, 59), utc(date(2026, 3, 8), 7)),
        (
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            time(2, 15),
            utc(date(2026, 10, 3), 15, 30),
        ),  # half an hour
        ("America/Havana", date(2026, 3, 8), time(0), utc(date(2026, 3, 8), 5)),  # midnight itself
    ],
)
def test_a_time_that_the_clock_skips_is_the_moment_it_jumps(
    timezone: str, day: date, skipped: time, moment: datetime
) -> None:
    assert instant(timezone, day, skipped) == moment


@pytest.mark.parametrize(
    ("timezone", "day", "shown_twice", "moment"),
    [
        ("Europe/London", AUTUMN, time(1, 30), utc(AUTUMN, 0, 30)),
        ("America/New_York", date(2026, 11, 1), time(1, 30), utc(date(2026, 11, 1), 5, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), utc(date(2026, 4, 4), 14, 45)),
    ],
)
def test_of_a_time_that_the_clock_shows_twice_the_first_counts(
    timezone: str, day: date, shown_twice: time, moment: datetime
) -> None:
    assert instant(timezone, day, shown_twice) == moment


@pytest.mark.parametrize(
    ("interval", "span"),
    [
        (Interval(time(0, 30), time(1, 30)), (utc(SPRING, 0, 30), utc(SPRING, 1))),  # half an hour, not one
        (Interval(time(1, 30), time(3)), (utc(SPRING, 1), utc(SPRING, 2))),  # from two o'clock to three
        (Interval(time(0), time(3)), (utc(SPRING, 0), utc(SPRING, 2))),
    ],
)
def test_who_opens_or_closes_at_a_skipped_time_does_so_when_the_clock_jumps(
    interval: Interval, span: tuple[datetime, datetime]
) -> None:
    hours = OpeningHours(exceptions={SPRING: (interval,)})

    assert list(open_spans(hours, "Europe/London", utc(SPRING, 0))) == [span]


@pytest.mark.parametrize("timezone", ["America/Havana", "Europe/London", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 28), date(2026, 10, 1), date(2026, 10, 25)])
def test_no_clock_change_interrupts_a_place_that_never_closes(timezone: str, day: date) -> None:
    assert len(list(open_spans(OpeningHours.always(), timezone, utc(day, 0)))) == 1


@pytest.mark.parametrize(
    ("timezone", "opens"),
    [
        ("Pacific/Kiritimati", utc(date(2026, 11, 22), 20)),  # 14 hours before UTC
        ("Pacific/Apia", utc(date(2026, 11, 22), 21)),
        ("Pacific/Pago_Pago", utc(MONDAY, 21)),  # the same clock as Apia, a day later
    ],
)
def test_monday_begins_at_the_date_line_and_ends_at_it(timezone: str, opens: datetime) -> None:
    monday_at_ten = OpeningHours(weekly={1: (Interval(time(10), time(22)),)})

    assert next(open_spans(monday_at_ten, timezone, utc(date(2026, 11, 22), 12)))[0] == opens


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (utc(MONDAY, 8), (utc(MONDAY, 9), utc(MONDAY, 12))),
        (utc(MONDAY, 9), (utc(MONDAY, 9), utc(MONDAY, 12))),
        (utc(MONDAY, 11), (utc(MONDAY, 11), utc(MONDAY, 12))),
        (utc(MONDAY, 12), (utc(MONDAY, 14), utc(MONDAY, 18))),
        (utc(MONDAY, 18), (utc(TUESDAY, 9), utc(TUESDAY, 12))),
    ],
)
def test_the_opening_of_the_moment_or_the_next_one(at: datetime, opening: tuple[datetime, datetime]) -> None:
    assert opening_at_or_after(TWICE_A_DAY, "UTC", at) == opening


def test_a_place_that_never_closes_has_an_opening_without_an_end() -> None:
    assert opening_at_or_after(OpeningHours.always(), "Asia/Jakarta", utc(MONDAY, 5)) == (
        utc(MONDAY, 5),
        None,
    )


def test_a_place_that_never_opens_has_no_next_opening() -> None:
    assert opening_at_or_after(OpeningHours(), "UTC", utc(MONDAY, 5)) is None
    assert opening_at_or_after(OpeningHours(exceptions={MONDAY: ()}), "UTC", utc(MONDAY, 5)) is None


@pytest.mark.parametrize("days", [1, HORIZON_DAYS - 1, HORIZON_DAYS, HORIZON_DAYS + 1, 100])
def test_the_end_of_a_long_closure_is_told_though_nothing_is_offered_so_far_ahead(days: int) -> None:
    # Given a shop that is closed from Monday for so many days
    closure = [MONDAY + timedelta(days=n) for n in range(days)]
    hours = TEN_TO_TEN.closed_on(closure)

    back = MONDAY + timedelta(days=days)
    assert opening_at_or_after(hours, "UTC", utc(MONDAY, 0)) == (utc(back, 10), utc(back, 22))
    assert (after_open_minutes(hours, "UTC", utc(MONDAY, 0), 0) is None) == (days >= HORIZON_DAYS)


def test_an_opening_after_a_year_is_not_looked_for() -> None:
    once = OpeningHours(
        exceptions={MONDAY + timedelta(days=NEXT_OPENING_DAYS): (Interval(time(9), time(12)),)}
    )

    assert opening_at_or_after(once, "UTC", utc(MONDAY, 0)) is None


def test_a_day_off_closes_whatever_an_exception_says() -> None:
    # Given a longer Monday
    hours = OpeningHours(TEN_TO_TEN.weekly, {MONDAY: (Interval(time(8), time(23)),)})

    assert not is_open(hours.closed_on([MONDAY]), "UTC", utc(MONDAY, 12))
    assert is_open(hours.closed_on([TUESDAY]), "UTC", utc(MONDAY, 8))


def test_in_ramadan_the_day_begins_early_and_lebaran_is_closed() -> None:
    # Given fasting hours from 18 February, and Lebaran from 20 to 24 March 2026
    fasting = (Interval(time(8), time(17, 30)), Interval(time(19, 30), time(0, 30)))
    ramadan = {date(2026, 2, 18) + timedelta(days=n): fasting for n in range(30)}
    lebaran = {date(2026, 3, 20) + timedelta(days=n): () for n in range(5)}
    hours = OpeningHours(TEN_TO_TEN.weekly, ramadan | lebaran)

    # When somebody asks during the last breaking of the fast, 19 March 18:00 WIB
    spans = open_spans(hours, "Asia/Jakarta", utc(date(2026, 3, 19), 11))

    # Then the shop opens after it, past midnight into the feast, and then on the 25th at ten as always
    assert next(spans) == (utc(date(2026, 3, 19), 12, 30), utc(date(2026, 3, 19), 17, 30))
    assert next(spans)[0] == utc(date(2026, 3, 25), 3)
