"""Who hears what of an event, each message under one id however often the event is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from fulfillment.application.notices import customer_notice, store_notice
from fulfillment.application.ports import (
    CatalogRepository,
    Clock,
    LocationRepository,
    Message,
    Messenger,
    OrderRepository,
    PickupCodes,
    SentMessages,
)
from fulfillment.domain import pickup_code
from fulfillment.domain.events import Event
from fulfillment.domain.order import WORK, CustomerContact, Order, Shipment, parse_task_id

TO_STORES = frozenset({"OrderConfirmed", "OrderRerouted", "OrderReleased"})
TO_CUSTOMER = frozenset(
    {
        "OrderConfirmed",
        "TaskReady",
        "TaskShipped",
        "ChoiceRequired",
        "OrderCancelled",
        "OrderExpired",
        "OrderUnfillable",
    }
)


@dataclass(frozen=True)
class Notify:
    """Sends, then remembers that it sent: a crash in between repeats the message under the same id."""

    orders: OrderRepository
    locations: LocationRepository
    catalog: CatalogRepository
    codes: PickupCodes
    messenger: Messenger
    sent: SentMessages
    clock: Clock

    def __call__(self, event: Event) -> int:
        """How many messages went out now; 0 when all of them had before, or nobody is to hear."""
        order = self.orders.load(event.order_id)
        if order is None:
            return 0
        count = 0
        for message in self._messages(event, order):
            if not self.sent.was_sent(message.message_id):
                self.messenger.send(message)
                self.sent.mark_sent(message.message_id, self.clock.now())
                count += 1
        return count

    def _messages(self, event: Event, order: Order) -> Sequence[Message]:
        tasks = [order.shipment(parse_task_id(t["task_id"])[1]) for t in event.detail.get("tasks", ())]
        if "task_id" in event.detail:
            tasks = [order.shipment(parse_task_id(event.detail["task_id"])[1])]
        if "replaced_by" in event.detail:
            return []  # the customer goes on with the order that took its place
        if event.type == "TaskReady" and tasks[0].status != "ready":
            return []  # refused or cancelled since: nobody must come for it
        to_stores = event.type in TO_STORES and order.hold is None  # else they hear when it is released
        told = [t for t in tasks if t.status in WORK] if to_stores else []
        if event.type == "TaskRefused" and event.detail["reason"] == "stock_short":
            told = tasks  # it was not the store that said no: nobody there must go on with it
        messages = [self._to_store(event, order, t) for t in told]
        contact = self.orders.contact(order.order_id) if event.type in TO_CUSTOMER else None
        if contact:
            messages.append(self._to_customer(event, order, tasks, contact))
        return messages

    def _to_store(self, event: Event, order: Order, task: Shipment) -> Message:
        found = self.locations.get(task.location_id)
        assert found is not None, task.location_id  # a location that has tasks is never deleted
        products = self.catalog.products({a.sku for a in task.allocations})
        subject, text = store_notice(order, task, found[0], products)
        # Whatever event brings it: a store hears of a task once, and once that it is called off.
        what = "called_off" if event.type == "TaskRefused" else "task"
        message_id = _message_id(order.order_id, f"{what}|{task.number}")
        attributes = {"location_id": task.location_id, "event": event.type, "message_id": message_id}
        return Message(message_id, "store", subject, text, attributes)

    def _to_customer(
        self, event: Event, order: Order, tasks: Sequence[Shipment], contact: CustomerContact
    ) -> Message:
        locations = {}
        for task in tasks:
            if found := self.locations.get(task.location_id):
                locations[task.location_id] = found[0]
        code = self._code(order, tasks) if event.type == "TaskReady" else None
        subject, text = customer_notice(event, order, tasks, locations, contact, code)
        message_id = _message_id(event.event_id, "customer")
        attributes = {
            "event": event.type,
            "locale": contact.locale,
            "message_id": message_id,
            "channel": contact.notify[0] if contact.notify else ("sms" if contact.phone else "email"),
        }
        address = {key: value for key, value in (("phone", contact.phone), ("email", contact.email)) if value}
        return Message(message_id, "customer", subject, text, attributes, address)

    def _code(self, order: Order, tasks: Sequence[Shipment]) -> str:
        (task,) = tasks
        assert task.code is not None, task  # a task that is ready has one
        key = self.codes.key(task.code.kid)
        code = pickup_code.derive(key, order.order_id, task.number, task.code.code_version)
        return pickup_code.shown(code)


def _message_id(event_id: str, receiver: str) -> str:
    return "msg_" + sha256(f"{event_id}|{receiver}".encode()).hexdigest()[:24]
