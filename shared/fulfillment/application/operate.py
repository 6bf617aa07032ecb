"""What operations see and set: locations, policies, the picture of stock, and a door to the stock feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment.application import setting_views, views
from fulfillment.application.policy_warnings import policy_warnings
from fulfillment.application.ports import (
    CatalogRepository,
    ConfigRepository,
    LocationRepository,
    Stale,
    StockFeedQueue,
    StockRepository,
)
from fulfillment.application.views import View
from fulfillment.domain.errors import Conflict, InvalidRequest, NotFound
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy

JUST_SET_SECONDS = 1  # so long after a location was set, its groups are known to whoever puts a policy


@dataclass(frozen=True)
class Operate:
    """Each method is one question or one setting."""

    locations: LocationRepository
    config: ConfigRepository
    catalog: CatalogRepository
    stock: StockRepository
    feed: StockFeedQueue
    polygon_fault: Callable[[Mapping[str, Any]], str | None]

    def get_location(self, location_id: str) -> View:
        """The location's document, what the store set for itself, and its version."""
        found = self.locations.get(location_id)
        if found is None:
            raise NotFound("unknown_location", f"There is no location {location_id!r}.")
        location, version = found
        return {
            **setting_views.location(location),
            "own": setting_views.own(location.own),
            "version": version,
        }

    def put_location(self, location: Location, expected_version: int | None) -> View:
        """Set a location. With ``expected_version`` only if nobody changed it since; Conflict otherwise.

        InvalidRequest says what is wrong with a service area's polygon.
        """
        area = location.service_area
        if area and area.polygon and (fault := self.polygon_fault(area.polygon)):
            raise InvalidRequest.of("service_area.polygon", "invalid_polygon", f"The polygon is {fault}.")
        try:
            version = self.locations.put(location, expected_version)
        except Stale:
            raise Conflict("version_changed", "Somebody else changed this location; read it again.") from None
        return {**setting_views.location(location), "version": version}

    def get_policy(self, name: str) -> View:
        """The newest version of a policy; ``default`` is there before anybody put one, as *fewest-shipments*."""
        self.config.forget()
        policy = self.config.policy(name)
        if policy.version == 0 and name != Policy().name:
            raise NotFound("unknown_policy", f"There is no policy {name!r}.")
        return setting_views.policy(policy)

    def put_policy(self, policy: Policy) -> View:
        """Add a version; earlier ones are kept, since decisions name the version they were taken under. The answer
        warns of groups and locations that are not there.
        """
        self.locations.forget(JUST_SET_SECONDS)
        warnings = policy_warnings(policy, self.locations.all)
        return {**setting_views.policy(self.config.put_policy(policy)), "warnings": warnings}

    def stock_picture(self, sku: str) -> View:
        """A SKU at every location."""
        if sku not in self.catalog.products({sku}):
            raise NotFound("unknown_sku", f"There is no product with the SKU {sku!r}.")
        rows = sorted(self.stock.everywhere(sku), key=lambda row: row.location_id)
        return {
            "sku": sku,
            "on_hand": sum(row.on_hand for row in rows),
            "available": sum(row.available for row in rows),
            "locations": [views.stock_row(row) for row in rows],
        }

    def send_stock_updates(self, messages: Sequence[Mapping[str, Any]]) -> View:
        """Put checked messages on the feed's queue."""
        self.feed.send(messages)
        return {"accepted": len(messages)}
