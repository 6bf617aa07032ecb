"""What an order may say, of its person and its money among the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from fulfillment.api.requests import (
    OrderIn,
)
from fulfillment.domain.basket import CustomerPlace, Line, Money, Point
from fulfillment.domain.order import CustomerContact, Payment
from tests.support.builders import SENAYAN, SHIP_TO, delivery_body, order_body

LINE = {"line_id": "1", "sku": "tee", "quantity": 1}


def faults(model: type[BaseModel], body: Mapping[str, Any] | str) -> list[tuple[str, str]]:
    """(field, code) of everything that is wrong with the body; nothing when it is right."""
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        model.model_validate_json(text)
    except ValidationError as error:
        return [(".".join(map(str, e["loc"])), e["type"]) for e in error.errors()]
    return []


def test_an_order_is_what_was_sent() -> None:
    # Given an order that says all there is to say
    body = delivery_body(
        lines=[
            LINE
            | {
                "unit_price": {"amount": "199000.50", "currency": "IDR"},
                "display": {"name": "Kaus", "promo": "-10%"},
            }
        ],
        payment={
            "state": "pending",
            "kind": "virtual_account",
            "amount_due": {"amount": "199000", "currency": "IDR"},
            "pay_by": "2026-11-24T12:00:00+07:00",
        },
        option_id="an-option",
        accept_partial=True,
        methods=["pickup", "delivery"],
    )

    request = OrderIn.model_validate_json(json.dumps(body)).to_domain()

    assert request.basket.lines == (Line("1", "tee", 1, Money(Decimal("199000.50"), "IDR"), "Kaus", "-10%"),)
    assert request.basket.customer == CustomerPlace("ID", Point(SENAYAN.lat, SENAYAN.lon))
    assert request.payment == Payment(
        "pending", "virtual_account", Money(Decimal(199000), "IDR"), datetime(2026, 11, 24, 5, tzinfo=UTC)
    )
    assert request.contact == CustomerContact("Dewi", "+6281234567890", None, "id", ("whatsapp",), SHIP_TO)
    assert (request.order_id, request.unique_id, request.method) == ("D-1", "D-1", "delivery")
    assert (request.option_id, request.accept_partial, request.location_id) == ("an-option", True, None)


def test_a_small_order_has_plain_defaults() -> None:
    request = OrderIn.model_validate_json(json.dumps(order_body(channel="tokopedia"))).to_domain()

    assert request.unique_id == "tokopedia:A-1"
    assert (request.location_id, request.option_id, request.accept_partial) == ("senayan", None, False)
    assert request.payment == Payment("captured", "card")
    assert request.contact.ship_to is None


def test_a_delivery_needs_an_address() -> None:
    body = delivery_body()
    del body["ship_to"]

    assert faults(OrderIn, body) == [("ship_to", "ship_to_required")]
    assert faults(OrderIn, delivery_body(ship_to=None)) == [("ship_to", "ship_to_required")]


def test_a_delivery_is_routed_and_takes_no_store() -> None:
    assert faults(OrderIn, delivery_body(location_id="senayan")) == [("location_id", "location_not_taken")]


def test_a_delivery_may_say_that_it_names_no_store() -> None:
    assert faults(OrderIn, delivery_body(location_id=None)) == []


def test_a_pickup_may_bring_an_address_along() -> None:
    assert faults(OrderIn, order_body(ship_to=SHIP_TO)) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"order_id": ""}, "order_id"),
        ({"order_id": "a:b"}, "order_id"),
        ({"order_id": "a~1"}, "order_id"),
        ({"order_id": "a#b"}, "order_id"),
        ({"order_id": "x" * 65}, "order_id"),
        ({"order_id": 1001}, "order_id"),
        ({"channel": "Web"}, "channel"),
        ({"channel": "w:b"}, "channel"),
        ({"method": "drone"}, "method"),
        ({"location_id": "sena yan"}, "location_id"),
        ({"option_id": "x" * 2001}, "option_id"),
        ({"accept_partial": "yes"}, "accept_partial"),
        ({"accept_partial": 1}, "accept_partial"),
        ({"payment": {"state": "paid"}}, "payment.state"),
        ({"payment": {}}, "payment.state"),
        ({"payment": {"state": "pending", "kind": "QRIS!"}}, "payment.kind"),
        ({"payment": {"state": "pending", "pay_by": "2026-11-24T12:00:00"}}, "payment.pay_by"),
        ({"payment": {"state": "pending", "pay_by": 1790000000}}, "payment.pay_by"),
        ({"payment": {"state": "pending", "pay_by": "tomorrow"}}, "payment.pay_by"),
        ({"payment": {"state": "pending", "pay_by": "20261124"}}, "payment.pay_by"),
        ({"payment": {"state": "pending", "pay_by": "0001-01-01T00:00:00+23:00"}}, "payment.pay_by"),
    ],
)
def test_what_an_order_cannot_say_is_named(more: dict[str, Any], field: str) -> None:
    assert [name for name, _ in faults(OrderIn, order_body(**more))] == [field]


@pytest.mark.parametrize(
    "amount",
    ["-1", "1,000", "1e5", "", " 1", "NaN", "1.", ".5", "1.23456", "1" * 13, 199000, 1.5, None, "١٢"],
)
def test_money_is_a_decimal_string(amount: Any) -> None:
    body = order_body(payment={"state": "captured", "amount_due": {"amount": amount, "currency": "IDR"}})

    assert [name for name, _ in faults(OrderIn, body)] == ["payment.amount_due.amount"]


@pytest.mark.parametrize("currency", ["idr", "Rp", "IDRX", ""])
def test_a_currency_is_iso_4217(currency: str) -> None:
    body = order_body(payment={"state": "captured", "amount_due": {"amount": "1", "currency": currency}})

    assert [name for name, _ in faults(OrderIn, body)] == ["payment.amount_due.currency"]


def with_contact(**more: Any) -> dict[str, Any]:
    body = order_body()
    body["customer"]["contact"] |= more
    return body


@pytest.mark.parametrize(
    ("phone", "e164"),
    [
        ("081234567890", "+6281234567890"),
        ("0812345678", "+62812345678"),
        ("+6281234567890", "+6281234567890"),
        ("+442071838750", "+442071838750"),
    ],
)
def test_a_phone_number_is_kept_with_its_country(phone: str, e164: str) -> None:
    parsed = OrderIn.model_validate_json(json.dumps(with_contact(phone=phone)))

    assert parsed.to_domain().contact.phone == e164


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "1234",
        "+0812345678",
        "0712345678",
        "08 1234 5678",
        "+62",
        "081234567890123",
        81234567890,
        "0812345678९९",
        "+62812345678९९",
    ],
)
def test_what_is_no_phone_number_is_refused(phone: Any) -> None:
    assert [name for name, _ in faults(OrderIn, with_contact(phone=phone))] == ["customer.contact.phone"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "dewi"}, "email"),
        ({"email": "de wi@x.id"}, "email"),
        ({"locale": "indonesian"}, "locale"),
        ({"notify": ["pigeon"]}, "notify.0"),
        ({"notify": ["sms"] * 4}, "notify"),
    ],
)
def test_a_person_who_cannot_be_reached_is_refused(more: dict[str, Any], field: str) -> None:
    assert [name for name, _ in faults(OrderIn, with_contact(**more))] == [f"customer.contact.{field}"]
