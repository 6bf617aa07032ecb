"""The INPUT of ``fulfillment decide``: everything that is wrong with it is named, by its path, at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fulfillment.cli import decide_read
from fulfillment.cli.main import main
from tests.support.builders import a_square
from tests.support.deciding import Console, a_place, an_input

BOW_TIE = [[106.0, -7.0], [107.0, -6.0], [107.0, -7.0], [106.0, -6.0], [106.0, -7.0]]
SQUARE = a_square(106, -7, 107, -6)
PRICE = {"amount": "5", "currency": "IDR"}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A sound INPUT with another value at this path; a list's length adds to it."""
    asked = an_input(a_place("senayan", tee=2), a_place("kota", tee=2))
    at: Any = asked
    *steps, last = path.split(".")
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
    if isinstance(at, list):
        at.insert(int(last), value)
    else:
        at[last] = value
    return asked


WRONG: dict[str, tuple[str, Any, str]] = {
    "an unknown field": ("colour", "red", "colour: unknown field"),
    "an unknown field of a location": ("locations.1.foo", 1, "locations.1.foo: unknown field"),
    "an unknown field of a stock row": ("stock.0.qty", 1, "stock.0.qty: unknown field"),
    "an unknown field of the request": ("request.order_id", "A-1", "request.order_id: unknown field"),
    "a line of nothing": ("request.lines.1", {"sku": "cap", "quantity": 0}, "request.lines.1.quantity: "),
    "a line of half": ("request.lines.1", {"sku": "cap", "quantity": 0.5}, "request.lines.1.quantity: "),
    "a line of words": ("request.lines.1", {"sku": "cap", "quantity": "1"}, "request.lines.1.quantity: "),
    "a line without a SKU": ("request.lines.1", {"quantity": 1}, "request.lines.1.sku: is missing"),
    "no lines": ("request.lines", [], "request.lines: "),
    "more lines than an order has": (
        "request.lines",
        [{"sku": f"s{n}", "quantity": 1} for n in range(51)],
        "request.lines: ",
    ),
    "a line twice": (
        "request.lines.1",
        {"line_id": "1", "sku": "cap", "quantity": 1},
        "request.lines.1: the line_id '1' stands at request.lines.0 already",
    ),
    "a location twice": (
        "locations.2",
        {"location_id": "kota"},
        "locations.2: the location 'kota' stands at locations.1 already",
    ),
    "a stock row twice": (
        "stock.2",
        {"location_id": "kota", "sku": "tee", "on_hand": 1},
        "stock.2: the SKU 'tee' at 'kota' stands at stock.1 already",
    ),
    "stock of nowhere": (
        "stock.2",
        {"location_id": "kotta", "sku": "tee", "on_hand": 1},
        "stock.2.location_id: there is no location 'kotta'",
    ),
    "stock without a count": (
        "stock.2",
        {"location_id": "kota", "sku": "cap"},
        "stock.2.on_hand: is missing",
    ),
    "half a unit of stock": (
        "stock.2",
        {"location_id": "kota", "sku": "cap", "on_hand": 1.5},
        "stock.2.on_hand: ",
    ),
    "reserved below nothing": ("stock.0.reserved", -1, "stock.0.reserved: "),
    "a product twice": (
        "products",
        [{"sku": "tee"}, {"sku": "tee"}],
        "products.1: the SKU 'tee' stands at products.0 already",
    ),
    "a customer without latitude": (
        "request.customer.point",
        {"lon": 106.8},
        "request.customer.point.lat: is missing",
    ),
    "swapped coordinates": (
        "request.customer.point",
        {"lat": 106.8, "lon": -6.2},
        "request.customer.point.lat: lat must be between -90 and 90; lat and lon look swapped",
    ),
    "an unknown chosen store": (
        "request.location_id",
        "atlantis",
        "request.location_id: there is no location 'atlantis'",
    ),
    "a delivery from a chosen store": (
        "request.location_id",
        "kota",
        "request.location_id: a delivery is routed, only a pickup has a location_id",
    ),
    "a refusal by nobody": (
        "request.refused_by",
        ["atlantis"],
        "request.refused_by.0: there is no location 'atlantis'",
    ),
    "a moment without an offset": ("now", "2026-11-23T12:00:00", "now: "),
    "a day instead of a moment": ("request.needed_by", "2026-11-23", "request.needed_by: "),
    "a polygon that crosses itself": (
        "locations.0.service_area",
        {"type": "Polygon", "coordinates": [BOW_TIE]},
        "locations.0.service_area: the polygon of 'senayan' is Self-intersection",
    ),
    "parts of an area beside its polygon": (
        "locations.0.service_area",
        {**SQUARE, "radius_km": 1, "prefixes": ["99"], "exclude": True},
        "locations.0.service_area: unknown beside the Polygon: exclude, prefixes, radius_km; "
        "an area of several parts is {polygon, prefixes, radius_km}",
    ),
    "a polygon on another globe": (
        "locations.0.service_area",
        {"polygon": {**SQUARE, "crs": {}}},
        "locations.0.service_area: unknown beside the Polygon: crs",
    ),
    "a feature with more than features have": (
        "locations.0.service_area",
        {"type": "Feature", "geometry": SQUARE, "radius_km": 1},
        "locations.0.service_area: unknown beside the Feature: radius_km",
    ),
    "a polygon of a feature with more than polygons have": (
        "locations.0.service_area",
        {"type": "Feature", "geometry": {**SQUARE, "name": "x"}, "properties": {}},
        "locations.0.service_area: unknown beside the Polygon: name",
    ),
    "a polygon without its type": (
        "locations.0.service_area",
        {"coordinates": SQUARE["coordinates"]},
        "locations.0.service_area: type is missing: GeoJSON says Polygon, MultiPolygon or Feature there",
    ),
    "a polygon over the date line": (
        "locations.0.service_area",
        a_square(179, -18, -179, -16),
        "locations.0.service_area: the polygon of 'senayan' is across the date line: split it at 180 degrees",
    ),
    "a prefix that may be a province or a postal code": (
        "locations.0.service_area",
        {"prefixes": ["postal:121", "12"]},
        "locations.0.service_area.prefixes.1: ",
    ),
    "an area of lines": (
        "locations.0.service_area",
        {"type": "LineString", "coordinates": BOW_TIE},
        "locations.0.service_area.polygon: must be a GeoJSON Polygon or MultiPolygon",
    ),
    "a name that moves a terminal's cursor": (
        "locations.0.name",
        "\x1b[31mx",
        "locations.0.name: has the control character U+001B",
    ),
    "a name that runs backwards": (
        "locations.1.name",
        "x\u202ey",
        "locations.1.name: has the control character U+202E",
    ),
    "an id with a sign of C1": ("stock.1.sku", "x\x85", "stock.1.sku: has the control character U+0085"),
    "a tag of two lines": (
        "request.lines.0.tags",
        ["a", "b\n"],
        "request.lines.0.tags.1: has the control character U+000A",
    ),
    "an attribute's name with nothing in it": (
        "locations.0.attributes",
        {"\x00": 1},
        "locations.0.attributes.'\\x00': its name has the control character U+0000",
    ),
    "a policy's free text": (
        "policy",
        {"name": "p\u2066"},
        "policy.name: has the control character U+2066",
    ),
    "an area of nothing": ("locations.0.service_area", {}, "locations.0.service_area: has no polygon"),
    "an area that is none": ("locations.0.service_area", "everywhere", "locations.0.service_area: "),
    "a time zone nobody knows": (
        "locations.0.timezone",
        "Asia/Atlantis",
        "locations.0.timezone: must be an IANA time zone",
    ),
    "an hour that is none": (
        "locations.0.hours",
        {"weekly": {"1": [{"opens": "25:00", "closes": "26:00"}]}},
        "locations.0.hours.weekly.1.0.opens: ",
    ),
    "a kind nobody knows": ("locations.0.kind", "kiosk", "locations.0.kind: "),
    "a status nobody knows": ("locations.0.status", "asleep", "locations.0.status: "),
    "a capacity below nothing": (
        "locations.0.capacity",
        {"pickup": {"limit": -1}},
        "locations.0.capacity.pickup.limit: ",
    ),
    "an attribute of many parts": ("locations.0.attributes", {"a": [1]}, "locations.0.attributes.a: "),
    "a policy nobody ships": (
        "policy",
        "cheapest",
        "policy: there is no shipped policy 'cheapest': default, fewest-shipments, ",
    ),
    "a policy that is none": ("policy", 7, "policy: must be a policy document, or the name of a shipped"),
    "a policy with an unknown rule": (
        "policy",
        {"objectives": ["cheapness"]},
        "policy.objectives.0: there is no rule 'cheapness'",
    ),
    "a policy with an unknown field": ("policy", {"max": 1}, "policy.max: unknown field"),
    "a policy whose name is none": ("policy", {"name": "a b"}, "policy.name: "),
    "prices in two currencies": (
        "products",
        [{"sku": "tee", "price": PRICE}, {"sku": "cap", "price": PRICE | {"currency": "GBP"}}],
        "request.lines: prices are in several currencies: GBP, IDR",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_it_is_refused_and_the_place_named_when_it_has(console: Console, name: str) -> None:
    path, value, told = WRONG[name]

    errors = console.refused(changed(path, value))

    assert [error for error in errors if error.startswith(told)], errors


def test_two_weights_of_one_sku_are_refused(console: Console) -> None:
    asked = changed("products", [{"sku": "tee", "weight_grams": 1}])
    asked["request"]["lines"][0]["weight_grams"] = 2

    assert console.refused(asked) == [
        "request.lines.0.weight_grams: 'tee' has another weight_grams elsewhere"
    ]


def test_all_faults_are_told_at_once(console: Console) -> None:
    asked = changed("stock.2", {"location_id": "kotta", "sku": "tee", "on_hand": 1})
    asked["locations"].append({"location_id": "kota"})
    asked["policy"] = "cheapest"

    assert len(console.refused(asked)) == 3


def test_a_long_list_of_faults_is_cut_and_counted(console: Console) -> None:
    asked = an_input(a_place("senayan", tee=2))
    asked["stock"] += [{"location_id": f"x{n}", "sku": "tee", "on_hand": 1} for n in range(1_234)]

    errors = console.refused(asked)

    assert (len(errors), errors[-1]) == (decide_read.MAX_SHOWN + 1, "... and 1,134 more")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ("{}", "request: is missing"),
        ('{"now": NaN, "request": {"lines": [{"sku": "a", "quantity": 1}]}}', "now: "),
        (
            '{"request": {"lines": [{"sku": "a", "sku": "b", "quantity": 1}]}}',
            "request.lines.0.sku: 'sku' stands twice in one object",
        ),
        ("[" * 100_000, "Invalid JSON"),
    ],
)
def test_what_is_no_input_is_told(console: Console, text: str, told: str) -> None:
    errors = console.refused(text)

    assert told in errors[0]


