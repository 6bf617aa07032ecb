"""Said twice, done once: the same key and body give the same answer to the byte; anything else is told apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import PENDING_CARD, a_location, a_product, order_body, order_lines, stock
from tests.support.world import Reply, World

ANOTHER = "arn:aws:iam::123456789012:user/marketplace"


@pytest.fixture
def shop(world: World) -> World:
    """A store with three tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    return world


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_the_same_key_and_body_give_the_same_bytes_and_one_order(shop: World) -> None:
    # Given an order
    first = shop.order(order_body(), key="k-1")
    after_it = shop.everything()

    # When the very same call comes again: at once, from a cold function, and a day later
    again = shop.order(order_body(), key="k-1")
    shop.restart()
    cold = shop.order(order_body(), key="k-1")
    shop.clock.forward(days=1)
    late = shop.order(order_body(), key="k-1")

    # Then
    assert first.status == again.status == cold.status == late.status == 201
    assert first.raw == again.raw == cold.raw == late.raw
    assert shop.everything() == after_it


def test_the_first_answer_stays_even_when_the_order_went_on(shop: World) -> None:
    # Given an order that was cancelled since
    first = shop.order(order_body(payment=PENDING_CARD), key="k-1")
    shop.on_order("A-1", "cancel")

    # When the order is sent again under its key
    again = shop.order(order_body(payment=PENDING_CARD), key="k-1")

    # Then
    assert again.raw == first.raw


def test_the_same_key_with_another_body_is_refused(shop: World) -> None:
    shop.order(order_body(), key="k-1")
    before = shop.everything()

    other = shop.order(order_body(lines=order_lines(tee=2)), key="k-1")
    other_order = shop.order(order_body("A-2"), key="k-1")

    assert refused(other) == (422, "idempotency_key_reused")
    assert refused(other_order) == (422, "idempotency_key_reused")
    assert shop.everything() == before


def test_one_key_cannot_serve_two_calls(shop: World) -> None:
    shop.order(order_body(payment=PENDING_CARD), key="k-1")
    before = shop.everything()

    confirmed = shop.on_order("A-1", "confirm", key="k-1")
    cancelled = shop.on_order("A-1", "cancel", key="k-1")

    assert refused(confirmed) == (422, "idempotency_key_reused")
    assert refused(cancelled) == (422, "idempotency_key_reused")
    assert shop.everything() == before


def test_the_same_order_under_another_key_is_the_order_as_it_is(shop: World) -> None:
    # Given an order that was confirmed since
    shop.order(order_body(payment=PENDING_CARD))
    shop.on_order("A-1", "confirm")
    before = shop.everything()

    # When a checkout that forgot its key sends it again
    again = shop.order(order_body(payment=PENDING_CARD))

    # Then
    assert (again.status, again.body["status"]) == (200, "confirmed")
    assert shop.everything() == before


def test_another_order_of_the_same_id_is_refused(shop: World) -> None:
    shop.order(order_body())
    before = shop.everything()

    other = shop.order(order_body(lines=order_lines(tee=2)))

    assert refused(other) == (409, "order_id_taken")
    assert shop.everything() == before


def test_a_key_belongs_to_its_caller(shop: World) -> None:
    # Given two callers who count their keys from one
    mine = shop.order(order_body("A-1"), key="1")
    theirs = shop.order(order_body("B-1"), key="1", caller=ANOTHER)

    # Then each has an order
    assert (mine.body["order_id"], theirs.body["order_id"]) == ("A-1", "B-1")
    assert (mine.status, theirs.status) == (201, 201)
    assert shop.stock("tee", "senayan").reserved == 2


def test_two_channels_may_use_the_same_order_id(shop: World) -> None:
    # When
    web = shop.order(order_body("A-1"))
    market = shop.order(order_body("A-1", channel="tokopedia"))

    # Then both exist, each under its own name
    assert (web.status, market.status) == (201, 201)
    assert web.body["order_id"] != market.body["order_id"]
    assert shop.get_order(market.body["order_id"]).body["channel"] == "tokopedia"
    assert shop.get_order(web.body["order_id"]).body["channel"] == "web"
    assert shop.stock("tee", "senayan").reserved == 2


def test_an_order_that_was_refused_for_stock_is_decided_anew(shop: World) -> None:
    # Given an order that came too early
    body = order_body(lines=order_lines(tee=4))
    early = shop.order(body, key="k-1")

    # When a delivery arrives in the store and the same call is repeated
    shop.given(stock("senayan", tee=4))
    again = shop.order(body, key="k-1")

    # Then
    assert refused(early) == (409, "out_of_stock")
    assert again.status == 201, again.body


STEPS: dict[str, dict[str, Any]] = {
    "confirm": {"payment_reference": "P-1"},
    "cancel": {"reason": "changed my mind"},
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_said_twice_is_done_once(shop: World, step: str) -> None:
    # Given
    shop.order(order_body(payment=PENDING_CARD))
    first = shop.on_order("A-1", step, STEPS[step], key="k-2")
    before = shop.everything()

    # When it is said again, and under another key, and once more otherwise
    again = shop.on_order("A-1", step, STEPS[step], key="k-2")
    other_key = shop.on_order("A-1", step, STEPS[step])
    other_body = shop.on_order("A-1", step, {}, key="k-2")

    # Then
    assert first.status == 200
    assert again.raw == first.raw
    assert other_key.status == 200
    assert refused(other_body) == (422, "idempotency_key_reused")
    assert shop.everything() == before


@pytest.mark.parametrize(
    "more",
    [{"lines": order_lines(tee=3)}, {"lines": order_lines(tee=3), "replaces": "A-0"}, {"replaces": "A-0"}],
    ids=["the last units", "the last units, in another's place", "in another's place"],
)
@pytest.mark.parametrize("read", ["Products", "Stock"])
def test_the_same_order_twice_at_once_is_not_refused_what_it_took_itself(
    shop: World, more: dict[str, Any], read: str
) -> None:
    # Given an unpaid order, and the same request twice at once: the other one is written before ours reads on
    shop.order(order_body("A-0", payment=PENDING_CARD), key="k-0")
    if "replaces" not in more:
        shop.on_order("A-0", "cancel", key="k-00")
    body = order_body(payment=PENDING_CARD, **more)
    others: list[Reply] = []
    shop.before(read, "BatchGetItem", lambda: others.append(shop.order(body, key="k-1")))

    # When
    ours = shop.order(body, key="k-1")

    # Then both hear the same: that they have it
    assert (ours.status, ours.raw) == (201, others[0].raw)


def test_a_key_of_one_order_does_not_serve_another(shop: World) -> None:
    # Given two orders, of which one was cancelled
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))
    shop.on_order("A-1", "cancel", key="k-2")

    # When the other is cancelled under the same key
    other = shop.on_order("A-2", "cancel", key="k-2")

    # Then it is not answered with somebody else's order
    assert refused(other) == (422, "idempotency_key_reused")
    assert shop.get_order("A-2").body["status"] == "confirmed"


def test_an_answer_is_stored_without_the_person(shop: World) -> None:
    shop.order(order_body())

    (row,) = shop.rows("Idempotency")

    assert "Dewi" not in str(row)
    assert "81234567890" not in str(row)
