"""What the use cases need of the world, and the signals a write can come back with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from fulfillment.domain.basket import CustomerPlace, Method, Point
from fulfillment.domain.events import Event
from fulfillment.domain.handover import Handover
from fulfillment.domain.location import Location, PlaceRecord
from fulfillment.domain.order import Change, CustomerContact, Order, Shipment
from fulfillment.domain.policy import Policy
from fulfillment.domain.product import Product
from fulfillment.domain.routing.candidate import StockPicture
from fulfillment.domain.stock import StockMovement, StockRow

COUNT_ID = "a count"  # ids that are told have no space
MOVEMENT_DAYS = (
    90  # longer than any till is offline, short enough to stay cheap; then nobody can know it any more
)

StockKey = tuple[str, str]  # (sku, location_id)
WindowKey = tuple[str, Method, str]  # (location_id, method, window)


# --- signals: why a transaction was not written; each is answered by the use case, none reaches a caller


class NotWritten(Exception):
    """The transaction had no effect."""

    def joined(self, _others: Sequence[Exception], /) -> NotWritten:
        """The signal, with what others of the same transaction add to it."""
        return self


class AnsweredBefore(NotWritten):
    """The idempotency row was there: the command was carried out before, and this was the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.fingerprint)
        self.answer = answer


class Stale(NotWritten):
    """The order, stock row or location is no longer as it was read."""


class RecordedBefore(NotWritten):
    """A movement of this id (a count of this moment) was told before, and ``movement`` is what it said."""

    def __init__(self, movement: StockMovement) -> None:
        super().__init__(movement.movement_id)
        self.movement = movement


class CountedAhead(NotWritten):
    """What is to be handed over was counted at a later moment than now: a till's clock is ahead, or ours behind."""

    def __init__(self, observed_at: datetime) -> None:
        super().__init__(observed_at.isoformat())
        self.observed_at = observed_at

    def joined(self, others: Sequence[Exception], /) -> NotWritten:
        """The latest of the counts: what is booked after it is booked after all."""
        counts = (self, *(other for other in others if isinstance(other, CountedAhead)))
        return max(counts, key=lambda count: count.observed_at)


class StockShort(NotWritten):
    """Too little of some rows; ``rows`` are those rows as they are now (a row that is missing has nothing)."""

    def __init__(self, rows: Mapping[StockKey, StockRow]) -> None:
        super().__init__(", ".join(f"{sku} at {location}" for sku, location in rows))
        self.rows = rows

    def joined(self, others: Sequence[Exception], /) -> NotWritten:
        """All the rows that are short."""
        rows = dict(self.rows)
        for other in others:
            rows |= other.rows if isinstance(other, StockShort) else {}
        return StockShort(rows)


class WindowFull(NotWritten):
    """A capacity window filled up meanwhile."""


class TooManyUnpaid(NotWritten):
    """The customer would hold more unpaid units than the limit; ``units`` are held already."""

    def __init__(self, units: int) -> None:
        super().__init__(f"{units} units are unpaid")
        self.units = units


class TooLarge(NotWritten):
    """What is to be written together does not fit one transaction."""


class LocationChanged(NotWritten):
    """A location was closed or paused, or stopped offering the method, since it was read."""


# --- records


@dataclass(frozen=True)
class Answer:
    """What a command answered, kept under its idempotency key. ``fingerprint`` is of the request."""

    fingerprint: str
    status: int
    body: str


@dataclass(frozen=True)
class Command:
    """Who asked, under which key, and what exactly.

    ``command_id`` names the command in events and decisions; ``idempotency_key`` is None where the order itself is
    the guard (queues, schedules).
    """

    command_id: str
    fingerprint: str
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Held:
    """What reservations are looked for by: any of these SKUs (``at`` this location, where it is named), a place
    at one of these locations, or this customer.
    """

    skus: frozenset[str] = frozenset()
    at: str | None = None
    places: frozenset[str] = frozenset()
    customer: str | None = None


