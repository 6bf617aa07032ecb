"""A supervisor says who works in the store, and gives new secrets to whoever lost theirs."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.employing import (
    GOOD,
    GOT_IN,
    SITI,
    STAFF,
    in_the_pool,
    listed,
    pressed,
    put,
    refused,
    reset,
    signed_in,
    someone,
)
from tests.support.world import World

ONE_TIME = re.compile(r"[A-Za-z2-9]{4}(-[A-Za-z2-9]{4}){2}")


def test_somebody_new_gets_a_one_time_password_and_a_pin(world: World) -> None:
    # When
    told = put(world, "1042").body

    # Then both work
    assert {key: told[key] for key in ("employee", "name", "role")} == {
        "employee": "1042",
        "name": "Budi",
        "role": "picker",
    }
    assert ONE_TIME.fullmatch(told["one_time_password"])
    assert re.fullmatch("[0-9]{4}", told["pin"])
    who = signed_in(world, "1042", told["one_time_password"])
    assert (who["employee"], who["role"], who["locations"]) == ("1042", "picker", ["senayan"])
    assert pressed(world, "1042", told["pin"]) == GOT_IN


def test_a_shared_phone_signs_in_and_has_no_pin(world: World) -> None:
    told = put(world, "senayan-phone", "device", name="Kasir 1").body

    assert told["pin"] is None
    assert signed_in(world, "senayan-phone", told["one_time_password"])["role"] == "device"
    assert pressed(world, "senayan-phone", "0000") == (403, "pin_wrong")


def test_a_store_sees_its_own_staff_by_number(world: World) -> None:
    # Given staff of two stores
    put(world, "1043", name="Wati")
    put(world, "1042")
    put(world, "2001", by=someone("supervisor", "kota"), at="kota")

    # Then a picker, and the phone without a PIN, see their own
    names = [
        {"employee": "1042", "name": "Budi", "role": "picker"},
        {"employee": "1043", "name": "Wati", "role": "picker"},
    ]
    assert listed(world, someone("picker", "senayan")) == names
    assert listed(world, someone("device", "senayan")) == names


def test_said_again_everything_is_new_and_the_last_answer_holds(world: World) -> None:
    # Given somebody who was set twice
    first, second = put(world, "1042").body, put(world, "1042", "supervisor", name="Budi S.").body

    # Then
    assert first["one_time_password"] != second["one_time_password"]
    assert listed(world) == [{"employee": "1042", "name": "Budi S.", "role": "supervisor"}]
    assert signed_in(world, "1042", first["one_time_password"])["code"] == "wrong_sign_in"
    assert signed_in(world, "1042", second["one_time_password"])["role"] == "supervisor"


def test_who_was_a_supervisor_and_is_a_picker_now_is_no_supervisor_any_more(world: World) -> None:
    put(world, "1042", "supervisor")
    told = put(world, "1042", "picker").body

    assert signed_in(world, "1042", told["one_time_password"])["role"] == "picker"


def test_a_reset_opens_a_locked_pin_and_closes_the_old_password(world: World) -> None:
    # Given somebody whose PIN is locked
    told = put(world, "1042").body
    signed_in(world, "1042", told["one_time_password"])
    wrong = "0000" if told["pin"] != "0000" else "1111"
    assert [pressed(world, "1042", wrong)[1] for _ in range(6)] == ["pin_wrong"] * 5 + ["pin_locked"]

    # When
    new = reset(world, "1042").body

    # Then
    assert pressed(world, "1042", new["pin"]) == GOT_IN
    assert signed_in(world, "1042", GOOD)["code"] == "wrong_sign_in"
    assert signed_in(world, "1042", new["one_time_password"])["employee"] == "1042"


def test_who_works_in_two_stores_has_one_pin_and_one_password(world: World) -> None:
    # Given a supervisor of both
    both = someone("supervisor", "senayan", "kota")
    put(world, "1042", by=both)

    # When they set the same person at the other
    told = put(world, "1042", by=both, at="kota").body

    # Then
    assert signed_in(world, "1042", told["one_time_password"])["locations"] == ["kota", "senayan"]
    assert pressed(world, "1042", told["pin"]) == pressed(world, "1042", told["pin"], "kota") == GOT_IN
    new = reset(world, "1042", by=both).body
    assert pressed(world, "1042", new["pin"]) == pressed(world, "1042", new["pin"], "kota") == GOT_IN


# --- who may


def test_only_a_supervisor_sets_or_resets(world: World) -> None:
    put(world, "1042")
    before = world.everything()

    for role in ("picker", "device"):
        by = someone(role, "senayan")
        code = "supervisor_required" if role == "picker" else "pin_required"
        assert refused(put(world, "1043", by=by)) == (403, code)
        assert refused(reset(world, "1042", by=by)) == (403, code)
    assert world.everything() == before


def test_a_supervisor_at_the_shared_phone_may(world: World) -> None:
    # Given a supervisor with a PIN
    pin = put(world, "20001", "supervisor", name="Siti").body["pin"]

    # When she resets somebody at the phone
    put(world, "1042")
    reply = world.call(
        "staff",
        "POST",
        f"{STAFF}/{{employee}}/reset",
        path={"location_id": "senayan", "employee": "1042"},
        body={},
        headers={"Idempotency-Key": "k", "X-Employee": "20001", "X-Pin": pin},
        claims=someone("device", "senayan", name="phone"),
    )

    # Then
    assert pressed(world, "1042", reply.body["pin"]) == GOT_IN


def test_who_also_works_elsewhere_is_not_this_stores_to_set(world: World) -> None:
    # Given somebody of another store, and somebody of both
    elsewhere = someone("supervisor", "senayan", "kota")
    put(world, "2001", by=elsewhere, at="kota")
    put(world, "2002", by=elsewhere)
    put(world, "2002", by=elsewhere, at="kota")
    before = world.everything()

    # Then they read like nobody
    nobody = reset(world, "9999")
    for number in ("2001", "2002"):
        assert refused(put(world, number)) == (404, "unknown_employee")
        assert reset(world, number).raw == nobody.raw
    assert refused(nobody) == (404, "unknown_employee")
    assert world.everything() == before


def test_a_person_of_another_of_the_supervisors_stores_is_reset_there(world: World) -> None:
    both = someone("supervisor", "senayan", "kota")
    put(world, "2001", by=both, at="kota")

    assert refused(reset(world, "2001", by=both, at="senayan")) == (404, "unknown_employee")
    assert reset(world, "2001", by=both, at="kota").status == 200


@pytest.mark.parametrize(
    ("locations", "group"), [("senayan", "operations"), ("", "picker"), ("", None), ("senayan", "buyers")]
)
def test_who_is_of_head_office_is_no_supervisors_to_set(
    world: World, locations: str, group: str | None
) -> None:
    in_the_pool("9001", locations, group)

    assert refused(put(world, "9001")) == refused(reset(world, "9001")) == (404, "unknown_employee")


def test_a_supervisor_whom_head_office_made_gets_a_pin_by_resetting_themselves(world: World) -> None:
    in_the_pool("20001", "senayan", "supervisor")

    told = reset(world, "20001").body

    assert pressed(world, "20001", told["pin"]) == GOT_IN
    assert [who["employee"] for who in listed(world)] == ["20001"]


def test_another_store_is_refused_before_anything_is_looked_up(world: World) -> None:
    # Given somebody of another store
    put(world, "2001", by=someone("supervisor", "kota"), at="kota")
    asked: list[str] = []
    for client in (aws.dynamodb(), aws.cognito(), aws.secretsmanager()):
        client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))

    # When a supervisor of this one asks for theirs, or for nobody's
    replies = [
        put(world, "2001", at="kota"),
        put(world, "9999", at="kota"),
        reset(world, "2001", at="kota"),
        reset(world, "9999", at="nowhere"),
        world.call("staff", "GET", STAFF, path={"location_id": "kota"}, claims=SITI),
    ]

    # Then there is no such location, in the same words, and nobody was asked
    assert {refused(reply) for reply in replies} == {(404, "unknown_location")}
    assert len({reply.raw for reply in replies}) == 1
    assert asked == []


# --- bad input


@pytest.mark.parametrize("number", ["", "-1042", "a b", "x" * 33, "1042/..", "b\u00fcdi", "1042,senayan"])
def test_a_number_that_can_be_none_is_named(world: World, number: str) -> None:
    reply = put(world, number)

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "employee")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown role": ({"role": "owner"}, "role"),
    "a role that only head office gives": ({"role": "operations"}, "role"),
    "an empty name": ({"name": ""}, "name"),
    "a name of blanks": ({"name": "   "}, "name"),
    "a name of a page": ({"name": "x" * 101}, "name"),
    "a PIN of one's own": ({"pin": "1234"}, "pin"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_set_is_named(world: World, name: str) -> None:
    body, field = BAD[name]

    reply = put(world, "1042", **{"role": "picker", "name": "Budi"} | body)

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, field)
    assert listed(world) == []


def test_somebody_of_more_locations_than_the_pool_can_name_is_refused(world: World) -> None:
    many = [f"location-number-{n:03}" for n in range(102)]
    in_the_pool("1042", ",".join(many), "picker")

    reply = put(
        world,
        "1042",
        by=someone("supervisor", "another-location-number", *many),
        at="another-location-number",
    )

    assert refused(reply) == (422, "too_many_locations")


def test_capitals_make_nobody_else_of_a_person(world: World) -> None:
    put(world, "BuDi")

    assert [who["employee"] for who in listed(world)] == ["budi"]
    assert reset(world, "BUDI").status == 200


# --- what breaks off


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("cognito", "AdminCreateUser"),
        ("cognito", "AdminAddUserToGroup"),
        ("secretsmanager", "GetSecretValue"),
        ("dynamodb", "PutItem"),
    ],
)
def test_a_request_that_breaks_off_is_sent_again_and_is_whole(
    world: World, service: str, operation: str
) -> None:
    # Given
    world.fail_once(service, operation, "ThrottlingException")

    # When
    first, again = put(world, "1042"), put(world, "1042")

    # Then
    assert (first.status, again.status) == (503, 200)
    assert signed_in(world, "1042", again.body["one_time_password"])["role"] == "picker"
    assert pressed(world, "1042", again.body["pin"]) == GOT_IN


def test_neither_password_nor_pin_is_kept_or_logged(world: World, log: StringIO) -> None:
    # Given an order, so that there is something else to log
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    world.order(order_body())

    # When
    secrets = [
        told.body[key]
        for told in (put(world, "1042"), reset(world, "1042"))
        for key in ("one_time_password", "pin")
    ]

    # Then no table and no line holds them; the log says who did it, and names nobody
    assert '"by":"20001"' in log.getvalue()
    assert "Budi" not in log.getvalue()
    kept = str(world.everything()["Staff"]) + str(world.everything()["Idempotency"])
    words = set(re.findall(r"[\w-]+", kept + log.getvalue()))
    assert words.isdisjoint(set(secrets) - {"0000"})  # which stands in every moment of the log
