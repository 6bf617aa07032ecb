"""What customers hear when something ends or is taken back: one message that is true when it comes, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import SENAYAN, a_location, a_product, order_body, order_lines, stock
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """A store with tees and caps."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=9, cap=9))
    return world


def reads_english() -> dict[str, Any]:
    """A customer."""
    contact = {"name": "Sam", "phone": "+61400000000", "locale": "en"}
    return {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}, "contact": contact}


def put_aside(shop: World, **more: Any) -> None:
    """A pickup is ready, and everybody heard."""
    shop.order(order_body(customer=reads_english(), **more))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    shop.heard("CustomerTopic")


def subjects(shop: World) -> list[str]:
    """Of what the customer was told since."""
    return sorted(told["subject"] for told in shop.heard("CustomerTopic"))


def test_who_let_go_of_one_line_is_not_told_that_the_order_is_cancelled(shop: World) -> None:
    # Given an order of a tee and a cap
    shop.order(order_body(lines=order_lines(tee=1, cap=1), customer=reads_english()))
    shop.settle()
    shop.heard("CustomerTopic")

    # When the tee is let go
    shop.on_order("A-1", "cancel", {"lines": ["1"]})
    shop.settle()

    # Then the message says that the rest stays
    (told,) = shop.heard("CustomerTopic")
    assert told["subject"] == "Part of order A-1 was cancelled"
    assert "The rest stays as it was" in told["text"]


def test_who_lets_go_of_everything_is_told_so(shop: World) -> None:
    shop.order(order_body(customer=reads_english()))
    shop.settle()
    shop.heard("CustomerTopic")

    shop.on_order("A-1", "cancel")
    shop.settle()

    assert subjects(shop) == ["Order A-1 was cancelled"]


def test_who_never_came_is_not_told_that_they_asked_for_it(shop: World) -> None:
    put_aside(shop)

    shop.clock.forward(hours=82)
    shop.sweep()
    shop.settle()

    assert subjects(shop) == ["Order A-1 is closed"]


def test_who_chooses_to_cancel_is_told_once(shop: World) -> None:
    # Given a customer who is asked
    shop.order(order_body(customer=reads_english()))
    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "no_time"})
    shop.settle()
    shop.heard("CustomerTopic")

    # When
    assert shop.customer("A-1", "choice", {"choice": "cancel"}).status == 200
    shop.settle()

    # Then nobody promises to write again
    assert subjects(shop) == ["Order A-1 was cancelled"]


def test_please_wait_is_not_said_of_what_is_ready_again(shop: World) -> None:
    # Given a task whose "not ready" is told late, as after a service that did not take it the first time
    put_aside(shop)
    shop.on_task("senayan", "A-1~1", "undo-ready")
    late = shop.waiting_for("NotifyQueue")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    assert subjects(shop) == ["Order A-1 is READY"]

    # When it is told after all
    assert shop.deliver("notify", *late) == []

    # Then the customer's last word is still that it is ready
    assert subjects(shop) == []


def test_please_wait_is_said_of_what_is_not_ready(shop: World) -> None:
    put_aside(shop)
    shop.on_task("senayan", "A-1~1", "undo-ready")
    shop.settle()

    assert subjects(shop) == ["Order A-1: please wait"]


def test_a_delay_is_not_told_of_what_is_ready_meanwhile(shop: World) -> None:
    # Given a task that took too long, and word of it that comes late
    shop.order(order_body(customer=reads_english()))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.settle()
    shop.clock.forward(minutes=121)
    shop.sweep()
    late = shop.waiting_for("NotifyQueue")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    shop.heard("CustomerTopic")

    # When
    assert shop.deliver("notify", *late) == []

    # Then
    assert "TaskOverdue" in shop.events("A-1")
    assert subjects(shop) == []
