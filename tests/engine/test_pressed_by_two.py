"""Every step of a task pressed by two people at once, each with a trembling finger: one effect, one clear answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.domain import pickup_code
from tests.support.builders import a_location, a_product, delivery_body, order_body, stock
from tests.support.ledger import check_ledger
from tests.support.races import race, warm
from tests.support.world import Reply, World

pytestmark = pytest.mark.engine

OPENED = {("tee", "senayan"): 5}
WRONG = {"code": "0000-0000"}
FOUND = {"lines": [{"line_id": "1", "picked": 1}]}
PROOF = {"collector_name": "Sari", "document": "ktp", "reason": "HP mati"}
PARCEL = {"carrier": "JNE", "tracking_number": "1"}
BACK = {"lines": [{"line_id": "1", "quantity": 1}]}


@pytest.fixture
def shop(engine_world: World) -> World:
    """Five tees."""
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=5))
    warm()
    return engine_world


def the_code(version: int = 1) -> dict[str, str]:
    """What the customer was told."""
    _, key = SecretKeys(aws.secretsmanager(), "pickup-code-key").newest()
    return {"code": pickup_code.derive(key, "A-1", 1, version)}


def step(shop: World, name: str, body: Any = None, by: str = "siti", key: str | None = None) -> Reply:
    """A step of the one task there is, by a supervisor."""
    who = {"name": by, "cognito:groups": "supervisor"}
    return shop.on_task("senayan", "A-1~1", name, body, key, **who)


def taken(shop: World, *steps: str, delivery: bool = False) -> None:
    """The task, so far."""
    shop.order(delivery_body("A-1") if delivery else order_body())
    for name in steps:
        assert step(shop, name, FOUND if name == "pick" else None).status == 200


def cancelled(shop: World) -> None:
    """What was picked for it stands aside."""
    taken(shop, "accept", "ready")
    shop.on_order("A-1", "cancel")


def locked(shop: World) -> None:
    """Five wrong codes."""
    taken(shop, "accept", "ready")
    for _ in range(5):
        step(shop, "collect", WRONG)


# What each of the two says, from where, what it tells once, and what the second of them hears.
Case = tuple[Callable[[World], None], str, Any, str, int | str]
CASES: dict[str, Case] = {
    "accept": (taken, "accept", None, "TaskAccepted", "claimed"),
    "pick": (lambda s: taken(s, "accept"), "pick", FOUND, "TaskPicked", 200),
    "ready": (lambda s: taken(s, "accept"), "ready", None, "TaskReady", 200),
    "undo-ready": (lambda s: taken(s, "accept", "ready"), "undo-ready", None, "TaskNotReady", 200),
    "collect": (lambda s: taken(s, "accept", "ready"), "collect", the_code, "TaskCollected", "wrong_state"),
    "hand-over": (lambda s: taken(s, "accept", "ready"), "hand-over", PROOF, "TaskCollected", "wrong_state"),
    "unlock": (locked, "unlock", None, "CodeRenewed", 200),
    "ship": (lambda s: taken(s, "accept", delivery=True), "ship", PARCEL, "TaskShipped", 200),
    "refuse": (lambda s: taken(s, "accept"), "refuse", {"reason": "damaged"}, "TaskRefused", "wrong_state"),
    "refuse everything": (
        lambda s: taken(s, "accept"),
        "refuse",
        {"reason": "not_found", "everything": True},
        "TaskRefused",
        "wrong_state",
    ),
    "put back": (cancelled, "put-back", BACK, "TaskPutBack", "more_than_aside"),
    "write off": (cancelled, "put-back", {**BACK, "written_off": True}, "TaskPutBack", "more_than_aside"),
}


@pytest.mark.parametrize("name", CASES)
def test_two_people_press_at_once_and_it_happens_once(shop: World, name: str) -> None:
    # Given
    begin, what, body, told, second = CASES[name]
    begin(shop)
    before = shop.events("A-1").count(told)
    said = body() if callable(body) else body

    # When each presses twice, under a key of their own
    presses = [
        lambda by=by: step(shop, what, said, by, key=f"{by}-{name}".replace(" ", "-"))
        for by in ("budi", "siti", "budi", "siti")
    ]
    replies = race(presses, threads=4).answers

    # Then it happened once, and each heard one thing: that it is done, or why it is not theirs to do
    assert shop.events("A-1").count(told) == before + 1
    heard = [reply.status if reply.status == 200 else reply.body["code"] for reply in replies]
    assert heard[0] == heard[2], heard
    assert heard[1] == heard[3], heard
    assert sorted(map(str, {heard[0], heard[1]})) in (["200"], sorted({"200", str(second)})), heard
    assert (heard[0] == heard[1]) == (second == 200), heard
    check_ledger(aws.dynamodb(), OPENED)


def test_two_who_found_different_things_do_not_both_say_so(shop: World) -> None:
    # Given two tees to be picked
    shop.order(order_body(lines=[{"line_id": "1", "sku": "tee", "quantity": 2}]))
    step(shop, "accept")

    # When one finds both and the other one
    said = [{"lines": [{"line_id": "1", "picked": units}]} for units in (2, 1)]
    replies = race([lambda body=body: step(shop, "pick", body) for body in said], threads=2).answers

    # Then one of them was right
    assert sorted(reply.status for reply in replies) == [200, 409]
    check_ledger(aws.dynamodb(), OPENED)


def test_sixteen_who_guess_at_once_have_five_tries_together(shop: World, record_property: Any) -> None:
    # Given
    taken(shop, "accept", "ready")

    # When sixteen guess four times each
    guesses = [lambda: step(shop, "collect", WRONG) for _ in range(64)]
    heard = [reply.body["code"] for reply in race(guesses, threads=16).answers]

    # Then five guesses were looked at, and the right code comes too late until a supervisor forgives them
    record_property(
        "figure", f"16 threads guess 64 times: {heard.count('wrong_code')} compared, then {set(heard)}"
    )
    assert heard.count("wrong_code") <= 5
    assert heard.count("wrong_code") + heard.count("code_locked") == 64
    assert step(shop, "collect", the_code()).body["code"] == "code_locked"
    step(shop, "unlock")
    assert step(shop, "collect", the_code(2)).status == 200
    check_ledger(aws.dynamodb(), OPENED)
