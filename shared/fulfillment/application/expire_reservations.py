"""Unpaid reservations end at their time: the units come back, once, whoever notices first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.ports import Clock, Command, Held, OrderRepository
from fulfillment.application.writing import change_order
from fulfillment.domain.basket import Line
from fulfillment.domain.decision import Decision
from fulfillment.domain.order import Change, Order
from fulfillment.domain.order_steps import expired

BUYER_MOST = 25  # that a buyer who is found short ends on the way; the sweep does the rest
BROKEN = (AssertionError, LookupError, TypeError, ValueError)  # raised by an order whose own rows are wrong
SWEEP_MOST = 500  # in one run of the sweep; at 20 ms each it stays within the minute until the next


@dataclass(frozen=True)
class ExpireReservations:
    """The same idempotent step for the sweep, for a buyer found short and for money that comes late."""

    orders: OrderRepository
    clock: Clock

    def sweep(self) -> int:
        """End what is over by now; answers how many. ExceptionGroup names those that could not be ended."""
        ended, failed = self._end_all(self.orders.overdue(self.clock.now(), SWEEP_MOST))
        if failed:
            raise ExceptionGroup(f"could not end {', '.join(failed)}", list(failed.values()))
        return ended

    def holding(self, lines: Sequence[Line]) -> int:
        """End what is over of these lines' SKUs, wherever it is kept."""
        return self.in_the_way(Held(frozenset(line.sku for line in lines)))

    def in_the_way(self, held: Held) -> int:
        """The same as the sweep for a buyer who is about to hear no: end what is over and holds some of this.

        An order that is broken is the sweep's to report; but when nothing could be ended because others or AWS stood
        in the way, that is raised: it must never read as "sold out".
        """
        ended, failed = self._end_all(self.orders.overdue(self.clock.now(), BUYER_MOST, held))
        trouble = [error for error in failed.values() if not isinstance(error, BROKEN)]
        if trouble and not ended:
            raise trouble[0]
        return ended

    def _end_all(self, order_ids: Sequence[str]) -> tuple[int, dict[str, Exception]]:
        failed: dict[str, Exception] = {}
        for order_id in order_ids:
            try:
                self.one(order_id)
            except Exception as error:  # noqa: BLE001 - one broken order must not keep the units of all others
                failed[order_id] = error
        return len(order_ids) - len(failed), failed

    def one(self, order_id: str) -> None:
        """End this reservation if it is over; nothing happens to one that is paid, cancelled or still good."""

        def step(order: Order, now: datetime) -> Change | None:
            return expired(order, now) if order.is_overdue(now) else None

        command = Command(command_id=f"expire.{order_id}", fingerprint="expire")
        change_order(self.orders, self.clock, order_id, command, step, views.order)


def kept_from(lines: Sequence[Line], decision: Decision, location_id: str | None) -> Held:
    """What the decision lacked, that somebody else may hold who never paid: units (of the one store, where it was
    chosen) and places in hours that are full.
    """
    full = {v.location_id for v in decision.candidates if v.reason == "capacity_full"}
    return Held(frozenset(line.sku for line in lines), location_id, frozenset(full))
