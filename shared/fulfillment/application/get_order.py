"""An order's state, shipments and choices."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.application import views
from fulfillment.application.ports import Clock, OrderRepository
from fulfillment.application.views import View
from fulfillment.domain.errors import NotFound


@dataclass(frozen=True)
class GetOrder:
    """Reads only."""

    orders: OrderRepository
    clock: Clock

    def __call__(self, order_id: str) -> View:
        """The order's view; NotFound when there is none."""
        order = self.orders.load(order_id)
        if order is None:
            raise NotFound("unknown_order", f"There is no order {order_id!r}.")
        return views.order(order, self.clock.now())
