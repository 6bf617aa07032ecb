"""Who may call what, as the gateway and the handlers decide it with IAM enforced."""

from __future__ import annotations

from uuid import uuid4

import pytest

from fulfillment.api.routes import ROUTES, Route
from tests.local.calls import Caller, anyone, checkout, operations, staff
from tests.local.stack import Credentials, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PATH = {
    "order_id": "nobody",
    "location_id": "senayan",
    "task_id": "nobody~1",
    "name": "default",
    "sku": "TEE-RED-M",
}
CLOSED = [route for route in ROUTES if route.callers != ("anyone",)]
SIGNED = [route for route in CLOSED if route.callers != ("staff",)]
FOR_STAFF = [route for route in CLOSED if route.callers == ("staff",)]
FOR_OPERATIONS_ONLY = [route for route in SIGNED if "checkout" not in route.callers]


def _call(caller: Caller, route: Route, **more: str) -> int:
    body = None if route.method == "GET" else {}
    return caller.send(
        route.method, route.path.format(**{**PATH, **more}), body, {"Idempotency-Key": uuid4().hex}
    ).status


def _name(route: Route) -> str:
    return route.operation_id


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_nobody_gets_in_without_saying_who_they_are(stack: Stack, route: Route) -> None:
    assert _call(anyone(stack), route) in (401, 403)


@pytest.mark.parametrize("route", SIGNED, ids=_name)
def test_a_signature_with_the_wrong_secret_is_refused(stack: Stack, route: Route) -> None:
    forged = Credentials(access_key_id=stack.operations.access_key_id, secret_access_key="forged")
    assert _call(Caller(stack, sign_as=forged), route) == 403


@pytest.mark.parametrize("route", SIGNED, ids=_name)
def test_operations_get_through_to_the_handler(stack: Stack, route: Route) -> None:
    assert _call(operations(stack), route) in (200, 404, 409, 422)


@pytest.mark.parametrize("route", FOR_OPERATIONS_ONLY, ids=_name)
def test_a_checkout_may_not_do_what_operations_do(stack: Stack, route: Route) -> None:
    assert _call(checkout(stack), route) == 403


@pytest.mark.parametrize("route", FOR_STAFF, ids=_name)
def test_staff_calls_take_no_signature(stack: Stack, route: Route) -> None:
    assert _call(operations(stack), route) in (401, 403)


@pytest.mark.parametrize("route", FOR_STAFF, ids=_name)
def test_a_token_that_is_not_one_is_refused(stack: Stack, route: Route) -> None:
    assert _call(Caller(stack, id_token="not.a.token"), route) == 401


@pytest.mark.parametrize("route", FOR_STAFF, ids=_name)
def test_the_work_of_another_store_does_not_exist(stack: Stack, route: Route) -> None:
    assert _call(staff(stack, "blok-m"), route, location_id="senayan") == 404


def test_an_access_token_is_no_id_token(stack: Stack) -> None:
    # Given the access token of a member of staff
    person = stack.staff["senayan"]
    answer = stack.client("cognito-idp").initiate_auth(
        ClientId=stack.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
    )
    token = answer["AuthenticationResult"]["AccessToken"]

    # When it is shown instead of the id token, then the location does not exist for it
    assert Caller(stack, id_token=token).get("/v1/locations/senayan/tasks").status in (401, 404)


def test_anyone_may_read_the_description_of_the_api(stack: Stack) -> None:
    assert anyone(stack).get("/v1/openapi.json").expect(200)["openapi"] == "3.1.0"
