"""Opening hours as people write them in a cell."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from fulfillment.cli.hours_text import parse_exceptions, parse_hours, parse_time
from fulfillment.domain.hours import Interval, OpeningHours, is_open

TEN_TO_TEN = (Interval(time(10), time(22)),)


def test_a_range_of_days_has_one_line_of_hours() -> None:
    assert parse_hours("Mon-Sun 10:00-22:00") == dict.fromkeys(range(1, 8), TEN_TO_TEN)


def test_friday_prayer_splits_the_day_and_sunday_is_closed() -> None:
    weekly = parse_hours("Mon-Thu,Sat 10:00-22:00; Fri 10:00-11:30,13:00-22:00; Sun closed")

    assert weekly[5] == (Interval(time(10), time(11, 30)), Interval(time(13), time(22)))
    assert sorted(weekly) == [1, 2, 3, 4, 5, 6]


def test_indonesian_days_and_points_in_times_are_read() -> None:
    assert parse_hours("Sen-Min 10.00-22.00") == parse_hours("Mon-Sun 10:00-22:00")


def test_a_range_may_run_over_the_end_of_the_week() -> None:
    assert sorted(parse_hours("Sat-Mon 10:00-22:00")) == [1, 6, 7]


def test_a_shop_that_closes_after_midnight_is_open_then() -> None:
    # Given a store in Jakarta that is open on Fridays until one at night
    hours = OpeningHours(parse_hours("Fri 10:00-01:00"))

    # When it is Saturday 00:30 there, then it is open; at 01:30 it is not
    assert is_open(hours, "Asia/Jakarta", datetime(2026, 11, 27, 17, 30, tzinfo=UTC))
    assert not is_open(hours, "Asia/Jakarta", datetime(2026, 11, 27, 18, 30, tzinfo=UTC))


@pytest.mark.parametrize("text", ["24/7", "Mon-Sun 00:00-24:00", "Mon-Sun 00:00-00:00"])
def test_all_day_every_day_can_be_said_in_three_ways(text: str) -> None:
    assert parse_hours(text) == OpeningHours.always().weekly


def test_an_exception_replaces_a_date() -> None:
    found = parse_exceptions("2027-03-08 closed; 2026-12-25 12:00-18:00;")

    assert found == {date(2026, 12, 25): (Interval(time(12), time(18)),), date(2027, 3, 8): ()}


def test_no_exceptions_is_an_empty_cell() -> None:
    assert parse_exceptions("") == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Mon-Sun", "needs a day and its hours"),
        ("Monday 10:00-22:00", "'monday' is not a day"),
        ("Mon-Sun 10-22", "'10' is not a time like 22:00"),
        ("Mon 10:00", "'10:00' is not hours like 10:00-22:00"),
        ("Mon 25:00-26:00", "there is no time 25:00"),
        ("Mon 10:75-11:00", "there is no time 10:75"),
        ("Mon 24:30-11:00", "there is no time 24:30"),
        ("Mon 10:00-22:00; Mon-Wed 09:00-12:00", "Mon is named twice"),
        ("Mon 10:00-14:00,13:00-15:00", "overlaps itself"),
        ("Fri 10:00-03:00; Sat 02:00-10:00", "the hours of Fri run into those of the next day"),
        ("Sun 10:00-03:00; Mon 02:00-10:00", "the hours of Sun run into those of the next day"),
        ("Mon 10:00-10:00", "opens and closes at the same time"),
        ("Mon closed", "never opens"),
    ],
)
def test_hours_that_cannot_be_read_say_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_hours(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("25-12-2026 closed", "'25-12-2026' is not a date like 2026-12-25"),
        ("2026-12-25 closed; 2026-12-25 10:00-12:00", "2026-12-25 is named twice"),
        ("2026-12-25", "needs a day and its hours"),
    ],
)
def test_exceptions_that_cannot_be_read_say_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_exceptions(text)


def test_midnight_at_the_end_of_a_day_is_the_start_of_the_next() -> None:
    assert parse_time("24:00") == time(0)
