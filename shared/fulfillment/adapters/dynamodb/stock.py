"""Stock rows and the record of what moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fulfillment.adapters.aws import THROTTLES
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.catalog import Cached
from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.adapters.dynamodb.rows import (
    Row,
    batch_get,
    instant_of,
    number,
    number_of,
    packed,
    pages,
    text,
    text_of,
)
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.application.ports import COUNT_ID, MOVEMENT_DAYS, RecordedBefore, Stale, StockKey
from fulfillment.domain.errors import Busy
from fulfillment.domain.events import Event
from fulfillment.domain.routing.candidate import StockPicture
from fulfillment.domain.stock import StockMovement, StockRow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MAX_WHEREABOUTS = 300_000  # remembered of all SKUs together, about 45 MB; beyond, all are forgotten

row_is_new = "attribute_not_exists(sku)"  # true unless somebody wrote the row since it was looked for
row_unchanged = "#version = :version"  # true while nobody changed the row since it was read
stays_covered = "#available >= :needed"  # true while as many are available as go; nothing comes out short
not_counted_since = (
    "attribute_not_exists(#observed_at) OR #observed_at < :at"  # true unless a count saw the movement
)
not_recorded = "attribute_not_exists(stock_key)"  # true unless this movement was told before


@dataclass(frozen=True)
class DynamoDBStockRepository:
    """See ``ports.StockRepository``. ``consistent`` False costs half and may lag: good enough for advice."""

    client: DynamoDBClient
    tables: Tables
    consistent: bool = True
    _whereabouts: dict[str, Cached[Mapping[str, int]]] = field(default_factory=dict)

    def rows(self, keys_: Collection[StockKey]) -> StockPicture:
        """The rows that exist of these (sku, location_id)."""
        wanted = [{"sku": text(sku), "location_id": text(loc)} for sku, loc in sorted(set(keys_))]
        found = batch_get(self.client, self.tables.stock, wanted, consistent=self.consistent)
        return {(text_of(row, "sku"), text_of(row, "location_id")): stock_row(row) for row in found}

    def row(self, sku: str, location_id: str) -> StockRow | None:
        """One row, as it is now."""
        found = self.client.get_item(
            TableName=self.tables.stock,
            Key={"sku": text(sku), "location_id": text(location_id)},
            ConsistentRead=True,
        ).get("Item")
        return stock_row(found) if found else None

    def everywhere(self, sku: str) -> Sequence[StockRow]:
        """The SKU at every location that ever had it."""
        found = pages(
            self.client.query,
            TableName=self.tables.stock,
            KeyConditionExpression="sku = :sku",
            ExpressionAttributeValues={":sku": text(sku)},
        )
        return [stock_row(row) for row in found]

    def whereabouts(self, sku: str, at_most_seconds_old: float) -> Mapping[str, int]:
        """The locations with units of the SKU available, and how many. Whoever counts on it reads the rows again.

        Busy when DynamoDB throttles the SKU.
        """
        known = self._whereabouts
        if sku not in known and sum(len(cached.kept or ()) for cached in known.values()) > MAX_WHEREABOUTS:
            known.clear()
        cached = known.setdefault(sku, Cached(lambda: self._read_whereabouts(sku)))
        return cached.get(at_most_seconds_old)

    def _read_whereabouts(self, sku: str) -> Mapping[str, int]:
        found = pages(
            self.client.query,
            TableName=self.tables.stock,
            ConsistentRead=self.consistent,
            KeyConditionExpression="sku = :sku",
            ExpressionAttributeValues={":sku": text(sku)},
            ProjectionExpression="location_id, available",
        )
        try:
            units = {text_of(row, "location_id"): number_of(row, "available") for row in found}
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in THROTTLES:
                raise
            raise Busy("busy", f"Too many ask where {sku!r} is; send the same request again.") from error
        return {location_id: available for location_id, available in units.items() if available > 0}

    def skus_at(self, location_id: str) -> Iterator[str]:
        """The SKUs that have a row there, in their order. An index is some seconds behind: a row that was made just
        now may be missing.
        """
        found = pages(
            self.client.query,
            TableName=self.tables.stock,
            IndexName="shelves",
            KeyConditionExpression="location_id = :location",
            ExpressionAttributeValues={":location": text(location_id)},
            ProjectionExpression="sku",
        )
        return (text_of(row, "sku") for row in found)

    def movements_since(self, sku: str, location_id: str, after: datetime) -> Sequence[StockMovement]:
        """What moved on the shelf later than ``after``, oldest first."""
        since = keys.instant(after) + "$"  # '$' follows '#': leaves out the moment itself
        moved: list[StockMovement] = []
        for shelf in (keys.stock_key(sku, location_id), keys.all_shelves(location_id)):
            found = pages(
                self.client.query,
                TableName=self.tables.stock_movements,
                ConsistentRead=True,
                KeyConditionExpression="stock_key = :shelf AND movement_key BETWEEN :after AND :end",
                ExpressionAttributeValues={
                    ":shelf": text(shelf),
                    ":after": text(since),
                    ":end": text(keys.MOVEMENTS_END),
                },
            )
            moved += [movement for row in found for movement in movements_in(row) if movement.sku == sku]
        return sorted(moved, key=lambda movement: movement.at)

    def count_at(self, sku: str, location_id: str, at: datetime) -> StockMovement | None:
        """The count of this moment, if one was told."""
        found = self.client.get_item(
            TableName=self.tables.stock_movements,
            Key={
                "stock_key": text(keys.stock_key(sku, location_id)),
                "movement_key": text(keys.movement_key(at, COUNT_ID)),
            },
            ConsistentRead=True,
        ).get("Item")
        return from_document(StockMovement, text_of(found, "document")) if found else None

    def move(self, movement: StockMovement) -> None:
        """The movement on the row as it stands, unread. RecordedBefore when it was told before; Stale when the row must
        be looked at: it is not there, a count may have seen the movement, or it would come out short.
        """
        transaction = self._recording(movement)
        transaction.update(
            self.tables.stock,
            {"sku": text(movement.sku), "location_id": text(movement.location_id)},
            "SET #on_hand = #on_hand + :change, #available = #available + :change, #version = #version + :one",
            condition=f"{stays_covered} AND ({not_counted_since})",
            refused=_stale,
            names={
                "#on_hand": "on_hand",
                "#available": "available",
                "#version": "version",
                "#observed_at": "observed_at",
            },
            values={
                ":change": number(movement.change),
                ":one": number(1),
                ":needed": number(-movement.change),
                ":at": text(keys.instant(movement.at)),
            },
        )
        transaction.commit()

    def write(
        self, before: StockRow | None, after: StockRow, movement: StockMovement, event: Event | None
    ) -> None:
        """Row, record and event together; RecordedBefore when the movement was told before, Stale when the row
        changed meanwhile.
        """
        transaction = self._recording(movement)
        if before is None:
            transaction.put(self.tables.stock, row_item(after), condition=row_is_new, refused=_stale)
        else:
            transaction.put(
                self.tables.stock,
                row_item(after),
                condition=row_unchanged,
                refused=_stale,
                names={"#version": "version"},
                values={":version": number(before.version)},
            )
        if event:
            transaction.put_new(
                self.tables.orders,
                {
                    "order_id": text(event.order_id),
                    "sk": text(keys.event(event.event_id, 0)),
                    "type": text(event.type),
                    "document": text(to_document(event)),
                },
            )
        transaction.commit()

    def _recording(self, movement: StockMovement) -> Transaction:
        """A transaction that begins with the movement's record: that it is there already outweighs all else."""
        items = [movement_item(movement)]
        if movement.kind != "count":  # a count is known by its moment
            items.insert(0, identity_item(movement))
        transaction = Transaction(self.client)
        for item in items:
            transaction.put(
                self.tables.stock_movements, item, condition=not_recorded, refused=_recorded_before
            )
        return transaction


