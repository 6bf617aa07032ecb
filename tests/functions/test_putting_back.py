"""What stands aside is not on sale until somebody says that it is back; and a shelf that is all empty."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World


@pytest.fixture
def shop(world: World) -> World:
    """Five tees and two caps here; three tees 9 km away."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=5, cap=2))
    world.given(a_location("kota", name="Kota", point=north_of(SENAYAN, 9)), stock("kota", tee=3))
    return world


def step(
    shop: World, what: str, body: dict[str, Any] | None = None, task: str = "A-1~1", **who: str
) -> Reply:
    """A step of a task at senayan."""
    return shop.on_task("senayan", task, what, body, **who)


def put_back(shop: World, quantity: int, line: str = "1", **more: Any) -> Reply:
    """So many units of a line are on the shelf again."""
    return step(shop, "put-back", {"lines": [{"line_id": line, "quantity": quantity}], **more})


def picked_and_cancelled(shop: World) -> None:
    """Two tees and a cap were picked, and the customer thinks better of it."""
    shop.order(order_body(lines=order_lines(tee=2, cap=1)))
    step(shop, "accept")
    step(shop, "ready", {"staging": "Rak B3"})
    shop.on_order("A-1", "cancel")


def parts(shop: World, sku: str) -> tuple[int, int, int, int]:
    """On hand, reserved, blocked and available at senayan."""
    row = shop.stock(sku, "senayan")
    return row.on_hand, row.reserved, row.blocked, row.available


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_what_was_picked_for_nobody_is_work_until_it_is_put_back(shop: World) -> None:
    # Given
    picked_and_cancelled(shop)
    assert (parts(shop, "tee"), parts(shop, "cap")) == ((5, 0, 2, 3), (2, 0, 1, 1))
    (task,) = shop.tasks("senayan").body["tasks"]
    assert (task["status"], task["put_back"], task["staging"]) == ("cancelled", True, "Rak B3")

    # When one tee is back, then the rest
    assert put_back(shop, 1).body["lines"][0]["aside"] == 1
    assert parts(shop, "tee") == (5, 0, 1, 4)
    lines = [{"line_id": "1", "quantity": 1}, {"line_id": "2", "quantity": 1}]
    done = step(shop, "put-back", {"lines": lines})

    # Then all is on sale again, on record, and off the list
    assert done.body["put_back"] is False
    assert (parts(shop, "tee"), parts(shop, "cap")) == ((5, 0, 0, 5), (2, 0, 0, 2))
    assert {(m.kind, m.change, m.blocked_change) for m in shop.movements("cap", "senayan")} == {
        ("refusal", 0, 1),
        ("put_back", 0, -1),
    }
    assert shop.tasks("senayan").body["tasks"] == []
    assert shop.events("A-1").count("TaskPutBack") == 2


def test_what_two_people_put_back_is_put_back_once(shop: World) -> None:
    # Given
    picked_and_cancelled(shop)

    # When both say it, and one says it twice
    first = step(shop, "put-back", {"lines": [{"line_id": "1", "quantity": 2}]}, key="k")
    again = step(shop, "put-back", {"lines": [{"line_id": "1", "quantity": 2}]}, key="k")
    other = step(shop, "put-back", {"lines": [{"line_id": "1", "quantity": 2}]}, name="siti")

    # Then
    assert again.raw == first.raw
    assert refused(other) == (409, "more_than_aside")
    assert other.body["aside"] == [{"line_id": "2", "sku": "cap", "quantity": 1}]
    assert parts(shop, "tee") == (5, 0, 0, 5)


def test_what_will_never_be_sold_leaves_the_books(shop: World) -> None:
    # Given two tees that are damaged, of which one only looked so
    shop.order(delivery_body("A-1", lines=order_lines(tee=2)))
    step(shop, "refuse", {"reason": "damaged"})
    assert parts(shop, "tee") == (5, 0, 2, 3)

    # When
    put_back(shop, 1)
    put_back(shop, 1, written_off=True)

    # Then
    assert parts(shop, "tee") == (4, 0, 0, 4)
    assert {(m.kind, m.change, m.blocked_change) for m in shop.movements("tee", "senayan")} == {
        ("refusal", 0, 2),
        ("put_back", 0, -1),
        ("write_off", -1, -1),
    }


def test_a_write_off_is_booked_after_the_last_count(shop: World) -> None:
    # Given a count whose clock is ahead of ours, which still saw what is damaged
    shop.order(delivery_body("A-1", lines=order_lines(tee=2)))
    step(shop, "refuse", {"reason": "damaged"})
    ahead = shop.clock.now().replace(minute=shop.clock.now().minute + 1)
    count = {"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": 5}
    shop.deliver("stock_feed", count | {"observed_at": ahead.isoformat()})

    # When
    put_back(shop, 2, written_off=True)

    # Then
    assert parts(shop, "tee") == (3, 0, 0, 3)


