"""The map: who is near a customer, who delivers there, and on which land the customer stands.

Only this module and the two it is made of, the index of points and the index of service areas, load shapely.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely import from_geojson, get_coordinates, get_parts, get_rings
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from fulfillment.adapters.location_index import Found, LocationIndex, Mask
from fulfillment.adapters.service_areas import ServiceAreas, shape, spots
from fulfillment.application.ports import Around, Search, Seen
from fulfillment.domain.basket import Method, Point
from fulfillment.domain.location import Location, Zone
from fulfillment.domain.policy import Policy
from fulfillment.domain.reach import OTHER_ZONE, Reach

Tiers = npt.NDArray[np.int64]  # one for each location: who is asked before whom, 0 first

VIEWS_KEPT = 16  # of one picture of locations: two methods of the policies in use, the last used first


class ShapelyGeography:
    """See ``ports.Geography``. What is built of a picture of locations or zones is kept as long as the picture."""

    def __init__(self, zones: Callable[[str], Sequence[Zone]]) -> None:
        self._read_zones = zones
        self._zones: dict[str, list[tuple[str, BaseGeometry]]] = {}
        self._map: _Map | None = None

    def zone_of(self, country: str, point: Point) -> str | None:
        """The zone the point lies in; None at sea or in an unknown land."""
        if not self._zones.get(country):  # none yet is not kept: they may be loaded any minute
            self._zones[country] = [
                (zone.zone_id, land)
                for zone in sorted(self._read_zones(country), key=_zone_id)
                if (land := shape(zone.polygon))
            ]
        here = spots(point)
        return next((zone for zone, land in self._zones[country] if any(map(land.covers, here))), None)

    def around(self, locations: Sequence[Location], search: Search, most: int, most_unable: int) -> Around:
        """The first that could supply, the nearest that could not, and a word on the rest."""
        return self._of(locations).around(search, most, most_unable)

    def among(
        self, locations: Sequence[Location], search: Search, location_ids: Collection[str]
    ) -> Sequence[Seen]:
        """Those of these that could supply, in the order in which ``around`` would take them."""
        return self._of(locations).among(search, location_ids)

    def one(self, locations: Sequence[Location], search: Search, location_id: str) -> Seen | None:
        """The location of this id, whether it could supply or not; None when there is none."""
        return self._of(locations).one(search, location_id)

    def nearest_m(self, locations: Sequence[Location], point: Point) -> int | None:
        """The distance of the nearest location, whatever it does; None when none is on the map."""
        return self._of(locations).nearest_m(point)

    def _of(self, locations: Sequence[Location]) -> _Map:
        if self._map is None or self._map.picture is not locations:
            self._map = _Map(locations)
        return self._map


@dataclass(frozen=True)
class _View:
    """What one policy makes of the locations: who could supply by what it is, and who is asked before nearer ones."""

    method: Method
    policy: Policy
    could: Mask
    tiers: Tiers | None  # None: the policy asks nothing of the location itself before distance
    leading: tuple[str, ...]


class _Map:
    """One picture of locations, indexed."""

    def __init__(self, picture: Sequence[Location]) -> None:
        self.picture = picture
        self._index = LocationIndex(picture)
        self._areas = ServiceAreas(self._index.locations)
        self._zone_ids = {zone: n for n, zone in enumerate(sorted({loc.zone for loc in picture if loc.zone}))}
        self._zones = np.array(
            [-1 if loc.zone is None else self._zone_ids[loc.zone] for loc in self._index.locations]
        )
        self._nowhere = self._zones == -1
        self._everybody = np.ones(len(self._index), dtype=np.bool_)
        self._views: list[_View] = []

    def around(self, search: Search, most: int, most_unable: int) -> Around:
        """See ``ShapelyGeography``."""
        view = self._view(search)
        covering = self._areas.covering(search.place, search.point)
        could = self._could(search, view, covering)
        foreign = self._foreign(search, view, covering)
        inside = could & self._inside_rings(search)
        first = self._first(inside, view, foreign, search.point, most + 1)
        able, following = first[:most], first[most:]
        next_out = following or self._index.nearest(could & ~inside, search.point, 1)
        unable = self._index.nearest(~could, search.point, most_unable)
        return Around(
            able=self._seen(able, covering),
            unable=self._seen(unable, covering),
            beyond=len(self._index) - len(able) - len(unable),
            could_beyond=bool(following),
            next_m=next_out[0][0] if next_out else None,
        )

    def among(self, search: Search, location_ids: Collection[str]) -> Sequence[Seen]:
        """See ``ShapelyGeography``."""
        view = self._view(search)
        covering = self._areas.covering(search.place, search.point)
        named = self._index.mask(location_ids) & self._inside_rings(search)
        could = self._could(search, view, covering) & named
        foreign = self._foreign(search, view, covering)
        return self._seen(self._first(could, view, foreign, search.point, int(could.sum())), covering)

    def one(self, search: Search, location_id: str) -> Seen | None:
        """See ``ShapelyGeography``."""
        found = self._index.nearest(self._index.mask([location_id]), search.point, 1)
        return next(iter(self._seen(found, self._areas.covering(search.place, search.point))), None)

    def nearest_m(self, point: Point) -> int | None:
        """See ``ShapelyGeography``."""
        return next((metres for metres, _ in self._index.nearest(self._everybody, point, 1)), None)

    def _view(self, search: Search) -> _View:
        for at, view in enumerate(self._views):
            if view.method == search.method and view.policy == search.policy:
                self._views.insert(0, self._views.pop(at))
                return view
        reach = Reach(search.method, search.policy)
        could = np.array([reach.could_supply(location) for location in self._index.locations], dtype=np.bool_)
        order = [reach.precedence(location) for location in self._index.locations]
        place = {said: n for n, said in enumerate(sorted(set(order)))}
        tiers = np.array([place[said] for said in order], dtype=np.int64) if len(place) > 1 else None
        view = _View(search.method, search.policy, could, tiers, reach.leading)
        self._views = [view, *self._views][:VIEWS_KEPT]
        return view

    def _could(self, search: Search, view: _View, covering: Mask) -> Mask:
        could = view.could & ~self._index.mask(search.refused_by)
        if search.method == "delivery":
            could &= covering | ~self._areas.limited
        most_km = search.policy.locations.max_distance_km
        if most_km is None:
            return could
        if search.point is None:
            return np.zeros_like(could)
        return could & self._index.within(search.point, round(most_km * 1000))

    def _inside_rings(self, search: Search) -> Mask:
        """Those that the last ring of the policy leaves: beyond it nobody plans, whoever is asked first."""
        rings_km = search.policy.rings_km
        if not rings_km:
            return self._everybody
        if search.point is None:
            return ~self._everybody
        return self._index.within(search.point, floor(rings_km[-1] * 1000))

    def _foreign(self, search: Search, view: _View, covering: Mask) -> Mask | None:
        """Those of another zone than the customer's, where the policy asks for that before distance."""
        if OTHER_ZONE not in view.leading or search.zone is None:
            return None
        at_home = self._zones == self._zone_ids.get(search.zone, -2)
        foreign: Mask = ~(at_home | self._nowhere | covering)
        return foreign

    def _first(
        self, could: Mask, view: _View, foreign: Mask | None, point: Point | None, count: int
    ) -> list[Found]:
        """The first by what the policy asks before distance, then the nearest."""
        found: list[Found] = []
        for group in _asked_in_turn(could, view, foreign):
            found += self._index.nearest(group, point, count - len(found))
            if len(found) == count:
                break
        return found

    def _seen(self, found: Sequence[Found], covering: Mask) -> list[Seen]:
        positions = [n for _, n in found]
        limited, covered = self._areas.limited[positions].tolist(), covering[positions].tolist()
        return [
            Seen(self._index.locations[n], metres, holds if has_area else None)
            for (metres, n), has_area, holds in zip(found, limited, covered, strict=True)
        ]


