"""A question to a customer: until when it may be answered, and what ends it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.domain import choice_steps, hold_steps, order_steps, task_steps
from fulfillment.domain.choice_steps import ChoiceWord, Wish
from fulfillment.domain.errors import WrongState
from fulfillment.domain.ledger import CapacityEffect, StockEffect
from fulfillment.domain.order import Change, Hold, Order, Payment, has_timers
from fulfillment.domain.question import Question, question
from fulfillment.domain.service import Due, next_due, next_look, taken
from fulfillment.domain.service_rules import ServiceRules
from tests.support.builders import MONDAY_NOON
from tests.support.values import QUESTION, a_shipment, an_order

NOW = MONDAY_NOON
UNTIL = QUESTION.until
A_DAY, A_MOMENT = timedelta(days=1), timedelta(microseconds=1)
CANCELLED = Wish("cancel")
REMINDED = Question(UNTIL)


def asked(of: Question | None = QUESTION, **more: object) -> Order:
    """A paid pickup of which a tee was found, and whose customer is asked."""
    picked = a_shipment(status="picked")
    return replace(
        an_order(picked, status="needs_choice", choices=({"choice": "part"},)), question=of, **more
    )


def due(order: Order, after: timedelta = timedelta()) -> Due | None:
    """What comes next, so long after the question."""
    return next_due(order, nobody_asks_for_hours, NOW + after)


def nobody_asks_for_hours(_task: object) -> tuple[object, object]:  # type: ignore[misc]
    """A question is timed by itself."""
    raise AssertionError


# --- how long


def test_a_customer_has_two_days_and_is_reminded_a_day_before() -> None:
    assert question(ServiceRules(), NOW) == Question(NOW + 2 * A_DAY, NOW + A_DAY)


@pytest.mark.parametrize(("hours", "reminded"), [(23, False), (24, False), (25, True)])
def test_nobody_is_reminded_of_what_they_were_just_asked(hours: int, reminded: bool) -> None:
    told = question(ServiceRules(choose_hours=hours), NOW)

    assert (told.until, told.remind_at is not None) == (NOW + timedelta(hours=hours), reminded)


def test_the_last_instant_is_too_late() -> None:
    assert not asked().is_unanswered(UNTIL - A_MOMENT)
    assert asked().is_unanswered(UNTIL)
    assert not asked(hold=Hold("fraud_check", NOW)).is_unanswered(UNTIL)


# --- what time brings


def test_first_a_reminder_then_the_end() -> None:
    assert due(asked()) == Due(NOW + A_DAY, "remind_to_choose", 0)
    assert due(asked(REMINDED)) == Due(UNTIL, "unanswered", 0)


def test_after_an_outage_nobody_is_reminded_of_what_is_over() -> None:
    assert due(asked(), after=2 * A_DAY - A_MOMENT) == Due(NOW + A_DAY, "remind_to_choose", 0)
    assert due(asked(), after=2 * A_DAY) == Due(UNTIL, "unanswered", 0)


def test_somebody_looks_at_it_each_day() -> None:
    assert next_look(asked(REMINDED), nobody_asks_for_hours, NOW) == NOW + A_DAY
    assert next_look(asked(REMINDED), nobody_asks_for_hours, UNTIL - timedelta(hours=1)) == UNTIL


@pytest.mark.parametrize("order", [asked(hold=Hold("fraud_check", NOW)), an_order(status="needs_choice")])
def test_time_brings_nothing_to_what_is_held_or_was_asked_before_there_was_an_end(order: Order) -> None:
    assert not has_timers(order)
    assert due(order) is None


def test_a_reminder_changes_nothing_but_that_it_was_told() -> None:
    change = taken(asked(), Due(NOW + A_DAY, "remind_to_choose", 0), NOW + A_DAY)

    assert change == Change(
        replace(asked(REMINDED), version=2),
        events=(("ChoiceReminded", {"choose_until": UNTIL.isoformat()}),),
    )


def test_what_nobody_answers_is_cancelled_and_paid_back() -> None:
    change = taken(asked(), Due(UNTIL, "unanswered", 0), UNTIL)

    # Then what was found stands aside, its place is free, and everybody hears why
    order = change.order
    assert (order.status, order.question, order.choices, order.refund_required) == (
        "cancelled",
        None,
        (),
        True,
    )
    assert (order.shipments[0].status, order.shipments[0].put_back) == (
        "cancelled",
        order.shipments[0].allocations,
    )
    assert change.stock == (StockEffect("put_aside", "tee", "senayan", 1),)
    assert change.capacity == (CapacityEffect("senayan", "pickup", "2026-11-23T14", -1),)
    assert change.events == (
        ("OrderCancelled", {"lines": ["1"], "reason": "no_choice"}),
        ("RefundRequired", {"reason": "no_choice", "lines": ["1"]}),
    )


def test_who_has_not_paid_gets_nothing_back() -> None:
    change = choice_steps.unanswered(asked(payment=Payment("on_handover", "cash")), UNTIL)

    assert change.order.refund_required is False
    assert [event for event, _ in change.events] == ["OrderCancelled"]


def test_to_end_it_before_its_time_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        choice_steps.unanswered(asked(), UNTIL - A_MOMENT)


def test_a_row_that_was_written_before_questions_had_an_end_is_read() -> None:
    row = json.loads(to_document(asked()))
    del row["question"]

    assert from_document(Order, json.dumps(row)) == asked(None)


# --- what a customer may do


@pytest.mark.parametrize("word", ["part", "pickup", "delivery"])
def test_a_choice_comes_in_time_or_hears_that_it_is_too_late(word: ChoiceWord) -> None:
    choice_steps.require_choice(asked(), Wish(word), UNTIL - A_MOMENT)

    with pytest.raises(WrongState, match="being cancelled") as late:
        choice_steps.require_choice(asked(), Wish(word), UNTIL)

    assert late.value.code == "choice_over"
    assert late.value.extra == {"choose_until": "2026-11-25T05:00:00+00:00"}


def test_who_wants_to_cancel_is_never_too_late() -> None:
    choice_steps.require_choice(asked(), CANCELLED, UNTIL)


def test_who_chooses_after_the_end_hears_that_it_is_cancelled() -> None:
    with pytest.raises(WrongState, match="is cancelled") as late:
        choice_steps.require_choice(an_order(status="cancelled"), Wish("part"), UNTIL)

    assert late.value.code == "order_ended"


@pytest.mark.parametrize(
    "change",
    [
        choice_steps.part_is_enough(asked(), Wish("part")),
        choice_steps.let_go(asked(), CANCELLED, NOW),
        order_steps.cancelled(asked(), NOW),
    ],
)
def test_nothing_is_asked_any_more_of_who_chose(change: Change) -> None:
    assert change.order.question is None


# --- asked anew


def test_a_refusal_of_what_was_picked_short_asks_anew() -> None:
    again = Question(UNTIL + A_DAY)

    change = refuse(asked(), again, UNTIL - A_MOMENT)

    assert (change.order.status, change.order.question) == ("needs_choice", again)


def test_a_refusal_after_the_end_gives_no_more_time() -> None:
    assert refuse(asked(), Question(UNTIL + A_DAY), UNTIL).order.question == QUESTION


def refuse(order: Order, of: Question, now: object) -> Change:
    """The store that found some of it has no time."""
    return task_steps.refused(order, order.shipments[0], "no_time", None, (), now, "budi", question=of)  # type: ignore[arg-type]


def test_a_pickup_that_asks_its_customer_nothing_is_a_bug() -> None:
    order = an_order()

    with pytest.raises(AssertionError):
        task_steps.refused(order, order.shipments[0], "no_time", None, (), NOW, "budi", question=None)


def test_released_the_time_to_choose_begins_anew() -> None:
    again = Question(UNTIL + 9 * A_DAY)

    change = hold_steps.released(asked(hold=Hold("fraud_check", NOW)), UNTIL, again)

    assert change is not None
    assert (change.order.hold, change.order.question) == (None, again)


def test_released_nobody_is_asked_who_was_not_asked_before() -> None:
    change = hold_steps.released(an_order(hold=Hold("fraud_check", NOW)), UNTIL, QUESTION)

    assert change is not None
    assert change.order.question is None
