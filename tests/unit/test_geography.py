"""The map: distances on the sphere, service areas, zones."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment.adapters.geography import ShapelyGeography, great_circle_m, polygon_fault
from fulfillment.domain.basket import CustomerPlace, Point
from fulfillment.domain.location import Location, ServiceArea, Zone
from tests.support.builders import SENAYAN, a_location, north_of


def a_square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


JAVA = Zone("java", "ID", a_square(105, -9, 114.4, -5.8))
BALI = Zone("bali", "ID", a_square(114.43, -9, 115.8, -8))
KETAPANG, GILIMANUK = Point(-8.143, 114.397), Point(-8.163, 114.437)  # the two ends of the ferry
JAVA_SEA = Point(-4.5, 110.0)


def a_map(*zones: Zone) -> ShapelyGeography:
    return ShapelyGeography(lambda country: [zone for zone in zones if zone.country == country])


def covers(
    area: ServiceArea | None, place: CustomerPlace, location_point: Point | None = SENAYAN
) -> bool | None:
    location = a_location("senayan", service_area=area, point=location_point)
    (seen,) = a_map().seen_from(place.point, place, [location])
    return seen.covered


# --- distances


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (SENAYAN, SENAYAN, 0),
        (Point(0, 0), Point(0, 1), 111_195),  # a degree of the mean sphere
        (Point(0, 0), Point(90, 0), 10_007_557),
        (Point(0, 0), Point(0, 180), 20_015_114),  # to the other side of the Earth
        (Point(-90, 7), Point(90, 100), 20_015_114),
        (Point(90, 0), Point(90, 123), 0),  # there is one North Pole
    ],
)
def test_distances_are_whole_metres_on_the_mean_sphere(a: Point, b: Point, metres: int) -> None:
    assert great_circle_m(a, b) == great_circle_m(b, a) == metres


def test_nothing_breaks_at_the_date_line() -> None:
    assert great_circle_m(Point(-17.0, 179.9), Point(-17.0, -179.9)) == great_circle_m(
        Point(-17.0, 0.0), Point(-17.0, 0.2)
    )


def test_a_known_distance_is_close_to_the_ellipsoids() -> None:
    # Monas to Bundaran HI: 2.2 km by the ellipsoid
    assert great_circle_m(Point(-6.1754, 106.8272), Point(-6.1950, 106.8230)) == pytest.approx(2_230, abs=15)


def test_a_location_is_seen_with_its_distance() -> None:
    place = CustomerPlace("ID", SENAYAN)

    (seen,) = a_map().seen_from(SENAYAN, place, [a_location("north", point=north_of(SENAYAN, 3))])

    assert seen.distance_m == pytest.approx(3_000, abs=2)
    assert a_map().distance_m(SENAYAN, north_of(SENAYAN, 3)) == seen.distance_m


@pytest.mark.parametrize(("customer", "location"), [(None, SENAYAN), (SENAYAN, None), (None, None)])
def test_without_both_points_there_is_no_distance_and_it_is_not_zero(
    customer: Point | None, location: Point | None
) -> None:
    (seen,) = a_map().seen_from(customer, CustomerPlace("ID", customer), [a_location("x", point=location)])

    assert seen.distance_m is None


# --- service areas


def test_a_location_without_a_service_area_serves_everyone() -> None:
    assert covers(None, CustomerPlace("ID", JAVA_SEA)) is None


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        (Point(0.5, 0.5), True),
        (Point(0, 0.5), True),
        (Point(1, 1), True),
        (Point(1.001, 0.5), False),
        (None, False),
    ],
)
def test_a_polygon_covers_its_inside_and_its_edge(point: Point | None, inside: bool) -> None:
    assert covers(ServiceArea(polygon=a_square(0, 0, 1, 1)), CustomerPlace("ID", point)) is inside


def test_a_hole_and_the_sea_between_islands_are_outside() -> None:
    outer, hole = a_square(0, 0, 9, 9)["coordinates"][0], a_square(3, 3, 6, 6)["coordinates"][0]
    ring = {"type": "Polygon", "coordinates": [outer, hole]}
    islands = {"type": "MultiPolygon", "coordinates": [[outer], a_square(20, 0, 21, 1)["coordinates"]]}

    assert covers(ServiceArea(polygon=ring), CustomerPlace("ID", Point(4, 4))) is False
    assert covers(ServiceArea(polygon=islands), CustomerPlace("ID", Point(0.5, 20.5))) is True
    assert covers(ServiceArea(polygon=islands), CustomerPlace("ID", Point(0.5, 15))) is False


@pytest.mark.parametrize(("kilometres", "inside"), [(4.998, True), (5.002, False)])
def test_a_radius_covers_what_is_within_it(kilometres: float, inside: bool) -> None:
    place = CustomerPlace("ID", north_of(SENAYAN, kilometres))

    assert covers(ServiceArea(radius_km=5), place) is inside


def test_a_radius_around_nowhere_covers_nobody() -> None:
    assert covers(ServiceArea(radius_km=9_999), CustomerPlace("ID", SENAYAN), location_point=None) is False


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        (CustomerPlace("ID", postal_code="12190"), True),
        (CustomerPlace("ID", area_code="31.74.07"), True),
        (CustomerPlace("ID", postal_code="40115"), False),
        (CustomerPlace("ID", SENAYAN), False),
    ],
)
def test_prefixes_cover_postal_and_area_codes_that_begin_with_them(
    place: CustomerPlace, inside: bool
) -> None:
    assert covers(ServiceArea(prefixes=("121", "31.74")), place) is inside


def test_any_part_of_a_service_area_is_enough() -> None:
    area = ServiceArea(polygon=a_square(0, 0, 1, 1), radius_km=5, prefixes=("121",))

    assert covers(area, CustomerPlace("ID", Point(0.5, 0.5))) is True
    assert covers(area, CustomerPlace("ID", north_of(SENAYAN, 3))) is True
    assert covers(area, CustomerPlace("ID", JAVA_SEA, postal_code="12190")) is True
    assert covers(area, CustomerPlace("ID", JAVA_SEA, postal_code="40115")) is False


def test_a_service_area_that_says_nothing_covers_nobody() -> None:
    assert covers(ServiceArea(), CustomerPlace("ID", SENAYAN, "31.74.07", "12190")) is False


def test_a_changed_service_area_is_seen_at_once() -> None:
    # Given a map that has looked at a location's area before
    world, place = a_map(), CustomerPlace("ID", Point(0.5, 0.5))
    here = a_location("senayan", service_area=ServiceArea(polygon=a_square(0, 0, 1, 1)))
    moved = a_location("senayan", service_area=ServiceArea(polygon=a_square(5, 5, 6, 6)))

    def seen(location: Location) -> bool | None:
        return world.seen_from(place.point, place, [location])[0].covered

    assert [seen(here), seen(here), seen(moved), seen(here)] == [True, True, False, True]


# --- zones


def test_a_strait_lies_between_two_zones_that_are_near() -> None:
    islands = a_map(JAVA, BALI)

    assert great_circle_m(KETAPANG, GILIMANUK) < 5_000
    assert (islands.zone_of("ID", KETAPANG), islands.zone_of("ID", GILIMANUK)) == ("java", "bali")


def test_the_sea_and_unknown_lands_have_no_zone() -> None:
    islands = a_map(JAVA, BALI)

    assert islands.zone_of("ID", JAVA_SEA) is None
    assert islands.zone_of("GB", KETAPANG) is None


def test_where_zones_overlap_the_first_by_name_is_taken() -> None:
    whole = Zone("archipelago", "ID", a_square(95, -11, 141, 6))

    assert a_map(JAVA, whole).zone_of("ID", KETAPANG) == "archipelago"


def test_zones_are_read_once_a_country() -> None:
    asked: list[str] = []
    world = ShapelyGeography(lambda country: asked.append(country) or [JAVA])  # type: ignore[func-returns-value]

    world.zone_of("ID", KETAPANG)
    world.zone_of("ID", JAVA_SEA)

    assert asked == ["ID"]


def test_zones_that_are_loaded_later_are_found() -> None:
    loaded: list[Zone] = []
    world = ShapelyGeography(lambda country: list(loaded))
    assert world.zone_of("ID", KETAPANG) is None

    loaded.append(JAVA)

    assert world.zone_of("ID", KETAPANG) == "java"


# --- what is wrong with a polygon


def test_a_good_polygon_has_no_fault() -> None:
    assert polygon_fault(a_square(0, 0, 1, 1)) is None
    assert polygon_fault(a_square(-180, -90, 180, 90)) is None
    assert (
        polygon_fault({"type": "MultiPolygon", "coordinates": [a_square(0, 0, 1, 1)["coordinates"]]}) is None
    )


@pytest.mark.parametrize(
    ("polygon", "fault"),
    [
        ({}, "not GeoJSON"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]]}, "not GeoJSON"),
        ({"type": "Polygon", "coordinates": "x"}, "not GeoJSON"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Point", "coordinates": [1, 2]}, "a Point, not a Polygon"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}, "Self-intersection"),
        (a_square(-6, 106, -5, 107), "longitude comes first"),
        (a_square(170, 0, 190, 1), "longitude beyond 180"),
        (a_square(-190, 0, -170, 1), "longitude beyond 180"),
        (a_square(0, -91, 1, 0), "latitude beyond 90"),
    ],
)
def test_a_bad_polygon_is_told_what_is_wrong(polygon: dict[str, Any], fault: str) -> None:
    assert fault in (polygon_fault(polygon) or "")
