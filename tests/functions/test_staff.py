"""The work of a store's staff: their list, their steps, and the doors that are closed to others."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from fulfillment.domain.basket import Point
from tests.support.builders import (
    PENDING_CARD,
    SHIP_TO,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.functions import staff_claims
from tests.support.world import Reply, World

TASKS = "/v1/locations/{location_id}/tasks"
SHIPPED = {"carrier": "JNE", "tracking_number": "JNE001"}


@pytest.fixture
def shop(world: World) -> World:
    """A store with ten tees, and another."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    world.given(a_location("kota", point=Point(-6.13, 106.81)), stock("kota", tee=10))
    return world


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def ids(reply: Reply) -> list[str]:
    """Ids of the listed tasks."""
    return [task["task_id"] for task in reply.body["tasks"]]


# --- the list


def test_the_list_is_of_open_work_most_urgent_first(shop: World) -> None:
    # Given orders at noon, a quarter past and eleven; one is not paid and one was cancelled
    shop.clock.forward(minutes=15)
    shop.order(order_body("A-1"))
    shop.clock.forward(minutes=-15)
    shop.order(order_body("A-2"))
    shop.order(order_body("A-3", payment=PENDING_CARD))
    shop.order(order_body("A-4"))
    shop.on_order("A-4", "cancel")
    shop.order(order_body("A-5", location_id="kota"))
    shop.clock.forward(hours=-1)
    shop.order(order_body("A-6"))

    # When
    listed = shop.tasks("senayan")

    # Then
    assert ids(listed) == ["A-6~1", "A-2~1", "A-1~1"]
    assert [task["due_at"][11:16] for task in listed.body["tasks"]] == ["12:00", "13:00", "13:15"]
    assert listed.body["next_cursor"] is None


def test_a_task_says_what_staff_need_and_no_more(shop: World) -> None:
    # Given a pickup and a delivery
    shop.order(order_body("A-1", lines=order_lines(tee=2)))
    shop.order(delivery_body("D-1"))

    # When
    tasks = {task["task_id"]: task for task in shop.tasks("senayan").body["tasks"]}

    # Then
    pickup, parcel = tasks["A-1~1"], tasks["D-1~1"]
    assert pickup["lines"] == [
        {
            "line_id": "1",
            "sku": "tee",
            "quantity": 2,
            "picked": None,
            "aside": 0,
            "name": {"id": "Kaus tee", "en": "T-shirt tee"},
            "variant": "M",
            "barcodes": ["2000000000015"],
            "image_url": None,
        }
    ]
    assert (pickup["status"], pickup["accepted_by"], pickup["customer_name"]) == ("open", None, "Dewi")
    assert "ship_to" not in pickup
    assert parcel["ship_to"] == SHIP_TO
    assert "0812" not in str(pickup)


def test_a_long_list_comes_in_pages(shop: World) -> None:
    # Given five tasks
    for n in range(5):
        shop.order(order_body(f"A-{n}"))

    # When they are read two by two
    first = shop.tasks("senayan", limit="2")
    second = shop.tasks("senayan", limit="2", cursor=first.body["next_cursor"])
    third = shop.tasks("senayan", limit="2", cursor=second.body["next_cursor"])

    # Then each is seen once
    assert ids(first) + ids(second) + ids(third) == [f"A-{n}~1" for n in range(5)]
    assert third.body["next_cursor"] is None


def test_a_cursor_of_another_store_or_of_nobody_is_refused(shop: World) -> None:
    # Given a page of another store
    shop.order(order_body("A-1", location_id="kota"))
    shop.order(order_body("A-2", location_id="kota"))
    foreign = shop.tasks("kota", limit="1").body["next_cursor"]
    made_up = base64.urlsafe_b64encode(json.dumps({"order_id": "A-1"}).encode()).decode()

    # Then it opens nothing
    for cursor in (foreign, made_up, "!", base64.urlsafe_b64encode(b"[1]").decode()):
        assert refused(shop.tasks("senayan", cursor=cursor)) == (422, "invalid_cursor")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1.5", "²"])
def test_a_page_has_one_to_a_hundred_tasks(shop: World, limit: str) -> None:
    reply = shop.tasks("senayan", limit=limit)

    assert refused(reply) == (422, "invalid_limit")
    assert reply.body["errors"][0]["field"] == "limit"


# --- who may


CLAIMS: dict[str, dict[str, str]] = {
    "of another store": staff_claims("kota"),
    "with an access token": staff_claims("senayan") | {"token_use": "access"},
    "of no store": staff_claims(),
    "whose store only begins alike": staff_claims("senayan-2,sen"),
    "without a use": {"sub": "x", "custom:locations": "senayan"},
    "without claims": {"sub": "x"},
}


