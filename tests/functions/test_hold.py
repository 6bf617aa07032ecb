"""A person stops an order: nothing of it is lost, nobody works on it, and it goes on where it was."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    stock,
)
from tests.support.world import Reply, World

WHY = {"reason": "fraud_check", "note": "called at noon"}


@pytest.fixture
def shop(world: World) -> World:
    """Two stores with two tees each."""
    world.given(a_product("tee"), a_location("senayan"), a_location("kota", point=north_of(SENAYAN, 9)))
    world.given(stock("senayan", tee=2), stock("kota", tee=2))
    return world


def hold(shop: World, order_id: str = "A-1", **more: Any) -> Reply:
    """Stop it."""
    return shop.on_order(order_id, "hold", {**WHY, **more})


def release(shop: World, order_id: str = "A-1") -> Reply:
    """Let it go on."""
    return shop.on_order(order_id, "release")


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def listed(shop: World, location_id: str = "senayan") -> list[str]:
    """The tasks on a store's list."""
    return [task["task_id"] for task in shop.tasks(location_id).body["tasks"]]


def test_a_held_order_shows_why_and_keeps_its_units_and_its_place(shop: World) -> None:
    # Given
    shop.order(order_body())
    kept = shop.stock("tee", "senayan"), shop.windows()

    # When
    reply = hold(shop)

    # Then
    assert (reply.status, reply.body["status"]) == (200, "confirmed")
    assert shop.get_order("A-1").body["hold"] == {**WHY, "since": "2026-11-23T05:00:00+00:00"}
    assert (shop.stock("tee", "senayan"), shop.windows()) == kept
    assert shop.events("A-1") == ["OrderConfirmed", "OrderHeld"]


def test_its_tasks_are_on_no_list_until_it_is_released(shop: World) -> None:
    # Given a task
    shop.order(order_body())
    assert listed(shop) == ["A-1~1"]

    # When
    hold(shop)
    held = listed(shop)
    release(shop)

    # Then
    assert (held, listed(shop)) == ([], ["A-1~1"])


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("accept", {}),
        ("ready", {}),
        ("collect", {"code": "0000-0000"}),
        ("refuse", {"reason": "not_found"}),
    ],
)
def test_every_step_of_staff_hears_that_it_is_held(shop: World, step: str, body: dict[str, Any]) -> None:
    # Given an order that stands ready for the customer
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    hold(shop)
    before = shop.everything()

    # When
    reply = shop.on_task("senayan", "A-1~1", step, body)

    # Then nothing happened, and it can be handed over afterwards
    assert refused(reply) == (409, "on_hold")
    assert shop.everything() == before
    assert release(shop).status == 200
    assert refused(shop.on_task("senayan", "A-1~1", "collect", {"code": "0000-0000"})) == (409, "wrong_code")


def test_a_parcel_is_not_shipped_while_it_is_held(shop: World) -> None:
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "accept")
    hold(shop, "D-1")
    parcel = {"carrier": "JNE", "tracking_number": "1"}

    assert refused(shop.on_task("senayan", "D-1~1", "ship", parcel)) == (409, "on_hold")
    release(shop, "D-1")
    assert shop.on_task("senayan", "D-1~1", "ship", parcel).status == 200


def test_an_unpaid_order_does_not_run_out_while_it_is_held(shop: World) -> None:
    # Given everything in the store reserved and held
    shop.order(order_body(lines=[{"line_id": "1", "sku": "tee", "quantity": 2}], payment=PENDING_CARD))
    assert "reservation_expires_at" not in hold(shop).body

    # When a day goes by
    shop.clock.forward(hours=24)

    # Then neither the sweep nor a buyer ends it
    assert shop.sweep() == 0
    assert shop.order(order_body("B-1")).status == 409
    assert shop.get_order("A-1").body["status"] == "reserved"
    assert shop.on_order("A-1", "extend").body["extended"] is False

    # And released it has ten minutes, and not one more
    assert release(shop).body["reservation_expires_at"] == "2026-11-24T05:10:00+00:00"
    shop.clock.forward(minutes=10)
    assert shop.sweep() == 1
    assert shop.stock("tee", "senayan").available == 2


def test_released_early_it_has_its_old_deadline(shop: World) -> None:
    shop.order(order_body(payment={"state": "pending", "kind": "qris"}))
    hold(shop)
    shop.clock.forward(minutes=3)

    assert release(shop).body["reservation_expires_at"] == "2026-11-23T05:15:00+00:00"


