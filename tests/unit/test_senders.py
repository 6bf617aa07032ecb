"""Each channel asks its service for the right thing; botocore's Stubber stands in, since no emulator carries these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from fulfillment.adapters.mail import EmailMessenger
from fulfillment.adapters.sms import SmsMessenger
from fulfillment.adapters.whatsapp import WhatsAppMessenger, templates
from fulfillment.application.notice_words import CUSTOMER, STORE
from fulfillment.application.notices import customer_facts, store_facts
from fulfillment.application.notify_ports import Message, Messenger, Undeliverable
from fulfillment.domain.events import Event
from tests.support.builders import MONDAY_NOON, a_location
from tests.support.values import a_contact, an_order

NUMBER = "arn:aws:social-messaging:ap-southeast-1:123456789012:phone-number-id/abc"
POOL = "arn:aws:sms-voice:ap-southeast-1:123456789012:pool/pool-1"
READY = Message(
    "msg_1",
    "customer",
    "Pesanan A-1 SIAP diambil",
    "Halo Dewi, pesanan A-1 SIAP diambil.",
    {},
    {"phone": "+6281234567890", "email": "dewi@example.org"},
    words="TaskReady.pickup",
    facts={
        "name": "Dewi",
        "order": "A-1",
        "place": "Senayan",
        "address": "Jalan 1\n Jakarta",
        "until": "26/11 21.00 WIB",
        "code": "7K3M-9QXA",
    },
)


class Channel:
    """A channel with its service stubbed."""

    def __init__(self, service: str, made: Callable[[Any], Messenger], operation: str) -> None:
        client = boto3.client(  # type: ignore[call-overload]
            service, region_name="ap-southeast-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        self.service = Stubber(client)
        self.messenger = made(client)
        self.operation = operation


CHANNELS: dict[str, Callable[[], Channel]] = {
    "whatsapp": lambda: Channel(
        "socialmessaging", lambda c: WhatsAppMessenger(c, NUMBER), "send_whatsapp_message"
    ),
    "sms": lambda: Channel(
        "pinpoint-sms-voice-v2", lambda c: SmsMessenger(c, POOL, "receipts"), "send_text_message"
    ),
    "email": lambda: Channel(
        "sesv2", lambda c: EmailMessenger(c, "Toko <toko@example.org>", "stack"), "send_email"
    ),
}


@pytest.fixture
def whatsapp() -> Iterator[Channel]:
    channel = CHANNELS["whatsapp"]()
    with channel.service:
        yield channel
        channel.service.assert_no_pending_responses()


def test_whatsapp_is_sent_by_an_approved_template_with_its_facts_in_order(whatsapp: Channel) -> None:
    # Given what the service must be asked for
    body = {
        "messaging_product": "whatsapp",
        "to": "+6281234567890",
        "type": "template",
        "template": {
            "name": "order_ready",
            "language": {"code": "id"},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Dewi"},
                        {"type": "text", "text": "A-1"},
                        {"type": "text", "text": "Senayan"},
                        {"type": "text", "text": "Jalan 1 Jakarta"},
                        {"type": "text", "text": "26/11 21.00 WIB"},
                        {"type": "text", "text": "7K3M-9QXA"},
                    ],
                }
            ],
        },
        "biz_opaque_callback_data": "msg_1|whatsapp",
    }
    asked = {
        "originationPhoneNumberId": NUMBER,
        "message": json.dumps(body, ensure_ascii=False).encode(),
        "metaApiVersion": "v20.0",
    }
    whatsapp.service.add_response("send_whatsapp_message", {"messageId": "aws-1"}, asked)

    # Then its own name for the message comes back, for receipts that say nothing else
    assert whatsapp.messenger.send(READY) == "aws-1"


def test_what_has_no_template_never_goes_by_whatsapp(whatsapp: Channel) -> None:
    with pytest.raises(Undeliverable, match="no template for Nothing in id"):
        whatsapp.messenger.send(replace(READY, words="Nothing"))


def test_a_text_message_says_the_text_and_carries_our_reference() -> None:
    channel = CHANNELS["sms"]()
    asked = {
        "DestinationPhoneNumber": "+6281234567890",
        "OriginationIdentity": POOL,
        "ConfigurationSetName": "receipts",
        "MessageBody": "Halo Dewi, pesanan A-1 SIAP diambil.",
        "MessageType": "TRANSACTIONAL",
        "Context": {"reference": "msg_1|sms"},
    }
    channel.service.add_response("send_text_message", {"MessageId": "s1"}, asked)

    with channel.service:
        assert channel.messenger.send(READY) is None


def test_an_e_mail_is_plain_text_with_a_subject_and_our_id_as_a_tag() -> None:
    channel = CHANNELS["email"]()
    asked = {
        "FromEmailAddress": "Toko <toko@example.org>",
        "Destination": {"ToAddresses": ["dewi@example.org"]},
        "Content": {
            "Simple": {
                "Subject": {"Data": "Pesanan A-1 SIAP diambil", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "Halo Dewi, pesanan A-1 SIAP diambil.", "Charset": "UTF-8"}},
            }
        },
        "EmailTags": [{"Name": "message_id", "Value": "msg_1"}],
        "ConfigurationSetName": "stack",
    }
    channel.service.add_response("send_email", {"MessageId": "e1"}, asked)

    with channel.service:
        assert channel.messenger.send(READY) is None


FOR_GOOD = [
    ("whatsapp", "InvalidParametersException"),
    ("whatsapp", "ValidationException"),
    ("sms", "ValidationException"),
    ("sms", "ConflictException"),
    ("sms", "ServiceQuotaExceededException"),
    ("email", "MessageRejected"),
    ("email", "BadRequestException"),
    ("email", "SendingPausedException"),
]
TRY_LATER = [
    ("whatsapp", "ThrottledRequestException"),
    ("whatsapp", "DependencyException"),
    ("whatsapp", "AccessDeniedException"),
    ("sms", "ThrottlingException"),
    ("sms", "InternalServerException"),
    ("email", "TooManyRequestsException"),
    ("email", "LimitExceededException"),
]


@pytest.mark.parametrize(("name", "code"), FOR_GOOD)
def test_what_a_service_will_never_send_is_the_next_channels(name: str, code: str) -> None:
    channel = CHANNELS[name]()
    channel.service.add_client_error(channel.operation, code)

    with channel.service, pytest.raises(Undeliverable, match=code):
        channel.messenger.send(READY)


@pytest.mark.parametrize(("name", "code"), TRY_LATER)
def test_throttling_and_trouble_pass_and_go_back_to_the_queue(name: str, code: str) -> None:
    channel = CHANNELS[name]()
    channel.service.add_client_error(channel.operation, code)

    with channel.service, pytest.raises(ClientError, match=code):
        channel.messenger.send(READY)


def test_every_word_has_a_template_in_both_languages_with_facts_that_there_are() -> None:
    # Given all words, and the facts that can stand in them
    order = an_order()
    happened = Event("e1", "OrderConfirmed", MONDAY_NOON, "A-1", {})
    known = {
        "store": set(store_facts(order, order.shipments[0], a_location("senayan"), {})),
        "customer": set(customer_facts(happened, order, order.shipments, {}, a_contact(), None, "")),
    }

    # Then each is configured, and asks for nothing else
    assert set(templates()) == {".".join(words) for words in CUSTOMER} | {f"store.{words}" for words in STORE}
    for words, spoken in templates().items():
        assert set(spoken) == {"id", "en"}
        facts = known["store" if words.startswith("store.") else "customer"]
        assert all(set(template["parameters"]) <= facts for template in spoken.values())
        assert all(template["name"] and template["language"] for template in spoken.values())
