"""Products, locations, policies, places, zones, capacity: what decisions read besides stock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from fulfillment.adapters.aws import pause
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.adapters.dynamodb.rows import Row, batch_get, number, number_of, packed, pages, text, text_of
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.adapters.working import FOR_GOOD, AsTheyWork
from fulfillment.application.ports import Stale, WindowKey
from fulfillment.domain.errors import Busy
from fulfillment.domain.location import Location, PlaceRecord, Zone
from fulfillment.domain.own_settings import OwnSettings
from fulfillment.domain.policy import Policy
from fulfillment.domain.product import Product

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

T = TypeVar("T")

CACHE_SECONDS = 60  # what is read less fresh than stock; every write checks the location again
# All locations are read again after so long even if none has changed: what was changed by hand, or by a loader that was
# killed, leaves no mark. Not sooner: 10,000 locations like the sample chain's are 27 MB.
REREAD_SECONDS = 15 * 60
MAX_REMEMBERED = 100_000  # codes, about 25 MB: the shelves of a chain in one snapshot of its tills
MAX_ROUNDS = 8

version_unchanged = "#version = :version"  # true while nobody changed the document since it was read
not_there = "attribute_not_exists(location_id)"  # true while nobody added the location
version_is_new = "attribute_not_exists(pk)"  # true unless somebody added this version first


@dataclass
class Cached(Generic[T]):
    """A value read again when it is too old."""

    read: Callable[[], T]
    _value: T | None = None
    _read_at: float = field(default=float("-inf"))

    def get(self, at_most_seconds_old: float = CACHE_SECONDS) -> T:
        """The value, read again unless it is young enough."""
        if self._value is None or time.monotonic() - self._read_at > at_most_seconds_old:
            self._value = self.read()
            self._read_at = time.monotonic()
        return self._value

    @property
    def kept(self) -> T | None:
        """The value if there is one, however old."""
        return self._value

    def forget(self, at_least_seconds_old: float = 0) -> bool:
        """Read it again the next time if it is at least so old; whether it is."""
        old = time.monotonic() - self._read_at >= at_least_seconds_old
        if old:
            self._value = None
        return old


class Remembered(Generic[T]):
    """What was found by its name, for a minute. What was not found is looked for again each time."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[T, float]] = {}

    def of(self, names: Collection[str]) -> dict[str, T]:
        """What is known of these and young enough."""
        since = time.monotonic() - CACHE_SECONDS
        return {
            name: found[0]
            for name in names
            if (found := self._found.get(name)) is not None and found[1] >= since
        }

    def keep(self, found: Mapping[str, T]) -> None:
        """Remember these; when it becomes too much, only these."""
        if len(self._found) + len(found) > MAX_REMEMBERED:
            self._found.clear()
        now = time.monotonic()
        self._found.update({name: (value, now) for name, value in found.items()})


