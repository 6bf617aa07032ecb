"""Who hears what: each message under one id however often its event comes, in the reader's language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.functions import CONTEXT, handler, stream_event
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """A store in Makassar with tees."""
    store = a_location("senayan", name="Sagara Senayan", timezone="Asia/Makassar")
    world.given(a_product("tee"), store, stock("senayan", tee=9))
    return world


def somebody(locale: str = "id", **more: Any) -> dict[str, Any]:
    """A customer who reads this language."""
    contact = {"name": "Sam", "phone": "+61400000000", "locale": locale}
    return {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}, "contact": contact | more}


# --- to people


def test_a_message_goes_out_once_however_often_its_event_comes(shop: World) -> None:
    # Given the event of a confirmed order
    shop.order(order_body())
    (event,) = shop.waiting_for("NotifyQueue")

    # When it is delivered three times in one batch, and once more
    assert shop.deliver("notify", event, event, event) == []
    assert shop.deliver("notify", event) == []

    # Then each heard it once
    assert len(shop.heard("CustomerTopic")) == 1
    assert len(shop.heard("StoreTopic")) == 1


def test_a_crash_after_sending_repeats_the_same_id(shop: World) -> None:
    # Given messages that went out, and marks that were never made
    shop.order(order_body())
    (event,) = shop.waiting_for("NotifyQueue")
    shop.deliver("notify", event)
    first = [*shop.heard("StoreTopic"), *shop.heard("CustomerTopic")]
    shop.forget_what_was_sent()

    # When the event comes again
    shop.deliver("notify", event)

    # Then whoever listens can drop the repetition
    again = [*shop.heard("StoreTopic"), *shop.heard("CustomerTopic")]
    assert [m["message_id"] for m in again] == [m["message_id"] for m in first]
    assert len({m["message_id"] for m in first}) == 2
    assert [m["attributes"]["message_id"] for m in first] == [m["message_id"] for m in first]


def test_two_events_of_one_order_have_two_ids(shop: World) -> None:
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()

    received, ready = shop.heard("CustomerTopic")
    assert received["message_id"] != ready["message_id"]


def test_a_message_that_could_not_be_sent_is_sent_the_next_time(shop: World) -> None:
    # Given a topic that does not answer once
    shop.order(order_body())
    (event,) = shop.waiting_for("NotifyQueue")
    shop.fail_once("sns", "Publish", "InternalError")

    # When
    assert shop.deliver("notify", event) == ["m0"]
    assert shop.deliver("notify", event) == []

    # Then nobody was forgotten
    assert len(shop.heard("StoreTopic")) == 1
    assert len(shop.heard("CustomerTopic")) == 1


WORDS: dict[str, tuple[str, str, str]] = {
    # locale: received, ready, when
    "id": ("kami terima", "SIAP diambil di Sagara Senayan", "23/11 14.00 WITA"),
    "id-ID": ("kami terima", "SIAP diambil di Sagara Senayan", "23/11 14.00 WITA"),
    "en": ("we received order", "is READY for you at Sagara Senayan", "23 Nov 14:00 WITA"),
    "de-DE": ("we received order", "is READY for you at Sagara Senayan", "23 Nov 14:00 WITA"),
}


@pytest.mark.parametrize("locale", WORDS)
def test_received_and_ready_are_told_in_the_customers_language_and_the_stores_time(
    shop: World, locale: str
) -> None:
    # Given
    received_words, ready_words, when = WORDS[locale]

    # When a pickup is received, and then ready
    shop.order(order_body(customer=somebody(locale)))
    shop.settle()
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    received, ready = shop.heard("CustomerTopic")

    # Then
    assert received_words in received["text"]
    assert when in received["text"]
    assert ready_words in ready["text"]
    assert "Jalan Senayan 1, Jakarta" in ready["text"]
    assert "ready" not in received["text"].lower().replace("already", "")
    assert "siap" not in received["text"].lower().replace("saat barang siap diambil", "")
    assert received["attributes"]["locale"] == locale


def test_a_parcel_on_its_way_says_its_number(shop: World) -> None:
    shop.order(delivery_body(customer=somebody("en")))
    shop.settle()
    shop.on_task("senayan", "D-1~1", "accept")
    shop.on_task("senayan", "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "JNE001"})
    shop.settle()

    received, shipped = shop.heard("CustomerTopic")
    assert "we received order D-1 and will send it" in received["text"]
    assert "left with JNE, tracking number JNE001" in shipped["text"]


def test_the_store_hears_what_to_do_and_nothing_of_the_person(shop: World) -> None:
    # Given a delivery of two tees
    shop.order(delivery_body(lines=order_lines(tee=2), customer=somebody()))
    shop.settle()

    # Then
    (told,) = shop.heard("StoreTopic")
    assert told["subject"] == "Tugas baru D-1~1: kirim"
    assert "2 x Kaus tee M (tee)" in told["text"]
    assert told["attributes"] | {"message_id": ""} == {
        "location_id": "senayan",
        "event": "OrderConfirmed",
        "message_id": "",
    }
    for personal in ("Sam", "+61", "Asia Afrika"):
        assert personal not in json.dumps(told)


CHANNELS: dict[str, tuple[dict[str, Any], str]] = {
    "the first one asked for": ({"notify": ["whatsapp", "sms"]}, "whatsapp"),
    "an e-mail when asked for": ({"email": "sam@example.org", "notify": ["email"]}, "email"),
    "a text message when nothing was asked for": ({}, "sms"),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_the_customer_is_reached_by(shop: World, name: str) -> None:
    more, channel = CHANNELS[name]
    shop.order(order_body(customer=somebody(**more)))
    shop.settle()

    (told,) = shop.heard("CustomerTopic")
    assert told["attributes"]["channel"] == channel
    assert told["address"]["phone"] == "+61400000000"


def test_a_number_that_begins_with_08_is_an_indonesian_one(shop: World) -> None:
    shop.order(order_body())
    shop.settle()

    (told,) = shop.heard("CustomerTopic")
    assert told["address"] == {"phone": "+6281234567890"}


def test_the_name_a_channel_gave_its_order_is_the_name_the_customer_reads(shop: World) -> None:
    shop.order(order_body("A-1", channel="tokopedia"))
    shop.settle()

    (told,) = shop.heard("CustomerTopic")
    assert told["subject"] == "Pesanan A-1 kami terima"


def test_nonsense_on_the_queue_is_parked_alone(shop: World) -> None:
    shop.order(order_body())
    (event,) = shop.waiting_for("NotifyQueue")

    assert shop.deliver("notify", "{", event) == []

    assert [reason.partition(":")[0] for reason in shop.parked("StockFeedDeadLetters")] == ["not_understood"]
    assert len(shop.heard("CustomerTopic")) == 1


# --- to the bus


def images(shop: World) -> list[dict[str, Any]]:
    """The stream's images of all rows of Orders."""
    return shop.rows("Orders")


