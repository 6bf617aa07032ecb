"""Decisions tried on live stock without effect, and decisions that are kept with an order."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.rows import text
from fulfillment.application import picture
from fulfillment.domain.basket import Point
from fulfillment.domain.location import PlaceRecord
from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World

POLICY = "/v1/policies/{name}"


@pytest.fixture
def chain(world: World) -> World:
    """Two tees at Senayan and five nine kilometres north."""
    world.given(a_product("tee"), a_product("cap"))
    world.given(a_location("senayan", point=north_of(SENAYAN, 1)), stock("senayan", tee=2))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=5))
    return world


def tried(world: World, **more: Any) -> Reply:
    """POST /v1/decisions of one tee to be delivered."""
    body = asked(method="delivery") | more
    return world.call("admin", "POST", "/v1/decisions", body=body)


def kept(world: World, order_id: str) -> Reply:
    path = {"order_id": order_id}
    return world.call("admin", "GET", "/v1/orders/{order_id}/decisions", path=path)


def chosen(decision: dict[str, Any]) -> list[str]:
    return [shipment["location_id"] for shipment in decision["shipments"]]


# --- tried


def test_a_decision_is_tried_with_all_its_reasons_and_changes_nothing(chain: World) -> None:
    before = chain.everything()

    reply = tried(chain, explain=["kota", "senayan"])

    assert (reply.status, reply.body["status"], chosen(reply.body)) == (200, "planned", ["senayan"])
    assert {c["location_id"]: c["reason"] for c in reply.body["candidates"]} == {
        "senayan": "chosen",
        "kota": "beaten",
    }
    assert reply.body["runner_up"]["location_ids"] == ["kota"]
    assert reply.body["policy"] == {"name": "default", "version": 0}
    assert (reply.body["point_source"], reply.body["precision_km"]) == ("point", 0.0)
    assert reply.body["changes"] == [
        {"location_id": "kota", "changes": [{"kind": "km", "nearer_km": 8.0, "distance_km": 1.0}]},
        {"location_id": "senayan", "changes": []},
    ]
    assert chain.everything() == before


def test_a_policy_can_be_tried_before_it_is_put(chain: World) -> None:
    policy = {"floors": [{"units": 2, "kinds": ["store"]}], "costs": {"per_shipment": 9000}}

    reply = tried(chain, policy=policy)

    assert chosen(reply.body) == ["kota"]
    assert reply.body["policy"] == {"name": "inline", "version": 0}
    assert reply.body["shipments"][0]["cost"]["total"] == "9000"
    assert {c["location_id"]: c["reason"] for c in reply.body["candidates"]}["senayan"] == "below_floor"


def test_a_policy_that_was_put_can_be_tried_by_its_name(chain: World) -> None:
    body = {"floors": [{"units": 2, "kinds": ["store"]}]}
    chain.admin("PUT", POLICY, path={"name": "careful"}, body=body)

    reply = tried(chain, policy="careful")

    assert chosen(reply.body) == ["kota"]
    assert reply.body["policy"] == {"name": "careful", "version": 1}


def test_without_a_policy_it_is_the_one_that_an_order_would_get(chain: World) -> None:
    # Given a policy for dear orders on the web, where a tee is Rp 199.000
    careful = {"floors": [{"units": 2}], "applies_to": {"channels": ["web"], "value_from": 300_000}}
    chain.admin("PUT", POLICY, path={"name": "careful"}, body=careful)
    chain.clock.forward(seconds=61)

    # Then two tees get it and one does not
    assert tried(chain).body["policy"]["name"] == "default"
    assert tried(chain, lines=order_lines(tee=2)).body["policy"]["name"] == "careful"


def test_a_pickup_is_tried_where_it_is_wanted_and_else_the_stores_that_could_are_named(chain: World) -> None:
    three = order_lines(tee=3)

    here = tried(chain, method="pickup", location_id="kota", lines=three)
    there = tried(chain, method="pickup", location_id="senayan", lines=three)
    part = tried(chain, method="pickup", location_id="senayan", lines=three, accept_partial=True)
    anywhere = tried(chain, method="pickup", lines=three)

    assert (here.body["status"], chosen(here.body)) == ("planned", ["kota"])
    assert "could" not in here.body
    assert (there.status, there.body["status"]) == (200, "unfillable")
    assert there.body["could"] == [{"location_id": "kota", "distance_km": 9.0}]
    assert (part.body["status"], part.body["unfilled"][0]["quantity"]) == ("partial", 1)
    assert chosen(anywhere.body) == ["kota"]


def test_a_store_too_far_down_the_list_can_be_explained(
    chain: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given that a decision looks at two stores, and a third one in the far north
    monkeypatch.setattr(picture, "MAX_CANDIDATES", 2)
    chain.given(a_location("aceh", point=north_of(SENAYAN, 1300)), stock("aceh", tee=1))

    # When it is asked for
    reply = tried(chain, explain=["aceh"])

    # Then it is not among the candidates, and still explained
    assert "aceh" not in {c["location_id"] for c in reply.body["candidates"]}
    assert reply.body["changes"][0]["changes"][0]["kind"] == "km"


def test_what_is_needed_sooner_than_promised_is_said(chain: World) -> None:
    reply = tried(chain, needed_by="2026-11-23T20:00:00+07:00")

    assert {c["reason"] for c in reply.body["candidates"]} == {"misses_promise"}


def test_a_customer_known_by_postal_code_says_how_sure_that_is(chain: World) -> None:
    chain.given(PlaceRecord("ID", "postal", "12190", Point(SENAYAN.lat, SENAYAN.lon), 1.5, "java"))

    reply = tried(chain, customer={"postal_code": "12190"})

    assert (reply.body["point_source"], reply.body["precision_km"], reply.body["zone"]) == (
        "postal_code",
        1.5,
        "java",
    )


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"policy": "holidays"}, "policy", "unknown_policy"),
        ({"location_id": "atlantis", "method": "pickup"}, "location_id", "unknown_location"),
        ({"explain": ["kota", "atlantis"]}, "explain.1", "unknown_location"),
    ],
)
def test_what_cannot_be_tried_is_refused_and_the_field_named(
    chain: World, more: dict[str, Any], field: str, code: str
) -> None:
    reply = tried(chain, **more)

    assert reply.status == 422
    assert [(e["field"], e["code"]) for e in reply.body["errors"]] == [(field, code)]


# --- kept


def test_an_order_tells_why_it_is_supplied_from_where_it_is(chain: World) -> None:
    chain.order(delivery_body("D-1", lines=order_lines(tee=2)))

    reply = kept(chain, "D-1")

    assert (reply.status, reply.body["order_id"]) == (200, "D-1")
    (decision,) = reply.body["decisions"]
    assert (decision["status"], chosen(decision)) == ("planned", ["senayan"])
    assert {c["location_id"]: c["reason"] for c in decision["candidates"]} == {
        "senayan": "chosen",
        "kota": "beaten",
    }
    assert decision["decided_at"] == "2026-11-23T05:00:00+00:00"
    assert decision["shipments"][0]["cost"]["total"] == "0"
    assert len(decision["command_id"]) == 24


def test_decisions_are_told_in_the_order_in_which_they_were_taken(chain: World) -> None:
    # Given a parcel that the first store refuses a minute later
    order = chain.order(delivery_body("D-1")).body
    chain.clock.forward(minutes=1)
    task = order["shipments"][0]
    chain.on_task(task["location_id"], task["task_id"], "refuse", {"reason": "no_time"})
    chain.settle()

    # Then both decisions are told, and the second says who refused before
    first, second = kept(chain, "D-1").body["decisions"]
    assert (chosen(first), chosen(second)) == (["senayan"], ["kota"])
    assert first["decided_at"] < second["decided_at"]
    reasons = {c["location_id"]: c["reason"] for c in second["candidates"]}
    assert reasons["senayan"] == "refused_before"


def test_an_order_that_nobody_decided_has_no_decisions_and_an_unknown_one_is_not_found(chain: World) -> None:
    chain.deliver("intake", order_body("Q-1", lines=order_lines(tee=99)))

    assert kept(chain, "Q-1").body == {"order_id": "Q-1", "decisions": []}
    unknown = kept(chain, "nobody")
    assert (unknown.status, unknown.body["code"]) == (404, "unknown_order")


def test_a_record_that_nobody_can_read_is_named_and_hides_no_other(chain: World) -> None:
    chain.order(order_body())
    item = {
        "order_id": text("A-1"),
        "sk": text(keys.decision(keys.step(9, "x"))),
        "record": {"B": b"no record"},
    }
    aws.dynamodb().put_item(TableName="Orders", Item=item)

    reply = kept(chain, "A-1")

    assert (len(reply.body["decisions"]), reply.body["unreadable"]) == (1, ["x"])
