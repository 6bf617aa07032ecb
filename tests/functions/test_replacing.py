"""What a reservation holds never counts against its owner, who may change the basket without losing it."""

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
    """A store with three tees and two caps; somebody has two tees in the basket and has not paid."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"))
    world.given(stock("senayan", tee=3, cap=2))
    assert world.order(order_body(lines=order_lines(tee=2), payment=PENDING_CARD)).status == 201
    return world


def instead(order_id: str = "A-2", replaces: str = "A-1", **units: int) -> dict[str, Any]:
    """An unpaid order that takes the other's place."""
    return order_body(order_id, replaces=replaces, lines=order_lines(**units), payment=PENDING_CARD)


def offered(shop: World, **more: Any) -> list[str]:
    """How three tees can be picked up."""
    question = asked(lines=order_lines(tee=3), methods=["pickup"], **more)
    return [option["availability"] for option in shop.options(question).body["pickup"]]


def put(shop: World, **policy: Any) -> None:
    """Set the policy, and wait until everybody has read it, and the locations, anew."""
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=policy)
    shop.clock.forward(seconds=61)


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def statuses(shop: World) -> dict[str, str]:
    """Every order and its status."""
    rows = [row for row in shop.rows("Orders") if row["sk"]["S"] == "ORDER"]
    return {row["order_id"]["S"]: row["status"]["S"] for row in rows}


# --- options


def test_options_count_what_the_askers_own_order_holds(shop: World) -> None:
    assert offered(shop) == ["some"]
    assert offered(shop, order_id="A-1") == ["all_now"]


@pytest.mark.parametrize("end", ["confirm", "cancel", "hold", "time"])
def test_an_order_that_is_no_reservation_any_more_is_simply_nothing(shop: World, end: str) -> None:
    # Given an order that is paid, let go of, held or over
    if end == "time":
        shop.clock.forward(minutes=10)
    else:
        shop.on_order("A-1", end, {"reason": "check"} if end == "hold" else {})

    # Then naming it makes no difference
    assert offered(shop, order_id="A-1") == offered(shop)


def test_an_order_nobody_knows_and_one_of_another_channel_are_simply_nothing(shop: World) -> None:
    assert offered(shop, order_id="A-9") == ["some"]
    assert offered(shop, order_id="A-1", channel="app") == ["some"]


def test_options_count_the_place_that_the_askers_own_order_holds(shop: World) -> None:
    # Given a store that takes one order an hour
    shop.given(a_location("senayan", capacity={"pickup": 1}))
    question = asked(lines=order_lines(tee=1), methods=["pickup"])

    # Then its own hour is offered to the owner, and the next to everybody else
    hours = [
        shop.options({**question, **more}).body["pickup"][0]["ready_by"][11:16]
        for more in ({}, {"order_id": "A-1"})
    ]
    assert hours == ["14:00", "13:00"]


def test_a_delivery_finds_the_askers_own_units_too(shop: World) -> None:
    shop.order(delivery_body("D-1", lines=order_lines(cap=2), payment=PENDING_CARD))
    question = asked(lines=order_lines(cap=2), methods=["delivery"])

    assert shop.options(question).body["delivery"] == []
    (plan,) = shop.options({**question, "order_id": "D-1"}).body["delivery"]
    assert plan["shipments"][0]["location_id"] == "senayan"


# --- replacing


@pytest.mark.parametrize(
    ("units", "tees", "caps"),
    [
        ({"tee": 3}, 3, 0),
        ({"tee": 2}, 2, 0),
        ({"tee": 1}, 1, 0),
        ({"tee": 1, "cap": 2}, 1, 2),
        ({"cap": 1}, 0, 1),
    ],
    ids=["more", "as many", "fewer", "other things too", "something else"],
)
def test_the_new_order_takes_the_place_of_the_old_one(
    shop: World, units: dict[str, int], tees: int, caps: int
) -> None:
    # When
    order = shop.order(instead(**units))

    # Then exactly the new one holds what it holds
    assert (order.status, order.body["status"]) == (201, "reserved")
    assert statuses(shop) == {"A-1": "cancelled", "A-2": "reserved"}
    assert shop.stock("tee", "senayan").reserved == tees
    assert shop.stock("cap", "senayan").reserved == caps
    assert shop.windows() == {"2026-11-23T13": 1}
    assert shop.events("A-1") == ["OrderCancelled", "OrderReserved"]
    assert shop.events("A-2") == ["OrderReserved"]


