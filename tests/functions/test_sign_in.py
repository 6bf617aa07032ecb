"""Staff sign in with employee number and password, and with a one-time password the first time."""

from __future__ import annotations

from io import StringIO
from typing import Any

import boto3
import pytest

from tests.support.functions import STAFF_CLIENT, staff_claims
from tests.support.world import Reply, World

STAFF = "/v1/locations/{location_id}/staff"
SUPERVISOR = staff_claims("senayan", name="20001") | {"cognito:groups": "supervisor"}
GOOD = "Correct-Horse-9"


def put(
    world: World, number: str, role: str = "picker", name: str = "Budi", location: str = "senayan"
) -> Reply:
    """A supervisor sets somebody."""
    return world.call(
        "staff",
        "PUT",
        f"{STAFF}/{{employee}}",
        path={"location_id": location, "employee": number},
        body={"name": name, "role": role},
        claims=SUPERVISOR,
    )


def sign_in(world: World, username: str, password: str, new_password: str | None = None) -> Reply:
    """POST /v1/sign-in"""
    body = {"username": username, "password": password}
    more = {"new_password": new_password} if new_password is not None else {}
    return world.call("sign_in", "POST", "/v1/sign-in", body=body | more)


@pytest.fixture
def one_time(world: World) -> str:
    """Budi's one-time password."""
    password: str = put(world, "1042").body["one_time_password"]
    return password


def test_a_one_time_password_opens_nothing_but_the_way_to_a_new_one(world: World, one_time: str) -> None:
    # When Budi signs in with it, without and then with a new password
    asked = sign_in(world, "1042", one_time)
    done = sign_in(world, "1042", one_time, GOOD)

    # Then
    assert asked.body == {
        "id_token": None,
        "expires_in": None,
        "employee": None,
        "name": None,
        "role": None,
        "locations": [],
        "new_password_required": True,
    }
    assert done.body["id_token"].count(".") == 2
    whose = {
        key: done.body[key] for key in ("employee", "name", "role", "locations", "new_password_required")
    }
    assert whose == {
        "employee": "1042",
        "name": "Budi",
        "role": "picker",
        "locations": ["senayan"],
        "new_password_required": False,
    }


def test_from_then_on_the_new_password_opens(world: World, one_time: str) -> None:
    sign_in(world, "1042", one_time, GOOD)

    assert sign_in(world, "1042", GOOD).body["employee"] == "1042"
    assert sign_in(world, " 1042 ", GOOD).status == 200
    assert sign_in(world, "1042", one_time).status == 401


def test_a_first_sign_in_whose_answer_was_lost_may_be_sent_again(world: World, one_time: str) -> None:
    # Given a sign-in whose answer never came
    sign_in(world, "1042", one_time, GOOD)

    # Then the same request opens again
    assert sign_in(world, "1042", one_time, GOOD).body["employee"] == "1042"


def wrong_sign_ins(world: World, one_time: str) -> dict[str, Reply]:
    """Everything that can be wrong with one."""
    sign_in(world, "1042", one_time, GOOD)
    put(world, "1043")
    pool = boto3.client("cognito-idp")
    pool_id = pool.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    pool.admin_set_user_password(UserPoolId=pool_id, Username="1043", Password=GOOD, Permanent=True)
    pool.admin_disable_user(UserPoolId=pool_id, Username="1043")
    pool.admin_create_user(UserPoolId=pool_id, Username="1044", MessageAction="SUPPRESS")
    pool.admin_set_user_password(UserPoolId=pool_id, Username="1044", Password=GOOD, Permanent=True)
    return {
        "a wrong password": sign_in(world, "1042", "Wrong-Horse-99"),
        "nobody of that number": sign_in(world, "9999", GOOD),
        "somebody who was let go": sign_in(world, "1043", GOOD),
        "somebody in no group": sign_in(world, "1044", GOOD),
        "a wrong password with a new one": sign_in(world, "1042", "Wrong-Horse-99", "Wrong-Horse-98"),
        "a number that can be none": sign_in(world, "'; --\u0000", GOOD),
    }


def test_whatever_is_wrong_the_answer_is_the_same(world: World, one_time: str) -> None:
    answers = wrong_sign_ins(world, one_time)

    assert {(reply.status, reply.body["code"]) for reply in answers.values()} == {(401, "wrong_sign_in")}
    assert len({reply.raw for reply in answers.values()}) == 1


