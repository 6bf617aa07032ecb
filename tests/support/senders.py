"""The services that write to people, for handlers on moto, which has none of them; and the receipts they send."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fulfillment.adapters import aws
from tests.support.world import World

SET_UP = {
    "WHATSAPP_ORIGINATION": "whatsapp-number",
    "SMS_ORIGINATION": "sms-number",
    "SMS_CONFIGURATION_SET": "receipts",
    "EMAIL_FROM": "toko@example.org",
    "EMAIL_CONFIGURATION_SET": "stack",
}
SERVICES = {"whatsapp": "socialmessaging", "sms": "pinpoint-sms-voice-v2", "email": "sesv2"}


@dataclass
class Service:
    """One service: what it was asked to send, and what it says to the next message."""

    asked: list[Mapping[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def _take(self, asked: Mapping[str, Any]) -> str:
        if self.errors:
            raise ClientError({"Error": {"Code": self.errors.pop(0), "Message": "made up by a test"}}, "Send")
        self.asked.append(asked)
        return f"aws-{len(self.asked)}"

    def send_whatsapp_message(self, **asked: Any) -> Mapping[str, str]:
        return {"messageId": self._take(json.loads(asked["message"]))}

    def send_text_message(self, **asked: Any) -> Mapping[str, str]:
        return {"MessageId": self._take(asked)}

    def send_email(self, **asked: Any) -> Mapping[str, str]:
        return {"MessageId": self._take(asked)}


@dataclass
class Senders:
    """All of them, by channel; messages' ids as their receipts would say them."""

    services: dict[str, Service] = field(default_factory=lambda: defaultdict(Service))

    def ids(self, channel: str) -> list[str]:
        """Our ids of what a channel was given."""
        return [_id_of[channel](asked) for asked in self.services[channel].asked]

    def refuse(self, channel: str, *codes: str) -> None:
        """Let the next sends be answered so."""
        self.services[channel].errors += codes


_id_of = {
    "whatsapp": lambda asked: asked["biz_opaque_callback_data"].split("|")[0],
    "sms": lambda asked: asked["Context"]["reference"].split("|")[0],
    "email": lambda asked: asked["EmailTags"][0]["Value"],
}


def set_up(world: World, patch: pytest.MonkeyPatch, **more: str) -> Senders:
    """The router with all channels set up (or as ``more`` says), cold."""
    senders = Senders()
    by_service = {service: channel for channel, service in SERVICES.items()}
    patch.setattr(aws, "sender", lambda service: senders.services[by_service[service]])
    for name, value in {**SET_UP, **more}.items():
        patch.setenv(name, value)
    world.restart()
    return senders


@contextmanager
def at_once() -> Iterator[list[int]]:
    """Nothing waits in queues, whose clock is not the tests'; answers by how many seconds what was sent asked to."""
    waits: list[int] = []

    def hurry(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        waits.append(params.pop("DelaySeconds", 0))
        return params

    events, name = aws.sqs().meta.events, "provide-client-params.sqs.SendMessage"
    events.register(name, hurry)
    yield waits
    events.unregister(name, hurry)


def notification(told: Mapping[str, Any]) -> str:
    """The body of an SQS message that SNS sent."""
    return json.dumps({"Type": "Notification", "MessageId": "n1", "Message": json.dumps(told)})


def sms_receipt(message_id: str, kind: str, *, final: bool = True) -> str:
    """As End User Messaging SMS tells it."""
    context = {"reference": f"{message_id}|sms"}
    told = {"eventType": kind, "isFinal": final, "messageId": "s1", "context": context}
    return notification({**told, "destinationPhoneNumber": "+6281234567890"})


def email_receipt(message_id: str, kind: str) -> str:
    """As SES's event publishing tells it."""
    tags = {"message_id": [message_id], "ses:configuration-set": ["stack"]}
    return notification({"eventType": kind, "mail": {"messageId": "e1", "tags": tags}})


def whatsapp_receipt(status: str, *, reference: str | None = None, name: str = "wamid.1") -> str:
    """As End User Messaging Social relays it from Meta, or makes it itself."""
    told = {"id": name, "status": status, "timestamp": "1", "recipient_id": "6281234567890"}
    callback = {"biz_opaque_callback_data": reference} if reference else {}
    entry = {"id": "1", "changes": [{"field": "messages", "value": {"statuses": [told | callback]}}]}
    return notification({"context": {}, "whatsAppWebhookEntry": json.dumps(entry), "messageId": "x"})
