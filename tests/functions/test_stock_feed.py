"""What tills, ERPs and counts say of a shelf: late, twice, out of order, and wrong."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.builders import (
    MONDAY_NOON,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World

DEAD_LETTERS = "StockFeedDeadLetters"


@pytest.fixture
def shop(world: World) -> World:
    """A store that is said to have ten tees."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=10))
    return world


def at(minutes: float) -> str:
    """So many minutes after noon."""
    moment: datetime = MONDAY_NOON + timedelta(minutes=minutes)
    return moment.isoformat()


def a_count(on_hand: int, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """Somebody saw so many tees."""
    told = {
        "type": "count",
        "sku": "tee",
        "location_id": "senayan",
        "on_hand": on_hand,
        "observed_at": at(minutes),
    }
    return told | more


def a_movement(change: int, minutes: float = 0, movement_id: str = "till-1", **more: Any) -> dict[str, Any]:
    """So many tees came or went."""
    told = {"type": "movement", "movement_id": movement_id, "sku": "tee", "location_id": "senayan"}
    return told | {"kind": "sale", "change": change, "at": at(minutes)} | more


def on_hand(shop: World, sku: str = "tee") -> int:
    """Units on the shelf, as they are known."""
    return shop.stock(sku, "senayan").on_hand


def reasons(shop: World) -> list[str]:
    """Codes of what was parked."""
    return [reason.partition(":")[0] for reason in shop.parked(DEAD_LETTERS)]


# --- counts


def test_a_count_is_what_there_is_and_reservations_stay(shop: World) -> None:
    # Given two tees that are promised
    shop.order(order_body(lines=order_lines(tee=2)))

    # When
    assert shop.deliver("stock_feed", a_count(7)) == []

    # Then
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (7, 2, 5)
    assert row.observed_at == MONDAY_NOON


def test_a_count_makes_a_row_where_there_was_none(shop: World) -> None:
    shop.deliver("stock_feed", a_count(4, sku="cap"))

    assert on_hand(shop, "cap") == 4


def test_an_older_count_changes_nothing(shop: World) -> None:
    shop.deliver("stock_feed", a_count(7, minutes=0))
    before = shop.everything()

    shop.deliver("stock_feed", a_count(99, minutes=-1))

    assert shop.everything() == before
    assert reasons(shop) == []


def test_the_same_count_twice_is_one_count(shop: World) -> None:
    shop.deliver("stock_feed", a_count(7))
    before = shop.everything()

    assert shop.deliver("stock_feed", a_count(7), a_count(7)) == []

    assert shop.everything() == before
    assert reasons(shop) == []


def test_two_counts_of_one_moment_that_differ_are_reported(shop: World) -> None:
    shop.deliver("stock_feed", a_count(7))

    shop.deliver("stock_feed", a_count(8))

    assert on_hand(shop) == 7
    assert reasons(shop) == ["contradicting_count"]


def test_a_count_from_the_future_is_parked(shop: World) -> None:
    # Given a till whose clock is four minutes ahead, and one whose clock is six
    shop.deliver("stock_feed", a_count(7, minutes=4), a_count(99, minutes=6))

    # Then
    assert on_hand(shop) == 7
    assert reasons(shop) == ["in_the_future"]


def test_what_was_handed_over_after_the_count_stays_handed_over(shop: World) -> None:
    # Given a count of ten at noon, which arrives late
    late = a_count(10, minutes=0)

    # When a parcel of three leaves at five past and then the count comes
    shop.clock.forward(minutes=5)
    shop.order(delivery_body(lines=order_lines(tee=3)))
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    shop.deliver("stock_feed", late)

    # Then
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (7, 0, 7)


def test_what_was_sold_at_the_till_after_the_count_stays_sold(shop: World) -> None:
    shop.deliver("stock_feed", a_movement(-2, minutes=2), a_movement(-1, minutes=-2, movement_id="till-0"))

    shop.deliver("stock_feed", a_count(10, minutes=0))

    assert on_hand(shop) == 8


def test_a_count_settles_what_was_not_found_and_leaves_what_is_damaged(shop: World) -> None:
    # Given one damaged tee, and the rest not found
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))
    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "damaged"})
    shop.on_task("senayan", "A-2~1", "refuse", {"reason": "not_found"})
    assert shop.stock("tee", "senayan").available == 0

    # When ten are counted, one of them broken
    shop.deliver("stock_feed", a_count(10, minutes=1))

    # Then
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.blocked, row.available) == (10, 1, 9)


