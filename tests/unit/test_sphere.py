"""The Earth as a sphere: distances, and boxes that leave nobody out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.adapters.sphere import HALFWAY_ROUND_M, boxes_around, great_circle_m
from fulfillment.domain.basket import Point
from tests.support.builders import SENAYAN

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


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


@given(points, points, st.floats(0, HALFWAY_ROUND_M))
def test_whoever_is_within_the_radius_is_in_a_box(middle: Point, other: Point, radius_m: float) -> None:
    boxes = boxes_around(middle, radius_m)
    boxed = any(w <= other.lon <= e and s <= other.lat <= n for w, s, e, n in boxes)

    assert boxed or great_circle_m(middle, other) > radius_m


@given(points, st.floats(0, HALFWAY_ROUND_M))
def test_boxes_lie_on_the_map(middle: Point, radius_m: float) -> None:
    for west, south, east, north in boxes_around(middle, radius_m):
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90


def test_a_box_across_the_date_line_is_cut_in_two_and_one_around_a_pole_is_not() -> None:
    assert [(round(w), round(e)) for w, _, e, _ in boxes_around(Point(-17.0, 179.5), 111_195)] == [
        (178, 180),
        (-180, -179),
    ]
    assert [(round(w), round(e)) for w, _, e, _ in boxes_around(Point(-17.0, -179.5), 111_195)] == [
        (-180, -178),
        (179, 180),
    ]
    assert [(w, e, n) for w, _, e, n in boxes_around(Point(89.5, 20.0), 111_195)] == [(-180, 180, 90)]
