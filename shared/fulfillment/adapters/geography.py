"""The map: great-circle distances, service areas and zones. The only module that needs shapely.

Distances are great-circle on a sphere of the Earth's mean radius, 6,371.0088 km (IUGG); against the ellipsoid the
error is at most 0.56 %. They are rounded to whole metres here, once, so that decisions are made of whole numbers.
The great circle does not know the date line, so nothing breaks there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

from shapely import from_geojson, prepare
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from fulfillment.application.ports import Seen
from fulfillment.domain.basket import CustomerPlace, Point
from fulfillment.domain.location import Location, ServiceArea, Zone

EARTH_RADIUS_M = 6_371_008.8


class ShapelyGeography:
    """See ``ports.Geography``. Shapes are built once and kept as long as the document they came from."""

    def __init__(self, zones: Callable[[str], Sequence[Zone]]) -> None:
        self._read_zones = zones
        self._zones: dict[str, list[tuple[str, BaseGeometry]]] = {}
        self._areas: dict[str, tuple[ServiceArea, BaseGeometry]] = {}

    def zone_of(self, country: str, point: Point) -> str | None:
        """The zone the point lies in; None at sea or in an unknown land."""
        if not self._zones.get(country):  # none yet is not kept: they may be loaded any minute
            self._zones[country] = [
                (zone.zone_id, shape(zone.polygon))
                for zone in sorted(self._read_zones(country), key=_zone_id)
            ]
        spot = ShapelyPoint(point.lon, point.lat)
        return next((zone_id for zone_id, land in self._zones[country] if land.covers(spot)), None)

    def seen_from(
        self, point: Point | None, place: CustomerPlace, locations: Sequence[Location]
    ) -> Sequence[Seen]:
        """Each location with its distance and whether its service area holds the customer."""
        spot = None if point is None else ShapelyPoint(point.lon, point.lat)
        return [self._seen(location, point, spot, place) for location in locations]

    def distance_m(self, a: Point, b: Point) -> int:
        """See the module."""
        return great_circle_m(a, b)

    def _seen(
        self, location: Location, point: Point | None, spot: ShapelyPoint | None, place: CustomerPlace
    ) -> Seen:
        known = point is not None and location.point is not None
        distance = great_circle_m(point, location.point) if known else None  # type: ignore[arg-type]
        return Seen(location, distance, self._covers(location, distance, spot, place))

    def _covers(
        self, location: Location, distance_m: int | None, spot: ShapelyPoint | None, place: CustomerPlace
    ) -> bool | None:
        area = location.service_area
        if area is None:
            return None
        codes = [code for code in (place.postal_code, place.area_code) if code]
        if any(code.startswith(prefix) for prefix in area.prefixes for code in codes):
            return True
        if area.radius_km is not None and distance_m is not None and distance_m <= area.radius_km * 1000:
            return True
        return bool(area.polygon and spot is not None and self._land(location, area).covers(spot))

    def _land(self, location: Location, area: ServiceArea) -> BaseGeometry:
        kept = self._areas.get(location.location_id)
        if kept is None or kept[0] is not area:
            assert area.polygon is not None
            kept = (area, shape(area.polygon))
            self._areas[location.location_id] = kept
        return kept[1]


def shape(polygon: Any) -> BaseGeometry:
    """The geometry of a GeoJSON polygon, ready to be asked many times."""
    land: BaseGeometry = from_geojson(json.dumps(polygon))
    prepare(land)
    return land


def polygon_fault(polygon: Any) -> str | None:
    """Why this is not a polygon that can hold a customer; None when it is one."""
    try:
        land = from_geojson(json.dumps(polygon))
    except Exception as error:  # noqa: BLE001 - shapely raises several kinds; each is a fault of the input
        return f"not GeoJSON: {error}"
    if land.geom_type not in ("Polygon", "MultiPolygon"):
        return f"a {land.geom_type}, not a Polygon or MultiPolygon"
    if land.is_empty:
        return "empty"
    if not land.is_valid:
        return str(explain_validity(land))
    west, south, east, north = land.bounds
    if south < -90 or north > 90:
        return "a latitude beyond 90 degrees: longitude comes first in GeoJSON"
    return None if west >= -180 and east <= 180 else "a longitude beyond 180 degrees"


def great_circle_m(a: Point, b: Point) -> int:
    """Whole metres between two points (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half))))


def _zone_id(zone: Zone) -> str:
    return zone.zone_id
