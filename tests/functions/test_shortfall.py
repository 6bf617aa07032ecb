"""A shelf holds less than was promised of it: the youngest work that nobody picked gives way, and all hear why."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.application.ports import Command
from fulfillment.application.relieve_shortfall import Relief
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
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """Ten tees and ten caps here, and as many 9 km away."""
    world.given(a_product("tee", barcodes=()), a_product("cap", barcodes=()))
    world.given(a_location("senayan", capacity={"pickup": 20}), stock("senayan", tee=10, cap=10))
    world.given(a_location("kota", name="Kota", point=north_of(SENAYAN, 9)), stock("kota", tee=10, cap=10))
    return world


def place(shop: World, order_id: str, *, paid: bool = True, **lines: int) -> None:
    """A pickup at senayan, placed a second after the one before it."""
    shop.clock.forward(seconds=1)
    payment = {} if paid else {"payment": PENDING_CARD}
    shop.order(order_body(order_id, lines=order_lines(**(lines or {"tee": 2})), **payment))


def count(shop: World, on_hand: int, sku: str = "tee") -> None:
    """Somebody counts, a second later."""
    shop.clock.forward(seconds=1)
    told = {"type": "count", "sku": sku, "location_id": "senayan", "on_hand": on_hand}
    assert shop.deliver("stock_feed", {**told, "observed_at": shop.clock.at.isoformat()}) == []


def status(shop: World, *order_ids: str) -> list[str]:
    """What became of these orders."""
    return [shop.get_order(order_id).body["status"] for order_id in order_ids]


def parts(shop: World, sku: str = "tee", location_id: str = "senayan") -> tuple[int, int, int]:
    """On hand, reserved and available."""
    row = shop.stock(sku, location_id)
    return row.on_hand, row.reserved, row.available


def test_what_is_unpaid_gives_way_before_what_is_paid_and_the_youngest_first(shop: World) -> None:
    # Given eight tees promised: two paid, two unpaid, two paid, two unpaid
    place(shop, "A-1")
    place(shop, "A-2", paid=False)
    place(shop, "A-3")
    place(shop, "A-4", paid=False)

    # When seven are there: one is short
    count(shop, 7)
    shop.settle()

    # Then only the younger of the unpaid went
    assert status(shop, "A-1", "A-2", "A-3", "A-4") == ["confirmed", "reserved", "confirmed", "expired"]
    assert parts(shop) == (7, 6, 1)

    # And when three are there, the other unpaid one, and the younger of the paid
    count(shop, 3)
    shop.settle()
    assert status(shop, "A-1", "A-2", "A-3", "A-4") == ["confirmed", "expired", "needs_choice", "expired"]
    assert parts(shop) == (3, 2, 1)


def test_a_paid_pickup_becomes_the_customers_choice_and_the_store_hears_that_it_is_called_off(
    shop: World,
) -> None:
    # Given
    place(shop, "A-1")
    shop.on_task("senayan", "A-1~1", "accept")
    shop.settle()
    shop.heard("StoreTopic")
    shop.heard("CustomerTopic")

    # When
    count(shop, 1)
    shop.settle()

    # Then its task is gone, with a reason
    assert shop.tasks("senayan").body["tasks"] == []
    (task,) = shop.get_order("A-1").body["shipments"]
    assert (task["status"], task["refusal_reason"]) == ("refused", "stock_short")
    (told,) = shop.heard("StoreTopic")
    assert told["subject"] == "Tugas A-1~1 DIBATALKAN: ambil di toko"
    assert "Jangan disiapkan lagi" in told["text"]
    (asked,) = shop.heard("CustomerTopic")
    assert "ambil di Kota" in asked["text"]


def test_a_paid_delivery_goes_to_another_store_with_all_that_was_in_the_parcel(shop: World) -> None:
    # Given a parcel of a tee and a cap
    shop.order(delivery_body(lines=order_lines(tee=1, cap=1)))
    assert parts(shop, "cap") == (10, 1, 9)

    # When there is no tee
    count(shop, 0)
    shop.settle()

    # Then the other store sends both, and the cap is free here
    tasks = shop.get_order("D-1").body["shipments"]
    assert [(t["location_id"], t["status"]) for t in tasks] == [("senayan", "refused"), ("kota", "open")]
    assert [line["sku"] for line in tasks[1]["lines"]] == ["tee", "cap"]
    assert parts(shop) == (0, 0, 0)
    assert parts(shop, "cap") == (10, 0, 10)


def test_whoever_did_not_pay_yet_hears_that_the_goods_are_not_there(shop: World) -> None:
    # Given an unpaid order of a tee and a cap
    place(shop, "A-1", paid=False, tee=1, cap=1)
    shop.settle()

    # When
    count(shop, 0)
    shop.settle()

    # Then it ended, and all of it is free
    assert status(shop, "A-1") == ["expired"]
    assert parts(shop, "cap") == (10, 0, 10)
    (told,) = shop.heard("CustomerTopic")
    assert "ternyata sudah tidak ada di toko" in told["text"]
    assert [e["detail"] for e in shop.told_on_the_bus() if e["type"] == "OrderExpired"] == [
        {"reason": "stock_short"}
    ]
    assert shop.heard("StoreTopic") == []


def test_money_that_comes_all_the_same_is_decided_again(shop: World) -> None:
    # Given an unpaid order that gave way
    place(shop, "A-1", paid=False)
    count(shop, 0)
    shop.settle()

    # When the tees are found and the money comes, then the order is good
    count(shop, 10)
    assert shop.on_order("A-1", "confirm").status == 200
    assert parts(shop) == (10, 2, 8)


def test_money_for_what_is_not_found_goes_back(shop: World) -> None:
    place(shop, "A-1", paid=False)
    count(shop, 0)
    shop.settle()

    reply = shop.on_order("A-1", "confirm")

    assert (reply.status, reply.body["code"]) == (409, "paid_but_gone")


def test_what_was_picked_never_gives_way_and_a_person_must_look(shop: World) -> None:
    # Given one that is ready, and one that nobody began
    place(shop, "A-1")
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    place(shop, "A-2")

    # When nothing is on the shelf
    count(shop, 0)
    shop.settle()

    # Then it stays short by what was picked
    assert status(shop, "A-1", "A-2") == ["confirmed", "needs_choice"]
    assert parts(shop) == (0, 2, -2)


@pytest.mark.parametrize("picked", [False, True], ids=["nothing was promised", "two are picked"])
def test_a_person_must_look_at_what_was_promised_and_at_nothing_else(shop: World, picked: bool) -> None:
    # Given perhaps an order of two that is ready, and a till that sold two more than anybody knew of
    place(shop, "A-1")
    for step in ("accept", "ready"):
        shop.on_task("senayan", "A-1~1", step)
    if not picked:
        shop.on_task("senayan", "A-1~1", "refuse", {"reason": "no_time"})
    sale = {"type": "movement", "movement_id": "t-1", "sku": "tee", "location_id": "senayan", "change": -12}
    assert shop.deliver("stock_feed", {**sale, "at": shop.clock.at.isoformat()}) == []

    # Then only units of orders are missing
    relief = bootstrap.relieve_shortfall()("tee", "senayan", Command("c", "f"))
    assert relief == Relief(taken=0, missing=2 if picked else 0)


def test_what_a_person_holds_keeps_its_units(shop: World) -> None:
    # Given an order that somebody looks at, and an older one
    place(shop, "A-1")
    place(shop, "A-2")
    held = {"reason": "fraud_check"}
    shop.call(
        "orders",
        "POST",
        "/v1/orders/{order_id}/hold",
        path={"order_id": "A-2"},
        body=held,
        headers={"Idempotency-Key": "k"},
    )

    # When
    count(shop, 3)
    shop.settle()

    # Then
    assert status(shop, "A-1", "A-2") == ["needs_choice", "confirmed"]
    assert parts(shop) == (3, 2, 1)


def test_a_reservation_that_is_over_ends_as_such(shop: World) -> None:
    # Given one whose time to pay ran out, which no sweep has ended yet
    place(shop, "A-1", paid=False)
    shop.clock.forward(minutes=30)

    # When
    count(shop, 0)
    shop.settle()

    # Then
    assert status(shop, "A-1") == ["expired"]
    assert parts(shop) == (0, 0, 0)
    assert [e["detail"] for e in shop.told_on_the_bus() if e["type"] == "OrderExpired"] == [{}]


def test_the_event_told_again_takes_nothing_more(shop: World) -> None:
    # Given a shelf that is one short
    place(shop, "A-1")
    place(shop, "A-2")
    count(shop, 3)
    (event,) = shop.waiting_for("RerouteQueue")

    # When
    assert shop.deliver("reroute", event, event) == []
    before = shop.everything()
    assert shop.deliver("reroute", event) == []

    # Then
    assert shop.everything() == before
    assert parts(shop) == (3, 2, 1)
    assert shop.events("A-2").count("TaskRefused") == 1


def test_two_shortfalls_at_once_take_no_more_than_is_needed(shop: World) -> None:
    # Given two counts that each found less, and another worker that is just about the first
    for n in (1, 2, 3):
        place(shop, f"A-{n}")
    count(shop, 5)
    count(shop, 4)
    first, second = shop.waiting_for("RerouteQueue")
    shop.between(lambda: shop.deliver("reroute", first))

    # When
    assert shop.deliver("reroute", second) == []

    # Then
    assert status(shop, "A-1", "A-2", "A-3") == ["confirmed", "confirmed", "needs_choice"]
    assert parts(shop) == (4, 4, 0)


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(lambda shop: shop.on_order("A-2", "cancel"), id="its customer cancels"),
        pytest.param(lambda shop: count(shop, 10), id="the units are found"),
    ],
)
def test_nothing_gives_way_when_the_shelf_is_no_more_short(shop: World, meanwhile: Any) -> None:
    # Given one tee short, which the youngest would have to give
    place(shop, "A-1")
    place(shop, "A-2")
    count(shop, 3)
    (event,) = shop.waiting_for("RerouteQueue")

    # When that resolves itself just before
    shop.between(lambda: meanwhile(shop))
    assert shop.deliver("reroute", event) == []

    # Then
    assert "TaskRefused" not in shop.events("A-1") + shop.events("A-2")
    assert parts(shop)[2] >= 0


def test_a_task_that_is_picked_just_then_stays_and_an_older_one_gives_way(shop: World) -> None:
    # Given
    place(shop, "A-1")
    place(shop, "A-2")
    shop.on_task("senayan", "A-2~1", "accept")
    count(shop, 3)
    (event,) = shop.waiting_for("RerouteQueue")

    # When staff put the younger one aside at that moment
    shop.between(lambda: shop.on_task("senayan", "A-2~1", "ready"))
    assert shop.deliver("reroute", event) == []

    # Then
    assert status(shop, "A-1", "A-2") == ["needs_choice", "confirmed"]
    assert parts(shop) == (3, 2, 1)


def test_work_that_ends_between_the_readings_of_order_and_shelf_is_read_again(shop: World) -> None:
    # Given three tees that nobody paid, of which a person holds one, and none there
    place(shop, "A-1", paid=False, tee=1)
    shop.on_order("A-1", "hold", {"reason": "fraud_check"})
    place(shop, "A-2", paid=False)
    count(shop, 0)
    (event,) = shop.waiting_for("RerouteQueue")

    # When the other one is cancelled after it was read, and before its shelf is read with it
    def cancel() -> None:
        shop.on_order("A-2", "cancel")

    shop.before("Stock", "GetItem", lambda: shop.before("Stock", "GetItem", cancel))

    # Then that is no trouble: there is nothing left to take
    assert shop.deliver("reroute", event) == []
    assert status(shop, "A-1", "A-2") == ["reserved", "cancelled"]
    assert parts(shop) == (0, 1, -1)


def test_an_order_that_cannot_be_read_does_not_keep_the_next_from_giving_way(shop: World) -> None:
    # Given a young order whose row somebody spoiled by hand
    place(shop, "A-1")
    place(shop, "A-2")
    shop.tampered = True
    task = {"order_id": {"S": "A-2"}, "sk": {"S": "SHIPMENT#0002"}, "document": {"S": "{"}}
    aws.dynamodb().put_item(TableName="Orders", Item=task)

    # When
    count(shop, 3)
    (event,) = shop.waiting_for("RerouteQueue")
    assert shop.deliver("reroute", event) == []

    # Then
    assert status(shop, "A-1") == ["needs_choice"]
    assert parts(shop) == (3, 2, 1)


def test_more_work_than_a_page_is_looked_through(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfillment.application.relieve_shortfall.TASKS_PAGE", 2)
    for n in range(1, 6):
        place(shop, f"A-{n}")

    count(shop, 1)
    shop.settle()

    assert status(shop, *(f"A-{n}" for n in range(1, 6))) == ["needs_choice"] * 5
    assert parts(shop) == (1, 0, 1)


def test_places_in_the_hour_are_given_back(shop: World) -> None:
    place(shop, "A-1")
    place(shop, "A-2", paid=False)

    count(shop, 0)
    shop.settle()

    (window,) = [row for row in shop.rows("Capacity") if row["location_method"]["S"] == "senayan#pickup"]
    assert window["used"]["N"] == "0"
