"""An order that a person or a check stops, and lets go on: it loses neither units nor places meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.ports import Answer, Clock, Command, OrderRepository
from fulfillment.application.timetable import Timetable
from fulfillment.application.writing import change_order
from fulfillment.domain.hold_steps import held, released
from fulfillment.domain.order import Change, Hold, Order


@dataclass(frozen=True)
class HoldOrder:
    """Doing it twice does it once: the first reason stays."""

    orders: OrderRepository
    timetable: Timetable
    clock: Clock

    def hold(self, order_id: str, reason: str, note: str | None, command: Command) -> Answer:
        """200 with the held order. WrongState when it ended."""

        def step(order: Order, now: datetime) -> Change | None:
            return held(order, Hold(reason, now, note))

        return change_order(self.orders, self.clock, order_id, command, step, views.order)

    def release(self, order_id: str, command: Command) -> Answer:
        """200 with the order, which goes on where it was; also when nobody held it."""

        def step(order: Order, now: datetime) -> Change | None:
            return released(order, now, self.timetable.question(order, now))

        return change_order(self.orders, self.clock, order_id, command, step, views.order)
