"""How a command writes: once, again on a lost race, never without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from fulfillment.application.ports import Answer, AnsweredBefore, Command, Stale, Write
from fulfillment.application.writing import MAX_ROUNDS, answered, change_order, movements_of, same_request
from fulfillment.domain.errors import Busy, IdempotencyConflict, NotFound
from fulfillment.domain.ledger import StockEffect, StockReplacement
from fulfillment.domain.order import Change, Order
from fulfillment.domain.stock import StockMovement, StockRow
from tests.support.builders import MONDAY_NOON
from tests.support.values import an_order
from tests.support.world import FrozenClock

COMMAND = Command("c1", "what was asked", "checkout#key")
BEFORE = Answer("what was asked", 200, '{"order_id":"A-1"}')
OTHER = Answer("something else", 200, "{}")


@dataclass
class OneOrder:
    """An order repository with one order, whose first writes go as a test says."""

    order: Order | None = field(default_factory=an_order)
    kept: Answer | None = None
    outcomes: list[Exception] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)

    def recall(self, idempotency_key: str | None, order_id: str) -> tuple[Answer | None, Order | None]:
        return self.kept, self.order

    def write(self, write: Write) -> None:
        self.writes.append(write)
        if self.outcomes:
            raise self.outcomes.pop(0)


def cancelled(order: Order, now: datetime) -> Change:
    return Change(Order(**{**vars(order), "status": "cancelled", "version": order.version + 1}))


def taken(
    orders: OneOrder,
    command: Command = COMMAND,
    step: Callable[[Order, datetime], Change | None] = cancelled,
) -> Answer:
    return change_order(
        orders,  # type: ignore[arg-type]
        FrozenClock(),
        "A-1",
        command,
        step,
        lambda order, now: {"status": order.status, "at": now.isoformat()},
    )


ANSWER = Answer("what was asked", 200, '{"at":"2026-11-23T05:00:00+00:00","status":"cancelled"}')


def test_a_step_is_written_with_its_answer_and_answered() -> None:
    orders = OneOrder()

    assert taken(orders) == ANSWER

    (write,) = orders.writes
    assert (write.command_id, write.before, write.at) == ("c1", orders.order, MONDAY_NOON)
    assert (write.answer, write.idempotency_key) == (ANSWER, "checkout#key")


def test_a_command_without_a_key_keeps_no_answer() -> None:
    orders = OneOrder()

    taken(orders, Command("c1", "what was asked"))

    assert (orders.writes[0].answer, orders.writes[0].idempotency_key) == (None, None)


def test_a_step_with_nothing_to_do_writes_nothing() -> None:
    orders = OneOrder()

    answer = taken(orders, step=lambda order, now: None)

    assert (answer.status, orders.writes) == (200, [])
    assert '"status":"confirmed"' in answer.body


def test_an_order_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound) as refusal:
        taken(OneOrder(order=None))

    assert refusal.value.code == "unknown_order"


def test_the_same_command_again_gets_the_stored_answer() -> None:
    orders = OneOrder(kept=BEFORE)

    assert taken(orders) == BEFORE
    assert orders.writes == []


def test_the_same_key_with_another_request_is_refused() -> None:
    with pytest.raises(IdempotencyConflict):
        taken(OneOrder(kept=OTHER))


def test_a_twin_that_was_faster_gives_its_answer() -> None:
    assert taken(OneOrder(outcomes=[AnsweredBefore(BEFORE)])) == BEFORE


def test_a_twin_with_another_request_is_refused() -> None:
    with pytest.raises(IdempotencyConflict) as refusal:
        taken(OneOrder(outcomes=[AnsweredBefore(OTHER)]))

    assert (refusal.value.status, refusal.value.code) == (422, "idempotency_key_reused")


def test_a_lost_race_is_run_again() -> None:
    orders = OneOrder(outcomes=[Stale("ORDER")] * (MAX_ROUNDS - 1))

    assert taken(orders) == ANSWER
    assert len(orders.writes) == MAX_ROUNDS


def test_losing_every_race_is_busy_and_no_other_answer() -> None:
    orders = OneOrder(outcomes=[Stale("ORDER")] * (MAX_ROUNDS + 1))

    with pytest.raises(Busy):
        taken(orders)

    assert len(orders.writes) == MAX_ROUNDS


def test_an_answer_is_to_the_same_request_or_none() -> None:
    assert same_request(BEFORE, COMMAND) == BEFORE
    assert answered(COMMAND, 201, {"b": 1, "a": 2}) == Answer("what was asked", 201, '{"a":2,"b":1}')


def test_what_leaves_or_is_put_aside_is_recorded_and_a_reservation_is_not() -> None:
    change = Change(
        an_order(),
        stock=(
            StockEffect("reserve", "a", "senayan", 1),
            StockEffect("release", "b", "senayan", 2),
            StockEffect("hand_over", "c", "senayan", 3),
            StockEffect("put_aside", "d", "senayan", 4),
        ),
        replacements=(
            StockReplacement(
                StockRow("e", "senayan", 9, reserved=2),
                StockRow("e", "senayan", 9, reserved=1, blocked=8, missing=8),
            ),
        ),
    )
    at = MONDAY_NOON + timedelta(seconds=1)

    assert movements_of(change, "c1", at) == (
        StockMovement("c1.c", "c", "senayan", "handover", at, change=-3, order_id="A-1"),
        StockMovement("c1.d", "d", "senayan", "refusal", at, blocked_change=4, order_id="A-1"),
        StockMovement("c1.e", "e", "senayan", "refusal", at, change=0, blocked_change=8, order_id="A-1"),
    )
