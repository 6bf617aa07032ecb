"""By which hours and rules a task is watched: those of its location, under its order's policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fulfillment.application.choosing import policy_again
from fulfillment.application.ports import ConfigRepository, LocationRepository
from fulfillment.domain.location import Location
from fulfillment.domain.order import Order, Shipment
from fulfillment.domain.policy import Policy


@dataclass(frozen=True)
class Timetable:
    """Policies may be up to a minute old; a location is read as it is now."""

    locations: LocationRepository
    config: ConfigRepository

    def location(self, location_id: str) -> Location:
        """A location that has tasks, and so is never deleted."""
        found = self.locations.get(location_id)
        assert found is not None, location_id
        return found[0]

    def policy(self, order: Order) -> Policy:
        """The policy that the order was decided by, as it is now."""
        return policy_again(self.config, order)

    def of(self, order: Order) -> Callable[[Shipment], tuple[Location, Policy]]:
        """Location and policy of each of the order's tasks, each location read once."""
        known: dict[str, Location] = {}

        def of_task(shipment: Shipment) -> tuple[Location, Policy]:
            location_id = shipment.location_id
            if location_id not in known:
                known[location_id] = self.location(location_id)
            return known[location_id], self.policy(order)

        return of_task
