"""A store that does not look at its board is written to on its own phone: while it is open, else when it opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

import pytest

from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.location import Contact, Location
from tests.support.builders import (
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.senders import Senders, at_once, set_up, sms_receipt, whatsapp_receipt
from tests.support.world import World

PHONE = "+628120000001"


def a_store(*alert_by: str, opens: int = 10, phone: str = PHONE) -> Location:
    """Senayan, open until nine in the evening."""
    hours = OpeningHours(dict.fromkeys(range(1, 8), (Interval(time(opens), time(21)),)))
    contact = Contact("Jalan Senayan 1", alert_phone=phone, alert_by=alert_by)
    return a_location("senayan", hours=hours, contact=contact)


@pytest.fixture
def senders(world: World, monkeypatch: pytest.MonkeyPatch) -> Senders:
    """All channels are set up; it is noon."""
    return set_up(world, monkeypatch)


@pytest.fixture
def shop(world: World, senders: Senders) -> World:
    """A store whose phone takes WhatsApp, else text messages."""
    world.given(a_product("tee"), a_store("whatsapp", "sms"), stock("senayan", tee=9))
    return world


@pytest.fixture
def waits(shop: World) -> Iterator[list[int]]:
    """By how many seconds messages asked to be kept back."""
    with at_once() as seconds:
        yield seconds


def ordered(shop: World) -> str:
    """The event of an order, as it lies in the queue."""
    shop.order(order_body())
    (event,) = shop.waiting_for("NotifyQueue")
    return event


def test_a_store_that_does_not_look_is_written_to(shop: World, senders: Senders) -> None:
    assert shop.deliver("notify", ordered(shop)) == []

    # Then its phone says what its topic says, under the same id
    (asked,) = senders.services["whatsapp"].asked
    (told,) = shop.heard("StoreTopic")
    assert asked["to"] == PHONE
    assert asked["template"]["name"] == "store_new_task"
    assert senders.ids("whatsapp") == [told["message_id"]]


def test_a_store_with_the_board_open_is_left_alone(shop: World, senders: Senders) -> None:
    # Given somebody who looked two minutes ago
    shop.tasks("senayan")
    shop.clock.forward(minutes=2)

    # When
    shop.deliver("notify", ordered(shop))

    # Then the board is enough
    assert senders.ids("whatsapp") == []
    assert len(shop.heard("StoreTopic")) == 1


def test_a_board_that_was_closed_three_minutes_ago_is_not_looked_at(shop: World, senders: Senders) -> None:
    shop.tasks("senayan")
    shop.clock.forward(minutes=3)

    shop.deliver("notify", ordered(shop))

    assert len(senders.ids("whatsapp")) == 1


def test_another_stores_board_says_nothing_of_this_one(shop: World, senders: Senders) -> None:
    shop.given(a_location("kota"))
    shop.tasks("kota")

    shop.deliver("notify", ordered(shop))

    assert len(senders.ids("whatsapp")) == 1


def test_a_closed_store_is_written_to_when_it_opens(shop: World, senders: Senders, waits: list[int]) -> None:
    # Given a store that opens at one, and an order at noon
    shop.given(a_store("whatsapp", opens=13))
    event = ordered(shop)

    # When it is told, a quarter of an hour at a time, until ten past one
    assert shop.deliver("notify", event) == []
    assert senders.ids("whatsapp") == []
    for _ in range(3):
        shop.clock.forward(minutes=15)
        assert shop.deliver("notify", *shop.receive("NotifyQueue")) == []
        assert senders.ids("whatsapp") == []
    shop.clock.forward(minutes=25)
    assert shop.deliver("notify", *shop.receive("NotifyQueue")) == []

    # Then its phone rings once, nothing waits any more, and the customer heard once
    assert len(senders.ids("whatsapp")) == 1
    assert waits == [900, 900, 900, 900]
    assert shop.receive("NotifyQueue") == []
    assert len(senders.ids("sms")) + len(shop.heard("CustomerTopic")) == 1


def test_on_a_day_off_of_its_calendar_a_store_is_written_to_when_it_opens(
    shop: World, senders: Senders, waits: list[int]
) -> None:
    # Given a store in Bali on the day of silence
    shop.given(replace(a_store("whatsapp"), groups=("bali",)))
    nyepi = {"name": "nyepi", "days_off": ["2026-11-23"], "groups": ["bali"]}
    shop.admin("PUT", "/v1/policies/{name}", path={"name": "default"}, body={"calendars": [nyepi]})
    shop.deliver("notify", ordered(shop))

    # When it is noon, and when it is five to ten the next day
    shop.clock.forward(hours=21, minutes=55)
    assert shop.deliver("notify", *shop.receive("NotifyQueue")) == []
    assert senders.ids("whatsapp") == []

    # Then its phone rings at ten
    shop.clock.forward(minutes=6)
    assert shop.deliver("notify", *shop.receive("NotifyQueue")) == []
    assert len(senders.ids("whatsapp")) == 1


def in_two_parcels(shop: World) -> str:
    """The event of an order for two stores that open at one, as it lies in the queue at noon."""
    both = [a_store("whatsapp", opens=13), replace(a_store("whatsapp", opens=13), location_id="kota")]
    shop.given(a_product("cap"), both, stock("kota", cap=9))
    assert shop.order(delivery_body(lines=order_lines(tee=1, cap=1))).status == 201
    (event,) = shop.waiting_for("NotifyQueue")
    return event


def test_two_closed_stores_of_one_order_do_not_double_what_waits(
    shop: World, senders: Senders, waits: list[int]
) -> None:
    # Given an order in two parcels, whose stores both open in an hour
    assert shop.deliver("notify", in_two_parcels(shop)) == []

    # When the hour passes, a quarter at a time
    for told in range(1, 5):
        assert len(waits) == told  # one message waits, however many stores it is for
        shop.clock.forward(minutes=15)
        assert shop.deliver("notify", *shop.receive("NotifyQueue")) == []

    # Then each phone rings once, and nothing waits any more
    assert len(senders.ids("whatsapp")) == len(set(senders.ids("whatsapp"))) == 2
    assert shop.receive("NotifyQueue") == []


def test_a_customer_who_cannot_be_told_does_not_double_what_waits_for_a_closed_store(
    shop: World, senders: Senders, waits: list[int]
) -> None:
    # Given a store that is closed, and text messages that cannot be sent three times
    shop.given(a_store("whatsapp", opens=13))
    contact = {"name": "Dewi", "phone": "+6281234567890", "notify": ["sms"]}
    shop.order(order_body(customer={"point": {"lat": -6.2297, "lon": 106.8295}, "contact": contact}))
    (event,) = shop.waiting_for("NotifyQueue")
    senders.refuse("sms", *["InternalServerException"] * 3)

    # When the queue brings it again, until they can
    for _ in range(3):
        assert shop.deliver("notify", event) == ["m0"]
    assert shop.deliver("notify", event) == []

    # Then it waits for the store once
    assert waits == [900]


def test_what_was_taken_before_the_store_opened_is_no_news(
    shop: World, senders: Senders, waits: list[int]
) -> None:
    shop.given(a_store("whatsapp", opens=13))
    shop.deliver("notify", ordered(shop))

    # When an early bird takes it
    shop.on_task("senayan", "A-1~1", "accept")
    shop.clock.forward(hours=1, minutes=1)
    shop.deliver("notify", *shop.receive("NotifyQueue"))

    # Then
    assert senders.ids("whatsapp") == []
    assert shop.receive("NotifyQueue") == []


def test_a_phone_that_whatsapp_does_not_reach_gets_a_text_message(shop: World, senders: Senders) -> None:
    # Given WhatsApp took it and gave it up
    shop.deliver("notify", ordered(shop))
    (message_id,) = senders.ids("whatsapp")
    shop.deliver("receipts", whatsapp_receipt("failed", reference=f"{message_id}|whatsapp"))
    before = len(senders.ids("sms"))

    # When
    shop.deliver("notify", *shop.receive("NotifyQueue"))

    # Then, and no third time
    assert senders.ids("sms")[before:] == [message_id]
    shop.deliver("receipts", sms_receipt(message_id, "TEXT_BLOCKED"))
    shop.deliver("notify", *shop.receive("NotifyQueue"))
    assert len(senders.ids("whatsapp")) == 1
    assert len(shop.heard("StoreTopic")) == 1


def test_a_store_hears_that_its_customer_takes_what_was_found(shop: World, senders: Senders) -> None:
    # Given a short pick, whose customer was asked, and a store that does not look any more
    shop.order(order_body(lines=order_lines(tee=2)))
    shop.on_task("senayan", "A-1~1", "accept")
    picked = {"lines": [{"line_id": "1", "picked": 1}]}
    assert shop.on_task("senayan", "A-1~1", "pick", picked).status == 200
    shop.settle()
    shop.heard("StoreTopic")
    before = len(senders.ids("whatsapp"))
    shop.clock.forward(minutes=5)

    # When the customer takes the one
    assert shop.customer("A-1", "choice", {"choice": "part"}).status == 200
    shop.settle()

    # Then topic and phone tell the store to go on with it
    (told,) = shop.heard("StoreTopic")
    assert (told["attributes"]["event"], told["attributes"]["location_id"]) == ("ChoiceMade", "senayan")
    assert told["text"].endswith("1 x Kaus tee M (tee)")
    assert senders.ids("whatsapp")[before:] == [told["message_id"]]


NOT_WOKEN = {
    "no phone": a_store("whatsapp", phone=""),
    "no channel": a_store(),
}


@pytest.mark.parametrize("name", NOT_WOKEN)
def test_a_store_is_not_written_to_with(shop: World, senders: Senders, name: str) -> None:
    shop.given(NOT_WOKEN[name])

    shop.deliver("notify", ordered(shop))

    assert senders.ids("whatsapp") == []
    assert len(shop.heard("StoreTopic")) == 1


def test_operations_set_the_phone_and_a_number_that_is_none_is_refused(shop: World) -> None:
    document = {"name": "Senayan", "contact": {"alert_phone": PHONE, "alert_by": ["sms"]}}
    resource, path = "/v1/locations/{location_id}", {"location_id": "senayan"}

    told = shop.admin("PUT", resource, path=path, body=document).body
    wrong = shop.admin("PUT", resource, path=path, body={"name": "S", "contact": {"alert_phone": "0812"}})

    assert (told["contact"]["alert_phone"], told["contact"]["alert_by"]) == (PHONE, ["sms"])
    assert wrong.body["errors"][0]["field"] == "contact.alert_phone"
