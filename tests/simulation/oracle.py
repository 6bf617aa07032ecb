"""What must be true of a world at its end, whatever went wrong in it.

``tests/support/ledger.py`` holds the rows against each other (nothing sold twice, nothing lost, every unit once, every
change told). Here they are held against what callers were told: who has a 201 has an order; the same key gave the same
answer; nobody was refused what was there all the time; nothing ran out and was confirmed all the same; whoever must
hear of something did; no guess beyond the fifth was looked at; no store saw another's tasks.
"""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fulfillment import settings
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.rows import instant_of, pages, text_of
from fulfillment.application.notify import _message_id
from fulfillment.domain.events import Event
from fulfillment.domain.order import WORK, Order, Shipment
from fulfillment.domain.pickup_code import MAX_TRIES
from fulfillment.domain.policy import Policy
from tests.simulation.calls import Call, Reply, Say
from tests.simulation.customers import ASKED_BY, what_customers_heard
from tests.simulation.stage import Stage
from tests.support.functions import CHECKOUT
from tests.support.ledger import Ledger, LedgerWrong, check_ledger, read_ledger

KEPT_LONGER = {"OrderExpired", "ReservationExtended", "OrderHeld"}
MAY_BE_PARKED = ("unknown_sku", "contradicting_count", "contradicting_movement", "in_the_future")


@dataclass(frozen=True)
class Heard:
    """A call, what its caller heard (None: nothing), and between which of the world's AWS calls."""

    call: Call
    reply: Reply | None
    begun: int
    ended: int


@dataclass
class Told:
    """Everything that callers sent and heard."""

    everything: list[Heard] = field(default_factory=list)
    accepted: dict[str, Any] = field(default_factory=dict)
    fed: list[dict[str, Any]] = field(default_factory=list)
    said: list[Say] = field(default_factory=list)
    opened: dict[tuple[str, str], int] = field(default_factory=dict)
    limited: dict[str, bool] = field(default_factory=dict)
    floor: int = 0

    def heard(self, heard: Heard) -> None:
        """Keep it."""
        self.everything.append(heard)
        if heard.reply and heard.call.resource == "/v1/orders" and heard.reply.status == 201:
            self.accepted[heard.reply.body["order_id"]] = heard.reply.body


def look_over(stage: Stage, told: Told) -> list[str]:
    """Everything that is wrong, in a world at rest."""
    try:
        ledger = check_ledger(stage.client, told.opened)
    except LedgerWrong as wrong:
        return str(wrong).splitlines()[1:]
    events = list(_events(stage.client))
    return [
        *_answers(stage, told),
        *_promises(ledger, told),
        *_refused_what_was_there(stage, told),
        *_reservations(ledger, events),
        *_hearing(stage, ledger, events),
        *_doors(told),
        *what_customers_heard(
            ledger, told.everything, told.limited, told.floor, lambda shelf, h: _least(stage, shelf, h)
        ),
        *_feed(stage, ledger, told),
    ]


def _events(client: Any) -> Iterator[Event]:
    for row in pages(client.scan, TableName="Orders", ConsistentRead=True):
        if text_of(row, "sk").startswith("EVENT#"):
            yield from_document(Event, text_of(row, "document"))


def _answers(stage: Stage, told: Told) -> Iterator[str]:
    """The same key, the same answer: the one that is kept. What had no effect is not kept, and is answered anew."""
    kept = {
        text_of(row, "idempotency_key"): text_of(row, "body")
        for row in pages(stage.client.scan, TableName="Idempotency", ConsistentRead=True)
        if "status" in row
    }
    for heard in told.everything:
        if heard.reply and heard.reply.status in (200, 201) and heard.call.staff_of is None:
            body = kept.get(f"{_sender(heard.call)}#{heard.call.key}")
            if body is not None and body != heard.reply.raw and heard.reply.body.get("extended", True):
                yield f"{heard.call.key} was answered {heard.reply.raw}, and {body} is kept"


def _sender(call: Call) -> str:
    """To whom a key belongs: from the customer's page, to the order."""
    if call.function != "customer":
        return CHECKOUT
    coded = call.path["token"].partition(".")[0]
    return f"customer#{base64.urlsafe_b64decode(coded + '=' * (-len(coded) % 4)).decode()}"


def _promises(ledger: Ledger, told: Told) -> Iterator[str]:
    for order_id in told.accepted.keys() - ledger.orders.keys():
        yield f"{order_id} was accepted and is not there"
    for said in told.said:
        if said.queue == "IntakeQueue" and f"market:{json.loads(said.body)['order_id']}" not in ledger.orders:
            yield f"an order from a queue was lost: {said.body}"


