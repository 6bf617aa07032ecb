"""A customer whose store could not chooses what is to happen, and gets it, once, or hears what is left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import (
    SENAYAN,
    SHIP_TO,
    a_location,
    a_product,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.functions import staff_claims
from tests.support.world import Reply, World

KOTA = {"choice": "pickup", "location_id": "kota"}
BOGOR = {"choice": "pickup", "location_id": "bogor"}
DELIVERED = {"choice": "delivery", "ship_to": SHIP_TO}
CANCELLED = {"choice": "cancel"}


@pytest.fixture
def shop(world: World) -> World:
    """A paid pickup of two tees that its store refused; three tees 9 km away, three 20 km away."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=5, cap=1))
    kota = a_location("kota", name="Kota", point=north_of(SENAYAN, 9), capacity={"pickup": 1, "delivery": 2})
    world.given(kota, stock("kota", tee=3))
    world.given(a_location("bogor", name="Bogor", point=north_of(SENAYAN, -20)), stock("bogor", tee=3))
    world.order(order_body(lines=order_lines(tee=2)))
    refused(world)
    return world


def refused(world: World, location_id: str = "senayan", task: str = "A-1~1") -> None:
    """Say no, and let the outbox run."""
    assert world.on_task(location_id, task, "refuse", {"reason": "no_time"}).status == 200
    world.settle()


def tasks(reply: Reply) -> list[tuple[str, str]]:
    """Where the order's tasks are, and what became of them."""
    return [(s["location_id"], s["status"]) for s in reply.body["shipments"]]


