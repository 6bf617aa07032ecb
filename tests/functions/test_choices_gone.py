"""What a customer chose is gone, or was never a choice: the answer says what is left, and nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.test_choices import CANCELLED, DELIVERED, KOTA, kinds, refused, reserved, shop
from tests.support.builders import SHIP_TO, delivery_body, order_body, order_lines
from tests.support.world import World

__all__ = ["shop"]


# --- what went meanwhile


def test_a_choice_that_went_stale_answers_with_the_choices_now(shop: World) -> None:
    # Given that the tees of the chosen store went while the customer thought
    shop.order(order_body("A-2", location_id="kota", lines=order_lines(tee=2)))
    before = shop.everything()

    # When
    gone = shop.customer("A-1", "choice", KOTA)

    # Then nothing happened but the answer
    assert (gone.status, gone.body["code"]) == (409, "choice_gone")
    assert kinds(gone.body["choices"]) == [("pickup", "bogor"), ("delivery", None), ("cancel", None)]
    assert shop.everything() == before


def test_what_goes_in_the_moment_of_choosing_is_not_sold_twice(shop: World) -> None:
    # When somebody takes the last tees between the decision and its transaction
    shop.between(lambda: shop.order(order_body("A-2", location_id="kota", lines=order_lines(tee=2))))
    gone = shop.customer("A-1", "choice", KOTA)

    # Then
    assert (gone.status, gone.body["code"]) == (409, "choice_gone")
    assert reserved(shop) == {"senayan": 0, "kota": 2, "bogor": 0}


def test_a_store_that_closes_in_the_moment_of_choosing_gets_nothing(shop: World) -> None:
    shop.between(lambda: shop.pause("kota"))

    gone = shop.customer("A-1", "choice", KOTA)

    assert (gone.status, gone.body["code"]) == (409, "choice_gone")
    assert reserved(shop)["kota"] == 0


def test_what_somebody_never_paid_does_not_stand_in_the_way(shop: World) -> None:
    # Given the tees of the store in a basket whose time to pay is over
    unpaid = order_body(
        "A-2", location_id="kota", lines=order_lines(tee=2), payment={"state": "pending", "kind": "card"}
    )
    shop.order(unpaid)
    shop.clock.forward(minutes=11)

    # When
    chosen = shop.customer("A-1", "choice", KOTA)

    # Then
    assert chosen.status == 200
    assert reserved(shop)["kota"] == 2


def test_the_store_that_refused_is_never_asked_again(shop: World) -> None:
    # Given plenty of tees where the answer was no
    back = shop.customer("A-1", "choice", {"choice": "pickup", "location_id": "senayan"})

    assert (back.status, back.body["code"]) == (409, "choice_gone")
    assert ("pickup", "senayan") not in kinds(back.body["choices"])


def test_a_full_hour_at_the_chosen_store_moves_the_promise(shop: World) -> None:
    # Given that the first hour of the store is taken
    first = shop.seen("A-1").body["choices"][0]["ready_by"]
    shop.order(order_body("A-2", location_id="kota"))

    # When
    shop.customer("A-1", "choice", KOTA)

    # Then it is promised for a later hour
    promised = shop.get_order("A-1").body["shipments"][1]["promise"]["ready_by"]
    assert promised > first


# --- what is no choice


def test_there_is_nothing_to_choose_while_the_order_goes_its_way(shop: World) -> None:
    shop.order(order_body("A-2"))

    reply = shop.customer("A-2", "choice", CANCELLED)

    assert (reply.status, reply.body["code"]) == (409, "nothing_to_choose")
    assert shop.get_order("A-2").body["status"] == "confirmed"


def test_a_delivery_has_no_choices(shop: World) -> None:
    shop.order(delivery_body("D-1"))

    assert shop.customer("D-1", "choice", KOTA).body["code"] == "nothing_to_choose"


def test_an_order_that_a_person_holds_waits(shop: World) -> None:
    shop.on_order("A-1", "hold", {"reason": "fraud_check"})

    reply = shop.customer("A-1", "choice", KOTA)

    assert (reply.status, reply.body["code"]) == (409, "on_hold")
    assert shop.seen("A-1").body["status"] == "on_hold"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no choice": ({}, "choice"),
    "unknown": ({"choice": "lottery"}, "choice"),
    "no store": ({"choice": "pickup"}, "location_id"),
    "a store for a delivery": ({"choice": "delivery", "location_id": "kota"}, "location_id"),
    "an address for a pickup": ({**KOTA, "ship_to": SHIP_TO}, "ship_to"),
    "no address": ({"choice": "delivery"}, "ship_to"),
    "half an address": ({"choice": "delivery", "ship_to": {"street": "Jalan 1"}}, "ship_to.recipient"),
    "not a phone": ({**DELIVERED, "ship_to": {**SHIP_TO, "phone": "call me"}}, "ship_to.phone"),
    "more than was asked": ({**KOTA, "price": "0"}, "price"),
}


@pytest.mark.parametrize(("body", "field"), BAD.values(), ids=BAD.keys())
def test_a_bad_choice_names_its_field_and_loses_nothing(
    shop: World, body: dict[str, Any], field: str
) -> None:
    before = shop.everything()

    reply = shop.customer("A-1", "choice", body)

    assert (reply.status, next(e["field"] for e in reply.body["errors"])) == (422, field)
    assert shop.everything() == before


def test_where_nobody_knows_the_place_a_postal_code_is_asked_for(shop: World) -> None:
    # Given a customer of whom we know nothing but the name
    body = order_body("A-2")
    del body["customer"]["point"]
    shop.order(body)
    refused(shop, task="A-2~1")

    # When
    reply = shop.customer("A-2", "choice", DELIVERED)

    # Then
    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "ship_to.postal_code")