def test_a_count_below_what_is_promised_is_a_shortfall_told_as_often_as_it_grows(shop: World) -> None:
    # Given eight tees that are promised
    shop.order(order_body(lines=order_lines(tee=8)))

    # When only five are there, then only three, and one is found again
    shop.deliver("stock_feed", a_count(5, minutes=0))
    shop.deliver("stock_feed", a_count(3, minutes=1))
    shop.deliver("stock_feed", a_count(4, minutes=2))

    # Then
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (4, 8, -4)
    told = [event["detail"] for event in shop.told_on_the_bus() if event["type"] == "StockShortfall"]
    assert told == [{"sku": "tee", "location_id": "senayan", "missing": missing} for missing in (3, 5)]
    assert (
        shop.options(
            {
                "channel": "web",
                "customer": {"point": {"lat": -6.2, "lon": 106.8}},
                "lines": order_lines(tee=1),
            }
        ).body["pickup"]
        == []
    )


def test_shortfalls_of_one_moment_on_two_shelves_are_two_events(shop: World) -> None:
    # Given promises on two shelves, and one stock count of both
    shop.given(stock("senayan", tee=10, cap=5))
    shop.order(order_body("A-1", lines=order_lines(tee=2, cap=2)))

    # When
    shop.deliver("stock_feed", a_count(0), a_count(0, sku="cap"))

    # Then
    ids = {e["event_id"] for e in shop.told_on_the_bus() if e["type"] == "StockShortfall"}
    assert len(ids) == 2


# --- movements


def test_movements_add_up_in_any_order_and_each_once(shop: World) -> None:
    # Given a sale, a return and a delivery, each told twice and in the wrong order
    sale = a_movement(-3, minutes=1, movement_id="s")
    back = a_movement(1, minutes=3, movement_id="b", kind="return")
    receipt = a_movement(20, minutes=2, movement_id="r", kind="receipt")

    # When
    assert shop.deliver("stock_feed", back, receipt, sale, back, sale, receipt) == []

    # Then
    assert on_hand(shop) == 28
    assert len(shop.movements("tee", "senayan")) == 3
    assert reasons(shop) == []


def test_a_movement_that_the_last_count_has_seen_changes_nothing(shop: World) -> None:
    shop.deliver("stock_feed", a_count(7, minutes=0))

    shop.deliver("stock_feed", a_movement(-3, minutes=-5), a_movement(-1, minutes=0, movement_id="till-2"))

    assert on_hand(shop) == 7


def test_a_movement_that_says_something_else_than_before_is_reported(shop: World) -> None:
    shop.deliver("stock_feed", a_movement(-3))

    shop.deliver("stock_feed", a_movement(-4))

    assert on_hand(shop) == 7
    assert reasons(shop) == ["contradicting_movement"]


def test_the_tills_word_of_our_own_handover_is_left_out(shop: World) -> None:
    # Given a parcel that left
    shop.order(delivery_body(lines=order_lines(tee=3)))
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    # When the till books it too
    shop.deliver("stock_feed", a_movement(-3, minutes=1, order_id="D-1"))

    # Then it left once
    assert on_hand(shop) == 7
    assert len(shop.movements("tee", "senayan")) == 1


def test_what_a_customer_brings_back_of_our_order_is_on_the_shelf_again(shop: World) -> None:
    # Given an order that was sent, which the till tells too; and one of it is brought back to the store
    shop.order(delivery_body(lines=order_lines(tee=3)))
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    shop.deliver("stock_feed", a_movement(-3, minutes=1, order_id="D-1"))
    back = a_movement(1, minutes=3, movement_id="till-2", kind="return", order_id="D-1")

    # When
    assert shop.deliver("stock_feed", back, back) == []

    # Then
    assert on_hand(shop) == 8


def test_a_sale_of_what_is_promised_is_a_shortfall(shop: World) -> None:
    shop.order(order_body(lines=order_lines(tee=9)))

    shop.deliver("stock_feed", a_movement(-2, minutes=1))

    assert shop.stock("tee", "senayan").available == -1
    assert [e["detail"]["missing"] for e in shop.told_on_the_bus() if e["type"] == "StockShortfall"] == [1]


def test_a_count_that_meets_another_write_reads_again(shop: World) -> None:
    # Given an order that is placed while a count is being applied
    shop.between(lambda: shop.order(order_body(lines=order_lines(tee=2))))

    # When
    assert shop.deliver("stock_feed", a_count(7)) == []

    # Then neither is lost
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (7, 2, 5)


