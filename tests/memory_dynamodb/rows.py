"""Tables in memory: rows by key, keys in order, indexes kept with every write.

Rows are never changed in place, only replaced: whoever holds one holds what it was.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from tests.memory_dynamodb.attributes import (
    Attribute,
    Invalid,
    Item,
    NotInMemory,
    decimal,
    number_form,
    value_form,
)

Key = tuple[Any, ...]
Entry = tuple[Any, Key]  # the value that sorts, and the key of the row

MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES = 2048, 1024
NO_MATCH = "The provided key element does not match the schema"


class Stored(NamedTuple):
    """An item and its size in bytes."""

    item: Item
    size: int


class _Part(NamedTuple):
    """One attribute of a key."""

    name: str
    kind: str
    longest: int

    def value(self, attribute: Attribute | None, wrong: str) -> Any:
        """The comparable value; Invalid with ``wrong`` when it is of another type."""
        content = attribute.get(self.kind) if attribute.__class__ is dict and len(attribute) == 1 else None
        if content.__class__ is str and content and len(content) * 4 <= self.longest and self.kind == "S":
            return content
        if content is None:
            raise Invalid(wrong)
        content = next(iter(value_form({self.kind: content})[0].values()))
        if self.kind == "N":
            return decimal(content)
        if not content:
            raise Invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                f"an empty {'string' if self.kind == 'S' else 'binary'} value. Key: {self.name}"
            )
        if len(content) * 4 > self.longest and _bytes(content) > self.longest:
            kind = "hashkey" if self.longest == MAX_PARTITION_KEY_BYTES else "rangekey"
            raise Invalid(
                f"One or more parameter values were invalid: Size of {kind} has exceeded the maximum size limit "
                f"of {self.longest} bytes"
            )
        return content

    def attribute(self, value: Any) -> Attribute:
        """The other way round."""
        return {self.kind: number_form(str(value))[0] if isinstance(value, Decimal) else value}


class Ordered:
    """Keys of rows by partition, sorted: a table's own or an index's."""

    def __init__(self, name: str, schema: list[Mapping[str, str]], types: Mapping[str, str]) -> None:
        self.name = name
        limits = (MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES)
        self.parts = [
            _Part(part["AttributeName"], types[part["AttributeName"]], limit)
            for part, limit in zip(schema, limits, strict=False)
        ]
        self.names = tuple(part.name for part in self.parts)
        self.partitions: dict[Any, list[Entry]] = {}

    def add(self, partition: Any, sort: Any, key: Key) -> None:
        """Put a key in its place."""
        insort(self.partitions.setdefault(partition, []), (sort, key))

    def remove(self, partition: Any, sort: Any, key: Key) -> None:
        """Take it out again."""
        entries = self.partitions[partition]
        entries.pop(bisect_left(entries, (sort, key)))
        if not entries:
            del self.partitions[partition]

    def between(
        self, partition: Any, function: str | None, values: list[Any]
    ) -> tuple[list[Entry], int, int]:
        """The partition's entries, and from where to where the sort key fulfils the condition."""
        entries = self.partitions.get(partition, [])
        if function is None:
            return entries, 0, len(entries)
        first = bisect_left(entries, (values[0],)) if function != ">" else _after(entries, values[0])
        if function in ("<", "<="):
            return entries, 0, first if function == "<" else _after(entries, values[0])
        if function in (">", ">="):
            return entries, first, len(entries)
        if function == "begins_with":
            last = first
            while last < len(entries) and entries[last][0].startswith(values[0]):
                last += 1
            return entries, first, last
        return entries, first, max(first, _after(entries, values[-1]))  # = and BETWEEN


def _after(entries: list[Entry], value: Any) -> int:
    return bisect_right(entries, value, key=itemgetter(0))


def _bytes(content: str | bytes) -> int:
    return len(content.encode()) if isinstance(content, str) else len(content)


