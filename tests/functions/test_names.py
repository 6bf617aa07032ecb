"""Names that no table takes: each door says which field it is, and nothing reaches DynamoDB."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from fulfillment.api.gateway import NO_NAMES
from fulfillment.api.routes import ROUTES, Route
from fulfillment.api.staff import cursor_of
from tests.support.functions import staff_claims
from tests.support.senders import whatsapp_receipt
from tests.support.world import Reply, World

LONG = {
    "nothing": "",
    "more letters than a partition key takes": "x" * 2049,
    "one letter too many": "x" * 513,
    "few letters of many bytes": "\u8a9e" * 171,
}


def in_path(route: Route) -> list[str]:
    """The fields of its path."""
    return re.findall(r"{(\w+)}", route.path)


NAMED = [(route, field) for route in ROUTES for field in in_path(route) if field not in NO_NAMES]


def called(world: World, route: Route, field: str, name: str) -> Reply:
    """The route, with this name for one field of its path, by somebody who works at a location of every name."""
    path = dict.fromkeys(in_path(route), "senayan") | {field: name}
    signed_in = {"claims": staff_claims("senayan", name)} if "staff" in route.callers else {}
    return world.call(route.function, route.method, route.path, path=path, **signed_in)


@pytest.mark.parametrize("name", LONG.values(), ids=LONG)
def test_a_path_that_names_nothing_there_could_be_is_refused_before_anything_is_read(
    world: World, name: str
) -> None:
    # When every route is called with it, in every place of its path
    replies: list[Reply] = []
    calls = world.calls(lambda: replies.extend(called(world, *named, name) for named in NAMED))

    # Then
    told = [(reply.status, reply.body["code"], reply.body["errors"][0]["field"]) for reply in replies]
    assert told == [(422, "invalid_name", field) for _, field in NAMED]
    assert calls == []


def test_the_longest_name_there_could_be_is_looked_up(world: World) -> None:
    assert world.get_order("x" * 512).body["code"] == "unknown_order"


END = {"order_id": "A-1", "sk": "SHIPMENT#0001", "work_location": "senayan", "work_due": "2026"}


@pytest.mark.parametrize("field", ["order_id", "sk", "work_due"])
@pytest.mark.parametrize("name", LONG.values(), ids=LONG)
def test_a_cursor_of_what_could_not_be_listed_is_refused_before_anything_is_read(
    world: World, field: str, name: str
) -> None:
    reply = world.tasks("senayan", cursor=cursor_of(END | {field: name}) or "")

    assert reply.status == 422
    assert [error["field"] for error in reply.body["errors"]] == ["cursor"]


def an_event(**told: Any) -> str:
    """An event as the bus puts it into a queue."""
    event = {
        "event_id": "e-1",
        "type": "TaskRefused",
        "at": "2026-11-23T12:00:00Z",
        "order_id": "A-1",
        "detail": {},
    }
    return json.dumps({"detail": event | told})


TOO_LONG = "x" * 2049
SHELF: Mapping[str, Any] = {"sku": "tee", "location_id": "senayan"}
MESSAGES = {
    "notify, an order": ("notify", an_event(order_id=TOO_LONG), "order_id"),
    "reroute, an order": ("reroute", an_event(order_id=TOO_LONG), "order_id"),
    "reroute, a SKU": (
        "reroute",
        an_event(type="StockShortfall", detail={**SHELF, "sku": TOO_LONG}),
        "detail.sku",
    ),
    "reroute, a location": (
        "reroute",
        an_event(type="StockShortfall", detail={**SHELF, "location_id": TOO_LONG}),
        "detail.location_id",
    ),
    "reroute, a number for a SKU": (
        "reroute",
        an_event(type="StockShortfall", detail={**SHELF, "sku": 7}),
        "detail.sku",
    ),
    "reroute, half a letter": (
        "reroute",
        an_event(type="StockShortfall", detail={**SHELF, "sku": "\ud800"}),
        "detail.sku",
    ),
    "webhooks, an endpoint": (
        "webhooks",
        json.dumps({"endpoint": TOO_LONG, **json.loads(an_event())}),
        "endpoint",
    ),
    "receipts, a message": (
        "receipts",
        whatsapp_receipt("delivered", reference=f"{TOO_LONG}|whatsapp"),
        "message_id",
    ),
    "receipts, a service's own name": (
        "receipts",
        whatsapp_receipt("delivered", name=TOO_LONG),
        "message_id",
    ),
}
GOOD = {
    "notify": an_event(),
    "reroute": an_event(),
    "webhooks": an_event(),
    "receipts": whatsapp_receipt("delivered"),
}


@pytest.mark.parametrize(("function", "body", "field"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_about_what_nothing_can_be_called_is_parked_and_keeps_no_other(
    world: World, function: str, body: str, field: str
) -> None:
    # When it comes with one that is good
    again = world.deliver(function, body, GOOD[function])

    # Then it alone is put aside, with what is wrong, and without what it says
    assert again == []
    assert world.parked("StockFeedDeadLetters") == [f"invalid_name: {field}: must be text of 1 to 512 bytes"]
