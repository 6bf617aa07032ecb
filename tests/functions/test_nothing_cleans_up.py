"""Two days without a sweep and without any row expiring by itself: what is over is over wherever it is read.

DynamoDB takes expired rows away "within a few days", so nothing may rest on their being gone.
"""

from __future__ import annotations

import pytest

from tests.support.builders import PENDING_CARD, a_location, a_product, asked, order_body, stock
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """One tee, reserved by somebody who did not pay; that was two days ago."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=1))
    world.order(order_body("FIRST", payment=PENDING_CARD))
    world.clock.forward(hours=48)
    return world


def test_it_reads_as_expired(shop: World) -> None:
    assert shop.get_order("FIRST").body["status"] == "expired"


def test_no_store_sees_a_task(shop: World) -> None:
    assert shop.tasks("senayan").body["tasks"] == []


def test_no_step_of_staff_is_possible(shop: World) -> None:
    tried = [shop.on_task("senayan", "FIRST~1", step) for step in ("accept", "ready")]

    assert [reply.body["code"] for reply in tried] == ["unknown_task"] * 2


def test_the_next_buyer_gets_the_unit(shop: World) -> None:
    assert shop.order(order_body("NEXT")).status == 201
    assert shop.get_order("FIRST").body["status"] == "expired"
    assert (shop.stock("tee", "senayan").reserved, shop.stock("tee", "senayan").available) == (1, 0)


def test_late_money_decides_again_and_comes_too_late_for_a_unit_that_was_sold(shop: World) -> None:
    shop.order(order_body("NEXT"))

    paid = shop.on_order("FIRST", "confirm")

    assert (paid.status, paid.body["code"]) == (409, "paid_but_gone")


def test_one_sweep_brings_the_unit_back(shop: World) -> None:
    assert shop.sweep() == 1
    assert shop.options(asked(methods=["pickup"])).body["pickup"][0]["location_id"] == "senayan"


def test_an_answer_that_outlived_its_days_is_still_the_answer_to_the_same_request(shop: World) -> None:
    # Given an answer whose row should be gone
    first = shop.order(order_body("PAID"), key="one")
    shop.clock.forward(days=30)

    # When the request comes once more
    again = shop.order(order_body("PAID"), key="one")

    # Then nothing happens twice
    assert again.raw == first.raw
    assert shop.stock("tee", "senayan").reserved == 1