def test_more_locations_than_a_file_may_hold_are_refused(console: Console) -> None:
    asked = an_input(*[a_place(f"s{n}") for n in range(5_001)])

    assert console.refused(asked) == [
        "locations: List should have at most 5000 items after validation, not 5001"
    ]


@pytest.mark.parametrize("place", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_told(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decide", str(tmp_path / place)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_a_file_that_is_no_text_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_bytes(b"\xff\xfe")

    assert main(["decide", str(tmp_path / "x.json")]) == 2
    assert "is not UTF-8 text" in capsys.readouterr().err


def test_a_policy_file_is_refused_line_by_line(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("split:\n  max_shipments: 9\nfoo: 1\n")

    errors = console.refused(an_input(a_place("a", tee=2)), "--policy", str(file))

    assert [error.split(": ")[0] for error in errors] == [f"{file}:2", f"{file}:3"]


@pytest.mark.parametrize("policy", ["nowhere.yaml", "."])
def test_a_policy_that_is_not_there_is_told(console: Console, policy: str, tmp_path: Path) -> None:
    errors = console.refused(an_input(a_place("a", tee=2)), "--policy", str(tmp_path / policy))

    assert str(tmp_path) in errors[0]


def test_a_location_to_explain_must_be_there(console: Console) -> None:
    errors = console.refused(an_input(a_place("a", tee=2)), "--explain", "a", "atlantis")

    assert errors == ["--explain: there is no location 'atlantis'"]


@pytest.mark.parametrize(
    ("request_", "method"),
    [
        ({}, "deliver_by"),
        ({"methods": ["pickup"]}, "ready_by"),
        ({"methods": ["pickup", "delivery"]}, "deliver_by"),
        ({"methods": ["pickup"], "method": "delivery"}, "deliver_by"),
        ({"method": "pickup", "methods": ["delivery"]}, "ready_by"),
    ],
)
def test_the_method_is_the_one_that_is_said(console: Console, request_: dict[str, Any], method: str) -> None:
    decided = console.decided(an_input(a_place("a", tee=2), **request_))

    assert method in decided["shipments"][0]["promise"]


def test_ids_may_be_any_words(console: Console) -> None:
    name = "Toko Baru / Ждать #1 <&>"
    asked = an_input(a_place(name, 1.0, {}, **{"SKU 1": 2}), lines=[("SKU 1", 2)])

    assert console.decided(asked)["shipments"][0]["location_id"] == name
    assert console.told(json.dumps(asked)).isascii()
