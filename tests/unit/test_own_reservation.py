"""What a reservation holds, free again for its owner; an order that gives way; and what is nearly gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fulfillment.application.own import own_of
from fulfillment.domain import order_steps
from fulfillment.domain.decision import Allocation, PlannedShipment
from fulfillment.domain.ledger import StockEffect
from fulfillment.domain.order import Hold, Order
from fulfillment.domain.policy import Policy, Scarce
from fulfillment.domain.scarcity import takes_scarce
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_promise, a_reservation, a_shipment, an_order, picture

NOON = MONDAY_NOON
TWO = (Allocation("1", "tee", 1), Allocation("2", "tee", 1))


def a_row(location_id: str = "senayan", reserved: int = 0) -> StockRow:
    """Five tees, of which so many are promised."""
    return StockRow("tee", location_id, 5, reserved)


# --- own units and places


def test_units_of_the_reservation_are_free_again_where_they_are() -> None:
    own = own_of(a_reservation(a_shipment("senayan", *TWO, status="waiting")))

    freed = own.freed(picture([a_row(reserved=3)], [a_row("kota", reserved=3)]))

    assert {place: row.available for (_, place), row in freed.items()} == {"senayan": 4, "kota": 2}
    assert own.places == {("senayan", "pickup", a_promise().window): 1}


def test_rows_read_after_the_reservation_ended_have_nothing_to_free() -> None:
    own = own_of(a_reservation(a_shipment("senayan", *TWO, status="waiting")))

    freed = own.freed(picture([a_row(reserved=1)]))

    assert freed["tee", "senayan"].reserved == 0


def test_no_order_and_one_that_ended_hold_nothing() -> None:
    ended = an_order(a_shipment(status="cancelled"), status="cancelled")

    assert own_of(None) == own_of(ended)
    assert own_of(None).units == own_of(None).places == {}


# --- giving way


@pytest.mark.parametrize(
    ("order", "replaceable"),
    [
        (a_reservation(), True),
        (a_reservation(reservation_expires_at=NOON), False),
        (a_reservation(hold=Hold("check", NOON)), False),
        (an_order(), False),
        (an_order(status="cancelled"), False),
    ],
)
def test_only_a_live_reservation_gives_way(order: Order, replaceable: bool) -> None:
    assert order.is_replaceable(NOON) is replaceable


def test_an_order_that_gives_way_is_cancelled_and_says_for_what() -> None:
    change = order_steps.replaced(a_reservation(), "A-2", NOON)

    assert (change.order.status, change.order.version) == ("cancelled", 2)
    assert change.stock == (StockEffect("release", "tee", "senayan", 1),)
    assert [place.orders for place in change.capacity] == [-1]
    assert change.events == (("OrderCancelled", {"lines": ["1"], "replaced_by": "A-2"}),)


@pytest.mark.parametrize("order", [an_order(), a_reservation(reservation_expires_at=NOON)])
def test_replacing_what_is_no_live_reservation_is_a_bug(order: Order) -> None:
    with pytest.raises(AssertionError):
        order_steps.replaced(order, "A-2", NOON)


# --- what is nearly gone


@pytest.mark.parametrize(
    ("reserved", "floor", "scarce"),
    [(0, 0, False), (1, 0, True), (0, 1, True), (3, 0, True)],
    ids=["three left", "two left", "two left above the floor", "none left"],
)
def test_scarce_is_what_leaves_two_units_for_others(reserved: int, floor: int, scarce: bool) -> None:
    taken = (Allocation("1", "tee", 1, floor=floor), Allocation("2", "tee", 1, floor=floor))
    plan = [PlannedShipment("senayan", taken, a_promise(), 900, "java", None)]
    stock = picture([a_row(reserved=reserved)], [a_row("kota", reserved=5)])

    assert takes_scarce(plan, stock, Scarce(2, 5)) is scarce
    assert takes_scarce(plan, stock, None) is False


@pytest.mark.parametrize(("kind", "minutes"), [("card", 5), ("virtual_account", 5), ("quick", 3)])
def test_what_is_scarce_is_kept_for_the_shorter_time(kind: str, minutes: int) -> None:
    policy = Policy(
        scarce=Scarce(2, 5), payment_windows_minutes={"card": 10, "virtual_account": 1440, "quick": 3}
    )
    until = NOON + timedelta(minutes=minutes)

    assert policy.payment_deadline(kind, NOON, None, scarce=True) == until
    later = NOON + timedelta(minutes=2)
    assert policy.extended_deadline(kind, NOON, later, None, scarce=True) == until


def test_a_rule_that_was_taken_back_shortens_nothing() -> None:
    assert Policy().payment_deadline("card", NOON, None, scarce=True) == NOON + timedelta(minutes=10)
