"""Shorter postal and area codes: where a customer is who gave only the beginning of one, or one that nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from fulfillment.adapters.sphere import great_circle_m
from fulfillment.domain.basket import Point
from fulfillment.domain.location import PlaceRecord
from fulfillment.domain.postal import PlaceKind, codes_of

LEAF_PRECISION_KM = 5.0  # of a code that does not say: about what a postal code of a town covers

PlaceKey = tuple[str, PlaceKind, str]  # (country, kind, code)


@dataclass(frozen=True)
class PlaceRow:
    """A row of a file of places. ``precise``: it says how far off its point can be."""

    record: PlaceRecord
    precise: bool


def with_prefixes(rows: Iterable[PlaceRow], zone_at: Callable[[Point], str | None]) -> list[PlaceRecord]:
    """The records and one for every shorter code that theirs lie in, as ``domain.postal`` looks them up.

    A prefix stands at the mean of the *leaves* below it (the codes that are no prefix of another), with the zone that
    all of them share, else none, and with the largest distance to one of them as its precision, rounded up to 100 m.
    A prefix that has a row of its own keeps what the row says. A leaf without a zone gets the one it stands on.
    """
    given: dict[PlaceKey, PlaceRow] = {(r.record.country, r.record.kind, r.record.code): r for r in rows}
    parents = {
        (country, kind, prefix)
        for country, kind, code in given
        for prefix in codes_of(country, kind, code)[1:]
    }
    leaves: dict[PlaceKey, list[PlaceRecord]] = {}
    records: dict[PlaceKey, PlaceRecord] = {}
    for key, row in given.items():
        if key not in parents:
            records[key] = _leaf(row, zone_at)
    for (country, kind, code), record in sorted(records.items()):
        for prefix in codes_of(country, kind, code)[1:]:
            leaves.setdefault((country, kind, prefix), []).append(record)
    for key, below in leaves.items():
        records[key] = _prefix(key[2], given.get(key), below)
    return [records[key] for key in sorted(records)]


def _leaf(row: PlaceRow, zone_at: Callable[[Point], str | None]) -> PlaceRecord:
    record = row.record if row.precise else replace(row.record, precision_km=LEAF_PRECISION_KM)
    return record if record.zone else replace(record, zone=zone_at(record.point))


def _prefix(code: str, row: PlaceRow | None, below: Sequence[PlaceRecord]) -> PlaceRecord:
    zones = {r.zone for r in below}
    zone = next(iter(zones)) if len(zones) == 1 else None
    if row is None:
        mean = _middle([r.point for r in below])
        return PlaceRecord(below[0].country, below[0].kind, code, mean, _farthest_km(mean, below), zone)
    record = row.record
    precision_km = record.precision_km if row.precise else _farthest_km(record.point, below)
    return replace(record, zone=record.zone or zone, precision_km=precision_km)


def _middle(points: Sequence[Point]) -> Point:
    """The mean of the degrees; of places on both sides of the date line (Fiji) it lies there, and not opposite."""
    lons = [p.lon for p in points]
    if max(lons) - min(lons) > 180:
        lons = [lon % 360 for lon in lons]
    lon = round(sum(lons) / len(lons), 4)
    return Point(round(sum(p.lat for p in points) / len(points), 4), lon - 360 if lon > 180 else lon)


def _farthest_km(point: Point, below: Sequence[PlaceRecord]) -> float:
    """Rounded up to 100 m."""
    return -(-max(great_circle_m(point, r.point) for r in below) // 100) / 10