@pytest.mark.parametrize("who", CLAIMS)
def test_there_is_no_such_location_for_somebody(shop: World, who: str) -> None:
    # Given a task
    shop.order(order_body())
    before = shop.everything()
    path = {"location_id": "senayan", "task_id": "A-1~1"}

    # When somebody who may not looks at it, or takes it
    listed = shop.call("tasks", "GET", TASKS, path=path, claims=CLAIMS[who])
    taken = shop.call(
        "tasks",
        "POST",
        f"{TASKS}/{{task_id}}/accept",
        path=path,
        body={},
        headers={"Idempotency-Key": "k"},
        claims=CLAIMS[who],
    )

    # Then it does not exist
    assert refused(listed) == refused(taken) == (404, "unknown_location")
    assert shop.everything() == before


def test_staff_of_two_stores_see_both(shop: World) -> None:
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2", location_id="kota"))

    assert ids(shop.tasks("senayan", of="senayan, kota")) == ["A-1~1"]
    assert ids(shop.tasks("kota", of="senayan, kota")) == ["A-2~1"]


STEPS: dict[str, dict[str, Any]] = {
    "accept": {},
    "pick": {"lines": [{"line_id": "1", "picked": 1}]},
    "ready": {},
    "undo-ready": {},
    "collect": {"code": "00000000"},
    "ship": SHIPPED,
    "refuse": {"reason": "closing"},
}


@pytest.mark.parametrize("step", STEPS)
def test_a_task_of_another_store_does_not_exist(shop: World, step: str) -> None:
    # Given a task of the other store, and one that is not there at all
    shop.order(order_body("A-1", location_id="kota"))
    before = shop.everything()

    # When staff of this store take a step of it through their own door
    foreign = shop.on_task("senayan", "A-1~1", step, STEPS[step])
    nothing = shop.on_task("senayan", "Z-9~1", step, STEPS[step])

    # Then both read alike
    assert refused(foreign) == refused(nothing) == (404, "unknown_task")
    assert foreign.body["detail"] == nothing.body["detail"]
    assert shop.everything() == before


@pytest.mark.parametrize("task_id", ["A-1", "A-1~", "~1", "A-1~x", "A-1~99999", "A-1~-1", "A-1~²", "A-1~2"])
def test_a_name_that_is_no_task_does_not_exist(shop: World, task_id: str) -> None:
    shop.order(order_body())

    assert refused(shop.on_task("senayan", task_id, "accept")) == (404, "unknown_task")


@pytest.mark.parametrize("step", STEPS)
def test_every_step_needs_a_key(shop: World, step: str) -> None:
    shop.order(order_body())
    path = {"location_id": "senayan", "task_id": "A-1~1"}

    reply = shop.call(
        "tasks",
        "POST",
        f"{TASKS}/{{task_id}}/{step}",
        path=path,
        body=STEPS[step],
        claims=staff_claims("senayan"),
    )

    assert refused(reply) == (400, "idempotency_key_required")


# --- the steps


def test_each_step_is_possible_only_when_its_turn_has_come(shop: World) -> None:
    # Given a pickup that nobody accepted yet
    shop.order(order_body())

    # Then it can be neither put aside nor handed over
    assert refused(shop.on_task("senayan", "A-1~1", "ready")) == (409, "wrong_state")
    early = shop.on_task("senayan", "A-1~1", "collect", {"code": "00000000"})
    assert refused(early) == (409, "wrong_state")
    assert early.body["task_status"] == "open"

    # And accepted it can be put aside, not handed over
    assert shop.on_task("senayan", "A-1~1", "accept").body["status"] == "accepted"
    assert refused(shop.on_task("senayan", "A-1~1", "collect", {"code": "00000000"})) == (409, "wrong_state")
    assert shop.on_task("senayan", "A-1~1", "ready").body["status"] == "ready"

    # And put aside it cannot be accepted
    assert refused(shop.on_task("senayan", "A-1~1", "accept")) == (409, "wrong_state")


def test_the_steps_of_a_pickup_are_not_those_of_a_parcel(shop: World) -> None:
    shop.order(order_body("A-1"))
    shop.order(delivery_body("D-1"))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "accept")

    assert refused(shop.on_task("senayan", "A-1~1", "ship", SHIPPED)) == (409, "wrong_method")
    assert refused(shop.on_task("senayan", "D-1~1", "ready")) == (409, "wrong_method")
    assert refused(shop.on_task("senayan", "D-1~1", "collect", {"code": "0"})) == (409, "wrong_method")


