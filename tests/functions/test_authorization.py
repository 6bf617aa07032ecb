"""What the functions say to tokens that API Gateway lets through: the table's own cells, without a gateway; and nothing
is asked of AWS before the caller is known to be of the place.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fulfillment.adapters import aws
from fulfillment.api.routes import ROUTES, Route
from fulfillment.domain.people import Role
from tests.functions.test_pins import employ
from tests.support.authorization import (
    FOR_THE_FUNCTION,
    MATRIX,
    NO_BODY_OF_OURS,
    NO_SUCH_PLACE,
    PATH,
    outcome,
)
from tests.support.builders import a_location
from tests.support.functions import staff_claims
from tests.support.world import World

OF_STAFF = [route for route in ROUTES if route.callers == ("staff",)]
NO_PIN: Mapping[str, str] = {}


def someone(role: str, *locations: str, **more: str) -> dict[str, str]:
    """Claims of somebody with this role."""
    return staff_claims(*(locations or ("senayan",)), **more) | {"cognito:groups": role}


def holding(number: str) -> dict[str, str]:
    """The headers of whoever holds the phone."""
    return {"X-Employee": number, "X-Pin": "4821"}


PHONE = someone("device", name="senayan-phone")
CALLERS: dict[str, tuple[dict[str, str], Mapping[str, str]]] = {
    "of another app": (someone("supervisor", aud="another"), NO_PIN),
    "access token": (someone("supervisor", token_use="access"), NO_PIN),
    "in no group": (someone(""), NO_PIN),
    "of another store": (someone("supervisor", "kota"), NO_PIN),
    "picker": (someone("picker"), NO_PIN),
    "supervisor": (someone("supervisor"), NO_PIN),
    "operations person": (someone("operations"), NO_PIN),
    "shared phone": (PHONE, NO_PIN),
    "shared phone, with a stranger's PIN": (PHONE, holding("2001")),
    "shared phone, held by a picker": (PHONE, holding("1042")),
    "shared phone, held by a supervisor": (PHONE, holding("20001")),
}
STAFF: tuple[tuple[str, Role, str], ...] = (
    ("1042", "picker", "senayan"),
    ("20001", "supervisor", "senayan"),
    ("2001", "picker", "kota"),
)


def asked_of_aws() -> list[str]:
    """The operations that anybody calls from now on."""
    asked: list[str] = []
    for client in (aws.dynamodb(), aws.cognito(), aws.secretsmanager(), aws.sqs(), aws.sns()):
        client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    return asked


def tried(world: World, route: Route, who: str, location_id: str = "senayan") -> tuple[int, str, str]:
    """Status, text and what the table calls it."""
    claims, headers = CALLERS[who]
    reply = world.call(
        route.function,
        route.method,
        route.path,
        path={**PATH, "location_id": location_id},
        body=None if route.method == "GET" else NO_BODY_OF_OURS,
        headers={"Idempotency-Key": "k", **headers},
        claims=claims,
    )
    return reply.status, reply.raw, outcome(reply.status, reply.body)


@pytest.mark.parametrize("route", OF_STAFF, ids=lambda route: route.operation_id)
def test_a_token_gets_what_the_table_says(world: World, route: Route) -> None:
    # Given a location with staff, and somebody of another
    world.given(a_location("senayan"))
    for number, role, location_id in STAFF:
        employ(number, "4821", role, location_id)

    # When everybody tries
    came = {who: tried(world, route, who)[2] for who in FOR_THE_FUNCTION}

    # Then
    assert came == {who: MATRIX[route.operation_id][who] for who in FOR_THE_FUNCTION}


@pytest.mark.parametrize("route", OF_STAFF, ids=lambda route: route.operation_id)
def test_neither_answer_nor_work_tells_whether_another_stores_thing_exists(
    world: World, route: Route
) -> None:
    # Given a location that is there, and one that is not
    world.given(a_location("kota"))
    employ("nobody", "4821", "picker", "kota")
    asked = asked_of_aws()

    # When a supervisor, a phone with a right PIN, and whose token is none of ours ask for either
    strangers = ("supervisor", "shared phone, held by a supervisor", "access token", "of another app")
    answers = [tried(world, route, who, at) for who in strangers for at in ("kota", "nowhere")]

    # Then all read alike, and nothing was looked up for any
    assert {came for _, _, came in answers} == {NO_SUCH_PLACE}
    assert len({raw for _, raw, _ in answers}) == 1
    assert asked == []