def stock_row(row: Row) -> StockRow:
    """The value of a row. That ``available`` agrees with its parts is asserted at every read."""
    value = StockRow(
        sku=text_of(row, "sku"),
        location_id=text_of(row, "location_id"),
        on_hand=number_of(row, "on_hand"),
        reserved=number_of(row, "reserved"),
        blocked=number_of(row, "blocked"),
        missing=number_of(row, "missing"),
        observed_at=instant_of(row, "observed_at"),
        version=number_of(row, "version"),
        unit_value=Decimal(row["unit_value"]["N"]) if "unit_value" in row else None,
        backorderable=row.get("backorderable", {}).get("BOOL", False),
        refusals=number_of(row, "refusals"),
    )
    assert value.available == number_of(row, "available"), row
    return value


def row_item(row: StockRow) -> Row:
    """The row of a value: all of it, since a count replaces the row. What it does not say has no attribute."""
    item: dict[str, Any] = {
        "sku": text(row.sku),
        "location_id": text(row.location_id),
        "on_hand": number(row.on_hand),
        "reserved": number(row.reserved),
        "blocked": number(row.blocked),
        "missing": number(row.missing),
        "available": number(row.available),
        "version": number(row.version),
    }
    if row.observed_at:
        item["observed_at"] = text(keys.instant(row.observed_at))
    if row.unit_value is not None:
        item["unit_value"] = {"N": f"{row.unit_value:f}"}
    if row.backorderable:
        item["backorderable"] = {"BOOL": True}
    if row.refusals:
        item["refusals"] = number(row.refusals)
    return item


