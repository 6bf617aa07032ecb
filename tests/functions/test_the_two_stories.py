"""The main job, in one process: a pickup and a delivery from "what can I get?" to "handed over"."""

from __future__ import annotations

import re

from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    stock,
)
from tests.support.world import World


def test_a_pickup_goes_from_the_question_to_the_handover(world: World) -> None:
    # Given a store with three tees and one farther away
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=1))

    # When the checkout asks
    asked = {
        "channel": "web",
        "customer": {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}},
        "lines": [{"line_id": "1", "sku": "tee", "quantity": 2}],
        "methods": ["pickup"],
    }
    options = world.options(asked).body

    # Then both stores are offered, the nearer first, and the farther says what it lacks
    assert [(o["location_id"], o["availability"]) for o in options["pickup"]] == [
        ("senayan", "all_now"),
        ("kota", "some"),
    ]
    assert options["pickup"][0]["ready_by"] == "2026-11-23T13:00:00+07:00"

    # When the order is placed with that option
    placed = world.order(order_body(lines=asked["lines"], option_id=options["pickup"][0]["option_id"]))

    # Then it is confirmed and its units are reserved
    assert placed.status == 201, placed.body
    assert placed.body["status"] == "confirmed"
    assert (world.stock("tee", "senayan").reserved, world.stock("tee", "senayan").available) == (2, 1)

    # And the store and the customer hear of it
    world.settle()
    (task_told,) = world.heard("StoreTopic")
    assert task_told["attributes"]["location_id"] == "senayan"
    (received,) = world.heard("CustomerTopic")
    assert "kami terima" in received["text"]
    assert "SIAP" not in received["text"]

    # When staff work on it
    (task,) = world.tasks("senayan").body["tasks"]
    assert world.on_task("senayan", task["task_id"], "accept").status == 200
    assert world.on_task("senayan", task["task_id"], "ready").status == 200

    # Then the customer gets the code
    world.settle()
    (ready,) = world.heard("CustomerTopic")
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", ready["text"])
    assert code is not None

    # And with it the goods
    collected = world.on_task("senayan", task["task_id"], "collect", {"code": code[0].lower()})
    assert collected.status == 200, collected.body
    assert world.get_order("A-1").body["status"] == "fulfilled"
    row = world.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (1, 0, 1)
    assert world.tasks("senayan").body["tasks"] == []


def test_a_delivery_is_routed_refused_rerouted_and_shipped(world: World) -> None:
    # Given two stores that could send it
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=1))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=1))

    # When it is ordered
    placed = world.order(delivery_body())

    # Then the nearer store gets it
    assert placed.status == 201, placed.body
    assert [s["location_id"] for s in placed.body["shipments"]] == ["senayan"]

    # When that store cannot find the tee
    refused = world.on_task("senayan", "D-1~1", "refuse", {"reason": "not_found"})
    assert refused.status == 200, refused.body
    world.settle()

    # Then its stock is blocked and the other store has the task
    row = world.stock("tee", "senayan")
    assert (row.reserved, row.blocked, row.available) == (0, 1, 0)
    (task,) = world.tasks("kota").body["tasks"]
    assert task["ship_to"]["street"] == "Jalan Asia Afrika 8"

    # And it is shipped from there
    assert world.on_task("kota", task["task_id"], "accept").status == 200
    shipped = world.on_task("kota", task["task_id"], "ship", {"carrier": "JNE", "tracking_number": "JNE001"})
    assert shipped.status == 200, shipped.body
    order = world.get_order("D-1").body
    assert order["status"] == "fulfilled"
    assert [s["status"] for s in order["shipments"]] == ["refused", "shipped"]
