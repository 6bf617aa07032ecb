"""Broken handlers, one bug each, of the kinds that cost others units: every one must be found by some world."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.dynamodb import order_counts, order_write
from fulfillment.adapters.dynamodb import stock as stock_rows
from fulfillment.adapters.dynamodb import transaction as transactions
from fulfillment.adapters.dynamodb.deliveries import DynamoDBDeliveries
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.adapters.messaging import EventBridgeBus
from fulfillment.application import choose, confirm_order
from fulfillment.application.notify_ports import TOPIC, Delivery
from fulfillment.application.place_order import PlaceOrder
from fulfillment.application.ports import StockShort, Write
from fulfillment.application.writing import EARLIEST
from fulfillment.domain import order as orders
from fulfillment.domain import order_steps, task_steps
from fulfillment.domain.errors import Busy
from fulfillment.domain.events import Event
from fulfillment.domain.order import Change, Order
from fulfillment.domain.stock import StockRow
from fulfillment.messages import queue
from tests.simulation.services import READERS
from tests.support.functions import handler

Plant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Plant] = {}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The router with this bug."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        yield


def mutant(plant: Plant) -> Plant:
    """Name it by its function."""
    MUTANTS[plant.__name__] = plant
    return plant


def _always(condition: str) -> str:
    """A condition that holds whatever the row says; it still uses all that it names."""
    return f"{condition} OR NOT ({condition})"


# --- checks switched off


@mutant
def the_condition_on_available_is_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_write, "still_available", _always(order_write.still_available))


@mutant
def the_idempotency_check_is_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_write, "first_time", _always(order_write.first_time))
    patch.setattr(order_write, "order_is_new", _always(order_write.order_is_new))
    patch.setattr(PlaceOrder, "_earlier", lambda *_: None)


@mutant
def the_expiry_check_is_off(patch: pytest.MonkeyPatch) -> None:
    """Only the sweep, or nobody, ends what is over: the money's door takes the reservation as it is."""
    looks = Order.is_overdue

    def overlooks(order: Order, now: Any) -> bool:
        asked_by = sys._getframe(1).f_code
        at_the_door = asked_by.co_filename.endswith("confirm_order.py") or asked_by.co_name == "confirmed"
        return not at_the_door and looks(order, now)

    patch.setattr(Order, "is_overdue", overlooks)


@mutant
def the_freshness_check_is_off(patch: pytest.MonkeyPatch) -> None:
    reads = DynamoDBStockRepository.row

    def never_seen(self: DynamoDBStockRepository, sku: str, location_id: str) -> StockRow | None:
        row = reads(self, sku, location_id)
        return replace(row, observed_at=None) if row else None

    patch.setattr(DynamoDBStockRepository, "row", never_seen)


@mutant
def the_capacity_condition_is_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_counts, "room_left", _always(f"({order_counts.room_left})"))


@mutant
def orders_are_placed_over_each_other(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_write, "first_time", _always(order_write.first_time))
    patch.setattr(order_write, "order_is_new", _always(order_write.order_is_new))


@mutant
def orders_are_changed_whoever_changed_them_meanwhile(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_write, "order_unchanged", _always(order_write.order_unchanged))


@mutant
def counts_and_movements_overwrite_what_was_reserved_meanwhile(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stock_rows, "row_unchanged", _always(stock_rows.row_unchanged))


@mutant
def a_refusal_overwrites_what_was_reserved_meanwhile(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_write, "row_unchanged", _always(order_write.row_unchanged))


@mutant
def a_movement_told_twice_counts_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stock_rows, "not_recorded", _always(stock_rows.not_recorded))


@mutant
def a_count_wipes_out_what_was_handed_over_since(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DynamoDBStockRepository, "movements_since", lambda *_: [])


@mutant
def codes_can_be_tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DynamoDBOrderRepository, "take_try", lambda *_: True)


# --- one step taken apart into two


@mutant
def stock_is_written_before_the_order(patch: pytest.MonkeyPatch) -> None:
    together = order_write._stock

    def apart(transaction: Transaction, tables: Tables, write: Write) -> None:
        if write.change.stock or write.change.replacements:
            first = Transaction(transaction._client)
            together(first, tables, write)
            first.commit()

    patch.setattr(order_write, "_stock", apart)


@mutant
def stock_is_counted_down_with_bare_updates(patch: pytest.MonkeyPatch) -> None:
    """A reply that is lost makes boto3 send it again, and it counts again. A row too few is noticed; two are not."""
    together = order_write._stock_effect

    def bare(transaction: Transaction, tables: Tables, effect: Any) -> None:
        described = Transaction(transaction._client)
        together(described, tables, effect)
        (action,) = described._actions
        try:
            transaction._client.update_item(**action.body["Update"])
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ConditionalCheckFailedException" or not action.refused:
                raise
            raise action.refused(None) from refused

    patch.setattr(order_write, "_stock_effect", bare)


