"""A store's shared phone: who presses the button is known by number and PIN, and nobody guesses one."""

from __future__ import annotations

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.people import DynamoDBStaffRepository, staff_item
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.domain.people import Employee, Role, mark_pin
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.functions import staff_claims
from tests.support.world import Reply, World

PHONE = staff_claims("senayan", name="senayan-phone") | {"cognito:groups": "device"}
ACCEPT = "/v1/locations/{location_id}/tasks/{task_id}/accept"


def employ(number: str, pin: str, role: Role = "picker", location_id: str = "senayan") -> None:
    """Somebody with a PIN at a location."""
    kid, key = SecretKeys(aws.secretsmanager(), "staff-pin-key").newest()
    mark = mark_pin(key, kid, location_id, number, pin)
    aws.dynamodb().put_item(
        TableName="Staff", Item=staff_item(location_id, Employee(number, f"Name of {number}", role), mark)
    )


@pytest.fixture
def shop(world: World) -> World:
    """A store with a task, a picker and a shared phone; and somebody of another store."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    world.order(order_body())
    employ("1042", "4821")
    employ("2001", "7777", location_id="kota")
    return world


def pressed(
    shop: World, employee: str | None = "1042", pin: str | None = "4821", location: str = "senayan"
) -> Reply:
    """Accept on the shared phone, with this number and PIN."""
    said = {"X-Employee": employee, "X-Pin": pin}
    return shop.call(
        "tasks",
        "POST",
        ACCEPT,
        path={"location_id": location, "task_id": "A-1~1"},
        body={},
        headers={"Idempotency-Key": "k"} | {name: value for name, value in said.items() if value is not None},
        claims=PHONE,
    )


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def test_the_story_says_who_held_the_phone(shop: World) -> None:
    assert pressed(shop).body["accepted_by"] == "1042"


def test_the_list_needs_no_pin(shop: World) -> None:
    listed = shop.call(
        "tasks", "GET", "/v1/locations/{location_id}/tasks", path={"location_id": "senayan"}, claims=PHONE
    )

    assert [task["task_id"] for task in listed.body["tasks"]] == ["A-1~1"]


@pytest.mark.parametrize(
    ("employee", "pin"),
    [
        ("1042", "4822"),
        ("9999", "4821"),  # nobody
        ("2001", "7777"),  # of another store
        ("senayan-phone", "0000"),
        ("1042", "482"),
        ("1042", "48210"),
        ("1042", "\u0664\u0668\u0662\u0661"),
        ("10 42", "4821"),
        ("x" * 5000, "4821"),
    ],
)
def test_a_wrong_pin_takes_no_step_and_one_answer_serves_for_all(
    shop: World, employee: str, pin: str
) -> None:
    # Given what a picker's wrong PIN is answered
    wrong = pressed(shop, pin="0000")

    # When
    reply = pressed(shop, employee, pin)

    # Then
    assert refused(reply) == (403, "pin_wrong")
    assert reply.raw == wrong.raw
    assert "TaskAccepted" not in shop.events("A-1")


@pytest.mark.parametrize(("employee", "pin"), [(None, None), ("1042", None), (None, "4821"), ("", "")])
def test_without_number_or_pin_it_is_said_that_they_are_needed(
    shop: World, employee: str | None, pin: str | None
) -> None:
    assert refused(pressed(shop, employee, pin)) == (403, "pin_required")


def test_after_five_wrong_tries_the_right_pin_opens_nothing(shop: World) -> None:
    # Given five wrong tries
    wrong = [refused(pressed(shop, pin=f"000{n}")) for n in range(5)]

    # When
    right = pressed(shop)

    # Then
    assert wrong == [(403, "pin_wrong")] * 5
    assert refused(right) == (403, "pin_locked")
    assert "4821" not in right.raw


def test_a_right_pin_forgives_the_wrong_ones_before_it(shop: World) -> None:
    # Given four wrong tries and a right one, twice
    for _ in range(2):
        assert [pressed(shop, pin="0000").status for _ in range(4)] == [403] * 4
        assert pressed(shop).status == 200

    # Then there are five again
    assert [refused(pressed(shop, pin="0000"))[1] for _ in range(6)] == ["pin_wrong"] * 5 + ["pin_locked"]


def test_one_persons_wrong_tries_lock_nobody_else(shop: World) -> None:
    employ("1043", "1111")
    for _ in range(6):
        pressed(shop, pin="0000")

    assert pressed(shop, "1043", "1111").status == 200


def test_a_number_in_capitals_is_the_same_person(shop: World) -> None:
    employ("budi", "5555")

    assert pressed(shop, " BUDI", "5555").body["accepted_by"] == "budi"


def test_a_pin_is_kept_as_a_keyed_hash_and_nowhere_else(shop: World) -> None:
    # Given a right and a wrong try
    pressed(shop)
    pressed(shop, pin="9173")

    # Then the table holds neither
    assert "4821" not in str(shop.everything()["Staff"])
    assert "9173" not in str(shop.everything())


def test_a_right_try_that_comes_after_a_new_pin_forgives_nothing(shop: World) -> None:
    # Given four wrong tries at a PIN, and a right try that is just being compared when the PIN is replaced
    for _ in range(4):
        pressed(shop, pin="0000")
    repository = DynamoDBStaffRepository(aws.dynamodb(), "Staff")
    tried = repository.take_try("senayan", "1042")
    assert tried is not None
    employ("1042", "1234")
    assert [pressed(shop, pin="0000").status for _ in range(5)] == [403] * 5

    # When the old one is found right
    repository.forgive("senayan", tried)

    # Then the new one is locked all the same
    assert refused(pressed(shop, pin="1234")) == (403, "pin_locked")


def test_another_store_is_refused_before_anything_is_looked_up(shop: World) -> None:
    # When a phone of this store names a task of another, with a right PIN of that one
    reply: list[Reply] = []
    called = shop.calls(lambda: reply.append(pressed(shop, "2001", "7777", location="kota")))

    # Then it does not exist, and nobody was asked
    assert refused(reply[0]) == (404, "unknown_location")
    assert called == []
