"""Writes a whole chain: what ``fulfillment load`` brings.

Products (with the codes that tills know them by), places and zones are replaced; a location is replaced and its
version raised, so that a page that was open meanwhile cannot save over it. Stock is *opening* stock: a row that exists
is left alone, since units may be reserved on it (changes come through the stock feed). Everything may be run again
after a failure.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.catalog import locations_mark, product_items
from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.adapters.dynamodb.rows import packed
from fulfillment.adapters.dynamodb.stock import row_item
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.domain.location import Location, PlaceRecord, Zone
from fulfillment.domain.product import Product
from fulfillment.domain.stock import StockRow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Item = Mapping[str, Any]  # attributes in DynamoDB's own notation
Progress = Callable[[int], object]

THREADS = 8  # a round trip takes milliseconds and a table takes thousands of writes a second
BATCH_WRITE = 25  # the most BatchWriteItem takes
BATCH_GET = 100  # the most BatchGetItem takes
UPDATES = 10  # single updates that one thread does in a row
TRANSACTION = 100  # the most TransactWriteItems takes
ATTEMPTS = 10  # with pauses of up to 5 s: a new on-demand table needs about half a minute to grow
MAX_ITEM_BYTES = 400 * 1024  # DynamoDB's limit on an item, names and values together

first_time = "attribute_not_exists(sku)"  # true unless this shelf was opened before
still_its_own = "alias_of = :sku"  # true unless another product was given the code

_to_attribute = TypeSerializer().serialize


@dataclass(frozen=True)
class OpenedStock:
    """How many shelves were opened, and how many had been before and were left alone."""

    opened: int
    kept: int


class KeptThrottled(Exception):
    """DynamoDB took too little for too long; what was written stays, and loading may be run again."""


def location_item(location: Location, version: int = 1) -> Item:
    """A row of Locations."""
    assert location.methods, location  # an empty set cannot be stored; a location that does nothing is closed
    item = _item(
        location_id=location.location_id,
        status=location.status,
        methods=set(location.methods),
        document=to_document(location),
        version=version,
    )
    return packed(item, "document")


def place_item(place: PlaceRecord) -> Item:
    """A row of Config: a postal or area code or a prefix of one."""
    return _item(pk=keys.places(place.kind, place.country), sk=place.code, document=to_document(place))


def zone_item(zone: Zone) -> Item:
    """A row of Config: a zone's polygon."""
    return _item(pk=keys.zones(zone.country), sk=zone.zone_id, document=to_document(zone))


def stock_item(row: StockRow) -> Item:
    """A row of Stock."""
    return row_item(row)


def item_bytes(item: Item) -> int:
    """About what DynamoDB counts of an item of texts, numbers and sets of texts: names and values in UTF-8."""
    total = 0
    for name, typed in item.items():
        value = next(iter(typed.values()))
        total += len(name.encode()) + sum(
            len(str(v).encode()) for v in (value if isinstance(value, list) else [value])
        )
    return total


def _item(**attributes: Any) -> Item:
    return {name: _to_attribute(value) for name, value in attributes.items()}


