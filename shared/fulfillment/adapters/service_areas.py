"""Which locations deliver to a customer, out of any number of them: their polygons in a tree, their circles in another,
their postal and area codes in a table.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry

from fulfillment.adapters.sphere import boxes_around, great_circle_m
from fulfillment.domain.basket import CustomerPlace, Point
from fulfillment.domain.location import Location
from fulfillment.domain.postal import PlaceKind, as_prefix, codes_of

Mask = npt.NDArray[np.bool_]  # one for each location, in the order they were given
Code = tuple[str, PlaceKind, str]  # country, kind, code


class ServiceAreas:
    """The areas of a picture of locations. A location covers whoever any part of its area holds."""

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations
        self.limited = np.array([location.service_area is not None for location in locations], dtype=np.bool_)
        self._members, self._lands = _polygons(locations)
        self._land_tree = shapely.STRtree(self._lands)
        self._circled, circles = _circles(locations)
        self._circle_tree = shapely.STRtree(circles)
        self._by_code = _codes(locations)

    def covering(self, place: CustomerPlace, point: Point | None) -> Mask:
        """The locations whose area holds the customer, however far away they are. Those without an area are not in it.

        ``point`` is where the customer is taken to be. Prefixes are of codes of the location's own country.
        """
        found = np.zeros(len(self._locations), dtype=np.bool_)
        for code in _codes_of(place):
            found[self._by_code.get(code, [])] = True
        for spot in _spots(point):
            for n in self._land_tree.query(spot):
                if not found[self._members[n]].all() and self._lands[n].covers(spot):
                    found[self._members[n]] = True
            for n in self._circle_tree.query(spot):
                position = self._circled[n]
                if not found[position]:
                    found[position] = self._is_within(position, point)
        return found

    def _is_within(self, position: int, point: Point | None) -> bool:
        location = self._locations[position]
        assert point is not None
        assert location.point is not None
        assert location.service_area is not None
        assert location.service_area.radius_km is not None
        return great_circle_m(point, location.point) <= location.service_area.radius_km * 1000


def shape(polygon: Any) -> BaseGeometry | None:
    """The geometry of a GeoJSON polygon, ready to be asked many times; None when it is none."""
    land: BaseGeometry | None = shapely.from_geojson(json.dumps(polygon), on_invalid="ignore")
    if land is not None:
        shapely.prepare(land)
    return land


def _polygons(locations: Sequence[Location]) -> tuple[list[list[int]], list[BaseGeometry]]:
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
    return [members[key] for key in lands], list(lands.values())


def _circles(locations: Sequence[Location]) -> tuple[list[int], list[BaseGeometry]]:
    """Boxes around circles, with the position of the location that stands in the middle."""
    positions: list[int] = []
    boxes: list[BaseGeometry] = []
    for position, location in enumerate(locations):
        area = location.service_area
        if area is None or area.radius_km is None or location.point is None:
            continue  # a circle around nowhere holds nobody
        for box in boxes_around(location.point, area.radius_km * 1000):
            positions.append(position)
            boxes.append(shapely.box(*box))
    return positions, boxes


def _codes(locations: Sequence[Location]) -> dict[Code, list[int]]:
    found: dict[Code, list[int]] = defaultdict(list)
    for position, location in enumerate(locations):
        for prefix in location.service_area.prefixes if location.service_area else ():
            for kind, code in as_prefix(location.country, prefix):
                if code:
                    found[location.country, kind, code].append(position)
    return dict(found)


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


def _spots(point: Point | None) -> tuple[ShapelyPoint, ...]:
    """The point as polygons know it. A point of the date line lies at both ends of the map."""
    if point is None:
        return ()
    here = ShapelyPoint(point.lon, point.lat)
    return (here, ShapelyPoint(-point.lon, point.lat)) if abs(point.lon) == 180 else (here,)
