"""What a body may say: strict types, bounded sizes, nothing unknown; every refusal names the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from fulfillment.api.requests import CancelIn, ConfirmIn, OptionsIn, OrderIn, StockUpdatesIn
from fulfillment.api.task_requests import AcceptIn, CollectIn, ReadyIn, RefuseIn, ShipIn
from fulfillment.domain.basket import CustomerPlace
from tests.support.builders import SENAYAN, order_body

HERE = {"lat": SENAYAN.lat, "lon": SENAYAN.lon}
LINE = {"line_id": "1", "sku": "tee", "quantity": 1}
OPTIONS = {"channel": "web", "customer": {"point": HERE}, "lines": [LINE]}


def faults(model: type[BaseModel], body: Mapping[str, Any] | str) -> list[tuple[str, str]]:
    """(field, code) of everything that is wrong with the body; nothing when it is right."""
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        model.model_validate_json(text)
    except ValidationError as error:
        return [(".".join(map(str, e["loc"])), e["type"]) for e in error.errors()]
    return []


def basket_of(*lines: Mapping[str, Any], **customer: Any) -> dict[str, Any]:
    return {**OPTIONS, "lines": list(lines), "customer": customer or OPTIONS["customer"]}


# --- lines


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("0", "greater_than_equal"),
        ("-1", "greater_than_equal"),
        ("1.5", "int_type"),
        ("2.0", "int_type"),
        ('"2"', "int_type"),
        ("true", "int_type"),
        ("null", "int_type"),
        ("[1]", "int_type"),
        ("10000", "less_than_equal"),
        ("1000000000", "less_than_equal"),
        ("1e9", "int_type"),
        ("9" * 400, "less_than_equal"),
    ],
)
def test_a_quantity_is_a_whole_number_of_units_within_reason(quantity: str, code: str) -> None:
    body = json.dumps(OPTIONS).replace('"quantity": 1', f'"quantity": {quantity}')

    assert faults(OptionsIn, body) == [("lines.0.quantity", code)]


@pytest.mark.parametrize("quantity", [1, 9_999])
def test_the_least_and_the_most_units_are_taken(quantity: int) -> None:
    assert faults(OptionsIn, basket_of(LINE | {"quantity": quantity})) == []


@pytest.mark.parametrize(("count", "expected"), [(0, "too_short"), (51, "too_long"), (1_000, "too_long")])
def test_a_basket_has_one_to_fifty_lines(count: int, expected: str) -> None:
    lines = [LINE | {"line_id": str(n)} for n in range(count)]

    assert faults(OptionsIn, {**OPTIONS, "lines": lines}) == [("lines", expected)]


def test_fifty_lines_are_taken() -> None:
    assert faults(OptionsIn, basket_of(*(LINE | {"line_id": str(n)} for n in range(50)))) == []


def test_two_lines_of_one_id_are_refused() -> None:
    assert faults(OptionsIn, basket_of(LINE, LINE | {"sku": "cap"})) == [("lines", "duplicate_line_id")]


def test_two_lines_of_one_sku_are_one_quantity() -> None:
    parsed = OptionsIn.model_validate(basket_of(LINE, LINE | {"line_id": "2", "quantity": 3}))

    assert parsed.basket(parsed.customer).quantity_by_sku() == {"tee": 4}


@pytest.mark.parametrize("sku", ["", " ", "tee\tshirt", "-tee", "x" * 65, "tee\n", "t\u00e9", "#", "a#b"])
def test_what_cannot_be_a_sku_is_refused(sku: str) -> None:
    assert faults(OptionsIn, basket_of(LINE | {"sku": sku})) == [("lines.0.sku", "string_pattern_mismatch")]


@pytest.mark.parametrize("sku", ["T", "TEE-RED-M", "tee shirt", "a.b_c/d-e", "0" * 64])
def test_what_can_be_a_sku_is_taken(sku: str) -> None:
    assert faults(OptionsIn, basket_of(LINE | {"sku": sku})) == []


@pytest.mark.parametrize(
    ("model", "body", "field"),
    [
        (OptionsIn, {**OPTIONS, "colour": "red"}, "colour"),
        (OptionsIn, basket_of(LINE | {"qty": 1}), "lines.0.qty"),
        (OptionsIn, basket_of(LINE, point=HERE | {"alt": 5}), "customer.point.alt"),
        (OrderIn, order_body(prioritie="high"), "prioritie"),
        (OrderIn, order_body(payment={"state": "captured", "card_number": "4111"}), "payment.card_number"),
        (AcceptIn, {"by": "budi"}, "by"),
        (ReadyIn, {"by": "budi"}, "by"),
        (ConfirmIn, {"amount": 1}, "amount"),
    ],
)
def test_a_field_nobody_knows_is_refused(model: type[BaseModel], body: dict[str, Any], field: str) -> None:
    assert faults(model, body) == [(field, "extra_forbidden")]


@pytest.mark.parametrize("field", ["channel", "customer", "lines"])
def test_what_is_left_out_is_named(field: str) -> None:
    body = {key: value for key, value in OPTIONS.items() if key != field}

    assert faults(OptionsIn, body) == [(field, "missing")]


# --- places


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ({"lat": 91, "lon": 106.8}, [("customer.point.lat", "out_of_range")]),
        ({"lat": -90.0001, "lon": 106.8}, [("customer.point.lat", "out_of_range")]),
        ({"lat": -6.2, "lon": 180.5}, [("customer.point.lon", "out_of_range")]),
        (
            {"lat": 91, "lon": 181},
            [("customer.point.lon", "out_of_range"), ("customer.point.lat", "out_of_range")],
        ),
        ({"lat": -6.2}, [("customer.point.lon", "missing")]),
        ({"lon": 106.8}, [("customer.point.lat", "missing")]),
        ({"lat": "-6.2", "lon": 106.8}, [("customer.point.lat", "float_type")]),
        ({"lat": None, "lon": 106.8}, [("customer.point.lat", "float_type")]),
        ({"lat": float("nan"), "lon": 106.8}, [("customer.point.lat", "finite_number")]),
        ({"lat": float("inf"), "lon": 106.8}, [("customer.point.lat", "finite_number")]),
        ([-6.2, 106.8], [("customer.point", "model_type")]),
    ],
)
def test_a_point_that_is_none_is_refused(point: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(OptionsIn, basket_of(LINE, point=point)) == expected


@pytest.mark.parametrize("point", [{"lat": 90, "lon": 180}, {"lat": -90, "lon": -180}, {"lat": 0, "lon": 0}])
def test_the_ends_of_the_earth_are_points(point: dict[str, int]) -> None:
    assert faults(OptionsIn, basket_of(LINE, point=point)) == []


@pytest.mark.parametrize(
    ("lat", "lon", "hinted"), [(106.8, -6.2, True), (106.8, 120.0, False), (106.8, 999, False)]
)
def test_swapped_numbers_come_with_a_hint(lat: float, lon: float, hinted: bool) -> None:
    with pytest.raises(ValidationError) as refused:
        OptionsIn.model_validate(basket_of(LINE, point={"lat": lat, "lon": lon}))

    assert ("look swapped" in refused.value.errors()[-1]["msg"]) is hinted


@pytest.mark.parametrize(
    ("customer", "place"),
    [
        ({"point": HERE}, CustomerPlace("ID", SENAYAN)),
        ({"postal_code": "12190"}, CustomerPlace("ID", postal_code="12190")),
        ({"postal_code": " sw1a 1aa", "country": "GB"}, CustomerPlace("GB", postal_code="SW1A 1AA")),
        ({"postal_code": "M1 1", "country": "GB"}, CustomerPlace("GB", postal_code="M1 1")),
        ({"postal_code": " "}, CustomerPlace("ID", postal_code="")),
        ({"area_code": "31.74.07"}, CustomerPlace("ID", area_code="31.74.07")),
        ({"country": "ID"}, CustomerPlace("ID")),
    ],
)
def test_a_place_is_what_was_told_of_it(customer: dict[str, Any], place: CustomerPlace) -> None:
    assert OptionsIn.model_validate(basket_of(LINE, **customer)).customer.place() == place


@pytest.mark.parametrize(
    ("customer", "field"),
    [
        ({"postal_code": 12190}, "customer.postal_code"),
        ({"postal_code": "1" * 13}, "customer.postal_code"),
        ({"postal_code": "12190#"}, "customer.postal_code"),
        ({"area_code": "31/74"}, "customer.area_code"),
        ({"country": "Indonesia"}, "customer.country"),
        ({"country": "id"}, "customer.country"),
    ],
)
def test_a_code_that_is_none_is_refused(customer: dict[str, Any], field: str) -> None:
    assert [name for name, _ in faults(OptionsIn, basket_of(LINE, **customer))] == [field]


@pytest.mark.parametrize(
    ("methods", "field"), [([], "methods"), (["drone"], "methods.0"), (["pickup"] * 3, "methods")]
)
def test_methods_are_pickup_and_delivery(methods: list[str], field: str) -> None:
    assert [name for name, _ in faults(OptionsIn, {**OPTIONS, "methods": methods})] == [field]


# --- steps


@pytest.mark.parametrize(
    ("model", "body", "field"),
    [
        (CollectIn, {}, "code"),
        (CollectIn, {"code": ""}, "code"),
        (CollectIn, {"code": "x" * 21}, "code"),
        (CollectIn, {"code": 12345678}, "code"),
        (CollectIn, {"code": "7K3M9QXA", "amount_received": "199000"}, "amount_received"),
        (ShipIn, {"carrier": "JNE"}, "tracking_number"),
        (ShipIn, {"carrier": "", "tracking_number": "1"}, "carrier"),
        (RefuseIn, {}, "reason"),
        (RefuseIn, {"reason": "bored"}, "reason"),
        (RefuseIn, {"reason": "other", "note": ""}, "note"),
        (RefuseIn, {"reason": "other", "note": "x" * 201}, "note"),
        (CancelIn, {"lines": "1"}, "lines"),
        (CancelIn, {"lines": [1]}, "lines.0"),
        (CancelIn, {"lines": ["1"] * 51}, "lines"),
        (ConfirmIn, {"payment_reference": ""}, "payment_reference"),
    ],
)
def test_what_a_step_cannot_say_is_named(model: type[BaseModel], body: dict[str, Any], field: str) -> None:
    assert [name for name, _ in faults(model, body)] == [field]


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (AcceptIn, {}),
        (ReadyIn, {}),
        (ConfirmIn, {}),
        (CancelIn, {}),
        (CancelIn, {"lines": ["1"], "reason": "too late"}),
        (CollectIn, {"code": "7k3m-9qxa", "amount_received": {"amount": "1", "currency": "IDR"}}),
        (ShipIn, {"carrier": "JNE", "tracking_number": "JNE001"}),
        (RefuseIn, {"reason": "not_found", "note": "looked twice"}),
    ],
)
def test_what_a_step_may_say_is_taken(model: type[BaseModel], body: dict[str, Any]) -> None:
    assert faults(model, body) == []


# --- stock updates

COUNT = {
    "type": "count",
    "sku": "tee",
    "location_id": "senayan",
    "on_hand": 3,
    "observed_at": "2026-11-23T05:00:00Z",
}


@pytest.mark.parametrize(("count", "expected"), [(0, "too_short"), (501, "too_long")])
def test_stock_updates_come_by_the_hundreds_at_most(count: int, expected: str) -> None:
    assert faults(StockUpdatesIn, {"updates": [COUNT] * count}) == [("updates", expected)]


def test_a_stock_update_that_is_wrong_is_named() -> None:
    assert faults(StockUpdatesIn, {"updates": [COUNT, COUNT | {"on_hand": -1}]}) == [
        ("updates.1.count.on_hand", "greater_than_equal")
    ]