class DynamoDBChainWriter:
    """Writes and looks up by the thousand, on a few threads. ``sleep`` takes seconds."""

    def __init__(
        self,
        client: DynamoDBClient,
        tables: Tables,
        *,
        threads: int = THREADS,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._threads = threads
        self._sleep = sleep

    def put_products(self, products: Iterable[Product], progress: Progress = int) -> None:
        """Write or replace products. ``progress`` hears how many more are done, here and below.

        Codes that a product had and nobody has any more go first: after a failure they would be forgotten.
        """
        every = list(products)
        claimed = {code for product in every for code in product.codes()}
        self._each(lambda batch: self._let_go_of_codes(batch, claimed), _chunks(every, BATCH_GET), int)
        self._replace(self._tables.products, (product_items(product)[0] for product in every), progress)
        aliases = {item["sku"]["S"]: item for product in every for item in product_items(product)[1:]}
        self._replace(self._tables.products, aliases.values(), int)

    def put_places(self, places: Iterable[PlaceRecord], progress: Progress = int) -> None:
        """Write or replace postal and area codes."""
        self._replace(self._tables.config, map(place_item, places), progress)

    def put_zones(self, zones: Iterable[Zone], progress: Progress = int) -> None:
        """Write or replace zones."""
        self._replace(self._tables.config, map(zone_item, zones), progress)

    def put_locations(self, locations: Iterable[Location], progress: Progress = int) -> None:
        """Write or replace locations; each gets a version it never had. Those who have read them hear of it."""
        try:
            self._each(self._put_each_location, _chunks(locations, UPDATES), progress)
        finally:  # what was written before an error is there, too
            self._client.put_item(TableName=self._tables.config, Item=dict(locations_mark()))

    def open_stock(self, rows: Iterable[StockRow], progress: Progress = int) -> OpenedStock:
        """Open shelves that are not there yet; a (sku, location) may come once."""
        batches = list(_chunks(map(stock_item, rows), TRANSACTION))
        opened = sum(self._each(self._open, batches, progress))
        return OpenedStock(opened, sum(map(len, batches)) - opened)

    def known_skus(self, skus: Collection[str]) -> set[str]:
        """Which of these are in Products."""
        wanted = [{"sku": sku} for sku in skus if not sku.startswith(keys.ALIAS)]
        return {row["sku"]["S"] for row in self._rows(self._tables.products, wanted, "sku")}

    def owners(self, codes: Collection[str]) -> Mapping[str, str]:
        """The SKU of the product in Products that has a code, by folded code."""
        wanted = [{"sku": key} for code in codes for key in (code, keys.alias(code))]
        found = self._rows(self._tables.products, wanted, "sku, alias_of")
        return {
            row["sku"]["S"].removeprefix(keys.ALIAS): row.get("alias_of", row["sku"])["S"] for row in found
        }

    def known_locations(self, location_ids: Collection[str]) -> set[str]:
        """Which of these are in Locations."""
        wanted = [{"location_id": name} for name in location_ids]
        return {row["location_id"]["S"] for row in self._rows(self._tables.locations, wanted, "location_id")}

    def known_zones(self, country: str, zone_ids: Collection[str]) -> set[str]:
        """Which of these are zones of the country."""
        wanted = [{"pk": keys.zones(country), "sk": zone_id} for zone_id in zone_ids]
        return {row["sk"]["S"] for row in self._rows(self._tables.config, wanted, "sk")}

    def _replace(self, table: str, items: Iterable[Item], progress: Progress) -> None:
        self._each(lambda batch: self._write_batch(table, batch), _chunks(items, BATCH_WRITE), progress)

    def _each(
        self, work: Callable[[Sequence[Any]], T], batches: Iterable[Sequence[Any]], progress: Progress
    ) -> list[T]:
        """Do the work on each batch, on several threads; the first error ends it."""
        results = []
        waiting = list(batches)
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                for batch, result in zip(waiting, pool.map(work, waiting), strict=True):
                    progress(len(batch))
                    results.append(result)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return results

    def _write_batch(self, table: str, batch: Sequence[Item]) -> None:
        left: Any = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        for attempt in range(ATTEMPTS):
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                return
            self._pause(attempt)
        raise KeptThrottled(table)

    def _put_each_location(self, batch: Sequence[Location]) -> None:
        for location in batch:
            self._put_location(location)

    def _put_location(self, location: Location) -> None:
        """One update: a write that is repeated after a lost reply raises the version twice, which harms nobody."""
        item = dict(location_item(location))
        key = {"location_id": item.pop("location_id")}
        item.pop("version")
        self._client.update_item(
            TableName=self._tables.locations,
            Key=key,
            UpdateExpression="SET #status = :status, methods = :methods, document = :document ADD version :one",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                **{f":{name}": value for name, value in item.items()},
                ":one": {"N": "1"},
            },
        )

    def _open(self, batch: Sequence[Item]) -> int:
        """Open the shelves of one transaction; those that are there already fall out of it. How many were opened."""
        left = list(batch)
        for attempt in range(ATTEMPTS):
            if not left:
                return 0
            try:
                self._client.transact_write_items(TransactItems=[self._put_first_time(item) for item in left])
            except ClientError as error:
                codes = _cancellation_codes(error)
                if codes is None:
                    raise
                left = [
                    item for item, code in zip(left, codes, strict=True) if code != "ConditionalCheckFailed"
                ]
                if any(code not in ("None", "ConditionalCheckFailed") for code in codes):
                    self._pause(attempt)
            else:
                return len(left)
        raise KeptThrottled(self._tables.stock)

    def _put_first_time(self, item: Item) -> Any:
        return {"Put": {"TableName": self._tables.stock, "Item": item, "ConditionExpression": first_time}}

    def _let_go_of_codes(self, batch: Sequence[Product], claimed: Collection[str]) -> None:
        known = self._rows(self._tables.products, [{"sku": product.sku} for product in batch], "document")
        for before in (from_document(Product, row["document"]["S"]) for row in known):
            for code in before.codes():
                if code not in claimed and code != before.sku:
                    self._delete_alias(code, before.sku)

    def _delete_alias(self, code: str, sku: str) -> None:
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.delete_item(
                TableName=self._tables.products,
                Key=_item(sku=keys.alias(code)),
                ConditionExpression=still_its_own,
                ExpressionAttributeValues=_item(**{":sku": sku}),
            )

    def _rows(self, table: str, wanted: Sequence[Mapping[str, str]], only: str) -> list[Item]:
        """The rows that exist of these keys, ``only`` these attributes of them."""

        def read(batch: Sequence[Mapping[str, str]]) -> list[Item]:
            found: list[Item] = []
            left: Any = {table: {"Keys": [_item(**key) for key in batch], "ProjectionExpression": only}}
            for attempt in range(ATTEMPTS):
                answer = self._client.batch_get_item(RequestItems=left)
                found += answer["Responses"].get(table, [])
                left = answer.get("UnprocessedKeys")
                if not left:
                    return found
                self._pause(attempt)
            raise KeptThrottled(table)

        return [row for rows in self._each(read, _chunks(wanted, BATCH_GET), int) for row in rows]

    def _pause(self, attempt: int) -> None:
        """Wait a random part of a time that doubles, so that the threads do not come back together."""
        self._sleep(random.uniform(0, min(5.0, 0.05 * 2**attempt)))  # noqa: S311 - chance, not a secret


def _cancellation_codes(error: ClientError) -> list[str] | None:
    """Why each action of a transaction was cancelled, in order; None when it is another error.

    A request that can never work (ValidationError) is another error too: it must not be tried again.
    """
    reasons: Any = error.response.get("CancellationReasons")
    if error.response.get("Error", {}).get("Code") != "TransactionCanceledException" or not reasons:
        return None
    codes = [reason.get("Code") or "None" for reason in reasons]
    return None if "ValidationError" in codes else codes


def _chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
