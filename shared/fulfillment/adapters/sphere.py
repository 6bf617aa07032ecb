"""The Earth as a sphere: distances, and boxes of degrees that hold all that is near a point.

Distances are great-circle on a sphere of the Earth's mean radius, 6,371.0088 km (IUGG); against the ellipsoid the
error is at most 0.56 %. They are rounded to whole metres here, once, so that decisions are made of whole numbers.
The great circle does not know the date line, so nothing breaks there; boxes do, and are cut in two.
"""

from __future__ import annotations

from math import asin, cos, degrees, pi, radians, sin, sqrt

from fulfillment.domain.basket import Point

EARTH_RADIUS_M = 6_371_008.8
HALFWAY_ROUND_M = pi * EARTH_RADIUS_M  # nothing is farther away than the other side of the Earth
SPARE_M = 2.0  # boxes reach so much farther than asked: rounded metres and rounded degrees may not leave anybody out

Box = tuple[float, float, float, float]  # west, south, east, north, in degrees


def great_circle_m(a: Point, b: Point) -> int:
    """Whole metres between two points (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half))))


def boxes_around(point: Point, radius_m: float) -> tuple[Box, ...]:
    """One box, or two across the date line, that hold every point within the radius, and some more in the corners.

    A circle with a pole in it touches every meridian, so its box goes all the way round. The widest parallel of a
    circle lies nearer the pole than its middle: its half width is asin(sin(radius) / cos(latitude)).
    """
    angle = (radius_m + SPARE_M) / EARTH_RADIUS_M
    south, north = point.lat - degrees(angle), point.lat + degrees(angle)
    if south <= -90 or north >= 90:
        return ((-180.0, max(south, -90.0), 180.0, min(north, 90.0)),)
    half_width = degrees(asin(min(1.0, sin(angle) / cos(radians(point.lat)))))
    west, east = point.lon - half_width, point.lon + half_width
    if west < -180:
        return (-180.0, south, east, north), (west + 360, south, 180.0, north)
    if east > 180:
        return (west, south, 180.0, north), (-180.0, south, east - 360, north)
    return ((west, south, east, north),)
