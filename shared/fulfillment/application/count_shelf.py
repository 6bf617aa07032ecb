"""Somebody in the store counted a shelf: checked while they stand there, and applied as every other count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment.application.feed_stock import require_believable
from fulfillment.application.ports import CatalogRepository, Clock, StockFeedQueue
from fulfillment.application.views import View, moment
from fulfillment.domain.errors import InvalidRequest


@dataclass(frozen=True)
class CountShelf:
    """Safe to repeat: a count is known by its shelf and its moment."""

    catalog: CatalogRepository
    feed: StockFeedQueue
    clock: Clock

    def __call__(self, location_id: str, code: str, on_hand: int, observed_at: datetime) -> View:
        """Put the count on the feed's queue. InvalidRequest names what can never be applied."""
        sku = self.catalog.skus_of({code}).get(code)
        if sku is None:
            told = f"There is no product with the SKU or barcode {code!r}."
            raise InvalidRequest.of("sku", "unknown_sku", told)
        require_believable(observed_at, self.clock.now())
        count = {
            "type": "count",
            "sku": sku,
            "location_id": location_id,
            "on_hand": on_hand,
            "observed_at": observed_at.isoformat(),
        }
        self.feed.send([count])
        return {
            "sku": sku,
            "location_id": location_id,
            "on_hand": on_hand,
            "observed_at": moment(observed_at),
        }
