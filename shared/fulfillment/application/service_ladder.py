"""Time passes: what nobody accepts, readies, comes for or answers is noticed and ended, once, whoever sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.application.ports import Clock, OrderRepository, Stale, Write
from fulfillment.application.timetable import Timetable
from fulfillment.application.writing import movements_of
from fulfillment.domain.order import Order, task_id
from fulfillment.domain.service import Due, next_due, next_look, taken

LADDER_MOST = 500  # orders in one run; at 25 ms each they leave the reservations most of the minute
MOST_STEPS = 20  # of one order in one run: a reminder, a refusal or two, for each of its parcels


@dataclass(frozen=True)
class ServiceLadder:
    """Each step is conditional on the order as it was read: of two sweeps, or a sweep and a person, one wins."""

    orders: OrderRepository
    timetable: Timetable
    clock: Clock

    def sweep(self) -> int:
        """Look at all whose time has come; answers how many steps were taken. ExceptionGroup names what failed."""
        taken_steps, failed = 0, dict[str, Exception]()
        for order_id in self.orders.to_look_at(self.clock.now(), LADDER_MOST):
            try:
                taken_steps += self.one(order_id)
            except Exception as error:  # noqa: BLE001 - one broken order must not keep all others waiting
                failed[order_id] = error
        if failed:
            raise ExceptionGroup(f"could not look at {', '.join(failed)}", list(failed.values()))
        return taken_steps

    def one(self, order_id: str) -> int:
        """Take the steps of this order that are due, and note when to look again. Whoever changes the order meanwhile
        wins: the next sweep finds what is left.
        """
        for steps in range(MOST_STEPS):
            order = self.orders.load(order_id)
            if order is None:
                return steps
            now = self.clock.now()
            due = next_due(order, self.timetable.of(order), now)
            try:
                if due is None or due.at > now:
                    self.orders.look_later(order, next_look(order, self.timetable.of(order), now))
                    return steps
                if self._take(order, due, now) > now:
                    return steps + 1
            except Stale:
                return steps
        return MOST_STEPS

    def _take(self, order: Order, due: Due, now: datetime) -> datetime:
        change = taken(order, due, now)
        command_id = f"ladder.{task_id(order.order_id, due.number)}.{due.step}"
        look_at = next_look(change.order, self.timetable.of(order), now)
        self.orders.write(
            Write(
                command_id,
                change,
                order,
                now,
                movements=movements_of(change, command_id, now),
                look_at=look_at,
            )
        )
        return look_at


@dataclass(frozen=True)
class EveryMinute:
    """Both sweeps; neither waits for the other to be free of faults."""

    expire: ExpireReservations
    ladder: ServiceLadder

    def __call__(self) -> tuple[int, int]:
        """(reservations that ended, steps of the ladder). ExceptionGroup when an order could not be dealt with."""
        done: list[int] = []
        failed: list[Exception] = []
        for sweep in (self.expire.sweep, self.ladder.sweep):
            try:
                done.append(sweep())
            except Exception as error:  # noqa: BLE001 - raised below, when the other has had its turn
                failed.append(error)
        if failed:
            raise ExceptionGroup("; ".join(str(error) for error in failed), failed)
        ended, steps = done
        return ended, steps
