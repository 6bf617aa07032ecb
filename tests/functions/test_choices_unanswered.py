"""A customer who is asked and never chooses: reminded once, and at the end everything goes back where it belongs."""

from __future__ import annotations

from typing import Any

from tests.functions.test_choices import BOGOR, CANCELLED, KOTA, refused, reserved, shop
from tests.functions.test_service_ladder import later, told
from tests.support.builders import SENAYAN, order_body, order_lines
from tests.support.world import World

__all__ = ["shop"]  # a fixture

UNTIL = "2026-11-25T05:00:00+00:00"  # 12.00 WIB on Wednesday, two days after the refusal
ENDED = ("OrderCancelled", "RefundRequired")


def status(shop: World, order_id: str = "A-1") -> str:
    """Of the order."""
    return str(shop.get_order(order_id).body["status"])


def found_short(shop: World, order_id: str = "B-1", **more: Any) -> None:
    """Of two tees one was there."""
    shop.order(order_body(order_id, lines=order_lines(tee=2), **more))
    shop.on_task("senayan", f"{order_id}~1", "accept")
    shop.on_task("senayan", f"{order_id}~1", "pick", {"lines": [{"line_id": "1", "picked": 1}]})
    shop.settle()


def reads_english() -> dict[str, Any]:
    """A customer."""
    contact = {"name": "Sam", "phone": "+61400000000", "locale": "en"}
    return {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}, "contact": contact}


# --- the end


def test_at_the_last_instant_the_order_ends_and_money_goes_back(shop: World) -> None:
    # Given a customer who says nothing for two days
    assert shop.get_order("A-1").body["choose_until"] == UNTIL
    later(shop, hours=47, minutes=59, seconds=59)
    assert (status(shop), told(shop, "A-1", *ENDED)) == ("needs_choice", [])

    # When the last second is over
    later(shop, seconds=1)

    # Then
    ended = shop.get_order("A-1").body
    assert (ended["status"], ended["refund_required"]) == ("cancelled", True)
    assert "choose_until" not in ended
    assert "choices" not in ended
    assert told(shop, "A-1", *ENDED) == ["OrderCancelled", "RefundRequired"]
    assert reserved(shop) == {"senayan": 0, "kota": 0, "bogor": 0}


def test_of_two_sweeps_one_ends_it(shop: World) -> None:
    shop.clock.forward(hours=48)

    # When one sweep runs in the moment in which the other writes
    shop.between(shop.sweep)
    shop.sweep()
    shop.sweep()

    assert told(shop, "A-1", *ENDED) == ["OrderCancelled", "RefundRequired"]


def test_what_was_found_is_put_back_and_its_place_is_free(shop: World) -> None:
    # Given a pickup of which some was found
    found_short(shop)
    assert (shop.stock("tee", "senayan").reserved, set(shop.windows().values())) == (1, {1})

    # When
    later(shop, hours=48)

    # Then what was found stands aside until staff put it back; what was not, until it is counted
    shelf = shop.stock("tee", "senayan")
    assert (shelf.on_hand, shelf.reserved, shelf.blocked) == (5, 0, 2)
    assert set(shop.windows().values()) == {0}
    (task,) = shop.tasks("senayan").body["tasks"]
    assert (task["task_id"], task["status"], task["put_back"]) == ("B-1~1", "cancelled", True)
    back = {"lines": [{"line_id": "1", "quantity": 1}]}
    assert shop.on_task("senayan", "B-1~1", "put-back", back).status == 200
    assert shop.stock("tee", "senayan").blocked == 1


def test_nobody_is_paid_back_who_was_to_pay_at_the_counter(shop: World) -> None:
    shop.order(order_body("B-1", payment={"state": "on_handover", "kind": "cash"}))
    refused(shop, task="B-1~1")

    later(shop, hours=48)

    assert (status(shop, "B-1"), told(shop, "B-1", *ENDED)) == ("cancelled", ["OrderCancelled"])


def test_hours_in_which_the_store_is_closed_count_and_the_policy_says_how_many(shop: World) -> None:
    # Given twelve hours to choose, of which ten are night
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body={"service": {"choose_hours": 12}})
    shop.restart()
    shop.clock.forward(hours=9)
    shop.order(order_body("B-1"))
    refused(shop, task="B-1~1")

    # When
    later(shop, hours=11, minutes=59)
    assert status(shop, "B-1") == "needs_choice"
    later(shop, minutes=1)

    # Then that is the end, while who was asked before keeps the time that they were told
    assert (status(shop, "B-1"), status(shop)) == ("cancelled", "needs_choice")


