"""Somebody leaves the shop: their PIN ends at once, their account with their last location, and they may come back."""

from __future__ import annotations

from io import StringIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.employing import (
    GOOD,
    GOT_IN,
    SITI,
    STAFF,
    account,
    in_the_pool,
    let_go,
    listed,
    pool_id,
    pressed,
    put,
    refused,
    reset,
    signed_in,
    someone,
)
from tests.support.functions import STAFF_CLIENT
from tests.support.world import World

BOTH = someone("supervisor", "senayan", "kota")
AT_KOTA = someone("supervisor", "kota", name="20002")
UNKNOWN = (404, "unknown_employee")
PIN_ENDED = (403, "pin_wrong")
# What comes after the row went, with the PIN.
AFTER_THE_PIN = (
    ("cognito", "AdminUpdateUserAttributes"),
    ("cognito", "AdminDisableUser"),
    ("cognito", "AdminUserGlobalSignOut"),
    ("dynamodb", "Query"),
)


def refresh_token(number: str) -> str:
    """What a phone keeps to get new tokens with, of somebody whose password is GOOD."""
    answer = boto3.client("cognito-idp").initiate_auth(
        ClientId=STAFF_CLIENT,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": number, "PASSWORD": GOOD},
    )
    token: str = answer["AuthenticationResult"]["RefreshToken"]
    return token


def renewed(token: str) -> Any:
    """The answer to a refresh token."""
    return boto3.client("cognito-idp").initiate_auth(
        ClientId=STAFF_CLIENT, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
    )


def test_who_is_let_go_gets_in_nowhere_any_more(world: World) -> None:
    # Given two who work here
    put(world, "1043", name="Wati")
    told = put(world, "1042").body
    signed_in(world, "1042", told["one_time_password"])
    assert pressed(world, "1042", told["pin"]) == GOT_IN

    # When one of them leaves
    reply = let_go(world, "1042")

    # Then the other is left, and neither PIN nor password opens anything
    left = [{"employee": "1043", "name": "Wati", "role": "picker"}]
    assert (reply.status, reply.body) == (200, {"staff": left})
    assert listed(world) == left
    assert pressed(world, "1042", told["pin"]) == PIN_ENDED
    assert signed_in(world, "1042", GOOD)["code"] == "wrong_sign_in"
    assert account("1042") == (False, "left:senayan")
    assert "Budi" not in str(world.everything()["Staff"])


def test_said_again_it_answers_the_same_and_changes_nothing(world: World) -> None:
    put(world, "1042")
    first = let_go(world, "1042")
    before = world.everything(), account("1042")

    again = let_go(world, "1042")

    assert (again.status, again.raw) == (200, first.raw)
    assert (world.everything(), account("1042")) == before


def test_what_a_phone_kept_to_stay_signed_in_is_revoked_even_for_who_comes_back(world: World) -> None:
    # Given a phone that could renew its token
    signed_in(world, "1042", put(world, "1042").body["one_time_password"])
    token = refresh_token("1042")
    assert renewed(token)["AuthenticationResult"]["IdToken"]

    # When its owner is let go and hired again
    let_go(world, "1042")
    put(world, "1042")

    # Then
    with pytest.raises(ClientError, match="NotAuthorized"):
        renewed(token)


def test_who_works_in_two_stores_stays_in_the_other(world: World) -> None:
    # Given
    put(world, "1042", by=BOTH)
    told = put(world, "1042", by=BOTH, at="kota").body
    signed_in(world, "1042", told["one_time_password"])

    # When they leave one, which is said twice
    replies = [let_go(world, "1042", by=BOTH) for _ in range(2)]

    # Then
    assert [(reply.status, reply.body) for reply in replies] == [(200, {"staff": []})] * 2
    assert pressed(world, "1042", told["pin"]) == PIN_ENDED
    assert pressed(world, "1042", told["pin"], "kota") == GOT_IN
    assert account("1042") == (True, "kota")
    who = world.call("sign_in", "POST", "/v1/sign-in", body={"username": "1042", "password": GOOD}).body
    assert who["locations"] == ["kota"]

    # And with the other their account goes too
    assert let_go(world, "1042", by=BOTH, at="kota").status == 200
    assert account("1042") == (False, "left:kota")


def test_a_shared_phone_is_let_go_as_a_person_is(world: World) -> None:
    told = put(world, "senayan-phone", "device", name="Kasir 1").body

    assert let_go(world, "senayan-phone").body == {"staff": []}
    assert signed_in(world, "senayan-phone", told["one_time_password"])["code"] == "wrong_sign_in"


# --- coming back