class Index(Ordered):
    """A global secondary index: the rows that have its attributes."""

    def __init__(
        self, request: Mapping[str, Any], types: Mapping[str, str], table_keys: tuple[str, ...]
    ) -> None:
        super().__init__(request["IndexName"], request["KeySchema"], types)
        projection = request["Projection"]
        if projection["ProjectionType"] not in ("ALL", "KEYS_ONLY", "INCLUDE"):
            raise NotInMemory(str(projection))
        self.wrong_type = (
            "One or more parameter values were invalid: Type mismatch for Index Key; "
            f"IndexName: {self.name}, its keys: {self.names}"
        )
        self.projected: frozenset[str] | None = None
        if projection["ProjectionType"] != "ALL":
            self.projected = frozenset({*table_keys, *self.names, *projection.get("NonKeyAttributes", ())})

    def place(self, item: Item) -> tuple[Any, Any] | None:
        """Where the row stands; None when it lacks an attribute. Its values must be fit for a key."""
        values = [part.value(item[part.name], self.wrong_type) for part in self.parts if part.name in item]
        if len(values) < len(self.parts):
            return None
        return values[0], values[1] if len(values) > 1 else None

    def move(self, key: Key, before: Item | None, after: Item | None) -> None:
        """A row was replaced, added or deleted."""
        old = self.place(before) if before is not None else None
        new = self.place(after) if after is not None else None
        if old == new:
            return
        if old is not None:
            self.remove(*old, key)
        if new is not None:
            self.add(*new, key)


class Table(Ordered):
    """A table of the template."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        types = {each["AttributeName"]: each["AttributeType"] for each in request["AttributeDefinitions"]}
        super().__init__(request["TableName"], request["KeySchema"], types)
        self.key_names = frozenset(self.names)
        self.wrong_type = (
            f"One or more parameter values were invalid: Type mismatch for key; keys: {self.names}"
        )
        self.rows: dict[Key, Stored] = {}
        self.indexes = {
            each["IndexName"]: Index(each, types, self.names)
            for each in request.get("GlobalSecondaryIndexes", ())
        }

    def key(self, given: Any) -> Key:
        """The key that a request names; it must name exactly the key's attributes."""
        if not isinstance(given, dict) or given.keys() != self.key_names:
            raise Invalid(NO_MATCH if given else "The number of conditions on the keys is invalid")
        return tuple([part.value(given[part.name], NO_MATCH) for part in self.parts])

    def key_of(self, item: Item) -> Key:
        """The key of a whole item."""
        for name in self.names:
            if name not in item:
                raise Invalid(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
        return tuple([part.value(item[part.name], self.wrong_type) for part in self.parts])

    def attributes(self, key: Key) -> Item:
        """The key as an item."""
        return {part.name: part.attribute(value) for part, value in zip(self.parts, key, strict=True)}

    def replace(self, key: Key, after: Stored | None) -> None:
        """Put a row in the place of the one that was there; None deletes it."""
        before = self.rows.get(key)
        if after is not None:
            self.rows[key] = after
            if before is None:
                self.add(key[0], key[-1], key)
        elif before is not None:
            del self.rows[key]
            self.remove(key[0], key[-1], key)
        for index in self.indexes.values():
            index.move(key, before.item if before else None, after.item if after else None)

    def check_indexes(self, item: Item) -> None:
        """Invalid when a value is not fit for an index that it would stand in."""
        for index in self.indexes.values():
            index.place(item)

    def in_order(self) -> Iterator[Key]:
        """All keys, sorted: the same order whatever was written when."""
        for partition in sorted(self.partitions):
            for _, key in self.partitions[partition]:
                yield key

    def snapshot(self) -> Callable[[], None]:
        """What is there now; call it to have it back, as often as needed."""
        rows = dict(self.rows)
        kept = [(each, _copy(each.partitions)) for each in (self, *self.indexes.values())]

        def restore() -> None:
            self.rows = dict(rows)
            for ordered, partitions in kept:
                ordered.partitions = _copy(partitions)

        return restore

    def empty(self) -> None:
        """Take everything out."""
        self.rows = {}
        for ordered in (self, *self.indexes.values()):
            ordered.partitions = {}


def _copy(partitions: dict[Any, list[Entry]]) -> dict[Any, list[Entry]]:
    return {partition: list(entries) for partition, entries in partitions.items()}
