"""Every call x everybody who might try it, against the deployed template: the table holds.

The emulator verifies what API Gateway verifies of a token of the user pool: signature (RS256 alone, whatever the token
says), issuer, expiry; and not whose app it was made for, which is why the function does. Two things only AWS shows:
there a Cognito authorizer without scopes refuses an access token by itself (401), which here the function does (404);
and the texts of the gateway's own refusals.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from fulfillment.api.routes import ROUTES, Route
from tests.e2e.tokens import everybody
from tests.local.calls import Caller
from tests.local.stack import Stack
from tests.support.authorization import MATRIX, NO_BODY_OF_OURS, PATH, outcome

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

Everybody = dict[str, tuple[Caller, dict[str, str]]]


@pytest.fixture(scope="session")
def callers(stack: Stack) -> Everybody:
    """Everybody who might try."""
    return everybody(stack)


def tried(caller: Caller, headers: dict[str, str], route: Route) -> str:
    """What the call comes to."""
    body = None if route.method == "GET" else NO_BODY_OF_OURS
    key = {"Idempotency-Key": uuid4().hex}
    answer = caller.send(route.method, route.path.format(**PATH), body, headers | key)
    return outcome(answer.status, answer.body)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_everybody_gets_what_the_table_says(callers: Everybody, route: Route) -> None:
    came = {name: tried(caller, headers, route) for name, (caller, headers) in callers.items()}

    assert came == MATRIX[route.operation_id]
