"""What happens to the stock, the store or the order between a decision and its write: the router decides again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """Two tees here, two of them 9 km away."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=2))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=2))
    return world


def ledger(shop: World) -> dict[str, tuple[int, int, int]]:
    """On hand, reserved and available tees by location."""
    rows = {place: shop.stock("tee", place) for place in ("senayan", "kota")}
    return {place: (row.on_hand, row.reserved, row.available) for place, row in rows.items()}


def test_a_delivery_that_loses_the_race_for_a_unit_goes_to_another_store(shop: World) -> None:
    # Given somebody who takes both tees here while an order for them is being written
    shop.between(lambda: shop.order(order_body("A-1", lines=order_lines(tee=2))))

    # When
    order = shop.order(delivery_body())

    # Then the other store sends it
    assert order.status == 201, order.body
    assert [s["location_id"] for s in order.body["shipments"]] == ["kota"]
    assert ledger(shop) == {"senayan": (2, 2, 0), "kota": (2, 1, 1)}


def test_a_delivery_that_loses_part_of_a_parcel_is_split(shop: World) -> None:
    # Given somebody who takes one of the two tees here, and one there
    def others() -> None:
        shop.order(order_body("A-1"))
        shop.order(order_body("A-2", location_id="kota"))

    shop.between(others)

    # When both were to come from here
    order = shop.order(delivery_body(lines=order_lines(tee=2)))

    # Then one comes from each
    assert order.status == 201, order.body
    assert [s["location_id"] for s in order.body["shipments"]] == ["senayan", "kota"]
    assert ledger(shop) == {"senayan": (2, 2, 0), "kota": (2, 2, 0)}


def test_a_pickup_that_loses_the_last_unit_hears_what_is_left(shop: World) -> None:
    # Given
    shop.between(lambda: shop.order(order_body("A-1")))

    # When
    order = shop.order(order_body("A-2", lines=order_lines(tee=2)))

    # Then
    assert (order.status, order.body["code"]) == (409, "out_of_stock")
    assert order.body["left"] == [{"line_id": "1", "sku": "tee", "missing": 1, "left": 1}]
    assert ledger(shop)["senayan"] == (2, 1, 1)


def test_an_order_that_lost_its_option_to_a_race_is_told_so(shop: World) -> None:
    # Given an offer of two tees, one of which goes while it is being ordered
    option_id = shop.options(asked(lines=order_lines(tee=3))).body["pickup"][0]["option_id"]
    shop.between(lambda: shop.order(order_body("A-1")))

    # When
    order = shop.order(order_body("A-2", lines=order_lines(tee=3), accept_partial=True, option_id=option_id))

    # Then
    assert (order.status, order.body["code"]) == (409, "offer_changed")
    assert ledger(shop)["senayan"] == (2, 1, 1)


@pytest.mark.parametrize("changed", [{"status": "paused"}, {"status": "closed"}, {"methods": ["pickup"]}])
def test_a_store_that_stops_between_decision_and_write_is_not_used(shop: World, changed: Any) -> None:
    # Given a store that is paused, closed or sends no parcels any more, while an order is being written
    document = shop.admin("GET", "/v1/locations/{location_id}", path={"location_id": "senayan"}).body
    put = {**document, **changed}
    shop.between(
        lambda: shop.admin("PUT", "/v1/locations/{location_id}", path={"location_id": "senayan"}, body=put)
    )

    # When
    order = shop.order(delivery_body())

    # Then
    assert order.status == 201, order.body
    assert [s["location_id"] for s in order.body["shipments"]] == ["kota"]
    assert ledger(shop) == {"senayan": (2, 0, 2), "kota": (2, 1, 1)}


def test_a_pickup_at_a_store_that_is_paused_meanwhile_is_refused(shop: World) -> None:
    # Given
    document = shop.admin("GET", "/v1/locations/{location_id}", path={"location_id": "senayan"}).body
    paused = {**document, "status": "paused"}
    shop.between(
        lambda: shop.admin("PUT", "/v1/locations/{location_id}", path={"location_id": "senayan"}, body=paused)
    )

    # When
    order = shop.order(order_body())

    # Then
    assert (order.status, order.body["code"]) == (409, "paused")
    assert ledger(shop)["senayan"] == (2, 0, 2)