@pytest.mark.parametrize(
    ("line", "quantity", "status", "code"),
    [
        ("1", 3, 409, "more_than_aside"),
        ("9", 1, 422, "unknown_line"),
        ("1", 0, 422, "invalid_request"),
    ],
)
def test_no_more_comes_back_than_stands_aside(
    shop: World, line: str, quantity: int, status: int, code: str
) -> None:
    picked_and_cancelled(shop)
    before = shop.everything()

    assert refused(put_back(shop, quantity, line)) == (status, code)
    assert shop.everything() == before


def test_nothing_stands_aside_of_a_task_that_goes_on(shop: World) -> None:
    shop.order(order_body())
    step(shop, "accept")
    step(shop, "pick", {"lines": [{"line_id": "1", "picked": 1}]})

    assert refused(put_back(shop, 1)) == (409, "more_than_aside")


# --- there is none left here


def test_who_finds_the_shelf_empty_says_it_for_everybody(shop: World) -> None:
    # Given five tees: one picked for A-0, one for each of, one unpaid, one free
    for order_id in ("A-0", "A-1", "A-2"):
        shop.order(order_body(order_id))
        step(shop, "accept", task=f"{order_id}~1")
    step(shop, "ready", task="A-0~1")
    shop.order(order_body("A-3", payment=PENDING_CARD))
    assert parts(shop, "tee") == (5, 4, 0, 1)

    # When
    step(shop, "refuse", {"reason": "not_found", "everything": True})
    shop.settle()

    # Then the other work on it is looked at at once, and what was picked stays its customer's
    status = {order_id: shop.get_order(order_id).body["status"] for order_id in ("A-0", "A-1", "A-2", "A-3")}
    assert status == {"A-0": "confirmed", "A-1": "needs_choice", "A-2": "needs_choice", "A-3": "expired"}
    assert parts(shop, "tee") == (5, 1, 4, 0)
    assert shop.stock("tee", "senayan").doubtful
    assert shop.events("A-1").count("StockShortfall") == 1

    # And a count settles it
    count = {"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": 2}
    shop.deliver("stock_feed", count | {"observed_at": shop.clock.now().isoformat()})
    assert parts(shop, "tee") == (2, 1, 0, 1)


def test_without_saying_so_others_keep_what_they_were_promised(shop: World) -> None:
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))

    step(shop, "refuse", {"reason": "not_found"})
    shop.settle()

    assert shop.get_order("A-2").body["status"] == "confirmed"
    assert parts(shop, "tee") == (5, 1, 4, 0)


def test_all_of_it_may_be_damaged(shop: World) -> None:
    # Given two caps, one promised
    shop.order(order_body("A-1", lines=order_lines(cap=1)))

    # When
    step(shop, "refuse", {"reason": "damaged", "everything": True})

    # Then the one stands aside, and the other is believed in when it is counted
    row = shop.stock("cap", "senayan")
    assert (row.blocked, row.missing, row.available) == (2, 1, 0)
    put_back(shop, 1)
    assert parts(shop, "cap") == (2, 0, 1, 1)


@pytest.mark.parametrize("reason", ["no_time", "closing", "other"])
def test_only_goods_can_be_all_there_is(shop: World, reason: str) -> None:
    shop.order(order_body())

    reply = step(shop, "refuse", {"reason": reason, "everything": True})

    assert reply.status == 422
    assert [(e["field"], e["code"]) for e in reply.body["errors"]] == [("everything", "not_about_goods")]


# --- how often


def test_refusals_are_counted_by_location_and_sku(shop: World) -> None:
    # Given two refusals and a short pick of a tee, and one refusal that was about a cap, too
    shop.order(delivery_body("A-1"))
    step(shop, "refuse", {"reason": "no_time"})
    shop.order(delivery_body("A-2", lines=order_lines(tee=1, cap=1)))
    step(shop, "refuse", {"reason": "damaged"}, task="A-2~1")
    shop.order(delivery_body("A-3", lines=order_lines(tee=2)))
    step(shop, "accept", task="A-3~1")
    step(shop, "pick", {"lines": [{"line_id": "1", "picked": 1}]}, task="A-3~1")

    # Then operations see it
    seen = {
        (sku, row["location_id"]): (row["refusals"], row["doubtful"])
        for sku in ("tee", "cap")
        for row in shop.admin("GET", "/v1/stock/{sku}", path={"sku": sku}).body["locations"]
    }
    assert seen == {
        ("tee", "senayan"): (3, True),
        ("tee", "kota"): (0, False),
        ("cap", "senayan"): (1, False),
    }

    # And a count takes no refusal back
    count = {"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": 4}
    shop.deliver("stock_feed", count | {"observed_at": shop.clock.now().isoformat()})
    assert shop.stock("tee", "senayan").refusals == 3
