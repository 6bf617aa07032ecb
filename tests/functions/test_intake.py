"""Orders from any channel over the queue: the same result as over HTTP, each once, and nothing lost."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World

DEAD_LETTERS = "StockFeedDeadLetters"
SHUFFLE = 20261123


@pytest.fixture
def shop(world: World) -> World:
    """A store with five tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=5))
    return world


def reasons(shop: World) -> list[str]:
    """Codes of what was parked."""
    return [reason.partition(":")[0] for reason in shop.parked(DEAD_LETTERS)]


def test_an_order_from_the_queue_is_the_order_that_http_would_have_made(shop: World) -> None:
    # Given the same pickup twice, over each door
    over_http = shop.order(order_body("A-1")).body

    # When
    assert shop.deliver("intake", order_body("A-2")) == []
    shop.settle()

    # Then they differ by their names alone
    from_queue = shop.get_order("A-2").raw.replace("A-2", "A-1")
    assert json.loads(from_queue) == over_http
    assert shop.stock("tee", "senayan").reserved == 2
    assert [task["task_id"] for task in shop.tasks("senayan").body["tasks"]] == ["A-1~1", "A-2~1"]
    assert len(shop.heard("CustomerTopic")) == 2


def test_every_kind_of_order_comes_over_the_queue(shop: World) -> None:
    shop.deliver(
        "intake",
        delivery_body("D-1", channel="tokopedia"),
        order_body("A-1", payment=PENDING_CARD),
        order_body("A-2", lines=order_lines(tee=9), accept_partial=True),
    )

    assert shop.get_order("tokopedia:D-1").body["status"] == "confirmed"
    assert shop.get_order("A-1").body["status"] == "reserved"
    assert shop.get_order("A-2").body["missing"][0]["missing"] == 6


@pytest.mark.proof
def test_a_hundred_orders_each_told_twice_and_shuffled_are_a_hundred_orders(world: World) -> None:
    # Given a hundred orders, every message twice, in the order of chance
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=150))
    messages = [json.dumps(order_body(f"A-{n}")) for n in range(100)] * 2
    random.Random(SHUFFLE).shuffle(messages)

    # When they come in batches of ten
    again = [world.deliver("intake", *messages[start : start + 10]) for start in range(0, 200, 10)]

    # Then no unit is counted twice
    assert again == [[]] * 20
    orders = [row for row in world.rows("Orders") if row["sk"]["S"] == "ORDER"]
    row = world.stock("tee", "senayan")
    assert len(orders) == 100
    assert (row.reserved, row.available) == (100, 50)
    assert reasons(world) == []


def test_a_message_told_again_after_the_order_went_on_changes_nothing(shop: World) -> None:
    shop.deliver("intake", order_body())
    shop.on_order("A-1", "cancel")
    before = shop.everything()

    assert shop.deliver("intake", order_body()) == []

    assert shop.everything() == before


def test_an_order_over_both_doors_is_not_two(shop: World) -> None:
    # Given an order that came over HTTP
    shop.order(order_body())
    before = shop.everything()

    # When the channel puts it on the queue as well
    shop.deliver("intake", order_body())

    # Then nothing is reserved twice
    assert shop.stock("tee", "senayan").reserved == 1
    assert shop.everything() == before

    # And nobody has to look at it, nor at the same coming the other way round
    assert reasons(shop) == []
    shop.deliver("intake", order_body("A-2"))
    assert shop.order(order_body("A-2")).status == 200


def test_another_order_of_the_same_id_is_parked(shop: World) -> None:
    # Given
    shop.deliver("intake", order_body())
    before = shop.everything()

    # When a message of the same id says something else
    assert shop.deliver("intake", order_body(lines=order_lines(tee=2))) == []

    # Then the order stays as it was, and somebody looks at the message
    assert shop.everything() == before
    assert reasons(shop) == ["order_id_taken"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "too many": ({"lines": order_lines(tee=6)}, "out_of_stock"),
    "an unknown SKU": ({"lines": order_lines(unicorn=1)}, "unknown_sku"),
    "an unknown store": ({"location_id": "atlantis"}, "unknown_location"),
    "an option": ({"option_id": "any"}, "option_not_taken"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_order_that_cannot_be_supplied_is_kept_for_a_person(shop: World, name: str) -> None:
    # Given
    more, reason = REFUSED[name]

    # When it comes, and comes again
    assert shop.deliver("intake", order_body(**more)) == []
    before = shop.everything()
    assert shop.deliver("intake", order_body(**more)) == []

    # Then it is there once, as unfillable with its reason, and nothing is reserved
    order = shop.get_order("A-1").body
    assert (order["status"], order["refusal"], order["shipments"]) == ("unfillable", reason, [])
    assert shop.events("A-1") == ["OrderUnfillable"]
    assert shop.stock("tee", "senayan").reserved == 0
    assert shop.everything() == before
    assert reasons(shop) == []


def test_the_customer_of_an_unfillable_order_hears_of_it_once(shop: World) -> None:
    shop.deliver("intake", order_body(lines=order_lines(tee=6)))
    shop.settle()

    (told,) = shop.heard("CustomerTopic")
    assert told["subject"] == "Pesanan A-1 belum dapat dipenuhi"
    assert shop.heard("StoreTopic") == []


def test_an_unfillable_order_can_be_cancelled(shop: World) -> None:
    shop.deliver("intake", order_body(lines=order_lines(tee=6)))

    cancelled = shop.on_order("A-1", "cancel")

    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert "RefundRequired" in shop.events("A-1")


POISON: dict[str, str] = {
    "broken JSON": json.dumps(order_body("X"))[:-9],
    "another message": json.dumps({"hello": "world"}),
    "an order with a half unit": json.dumps(
        order_body("X", lines=[{"line_id": "1", "sku": "tee", "quantity": 0.5}])
    ),
    "nothing": "",
}


@pytest.mark.parametrize("name", POISON)
def test_one_poison_message_in_ten_is_parked_with_its_reason_and_nine_succeed(
    world: World, name: str
) -> None:
    # Given nine orders and one message that nobody can understand
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=9))
    messages: list[Any] = [order_body(f"A-{n}") for n in range(9)]
    messages.insert(5, POISON[name])

    # When
    again = world.deliver("intake", *messages)

    # Then
    assert again == []
    assert world.stock("tee", "senayan").reserved == 9
    assert reasons(world) == ["not_understood"]


def test_the_reason_of_a_parked_order_does_not_name_the_person(shop: World) -> None:
    customer = {"contact": {"name": "Dewi", "phone": "not-a-number-081234567890"}}
    shop.deliver("intake", order_body(customer=customer))

    (reason,) = shop.parked(DEAD_LETTERS)
    assert reason.startswith("not_understood: customer.contact.phone")
    assert "081234567890" not in reason
    assert "Dewi" not in reason


def test_trouble_outside_gives_the_order_back(shop: World) -> None:
    # Given a table that does not answer for the first order
    shop.fail_once("dynamodb", "TransactWriteItems", "InternalServerError")

    # When
    again = shop.deliver("intake", order_body("A-1"), order_body("A-2"))

    # Then it comes again, and then it is there
    assert again == ["m0"]
    assert shop.deliver("intake", order_body("A-1")) == []
    assert shop.stock("tee", "senayan").reserved == 2