def _refused_what_was_there(stage: Stage, told: Told) -> Iterator[str]:
    """An order that one location had in full, at every moment between question and answer, is not out of stock."""
    for heard in told.everything:
        reply, body = heard.reply, heard.call.body
        if reply is None or body is None or heard.call.resource != "/v1/orders" or reply.status != 409:
            continue
        if reply.code != "out_of_stock":
            continue
        wanted = Counter[str]()
        for line in body["lines"]:
            wanted[line["sku"]] += line["quantity"]
        asked = [body["location_id"]] if body["method"] == "pickup" else list(told.limited)
        for location_id in asked:
            if told.limited[location_id]:
                continue
            if all(
                _least(stage, (sku, location_id), heard) >= units + told.floor
                for sku, units in wanted.items()
            ):
                yield f"{body['order_id']} was refused {dict(wanted)}, which {location_id} had all the time"


def _least(stage: Stage, shelf: tuple[str, str], heard: Heard) -> int:
    history = stage.shelves.get(shelf, [(0, 0)])
    before = [available for call, available in history if call < heard.begun][-1:] or [history[0][1]]
    during = [available for call, available in history if heard.begun <= call <= heard.ended]
    return min(before + during)


def _reservations(ledger: Ledger, events: list[Event]) -> Iterator[str]:
    """What was over was not confirmed without being reserved again; unless it was kept longer on the way."""
    by_order: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        by_order[event.order_id][event.type] = event
    for order_id, told in by_order.items():
        if "OrderReserved" not in told or "OrderConfirmed" not in told or KEPT_LONGER & told.keys():
            continue
        deadline = _deadline(ledger, order_id)
        if told["OrderConfirmed"].at >= deadline:
            yield f"{order_id} was confirmed at {told['OrderConfirmed'].at}, and was over at {deadline}"


def _deadline(ledger: Ledger, order_id: str) -> datetime:
    order = ledger.orders[order_id]
    return Policy().payment_deadline(order.payment.kind, order.created_at, order.payment.pay_by)


def _hearing(stage: Stage, ledger: Ledger, events: list[Event]) -> Iterator[str]:
    """Every event was on the bus; every store heard of its open work."""
    on_bus = {told["event_id"] for told in stage.services.on_bus}
    for event in events:
        if event.event_id not in on_bus:
            yield f"{event.event_id} ({event.type}) never reached the bus"
    for order in ledger.orders.values():
        for task in order.shipments if order.hold is None else ():
            if (
                task.status in WORK
                and _message_id(order.order_id, f"task|{task.number}") not in stage.services.sent
            ):
                yield f"{task.location_id} never heard of {order.order_id}~{task.number}"


def _doors(told: Told) -> Iterator[str]:
    wrong_codes = Counter[str]()
    unlocked = Counter[str]()
    for heard in told.everything:
        if heard.reply is None:
            continue
        if heard.reply.code == "wrong_code":
            wrong_codes[heard.call.path["task_id"]] += 1
        if heard.call.resource.endswith("/unlock"):
            unlocked[heard.call.path["task_id"]] += 1  # each time five more, at most
        if heard.reply.status == 500:
            yield f"{heard.call.resource} answered {heard.reply.raw}"
    for task, times in wrong_codes.items():
        if times > MAX_TRIES * (1 + unlocked[task]):
            yield f"{task}: {times} wrong codes were looked at"


def _feed(stage: Stage, ledger: Ledger, told: Told) -> Iterator[str]:
    """Everything a till said was taken, or put aside for a reason."""
    parked: set[str] = set()
    for body, reason in stage.services.parked:
        parked.add(json.dumps(json.loads(body), sort_keys=True))
        if not reason.startswith(MAY_BE_PARKED):
            yield f"put aside as {reason}: {body}"
    newest: dict[tuple[str, str], datetime] = {}
    for said in told.fed:
        if json.dumps(said, sort_keys=True) in parked:
            continue
        shelf = (said["sku"], said["location_id"])
        if said["type"] == "count":
            at = datetime.fromisoformat(said["observed_at"])
            newest[shelf] = max(at, newest.get(shelf, at))
        elif said["movement_id"] not in {m.movement_id for m in ledger.movements.get(shelf, ())}:
            yield f"a movement was lost: {said}"
    for shelf, at in newest.items():
        seen_at = instant_of(ledger.stock[shelf], "observed_at")
        if seen_at != at:
            yield f"{shelf} was counted at {at}, and the row says {seen_at}"


