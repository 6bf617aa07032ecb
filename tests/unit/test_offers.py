"""Option ids: what they stand for, how long, and what makes an offer worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from fulfillment.adapters.secrets import HmacOptionSigner, SecretKeys
from fulfillment.application import offers
from fulfillment.application.offers import Offer
from fulfillment.domain.decision import Allocation, PlannedShipment
from fulfillment.domain.errors import InvalidRequest, OfferChanged
from tests.support.builders import MONDAY_NOON, a_basket, a_line
from tests.support.secret_store import SecretStore
from tests.support.values import LATER, a_promise

BASKET = a_basket(a_line("tee", 2, "1"), a_line("cap", 1, "2"))
OPTION = {"option_id": "the one that holds now"}


def a_plan(*location_ids: str, at: datetime = LATER) -> list[PlannedShipment]:
    units = (Allocation("1", "tee", 2),)
    return [PlannedShipment(name, units, a_promise(at=at), 900, "java", 0, None) for name in location_ids]


def an_offer(*location_ids: str, missing: int = 0, at: datetime = LATER, **more: Any) -> Offer:
    made = offers.offer(BASKET, "pickup", a_plan(*(location_ids or ("senayan",)), at=at), missing, 4)
    return replace(made, **more)


SIGNER = HmacOptionSigner(SecretKeys(SecretStore(kid="k1", k1="a secret"), "option-key"))


def hold(made: Offer, now_offered: Offer, after: timedelta = timedelta()) -> None:
    option_id = offers.sign(SIGNER, made, MONDAY_NOON)
    offers.check(SIGNER, option_id, now_offered, OPTION, MONDAY_NOON + after)


def test_the_same_offer_holds_for_fifteen_minutes() -> None:
    hold(an_offer(), an_offer())
    hold(an_offer(), an_offer(), timedelta(minutes=15, microseconds=-1))


def test_after_fifteen_minutes_the_option_is_over_and_the_new_one_comes_along() -> None:
    with pytest.raises(OfferChanged) as refusal:
        hold(an_offer(), an_offer(), timedelta(minutes=15))

    assert (refusal.value.code, refusal.value.extra) == ("offer_expired", {"option": OPTION})


@pytest.mark.parametrize(
    "worse",
    [
        an_offer("kota"),
        an_offer(at=LATER + timedelta(minutes=15)),
        an_offer("kota", "senayan"),
        an_offer(missing=1),
    ],
    ids=["another store", "later", "more parcels", "fewer units"],
)
def test_a_worse_plan_is_not_slipped_under_the_customer(worse: Offer) -> None:
    with pytest.raises(OfferChanged) as refusal:
        hold(an_offer(), worse)

    assert (refusal.value.code, refusal.value.extra) == ("offer_changed", {"option": OPTION})


@pytest.mark.parametrize(
    "better",
    [an_offer(at=LATER - timedelta(minutes=15)), an_offer(policy_version=5)],
    ids=["earlier", "same under a newer policy"],
)
def test_what_is_as_good_or_better_is_taken(better: Offer) -> None:
    hold(an_offer(missing=1), better)


def test_a_parcel_may_come_from_another_store() -> None:
    hold(an_offer(method="delivery"), an_offer("kota", method="delivery"))
    hold(an_offer("a", "b", method="delivery"), an_offer("c", method="delivery"))


def another(**more: Any) -> Offer:
    return an_offer(**more)


@pytest.mark.parametrize(
    "other",
    [another(method="delivery"), another(basket=offers.basket_mark(a_basket(a_line("tee", 3))))],
)
def test_an_option_of_another_basket_or_method_is_refused(other: Offer) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        hold(an_offer(), other)

    assert refusal.value.code == "option_of_another_basket"
    assert [e.field for e in refusal.value.errors] == ["option_id"]


def test_another_basket_is_told_before_the_time() -> None:
    with pytest.raises(InvalidRequest):
        hold(an_offer(), another(method="delivery"), timedelta(hours=1))


def test_a_forged_option_is_refused() -> None:
    theirs = HmacOptionSigner(SecretKeys(SecretStore(kid="k1", k1="another secret"), "option-key"))
    forged = offers.sign(theirs, an_offer(), MONDAY_NOON)

    with pytest.raises(InvalidRequest) as refusal:
        offers.check(SIGNER, forged, an_offer(), OPTION, MONDAY_NOON)

    assert refusal.value.code == "invalid_option"


def test_a_basket_is_known_by_what_is_in_it_and_not_by_its_lines() -> None:
    marks = {
        offers.basket_mark(BASKET),
        offers.basket_mark(a_basket(a_line("cap", 1, "x"), a_line("tee", 1, "y"), a_line("tee", 1, "z"))),
    }

    assert len(marks) == 1
    assert offers.basket_mark(replace(BASKET, channel="app")) not in marks
    assert offers.basket_mark(a_basket(a_line("tee", 2, "1"))) not in marks


def test_an_offer_is_as_late_as_its_latest_parcel() -> None:
    first, second = a_plan("senayan")[0], a_plan("kota", at=LATER + timedelta(days=1))[0]

    made = offers.offer(BASKET, "delivery", [first, second], 0, 4)

    assert made.promise_at == LATER + timedelta(days=1)
    assert made.location_ids == ("kota", "senayan")
