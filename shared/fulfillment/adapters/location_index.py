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


class OnSphere:
    """Points as they lie on a unit sphere, where neither the date line nor the poles are anything special."""

    def __init__(self, points: Sequence[Point | None]) -> None:
        self._units = np.array([_unit(p) if p else (0.0, 0.0, 0.0) for p in points]).reshape(-1, 3)

    def roughly_m(self, rows: Positions, point: Point) -> npt.NDArray[np.float64]:
        """Metres to these, to millimetres (decimetres on the far side): the chord through the sphere, bent back."""
        x, y, z = (self._units[rows] - _unit(point)).T
        chords = np.sqrt(x * x + y * y + z * z)
        metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chords / 2, 1.0))
        return metres


class LocationIndex:
    """A picture of locations by place, in the order of their ids; built once and asked many times."""

    def __init__(self, locations: Sequence[Location], *, rings_from: int = RINGS_FROM) -> None:
        self.locations = tuple(sorted(locations, key=lambda location: location.location_id))
        self._rings_from = rings_from
        self._position = {location.location_id: n for n, location in enumerate(self.locations)}
        self._placed = np.array([location.point is not None for location in self.locations], dtype=np.bool_)
        self._in_tree = np.flatnonzero(self._placed)
        points = [location.point for location in self.locations]
        degrees = np.array([(p.lon, p.lat) for p in points if p]).reshape(-1, 2)
        self._tree = shapely.STRtree(np.asarray(shapely.points(degrees)))
        self._on_sphere = OnSphere(points)

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
        metres = self._on_sphere.roughly_m(near, point)
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
        there = int(np.count_nonzero(wanted))
        if there > max(count, self._rings_from):
            radius_m = FIRST_RING_M
            while radius_m < HALFWAY_ROUND_M:
                boxed = self._boxed(point, radius_m)
                near = boxed[wanted[boxed]]
                if len(near) >= count and (found := self._closest(near, point, count, radius_m)) is not None:
                    return found
                if len(boxed) > there:
                    break  # those who are wanted are fewer, and elsewhere
                radius_m *= 2 if 4 * len(near) >= count else 4  # twice the radius holds four times as many
        return self._closest(np.flatnonzero(wanted), point, count) or []

    def _boxed(self, point: Point, radius_m: float) -> Positions:
        """All within the radius, and some from the corners of the box."""
        boxes = [shapely.box(*box) for box in boxes_around(point, radius_m)]
        found = [self._tree.query(box) for box in boxes]
        return self._in_tree[found[0] if len(found) == 1 else np.unique(np.concatenate(found))]

    def _closest(
        self, among: Positions, point: Point, count: int, within_m: float = HALFWAY_ROUND_M
    ) -> list[Found] | None:
        """The nearest of these, exactly: whoever might be by a rough measure is measured. None when the last of them
        is farther than ``within_m``: then there may be nearer ones that are not among these.
        """
        if len(among) >= count > 0:
            metres = self._on_sphere.roughly_m(among, point)
            last = np.partition(metres, count - 1)[count - 1]
            if last > within_m:
                return None
            among = among[metres <= last + SPARE_M]
        found: list[Found] = sorted((self.metres(int(n), point), int(n)) for n in among)
        return found[:count]


def _unit(point: Point) -> tuple[float, float, float]:
    phi, lam = radians(point.lat), radians(point.lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)
