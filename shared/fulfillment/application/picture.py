"""The picture a decision is taken on: where the customer is, who could supply, and what they have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fulfillment.application.ports import (
    CapacityRepository,
    CatalogRepository,
    ConfigRepository,
    Geography,
    LocationRepository,
    Seen,
    StockRepository,
    WindowKey,
)
from fulfillment.domain.basket import CustomerPlace, Line, Method, Point
from fulfillment.domain.decision import FARTHEST_M, Candidate, StockPicture, Verdict
from fulfillment.domain.errors import FieldError, InvalidRequest
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy
from fulfillment.domain.product import Product
from fulfillment.domain.promise import Promise, promises

REREAD_SECONDS = 5  # no refusal from older locations; 0 would read all of them at every call of a rush
SOLD_OUT_REREAD_SECONDS = 20  # the same for "sold out", which comes in rushes and is seldom about locations
MAX_CANDIDATES = 64  # looked at with their stock; what lies farther is one verdict
MAX_EXCLUDED = 36  # of those that cannot supply at all, the nearest are named one by one
FAR_FROM_EVERYTHING_M = 1_000_000  # a customer this far from every location probably swapped the two numbers


@dataclass(frozen=True)
class Where:
    """Where the customer is taken to be, and from what: ``precision_km`` is how far off that can be."""

    place: CustomerPlace
    point: Point | None
    zone: str | None
    source: Literal["point", "area_code", "postal_code", "unknown"]
    precision_km: float | None


@dataclass(frozen=True)
class Candidates:
    """The locations a decision looks at, and one verdict on all that lie beyond."""

    inside: Sequence[Candidate]
    outside: Sequence[Verdict]


@dataclass(frozen=True)
class Picture:
    """Reads what decisions need. Never writes."""

    locations: LocationRepository
    catalog: CatalogRepository
    stock: StockRepository
    capacity: CapacityRepository
    config: ConfigRepository
    geography: Geography

    def known_products(self, lines: Sequence[Line]) -> Mapping[str, Product]:
        """The products of the lines; InvalidRequest names every line whose SKU nobody ever heard of."""
        products = self.catalog.products({line.sku for line in lines})
        unknown = [
            FieldError(f"lines.{n}.sku", "unknown_sku", f"There is no product with the SKU {line.sku!r}.")
            for n, line in enumerate(lines)
            if line.sku not in products
        ]
        if unknown:
            raise InvalidRequest("unknown_sku", unknown[0].message, errors=unknown)
        return products

    def where(self, place: CustomerPlace, *, required: bool) -> Where:
        """The customer's point, zone and how sure that is: the point, else the area code, else the postal code.

        A code that is not known is looked up by its longest known prefix. InvalidRequest when nothing is known and
        ``required``.
        """
        if place.point:
            self._refuse_swapped(place.point)
            return Where(place, place.point, self.geography.zone_of(place.country, place.point), "point", 0.0)
        for source, code in (("area_code", place.area_code), ("postal_code", place.postal_code)):
            if code and (found := self._by_code(place, source, code)):
                return found
        if required:
            field = "area_code" if place.area_code else "postal_code" if place.postal_code else "point"
            word = "missing_place" if field == "point" else f"unknown_{field}"
            told = (
                "Give a point, an area code or a postal code."
                if field == "point"
                else f"This {field} is unknown."
            )
            raise InvalidRequest.of(f"customer.{field}", word, told)
        return Where(place, None, None, "unknown", None)

    def _by_code(self, place: CustomerPlace, source: str, code: str) -> Where | None:
        kind = source.removesuffix("_code")
        prefixes = [code[:length] for length in range(len(code), 0, -1)]
        found = self.config.places(place.country, kind, prefixes)
        record = next((found[prefix] for prefix in prefixes if prefix in found), None)
        if record is None:
            return None
        told: Literal["area_code", "postal_code"] = "area_code" if kind == "area" else "postal_code"
        return Where(place, record.point, record.zone, told, record.precision_km)

    def _refuse_swapped(self, point: Point) -> None:
        if abs(point.lon) > 90:
            return  # would not be a latitude
        points = [location.point for location in self.locations.all() if location.point]
        swapped = Point(point.lon, point.lat)
        distance = self.geography.distance_m
        if (
            points
            and min(distance(point, p) for p in points) > FAR_FROM_EVERYTHING_M
            and min(distance(swapped, p) for p in points) < FAR_FROM_EVERYTHING_M
        ):
            raise InvalidRequest.of(
                "customer.point", "swapped_point", "lat and lon look swapped: no location is near this point."
            )

    def candidates(
        self,
        where: Where,
        method: Method,
        policy: Policy,
        now: datetime,
        *,
        refused_by: Collection[str] = (),
        only: str | None = None,
    ) -> Candidates:
        """The nearest locations that could supply, the nearest that could not, and a word on the rest.

        ``only``: look at this one location and no other.
        """
        everywhere = [loc for loc in self.locations.all() if only in (None, loc.location_id)]
        seen = sorted(
            self.geography.seen_from(where.point, where.place, everywhere),
            key=lambda s: (FARTHEST_M if s.distance_m is None else s.distance_m, s.location.location_id),
        )
        could = [s for s in seen if _could_supply(s, method) and s.location.location_id not in refused_by]
        inside = could[:MAX_CANDIDATES]
        chosen = {s.location.location_id for s in could}
        excluded = [s for s in seen if s.location.location_id not in chosen][:MAX_EXCLUDED]
        looked_at = self._with_promises(inside, where, method, policy, now)
        looked_at += [_candidate(s, where, method, None) for s in excluded]
        return Candidates(looked_at, _beyond(seen, len(inside) + len(excluded), could[MAX_CANDIDATES:]))

    def earliest(
        self, where: Where, location_id: str, method: Method, policy: Policy, now: datetime
    ) -> Promise | None:
        """The first promise this location could make if nobody else had ordered anything."""
        known = (location for location in self.locations.all() if location.location_id == location_id)
        for location in known:
            return next(promises(location, method, now, policy, _same_zone(location, where)), None)
        return None

    def stock_of(self, lines: Sequence[Line], candidates: Sequence[Candidate]) -> StockPicture:
        """Stock rows of the lines' SKUs at the candidates that can still supply."""
        able = [c.location_id for c in candidates if c.promise is not None]
        return self.stock.rows({(line.sku, location_id) for line in lines for location_id in able})

    def _with_promises(
        self, seen: Sequence[Seen], where: Where, method: Method, policy: Policy, now: datetime
    ) -> list[Candidate]:
        """Each with the first promise whose window has room. Windows are read in rounds, most need one."""
        queued = self._queued(seen, where, method, policy, now)
        coming = {
            s.location.location_id: promises(
                s.location, method, now, policy, _same_zone(s.location, where), queued[s.location.location_id]
            )
            for s in seen
        }
        first = {key: next(offers, None) for key, offers in coming.items()}
        settled: dict[str, Promise | None] = {}
        full: set[str] = set()
        limit = {s.location.location_id: s.location.capacity.get(method) for s in seen}
        asking = dict(first)
        while asking:
            windows: dict[str, WindowKey] = {
                key: (key, method, promise.window)
                for key, promise in asking.items()
                if promise is not None and limit[key] is not None
            }
            used = self.capacity.used(windows.values())
            still: dict[str, Promise | None] = {}
            for key, promise in asking.items():
                most = limit[key]
                if promise is None or most is None or used.get(windows[key], 0) < most:
                    settled[key] = promise
                    if promise is None and first[key] is not None:
                        full.add(key)
                else:
                    still[key] = next(coming[key], None)
            asking = still
        return [
            _candidate(s, where, method, settled[s.location.location_id], s.location.location_id in full)
            for s in seen
        ]

    def _queued(
        self, seen: Sequence[Seen], where: Where, method: Method, policy: Policy, now: datetime
    ) -> Mapping[str, int]:
        """Orders that are done before this one, where each takes minutes; 0 where not. Both methods count: they are
        the work of the same hands. Those of the first hour may move the promise to the next, whose orders count then
        too, so windows are read in rounds; most need one.
        """
        queued = dict.fromkeys((s.location.location_id for s in seen), 0)
        timed = {s.location.location_id: s.location for s in seen if s.location.minutes_per_order}
        way = {key: _same_zone(location, where) for key, location in timed.items()}
        hours = {key: promises(place, method, now, policy, way[key]) for key, place in timed.items()}
        counting = {key: first.window for key, each in hours.items() if (first := next(each, None))}
        while counting:
            used = self.capacity.used(
                {(key, either, window) for key, window in counting.items() for either in timed[key].methods}
            )
            for (key, _, _), orders in used.items():
                queued[key] += orders
            reached = {
                key: next(promises(timed[key], method, now, policy, way[key], queued[key]), None)
                for key in counting
            }
            following = {key: next(hours[key], None) for key in counting}
            counting = {
                key: later.window
                for key, later in following.items()
                if later and (at := reached[key]) and later.window <= at.window
            }
        return queued


