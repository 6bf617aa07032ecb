"""The k nearest are truly the k nearest: by whole metres, then by id, anywhere on Earth, however many stand there."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.adapters.location_index import LocationIndex
from fulfillment.adapters.sphere import great_circle_m
from fulfillment.domain.basket import Point
from fulfillment.domain.location import Location
from tests.support.builders import SENAYAN, a_location, north_of

RINGS_AT_ONCE = 0  # every search goes through the rings, however few locations there are

anywhere = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
# Where a search can go wrong: the poles, the date line from both sides, and many at one place.
awkward = st.builds(
    Point,
    st.sampled_from([-90.0, -89.99, -17.0, 0.0, 51.5, 89.999, 90.0]),
    st.sampled_from([-180.0, -179.99, -0.01, 0.0, 106.8, 179.99, 180.0]),
)
places = st.one_of(anywhere, awkward)


def locations_at(points: Sequence[Point | None]) -> list[Location]:
    """Locations whose ids are not in the order in which they stand."""
    names = [f"l{n:05d}" for n in range(len(points))]
    random.Random(7).shuffle(names)
    return [a_location(name, point=point) for name, point in zip(names, points, strict=True)]


def nearest(
    index: LocationIndex, point: Point | None, count: int, but: set[str]
) -> list[tuple[int | None, str]]:
    wanted = ~index.mask(but)
    return [(m, index.locations[n].location_id) for m, n in index.nearest(wanted, point, count)]


def by_brute_force(
    locations: Sequence[Location], point: Point | None, count: int, but: set[str]
) -> list[tuple[int | None, str]]:
    def metres(location: Location) -> int | None:
        return great_circle_m(point, location.point) if point and location.point else None

    told = [(metres(x), x.location_id) for x in locations if x.location_id not in but]
    return sorted(told, key=lambda one: (one[0] is None, one[0] or 0, one[1]))[:count]


@settings(max_examples=100)
@given(st.lists(st.one_of(st.none(), places), max_size=40), st.one_of(st.none(), places), st.integers(0, 45))
@pytest.mark.parametrize("rings_from", [RINGS_AT_ONCE, 1_000])
def test_the_nearest_are_those_of_brute_force_anywhere_on_earth(
    rings_from: int, points: list[Point | None], customer: Point | None, count: int
) -> None:
    locations = locations_at(points)
    index = LocationIndex(locations, rings_from=rings_from)
    but = {location.location_id for location in locations[::3]}

    assert nearest(index, customer, count, but) == by_brute_force(locations, customer, count, but)


@settings(max_examples=60)
@given(st.lists(places, min_size=1, max_size=40), places, st.integers(0, 20_100_000))
def test_whoever_is_within_so_many_metres_is_found_and_nobody_else(
    points: list[Point], customer: Point, radius_m: int
) -> None:
    index = LocationIndex(locations_at(points), rings_from=RINGS_AT_ONCE)

    found = {index.locations[n].location_id for n in np.flatnonzero(index.within(customer, radius_m))}

    assert found == {
        x.location_id for x in index.locations if x.point and great_circle_m(customer, x.point) <= radius_m
    }


def test_in_a_chain_of_thousands_in_cities_and_far_between_the_nearest_are_those_of_brute_force() -> None:
    # Given cities on both sides of the date line, at a pole and in Jakarta, and single stores all over the Earth
    chance = random.Random(1)
    cities = [Point(-17.5, 179.98), Point(-17.5, -179.98), Point(89.95, 10), SENAYAN]
    points: list[Point | None] = [
        Point(chance.uniform(-90, 90), chance.uniform(-180, 180)) for _ in range(500)
    ]
    for city in cities:
        points += [
            Point(
                min(90, city.lat + chance.gauss(0, 0.02)),
                max(-180, min(180, city.lon + chance.gauss(0, 0.02))),
            )
            for _ in range(900)
        ]
    locations = locations_at([*points, None, None])
    index = LocationIndex(locations)

    # Then customers anywhere see what brute force sees
    customers = [*cities, Point(-90, 0), Point(0, 0), Point(60, -180)]
    for customer in customers:
        for count in (1, 65, 1_200):
            found = nearest(index, customer, count, set())
            assert found == by_brute_force(locations, customer, count, set())


def test_many_at_one_place_come_by_id() -> None:
    index = LocationIndex([a_location(f"l{n:04d}") for n in reversed(range(3_000))])

    assert [name for _, name in nearest(index, SENAYAN, 64, {"l0000"})] == [f"l{n:04d}" for n in range(1, 65)]


def test_whoever_is_not_on_the_map_comes_last_and_is_at_no_distance() -> None:
    index = LocationIndex([a_location("a", point=None), a_location("b"), a_location("c", point=None)])

    assert nearest(index, north_of(SENAYAN, 1), 3, set())[1:] == [(None, "a"), (None, "c")]
    assert nearest(index, None, 2, set()) == [(None, "a"), (None, "b")]


@pytest.mark.parametrize("rings_from", [RINGS_AT_ONCE, 1_000])
def test_where_there_is_nobody_nobody_is_near(rings_from: int) -> None:
    for locations in ([], [a_location("a", point=None)]):
        index = LocationIndex(locations, rings_from=rings_from)

        assert [m for m, _ in index.nearest(np.ones(len(index), dtype=np.bool_), SENAYAN, 5)] == [None] * len(
            index
        )
        assert not index.within(SENAYAN, 1_000).any()
    assert not LocationIndex([]).mask(["nobody"]).any()
