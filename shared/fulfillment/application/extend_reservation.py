"""The customer is still at it: keep the units a while longer, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.choosing import policy_again
from fulfillment.application.ports import Answer, Clock, Command, ConfigRepository, OrderRepository
from fulfillment.application.views import View
from fulfillment.application.writing import change_order
from fulfillment.domain.errors import WrongState
from fulfillment.domain.order import Change, Order
from fulfillment.domain.order_steps import extended


@dataclass(frozen=True)
class ExtendReservation:
    """Only the deadline moves: no unit and no place changes hands."""

    orders: OrderRepository
    config: ConfigRepository
    clock: Clock

    def __call__(self, order_id: str, command: Command) -> Answer:
        """200 with the order and whether its deadline moved; at the limit it did not. WrongState when it is over."""
        deadline: datetime | None = None

        def step(order: Order, now: datetime) -> Change | None:
            nonlocal deadline
            deadline = order.reservation_expires_at
            if order.is_overdue(now) or order.status != "reserved":
                status = "expired" if order.is_overdue(now) else order.status
                raise WrongState("not_reserved", f"An order that is {status} has no reservation to extend.")
            if order.hold:
                return None
            policy = policy_again(self.config, order)
            payment = order.payment
            until = policy.extended_deadline(
                payment.kind, order.since, now, payment.pay_by, scarce=order.scarce
            )
            return extended(order, until, now)

        def render(order: Order, now: datetime) -> View:
            return {**views.order(order, now), "extended": order.reservation_expires_at != deadline}

        return change_order(self.orders, self.clock, order_id, command, step, render)
