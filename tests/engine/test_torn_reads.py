"""A query is no snapshot: while a transaction is being written, a reader may find one new row beside an old one.

Neither engine tears its reads, so a test puts the old row back and lets the new one appear after the first query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import orders as module
from fulfillment.adapters.dynamodb.order_write import order_item, shipment_item
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.domain.errors import Busy
from tests.support import dynamodb_local
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_shipment, an_order
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)


def put(*items: Any) -> None:
    """Write rows one by one."""
    for item in items:
        aws.dynamodb().put_item(TableName="Orders", Item=item)


def after_the_next_query(act: Callable[[], object]) -> None:
    """Let ``act`` happen once, as soon as a query was answered."""
    name, events = "after-call.dynamodb.Query", aws.dynamodb().meta.events

    def once(**_: Any) -> None:
        events.unregister(name, once)
        act()

    events.register(name, once)


@pytest.fixture
def orders(world: World, monkeypatch: pytest.MonkeyPatch) -> DynamoDBOrderRepository:
    """The repository, which does not really wait."""
    monkeypatch.setattr(module, "pause", lambda attempt: None)
    return DynamoDBOrderRepository(aws.dynamodb(), settings.read().tables)


def test_a_task_of_before_is_not_taken_for_one_of_now(orders: DynamoDBOrderRepository) -> None:
    # Given an order whose second task is written, and cannot be seen yet
    rerouted = an_order(a_shipment(status="refused"), a_shipment("kota", number=2), version=3)
    put(order_item(rerouted, MONDAY_NOON), shipment_item("A-1", rerouted.shipments[0]))
    after_the_next_query(lambda: put(shipment_item("A-1", rerouted.shipments[1])))

    # Then whoever reads sees all of it: a cancellation would else leave the second task's units reserved for ever
    assert orders.load("A-1") == rerouted


def test_a_task_ahead_of_its_order_is_not_mixed_in(orders: DynamoDBOrderRepository) -> None:
    # Given a task that is accepted in an order that does not know it yet
    order = an_order()
    accepted = replace(order.shipments[0], status="accepted")
    put(order_item(order, MONDAY_NOON), shipment_item("A-1", accepted))
    after_the_next_query(lambda: put(order_item(an_order(accepted, version=2), MONDAY_NOON)))

    # Then
    assert orders.load("A-1") == an_order(accepted, version=2)


def test_rows_that_never_agree_are_not_guessed_at(orders: DynamoDBOrderRepository) -> None:
    put(order_item(an_order(), MONDAY_NOON))

    with pytest.raises(Busy):
        orders.load("A-1")
