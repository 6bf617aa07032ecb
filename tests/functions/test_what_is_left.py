"""A refused order says, line by line, what is left and what it lacks."""

from __future__ import annotations

from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.world import World


def test_only_what_is_short_reads_as_missing(world: World) -> None:
    # Given a store with plenty of tees and one cap
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=9, cap=1))

    # When two lines of caps and one of tees are ordered
    lines = [
        {"line_id": "1", "sku": "tee", "quantity": 2},
        {"line_id": "2", "sku": "cap", "quantity": 1},
        {"line_id": "3", "sku": "cap", "quantity": 2},
    ]
    refused = world.order(order_body(lines=lines))

    # Then the tees lack nothing, and the one cap counts for the first line that wants it
    assert (refused.status, refused.body["code"]) == (409, "out_of_stock")
    assert [(left["line_id"], left["missing"], left["left"]) for left in refused.body["left"]] == [
        ("1", 0, 9),
        ("2", 0, 1),
        ("3", 2, 1),
    ]
