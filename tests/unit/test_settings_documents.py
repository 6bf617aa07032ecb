"""The documents of operations: what is put is what is shown, and what cannot work is refused at the door."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest
from pydantic import ValidationError

from fulfillment.api.settings_documents import LocationDoc, PolicyDoc
from fulfillment.application import views
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.location import Contact, Location, ServiceArea
from fulfillment.domain.policy import Policy, TransitDays
from tests.support.builders import a_location


def a_document(**more: Any) -> LocationDoc:
    return LocationDoc.model_validate_json(json.dumps({"name": "Senayan"} | more))


def wrong_fields(model: type[LocationDoc | PolicyDoc], **body: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(json.dumps(body))
    return [".".join(map(str, e["loc"])) for e in refused.value.errors()]


POLYGON = {"type": "Polygon", "coordinates": [[[106.0, -7.0], [107.0, -7.0], [107.0, -6.0], [106.0, -7.0]]]}
FULL = a_location(
    "senayan",
    groups=("java", "outlet"),
    hours=OpeningHours(
        {
            1: (Interval(time(10), time(22)),),
            5: (Interval(time(9), time(11, 30)), Interval(time(13), time(2))),
        },
        {date(2026, 12, 25): (), date(2027, 3, 20): (Interval(time(13), time(18)),)},
    ),
    methods=frozenset({"pickup"}),
    service_area=ServiceArea(POLYGON, 7.5, ("121", "31.74")),
    prep_minutes=45,
    cutoff=time(16, 30),
    capacity={"pickup": 12, "delivery": 0},
    rank=3,
    status="paused",
    contact=Contact("Jalan 1", "+62211234567", "https://maps.example/senayan"),
)


@pytest.mark.parametrize(
    "location",
    [
        FULL,
        a_location("kota"),
        a_location("lost", point=None, zone=None, service_area=ServiceArea(radius_km=5.0)),
    ],
)
def test_a_location_that_is_shown_can_be_put_back_as_it_is(location: Location) -> None:
    shown = json.dumps(views.location(location) | {"version": 4})

    document = LocationDoc.model_validate_json(shown)

    assert document.to_domain(location.location_id) == location
    assert document.version == 4


def test_a_location_with_nothing_but_a_name_has_the_defaults_of_the_domain() -> None:
    expected = Location("senayan", "Senayan", "store", "Asia/Jakarta", "ID")

    assert a_document().to_domain("senayan") == expected


def test_a_document_of_another_location_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        a_document(location_id="kota").to_domain("senayan")

    assert refusal.value.errors[0].field == "location_id"


@pytest.mark.parametrize(
    "timezone", ["", "WIB", "Mars/Base", "../../etc/passwd", "Asia", "a\u0000b", "x" * 5_000, "UTC+7"]
)
def test_a_time_zone_that_is_none_is_refused(timezone: str) -> None:
    assert wrong_fields(LocationDoc, name="x", timezone=timezone) == ["timezone"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "kiosk"}, "kind"),
        ({"country": "Indonesia"}, "country"),
        ({"point": {"lat": 106.8, "lon": -6.2}}, "point.lat"),
        ({"methods": []}, "methods"),
        ({"hours": {"weekly": {"0": []}}}, "hours.weekly.0.[key]"),
        ({"hours": {"weekly": {"1": [{"opens": "25:00", "closes": "06:00"}]}}}, "hours.weekly.1.0.opens"),
        ({"hours": {"weekly": {"1": [{"opens": "9:00", "closes": "12:00"}]}}}, "hours.weekly.1.0.opens"),
        ({"hours": {"exceptions": {"2026-02-30": []}}}, "hours.exceptions.2026-02-30.[key]"),
        ({"service_area": {"polygon": {"type": "Point", "coordinates": [1, 2]}}}, "service_area.polygon"),
        ({"service_area": {"polygon": {}}}, "service_area.polygon"),
        ({"service_area": {"radius_km": 0}}, "service_area.radius_km"),
        ({"service_area": {"prefixes": [""]}}, "service_area.prefixes.0"),
        ({"service_area": {"prefixes": ["121#"]}}, "service_area.prefixes.0"),
        ({"prep_minutes": -1}, "prep_minutes"),
        ({"prep_minutes": 20_000}, "prep_minutes"),
        ({"cutoff": "4pm"}, "cutoff"),
        ({"capacity": {"pickup": -1}}, "capacity.pickup"),
        ({"capacity": {"drone": 1}}, "capacity.drone.[key]"),
        ({"status": "gone"}, "status"),
        ({"version": -1}, "version"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_a_location_cannot_be_is_named(more: dict[str, Any], field: str) -> None:
    assert wrong_fields(LocationDoc, **{"name": "Senayan"} | more) == [field]


# --- policies

TUNED = Policy(
    name="default",
    max_shipments=2,
    floors={"store": 1, "warehouse": 0},
    pickup_radius_km=12.5,
    pickup_options=5,
    slot_minutes=30,
    capacity_windows=3,
    transit_days=TransitDays(1, 4),
    payment_windows_minutes={"qris": 5},
)


def put(body: dict[str, Any]) -> Policy:
    return PolicyDoc.model_validate_json(json.dumps(body)).to_domain("default")


@pytest.mark.parametrize("policy", [TUNED, Policy()])
def test_a_policy_that_is_shown_can_be_put_back_as_it_is(policy: Policy) -> None:
    assert put(views.policy(policy)) == policy


def test_a_policy_that_says_nothing_is_the_default() -> None:
    assert put({}) == Policy()


def test_a_document_of_another_policy_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        put({"name": "sale"})

    assert refusal.value.errors[0].field == "name"


@pytest.mark.parametrize("minutes", [1, 5, 10, 12, 15, 20, 30, 60])
def test_slots_are_equal_parts_of_an_hour(minutes: int) -> None:
    assert put({"slot_minutes": minutes}).slot_minutes == minutes


@pytest.mark.parametrize("minutes", [0, 7, 25, 45, 59, 61, 120, 240])
def test_slots_that_do_not_divide_an_hour_are_refused(minutes: int) -> None:
    assert wrong_fields(PolicyDoc, slot_minutes=minutes) == ["slot_minutes"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"max_shipments": 0}, "max_shipments"),
        ({"max_shipments": 6}, "max_shipments"),
        ({"floors": {"store": -1}}, "floors.store"),
        ({"floors": {"kiosk": 1}}, "floors.kiosk.[key]"),
        ({"pickup_radius_km": 0}, "pickup_radius_km"),
        ({"pickup_options": 65}, "pickup_options"),
        ({"capacity_windows": 0}, "capacity_windows"),
        ({"transit_days": {"same_zone": 61}}, "transit_days.same_zone"),
        ({"payment_windows_minutes": {}}, "payment_windows_minutes"),
        ({"payment_windows_minutes": {"qris": 1441}}, "payment_windows_minutes.qris"),
        ({"payment_windows_minutes": {"qris": 0}}, "payment_windows_minutes.qris"),
        ({"objectives": ["money"]}, "objectives"),
    ],
)
def test_what_a_policy_cannot_say_is_named(more: dict[str, Any], field: str) -> None:
    assert wrong_fields(PolicyDoc, **more) == [field]
