"""A store says no: its stock is corrected at once, it is not asked again, and the customer is never surprised."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World


@pytest.fixture
def shop(world: World) -> World:
    """Five tees here; three 9 km away, three 20 km away."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=5, cap=1))
    world.given(a_location("kota", name="Kota", point=north_of(SENAYAN, 9)), stock("kota", tee=3))
    world.given(a_location("bogor", name="Bogor", point=north_of(SENAYAN, -20)), stock("bogor", tee=3))
    return world


def refuse(shop: World, location_id: str, task_id: str, reason: str = "no_time") -> Reply:
    """Say no, and let the outbox run."""
    reply = shop.on_task(location_id, task_id, "refuse", {"reason": reason})
    shop.settle()
    return reply


def parts(shop: World, sku: str, location_id: str) -> tuple[int, int, int, int]:
    """On hand, reserved, blocked and available."""
    row = shop.stock(sku, location_id)
    return row.on_hand, row.reserved, row.blocked, row.available


# --- the stock of whoever refuses

EFFECTS: dict[str, tuple[tuple[int, int, int, int], list[tuple[str, int, int]]]] = {
    # Of five on hand, two were promised to this order and one to another.
    "not_found": ((5, 1, 4, 0), [("refusal", 0, 4)]),
    "damaged": ((5, 1, 2, 2), [("refusal", 0, 2)]),
    "no_time": ((5, 1, 0, 4), []),
    "closing": ((5, 1, 0, 4), []),
    "other": ((5, 1, 0, 4), []),
}


@pytest.mark.parametrize("reason", EFFECTS)
def test_a_refusal_corrects_the_stock_and_is_recorded(shop: World, reason: str) -> None:
    # Given
    expected, recorded = EFFECTS[reason]
    shop.order(order_body("A-1", lines=order_lines(tee=2)))
    shop.order(order_body("A-2"))

    # When
    refused = shop.on_task("senayan", "A-1~1", "refuse", {"reason": reason, "note": "shelf 4"}, key="k")
    again = shop.on_task("senayan", "A-1~1", "refuse", {"reason": reason, "note": "shelf 4"}, key="k")

    # Then
    assert (refused.status, refused.body["status"]) == (200, "refused")
    assert again.raw == refused.raw
    assert parts(shop, "tee", "senayan") == expected
    assert [(m.kind, m.change, m.blocked_change) for m in shop.movements("tee", "senayan")] == recorded
    assert shop.get_order("A-1").body["shipments"][0]["refusal_reason"] == reason


def test_what_was_not_found_is_not_offered_until_it_is_counted(shop: World) -> None:
    # Given a cap that nobody finds
    shop.order(order_body(lines=order_lines(cap=1)))
    refuse(shop, "senayan", "A-1~1", "not_found")
    assert shop.options(asked(lines=order_lines(cap=1))).body["pickup"] == []

    # When somebody counts: there it is
    shop.clock.forward(minutes=5)
    seen = {"type": "count", "sku": "cap", "location_id": "senayan", "on_hand": 1}
    shop.deliver("stock_feed", {**seen, "observed_at": shop.clock.at.isoformat()})

    # Then it can be had again
    assert parts(shop, "cap", "senayan") == (1, 0, 0, 1)
    assert len(shop.options(asked(lines=order_lines(cap=1))).body["pickup"]) == 1


def test_two_lines_of_one_sku_are_refused_together(shop: World) -> None:
    lines = [{"line_id": "a", "sku": "tee", "quantity": 1}, {"line_id": "b", "sku": "tee", "quantity": 2}]
    shop.order(order_body(lines=lines))

    refuse(shop, "senayan", "A-1~1", "damaged")

    assert parts(shop, "tee", "senayan") == (5, 0, 3, 2)


def test_a_task_is_refused_once(shop: World) -> None:
    shop.order(order_body())
    refuse(shop, "senayan", "A-1~1")

    again = shop.on_task("senayan", "A-1~1", "refuse", {"reason": "damaged"})

    assert (again.status, again.body["code"]) == (409, "wrong_state")
    assert parts(shop, "tee", "senayan") == (5, 0, 0, 5)


@pytest.mark.parametrize("steps", [[], ["accept"], ["accept", "ready"]])
def test_a_store_may_refuse_until_the_handover(shop: World, steps: list[str]) -> None:
    shop.order(order_body())
    for step in steps:
        shop.on_task("senayan", "A-1~1", step)

    assert refuse(shop, "senayan", "A-1~1").status == 200


# --- a pickup becomes a question