def test_what_cannot_be_had_leaves_the_old_one_as_it_was(shop: World) -> None:
    before = shop.everything()

    no = shop.order(instead(tee=4))

    assert refused(no) == (409, "out_of_stock")
    assert no.body["left"][0]["left"] == 3
    assert shop.everything() == before


def test_somebody_quicker_between_decision_and_write_is_seen(shop: World) -> None:
    # Given somebody who takes the third tee just before the new order is written
    shop.between(lambda: shop.order(order_body("B-1")))

    # When
    no = shop.order(instead(tee=3))

    # Then the owner keeps the two
    assert (refused(no), no.body["left"][0]["left"]) == ((409, "out_of_stock"), 2)
    assert statuses(shop) == {"A-1": "reserved", "B-1": "confirmed"}
    assert shop.stock("tee", "senayan").available == 0


@pytest.mark.parametrize("step", ["confirm", "cancel"])
def test_an_order_that_ends_between_decision_and_write_is_not_replaced(shop: World, step: str) -> None:
    shop.between(lambda: shop.on_order("A-1", step))

    no = shop.order(instead(tee=3))

    assert refused(no) == (409, "not_reserved")
    assert "A-2" not in statuses(shop)


def test_a_full_hour_is_kept_by_who_is_in_it(shop: World) -> None:
    # Given an hour whose only place the old order holds, and promises that may not move
    shop.given(a_location("senayan", capacity={"pickup": 1}))
    put(shop, capacity_windows=1)

    # When, Then
    assert refused(shop.order(order_body("B-1", lines=order_lines(cap=1)))) == (409, "capacity_full")
    assert shop.order(instead(cap=1)).status == 201
    assert shop.windows() == {"2026-11-23T13": 1}


def test_an_order_moves_to_another_store(shop: World) -> None:
    shop.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=2))
    shop.clock.forward(seconds=61)

    order = shop.order({**instead(tee=2), "location_id": "kota"})

    assert order.status == 201
    assert (shop.stock("tee", "senayan").reserved, shop.stock("tee", "kota").reserved) == (0, 2)


def test_the_limit_on_unpaid_units_counts_the_new_order_alone(shop: World) -> None:
    # Given a limit of three
    put(shop, max_unpaid_units=3)

    # When two become three, then four
    assert shop.order(instead(tee=3)).status == 201
    no = shop.order(instead("A-3", "A-2", tee=2, cap=2))

    # Then
    assert (refused(no), no.body["unpaid"], no.body["wanted"]) == ((409, "too_many_unpaid"), 0, 4)
    counted = [row["used"]["N"] for row in shop.rows("Capacity") if row["window"]["S"] == "UNITS"]
    assert counted == ["3"]


def test_a_paid_order_may_take_the_place_of_an_unpaid_one(shop: World) -> None:
    paid = shop.order({**instead(tee=3), "payment": {"state": "captured", "kind": "card"}})

    assert (paid.status, paid.body["status"]) == (201, "confirmed")
    counted = [row["used"]["N"] for row in shop.rows("Capacity") if row["window"]["S"] == "UNITS"]
    assert counted == ["0"]


def test_a_retry_gets_the_same_bytes_and_another_key_the_same_order(shop: World) -> None:
    first = shop.order(instead(tee=3), key="same")
    before = shop.everything()

    assert shop.order(instead(tee=3), key="same").raw == first.raw
    assert shop.order(instead(tee=3), key="other").status == 200
    assert shop.everything() == before


def test_the_customer_does_not_hear_that_the_old_one_was_cancelled(shop: World) -> None:
    shop.order(instead(tee=3))
    shop.settle()

    assert shop.heard("CustomerTopic") == []


def test_replacing_again_and_again_keeps_nothing_longer_than_extending_does(shop: World) -> None:
    # Given a customer who orders anew every nine minutes, for an hour
    ends = []
    for number in range(2, 8):
        shop.clock.forward(minutes=9)
        order = shop.order(instead(f"A-{number}", f"A-{number - 1}", tee=2))
        ends.append(order.body["reservation_expires_at"][11:16])

    # Then it ends an hour after the first order, and cannot be extended either
    assert ends == ["05:19", "05:28", "05:37", "05:46", "05:55", "06:00"]
    assert shop.on_order("A-7", "extend").body["extended"] is False
    shop.clock.forward(minutes=6)
    assert refused(shop.order(instead("A-8", "A-7", tee=2))) == (409, "not_reserved")


