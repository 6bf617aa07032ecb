"""Timers of the service ladder in any zone, over any clock change: they run exactly while the store is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fulfillment.domain.hours import Interval, OpeningHours, closing_time, is_open, open_time, open_until
from fulfillment.domain.policy import Policy
from fulfillment.domain.service import kept_until, service_state
from fulfillment.domain.service_rules import ServiceRules
from tests.support.builders import TEN_TO_TEN, a_location
from tests.support.values import a_promise, a_shipment

INDONESIA = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
ZONES = (*INDONESIA, "Europe/London", "America/New_York", "Asia/Kathmandu")
LONDON = "Europe/London"
SPRING = datetime(2026, 3, 28, 23, 50, tzinfo=UTC)  # an hour and ten before the clocks go forward
ALL_NIGHT = OpeningHours(dict.fromkeys(range(1, 8), (Interval(time(22), time(6)),)))
STATES = ("on_time", "at_risk", "late")

clock = st.times().map(lambda t: time(t.hour, t.minute))
intervals = st.lists(st.builds(Interval, clock, clock), max_size=2).map(tuple)
starts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
hours = st.builds(
    OpeningHours,
    st.dictionaries(st.integers(1, 7), intervals, min_size=3),
    st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 1, 1)), intervals, max_size=3),
)


@settings(max_examples=60)
@given(hours, st.sampled_from(ZONES), starts, st.integers(1, 600))
@example(ALL_NIGHT, LONDON, SPRING, 120)
def test_a_timer_ends_when_its_minutes_of_opening_time_are_over(
    opening: OpeningHours, zone: str, start: datetime, minutes: int
) -> None:
    end = open_until(opening, zone, start, minutes)

    assert end is None or open_time(opening, zone, start, end) == timedelta(minutes=minutes)
    assert end is None or is_open(opening, zone, end - timedelta(microseconds=1))


@settings(max_examples=60)
@given(hours, st.sampled_from(ZONES), starts, st.integers(0, 3_000), st.integers(0, 3_000))
def test_opening_time_adds_up(
    opening: OpeningHours, zone: str, start: datetime, first: int, second: int
) -> None:
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)

    parts = open_time(opening, zone, start, middle) + open_time(opening, zone, middle, end)

    assert open_time(opening, zone, start, end) == parts <= end - start


@settings(max_examples=60)
@given(st.sampled_from(INDONESIA), starts, st.integers(1, 60))
def test_the_same_clock_gives_the_same_timer_in_every_part_of_the_country(
    zone: str, start: datetime, minutes: int
) -> None:
    def on_the_clock(where: str) -> datetime:
        local = start.astimezone(ZoneInfo("Asia/Jakarta")).replace(tzinfo=ZoneInfo(where))
        end = open_until(TEN_TO_TEN, where, local.astimezone(UTC), minutes)
        assert end is not None
        return end.astimezone(ZoneInfo(where)).replace(tzinfo=None)

    assert on_the_clock(zone) == on_the_clock("Asia/Jakarta")


@settings(max_examples=60)
@given(hours, st.sampled_from(ZONES), starts, st.integers(1, 10))
def test_what_is_ready_is_kept_until_a_closing_time_so_many_open_days_later(
    opening: OpeningHours, zone: str, ready_at: datetime, days: int
) -> None:
    store = a_location("senayan", hours=opening, timezone=zone)

    until = kept_until(ready_at, store, Policy(service=ServiceRules(keep_days=days)))

    today = ready_at.astimezone(ZoneInfo(zone)).date()
    closings = [closing_time(opening, zone, today + timedelta(days=n)) for n in range(1, 120)]
    opened = [closes for closes in closings if closes is not None]
    assert until > ready_at
    assert not opened or until == opened[days - 1]


@settings(max_examples=60)
@given(hours, st.sampled_from(ZONES), starts, st.lists(st.integers(0, 4_000), min_size=2, max_size=6))
def test_a_task_only_ever_gets_later(
    opening: OpeningHours, zone: str, start: datetime, minutes: list[int]
) -> None:
    store = a_location("senayan", hours=opening, timezone=zone)
    promise = a_promise(at=start + timedelta(hours=2), timezone=zone)
    task = a_shipment(status="open", status_at=start, opened_at=start, promise=promise)

    states = [
        service_state(task, Policy(), store, start + timedelta(minutes=after)) for after in sorted(minutes)
    ]

    seen = [STATES.index(state) for state in states if state]
    assert seen == sorted(seen)
    assert len(seen) == len(minutes)