@dataclass(frozen=True)
class Write:
    """All that one transaction writes. ``before`` None: the order must not exist yet. ``max_unpaid``: units that the
    order's customer may have unpaid, this order's included. ``replaced``: what becomes of the order whose place this
    one takes, and that order as it was read. ``look_at``: when the service ladder looks at the order; None for the next
    sweep, which finds out.
    """

    command_id: str
    change: Change
    before: Order | None
    at: datetime
    contact: CustomerContact | None = None
    locations: tuple[tuple[str, Method], ...] = ()
    decision: bytes | None = None
    answer: Answer | None = None
    idempotency_key: str | None = None
    movements: tuple[StockMovement, ...] = field(default=())
    max_unpaid: int | None = None
    replaced: tuple[Change, Order] | None = None
    look_at: datetime | None = None

    def changes(self) -> Sequence[tuple[Change, Order | None]]:
        """What becomes of each order, and what it was: first the one that gives way."""
        own = (self.change, self.before)
        return (self.replaced, own) if self.replaced else (own,)


# --- ports


class Clock(Protocol):
    """The time, as an aware UTC instant."""

    def now(self) -> datetime: ...


class OrderRepository(Protocol):
    """Orders with their tasks. ``write`` is the only way anything changes, in one transaction with all it brings.

    ``write`` raises a ``NotWritten`` for what the world answered, and ``errors.Busy`` when other writers kept winning.
    """

    def load(self, order_id: str) -> Order | None: ...
    def recall(self, idempotency_key: str | None, order_id: str) -> tuple[Answer | None, Order | None]: ...
    def contact(self, order_id: str) -> CustomerContact | None: ...
    def write(self, write: Write) -> None: ...
    def overdue(self, now: datetime, most: int, held: Held | None = None) -> Sequence[str]: ...
    def unpaid(self, held: Held) -> Sequence[str]: ...
    def to_look_at(self, now: datetime, most: int) -> Sequence[str]: ...
    def look_later(self, order: Order, at: datetime) -> None: ...
    def open_tasks(
        self, location_id: str, most: int, after: Mapping[str, str] | None
    ) -> tuple[Sequence[tuple[str, Shipment]], Mapping[str, str] | None]: ...
    def contacts(self, order_ids: Collection[str]) -> Mapping[str, CustomerContact]: ...
    def orders(self, order_ids: Collection[str]) -> Mapping[str, Order]: ...
    def decisions(self, order_id: str) -> Sequence[tuple[str, bytes]]: ...
    def handover(self, order_id: str, number: int) -> Handover | None: ...
    def tries(self, tasks: Collection[tuple[str, Shipment]]) -> Mapping[tuple[str, int], int]: ...
    def take_try(self, order_id: str, task: Shipment, most: int, right: str | None) -> bool: ...


class StockReader(Protocol):
    """What decisions read of stock. ``whereabouts`` are the locations with units of a SKU available, and how many, as
    they were so long ago at most.
    """

    def rows(self, keys: Collection[StockKey]) -> StockPicture: ...
    def whereabouts(self, sku: str, at_most_seconds_old: float) -> Mapping[str, int]: ...


class StockRepository(StockReader, Protocol):
    """Stock rows. ``move`` and ``write`` are for the feed: one row, what moved, and an event when it came out short.

    ``skus_at`` are the SKUs that have a row at a location, some seconds late, page by page.
    """

    def row(self, sku: str, location_id: str) -> StockRow | None: ...
    def everywhere(self, sku: str) -> Sequence[StockRow]: ...
    def skus_at(self, location_id: str) -> Iterator[str]: ...
    def movements_since(self, sku: str, location_id: str, after: datetime) -> Sequence[StockMovement]: ...
    def move(self, movement: StockMovement) -> None: ...
    def write(
        self, before: StockRow | None, after: StockRow, movement: StockMovement, event: Event | None
    ) -> None: ...
    def count_at(self, sku: str, location_id: str, at: datetime) -> StockMovement | None: ...


class CatalogRepository(Protocol):
    """Products. ``skus_of`` takes what tills say: a SKU (which wins), a SKU in other letters or a barcode; what it
    answers may be up to a minute old. A code that nobody knows is missing.
    """

    def products(self, skus: Collection[str]) -> Mapping[str, Product]: ...
    def skus_of(self, codes: Collection[str]) -> Mapping[str, str]: ...