def test_what_is_nearly_gone_is_not_kept_longer_by_replacing(shop: World) -> None:
    # Given tees of which one is left, kept for five minutes
    put(shop, scarce={"units_left": 1, "minutes": 5})
    shop.on_order("A-1", "cancel")
    first = shop.order(instead("B-1", "A-0", tee=2) | {"replaces": None})

    # When they are ordered anew after four
    shop.clock.forward(minutes=4)
    second = shop.order(instead("B-2", "B-1", tee=2))

    # Then there is one minute left
    assert second.body["reservation_expires_at"] == first.body["reservation_expires_at"]


def test_a_new_order_has_at_least_the_time_that_the_old_one_had(shop: World) -> None:
    # Given a bank transfer that may take a day, which becomes a card after five hours
    bank = {"state": "pending", "kind": "virtual_account"}
    old = shop.order({**instead("B-1", "A-1", tee=2), "payment": bank})
    assert old.body["reservation_expires_at"][:13] == "2026-11-24T05"
    shop.clock.forward(hours=5)

    # Then it is kept for ten minutes, as any card
    new = shop.order(instead("B-2", "B-1", tee=2))
    assert new.body["reservation_expires_at"][11:16] == "10:10"


def test_the_event_names_the_new_order_as_all_events_do(shop: World) -> None:
    # Given orders of another channel, whose ids carry it
    app = {"channel": "app"}
    shop.order({**instead("B-1", tee=1), **app, "replaces": None})

    # When one takes the other's place
    assert shop.order({**instead("B-2", "B-1", tee=1), **app}).status == 201

    # Then whoever listens finds it
    (told,) = [event for event in shop.told_on_the_bus() if event["type"] == "OrderCancelled"]
    assert (told["order_id"], told["detail"]["replaced_by"]) == ("app:B-1", "app:B-2")


def test_a_queue_may_replace_too(shop: World) -> None:
    assert shop.deliver("intake", instead(tee=3)) == []

    assert statuses(shop) == {"A-1": "cancelled", "A-2": "reserved"}


@pytest.mark.parametrize("end", ["confirm", "cancel", "hold", "time"])
def test_only_a_live_reservation_is_replaced(shop: World, end: str) -> None:
    # Given
    if end == "time":
        shop.clock.forward(minutes=10)
    else:
        shop.on_order("A-1", end, {"reason": "check"} if end == "hold" else {})
    before = shop.everything()

    # When
    no = shop.order(instead(tee=1))

    # Then
    assert refused(no) == (409, "on_hold" if end == "hold" else "not_reserved")
    assert shop.everything() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (instead(replaces="A-9", tee=1), "unknown_order"),
        ({**instead(tee=1), "channel": "app"}, "unknown_order"),
        (instead("A-1", "A-1", tee=1), "invalid_request"),
    ],
    ids=["nobody's", "another channel's", "itself"],
)
def test_what_cannot_be_replaced_is_named(shop: World, body: dict[str, Any], code: str) -> None:
    no = shop.order(body)

    assert refused(no) == (422, code)
    assert no.body["errors"][0]["field"] == "replaces"
    assert statuses(shop) == {"A-1": "reserved"}


def test_two_orders_too_large_for_one_step_are_refused_together(shop: World) -> None:
    # Given an unpaid order of fifty lines, and no limit on what is unpaid
    put(shop, max_unpaid_units=None)
    old, new = [f"old{n}" for n in range(50)], [f"new{n}" for n in range(50)]
    shop.given([a_product(sku) for sku in old + new], stock("senayan", **dict.fromkeys(old + new, 1)))
    first = order_body("L-1", lines=order_lines(**dict.fromkeys(old, 1)), payment=PENDING_CARD)
    assert shop.order(first).status == 201
    before = shop.everything()

    # When another fifty shall take their place
    no = shop.order(instead("L-2", "L-1", **dict.fromkeys(new, 1)))

    # Then it says why not, and the old one stays
    assert refused(no) == (422, "too_large_together")
    assert no.body["errors"][0]["field"] == "replaces"
    assert shop.everything() == before

    # And the same fifty again are no more rows than fifty
    assert shop.order(instead("L-3", "L-1", **dict.fromkeys(old, 1))).status == 201
