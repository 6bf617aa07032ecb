"""Who delivers to a customer: polygons with holes, circles and codes, however far away the location stands."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment.adapters.service_areas import ServiceAreas
from fulfillment.domain.basket import CustomerPlace, Point
from fulfillment.domain.location import Location, ServiceArea
from tests.support.builders import SENAYAN, a_location, a_square, north_of

JAVA_SEA = Point(-4.5, 110.0)


def covering(place: CustomerPlace, *locations: Location) -> list[str]:
    """Ids of the locations whose area holds the customer."""
    held = ServiceAreas(locations).covering(place, place.point)
    return [location.location_id for location, holds in zip(locations, held, strict=True) if holds]


def covers(area: ServiceArea, place: CustomerPlace, location_point: Point | None = SENAYAN) -> bool:
    return bool(covering(place, a_location("senayan", service_area=area, point=location_point)))


def test_a_location_without_a_service_area_is_nobodys_in_particular() -> None:
    areas = ServiceAreas([a_location("anyone"), a_location("some", service_area=ServiceArea(radius_km=5))])

    assert areas.limited.tolist() == [False, True]
    assert areas.covering(CustomerPlace("ID", SENAYAN), SENAYAN).tolist() == [False, True]


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
    ring = ServiceArea(polygon={"type": "Polygon", "coordinates": [outer, hole]})
    islands = ServiceArea(
        polygon={
            "type": "MultiPolygon",
            "coordinates": [[outer, hole], a_square(20, 0, 21, 1)["coordinates"]],
        }
    )

    assert covers(ring, CustomerPlace("ID", Point(4, 4))) is False
    assert covers(ring, CustomerPlace("ID", Point(2, 2))) is True
    assert covers(islands, CustomerPlace("ID", Point(4, 4))) is False
    assert covers(islands, CustomerPlace("ID", Point(0.5, 20.5))) is True
    assert covers(islands, CustomerPlace("ID", Point(0.5, 15))) is False


def test_an_area_across_the_date_line_is_two_and_its_middle_belongs_to_both() -> None:
    # Given Taveuni, whose area is cut at the date line as GeoJSON wants it
    west, east = a_square(179, -18, 180, -16), a_square(-180, -18, -179, -16)
    fiji = ServiceArea(
        polygon={"type": "MultiPolygon", "coordinates": [west["coordinates"], east["coordinates"]]}
    )

    # Then it holds whoever is on either side, and on the line whichever way it is written
    assert [covers(fiji, CustomerPlace("FJ", Point(-17, lon))) for lon in (179.5, -179.5, 180, -180)] == [
        True
    ] * 4
    half = ServiceArea(polygon=west)
    assert [covers(half, CustomerPlace("FJ", Point(-17, lon))) for lon in (180, -180, -179.9)] == [
        True,
        True,
        False,
    ]


def test_a_polygon_and_a_circle_around_a_pole_hold_every_meridian() -> None:
    cap = ServiceArea(polygon=a_square(-180, 89, 180, 90))
    for lon in (-180, -33, 0, 107, 180):
        assert covers(cap, CustomerPlace("NO", Point(89.5, lon)))
        assert covers(ServiceArea(radius_km=200), CustomerPlace("NO", Point(89, lon)), Point(90, 12))


@pytest.mark.parametrize(("kilometres", "inside"), [(4.998, True), (5.002, False)])
def test_a_radius_covers_what_is_within_it(kilometres: float, inside: bool) -> None:
    place = CustomerPlace("ID", north_of(SENAYAN, kilometres))

    assert covers(ServiceArea(radius_km=5), place) is inside


def test_a_circle_reaches_across_the_date_line() -> None:
    across = CustomerPlace("FJ", Point(-17.0, -179.99))

    assert covers(ServiceArea(radius_km=5), across, Point(-17.0, 179.99))
    assert not covers(ServiceArea(radius_km=2), across, Point(-17.0, 179.99))


def test_a_circle_in_the_corner_of_its_box_does_not_hold_the_customer() -> None:
    north_east = Point(SENAYAN.lat + 0.04, SENAYAN.lon + 0.04)  # 4.4 km each way

    assert not covers(ServiceArea(radius_km=5), CustomerPlace("ID", north_east))


def test_a_radius_around_nowhere_covers_nobody() -> None:
    assert not covers(ServiceArea(radius_km=9_999), CustomerPlace("ID", SENAYAN), location_point=None)


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        (CustomerPlace("ID", postal_code="12190"), True),
        (CustomerPlace("ID", area_code="31.74.07"), True),
        (CustomerPlace("ID", area_code="3174071001"), True),
        (CustomerPlace("ID", postal_code="40115"), False),
        (CustomerPlace("ID", area_code="31.7"), False),
        (
            CustomerPlace("MY", postal_code="12190"),
            False,
        ),  # prefixes are of codes of the location's own country
        (CustomerPlace("ID", SENAYAN), False),
    ],
)
def test_prefixes_cover_postal_and_area_codes_that_begin_with_them(
    place: CustomerPlace, inside: bool
) -> None:
    assert covers(ServiceArea(prefixes=("121", "31.74")), place) is inside


@pytest.mark.parametrize(
    ("prefix", "held"),
    [("postal:12", "Jakarta"), ("area:12", "Medan"), ("area:1271", "Medan"), ("area:12.7", None)],
)
def test_a_prefix_of_two_digits_is_one_place_only(prefix: str, held: str | None) -> None:
    area = ServiceArea(prefixes=(prefix,))
    jakarta, medan = CustomerPlace("ID", postal_code="12190"), CustomerPlace("ID", area_code="12.71")

    assert covers(area, jakarta) is (held == "Jakarta")
    assert covers(area, medan) is (held == "Medan")


def test_british_prefixes_are_whole_districts() -> None:
    def serves(prefix: str, code: str) -> bool:
        store = a_location("store", country="GB", service_area=ServiceArea(prefixes=(prefix,)))
        return bool(covering(CustomerPlace("GB", postal_code=code), store))

    assert serves("SW1A", "SW1A1AA")
    assert serves("sw1a 1", "SW1A 1AA")
    assert serves("SW", "SW1A 1AA")
    assert not serves("SW1", "SW1A 1AA")
    assert serves("M1", "M1 1AE")
    assert not serves("M1", "M11 1AE")
    assert not serves("M11", "M1 1AE")


def test_any_part_of_a_service_area_is_enough() -> None:
    area = ServiceArea(polygon=a_square(0, 0, 1, 1), radius_km=5, prefixes=("121",))

    assert covers(area, CustomerPlace("ID", Point(0.5, 0.5)))
    assert covers(area, CustomerPlace("ID", north_of(SENAYAN, 3)))
    assert covers(area, CustomerPlace("ID", JAVA_SEA, postal_code="12190"))
    assert not covers(area, CustomerPlace("ID", JAVA_SEA, postal_code="40115"))


def test_a_service_area_that_says_nothing_covers_nobody() -> None:
    assert not covers(ServiceArea(), CustomerPlace("ID", SENAYAN, "31.74.07", "12190"))


def test_all_that_share_a_polygon_cover_and_so_does_one_from_the_other_end_of_the_world() -> None:
    city = a_square(106, -7, 107, -6)
    shops = [a_location(f"s{n}", service_area=ServiceArea(polygon=dict(city))) for n in range(3)]
    far = a_location(
        "far", point=Point(60, -100), service_area=ServiceArea(polygon=a_square(100, -9, 120, 0))
    )

    assert covering(CustomerPlace("ID", SENAYAN), *shops, far) == ["s0", "s1", "s2", "far"]


@pytest.mark.parametrize(
    "broken", [{"type": "Polygon"}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, {"a": 1}]
)
def test_what_is_no_polygon_holds_nobody_and_stops_nobody(broken: dict[str, Any]) -> None:
    # No door lets one in; should one be in the table all the same, other stores go on delivering
    lost = a_location("lost", service_area=ServiceArea(polygon=broken))
    sound = a_location("sound", service_area=ServiceArea(polygon=a_square(106, -7, 107, -6)))

    assert covering(CustomerPlace("ID", SENAYAN), lost, sound) == ["sound"]
