"""What a customer wants and where the customer is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Method = Literal["pickup", "delivery"]

MAX_LINES = 50  # with the plan's other rows, an order of 50 lines still fits one transaction of 100 actions
MAX_LINE_QUANTITY = 9_999  # more is a wholesale order or a typing error; both want a person


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Money:
    """An amount with its ISO 4217 currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Line:
    """One line of a basket or order. ``quantity`` is whole units, at least 1.

    Lines with the same ``keep_together`` leave from one location, undivided.
    """

    line_id: str
    sku: str
    quantity: int
    unit_price: Money | None = None
    display_name: str | None = None
    display_promo: str | None = None
    keep_together: str | None = None


@dataclass(frozen=True)
class CustomerPlace:
    """Where the customer is, as told: the point wins over the area code, that over the postal code."""

    country: str
    point: Point | None = None
    area_code: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True)
class Basket:
    """Lines wanted through a channel by a customer somewhere. Two lines of one SKU add up."""

    channel: str
    customer: CustomerPlace
    lines: tuple[Line, ...]

    def quantity_by_sku(self) -> dict[str, int]:
        """Whole units wanted of each SKU, all lines together, in SKU order."""
        return quantity_by_sku((line.sku, line.quantity) for line in self.lines)


def in_line_order(line: Line) -> tuple[int, str]:
    """Sorts lines by their ids, 2 before 10, so that the order in which they were told does not matter."""
    return len(line.line_id), line.line_id


def quantity_by_sku(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up (sku, quantity) pairs; sorted by SKU so that whatever is built from it is built the same way."""
    total: Counter[str] = Counter()
    for sku, quantity in pairs:
        total[sku] += quantity
    return dict(sorted(total.items()))


def weight_grams(quantities: Mapping[str, int], weight_by_sku: Mapping[str, int]) -> int:
    """Weight of the units in grams; a SKU without a known weight weighs nothing."""
    return sum(weight_by_sku.get(sku, 0) * quantity for sku, quantity in quantities.items())