def test_who_was_let_go_is_hired_again_with_new_secrets(world: World) -> None:
    # Given
    old = put(world, "1042", "supervisor").body
    let_go(world, "1042")

    # When
    new = put(world, "1042").body

    # Then they work here as what was said now
    assert listed(world) == [{"employee": "1042", "name": "Budi", "role": "picker"}]
    assert pressed(world, "1042", new["pin"]) == GOT_IN
    assert signed_in(world, "1042", old["one_time_password"])["code"] == "wrong_sign_in"
    who = signed_in(world, "1042", new["one_time_password"])
    assert (who["role"], who["locations"]) == ("picker", ["senayan"])


def test_another_store_hires_who_works_nowhere_and_then_they_are_theirs(world: World) -> None:
    # Given
    put(world, "1042")
    let_go(world, "1042")

    # When
    told = put(world, "1042", by=AT_KOTA, at="kota").body

    # Then
    assert signed_in(world, "1042", told["one_time_password"])["locations"] == ["kota"]
    assert refused(let_go(world, "1042")) == refused(put(world, "1042")) == UNKNOWN
    assert let_go(world, "1042", by=AT_KOTA, at="kota").status == 200


def test_a_reset_hires_nobody(world: World) -> None:
    put(world, "1042")
    let_go(world, "1042")

    assert refused(reset(world, "1042")) == UNKNOWN
    assert account("1042") == (False, "left:senayan")


def test_setting_somebody_does_not_enable_whom_head_office_has_disabled(world: World) -> None:
    put(world, "1042")
    boto3.client("cognito-idp").admin_disable_user(UserPoolId=pool_id(), Username="1042")

    put(world, "1042")

    assert account("1042") == (False, "senayan")


# --- what breaks off


@pytest.mark.parametrize(("service", "operation"), AFTER_THE_PIN)
def test_what_breaks_off_leaves_no_pin_and_is_ended_by_saying_it_again(
    world: World, service: str, operation: str
) -> None:
    # Given somebody with a PIN and a phone that is signed in
    told = put(world, "1042").body
    signed_in(world, "1042", told["one_time_password"])
    token = refresh_token("1042")

    # When the request breaks off
    world.fail_once(service, operation, "ThrottlingException")
    assert let_go(world, "1042").status == 503

    # Then the PIN is gone already
    assert pressed(world, "1042", told["pin"]) == PIN_ENDED

    # And said again all of it is
    assert let_go(world, "1042").body == {"staff": []}
    assert account("1042") == (False, "left:senayan")
    with pytest.raises(ClientError, match="NotAuthorized"):
        renewed(token)


@pytest.mark.parametrize(("service", "operation"), [("cognito", "AdminGetUser"), ("dynamodb", "DeleteItem")])
def test_what_breaks_off_before_the_pin_is_gone_has_changed_nothing(
    world: World, service: str, operation: str
) -> None:
    # Given
    told = put(world, "1042").body

    # When
    world.fail_once(service, operation, "ThrottlingException")
    assert let_go(world, "1042").status == 503

    # Then they work here as before, and leave when it is said again
    assert account("1042") == (True, "senayan")
    assert pressed(world, "1042", told["pin"]) == GOT_IN
    assert let_go(world, "1042").body == {"staff": []}
    assert pressed(world, "1042", told["pin"]) == PIN_ENDED


@pytest.mark.parametrize(("service", "operation"), AFTER_THE_PIN)
def test_who_was_let_go_by_halves_can_be_hired_again(world: World, service: str, operation: str) -> None:
    # Given
    put(world, "1042")
    world.fail_once(service, operation, "ThrottlingException")
    assert let_go(world, "1042").status == 503

    # When
    told = put(world, "1042").body

    # Then
    assert signed_in(world, "1042", told["one_time_password"])["locations"] == ["senayan"]
    assert pressed(world, "1042", told["pin"]) == GOT_IN


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("cognito", "AdminAddUserToGroup"),
        ("cognito", "AdminEnableUser"),
        ("cognito", "AdminSetUserPassword"),
        ("cognito", "AdminUpdateUserAttributes"),
        ("dynamodb", "PutItem"),
    ],
)
def test_hiring_again_that_breaks_off_is_sent_again_or_taken_back(
    world: World, service: str, operation: str
) -> None:
    # Given somebody who was let go, with a password of their own, and is hired again by halves
    signed_in(world, "1042", put(world, "1042").body["one_time_password"])
    let_go(world, "1042")
    world.fail_once(service, operation, "ThrottlingException")
    assert put(world, "1042").status == 503

    # Then it can be taken back
    assert let_go(world, "1042").body == {"staff": []}
    assert account("1042") == (False, "left:senayan")

    # And when it breaks off and is sent again it is whole
    world.fail_once(service, operation, "ThrottlingException")
    assert put(world, "1042").status == 503
    told = put(world, "1042").body
    assert signed_in(world, "1042", told["one_time_password"])["locations"] == ["senayan"]
    assert pressed(world, "1042", told["pin"]) == GOT_IN


