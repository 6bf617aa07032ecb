"""Chains of any size, as dense as a city's in the middle and all the way out; and who reads how many rows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import cos, pi, radians, sin, sqrt
from typing import Any

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import location_item, locations_mark
from fulfillment.adapters.dynamodb.rows import chunks
from fulfillment.domain.basket import Point
from fulfillment.domain.location import Location
from tests.support.builders import KM_NORTH, SENAYAN, a_location

GOLDEN_ANGLE = pi * (3 - sqrt(5))
BATCH = 25  # the most BatchWriteItem takes


def a_chain(count: int, **more: Any) -> list[Location]:
    """Stores around Senayan, ``s00000`` in the middle, about one to three square kilometres however many they are."""
    return [a_location(f"s{n:05d}", point=_place(n), **more) for n in range(count)]


def farthest(chain: Sequence[Location]) -> str:
    """The store at the rim."""
    return chain[-1].location_id


def _place(number: int) -> Point:
    km, angle = sqrt(number), number * GOLDEN_ANGLE
    lat = SENAYAN.lat + km * KM_NORTH * cos(angle)
    return Point(lat, SENAYAN.lon + km * KM_NORTH * sin(angle) / cos(radians(lat)))


def write_locations(locations: Sequence[Location], *, marked: bool = True) -> None:
    """Into the table, as fast as it takes them; not ``marked``: as somebody does who does not know of the mark."""
    for batch in chunks([location_item(location, 1) for location in locations], BATCH):
        puts: Any = [{"PutRequest": {"Item": item}} for item in batch]
        aws.dynamodb().batch_write_item(RequestItems={"Locations": puts})
    if marked:
        aws.dynamodb().put_item(TableName="Config", Item=locations_mark())


@contextmanager
def counted_reads() -> Iterator[Counter[str]]:
    """What is asked of each table inside: ``Stock`` counts the rows of batches, ``Stock.Query`` the calls."""
    asked: Counter[str] = Counter()

    def batch(params: dict[str, Any], **_: Any) -> None:
        asked.update({table: len(wanted["Keys"]) for table, wanted in params["RequestItems"].items()})

    def call(params: dict[str, Any], model: Any, **_: Any) -> None:
        asked[f"{params['TableName']}.{model.name}"] += 1

    hooks = {"BatchGetItem": batch, "Query": call, "Scan": call}
    events = aws.dynamodb().meta.events
    for name, hook in hooks.items():
        events.register(f"before-parameter-build.dynamodb.{name}", hook)
    try:
        yield asked
    finally:
        for name, hook in hooks.items():
            events.unregister(f"before-parameter-build.dynamodb.{name}", hook)
