"""The picture a decision is taken on: where the customer is, who could supply, and what they have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import dropwhile
from typing import Literal

from fulfillment.application.ports import (
    CapacityRepository,
    CatalogRepository,
    ConfigRepository,
    Geography,
    LocationRepository,
    Search,
    Seen,
    StockReader,
    WindowKey,
)
from fulfillment.domain.basket import CustomerPlace, Line, Method, Point
from fulfillment.domain.errors import FieldError, InvalidRequest
from fulfillment.domain.hours import opening_at_or_after
from fulfillment.domain.policy import Policy
from fulfillment.domain.postal import PlaceKind, codes_of
from fulfillment.domain.product import Product
from fulfillment.domain.promise import Promise, hours_of, promises
from fulfillment.domain.routing.candidate import Candidate, StockPicture, Verdict
from fulfillment.domain.routing.rules import counts_queues

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
    """The locations a decision looks at: the ``nearest`` that could supply, and ``others`` that could not, to say why.

    ``search`` is how they were found. ``outside`` speaks for the ``beyond`` locations that are farther down the list,
    and ``more`` says whether any of those could supply.
    """

    search: Search
    nearest: Sequence[Candidate]
    others: Sequence[Candidate] = ()
    outside: Sequence[Verdict] = ()
    beyond: int = 0
    more: bool = False

    @property
    def inside(self) -> Sequence[Candidate]:
        """All that get a verdict of their own."""
        return [*self.nearest, *self.others]


@dataclass(frozen=True)
class Picture:
    """Reads what decisions need. Never writes."""

    locations: LocationRepository
    catalog: CatalogRepository
    stock: StockReader
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
        found = self._by_code(place, "area", place.area_code) or self._by_code(
            place, "postal", place.postal_code
        )
        if found:
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

    def _by_code(self, place: CustomerPlace, kind: PlaceKind, code: str | None) -> Where | None:
        codes = codes_of(place.country, kind, code or "")
        found = self.config.places(place.country, kind, codes) if codes else {}
        record = next((found[known] for known in codes if known in found), None)
        if record is None:
            return None
        told: Literal["area_code", "postal_code"] = "area_code" if kind == "area" else "postal_code"
        return Where(place, record.point, record.zone, told, record.precision_km)

    def _refuse_swapped(self, point: Point) -> None:
        if abs(point.lon) > 90:
            return  # would not be a latitude
        locations = self.locations.all()
        nearest = self.geography.nearest_m(locations, point)
        if nearest is None or nearest <= FAR_FROM_EVERYTHING_M:
            return
        swapped = self.geography.nearest_m(locations, Point(point.lon, point.lat))
        if swapped is not None and swapped < FAR_FROM_EVERYTHING_M:
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
        search = Search(where.place, where.point, where.zone, method, policy, frozenset(refused_by))
        if only is not None:
            seen = self.geography.one(self.locations.all(), search, only)
            return Candidates(search, self.promised([seen] if seen else [], search, now))
        around = self.geography.around(self.locations.all(), search, MAX_CANDIDATES, MAX_EXCLUDED)
        return Candidates(
            search,
            self.promised(around.able, search, now),
            [_candidate(seen, search) for seen in around.unable],
            outside_ring(around.beyond, around.next_m),
            around.beyond,
            around.could_beyond,
        )

    def those_of(self, location_ids: Collection[str], search: Search) -> Sequence[Seen]:
        """Those of these locations that could supply, in the order in which they would be looked at."""
        return self.geography.among(self.locations.all(), search, location_ids)

    def earliest(
        self, where: Where, location_id: str, method: Method, policy: Policy, now: datetime
    ) -> Promise | None:
        """The first promise this location could make if nobody else had ordered anything."""
        search = Search(where.place, where.point, where.zone, method, policy)
        seen = self.geography.one(self.locations.all(), search, location_id)
        return next(_promises(seen, search, now), None) if seen else None

    def stock_of(self, lines: Sequence[Line], candidates: Sequence[Candidate]) -> StockPicture:
        """Stock rows of the lines' SKUs at the candidates that can still supply."""
        able = [c.location_id for c in candidates if c.promise is not None]
        return self.stock.rows({(line.sku, location_id) for line in lines for location_id in able})

    def promised(self, seen: Sequence[Seen], search: Search, now: datetime) -> list[Candidate]:
        """Each with the first promise whose window has room. Windows are read in rounds, most need one."""
        waiting = [_Waiting(s, search, now) for s in seen]
        asking = [one for one in waiting if one.has_to_ask]
        while asking:
            used = self.capacity.used([one.window for one in asking])
            asking = [one for one in asking if one.move_on(used.get(one.window, 0))]
        return [_promised(s, search, one, now) for s, one in zip(seen, waiting, strict=True)]


