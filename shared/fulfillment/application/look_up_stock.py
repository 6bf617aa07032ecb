"""What there is of a SKU here, and in the nearest stores: one scan away for whoever serves a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fulfillment.application.ports import CatalogRepository, LocationRepository, StockReader
from fulfillment.application.views import View, kilometres
from fulfillment.domain.basket import Point
from fulfillment.domain.errors import NotFound
from fulfillment.domain.location import Location
from fulfillment.domain.stock import StockRow

MOST_NEAREST = 5  # more than a customer will go to
WHEREABOUTS_SECONDS = 5.0  # a shelf is looked up again and again while somebody stands before it


@dataclass(frozen=True)
class LookUpStock:
    """Reads only. ``distance_m``: whole metres along a great circle."""

    catalog: CatalogRepository
    stock: StockReader
    locations: LocationRepository
    distance_m: Callable[[Point, Point], int]

    def __call__(self, location_id: str, code: str) -> View:
        """``code`` is a SKU in any letters, or a barcode; NotFound when nobody knows it."""
        sku = self.catalog.skus_of({code}).get(code)
        if sku is None:
            raise NotFound("unknown_sku", f"There is no product with the SKU or barcode {code!r}.")
        product = self.catalog.products({sku})[sku]
        row = self.stock.rows({(sku, location_id)}).get((sku, location_id)) or StockRow(sku, location_id, 0)
        return {
            "sku": sku,
            "name": {"id": product.name_id, "en": product.name_en},
            "variant": product.variant,
            "here": {
                "on_hand": row.on_hand,
                "reserved": row.reserved,
                "blocked": row.blocked,
                "available": row.available,
            },
            "doubtful": row.doubtful,
            "nearest": self._nearest(sku, location_id),
        }

    def _nearest(self, sku: str, location_id: str) -> list[View]:
        units = self.stock.whereabouts(sku, WHEREABOUTS_SECONDS)
        known = {location.location_id: location for location in self.locations.all()}
        here = known[location_id].point if location_id in known else None
        others = [
            (self._metres(here, other), other)
            for other in known.values()
            if other.location_id != location_id
            and other.location_id in units
            and other.status == "open"
            and "pickup" in other.methods
        ]
        others.sort(key=lambda found: (found[0] is None, found[0], found[1].location_id))
        return [
            {
                "location_id": other.location_id,
                "name": other.name,
                "distance_km": kilometres(metres),
                "available": units[other.location_id],
            }
            for metres, other in others[:MOST_NEAREST]
        ]

    def _metres(self, here: Point | None, other: Location) -> int | None:
        return self.distance_m(here, other.point) if here and other.point else None
