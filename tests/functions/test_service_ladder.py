"""What happens when time passes: work that nobody accepts or readies, and goods that nobody comes for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fulfillment.domain.hours import OpeningHours
from tests.support.builders import (
    SENAYAN,
    TEN_TO_TEN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    stock,
)
from tests.support.world import Reply, World

CODE = {"code": "0000-0000"}


@pytest.fixture
def shop(world: World) -> World:
    """Two stores with two tees each. It is Monday, 12.00 WIB; both are open from ten to ten."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=2))
    world.given(a_location("kota", point=north_of(SENAYAN, 3)), stock("kota", tee=2))
    return world


def later(shop: World, **by: float) -> None:
    """So much later the sweep runs, and everybody hears."""
    shop.clock.forward(**by)
    shop.sweep()
    shop.settle()


def told(shop: World, order_id: str, *types: str) -> list[str]:
    """Which of these events the order has told, as often."""
    return [event for event in shop.events(order_id) if event in types]


def task(shop: World, order_id: str, number: int = 1) -> Any:
    """A task as its order shows it."""
    return shop.get_order(order_id).body["shipments"][number - 1]


def put_aside(shop: World, order_id: str = "A-1") -> Reply:
    """A pickup is ready."""
    shop.order(order_body(order_id))
    shop.on_task("senayan", f"{order_id}~1", "accept")
    return shop.on_task("senayan", f"{order_id}~1", "ready")


# --- not accepted


def test_a_store_hears_again_of_a_task_that_it_did_not_accept_in_ten_minutes(shop: World) -> None:
    # Given an order, and nine minutes in which nobody takes it
    shop.order(order_body())
    later(shop, minutes=9)
    assert told(shop, "A-1", "TaskReminded") == []

    # When the tenth is over, whoever sweeps and however often
    later(shop, minutes=1)
    later(shop, minutes=1)

    # Then
    assert told(shop, "A-1", "TaskReminded") == ["TaskReminded"]
    assert task(shop, "A-1")["status"] == "open"


def test_a_delivery_that_is_not_accepted_after_as_long_again_is_offered_elsewhere(shop: World) -> None:
    # Given
    shop.order(delivery_body())
    later(shop, minutes=10)

    # When
    later(shop, minutes=10)

    # Then the first store has lost it, with its units, and is not asked again
    first, second = shop.get_order("D-1").body["shipments"]
    assert (first["status"], first["refusal_reason"]) == ("refused", "not_accepted")
    assert (second["location_id"], second["status"]) == ("kota", "open")
    assert shop.stock("tee", "senayan").available == 2
    assert told(shop, "D-1", "TaskRefused", "OrderRerouted") == ["OrderRerouted", "TaskRefused"]


def test_of_a_pickup_that_is_not_accepted_somebody_hears_and_the_task_stays(shop: World) -> None:
    # Given
    shop.order(order_body())
    later(shop, minutes=10)

    # When
    later(shop, minutes=10)
    later(shop, minutes=30)

    # Then
    assert told(shop, "A-1", "TaskOverdue") == ["TaskOverdue"]
    assert shop.on_task("senayan", "A-1~1", "accept").status == 200


def test_what_is_accepted_in_time_is_not_spoken_of(shop: World) -> None:
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "accept")

    later(shop, minutes=40)

    assert told(shop, "D-1", "TaskReminded", "TaskRefused", "TaskOverdue") == []


def test_timers_stand_still_while_the_store_is_closed(shop: World) -> None:
    # Given an order five minutes before ten in the evening
    shop.clock.forward(hours=9, minutes=55)
    shop.order(order_body())

    # When the night passes, and four minutes of the morning
    later(shop, hours=12, minutes=9)
    assert told(shop, "A-1", "TaskReminded") == []
    later(shop, minutes=1)

    # Then
    assert told(shop, "A-1", "TaskReminded") == ["TaskReminded"]


def test_a_location_may_have_its_own_numbers(shop: World) -> None:
    shop.given(a_location("senayan", service={"accept_minutes": 30}))
    shop.order(order_body())

    later(shop, minutes=29)
    assert told(shop, "A-1", "TaskReminded") == []
    later(shop, minutes=1)

    assert told(shop, "A-1", "TaskReminded") == ["TaskReminded"]


# --- not ready


def test_operations_hear_once_of_what_is_not_ready_in_time(shop: World) -> None:
    # Given an order that is promised in an hour, at a store that has two
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    later(shop, minutes=119)
    assert told(shop, "A-1", "TaskOverdue") == []

    # When
    later(shop, minutes=1)
    later(shop, hours=3)

    # Then
    assert told(shop, "A-1", "TaskOverdue") == ["TaskOverdue"]
    assert shop.on_task("senayan", "A-1~1", "ready").status == 200