def test_events_alone_are_published_and_carry_no_person(shop: World) -> None:
    # Given the rows of a delivery: order, person, task, decision and event
    shop.order(delivery_body(customer=somebody()))
    assert len(images(shop)) == 5

    # When all of them pass the stream
    answer = handler("publish")(stream_event(images(shop)), CONTEXT)

    # Then one event is told
    assert answer == {"batchItemFailures": []}
    (message,) = shop.receive("NotifyQueue")
    told = json.loads(message)
    assert (told["source"], told["detail-type"]) == ("fulfillment", "OrderConfirmed")
    assert told["detail"]["detail"] == {"tasks": [{"task_id": "D-1~1", "location_id": "senayan"}]}
    assert "Sam" not in message
    assert "+61" not in message


def test_what_was_deleted_or_expired_is_no_event(shop: World) -> None:
    event = stream_event([{"order_id": {"S": "A-1"}, "sk": {"S": "EVENT#x#0"}}])
    event["Records"][0]["eventName"] = "REMOVE"
    del event["Records"][0]["dynamodb"]["NewImage"]

    assert handler("publish")(event, CONTEXT) == {"batchItemFailures": []}


def test_an_event_that_the_bus_does_not_take_is_asked_for_again_by_its_number(shop: World) -> None:
    # Given two events, and a bus that fails for the first
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))
    events = [row for row in images(shop) if row["sk"]["S"].startswith("EVENT#")]
    shop.fail_once("events", "PutEvents", "InternalException")

    # When
    answer = handler("publish")(stream_event(events), CONTEXT)

    # Then
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert len(shop.receive("NotifyQueue")) == 1


def test_an_entry_that_the_bus_refuses_is_asked_for_again_by_its_number(shop: World) -> None:
    # Given a bus that answers, and did not take the event
    shop.order(order_body("A-1"))
    events = [row for row in images(shop) if row["sk"]["S"].startswith("EVENT#")]
    shop.answer_once("events", "PutEvents", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "Throttled"}]})

    # When
    answer = handler("publish")(stream_event(events), CONTEXT)

    # Then
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_an_event_that_cannot_be_read_does_not_keep_the_others(shop: World) -> None:
    # Given a broken row between two events
    shop.order(order_body("A-1"))
    shop.order(order_body("A-2"))
    first, second = [row for row in images(shop) if row["sk"]["S"].startswith("EVENT#")]
    broken = {"order_id": {"S": "A-3"}, "sk": {"S": "EVENT#x#0"}, "document": {"S": "{"}}

    # When
    answer = handler("publish")(stream_event([first, broken, second]), CONTEXT)

    # Then
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert len(shop.receive("NotifyQueue")) == 2


def test_what_was_cancelled_is_neither_ready_nor_work(shop: World) -> None:
    # Given two events that are told late: a pickup was confirmed, and ready
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    late = shop.waiting_for("NotifyQueue")

    # When the order is cancelled before
    shop.on_order("A-1", "cancel")
    assert shop.deliver("notify", *late) == []

    # Then the store has no new task, and nobody comes for what is not there
    assert shop.heard("StoreTopic") == []
    assert [m["attributes"]["event"] for m in shop.heard("CustomerTopic")] == ["OrderConfirmed"]
