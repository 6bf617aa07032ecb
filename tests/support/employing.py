"""What a supervisor does about people, and what those people can do then."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import boto3

from tests.support.functions import staff_claims
from tests.support.world import Reply, World

STAFF = "/v1/locations/{location_id}/staff"
GOOD = "Correct-Horse-9"
GOT_IN = (404, "unknown_task")


def someone(role: str, *locations: str, name: str = "20001") -> dict[str, str]:
    """Claims of somebody with this role."""
    return staff_claims(*locations, name=name) | {"cognito:groups": role}


SITI = someone("supervisor", "senayan")


def put(
    world: World,
    number: str,
    role: str = "picker",
    *,
    by: dict[str, str] = SITI,
    at: str = "senayan",
    name: str = "Budi",
    **more: Any,
) -> Reply:
    """PUT somebody."""
    path = {"location_id": at, "employee": number}
    body = {"name": name, "role": role} | more
    return world.call("staff", "PUT", f"{STAFF}/{{employee}}", path=path, body=body, claims=by)


def reset(world: World, number: str, *, by: dict[str, str] = SITI, at: str = "senayan") -> Reply:
    """POST a reset."""
    path = {"location_id": at, "employee": number}
    headers = {"Idempotency-Key": "k"}
    return world.call(
        "staff", "POST", f"{STAFF}/{{employee}}/reset", path=path, body={}, headers=headers, claims=by
    )


def let_go(world: World, number: str, *, by: dict[str, str] = SITI, at: str = "senayan") -> Reply:
    """DELETE somebody."""
    path = {"location_id": at, "employee": number}
    return world.call("staff", "DELETE", f"{STAFF}/{{employee}}", path=path, claims=by)


def listed(world: World, by: dict[str, str] = SITI, at: str = "senayan") -> list[dict[str, str]]:
    """GET who works there."""
    reply = world.call("staff", "GET", STAFF, path={"location_id": at}, claims=by)
    found: list[dict[str, str]] = reply.body["staff"]
    return found


def signed_in(world: World, number: str, one_time: str) -> dict[str, Any]:
    """What the first sign-in says, with a new password."""
    body = {"username": number, "password": one_time, "new_password": GOOD}
    reply = world.call("sign_in", "POST", "/v1/sign-in", body=body)
    said: dict[str, Any] = reply.body
    return said


def pressed(world: World, number: str, pin: str, at: str = "senayan") -> tuple[int, str]:
    """What a step on the shared phone of a location answers, which is for a task that is not there."""
    reply = world.call(
        "tasks",
        "POST",
        "/v1/locations/{location_id}/tasks/{task_id}/accept",
        path={"location_id": at, "task_id": "Z-1~1"},
        body={},
        headers={"Idempotency-Key": "k", "X-Employee": number, "X-Pin": pin},
        claims=someone("device", at, name="phone"),
    )
    return reply.status, reply.body["code"]


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


def pool_id() -> str:
    """The user pool's."""
    found: str = boto3.client("cognito-idp").list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    return found


def account(number: str) -> tuple[bool, str]:
    """Whether somebody may sign in, and what the pool keeps of their locations."""
    found = boto3.client("cognito-idp").admin_get_user(UserPoolId=pool_id(), Username=number)
    kept = {one["Name"]: one["Value"] for one in found["UserAttributes"]}
    return found["Enabled"], kept["custom:locations"]


def in_the_pool(number: str, locations: str, group: str | None) -> None:
    """Somebody whom head office made."""
    pool, here = boto3.client("cognito-idp"), pool_id()
    named = [{"Name": "custom:locations", "Value": locations}] if locations else []
    pool.admin_create_user(UserPoolId=here, Username=number, UserAttributes=named)
    if group:
        with suppress(pool.exceptions.GroupExistsException):  # a group that is none of ours
            pool.create_group(UserPoolId=here, GroupName=group)
        pool.admin_add_user_to_group(UserPoolId=here, Username=number, GroupName=group)