def still_reserved(stage: Stage) -> list[str]:
    """A day later nothing is set aside any more for somebody who never paid."""
    found = pages(stage.client.scan, TableName="Orders", ConsistentRead=True)
    rows = [row for row in found if text_of(row, "sk") == "ORDER"]
    return [
        f"{text_of(row, 'order_id')} is still reserved"
        for row in rows
        if text_of(row, "status") == "reserved"
    ]


def still_waiting(stage: Stage) -> list[str]:
    """A fortnight later nothing waits for somebody without anybody having been told, and nothing waits for ever."""
    ledger = read_ledger(stage.client, settings.read().tables)
    return [wrong for order in ledger.orders.values() for wrong in _waiting_in(ledger, order)]


def _waiting_in(ledger: Ledger, order: Order) -> Iterator[str]:
    told, story = ledger.events[order.order_id], ledger.story.get(order.order_id, ())
    yield from _unanswered(order, story)
    for task in order.shipments:
        name = f"{order.order_id}~{task.number}"
        overdue = {
            e.detail["reason"] for e in story if e.type == "TaskOverdue" and e.detail["task_id"] == name
        }
        if task.status == "uncollected":
            yield from _put_aside_once(ledger, order, task)
        if order.status != "confirmed" or order.hold is not None or task.status not in WORK:
            continue
        if task.status == "ready":
            yield f"{name} still waits for its customer, until {task.collect_until}"
        elif "not_ready" not in overdue:
            yield f"{name} is {task.status}, and operations never heard that it is late"
        if task.status == "open" and order.method == "delivery":
            yield f"{name} was never accepted, and never offered elsewhere"
        if task.status == "open" and order.method == "pickup" and "not_accepted" not in overdue:
            yield f"{name} was never accepted, and nobody heard"
    happened = sum(task.status == "uncollected" for task in order.shipments)
    if told["TaskUncollected"] != happened:
        yield f"{order.order_id}: TaskUncollected was told {told['TaskUncollected']} times, happened {happened}"
    if happened:
        yield from _paid_back_once(order, [e.detail for e in story if e.type == "RefundRequired"])


def _unanswered(order: Order, story: Sequence[Event]) -> Iterator[str]:
    """Who was asked and said nothing is not asked for ever; was reminded once at most; and is paid back, once."""
    if order.status == "needs_choice" and order.hold is None:
        yield f"{order.order_id} still waits for its customer to choose, until {order.question}"
    ends = [event for event in story if event.detail.get("reason") == "no_choice"]
    due = ["OrderCancelled", "RefundRequired"] if order.payment.state == "captured" else ["OrderCancelled"]
    if ends and (sorted(end.type for end in ends) != due or order.status != "cancelled"):
        yield f"{order.order_id} ({order.status}) was not answered: {ends}"
    yield from _chosen_in_time(order, story)
    asked = sum(event.type in ASKED_BY or event.type == "OrderReleased" for event in story)
    if (reminded := sum(event.type == "ChoiceReminded" for event in story)) > asked:
        yield f"{order.order_id}: its customer was asked {asked} times, and reminded {reminded} times"


def _chosen_in_time(order: Order, story: Sequence[Event]) -> Iterator[str]:
    """Nothing was moved for whoever chose when the time that they were told was over."""
    until = None
    for event in story:
        if event.type == "ChoiceRequired":
            until = datetime.fromisoformat(event.detail["choose_until"])
        elif event.type in ASKED_BY or event.type == "OrderReleased":
            until = None  # anew
        elif event.type == "ChoiceMade" and event.detail["choice"] != "cancel":
            if until is not None and event.at >= until:
                yield f"{order.order_id} was chosen for at {event.at}, and that was over at {until}"
            until = None


def _paid_back_once(order: Order, refunds: list[Mapping[str, Any]]) -> Iterator[str]:
    """What was not collected is paid back if it was paid, and no line twice: some may have been cancelled before."""
    due = sum(refund["reason"] == "uncollected" for refund in refunds)
    if (due == 1) != (order.payment.state == "captured"):
        yield f"{order.order_id} was not collected: {due} refunds, {order.payment.state}"
    lines = Counter(line for refund in refunds for line in refund.get("lines", ()))
    if any(times > 1 for times in lines.values()):
        yield f"{order.order_id}: lines are paid back more than once: {dict(lines)}"


def _put_aside_once(ledger: Ledger, order: Order, task: Shipment) -> Iterator[str]:
    """Its units stand aside, each once."""
    held = Counter[str]()
    for sku, quantity in task.units():
        held[sku] += quantity
    for sku, units in held.items():
        moved = ledger.movements.get((sku, task.location_id), ())
        aside = sum(m.blocked_change for m in moved if m.order_id == order.order_id and m.kind == "refusal")
        if aside != units:
            yield f"{order.order_id}: {aside} units of {sku} stand aside, not {units}"
