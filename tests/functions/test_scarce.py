"""What is nearly gone is not kept long for somebody who has not paid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import PENDING_CARD, a_location, a_product, order_body, order_lines, stock
from tests.support.world import World

VIRTUAL_ACCOUNT = {"state": "pending", "kind": "virtual_account"}


@pytest.fixture
def shop(world: World) -> World:
    """A store with six tees and fifty caps; where three or fewer are left, five minutes are enough."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=6, cap=50))
    put(world, scarce={"units_left": 3, "minutes": 5})
    return world


def put(world: World, **policy: Any) -> None:
    """Set the policy."""
    assert world.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=policy).status == 200


def kept_until(world: World, order_id: str, payment: dict[str, Any], **units: int) -> str:
    """Until when it is kept; it is 05:00 at first."""
    order = world.order(order_body(order_id, lines=order_lines(**units), payment=payment))
    assert order.status == 201, order.body
    until: str = order.body["reservation_expires_at"]
    return until[11:16]


def test_the_order_that_leaves_few_is_kept_for_a_short_time_and_those_before_are_not(shop: World) -> None:
    assert kept_until(shop, "A-1", PENDING_CARD, tee=2) == "05:10"
    assert kept_until(shop, "A-2", PENDING_CARD, tee=1) == "05:05"
    assert kept_until(shop, "A-3", VIRTUAL_ACCOUNT, tee=1) == "05:05"
    assert kept_until(shop, "A-4", VIRTUAL_ACCOUNT, cap=1) == "05:00"  # of the next day


def test_one_scarce_line_is_enough(shop: World) -> None:
    assert kept_until(shop, "A-1", PENDING_CARD, cap=1, tee=3) == "05:05"


def test_what_is_left_is_what_others_may_buy(shop: World) -> None:
    # Given three units that are never offered
    put(shop, scarce={"units_left": 0, "minutes": 5}, floors=[{"units": 3}])

    assert kept_until(shop, "A-1", PENDING_CARD, tee=2) == "05:10"
    assert kept_until(shop, "A-2", PENDING_CARD, tee=1) == "05:05"


def test_a_shorter_window_of_the_payment_stays(shop: World) -> None:
    soon = {**PENDING_CARD, "pay_by": "2026-11-23T05:03:00Z"}

    assert kept_until(shop, "A-1", soon, tee=6) == "05:03"


def test_being_at_it_keeps_nothing_scarce_longer(shop: World) -> None:
    shop.order(order_body(lines=order_lines(tee=6), payment=PENDING_CARD))
    shop.clock.forward(minutes=4)

    extended = shop.on_order("A-1", "extend")

    assert extended.body["extended"] is False
    shop.clock.forward(minutes=1)
    assert shop.order(order_body("B-1")).status == 201


def test_without_the_rule_nothing_is_scarce(shop: World) -> None:
    put(shop, scarce=None)

    assert kept_until(shop, "A-1", PENDING_CARD, tee=6) == "05:10"


def test_who_paid_is_not_concerned(shop: World) -> None:
    order = shop.order(order_body(lines=order_lines(tee=6)))

    assert "reservation_expires_at" not in order.body


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"units_left": -1, "minutes": 5}, "scarce.units_left"),
        ({"units_left": 3, "minutes": 0}, "scarce.minutes"),
        ({"units_left": 3}, "scarce.minutes"),
        ({"units_left": 3, "minutes": 5, "hours": 1}, "scarce.hours"),
    ],
)
def test_a_rule_that_is_none_is_refused(shop: World, rule: dict[str, Any], field: str) -> None:
    reply = shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body={"scarce": rule})

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, field)