def test_a_refused_pickup_is_the_customers_choice_and_never_a_delivery(shop: World) -> None:
    # Given
    shop.order(order_body(lines=order_lines(tee=3)))

    # When
    refuse(shop, "senayan", "A-1~1")

    # Then nobody else has work, and the customer is asked
    order = shop.get_order("A-1").body
    assert (order["status"], order["method"]) == ("needs_choice", "pickup")
    assert [s["status"] for s in order["shipments"]] == ["refused"]
    assert [(c["choice"], c.get("location_id"), c.get("distance_km")) for c in order["choices"]] == [
        ("pickup", "kota", 9.0),
        ("pickup", "bogor", 20.0),
        ("delivery", None, None),
        ("cancel", None, None),
    ]
    assert order["choices"][0]["ready_by"] == "2026-11-23T13:00:00+07:00"
    assert shop.tasks("kota").body["tasks"] == []
    assert [parts(shop, "tee", place)[1] for place in ("senayan", "kota", "bogor")] == [0, 0, 0]
    asked_for = shop.heard("CustomerTopic")[-1]
    assert "ambil di Kota; ambil di Bogor; kirim ke alamat; batal" in asked_for["text"]


def test_the_choices_are_only_what_is_possible(shop: World) -> None:
    # Given a cap that only this store had
    shop.order(order_body(lines=order_lines(cap=1)))

    # When
    refuse(shop, "senayan", "A-1~1", "damaged")

    # Then
    assert shop.get_order("A-1").body["choices"] == [{"choice": "cancel"}]


def test_the_customer_is_asked_once_however_often_the_refusal_is_told(shop: World) -> None:
    # Given
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "closing"})
    (refusal,) = shop.waiting_for("RerouteQueue")

    # When
    assert shop.deliver("reroute", refusal) == []
    asked_once = shop.everything()
    assert shop.deliver("reroute", refusal, refusal) == []

    # Then
    assert shop.events("A-1").count("ChoiceRequired") == 1
    assert shop.everything() == asked_once


# --- a delivery goes elsewhere


def test_a_refused_delivery_goes_to_the_next_store_and_never_back(shop: World) -> None:
    # Given
    shop.order(delivery_body(lines=order_lines(tee=3)))
    shop.settle()

    # When one store after the other refuses, though each still has tees
    refuse(shop, "senayan", "D-1~1")
    second = shop.get_order("D-1").body
    refuse(shop, "kota", "D-1~2")
    third = shop.get_order("D-1").body

    # Then the next takes over, and the customer was told nothing of it
    assert [(s["location_id"], s["status"]) for s in second["shipments"]] == [
        ("senayan", "refused"),
        ("kota", "open"),
    ]
    assert [(s["location_id"], s["status"]) for s in third["shipments"]][2] == ("bogor", "open")
    assert third["status"] == "confirmed"
    assert [m["attributes"]["location_id"] for m in shop.heard("StoreTopic")] == ["senayan", "kota", "bogor"]
    assert [m["attributes"]["event"] for m in shop.heard("CustomerTopic")] == ["OrderConfirmed"]


def test_a_delivery_that_nobody_can_supply_any_more_is_told_once(shop: World) -> None:
    # Given
    shop.order(delivery_body(lines=order_lines(tee=3)))
    refuse(shop, "senayan", "D-1~1")
    refuse(shop, "kota", "D-1~2")

    # When the last store refuses
    refuse(shop, "bogor", "D-1~3", "damaged")

    # Then a person must look at it, and nothing is reserved anywhere
    order = shop.get_order("D-1").body
    assert order["status"] == "unfillable"
    assert order["unfilled"] == [{"line_id": "1", "sku": "tee", "missing": 3, "left": 0}]
    assert [parts(shop, "tee", place)[1] for place in ("senayan", "kota", "bogor")] == [0, 0, 0]
    assert shop.events("D-1").count("OrderUnfillable") == 1
    assert "belum dapat kami penuhi" in shop.heard("CustomerTopic")[-1]["text"]


def test_only_what_was_refused_is_looked_for_elsewhere(shop: World) -> None:
    # Given a cap from here, which is sent, and a bag from 9 km away, which is refused
    shop.given(a_product("bag"), stock("kota", bag=1), stock("bogor", bag=1))
    shop.order(delivery_body(lines=order_lines(cap=1, bag=1)))
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    # When
    refuse(shop, "kota", "D-1~2", "damaged")

    # Then
    order = shop.get_order("D-1").body
    assert [(s["location_id"], s["status"]) for s in order["shipments"]] == [
        ("senayan", "shipped"),
        ("kota", "refused"),
        ("bogor", "open"),
    ]
    assert [line["sku"] for line in order["shipments"][2]["lines"]] == ["bag"]