def _could_supply(seen: Seen, method: Method) -> bool:
    outside = method == "delivery" and seen.covered is False
    return seen.location.status == "open" and method in seen.location.methods and not outside


def _same_zone(location: Location, where: Where) -> bool:
    return where.zone is None or location.zone is None or location.zone == where.zone


def _candidate(
    seen: Seen, where: Where, method: Method, promise: Promise | None, full: bool = False
) -> Candidate:
    location = seen.location
    spoken_for = location.service_area is not None and seen.covered is True
    return Candidate(
        location_id=location.location_id,
        name=location.name,
        kind=location.kind,
        status=location.status,
        methods=location.methods,
        distance_m=seen.distance_m,
        covered=seen.covered,
        foreign=not _same_zone(location, where) and not spoken_for,
        zone=location.zone,
        promise=promise,
        full=full,
        capacity_limit=location.capacity.get(method),
    )


def _beyond(seen: Sequence[Seen], named: int, unlooked: Sequence[Seen]) -> Sequence[Verdict]:
    count = len(seen) - named
    if not count:
        return ()
    nearest = next((s.distance_m for s in unlooked if s.distance_m is not None), None)
    detail: dict[str, int | str] = (
        {"count": count} if nearest is None else {"count": count, "nearest_m": nearest}
    )
    return (Verdict("*", "outside_ring", detail),)
