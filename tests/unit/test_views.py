"""What callers see: nothing secret, nothing guessed, the same bytes every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.api import answers
from fulfillment.application import setting_views, views
from fulfillment.domain.basket import Money
from fulfillment.domain.decision import Allocation, Shortfall
from fulfillment.domain.order import Payment, Shipment
from fulfillment.domain.pickup_code import CodeMark
from fulfillment.domain.policy import Fallback, Policy
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON, a_product
from tests.support.values import a_candidate, a_contact, a_promise, a_reservation, a_shipment, an_order

SECRET = CodeMark("k1", 1, "a keyed hash")
ABOUT = views.AboutTask({"tee": a_product("tee")}, a_contact(), "late", code_locked=True, doubtful=False)


def test_the_same_view_gives_the_same_bytes() -> None:
    assert (
        views.as_json({"b": 1, "a": ["é", None]})
        == views.as_json({"a": ["é", None], "b": 1})
        == '{"a":["é",null],"b":1}'
    )


@pytest.mark.parametrize(
    ("timezone", "text"),
    [
        (None, "2026-11-23T05:00:00+00:00"),
        ("Asia/Jakarta", "2026-11-23T12:00:00+07:00"),
        ("Asia/Makassar", "2026-11-23T13:00:00+08:00"),
        ("Asia/Jayapura", "2026-11-23T14:00:00+09:00"),
    ],
)
def test_a_time_carries_the_offset_of_what_it_is_about(timezone: str | None, text: str) -> None:
    assert views.moment(MONDAY_NOON + timedelta(microseconds=7), timezone) == text


@pytest.mark.parametrize(("metres", "shown"), [(None, None), (0, 0.0), (49, 0.0), (51, 0.1), (12_345, 12.3)])
def test_a_distance_is_for_people_and_an_unknown_one_stays_unknown(
    metres: int | None, shown: float | None
) -> None:
    assert views.kilometres(metres) == shown


def test_money_is_a_decimal_string() -> None:
    assert views.money(Money(Decimal("199000.50"), "IDR")) == {"amount": "199000.50", "currency": "IDR"}
    assert views.money(None) is None


def test_a_promise_says_what_it_promises() -> None:
    assert views.promise(a_promise("pickup")) == {"ready_by": "2026-11-23T14:00:00+07:00"}
    assert views.promise(a_promise("delivery")) == {"deliver_by": "2026-11-23T14:00:00+07:00"}


def test_an_order_is_as_the_contract_describes_it() -> None:
    shown = views.order(an_order(), MONDAY_NOON)

    answers.OrderOut.model_validate(shown)
    assert (shown["status"], shown["shipments"][0]["task_id"]) == ("confirmed", "A-1~1")
    assert not {"reservation_expires_at", "choices", "refusal"} & set(shown)


def test_a_reservation_reads_expired_from_its_very_instant() -> None:
    order, end = a_reservation(), MONDAY_NOON + timedelta(minutes=15)

    before = views.order(order, end - timedelta(microseconds=1))
    after = views.order(order, end)

    assert (before["status"], after["status"]) == ("reserved", "expired")
    assert before["reservation_expires_at"] == "2026-11-23T05:15:00+00:00"


def test_an_order_tells_all_that_there_is_to_tell() -> None:
    order = an_order(
        a_shipment(status="refused", refusal_reason="damaged", distance_m=1_234),
        status="needs_choice",
        choices=({"choice": "cancel"},),
        refusal="out_of_stock",
        missing=(Shortfall("2", "cap", 2, 1),),
        unfilled=(Shortfall("1", "tee", 1, 0),),
        payment=Payment("on_handover", "cash", Money(Decimal(5), "IDR"), None, Money(Decimal(4), "IDR")),
        refund_required=True,
    )

    shown = views.order(order, MONDAY_NOON)

    answers.OrderOut.model_validate(shown)
    assert shown["choices"] == [{"choice": "cancel"}]
    assert shown["refusal"] == "out_of_stock"
    assert shown["missing"] == [{"line_id": "2", "sku": "cap", "missing": 2, "left": 1}]
    assert shown["unfilled"] == [{"line_id": "1", "sku": "tee", "missing": 1, "left": 0}]
    assert shown["payment"]["amount_received"] == {"amount": "4", "currency": "IDR"}
    assert shown["shipments"][0]["refusal_reason"] == "damaged"
    assert shown["shipments"][0]["distance_km"] == 1.2
    assert shown["refund_required"] is True


def test_nobody_is_shown_a_code_or_a_mark_of_one() -> None:
    ready = a_shipment(status="ready", code=SECRET)

    shown = views.as_json(
        [views.order(an_order(ready), MONDAY_NOON), views.task(an_order(ready), ready, ABOUT)]
    )

    assert not {'"code"', '"code_version"', '"kid"'} & set(shown.replace(":", " ").replace(",", " ").split())
    assert SECRET.keyed_hash not in shown


def a_sent_parcel() -> Shipment:
    return a_shipment(status="shipped", carrier="JNE", tracking_number="JNE001")


def test_a_parcel_says_how_it_travels() -> None:
    shown = views.shipment(a_sent_parcel(), "A-1")

    answers.ShipmentOut.model_validate(shown)
    assert (shown["carrier"], shown["tracking_number"]) == ("JNE", "JNE001")


def test_a_task_says_what_to_look_for() -> None:
    task = a_shipment(accepted_by="budi", staging="Rak B3")
    shown = views.task(an_order(task), task, ABOUT)

    answers.TaskOut.model_validate(shown)
    assert shown["lines"] == [
        {
            "line_id": "1",
            "sku": "tee",
            "quantity": 1,
            "picked": None,
            "aside": 0,
            "name": {"id": "Kaus tee", "en": "T-shirt tee"},
            "variant": "M",
            "barcodes": ["2000000000015"],
            "image_url": None,
        }
    ]
    assert (shown["service"], shown["code_locked"], shown["doubtful"]) == ("late", True, False)
    assert (shown["staging"], shown["put_back"], shown["waiting_for_customer"]) == ("Rak B3", False, False)
    assert (shown["due_at"], shown["accepted_by"]) == ("2026-11-23T14:00:00+07:00", "budi")
    assert shown["customer_name"] == "Dewi"


def test_an_address_is_for_parcels_only() -> None:
    street = {"street": "Jalan Asia Afrika 8"}
    about = replace(ABOUT, contact=a_contact(ship_to=street))
    parcel = an_order(method="delivery")

    assert "ship_to" not in views.task(an_order(), a_shipment(), about)
    assert views.task(parcel, a_shipment(), about)["ship_to"] == street
    assert views.task(parcel, a_shipment(), ABOUT)["ship_to"] == {}


def test_a_task_that_was_picked_short_still_says_what_was_asked() -> None:
    # Given two lines, of which one was found in part and one not at all
    task = a_shipment(
        "senayan",
        Allocation("1", "tee", 1),
        status="picked",
        picked_by="budi",
        missing=(Allocation("1", "tee", 2), Allocation("2", "cap", 1)),
    )
    order = an_order(task, status="needs_choice")

    # When
    shown = views.task(order, task)

    # Then
    answers.TaskOut.model_validate(shown)
    assert [(li["line_id"], li["quantity"], li["picked"]) for li in shown["lines"]] == [
        ("1", 3, 1),
        ("2", 1, 0),
    ]
    assert shown["waiting_for_customer"]


def test_units_to_put_back_are_told_by_line() -> None:
    task = a_shipment(status="cancelled", picked_by="budi", put_back=(Allocation("1", "tee", 1),))

    shown = views.task(an_order(task), task)

    assert (shown["put_back"], shown["lines"][0]["aside"]) == (True, 1)


def test_money_is_asked_for_only_where_it_is_due_at_the_counter() -> None:
    due = Money(Decimal(199000), "IDR")

    at_the_counter = an_order(payment=Payment("on_handover", "cash", due))
    paid = an_order(payment=Payment("captured", "card", due))

    assert views.task(at_the_counter, a_shipment())["amount_due"] == {"amount": "199000", "currency": "IDR"}
    assert views.task(paid, a_shipment())["amount_due"] is None


def test_that_money_is_due_is_said_also_where_nobody_said_how_much() -> None:
    no_price = an_order(payment=Payment("on_handover", "cash"))

    shown = [views.task(order, a_shipment()) for order in (no_price, an_order())]

    assert [(task["to_pay"], task["amount_due"]) for task in shown] == [(True, None), (False, None)]


def test_a_task_without_its_person_or_products_is_still_a_task() -> None:
    shown = views.task(an_order(method="delivery"), a_sent_parcel())

    answers.TaskOut.model_validate(shown)
    assert (shown["lines"][0]["name"], shown["lines"][0]["barcodes"]) == (None, [])
    assert shown["tracking_number"] == "JNE001"
    assert not {"customer_name", "ship_to"} & set(shown)


@pytest.mark.parametrize(
    ("short", "availability"), [((), "all_now"), ((Shortfall("1", "tee", 1, 0),), "some")]
)
def test_a_store_offers_all_or_some(short: tuple[Shortfall, ...], availability: str) -> None:
    shown = views.pickup_option(a_candidate("senayan", 4_300), "an-option", short)

    answers.PickupOption.model_validate(shown)
    assert (shown["availability"], len(shown["missing"]), shown["distance_km"]) == (
        availability,
        len(short),
        4.3,
    )


def test_a_store_without_a_promise_is_no_option() -> None:
    with pytest.raises(AssertionError):
        views.pickup_option(a_candidate("senayan", promise=None), "an-option", ())


@pytest.mark.parametrize(("seen", "shown"), [(None, None), (MONDAY_NOON, "2026-11-23T05:00:00+00:00")])
def test_a_shelf_adds_up(seen: Any, shown: str | None) -> None:
    row = views.stock_row(replace(StockRow("tee", "senayan", 10, 3, 2), observed_at=seen))

    answers.StockRowOut.model_validate(row)
    assert row["available"] == row["on_hand"] - row["reserved"] - row["blocked"] == 5
    assert row["observed_at"] == shown


def test_a_policy_is_shown_with_its_version() -> None:
    shown = setting_views.policy(Policy(name="default", version=3, fallback=(Fallback("more_shipments", 5),)))

    answers.PolicyOut.model_validate(shown)
    assert (shown["version"], shown["fallback"], shown["transit_days"]) == (
        3,
        [{"more_shipments": 5}],
        {"same_zone": 2, "other_zone": 5},
    )
