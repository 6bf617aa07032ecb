"""Who may have the goods: whoever shows the code, and whoever a supervisor lets have them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.functions import staff_claims
from tests.support.world import Reply, World

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
PROOF = {"collector_name": "Sari", "document": "ktp", "reason": "HP pelanggan mati"}
SUPERVISOR = {"name": "siti", "cognito:groups": "supervisor"}


@pytest.fixture
def shop(world: World) -> World:
    """A store with a pickup that waits for its customer."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    world.order(order_body())
    step(world, "accept")
    step(world, "ready")
    return world


def step(shop: World, what: str, body: dict[str, Any] | None = None, **who: str) -> Reply:
    """A step of the one task there is."""
    return shop.on_task("senayan", "A-1~1", what, body, **who)


def code(shop: World) -> str:
    """The code that the customer was told last."""
    shop.settle()
    return CODE.findall(shop.heard("CustomerTopic")[-1]["text"])[0]


def guessed(shop: World, times: int = 5) -> list[tuple[int, str]]:
    """So many wrong codes."""
    return [refused(step(shop, "collect", {"code": "0000-0000"})) for _ in range(times)]


def shown(shop: World) -> Any:
    """The task."""
    path = {"location_id": "senayan", "task_id": "A-1~1"}
    resource = "/v1/locations/{location_id}/tasks/{task_id}"
    return shop.call("tasks", "GET", resource, path=path, claims=staff_claims("senayan")).body


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_whoever_shows_the_forwarded_code_may_have_it_and_is_remembered(shop: World) -> None:
    done = step(shop, "collect", {"code": code(shop), "collector": "Ojek Joko"})

    assert done.body["status"] == "collected"
    assert shown(shop)["handover"] == {"collector": "Ojek Joko", "document": None, "reason": None}


def test_a_supervisor_hands_over_to_whom_a_document_names(shop: World) -> None:
    # When
    done = step(shop, "hand-over", PROOF, **SUPERVISOR)

    # Then the goods are gone, and what proved it is there
    assert done.body["status"] == "collected"
    assert shop.get_order("A-1").body["status"] == "fulfilled"
    assert shop.stock("tee", "senayan").on_hand == 9
    assert shown(shop)["handover"] == {"collector": "Sari", "document": "ktp", "reason": "HP pelanggan mati"}


def test_who_came_is_in_a_row_of_its_own_and_nowhere_else(shop: World) -> None:
    # Given a name that stands in nothing else
    step(shop, "hand-over", PROOF | {"collector_name": "Zubaidah", "reason": "sakit gigi"}, **SUPERVISOR)
    shop.settle()

    # Then
    holding = [
        (table, row.get("sk", {}).get("S"))
        for table, rows in shop.everything().items()
        for row in rows
        if "Zubaidah" in str(row) or "sakit gigi" in str(row)
    ]
    assert holding == [("Orders", "HANDOVER#0001")]
    (told,) = [e for e in shop.told_on_the_bus() if e["type"] == "TaskCollected"]
    assert (told["detail"]["by"], told["detail"]["document"]) == ("siti", "ktp")


@pytest.mark.parametrize(("name", "body"), [("hand-over", PROOF), ("unlock", {})])
def test_what_a_supervisor_does_a_picker_may_not(shop: World, name: str, body: dict[str, str]) -> None:
    before = shop.everything()

    assert refused(step(shop, name, body)) == (403, "supervisor_required")
    assert shop.everything() == before


def test_a_hand_over_that_is_repeated_happens_once(shop: World) -> None:
    first = step(shop, "hand-over", PROOF, key="k", **SUPERVISOR)
    before = shop.everything()

    again = step(shop, "hand-over", PROOF, key="k", **SUPERVISOR)
    elsewhere = step(shop, "hand-over", PROOF, **SUPERVISOR)

    assert again.raw == first.raw
    assert (refused(elsewhere), elsewhere.body["task_status"]) == ((409, "wrong_state"), "collected")
    assert shop.everything() == before


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"collector_name": ""}, "collector_name"),
    "the number of a document": ({"collector_name": "Sari 3174010101900001"}, "collector_name"),
    "a document nobody knows": ({"document": "photo"}, "document"),
    "a number in the reason": ({"reason": "KTP 3174010101900001"}, "reason"),
    "a number in groups": ({"reason": "KTP 3174 0101-0190.0001"}, "reason"),
    "a short number in groups": ({"reason": "SIM 12 34 56"}, "reason"),
    "a picture": ({"photo": "data:image/png;base64,"}, "photo"),
}


@pytest.mark.parametrize("name", BAD)
def test_proof_that_says_too_little_or_too_much_is_refused(shop: World, name: str) -> None:
    more, field = BAD[name]
    before = shop.everything()

    reply = step(shop, "hand-over", PROOF | more, **SUPERVISOR)

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, field)
    assert shop.everything() == before


def test_a_reason_may_say_when(shop: World) -> None:
    said = PROOF | {"reason": "HP mati sejak jam 10.30, datang lagi 12/11 ke loket 2"}

    assert step(shop, "hand-over", said, **SUPERVISOR).status == 200


# --- too many wrong codes


def test_a_locked_task_is_shown_as_locked(shop: World) -> None:
    assert shown(shop)["code_locked"] is False

    guessed(shop)

    assert shown(shop)["code_locked"] is True
    assert shop.tasks("senayan").body["tasks"][0]["code_locked"] is True


def test_a_supervisor_forgives_wrong_codes_and_the_old_code_is_dead(shop: World) -> None:
    # Given a locked task
    old = code(shop)
    guessed(shop)

    # When a supervisor unlocks it, and another at the same moment
    assert step(shop, "unlock", **SUPERVISOR).body["status"] == "ready"
    assert step(shop, "unlock", name="rudi", **{"cognito:groups": "supervisor"}).status == 200

    # Then there is one new code, with five tries of its own
    assert shop.events("A-1").count("CodeRenewed") == 1
    assert shown(shop)["code_locked"] is False
    assert refused(step(shop, "collect", {"code": old})) == (409, "wrong_code")
    assert guessed(shop) == [(409, "wrong_code")] * 4 + [(409, "code_locked")]


def test_nothing_is_unlocked_that_is_not_locked(shop: World) -> None:
    before = shop.everything()

    assert step(shop, "unlock", **SUPERVISOR).status == 200
    assert shop.everything() == before


def test_wrong_codes_are_not_forgiven_by_undoing_ready(shop: World) -> None:
    guessed(shop)

    step(shop, "undo-ready")
    step(shop, "ready")

    assert refused(step(shop, "collect", {"code": code(shop)})) == (409, "code_locked")