def test_the_last_place_of_an_hour_is_given_once(world: World) -> None:
    # Given a store that takes one pickup an hour
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 1}), stock("senayan", tee=3))
    world.between(lambda: world.order(order_body("A-1")))

    # When two want the same hour
    second = world.order(order_body("A-2"))

    # Then the one who was later gets the next
    assert second.status == 201, second.body
    assert second.body["shipments"][0]["promise"]["ready_by"] == "2026-11-23T14:00:00+07:00"
    assert world.get_order("A-1").body["shipments"][0]["promise"]["ready_by"] == "2026-11-23T13:00:00+07:00"


def test_a_moved_promise_does_not_take_a_place_that_went_meanwhile(world: World) -> None:
    # Given an order whose money comes hours later, to a store that takes one pickup an hour
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 1}), stock("senayan", tee=3))
    world.order(order_body("A-1", payment={"state": "pending", "kind": "minimarket"}))
    world.clock.forward(hours=4)
    world.between(lambda: world.order(order_body("A-2")))

    # When it moves to an hour that somebody takes at that moment
    confirmed = world.on_order("A-1", "confirm").body

    # Then it moves on
    assert confirmed["shipments"][0]["promise"] == {"ready_by": "2026-11-23T18:00:00+07:00"}


def test_the_floor_holds_in_a_race(world: World) -> None:
    # Given a store that keeps one of its two tees
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=2))
    floors = {"floors": [{"units": 1, "kinds": ["store"]}]}
    world.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body=floors)
    world.between(lambda: world.order(order_body("A-1")))

    # When two want the other
    second = world.order(order_body("A-2"))

    # Then
    assert (second.status, second.body["code"]) == (409, "out_of_stock")
    assert world.stock("tee", "senayan").available == 1


def test_the_same_order_sent_twice_at_once_is_one_order(shop: World) -> None:
    # Given the very same call, which overtakes itself
    replies = []
    shop.between(lambda: replies.append(shop.order(order_body(), key="k-1")))

    # When
    second = shop.order(order_body(), key="k-1")

    # Then
    assert (second.status, second.raw) == (201, replies[0].raw)
    assert ledger(shop)["senayan"] == (2, 1, 1)


def test_the_same_order_sent_twice_at_once_under_two_keys_is_one_order(shop: World) -> None:
    shop.between(lambda: shop.order(order_body(), key="k-1"))

    second = shop.order(order_body(), key="k-2")

    assert (second.status, second.body["order_id"]) == (200, "A-1")
    assert ledger(shop)["senayan"] == (2, 1, 1)


def test_two_orders_of_one_id_at_once_do_not_share_it(shop: World) -> None:
    shop.between(lambda: shop.order(order_body()))

    other = shop.order(order_body(lines=order_lines(tee=2)))

    assert (other.status, other.body["code"]) == (409, "order_id_taken")
    assert ledger(shop)["senayan"] == (2, 1, 1)


def test_a_cancelled_order_is_not_confirmed_by_a_call_that_read_it_before(shop: World) -> None:
    # Given
    shop.order(order_body(payment=PENDING_CARD))
    shop.between(lambda: shop.on_order("A-1", "cancel"))

    # When
    confirmed = shop.on_order("A-1", "confirm")

    # Then the money goes back, and the units stay free
    assert (confirmed.status, confirmed.body["code"]) == (409, "paid_but_gone")
    assert shop.events("A-1") == ["OrderCancelled", "OrderReserved", "RefundRequired"]
    assert ledger(shop)["senayan"] == (2, 0, 2)


def test_a_reservation_is_not_ended_by_a_sweep_that_read_it_before_it_was_paid(shop: World) -> None:
    # Given a sweep that finds a reservation over, while its money is being booked by a clock that is a little behind
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=10)

    def paid_just_in_time() -> None:
        shop.clock.forward(seconds=-1)
        shop.on_order("A-1", "confirm")
        shop.clock.forward(seconds=1)

    shop.between(paid_just_in_time)

    # When
    shop.sweep()

    # Then
    assert shop.get_order("A-1").body["status"] == "confirmed"
    assert ledger(shop)["senayan"] == (2, 1, 1)