def movement_item(movement: StockMovement) -> Row:
    """The record of a movement; it goes when nobody can still ask for it."""
    return {
        "stock_key": text(keys.stock_key(movement.sku, movement.location_id)),
        "movement_key": text(keys.movement_key(movement.at, movement.movement_id)),
        "document": text(to_document(movement)),
        "expires_at": number(int((movement.at + timedelta(days=MOVEMENT_DAYS)).timestamp())),
    }


def identity_item(movement: StockMovement) -> Row:
    """What was told under the movement's id, for as long as the movement itself is kept."""
    return {
        **movement_item(movement),
        "movement_key": text(keys.movement_id(movement.movement_id)),
    }


@dataclass(frozen=True)
class _Together:
    movements: tuple[StockMovement, ...]


def movement_items(movements: Sequence[StockMovement]) -> list[Row]:
    """The records of one command's movements: of a location where several shelves moved, one with all of them.

    A record a shelf would cost two units each, and fifty would not fit a transaction beside their fifty stock rows.
    """
    by_location: dict[str, list[StockMovement]] = defaultdict(list)
    for movement in movements:
        by_location[movement.location_id].append(movement)
    return [
        movement_item(moved[0]) if len(moved) == 1 else _together(location_id, moved)
        for location_id, moved in by_location.items()
    ]


def _together(location_id: str, moved: Sequence[StockMovement]) -> Row:
    item = {
        **movement_item(moved[0]),
        "stock_key": text(keys.all_shelves(location_id)),
        "document": text(to_document(_Together(tuple(moved)))),
    }
    return packed(item, "document")


def movements_in(row: Row) -> Sequence[StockMovement]:
    """The movements of a record; the row of an id is none."""
    document = text_of(row, "document")
    if text_of(row, "movement_key") > keys.MOVEMENTS_END:
        return []
    if text_of(row, "stock_key").startswith(keys.all_shelves("")):
        return from_document(_Together, document).movements
    return [from_document(StockMovement, document)]


def _recorded_before(row: Row | None) -> Exception:
    assert row is not None  # the condition fails only when the row is there
    return RecordedBefore(from_document(StockMovement, text_of(row, "document")))


def _stale(row: Row | None) -> Exception:
    return Stale(str(row))