# --- chosen in the last moment, or after it


def test_who_chooses_in_the_last_second_has_it(shop: World) -> None:
    shop.clock.forward(hours=47, minutes=59, seconds=59)

    assert shop.customer("A-1", "choice", KOTA).status == 200
    later(shop, seconds=1)

    assert (status(shop), reserved(shop)["kota"]) == ("confirmed", 2)
    assert told(shop, "A-1", *ENDED) == []


def test_a_choice_that_is_written_while_a_sweep_ends_the_order_holds(shop: World) -> None:
    # Given a sweep whose clock is ahead
    shop.clock.forward(hours=48)

    # When the customer, whose server's clock is a second behind, is first
    def choose() -> None:
        shop.clock.forward(seconds=-1)
        assert shop.customer("A-1", "choice", KOTA).status == 200
        shop.clock.forward(seconds=1)

    shop.between(choose)
    shop.sweep()

    # Then
    assert (status(shop), reserved(shop)["kota"]) == ("confirmed", 2)
    assert told(shop, "A-1", *ENDED) == []


def test_a_sweep_that_is_first_leaves_the_choice_nothing(shop: World) -> None:
    shop.clock.forward(hours=47, minutes=59, seconds=59)

    # When the sweep comes between the decision for another store and its writing
    def sweep() -> None:
        shop.clock.forward(seconds=1)
        shop.sweep()

    shop.between(sweep)
    late = shop.customer("A-1", "choice", KOTA)

    # Then
    assert (late.status, late.body["code"]) == (409, "order_ended")
    assert reserved(shop) == {"senayan": 0, "kota": 0, "bogor": 0}


def test_who_chooses_too_late_is_told_so_before_any_sweep(shop: World) -> None:
    shop.clock.forward(hours=48)

    # When
    late = shop.customer("A-1", "choice", KOTA)

    # Then the page says it too
    assert (late.status, late.body["code"], late.body["choose_until"]) == (409, "choice_over", UNTIL)
    seen = shop.seen("A-1").body
    assert (seen["status"], seen["choices"], seen["choose_until"]) == ("cancelled", [], None)
    shop.sweep()
    after = shop.customer("A-1", "choice", KOTA)
    assert (after.status, after.body["code"]) == (409, "order_ended")


def test_who_cancels_too_late_has_what_they_want(shop: World) -> None:
    shop.clock.forward(hours=48)

    assert shop.customer("A-1", "choice", CANCELLED).status == 200
    shop.sweep()

    assert shop.customer("A-1", "choice", CANCELLED).body["status"] == "cancelled"
    assert told(shop, "A-1", *ENDED) == ["OrderCancelled", "RefundRequired"]


# --- asked again


def test_a_second_question_has_its_own_end_and_its_own_reminder(shop: World) -> None:
    # Given a customer who is reminded, and chooses a store that refuses too
    later(shop, hours=30)
    shop.customer("A-1", "choice", KOTA)
    assert "choose_until" not in shop.get_order("A-1").body
    refused(shop, "kota", "A-1~2")

    # When the first end comes, and then the second
    assert shop.get_order("A-1").body["choose_until"] == "2026-11-26T11:00:00+00:00"
    later(shop, hours=18)
    assert status(shop) == "needs_choice"
    later(shop, hours=6)
    later(shop, hours=24)

    # Then
    assert status(shop) == "cancelled"
    assert told(shop, "A-1", "ChoiceReminded", *ENDED) == [
        "ChoiceReminded",
        "ChoiceReminded",
        "OrderCancelled",
        "RefundRequired",
    ]


def test_a_store_that_refuses_what_it_found_asks_anew(shop: World) -> None:
    found_short(shop)
    later(shop, hours=40)

    refused(shop, task="B-1~1")
    later(shop, hours=47)
    assert status(shop, "B-1") == "needs_choice"
    later(shop, hours=1)

    assert status(shop, "B-1") == "cancelled"


def test_a_store_that_refuses_after_the_end_gives_no_more_time(shop: World) -> None:
    # Given what no sweep has ended yet
    found_short(shop)
    shop.clock.forward(hours=48)

    # When
    refused(shop, task="B-1~1")
    shop.sweep()

    # Then the customer is asked nothing more
    assert status(shop, "B-1") == "cancelled"
    assert told(shop, "B-1", "ChoiceRequired") == ["ChoiceRequired"]


