"""Messages arrive: by the channels the customer chose, in that order, under one id, until one of them brings it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.builders import SENAYAN, a_location, a_product, order_body, stock
from tests.support.senders import Senders, email_receipt, set_up, sms_receipt, whatsapp_receipt
from tests.support.world import World

AGREED = {"channel": "whatsapp", "at": "2026-11-01T10:00:00+07:00", "where": "checkout"}
ALL = ["whatsapp", "sms", "email"]


@pytest.fixture
def shop(world: World) -> World:
    """A store with tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=9))
    return world


@pytest.fixture
def senders(shop: World, monkeypatch: pytest.MonkeyPatch) -> Senders:
    """All channels are set up."""
    return set_up(shop, monkeypatch)


def somebody(*notify: str, opt_ins: tuple[dict[str, str], ...] = (AGREED,), **more: Any) -> dict[str, Any]:
    """A customer who wants to hear by these."""
    contact = {"name": "Dewi", "phone": "+6281234567890", "email": "dewi@example.org", "locale": "id"}
    contact |= {"notify": list(notify), "opt_ins": list(opt_ins)} | more
    return {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}, "contact": contact}


def event_of(shop: World, customer: dict[str, Any]) -> str:
    """The event of a confirmed order, as it lies in the queue."""
    shop.order(order_body(customer=customer))
    (event,) = shop.waiting_for("NotifyQueue")
    return event


def told_again(shop: World) -> None:
    """What the receipts put back is told."""
    again = shop.receive("NotifyQueue")
    assert shop.deliver("notify", *again) == []


FIRST: dict[str, tuple[dict[str, Any], str]] = {
    "the first the customer chose": (somebody(*ALL), "whatsapp"),
    "in the customer's own order": (somebody("email", "sms"), "email"),
    "never WhatsApp without an opt-in": (somebody("whatsapp", "sms", opt_ins=()), "sms"),
    "never WhatsApp with an opt-in to another channel": (
        somebody("whatsapp", "sms", opt_ins=({**AGREED, "channel": "email"},)),
        "sms",
    ),
    "a text message when nothing was chosen": (somebody(), "sms"),
}


@pytest.mark.parametrize("name", FIRST)
def test_a_customer_hears_by(shop: World, senders: Senders, name: str) -> None:
    customer, channel = FIRST[name]

    assert shop.deliver("notify", event_of(shop, customer)) == []

    heard = {name: len(senders.services[name].asked) for name in ALL}
    assert heard == {name: int(name == channel) for name in ALL}
    assert shop.heard("CustomerTopic") == []


def test_an_opt_in_is_kept_with_when_and_where_it_was_given(shop: World) -> None:
    shop.order(order_body(customer=somebody("whatsapp")))

    (person,) = [row for row in shop.rows("Orders") if row["sk"]["S"] == "CONTACT"]
    (kept,) = json.loads(person["document"]["S"])["opt_ins"]
    assert kept == {"channel": "whatsapp", "at": "2026-11-01T10:00:00+07:00", "where": "checkout"}


def test_received_has_no_second_turn_after_ready(shop: World, senders: Senders) -> None:
    # Given an order that WhatsApp took word of, and that is ready since
    shop.deliver("notify", event_of(shop, somebody(*ALL)))
    (received,) = senders.ids("whatsapp")
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()

    # When WhatsApp gives up the first message, after it brought the second
    shop.deliver("receipts", whatsapp_receipt("failed", reference=f"{received}|whatsapp"))
    told_again(shop)

    # Then nobody who was told to come reads "do not come yet"
    assert senders.ids("sms") == []
    assert shop.heard("CustomerTopic") == []


def test_only_what_no_channel_carries_goes_to_the_topic(shop: World, senders: Senders) -> None:
    # Given a customer who wants WhatsApp alone and never agreed to it
    shop.deliver("notify", event_of(shop, somebody("whatsapp", opt_ins=())))

    # Then whoever listens at the topic hears of it, with what was wanted
    (told,) = shop.heard("CustomerTopic")
    assert told["attributes"]["channel"] == "whatsapp"


