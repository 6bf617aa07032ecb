"""What a customer may choose whose pickup cannot be prepared as it was: the real choices, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fulfillment.application import views
from fulfillment.application.choosing import items_of, policy_again
from fulfillment.application.picture import Picture
from fulfillment.application.widening import Look, decide_widely
from fulfillment.domain.basket import Method
from fulfillment.domain.decision import DecisionRequest, decide
from fulfillment.domain.order import Order
from fulfillment.domain.policy import Policy

MAX_CHOICES = 5  # stores offered to a customer whose pickup was refused; more is no choice

Choice = Mapping[str, Any]


def wanted_again(picture: Picture, order: Order, method: Method) -> DecisionRequest:
    """What nobody supplies any more, from anybody who did not say no; of a pickup everything, also what was found: one
    pickup is one store.
    """
    lines = order.lines if order.method == "pickup" else order.unallocated()
    products = picture.catalog.products({line.sku for line in lines})
    return DecisionRequest(method, lines, refused_by=frozenset(order.not_again()), items=items_of(products))


def policy_of_the_rest(picture: Picture, order: Order) -> Policy:
    """The order's policy; what is decided again is decided in full, and out of what is there."""
    return policy_again(picture.config, order).without("part", "backorder")


@dataclass(frozen=True)
class Choices:
    """Reads only."""

    picture: Picture

    def of(self, order: Order, now: datetime) -> tuple[Choice, ...]:
        """To take what was found, if anything was; other stores that have everything, nearest first; whether delivery
        is possible; and to cancel.
        """
        part = [{"choice": "part"}] if any(s.holds_stock for s in order.shipments) else []
        delivery = [{"choice": "delivery"}] if self._can_be_delivered(order, now) else []
        return (*part, *self._stores(order, now), *delivery, {"choice": "cancel"})

    def _stores(self, order: Order, now: datetime) -> list[Choice]:
        policy = policy_of_the_rest(self.picture, order)
        where = self.picture.where(order.customer, required=False)
        wanted = wanted_again(self.picture, order, "pickup")
        found = self.picture.candidates(where, "pickup", policy, now, refused_by=order.not_again())
        stock = self.picture.stock_of(wanted.lines, found.inside)
        stores: list[Choice] = []
        for candidate in found.inside:
            request = replace(wanted, location_id=candidate.location_id)
            decision = decide(request, [candidate], stock, policy, now)
            if decision.status == "planned" and len(stores) < MAX_CHOICES:
                (shipment,) = decision.shipments
                stores.append(
                    {
                        "choice": "pickup",
                        "location_id": candidate.location_id,
                        "name": candidate.name,
                        "distance_km": views.kilometres(candidate.distance_m),
                        **views.promise(shipment.promise),
                        "timezone": shipment.promise.timezone,
                    }
                )
        return stores

    def _can_be_delivered(self, order: Order, now: datetime) -> bool:
        policy = policy_of_the_rest(self.picture, order)
        where = self.picture.where(order.customer, required=False)
        if where.point is None:
            return False
        found = self.picture.candidates(where, "delivery", policy, now, refused_by=order.not_again())
        request = wanted_again(self.picture, order, "delivery")
        look = Look(found, dict(self.picture.stock_of(request.lines, found.nearest)))
        decision, _ = decide_widely(self.picture, request, look, now, oldest_seconds=0)
        return decision.status == "planned"
