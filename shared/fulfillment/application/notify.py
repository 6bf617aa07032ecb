"""Who hears what of an event, by which channel, each message under one id however often the event is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from fulfillment.application import channels, notices
from fulfillment.application.channels import ByChannel, Told
from fulfillment.application.customer_links import customer_link
from fulfillment.application.notify_ports import TOPIC, Again, Deliveries, Message, Messenger
from fulfillment.application.ports import (
    CatalogRepository,
    Clock,
    LocationRepository,
    OrderRepository,
    PickupCodes,
)
from fulfillment.application.wake_store import WakeStore
from fulfillment.domain import pickup_code
from fulfillment.domain.events import Event
from fulfillment.domain.location import Location
from fulfillment.domain.order import WORK, CustomerContact, Order, Shipment, parse_task_id

TO_STORES = frozenset({"OrderConfirmed", "OrderRerouted", "OrderReleased"})
# To its store, each time it happens. A choice names a task where it goes on with what was found.
ABOUT_ONE_TASK = frozenset({"TaskReminded", "CustomerOnTheWay", "ChoiceMade"})
WITH_CODE = frozenset({"TaskReady", "CodeRenewed", "CollectReminded"})
ASKED = frozenset({"ChoiceRequired", "ChoiceReminded"})
PLEASE_WAIT = frozenset({"TaskNotReady", "TaskOverdue"})
TO_BE_READY = WORK - {"ready"}
TO_CUSTOMER = frozenset(
    {
        "OrderConfirmed",
        "TaskReady",
        "TaskNotReady",
        "TaskShipped",
        "TaskOverdue",
        "TaskUncollected",
        "CodeRenewed",
        "CollectReminded",
        "ChoiceRequired",
        "ChoiceReminded",
        "ChoiceMade",
        "OrderCancelled",
        "OrderExpired",
        "OrderUnfillable",
    }
)


@dataclass(frozen=True)
class Notify:
    """Tells stores by their topic (and wakes those that do not look), and customers by the channels they chose.

    ``public_url`` is where the customer's page is served; empty: messages have no link.
    """

    orders: OrderRepository
    locations: LocationRepository
    catalog: CatalogRepository
    codes: PickupCodes
    to_store: Messenger
    to_customer: ByChannel
    deliveries: Deliveries
    wake: WakeStore
    again: Again
    clock: Clock
    public_url: str = ""

    def __call__(self, event: Event) -> Told:
        """What went out now; nothing when all of it had before, or nobody is to hear."""
        told = Told()
        order = self.orders.load(event.order_id)
        if order is None or "replaced_by" in event.detail:
            return told  # the customer goes on with the order that took its place
        tasks = _tasks(event, order)
        to_stores = [self._to_store(event, order, task) for task in _for_stores(event, order, tasks)]
        hears = self._customer_hears(event, order, tasks)
        if contact := self.orders.contact(order.order_id) if hears else None:
            to_customer = self._to_customer(event, order, tasks, contact)
        for message, location, task in to_stores:
            self._tell_store(event, message, location, order, task, told)
        if contact:
            self._tell_customer(event, to_customer, tasks, contact, told)
        if told.again_in is not None:  # once, and last: for each store or before a failure, it would multiply
            self.again.tell(event, told.again_in)
        return told

    def _customer_hears(self, event: Event, order: Order, tasks: Sequence[Shipment]) -> bool:
        if event.type in WITH_CODE and tasks[0].status != "ready":
            return False  # refused, undone or cancelled since: nobody must come for it
        if event.type in PLEASE_WAIT and tasks[0].status not in TO_BE_READY:
            return False  # it is ready meanwhile, or over: that is what they heard, or will
        if event.type == "OrderCancelled" and event.detail.get("reason") == "uncollected":
            return False  # they did not ask for it, and hear that nobody came
        if event.type == "ChoiceMade" and event.detail["choice"] == "cancel":
            return False  # they hear that it is cancelled
        if event.type in ASKED and (order.status != "needs_choice" or order.is_unanswered(self.clock.now())):
            return False  # they have chosen since, or it is too late
        if event.type == "TaskOverdue" and order.method == "delivery":
            return False  # it goes on from elsewhere
        return event.type in TO_CUSTOMER

    def _tell_store(
        self, event: Event, message: Message, location: Location, order: Order, task: Shipment, told: Told
    ) -> None:
        known = self.deliveries.of(message.message_id)
        if TOPIC not in known.taken:
            self.to_store.send(message)
            self.deliveries.taken(message.message_id, TOPIC, self.clock.now())
            told.sent += 1
        told.add(self.wake(event, message, location, order, task, known))

    def _tell_customer(
        self,
        event: Event,
        message: Message,
        tasks: Sequence[Shipment],
        contact: CustomerContact,
        told: Told,
    ) -> None:
        known = self.deliveries.of(message.message_id)
        if known.under_way:
            return
        if known.failed and event.type == "OrderConfirmed" and any(t.status == "ready" for t in tasks):
            return  # a channel gave it up since: "do not come yet" must not come after "ready"
        ways = channels.of_customer(contact, self.to_customer.messengers)
        told.add(self.to_customer.send(event, message, ways, known))

    def _to_store(self, event: Event, order: Order, task: Shipment) -> tuple[Message, Location, Shipment]:
        found = self.locations.get(task.location_id)
        assert found is not None, task.location_id  # a location that has tasks is never deleted
        location, _ = found
        products = self.catalog.products({a.sku for a in task.allocations})
        words, lang = notices.store_words(event, task), notices.store_language(location)
        facts = notices.store_facts(order, task, location, products)
        subject, text = notices.store_notice(words, facts, lang)
        # Whatever event brings it: a store hears of a task once, and once that it is called off.
        message_id = (
            _message_id(event.event_id, "store")
            if event.type in ABOUT_ONE_TASK
            else _message_id(order.order_id, f"{words}|{task.number}")
        )
        attributes = {"location_id": task.location_id, "event": event.type, "message_id": message_id}
        message = Message(
            message_id, "store", subject, text, attributes, words=f"store.{words}", facts=facts, language=lang
        )
        return message, location, task

    def _to_customer(
        self, event: Event, order: Order, tasks: Sequence[Shipment], contact: CustomerContact
    ) -> Message:
        locations = {}
        for task in tasks:
            if found := self.locations.get(task.location_id):
                locations[task.location_id] = found[0]
        code = self._code(order, tasks) if event.type in WITH_CODE else None
        link = f"{self.public_url}/c/{customer_link(self.codes, order.order_id)}" if self.public_url else ""
        about = (event, order, tasks, locations, contact, code, link)
        subject, text = notices.customer_notice(*about)
        message_id = _message_id(event.event_id, "customer")
        attributes = {
            "event": event.type,
            "locale": contact.locale,
            "message_id": message_id,
            "channel": channels.wanted(contact)[0],
        }
        return Message(
            message_id,
            "customer",
            subject,
            text,
            attributes,
            {key: value for key, value in (("phone", contact.phone), ("email", contact.email)) if value},
            words=".".join(notices.customer_words(event, order)),
            facts=notices.customer_facts(*about),
            language=notices.language(contact.locale),
        )

    def _code(self, order: Order, tasks: Sequence[Shipment]) -> str:
        (task,) = tasks
        assert task.code is not None, task  # a task that is ready has one
        key = self.codes.key(task.code.kid)
        code = pickup_code.derive(key, order.order_id, task.number, task.code.code_version)
        return pickup_code.shown(code)


def _tasks(event: Event, order: Order) -> Sequence[Shipment]:
    """The tasks that the event speaks of."""
    named = [event.detail] if "task_id" in event.detail else event.detail.get("tasks", ())
    return [order.shipment(parse_task_id(task["task_id"])[1]) for task in named]


def _for_stores(event: Event, order: Order, tasks: Sequence[Shipment]) -> Iterator[Shipment]:
    """The tasks whose stores hear of it."""
    if event.type == "TaskRefused" and event.detail["reason"] == "stock_short":
        yield from tasks  # it was not the store that said no: nobody there must go on with it
    elif (
        event.type in TO_STORES | ABOUT_ONE_TASK and order.hold is None
    ):  # else they hear when it is released
        yield from (task for task in tasks if task.status in WORK)


def _message_id(event_id: str, receiver: str) -> str:
    return "msg_" + sha256(f"{event_id}|{receiver}".encode()).hexdigest()[:24]
