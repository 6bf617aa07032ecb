"""One Idempotency-Key: said again, with another body, while it runs, long after, and after a crash."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.support.builders import a_location, a_product, order_body, order_lines, stock
from tests.support.faults import losing_replies
from tests.support.functions import CONTEXT, api_event, handler
from tests.support.ledger import check_ledger
from tests.support.races import race, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

OPENED = {("tee", "senayan"): 5}


@pytest.fixture
def shop(engine_world: World) -> World:
    """Five tees."""
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=5))
    warm()
    return engine_world


def ask(body: Any) -> tuple[int, str]:
    """Status and bytes of the order, always under the same key."""
    event = api_event("POST", "/v1/orders", body=body, headers={"Idempotency-Key": "one"})
    answer = handler("orders")(event, CONTEXT)
    return answer["statusCode"], answer["body"]


def only_one_order(shop: World) -> bool:
    ledger = check_ledger(aws.dynamodb(), OPENED)
    return list(ledger.orders) == ["A-1"] and shop.stock("tee", "senayan").reserved == 1


def test_said_again_it_gets_the_same_bytes_whatever_became_of_the_order(shop: World) -> None:
    first = ask(order_body())
    shop.on_task("senayan", "A-1~1", "accept")

    assert ask(order_body()) == first
    assert only_one_order(shop)


def test_with_another_body_it_is_refused(shop: World) -> None:
    first = ask(order_body())

    status, said = ask(order_body(lines=order_lines(tee=2)))

    assert (status, "idempotency_key_reused" in said) == (422, True)
    assert ask(order_body()) == first
    assert only_one_order(shop)


def test_while_it_runs_all_get_the_same_bytes(shop: World) -> None:
    same = race([partial(ask, order_body())] * 8, threads=8)

    assert len(set(same.answers)) == 1
    assert only_one_order(shop)


def test_long_after_when_the_key_is_forgotten_the_order_is_still_one(shop: World) -> None:
    # Given a key whose row has expired
    ask(order_body())
    shop.clock.forward(days=8)
    shop.forget_what_was_sent()

    # When it is said again
    status, said = ask(order_body())

    # Then the order as it is, and no second one
    assert (status, '"order_id":"A-1"' in said) == (200, True)
    assert only_one_order(shop)


def test_after_a_crash_it_gets_what_was_written_with_the_order(shop: World) -> None:
    # Given a function that never heard that its order was written, and died
    with losing_replies(aws.dynamodb(), most=3) as replies:
        crashed, _ = ask(order_body())
    assert (replies.lost, crashed) == (3, 503)
    shop.restart()

    # When it is said again, twice
    again = [ask(order_body()) for _ in range(2)]

    # Then the answer of the first time, byte for byte
    assert again[0] == again[1]
    assert again[0][0] == 201
    assert only_one_order(shop)