class LocationRepository(Protocol):
    """Locations. ``all`` may be up to a minute old, and is the same sequence until one has changed; every write checks
    again. ``exists`` may be as old; no location ever goes. ``forget`` has a picture that was last checked at least so
    long ago checked again, and answers whether it does; at 0, when a location refused a write, it is let go of.
    """

    def all(self) -> Sequence[Location]: ...
    def forget(self, at_least_seconds_old: float = 0) -> bool: ...
    def get(self, location_id: str) -> tuple[Location, int] | None: ...
    def exists(self, location_id: str) -> bool: ...
    def put(self, location: Location, expected_version: int | None) -> int: ...


class ConfigRepository(Protocol):
    """Policies and places. ``policies`` are the newest version of each that was put; they and ``policy`` may be up to
    a minute old. Version 0 is what is shipped: the default rules under any name that nobody put.
    """

    def policies(self) -> Sequence[Policy]: ...
    def forget(self, at_least_seconds_old: float = 0) -> bool: ...
    def policy(self, name: str) -> Policy: ...
    def policy_version(self, name: str, version: int) -> Policy | None: ...
    def put_policy(self, policy: Policy) -> Policy: ...
    def places(self, country: str, kind: str, codes: Sequence[str]) -> Mapping[str, PlaceRecord]: ...


class CapacityRepository(Protocol):
    """Orders taken per location, method and window."""

    def used(self, windows: Collection[WindowKey]) -> Mapping[WindowKey, int]: ...


@dataclass(frozen=True)
class Search:
    """For whom locations are looked for, by which policy; ``point`` and ``zone``: where the customer is taken to be.

    A location could supply when it is open, offers the method, passes the policy's filter (groups, kinds, distance),
    did not refuse before and, for a delivery, has no service area or one that holds the customer.
    """

    place: CustomerPlace
    point: Point | None
    zone: str | None
    method: Method
    policy: Policy
    refused_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seen:
    """A location as seen from the customer. ``covered`` None: it has no service area and so serves everyone."""

    location: Location
    distance_m: int | None
    covered: bool | None


@dataclass(frozen=True)
class Around:
    """The locations around a customer: the first that could supply, the nearest others, and how many more there are.

    ``could_beyond``: whether any of those could supply; the next of them is ``next_m`` away (None: unknown).
    """

    able: Sequence[Seen]
    unable: Sequence[Seen]
    beyond: int
    could_beyond: bool
    next_m: int | None


class Geography(Protocol):
    """The map. Distances are whole metres along a great circle.

    The nearest come first, ties by location id, those at an unknown distance last; but where the policy's first
    objectives are about the location itself (another zone, its rank), deliveries are asked of the first by those. What
    is asked is asked of one picture of locations, which is indexed once: hand over the same sequence again.
    """

    def zone_of(self, country: str, point: Point) -> str | None: ...
    def around(
        self, locations: Sequence[Location], search: Search, most: int, most_unable: int
    ) -> Around: ...
    def among(
        self, locations: Sequence[Location], search: Search, location_ids: Collection[str]
    ) -> Sequence[Seen]: ...
    def one(self, locations: Sequence[Location], search: Search, location_id: str) -> Seen | None: ...
    def nearest_m(self, locations: Sequence[Location], point: Point) -> int | None: ...


class OptionSigner(Protocol):
    """Makes an option id that only we can make, and reads it back."""

    def sign(self, payload: Mapping[str, Any]) -> str: ...
    def read(self, option_id: str) -> Mapping[str, Any]: ...


class PickupCodes(Protocol):
    """The keys of pickup codes: the newest to make marks with, and any by its id. ``known`` are all that were read by
    now; ``read_again`` looks for others, unless it did so less than a minute ago, and says whether it did.
    """

    def newest(self) -> tuple[str, bytes]: ...
    def key(self, kid: str) -> bytes: ...
    def known(self) -> Collection[bytes]: ...
    def read_again(self, now: datetime) -> bool: ...


class StockFeedQueue(Protocol):
    """Where stock messages are put."""

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None: ...


class EventBus(Protocol):
    """Where events are published. Answers with the ids of those that were not taken."""

    def publish(self, events: Sequence[Event]) -> Collection[str]: ...
