"""The document of a location: what is put is what is shown, and what cannot work is refused at the door."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.api.location_document import LocationDoc
from fulfillment.application import setting_views
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.location import Contact, Location, ServiceArea
from tests.support.builders import a_location


def a_document(**more: Any) -> LocationDoc:
    return LocationDoc.model_validate_json(json.dumps({"name": "Senayan"} | more))


def wrong_fields(**body: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        LocationDoc.model_validate_json(json.dumps(body))
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
    minutes_per_order=5,
    refusal_rate=Decimal("0.125"),
    attributes={"tier": "A", "weekly_sales": Decimal("12.5"), "floors": 2, "mall": True, "code": "2.5"},
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
    shown = json.dumps(setting_views.location(location) | {"version": 4})

    document = LocationDoc.model_validate_json(shown)

    assert document.to_domain(location.location_id) == location
    assert document.version == 4


@pytest.mark.parametrize("location", [FULL, a_location("kota")])
def test_a_location_comes_back_from_its_row_as_it_was_put(location: Location) -> None:
    found = from_document(Location, to_document(location))

    assert found == location
    assert {name: type(value) for name, value in found.attributes.items()} == {
        name: type(value) for name, value in location.attributes.items()
    }


@pytest.mark.parametrize(
    ("told", "rate"), [("0.05", "0.05"), (0.05, "0.05"), (0, "0"), (1, "1"), ("1", "1"), (1e-7, "0.0000001")]
)
def test_a_rate_of_refusals_is_exact_however_it_is_told(told: object, rate: str) -> None:
    assert a_document(refusal_rate=told).to_domain("senayan").refusal_rate == Decimal(rate)


def test_a_number_with_a_fraction_is_an_exact_attribute() -> None:
    location = a_document(attributes={"weekly_sales": 0.1}).to_domain("senayan")

    assert location.attributes == {"weekly_sales": Decimal("0.1")}


def test_a_location_with_nothing_but_a_name_has_the_defaults_of_the_domain() -> None:
    expected = Location("senayan", "Senayan", "store", "Asia/Jakarta", "ID")

    assert a_document().to_domain("senayan") == expected


def test_a_document_of_another_location_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        a_document(location_id="kota").to_domain("senayan")

    assert refusal.value.errors[0].field == "location_id"


@pytest.mark.parametrize(
    ("country", "prefix", "told"),
    [
        ("ID", "12", "'12' may be a postal code or an area: write postal:12 or area:12."),
        ("ID", "317407", "'317407' is longer than a postal code, which has 5 digits: is it area:31.74.07?"),
        ("GB", "E09000033", "'E09000033' is no postal area, district, sector or code like"),
    ],
)
def test_a_prefix_that_means_two_places_or_none_is_refused(country: str, prefix: str, told: str) -> None:
    document = a_document(country=country, service_area={"prefixes": ["area:12", prefix]})

    with pytest.raises(InvalidRequest) as refusal:
        document.to_domain("senayan")

    (error,) = refusal.value.errors
    assert (error.field, error.code) == ("service_area.prefixes.1", "invalid_prefix")
    assert error.message.startswith(told)


def test_a_prefix_may_say_its_kind() -> None:
    said = ["area:12", "postal:12", "121", "31.74"]

    area = a_document(service_area={"prefixes": said}).to_domain("senayan").service_area

    assert area == ServiceArea(prefixes=tuple(said))


@pytest.mark.parametrize(
    "timezone", ["", "WIB", "Mars/Base", "../../etc/passwd", "Asia", "a\u0000b", "x" * 5_000, "UTC+7"]
)
def test_a_time_zone_that_is_none_is_refused(timezone: str) -> None:
    assert wrong_fields(name="x", timezone=timezone) == ["timezone"]


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
        ({"service_area": {"prefixes": ["zone:121"]}}, "service_area.prefixes.0"),
        ({"prep_minutes": -1}, "prep_minutes"),
        ({"prep_minutes": 20_000}, "prep_minutes"),
        ({"cutoff": "4pm"}, "cutoff"),
        ({"capacity": {"pickup": -1}}, "capacity.pickup"),
        ({"capacity": {"drone": 1}}, "capacity.drone.[key]"),
        ({"minutes_per_order": 241}, "minutes_per_order"),
        ({"minutes_per_order": -1}, "minutes_per_order"),
        ({"refusal_rate": "1.01"}, "refusal_rate"),
        ({"refusal_rate": -0.1}, "refusal_rate"),
        ({"refusal_rate": "5%"}, "refusal_rate"),
        ({"refusal_rate": True}, "refusal_rate"),
        ({"refusal_rate": None}, "refusal_rate"),
        ({"attributes": {"Tier": "A"}}, "attributes.Tier.[key]"),
        ({"attributes": {"a" * 41: "A"}}, f"attributes.{'a' * 41}.[key]"),
        ({"attributes": {"tier": "A" * 101}}, "attributes.tier"),
        ({"attributes": {"tier": ["A"]}}, "attributes.tier"),
        ({"attributes": {"tier": None}}, "attributes.tier"),
        ({"attributes": {"sales": 1e13}}, "attributes.sales"),
        ({"attributes": {f"a{n}": n for n in range(21)}}, "attributes"),
        ({"status": "gone"}, "status"),
        ({"version": -1}, "version"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_a_location_cannot_be_is_named(more: dict[str, Any], field: str) -> None:
    assert wrong_fields(**{"name": "Senayan"} | more) == [field]