def test_money_for_a_held_order_is_recorded_and_the_store_hears_after_the_release(shop: World) -> None:
    # Given an unpaid order that is held
    shop.order(order_body(payment=PENDING_CARD))
    hold(shop)
    shop.clock.forward(minutes=30)

    # When its money comes
    paid = shop.on_order("A-1", "confirm")
    shop.settle()

    # Then the customer hears that it did, and the store sees nothing yet
    assert (paid.body["status"], paid.body["payment"]["state"]) == ("confirmed", "captured")
    assert len(shop.heard("CustomerTopic")) == 1
    assert (shop.heard("StoreTopic"), listed(shop)) == ([], [])

    # When it is released
    release(shop)
    shop.settle()

    # Then the store hears of it and sees it, and the customer hears nothing more
    assert [m["attributes"]["location_id"] for m in shop.heard("StoreTopic")] == ["senayan"]
    assert listed(shop) == ["A-1~1"]
    assert shop.heard("CustomerTopic") == []


def test_a_store_that_heard_of_a_task_does_not_hear_of_it_again(shop: World) -> None:
    # Given a store that was told
    shop.order(order_body())
    shop.settle()
    assert len(shop.heard("StoreTopic")) == 1

    # When it is held and released, twice
    for _ in range(2):
        hold(shop)
        release(shop)
        shop.settle()

    # Then nobody hears anything
    assert (shop.heard("StoreTopic"), len(shop.heard("CustomerTopic"))) == ([], 1)


def test_whoever_took_a_task_before_anybody_was_told_hears_of_it_after_the_release(shop: World) -> None:
    # Given staff who were quicker than the notice, and a person who stopped the order before it went out
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    hold(shop)
    shop.settle()
    assert shop.heard("StoreTopic") == []

    # When
    release(shop)
    shop.settle()

    # Then
    assert [m["attributes"]["location_id"] for m in shop.heard("StoreTopic")] == ["senayan"]


def test_what_a_store_refused_is_decided_again_after_the_release(shop: World) -> None:
    # Given a parcel that its store refused, and a person was quicker than the router
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "refuse", {"reason": "no_time"})
    hold(shop, "D-1")
    shop.settle()
    assert len(shop.get_order("D-1").body["shipments"]) == 1

    # When
    release(shop, "D-1")
    shop.settle()

    # Then another store has it, and hears of it once
    shipments = shop.get_order("D-1").body["shipments"]
    assert [(s["location_id"], s["status"]) for s in shipments] == [("senayan", "refused"), ("kota", "open")]
    assert [m["attributes"]["location_id"] for m in shop.heard("StoreTopic")] == ["kota"]


def test_a_refused_pickup_is_asked_about_after_the_release(shop: World) -> None:
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "no_time"})
    hold(shop)
    shop.settle()
    assert "choices" not in shop.get_order("A-1").body

    release(shop)
    shop.settle()

    assert shop.get_order("A-1").body["choices"][0]["location_id"] == "kota"


@pytest.mark.parametrize("lines", [[], ["1"]], ids=["whole", "by line"])
def test_a_held_order_can_be_let_go(shop: World, lines: list[str]) -> None:
    shop.order(order_body(payment=PENDING_CARD))
    hold(shop)
    shop.clock.forward(hours=1)

    gone = shop.on_order("A-1", "cancel", {"lines": lines})

    assert (gone.status, gone.body["status"], "hold" in gone.body) == (200, "cancelled", False)
    assert shop.stock("tee", "senayan").available == 2
    assert release(shop).body["status"] == "cancelled"


def test_holding_twice_and_releasing_twice_do_it_once(shop: World) -> None:
    # Given
    shop.order(order_body())

    # When
    first, second = hold(shop), hold(shop, reason="another_word")
    let_go, again = release(shop), release(shop)

    # Then
    assert first.raw == second.raw
    assert let_go.raw == again.raw
    assert shop.events("A-1") == ["OrderConfirmed", "OrderHeld", "OrderReleased"]


def test_a_retry_after_the_release_does_not_hold_again(shop: World) -> None:
    # Given a hold whose answer was lost, and somebody who released it meanwhile
    shop.order(order_body())
    key = uuid4().hex
    held = shop.on_order("A-1", "hold", WHY, key)
    release(shop)

    # When
    retried = shop.on_order("A-1", "hold", WHY, key)

    # Then
    assert retried.raw == held.raw
    assert "hold" not in shop.get_order("A-1").body


def test_what_ended_is_not_held(shop: World) -> None:
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=10)

    assert refused(hold(shop)) == (409, "wrong_state")
    assert refused(hold(shop, "A-9")) == (404, "unknown_order")
    assert shop.sweep() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": "A word!"}, "reason"), ({**WHY, "note": "x" * 201}, "note")],
)
def test_a_hold_needs_a_reason_that_is_a_word(shop: World, body: dict[str, Any], field: str) -> None:
    shop.order(order_body())

    reply = shop.on_order("A-1", "hold", body)

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, field)