def kinds(choices: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    """What may be chosen."""
    return [(choice["choice"], choice.get("location_id")) for choice in choices]


def reserved(shop: World) -> dict[str, int]:
    """Tees that are set aside, by store."""
    return {place: shop.stock("tee", place).reserved for place in ("senayan", "kota", "bogor")}


# --- each choice is carried out


def test_another_store_gets_the_whole_order(shop: World) -> None:
    # When
    chosen = shop.customer("A-1", "choice", KOTA)
    shop.settle()

    # Then it is that store's work, reserved and told, and the order goes on as a pickup
    order = shop.get_order("A-1")
    assert (chosen.status, chosen.body["status"], chosen.body["location_id"]) == (200, "received", "kota")
    assert (order.body["status"], order.body["method"], "choices" in order.body) == (
        "confirmed",
        "pickup",
        False,
    )
    assert tasks(order) == [("senayan", "refused"), ("kota", "open")]
    assert reserved(shop) == {"senayan": 0, "kota": 2, "bogor": 0}
    assert [m["attributes"]["location_id"] for m in shop.heard("StoreTopic")] == ["kota"]
    assert [t["task_id"] for t in shop.tasks("kota").body["tasks"]] == ["A-1~2"]
    assert shop.events("A-1").count("ChoiceMade") == 1


def test_the_chosen_store_can_hand_it_over(shop: World) -> None:
    # Given
    shop.customer("A-1", "choice", KOTA)
    shop.on_task("kota", "A-1~2", "accept")
    shop.on_task("kota", "A-1~2", "ready")

    # When
    code = shop.seen("A-1").body["code"]
    collected = shop.on_task("kota", "A-1~2", "collect", {"code": code})

    # Then
    assert (collected.status, collected.body["status"]) == (200, "collected")
    assert shop.get_order("A-1").body["status"] == "fulfilled"
    assert shop.seen("A-1").body["status"] == "collected"


def test_delivery_goes_to_the_address_that_was_given(shop: World) -> None:
    # When
    chosen = shop.customer("A-1", "choice", DELIVERED)
    shop.settle()

    # Then it is a delivery of whoever is nearest and did not refuse, with the address on its task
    order = shop.get_order("A-1")
    assert (chosen.status, chosen.body["status"], chosen.body["method"]) == (200, "received", "delivery")
    assert (order.body["status"], order.body["method"]) == ("confirmed", "delivery")
    assert tasks(order) == [("senayan", "refused"), ("kota", "open")]
    assert "deliver_by" in order.body["shipments"][1]["promise"]
    (task,) = shop.tasks("kota").body["tasks"]
    assert (task["method"], task["ship_to"]["street"]) == ("delivery", SHIP_TO["street"])
    # And the store that refused, which sends nothing, does not see where it goes
    path = {"location_id": "senayan", "task_id": "A-1~1"}
    resource = "/v1/locations/{location_id}/tasks/{task_id}"
    told = shop.call("tasks", "GET", resource, path=path, claims=staff_claims("senayan")).body
    assert (told["status"], told.get("ship_to")) == ("refused", None)
    assert shop.on_task("kota", "A-1~2", "accept").status == 200
    shipped = shop.on_task("kota", "A-1~2", "ship", {"carrier": "JNE", "tracking_number": "JX-1"})
    assert shipped.status == 200
    assert shop.seen("A-1").body["parcels"][0]["tracking_number"] == "JX-1"


def test_to_cancel_is_as_every_cancelling_is(shop: World) -> None:
    chosen = shop.customer("A-1", "choice", CANCELLED)

    order = shop.get_order("A-1").body
    assert (chosen.status, chosen.body["status"]) == (200, "cancelled")
    assert (order["status"], order["refund_required"]) == ("cancelled", True)
    assert {"ChoiceMade", "OrderCancelled", "RefundRequired"} <= set(shop.events("A-1"))
    assert reserved(shop) == {"senayan": 0, "kota": 0, "bogor": 0}


def test_a_store_that_refuses_in_its_turn_is_not_offered_either(shop: World) -> None:
    # Given
    shop.customer("A-1", "choice", KOTA)

    # When
    refused(shop, "kota", "A-1~2")

    # Then
    assert kinds(shop.seen("A-1").body["choices"]) == [
        ("pickup", "bogor"),
        ("delivery", None),
        ("cancel", None),
    ]
    again = shop.customer("A-1", "choice", KOTA)
    assert (again.status, again.body["code"]) == (409, "choice_gone")
    assert shop.customer("A-1", "choice", BOGOR).status == 200


def test_the_customer_may_choose_before_we_asked(shop: World) -> None:
    # Given a refusal that is not on its way to the customer yet
    shop.order(order_body("A-2", lines=order_lines(tee=1)))
    shop.on_task("senayan", "A-2~1", "refuse", {"reason": "no_time"})

    # When the customer looks at the page first
    choices = shop.seen("A-2").body["choices"]
    chosen = shop.customer("A-2", "choice", KOTA)
    shop.settle()

    # Then nothing was asked any more
    assert ("pickup", "kota") in kinds(choices)
    assert (chosen.status, shop.events("A-2").count("ChoiceRequired")) == (200, 0)


def test_a_question_that_comes_after_its_answer_is_not_put(shop: World) -> None:
    # Given a customer who chose to have it sent
    shop.settle()
    assert shop.customer("A-1", "choice", DELIVERED).status == 200
    shop.settle()
    shop.heard("CustomerTopic")

    # When the queue brings the question (again)
    (question,) = [e for e in shop.told_on_the_bus() if e["type"] == "ChoiceRequired"]

    # Then it is done with, and nobody hears of it
    assert shop.deliver("notify", {"detail": question}) == []
    assert shop.heard("CustomerTopic") == []


# --- some of it was there


@pytest.fixture
def short(shop: World) -> World:
    """Another paid pickup, of two tees and a cap, of which the store found one tee."""
    shop.order(order_body("A-2", lines=order_lines(tee=2, cap=1)))
    shop.on_task("senayan", "A-2~1", "accept")
    found = {"lines": [{"line_id": "1", "picked": 1}, {"line_id": "2", "picked": 0}]}
    assert shop.on_task("senayan", "A-2~1", "pick", found).status == 200
    shop.given(stock("kota", tee=3, cap=1))
    shop.settle()
    return shop


def test_what_was_found_may_be_enough(short: World) -> None:
    # Given that it is offered first
    assert kinds(short.seen("A-2").body["choices"])[0] == ("part", None)

    # When
    chosen = short.customer("A-2", "choice", {"choice": "part"})
    again = short.customer("A-2", "choice", {"choice": "part"})

    # Then the task goes on with that, and the rest is paid back
    order = short.get_order("A-2").body
    assert (chosen.status, chosen.body["status"], again.raw) == (200, "preparing", chosen.raw)
    assert (order["status"], order["refund_required"]) == ("confirmed", True)
    assert [(line["line_id"], line["quantity"]) for line in order["lines"]] == [("1", 1)]
    assert [(m["line_id"], m["missing"]) for m in order["missing"]] == [("1", 1), ("2", 1)]
    assert short.events("A-2").count("RefundRequired") == 1
    assert short.on_task("senayan", "A-2~1", "ready").status == 200
    code = short.seen("A-2").body["code"]
    assert short.on_task("senayan", "A-2~1", "collect", {"code": code}).status == 200
    assert short.get_order("A-2").body["status"] == "fulfilled"


@pytest.mark.parametrize(
    ("price_of_the_cap", "due"),
    [({"amount": "99000", "currency": "IDR"}, {"amount": "199000", "currency": "IDR"}), (None, None)],
    ids=["the prices are known", "one is not"],
)
def test_who_pays_at_the_handover_is_asked_for_what_was_found_alone(
    shop: World, price_of_the_cap: dict[str, str] | None, due: dict[str, str] | None
) -> None:
    # Given a pickup of two tees and a cap, to be paid in the store, of which one tee was found
    tee, cap = order_lines(tee=2, cap=1)
    lines = [tee | {"unit_price": {"amount": "199000", "currency": "IDR"}}]
    lines += [cap | ({"unit_price": price_of_the_cap} if price_of_the_cap else {})]
    cash = {"state": "on_handover", "kind": "cash", "amount_due": {"amount": "497000", "currency": "IDR"}}
    assert shop.order(order_body("A-3", lines=lines, payment=cash)).status == 201
    shop.on_task("senayan", "A-3~1", "accept")
    found = {"lines": [{"line_id": "1", "picked": 1}, {"line_id": "2", "picked": 0}]}
    assert shop.on_task("senayan", "A-3~1", "pick", found).status == 200

    # When that is enough
    assert shop.customer("A-3", "choice", {"choice": "part"}).status == 200

    # Then neither page nor board asks for the price of what stayed out
    (task,) = [t for t in shop.tasks("senayan").body["tasks"] if t["task_id"] == "A-3~1"]
    assert (shop.seen("A-3").body["amount_due"], task["amount_due"]) == (due, due)


def test_what_was_found_is_put_aside_when_another_store_takes_over(short: World) -> None:
    # When
    chosen = short.customer("A-2", "choice", KOTA)

    # Then all of it comes from there, and the tee that was picked here waits to be put back
    order = short.get_order("A-2")
    assert (chosen.status, tasks(order)) == (200, [("senayan", "cancelled"), ("kota", "open")])
    assert [line["quantity"] for line in order.body["shipments"][1]["lines"]] == [2, 1]
    row = short.stock("tee", "senayan")
    assert (row.reserved, row.blocked) == (0, row.on_hand - row.available)
    (task,) = [t for t in short.tasks("senayan").body["tasks"] if t["task_id"] == "A-2~1"]
    assert task["put_back"] is True


def test_part_is_no_choice_when_nothing_was_found(shop: World) -> None:
    reply = shop.customer("A-1", "choice", {"choice": "part"})

    assert (reply.status, reply.body["code"]) == (409, "choice_gone")
    assert "part" not in [kind for kind, _ in kinds(reply.body["choices"])]


# --- once


@pytest.mark.parametrize("choice", [KOTA, DELIVERED, CANCELLED], ids=["pickup", "delivery", "cancel"])
def test_pressed_twice_it_is_done_once(shop: World, choice: dict[str, Any]) -> None:
    # When the same button is pressed again, by the same phone and by another
    first = shop.customer("A-1", "choice", choice, key="tap")
    after = shop.everything()
    again = shop.customer("A-1", "choice", choice, key="tap")
    elsewhere = shop.customer("A-1", "choice", choice, key="another phone".replace(" ", "-"))

    # Then it has one effect and one answer
    assert (again.raw, elsewhere.raw) == (first.raw, first.raw)
    assert shop.everything() == after


def test_two_who_choose_differently_get_one_effect(shop: World) -> None:
    # When one chooses in the moment in which the other's choice is written
    shop.between(lambda: shop.customer("A-1", "choice", BOGOR))
    late = shop.customer("A-1", "choice", KOTA)

    # Then the first holds, and the other hears that there is nothing to choose any more
    assert (late.status, late.body["code"]) == (409, "nothing_to_choose")
    assert reserved(shop) == {"senayan": 0, "kota": 0, "bogor": 2}


def test_another_address_is_not_silently_ignored(shop: World) -> None:
    shop.customer("A-1", "choice", DELIVERED)

    other = shop.customer("A-1", "choice", {**DELIVERED, "ship_to": {**SHIP_TO, "street": "Jalan Lain 1"}})

    assert (other.status, other.body["code"]) == (409, "nothing_to_choose")


def test_keys_of_two_customers_do_not_meet(shop: World) -> None:
    # Given two customers whose phones count from one
    shop.order(order_body("A-2"))
    refused(shop, task="A-2~1")

    # When
    replies = [shop.customer(order_id, "choice", BOGOR, key="1") for order_id in ("A-1", "A-2")]

    # Then
    assert [(r.status, r.body["order_id"]) for r in replies] == [(200, "A-1"), (200, "A-2")]
    assert reserved(shop)["bogor"] == 3
