"""Which locations deliver to a customer, out of any number of them: their polygons in a tree, their circles in another,
their postal and area codes in a table.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry

from fulfillment.adapters.location_index import Mask, OnSphere, Positions
from fulfillment.adapters.sphere import SPARE_M, Box, boxes_around, great_circle_m
from fulfillment.domain.basket import CustomerPlace, Point
from fulfillment.domain.location import Location
from fulfillment.domain.postal import PlaceKind, as_prefix, codes_of

Code = tuple[str, PlaceKind, str]  # country, kind, code


class ServiceAreas:
    """The areas of a picture of locations. A location covers whoever any part of its area holds."""

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations
        self.limited = np.array([location.service_area is not None for location in locations], dtype=np.bool_)
        self._members, self._lands = _polygons(locations)
        self._land_tree = shapely.STRtree(self._lands)
        circled, boxes = _circles(locations)
        self._circled = np.array(circled, dtype=np.intp)
        self._circle_tree = shapely.STRtree(np.asarray(shapely.box(*np.array(boxes).reshape(-1, 4).T)))
        self._radius_m = np.array([_radius_m(location) for location in locations])
        self._middles = OnSphere([location.point for location in locations])
        self._by_code = _codes(locations)

    def covering(self, place: CustomerPlace, point: Point | None) -> Mask:
        """The locations whose area holds the customer, however far away they are. Those without an area are not in it.

        ``point`` is where the customer is taken to be. Prefixes are of codes of the location's own country.
        """
        found = np.zeros(len(self._locations), dtype=np.bool_)
        for code in _codes_of(place):
            if code in self._by_code:
                found[self._by_code[code]] = True
        for spot in spots(point):
            for n in self._land_tree.query(spot):
                if not found[self._members[n]].all() and self._lands[n].covers(spot):
                    found[self._members[n]] = True
            if point is not None:
                self._add_circles(found, spot, point)
        return found

    def _add_circles(self, found: Mask, spot: ShapelyPoint, point: Point) -> None:
        boxed = self._circled[self._circle_tree.query(spot)]  # some twice, whose circle crosses the date line
        metres, radius_m = self._middles.roughly_m(boxed, point), self._radius_m[boxed]
        found[boxed[metres < radius_m - SPARE_M]] = True
        for position in boxed[np.abs(metres - radius_m) <= SPARE_M]:
            middle = self._locations[position].point
            assert middle is not None
            found[position] |= great_circle_m(point, middle) <= self._radius_m[position]


def shape(polygon: Any) -> BaseGeometry | None:
    """The geometry of a GeoJSON polygon, ready to be asked many times; None when it is none."""
    land: BaseGeometry | None = shapely.from_geojson(json.dumps(polygon), on_invalid="ignore")
    if land is not None:
        shapely.prepare(land)
    return land


def _polygons(locations: Sequence[Location]) -> tuple[list[Positions], list[BaseGeometry]]:
    """Each polygon once, with the positions of those that deliver there: all stores of a city share one.

    What is no polygon (nothing that comes through our doors) holds nobody, and does not stop the others.
    """
    members: dict[str, list[int]] = defaultdict(list)
    polygons: dict[str, Mapping[str, Any]] = {}
    for position, location in enumerate(locations):
        area = location.service_area
        if area is not None and area.polygon:
            key = json.dumps(area.polygon, sort_keys=True)
            members[key].append(position)
            polygons[key] = area.polygon
    lands = {key: land for key, polygon in polygons.items() if (land := shape(polygon))}
    return [np.array(members[key], dtype=np.intp) for key in lands], list(lands.values())


def _radius_m(location: Location) -> float:
    """0 where there is no circle."""
    area = location.service_area
    return area.radius_km * 1000 if area and area.radius_km is not None else 0.0


def _circles(locations: Sequence[Location]) -> tuple[list[int], list[Box]]:
    """Boxes around circles, with the position of the location that stands in the middle."""
    positions: list[int] = []
    boxes: list[Box] = []
    for position, location in enumerate(locations):
        if location.point is None or not _radius_m(location):
            continue  # a circle around nowhere holds nobody
        for box in boxes_around(location.point, _radius_m(location)):
            positions.append(position)
            boxes.append(box)
    return positions, boxes


def _codes(locations: Sequence[Location]) -> dict[Code, Positions]:
    found: dict[Code, list[int]] = defaultdict(list)
    for position, location in enumerate(locations):
        for prefix in location.service_area.prefixes if location.service_area else ():
            kind, code = as_prefix(location.country, prefix)
            if code:
                found[location.country, kind, code].append(position)
    return {code: np.array(positions, dtype=np.intp) for code, positions in found.items()}


def _codes_of(place: CustomerPlace) -> list[Code]:
    """The codes that the customer told, and all that they lie in."""
    told: tuple[tuple[PlaceKind, str | None], ...] = (
        ("postal", place.postal_code),
        ("area", place.area_code),
    )
    return [
        (place.country, kind, code)
        for kind, told_code in told
        for code in codes_of(place.country, kind, told_code or "")
    ]


def spots(point: Point | None) -> tuple[ShapelyPoint, ...]:
    """The point as polygons know it. A point of the date line lies at both ends of the map."""
    if point is None:
        return ()
    here = ShapelyPoint(point.lon, point.lat)
    return (here, ShapelyPoint(-point.lon, point.lat)) if abs(point.lon) == 180 else (here,)