def test_the_time_begins_when_the_customer_is_asked(shop: World) -> None:
    # Given a refusal of which nobody heard for an hour
    shop.order(order_body("B-1"))
    shop.on_task("senayan", "B-1~1", "refuse", {"reason": "no_time"})
    shop.clock.forward(hours=1)

    shop.settle()

    assert shop.get_order("B-1").body["choose_until"] == "2026-11-25T06:00:00+00:00"


def test_what_a_count_took_away_has_an_end_too(shop: World) -> None:
    # Given an order whose tee is not there, as a count says
    shop.order(order_body("B-1", location_id="bogor"))
    shop.deliver("stock_feed", count_of("bogor"))
    shop.settle()
    assert status(shop, "B-1") == "needs_choice"

    later(shop, hours=48)

    assert status(shop, "B-1") == "cancelled"


def count_of(location_id: str) -> dict[str, Any]:
    """There is nothing."""
    at = "2026-11-23T04:59:00+00:00"
    return {"type": "count", "sku": "tee", "location_id": location_id, "on_hand": 0, "observed_at": at}


# --- held


def test_held_it_does_not_end_and_released_the_time_begins_anew(shop: World) -> None:
    # Given an order that a person stopped an hour before the end
    later(shop, hours=47)
    shop.on_order("A-1", "hold", {"reason": "fraud_check"})
    assert "choose_until" not in shop.get_order("A-1").body
    later(shop, hours=100)
    assert status(shop) == "needs_choice"

    # When
    released = shop.on_order("A-1", "release")

    # Then the customer has two days again, hears of it once more, and may choose
    assert released.body["choose_until"] == "2026-12-01T08:00:00+00:00"
    later(shop, hours=47, minutes=59)
    assert told(shop, "A-1", "ChoiceReminded") == ["ChoiceReminded"] * 2
    assert shop.customer("A-1", "choice", BOGOR).status == 200


def test_who_holds_it_in_the_moment_of_its_end_saves_it(shop: World) -> None:
    shop.clock.forward(hours=48)

    shop.between(lambda: shop.on_order("A-1", "hold", {"reason": "other"}))
    shop.sweep()

    assert (status(shop), told(shop, "A-1", *ENDED)) == ("needs_choice", [])


# --- what people hear


def test_the_customer_is_told_until_when_reminded_once_and_told_why_it_ended(shop: World) -> None:
    # Given
    shop.order(order_body("B-1", customer=reads_english()))
    shop.settle()
    shop.heard("CustomerTopic")
    refused(shop, task="B-1~1")
    (asked,) = shop.heard("CustomerTopic")
    assert "Please choose until 25 Nov 12:00 WIB; after that we cancel the order." in asked["text"]

    # When a day passes, whoever sweeps and however often, and another
    later(shop, hours=23, minutes=59)
    assert heard_by_sam(shop) == []
    later(shop, minutes=1)
    later(shop, hours=1)
    (reminded,) = heard_by_sam(shop)
    later(shop, hours=23)

    # Then
    assert "we do not have your choice yet" in reminded
    assert "until 25 Nov 12:00 WIB" in reminded
    (ended,) = heard_by_sam(shop)
    assert "no choice of yours reached us in time" in ended
    assert "you get your money back" in ended


def heard_by_sam(shop: World) -> list[str]:
    """What who reads English was told since."""
    return [told["text"] for told in shop.heard("CustomerTopic") if "Hello Sam" in told["text"]]


def test_the_page_says_until_when_on_the_stores_own_clock(shop: World) -> None:
    assert shop.seen("A-1").body["choose_until"] == UNTIL
    assert "Please choose until Wednesday 25 Nov 12:00 WIB." in shop.page("A-1", lang="en").raw
    assert "Mohon pilih sampai Rabu, 25 Nov 12.00 WIB." in shop.page("A-1", lang="id").raw


def test_who_chose_is_not_reminded(shop: World) -> None:
    # Given a reminder that waits to be told
    shop.heard("CustomerTopic")
    shop.clock.forward(hours=24)
    shop.sweep()

    # When the customer is faster
    shop.customer("A-1", "choice", KOTA)
    shop.settle()

    # Then they hear of their choice alone
    assert ["pilihan Anda kami terima" in told["subject"] for told in shop.heard("CustomerTopic")] == [True]