class _Waiting:
    """A location on its way to a promise that it can keep: each window is asked how many orders wait in it."""

    def __init__(self, seen: Seen, search: Search, now: datetime) -> None:
        self._seen = seen
        self._location = seen.location
        self._search = search
        self._now = now
        self._coming = _promises(seen, search, now)
        self._ahead = 0  # orders that are done before this one
        self._may_ask = search.policy.capacity_windows
        self.promise = next(self._coming, None)
        self.queued = 0
        self.full = False  # whether orders that came before took its first window

    @property
    def has_to_ask(self) -> bool:
        """Whether it matters how many orders wait: for a limit, for the time they take, or for the policy."""
        limited = self._search.method in self._location.capacity or self._location.minutes_per_order > 0
        return self.promise is not None and (limited or counts_queues(self._search.policy))

    @property
    def window(self) -> WindowKey:
        """The window that is asked next."""
        assert self.promise is not None
        return self._location.location_id, self._search.method, self.promise.window

    def move_on(self, used: int) -> bool:
        """Take the promise, with so many orders in its window, or go to the next; whether that is to be asked, too."""
        assert self.promise is not None
        asked = self.promise.window
        limit = self._location.capacity.get(self._search.method)
        promise = self._put_off(used, asked) if used and self._location.minutes_per_order else self.promise
        if promise is not None and promise.window == asked:
            if limit is None or used < limit:
                self.promise, self.queued = promise, used
                return False
            promise = next(self._coming, None)
        self._may_ask -= 1
        self.full = True
        self.promise = promise if self._may_ask else None
        return self.promise is not None

    def _put_off(self, used: int, asked: str) -> Promise | None:
        """The promise behind the orders that wait. Those of a later window count when that one is asked, so that a
        store with more and more orders promises later and later.
        """
        self._ahead += used
        later = _promises(self._seen, self._search, self._now, self._ahead)
        self._coming = dropwhile(lambda promise: promise.window < asked, later)
        return next(self._coming, None)


def _promises(seen: Seen, search: Search, now: datetime, queued: int = 0) -> Iterator[Promise]:
    same_zone = not _foreign(seen, search.zone)
    return promises(seen.location, search.method, now, search.policy, same_zone, queued)


def _candidate(seen: Seen, search: Search) -> Candidate:
    """A location that promises nothing: it could not supply, so nobody asked when it would."""
    location = seen.location
    return Candidate(
        location_id=location.location_id,
        name=location.name,
        kind=location.kind,
        status=location.status,
        methods=location.methods,
        distance_m=seen.distance_m,
        covered=seen.covered,
        foreign=_foreign(seen, search.zone),
        zone=location.zone,
        promise=None,
        capacity_limit=location.capacity.get(search.method),
        rank=location.rank,
        groups=tuple(sorted(search.policy.groups_of(location.location_id, location.groups))),
        refusal_rate=location.refusal_rate,
        attributes=location.attributes,
    )


def _promised(seen: Seen, search: Search, waiting: _Waiting, now: datetime) -> Candidate:
    location = seen.location
    opening = opening_at_or_after(hours_of(location, search.policy), location.timezone, now)
    opens_at, closes_at = opening or (None, None)
    return replace(
        _candidate(seen, search),
        promise=waiting.promise,
        full=waiting.promise is None and waiting.full,
        queued=waiting.queued,
        opens_at=opens_at,
        closes_at=closes_at,
    )


def _foreign(seen: Seen, zone: str | None) -> bool | None:
    if zone is None or seen.location.zone is None:
        return None
    return seen.location.zone != zone and not seen.covered


def outside_ring(count: int, next_m: int | None = None) -> Sequence[Verdict]:
    """One verdict on all that are not looked at."""
    if not count:
        return ()
    detail = {"count": count} if next_m is None else {"count": count, "nearest_m": next_m}
    return (Verdict("*", "outside_ring", detail),)
