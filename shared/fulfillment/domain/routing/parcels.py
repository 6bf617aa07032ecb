"""What parcels are made of: shelves, the rules for a parcel, and the units of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fulfillment.domain.basket import Line
from fulfillment.domain.routing.costs import Band

Place = tuple[int | str, ...]
Taken = tuple[str, str, str, int]  # (location_id, line_id, sku, units)
Score = tuple[int, int]  # units that nobody supplies, then money in millionths


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

    def excess(self) -> tuple[Band, ...]:
        """What weight adds to the price of the lightest parcel, by band."""
        least = min((band.millionths for band in self.bands), default=0)
        return tuple(Band(band.up_to_grams, band.millionths - least) for band in self.bands)


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
    """Grams and price (millionths) of one unit by SKU; a SKU that is missing has neither.

    Of lines of one SKU at several prices the lowest counts: a parcel is worth at least so much.
    """

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


def least_excess(tables: Sequence[Sequence[Band]], grams: int) -> int:
    """What weight adds at least to parcels of these tables (one each) that weigh ``grams`` together."""
    reached = {0: 0}  # what can be carried, and what it costs at least
    for table in tables:
        longer: dict[int, int] = {}
        for carried, cost in reached.items():
            for band in table or (Band(None, 0),):
                room = grams if band.up_to_grams is None else min(grams, carried + band.up_to_grams)
                if room not in longer or longer[room] > cost + band.millionths:
                    longer[room] = cost + band.millionths
        reached = longer
    return reached.get(grams, max(reached.values(), default=0))


def easiest(tables: Sequence[Sequence[Band]]) -> tuple[Band, ...]:
    """A table that is nowhere dearer than any of these."""
    limits = sorted({band.up_to_grams for table in tables for band in table if band.up_to_grams is not None})
    return tuple(Band(limit, min(_price(table, limit) for table in tables)) for limit in (*limits, None))


def _price(table: Sequence[Band], grams: int | None) -> int:
    """The least price of a parcel of this weight (None: of any) in one table."""
    fits = [
        b.millionths for b in table if b.up_to_grams is None or (grams is not None and b.up_to_grams >= grams)
    ]
    return min(fits, default=table[-1].millionths if table else 0)
