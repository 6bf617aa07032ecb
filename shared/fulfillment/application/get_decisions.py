"""Why an order is supplied from where it is: its decisions, with everything that was weighed."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.application import decision_views
from fulfillment.application.decision_record import Record, unpack
from fulfillment.application.plain_values import Unreadable
from fulfillment.application.ports import OrderRepository
from fulfillment.application.views import View
from fulfillment.domain.errors import NotFound


@dataclass(frozen=True)
class GetDecisions:
    """Reads only. Shows what plans cost: for operations and customer service, never for a checkout."""

    orders: OrderRepository

    def __call__(self, order_id: str) -> View:
        """The decisions as they were taken, the first one first; NotFound when there is no such order.

        What no router of this version can read is named, and does not hide the others.
        """
        kept: list[tuple[str, Record]] = []
        unreadable: list[str] = []
        for command_id, packed in self.orders.decisions(order_id):
            try:
                kept.append((command_id, unpack(packed)))
            except Unreadable:
                unreadable.append(command_id)
        if not kept and not unreadable and self.orders.load(order_id) is None:
            raise NotFound("unknown_order", f"There is no order {order_id!r}.")
        kept.sort(key=lambda one: (one[1].decision.decided_at, one[0]))
        view: View = {
            "order_id": order_id,
            "decisions": [
                {
                    "command_id": command_id,
                    **decision_views.decision(
                        record.decision, record.candidates, record.policy.costs.currency
                    ),
                }
                for command_id, record in kept
            ],
        }
        return view | ({"unreadable": sorted(unreadable)} if unreadable else {})