@mutant
def events_are_told_after_the_write(patch: pytest.MonkeyPatch) -> None:
    writes, client_of = DynamoDBOrderRepository.write, DynamoDBOrderRepository

    def then_tells(self: DynamoDBOrderRepository, write: Write) -> None:
        quiet = replace(write, change=replace(write.change, events=()))
        writes(self, quiet)
        for n, (event_type, detail) in enumerate(write.change.events):
            order_id = write.change.order.order_id
            event = Event(f"{order_id}.{write.command_id}.{n}", event_type, write.at, order_id, detail)
            item = order_write.event_item(event, order_write.keys.event(write.command_id, n))
            self.client.put_item(TableName=self.tables.orders, Item=item)

    patch.setattr(client_of, "write", then_tells)


@mutant
def a_message_counts_as_sent_before_it_is(patch: pytest.MonkeyPatch) -> None:
    ask = DynamoDBDeliveries.of

    def marks_first(self: DynamoDBDeliveries, message_id: str) -> Delivery:
        known = ask(self, message_id)
        self.taken(message_id, TOPIC, SystemClock().now())
        return known

    patch.setattr(DynamoDBDeliveries, "of", marks_first)


# --- answers misread, and things forgotten


@mutant
def a_conflict_reads_as_sold_out(patch: pytest.MonkeyPatch) -> None:
    explains = transactions._explain

    def misreads(error: ClientError, actions: list[Any]) -> set[int]:
        reasons: Sequence[Any] = error.response.get("CancellationReasons", ())
        if any(reason.get("Code") == "TransactionConflict" for reason in reasons):
            keys = [
                a.body["Update"]["Key"]
                for a in actions
                if a.body.get("Update", {}).get("TableName") == "Stock"
            ]
            short = {(k["sku"]["S"], k["location_id"]["S"]): StockRow(k["sku"]["S"], "", 0) for k in keys}
            if short:
                raise StockShort(short) from error
        return explains(error, actions)

    patch.setattr(transactions, "_explain", misreads)


@mutant
def the_bus_loses_what_it_did_not_take(patch: pytest.MonkeyPatch) -> None:
    publishes = EventBridgeBus.publish

    def shrugs(self: EventBridgeBus, events: Sequence[Event]) -> Collection[str]:
        try:
            return publishes(self, events)
        except ClientError:
            return []

    patch.setattr(EventBridgeBus, "publish", shrugs)


@mutant
def busy_reads_as_done(patch: pytest.MonkeyPatch) -> None:
    """A queue's message that found others in its way is taken for carried out."""
    works = queue.work_through

    def drops(event: Any, context: Any, read: Any, handle: Any, parking: Any) -> Any:
        def handled(told: Any) -> None:
            try:
                handle(told)
            except (Busy, ClientError):
                return

        return works(event, context, read, handled, parking)

    for name in READERS.values():
        handler(name)
        patch.setattr(sys.modules[f"functions_{name}_app"], "work_through", drops)


@mutant
def late_money_confirms_without_reserving_again(patch: pytest.MonkeyPatch) -> None:
    steps = order_steps.confirmed_late

    def for_nothing(*arguments: Any) -> Change:
        return replace(steps(*arguments), stock=())

    patch.setattr(confirm_order, "confirmed_late", for_nothing)


@mutant
def places_are_not_given_back(patch: pytest.MonkeyPatch) -> None:
    gives_back = orders.giving_back

    def keeps(*arguments: Any) -> Any:
        stock, _ = gives_back(*arguments)
        return stock, ()

    patch.setattr(order_steps, "giving_back", keeps)


@mutant
def a_store_that_refused_is_asked_again(patch: pytest.MonkeyPatch) -> None:
    refuses = task_steps.refused

    def forgets(order: Order, *more: Any, **named: Any) -> Change:
        change = refuses(order, *more, **named)
        return replace(change, order=replace(change.order, refused_by=order.refused_by))

    patch.setattr(task_steps, "refused", forgets)


@mutant
def a_choice_is_taken_after_its_time(patch: pytest.MonkeyPatch) -> None:
    """The customer's door looks at no clock: only the sweep ends a question."""
    requires = choose.require_choice
    patch.setattr(choose, "require_choice", lambda order, wish, _now: requires(order, wish, EARLIEST))


@mutant
def a_question_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        order_write, "has_timers", lambda order: order.question is None and orders.has_timers(order)
    )


@dataclass(frozen=True)
class Found:
    """In which world, counted from the first that was looked at, and what was seen there."""

    worlds: int
    seed: int
    what: str


def hunt(name: str, worlds: Callable[[int], Sequence[str]], seeds: Sequence[int]) -> Found | None:
    """The first world of these that goes wrong with this bug."""
    with planted(name):
        for number, seed in enumerate(seeds, start=1):
            if wrong := worlds(seed):
                return Found(number, seed, wrong[0])
    return None