@pytest.mark.parametrize(
    "code", ["InvalidParameterException", "UserNotConfirmedException", "PasswordResetRequiredException"]
)
def test_what_else_the_pool_says_no_with_reads_the_same(world: World, one_time: str, code: str) -> None:
    wrong = sign_in(world, "1042", "Wrong-Horse-99")
    world.fail_once("cognito", "InitiateAuth", code)

    assert sign_in(world, "1042", one_time).raw == wrong.raw


def test_a_pool_that_is_busy_is_no_wrong_password(world: World, one_time: str) -> None:
    world.fail_once("cognito", "InitiateAuth", "TooManyRequestsException")

    assert sign_in(world, "1042", one_time).status == 503


@pytest.mark.parametrize("weak", ["short-A1", "no-capitals-at-all-1", "No-Digits-At-All"])
def test_a_weak_new_password_is_named_and_changes_nothing(world: World, one_time: str, weak: str) -> None:
    world.fail_once("cognito", "RespondToAuthChallenge", "InvalidPasswordException")

    reply = sign_in(world, "1042", one_time, weak)

    assert (reply.status, reply.body["code"]) == (422, "weak_password")
    assert reply.body["errors"][0]["field"] == "new_password"
    assert sign_in(world, "1042", one_time).body["new_password_required"] is True


def test_a_challenge_that_ran_out_is_a_wrong_sign_in(world: World, one_time: str) -> None:
    world.fail_once("cognito", "RespondToAuthChallenge", "NotAuthorizedException")

    assert sign_in(world, "1042", one_time, GOOD).body["code"] == "wrong_sign_in"


def test_a_challenge_that_the_page_cannot_answer_opens_nothing(world: World, one_time: str) -> None:
    world.answer_once("cognito", "InitiateAuth", {"ChallengeName": "SMS_MFA", "Session": "s" * 20})

    assert sign_in(world, "1042", one_time).body["code"] == "wrong_sign_in"


def test_the_one_time_password_is_not_taken_as_the_new_one(world: World, one_time: str) -> None:
    reply = sign_in(world, "1042", one_time, one_time)

    assert (reply.status, reply.body["code"]) == (422, "same_password")


def test_a_new_password_where_none_is_due_is_refused_and_changes_nothing(world: World, one_time: str) -> None:
    sign_in(world, "1042", one_time, GOOD)

    reply = sign_in(world, "1042", GOOD, "Another-Horse-7")

    assert (reply.status, reply.body["code"]) == (422, "not_due")
    assert sign_in(world, "1042", GOOD).status == 200


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no number": ({"password": GOOD}, "username"),
    "no password": ({"username": "1042"}, "password"),
    "an empty password": ({"username": "1042", "password": ""}, "password"),
    "a password of a page": ({"username": "1042", "password": "x" * 257}, "password"),
    "a number that is a number": ({"username": 1042, "password": GOOD}, "username"),
    "something more": ({"username": "1042", "password": GOOD, "role": "supervisor"}, "role"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_sign_in_names_the_field_and_never_repeats_a_password(world: World, name: str) -> None:
    body, field = BAD[name]

    reply = world.call("sign_in", "POST", "/v1/sign-in", body=body)

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, field)
    assert GOOD not in reply.raw
    assert "xxxx" not in reply.raw


def test_the_app_of_the_token_is_ours(world: World, one_time: str) -> None:
    token = sign_in(world, "1042", one_time, GOOD).body["id_token"]
    listed = world.call(
        "staff",
        "GET",
        STAFF,
        path={"location_id": "senayan"},
        claims=staff_claims("senayan", aud=STAFF_CLIENT),
    )

    assert token
    assert [who["employee"] for who in listed.body["staff"]] == ["1042"]


def test_neither_password_nor_token_is_written_into_a_log(world: World, one_time: str, log: StringIO) -> None:
    # When somebody signs in, rightly and wrongly, and the pool breaks down on a third
    token = sign_in(world, "1042", one_time, GOOD).body["id_token"]
    sign_in(world, "1042", "Wrong-Horse-99")
    world.fail_once("cognito", "InitiateAuth", "InternalErrorException")
    sign_in(world, "1042", GOOD)

    # Then the log holds nothing of it
    logged = log.getvalue()
    assert "an AWS call failed" in logged
    assert [secret for secret in (one_time, GOOD, "Wrong-Horse-99", token) if secret in logged] == []