def test_a_task_is_not_handed_over_after_it_was_cancelled(shop: World) -> None:
    # Given a parcel about to leave, cancelled at the same moment
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "accept")
    shop.between(lambda: shop.on_order("D-1", "cancel"))

    # When
    shipped = shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})

    # Then
    assert (shipped.status, shipped.body["code"]) == (409, "wrong_state")
    assert ledger(shop)["senayan"] == (2, 0, 2)


def test_two_people_who_accept_one_task_at_once_do_not_both_have_it(shop: World) -> None:
    # Given
    shop.order(order_body())
    shop.between(lambda: shop.on_task("senayan", "A-1~1", "accept", name="budi"))

    # When
    second = shop.on_task("senayan", "A-1~1", "accept", name="siti")

    # Then
    assert (second.status, second.body["code"]) == (409, "claimed")
    assert shop.tasks("senayan").body["tasks"][0]["accepted_by"] == "budi"


def test_a_refused_delivery_that_loses_the_race_is_decided_again(shop: World) -> None:
    # Given a delivery that one store refused, and somebody who takes what the other has just then
    shop.given(a_location("bogor", point=north_of(SENAYAN, -40)), stock("bogor", tee=1))
    shop.order(delivery_body())
    shop.on_task("senayan", "D-1~1", "refuse", {"reason": "no_time"})
    (refused,) = shop.waiting_for("RerouteQueue")
    shop.between(lambda: shop.order(order_body("A-1", location_id="kota", lines=order_lines(tee=2))))

    # When
    shop.deliver("reroute", refused)

    # Then
    shipments = shop.get_order("D-1").body["shipments"]
    assert [(s["location_id"], s["status"]) for s in shipments] == [("senayan", "refused"), ("bogor", "open")]


def test_an_order_cancelled_at_its_deadline_and_paid_that_moment_is_cancelled_and_paid_back(
    shop: World,
) -> None:
    # Given a reservation that is over, which somebody whose clock is behind confirms while it is being ended
    shop.order(order_body(payment=PENDING_CARD))
    shop.clock.forward(minutes=11)

    def paid() -> None:
        shop.clock.forward(minutes=-2)
        assert shop.on_order("A-1", "confirm").status == 200
        shop.clock.forward(minutes=2)

    shop.between(paid)

    # When it is cancelled
    cancelled = shop.on_order("A-1", "cancel")

    # Then
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert cancelled.body["refund_required"] is True
    assert ledger(shop)["senayan"] == (2, 0, 2)


def test_a_refusal_of_what_somebody_ends_meanwhile_is_told_so(shop: World) -> None:
    # Given an order that is cancelled after staff's refusal has read it, and before the refusal reads the shelf
    shop.order(order_body("A-1"))
    shop.before("Stock", "BatchGetItem", lambda: shop.on_order("A-1", "cancel"))

    # When
    refused = shop.on_task("senayan", "A-1~1", "refuse", {"reason": "not_found"})

    # Then it is no fault of ours, and nothing is blocked
    assert (refused.status, refused.body["code"]) == (409, "wrong_state")
    assert ledger(shop)["senayan"] == (2, 0, 2)


def test_a_fault_while_ending_what_is_over_never_reads_as_sold_out(shop: World) -> None:
    # Given both tees set aside for somebody whose time to pay is over, and a service that fails once
    shop.order(order_body("A-1", lines=order_lines(tee=2), payment=PENDING_CARD))
    shop.clock.forward(minutes=10)
    shop.fail_once("dynamodb", "TransactWriteItems", "InternalServerError")

    # When another buyer comes, and asks again as they are told
    refused = shop.order(order_body("A-2"), key="once")
    taken = shop.order(order_body("A-2"), key="once")

    # Then
    assert (refused.status, refused.body["code"]) == (503, "unavailable")
    assert taken.status == 201
