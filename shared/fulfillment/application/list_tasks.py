"""The open tasks of one location, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fulfillment.application import views
from fulfillment.application.ports import CatalogRepository, OrderRepository
from fulfillment.application.views import View


@dataclass(frozen=True)
class ListTasks:
    """Reads only. ``after`` is where the last page ended."""

    orders: OrderRepository
    catalog: CatalogRepository

    def __call__(
        self, location_id: str, most: int, after: Mapping[str, str] | None
    ) -> tuple[list[View], Mapping[str, str] | None]:
        """A page of tasks, and where it ended when there are more."""
        found, more = self.orders.open_tasks(location_id, most, after)
        order_ids = {order_id for order_id, _ in found}
        orders = self.orders.orders(order_ids)
        contacts = self.orders.contacts(order_ids)
        products = self.catalog.products({a.sku for _, task in found for a in task.allocations})
        return [
            views.task(order_id, task, orders[order_id].method, products, contacts.get(order_id))
            for order_id, task in found
            if order_id in orders and orders[order_id].hold is None  # the index may lag
        ], more