def test_a_token_made_while_it_was_broken_off_names_no_location(world: World) -> None:
    claims = SITI | {"custom:locations": "left:senayan"}

    for at in ("senayan", "left:senayan"):
        reply = world.call("staff", "GET", STAFF, path={"location_id": at}, claims=claims)
        assert refused(reply) == (404, "unknown_location")


# --- who may, and whom


def test_nobody_lets_themselves_go(world: World) -> None:
    # Given a supervisor with a PIN
    pin = put(world, "20001", "supervisor", name="Siti").body["pin"]
    before = account("20001")

    # When she lets herself go, on her own phone and on the shared one
    at_the_phone = world.call(
        "staff",
        "DELETE",
        f"{STAFF}/{{employee}}",
        path={"location_id": "senayan", "employee": "20001"},
        headers={"X-Employee": "20001", "X-Pin": pin},
        claims=someone("device", "senayan", name="phone"),
    )
    replies = [let_go(world, "20001"), let_go(world, " 20001 "), at_the_phone]

    # Then
    assert [refused(reply) for reply in replies] == [(409, "yourself")] * 3
    assert pressed(world, "20001", pin) == GOT_IN
    assert account("20001") == before
    assert listed(world) == [{"employee": "20001", "name": "Siti", "role": "supervisor"}]

    # But another supervisor does
    assert let_go(world, "20001", by=someone("supervisor", "senayan", name="20003")).status == 200


def test_only_a_supervisor_lets_go(world: World) -> None:
    put(world, "1042")
    before = world.everything(), account("1042")

    assert refused(let_go(world, "1042", by=someone("picker", "senayan"))) == (403, "supervisor_required")
    assert refused(let_go(world, "1042", by=someone("device", "senayan"))) == (403, "pin_required")
    assert (world.everything(), account("1042")) == before


def test_who_is_or_was_another_stores_reads_like_nobody(world: World) -> None:
    # Given somebody of another store, somebody of both, and somebody whom the other let go
    put(world, "2001", by=BOTH, at="kota")
    put(world, "2002", by=BOTH)
    put(world, "2002", by=BOTH, at="kota")
    put(world, "2003", by=BOTH, at="kota")
    let_go(world, "2003", by=BOTH, at="kota")
    before = world.everything(), [account(number) for number in ("2001", "2002", "2003")]

    # When a supervisor of this store lets them go
    nobody = let_go(world, "9999")
    replies = [let_go(world, number) for number in ("2001", "2002", "2003")]

    # Then
    assert refused(nobody) == UNKNOWN
    assert {reply.raw for reply in replies} == {nobody.raw}
    assert (world.everything(), [account(number) for number in ("2001", "2002", "2003")]) == before


@pytest.mark.parametrize(
    ("locations", "group"),
    [("senayan", "operations"), ("left:senayan", "operations"), ("", "picker"), ("senayan", "buyers")],
)
def test_who_is_of_head_office_is_no_supervisors_to_let_go_or_hire(
    world: World, locations: str, group: str
) -> None:
    in_the_pool("9001", locations, group)

    assert refused(let_go(world, "9001")) == refused(put(world, "9001")) == UNKNOWN


def test_who_works_elsewhere_is_not_hired_for_a_word_that_was_left_behind(world: World) -> None:
    in_the_pool("9001", "left:senayan,kota", "picker")

    assert refused(let_go(world, "9001")) == refused(put(world, "9001")) == UNKNOWN


def test_whom_head_office_has_deleted_leaves_the_list_and_then_is_nobody(world: World) -> None:
    # Given a row without an account, whose PIN still opens the shared phone
    pin = put(world, "1042").body["pin"]
    boto3.client("cognito-idp").admin_delete_user(UserPoolId=pool_id(), Username="1042")
    assert pressed(world, "1042", pin) == GOT_IN

    # Then
    assert let_go(world, "1042").body == {"staff": []}
    assert pressed(world, "1042", pin) == PIN_ENDED
    assert refused(let_go(world, "1042")) == UNKNOWN


@pytest.mark.parametrize("number", ["-1042", "a b", "x" * 33, "1042,senayan"])
def test_a_number_that_can_be_nobodys_is_nobody(world: World, number: str) -> None:
    assert refused(let_go(world, number)) == UNKNOWN


def test_no_number_at_all_is_no_name(world: World) -> None:
    assert refused(let_go(world, "")) == (422, "invalid_name")


def test_capitals_mean_the_same_person(world: World) -> None:
    put(world, "budi")

    assert let_go(world, "BuDi").body == {"staff": []}


def test_the_log_says_who_let_whom_go_and_no_name(world: World, log: StringIO) -> None:
    put(world, "1042")
    let_go(world, "1042")

    line = next(line for line in log.getvalue().splitlines() if "staff let go" in line)
    assert '"employee":"1042","by":"20001"' in line
    assert "Budi" not in line