class DynamoDBLocationRepository:
    """See ``ports.LocationRepository``.

    Every change of a location leaves a new mark beside it. Once a minute the mark alone is read, and the locations only
    when it is another one; until then ``all`` is the same sequence, which whoever indexes it may go by. A mark can be
    seen a moment before the change itself, so the locations are read once more a minute after it.
    """

    def __init__(self, client: DynamoDBClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.locations
        self._config = tables.config
        self._all = Cached(self._read_all)
        self._mark = Cached(self._read_mark)
        self._mark_of_all: str | None = None
        self._just_changed = False
        self._existing = Remembered[bool]()
        self._as_they_work = AsTheyWork()

    def all(self) -> Sequence[Location]:
        """Every location as it works now, as far as what was set a minute ago says so."""
        if self._mark.get() != self._mark_of_all:
            self._all.forget()
        read = self._all.get(CACHE_SECONDS if self._just_changed else REREAD_SECONDS)
        return self._as_they_work.of(read)

    def forget(self, at_least_seconds_old: float = 0) -> bool:
        """Look again what changed. At 0 seconds, when a location refused a write, whatever its mark says."""
        if not at_least_seconds_old:
            self._all.forget()
        return self._mark.forget(at_least_seconds_old)

    def get(self, location_id: str) -> tuple[Location, int] | None:
        """One location as it is now, with its version."""
        found = self._client.get_item(
            TableName=self._table, Key={"location_id": text(location_id)}, ConsistentRead=True
        ).get("Item")
        return (_location(found), number_of(found, "version", 1)) if found else None

    def exists(self, location_id: str) -> bool:
        """Whether there is such a location; its document, which may be large or broken, stays where it is."""
        if self._existing.of([location_id]):
            return True
        key = {"location_id": text(location_id)}
        found = self._client.get_item(
            TableName=self._table, Key=key, ConsistentRead=True, ProjectionExpression="location_id"
        )
        if "Item" not in found:
            return False
        self._existing.keep({location_id: True})
        return True

    def put(self, location: Location, expected_version: int | None) -> int:
        """Set the location, but for what the store set itself; answers the new version. Stale when it is not at
        ``expected_version`` any more.
        """
        for _ in range(MAX_ROUNDS):
            known = self.get(location.location_id)
            version = known[1] if known else 0
            if expected_version is not None and expected_version != version:
                raise Stale(location.location_id)
            try:
                self._put(replace(location, own=known[0].own) if known else location, version)
            except Stale:
                continue
            self.forget()
            return version + 1
        raise Busy("busy", f"The location {location.location_id!r} is being changed by others.")

    def _put(self, location: Location, version: int) -> None:
        transaction = Transaction(self._client)
        condition: dict[str, Mapping[str, object]] = (
            {"names": {"#version": "version"}, "values": {":version": number(version)}} if version else {}
        )
        transaction.put(
            self._table,
            location_item(location, version + 1),
            condition=version_unchanged if version else not_there,
            refused=lambda _row: Stale(location.location_id),
            **condition,
        )
        transaction.put_new(self._config, locations_mark())
        transaction.commit()

    def _read_all(self) -> Sequence[Location]:
        """Consistently: after a refused write, the change that refused it must be in what is read."""
        mark = self._mark.get()  # read before: a change meanwhile has another mark
        self._just_changed = self._mark_of_all not in (None, mark)
        self._mark_of_all = mark
        found = pages(self._client.scan, TableName=self._table, ConsistentRead=True)
        return [_location(row) for row in found]

    def _read_mark(self) -> str:
        """Empty where no location was ever written through the router."""
        key = {"pk": text(keys.LOCATIONS), "sk": text(keys.LOCATIONS_MARK)}
        found = batch_get(self._client, self._config, [key], consistent=True)
        return next((text_of(row, "mark") for row in found), "")


def locations_mark() -> Row:
    """A row that is never the same twice, to be put with every change of a location."""
    return {
        "pk": text(keys.LOCATIONS),
        "sk": text(keys.LOCATIONS_MARK),
        "mark": text(secrets.token_hex(16)),
    }


def location_item(location: Location, version: int) -> Row:
    """The row: what transactions check stands beside the document. Each order pays for all of what it checks."""
    own = location.own
    item = {
        "location_id": text(location.location_id),
        "status": text(location.status),
        "methods": {"SS": sorted(location.methods)} if location.methods else {"NULL": True},
        "version": number(version),
        "document": text(to_document(replace(location, own=OwnSettings()))),
    }
    if own != OwnSettings():  # beside the document, which operations and loaders replace
        item["own"] = text(to_document(own))
    if own.pause:
        item["paused_until"] = text(keys.instant(own.pause.until or FOR_GOOD))
    return packed(item, "document")


def _location(row: Row) -> Location:
    location = from_document(Location, text_of(row, "document"))
    return (
        replace(location, own=from_document(OwnSettings, text_of(row, "own"))) if "own" in row else location
    )


class DynamoDBCatalogRepository:
    """See ``ports.CatalogRepository``."""

    def __init__(self, client: DynamoDBClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.products
        self._skus = Remembered[str]()

    def products(self, skus: Collection[str]) -> Mapping[str, Product]:
        """The products that exist of these SKUs."""
        wanted = [{"sku": text(sku)} for sku in sorted(set(skus)) if not sku.startswith(keys.ALIAS)]
        found = batch_get(self._client, self._table, wanted)
        return {text_of(row, "sku"): from_document(Product, text_of(row, "document")) for row in found}

    def skus_of(self, codes: Collection[str]) -> Mapping[str, str]:
        """The SKU that each code means. Consistently: a message must not be put aside for a product just loaded."""
        known = self._skus.of(codes)
        asked = {
            code: name
            for code in codes
            if code not in known and (name := code.strip()) and not name.startswith(keys.ALIAS)
        }
        wanted = {key for name in asked.values() for key in (name, keys.alias(name))}
        rows = batch_get(
            self._client,
            self._table,
            [{"sku": text(key)} for key in sorted(wanted)],
            consistent=True,
            only="sku, alias_of",
        )
        means = {
            text_of(row, "sku"): text_of(row, "alias_of" if "alias_of" in row else "sku") for row in rows
        }
        found = {
            code: means[key]
            for code, name in asked.items()
            for key in (keys.alias(name), name)  # the last one that is there wins
            if key in means
        }
        self._skus.keep(found)
        return known | found


def product_items(product: Product) -> list[Row]:
    """The rows of a product: itself, and one for each code that is not its key already."""
    aliases = [code for code in product.codes() if code != product.sku]
    return [
        {"sku": text(product.sku), "document": text(to_document(product))},
        *({"sku": text(keys.alias(code)), "alias_of": text(product.sku)} for code in aliases),
    ]


class DynamoDBConfigRepository:
    """See ``ports.ConfigRepository``; also the zones that geography asks for."""

    def __init__(self, client: DynamoDBClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.config
        self._policies = Cached(self._read_policies)

    def policies(self) -> Sequence[Policy]:
        """The newest version of each policy that was put, by name, at most a minute old."""
        return self._policies.get()

    def forget(self, at_least_seconds_old: float = 0) -> bool:
        """Read the policies again the next time, if what is known of them is at least so old; whether it is."""
        return self._policies.forget(at_least_seconds_old)

    def policy(self, name: str) -> Policy:
        """The newest version, at most a minute old; the default rules under that name where none was put."""
        return next((policy for policy in self.policies() if policy.name == name), Policy(name=name))

    def policy_version(self, name: str, version: int) -> Policy | None:
        """That version as it was put; None when there is none. Version 0 is the default rules under that name."""
        if version == 0:
            return Policy(name=name)
        found = self._query(keys.policy(name), keys.policy_version(version))
        return _policy(found[0]) if found else None

    def put_policy(self, policy: Policy) -> Policy:
        """Add a version after the newest, in whose place it is from that instant on."""
        for attempt in range(MAX_ROUNDS):
            newer = replace(policy, version=self._newest_version(policy.name) + 1)
            document = {"document": text(to_document(newer))}
            transaction = Transaction(self._client)
            transaction.put(
                self._table,
                {
                    "pk": text(keys.policy(policy.name)),
                    "sk": text(keys.policy_version(newer.version)),
                    **document,
                },
                condition=version_is_new,
                refused=lambda _row: Stale(policy.name),
            )
            # Guarded by the version: versions are added one after the other, so the last one added is the newest.
            newest = {"pk": text(keys.POLICIES), "sk": text(policy.name), **document}
            transaction.put_new(self._table, newest)
            try:
                transaction.commit()
            except Stale:
                pause(attempt)
                continue
            self._policies.forget()
            return newer
        raise Busy("busy", f"The policy {policy.name!r} is being changed by others.")

    def places(self, country: str, kind: str, codes: Sequence[str]) -> Mapping[str, PlaceRecord]:
        """The records that exist of these codes."""
        pk = text(keys.places(kind, country))
        found = batch_get(self._client, self._table, [{"pk": pk, "sk": text(code)} for code in codes])
        return {text_of(row, "sk"): from_document(PlaceRecord, text_of(row, "document")) for row in found}

    def zones(self, country: str) -> Sequence[Zone]:
        """All zones of a country."""
        return [from_document(Zone, text_of(row, "document")) for row in self._query(keys.zones(country))]

    def _read_policies(self) -> Sequence[Policy]:
        return [_policy(row) for row in self._query(keys.POLICIES, consistent=True)]

    def _newest_version(self, name: str) -> int:
        newest = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(keys.policy(name))},
            ScanIndexForward=False,
            Limit=1,
        )["Items"]
        return int(text_of(newest[0], "sk")) if newest else 0

    def _query(self, pk: str, sk: str | None = None, *, consistent: bool = False) -> Sequence[Row]:
        values = {":pk": text(pk)} | ({":sk": text(sk)} if sk else {})
        return list(
            pages(
                self._client.query,
                TableName=self._table,
                ConsistentRead=consistent,
                KeyConditionExpression="pk = :pk AND sk = :sk" if sk else "pk = :pk",
                ExpressionAttributeValues=values,
            )
        )


def _policy(row: Row) -> Policy:
    return from_document(Policy, text_of(row, "document"))


@dataclass(frozen=True)
class DynamoDBCapacityRepository:
    """See ``ports.CapacityRepository``. ``consistent`` False costs half and may lag: good enough for advice."""

    client: DynamoDBClient
    tables: Tables
    consistent: bool = True

    def used(self, windows: Collection[WindowKey]) -> Mapping[WindowKey, int]:
        """Orders taken in these windows; a window that nobody took yet is missing."""
        by_row: dict[tuple[str, str], WindowKey] = {
            (keys.location_method(location_id, method), window): (location_id, method, window)
            for location_id, method, window in windows
        }
        wanted = [{"location_method": text(lm), "window": text(window)} for lm, window in sorted(by_row)]
        found = batch_get(self.client, self.tables.capacity, wanted, consistent=self.consistent)
        return {
            by_row[text_of(row, "location_method"), text_of(row, "window")]: number_of(row, "used")
            for row in found
        }
