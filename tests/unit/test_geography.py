"""The map: who is near a customer and could supply, in which order, and on which land everybody stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fulfillment.adapters.geography import ShapelyGeography, polygon_fault
from fulfillment.adapters.sphere import great_circle_m
from fulfillment.application.ports import Around, Search
from fulfillment.domain.basket import CustomerPlace, Point
from fulfillment.domain.location import Location, ServiceArea, Zone
from fulfillment.domain.policy import LocationFilter, Policy
from tests.support.builders import SENAYAN, a_location, a_square, north_of

JAVA = Zone("java", "ID", a_square(105, -9, 114.4, -5.8))
BALI = Zone("bali", "ID", a_square(114.43, -9, 115.8, -8))
KETAPANG, GILIMANUK = Point(-8.143, 114.397), Point(-8.163, 114.437)  # the two ends of the ferry
JAVA_SEA = Point(-4.5, 110.0)
JAKARTA_ONLY = ServiceArea(polygon=a_square(106, -7, 107, -6))
NEAREST = Policy(objectives=("shipments", "distance"))  # nothing is asked before distance


def a_map(*zones: Zone) -> ShapelyGeography:
    return ShapelyGeography(lambda country: [zone for zone in zones if zone.country == country])


def a_search(point: Point | None = SENAYAN, **more: Any) -> Search:
    usual: dict[str, Any] = {"zone": None, "method": "delivery", "policy": NEAREST}
    return Search(**{"place": CustomerPlace("ID", point), "point": point, **usual, **more})


def around(locations: Sequence[Location], most: int = 64, most_unable: int = 36, **more: Any) -> Around:
    return a_map().around(locations, a_search(**more), most, most_unable)


def able(found: Around) -> list[str]:
    return [seen.location.location_id for seen in found.able]


def unable(found: Around) -> list[str]:
    return [seen.location.location_id for seen in found.unable]


def in_a_row(count: int, **more: Any) -> list[Location]:
    """Stores at 0, 1, 2, ... km."""
    return [a_location(f"s{n:03d}", point=north_of(SENAYAN, n), **more) for n in range(count)]


# --- who could supply


def test_the_nearest_that_could_supply_come_first_and_the_rest_is_a_number() -> None:
    found = around(in_a_row(10), most=4)

    assert able(found) == ["s000", "s001", "s002", "s003"]
    assert [seen.distance_m for seen in found.able][:2] == [0, 1_000]
    assert (unable(found), found.beyond, found.could_beyond) == ([], 6, True)
    assert found.next_m == pytest.approx(4_000, abs=2)


def test_those_that_could_not_are_named_up_to_so_many_and_take_nobodys_place() -> None:
    # Given ten that are closed, nearer than two that are open
    closed = in_a_row(10, status="closed")
    there = [a_location(f"open{n}", point=north_of(SENAYAN, 20 + n)) for n in range(2)]

    # When
    found = around([*there, *closed], most=2, most_unable=3)

    # Then
    assert able(found) == ["open0", "open1"]
    assert unable(found) == ["s000", "s001", "s002"]
    assert (found.beyond, found.could_beyond, found.next_m) == (7, False, None)


@pytest.mark.parametrize(
    "location",
    [
        a_location("x", status="closed"),
        a_location("x", status="paused"),
        a_location("x", methods=frozenset({"pickup"})),
        a_location("x", service_area=ServiceArea(radius_km=1), point=north_of(SENAYAN, 2)),
        a_location("x", kind="locker"),
        a_location("x", groups=("outlet",)),
        a_location("stranger"),
        a_location("named"),
        a_location("x", point=north_of(SENAYAN, 31)),
        a_location("x", point=None),
        a_location("no"),
    ],
)
def test_whoever_may_not_by_what_operations_and_the_policy_say_could_not(location: Location) -> None:
    # Given a policy for stores of the brand within 30 km that are no outlets
    policy = Policy(
        groups={"brand": ("x", "no", "named"), "outlet": ("named",)},
        locations=LocationFilter(("brand",), ("outlet",), ("store",), 30.0),
    )
    assert able(around([a_location("x")], policy=policy)) == ["x"]

    # Then it is named, and not asked
    found = around([location], policy=policy, refused_by=frozenset({"no"}))
    assert (able(found), unable(found)) == ([], [location.location_id])


def test_a_policys_own_stores_are_found_behind_any_number_of_others() -> None:
    stores = [*in_a_row(200), a_location("hub", kind="warehouse", point=north_of(SENAYAN, 900))]

    found = around(stores, policy=Policy(locations=LocationFilter(kinds=("warehouse",))))

    assert able(found) == ["hub"]
    assert (len(found.unable), found.beyond, found.could_beyond) == (36, 164, False)


def test_a_pickup_asks_no_service_area_and_a_delivery_does() -> None:
    far = a_location("far", point=north_of(SENAYAN, 200), service_area=JAKARTA_ONLY)
    near = a_location("near", service_area=ServiceArea(prefixes=("40",)))

    assert able(around([far, near], method="pickup")) == ["near", "far"]
    delivery = around([far, near])
    assert [(s.location.location_id, s.covered) for s in delivery.able] == [("far", True)]
    assert [(s.location.location_id, s.covered) for s in delivery.unable] == [("near", False)]


def test_whoever_delivers_to_the_customer_is_found_however_far_away_it_is() -> None:
    # Given a hundred stores nearby that deliver elsewhere, and one at the other end that delivers here
    elsewhere = in_a_row(100, service_area=ServiceArea(polygon=a_square(0, 0, 1, 1)))
    mill = a_location("mill", point=Point(3.6, 98.7), service_area=JAKARTA_ONLY)

    assert able(around([*elsewhere, mill])) == ["mill"]


def test_a_customer_with_only_a_code_is_served_by_code() -> None:
    # Given no point: the code is in no table
    coded = a_location("coded", service_area=ServiceArea(prefixes=("31.74",)))
    found = around(
        [coded, a_location("b"), a_location("a"), a_location("drawn", service_area=JAKARTA_ONLY)],
        point=None,
        place=CustomerPlace("ID", area_code="31.74.07.1001"),
    )

    assert able(found) == ["a", "b", "coded"]  # nothing has a distance: by id
    assert [seen.distance_m for seen in found.able] == [None] * 3
    assert unable(found) == ["drawn"]


@pytest.mark.parametrize("customer", [None, SENAYAN])
def test_a_location_without_a_point_is_last_and_at_no_distance(customer: Point | None) -> None:
    found = around([a_location("aaa", point=None), a_location("kota")], point=customer, policy=NEAREST)

    assert {seen.location.location_id: seen.distance_m for seen in found.able}["aaa"] is None
    assert able(found) == (["kota", "aaa"] if customer else ["aaa", "kota"])


# --- who is asked before nearer ones


def test_another_island_comes_after_all_stores_of_the_customers_own_unless_its_area_says_better() -> None:
    # Given a customer at the ferry, two stores across the strait and two far away on Java
    stores = [
        a_location("gilimanuk", zone="bali", point=GILIMANUK),
        a_location("courier", zone="bali", point=GILIMANUK, service_area=ServiceArea(radius_km=10)),
        a_location("surabaya", zone="java", point=Point(-7.25, 112.75)),
        a_location("jakarta", zone="java"),
        a_location("nowhere", zone=None, point=Point(-7.0, 110.0)),
    ]

    def first(most: int, **more: Any) -> list[str]:
        return able(around(stores, most, point=KETAPANG, **more))

    # Then by the default policy
    assert first(4, zone="java", policy=Policy()) == ["courier", "surabaya", "nowhere", "jakarta"]
    assert first(5, zone="java", policy=Policy())[4] == "gilimanuk"
    # And where the zone is not known, or not asked for, or the customer goes there, distance decides
    assert first(2, zone=None, policy=Policy()) == ["courier", "gilimanuk"]
    assert first(2, zone="java") == ["courier", "gilimanuk"]
    assert first(2, zone="java", policy=Policy(), method="pickup") == ["courier", "gilimanuk"]


@pytest.mark.parametrize(
    ("objectives", "first"),
    [
        (("rank", "distance"), ["hub-far", "hub-near", "s000"]),
        (("group_rank", "distance"), ["s000", "s001", "s002"]),
        (("other_zone", "rank"), ["hub-near", "s000", "s001"]),
        (("rank", "other_zone"), ["hub-far", "hub-near", "s000"]),
        (("distance", "rank"), ["s000", "s001", "s002"]),
        (("shipments", "rank"), ["s000", "s001", "s002"]),
    ],
)
def test_a_policy_that_ranks_locations_first_looks_at_its_first_ones_first(
    objectives: tuple[str, ...], first: list[str]
) -> None:
    # Given stores nearby, and two hubs far behind them, the farther one on another island
    near = a_location("hub-near", kind="warehouse", rank=2, point=north_of(SENAYAN, 500))
    far = a_location("hub-far", kind="warehouse", rank=1, point=north_of(SENAYAN, 700), zone="bali")
    stores = in_a_row(50, groups=("own",))
    policy = Policy(objectives=objectives, ranking=("own", "hubs"), groups={"hubs": ("hub-far",)})

    # Then
    assert able(around([near, far, *stores], 3, policy=policy, zone="java")) == first


# --- those of a list, one, and the nearest of all


def test_those_of_a_list_are_only_those_that_could_and_in_the_same_order() -> None:
    stores = [*in_a_row(20), a_location("shut", status="closed")]

    found = a_map().among(
        stores, a_search(refused_by=frozenset({"s005"})), {"s007", "s005", "shut", "s003", "?"}
    )

    assert [seen.location.location_id for seen in found] == ["s003", "s007"]


def test_one_location_is_seen_whether_it_could_supply_or_not() -> None:
    stores = [a_location("shut", status="closed", point=north_of(SENAYAN, 3)), *in_a_row(5)]
    world = a_map()

    seen = world.one(stores, a_search(), "shut")
    assert seen is not None
    assert seen.location is stores[0]
    assert seen.distance_m == pytest.approx(3_000, abs=2)
    assert world.one(stores, a_search(), "atlantis") is None


def test_the_nearest_of_all_is_told_whatever_it_does() -> None:
    stores = [a_location("shut", status="closed", point=north_of(SENAYAN, 3)), a_location("a", point=None)]

    assert a_map().nearest_m(stores, SENAYAN) == pytest.approx(3_000, abs=2)
    assert a_map().nearest_m([a_location("a", point=None)], SENAYAN) is None
    assert a_map().nearest_m([], SENAYAN) is None


def test_the_same_picture_is_indexed_once_and_another_one_anew() -> None:
    # Given a map that has looked at a location's area before
    world = a_map()
    here = [a_location("senayan", service_area=JAKARTA_ONLY)]
    moved = [a_location("senayan", service_area=ServiceArea(polygon=a_square(5, 5, 6, 6)))]

    def covered(locations: Sequence[Location]) -> bool:
        return bool(world.around(locations, a_search(), 64, 36).able)

    # Then a new picture is seen at once
    assert [covered(here), covered(here), covered(moved), covered(here)] == [True, True, False, True]


def test_a_policy_that_was_changed_is_asked_anew() -> None:
    world, stores = a_map(), in_a_row(3)

    for km, count in ((1.5, 2), (0.5, 1), (1.5, 2)):
        policy = Policy(locations=LocationFilter(max_distance_km=km))
        assert len(world.around(stores, a_search(policy=policy), 64, 36).able) == count


# --- zones


def test_a_strait_lies_between_two_zones_that_are_near() -> None:
    islands = a_map(JAVA, BALI)

    assert great_circle_m(KETAPANG, GILIMANUK) < 5_000
    assert (islands.zone_of("ID", KETAPANG), islands.zone_of("ID", GILIMANUK)) == ("java", "bali")


def test_the_sea_and_unknown_lands_have_no_zone() -> None:
    islands = a_map(JAVA, BALI)

    assert islands.zone_of("ID", JAVA_SEA) is None
    assert islands.zone_of("GB", KETAPANG) is None


def test_the_date_line_is_land_on_both_sides() -> None:
    taveuni = Zone("taveuni", "FJ", a_square(179, -18, 180, -16))

    assert [a_map(taveuni).zone_of("FJ", Point(-17, lon)) for lon in (180.0, -180.0)] == ["taveuni"] * 2


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


@pytest.mark.filterwarnings("error")
def test_numbers_without_bound_are_refused_without_a_warning() -> None:
    for far in (1e308, -1e308, float("inf"), float("nan")):
        assert polygon_fault(a_square(0, 0, far, 1))
        assert polygon_fault(a_square(0, far, 1, 0))


def test_two_halves_that_meet_at_the_date_line_have_no_fault() -> None:
    halves = [a_square(*corners)["coordinates"] for corners in ((179, -18, 180, -16), (-180, -18, -179, -16))]

    assert polygon_fault({"type": "MultiPolygon", "coordinates": halves}) is None


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
        (a_square(179, -18, -179, -16), "across the date line: split it at 180 degrees"),
        (
            {
                "type": "Polygon",
                "coordinates": [
                    [
                        [179, 0],
                        [180, 0],
                        [-180, 0],
                        [-179, 0],
                        [-179, 1],
                        [-180, 1],
                        [180, 1],
                        [179, 1],
                        [179, 0],
                    ]
                ],
            },
            "across the date line",
        ),
        (a_square(1e300, 0, 1e308, 1), "longitude beyond 180"),
        (a_square(float("inf"), 0, 1, 1), "not GeoJSON: Out of range float"),
    ],
)
def test_a_bad_polygon_is_told_what_is_wrong(polygon: dict[str, Any], fault: str) -> None:
    assert fault in (polygon_fault(polygon) or "")
