"""A shelf holds less than was promised of it: the youngest work that nobody picked gives way, and no more than that."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.ports import Clock, Command, Held, OrderRepository, Stale, StockRepository
from fulfillment.application.timetable import Timetable
from fulfillment.application.writing import change_order
from fulfillment.domain.errors import Busy
from fulfillment.domain.order import Change, Order
from fulfillment.domain.order_steps import expired, given_up
from fulfillment.domain.shortage import GIVES_WAY, freed_at, only_while, short_of
from fulfillment.domain.stock import StockRow
from fulfillment.domain.task_steps import refused

TASKS_PAGE = 200
# Of one location's work list, most urgent first: 4,000 tasks are weeks of the largest store's work. A store with more
# has its shortfall told, not relieved from beyond.
MAX_PAGES = 20


@dataclass(frozen=True)
class Relief:
    """How much work gave way, and how many promised units are short all the same: then a person must look."""

    taken: int
    missing: int


@dataclass(frozen=True)
class RelieveShortfall:
    """Unpaid reservations end first, as if their time were over; then tasks go elsewhere, as if the store had refused.

    What a person holds keeps its units. Safe to repeat, and safe at once with another of the same shelf: each step is
    written only while the shelf is as it was read, and is short.
    """

    orders: OrderRepository
    stock: StockRepository
    timetable: Timetable
    clock: Clock

    def __call__(self, sku: str, location_id: str, command: Command) -> Relief:
        """Busy when others keep changing the shelf; ExceptionGroup when work could not be taken and units are short."""
        taken, failed = 0, []
        for order_id, number in self._youngest_first(sku, location_id):
            if not self._short(sku, location_id):
                break
            try:
                taken += self._take(order_id, number, (sku, location_id), command)
            except Busy:
                raise  # the next one is older: it must not give way because somebody is quick
            except Exception as error:  # noqa: BLE001 - one broken order must not keep all others promised
                failed.append(error)
        missing = self._short(sku, location_id)
        if missing and failed:
            raise ExceptionGroup(f"{sku} at {location_id} stays {missing} short", failed)
        return Relief(taken, missing)

    def _short(self, sku: str, location_id: str) -> int:
        row = self.stock.row(sku, location_id)
        return short_of(row) if row else 0

    def _youngest_first(self, sku: str, location_id: str) -> Iterator[tuple[str, int | None]]:
        """(order, None) of what is unpaid, then (order, task): hints, each is read again before it gives way."""
        unpaid = self.orders.unpaid(Held(frozenset({sku}), location_id))
        yield from ((order_id, None) for order_id in self._by_age(unpaid))
        numbers: dict[str, list[int]] = {}
        for order_id, number in self._tasks(sku, location_id):
            numbers.setdefault(order_id, []).append(number)
        for order_id in self._by_age(numbers):
            yield from ((order_id, number) for number in sorted(numbers[order_id], reverse=True))

    def _by_age(self, order_ids: Collection[str]) -> list[str]:
        known = self.orders.orders(order_ids)
        return sorted(known, key=lambda order_id: (known[order_id].created_at, order_id), reverse=True)

    def _tasks(self, sku: str, location_id: str) -> Iterator[tuple[str, int]]:
        after = None
        for _ in range(MAX_PAGES):
            page, after = self.orders.open_tasks(location_id, TASKS_PAGE, after)
            for order_id, task in page:
                if task.status in GIVES_WAY and any(a.sku == sku for a in task.allocations):
                    yield order_id, task.number
            if after is None:
                return

    def _take(self, order_id: str, number: int | None, shelf: tuple[str, str], command: Command) -> bool:
        """End this work if it still may give way and the shelf is short; whether it was ended."""
        ended = False

        def step(order: Order, now: datetime) -> Change | None:
            nonlocal ended
            row = self.stock.row(*shelf)
            change = None
            if row is not None and row.available < 0:
                change = _unpaid(order, row, now) if number is None else self._task(order, number, row, now)
            ended = change is not None
            return change

        named = replace(command, command_id=f"{command.command_id}.{number or 0}")
        change_order(self.orders, self.clock, order_id, named, step, views.order)
        return ended

    def _task(self, order: Order, number: int, row: StockRow, now: datetime) -> Change | None:
        task = order.shipment(number)
        if task.status not in GIVES_WAY or task.location_id != row.location_id or order.hold is not None:
            return None
        question = self.timetable.question(order, now)
        return _given_way(refused(order, task, "stock_short", None, (), now, question=question), row)


def _unpaid(order: Order, row: StockRow, now: datetime) -> Change | None:
    if order.status != "reserved" or order.hold is not None:
        return None
    if order.is_overdue(now):
        return expired(order, now)
    return _given_way(given_up(order, now), row)


def _given_way(change: Change, row: StockRow) -> Change | None:
    if freed_at(change, row) > row.reserved:
        raise Stale(change.order.order_id)  # somebody ended it between the reading of order and shelf
    return only_while(change, row)
