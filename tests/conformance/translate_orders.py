"""What takes orders and time: through the handlers, on the tables."""

from __future__ import annotations

from tests.conformance.cases import Given
from tests.conformance.families import Said, family_in_the_world
from tests.support.builders import PENDING_CARD, a_location, a_product, order_body, order_lines, stock
from tests.support.world import World

CARD_WINDOW_MINUTES = 10


def _shop(world: World, on_hand: int) -> None:
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=on_hand))


@family_in_the_world("idempotent")
def idempotent(given: Given, world: World) -> Said:
    _shop(world, given["on_hand"])
    body = order_body(lines=order_lines(tee=given["qty"]))
    for _ in range(given["same_line_allocated_times"]):
        assert world.order(body, key="the-same").status == 201
    return {"available": world.stock("tee", "senayan").available}


@family_in_the_world("reserve_expiry")
def reserve_expiry(given: Given, world: World) -> Said:
    _shop(world, given["on_hand"])
    other = order_body("other", lines=order_lines(tee=given["reserved_by_others"]), payment=PENDING_CARD)
    assert world.order(other).status == 201
    world.clock.forward(minutes=CARD_WINDOW_MINUTES + given["expired_minutes_ago"])
    lines = [{"line_id": str(n), "sku": "tee", "quantity": units} for n, units in enumerate(given["lines"])]
    return {"ok": world.order(order_body("mine", lines=lines)).status == 201}


@family_in_the_world("counter")
def counter(given: Given, world: World) -> Said:
    _shop(world, on_hand=10)
    lines = [{"line_id": str(n), "sku": "tee", "quantity": 1} for n in range(given["allocated"])]
    assert world.order(order_body(lines=lines)).status == 201
    assert world.stock("tee", "senayan").reserved == given["allocated"]
    gone = [line["line_id"] for line in lines[: given["cancel"]]]
    assert world.on_order("A-1", "cancel", {"lines": gone}).status == 200
    return {"allocated": world.stock("tee", "senayan").reserved}
