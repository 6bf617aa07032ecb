"""Staff find less than was promised: what is there goes on, the rest is looked for, and the customer is asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.functions import staff_claims
from tests.support.world import Reply, World


@pytest.fixture
def shop(world: World) -> World:
    """Five tees and a cap here; three tees and a cap 9 km away."""
    world.given(a_product("tee"), a_product("cap"), a_location("senayan"), stock("senayan", tee=5, cap=1))
    world.given(a_location("kota", name="Kota", point=north_of(SENAYAN, 9)), stock("kota", tee=3, cap=1))
    return world


def pick(shop: World, task_id: str, *, key: str | None = None, name: str = "budi", **found: int) -> Reply:
    """``_1=2``: two units of line 1 were found at senayan."""
    lines = [{"line_id": line.removeprefix("_"), "picked": units} for line, units in found.items()]
    return shop.on_task("senayan", task_id, "pick", {"lines": lines}, key=key, name=name)


def accepted(shop: World, body: dict[str, Any]) -> None:
    """An order whose task somebody took."""
    shop.order(body)
    shop.on_task("senayan", f"{body['order_id']}~1", "accept", name="budi")


def parts(shop: World, sku: str, location_id: str = "senayan") -> tuple[int, int, int, int]:
    """On hand, reserved, blocked and available."""
    row = shop.stock(sku, location_id)
    return row.on_hand, row.reserved, row.blocked, row.available


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_what_was_found_in_full_goes_on_and_nothing_moves(shop: World) -> None:
    accepted(shop, order_body(lines=order_lines(tee=2)))

    picked = pick(shop, "A-1~1", _1=2)

    assert (picked.body["status"], picked.body["lines"][0]["picked"]) == ("picked", 2)
    assert parts(shop, "tee") == (5, 2, 0, 3)
    assert shop.on_task("senayan", "A-1~1", "ready", {"staging": "Rak B3"}).body["staging"] == "Rak B3"


def test_the_rest_of_a_delivery_comes_from_elsewhere(shop: World) -> None:
    # Given three tees to be sent, of which one is found
    accepted(shop, delivery_body(lines=order_lines(tee=3)))
    assert pick(shop, "D-1~1", _1=1).body["lines"][0] | {"name": None} == {
        "line_id": "1",
        "sku": "tee",
        "quantity": 3,
        "picked": 1,
        "aside": 0,
        "name": None,
        "variant": None,
        "barcodes": [],
        "image_url": None,
    }

    # Then the two that were missed are blocked at once, and nothing else is
    assert parts(shop, "tee") == (5, 1, 2, 2)
    assert shop.stock("tee", "senayan").doubtful

    # And the other store sends them, once
    shop.settle()
    first, second = shop.get_order("D-1").body["shipments"]
    assert (first["status"], first["lines"][0]["quantity"]) == ("picked", 1)
    assert (second["location_id"], second["lines"][0]["quantity"]) == ("kota", 2)
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    shop.on_task("kota", "D-1~2", "accept")
    shop.on_task("kota", "D-1~2", "ship", {"carrier": "JNE", "tracking_number": "2"})
    assert shop.get_order("D-1").body["status"] == "fulfilled"
    assert parts(shop, "tee") == (4, 0, 2, 2)


def test_the_store_that_was_short_is_not_asked_for_the_rest_though_it_seems_to_have_some(shop: World) -> None:
    # Given that only this store has any left
    accepted(shop, delivery_body(lines=order_lines(tee=3)))
    shop.given(stock("kota", tee=0))

    # When one of three is found
    pick(shop, "D-1~1", _1=1)
    shop.settle()

    # Then a person must look
    order = shop.get_order("D-1").body
    assert (order["status"], order["unfilled"][0]["missing"]) == ("confirmed", 2)
    assert [s["location_id"] for s in order["shipments"]] == ["senayan"]


def test_the_customer_of_a_pickup_is_asked_and_nothing_is_ready_meanwhile(shop: World) -> None:
    # Given a tee and a cap, of which the cap is not there
    accepted(shop, order_body(lines=order_lines(tee=1, cap=1)))
    pick(shop, "A-1~1", _1=1, _2=0)
    shop.settle()

    # Then the customer may take what is there, or have everything elsewhere
    order = shop.get_order("A-1").body
    assert order["status"] == "needs_choice"
    assert [(c["choice"], c.get("location_id")) for c in order["choices"]] == [
        ("part", None),
        ("pickup", "kota"),
        ("delivery", None),
        ("cancel", None),
    ]
    assert shop.heard("CustomerTopic")[-1]["attributes"]["event"] == "ChoiceRequired"

    # And the store waits
    assert refused(shop.on_task("senayan", "A-1~1", "ready")) == (409, "waiting_for_customer")
    (task,) = shop.tasks("senayan").body["tasks"]
    assert (task["status"], task["waiting_for_customer"]) == ("picked", True)


def test_another_store_is_offered_only_with_everything(shop: World) -> None:
    # Given that the other store has a cap, which is what was missing, but no tee
    shop.given(stock("kota", tee=0))
    accepted(shop, order_body(lines=order_lines(tee=1, cap=1)))

    # When
    pick(shop, "A-1~1", _1=1, _2=0)
    shop.settle()

    # Then the tee that was found here is not counted as if it could be collected there
    assert [c["choice"] for c in shop.get_order("A-1").body["choices"]] == ["part", "cancel"]


def test_a_refusal_after_a_short_pick_asks_anew(shop: World) -> None:
    accepted(shop, order_body(lines=order_lines(tee=1, cap=1)))
    pick(shop, "A-1~1", _1=1, _2=0)
    shop.settle()

    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "closing"})
    shop.settle()

    assert [c["choice"] for c in shop.get_order("A-1").body["choices"]] == ["pickup", "delivery", "cancel"]
    assert shop.events("A-1").count("ChoiceRequired") == 2


def test_a_customer_who_cancels_instead_leaves_what_was_picked_aside(shop: World) -> None:
    accepted(shop, order_body(lines=order_lines(tee=1, cap=1)))
    pick(shop, "A-1~1", _1=1, _2=0)
    shop.settle()

    shop.on_order("A-1", "cancel")

    assert parts(shop, "tee") == (5, 0, 1, 4)
    assert parts(shop, "cap") == (1, 0, 1, 0)
    (task,) = shop.tasks("senayan").body["tasks"]
    assert (task["status"], task["put_back"]) == ("cancelled", True)
    assert [(li["sku"], li["aside"]) for li in task["lines"]] == [("tee", 1), ("cap", 0)]


def test_a_count_settles_what_was_not_found(shop: World) -> None:
    # Given a cap that nobody found
    accepted(shop, delivery_body(lines=order_lines(tee=1, cap=1)))
    pick(shop, "D-1~1", _1=1, _2=0)
    assert shop.tasks("senayan").body["tasks"][0]["doubtful"] is False  # it asks for no cap any more

    # When it is found after all, and counted
    count = {"type": "count", "sku": "cap", "location_id": "senayan", "on_hand": 1}
    shop.deliver("stock_feed", count | {"observed_at": shop.clock.now().isoformat()})

    # Then it is on sale again
    assert parts(shop, "cap") == (1, 0, 0, 1)


def test_work_on_what_was_not_found_before_is_doubtful(shop: World) -> None:
    shop.order(order_body("A-2", lines=order_lines(tee=1)))
    accepted(shop, delivery_body("D-1", lines=order_lines(tee=2)))

    pick(shop, "D-1~1", _1=1)

    shown = {task["task_id"]: task["doubtful"] for task in shop.tasks("senayan").body["tasks"]}
    assert shown == {"A-2~1": True, "D-1~1": True}


def test_a_pick_said_twice_happens_once_and_another_outcome_is_refused(shop: World) -> None:
    # Given a pick that is sent twice, and once more by somebody else
    accepted(shop, delivery_body(lines=order_lines(tee=3)))
    first = pick(shop, "D-1~1", key="k", _1=1)
    before = shop.everything()

    # Then the same is the same, and other quantities come too late
    assert pick(shop, "D-1~1", key="k", _1=1).raw == first.raw
    assert pick(shop, "D-1~1", name="siti", _1=1).status == 200
    other = pick(shop, "D-1~1", name="siti", _1=3)
    assert (refused(other), other.body["task_status"]) == ((409, "wrong_state"), "picked")
    assert shop.everything() == before


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing found": ({"lines": [{"line_id": "1", "picked": 0}]}, "lines", "pick_nothing"),
    "more than asked": ({"lines": [{"line_id": "1", "picked": 4}]}, "lines.0.picked", "more_than_asked"),
    "less than nothing": (
        {"lines": [{"line_id": "1", "picked": -1}]},
        "lines.0.picked",
        "greater_than_equal",
    ),
    "another's line": ({"lines": [{"line_id": "9", "picked": 1}]}, "lines.0.line_id", "unknown_line"),
    "no line": ({"lines": []}, "lines", "too_short"),
    "a line twice": ({"lines": [{"line_id": "1", "picked": 1}] * 2}, "lines", "duplicate_line_id"),
    "a moment without a zone": (
        {"lines": [{"line_id": "1", "picked": 3}], "done_at": "2026-11-23T12:00:00"},
        "done_at",
        "timezone_aware",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_pick_that_cannot_be_is_refused_and_named(shop: World, name: str) -> None:
    body, field, code = BAD[name]
    accepted(shop, delivery_body(lines=order_lines(tee=3)))
    before = shop.everything()

    reply = shop.on_task("senayan", "D-1~1", "pick", body)

    assert reply.status == 422
    assert (reply.body["errors"][0]["field"], reply.body["errors"][0]["code"]) == (field, code)
    assert shop.everything() == before


# --- a task that was ready after all


def test_what_was_ready_too_early_is_undone_and_its_code_is_dead(shop: World) -> None:
    # Given
    accepted(shop, order_body())
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    first = shop.heard("CustomerTopic")[-1]["text"]

    # When it is undone, twice, and made ready again
    assert shop.on_task("senayan", "A-1~1", "undo-ready").body["status"] == "picked"
    assert shop.on_task("senayan", "A-1~1", "undo-ready").status == 200
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    second = shop.heard("CustomerTopic")[-1]["text"]

    # Then only the second code opens
    code, new_code = first.rpartition(" ")[2], second.rpartition(" ")[2]
    assert code != new_code
    assert refused(shop.on_task("senayan", "A-1~1", "collect", {"code": code})) == (409, "wrong_code")
    assert shop.on_task("senayan", "A-1~1", "collect", {"code": new_code}).body["status"] == "collected"
    assert shop.events("A-1").count("TaskNotReady") == 1


def test_a_task_is_shown_by_its_name_also_when_it_is_over(shop: World) -> None:
    path = {"location_id": "senayan", "task_id": "A-1~1"}
    resource = "/v1/locations/{location_id}/tasks/{task_id}"
    shop.order(order_body())
    shop.on_order("A-1", "cancel")

    shown = shop.call("tasks", "GET", resource, path=path, claims=staff_claims("senayan"))
    foreign = shop.call(
        "tasks", "GET", resource, path=path | {"location_id": "kota"}, claims=staff_claims("kota")
    )
    nothing = shop.call(
        "tasks", "GET", resource, path=path | {"task_id": "Z-9~1"}, claims=staff_claims("senayan")
    )

    assert (shown.body["status"], shown.body["customer_name"]) == ("cancelled", "Dewi")
    assert refused(foreign) == refused(nothing) == (404, "unknown_task")
