"""By which hours and rules a task is watched: those of its location, under its order's policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.application.choosing import policy_again
from fulfillment.application.ports import ConfigRepository, LocationRepository
from fulfillment.domain.location import Location
from fulfillment.domain.order import WORK, Order, Shipment, has_timers
from fulfillment.domain.policy import Policy
from fulfillment.domain.question import Question, question
from fulfillment.domain.service import next_look


def first_look(order: Order, policy: Policy, locations: Sequence[Location], now: datetime) -> datetime | None:
    """When time first brings something to this order, so that no sweep has to find out; None where it has no timers,
    or a location is too new to be among these.
    """
    if not has_timers(order):
        return None
    wanted = {task.location_id for task in order.shipments if task.status in WORK}
    known = {location.location_id: location for location in locations if location.location_id in wanted}
    if known.keys() != wanted:
        return None
    return next_look(order, lambda task: (known[task.location_id], policy), now)


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

    def question(self, order: Order, now: datetime) -> Question:
        """What the order's customer is asked from now on, if they must be."""
        return question(self.policy(order).service, now)

    def next_look(self, order: Order, now: datetime) -> datetime | None:
        """When time next brings something to this order; None where it has no timers."""
        return next_look(order, self.of(order), now) if has_timers(order) else None
