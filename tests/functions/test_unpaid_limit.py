"""Nobody parks a hot item: what one customer may hold without paying is limited, in all orders together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World

CONTACT = {"name": "Dewi", "phone": "081234567890", "locale": "id", "notify": ["whatsapp"]}


@pytest.fixture
def shop(world: World) -> World:
    """A store with a hundred tees and ten caps, where nobody may hold more than five units unpaid."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"))
    world.given(stock("senayan", tee=100, cap=10))
    limit(world, 5)
    return world


def limit(shop: World, units: int | None) -> None:
    """How many units a customer may hold unpaid."""
    body = {"max_unpaid_units": units}
    assert shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=body).status == 200
    shop.clock.forward(seconds=61)  # until everybody has read it


def unpaid(order_id: str, *, phone: str = "081234567890", **units: int) -> dict[str, Any]:
    """An order of so many units that waits for its money."""
    body = order_body(order_id, lines=order_lines(**units), payment=PENDING_CARD)
    customer = {**body["customer"], "contact": {**CONTACT, "phone": phone}}
    return {**body, "customer": customer}


def counted(shop: World) -> list[str]:
    """What is counted, customer by customer."""
    rows = [row for row in shop.rows("Capacity") if row["location_method"]["S"].startswith("UNPAID#")]
    return sorted(row["used"]["N"] for row in rows)


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_a_customer_holds_as_many_units_as_the_limit_and_not_one_more(shop: World) -> None:
    # Given three units that nobody paid for
    assert shop.order(unpaid("A-1", tee=2, cap=1)).status == 201

    # When the same customer wants three more, writing the number in another way
    no = shop.order(unpaid("A-2", phone="+6281234567890", tee=3))

    # Then the answer says how many are unpaid, and nothing more is set aside
    assert refused(no) == (409, "too_many_unpaid")
    assert {name: no.body[name] for name in ("limit", "unpaid", "wanted")} == {
        "limit": 5,
        "unpaid": 3,
        "wanted": 3,
    }
    assert shop.stock("tee", "senayan").reserved == 2
    assert shop.get_order("A-2").status == 404

    # And two more are within the limit, and so is somebody else
    assert shop.order(unpaid("A-3", tee=2)).status == 201
    assert shop.order(unpaid("B-1", phone="081299999999", tee=5)).status == 201
    assert counted(shop) == ["5", "5"]


def test_an_order_above_the_limit_by_itself_is_refused_on_the_first_day(shop: World) -> None:
    no = shop.order(unpaid("A-1", tee=6))

    assert refused(no) == (409, "too_many_unpaid")
    assert (no.body["limit"], no.body["unpaid"], no.body["wanted"]) == (5, 0, 6)
    assert counted(shop) == []


def test_what_is_paid_does_not_count(shop: World) -> None:
    # Given the limit reached
    assert shop.order(order_body("P-1", lines=order_lines(tee=9))).status == 201
    shop.order(unpaid("A-1", tee=5))
    assert shop.order(unpaid("A-2", tee=1)).status == 409

    # When the money comes
    assert shop.on_order("A-1", "confirm").status == 200

    # Then there is room again
    assert counted(shop) == ["0"]
    assert shop.order(unpaid("A-2", tee=5)).status == 201


@pytest.mark.parametrize(("lines", "left"), [([], "0"), (["2"], "4")], ids=["whole", "by line"])
def test_what_is_let_go_of_does_not_count(shop: World, lines: list[str], left: str) -> None:
    shop.order(unpaid("A-1", tee=4, cap=1))

    shop.on_order("A-1", "cancel", {"lines": lines})

    assert counted(shop) == [left]


def test_what_the_sweep_ended_does_not_count(shop: World) -> None:
    shop.order(unpaid("A-1", tee=5))
    shop.clock.forward(minutes=10)

    shop.sweep()

    assert counted(shop) == ["0"]


def test_before_no_is_said_what_the_customer_did_not_pay_in_time_is_ended(shop: World) -> None:
    # Given a reservation of caps that is over, and no sweep has come by
    shop.order(unpaid("A-1", cap=5))
    shop.clock.forward(minutes=10)

    # When its customer orders something else
    order = shop.order(unpaid("A-2", tee=5))

    # Then the one gives way to the other
    assert (order.status, counted(shop)) == (201, ["5"])
    assert shop.get_order("A-1").body["status"] == "expired"
    assert shop.stock("cap", "senayan").available == 10


def test_somebody_elses_overdue_units_make_no_room(shop: World) -> None:
    # Given
    shop.order(unpaid("B-1", phone="081299999999", tee=5))
    shop.clock.forward(minutes=10)
    shop.order(unpaid("A-1", tee=5))

    # When
    no = shop.order(unpaid("A-2", cap=1))

    # Then nobody's order was ended for it
    assert refused(no) == (409, "too_many_unpaid")
    assert counted(shop) == ["5", "5"]


def test_null_is_no_limit_and_units_are_counted_all_the_same(shop: World) -> None:
    # Given no limit
    limit(shop, None)
    assert shop.order(unpaid("A-1", tee=90)).status == 201

    # When there is one again
    limit(shop, 5)

    # Then what is held counts
    no = shop.order(unpaid("A-2", tee=1))
    assert (refused(no), no.body["unpaid"]) == ((409, "too_many_unpaid"), 90)


def test_out_of_the_box_it_is_thirty_units(world: World) -> None:
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=100))

    assert world.order(unpaid("A-1", tee=30)).status == 201
    assert world.order(unpaid("A-2", tee=1)).body["limit"] == 30


def test_a_queue_brings_no_way_round_the_limit(shop: World) -> None:
    # Given
    shop.order(unpaid("A-1", tee=5))

    # When an order comes by the queue
    body = delivery_body("Q-1", payment=PENDING_CARD)
    assert shop.deliver("intake", body) == []

    # Then it is kept for a person to see, and holds nothing
    kept = shop.get_order("Q-1").body
    assert (kept["status"], kept["refusal"]) == ("unfillable", "too_many_unpaid")
    assert counted(shop) == ["5"]


def test_a_retry_counts_once(shop: World) -> None:
    replies = [shop.order(unpaid("A-1", tee=3), key="same").raw for _ in range(3)]

    assert len(set(replies)) == 1
    assert counted(shop) == ["3"]


def test_no_key_and_no_index_names_the_customer(shop: World) -> None:
    shop.order(unpaid("A-1", tee=3))

    order = next(row for row in shop.rows("Orders") if row["sk"]["S"] == "ORDER")
    kept = json.dumps([shop.rows("Capacity"), order], default=repr)
    assert "81234567890" not in kept


def test_a_count_that_vanished_with_old_data_needs_no_giving_back(shop: World) -> None:
    shop.order(unpaid("A-1", tee=3))
    shop.forget_windows()

    assert shop.on_order("A-1", "cancel").status == 200
    assert counted(shop) == []


@pytest.mark.parametrize("units", [0, -1, "5", 1_000_001])
def test_a_limit_that_is_none_is_refused(shop: World, units: Any) -> None:
    reply = shop.admin(
        "PUT", "/v1/policies/{name}", path={"name": "default"}, body={"max_unpaid_units": units}
    )

    assert reply.status == 422
    assert reply.body["errors"][0]["field"].startswith("max_unpaid_units")
