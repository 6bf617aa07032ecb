"""A piece of the Earth as a flat picture: degrees to pixels, around a middle, so that the date line is nowhere special.

Equirectangular, true to scale in the middle: over a city or an island nobody sees the difference, and over a
continent the picture still shows what lies where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, floor, log10, radians
from typing import Any

from fulfillment.adapters.sphere import EARTH_RADIUS_M
from fulfillment.domain.basket import Point

WIDTH, HEIGHT, MARGIN = 960.0, 600.0, 70.0  # pixels
LEAST_KM = 1.0  # across the picture, however near everything is
KM_PER_DEGREE = radians(1) * EARTH_RADIUS_M / 1000

Pixel = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The middle of the picture, and pixels a kilometre."""

    middle: Point
    px_per_km: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> Frame:
        """The frame that just holds these points, of which there is at least one."""
        first = points[0]
        easts = [_wrapped(point.lon - first.lon) for point in points]
        norths = [point.lat for point in points]
        lat = (min(norths) + max(norths)) / 2
        lon = _wrapped(first.lon + (min(easts) + max(easts)) / 2)
        wide_km = (max(easts) - min(easts)) * _km_per_degree_east(lat)
        high_km = (max(norths) - min(norths)) * KM_PER_DEGREE
        fits = (
            (WIDTH - 2 * MARGIN) / max(wide_km, LEAST_KM),
            (HEIGHT - 2 * MARGIN) / max(high_km, LEAST_KM),
        )
        return cls(Point(lat, lon), min(fits))

    def at(self, point: Point) -> Pixel:
        """Where a point is drawn."""
        return self._at(_wrapped(point.lon - self.middle.lon), point.lat)

    def holds(self, point: Point) -> bool:
        """Whether a point is inside the picture."""
        x, y = self.at(point)
        return 0 <= x <= WIDTH and 0 <= y <= HEIGHT

    def outline(self, polygon: Mapping[str, Any]) -> str:
        """A GeoJSON Polygon or MultiPolygon as the data of an SVG path; holes are holes by the even-odd rule."""
        coordinates = polygon["coordinates"]
        polygons = [coordinates] if polygon["type"] == "Polygon" else coordinates
        return "".join(self._ring(ring) for rings in polygons for ring in rings)

    def scale(self) -> tuple[float, float]:
        """A round length for the scale's bar, at most a quarter of the picture: (km, pixels)."""
        most_km = WIDTH / 4 / self.px_per_km
        power = 10.0 ** floor(log10(most_km))
        length = max(step * power for step in (1, 2, 5) if step * power <= most_km)
        return length, length * self.px_per_km

    def _ring(self, ring: Iterable[Sequence[float]]) -> str:
        """Each corner is the next one from the last, so a ring over the date line stays in one piece."""
        told: list[str] = []
        east: float | None = None
        before = 0.0
        for lon, lat, *_height in ring:
            east = _wrapped(lon - self.middle.lon) if east is None else east + _wrapped(lon - before)
            before = lon
            x, y = self._at(east, lat)
            word = f"{x:.1f} {y:.1f}"
            if not told or told[-1] != word:
                told.append(word)
        return f"M{'L'.join(told)}Z"

    def _at(self, degrees_east: float, lat: float) -> Pixel:
        x = WIDTH / 2 + degrees_east * _km_per_degree_east(self.middle.lat) * self.px_per_km
        y = HEIGHT / 2 - (lat - self.middle.lat) * KM_PER_DEGREE * self.px_per_km
        return x, y


def _km_per_degree_east(lat: float) -> float:
    return max(cos(radians(lat)), 0.01) * KM_PER_DEGREE  # at a pole every degree is the same place


def _wrapped(degrees: float) -> float:
    """The same angle, from -180 up to 180."""
    return (degrees + 180) % 360 - 180