def _asked_in_turn(could: Mask, view: _View, foreign: Mask | None) -> Iterator[Mask]:
    """Those who could, in groups: whoever is in an earlier one is asked first, however far away."""
    if view.tiers is None:
        yield from (could,) if foreign is None else (could & ~foreign, could & foreign)
        return
    tiers = view.tiers
    if foreign is not None and view.leading[0] == OTHER_ZONE:
        tiers = tiers + foreign * (tiers.max() + 1)
    elif foreign is not None:
        tiers = tiers * 2 + foreign
    for tier in np.flatnonzero(np.bincount(tiers[could])):
        yield could & (tiers == tier)


def polygon_fault(polygon: Any) -> str | None:
    """Why this is not a polygon that can hold a customer; None when it is one."""
    try:
        land = from_geojson(json.dumps(polygon, allow_nan=False))
    except Exception as error:  # noqa: BLE001 - shapely raises several kinds; each is a fault of the input
        return f"not GeoJSON: {error}"
    if land.geom_type not in ("Polygon", "MultiPolygon"):
        return f"a {land.geom_type}, not a Polygon or MultiPolygon"
    if land.is_empty:
        return "empty"
    corners, ring_of = get_coordinates(get_rings(get_parts(land)), return_index=True)
    lon, lat = np.abs(corners).max(axis=0)
    if lat > 90:
        return "a latitude beyond 90 degrees: longitude comes first in GeoJSON"
    if lon > 180:
        return "a longitude beyond 180 degrees"
    # Only now: of numbers without bound the check of validity warns on standard error.
    leaps = np.abs(np.diff(corners[:, 0]))[np.diff(ring_of) == 0]
    valid = land.is_valid
    # From end to end of the map is meant, as an edge of the whole Earth, where it makes a polygon.
    if ((leaps > 180) & ((leaps < 360) | (not valid))).any():
        return "across the date line: split it at 180 degrees"
    return None if valid else str(explain_validity(land))


def _zone_id(zone: Zone) -> str:
    return zone.zone_id