# --- not collected


def test_a_pickup_is_kept_for_three_days_until_closing_time(shop: World) -> None:
    made = put_aside(shop)

    assert made.body["collect_until"] == "2026-11-26T22:00:00+07:00"
    assert task(shop, "A-1")["collect_until"] == "2026-11-26T22:00:00+07:00"
    assert shop.tasks("senayan").body["tasks"][0]["collect_until"] == "2026-11-26T22:00:00+07:00"


def test_days_on_which_the_store_is_closed_do_not_count(shop: World) -> None:
    holiday = replace(TEN_TO_TEN, exceptions={date(2026, 11, 25): ()})
    shop.given(a_location("senayan", hours=holiday))

    made = put_aside(shop)

    assert made.body["collect_until"] == "2026-11-27T22:00:00+07:00"


def test_a_store_that_never_opens_again_keeps_it_for_so_many_days(shop: World) -> None:
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.given(a_location("senayan", hours=OpeningHours()))

    made = shop.on_task("senayan", "A-1~1", "ready")

    assert made.body["collect_until"] == "2026-11-27T00:00:00+07:00"


def test_the_customer_is_reminded_a_day_before(shop: World) -> None:
    put_aside(shop)
    later(shop, hours=57)
    assert told(shop, "A-1", "CollectReminded") == []

    later(shop, hours=1)
    later(shop, hours=1)

    assert told(shop, "A-1", "CollectReminded") == ["CollectReminded"]


def test_after_closing_time_of_the_last_day_the_order_ends_and_money_goes_back(shop: World) -> None:
    # Given
    put_aside(shop)

    # When
    later(shop, hours=82)
    later(shop, hours=1)

    # Then the unit waits aside for staff to put it back, and the place in the hour is free
    ended = shop.get_order("A-1").body
    assert (ended["status"], ended["refund_required"]) == ("cancelled", True)
    assert ended["shipments"][0]["status"] == "uncollected"
    heard = told(shop, "A-1", "CollectReminded", "TaskUncollected", "RefundRequired")
    assert heard == ["RefundRequired", "TaskUncollected"]  # nobody is reminded of what is over
    shelf = shop.stock("tee", "senayan")
    assert (shelf.on_hand, shelf.reserved, shelf.blocked, shelf.available) == (2, 0, 1, 1)
    assert set(shop.windows().values()) == {0}


def test_nobody_is_to_be_paid_back_who_was_to_pay_at_the_counter(shop: World) -> None:
    shop.order(order_body(payment={"state": "on_handover", "kind": "cash"}))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")

    later(shop, hours=82)

    assert shop.get_order("A-1").body["refund_required"] is False
    assert told(shop, "A-1", "TaskUncollected", "RefundRequired") == ["TaskUncollected"]


def test_who_comes_after_the_last_minute_is_told_so_before_any_sweep(shop: World) -> None:
    put_aside(shop)
    shop.clock.forward(hours=82)

    late = shop.on_task("senayan", "A-1~1", "collect", CODE)

    assert (late.status, late.body["code"]) == (409, "kept_no_longer")


# --- what stops time


def test_time_stands_still_for_what_a_person_holds(shop: World) -> None:
    # Given a held order
    shop.order(order_body())
    shop.on_order("A-1", "hold", {"reason": "fraud_check"})

    # When an hour passes, and it is released
    later(shop, hours=1)
    shop.on_order("A-1", "release")
    later(shop, minutes=9)
    assert told(shop, "A-1", "TaskReminded") == []
    later(shop, minutes=1)

    # Then the store had its ten minutes
    assert told(shop, "A-1", "TaskReminded") == ["TaskReminded"]


def test_what_is_held_while_it_waits_for_the_customer_is_kept_as_much_longer(shop: World) -> None:
    put_aside(shop)
    shop.on_order("A-1", "hold", {"reason": "fraud_check"})
    later(shop, hours=90)

    shop.on_order("A-1", "release")

    assert task(shop, "A-1")["collect_until"] == "2026-11-30T16:00:00+07:00"


def test_an_outage_of_the_sweep_leaves_the_store_its_second_chance(shop: World) -> None:
    # Given an order that no sweep saw for two hours
    shop.order(delivery_body())

    # When the sweep is back
    later(shop, hours=1)

    # Then the store is reminded first
    assert told(shop, "D-1", "TaskReminded", "TaskRefused") == ["TaskReminded"]
    later(shop, minutes=10)
    assert told(shop, "D-1", "TaskReminded", "TaskRefused") == ["TaskRefused", "TaskReminded"]
