"""The steps staff take on a task of their own location."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.ports import (
    Answer,
    Clock,
    Command,
    OrderRepository,
    PickupCodes,
    Stale,
    StockRepository,
)
from fulfillment.application.relieve_shortfall import MAX_PAGES, TASKS_PAGE
from fulfillment.application.timetable import Timetable
from fulfillment.application.views import View
from fulfillment.application.writing import change_order
from fulfillment.domain import picking, pickup_code, putting_back, task_steps
from fulfillment.domain.basket import Money
from fulfillment.domain.errors import Conflict, NotFound
from fulfillment.domain.handover import Handover
from fulfillment.domain.order import Change, Order, Shipment, left_the_shelf, parse_task_id
from fulfillment.domain.pickup_code import CodeMark
from fulfillment.domain.service import kept_until
from fulfillment.domain.stock import RefusalReason, StockRow


@dataclass(frozen=True)
class TaskStep:
    """Which task, of which location (from the token's claims, never from the path), by whom."""

    location_id: str
    task_id: str
    by: str


@dataclass(frozen=True)
class WorkTasks:
    """accept, pick, ready, collect, ship, refuse, put back. Each answers with the task as it then is."""

    orders: OrderRepository
    stock: StockRepository
    codes: PickupCodes
    timetable: Timetable
    clock: Clock

    def accept(self, step: TaskStep, command: Command, *, take_over: bool = False) -> Answer:
        """Take the task, from another person if need be. Pressed again by the same person: nothing more happens."""

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            if task.status == "accepted" and task.accepted_by == step.by:
                return None
            return task_steps.accepted(order, task, step.by, now, take_over=take_over)

        return self._take(step, command, take)

    def pick(
        self, step: TaskStep, found: Mapping[str, int], done_at: datetime | None, command: Command
    ) -> Answer:
        """So many units of each line are off the shelf. Said again: nothing more happens."""

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            if picking.found_the_same(task, found):
                return None
            question = self.timetable.question(order, now)
            return picking.picked(order, task, found, step.by, now, question, done_at)

        return self._take(step, command, take)

    def ready(
        self, step: TaskStep, staging: str | None, done_at: datetime | None, command: Command
    ) -> Answer:
        """Put aside for the customer, who is told the code. Pressed again: nothing more happens."""

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            if task.status == "ready" and staging in (None, task.staging):
                return None
            until = kept_until(now, *self.timetable.of(order)(task))
            code = self._new_code(order, task)
            return task_steps.ready(order, task, code, until, step.by, now, staging, done_at)

        return self._take(step, command, take)

    def undo_ready(self, step: TaskStep, command: Command) -> Answer:
        """It is not ready after all; the code dies. Pressed again: nothing more happens."""

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            if task.status == "picked" and task.code_version > 1:
                return None
            return task_steps.not_ready(order, task, step.by, now)

        return self._take(step, command, take)

    def collect(
        self,
        step: TaskStep,
        said: str,
        received: Money | None,
        command: Command,
        handover: Handover | None = None,
    ) -> Answer:
        """Hand over to whoever says the code. Each try is counted before it is answered; five and it is locked, but for
        the press that said the right one in time.
        """
        right: CodeMark | None = None

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            nonlocal right
            task_steps.require_collectable(order, task, received, now)
            if task.code != right:  # after a lost race what was right is not tried again
                self._check_code(order, task, said, command)
                right = task.code
            return task_steps.collected(order, task, received, step.by, now, handover)

        return self._take(step, command, take)

    def hand_over(
        self, step: TaskStep, handover: Handover, received: Money | None, command: Command
    ) -> Answer:
        """Hand over without the code, to somebody whose document a supervisor saw."""

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            return task_steps.collected(order, task, received, step.by, now, handover)

        return self._take(step, command, take)

    def unlock(self, step: TaskStep, command: Command) -> Answer:
        """Forgive the wrong tries; the customer is told another code. Nothing to do where it is not locked."""

        def take(order: Order, task: Shipment, _now: datetime) -> Change | None:
            tried = self.orders.tries([(order.order_id, task)])
            if task.status == "ready" and tried.get((order.order_id, task.number), 0) < pickup_code.MAX_TRIES:
                return None
            renewed = replace(task, code_version=task.code_version + 1)
            return task_steps.code_renewed(order, task, self._new_code(order, renewed), step.by)

        return self._take(step, command, take)

    def ship(self, step: TaskStep, carrier: str, tracking_number: str, command: Command) -> Answer:
        """The parcel left."""

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            same = (task.carrier, task.tracking_number) == (carrier, tracking_number)
            if task.status == "shipped" and same:
                return None
            return task_steps.shipped(order, task, carrier, tracking_number, step.by, now)

        return self._take(step, command, take)

    def refuse(
        self,
        step: TaskStep,
        reason: RefusalReason,
        note: str | None,
        command: Command,
        *,
        everything: bool = False,
    ) -> Answer:
        """The store cannot. Its stock is corrected in the same write, and the order looks on elsewhere.
        ``everything``: there is nothing of these SKUs here; others' work that needs them is told to give way.
        """

        def take(order: Order, task: Shipment, now: datetime) -> Change | None:
            skus = {a.sku for a in task.allocations}
            rows: list[StockRow] = []
            if reason == "not_found" or everything:
                rows = list(self.stock.rows({(sku, task.location_id) for sku in skus}).values())
            if task.holds_stock and not task_steps.still_reserved(task, rows):
                raise Stale(order.order_id)  # somebody ended the task between the reading of order and stock
            picked = self._picked(order.order_id, task) if everything else None
            question = self.timetable.question(order, now)
            return task_steps.refused(
                order, task, reason, note, rows, now, step.by, picked, question=question
            )

        return self._take(step, command, take)

    def _picked(self, order_id: str, refused: Shipment) -> Mapping[str, int]:
        """Units by SKU that stand picked for others. The work list may be some moments behind: then a unit too
        many or too few is believed to be missing, until the count that is due anyhow.
        """
        picked = Counter[str]()
        after = None
        for _ in range(MAX_PAGES):
            page, after = self.orders.open_tasks(refused.location_id, TASKS_PAGE, after)
            for other_id, task in page:
                if left_the_shelf(task) and (other_id, task.number) != (order_id, refused.number):
                    for sku, quantity in task.units():
                        picked[sku] += quantity
            if after is None:
                break
        return picked

    def put_back(
        self,
        step: TaskStep,
        said: Mapping[str, int],
        command: Command,
        *,
        written_off: bool = False,
        done_at: datetime | None = None,
    ) -> Answer:
        """So many units by line are on the shelf again, or will never be."""

        def take(order: Order, task: Shipment, _now: datetime) -> Change | None:
            return putting_back.put_back(order, task, said, step.by, written_off=written_off, done_at=done_at)

        return self._take(step, command, take)

    def _take(
        self,
        step: TaskStep,
        command: Command,
        take: Callable[[Order, Shipment, datetime], Change | None],
    ) -> Answer:
        order_id, number = parse_task_id(step.task_id)

        def on_order(order: Order, now: datetime) -> Change | None:
            task = task_steps.of_location(order, number, step.location_id)
            task_steps.require_not_held(order)
            return take(order, task, now)

        def render(order: Order, _now: datetime) -> View:
            return views.task(order, order.shipment(number))

        try:
            look_at = self.timetable.next_look
            return change_order(self.orders, self.clock, order_id, command, on_order, render, look_at)
        except NotFound:  # an order that is not there and a task of another store read alike
            raise NotFound("unknown_task", "There is no such task at this location.") from None

    def _new_code(self, order: Order, task: Shipment) -> CodeMark:
        kid, key = self.codes.newest()
        return pickup_code.mark(key, kid, order.order_id, task.number, task.code_version)

    def _check_code(self, order: Order, task: Shipment, said: str, command: Command) -> None:
        assert task.code is not None, task  # a task that is ready has one
        key = self.codes.key(task.code.kid)  # before the try: without it nothing can be compared
        is_right = pickup_code.matches(key, order.order_id, task.number, task.code, said)
        right = (
            f"{command.command_id}.{task.code.code_version}" if is_right else None
        )  # about this code alone
        if not self.orders.take_try(order.order_id, task, pickup_code.MAX_TRIES, right):
            raise Conflict(
                "code_locked", "Too many wrong codes: this task is locked, and a supervisor must help."
            )
        if not is_right:
            raise Conflict("wrong_code", "This is not the code of this task.")
