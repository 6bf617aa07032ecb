"""The work of one location: what is to be done, most urgent first, and one task by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment.application import views
from fulfillment.application.ports import CatalogRepository, Clock, OrderRepository, StockReader
from fulfillment.application.timetable import Timetable
from fulfillment.application.views import AboutTask, View
from fulfillment.domain.errors import NotFound
from fulfillment.domain.order import Order, Shipment, parse_task_id
from fulfillment.domain.pickup_code import MAX_TRIES
from fulfillment.domain.service import service_state
from fulfillment.domain.task_steps import of_location


@dataclass(frozen=True)
class ListTasks:
    """Reads only."""

    orders: OrderRepository
    catalog: CatalogRepository
    stock: StockReader
    timetable: Timetable
    clock: Clock

    def __call__(
        self, location_id: str, most: int, after: Mapping[str, str] | None
    ) -> tuple[list[View], Mapping[str, str] | None]:
        """A page of tasks, and where it ended when there are more. ``after`` is where the last page ended."""
        found, more = self.orders.open_tasks(location_id, most, after)
        orders = self.orders.orders({order_id for order_id, _ in found})
        tasks = [
            (orders[order_id], task)
            for order_id, task in found
            if order_id in orders and orders[order_id].hold is None  # the index may lag
        ]
        return self._shown(tasks), more

    def one(self, location_id: str, task_id: str) -> View:
        """The task as it is now, also when it is not listed any more; NotFound when it is none of this location's."""
        order_id, number = parse_task_id(task_id)
        order = self.orders.load(order_id)
        if order is None:
            raise NotFound("unknown_task", "There is no such task at this location.")
        task = of_location(order, number, location_id)
        (view,) = self._shown([(order, task)])
        if task.status == "collected" and (came := self.orders.handover(order_id, number)):
            view["handover"] = views.handover(came)
        return view

    def _shown(self, tasks: Sequence[tuple[Order, Shipment]]) -> list[View]:
        skus = {(a.sku, task.location_id) for _, task in tasks for a in (*task.allocations, *task.missing)}
        contacts = self.orders.contacts({order.order_id for order, _ in tasks})
        products = self.catalog.products({sku for sku, _ in skus})
        rows = self.stock.rows(skus)
        tries = self.orders.tries([(o.order_id, task) for o, task in tasks if task.status == "ready"])
        locations = {at: self.timetable.location(at) for at in {task.location_id for _, task in tasks}}
        now = self.clock.now()
        return [
            views.task(
                order,
                task,
                AboutTask(
                    products=products,
                    contact=contacts.get(order.order_id),
                    service=service_state(
                        task, self.timetable.policy(order), locations[task.location_id], now
                    ),
                    code_locked=tries.get((order.order_id, task.number), 0) >= MAX_TRIES,
                    doubtful=any(
                        rows[a.sku, task.location_id].doubtful
                        for a in task.allocations
                        if (a.sku, task.location_id) in rows
                    ),
                ),
            )
            for order, task in tasks
        ]
