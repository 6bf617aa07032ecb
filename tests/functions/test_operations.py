"""What operations see and set: locations, policies, stock, and the description of the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import (
    a_location,
    a_product,
    asked,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import Reply, World

LOCATION = "/v1/locations/{location_id}"
POLICY = "/v1/policies/{name}"
SQUARE = [[106, -7], [107, -7], [107, -6], [106, -6], [106, -7]]
BOW_TIE = [[106, -7], [107, -6], [107, -7], [106, -6], [106, -7]]
STORE: dict[str, Any] = {
    "name": "Sagara Senayan",
    "kind": "store",
    "timezone": "Asia/Jakarta",
    "country": "ID",
    "point": {"lat": -6.2253, "lon": 106.7998},
    "zone": "java",
    "groups": ["java", "sagara"],
    "hours": {
        "weekly": {
            "1": [{"opens": "10:00", "closes": "22:00"}],
            "5": [{"opens": "10:00", "closes": "01:00"}],
        },
        "exceptions": {"2026-12-25": []},
    },
    "methods": ["delivery", "pickup"],
    "service_area": {
        "polygon": {"type": "Polygon", "coordinates": [SQUARE]},
        "radius_km": 5.5,
        "prefixes": ["121"],
    },
    "prep_minutes": 60,
    "cutoff": "16:00",
    "capacity": {"pickup": 4},
    "rank": 10,
    "minutes_per_order": 5,
    "refusal_rate": "0.05",
    "attributes": {"weekly_sales": 12.5, "mall": True},
    "service": {"accept_minutes": 20},
    "status": "open",
    "contact": {
        "address": "Jalan Asia Afrika 8",
        "phone": "+62-000",
        "maps_url": "https://example.org",
        "alert_phone": "+628120000001",
        "alert_by": ["whatsapp", "sms"],
    },
}


def put(world: World, body: Any, location_id: str = "senayan") -> Reply:
    """PUT a location."""
    return world.admin("PUT", LOCATION, path={"location_id": location_id}, body=body)


def get(world: World, location_id: str = "senayan") -> Reply:
    """GET a location."""
    return world.admin("GET", LOCATION, path={"location_id": location_id})


def refused(reply: Reply) -> tuple[int, str, str]:
    """Status, code, and the field named."""
    return reply.status, reply.body["code"], reply.body["errors"][0]["field"]


# --- locations


def test_a_location_is_given_back_as_it_was_put(world: World) -> None:
    # When
    stored = put(world, STORE)

    # Then
    assert stored.status == 200, stored.body
    assert get(world).body == {**STORE, "location_id": "senayan", "own": None, "version": 1}

    # And what is read can be put again
    assert put(world, get(world).body).body["version"] == 2


def test_what_a_location_leaves_out_has_a_default(world: World) -> None:
    put(world, {"name": "Sagara Senayan"})

    stored = get(world).body
    assert (stored["kind"], stored["prep_minutes"], stored["status"]) == ("store", 120, "open")
    assert stored["point"] is None
    assert stored["service_area"] is None


def test_a_page_that_was_open_meanwhile_cannot_save_over_a_change(world: World) -> None:
    # Given two people who read the same version
    put(world, STORE)
    read = get(world).body

    # When both save
    first = put(world, read | {"status": "paused"})
    second = put(world, read | {"rank": 1})

    # Then the second is told
    assert (first.status, first.body["version"]) == (200, 2)
    assert (second.status, second.body["code"]) == (409, "version_changed")
    assert get(world).body["status"] == "paused"


def test_an_unknown_location_is_not_found(world: World) -> None:
    reply = get(world, "atlantis")

    assert (reply.status, reply.body["code"]) == (404, "unknown_location")


BAD_POLYGONS: dict[str, tuple[dict[str, Any], str]] = {
    "crosses itself": ({"type": "Polygon", "coordinates": [BOW_TIE]}, "Self-intersection"),
    "has latitude first": (
        {"type": "Polygon", "coordinates": [[[lat, lon] for lon, lat in SQUARE]]},
        "longitude comes first",
    ),
    "does not close": ({"type": "Polygon", "coordinates": [SQUARE[:3]]}, "not GeoJSON"),
    "has no coordinates": ({"type": "Polygon"}, "not GeoJSON"),
    "is empty": ({"type": "Polygon", "coordinates": []}, "empty"),
}


@pytest.mark.parametrize("name", BAD_POLYGONS)
def test_a_service_area_is_refused_with_its_reason_when_its_polygon(world: World, name: str) -> None:
    # Given
    polygon, reason = BAD_POLYGONS[name]
    before = world.everything()

    # When
    reply = put(world, STORE | {"service_area": {"polygon": polygon}})

    # Then
    assert refused(reply) == (422, "invalid_polygon", "service_area.polygon")
    assert reason in reply.body["detail"]
    assert world.everything() == before


def test_a_prefix_that_means_two_places_is_refused_and_both_are_named(world: World) -> None:
    before = world.everything()

    reply = put(world, STORE | {"service_area": {"prefixes": ["121", "12"]}})

    assert refused(reply) == (422, "invalid_prefix", "service_area.prefixes.1")
    assert "write postal:12 or area:12" in reply.body["detail"]
    assert world.everything() == before
    assert put(world, STORE | {"service_area": {"prefixes": ["121", "area:12"]}}).status == 200


BAD_LOCATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "another geometry": (
        {"service_area": {"polygon": {"type": "Point", "coordinates": [106, -6]}}},
        "service_area.polygon",
    ),
    "a point at sea level of the pole": ({"point": {"lat": 90.1, "lon": 0}}, "point.lat"),
    "a time zone nobody knows": ({"timezone": "Asia/Atlantis"}, "timezone"),
    "an hour that is none": (
        {"hours": {"weekly": {"1": [{"opens": "25:00", "closes": "26:00"}]}}},
        "hours.weekly.1.0.opens",
    ),
    "an eighth weekday": ({"hours": {"weekly": {"8": []}}}, "hours.weekly.8.[key]"),
    "no method": ({"methods": []}, "methods"),
    "a negative capacity": ({"capacity": {"pickup": -1}}, "capacity.pickup"),
    "a prefix of everything": ({"service_area": {"prefixes": [""]}}, "service_area.prefixes.0"),
    "a status nobody knows": ({"status": "asleep"}, "status"),
    "a field nobody knows": ({"colour": "red"}, "colour"),
}


@pytest.mark.parametrize("name", BAD_LOCATIONS)
def test_a_location_is_refused_and_the_field_named_when_it_has(world: World, name: str) -> None:
    more, field = BAD_LOCATIONS[name]
    before = world.everything()

    reply = put(world, STORE | more)

    assert refused(reply) == (422, "invalid_request", field)
    assert world.everything() == before


def test_a_document_of_another_location_is_refused(world: World) -> None:
    reply = put(world, STORE | {"location_id": "kota"})

    assert refused(reply) == (422, "other_location", "location_id")


def test_a_location_that_is_put_can_be_ordered_from(world: World) -> None:
    # Given a chain without stores
    world.given(a_product("tee"), stock("senayan", tee=1))
    assert world.order(order_body()).status == 422

    # When one opens
    put(world, STORE)
    world.clock.forward(seconds=61)

    # Then
    assert world.order(order_body()).status == 201


def test_a_paused_store_takes_no_order_from_that_instant_on(world: World) -> None:
    # Given functions that have the store in their memory
    world.given(a_product("tee"), stock("senayan", tee=2))
    put(world, STORE)
    assert world.order(order_body("A-1")).status == 201

    # When it is paused by another function
    world.pause("senayan")

    # Then no order slips through
    order = world.order(order_body("A-2"))
    assert (order.status, order.body["code"]) == (409, "paused")
    assert world.stock("tee", "senayan").reserved == 1


# --- policies


def test_a_policy_is_given_back_as_it_was_put_under_a_new_version(world: World) -> None:
    # Given the policy that is shipped
    shipped = world.admin("GET", POLICY, path={"name": "default"}).body
    assert shipped["version"] == 0

    # When it is changed twice
    floors = [{"units": 1, "kinds": ["store"]}]
    changed = shipped | {"split": shipped["split"] | {"max_shipments": 2}, "floors": floors}
    first = world.admin("PUT", POLICY, path={"name": "default"}, body=changed)
    second = world.admin("PUT", POLICY, path={"name": "default"}, body=changed | {"pickup_options": 5})

    # Then both versions are kept, and the newest is in force
    assert (first.body["version"], second.body["version"]) == (1, 2)
    newest = world.admin("GET", POLICY, path={"name": "default"}).body
    assert (newest["split"]["max_shipments"], newest["pickup_options"], newest["version"]) == (2, 5, 2)
    assert [(floor["units"], floor["kinds"]) for floor in newest["floors"]] == [(1, ["store"])]
    assert len([row for row in world.rows("Config") if row["pk"]["S"] == "POLICY#default"]) == 2

    # And what is read can be put again
    again = world.admin("PUT", POLICY, path={"name": "default"}, body=newest)
    assert again.body == newest | {"version": 3, "warnings": []}


def test_a_changed_policy_takes_effect_within_a_minute(world: World) -> None:
    # Given two stores with a tee each, and functions that know the policy
    world.given(a_product("tee"), a_location("senayan"), a_location("kota"))
    world.given(stock("senayan", tee=1), stock("kota", tee=1))
    two = order_lines(tee=2)
    assert len(world.options(asked(lines=two)).body["delivery"]) == 1

    # When parcels are no longer split
    world.admin("PUT", POLICY, path={"name": "default"}, body={"split": {"max_shipments": 1}})
    world.clock.forward(seconds=61)

    # Then
    assert world.options(asked(lines=two)).body["delivery"] == []
    assert world.order(delivery_body(lines=two)).status == 409


def test_an_order_remembers_the_policy_it_was_decided_under(world: World) -> None:
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=1))
    world.admin("PUT", POLICY, path={"name": "default"}, body={"pickup_options": 2})

    world.order(order_body())

    (order,) = [row for row in world.rows("Orders") if row["sk"]["S"] == "ORDER"]
    assert '"policy_version":1' in order["document"]["S"].replace(" ", "")


BAD_POLICIES: dict[str, tuple[dict[str, Any], str]] = {
    "no parcel": ({"split": {"max_shipments": 0}}, "split.max_shipments"),
    "six parcels": ({"split": {"max_shipments": 6}}, "split.max_shipments"),
    "a negative floor": ({"floors": [{"units": -1}]}, "floors.0.units"),
    "a kind of location nobody knows": ({"floors": [{"units": 1, "kinds": ["kiosk"]}]}, "floors.0.kinds.0"),
    "a rule that nobody registered": ({"objectives": ["shipments", "luck"]}, "objectives.1"),
    "rows of transport that leave something over": (
        {"costs": {"transport": [{"zone": "same", "bands": [{"amount": 9000}]}]}},
        "costs.transport.0.zone",
    ),
    "a slot that does not divide an hour": ({"slot_minutes": 7}, "slot_minutes"),
    "no payment window": ({"payment_windows_minutes": {}}, "payment_windows_minutes"),
    "a rule nobody knows": ({"cheapest_first": True}, "cheapest_first"),
}


@pytest.mark.parametrize("name", BAD_POLICIES)
def test_a_policy_is_refused_and_the_field_named_when_it_has(world: World, name: str) -> None:
    more, field = BAD_POLICIES[name]

    reply = world.admin("PUT", POLICY, path={"name": "default"}, body=more)

    assert refused(reply) == (422, "invalid_request", field)
    assert world.rows("Config") == []


def test_a_policy_of_another_name_is_refused(world: World) -> None:
    reply = world.admin("PUT", POLICY, path={"name": "default"}, body={"name": "sale"})

    assert refused(reply) == (422, "other_policy", "name")


# --- stock


def test_the_picture_of_a_sku_is_everywhere_it_ever_was(world: World) -> None:
    # Given ten tees here, of which one is promised, and four in a store that is closed
    world.given(a_product("tee"), a_location("senayan"), a_location("kota", status="closed"))
    world.given(stock("senayan", tee=10), stock("kota", tee=4))
    world.order(order_body())

    # When
    picture = world.admin("GET", "/v1/stock/{sku}", path={"sku": "tee"}).body

    # Then
    assert (picture["sku"], picture["on_hand"], picture["available"]) == ("tee", 14, 13)
    assert picture["locations"] == [
        {
            "location_id": "kota",
            "on_hand": 4,
            "reserved": 0,
            "blocked": 0,
            "available": 4,
            "observed_at": None,
            "doubtful": False,
            "refusals": 0,
        },
        {
            "location_id": "senayan",
            "on_hand": 10,
            "reserved": 1,
            "blocked": 0,
            "available": 9,
            "observed_at": None,
            "doubtful": False,
            "refusals": 0,
        },
    ]


def test_a_sku_without_a_row_is_known_and_an_unknown_one_is_not_found(world: World) -> None:
    world.given(a_product("raincoat"))

    known = world.admin("GET", "/v1/stock/{sku}", path={"sku": "raincoat"})
    unknown = world.admin("GET", "/v1/stock/{sku}", path={"sku": "unicorn"})

    assert (known.status, known.body["locations"]) == (200, [])
    assert (unknown.status, unknown.body["code"]) == (404, "unknown_sku")


# --- the API's own description


def test_anybody_may_read_what_the_api_is(world: World) -> None:
    described = world.admin("GET", "/v1/openapi.json").body

    assert described["openapi"].startswith("3.")
    assert "/v1/orders" in described["paths"]


@pytest.mark.parametrize("location_id", ["a b", "a#b", "-a", "a" * 65])
def test_a_location_has_an_id_that_an_order_may_name(world: World, location_id: str) -> None:
    reply = put(world, STORE, location_id)

    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "location_id")
    assert world.rows("Locations") == []


def test_a_policy_that_nobody_put_is_not_there(world: World) -> None:
    answer = world.admin("GET", "/v1/policies/{name}", path={"name": "holidays"})

    assert (answer.status, answer.body["code"]) == (404, "unknown_policy")