def test_the_rest_of_an_order_goes_on_when_a_part_cannot_be_had(shop: World) -> None:
    # Given a tee from here and a bag that only Kota has
    shop.given(a_product("bag"), stock("kota", bag=1))
    shop.order(delivery_body(lines=order_lines(cap=1, bag=1)))

    # When Kota refuses
    refuse(shop, "kota", "D-1~2", "damaged")

    # Then the order is not unfillable as a whole
    order = shop.get_order("D-1").body
    assert order["status"] == "confirmed"
    assert [u["sku"] for u in order["unfilled"]] == ["bag"]
    assert [task["task_id"] for task in shop.tasks("senayan").body["tasks"]] == ["D-1~1"]


def test_units_that_nobody_paid_for_in_time_go_to_whom_a_store_refused(shop: World) -> None:
    # Given caps: one here, ordered as a parcel, and one in Kota, kept for somebody whose time to pay is over
    shop.given(stock("kota", cap=1))
    shop.order(delivery_body(lines=order_lines(cap=1)))
    shop.order(order_body(location_id="kota", lines=order_lines(cap=1), payment=PENDING_CARD))
    shop.clock.forward(minutes=11)

    # When the cap here is broken, before the sweep comes by
    refuse(shop, "senayan", "D-1~1", "damaged")

    # Then
    assert [s["location_id"] for s in shop.get_order("D-1").body["shipments"]] == ["senayan", "kota"]
    assert shop.get_order("A-1").body["status"] == "expired"


def test_a_second_refusal_of_what_nobody_has_is_told_too(shop: World) -> None:
    # Given a cap from here and a bag that only Kota had, and refused
    shop.given(a_product("bag"), stock("kota", bag=1))
    shop.order(delivery_body(lines=order_lines(cap=1, bag=1)))
    refuse(shop, "kota", "D-1~2", "damaged")

    # When the cap cannot be had either
    refuse(shop, "senayan", "D-1~1", "damaged")

    # Then a person must look at all of it: nothing is under way any more
    order = shop.get_order("D-1").body
    assert order["status"] == "unfillable"
    assert [u["sku"] for u in order["unfilled"]] == ["cap", "bag"]
    assert shop.events("D-1").count("OrderUnfillable") == 2


def test_an_order_of_which_only_what_nobody_has_is_left_is_unfillable(shop: World) -> None:
    # Given a bag that nobody has any more, and a cap that is under way
    shop.given(a_product("bag"), stock("kota", bag=1))
    shop.order(delivery_body(lines=order_lines(cap=1, bag=1)))
    refuse(shop, "kota", "D-1~2", "damaged")

    # When the customer does not want the cap either
    shop.on_order("D-1", "cancel", {"lines": ["1"]})

    # Then a person still decides on the bag
    order = shop.get_order("D-1").body
    assert (order["status"], [u["sku"] for u in order["unfilled"]]) == ("unfillable", ["bag"])


def test_a_refusal_told_twice_is_rerouted_once(shop: World) -> None:
    # Given
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "refuse", {"reason": "no_time"})
    (refusal,) = shop.waiting_for("RerouteQueue")

    # When
    shop.deliver("reroute", refusal, refusal)
    shop.deliver("reroute", refusal)

    # Then
    assert [s["status"] for s in shop.get_order("D-1").body["shipments"]] == ["refused", "open"]
    assert parts(shop, "tee", "kota") == (3, 1, 0, 2)
    assert shop.events("D-1").count("OrderRerouted") == 1


def test_an_order_cancelled_meanwhile_is_not_rerouted(shop: World) -> None:
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "refuse", {"reason": "no_time"})
    shop.on_order("D-1", "cancel")
    shop.settle()

    assert shop.get_order("D-1").body["status"] == "cancelled"
    assert [parts(shop, "tee", place)[1] for place in ("senayan", "kota", "bogor")] == [0, 0, 0]


POISON: dict[str, Any] = {
    "no JSON": "{",
    "no object": "[]",
    "no event": {"detail": {"order_id": "D-1"}},
    "an event of a kind nobody knows": {
        "detail": {
            "event_id": "e",
            "type": "Boom",
            "at": "2026-11-23T05:00:00Z",
            "order_id": "D-1",
            "detail": {},
        }
    },
}


@pytest.mark.parametrize("name", POISON)
def test_a_message_that_cannot_be_understood_is_parked_alone(shop: World, name: str) -> None:
    # Given a refusal
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "refuse", {"reason": "no_time"})
    (refusal,) = shop.waiting_for("RerouteQueue")

    # When it comes together with nonsense
    again = shop.deliver("reroute", POISON[name], refusal)

    # Then
    assert again == []
    assert [reason.partition(":")[0] for reason in shop.parked("StockFeedDeadLetters")] == ["not_understood"]
    assert [s["status"] for s in shop.get_order("D-1").body["shipments"]] == ["refused", "open"]
