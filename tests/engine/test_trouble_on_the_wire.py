"""Replies that get lost and transactions that conflict: the effect is there once, and neither is read as "sold out"."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.transaction import MAX_ATTEMPTS
from fulfillment.domain.errors import Busy
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.faults import conflicts, losing_replies
from tests.support.ledger import check_ledger
from tests.support.races import confirm, place, race, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

OPENED = {("tee", "senayan"): 3}


@pytest.fixture
def shop(engine_world: World) -> World:
    """A store with three tees."""
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    return engine_world


def test_an_order_whose_reply_was_lost_is_there_once(shop: World) -> None:
    # When the reply to the order's transaction is lost on the way
    with losing_replies(aws.dynamodb()) as replies:
        placed = shop.order(order_body())

    # Then it was sent again, and the order has one tee
    assert replies.lost == 1
    assert placed.status == 201, placed.body
    assert shop.stock("tee", "senayan").reserved == 1
    assert list(check_ledger(aws.dynamodb(), OPENED).orders) == ["A-1"]


def test_an_order_that_never_got_a_reply_is_answered_when_it_is_sent_again(shop: World) -> None:
    # Given an order all of whose replies were lost: the caller was told to try again
    with losing_replies(aws.dynamodb(), most=3) as replies:
        first = shop.order(order_body(), key="one")
    assert (replies.lost, first.status) == (3, 503)

    # When the caller does
    again = shop.order(order_body(), key="one")

    # Then the order is there once
    assert again.status == 201, again.body
    assert shop.stock("tee", "senayan").reserved == 1
    check_ledger(aws.dynamodb(), OPENED)


def test_a_confirmation_whose_reply_was_lost_opens_the_task_once(shop: World) -> None:
    # Given an unpaid order
    place("A-1", payment="pending")

    # When the reply to its confirmation is lost
    with losing_replies(aws.dynamodb()) as replies:
        answer = confirm("A-1")

    # Then it is confirmed, and that was told once
    assert (replies.lost, answer.status) == (1, 200)
    ledger = check_ledger(aws.dynamodb(), OPENED)
    assert ledger.events["A-1"] == {"OrderReserved": 1, "OrderConfirmed": 1}


def test_a_handover_whose_reply_was_lost_takes_one_unit_off_the_shelf(shop: World) -> None:
    # Given an order that waits for its customer
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    told = " ".join(message["text"] for message in shop.heard("CustomerTopic"))
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", told)[-1]

    # When the replies to the counted try and to the hand-over are lost
    with losing_replies(aws.dynamodb(), most=2) as replies:
        collected = shop.on_task("senayan", "A-1~1", "collect", {"code": code})

    # Then the tee left once, and one try was counted
    assert (replies.lost, collected.status) == (2, 200), collected.body
    assert (shop.stock("tee", "senayan").on_hand, shop.stock("tee", "senayan").reserved) == (2, 0)
    assert [row["tries"]["N"] for row in shop.rows("Orders") if "tries" in row] == ["1"]
    check_ledger(aws.dynamodb(), OPENED)


@pytest.mark.parametrize(
    ("message", "on_hand"),
    [
        ({"type": "movement", "movement_id": "m1", "change": 4, "at": "2026-11-23T11:00:00+07:00"}, 7),
        ({"type": "count", "on_hand": 9, "observed_at": "2026-11-23T11:00:00+07:00"}, 9),
    ],
)
def test_a_stock_message_whose_reply_was_lost_counts_once(
    shop: World, message: dict[str, object], on_hand: int
) -> None:
    # When the reply is lost, and the message comes a second time as well
    told = {"sku": "tee", "location_id": "senayan", **message}
    with losing_replies(aws.dynamodb()) as replies:
        assert shop.deliver("stock_feed", told) == []
    assert shop.deliver("stock_feed", told) == []

    # Then it counted once
    assert replies.lost == 1
    assert shop.stock("tee", "senayan").on_hand == on_hand
    check_ledger(aws.dynamodb(), OPENED)


def test_every_wrong_code_counts_although_each_try_writes_the_same_bytes(shop: World) -> None:
    # Given an order that waits for its customer
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")

    # When a wrong code is tried six times
    tried = [shop.on_task("senayan", "A-1~1", "collect", {"code": "AAAA-AAAA"}) for _ in range(6)]

    # Then the sixth is not even compared
    assert [reply.body["code"] for reply in tried] == ["wrong_code"] * 5 + ["code_locked"]


def test_a_conflict_is_never_read_as_sold_out(
    engine_world: World, record_property: Callable[[str, Any], None]
) -> None:
    # Given 100 units, and 100 buyers for them
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=100))
    warm()

    # When three writes in ten conflict
    seed = 31
    with conflicts(aws.dynamodb(), share=0.3, seed=seed) as made:
        sold = race([partial(place, f"A-{n}") for n in range(100)])
    record_property("figure", sold.figure(f"{made.injected} conflicts injected", seed))

    # Then everybody gets a unit, but for those who are told to come again
    busy = [answer for answer in sold.answers if isinstance(answer, Busy)]
    assert made.injected > 20
    assert sold.count()[201] + len(busy) == 100
    assert len(busy) <= 3  # 0.3 to the sixth of 100 is less than 0.1

    # And no unit went anywhere else
    check_ledger(aws.dynamodb(), {("tee", "senayan"): 100})
    assert engine_world.stock("tee", "senayan").reserved == sold.count()[201]


def test_endless_conflict_ends_in_busy_after_a_bounded_number_of_attempts(shop: World) -> None:
    # When every write conflicts
    with conflicts(aws.dynamodb(), share=1.0, seed=1) as made:
        refused = shop.order(order_body(), key="one")

    # Then the caller is told to come again, soon
    assert (refused.status, refused.body["code"], refused.headers["Retry-After"]) == (503, "busy", "1")
    assert len(made.attempts) == MAX_ATTEMPTS

    # And the same request then works
    assert shop.order(order_body(), key="one").status == 201
    check_ledger(aws.dynamodb(), OPENED)


def test_a_sweep_under_conflict_leaves_the_reservation_for_the_next_sweep(shop: World) -> None:
    # Given a reservation that is over
    place("A-1", payment="pending")
    shop.clock.forward(minutes=10)

    # When every write of the sweep conflicts, and those of the next do not
    with conflicts(aws.dynamodb(), share=1.0, seed=1), pytest.raises(ExceptionGroup, match="A-1"):
        bootstrap.expire_reservations().sweep()
    assert shop.stock("tee", "senayan").reserved == 1
    bootstrap.expire_reservations().sweep()

    # Then the unit is back, once
    assert shop.stock("tee", "senayan").available == 3
    check_ledger(aws.dynamodb(), OPENED)


def test_a_reply_lost_thrice_to_a_handler_without_key_is_a_timeout_for_its_queue(shop: World) -> None:
    # When a use case of a queue never gets its reply
    with losing_replies(aws.dynamodb(), most=3), pytest.raises(ReadTimeoutError):
        place("A-1")

    # Then the redelivered message finds its order
    assert place("A-1").status == 201
    check_ledger(aws.dynamodb(), OPENED)
