"""Opening time in any zone, over any clock change: spans follow one another, and time spent is time that passed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.domain.hours import Interval, OpeningHours, is_open, open_spans, spans_after
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import promises
from tests.support.builders import a_location

ZONES = (
    "Asia/Jakarta",
    "Asia/Makassar",
    "Asia/Jayapura",
    "Europe/London",
    "America/New_York",
    "Asia/Kathmandu",
)
clock = st.times().map(lambda t: time(t.hour, t.minute))
intervals = st.lists(st.builds(Interval, clock, clock), max_size=3).map(tuple)
starts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
hours = st.builds(
    OpeningHours,
    st.dictionaries(st.integers(1, 7), intervals),
    st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 1, 1)), intervals, max_size=3),
)


def after_open_minutes(hours: OpeningHours, timezone: str, start: datetime, minutes: int) -> datetime | None:
    """When so many minutes of opening time have passed."""
    return next(spans_after(hours, timezone, start, minutes), (None,))[0]


@settings(max_examples=50)
@given(hours, st.sampled_from(ZONES), starts)
def test_spans_come_in_order_apart_and_not_before_the_start(
    opening: OpeningHours, zone: str, start: datetime
) -> None:
    spans = list(open_spans(opening, zone, start))

    assert all(start <= opens < closes for opens, closes in spans)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))


@settings(max_examples=50)
@given(hours, st.sampled_from(ZONES), starts)
def test_a_place_is_open_inside_its_spans_and_closed_between_them(
    opening: OpeningHours, zone: str, start: datetime
) -> None:
    spans = list(open_spans(opening, zone, start))[:3]

    for opens, closes in spans:
        assert is_open(opening, zone, opens)
        assert is_open(opening, zone, closes - timedelta(microseconds=1))
        assert not is_open(opening, zone, closes)


@settings(max_examples=50)
@given(hours, st.sampled_from(ZONES), starts, st.integers(0, 3_000))
def test_work_takes_exactly_its_minutes_of_opening_time(
    opening: OpeningHours, zone: str, start: datetime, minutes: int
) -> None:
    done = after_open_minutes(opening, zone, start, minutes)
    spans = list(open_spans(opening, zone, start))

    if done is None:
        assert (
            sum((closes - opens for opens, closes in spans), timedelta()) < timedelta(minutes=minutes)
            or not spans
        )
    else:
        spent = sum((min(closes, done) - opens for opens, closes in spans if opens < done), timedelta())
        assert spent == timedelta(minutes=minutes)


@settings(max_examples=50)
@given(
    hours,
    st.sampled_from(ZONES),
    starts,
    st.integers(0, 600),
    st.sampled_from([5, 15, 20, 30, 60]),
    st.sampled_from(["pickup", "delivery"]),
)
def test_a_promise_is_never_too_early_and_always_on_a_slot(
    opening: OpeningHours, zone: str, start: datetime, prep_minutes: int, slot: int, method: str
) -> None:
    place = a_location("senayan", hours=opening, timezone=zone, prep_minutes=prep_minutes)
    policy = Policy(slot_minutes=slot)
    done = after_open_minutes(opening, zone, start, prep_minutes)

    made = list(promises(place, method, start, policy, same_zone=True))  # type: ignore[arg-type]

    assert all(done is not None and done <= p.due_at <= p.at for p in made)
    assert all(earlier.due_at < later.due_at for earlier, later in pairwise(made))
    walls = [p.due_at.astimezone(ZoneInfo(zone)) for p in made]
    assert all((wall.minute % slot, wall.second, wall.microsecond) == (0, 0, 0) for wall in walls)
    assert len(made) <= policy.capacity_windows


@settings(max_examples=50)
@given(hours, st.sampled_from(ZONES), starts, st.integers(0, 120))
def test_who_asks_later_is_never_promised_earlier(
    opening: OpeningHours, zone: str, start: datetime, minutes: int
) -> None:
    place = a_location("senayan", hours=opening, timezone=zone, prep_minutes=45)

    first = next(promises(place, "pickup", start, Policy(), same_zone=True), None)
    later = next(
        promises(place, "pickup", start + timedelta(minutes=minutes), Policy(), same_zone=True), None
    )

    assert first is None or later is None or first.at <= later.at
