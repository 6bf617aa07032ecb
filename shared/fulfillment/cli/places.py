"""Shorter prefixes of postal and area codes: where a customer is who gave only the beginning of a code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import asin, cos, radians, sin, sqrt

from fulfillment.domain.basket import Point
from fulfillment.domain.location import PlaceRecord

EARTH_KM = 6_371.0
LEAF_PRECISION_KM = 5.0  # of a code that does not say: about what a postal code of a town covers

PlaceKey = tuple[str, str, str]  # (country, kind, code)


@dataclass(frozen=True)
class PlaceRow:
    """A row of a file of places. ``precise``: it says how far off its point can be."""

    record: PlaceRecord
    precise: bool


def with_prefixes(rows: Iterable[PlaceRow], zone_at: Callable[[Point], str | None]) -> list[PlaceRecord]:
    """The records and one for every shorter prefix of their codes.

    A prefix stands at the mean of the *leaves* below it (the codes that are no prefix of another), with the zone that
    all of them share, else none, and with the largest distance to one of them as its precision, rounded up to 100 m.
    A prefix that has a row of its own keeps what the row says. A leaf without a zone gets the one it stands on.
    """
    given: dict[PlaceKey, PlaceRow] = {(r.record.country, r.record.kind, r.record.code): r for r in rows}
    parents = {(country, kind, prefix) for country, kind, code in given for prefix in prefixes_of(code, kind)}
    leaves: dict[PlaceKey, list[PlaceRecord]] = {}
    records: dict[PlaceKey, PlaceRecord] = {}
    for key, row in given.items():
        if key not in parents:
            records[key] = _leaf(row, zone_at)
    for (country, kind, code), record in sorted(records.items()):
        for prefix in prefixes_of(code, kind):
            leaves.setdefault((country, kind, prefix), []).append(record)
    for key, below in leaves.items():
        records[key] = _prefix(key[2], given.get(key), below)
    return [records[key] for key in sorted(records)]


def _leaf(row: PlaceRow, zone_at: Callable[[Point], str | None]) -> PlaceRecord:
    record = row.record if row.precise else replace(row.record, precision_km=LEAF_PRECISION_KM)
    return record if record.zone else replace(record, zone=zone_at(record.point))


def _prefix(code: str, row: PlaceRow | None, below: Sequence[PlaceRecord]) -> PlaceRecord:
    """Longitudes are averaged plainly: no country with shops in it spans the 180th meridian."""
    zones = {r.zone for r in below}
    zone = next(iter(zones)) if len(zones) == 1 else None
    if row is None:
        count = len(below)
        mean = Point(
            round(sum(r.point.lat for r in below) / count, 4),
            round(sum(r.point.lon for r in below) / count, 4),
        )
        return PlaceRecord(below[0].country, below[0].kind, code, mean, _farthest_km(mean, below), zone)
    record = row.record
    precision_km = record.precision_km if row.precise else _farthest_km(record.point, below)
    return replace(record, zone=record.zone or zone, precision_km=precision_km)


def prefixes_of(code: str, kind: str) -> list[str]:
    """Every shorter beginning: of an area code at its dots, of a postal code at any character but a blank."""
    if kind == "area":
        parts = code.split(".")
        return [".".join(parts[:count]) for count in range(1, len(parts))]
    return [code[:length] for length in range(1, len(code)) if code[length - 1] != " "]


def _farthest_km(point: Point, below: Sequence[PlaceRecord]) -> float:
    return -(-max(_km_between(point, r.point) for r in below) * 10 // 1) / 10


def _km_between(a: Point, b: Point) -> float:
    """Great-circle kilometres (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
