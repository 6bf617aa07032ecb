"""Real baskets, real stores, real places: orders of a British chain, ``a_uk_order(17)``.

``tests/property/data/uk`` says where the data come from. Each basket is delivered to a postcode district drawn by its
population, and all 498 stores are candidates. Stock is constructed, since nobody publishes it: a store's range is
wide, middling or small, an article is common, usual, seldom or nowhere, and what a shelf holds follows from the two
names alone. So every policy sees the same shelves, and some orders need one store, some two or three, and some more
than there are.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zlib import crc32

from fulfillment.adapters.sphere import great_circle_m
from fulfillment.domain.basket import Line, Point
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import CostRates, Policy, SplitRules, TransportRate, WeightBand
from fulfillment.domain.promise import Promise
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON
from tests.support.instances import Instance

DATA = Path(__file__).parents[1] / "property" / "data" / "uk"
WIDTHS = (0.95, 0.6, 0.6, 0.35, 0.35)  # the part of its range that a store has, by the store
DEMANDS = (
    0.95,
    0.75,
    0.75,
    0.4,
    0.4,
    0.4,
    0.1,
    0.1,
)  # how many of the stores have an article, by the article
NOWHERE = 1 / 300  # of the articles are not to be had

POLICIES = {
    "fewest shipments": Policy(name="fewest shipments"),
    "whole lines": Policy(name="whole lines", split=SplitRules(lines="whole")),
    "lowest cost": Policy(
        name="lowest cost",
        objectives=("cost",),
        costs=CostRates(
            currency="GBP",
            transport=(TransportRate((WeightBand(Decimal("2.5")),), per_km=Decimal("0.02")),),
            per_shipment=Decimal("1.2"),
            per_unit=Decimal("0.1"),
        ),
    ),
}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


@cache
def stores() -> tuple[tuple[str, str, Point], ...]:
    """(id, town, point) of every store of the chain."""
    return tuple(
        (row["location_id"], row["town"], Point(float(row["lat"]), float(row["lon"])))
        for row in _rows("stores.csv")
    )


@cache
def baskets() -> tuple[tuple[Line, ...], ...]:
    """The lines of every order."""
    return tuple(
        tuple(
            Line(str(number), sku, int(units))
            for number, (sku, units) in enumerate((one.split(":") for one in row["lines"].split()), 1)
        )
        for row in _rows("baskets.csv")
    )


@cache
def districts() -> tuple[tuple[Point, ...], tuple[int, ...]]:
    """Where people live, and how many."""
    rows = tuple(_rows("districts.csv"))
    return (
        tuple(Point(float(row["lat"]), float(row["lon"])) for row in rows),
        tuple(int(row["population"]) for row in rows),
    )


def a_uk_order(number: int, policy: str = "fewest shipments") -> Instance:
    """The basket of that number, to somebody somewhere in Great Britain."""
    lines = baskets()[number]
    points, people = districts()
    (customer,) = random.Random(f"uk-{number}").choices(points, people)
    ready = MONDAY_NOON + timedelta(hours=4)
    promise = Promise("delivery", ready, ready, "2026-11-23T09", "Europe/London")
    candidates = tuple(
        Candidate(
            location_id=location_id,
            name=town,
            kind="store",
            status="open",
            methods=frozenset({"pickup", "delivery"}),
            distance_m=great_circle_m(customer, point),
            covered=None,
            foreign=False,
            zone="gb",
            promise=promise,
        )
        for location_id, town, point in stores()
    )
    stock = {
        (line.sku, location_id): StockRow(line.sku, location_id, units)
        for line in lines
        for location_id, _town, _point in stores()
        if (units := _on_the_shelf(location_id, line.sku))
    }
    return Instance("uk", number, DecisionRequest("delivery", lines), candidates, stock, POLICIES[policy])


def _on_the_shelf(location_id: str, sku: str) -> int:
    """Units of an article in a store: always the same."""
    if _drawn(sku) < NOWHERE:
        return 0
    width = WIDTHS[int(_drawn("store", location_id) * len(WIDTHS))]
    demand = DEMANDS[int(_drawn("article", sku) * len(DEMANDS))]
    if _drawn(location_id, sku) >= width * demand:
        return 0
    return 1 + int(_drawn("units", location_id, sku) * 4)


def _drawn(*names: str) -> float:
    """From 0 to below 1, evenly, as these names have it; multiplied, since sums of one text and another look alike."""
    return crc32("|".join(names).encode()) * 2_654_435_761 % 2**32 / 2**32
