"""What tills, ERPs and counts say of a shelf: late, twice and out of order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from fulfillment.application.ports import (
    COUNT_ID,
    MOVEMENT_DAYS,
    CatalogRepository,
    Clock,
    LocationRepository,
    RecordedBefore,
    Stale,
    StockRepository,
)
from fulfillment.domain.errors import Busy, InvalidRequest
from fulfillment.domain.events import Event
from fulfillment.domain.stock import MovementKind, StockMovement, StockRow

MAX_ROUNDS = 8
FUTURE_TOLERANCE = timedelta(minutes=5)  # a till's clock may be off by this much; more is a wrong clock
# Movements are kept for 90 days after their moment. For 30 of them the oldest that is taken must be known again when it
# comes once more: queues keep messages for 14 days, and dead letters are looked at in that time.
OLDEST = timedelta(days=MOVEMENT_DAYS - 30)

Outcome = Literal["applied", "older", "done_before", "ours"]


@dataclass(frozen=True)
class StockCount:
    """Somebody saw ``on_hand`` units at ``observed_at``. ``sku`` may be in any letters, or a barcode; so below."""

    sku: str
    location_id: str
    on_hand: int
    observed_at: datetime


@dataclass(frozen=True)
class StockChange:
    """``change`` units came (+) or went (-) at ``at``. ``order_id`` names one of our orders when it was that."""

    movement_id: str
    sku: str
    location_id: str
    kind: MovementKind
    change: int
    at: datetime
    order_id: str | None = None


@dataclass(frozen=True)
class FeedStock:
    """Applies one message. Raises InvalidRequest for what can never be applied; the caller parks it."""

    stock: StockRepository
    catalog: CatalogRepository
    locations: LocationRepository
    clock: Clock

    def count(self, told: StockCount) -> Outcome:
        """What is on hand becomes the count plus what moved since; an older count than the row's changes nothing."""
        told = replace(told, sku=self._known_sku(told.sku, told.location_id, told.observed_at))
        for _ in range(MAX_ROUNDS):
            before = self.stock.row(told.sku, told.location_id)
            movement = StockMovement(
                movement_id=COUNT_ID,
                sku=told.sku,
                location_id=told.location_id,
                kind="count",
                at=told.observed_at,
                on_hand=told.on_hand,
            )
            if before and before.observed_at:
                if told.observed_at < before.observed_at:
                    return "older"
                if told.observed_at == before.observed_at:
                    return self._same_moment(movement)
            since = self.stock.movements_since(told.sku, told.location_id, told.observed_at)
            on_hand = told.on_hand + sum(m.change for m in since)
            row = before or StockRow(told.sku, told.location_id, 0)
            after = row.counted(on_hand, told.observed_at)
            try:
                if self._written(before, after, movement):
                    return "applied"
            except RecordedBefore:  # by somebody else just now: the row says so
                continue
        raise Busy("busy", f"The row of {told.sku} at {told.location_id} is being changed by others.")

    def movement(self, told: StockChange) -> Outcome:
        """What is on hand changes, unless the last count was later and so has seen it already.

        The hand-over of our own orders was booked when it happened, so movements that name one are left out; but not
        what a customer brings back of it.
        """
        told = replace(told, sku=self._known_sku(told.sku, told.location_id, told.at))
        if told.order_id and told.kind != "return":
            return "ours"
        movement = StockMovement(
            told.movement_id,
            told.sku,
            told.location_id,
            told.kind,
            told.at,
            change=told.change,
            order_id=told.order_id,
        )
        try:
            return self._move(movement)
        except RecordedBefore as known:
            return self._repeated(known.movement, movement)

    def _move(self, movement: StockMovement) -> Outcome:
        try:
            self.stock.move(movement)
            return "applied"
        except Stale:  # the row is new, was counted, or would come out short: look at it
            pass
        for _ in range(MAX_ROUNDS):
            before = self.stock.row(movement.sku, movement.location_id)
            row = before or StockRow(movement.sku, movement.location_id, 0)
            seen_by_count = row.observed_at is not None and movement.at <= row.observed_at
            after = row.moved(0 if seen_by_count else movement.change)
            if self._written(before, after, movement):
                return "older" if seen_by_count else "applied"
        raise Busy("busy", f"The row of {movement.sku} at {movement.location_id} is being changed by others.")

    def _written(self, before: StockRow | None, after: StockRow, movement: StockMovement) -> bool:
        event = None
        shorter_than = min(0, before.available if before else 0)
        if after.available < shorter_than:
            event = self._shortfall(after, movement)
        try:
            self.stock.write(before, after, movement, event)
        except Stale:
            return False
        return True

    def _shortfall(self, row: StockRow, movement: StockMovement) -> Event:
        shelf = f"STOCK#{row.location_id}#{row.sku}"
        event_id = f"{shelf}.{movement.movement_id}.{int(movement.at.timestamp() * 1_000_000)}"
        detail = {"sku": row.sku, "location_id": row.location_id, "missing": -row.available}
        return Event(event_id, "StockShortfall", self.clock.now(), shelf, detail)

    def _same_moment(self, movement: StockMovement) -> Outcome:
        known = self.stock.count_at(movement.sku, movement.location_id, movement.at)
        if known is None or known.on_hand == movement.on_hand:
            return "done_before"
        raise InvalidRequest.of(
            "on_hand", "contradicting_count", "Another count of the same moment says something else."
        )

    def _repeated(self, known: StockMovement, movement: StockMovement) -> Outcome:
        if known == movement:
            return "done_before"
        raise InvalidRequest.of(
            "movement_id", "contradicting_movement", "A movement of this id said something else before."
        )

    def _known_sku(self, code: str, location_id: str, at: datetime) -> str:
        """The SKU that the code means, after everything else about the message was found possible."""
        sku = self.catalog.skus_of({code}).get(code)
        if sku is None:
            raise InvalidRequest.of(
                "sku", "unknown_sku", f"There is no product with the SKU or barcode {code!r}."
            )
        if not self.locations.exists(location_id):
            raise InvalidRequest.of(
                "location_id", "unknown_location", f"There is no location {location_id!r}."
            )
        require_believable(at, self.clock.now())
        return sku


def require_believable(at: datetime, now: datetime) -> None:
    """InvalidRequest when nobody can have seen it then, or it was too long ago."""
    if at > now + FUTURE_TOLERANCE:
        raise InvalidRequest.of("observed_at", "in_the_future", "This was seen more than 5 minutes ahead.")
    if at < now - OLDEST:
        raise InvalidRequest.of(
            "observed_at", "too_old", f"This was seen more than {OLDEST.days} days ago; count the shelf."
        )