def test_two_counts_at_once_keep_the_newer(shop: World) -> None:
    shop.between(lambda: shop.deliver("stock_feed", a_count(6, minutes=1)))

    shop.deliver("stock_feed", a_count(99, minutes=0))

    assert on_hand(shop) == 6


# --- what cannot be applied

POISON: dict[str, tuple[Any, str]] = {
    "an unknown SKU": (a_count(1, sku="unicorn"), "unknown_sku"),
    "an unknown location": (a_count(1, location_id="atlantis"), "unknown_location"),
    "a movement at an unknown location": (a_movement(1, location_id="atlantis"), "unknown_location"),
    "broken JSON": ("{", "not_understood"),
    "another type": ({"type": "guess"}, "not_understood"),
    "fewer than none": (a_count(-1), "not_understood"),
    "half a unit": (a_count(1) | {"on_hand": 0.5}, "not_understood"),
    "a moment without an offset": (a_count(1, observed_at="2026-11-23T12:00:00"), "not_understood"),
    "a field nobody knows": (a_count(1, colour="red"), "not_understood"),
}


@pytest.mark.parametrize("name", POISON)
def test_one_poison_message_in_ten_is_parked_and_nine_are_applied(shop: World, name: str) -> None:
    # Given
    poison, reason = POISON[name]
    messages = [a_movement(-1, minutes=n / 10, movement_id=f"m{n}") for n in range(9)]
    messages.insert(4, poison)

    # When
    again = shop.deliver("stock_feed", *messages)

    # Then nothing is delivered again, and somebody can look at the one
    assert again == []
    assert on_hand(shop) == 1
    assert reasons(shop) == [reason]


def test_trouble_outside_gives_the_message_back_and_parks_nothing(shop: World) -> None:
    # Given a table that does not answer for the first message
    shop.fail_once("dynamodb", "TransactWriteItems", "InternalServerError")

    # When
    again = shop.deliver("stock_feed", a_movement(-1, movement_id="m0"), a_movement(-1, movement_id="m1"))

    # Then it comes again, alone
    assert again == ["m0"]
    assert on_hand(shop) == 9
    assert reasons(shop) == []


# --- over HTTP


def test_updates_sent_over_http_wait_in_the_queue_and_are_applied(shop: World) -> None:
    # Given twelve updates: more than one batch of the queue
    updates = [a_movement(-1, minutes=1, movement_id=f"m{n}") for n in range(11)] + [a_count(10, minutes=0)]

    # When
    sent = shop.admin("POST", "/v1/stock-updates", body={"updates": updates})
    waiting = shop.receive("StockFeedQueue")

    # Then
    assert (sent.status, sent.body) == (200, {"accepted": 12})
    assert len(waiting) == 12
    assert on_hand(shop) == 10
    for start in (0, 10):
        assert shop.deliver("stock_feed", *waiting[start : start + 10]) == []
    assert on_hand(shop) == -1


def test_an_update_that_is_none_is_refused_before_it_is_queued(shop: World) -> None:
    # Given nine good ones and one that is not
    updates = [a_count(1, minutes=n) for n in range(9)] + [a_count(1, observed_at="yesterday")]

    # When
    reply = shop.admin("POST", "/v1/stock-updates", body={"updates": updates})

    # Then
    assert (reply.status, reply.body["code"]) == (422, "invalid_request")
    assert reply.body["errors"][0]["field"] == "updates.9.count.observed_at"
    assert shop.receive("StockFeedQueue") == []


@pytest.mark.parametrize("count", [0, 501])
def test_one_to_five_hundred_updates_come_at_once(shop: World, count: int) -> None:
    reply = shop.admin("POST", "/v1/stock-updates", body={"updates": [a_count(1)] * count})

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "updates")


def test_updates_need_a_key(shop: World) -> None:
    body = json.dumps({"updates": [a_count(1)]})

    reply = shop.call("admin", "POST", "/v1/stock-updates", body=body)

    assert (reply.status, reply.body["code"]) == (400, "idempotency_key_required")
    assert shop.receive("StockFeedQueue") == []


def test_a_movement_called_count_does_not_stand_in_a_counts_way(shop: World) -> None:
    moment = shop.clock.at.isoformat()
    shelf = {"sku": "tee", "location_id": "senayan"}
    sold = {"type": "movement", "movement_id": "count", **shelf, "kind": "sale", "change": -1, "at": moment}

    again = shop.deliver("stock_feed", sold, {"type": "count", **shelf, "on_hand": 3, "observed_at": moment})

    assert again == []
    assert shop.stock("tee", "senayan").on_hand == 3
