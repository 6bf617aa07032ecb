"""The small values: baskets, products, policies, the effects of steps, refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fulfillment.domain.basket import quantity_by_sku, weight_grams
from fulfillment.domain.errors import FieldError, InvalidRequest, Malformed, OutOfStock, Refusal
from fulfillment.domain.ledger import StockEffect, stock_effects
from fulfillment.domain.policy import Fallback, Policy
from tests.support.builders import MONDAY_NOON, a_basket, a_line, a_product


def test_two_lines_of_one_sku_add_up() -> None:
    basket = a_basket(a_line("tee", 2, "1"), a_line("cap", 1, "2"), a_line("tee", 3, "3"))

    assert basket.quantity_by_sku() == {"cap": 1, "tee": 5}


def test_quantities_come_in_the_order_of_the_skus() -> None:
    assert list(quantity_by_sku([("z", 1), ("a", 1), ("m", 1), ("a", 2)]).items()) == [
        ("a", 3),
        ("m", 1),
        ("z", 1),
    ]


def test_weight_is_the_sum_of_the_units_and_an_unknown_weight_is_nothing() -> None:
    assert weight_grams({"tee": 3, "cap": 2, "pin": 9}, {"tee": 200, "cap": 80}) == 760


def test_a_shelf_is_touched_once_whatever_the_lines() -> None:
    effects = stock_effects("reserve", "senayan", [("tee", 2), ("cap", 1), ("tee", 3)], {"tee": 1})

    assert effects == (
        StockEffect("reserve", "cap", "senayan", 1, 0),
        StockEffect("reserve", "tee", "senayan", 5, 1),
    )


@pytest.mark.parametrize(
    ("locale", "name"),
    [("id", "Kaus tee"), ("id-ID", "Kaus tee"), ("en", "T-shirt tee"), ("nl", "T-shirt tee")],
)
def test_a_product_has_a_name_in_the_readers_language(locale: str, name: str) -> None:
    assert a_product("tee").name(locale) == name


def test_a_location_is_in_the_groups_it_names_and_in_those_that_name_it() -> None:
    policy = Policy(groups={"flagships": ("senayan", "grogol"), "outlets": ("kota",)})

    assert policy.groups_of("senayan", ("java",)) == {"java", "flagships"}
    assert policy.groups_of("blok-m", ()) == frozenset()


@pytest.mark.parametrize(
    ("kind", "minutes"), [("card", 10), ("qris", 15), ("virtual_account", 1440), ("a_new_kind", 10)]
)
def test_unpaid_units_are_kept_as_long_as_the_kind_of_payment_takes(kind: str, minutes: int) -> None:
    assert Policy().payment_deadline(kind, MONDAY_NOON, None) == MONDAY_NOON + timedelta(minutes=minutes)


def test_pay_by_shortens_the_window_and_never_lengthens_it() -> None:
    early, late = MONDAY_NOON + timedelta(minutes=5), MONDAY_NOON + timedelta(days=3)

    assert Policy().payment_deadline("qris", MONDAY_NOON, early) == early
    assert Policy().payment_deadline("qris", MONDAY_NOON, late) == MONDAY_NOON + timedelta(minutes=15)


def test_no_policy_keeps_unpaid_units_longer_than_a_day() -> None:
    policy = Policy(payment_windows_minutes={"transfer": 3 * 1440})

    assert policy.payment_deadline("transfer", MONDAY_NOON, None) == MONDAY_NOON + timedelta(hours=24)


def test_a_policy_without_windows_keeps_units_for_ten_minutes() -> None:
    policy = Policy(payment_windows_minutes={})

    assert policy.payment_deadline("card", MONDAY_NOON, None) == MONDAY_NOON + timedelta(minutes=10)


def test_a_refusal_carries_what_the_caller_needs_next() -> None:
    refusal = OutOfStock("out_of_stock", "Not everything is left.", extra={"left": []})

    assert (refusal.status, refusal.code, refusal.extra, refusal.errors) == (
        409,
        "out_of_stock",
        {"left": []},
        (),
    )
    assert str(refusal) == "out_of_stock: Not everything is left."


def test_a_request_that_can_never_work_names_the_field() -> None:
    refusal = InvalidRequest.of("lines.0.sku", "unknown_sku", "There is no such product.")

    assert refusal.status == 422
    assert refusal.errors == (FieldError("lines.0.sku", "unknown_sku", "There is no such product."),)


def test_a_malformed_request_says_how() -> None:
    assert Malformed("invalid_json", "x").status == 400
    assert Malformed("body_too_large", "x", status=413).status == 413


def every_kind_of(kind: type[Refusal]) -> list[type[Refusal]]:
    return [kind, *(found for child in kind.__subclasses__() for found in every_kind_of(child))]


def test_every_refusal_has_a_status_and_a_title_of_its_own() -> None:
    kinds = every_kind_of(Refusal)

    assert {kind.status for kind in kinds} == {400, 401, 403, 404, 409, 422, 503}
    assert len({kind.title for kind in kinds}) == len(kinds) == 13


def test_a_ladder_can_lack_rungs() -> None:
    policy = Policy(fallback=(Fallback("more_shipments", 5), Fallback("part"), Fallback("backorder")))

    assert policy.without("part", "backorder").fallback == (Fallback("more_shipments", 5),)
    assert policy.without() == policy