def test_a_button_pressed_twice_does_once(shop: World) -> None:
    # Given a parcel that goes its way, every step with a key of its own
    shop.order(delivery_body())
    accepted = shop.on_task("senayan", "D-1~1", "accept", key="k-1")
    shipped = shop.on_task("senayan", "D-1~1", "ship", SHIPPED, key="k-2")
    before = shop.everything()

    # When the buttons are pressed again, the last also under a new key
    assert shop.on_task("senayan", "D-1~1", "accept", key="k-1").raw == accepted.raw
    assert shop.on_task("senayan", "D-1~1", "ship", SHIPPED, key="k-2").raw == shipped.raw
    assert shop.on_task("senayan", "D-1~1", "ship", SHIPPED).status == 200

    # Then nothing more happened
    assert shop.everything() == before
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved) == (9, 0)


def test_accepting_twice_is_accepting_once_and_belongs_to_one_person(shop: World) -> None:
    # Given
    shop.order(order_body())
    first = shop.on_task("senayan", "A-1~1", "accept", name="budi")

    # When Budi presses again, and Siti too
    again = shop.on_task("senayan", "A-1~1", "accept", name="budi")
    other = shop.on_task("senayan", "A-1~1", "accept", name="siti")

    # Then
    assert (first.body["accepted_by"], again.status) == ("budi", 200)
    assert refused(other) == (409, "claimed")
    assert other.body["accepted_by"] == "budi"
    assert shop.events("A-1").count("TaskAccepted") == 1


def test_saying_ready_twice_tells_the_customer_once(shop: World) -> None:
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.settle()
    shop.heard("CustomerTopic")

    shop.on_task("senayan", "A-1~1", "ready")
    again = shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()

    assert again.status == 200
    assert len(shop.heard("CustomerTopic")) == 1


def test_another_tracking_number_is_not_the_same_parcel(shop: World) -> None:
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", SHIPPED)

    other = shop.on_task("senayan", "D-1~1", "ship", SHIPPED | {"tracking_number": "JNE002"})

    assert refused(other) == (409, "wrong_state")
    assert shop.get_order("D-1").body["shipments"][0]["tracking_number"] == "JNE001"


def test_a_key_used_for_another_step_or_by_another_person_is_kept_apart(shop: World) -> None:
    # Given Budi's key
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))
    shop.on_task("senayan", "A-1~1", "accept", key="1", name="budi")

    # Then it is Budi's alone, and for that step alone
    assert shop.on_task("senayan", "A-2~1", "accept", key="1", name="siti").body["accepted_by"] == "siti"
    assert refused(shop.on_task("senayan", "A-1~1", "ready", key="1", name="budi")) == (
        422,
        "idempotency_key_reused",
    )


def test_what_leaves_the_building_is_booked_and_kept_for_the_record(shop: World) -> None:
    # Given
    shop.order(delivery_body(lines=order_lines(tee=2)))
    shop.on_task("senayan", "D-1~1", "accept")

    # When
    shop.on_task("senayan", "D-1~1", "ship", SHIPPED)

    # Then
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (8, 0, 8)
    (movement,) = shop.movements("tee", "senayan")
    assert (movement.kind, movement.change, movement.order_id) == ("handover", -2, "D-1")


BAD_STEPS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "an unknown reason": ("refuse", {"reason": "rain"}, "reason", "literal_error"),
    "no reason": ("refuse", {}, "reason", "missing"),
    "no code": ("collect", {}, "code", "missing"),
    "a code of a page": ("collect", {"code": "x" * 21}, "code", "string_too_long"),
    "no carrier": ("ship", {"tracking_number": "1"}, "carrier", "missing"),
    "no tracking number": (
        "ship",
        {"carrier": "JNE", "tracking_number": ""},
        "tracking_number",
        "string_too_short",
    ),
    "something to say to accept": ("accept", {"by": "siti"}, "by", "extra_forbidden"),
}


@pytest.mark.parametrize("name", BAD_STEPS)
def test_a_step_that_says_too_little_or_too_much_is_refused_and_named(shop: World, name: str) -> None:
    step, body, field, code = BAD_STEPS[name]
    shop.order(order_body())
    before = shop.everything()

    reply = shop.on_task("senayan", "A-1~1", step, body)

    assert refused(reply) == (422, "invalid_request")
    assert (reply.body["errors"][0]["field"], reply.body["errors"][0]["code"]) == (field, code)
    assert shop.everything() == before
