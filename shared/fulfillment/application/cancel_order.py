"""Let go of an order, whole or by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.application.ports import Answer, Clock, Command, OrderRepository, Stale
from fulfillment.application.writing import change_order
from fulfillment.domain.order import Change, Order
from fulfillment.domain.order_steps import cancelled, lines_cancelled


@dataclass(frozen=True)
class CancelOrder:
    """Units of tasks that were not picked go back on sale; picked ones are put aside until staff put them back."""

    orders: OrderRepository
    expire: ExpireReservations
    clock: Clock

    def __call__(self, order_id: str, line_ids: frozenset[str], command: Command) -> Answer:
        """200 with the order. ``line_ids`` empty: the whole order. WrongState when it ended or was handed over."""

        def step(order: Order, now: datetime) -> Change | None:
            if order.is_overdue(now):
                self.expire.one(order_id)
                raise Stale(order_id)
            if order.status == "cancelled" and not line_ids:
                return None
            return lines_cancelled(order, line_ids, now) if line_ids else cancelled(order, now)

        return change_order(self.orders, self.clock, order_id, command, step, views.order)