def test_a_channel_that_is_not_set_up_is_passed_over(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    senders = set_up(shop, monkeypatch, WHATSAPP_ORIGINATION="none")

    shop.deliver("notify", event_of(shop, somebody(*ALL)))

    assert len(senders.ids("sms")) == 1


FAILS = {
    "a WhatsApp that Meta gave up": lambda m: whatsapp_receipt("failed", reference=f"{m}|whatsapp"),
    "one that AWS gave up, under its own name": lambda m: whatsapp_receipt("failed", name="aws-1"),
}


@pytest.mark.parametrize("name", FAILS)
def test_the_next_channel_has_its_turn_under_the_same_id_after(
    shop: World, senders: Senders, name: str
) -> None:
    # Given a message that WhatsApp took
    shop.deliver("notify", event_of(shop, somebody(*ALL)))
    (message_id,) = senders.ids("whatsapp")

    # When its receipt says that it failed, twice
    receipt = FAILS[name](message_id)
    assert shop.deliver("receipts", receipt, receipt) == []
    told_again(shop)

    # Then a text message says the same, once, under the same id
    assert senders.ids("sms") == [message_id]
    assert len(senders.ids("whatsapp")) == 1

    # When that fails too, and the e-mail
    shop.deliver("receipts", sms_receipt(message_id, "TEXT_BLOCKED"))
    told_again(shop)
    assert senders.ids("email") == [message_id]
    shop.deliver("receipts", email_receipt(message_id, "Bounce"))
    told_again(shop)

    # Then somebody hears that nothing reached this customer
    (told,) = shop.heard("CustomerTopic")
    assert told["message_id"] == message_id


def test_what_arrived_is_not_said_again_whatever_comes_later(shop: World, senders: Senders) -> None:
    # Given a message that arrived
    event = event_of(shop, somebody(*ALL))
    shop.deliver("notify", event)
    (message_id,) = senders.ids("whatsapp")
    shop.deliver("receipts", whatsapp_receipt("delivered", reference=f"{message_id}|whatsapp"))

    # When a failure is told late, of this channel and of one that never had it, and the event comes again
    late = whatsapp_receipt("failed", reference=f"{message_id}|whatsapp")
    shop.deliver("receipts", late, sms_receipt(message_id, "TEXT_BLOCKED"))
    told_again(shop)
    shop.deliver("notify", event)

    # Then nobody hears anything twice
    assert [len(senders.ids(name)) for name in ALL] == [1, 0, 0]
    assert shop.heard("CustomerTopic") == []


def test_a_late_failure_of_the_first_channel_does_nothing_twice(shop: World, senders: Senders) -> None:
    # Given WhatsApp failed, and a text message is under way
    shop.deliver("notify", event_of(shop, somebody(*ALL)))
    (message_id,) = senders.ids("whatsapp")
    failed = whatsapp_receipt("failed", reference=f"{message_id}|whatsapp")
    shop.deliver("receipts", failed)
    told_again(shop)

    # When the first failure is told once more
    shop.deliver("receipts", failed)
    told_again(shop)

    # Then the text message has its time
    assert [len(senders.ids(name)) for name in ALL] == [1, 1, 0]


def test_a_number_that_is_none_goes_to_the_next_channel_at_once(shop: World, senders: Senders) -> None:
    senders.refuse("whatsapp", "InvalidParametersException")
    senders.refuse("sms", "ValidationException")

    assert shop.deliver("notify", event_of(shop, somebody(*ALL))) == []

    assert [len(senders.ids(name)) for name in ALL] == [0, 0, 1]


def test_throttling_goes_back_to_the_queue_and_keeps_the_channel(shop: World, senders: Senders) -> None:
    # Given a service that has too much to do
    senders.refuse("whatsapp", "ThrottledRequestException")
    event = event_of(shop, somebody(*ALL))

    # When
    assert shop.deliver("notify", event) == ["m0"]
    assert shop.deliver("notify", event) == []

    # Then the customer hears by the channel that comes first, and the store once
    assert [len(senders.ids(name)) for name in ALL] == [1, 0, 0]
    assert len(shop.heard("StoreTopic")) == 1


NO_NEWS = {
    "a text message on its way": sms_receipt("msg_1", "TEXT_SENT", final=False),
    "one whose end nobody knows": sms_receipt("msg_1", "TEXT_UNKNOWN"),
    "an e-mail that was sent": email_receipt("msg_1", "Send"),
    "a WhatsApp that was sent": whatsapp_receipt("sent", reference="msg_1|whatsapp"),
    "somebody else's WhatsApp": whatsapp_receipt("failed", name="wamid.theirs"),
    "somebody else's reference": whatsapp_receipt("failed", reference="campaign-7"),
    "a message nobody knows any more": sms_receipt("msg_gone", "TEXT_BLOCKED"),
}


@pytest.mark.parametrize("name", NO_NEWS)
def test_is_no_news(shop: World, name: str) -> None:
    assert shop.deliver("receipts", NO_NEWS[name]) == []

    assert shop.receive("NotifyQueue") == []
    assert shop.rows("Idempotency") == []
    assert shop.parked("StockFeedDeadLetters") == []


def test_what_is_no_receipt_is_parked_without_what_it_says(shop: World) -> None:
    nonsense = json.dumps({"Message": json.dumps({"Dewi": "+6281234567890"})})

    assert shop.deliver("receipts", nonsense) == []

    assert shop.parked("StockFeedDeadLetters") == ["not_understood: KeyError"]


def test_messages_carry_the_way_to_the_customers_page(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    senders = set_up(shop, monkeypatch, PUBLIC_URL="https://toko.example/v1")

    shop.deliver("notify", event_of(shop, somebody("sms")))

    (asked,) = senders.services["sms"].asked
    assert "Lihat pesanan: https://toko.example/v1/c/QS0x." in asked["MessageBody"]
