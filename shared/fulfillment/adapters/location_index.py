"""Which locations are nearest to a point, out of any number of them: a tree of points, asked in rings that widen.

Trees and arrays only preselect, with room to spare; what is answered is measured with ``great_circle_m`` and compared
by whole metres, then by location id, so the k nearest are the k nearest to the metre.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import cos, radians, sin

import numpy as np
import numpy.typing as npt
import shapely

from fulfillment.adapters.sphere import (
    EARTH_RADIUS_M,
    HALFWAY_ROUND_M,
    SPARE_M,
    boxes_around,
    great_circle_m,
)
from fulfillment.domain.basket import Point
from fulfillment.domain.location import Location

Mask = npt.NDArray[np.bool_]  # one for each location, in the order of the index
Positions = npt.NDArray[np.intp]
Found = tuple[int | None, int]  # metres (None: unknown), position in the index

FIRST_RING_M = 8_000.0  # a dense city has 64 stores in it; empty rings cost some microseconds each
RINGS_FROM = 1_000  # measuring fewer points at once is faster than asking for rings


class LocationIndex:
    """A picture of locations by place, in the order of their ids; built once and asked many times."""

    def __init__(self, locations: Sequence[Location], *, rings_from: int = RINGS_FROM) -> None:
        self.locations = tuple(sorted(locations, key=lambda location: location.location_id))
        self._rings_from = rings_from
        self._position = {location.location_id: n for n, location in enumerate(self.locations)}
        self._placed = np.array([location.point is not None for location in self.locations], dtype=np.bool_)
        self._in_tree = np.flatnonzero(self._placed)
        points = [location.point for location in self.locations if location.point]
        self._tree = shapely.STRtree([shapely.Point(p.lon, p.lat) for p in points])
        self._on_sphere = np.zeros((len(self.locations), 3))
        self._on_sphere[self._placed] = [_unit(p.lat, p.lon) for p in points] or np.zeros((0, 3))

    def __len__(self) -> int:
        return len(self.locations)

    def mask(self, location_ids: Collection[str]) -> Mask:
        """The locations of these ids; unknown ids are left out."""
        found = np.zeros(len(self.locations), dtype=np.bool_)
        found[[self._position[name] for name in location_ids if name in self._position]] = True
        return found

    def nearest(self, wanted: Mask, point: Point | None, count: int) -> list[Found]:
        """The ``count`` nearest of the wanted, nearest first; those that are not on the map come last, by id.

        Without a point nothing has a distance, and all come by id.
        """
        near = [] if point is None else self._nearest(wanted & self._placed, point, count)
        if len(near) == count:
            return near
        rest = wanted if point is None else wanted & ~self._placed
        return [*near, *((None, int(n)) for n in np.flatnonzero(rest)[: count - len(near)])]

    def within(self, point: Point, radius_m: int) -> Mask:
        """The locations at most so many metres away."""
        found = np.zeros(len(self.locations), dtype=np.bool_)
        near = self._boxed(point, radius_m)
        metres = self._roughly_m(near, point)
        found[near[metres <= radius_m - SPARE_M]] = True
        for n in near[np.abs(metres - radius_m) < SPARE_M]:
            found[n] = self.metres(int(n), point) <= radius_m
        return found

    def metres(self, position: int, point: Point) -> int:
        """The distance of a location that is on the map."""
        stands = self.locations[position].point
        assert stands is not None
        return great_circle_m(point, stands)

    def _nearest(self, wanted: Mask, point: Point, count: int) -> list[Found]:
        if np.count_nonzero(wanted) <= max(count, self._rings_from):
            return self._closest(np.flatnonzero(wanted), point, count)
        radius_m = FIRST_RING_M
        while radius_m < HALFWAY_ROUND_M:
            near = self._boxed(point, radius_m)
            near = near[wanted[near]]
            if len(near) >= count:
                found = self._closest(near, point, count)
                if not found or found[-1][0] <= radius_m:  # type: ignore[operator]
                    return found
            radius_m *= (
                2 if 4 * len(near) >= count else 4
            )  # a ring of twice the radius holds four times as many
        return self._closest(np.flatnonzero(wanted), point, count)

    def _boxed(self, point: Point, radius_m: float) -> Positions:
        """All within the radius, and some from the corners of the box."""
        boxes = [shapely.box(*box) for box in boxes_around(point, radius_m)]
        found = [self._tree.query(box) for box in boxes]
        return self._in_tree[found[0] if len(found) == 1 else np.unique(np.concatenate(found))]

    def _closest(self, among: Positions, point: Point, count: int) -> list[Found]:
        """The nearest of these, exactly: whoever might be by a rough measure is measured."""
        if len(among) > count > 0:
            metres = self._roughly_m(among, point)
            last = np.partition(metres, count - 1)[count - 1]
            among = among[metres <= last + SPARE_M]
        found: list[Found] = sorted((self.metres(int(n), point), int(n)) for n in among)
        return found[:count]

    def _roughly_m(self, positions: Positions, point: Point) -> npt.NDArray[np.float64]:
        """Metres, to some millimetres: the chord through the sphere, bent back."""
        x, y, z = (self._on_sphere[positions] - _unit(point.lat, point.lon)).T
        chords = np.sqrt(x * x + y * y + z * z)
        metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chords / 2, 1.0))
        return metres


def _unit(lat: float, lon: float) -> tuple[float, float, float]:
    """A point of the unit sphere, where neither the date line nor the poles are anything special."""
    phi, lam = radians(lat), radians(lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)
