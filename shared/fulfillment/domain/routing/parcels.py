"""What parcels are made of: shelves, the rules for a parcel, and the units of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fulfillment.domain.basket import Line
from fulfillment.domain.routing.costs import Band

Place = tuple[int | str, ...]
Taken = tuple[str, str, str, int]  # (location_id, line_id, sku, units)


@dataclass(frozen=True)
class Shelf:
    """What one location brings to a filling.

    ``place`` orders locations by whom units are taken from first. ``unit_cost`` by SKU, where it is not 0. ``bands``
    price the parcel by its weight, where the weight matters. Money is in millionths.
    """

    location_id: str
    place: Place
    units: Mapping[str, int]
    unit_cost: Mapping[str, int] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class ParcelRules:
    """``least_value`` of each parcel (millionths) unless it is the only one and complete; ``most_units`` in one;
    ``most_rows`` of stock in all of them together.
    """

    least_value: int | None = None
    most_units: int | None = None
    most_rows: int | None = None


@dataclass(frozen=True)
class Goods:
    """Grams and price (millionths) of one unit by SKU; a SKU that is missing has neither."""

    grams: Mapping[str, int]
    price: Mapping[str, int]


def by_line(
    lines: Sequence[Line], members: Sequence[Shelf], taken: Mapping[tuple[str, str], int]
) -> list[Taken]:
    """Units taken by (location_id, sku), given to the lines in their order, each from the first that has any left."""
    left = dict(taken)
    given: list[Taken] = []
    for line in lines:
        wanted = line.quantity
        for shelf in members:
            key = (shelf.location_id, line.sku)
            if units := min(wanted, left.get(key, 0)):
                left[key] -= units
                wanted -= units
                given.append((shelf.location_id, line.line_id, line.sku, units))
    return given
