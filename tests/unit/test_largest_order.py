"""The largest order that a decision may plan fits one transaction, whatever else it brings."""

from __future__ import annotations

from dataclasses import replace

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.order_write import add_write
from fulfillment.adapters.dynamodb.transaction import MAX_ACTIONS, Transaction
from fulfillment.api.policy_parts import MOST_SHIPMENTS
from fulfillment.application.ports import Answer, Write
from fulfillment.domain import order_steps
from fulfillment.domain.decision import Allocation, Decision, PlannedShipment
from fulfillment.domain.routing.attempt import MAX_STOCK_ROWS
from fulfillment.domain.unpaid import Unpaid
from tests.support.builders import MONDAY_NOON, a_line
from tests.support.values import a_contact, a_promise, a_reservation
from tests.support.world import World


def test_the_most_rows_from_the_most_locations_unpaid_is_as_much_as_fits(world: World) -> None:
    # Given a plan of as many shelves as there may be, at as many locations
    shelves = [Allocation(str(n), f"sku{n}", 1) for n in range(MAX_STOCK_ROWS)]
    plan = tuple(
        PlannedShipment(f"store{n}", tuple(shelves[n::MOST_SHIPMENTS]), a_promise(), 900, "java", 5)
        for n in range(MOST_SHIPMENTS)
    )
    lines = tuple(a_line(a.sku, 1, a.line_id) for a in shelves)
    draft = a_reservation(shipments=(), lines=lines, unpaid=Unpaid("dewi", MAX_STOCK_ROWS))
    decision = Decision("planned", plan, (), (), (), None, True, (), "default", 1, MONDAY_NOON)
    change = order_steps.placed(draft, decision, MONDAY_NOON)

    # When it is written with its person, decision, answer and key
    write = Write(
        command_id="c1",
        change=change,
        before=None,
        at=MONDAY_NOON,
        contact=a_contact(),
        locations=tuple((s.location_id, draft.method) for s in change.order.shipments),
        decision=b"packed",
        answer=Answer("f", 201, "{}"),
        idempotency_key="k",
    )
    transaction = Transaction(aws.dynamodb())
    add_write(transaction, settings.read().tables, write)

    # Then that is exactly as much as DynamoDB takes
    assert len(transaction) == MAX_ACTIONS == 100

    # And to pay for it, or to let go of it, takes no more
    ended = Transaction(aws.dynamodb())
    gone = order_steps.cancelled(change.order, MONDAY_NOON)
    add_write(ended, settings.read().tables, replace(write, change=gone, before=change.order, locations=()))
    assert len(ended) <= MAX_ACTIONS
